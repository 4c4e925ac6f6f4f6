"""The loops over shingles: which documents meet in a bucket, and signatures.

Plain loops; numba compiles them (`dedupe.kernels`), and small jobs run the first two as they stand, on lists.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SMALL, NEIGHBORS, HEADS = 16, 4, 4
"""The first SMALL documents of a bucket all meet; a later one meets the NEIGHBORS before it and the HEADS."""

FULL = 36
"""In a text with so many sampled shingles a third of what is needed must be met in the buckets."""


def propose(
    buckets: Any, hashes: Any, ends: Any, needed: Any, members: Any, times: Any, met: Any,
    begin: int, first: int, last: int, out: Any,
) -> Any:  # fmt: skip
    """Propose pairs: documents at places from `first` to before `last`, until done or `out` is full.

    The document at place p has the shingles hashes[ends[p]:ends[p + 1]], its entries. `buckets` are those of
    the entries of a portion that begins at the place `begin`: 0 for a shingle of its own, -1 for one of too
    many documents; members[bucket] says how many documents came to it so far and leads to their places.
    needed[k] is how many shingles a pair must share whose smaller sample has k. `times` (zeros) and `met`
    are room to work in, `out` room for pairs, each for as many as there are documents. A pair is written to
    `out` as place * documents + later place. Gives the place to go on from and how many pairs were found.
    """
    found = 0
    base = ends[begin]
    for place in range(first, last):
        if found + place > len(out):
            return place, found
        size = ends[place + 1] - ends[place]
        count = 0
        unmet = 0  # entries that may be shared with a document not met there
        for entry in range(ends[place], ends[place + 1]):
            bucket = buckets[entry - base]
            if bucket <= 0:
                unmet -= bucket
                continue
            there = members[bucket]
            unmet += there >= SMALL
            for k in range(min(there, SMALL if there < SMALL else HEADS + NEIGHBORS)):
                at = k if there < SMALL or k < HEADS else there + HEADS - 1 - k
                earlier = members[bucket + 1 + at]
                if times[earlier] == 0:
                    met[count] = earlier
                    count += 1
                times[earlier] += 1
            members[bucket + 1 + there] = place
            members[bucket] = there + 1
        for k in range(count):
            earlier = met[k]
            shared = times[earlier]
            times[earlier] = 0
            if shared < 2:
                continue
            smaller = min(size, ends[earlier + 1] - ends[earlier])
            if smaller >= FULL and 3 * shared < needed[smaller]:
                continue
            if shared + unmet >= needed[smaller] and in_both(hashes, ends, place, earlier) >= needed[smaller]:
                out[found] = earlier * (len(ends) - 1) + place
                found += 1
    return last, found


def in_both(hashes: Any, offsets: Any, one: int, other: int) -> int:
    """Count the shingles that two texts share; those of a text are sorted and distinct."""
    i, j = offsets[one], offsets[other]
    i_end, j_end = offsets[one + 1], offsets[other + 1]
    common = 0
    while i < i_end and j < j_end:
        if hashes[i] == hashes[j]:
            common += 1
            i += 1
            j += 1
        elif hashes[i] < hashes[j]:
            i += 1
        else:
            j += 1
    return common


def count_shared(hashes: Any, offsets: Any, pairs: Any, shared: Any) -> None:
    """Count the shingles that the two texts of each pair share."""
    for p in range(len(pairs)):
        shared[p] = in_both(hashes, offsets, pairs[p][0], pairs[p][1])


def sign_shingles(hashes: Any, offsets: Any, a: Any, b: Any, signatures: Any) -> None:
    """Sign texts, the twin of `dedupe.sketch.sign`: signatures[t, k] is the least a[k] h + b[k] of text t."""
    for text in range(len(offsets) - 1):
        for at in range(offsets[text], offsets[text + 1]):
            h = np.uint32(hashes[at] >> np.uint64(32))
            h = np.uint32((h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B))
            h = np.uint32((h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35))
            h = np.uint32(h ^ (h >> np.uint32(16)))
            for k in range(len(a)):
                signatures[text, k] = min(signatures[text, k], np.uint32(a[k] * h + b[k]))
