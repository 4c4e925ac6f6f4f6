"""The numba twin of `dedupe.tokens`: UTF-8 bytes to folded words, one pass over the buffer.

The functions here are written for numba (`dedupe.kernels` compiles them) and rely on its unsigned
64-bit arithmetic. They give the numbers of the NumPy engine, bit for bit, malformed UTF-8 included:
whatever is not valid parts words, as U+FFFD does.
"""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dedupe.fold import (
    APOSTROPHE,
    BREAK,
    DIGIT,
    LETTER,
    NARROW,
    POINT,
    SOLO,
    TABLE_END,
    WIDEST,
    ascii_tables,
    tables,
)  # fmt: skip
from dedupe.tokens import LONGEST, MIX1, MIX2, PRIME, SENTENCE_MARKS

CODE, KIND = (1 << 21) - 1, 21
UPPER, MARK, NEWLINE, SIMPLE = 1 << 24, 1 << 25, 1 << 26, 1 << 27
"""A folded character is packed in 32 bits: code point, class, and what its source was."""


@cache
def packed_table() -> NDArray[np.uint32]:
    """Pack the folding tables, one entry for each code point below TABLE_END."""
    table = tables()
    single = table.width == 1
    first = table.folds[:, 0]
    kind = np.where(first < TABLE_END, table.kind[np.minimum(first, TABLE_END - 1)], SOLO)
    packed = first | (kind.astype(np.uint32) << np.uint32(KIND))
    packed |= np.where(table.upper, UPPER, 0).astype(np.uint32)
    packed[[ord(mark) for mark in SENTENCE_MARKS]] |= MARK
    packed[ord("\n")] |= NEWLINE
    packed[single] |= SIMPLE
    return packed


def follows(data: Any, at: int, end: int, count: int) -> bool:
    """Say whether `count` continuation bytes stand at `at`."""
    if at + count > end:
        return False
    tails = 0
    for k in range(count):
        tails += data[at + k] & 0xC0 == 0x80
    return tails == count


def decode_point(data: Any, at: int, end: int) -> Any:
    """Decode one code point that is not ASCII: (point, bytes), or (-1, 1) for what is not valid."""
    lead = np.int64(data[at])
    if 0xC2 <= lead <= 0xDF and follows(data, at + 1, end, 1):
        return (lead & 0x1F) << 6 | np.int64(data[at + 1] & 0x3F), 2
    if 0xE0 <= lead <= 0xEF and follows(data, at + 1, end, 2):
        point = (lead & 0x0F) << 12 | np.int64(data[at + 1] & 0x3F) << 6 | np.int64(data[at + 2] & 0x3F)
        if point >= 0x800 and not 0xD800 <= point <= 0xDFFF:
            return point, 3
    if 0xF0 <= lead <= 0xF4 and follows(data, at + 1, end, 3):
        point = (lead & 0x07) << 18 | np.int64(data[at + 1] & 0x3F) << 12
        point |= np.int64(data[at + 2] & 0x3F) << 6 | np.int64(data[at + 3] & 0x3F)
        if 0x10000 <= point <= 0x10FFFF:
            return point, 4
    return np.int64(-1), 1


def fold_bytes(
    data: Any, start: int, end: int, packed: Any, kind: Any, width: Any, folds: Any, stream: Any
) -> int:
    """Fold data[start:end] to packed characters in `stream`; give their number.

    `stream` needs WIDEST places for each byte at worst, 3 in practice: see `room`.
    """
    n = 0
    at = start
    while at < end:
        byte = data[at]
        if byte < 128:
            entry = packed[byte]
            at += 1
            if entry & SIMPLE:
                stream[n] = entry
                n += 1
                continue
            point = np.int64(byte)
        else:
            point, step = decode_point(data, at, end)
            at += step
            if point < 0 or point >= 0x40000:
                stream[n] = np.uint32(BREAK << KIND)
                n += 1
                continue
            if point >= TABLE_END:
                stream[n] = np.uint32(point | (SOLO << KIND))
                n += 1
                continue
            entry = packed[point]
            if entry & SIMPLE:
                stream[n] = entry
                n += 1
                continue
        for k in range(width[point]):
            code = folds[point, k]
            stream[n] = (entry & np.uint32(UPPER | MARK | NEWLINE)) | code | np.uint32(kind[code] << KIND)
            n += 1
    return n


def room(size: int) -> int:
    """Say how many packed characters a text of so many bytes may need."""
    return WIDEST * size + 8


def word_room(size: int) -> int:
    """Say how many words a text of so many bytes may have: the three bytes of U+337F fold to four of them."""
    return size + size // 2 + 8


def vanishes(stream: Any, n: int, at: int) -> int:
    """Decide a character that may vanish in a word: 0 it parts, 1 it vanishes, 2 it is a decimal point."""
    if at == 0 or at + 1 >= n:
        return 0
    here = (stream[at] >> KIND) & 7
    before = (stream[at - 1] >> KIND) & 7
    after = (stream[at + 1] >> KIND) & 7
    if not (LETTER <= before <= DIGIT and LETTER <= after <= DIGIT):
        return 0
    if before == DIGIT and after == DIGIT:
        if here == APOSTROPHE:
            return 1
        three = at + 3 < n and (stream[at + 2] >> KIND) & 7 == DIGIT and (stream[at + 3] >> KIND) & 7 == DIGIT
        if three and not (at + 4 < n and (stream[at + 4] >> KIND) & 7 == DIGIT):
            return 1
        return 2 if here == POINT else 0
    return 0 if here == NARROW else 1


def another_point(stream: Any, n: int, at: int) -> bool:
    """Say whether the number around the decimal point at `at` has another one further on."""
    at += 1
    while at < n:
        kind = (stream[at] >> KIND) & 7
        if kind != DIGIT:
            verdict = vanishes(stream, n, at) if kind >= APOSTROPHE else 0
            if verdict != 1:
                return verdict == 2
        at += 1
    return False


def find_words(stream: Any, n: int, first: Any, last: Any) -> Any:
    """Find the words in a stream: stream[first[w]:last[w]]. What vanishes is taken out of the stream.

    Gives the number of words, and the length of the stream that is left. Marks and line breaks that are taken
    out are handed on to the character before.
    """
    count = 0
    kept = 0
    begin = -1
    decimal = False  # a decimal point in this number already
    for at in range(n):
        entry = stream[at]
        kind = (entry >> KIND) & 7
        verdict = 0
        if LETTER <= kind <= DIGIT:
            if begin < 0:
                begin = kept
            elif kept - begin == LONGEST:
                first[count], last[count] = begin, kept
                count += 1
                begin = kept
            if kind == LETTER:
                decimal = False
            stream[kept] = entry
            kept += 1
            continue
        if kind >= APOSTROPHE:
            verdict = vanishes(stream, n, at)
            if verdict == 1:
                if entry & MARK:
                    stream[kept - 1] |= np.uint32(MARK)
                continue
            if verdict == 2:
                chained = decimal or another_point(stream, n, at)
                decimal = True
                if not chained:
                    if kept - begin == LONGEST:
                        first[count], last[count] = begin, kept
                        count += 1
                        begin = kept
                    stream[kept] = (entry & np.uint32(MARK)) | np.uint32(46 | (POINT << KIND))
                    kept += 1
                    continue
        if verdict != 2:
            decimal = False
        if begin >= 0:
            first[count], last[count] = begin, kept
            count += 1
            begin = -1
        stream[kept] = entry if kind == SOLO else (entry & np.uint32(MARK | NEWLINE)) | np.uint32(32)
        if kind == SOLO:
            first[count], last[count] = kept, kept + 1
            count += 1
        kept += 1
    if begin >= 0:
        first[count], last[count] = begin, kept
        count += 1
    return count, kept


def spread(x: Any) -> Any:
    """Spread a 64-bit value over its range, as `dedupe.tokens.mix` does."""
    x = (x ^ (x >> 30)) * MIX1
    x = (x ^ (x >> 27)) * MIX2
    return x ^ (x >> 31)


def hash_of(stream: Any, first: int, last: int) -> Any:
    """Hash the word stream[first:last]."""
    value = np.uint64(0)
    for at in range(first, last):
        value = value * PRIME + np.uint64((stream[at] & np.uint32(CODE)) + np.uint32(1))
    return spread(value)


PARTS, DOUBTFUL, FOREIGN = 0, 254, 255

ONES, HIGH = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
LOWER = ONES * np.uint64(0x20)
NONE, ONE = np.uint64(0), np.uint64(1)
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
    """Read data[at:end] into one number, the first byte lowest; of eight bytes LLVM makes a single load."""
    if at + 8 > end:
        value = NONE
        for k in range(end - at):
            value |= np.uint64(data[at + k]) << np.uint64(8 * k)
        return value
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


def scan_words(data: Any, start: int, end: int, tables: Any, room: Any, hashes: Any) -> int:
    """Hash the words of data[start:end] to `hashes`, one place more than there are; give their number."""
    quick, packed, kind, width, folds, letters, inverses, powers = tables
    stream, first, last = room
    count = 0
    at = start
    while at < end:
        value, size, stop = read_plain(data, at, end, quick, letters, inverses)
        if size >= 0:
            hashes[count] = spread(value * powers[size])
            count += size > 0
            at = stop + 1
            continue
        stop = next_space(data, at, end)
        n = fold_bytes(data, at, stop, packed, kind, width, folds, stream)
        found, _ = find_words(stream, n, first, last)
        for w in range(found):
            hashes[count + w] = hash_of(stream, first[w], last[w])
        count += found
        at = stop
    return count
