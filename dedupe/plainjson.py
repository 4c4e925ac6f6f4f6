"""JSON lines read in plain loops: where the fields of a record stand, and the text of one, decoded.

The functions here are written for numba (`dedupe.kernels` compiles them), as those of `dedupe.scan` are.
They take what is plain: objects, one a line, each valid JSON in valid UTF-8 (RFC 8259). Of whatever is out of
the ordinary they say that it is not plain, and another parser has to look at it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.foldbytes import decode_point

TEXT, ID, URL, DATE, PAGE = range(5)
"""The fields that are looked for, in the order in which their names are given. A record with a page is not
plain; nor is one with an escape in another field than its text, or with an id that is a long number or one
with a point."""

ABSENT, STRING, ESCAPED, NUMBER, OTHER = range(5)
"""What a field holds: nothing, a string as it stands or with escapes in it, a number, something else."""

PLAIN, END, SIZE, CHARACTERS, FIELDS = range(5)
"""Columns of a record: whether it is plain; where its line ends; bytes and characters of its text. From
FIELDS on, three columns for each field: where its value begins and ends (of a string, without the quotes),
and what it is."""

COLUMNS = FIELDS + 3 * 5

DEPTH = 32
"""Levels of lists and objects that are plain in a field that is not looked for."""

BLOCK = 32
"""Bytes that are copied at once."""

_QUOTE, _BACKSLASH, _SPACE, _COMMA, _MINUS = 0x22, 0x5C, 0x20, 0x2C, 0x2D
_BRACE, _BRACE_END, _BRACKET, _BRACKET_END = 0x7B, 0x7D, 0x5B, 0x5D


def find_records(data: Any, at: int, names: Any, edges: Any, rows: Any, out: Any, total: int) -> Any:
    """Find the records of JSON lines, and decode the text of each that is plain, one behind the other.

    The lines begin at data[at]. Field k is called names[edges[k]:edges[k + 1]]. rows int64[n, COLUMNS] takes
    a row for each line, until there are no more of the one or the other; `out` takes the texts from `total`
    on, and needs room for `data`. Gives the place to go on from, the number of lines, and the end
    of the texts.
    """
    count = 0
    size = len(data)
    while at < size and count < len(rows):
        row = rows[count]
        row[:] = 0
        end = read_record(data, at, size, names, edges, row, out, total)
        if end >= 0:
            row[PLAIN] = 1
            total += row[SIZE]
            at = end
        while at < size and data[at] != 0x0A:
            at += 1
        at = row[END] = min(at + 1, size)
        count += 1
    return at, count, total


def read_record(data: Any, at: int, end: int, names: Any, edges: Any, row: Any, out: Any, total: int) -> int:
    """Read the record at `at`; give the place behind it, -1 where it is not plain or no line of its own.

    Of fields of one name the last counts. A line break is no blank, and none can stand in a string.
    """
    at = skip(data, at, end)
    if at == end or data[at] != _BRACE:
        return -1
    more = True
    while more:
        start, stop, at = read_name(data, skip(data, at + 1, end), end, out, total + row[SIZE])
        if at < 0:
            return -1
        first = at
        at, kind, size, characters = read_value(data, at, end, out, total + row[SIZE])
        if at < 0:
            return -1
        last = at
        if kind in (STRING, ESCAPED):
            first, last = first + 1, last - 1
        for field in range(len(edges) - 1):
            if is_called(data, start, stop, names, edges[field], edges[field + 1]):
                if not take(data, field, first, last, kind, row):
                    return -1
                if field == TEXT:
                    row[SIZE], row[CHARACTERS] = size, characters
        at = skip(data, at, end)
        more = at < end and data[at] == _COMMA
    if at == end or data[at] != _BRACE_END:
        return -1
    at = skip(data, at + 1, end)
    return at if row[SIZE] > 0 and (at == end or data[at] == 0x0A) else -1


def take(data: Any, field: int, first: int, last: int, kind: int, row: Any) -> bool:
    """Note where a field stands; tell whether its record is plain still."""
    column = FIELDS + 3 * field
    row[column], row[column + 1], row[column + 2] = first, last, kind
    if field == TEXT:
        return row[SIZE] == 0 and kind in (STRING, ESCAPED)
    if field == PAGE or kind == ESCAPED:
        return False
    if field == ID and kind == NUMBER:
        digits = first + 1 if data[first] == _MINUS else first
        return skip_digits(data, digits, last) == last and last - digits <= 18
    return True


def is_called(data: Any, start: int, stop: int, names: Any, first: int, last: int) -> bool:
    """Tell whether data[start:stop] is the name names[first:last]."""
    same = stop - start == last - first
    for k in range(stop - start):
        same = same and data[start + k] == names[first + k]
    return same


def read_name(data: Any, at: int, end: int, out: Any, n: int) -> Any:
    """Read the name of a field: where it begins and ends, and where its value begins, -1: it is not plain."""
    if at >= end or data[at] != _QUOTE:
        return 0, 0, -1
    stop, size, _ = read_string(data, at + 1, end, out, n)
    if stop < 0 or size != stop - at - 1:
        return 0, 0, -1
    value = skip(data, stop + 1, end)
    if value == end or data[value] != 0x3A:  # :
        return 0, 0, -1
    return at + 1, stop, skip(data, value + 1, end)


def read_value(data: Any, at: int, end: int, out: Any, n: int) -> Any:
    """Read the value at `at`, a string to `out` from n on.

    Gives where it ends (-1: it is not valid), what it is, and of a string the bytes and characters.
    """
    if at >= end:
        return -1, OTHER, 0, 0
    byte = data[at]
    if byte == _QUOTE:
        stop, size, characters = read_string(data, at + 1, end, out, n)
        if stop < 0:
            return -1, OTHER, 0, 0
        return stop + 1, STRING if size == stop - at - 1 else ESCAPED, size, characters
    if byte in (_BRACE, _BRACKET):
        return read_nested(data, at, end, out, n), OTHER, 0, 0
    return read_scalar(data, at, end), NUMBER if byte == _MINUS or byte <= 0x39 else OTHER, 0, 0


def read_nested(data: Any, at: int, end: int, out: Any, n: int) -> int:
    """Give the end of a list or object; -1 where it is not valid, or of more than DEPTH levels."""
    objects = depth = 0  # a bit of `objects` for each level says what it is
    while at < end:
        opened = data[at] == _BRACE or data[at] == _BRACKET
        if opened:
            if depth == DEPTH:
                return -1
            objects, depth = objects << 1 | (data[at] == _BRACE), depth + 1
            at += 1
        elif data[at] == _QUOTE:
            at = read_string(data, at + 1, end, out, n)[0] + 1
            if at == 0:
                return -1
        else:
            at = read_scalar(data, at, end)
            if at < 0:
                return -1
        at = skip(data, at, end)
        while at < end and data[at] == (_BRACE_END if objects & 1 else _BRACKET_END):
            objects, depth, opened = objects >> 1, depth - 1, False
            at += 1
            if depth == 0:
                return at
            at = skip(data, at, end)
        if not opened:
            if at == end or data[at] != _COMMA:
                return -1
            at = skip(data, at + 1, end)
        if objects & 1:
            at = read_name(data, at, end, out, n)[2]
            if at < 0:
                return -1
    return -1


def read_scalar(data: Any, at: int, end: int) -> int:
    """Give the end of a number or a word; -1 where it is neither."""
    if data[at] == _MINUS or 0x30 <= data[at] <= 0x39:
        return read_number(data, at, end)
    return read_word(data, at, end)


def skip(data: Any, at: int, end: int) -> int:
    """Give the place of the next byte that is no blank."""
    while at < end and (data[at] == _SPACE or data[at] == 0x09 or data[at] == 0x0D):
        at += 1
    return at


def read_word(data: Any, at: int, end: int) -> int:
    """Give the end of `true`, `false` or `null`; -1 where nothing of that stands."""
    for word in ((0x74, 0x72, 0x75, 0x65, 0), (0x66, 0x61, 0x6C, 0x73, 0x65), (0x6E, 0x75, 0x6C, 0x6C, 0)):
        size = 5 if word[4] else 4
        same = at + size <= end
        for k in range(size):
            same = same and data[at + k] == word[k]
        if same:
            return at + size
    return -1


def read_number(data: Any, at: int, end: int) -> int:
    """Give the end of a number; -1 where it is none."""
    if data[at] == 0x2D:
        at += 1
    start = at
    at = skip_digits(data, at, end)
    if at == start or (data[start] == 0x30 and at > start + 1):
        return -1
    if at < end and data[at] == 0x2E:
        start = at + 1
        at = skip_digits(data, start, end)
        if at == start:
            return -1
    if at < end and (data[at] == 0x65 or data[at] == 0x45):
        at += 1
        if at < end and (data[at] == 0x2B or data[at] == 0x2D):
            at += 1
        start = at
        at = skip_digits(data, start, end)
        if at == start:
            return -1
    return at


def skip_digits(data: Any, at: int, end: int) -> int:
    """Give the place of the next byte that is no digit."""
    while at < end and 0x30 <= data[at] <= 0x39:
        at += 1
    return at


def read_string(data: Any, at: int, end: int, out: Any, n: int) -> Any:
    """Decode the string that begins at `at`, behind its quote, to `out` from n on.

    Gives the place of the quote behind it (-1: it is not valid), its bytes and its characters.
    """
    first = n
    hidden = 0  # bytes of characters besides the first of each
    while True:
        n, at = copy_plain(data, at, end, out, n)
        if at == end:
            break
        byte = data[at]
        if byte == _QUOTE:
            return at, n - first, n - first - hidden
        if byte == _BACKSLASH:
            point, step = decode_escape(data, at, end)
        elif byte < _SPACE:
            break
        else:
            point, step = decode_point(data, at, end)
        if point < 0:
            break
        at += step
        width = encode_point(point, out, n)
        n += width
        hidden += width - 1
    return -1, 0, 0


def copy_plain(data: Any, at: int, end: int, out: Any, n: int) -> Any:
    """Copy what stands for itself: ASCII but quotes, backslashes and control characters.

    Behind it, less than BLOCK bytes of `out` may be written over.
    """
    while at + BLOCK <= end and n + BLOCK <= len(out):
        # Without a way out, in slices, in numbers of one byte and in one expression it is compiled to a few
        # wide instructions: 6 GB/s and not 1.2.
        block, room, plain = data[at : at + BLOCK], out[n : n + BLOCK], np.uint8(BLOCK)
        for k in range(BLOCK):
            byte = block[k]
            quoted = np.uint8(byte == _QUOTE) | np.uint8(byte == _BACKSLASH)
            odd = quoted | np.uint8(byte < _SPACE) | np.uint8(byte > 0x7F)
            plain = min(plain, np.uint8(k) if odd else np.uint8(BLOCK))
            room[k] = byte
        if plain < BLOCK:
            return n + plain, at + plain
        at += BLOCK
        n += BLOCK
    while at < end:
        byte = data[at]
        if byte < _SPACE or byte > 0x7F or byte in (_QUOTE, _BACKSLASH):
            break
        out[n] = byte
        at += 1
        n += 1
    return n, at


def decode_escape(data: Any, at: int, end: int) -> Any:
    """Decode the escape at `at`: (point, bytes), or (-1, 1) for what is none, half of a pair among it."""
    if at + 1 >= end:
        return -1, 1
    byte = data[at + 1]
    if byte == 0x6E:  # n
        return 0x0A, 2
    if byte in (_QUOTE, _BACKSLASH, 0x2F):
        return np.int64(byte), 2
    if byte == 0x74:  # t
        return 0x09, 2
    if byte == 0x72:  # r
        return 0x0D, 2
    if byte == 0x62:  # b
        return 0x08, 2
    if byte == 0x66:  # f
        return 0x0C, 2
    if byte != 0x75:  # u
        return -1, 1
    point = read_hex(data, at + 2, end)
    if not 0xD800 <= point <= 0xDFFF:
        return point, 6
    if point <= 0xDBFF and at + 7 < end and data[at + 6] == _BACKSLASH and data[at + 7] == 0x75:
        low = read_hex(data, at + 8, end)
        if 0xDC00 <= low <= 0xDFFF:
            return 0x10000 + ((point - 0xD800) << 10) + low - 0xDC00, 12
    return -1, 1


def read_hex(data: Any, at: int, end: int) -> int:
    """Read four hexadecimal digits; -1 where they are none."""
    if at + 4 > end:
        return -1
    value = 0
    for k in range(4):
        byte = int(data[at + k])
        if 0x30 <= byte <= 0x39:
            value = value << 4 | byte - 0x30
        elif 0x41 <= byte <= 0x46 or 0x61 <= byte <= 0x66:
            value = value << 4 | (byte | 0x20) - 0x57
        else:
            return -1
    return value


def encode_point(point: int, out: Any, n: int) -> int:
    """Write a code point as UTF-8 and give its bytes."""
    if point < 0x80:
        out[n] = point
        return 1
    if point < 0x800:
        out[n], out[n + 1] = 0xC0 | point >> 6, 0x80 | point & 0x3F
        return 2
    if point < 0x10000:
        out[n], out[n + 1], out[n + 2] = 0xE0 | point >> 12, 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F
        return 3
    out[n], out[n + 1] = 0xF0 | point >> 18, 0x80 | point >> 12 & 0x3F
    out[n + 2], out[n + 3] = 0x80 | point >> 6 & 0x3F, 0x80 | point & 0x3F
    return 4


def decode_strings(data: Any, starts: Any, ends: Any, out: Any, firsts: Any, lasts: Any) -> None:
    """Decode the strings data[starts[k]:ends[k]], the quote at the end of each included.

    String k goes to out[firsts[k]:lasts[k]], which it fills.
    """
    for k in range(len(starts)):
        read_string(data, starts[k], ends[k], out[: lasts[k]], firsts[k])
