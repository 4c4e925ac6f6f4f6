"""UTF-8 bytes to folded characters, and the words among them: the numba twin of `dedupe.tokens`.

The functions here are written for numba (`dedupe.kernels` compiles them) and rely on its unsigned
64-bit arithmetic. They give the numbers of the NumPy engine, bit for bit, malformed UTF-8 included:
whatever is not valid parts words, as U+FFFD does. Plain words have a quicker way, `dedupe.scan`.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.fold import APOSTROPHE, BREAK, DIGIT, LETTER, NARROW, POINT, SOLO, TABLE_END, WIDEST, tables
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


def sum_of(stream: Any, first: int, last: int) -> Any:
    """Sum the characters of the word stream[first:last]; its hash is that sum, spread."""
    value = np.uint64(0)
    for at in range(first, last):
        value = value * PRIME + np.uint64((stream[at] & np.uint32(CODE)) + np.uint32(1))
    return value
