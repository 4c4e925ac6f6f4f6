"""What two texts are to each other, decided from what stands in both and what differs.

Four questions. *Coverage*: how much of the shorter text stands in the longer, word by word, slight damage
forgiven? *Facts*: where a few words differ between words that agree, is it a number or a name on both
sides? *Topic*: where whole passages differ, do they still speak of the same names? *Order*: does the one
stand in the other in stretches, or in phrases from all over it?

A frame filled with other facts (weather, results, notices) differs in nothing but facts; a copy that was
edited, scanned or cut differs in ordinary words too, or not at all. So what is forgiven grows with the
ordinary differences, and a short text is forgiven nothing.

The thresholds were calibrated with `scripts/calibrate` on two sets of planted pairs (10,609 and 6,904
documents, 17 languages, 20 to 8,000 words; November 2026). None is a knife edge: see `docs/benchmarks.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe import facts

SAME, EDITED, TRUNCATED, CONTAINED, OTHER_FACTS, UNRELATED, SIMILAR = range(7)
NAMES = ("same", "edited", "truncated", "contained", "other facts", "unrelated", "similar")
"""`similar` is what `dedupe.similar` finds, by the share of common shingles alone."""
DUPLICATES = ("same", "edited", "truncated", "contained")
"""Relations that remove a document unless told otherwise; `other facts` never does."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the decision turns on. Shares are of the words of the shorter text.

    floor, short_floor, short, long
        Least coverage: `floor` from `long` words on, rising to `short_floor` at `short` words.
    tiny
        Texts of fewer words are duplicates only when all their words are equal.
    passage, passage_words, told_coverage
        Passages that stand opposite other passages may be `passage` of the text, or so many words; more
        only from a coverage of `told_coverage` on, or where they share their names (`shared_names`).
    sentence
        A rewritten passage of so many words is an ordinary difference, as an exchanged word is.
    cut_coverage, cut_density, cut_words
        A cut copy in furniture: one text begins where the match begins, the match is `cut_density`
        without holes, and so much of the shorter text, and so many words at least.
    headline, credit
        So many words before such a match, if it begins a line, and behind it are no part of the article.
        (With 40 for `headline`, articles that quote one statement or one law were merged.)
    turns, stretch, stretch_of_part
        Where the match goes back in the other text more than `turns` times, it must be so many words on
        average from one time to the next, in a much longer text more. Articles whose paragraphs were put in
        another order came to 15.8 and more, parts of longer ones to 27; articles made of a dozen phrases,
        the one inside the other, to 10 to 25.
    grown
        The longer text has so many times the words of the shorter: it may carry a new time or number at
        its head (`head_numbers`), and one more in texts of `calm` words.
    rare, rare_long
        In scripts without capitals, texts of `rare_long` words may differ in one word of `rare`, if in no
        number. (The shorter frames in which a name alone differs have under 100; nothing longer was at hand.)
    filed
        From so many words on, names in the first words of both texts (a byline, a place) may differ, and
        phrases where nothing but slots does.
    """

    floor: float = 0.75
    short_floor: float = 0.90
    short: int = 30
    long: int = 100
    tiny: int = 16
    passage: float = 0.08
    passage_words: int = 10
    told_coverage: float = 0.84
    shared_names: float = 0.25
    sentence: int = 6
    cut_coverage: float = 0.60
    cut_density: float = 0.90
    cut_words: int = 40
    headline: int = 12
    credit: int = 8
    turns: int = 2
    stretch: int = 15
    stretch_of_part: int = 25
    grown: float = 1.15
    head_numbers: int = 2
    calm: int = 200
    rare: int = 200
    rare_long: int = 400
    filed: int = 100


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Decisions for many pairs, with their evidence. One row for each pair, shorter text first.

    relation int8: index into NAMES; coverage, similarity float64: share of the shorter text that stands in
    the longer, and share of all words of both that are the same; numbers, names int64: facts that differ;
    first, last int64: where the match lies in the longer text, in words.
    """

    relation: NDArray[np.int8]
    coverage: NDArray[np.float64]
    similarity: NDArray[np.float64]
    numbers: NDArray[np.int64]
    names: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def decide(
    counts: NDArray[np.int64],
    shorter: NDArray[np.int64],
    longer: NDArray[np.int64],
    thresholds: Thresholds | None = None,
) -> Verdicts:
    """Name the relation of pairs from the counts of `dedupe.facts.compare` and the sizes in words."""
    t = thresholds or Thresholds()
    c = _Counts(counts, shorter, longer)
    matched = (_covers(c, t) | _is_cut(c, t)) & _in_order(c, t)
    faithful = _conflicts(c, t) <= _forgiven(c, t)
    equal = counts[:, facts.EQUAL] == longer
    tiny = shorter < t.tiny
    relation = np.full(len(counts), UNRELATED, np.int8)
    relation[matched & ~faithful] = OTHER_FACTS
    duplicate = matched & faithful & ~tiny
    relation[duplicate] = np.where(c.open_end, TRUNCATED, np.where(c.inside, CONTAINED, EDITED))[duplicate]
    relation[equal] = SAME
    return Verdicts(
        relation,
        c.coverage,
        c.same / np.maximum(1, shorter + longer - c.same),
        counts[:, facts.NUMBERS] + counts[:, facts.HEAD_NUMBERS] + counts[:, facts.MISREAD_NUMBERS],
        c.names + c.filed,
        counts[:, facts.B_FIRST],
        counts[:, facts.B_LAST],
    )


class _Counts:
    """The counts of `dedupe.facts.compare` by name, and what follows from them directly."""

    def __init__(
        self, counts: NDArray[np.int64], shorter: NDArray[np.int64], longer: NDArray[np.int64]
    ) -> None:
        self.shorter, self.longer = shorter, longer
        self.words = counts[:, facts.WORDS]
        # One or two such words or characters may be names; many, all over a text, are a scanner's.
        singles = counts[:, facts.SINGLES]
        scanned = singles + counts[:, facts.DAMAGED] >= 4
        self.damaged = counts[:, facts.DAMAGED] + np.where(scanned, singles, 0)
        self.uncased = counts[:, facts.UNCASED] + np.where(scanned, 0, singles)
        self.names = counts[:, facts.NAMES] + counts[:, facts.FIRST_NAMES] + self.uncased
        self.heads, self.filed = counts[:, facts.HEADS], counts[:, facts.FILED]
        self.numbers, self.head_numbers = counts[:, facts.NUMBERS], counts[:, facts.HEAD_NUMBERS]
        self.misread_numbers = counts[:, facts.MISREAD_NUMBERS]
        self.passages, self.told = counts[:, facts.PASSAGES], counts[:, facts.TOLD]
        self.shared = counts[:, facts.SHARED]
        lone = counts[:, facts.LONE_A] + counts[:, facts.LONE_B]
        self.phrases, self.framed = counts[:, facts.PHRASES], lone + self.passages + self.damaged == 0
        self.turns = counts[:, facts.TURNS]
        self.same = counts[:, facts.EQUAL] + counts[:, facts.DAMAGED] + counts[:, facts.RESTATED]
        self.coverage: NDArray[Any] = self.same / np.maximum(1, shorter)
        a_first, a_last = counts[:, facts.A_FIRST], counts[:, facts.A_LAST]
        b_first, b_last = counts[:, facts.B_FIRST], counts[:, facts.B_LAST]
        self.before, self.behind = a_first, shorter - 1 - a_last
        self.at_line = counts[:, facts.AT_LINE] > 0
        self.begins = np.minimum(a_first, b_first)
        self.hull = np.minimum(a_last - a_first, b_last - b_first) + 1
        self.much_longer = longer >= 1.1 * shorter
        self.open_end = self.much_longer & (b_first <= 3) & (longer - b_last > 0.05 * longer)
        self.inside = self.much_longer & ~self.open_end


def _covers(c: _Counts, t: Thresholds) -> NDArray[np.bool_]:
    """Say where the longer text covers the shorter one."""
    rise = (t.short_floor - t.floor) / (t.long - t.short)
    floor = np.clip(t.short_floor - (c.shorter - t.short) * rise, t.floor, t.short_floor)
    few = (c.passages <= np.maximum(t.passage_words, t.passage * c.shorter)) | (c.coverage >= t.told_coverage)
    topic = (c.shared >= 2) & (c.shared >= t.shared_names * c.told)
    covered: NDArray[np.bool_] = (c.coverage >= floor) & (few | topic)
    return covered


def _is_cut(c: _Counts, t: Thresholds) -> NDArray[np.bool_]:
    """Say where one run of words without holes is the article, and what stands around it is not.

    A cut copy in furniture begins where the other text begins: neither covers the other. A passage may also
    have got a headline and a credit of its own.
    """
    dense = (c.same >= t.cut_density * np.maximum(1, c.hull)) & (c.same >= t.cut_words)
    furnished = (c.begins <= 3) & (c.coverage >= t.cut_coverage)
    retitled = c.at_line & (c.before <= t.headline) & (c.behind <= t.credit) & (c.coverage >= t.floor)
    cut: NDArray[np.bool_] = dense & (furnished | retitled)
    return cut


def _in_order(c: _Counts, t: Thresholds) -> NDArray[np.bool_]:
    """Say where the words of one text stand in the other in stretches, and not as phrases of one stock."""
    stretch = np.where(c.much_longer, t.stretch_of_part, t.stretch)
    in_order: NDArray[np.bool_] = (c.turns <= t.turns) | (c.same >= stretch * c.turns)
    return in_order


def _conflicts(c: _Counts, t: Thresholds) -> NDArray[np.int64]:
    """Count the facts that differ, those aside that a grown or misread text explains."""
    grown = c.longer >= t.grown * c.shorter
    only_there = (c.names == 0) & (c.words == 0) & (c.shorter >= 60)
    at_head = np.where(grown & only_there & (c.head_numbers <= t.head_numbers), 0, c.head_numbers)
    # Digits that differ as letters do are damage where other words are damaged as well.
    scanned = (c.damaged >= 3) & (c.damaged >= 0.02 * c.shorter)
    once = (c.damaged >= 1) & (c.misread_numbers == 1) & (c.shorter >= 100)
    misread = np.where(scanned | once, 0, c.misread_numbers)
    numbers = c.numbers + misread
    numbers = np.where(grown & (c.shorter >= t.calm) & (numbers <= 1), 0, numbers)
    # Who filed a report, and from where, is no fact of it; but a short text may be about nothing else.
    names = c.names + np.where(c.shorter < 100, c.heads, 0) + np.where(c.shorter < t.filed, c.filed, 0)
    # Without capitals every exchanged word may be a name. A long text is about more than one, and its date
    # would differ as well.
    rare = (c.shorter >= t.rare_long) & (c.uncased * t.rare <= c.shorter) & (numbers + c.head_numbers == 0)
    names = names - np.where(rare, c.uncased, 0)
    # In a text of a few lines any word that was exchanged may be the fact; in a longer frame a phrase, if
    # nothing else differs: the rest of an edited text does.
    framed = c.framed & (c.words == c.phrases) & (c.shorter < t.filed)
    words = np.where((c.shorter < 60) | framed, c.words, 0)
    total: NDArray[np.int64] = numbers + at_head + names + words
    return total


def _forgiven(c: _Counts, t: Thresholds) -> NDArray[np.float64]:
    """Say how many differing facts the ordinary differences make up for."""
    edited = np.where(c.words >= 4, np.maximum(1, 0.25 * c.words), 0.0)
    # Who exchanged a word, or rewrote a sentence, may have put a figure right as well: in a long text one
    # for each, up to two; in a shorter one one for both. A fact at the head is the day of another report.
    ordinary = np.where(c.head_numbers == 0, c.words + (c.passages >= t.sentence), 0)
    few = np.where((ordinary >= 2) & (c.shorter >= 100), 1, 0)
    edited = np.maximum(edited, np.where(c.shorter >= t.calm, np.minimum(ordinary, 2), few))
    damaged = (c.damaged >= 2) & (c.damaged >= np.minimum(5, 0.019 * c.shorter)) & (c.shorter >= 90)
    damaged |= (c.damaged >= 3) & (c.damaged >= np.minimum(5, 0.025 * c.shorter))
    scanned = np.where(damaged, np.maximum(1.0, np.ceil(0.25 * c.damaged)), 0.0)
    forgiven: NDArray[np.float64] = np.maximum(edited, scanned)
    return forgiven
