"""The numba twin of what is known of words: hashes of all of them; flags, letter pairs and numbers of those
that a comparison asks for."""  # noqa: D209

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.facts import is_cased
from dedupe.fold import DIGIT, SOLO
from dedupe.foldbytes import CODE, KIND, MARK, NEWLINE, UPPER, find_words, fold_bytes, spread, sum_of
from dedupe.lexicon import WEEKDAYS, lexicon
from dedupe.sampling import hash_shingles
from dedupe.scan import NINE, ZERO, next_space, read_plain
from dedupe.tokens import ALONE, CAPITAL, CASELESS, LINE, NUMBER, PRIME, SENTENCE, SHOUT, UNIT

BIG_A, BIG_Z = 65, 90

LAST_PLACE = (1 << 14) - 1
"""Of the table of the lexicon: a power of two less one."""

SEEN = 25
"""The bit of MARK, the lower one of two neighbors: the last two bits of the place of a word are those of what
stands before it."""


@cache
def lexicon_table() -> tuple[NDArray[np.int16], NDArray[np.uint64], NDArray[np.float64], NDArray[np.int64]]:
    """Put the lexicon into an open-addressing table (-1: free); a fifth of it is taken."""
    known = lexicon()
    table = np.full(LAST_PLACE + 1, -1, np.int16)
    for number, value in enumerate(known.hashes.tolist()):
        place = value & LAST_PLACE
        while table[place] >= 0:
            place = (place + 1) & LAST_PLACE
        table[place] = number
    return table, known.hashes, known.values, known.powers


@cache
def pair_table() -> NDArray[np.uint8]:
    """Give the number of the bit of two ASCII letters, at before * 128 + letter; 0 is an end of the word."""
    before, code = np.divmod(np.arange(128 * 128, dtype=np.uint64), np.uint64(128))
    bits: NDArray[np.uint8] = pair_number(before, code).astype(np.uint8)
    return bits


def word_texts(
    data: Any, starts: Any, ends: Any, tables: Any, room: Any, shingle: int,
    hashes: Any, grams: Any, places: Any, offsets: Any, cased: Any,
) -> None:  # fmt: skip
    """Hash the words and the runs of `shingle` words of many texts, those of text t from offsets[t] on.

    The last runs of a text, which would go on after its end, mean nothing. `places` says from where on a
    word must be read to be described: from its first byte where it is plain, else from that of all that
    stands together with it, up to the next space; and two bits of what stands before that. `cased` is told
    for each text (`dedupe.facts.is_cased`).
    """
    quick, packed, kind, width, folds, letters, inverses, powers = tables
    stream, first, last = room
    total = offsets[0] = 0
    for text in range(len(starts)):
        begin = total
        capitals = shouted = 0
        at, end = starts[text], ends[text]
        seen = np.int64(MARK | NEWLINE)  # what stands since the word before began
        while at < end:
            value, size, stop = read_plain(data, at, end, quick, letters, inverses)
            place = at << 2 | seen >> SEEN & 3
            if size >= 0:
                if size > 0:
                    hashes[total] = spread(value * powers[size])
                    places[total] = place
                    total += 1
                    seen = np.int64(0)
                    if BIG_A <= data[at] <= BIG_Z:
                        capitals += 1
                        shouted += shouts(data, at, stop, size)
                    if size < stop - at:
                        for inside in range(at, stop):
                            seen |= packed[data[inside]]
                if stop < end:
                    seen |= packed[data[stop]]
                at = stop + 1
                continue
            stop = next_space(data, at, end)
            n = fold_bytes(data, at, stop, packed, kind, width, folds, stream)
            count, n = find_words(stream, n, first, last)
            for w in range(count):
                hashes[total], places[total] = spread(sum_of(stream, first[w], last[w])), place
                total += 1
                upper = 0
                for inside in range(first[w], last[w]):
                    upper += stream[inside] & UPPER != 0
                capitals += stream[first[w]] & UPPER != 0
                shouted += upper == last[w] - first[w] > 1
            if count > 0:
                seen = np.int64(0)
            for behind in range(first[count - 1] if count > 0 else 0, n):
                seen |= stream[behind]
            at = stop
        hash_shingles(hashes[begin:], total - begin, shingle, grams[begin:])
        offsets[text + 1] = total
        cased[text] = is_cased(total - begin, capitals, shouted)


def shouts(data: Any, begin: int, end: int, size: int) -> bool:
    """Say whether all `size` letters of a plain word, two or more, are capitals."""
    capitals = 0
    for at in range(begin, end):
        capitals += BIG_A <= data[at] <= BIG_Z
    return capitals == size > 1


def describe_words(
    data: Any, ends: Any, tables: Any, pairs: Any, lexicon: Any, room: Any, offsets: Any, hashes: Any,
    places: Any, asked: Any, words: Any,
) -> None:  # fmt: skip
    """Write to `words` what `dedupe.align` wants to know of those words that are `asked` for.

    `offsets`, `hashes` and `places` are those of `word_texts`. Words of ASCII letters alone are read as they
    stand; others with all that they stand together with, once.
    """
    quick, packed, kind, width, folds, letters, inverses, _ = tables
    stream, first, last = room
    for text in range(len(ends)):
        at, behind = offsets[text], offsets[text + 1]
        while at < behind:
            if not asked[at]:
                at += 1
                continue
            place, end = places[at] >> 2, ends[text]
            seen = (places[at] & 3) << SEEN
            size, stop = read_plain(data, place, end, quick, letters, inverses)[1:]
            if size == stop - place:
                pair, flag = read_letters_of(data, place, stop, quick, pairs)
                if not flag & NUMBER:
                    word = words[at]
                    word.value, word.step, word.digits, word.length = np.nan, 0.0, 0, 0
                    write_word(word, hashes, at, behind, pair, flag, seen, lexicon)
                    at += 1
                    continue
            if size < 0:
                stop = next_space(data, place, end)
            while at > offsets[text] and places[at - 1] == places[at]:
                at -= 1
            n = fold_bytes(data, place, stop, packed, kind, width, folds, stream)
            count, n = find_words(stream, n, first, last)
            for w in range(count):
                for between in range(last[w - 1] if w > 0 else 0, first[w]):
                    seen |= stream[between]
                pair, flag, inside = read_word(stream, first[w], last[w])
                word = words[at]
                word.value, word.step, word.digits, word.length = number_of(stream, first[w], last[w], flag)
                write_word(word, hashes, at, behind, pair, flag, seen, lexicon)
                at += 1
                seen = inside


def write_word(
    word: Any, hashes: Any, at: int, behind: int, pair: int, flag: int, seen: Any, lexicon: Any
) -> None:
    """Write what is known of word `at` of a text that has its words up to `behind`; its number is there.

    The lexicon is asked for its hash and that of the next: a word may be a number, or the power of ten of
    the number before it.
    """
    values, powers = lexicon[2], lexicon[3]
    word.pair = pair
    word.flag = flag | (LINE if seen & NEWLINE else 0) | (SENTENCE if seen & MARK else 0)
    entry = entry_of(hashes[at], lexicon)
    if entry >= 0:
        if powers[entry] == 0:
            word.value = values[entry]
        else:
            word.value, word.step = np.nan, -1.0
    if word.value < WEEKDAYS and at + 1 < behind:
        entry = entry_of(hashes[at + 1], lexicon)
        if entry >= 0 and powers[entry] != 0:
            scale(word, 10.0 ** powers[entry])


def entry_of(value: Any, lexicon: Any) -> Any:
    """Find a word in the lexicon by its hash; -1 where it is not there."""
    table, hashes = lexicon[0], lexicon[1]
    place = np.int64(value & np.uint64(LAST_PLACE))
    while table[place] >= 0 and hashes[table[place]] != value:
        place = (place + 1) & LAST_PLACE
    return table[place]


def scale(word: Any, factor: float) -> None:
    """Multiply a number by the power of ten that follows it."""
    word.value *= factor
    word.step = (word.step if word.step > 0 else 1.0) * factor


def read_letters_of(data: Any, begin: int, end: int, quick: Any, pairs: Any) -> Any:
    """Read a word of ASCII letters and digits alone: (letter pairs, flags but LINE and SENTENCE)."""
    mask = np.int64(0)
    one = other = np.int64(0)
    digits = capitals = 0
    for at in range(begin, end):
        byte = data[at]
        code = np.int64(quick[byte])
        mask |= np.int64(1) << np.int64(pairs[one << 7 | code])
        mask |= np.int64(1) << np.int64(pairs[other << 7 | code])
        other = one
        one = code
        digits += ZERO <= byte <= NINE
        capitals += BIG_A <= byte <= BIG_Z
    size = end - begin
    mask |= np.int64(1) << np.int64(pairs[one << 7])
    if size > 1:
        mask |= np.int64(1) << np.int64(pairs[other << 7])
    with_unit = ZERO <= data[begin] <= NINE and size - digits <= UNIT
    flags = NUMBER if 2 * digits >= size or with_unit else 0
    flags |= SHOUT if capitals == size and size > 1 else 0
    if BIG_A <= data[begin] <= BIG_Z:
        flags |= CAPITAL
    return mask, flags


def read_word(stream: Any, begin: int, end: int) -> Any:
    """Read a word: (letter pairs, flags but LINE and SENTENCE, all bits of its characters)."""
    mask = np.int64(0)
    one, other = np.uint64(0), np.uint64(0)
    digits = capitals = 0
    bits = np.int64(0)
    for at in range(begin, end):
        entry = stream[at]
        code = np.uint64(entry & np.uint32(CODE))
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
    return mask, flags, bits


def caseless(code: Any) -> Any:
    """Say whether a letter is of a script without capitals."""
    return 0x590 <= code < 0x10A0 or 0x1100 <= code < 0x1C80 or 0x3005 <= code < 0x3041 or code >= 0x30A0


def pair_bit(before: Any, code: Any) -> Any:
    """Give the bit of two letters, as `dedupe.tokens` does."""
    return np.int64(1) << np.int64(pair_number(before, code))


def pair_number(before: Any, code: Any) -> Any:
    """Give the number of that bit, below 63."""
    spread_out = ((before * np.uint64(31) + code) * PRIME) >> 32
    return (spread_out * np.uint64(63)) >> 32


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
