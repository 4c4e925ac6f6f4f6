"""The entries of samples, in keep order, and their buckets, found one range of hashes at a time.

An *entry* is one shingle of one sample, and its bucket is that of all entries with the same hash. To find
the buckets, entries are sorted, a range of hashes at a time. For that they are laid down in keep order, in
*portions* of some PART entries, and once more with those of each portion by range: a range is then one
stretch of each portion, and the buckets of a portion, which are wanted in keep order again, are one stretch.
So no more than a range or a portion need be in memory, whatever the number of documents; all else can lie on
disk.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from dedupe.buckets import SMALL
from dedupe.kernels import on_all_cores
from dedupe.laying import TOP
from dedupe.scratch import Column, release
from dedupe.sketch import Shingles

LARGEST = 20_000
"""Documents in one bucket; a shingle of more says nothing and is left out."""

PART = 1 << 20
"""Entries in a portion, and about as many in a range: 50 MB while they are sorted."""

THREADS = 2
"""Threads that lay entries down, each with the 25 MB of a portion."""

RANGES = 256
"""Ranges at most, so that the number of one is a byte; from 4 million documents on they grow instead."""


class Entries:
    """The entries of samples in keep order, and their buckets portion by portion; a context manager.

    `order` lists the documents in keep order; those marked in `skip` have no entries. The document at place p
    has the entries ends[p] to ends[p + 1], and `hashes` are all of them. A bucket is a place where its
    documents can be put, their number and then at most SMALL of them, and `room` is what all of them need.
    Only shingles that several documents share have one: 0 stands for a shingle of its own, -1 for one of more
    than LARGEST documents. Two shingles may fall into one bucket by chance (some 35 bits are compared among
    two million). With a `folder`, what does not fit into one range lies in files there. Raises OutputError
    where they have no room. `fast` chooses compiled loops.
    """

    def __init__(
        self,
        samples: Shingles,
        order: NDArray[np.int64],
        skip: NDArray[np.bool_],
        folder: Path | None,
        fast: bool = False,
    ) -> None:
        self._fast = fast
        sizes = np.where(skip, 0, np.diff(samples.offsets))[order]
        self.ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        count = int(self.ends[-1])
        self.kind: type[np.signedinteger] = np.int32 if 2 * count < 1 << 31 else np.int64
        self.room = 1
        self._ranges = min(RANGES, max(1, -(-count // PART)))
        edges = np.searchsorted(self.ends, np.arange(PART, count, PART))
        self.portions = list(pairwise(sorted({0, *edges.tolist(), len(order)})))
        """Runs of places, (first, last) of each."""
        folder = folder if self._ranges > 1 else None
        with ExitStack() as stack:
            hashes, self._buckets, self._range_of = (
                stack.enter_context(Column(count, kind, folder)) for kind in (np.uint64, self.kind, np.uint8)
            )
            with Column(count, np.uint64, folder) as sorted_hashes:
                self._bounds = self._lay_down(samples, order, hashes, sorted_hashes)
                self._number(sorted_hashes, self._bounds)
            self.hashes: NDArray[np.uint64] = hashes.whole()
            self._columns = stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._columns.close()

    def buckets(self, first: int, last: int) -> NDArray[np.signedinteger]:
        """Give the buckets of a portion, entry by entry."""
        stretch = int(self.ends[first]), int(self.ends[last])
        found: NDArray[np.signedinteger] = np.empty(stretch[1] - stretch[0], self.kind)
        ranges, by_range = self._range_of.read(*stretch), self._buckets.read(*stretch)
        if self._fast:
            from dedupe.kernels import compiled

            bounds = self._bounds[self.portions.index((first, last))]
            compiled("put_back")(ranges, bounds - stretch[0], by_range, found)
        else:
            found[_by_range(ranges)] = by_range
        return found

    def _lay_down(
        self, samples: Shingles, order: NDArray[np.int64], hashes: Column, sorted_hashes: Column
    ) -> list[NDArray[np.int64]]:
        """Lay the entries down, both ways; give for each portion where its ranges begin, and its end."""
        table = _cut(samples.hashes, self._ranges)
        lay = _lay_fast if self._fast else _lay

        def one(portion: tuple[int, int]) -> NDArray[np.int64]:
            first, last = portion
            begin = int(self.ends[first])
            found, ranges, by_range, starts = lay(
                samples, order[first:last], self.ends[first : last + 1], table, self._ranges
            )
            hashes.write(begin, found)
            self._range_of.write(begin, ranges)
            sorted_hashes.write(begin, by_range)
            return begin + starts

        bounds = on_all_cores(one, self.portions, self._fast, THREADS)
        release(samples.hashes)
        return bounds

    def _number(self, hashes: Column, bounds: list[NDArray[np.int64]]) -> None:
        """Give each entry its bucket, range by range."""
        for number in range(self._ranges):
            stretches = [(int(each[number]), int(each[number + 1])) for each in bounds]
            parts = [np.zeros(0, np.uint64), *(hashes.read(*stretch) for stretch in stretches)]
            found, room = number_buckets(np.concatenate(parts), self.room, self._fast)
            self.room += room
            at = 0
            for begin, end in stretches:
                self._buckets.write(begin, found[at : at + end - begin])
                at += end - begin


Numbers = NDArray[np.int64]
Laid = tuple[NDArray[np.uint64], NDArray[np.uint8], NDArray[np.uint64], NDArray[np.int64]]
"""Entries in keep order, the range of each, the entries range by range, and where each range begins there."""


def _lay(samples: Shingles, documents: Numbers, ends: Numbers, table: NDArray[np.uint8], most: int) -> Laid:
    """Lay down the entries of documents, each from its place in `ends` to the next; of `most` ranges."""
    back = samples.offsets[documents] - ends[:-1]
    found = samples.hashes[np.arange(ends[0], ends[-1]) + np.repeat(back, np.diff(ends))]
    ranges = table[(found >> TOP).astype(np.int64)]
    counts = np.bincount(ranges, minlength=most)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return found, ranges, found[_by_range(ranges)], starts


def _lay_fast(
    samples: Shingles, documents: Numbers, ends: Numbers, table: NDArray[np.uint8], most: int
) -> Laid:
    """Do what `_lay` does, by a compiled loop."""
    from dedupe.kernels import compiled

    count = int(ends[-1] - ends[0])
    found, by_range = np.empty(count, np.uint64), np.empty(count, np.uint64)
    ranges, starts = np.empty(count, np.uint8), np.zeros(most + 1, np.int64)
    some = documents[np.diff(ends) > 0]  # those that are left out have no room
    compiled("lay_down")(
        samples.hashes, samples.offsets, some, table, found, ranges, by_range, starts, np.empty_like(starts)
    )
    return found, ranges, by_range, starts


def _cut(hashes: NDArray[np.uint64], ranges: int) -> NDArray[np.uint8]:
    """Cut hashes into ranges of about one size: the range of each value of the top bits."""
    slots = 1 << (64 - int(TOP))
    if ranges == 1:
        return np.zeros(slots, np.uint8)
    counts = np.zeros(slots, np.int64)
    for at in range(0, len(hashes), PART):
        counts += np.bincount((hashes[at : at + PART] >> TOP).astype(np.int64), minlength=slots)
        release(hashes)
    before = np.cumsum(counts) - counts
    return (before * ranges // max(1, len(hashes))).clip(max=ranges - 1).astype(np.uint8)


def _by_range(ranges: NDArray[np.uint8]) -> NDArray[np.int64]:
    """List entries by their range, those of one range in their order."""
    order: NDArray[np.int64] = np.argsort(ranges, kind="stable")
    return order


def number_buckets(
    hashes: NDArray[np.uint64], first: int, fast: bool = False
) -> tuple[NDArray[np.int64], int]:
    """Give the bucket of each entry, the first of them at `first`, and the room that they need."""
    bits = np.uint64(len(hashes).bit_length())
    keys = hashes >> bits << bits
    keys |= np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    found = np.empty(len(hashes), np.int64)
    if fast:
        from dedupe.kernels import compiled

        return found, compiled("number_runs")(keys, bits, first, LARGEST, SMALL, found)
    entries = (keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    keys >>= bits
    head = np.flatnonzero(np.diff(keys, prepend=~np.uint64(0)))
    sizes = np.diff(np.append(head, len(keys)))
    shared = (sizes > 1) & (sizes <= LARGEST)
    rooms = np.where(shared, np.minimum(sizes, SMALL) + 1, 0)
    starts = np.where(shared, first + np.cumsum(rooms) - rooms, np.where(sizes > 1, -1, 0))
    found[entries] = np.repeat(starts, sizes)
    return found, int(rooms.sum())
