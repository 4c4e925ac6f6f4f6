"""The loops that lay down the entries of samples for `dedupe.ranges`, and number their buckets.

Plain loops for numba (`dedupe.kernels`); small jobs do the same with NumPy there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

TOP = np.uint64(48)
"""The bits below those by which hashes are counted, to cut them into ranges of about one size."""


def lay_down(
    samples: Any, offsets: Any, documents: Any, table: Any, hashes: Any, ranges: Any, by_range: Any,
    starts: Any, free: Any,
) -> None:  # fmt: skip
    """Lay the entries of documents down one after the other, and once more range by range.

    The entries of document d are samples[offsets[d]:offsets[d + 1]]; `table` gives the range of the top bits
    of one. Written are `hashes`, `ranges` (that of each), `by_range` and `starts` (zeros, one more than there
    are ranges): where each range begins in `by_range`. `free` is room for as many numbers.
    """
    count = 0
    for document in documents:
        for entry in range(offsets[document], offsets[document + 1]):
            number = table[samples[entry] >> TOP]
            hashes[count] = samples[entry]
            ranges[count] = number
            starts[number + 1] += 1
            count += 1
    for number in range(len(starts) - 1):
        starts[number + 1] += starts[number]
        free[number] = starts[number]
    for k in range(count):
        number = ranges[k]
        by_range[free[number]] = hashes[k]
        free[number] += 1


def put_back(ranges: Any, free: Any, by_range: Any, found: Any) -> None:
    """Put what lies range by range, of which each begins at `free`, back in the order of the entries."""
    for k in range(len(ranges)):
        number = ranges[k]
        found[k] = by_range[free[number]]
        free[number] += 1


def number_runs(keys: Any, bits: Any, first: Any, largest: Any, small: Any, found: Any) -> Any:
    """Number the buckets of one range, the first of them at `first`; give the room that they need.

    `keys` are sorted; each has the place of its entry in `found` in the lowest `bits`, and its hash above.
    """
    room = 0
    k = 0
    mask = (np.uint64(1) << bits) - np.uint64(1)
    while k < len(keys):
        end = k + 1
        while end < len(keys) and keys[end] >> bits == keys[k] >> bits:
            end += 1
        size = end - k
        place = 0
        if size > largest:
            place = -1
        elif size > 1:
            place = first + room
            room += min(size, small) + 1
        for at in range(k, end):
            found[keys[at] & mask] = place
        k = end
    return room
