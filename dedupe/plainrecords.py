"""Records read by compiled loops, many at a time: the columns of what `dedupe.plainjson` finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

import numpy as np
from numpy.typing import NDArray

from dedupe import plainjson
from dedupe.copying import Copies
from dedupe.entries import Part
from dedupe.kernels import compiled
from dedupe.plainjson import DATE, FIELDS, ID, NUMBER, STRING, TEXT, URL
from dedupe.records import text_id
from dedupe.settings import Settings

_BLOCK, _LINES = 1 << 20, 1 << 10
"""Bytes that are read at a time, so that they stay in the cache of the processor; lines of which the fields
are found at a time."""

Rows = NDArray[np.int64]


def copy_plain(
    found: Copies, stream: IO[bytes], part: Part, settings: Settings, take: Callable[[bytes, int, int], None]
) -> None:
    """Take in the records of a part of a file, which `stream` gives; what is not plain is left to `take`."""
    find = compiled("find_records")
    given = (settings.text_field, settings.id_field, settings.url_field, settings.date_field)
    names = [name.encode("utf-8", "backslashreplace") for name in (*given, settings.html_field)]
    name_bytes, edges = np.frombuffer(b"".join(names), np.uint8), np.cumsum([0, *map(len, names)])
    rows = np.empty((_LINES, plainjson.COLUMNS), np.int64)
    out = np.empty(part.end - part.start, np.uint8)
    texts = memoryview(out).toreadonly()  # type: ignore[arg-type]
    total = taken = 0  # bytes of texts that were decoded, and of those that `found` has
    begin, number = part.start, part.before + 1
    for data in _blocks(stream, part):
        buffer, at = np.frombuffer(data, np.uint8), 0
        while at < len(data):
            start, before = at, total
            at, count, total = find(buffer, at, name_bytes, edges, rows, out, total)
            starts = np.concatenate([[start], rows[: count - 1, plainjson.END]])
            first = 0
            for line in [*np.flatnonzero(rows[:count, plainjson.PLAIN] == 0).tolist(), count]:
                run = rows[first:line]
                _extend(found, data, run, starts[first:line], texts[before:], begin, settings)
                found.numbers.extend(range(number + first, number + line))
                before += int(run[:, plainjson.SIZE].sum())
                if line < count:
                    found.texts.append(texts[taken:before])
                    taken = before
                    raw = data[starts[line] : rows[line, plainjson.END]]
                    take(raw, begin + int(starts[line]), number + line)
                first = line + 1
            number += count
        begin += len(data)
    found.texts.append(texts[taken:total])


def _blocks(stream: IO[bytes], part: Part) -> Iterator[bytes]:
    """Give the lines of a part, many at a time; no more than the part, for which there is room.

    Where the file was written anew since it was cut, a part may end within a line.
    """
    at = part.start
    while at < part.end and (data := stream.read(min(_BLOCK, part.end - at))):
        data += stream.readline(part.end - at - len(data))
        yield data
        at += len(data)


def _extend(
    found: Copies, data: bytes, rows: Rows, starts: Rows, texts: memoryview, begin: int, settings: Settings
) -> None:
    """Take in records that are plain, all but their texts and the numbers of their lines.

    `data` begins at `begin` in the file, and the texts of the records are the first of `texts`.
    """
    found.ids += _ids(data, rows, texts)
    dated = settings.keep in ("newest", "oldest")
    found.dates += _strings(data, rows, DATE) if dated else [None] * len(rows)
    text = FIELDS + 3 * TEXT
    for column, values in (
        (found.characters, rows[:, plainjson.CHARACTERS]),
        (found.starts, starts + begin),
        (found.ends, rows[:, plainjson.END] + begin),
        (found.sizes, rows[:, plainjson.SIZE]),
        (found.string_starts, rows[:, text] + begin),
        (found.string_ends, rows[:, text + 1] + begin),
    ):
        column.frombytes(values.tobytes())


def _ids(data: bytes, rows: Rows, texts: memoryview) -> list[str | int]:
    """Give the id of each record; of one without, its address, or a name made of its text."""
    ids: list[str | int | None] = list(_strings(data, rows, ID))
    if all(ids):
        return ids  # type: ignore[return-value]
    kinds = rows[:, FIELDS + 3 * ID + 2]
    for item in np.flatnonzero(kinds == NUMBER).tolist():
        start, end = rows[item, FIELDS + 3 * ID : FIELDS + 3 * ID + 2]
        ids[item] = int(data[start:end])
    addresses, ends = _strings(data, rows, URL), np.cumsum(rows[:, plainjson.SIZE])
    for item, (name, address) in enumerate(zip(ids, addresses, strict=True)):
        if name is None or name == "":
            end = int(ends[item])
            text = bytes(texts[end - int(rows[item, plainjson.SIZE]) : end])
            ids[item] = address or text_id(text.decode("utf-8"))
    return ids  # type: ignore[return-value]


def _strings(data: bytes, rows: Rows, which: int) -> list[str | None]:
    """Give a field of each record, None where it is no string."""
    starts, ends, kinds = rows[:, FIELDS + 3 * which : FIELDS + 3 * which + 3].T.tolist()
    return [
        data[start:end].decode("utf-8") if kind == STRING else None
        for start, end, kind in zip(starts, ends, kinds, strict=True)
    ]
