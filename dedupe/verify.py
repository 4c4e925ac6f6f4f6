"""Pairs of documents compared on their texts, a portion at a time, in either engine and on all cores.

Equal bytes need no comparison. Of the other pairs, the hashes of the words show where they have runs in
common, and so which are not worth a closer look (`dedupe.align.screen`). Letters, capitals and numbers are
looked at only of the words between those runs, and those are aligned word by word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe import align, facts, relation
from dedupe.kernels import on_all_cores
from dedupe.relation import Verdicts, decide
from dedupe.texts import Samples, Texts, describe, fast_engine, word_texts

PORTION = 1 << 20
"""Bytes of text that are compared at a time; their words take seven times as much memory, and three times as
much again where much of them is described."""

MANY, MANY_IF_KEPT = 8_000_000, 1_000_000
"""Bytes of text in all pairs from which on numba is worth its start: where it must compile first (15 s), and
where an earlier run has (.9 s). Without it a megabyte takes more than a second."""

Places = NDArray[np.int64]


def worth_compiling(texts: Texts, pairs: NDArray[np.int64], fast: bool | None) -> bool:
    """Choose the engine that compares pairs: numba when it is asked for, or where the pairs are `MANY`."""
    size = int((texts.ends - texts.starts)[pairs].sum())
    if fast is not None or not MANY_IF_KEPT <= size < MANY:
        return fast_engine(size, fast, MANY)
    from dedupe.kernels import are_kept

    return fast_engine(size, None, MANY_IF_KEPT) and are_kept("verify")


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
    sizes = texts.ends - texts.starts
    alike = (samples.wholes[longer] == samples.wholes[shorter]) & (sizes[longer] == sizes[shorter])

    def compare(numbers: Places, rows: Places, left: Places, right: Places) -> None:
        some = texts.some(numbers)
        equal = _equal_bytes(some, alike[rows], left, right)
        words = samples.words[longer[rows[equal]]]
        counts[rows[equal], facts.EQUAL] = words
        counts[rows[equal], facts.A_LAST] = counts[rows[equal], facts.B_LAST] = words - 1
        rows, left, right = rows[~equal], left[~equal], right[~equal]
        if len(rows):
            used, place = np.unique(np.concatenate([left, right]), return_inverse=True)
            count = int(samples.words[numbers[used]].sum())
            left, right = place[: len(rows)], place[len(rows) :]
            counts[rows] = _compared(some.some(used), count, left, right, fast)

    _in_portions(texts, shorter, longer, compare, fast)
    return counts, shorter, longer


def _in_portions(
    texts: Texts, shorter: Places, longer: Places, work: Callable[[Places, Places, Places, Places], None],
    fast: bool,
) -> None:  # fmt: skip
    """Do work(numbers, rows, left, right) for portions of the pairs; `numbers` are the texts of the portion.

    Pairs of one group stand together, neighbors in length beside each other, so that few texts are read more
    than once. The compiled loops let go of the interpreter, so that portions run on all cores; each writes
    rows of its own.
    """
    sizes = texts.ends - texts.starts
    rows = np.lexsort((shorter, sizes[shorter], _groups(longer, shorter, len(texts))))
    both = np.stack([longer[rows], shorter[rows]], axis=1).ravel()
    fresh = np.zeros(len(both), np.int64)
    _, first = np.unique(both, return_index=True)
    fresh[first] = sizes[both[first]]
    portion = np.cumsum(fresh)[1::2] // PORTION
    portions = [part for part in np.split(rows, np.flatnonzero(np.diff(portion)) + 1) if len(part)]

    def one(part: Places) -> None:
        # The index of a longer text serves all its pairs.
        part = part[np.lexsort((shorter[part], longer[part]))]
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


def _equal_bytes(texts: Texts, alike: NDArray[np.bool_], left: Places, right: Places) -> NDArray[np.bool_]:
    """Say which pairs of texts, of those that look alike, are the same byte for byte."""
    equal = alike.copy()
    pairs = zip(left[alike].tolist(), right[alike].tolist(), strict=True)
    equal[alike] = [texts.bytes(one) == texts.bytes(other) for one, other in pairs]
    return equal


def _compared(texts: Texts, count: int, left: Places, right: Places, fast: bool) -> NDArray[np.int64]:
    """Give the counts of pairs of texts that have `count` words together; zeros for a pair without hope."""
    words = word_texts(texts, fast, count)
    sizes = np.diff(words.offsets)
    longest = int(sizes.max())
    hopeful, ends = np.empty(len(left), np.bool_), np.empty(len(left) + 1, np.int64)
    found = np.empty((int((sizes[left] // 3 + 1).sum()), 3), np.int64)
    asked = np.zeros(len(words.hashes), np.bool_)
    hashes = (words.hashes, words.grams)
    _run(
        align.screen, fast, (hashes, words.offsets, left, right),
        np.empty(align.room_for(longest), np.int64), np.empty(longest + 1, np.int64), hopeful, found, ends,
        asked,
    )  # fmt: skip
    described, cased = describe(texts, words, asked, fast)
    counts = np.zeros((len(left), facts.COUNTS), np.int64)
    _run(
        facts.verify, fast,
        ((*hashes, described), words.offsets, cased, left, right, hopeful, found, ends),
        np.empty(align.CELLS + 2 * longest + 2, np.int64), np.empty(longest + 1, np.int64),
        np.empty(longest + 1, np.bool_), np.empty((2, 64)), counts,
    )  # fmt: skip
    return counts


def _run(loop: Callable[..., None], fast: bool, given: tuple[Any, ...], *made: NDArray[Any]) -> None:
    """Run a loop on what is `given` and what is `made` by it: compiled, or as it stands on lists."""
    if fast:
        from dedupe.kernels import compiled

        compiled(loop.__name__)(*given, *made)
        return
    lists = [array.tolist() for array in made]
    loop(*map(_listed, given), *lists)
    for array, values in zip(made, lists, strict=True):
        array[...] = values


def _listed(given: Any) -> Any:
    if isinstance(given, tuple):
        return tuple(map(_listed, given))
    return list(map(align.Word._make, given.tolist())) if given.dtype.names else given.tolist()
