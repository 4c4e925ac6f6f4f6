"""The words of a text, hashed in one pass over its bytes: plain ones eight bytes at a time.

Written for numba, like `dedupe.foldbytes`, by which all goes that is not plain ASCII.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.fold import APOSTROPHE, BREAK, ascii_tables, tables
from dedupe.foldbytes import find_words, fold_bytes, packed_table, room, spread, sum_of, word_room
from dedupe.tokens import LONGEST, PRIME

PARTS, DOUBTFUL, FOREIGN = 0, 254, 255

ONES, HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
LOWER = ONES * np.uint64(0x20)
NONE, ONE, ALL, LAST = np.uint64(0), np.uint64(1), ~np.uint64(0), np.uint64(1 << 63)
GATHER = np.uint64(0x0102040810204080)
DARK = ONES * np.uint64(0x80 - ord("!"))
BLOCK = 64
"""Bytes that are looked at together: a bit of a number for each."""

STRETCH = 1 << 12
"""Bytes after which words that are not plain are folded, many at once: more would not stay in the cache."""

SPACE, LINE_FEED, ZERO, NINE = 32, 10, 48, 57
LETTERS = ONES * np.uint64(0x80 - ord("a")), ONES * np.uint64(0x80 - ord("z") - 1)
DIGITS = ONES * np.uint64(0x80 - ord("0")), ONES * np.uint64(0x80 - ord("9") - 1)
"""Added to eight bytes below 128: the highest bit of each byte is set in the first sum and not in the
second where the byte lies in the range."""


class Alphabet(NamedTuple):
    """What the loops know of characters and of the hash of words.

    quick uint8[256]: see `quick_table`; packed uint32[TABLE_END]: see `packed_table`; kind, width, folds: see
    `dedupe.fold.Tables`. letters uint64[8 * 128]: what an ASCII character adds to the hash of a word, at each
    of eight places; inverses uint64: the powers of 1 / PRIME by which those eight places move on; powers
    uint64: those of PRIME, by which the sum over n characters becomes their hash.
    """

    quick: Any
    packed: Any
    kind: Any
    width: Any
    folds: Any
    letters: Any
    inverses: Any
    powers: Any


class Room(NamedTuple):
    """Room to work in, enough for the longest text: packed characters, and two numbers for each word."""

    stream: Any
    first: Any
    last: Any


@cache
def alphabet() -> Alphabet:
    """Build the tables of the loops; the hash is that of `dedupe.tokens.hash_word`, summed from the left."""
    table = tables()
    inverses = np.full(LONGEST + 8, pow(int(PRIME), -1, 1 << 64), np.uint64)
    powers = np.full(LONGEST + 1, PRIME, np.uint64)
    inverses[0], powers[:2] = 1, (0, 1)
    inverses, powers = np.cumprod(inverses), np.concatenate([powers[:1], np.cumprod(powers[1:])])
    letters = inverses[:8, None] * np.arange(1, 129, dtype=np.uint64)
    letters[:, 0] = 0  # what was masked out adds nothing
    return Alphabet(
        quick_table(), packed_table(), table.kind, table.width, table.folds, letters.ravel(), inverses, powers
    )


def make_room(longest: int) -> Room:
    """Make room for texts of so many bytes. What is never touched of it takes no memory."""
    return Room(np.empty(room(longest), np.uint32), *np.empty((2, word_room(longest)), np.int64))


def quick_table() -> NDArray[np.uint8]:
    """Say of each byte what it is in plain ASCII text: 0 it parts words, else the folded letter or digit.

    DOUBTFUL are the characters that may vanish inside a word, FOREIGN all that is not ASCII.
    """
    kind, codes = ascii_tables()
    quick = np.full(256, FOREIGN, np.uint8)
    quick[:128] = np.where(kind == BREAK, PARTS, np.where(kind >= APOSTROPHE, DOUBTFUL, codes))
    return quick


def eight_bytes(data: Any, at: int, end: int) -> Any:
    """Read data[at:end] into one number, the first byte lowest, eight bytes at most."""
    if at + 8 <= end:
        return load(data, at)
    value = NONE
    for k in range(end - at):
        value |= np.uint64(data[at + k]) << np.uint64(8 * k)
    return value


def load(data: Any, at: int) -> Any:
    """Read the eight bytes from `at` on, the first lowest; LLVM makes a single load of it."""
    i = np.uint64(at)
    return (
        np.uint64(data[i])
        | np.uint64(data[i + ONE]) << 8
        | np.uint64(data[i + np.uint64(2)]) << 16
        | np.uint64(data[i + np.uint64(3)]) << 24
        | np.uint64(data[i + np.uint64(4)]) << 32
        | np.uint64(data[i + np.uint64(5)]) << 40
        | np.uint64(data[i + np.uint64(6)]) << 48
        | np.uint64(data[i + np.uint64(7)]) << 56
    )


def others(eight: Any) -> Any:
    """Set the highest bit of each of eight bytes that is no ASCII letter or digit."""
    low = eight & ~HIGH
    lower = low | LOWER
    inside = (lower + LETTERS[0]) ^ (lower + LETTERS[1]) | (low + DIGITS[0]) ^ (low + DIGITS[1])
    return ~(inside & ~eight) & HIGH


def count_bits(x: Any) -> Any:
    """Count the bits of a 64-bit number; LLVM knows this way and makes it one instruction."""
    x -= (x >> 1) & np.uint64(0x5555555555555555)
    x = (x & np.uint64(0x3333333333333333)) + ((x >> 2) & np.uint64(0x3333333333333333))
    x = (x + (x >> 4)) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((x * ONES) >> 56)


def sum_letters(letters: Any, eight: Any) -> Any:
    """Add up what eight folded letters, zeros among them, put into the hash of a word."""
    low = np.uint64(0x7F)
    return (
        letters[eight & low]
        + letters[np.uint64(128) + (eight >> 8 & low)]
        + letters[np.uint64(256) + (eight >> 16 & low)]
        + letters[np.uint64(384) + (eight >> 24 & low)]
        + letters[np.uint64(512) + (eight >> 32 & low)]
        + letters[np.uint64(640) + (eight >> 40 & low)]
        + letters[np.uint64(768) + (eight >> 48 & low)]
        + letters[np.uint64(896) + (eight >> 56 & low)]
    )


def read_letters(data: Any, at: int, end: int, letters: Any, inverses: Any) -> Any:
    """Read ASCII letters and digits from `at` on: (their sum for the hash, how many), at most LONGEST + 8."""
    value = NONE
    size = 0
    while True:
        eight = eight_bytes(data, at + size, end)
        stops = others(eight)
        lower = (eight | LOWER) & ~HIGH
        if stops != 0:
            before = (stops & (~stops + ONE)) - ONE  # all bits below the lowest
            value += sum_letters(letters, lower & before >> 7) * inverses[size]
            return value, size + (count_bits(before) >> 3)
        value += sum_letters(letters, lower) * inverses[size]
        size += 8
        if size > LONGEST:
            return value, size


def read_plain(data: Any, at: int, end: int, quick: Any, letters: Any, inverses: Any) -> Any:
    """Read a plain word from `at` on, and what parts it from the next: (sum, characters, where it parts).

    No characters: nothing stands here but what parts. A number below zero for them: the word is not plain
    (too long, not ASCII, decimal or grouping points in it), and all to the next space must go the long way.
    """
    value = NONE
    size = 0
    while True:
        # The only call of it, so that it is compiled into this loop.
        more, count = read_letters(data, at, end, letters, inverses)
        at += count
        if size + count > LONGEST:
            return value, -1, at
        value += more * inverses[size]
        size += count
        what = quick[data[at]] if at < end else np.uint8(PARTS)
        if what == PARTS:
            return value, size, at
        after = quick[data[at + 1]] if at + 1 < end else np.uint8(PARTS)
        if what == FOREIGN or (size > 0 and after == FOREIGN):
            return value, -1, at
        if size == 0 or not PARTS < after < DOUBTFUL:
            return value, size, at
        if ZERO <= data[at - 1] <= NINE and ZERO <= after <= NINE:
            return value, -1, at
        at += 1  # an apostrophe or a point that vanishes


def next_space(data: Any, at: int, end: int) -> int:
    """Find the next space or line break, where every word ends; nothing is decided across one."""
    while at < end and data[at] != SPACE and data[at] != LINE_FEED:
        at += 1
    return at


def gather(eight: Any) -> Any:
    """Give the highest bits of eight bytes, the others of which are 0, as the eight lowest bits."""
    return ((eight >> 7) * GATHER) >> 56


def look_at(data: Any, at: int, size: int) -> Any:
    """Say of BLOCK bytes, with a bit each, which are letters or digits, and which need a closer look.

    That is what is not ASCII, and what stands between two letters and may join them (a hyphen among it). The
    bytes from `size` on count as spaces; of the last one it is not known whether it joins.
    """
    wordy, dark, foreign = NONE, NONE, NONE
    for k in range(0, BLOCK, 8):
        eight = load(data, at + k)
        stops = others(eight)
        wordy |= gather(~stops & HIGH) << k
        dark |= gather(stops & ((eight & ~HIGH) + DARK)) << k
        foreign |= gather(eight & HIGH) << k
    if size < BLOCK:
        inside = (ONE << size) - ONE
        wordy, dark, foreign = wordy & inside, dark & inside, foreign & inside
    return wordy, foreign | dark & wordy << 1 & (wordy | foreign) >> 1


def lowest(bits: Any) -> Any:
    """Give the number of the lowest bit that is set (64: there is none)."""
    return count_bits(~bits & (bits - ONE))


def hash_plain(data: Any, at: int, size: int, letters: Any, inverses: Any) -> Any:
    """Sum the letters and digits data[at:at + size] for the hash of a word; eight more bytes can be read."""
    eight = load(data, at) | LOWER
    if size <= 8:
        return sum_letters(letters, eight & ALL >> (64 - 8 * size))
    value = sum_letters(letters, eight)
    for k in range(8, size, 8):
        eight = load(data, at + k) | LOWER
        value += sum_letters(letters, eight & ALL >> max(0, 64 - 8 * (size - k))) * inverses[k]
    return value


def scan_words(data: Any, start: int, end: int, tables: Any, room: Any, hashes: Any) -> int:
    """Hash the words of data[start:end] to `hashes`, one place more than there are; give their number.

    Where words begin and end is found for BLOCK bytes at once, so that no word has to wait for the one
    before it. What needs a closer look gets it from `read_closely`, and so do the last bytes of `data`.
    """
    letters, inverses, powers = tables[-3:]
    count = 0
    at = start
    while at < end:
        begin, wordy, odd = at, NONE, ONE
        if at + BLOCK + 8 <= len(data):
            wordy, odd = look_at(data, at, end - at)
        while True:
            starts = wordy & ~(wordy << 1)
            ends = ~wordy & wordy << 1 & (odd - ONE & ~odd) & LAST - ONE
            while ends != 0:
                first = lowest(starts)
                size = lowest(ends) - first
                hashes[count] = hash_plain(data, begin + first, size, letters, inverses) * powers[size]
                count += 1
                starts &= starts - ONE
                ends &= ends - ONE
            left = min(lowest(starts), lowest(odd))
            at = begin + left
            if odd == 0 and left > 0:
                break
            found, at = read_closely(data, at, end, tables, room, hashes[count:])
            count += found
            if wordy == 0 or at - begin >= BLOCK - 1:
                break
            wordy &= ALL << (at - begin)
            odd &= ALL << (at - begin)
    for w in range(count):
        hashes[w] = spread(hashes[w])
    return count


def read_closely(data: Any, at: int, end: int, tables: Any, room: Any, sums: Any) -> Any:
    """Read a plain word from `at` on with what parts it from the next, or what is not plain up to a space.

    The sums over the words go to `sums`. Gives their number, and where to go on.
    """
    quick, packed, kind, width, folds, letters, inverses, powers = tables
    stream, first, last = room
    value, size, stop = read_plain(data, at, end, quick, letters, inverses)
    if size >= 0:
        sums[0] = value * powers[size]
        return 1 if size > 0 else 0, stop + 1
    stop = next_space(data, at, end)
    while stop + 1 < end and data[stop + 1] >= 128 and stop - at < STRETCH:
        stop = next_space(data, stop + 1, end)
    n = fold_bytes(data, at, stop, packed, kind, width, folds, stream)
    count, _ = find_words(stream, n, first, last)
    for w in range(count):
        sums[w] = sum_of(stream, first[w], last[w])
    return count, stop
