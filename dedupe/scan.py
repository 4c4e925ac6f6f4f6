"""The numba twin of `dedupe.tokens`: UTF-8 bytes to folded words, one pass over the buffer.

The functions here are written for numba (`dedupe.kernels` compiles them) and rely on its unsigned
64-bit arithmetic. They give the numbers of the NumPy engine, bit for bit, malformed UTF-8 included:
whatever is not valid parts words, as U+FFFD does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.fold import APOSTROPHE, BREAK, DIGIT, LETTER, NARROW, POINT, SOLO, TABLE_END, WIDEST, tables
from dedupe.lexicon import lexicon
from dedupe.tokens import (
    ALONE, CAPITAL, CASELESS, LINE, LONGEST, MIX1, MIX2, NUMBER, PRIME, SENTENCE, SENTENCE_MARKS, SHOUT,
)  # fmt: skip

CODE, KIND = (1 << 21) - 1, 21
UPPER, MARK, NEWLINE, SIMPLE = 1 << 24, 1 << 25, 1 << 26, 1 << 27
"""A folded character is packed in 32 bits: code point, class, and what its source was."""


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


def lexicon_table() -> tuple[NDArray[np.int16], NDArray[np.uint64], NDArray[np.float64], NDArray[np.int64]]:
    """Put the lexicon into an open-addressing table of 4,096 places (-1: free)."""
    known = lexicon()
    table = np.full(4096, -1, np.int16)
    for number, value in enumerate(known.hashes.tolist()):
        place = value & 4095
        while table[place] >= 0:
            place = (place + 1) & 4095
        table[place] = number
    return table, known.hashes, known.values, known.powers


def follows(data: Any, at: int, end: int, count: int) -> bool:
    """Say whether `count` continuation bytes stand at `at`."""
    if at + count > end:
        return False
    for k in range(count):
        if data[at + k] & 0xC0 != 0x80:
            return False
    return True


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


def vanishes(stream: Any, n: int, at: int) -> int:
    """Decide the apostrophe, point, comma or narrow space at `at`: 0 it parts, 1 it vanishes, 2 it is decimal."""
    if at == 0 or at + 1 >= n:
        return 0
    here = (stream[at] >> KIND) & 7
    before = (stream[at - 1] >> KIND) & 7
    after = (stream[at + 1] >> KIND) & 7
    if not ((before == LETTER or before == DIGIT) and (after == LETTER or after == DIGIT)):
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


def find_words(stream: Any, n: int, first: Any, last: Any) -> int:
    """Find the words in a stream: stream[first[w]:last[w]]. What vanishes is taken out of the stream.

    Gives the number of words. Marks and line breaks that are taken out are handed on to the character before.
    """
    count = 0
    kept = 0
    begin = -1
    decimal = False  # a decimal point in this number already
    for at in range(n):
        entry = stream[at]
        kind = (entry >> KIND) & 7
        verdict = 0
        if kind == LETTER or kind == DIGIT:
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
    return count


def spread(x: Any) -> Any:
    """Spread a 64-bit value over its range, as `dedupe.tokens.mix` does."""
    x = (x ^ (x >> np.uint64(30))) * MIX1
    x = (x ^ (x >> np.uint64(27))) * MIX2
    return x ^ (x >> np.uint64(31))


def hash_of(stream: Any, first: int, last: int) -> Any:
    """Hash the word stream[first:last]."""
    value = np.uint64(0)
    for at in range(first, last):
        value = value * PRIME + np.uint64((stream[at] & np.uint32(CODE)) + np.uint32(1))
    return spread(value)


def scan_hashes(
    data: Any, starts: Any, ends: Any, packed: Any, kind: Any, width: Any, folds: Any,
    stream: Any, first: Any, last: Any, hashes: Any, offsets: Any,
) -> None:  # fmt: skip
    """Hash the words of many texts. `hashes` needs a place for every other byte, `offsets` texts + 1."""
    total = 0
    offsets[0] = 0
    for text in range(len(starts)):
        n = fold_bytes(data, starts[text], ends[text], packed, kind, width, folds, stream)
        count = find_words(stream, n, first, last)
        for w in range(count):
            hashes[total + w] = hash_of(stream, first[w], last[w])
        total += count
        offsets[text + 1] = total


def hash_shingles(hashes: Any, begin: int, end: int, size: int, out: Any) -> int:
    """Hash the runs of `size` words of one text, as `dedupe.sketch.shingles` does; give their number."""
    count = end - begin
    if count == 0:
        return 0
    runs = max(1, count - size + 1)
    for run in range(runs):
        value = np.uint64(0)
        for at in range(begin + run, min(begin + run + size, end)):
            value = value * PRIME + hashes[at]
        out[run] = spread(value)
    return runs


def sample_texts(hashes: Any, offsets: Any, size: int, limit: Any, least: int, work: Any, out: Any, ends: Any) -> None:
    """Sample the shingles of many texts, as `dedupe.sketch.sample` does.

    `out` needs room for every shingle at worst; ends[0] = 0, ends[t + 1] is where the sample of t ends.
    """
    total = 0
    ends[0] = 0
    for text in range(len(offsets) - 1):
        count = hash_shingles(hashes, offsets[text], offsets[text + 1], size, work)
        small = 0
        for k in range(count):
            if work[k] < limit:
                out[total + small] = work[k]
                small += 1
        if small < least + least // 2:  # repeats may hide that there are too few: look at all
            chosen = np.sort(work[:count])
        else:
            chosen = np.sort(out[total : total + small])
        kept = 0
        for k in range(len(chosen)):
            if k > 0 and chosen[k] == chosen[k - 1]:
                continue
            if chosen[k] >= limit and kept >= least:
                break
            out[total + kept] = chosen[k]
            kept += 1
        if small >= least + least // 2 and kept < least:
            chosen = np.sort(work[:count])
            kept = 0
            for k in range(len(chosen)):
                if k > 0 and chosen[k] == chosen[k - 1]:
                    continue
                if chosen[k] >= limit and kept >= least:
                    break
                out[total + kept] = chosen[k]
                kept += 1
        total += kept
        ends[text + 1] = total


def sketch_texts(
    data: Any, starts: Any, ends: Any, packed: Any, kind: Any, width: Any, folds: Any,
    stream: Any, first: Any, last: Any, hashes: Any, work: Any,
    size: int, limit: Any, least: int, out: Any, out_ends: Any, words: Any, wholes: Any,
) -> None:  # fmt: skip
    """From bytes to samples, text by text, without keeping the words.

    words[t] is the number of words, wholes[t] a hash over all of them (0 for a text without words).
    """
    total = 0
    out_ends[0] = 0
    pair = np.zeros(2, np.int64)
    local = np.zeros(2, np.int64)
    for text in range(len(starts)):
        n = fold_bytes(data, starts[text], ends[text], packed, kind, width, folds, stream)
        count = find_words(stream, n, first, last)
        whole = np.uint64(0)
        for w in range(count):
            hashes[w] = hash_of(stream, first[w], last[w])
            whole = whole * PRIME + hashes[w]
        words[text] = count
        wholes[text] = spread(whole) if count else np.uint64(0)
        pair[1] = count
        sample_texts(hashes, pair, size, limit, least, work, out[total:], local)
        total += local[1]
        out_ends[text + 1] = total


def detail_texts(
    data: Any, starts: Any, ends: Any, packed: Any, kind: Any, width: Any, folds: Any,
    lex_table: Any, lex_hashes: Any, lex_values: Any, lex_powers: Any,
    stream: Any, first: Any, last: Any,
    hashes: Any, grams: Any, pairs: Any, flags: Any, values: Any, steps: Any, digits: Any, lengths: Any, offsets: Any,
) -> None:  # fmt: skip
    """Give all that `dedupe.align` wants to know of the words of many texts."""
    total = 0
    offsets[0] = 0
    for text in range(len(starts)):
        n = fold_bytes(data, starts[text], ends[text], packed, kind, width, folds, stream)
        count = find_words(stream, n, first, last)
        for w in range(count):
            at = total + w
            value = hash_of(stream, first[w], last[w])
            hashes[at] = np.int64(value)
            flags[at] = flags_of(stream, first, last, w)
            pairs[at] = pairs_of(stream, first[w], last[w])
            values[at], steps[at], digits[at], lengths[at] = number_of(stream, first[w], last[w], flags[at])
            place = np.int64(value & np.uint64(4095))
            while lex_table[place] >= 0:
                entry = lex_table[place]
                if lex_hashes[entry] == value:
                    if lex_powers[entry] == 0:
                        values[at] = lex_values[entry]
                    else:
                        values[at] = np.nan
                        steps[at] = -1.0
                        if w > 0 and flags[at - 1] & NUMBER and values[at - 1] == values[at - 1]:
                            factor = 10.0 ** lex_powers[entry]
                            values[at - 1] *= factor
                            steps[at - 1] = (steps[at - 1] if steps[at - 1] > 0 else 1.0) * factor
                    break
                place = (place + 1) & 4095
        for w in range(max(0, count - 2)):
            gram = np.uint64(hashes[total + w])
            gram = gram * PRIME + np.uint64(hashes[total + w + 1])
            grams[total + w] = np.int64(spread(gram * PRIME + np.uint64(hashes[total + w + 2])))
        total += count
        offsets[text + 1] = total


def flags_of(stream: Any, first: Any, last: Any, w: int) -> int:
    """Give the flags of word w, as `dedupe.tokens.details` does."""
    begin, end = first[w], last[w]
    digits = capitals = 0
    for at in range(begin, end):
        digits += (stream[at] >> KIND) & 7 == DIGIT
        capitals += stream[at] & UPPER != 0
    flags = 0
    if 2 * digits >= end - begin:
        flags |= NUMBER
    if stream[begin] & UPPER:
        flags |= CAPITAL
    if capitals == end - begin and end - begin > 1:
        flags |= SHOUT
    if w == 0:
        flags |= LINE | SENTENCE
    else:
        for at in range(first[w - 1], begin):
            if stream[at] & NEWLINE:
                flags |= LINE
            if stream[at] & MARK:
                flags |= SENTENCE
    code = stream[begin] & np.uint32(CODE)
    if (stream[begin] >> KIND) & 7 == SOLO:
        flags |= ALONE
    if 0x590 <= code < 0x10A0 or 0x1100 <= code < 0x1C80 or code >= 0x3005:
        flags |= CASELESS
    return flags


def pair_bit(before: Any, code: Any) -> Any:
    """Give the bit of two letters, as `dedupe.tokens` does."""
    return np.int64(1) << np.int64((((before * np.uint64(31) + code) * PRIME) >> np.uint64(33)) % np.uint64(63))


def pairs_of(stream: Any, begin: int, end: int) -> Any:
    """Give the letter pairs of a word."""
    mask = np.int64(0)
    one = np.uint64(0)
    other = np.uint64(0)
    for at in range(begin, end):
        code = np.uint64(stream[at] & np.uint32(CODE))
        mask |= pair_bit(one, code)
        if at > begin:
            mask |= pair_bit(other, code)
        other = one
        one = code
    mask |= pair_bit(one, np.uint64(0))
    if end - begin > 1:
        mask |= pair_bit(other, np.uint64(0))
    return mask


def number_of(stream: Any, begin: int, end: int, flags: int) -> Any:
    """Read a word as a number: (value, step of its last decimal, its digits, how many)."""
    if not flags & NUMBER:
        return np.nan, 0.0, np.int64(0), np.int64(0)
    digits = np.int64(0)
    length = np.int64(0)
    decimals = 0
    state = 0  # 0 digits, 1 decimals, 2 letters after them, 3 something else
    for at in range(begin, end):
        code = np.int64(stream[at] & np.uint32(CODE))
        if 48 <= code <= 57:
            if length < 15:
                digits = digits * 10 + (code - 48)
                length += 1
                if state == 1:
                    decimals += 1
            if state == 2:
                state = 3
        elif code == 46:
            state = 1 if state == 0 and length > 0 else 3
        elif 97 <= code <= 122 and length > 0:
            state = 2 if state != 3 else 3
        else:
            state = 3
    if state == 3:
        return np.nan, 0.0, digits, length
    return digits / 10.0**decimals, 10.0**-decimals if decimals else 0.0, digits, length
