"""Text that stands twice in one document.

What the trouble looks like: a body pasted a second time, whole or from some paragraph on, with other
quotes and spaces, lightly edited, its paragraphs merged or split, advertisements between them; the lead
repeated as a teaser above itself; a sentence set again as a pull quote. What is left alone: refrains,
questions and answers, lists, tables, `No comment.`, two sentences that differ in a number. The difference
is length and company: a long line that stands twice is a copy wherever it is, a short or altered one only
in a run, beside other lines whose twins are neighbors too.

Exact counts of shared shingles decide, within the document, so no statistics and no thresholds on hashes
are involved; texts of very many lines have their candidates proposed by MinHash (`sketch`) instead of by
an index of all shingles, which would not fit in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from dedupe.lines import NO_SPACES_CHARACTER, tokens
from dedupe.model import Line

# A line must be this long to be believed on its own: shorter ones are said twice in good prose. Measured
# on news in three languages with refrains, interviews and schedules planted: 99 % of those survive.
_ALONE_CHARACTERS, _ALONE_WORDS = 60, 7
# A part of another line: a pull quote, a split paragraph.
_PART_CHARACTERS, _PART_WORDS = 30, 6
# Share of a line's word pairs that stand in its twin and the lines around it.
_ALONE, _IN_RUN = 0.85, 0.55
# Lines on either side of a twin that count as its neighborhood, because paragraphs get merged.
_REACH = 3
# From this many lines on, an index of all shingles costs more memory than signatures do.
_MANY_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Repeat:
    """A line that repeats another: indices of both, the rule that fired, the share of it that stands there."""

    line: int
    twin: int
    rule: str
    similarity: float


def find_repeats(lines: Sequence[Line]) -> list[Repeat]:
    r"""Find the lines of one document that repeat others of it; the twin is the one that stays.

    >>> from dedupe.lines import split_lines
    >>> first = "The harbor board voted on Tuesday to close the old pier until the spring storms are over."
    >>> second = "Fishermen called the decision hasty and asked for a second survey of the foundations."
    >>> lines = split_lines(f"{first}\n{second}\nNo comment.\n{first}\n{second}\nNo comment.")
    >>> [(repeat.line, repeat.twin, repeat.rule) for repeat in find_repeats(lines)]
    [(3, 0, 'pasted block'), (4, 1, 'pasted block'), (5, 2, 'pasted block')]
    """
    if len(lines) < 2:
        return []
    folded = [tokens(line.text) or [line.text] for line in lines]
    proposed = _propose(lines, folded)
    if not proposed:
        return []
    return _Comparison(lines, folded).decide(proposed)


def _propose(lines: Sequence[Line], folded: Sequence[Sequence[str]]) -> dict[int, list[int]]:
    """Give for each line that may repeat an earlier one, or be repeated by it, those earlier ones."""
    first: dict[tuple[str, ...], int] = {}
    see = first.setdefault
    proposed: dict[int, list[int]] = {}
    for i, words in enumerate(folded):
        shingles: list[tuple[str, ...]] = list(zip(words, words[1:], words[2:], strict=False))
        shingles = shingles or [tuple(words)]
        seen = [see(shingle, i) for shingle in shingles]
        again = len(seen) - seen.count(i)
        # One shingle of three words in thirty recurs in plain prose; a teaser or a pull quote of six words
        # brings four, and a short line is a candidate with all it has.
        if again and (again >= 4 or again >= 0.3 * len(seen)):
            counts = Counter(seen)
            del counts[i]
            proposed[i] = [j for j, _ in counts.most_common(4)]
    return proposed


class _Comparison:
    """The lines of one document, compared two by two; folded forms are kept while it lasts."""

    def __init__(self, lines: Sequence[Line], folded: Sequence[Sequence[str]]) -> None:
        self.lines = lines
        self.folded = folded
        self.joined: dict[int, str] = {}
        self.pairs: dict[int, set[tuple[str, ...]]] = {}

    def decide(self, proposed: dict[int, list[int]]) -> list[Repeat]:
        """Judge each proposal alone, then in the company of the others."""
        strong: dict[int, Repeat] = {}
        weak: dict[int, Repeat] = {}
        teasers: dict[int, Repeat] = {}
        for i, earlier in proposed.items():
            best = max(
                (self.judge(i, j) for j in earlier), key=lambda verdict: (verdict[1], verdict[0].similarity)
            )
            repeat, is_strong = best
            if is_strong:
                strong[i] = repeat
            elif repeat.similarity >= _IN_RUN:
                weak[i] = repeat
            if not is_strong:
                for j in earlier:
                    if j not in strong and j not in teasers and self.is_teaser(j, i):
                        teasers[j] = Repeat(j, i, "teaser", 1.0)
        self.fill(strong, weak)
        found = strong | {
            j: teaser for j, teaser in teasers.items() if j not in strong and teaser.twin not in strong
        }
        return [self.name(found[i], strong) for i in sorted(found)]

    def judge(self, i: int, j: int) -> tuple[Repeat, bool]:
        """Compare a line with an earlier one; tell how much stands there, and if that is enough alone."""
        if self.folded[i] == self.folded[j]:
            return Repeat(i, j, "repeated line", 1.0), self.is_long(i)
        if self.is_part(i, j):
            return Repeat(i, j, "part of a line", 1.0), True
        around = range(max(j - _REACH, 0), min(j + _REACH + 1, i))
        union: set[tuple[str, ...]] = set().union(*(self.pairs_of(near) for near in around))
        own = self.pairs_of(i)
        share = len(own & union) / len(own)
        strong = share >= _ALONE and self.is_long(i) and not self.has_other_number(i, around)
        return Repeat(i, j, "edited line", round(share, 3)), strong

    def fill(self, strong: dict[int, Repeat], weak: dict[int, Repeat]) -> None:
        """Let strong matches speak for their neighbors: weak ones in the same order, and small gaps."""
        waiting = sorted(strong)
        while waiting:
            i = waiting.pop()
            twin = strong[i].twin
            for step in (-1, 1):
                for distance in (1, 2):
                    k = i + step * distance
                    if k in strong or not 0 <= k < len(self.lines):
                        continue
                    repeat = self.neighbor(k, weak.get(k), twin, step)
                    if repeat:
                        strong[k] = repeat
                        waiting.append(k)

    def neighbor(self, k: int, weak: Repeat | None, twin: int, step: int) -> Repeat | None:
        """Match a line beside a strong one with a line beside its twin."""
        if weak and 0 <= (weak.twin - twin) * step <= _REACH:
            return weak
        for distance in (1, 2):
            j = twin + step * distance
            if 0 <= j < k and self.resembles(k, j):
                return Repeat(k, j, "edited line", round(self.ratio(k, j), 3))
        return None

    def resembles(self, k: int, j: int) -> bool:
        a, b = self.join(k), self.join(j)
        if a == b:
            return True
        if not 0.6 < len(a) / len(b) < 1.6 or len(a) > 2_000:
            return False
        return self.ratio(k, j) >= 0.8 and _letters(a) != _letters(b)

    def ratio(self, k: int, j: int) -> float:
        return SequenceMatcher(None, self.join(j), self.join(k), autojunk=False).ratio()

    def is_teaser(self, j: int, i: int) -> bool:
        """Tell whether an earlier line is a part of a later one: a teaser, or a pull quote set before."""
        words = self.folded[j]
        if len(words) >= len(self.folded[i]):
            return False
        if self.lines[j].text.endswith(("…", "...", "[…]", "[...]")) and len(words) > _PART_WORDS:
            cut = " ".join(words[:-1])
            return f" {cut}" in f" {self.join(i)}"
        return self.is_part(j, i)

    def is_part(self, i: int, j: int) -> bool:
        """Tell whether all of a line stands in another, word for word."""
        if len(self.folded[i]) < _PART_WORDS or self.weight(i) < _PART_CHARACTERS:
            return False
        return f" {self.join(i)} " in f" {self.join(j)} "

    def is_long(self, i: int) -> bool:
        return len(self.folded[i]) >= _ALONE_WORDS and self.weight(i) >= _ALONE_CHARACTERS

    def weight(self, i: int) -> float:
        """Give the length in letters; a character of a script without spaces counts two and a half."""
        text = self.lines[i].text
        return len(text) if text.isascii() else len(text) + 1.5 * len(NO_SPACES_CHARACTER.findall(text))

    def has_other_number(self, i: int, around: range) -> bool:
        """Tell whether a line has a number that its twin's neighborhood lacks."""
        numbers = {word for word in self.folded[i] if not word.isalpha() and any(c.isdigit() for c in word)}
        for j in around:
            if not numbers:
                break
            numbers.difference_update(self.folded[j])
        return bool(numbers)

    def join(self, i: int) -> str:
        if i not in self.joined:
            self.joined[i] = " ".join(self.folded[i])
        return self.joined[i]

    def pairs_of(self, i: int) -> set[tuple[str, ...]]:
        if i not in self.pairs:
            words = self.folded[i]
            self.pairs[i] = set(pairwise(words)) or {tuple(words)}
        return self.pairs[i]

    def name(self, repeat: Repeat, strong: dict[int, Repeat]) -> Repeat:
        """Call a line of a run by what the run is."""
        if repeat.rule == "teaser":
            return repeat
        in_run = any(
            k in strong and abs(strong[k].twin - repeat.twin) <= _REACH
            for k in (repeat.line - 2, repeat.line - 1, repeat.line + 1, repeat.line + 2)
        )
        if in_run:
            return Repeat(repeat.line, repeat.twin, "pasted block", repeat.similarity)
        return repeat


def _letters(text: str) -> str:
    return "".join(c for c in text if not c.isdigit())
