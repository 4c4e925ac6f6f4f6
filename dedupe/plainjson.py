"""JSON lines read in plain loops: where the fields of a record stand, and the text of one, decoded.

The functions here are written for numba (`dedupe.kernels` compiles them), as those of `dedupe.scan` are.
They take what is plain: objects of strings, numbers, true, false and null, one a line, each valid JSON in
valid UTF-8 (RFC 8259). Whatever else a record holds, they say that it is not plain, and another parser has
to look at it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from dedupe.scan import decode_point

TEXT, ID, URL, DATE, PAGE = range(5)
"""The fields that are looked for, in the order in which their names are given. A record with a page is not
plain; nor is one with an escape in another field than its text, or with an id that is a long number or one
with a point."""

ABSENT, STRING, ESCAPED, NUMBER, OTHER = range(5)
"""What a field holds: nothing, a string as it stands or with escapes in it, a number, true, false or null."""

PLAIN, END, SIZE, CHARACTERS, FIELDS = range(5)
"""Columns of a record: whether it is plain; where its line ends; bytes and characters of its text. From
FIELDS on, three columns for each field: where its value begins and ends (of a string, without the quotes),
and what it is."""

COLUMNS = FIELDS + 3 * 5

SLACK = 32
"""Bytes that are copied at once, so many more than the text needs room."""

_QUOTE, _BACKSLASH, _SPACE = 0x22, 0x5C, 0x20


def find_records(data: Any, at: int, names: Any, edges: Any, rows: Any, out: Any, total: int) -> Any:
    """Find the records of JSON lines, and decode the text of each that is plain, one behind the other.

    The lines begin at data[at]. Field k is called names[edges[k]:edges[k + 1]]. rows int64[n, COLUMNS] takes
    a row for each line, until there are no more of the one or the other; `out` takes the texts from `total`
    on, and needs room for `data` and SLACK. Gives the place to go on from, the number of lines, and the end
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
    if at == end or data[at] != 0x7B:  # {
        return -1
    at = skip(data, at + 1, end)
    while True:
        if at == end or data[at] != _QUOTE:
            return -1
        start = at + 1
        stop, size, _ = read_string(data, start, end, out, total + row[SIZE])
        if stop < 0 or size != stop - start:
            return -1
        at = skip(data, stop + 1, end)
        if at == end or data[at] != 0x3A:  # :
            return -1
        at = skip(data, at + 1, end)
        if at == end:
            return -1
        at = read_field(data, start, stop, at, end, names, edges, row, out, total)
        if at < 0:
            return -1
        at = skip(data, at, end)
        if at == end:
            return -1
        if data[at] == 0x7D:  # }
            break
        if data[at] != 0x2C:  # ,
            return -1
        at = skip(data, at + 1, end)
    at = skip(data, at + 1, end)
    return at if row[SIZE] > 0 and (at == end or data[at] == 0x0A) else -1


def read_field(
    data: Any,
    start: int,
    stop: int,
    at: int,
    end: int,
    names: Any,
    edges: Any,
    row: Any,
    out: Any,
    total: int,
) -> int:
    """Read the value at `at` of the field called data[start:stop]; give its end, -1 where it is not plain."""
    kind = OTHER
    size = characters = 0
    first = at
    if data[at] == _QUOTE:
        first = at + 1
        last, size, characters = read_string(data, first, end, out, total + row[SIZE])
        kind = STRING if size == last - first else ESCAPED
        at = last + 1 if last >= 0 else -1
    elif data[at] == 0x2D or 0x30 <= data[at] <= 0x39:  # - 0 9
        at = last = read_number(data, at, end)
        kind = NUMBER
    else:
        at = last = read_word(data, at, end)
    if at < 0:
        return -1
    for field in range(len(edges) - 1):
        length = edges[field + 1] - edges[field]
        if length != stop - start:
            continue
        same = True
        for k in range(length):
            same &= data[start + k] == names[edges[field] + k]
        if not same:
            continue
        if field == PAGE:
            return -1
        column = FIELDS + 3 * field
        row[column], row[column + 1], row[column + 2] = first, last, kind
        if field == TEXT:
            if row[SIZE] > 0 or kind not in (STRING, ESCAPED):
                return -1
            row[SIZE], row[CHARACTERS] = size, characters
        elif kind == ESCAPED or (field == ID and not is_short(data, first, last, kind)):
            return -1
    return at


def is_short(data: Any, first: int, last: int, kind: int) -> bool:
    """Tell whether a value is no number, or an integer of 64 bits."""
    if kind != NUMBER:
        return True
    for k in range(first, last):
        if not (0x30 <= data[k] <= 0x39 or data[k] == 0x2D):
            return False
    return last - first <= 18


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
    """Copy what stands for itself: ASCII but quotes, backslashes and control characters."""
    while at + SLACK <= end:
        # Without a way out, in slices, and in numbers of one byte it is compiled to a few wide instructions:
        # 6 GB/s and not 1.2.
        block, room, odd = data[at : at + SLACK], out[n : n + SLACK], np.uint8(0)
        for k in range(SLACK):
            byte = block[k]
            room[k] = byte
            odd |= np.uint8(byte == _QUOTE) | np.uint8(byte == _BACKSLASH)
            odd |= np.uint8(byte < _SPACE) | byte & np.uint8(0x80)
        if odd:
            break
        at += SLACK
        n += SLACK
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


def decode_strings(data: Any, starts: Any, ends: Any, out: Any, at: Any) -> None:
    """Decode the strings that begin at starts[k] and end before ends[k], each to `out` from at[k] on."""
    for k in range(len(starts)):
        read_string(data, starts[k], ends[k] + 1, out, at[k])
