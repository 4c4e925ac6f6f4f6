"""The numba twin of the details of words: flags, letter pairs and numbers, from bytes (see `dedupe.scan`)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.fold import DIGIT, SOLO
from dedupe.lexicon import lexicon
from dedupe.scan import CODE, KIND, MARK, NEWLINE, UPPER, find_words, fold_bytes, spread
from dedupe.tokens import ALONE, CAPITAL, CASELESS, LINE, NUMBER, PRIME, SENTENCE, SHOUT, UNIT


@cache
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


def detail_texts(
    data: Any, starts: Any, ends: Any, packed: Any, kind: Any, width: Any, folds: Any,
    lex_table: Any, lex_hashes: Any, lex_values: Any, lex_powers: Any,
    stream: Any, first: Any, last: Any,
    hashes: Any, grams: Any, words: Any, offsets: Any,
) -> None:  # fmt: skip
    """Give all that `dedupe.align` wants to know of the words of many texts."""
    total = 0
    offsets[0] = 0
    for text in range(len(starts)):
        n = fold_bytes(data, starts[text], ends[text], packed, kind, width, folds, stream)
        count = find_words(stream, n, first, last)
        seen = np.uint32(MARK | NEWLINE)  # what stands since the word before began
        for w in range(count):
            at = total + w
            for between in range(last[w - 1] if w > 0 else first[w], first[w]):
                seen |= stream[between]
            value, pair, flag, inside = read_word(stream, first[w], last[w])
            flag |= (LINE if seen & NEWLINE else 0) | (SENTENCE if seen & MARK else 0)
            seen = inside
            hashes[at] = np.int64(value)
            word = words[at]
            word.pair, word.flag = pair, flag
            word.value, word.step, word.digits, word.length = number_of(stream, first[w], last[w], flag)
            place = np.int64(value & np.uint64(4095))
            while lex_table[place] >= 0:
                entry = lex_table[place]
                if lex_hashes[entry] == value:
                    if lex_powers[entry] == 0:
                        word.value = lex_values[entry]
                    else:
                        word.value = np.nan
                        word.step = -1.0
                        if w > 0 and words[at - 1].flag & NUMBER:
                            scale(words[at - 1], 10.0 ** lex_powers[entry])
                    break
                place = (place + 1) & 4095
        for w in range(max(0, count - 2)):
            gram = np.uint64(hashes[total + w])
            gram = gram * PRIME + np.uint64(hashes[total + w + 1])
            grams[total + w] = np.int64(spread(gram * PRIME + np.uint64(hashes[total + w + 2])))
        total += count
        offsets[text + 1] = total


def scale(word: Any, factor: float) -> None:
    """Multiply a number by the power of ten that follows it."""
    if word.value == word.value:
        word.value *= factor
        word.step = (word.step if word.step > 0 else 1.0) * factor


def read_word(stream: Any, begin: int, end: int) -> Any:
    """Read a word: (hash, letter pairs, flags but LINE and SENTENCE, all bits of its characters)."""
    value, mask = np.uint64(0), np.int64(0)
    one, other = np.uint64(0), np.uint64(0)
    digits = capitals = 0
    bits = np.uint32(0)
    for at in range(begin, end):
        entry = stream[at]
        code = np.uint64(entry & np.uint32(CODE))
        value = value * PRIME + (code + np.uint64(1))
        mask |= pair_bit(one, code) | pair_bit(other, code)
        other = one
        one = code
        digits += (entry >> KIND) & 7 == DIGIT
        capitals += entry & UPPER != 0
        bits |= entry
    mask |= pair_bit(one, np.uint64(0))
    size = end - begin
    if size > 1:
        mask |= pair_bit(other, np.uint64(0))
    entry = stream[begin]
    with_unit = (entry >> KIND) & 7 == DIGIT and (size - digits <= UNIT or caseless(one))
    flags = NUMBER if 2 * digits >= size or with_unit else 0
    flags |= SHOUT if capitals == size and size > 1 else 0
    code = np.uint64(entry & np.uint32(CODE))
    if entry & UPPER:
        flags |= CAPITAL
    if (entry >> KIND) & 7 == SOLO:
        flags |= ALONE
    if caseless(code):
        flags |= CASELESS
    return spread(value), mask, flags, bits


def caseless(code: Any) -> Any:
    """Say whether a letter is of a script without capitals."""
    return 0x590 <= code < 0x10A0 or 0x1100 <= code < 0x1C80 or code >= 0x3005


def pair_bit(before: Any, code: Any) -> Any:
    """Give the bit of two letters, as `dedupe.tokens` does."""
    spread_out = ((before * np.uint64(31) + code) * PRIME) >> np.uint64(32)
    return np.int64(1) << np.int64((spread_out * np.uint64(63)) >> np.uint64(32))


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
        else:
            state = 2 if state != 3 and length > 0 else 3
    if state == 3:
        return np.nan, 0.0, digits, length
    return digits / 10.0**decimals, 10.0**-decimals if decimals else 0.0, digits, length
