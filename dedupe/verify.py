"""Pairs of documents compared on their texts, a portion at a time, in either engine and on all cores.

Equal bytes need no comparison. Then two sieves: where the samples leave it open, the hashes of the words
tell cheaply which pairs have runs in common at all (`dedupe.align.screen`); only for the rest are letters,
capitals and numbers looked at, and the texts aligned word by word.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dedupe import align, facts, relation
from dedupe.candidates import count_shared
from dedupe.kernels import on_all_cores
from dedupe.relation import Verdicts, decide
from dedupe.texts import Details, Samples, Texts, detail_texts, fast_engine, word_texts

SCREENED, ALIGNED = 1 << 20, 1 << 19
"""Bytes of text in one portion: their words take three times as much memory when screened, twelve times when
aligned."""

MANY = 8_000_000
"""Bytes of text in all pairs from which on numba is worth its start, even where it must compile first (15 s):
without it a megabyte takes more than a second."""

LIKELY = 50
"""Two texts that share so many percent of the smaller sample need no first sieve. Of 50,000 texts with copies
all 7,971 such pairs passed it, and of the 13,430 others 175."""

Places = NDArray[np.int64]


def worth_compiling(texts: Texts, pairs: NDArray[np.int64], fast: bool | None) -> bool:
    """Choose the engine that compares pairs: numba when it is asked for, or where the pairs are `MANY`."""
    return fast_engine(int((texts.ends - texts.starts)[pairs].sum()), fast, MANY)


def verify(texts: Texts, samples: Samples, pairs: NDArray[np.int64], fast: bool) -> Verdicts:
    """Compare pairs of documents on their texts and name their relations; `fast` chooses compiled loops."""
    counts, shorter, longer = match_counts(texts, samples, pairs, fast)
    verdicts = decide(counts, samples.words[shorter], samples.words[longer])
    moved = (verdicts.relation == relation.SAME) & (samples.wholes[shorter] != samples.wholes[longer])
    verdicts.relation[moved] = relation.EDITED  # the same words in another order
    return verdicts


def match_counts(
    texts: Texts, samples: Samples, pairs: NDArray[np.int64], fast: bool
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Align pairs of documents: counts of `dedupe.facts`, the shorter, the longer.

    The counts of a pair that shares too little to be related are all zero.
    """
    # The shorter text is aligned to the longer one; a tie goes by number.
    swap = samples.words[pairs[:, 0]] < samples.words[pairs[:, 1]]
    longer = np.where(swap, pairs[:, 1], pairs[:, 0])
    shorter = np.where(swap, pairs[:, 0], pairs[:, 1])
    counts = np.zeros((len(pairs), facts.COUNTS), np.int64)
    equal = _equal_bytes(texts, shorter, longer, samples)
    counts[equal, facts.EQUAL] = samples.words[longer[equal]]
    counts[equal, facts.A_LAST] = counts[equal, facts.B_LAST] = samples.words[longer[equal]] - 1
    shared = count_shared(samples.kept, pairs, fast)
    smaller = np.diff(samples.kept.offsets)[pairs].min(axis=1)
    hopeful = ~equal & (100 * shared >= LIKELY * smaller)

    def screen(numbers: Places, rows: Places, left: Places, right: Places) -> None:
        words = word_texts(texts.some(numbers), fast, int(samples.words[numbers].sum()))
        hopeful[rows] = _screened(words, left, right, fast)

    def compare(numbers: Places, rows: Places, left: Places, right: Places) -> None:
        details = detail_texts(texts.some(numbers), fast, int(samples.words[numbers].sum()))
        counts[rows] = _compared(details, left, right, fast)

    _in_portions(texts, shorter, longer, np.flatnonzero(~equal & ~hopeful), SCREENED, screen, fast)
    _in_portions(texts, shorter, longer, np.flatnonzero(hopeful), ALIGNED, compare, fast)
    return counts, shorter, longer


def _in_portions(
    texts: Texts, shorter: Places, longer: Places, rows: Places, size: int,
    work: Callable[[Places, Places, Places, Places], None], fast: bool,
) -> None:  # fmt: skip
    """Do work(numbers, rows, left, right) for portions of the pairs; `numbers` are the texts of the portion.

    Pairs of one group stand together, neighbors in length beside each other, so that few texts are read more
    than once. The compiled loops let go of the interpreter, so that portions run on all cores; each writes
    rows of its own.
    """
    sizes = texts.ends - texts.starts
    group = _groups(longer[rows], shorter[rows], len(texts))
    rows = rows[np.lexsort((shorter[rows], sizes[shorter[rows]], group))]
    both = np.stack([longer[rows], shorter[rows]], axis=1).ravel()
    fresh = np.zeros(len(both), np.int64)
    _, first = np.unique(both, return_index=True)
    fresh[first] = sizes[both[first]]
    portion = np.cumsum(fresh)[1::2] // size
    portions = [part for part in np.split(rows, np.flatnonzero(np.diff(portion)) + 1) if len(part)]

    def one(part: Places) -> None:
        part = part[
            np.lexsort((shorter[part], longer[part]))
        ]  # the index of a longer text serves all its pairs
        numbers, place = np.unique(np.concatenate([shorter[part], longer[part]]), return_inverse=True)
        work(numbers, part, place[: len(part)], place[len(part) :])
        texts.release()

    on_all_cores(one, portions, fast)


def _groups(longer: Places, shorter: Places, count: int) -> Places:
    """Label pairs so that most of those whose texts hang together have one label."""
    label = np.arange(count)
    for _ in range(2):
        least = np.minimum(label[longer], label[shorter])
        np.minimum.at(label, longer, least)
        np.minimum.at(label, shorter, least)
    return label[longer]


def _equal_bytes(
    texts: Texts, one: NDArray[np.int64], other: NDArray[np.int64], samples: Samples
) -> NDArray[np.bool_]:
    """Say which pairs are the same byte for byte: nothing more need be compared."""
    sizes = texts.ends - texts.starts
    equal: NDArray[np.bool_] = (samples.wholes[one] == samples.wholes[other]) & (sizes[one] == sizes[other])

    def compare(numbers: Places, rows: Places, left: Places, right: Places) -> None:
        some = texts.some(numbers)
        pairs = zip(left.tolist(), right.tolist(), strict=True)
        equal[rows] = [some.bytes(a) == some.bytes(b) for a, b in pairs]

    _in_portions(texts, one, other, np.flatnonzero(equal), SCREENED, compare, fast=False)
    return equal


def _screened(words: Details, left: Places, right: Places, fast: bool) -> NDArray[np.bool_]:
    hopeful = np.ones(len(left), np.bool_)
    longest = int(np.diff(words.offsets).max())
    places = align.room_for(longest)
    if fast:
        from dedupe.kernels import compiled

        compiled("screen")(
            words.arrays, words.offsets, left, right, np.empty(places, np.int64),
            np.empty(longest + 1, np.int64), np.empty((longest // 3 + 2, 3), np.int64), hopeful,
        )  # fmt: skip
        return hopeful
    said = [True] * len(left)
    align.screen(
        tuple(array.tolist() for array in words.arrays), words.offsets.tolist(), left.tolist(),
        right.tolist(), [0] * places, [0] * (longest + 1), [[0] * 3 for _ in range(longest // 3 + 2)], said,
    )  # fmt: skip
    hopeful[:] = said
    return hopeful


def _compared(details: Details, left: Places, right: Places, fast: bool) -> NDArray[np.int64]:
    longest = int(np.diff(details.offsets).max())
    places, cells = align.room_for(longest), align.CELLS + 2 * longest + 2
    if fast:
        from dedupe.kernels import compiled

        counts = np.zeros((len(left), facts.COUNTS), np.int64)
        compiled("verify")(
            details.arrays, details.offsets, left, right, np.empty(places, np.int64),
            np.empty(longest + 1, np.int64), np.empty((longest // 3 + 2, 3), np.int64),
            np.empty(cells, np.int64), np.empty(longest + 1, np.int64), np.empty(longest + 1, np.bool_),
            np.empty((2, 64)), counts,
        )  # fmt: skip
        return counts
    found = [[0] * facts.COUNTS for _ in left]
    hashes, grams, words = (array.tolist() for array in details.arrays)
    facts.verify(
        (hashes, grams, [align.Word(*word) for word in words]), details.offsets.tolist(), left.tolist(),
        right.tolist(), [0] * places, [0] * (longest + 1), [[0] * 3 for _ in range(longest // 3 + 2)],
        [0] * cells, [0] * (longest + 1), [False] * (longest + 1), [[0.0] * 64 for _ in range(2)], found,
    )  # fmt: skip
    return np.array(found, np.int64)
