"""The numba twins of the loops of `dedupe.candidates`."""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.candidates import HEADS, LARGEST, NEIGHBORS, RANK_BITS, SMALL


def pair_buckets(keys: Any, count: int, first: int, last: int, out: Any) -> int:
    """Pair the documents of the buckets where the later rank is in [first, last); give how many there are.

    With an `out` of no room they are only counted.
    """
    total = 0
    write = len(out) > 0
    start = 0
    while start < len(keys):
        bucket = keys[start] >> np.uint64(RANK_BITS)
        end = start + 1
        while end < len(keys) and keys[end] >> np.uint64(RANK_BITS) == bucket:
            end += 1
        size = end - start
        if 1 < size <= LARGEST:
            reach = SMALL - 1 if size <= SMALL else NEIGHBORS
            for at in range(start, end):
                rank = np.int64(keys[at] & np.uint64((1 << RANK_BITS) - 1))
                if rank < first or rank >= last:
                    continue
                for back in range(1, min(reach, at - start) + 1):
                    if write:
                        earlier = np.int64(keys[at - back] & np.uint64((1 << RANK_BITS) - 1))
                        out[total] = earlier * count + rank
                    total += 1
                if size > SMALL:
                    for ahead in range(HEADS):
                        if at - start > ahead + NEIGHBORS:
                            if write:
                                earlier = np.int64(keys[start + ahead] & np.uint64((1 << RANK_BITS) - 1))
                                out[total] = earlier * count + rank
                            total += 1
        start = end
    return total


def count_shared(hashes: Any, offsets: Any, pairs: Any, shared: Any) -> None:
    """Count the shingles that the samples of each pair share; samples are sorted."""
    for p in range(len(pairs)):
        i, i_end = offsets[pairs[p, 0]], offsets[pairs[p, 0] + 1]
        j, j_end = offsets[pairs[p, 1]], offsets[pairs[p, 1] + 1]
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
        shared[p] = common


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
