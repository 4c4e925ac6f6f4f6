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

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from itertools import repeat as same

from dedupe.lines import NO_SPACES_CHARACTER, fold_words
from dedupe.model import Line

# A line must be this long to be believed on its own: shorter ones are said twice in good prose. Measured
# on news in three languages with refrains, interviews and schedules planted: 99 % of those survive.
_ALONE_CHARACTERS, _ALONE_WORDS = 60, 7
# A part of another line: a pull quote, a split paragraph.
_PART_CHARACTERS, _PART_WORDS = 30, 6
# Share of a line's word pairs that stand in its twin and the lines around it.
_ALONE, _IN_RUN = 0.85, 0.55
# Three long lines in order need less each: one word in eight changed leaves this.
_ONE_OF_THREE = 0.7
# Likeness of letters from which two words are one, mistyped or inflected.
_SAME_WORD = 0.6
# And from which two lines are, that stand in the same place of two copies.
_SAME_LINE = 0.8
# Lines on either side of a twin that count as its neighborhood, because paragraphs get merged.
_REACH = 3
# Share of a line's shingles of three words that stood before, for a closer look: one word in ten changed
# leaves seven in ten of them.
_SHARE = 0.25
# Longer lines are compared word by word; a typing error in a shorter one would weigh too much.
_BY_WORDS = 120
_WORD = re.compile(r"\w+")
_ALL = 1 << 20  # shingles shared, where nobody counted
# From this many lines on, an index of all shingles costs more memory than signatures do.
_MANY_LINES = 5_000


@dataclass(frozen=True, slots=True)
class Repeat:
    """A line that repeats another: the indices of both, the rule, the share that stands there."""

    line: int
    twin: int
    rule: str
    similarity: float


def find_repeats(lines: Sequence[Line], heading: frozenset[int] = frozenset()) -> list[Repeat]:
    r"""Find the lines of one document that repeat others of it; the twin is the one that stays.

    `heading` has the indices of the title and the date lines: a copy of them is a repeat, but a subheading
    may well say a part of the title again.

    >>> from dedupe.lines import split_lines
    >>> first = "The harbor board voted on Tuesday to close the old pier until the spring storms are over."
    >>> second = "Fishermen called the decision hasty and asked for a second survey of the foundations."
    >>> lines = split_lines(f"{first}\n{second}\nNo comment.\n{first}\n{second}\nNo comment.")
    >>> [(repeat.line, repeat.twin, repeat.rule) for repeat in find_repeats(lines)]
    [(3, 0, 'pasted block'), (4, 1, 'pasted block'), (5, 2, 'pasted block')]
    """
    if len(lines) < 2:
        return []
    candidates = _propose(lines) if len(lines) < _MANY_LINES else _propose_by_sketch(lines)
    if not candidates:
        return []
    return _Comparison(lines, heading).decide(candidates)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line some of whose shingles stood before: the share of them, and how many in which earlier lines."""

    share: float
    earlier: Sequence[tuple[int, int]]


def _propose(lines: Sequence[Line]) -> dict[int, _Candidate]:
    """Give the lines that may repeat earlier ones, or be repeated by them.

    Here words are what stands between blanks, which is five times faster to get than folded words; a copy
    with other quotes keeps enough of them, and its short lines are found by their neighbors. Shingles are
    known by their hashes, which take a quarter of their memory; that two have one costs a comparison.
    """
    first: dict[int, int] = {}
    see = first.setdefault
    proposed: dict[int, _Candidate] = {}
    for i, line in enumerate(lines):
        words = line.text.split()
        if len(line.text) > 12 * len(words):
            words = fold_words(line.text) or words
        if len(words) > 2:
            seen = list(map(see, map(hash, zip(words, words[1:], words[2:], strict=False)), same(i)))
        else:
            seen = [see(hash(tuple(words)), i)]
        again = len(seen) - seen.count(i)
        # One shingle of three words in thirty recurs in plain prose; a teaser or a pull quote of six words
        # brings four, and a short line is a candidate with all it has.
        if again and (again >= 4 or again >= _SHARE * len(seen)):
            counts = Counter(seen)
            del counts[i]
            proposed[i] = _Candidate(again / len(seen), counts.most_common(4))
    return proposed


def _propose_by_sketch(lines: Sequence[Line]) -> dict[int, _Candidate]:
    """Propose by MinHash, in a text of very many lines: signatures take a tenth of the memory of shingles."""
    from dedupe.proposals import propose_repeats

    earlier: dict[int, list[tuple[int, int]]] = {}
    for i, j in propose_repeats([line.text for line in lines]):
        earlier.setdefault(i, []).append((j, _ALL))
    return {i: _Candidate(1.0, places) for i, places in sorted(earlier.items())}


class _Comparison:
    """The lines of one document, compared two by two; folded forms are kept while it lasts."""

    def __init__(self, lines: Sequence[Line], heading: frozenset[int]) -> None:
        self.lines = lines
        self.heading = heading
        self.words: dict[int, list[str]] = {}
        self.joined: dict[int, str] = {}
        self.pairs: dict[int, set[tuple[str, ...]]] = {}

    def decide(self, candidates: dict[int, _Candidate]) -> list[Repeat]:
        """Judge each candidate alone, then in the company of the others."""
        strong: dict[int, Repeat] = {}
        weak: dict[int, Repeat] = {}
        teasers: dict[int, Repeat] = {}
        for i, candidate in candidates.items():
            if candidate.share >= _SHARE:
                found, is_strong = self.judge(i, [j for j, _ in candidate.earlier])
                if is_strong:
                    strong[i] = found
                    continue
                if found.similarity >= _IN_RUN:
                    weak[i] = found
            for j, count in candidate.earlier:
                # All words of a teaser stand in the paragraph, so nearly all of its shingles do.
                if 2 * count >= len(self.lines[j].text.split()) - 2 and self.is_teaser(j, i):
                    teasers.setdefault(j, Repeat(j, i, "teaser", 1.0))
        strong |= self.runs(weak)
        self.fill(strong, weak)
        for j, teaser in teasers.items():
            if teaser.twin not in strong:
                strong.setdefault(j, teaser)
        return self.settle(strong)

    def runs(self, weak: dict[int, Repeat]) -> dict[int, Repeat]:
        """Give weak matches that are a copy together: three paragraphs in the order of their twins."""
        good = {
            i: found
            for i, found in weak.items()
            if found.similarity >= _ONE_OF_THREE
            and self.is_long(i)
            and not self.has_other_number(i, self.around(found.twin, i))
        }
        together: dict[int, Repeat] = {}
        for i, found in good.items():
            following = [good.get(i + 1), good.get(i + 2)]
            if all(
                other and 0 < other.twin - found.twin <= distance + 1
                for distance, other in enumerate(following, 1)
            ):
                together |= {k: good[k] for k in (i, i + 1, i + 2)}
        return together

    def settle(self, found: dict[int, Repeat]) -> list[Repeat]:
        """Give each line a twin that stays: of three copies, the third repeats the first."""
        settled = []
        for i in sorted(found):
            each = found[i]
            twin = each.twin
            while twin in found and found[twin].twin != i:
                twin = found[twin].twin
            if twin != each.twin:
                if twin in found or self.share(i, twin) < _IN_RUN:
                    continue
                each = Repeat(i, twin, each.rule, round(self.share(i, twin), 3))
            settled.append(self.name(each, found))
        return settled

    def judge(self, i: int, earlier: Sequence[int]) -> tuple[Repeat, bool]:
        """Compare a line with earlier ones; give the best match, and whether it needs no company."""
        for j in earlier:
            if self.fold(i) == self.fold(j):
                return Repeat(i, j, "repeated line", 1.0), self.is_long(i)
        for j in earlier:
            if j not in self.heading and self.is_part(i, j):
                return Repeat(i, j, "part of a line", 1.0), True
        # Neighbors of the twin bring its words as well; the twin itself brings the most of them alone.
        own = self.pairs_of(i)
        share, _, j = max((self.share(i, j), len(own & self.pairs_of(j)), -j) for j in earlier)
        is_strong = (
            share >= _ALONE
            and self.is_long(i)
            and not self.has_other_number(i, self.around(-j, i))
            and not self.has_other_word(i, -j)
        )
        return Repeat(i, -j, "edited line", round(share, 3)), is_strong

    def share(self, i: int, j: int) -> float:
        """Give the share of a line's word pairs that stand in another or the lines around it."""
        own = left = self.pairs_of(i)
        for near in self.around(j, i):
            left = left - self.pairs_of(near)
        return (len(own) - len(left)) / len(own)

    def around(self, j: int, i: int) -> range:
        """Give the lines around a twin, up to the line that repeats it."""
        if j < i:
            return range(max(j - _REACH, 0), min(j + _REACH + 1, i))
        return range(max(j - _REACH, i + 1), min(j + _REACH + 1, len(self.lines)))

    def fill(self, strong: dict[int, Repeat], weak: dict[int, Repeat]) -> None:
        """Let strong matches speak for their neighbors: weak ones in the same order, and small gaps."""
        waiting = [i for i, found in strong.items() if not self.is_lone_part(found, strong)]
        while waiting:
            i = waiting.pop()
            twin = strong[i].twin
            for k in (i - 2, i - 1, i + 1, i + 2):
                if k in strong or not 0 <= k < len(self.lines):
                    continue
                found = self.neighbor(k, weak.get(k), i, twin)
                if found and self.is_taken(found, strong):
                    continue
                if found:
                    strong[k] = found
                    waiting.append(k)

    def is_taken(self, found: Repeat, strong: dict[int, Repeat]) -> bool:
        """Tell whether a line close by is the copy of the same twin, word for word: then this one is not."""
        if found.similarity == 1.0:
            return False
        near = (strong.get(k) for k in range(found.line - _REACH, found.line + _REACH + 1))
        return any(
            other and other.twin == found.twin and self.fold(other.line) == self.fold(other.twin)
            for other in near
        )

    def is_lone_part(self, found: Repeat, strong: dict[int, Repeat]) -> bool:
        """Tell whether a match is a pull quote, which has no neighbors, rather than a piece of a copy."""
        if found.rule != "part of a line":
            return False
        near = (strong.get(k) for k in (found.line - 2, found.line - 1, found.line + 1, found.line + 2))
        return not any(other and abs(other.twin - found.twin) <= _REACH for other in near)

    def neighbor(self, k: int, weak: Repeat | None, i: int, twin: int) -> Repeat | None:
        """Match a line near a repeated one with a line as near to the twin."""
        # Merged and split paragraphs shift the places by a line or two.
        if weak and (weak.twin - twin) * (k - i) >= 0 and abs((weak.twin - twin) - (k - i)) <= 2:
            # Lines made after one pattern are all alike; only its own copy has all the numbers of a line.
            is_own = weak.twin != twin or self.fit(k, i, twin)
            if is_own and not self.has_other_number(k, self.around(weak.twin, k)):
                return weak
        step = 1 if k > i else -1
        for distance in (1, 2):
            j = twin + step * distance
            if 0 <= j < min(k, i) and self.resembles(k, j) and not self.has_other_number(k, range(j, j + 1)):
                return Repeat(k, j, "edited line", round(self.ratio(k, j), 3))
        return None

    def fit(self, k: int, i: int, twin: int) -> bool:
        """Tell whether two lines can be the halves of a third."""
        return len(self.join(k)) + len(self.join(i)) <= 1.2 * len(self.join(twin))

    def resembles(self, k: int, j: int) -> bool:
        """Tell whether two lines in the same place of two copies are one line, edited."""
        a, b = self.fold(k), self.fold(j)
        if a == b:
            return True
        # Cheap bounds first: most lines that are asked about have nothing in common.
        if not 0.6 < len(self.join(k)) / max(len(self.join(j)), 1) < 1.6:
            return False
        new, old = self.units(k, j)
        if 2 * (Counter(new) & Counter(old)).total() < _SAME_LINE * (len(new) + len(old)):
            return False
        return self.ratio(k, j) >= _SAME_LINE and _letters(self.join(k)) != _letters(self.join(j))

    def ratio(self, k: int, j: int) -> float:
        """Give the likeness of two lines."""
        new, old = self.units(k, j)
        return SequenceMatcher(None, old, new, autojunk=False).ratio()

    def units(self, k: int, j: int) -> tuple[Sequence[str], Sequence[str]]:
        """Give what two lines are compared by: letters where they are short, words where they are long."""
        if len(self.join(k)) > _BY_WORDS:
            return self.fold(k), self.fold(j)
        return self.join(k), self.join(j)

    def is_teaser(self, j: int, i: int) -> bool:
        """Tell whether an earlier line is a part of a later one: a teaser, or a pull quote set before."""
        return len(self.fold(j)) < len(self.fold(i)) and self.is_part(j, i)

    def is_part(self, i: int, j: int) -> bool:
        """Tell whether all of a line stands in another, letter for letter; its last word may be cut off."""
        if len(self.fold(i)) < _PART_WORDS or self.weight(i) < _PART_CHARACTERS:
            return False
        return self.join(i) in self.join(j)

    def is_long(self, i: int) -> bool:
        return len(self.fold(i)) >= _ALONE_WORDS and self.weight(i) >= _ALONE_CHARACTERS

    def weight(self, i: int) -> float:
        """Give the length in letters; a character of a script without spaces counts two and a half."""
        text = self.lines[i].text
        return len(text) if text.isascii() else len(text) + 1.5 * len(NO_SPACES_CHARACTER.findall(text))

    def has_other_word(self, i: int, j: int) -> bool:
        """Tell whether a word of one line stands for a different one of the other.

        `The buyer shall …` and `The seller shall …` are two sentences; a typing error, an inserted or a
        lost word makes no other sentence.
        """
        a, b = self.fold(j), self.fold(i)
        if len(a) > 2 * len(b) or len(b) > 2 * len(a):
            return False  # merged or split paragraphs
        for kind, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            if kind == "replace":
                old, new = "".join(a[a1:a2]), "".join(b[b1:b2])
                if SequenceMatcher(None, old, new, autojunk=False).ratio() < _SAME_WORD:
                    return True
        return False

    def has_other_number(self, i: int, around: range) -> bool:
        """Tell whether a line has a number that its twin's neighborhood lacks."""
        numbers = {word for word in self.fold(i) if not word.isalpha() and any(c.isdigit() for c in word)}
        for j in around:
            if not numbers:
                break
            numbers.difference_update(self.fold(j))
        return bool(numbers)

    def fold(self, i: int) -> list[str]:
        if i not in self.words:
            self.words[i] = fold_words(self.lines[i].text) or [self.lines[i].text]
        return self.words[i]

    def join(self, i: int) -> str:
        """Give the letters and digits of a line, without all that copies differ in."""
        if i not in self.joined:
            self.joined[i] = "".join(_WORD.findall(self.lines[i].text.casefold()))
        return self.joined[i]

    def pairs_of(self, i: int) -> set[tuple[str, ...]]:
        if i not in self.pairs:
            words = self.fold(i)
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
