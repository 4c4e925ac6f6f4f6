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

MARKS = 1 << 13
LOW = MARKS - 1
"""Marks for the low bits of shingles: bytes that stay in the nearest cache, a hundred for each shingle."""


def propose(
    buckets: Any, hashes: Any, ends: Any, needed: Any, members: Any, times: Any, met: Any, marks: Any,
    begin: int, first: int, last: int, out: Any,
) -> Any:  # fmt: skip
    """Propose pairs: documents at places from `first` to before `last`, until done or `out` is full.

    The document at place p has the shingles hashes[ends[p]:ends[p + 1]], its entries. `buckets` are those of
    the entries of a portion that begins at the place `begin`: 0 for a shingle of its own, -1 for one of too
    many documents. A bucket is a stretch of `members`: how many documents came to it so far, then the places
    of the first SMALL of them; when there are more, of the first HEADS and the last NEIGHBORS. needed[k] is
    how many shingles a pair must share whose smaller sample has k. `times` (zeros) and `met` are room to work
    in, `out` room for pairs, each for as many as there are documents; `marks` are MARKS zeros. A pair is
    written to `out` as place * documents + later place. Gives the place to go on from and how many pairs were
    found.
    """
    found = 0
    base = ends[begin]
    for place in range(first, last):
        if found + place > len(out):
            return place, found
        count, unmet = meet(buckets, members, times, met, ends[place] - base, ends[place + 1] - base, place)
        count = keep_likely(ends, needed, times, met, count, place, unmet)
        count = keep_shared(hashes, ends, needed, met, count, place, marks)
        for k in range(count):
            out[found] = met[k] * (len(ends) - 1) + place
            found += 1
    return last, found


def meet(buckets: Any, members: Any, times: Any, met: Any, first: int, last: int, place: int) -> Any:
    """Bring a document to the buckets from `first` to before `last`, its own: whom it meets there, how often.

    Gives how many are in `met` now, and how many of its shingles it may share with others not met there.
    """
    count = 0
    unmet = 0
    # A loop of its own, without branches: it fetches all buckets from memory at once (a fifth less time).
    for entry in range(first, last):
        bucket = buckets[entry]
        unmet += (members[max(0, bucket)] >= SMALL) + (bucket < 0)  # nobody is in the bucket 0
    for entry in range(first, last):
        bucket = buckets[entry]
        if bucket <= 0:
            continue
        there = members[bucket]
        for slot in range(bucket + 1, bucket + 1 + (there if there < SMALL else HEADS + NEIGHBORS)):
            earlier = members[natural(slot)]
            before = times[earlier]
            times[earlier] = before + 1
            met[natural(count)] = earlier
            count += before == 0
        enter(members, bucket, there, place)
    return count, unmet


def enter_all(buckets: Any, ends: Any, members: Any, first: int, last: int) -> None:
    """Put documents into their buckets, and propose nothing: the others are as in `propose`."""
    base = ends[first]
    for place in range(first, last):
        for entry in range(ends[place], ends[place + 1]):
            bucket = buckets[entry - base]
            if bucket > 0:
                enter(members, bucket, members[bucket], place)


def keep_likely(ends: Any, needed: Any, times: Any, met: Any, count: int, place: int, unmet: int) -> int:
    """Keep of the documents that were met those that may share enough; give their number. Clears `times`."""
    likely = 0
    size = ends[place + 1] - ends[place]
    for k in range(count):
        earlier = met[k]
        shared = times[earlier]
        times[earlier] = 0
        if shared < 2:
            continue
        smaller = min(size, ends[earlier + 1] - ends[earlier])
        least = needed[smaller]
        if shared + unmet < least or (3 * shared < least and smaller >= FULL):
            continue
        met[likely] = earlier
        likely += 1
    return likely


def keep_shared(hashes: Any, ends: Any, needed: Any, met: Any, count: int, place: int, marks: Any) -> int:
    """Keep of the documents that are likely those that share enough; give their number.

    The low bits of the shingles of the document are marked: how many of an earlier one's fall on a mark is
    never less than they share, and is quickly told. Of 1.6 million pairs among 300,000 texts seven in eight
    need no more than that.
    """
    if count == 0:
        return 0
    shared = 0
    begin, end = ends[place], ends[place + 1]
    mark(hashes, begin, end, marks, 1)
    for k in range(count):
        earlier = met[k]
        start, stop = ends[earlier], ends[earlier + 1]
        least = needed[min(end - begin, stop - start)]
        marked = 0
        for entry in range(start, stop):
            marked += marks[natural(hashes[natural(entry)] & LOW)]
        if marked >= least and in_both(hashes, begin, end, start, stop) >= least:
            met[shared] = earlier
            shared += 1
    mark(hashes, begin, end, marks, 0)
    return shared


def mark(hashes: Any, begin: int, end: int, marks: Any, value: int) -> None:
    """Set the marks of hashes[begin:end], one for all that have the same low bits."""
    for entry in range(begin, end):
        marks[natural(hashes[natural(entry)] & LOW)] = value


def natural(place: Any) -> Any:
    """Say of a place that it is not negative: compiled (as np.uint64), nobody asks whether it is."""
    return place


def enter(members: Any, bucket: int, there: int, place: int) -> None:
    """Put a document into a bucket where so many are; in a large one the last but three makes room."""
    members[bucket] = there + 1
    if there < SMALL:
        members[bucket + 1 + there] = place
        if there == SMALL - 1:
            for k in range(SMALL - NEIGHBORS, SMALL):
                members[bucket + 1 + HEADS + k % NEIGHBORS] = members[bucket + 1 + k]
    else:
        members[bucket + 1 + HEADS + there % NEIGHBORS] = place


def in_both(hashes: Any, i: int, i_end: int, j: int, j_end: int) -> int:
    """Count the shingles that two texts share, hashes[i:i_end] and hashes[j:j_end], sorted and distinct.

    Without branches on the hashes: which of two is smaller cannot be foreseen, and guessing costs more.
    """
    common = 0
    while i < i_end and j < j_end:
        one, other = hashes[i], hashes[j]
        common += one == other
        i += one <= other
        j += other <= one
    return common


def count_shared(hashes: Any, offsets: Any, pairs: Any, shared: Any) -> None:
    """Count the shingles that the two texts of each pair share."""
    for p in range(len(pairs)):
        one, other = pairs[p]
        shared[p] = in_both(hashes, offsets[one], offsets[one + 1], offsets[other], offsets[other + 1])


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
