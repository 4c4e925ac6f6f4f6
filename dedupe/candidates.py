"""Which pairs of documents are worth comparing: those whose samples share enough.

A sampled shingle leads to the bucket of all documents that have it. Documents come to their buckets in keep
order and meet those that are there already, in a large bucket only a few of them (`dedupe.buckets`), so
that a phrase in every document costs no more than a rare one. A pair is a candidate when it meets twice and
shares enough of the smaller sample.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe import buckets
from dedupe.buckets import FULL
from dedupe.errors import InputError
from dedupe.kernels import compiled, cores, on_all_cores
from dedupe.ranges import Entries
from dedupe.scratch import release
from dedupe.sketch import Shingles

SHARE, FULL_SHARE = 0.15, 0.25
"""Of the smaller sample: SHARE where it is least, FULL_SHARE from FULL shingles on, where chance is narrower.
Of 7,586 planted pairs 8 have less; of the chance pairs in 50,000 texts strung from the same sentences three
quarters. A third of it must be met in the buckets, since a large one does not let all meet: of 5,478 planted
pairs that share enough two are lost, and of the chance pairs nine in ten need no closer look."""

MOST = 1 << 31
"""Documents at once: places in keep order have 31 bits."""

MORE = 1 << 16
"""Pairs that are proposed at a time, besides those of one document."""

THREADS = 2
"""Threads that propose, each for its part of the documents. It puts those before them into buckets of its
own, a sixth of the work that proposing for them would be."""

COUNTED = 1 << 14
"""Pairs that are counted before the pages of mapped samples are let go."""


def candidates(
    samples: Shingles,
    order: NDArray[np.int64],
    skip: NDArray[np.bool_],
    fast: bool,
    folder: Path | None = None,
) -> NDArray[np.int64]:
    """Propose pairs of documents, int64[pairs, 2]: each with the one that comes earlier in `order` first.

    `order` lists the documents as they would be kept, the best first. Documents marked in `skip` are left
    out (exact copies of another). What is needed of large samples lies in files of `folder` meanwhile, if one
    is given. The pairs come sorted by place in `order`. Raises InputError for more than `MOST` documents, and
    OutputError where the folder has no room.
    """
    check_count(len(order))
    least = needed(np.arange(1 + int(np.diff(samples.offsets).max(initial=0))))
    with Entries(samples, order, skip, folder, fast) as entries:
        parts = _parts(len(entries.portions), min(THREADS, cores()) if fast else 1)
        found = on_all_cores(lambda part: _propose(entries, least, part, fast), parts, fast)
    packed = np.sort(np.concatenate(found))
    pairs: NDArray[np.int64] = order[np.stack(np.divmod(packed, max(1, len(order))), axis=1)]
    return pairs


def _parts(count: int, most: int) -> list[range]:
    """Part the numbers of portions into so many runs of about one length, or fewer; one at least."""
    size = max(1, -(-count // most))
    return [range(first, min(first + size, count)) for first in range(0, max(1, count), size)]


def _propose(entries: Entries, least: NDArray[np.float64], part: range, fast: bool) -> NDArray[np.int64]:
    """Propose pairs whose later document is in a part of the portions.

    The documents of the portions before it come to their buckets without being compared.
    """
    propose, enter_all, form = _engine(fast)
    count, found = len(entries.ends) - 1, [np.zeros(0, np.int64)]
    hashes, ends, least = (form(array) for array in (entries.hashes, entries.ends, least))
    members, times, met = (form(np.zeros(size, np.uint32)) for size in (entries.room, count, count))
    marks, out = form(np.zeros(buckets.MARKS, np.uint8)), form(np.empty(count + MORE, np.int64))
    for number, (begin, end) in enumerate(entries.portions[: part.stop]):
        portion, place = form(entries.buckets(begin, end)), begin
        if number < part.start:
            enter_all(portion, ends, members, begin, end)
            continue
        while place < end:
            place, size = propose(
                portion, hashes, ends, least, members, times, met, marks, begin, place, end, out
            )
            found.append(np.array(out[:size], np.int64))
        release(entries.hashes)
    return np.concatenate(found)


def _engine(fast: bool) -> tuple[Callable[..., Any], Callable[..., Any], Callable[[NDArray[Any]], Any]]:
    """Give the loops of `dedupe.buckets`, and how they take an array: plain loops are quicker on lists."""
    if not fast:
        return buckets.propose, buckets.enter_all, np.ndarray.tolist
    return compiled("propose"), compiled("enter_all"), lambda array: array


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


def count_shared(samples: Shingles, pairs: NDArray[np.int64], fast: bool) -> NDArray[np.int64]:
    """Count the shingles that the two texts of each pair share; those of a text are sorted and distinct.

    Only the samples of the documents of pairs are looked at: a large corpus may have few pairs.
    """
    shared = np.zeros(len(pairs), np.int64)
    if fast:
        for at in range(0, len(pairs), COUNTED):
            rows = slice(at, at + COUNTED)
            compiled("count_shared")(samples.hashes, samples.offsets, pairs[rows], shared[rows])
            release(samples.hashes)
        return shared
    offsets = samples.offsets
    sets = {n: set(samples.hashes[offsets[n] : offsets[n + 1]].tolist()) for n in np.unique(pairs).tolist()}
    shared[:] = [len(sets[one] & sets[other]) for one, other in pairs.tolist()]
    return shared
