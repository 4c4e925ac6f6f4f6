"""Which pairs of documents are worth comparing: those whose samples share enough.

A sampled shingle leads to the bucket of all documents that have it. Documents come to their buckets in keep
order and meet those that are there already, in a large bucket only a few of them (`dedupe.buckets`), so
that a phrase in every document costs no more than a rare one. A pair is a candidate when it meets twice and
shares enough of the smaller sample.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe import buckets
from dedupe.buckets import FULL, SMALL
from dedupe.errors import InputError
from dedupe.sketch import Shingles

LARGEST = 20_000
"""Documents in one bucket; a shingle of more says nothing and is left out."""

SHARE, FULL_SHARE = 0.15, 0.25
"""Of the smaller sample: SHARE where it is least, FULL_SHARE from FULL shingles on, where chance is narrower.
Of 7,586 planted pairs 8 have less; of the chance pairs in 50,000 texts strung from the same sentences three
quarters. A third of it must be met in the buckets, since a large one does not let all meet: of 5,478 planted
pairs that share enough two are lost, and of the chance pairs nine in ten need no closer look."""

MOST = 1 << 31
"""Documents at once: places in keep order have 31 bits."""

PART = 1 << 21
"""Entries of the samples that are sorted at a time, of one range of hashes: 100 MB."""


MORE = 1 << 16
"""Pairs that are proposed at a time, besides those of one document."""


def candidates(
    samples: Shingles, order: NDArray[np.int64], skip: NDArray[np.bool_], fast: bool
) -> NDArray[np.int64]:
    """Propose pairs of documents, int64[pairs, 2]: each with the one that comes earlier in `order` first.

    `order` lists the documents as they would be kept, the best first. Documents marked in `skip` are left
    out (exact copies of another). The pairs come sorted by place in `order`. Raises InputError for more than
    `MOST` documents.
    """
    check_count(len(order))
    entries, room = bucket_entries(samples, skip)
    least = needed(np.arange(1 + int(np.diff(samples.offsets).max(initial=0))))
    sizes = np.diff(samples.offsets)[order]
    count, place, found = len(order), 0, [np.zeros(0, np.int64)]
    if fast:
        from dedupe.kernels import compiled

        loop = compiled("propose")
        given: tuple[Any, ...] = (entries, samples.hashes, samples.offsets, order, sizes, least)
        state: tuple[Any, ...] = tuple(np.zeros(size, np.uint32) for size in (room, count, count))
        out: Any = np.empty(count + MORE, np.int64)
    else:
        loop = buckets.propose
        arrays = (entries, samples.hashes, samples.offsets, order, sizes, least)
        given = tuple(array.tolist() for array in arrays)
        state, out = tuple([0] * size for size in (room, count, count)), [0] * (count + MORE)
    while place < count:
        place, size = loop(*given, *state, place, out)
        found.append(np.array(out[:size], np.int64))
    packed = np.sort(np.concatenate(found))
    pairs: NDArray[np.int64] = order[np.stack(np.divmod(packed, max(1, count)), axis=1)]
    return pairs


def check_count(count: int) -> None:
    """Raise InputError when there are more documents than one job can hold."""
    if count >= MOST:
        raise InputError(
            f"{count:,} documents",
            f"fewer than {MOST:,} can be compared at once; cut the job into parts, by language for instance",
        )


def needed(smaller: NDArray[np.int64]) -> NDArray[np.float64]:
    """Say how many shingles a pair must share, of the size of the smaller sample."""
    part = np.clip((smaller - 24) / (FULL - 24), 0.0, 1.0)
    return np.maximum(2.0, (SHARE + (FULL_SHARE - SHARE) * part) * smaller)


def bucket_entries(samples: Shingles, skip: NDArray[np.bool_]) -> tuple[NDArray[np.signedinteger], int]:
    """Give the bucket of each entry of the samples, as `propose` reads it, and the room all buckets need.

    A bucket is a place where its documents can be put: their number, then at most SMALL of them. Only
    shingles that several documents share have one. Sorted one range of hashes at a time, so that the memory
    for it does not grow; two shingles may fall into one bucket by chance (38 bits are compared among 70
    million).
    """
    count = len(samples.hashes)
    found: NDArray[np.signedinteger] = np.zeros(count, np.int32 if 2 * count < 1 << 31 else np.int64)
    wanted = np.repeat(~skip, np.diff(samples.offsets)) if skip.any() else None
    parts = -(-count // PART)
    # Samples lie below 2^61, one in eight; the last range takes what lies above.
    edges = [part * (1 << 61) // parts for part in range(parts)] + [1 << 64]
    room = 1
    for low, high in pairwise(edges):
        chosen = wanted if parts == 1 else (samples.hashes >= low) & (samples.hashes <= high - 1)
        if chosen is not None and wanted is not None and parts > 1:
            chosen &= wanted
        at = np.arange(count) if chosen is None else np.flatnonzero(chosen)
        room += _bucket_range(samples.hashes, at, room, found)
    return found, room


def _bucket_range(
    hashes: NDArray[np.uint64], at: NDArray[np.int64], first: int, found: NDArray[np.signedinteger]
) -> int:
    """Write the buckets of the entries `at`, the first of them at `first`; give the room they need."""
    bits = np.uint64(len(at).bit_length())
    keys = hashes[at]
    keys >>= bits
    keys <<= bits
    keys |= np.arange(len(at), dtype=np.uint64)
    keys.sort()
    number = at[(keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)]
    keys >>= bits
    head = np.flatnonzero(np.diff(keys, prepend=~np.uint64(0)))
    sizes = np.diff(np.append(head, len(keys)))
    shared = (sizes > 1) & (sizes <= LARGEST)
    rooms = np.where(shared, np.minimum(sizes, SMALL) + 1, 0)
    starts = np.where(shared, first + np.cumsum(rooms) - rooms, np.where(sizes > 1, -1, 0))
    found[number] = np.repeat(starts, sizes)
    return int(rooms.sum())


def count_shared(samples: Shingles, pairs: NDArray[np.int64], fast: bool) -> NDArray[np.int64]:
    """Count the shingles that the two texts of each pair share; those of a text are sorted and distinct.

    Only the samples of the documents of pairs are looked at: a large corpus may have few pairs.
    """
    shared = np.zeros(len(pairs), np.int64)
    if fast:
        from dedupe.kernels import compiled

        compiled("count_shared")(samples.hashes, samples.offsets, pairs, shared)
        return shared
    offsets = samples.offsets
    sets = {n: set(samples.hashes[offsets[n] : offsets[n + 1]].tolist()) for n in np.unique(pairs).tolist()}
    shared[:] = [len(sets[one] & sets[other]) for one, other in pairs.tolist()]
    return shared
