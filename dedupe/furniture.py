"""A site's furniture among the lines of one document: what was learned, and what languages call it.

Rules run in a fixed order and the first that fires names the reason. A line that was learned is furniture
wherever it stands; everything less certain also needs its place: above the title, below the last
paragraph, beside other furniture. Prose is never cut for its place, and facts, titles and dates are not
looked at.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from dedupe import words
from dedupe.address import host_of, site_name
from dedupe.affixes import Affixes
from dedupe.edges import part_words
from dedupe.heads import head_of
from dedupe.keys import NAMED, line_key
from dedupe.model import Line
from dedupe.phrases import by_opening
from dedupe.slots import all_runs
from dedupe.survey import LONGEST
from dedupe.templates import Template, Templates

# Said nowhere else than in furniture; the other kinds of phrases need their place too.
_ANYWHERE = frozenset(("ad", "cookie", "newsletter", "paywall", "read_more", "share", "skip", "timestamp"))
# What divides the entries of a menu.
_ROW = re.compile(r"\s*[|•·»›>]\s*|\s+[/–—-]\s+|\t+|\s{2,}|,\s+")
# What is known of so many sources is kept at hand.
_SOURCES = 1000
# A learned run of words says who a line is; half of the line must be such runs.
_COVERED = 0.5


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line that is furniture: its index and the rule that says so."""

    line: int
    rule: str


class Keys:
    """The keys by which what a template says is looked up on one site."""

    def __init__(self, template: Template, site: str = "") -> None:
        def keys(texts: Iterable[str]) -> frozenset[str]:
            return frozenset(line_key(text, site) for text in texts)

        self.lines = keys(template.lines)
        self.headlines = keys(template.headlines)
        self.tails = keys(template.tails)
        self.below = keys(template.below)
        self.dates = keys(template.dates)
        self.labels = keys(template.labels)
        self.review = keys(template.review)
        self.run_in = keys(map(part_words, template.run_in))
        self.slots = all_runs(template.slots)

    @cached_property
    def openings(self) -> Mapping[str, Sequence[str]]:
        """Give the keys of all that is cut by their first two words, or their only one."""
        return by_opening((*self.lines, *self.headlines, *self.tails, *self.run_in))


class Known:
    """What is known of one source when one of its documents is cleaned: its own template and the shared one.

    Build it once a source; `shared` are the keys of the shared template on its site, where they are at hand.
    """

    def __init__(self, templates: Templates, source: str, shared: Keys | None = None) -> None:
        self.site = site_name(source)
        own = templates.sources.get(source, Template())
        self.order = own.order
        self.is_learned = bool(own.pages)
        self.own = Keys(own, self.site)
        self.shared = shared or Keys(templates.shared, self.site)
        self.title_suffixes = frozenset(map(words.fold, own.title_suffixes))
        self.title_prefixes = frozenset(map(words.fold, own.title_prefixes))

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """Give all labels, those of the languages first, with the keys under which their values go."""
        fixed = words.labels()
        return fixed if self.learned_labels.keys() <= fixed.keys() else {**self.learned_labels, **fixed}

    @cached_property
    def learned_labels(self) -> Mapping[str, str]:
        """Give the labels that were learned, with the keys under which their values go."""
        return {label: label.replace(" ", "_") for label in sorted(self.own.labels | self.shared.labels)}

    def affixes(self, url: str | None) -> Affixes:
        """Give what the source writes around its titles; its name may be in the address of a page, too."""
        return Affixes(site_name(host_of(url or "")), self.title_suffixes, self.title_prefixes)

    @cached_property
    def openings(self) -> Collection[str]:
        """Give the first two words, or the only one, of all that is cut."""
        own, shared = self.own.openings.keys(), self.shared.openings.keys()
        return own | shared if own else shared  # which many sources have in common

    def opening(self, first: str) -> list[str]:
        """Give the keys of what is cut that begin with two words, or are the one word."""
        own, shared = self.own.openings.get(first), self.shared.openings.get(first)
        if not own and not shared:
            return []
        stays = self.own.review - self.shared.tails
        return [*(own or ()), *(key for key in shared or () if key not in stays)]

    def has_line(self, key: str) -> bool:
        """Tell whether a key is that of a line of furniture.

        What the source lists for review is not cut because other sources have it.
        """
        own = self.own
        return (
            key in own.lines or key in own.headlines or (key in self.shared.lines and key not in own.review)
        )

    def has_head(self, key: str) -> bool:
        """Tell whether a key is that of a beginning of lines whose ends vary."""
        return key in self.own.tails or key in self.shared.tails

    def is_above_list(self, key: str) -> bool:
        """Tell whether a key is that of a heading over a list."""
        return key in self.own.below or key in self.shared.below

    def is_line(self, text: str) -> bool:
        """Tell whether a text was learned as a line of furniture."""
        return len(text) <= LONGEST and self.has_line(line_key(text, self.site))

    def is_no_title(self, text: str) -> bool:
        """Tell whether a text was learned as a line of furniture, and not as a headline that pages link."""
        return self.is_line(text) and line_key(text, self.site) not in self.own.headlines

    def has_tail(self, text: str) -> bool:
        """Tell whether a text begins as lines of furniture do whose ends vary."""
        found = head_of(text, self.site)
        return found is not None and self.has_head(found[0])

    def is_run_in(self, text: str) -> bool:
        """Tell whether a text was learned as furniture that is run into the first words of paragraphs."""
        return bool(self.own.run_in) and line_key(part_words(text), self.site) in self.own.run_in


class KnownSources:
    """What is known of each source of a dump, worked out when it is first asked for.

    The keys of what several sources share are the same on all sites whose names are not in it.
    """

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self._shared = Keys(shared := templates.shared)
        texts = (*shared.lines, *shared.tails, *shared.below, *shared.labels)
        self._letters = "\n".join(words.fold(text).replace(" ", "") for text in texts)
        self._known: dict[str, Known] = {}

    def __getitem__(self, source: str) -> Known:
        """Give what is known of a source."""
        if source not in self._known:
            if len(self._known) == _SOURCES:
                self._known.clear()
            site = site_name(source)
            is_named = len(site) >= NAMED and site[:NAMED] in self._letters
            self._known[source] = Known(self.templates, source, None if is_named else self._shared)
        return self._known[source]


def find_furniture(
    lines: Sequence[Line],
    known: Known,
    *,
    title: int | None = None,
    is_sure: bool = False,
    taken: Collection[int] = (),
    found: Mapping[int, str] | None = None,
    phrases: bool = True,
) -> list[Furniture]:
    """Find the furniture among the lines of a document.

    `title` is the index of the title line, `is_sure` tells that a date or the address confirms it; `taken`
    are the lines that are gone already, as title, date, fact or repeat; `found` has the furniture that the
    text alone tells (`dedupe.body`), which is among the result. Without `phrases` only what was
    learned counts.
    """
    return _Finder(lines, known, title, is_sure, frozenset(taken), dict(found or {}), phrases).find()


class _Finder:
    def __init__(
        self,
        lines: Sequence[Line],
        known: Known,
        title: int | None,
        is_sure: bool,
        taken: frozenset[int],
        found: dict[int, str],
        phrases: bool,
    ) -> None:
        self.lines = lines
        self.known = known
        self.title = title
        self.is_sure = is_sure
        self.taken = taken
        self.phrases = phrases
        self.keys = [
            "" if i in taken or len(line.text) > LONGEST else line_key(line.text, known.site)
            for i, line in enumerate(lines)
        ]
        self.found = found

    def find(self) -> list[Furniture]:
        """Run the rules in their order."""
        free = [i for i in range(len(self.lines)) if i not in self.taken and self.keys[i]]
        kinds: dict[int, str] = {}
        for i in free:
            kind = _kind(self.lines[i].text, self.lines[i].is_prose) if self.phrases else None
            if kind:
                kinds[i] = kind
            if self.is_learned(i):
                self.found[i] = "site line"
            elif self.known.has_tail(self.lines[i].text):
                self.found[i] = "site line with a varying end"
            elif kind in _ANYWHERE:
                self.found[i] = f"{kind}: phrase"
        first, last = self.body()
        for i in free:
            if i not in self.found and (not first < i < last or "§" in self.keys[i]) and self.is_slotted(i):
                self.found[i] = "author box"
        first, last = self.body()
        self.phrases_by_place(kinds, first, last)
        first, last = self.body()
        for i in free:
            if i > last and i not in self.found and self.phrases and self.is_source_line(i):
                self.found[i] = "syndication: phrase"
        self.above_title(first)
        self.below_headings(kinds, last)
        return [Furniture(i, self.found[i]) for i in sorted(self.found)]

    def body(self) -> tuple[int, int]:
        """Give the first and the last paragraph that is not furniture."""
        prose = [
            i
            for i, line in enumerate(self.lines)
            if line.is_prose and i not in self.found and i not in self.taken
        ]
        return (prose[0], prose[-1]) if prose else (len(self.lines), -1)

    def is_source_line(self, i: int) -> bool:
        """Tell whether a line names where an article came from: `Source: Harbor Times`."""
        found = head_of(self.lines[i].text)
        return (
            found is not None
            and words.furniture_heads().get(found[0]) == "syndication"
            and len(found[1].split()) <= 5
            and not any(c.isdigit() for c in found[1])
        )

    def is_learned(self, i: int) -> bool:
        return self.known.has_line(self.keys[i])

    def phrases_by_place(self, kinds: Mapping[int, str], first: int, last: int) -> None:
        """Take phrases that may be said in an article, too, where no article is: outside, or in company."""
        for i, kind in kinds.items():
            beside = i - 1 in self.found or i + 1 in self.found
            if beside or (not first < i < last and not (kind == "media" and self.lines[i].is_prose)):
                self.found.setdefault(i, f"{kind}: phrase")

    def is_slotted(self, i: int) -> bool:
        """Tell whether learned runs of words cover half of a line."""
        found = self.keys[i].split()
        own, shared = self.known.own.slots, self.known.shared.slots
        if len(found) < 4 or not (own or shared):
            return False
        covered: set[int] = set()
        for start in range(len(found) - 3):
            run = " ".join(found[start : start + 4])
            if run in own or run in shared:
                covered.update(range(start, start + 4))
        return len(covered) >= _COVERED * len(found)

    def above_title(self, first: int) -> None:
        """Take what stands above a title that is sure: no article begins above its title."""
        if self.title is None or self.title > first:
            return
        above = range(self.title)
        if self.is_sure or any(i in self.found for i in above):
            for i in above:
                if i not in self.taken and not self.lines[i].is_prose:
                    self.found.setdefault(i, "above the title")

    def below_headings(self, kinds: Mapping[int, str], last: int) -> None:
        """Take the short lines below a heading of links or tags, after the last paragraph."""
        listing = ""
        for i in range(self.list_start(kinds, last), len(self.lines)):
            if i in self.taken:
                listing = ""
            elif opened := self.opens_list(i, kinds.get(i)):
                listing = opened
            elif i in self.found:
                # A headline that is linked on many pages was learned as a line; the list goes on below it.
                if i in kinds or len(self.keys[i].split()) < 3:
                    listing = ""
            elif listing and self.can_be_listed(i, listing):
                self.found[i] = "list of links" if listing != "tags" else "list of tags"
            else:
                listing = ""

    def opens_list(self, i: int, kind: str | None) -> str:
        """Name what is listed below a heading: `related`, `tags`, or nothing."""
        count = len(self.keys[i].split())
        if count > 6:
            return ""
        if words.furniture_heads().get(self.keys[i]) == "tags" and (
            self.phrases or self.known.has_line(self.keys[i])
        ):
            return "tags"
        if (
            self.known.is_above_list(self.keys[i])
            or kind == "related"
            or (kind == "read_more" and count <= 5)
        ):
            return "related"
        return ""

    def list_start(self, kinds: Mapping[int, str], last: int) -> int:
        """Give where the text ends; a headline that is a long question, among links, is no paragraph."""
        start = last + 1
        for i in range(len(self.lines) - 1, -1, -1):
            if i in self.taken:
                continue
            if self.lines[i].is_prose and i not in self.found and self.lines[i].text[-1] in ".。":
                return i + 1
            if self.opens_list(i, kinds.get(i)):
                start = min(start, i)
        return start

    def can_be_listed(self, i: int, listing: str) -> bool:
        if listing == "tags":
            return len(self.keys[i].split()) <= 3
        return not self.lines[i].is_prose or self.lines[i].text[-1] not in ".。"


@lru_cache(1 << 15)
def _kind(text: str, is_prose: bool) -> str | None:
    """Name the kind of furniture that a language calls a line, or a row of such entries."""
    kind = words.line_furniture(text)
    if kind or len(text) > 120 or is_prose:
        return kind
    entries = [entry for entry in _ROW.split(text) if entry.strip()]
    if len(entries) < 2:
        entries = text.split()
    if len(entries) < 3 and not (len(entries) == 2 and _ROW.search(text)):
        return None
    return "nav" if all(words.furniture(words.fold(entry)) for entry in entries) else None
