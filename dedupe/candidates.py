"""Which pairs of documents are worth comparing: those whose samples share enough.

A sampled shingle leads to the bucket of all documents that have it. A bucket is never paired in full:
of up to `SMALL` documents all pairs are counted, in a larger one each document is paired with its
neighbors in keep order and with the first of the bucket, so that a phrase in every document costs no more
than a rare one. A pair is a candidate when it shares two shingles and enough of the smaller sample.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedupe.sketch import Shingles
from dedupe.tokens import mix

SMALL, NEIGHBORS, HEADS = 16, 4, 4
LARGEST = 20_000
"""Documents in one bucket; a shingle of more says nothing and is left out."""

SHARE, FULL_SHARE, FULL = 0.15, 0.25, 36
"""Of the smaller sample: SHARE where it is least, FULL_SHARE from FULL shingles on, where chance is narrower.
Of 7,586 planted pairs 8 have less; of the chance pairs in 50,000 texts strung from the same sentences three
quarters. (A third of it must be counted in the buckets, see `_likely`.)"""

RANK_BITS = 27
PASSES = 1 << 20
"""Entries for each pass over the buckets: pairs are counted for a part of the documents at a time."""


def candidates(
    samples: Shingles, order: NDArray[np.int64], skip: NDArray[np.bool_], fast: bool
) -> NDArray[np.int64]:
    """Propose pairs of documents, int64[pairs, 2]: each with the one that comes earlier in `order` first.

    `order` lists the documents as they would be kept, the best first. Documents marked in `skip` are left
    out (exact copies of another). The pairs come sorted by place in `order`.
    """
    count = len(order)
    if count >= 1 << RANK_BITS:
        raise ValueError(f"{count} documents at once; {1 << RANK_BITS} is the most, cut the job into parts")
    rank = np.empty(count, np.int64)
    rank[order] = np.arange(count)
    keys = _entries(samples, rank, skip)
    ranked = _pairs_fast(samples, keys, order) if fast else _likely(_pairs(keys, count), samples, order)
    pairs = np.stack([order[ranked // max(1, count)], order[ranked % max(1, count)]], axis=1)
    return pairs[_share_enough(samples, pairs, fast)]


def needed(smaller: NDArray[np.int64]) -> NDArray[np.float64]:
    """Say how many shingles a pair must share, of the size of the smaller sample."""
    part = np.clip((smaller - 24) / (FULL - 24), 0.0, 1.0)
    return np.maximum(2.0, (SHARE + (FULL_SHARE - SHARE) * part) * smaller)


def _entries(samples: Shingles, rank: NDArray[np.int64], skip: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Pack (shingle, rank of its document) in 64 bits and sort: documents of a bucket in keep order."""
    sizes = np.diff(samples.offsets)
    owner = np.repeat(rank, sizes).astype(np.uint64)
    keys = mix(samples.hashes)
    keys >>= np.uint64(RANK_BITS)
    keys <<= np.uint64(RANK_BITS)
    keys |= owner
    if skip.any():
        keys = keys[np.repeat(~skip, sizes)]
    keys.sort()
    return keys


def _pairs(keys: NDArray[np.uint64], count: int) -> NDArray[np.int64]:
    """Pair the documents of the buckets: earlier rank * count + later rank, once for each shared shingle."""
    if not len(keys):
        return np.zeros(0, np.int64)
    bucket = keys >> np.uint64(RANK_BITS)
    rank = (keys & np.uint64((1 << RANK_BITS) - 1)).astype(np.int64)
    head = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), bucket[1:] != bucket[:-1]]))
    sizes = np.diff(np.append(head, len(keys)))
    start, size = np.repeat(head, sizes), np.repeat(sizes, sizes)
    place = np.arange(len(keys)) - start
    found = []
    for back in range(1, SMALL):
        near = (place >= back) & (size <= (SMALL if back > NEIGHBORS else LARGEST))
        at = np.flatnonzero(near)
        found.append(rank[at - back] * count + rank[at])
    for ahead in range(HEADS):
        at = np.flatnonzero((size > SMALL) & (size <= LARGEST) & (place > ahead + NEIGHBORS))
        found.append(rank[start[at] + ahead] * count + rank[at])
    return np.concatenate(found)


def _likely(packed: NDArray[np.int64], samples: Shingles, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give the pairs, sorted, that the buckets counted twice, in long texts a third of what is needed.

    A third, since a large bucket does not count all its pairs: of 5,478 planted pairs that share enough
    two are lost, and of the chance pairs nine in ten need no closer look.
    """
    packed.sort()
    head = np.flatnonzero(np.concatenate([np.ones(min(1, len(packed)), np.bool_), packed[1:] != packed[:-1]]))
    times, pairs = np.diff(np.append(head, len(packed))), packed[head]
    pairs, times = pairs[times >= 2], times[times >= 2]
    sizes = np.diff(samples.offsets)[order]
    smaller = np.minimum(sizes[pairs // len(order)], sizes[pairs % len(order)])
    return pairs[(smaller < FULL) | (3 * times >= needed(smaller))]


def _pairs_fast(samples: Shingles, keys: NDArray[np.uint64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    from dedupe.kernels import compiled

    loop, count = compiled("pair_buckets"), len(order)
    passes = max(1, -(-len(keys) // PASSES))
    edges = np.linspace(0, count, passes + 1).astype(np.int64)
    found = []
    for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        out = np.empty(loop(keys, count, first, last, np.zeros(0, np.int64)), np.int64)
        loop(keys, count, first, last, out)
        found.append(_likely(out, samples, order))
    ranked = np.concatenate([np.zeros(0, np.int64), *found])
    ranked.sort()
    return ranked


def _share_enough(samples: Shingles, pairs: NDArray[np.int64], fast: bool) -> NDArray[np.bool_]:
    sizes = np.diff(samples.offsets)
    least = needed(np.minimum(sizes[pairs[:, 0]], sizes[pairs[:, 1]]))
    return count_shared(samples, pairs, fast) >= least


def count_shared(samples: Shingles, pairs: NDArray[np.int64], fast: bool) -> NDArray[np.int64]:
    """Count the shingles that the two texts of each pair share; those of a text are sorted and distinct."""
    shared = np.zeros(len(pairs), np.int64)
    if fast:
        from dedupe.kernels import compiled

        compiled("count_shared")(samples.hashes, samples.offsets, pairs, shared)
        return shared
    sets: dict[int, set[int]] = {}
    for number, (one, other) in enumerate(pairs.tolist()):
        for text in (one, other):
            if text not in sets:
                sets[text] = set(samples.hashes[samples.offsets[text] : samples.offsets[text + 1]].tolist())
        shared[number] = len(sets[one] & sets[other])
    return shared
