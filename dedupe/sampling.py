"""The numba twin of the samples of `dedupe.sketch`: from bytes to sampled shingles, text by text.

The functions are written for numba (`dedupe.kernels` compiles them), like those of `dedupe.scan`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.foldbytes import spread
from dedupe.scan import scan_words
from dedupe.tokens import PRIME


def word_texts(
    data: Any,
    starts: Any,
    ends: Any,
    tables: Any,
    room: Any,
    size: int,
    hashes: Any,
    grams: Any,
    offsets: Any,
) -> None:
    """Hash the words and the runs of `size` words of many texts, those of text t from offsets[t] on.

    The last runs of a text, which would go on after its end, mean nothing.
    """
    total = 0
    offsets[0] = 0
    for text in range(len(starts)):
        out = hashes[total:]
        count = scan_words(data, starts[text], ends[text], tables, room, out)
        hash_shingles(out, count, size, grams[total:])
        total += count
        offsets[text + 1] = total


def hash_shingles(hashes: Any, count: int, size: int, out: Any) -> Any:
    """Hash the runs of `size` of so many words, as `dedupe.sketch.shingles` does; fewer words are one run.

    Gives the number of runs, and the sum over all words. There is a loop for each step, without a way out,
    so that each is compiled to wide instructions.
    """
    if count == 0:
        return 0, np.uint64(0)
    size = min(size, count)
    runs = count - size + 1
    for run in range(runs):
        out[run] = hashes[run]
    power = PRIME
    for place in range(1, size):
        following = hashes[place:]
        for run in range(runs):
            out[run] = out[run] * PRIME + following[run]
        power *= PRIME
    whole = np.uint64(0)
    for run in range(0, runs, size):
        whole = whole * power + out[run]
    for at in range(count - count % size, count):
        whole = whole * PRIME + hashes[at]
    for run in range(runs):
        out[run] = spread(out[run])
    return runs, whole


def sample_text(
    hashes: Any, count: int, size: int, limit: Any, least: int, work: Any, places: Any, out: Any
) -> Any:
    """Sample the shingles of one text to `out`, as `dedupe.sketch.sample` does.

    Gives how many there are, and the sum over all words.

    `out` and `work` need room for every shingle, `places` two numbers more.
    """
    every = False
    width = width_of(limit)
    while True:
        runs, whole = hash_shingles(hashes, count, size, work)
        small = runs if every else keep_below(limit, work, runs)
        if not every and small < least + least // 2:  # repeats may hide that there are too few: look at all
            every, width = True, max(width, 64)
            continue
        sort_hashes(work, small, width, places, out)
        kept = 0
        for k in range(small):
            if k > 0 and out[k] == out[kept - 1]:
                continue
            if out[k] >= limit and kept >= least:
                break
            out[kept] = out[k]
            kept += 1
        if every or kept >= least:
            return kept, whole
        every, width = True, max(width, 64)


def keep_below(limit: Any, values: Any, count: int) -> int:
    """Move the values below a limit to the front; give their number."""
    kept = 0
    for k in range(count):
        values[kept] = values[k]
        kept += values[k] < limit
    return kept


def width_of(limit: Any) -> int:
    """Say how many bits the numbers below `limit` have."""
    width = 0
    while width < 64 and (limit - np.uint64(1)) >> np.uint64(width) != 0:
        width += 1
    return width


def sort_hashes(values: Any, count: int, width: int, places: Any, out: Any) -> None:
    """Sort hashes of so many bits to `out`. They are spread evenly, so that this takes linear time.

    Each goes near its place by its leading bits; then neighbors are put in order.
    """
    bits = 1
    while 2 << bits <= count:
        bits += 1
    shift = np.uint64(max(0, width - bits))
    for place in range(1 << bits):
        places[place] = 0
    for k in range(count):
        places[values[k] >> shift] += 1
    before = 0
    for place in range(1 << bits):
        before += places[place]
        places[place] = before - places[place]
    for k in range(count):
        place = values[k] >> shift
        out[places[place]] = values[k]
        places[place] += 1
    for k in range(1, count):
        value = out[k]
        at = k
        while at > 0 and out[at - 1] > value:
            out[at] = out[at - 1]
            at -= 1
        out[at] = value


def sketch_texts(
    data: Any, starts: Any, ends: Any, tables: Any, room: Any, hashes: Any, work: Any,
    size: int, limit: Any, least: int, out: Any, out_ends: Any, words: Any, wholes: Any,
) -> None:  # fmt: skip
    """From bytes to samples, text by text, without keeping the words.

    The sample of text t ends at out_ends[t + 1] of `out`, which needs room for every shingle at worst;
    words[t] is the number of words, wholes[t] a hash over all of them (0 for a text without words).
    """
    total = 0
    out_ends[0] = 0
    for text in range(len(starts)):
        count = scan_words(data, starts[text], ends[text], tables, room, hashes)
        kept, whole = sample_text(hashes, count, size, limit, least, work, room.first, out[total:])
        words[text] = count
        wholes[text] = spread(whole)
        total += kept
        out_ends[text + 1] = total
