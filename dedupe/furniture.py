"""A site's furniture among the lines of one document: what was learned, and what languages call it.

Rules run in a fixed order and the first that fires names the reason. A line that was learned is furniture
wherever it stands; everything less certain also needs its place: above the title, below the last
paragraph, beside other furniture. Prose is never cut for its place, and facts, titles and dates are not
looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dedupe import words
from dedupe.metadata import split_pair
from dedupe.model import Line
from dedupe.survey import LONGEST, line_key, site_name
from dedupe.templates import Template, Templates

# A learned run of words says who a line is; half of the line must be such runs.
_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line that is furniture: its index and the rule that says so."""

    line: int
    rule: str


class Known:
    """What is known of one source when one of its documents is cleaned: its own template and the shared one.

    Build it once a source; it holds the keys by which lines are looked up.
    """

    def __init__(self, templates: Templates, source: str) -> None:
        self.site = site_name(source)
        own = templates.sources.get(source, Template())
        shared = templates.shared
        self.pages = own.pages
        self.lines = self._keys(own.lines) | {
            key for key in self._keys(shared.lines) if " " in key or shared.lines.get(key, 0) >= 3
        }
        self.tails = self._keys(own.tails) | self._keys(shared.tails)
        self.below = self._keys(own.below) | self._keys(shared.below)
        self.slots = frozenset(own.slots) | frozenset(shared.slots)
        self.review = self._keys(own.review) - self.lines
        self.own_labels: Mapping[str, int] = own.labels
        self.shared_labels: Mapping[str, int] = shared.labels

    def _keys(self, texts: Collection[str]) -> frozenset[str]:
        return frozenset(line_key(text, self.site) for text in texts)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Give learned labels with the keys under which their values go."""
        return {label: label.replace(" ", "_") for label in (*self.own_labels, *self.shared_labels)}

    def is_furniture(self, line: Line) -> bool:
        """Tell whether a line was learned as furniture."""
        return len(line.text) <= LONGEST and line_key(line.text, self.site) in self.lines


def find_furniture(
    lines: Sequence[Line],
    known: Known,
    *,
    title: int | None = None,
    taken: Collection[int] = (),
    facts: Collection[int] = (),
    phrases: bool = True,
) -> list[Furniture]:
    """Find the furniture among the lines of a document.

    `title` is the index of the title line, `taken` are the lines that are title, date or fact, and
    `facts` those of them that are facts. Without `phrases` only what was learned counts.
    """
    return _Finder(lines, known, title, frozenset(taken), frozenset(facts), phrases).find()


class _Finder:
    def __init__(
        self,
        lines: Sequence[Line],
        known: Known,
        title: int | None,
        taken: frozenset[int],
        facts: frozenset[int],
        phrases: bool,
    ) -> None:
        self.lines = lines
        self.known = known
        self.title = title
        self.taken = taken
        self.facts = facts
        self.phrases = phrases
        self.keys = ["" if len(line.text) > LONGEST else line_key(line.text, known.site) for line in lines]
        self.found: dict[int, str] = {}

    def find(self) -> list[Furniture]:
        """Run the rules in their order."""
        free = [i for i in range(len(self.lines)) if i not in self.taken and self.keys[i]]
        for i in free:
            rule = self.by_itself(i)
            if rule:
                self.found[i] = rule
        prose = [i for i, line in enumerate(self.lines) if line.is_prose and i not in self.found]
        first, last = (prose[0], prose[-1]) if prose else (len(self.lines), -1)
        for i in free:
            if i not in self.found and (not first < i < last or "§" in self.keys[i]) and self.is_slotted(i):
                self.found[i] = "author box"
        prose = [i for i in prose if i not in self.found]
        first, last = (prose[0], prose[-1]) if prose else (len(self.lines), -1)
        self.above_title(first)
        self.below_headings(last)
        return [Furniture(i, self.found[i]) for i in sorted(self.found)]

    def by_itself(self, i: int) -> str | None:
        """Name the rule by which a line is furniture wherever it stands."""
        key = self.keys[i]
        if key in self.known.lines:
            return "site line"
        if key in self.known.review:
            return None
        pair = split_pair(self.lines[i].text)
        if pair and line_key(pair[0], self.known.site) in self.known.tails:
            return "site line with a varying end"
        if self.phrases:
            kind = words.furniture(words.fold(self.lines[i].text))
            if kind:
                return f"phrase: {kind}"
        return None

    def is_slotted(self, i: int) -> bool:
        """Tell whether learned runs of words cover half of a line."""
        found = self.keys[i].split()
        if len(found) < 4 or not self.known.slots:
            return False
        covered: set[int] = set()
        for start in range(len(found) - 3):
            if " ".join(found[start : start + 4]) in self.known.slots:
                covered.update(range(start, start + 4))
        return len(covered) >= _COVERED * len(found)

    def above_title(self, first: int) -> None:
        """Take what stands above the title, where some of it is furniture."""
        if self.title is None or self.title > first:
            return
        above = range(self.title)
        if any(i in self.found for i in above):
            for i in above:
                if i not in self.taken and not self.lines[i].is_prose:
                    self.found.setdefault(i, "above the title")

    def below_headings(self, last: int) -> None:
        """Take the short lines below a heading of links, after the last paragraph, up to other furniture."""
        listing = False
        for i in range(last + 1, len(self.lines)):
            if i in self.found:
                listing = self.keys[i] in self.known.below or self.found[i] == "phrase: related"
            elif listing and i not in self.taken and not self.lines[i].is_prose:
                self.found[i] = "list of links"
            elif i in self.taken:
                listing = False
