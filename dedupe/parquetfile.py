"""Parquet: one record a row, read some rows at a time; foreign columns keep their types.

What we read of a row becomes text; every other value stays a `Cell` of its Arrow column, so that it can be
written again as the type it is, or as JSON where the output is JSON lines.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from dedupe.arrowjson import json_text, time_text
from dedupe.entries import Entry, Part, Source, Unusable, read_record, unusable
from dedupe.errors import RecordError
from dedupe.packing import INSTALL
from dedupe.records import Typed, distinct, table_value
from dedupe.settings import Settings

# Rows that are unpacked at a time; a row group, which is what a file can be read by, has a million at times.
_ROWS = 256


class Cell(Typed):
    """A value of an Arrow column."""

    __slots__ = ("column", "row")

    def __init__(self, column: Any, row: int) -> None:
        self.column = column
        self.row = row

    def json(self) -> str:
        """Give the value as JSON text."""
        return json_text(self.column[self.row])


def read_parquet(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read the rows of a Parquet file, or of some of its row groups.

    A row group that is damaged costs the rows of it that are left. Raises RecordError for a file that is
    not Parquet or has no column for the text, and where pyarrow is not installed.
    """
    file = open_parquet(source.name, stream)
    import pyarrow as pa

    schema = file.schema_arrow
    names = distinct(schema.names)
    if settings.text_field not in names:
        if source.part and source.part.start:  # the first part has said so
            return
        there = ", ".join(names) or "none"
        problem = f"no column {settings.text_field!r}; there is {there}; see --text-field"
        raise RecordError(source.name, "no text", problem)
    groups = range(source.part.start, source.part.end) if source.part else range(file.num_row_groups)
    number = source.part.before if source.part else 0
    sizes = _Shares(source.size, sum(file.metadata.row_group(group).num_rows for group in groups))
    for group in groups:
        end = number + file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_ROWS, row_groups=[group], use_threads=False):
                for record in _records(batch, names, settings):
                    number += 1
                    yield _entry(record, f"{source.name}:{number}", source, settings, sizes.next())
        except (pa.ArrowException, OSError) as error:
            place = f"{source.name}:{number + 1}"
            problem = f"damaged Parquet, rows {number + 1:,} to {end:,} cannot be read: {_first_line(error)}"
            yield unusable(RecordError(place, "damaged Parquet", problem), source, sizes.next(end - number))
            number = end


def open_parquet(name: str, stream: IO[bytes] | Path) -> Any:
    """Open a Parquet file; raise RecordError for what is none, and where pyarrow is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        advice = f"Parquet needs pyarrow: {INSTALL.format('parquet')}"
        raise RecordError(name, "not installed", advice) from None
    try:
        # Without a buffer of its own, a whole column of a row group would be in memory at once.
        return parquet.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 16)
    except (pa.ArrowException, OSError) as error:
        problem = f"not Parquet, or damaged: {_first_line(error)}"
        raise RecordError(name, "not Parquet", problem) from None


def cut_row_groups(source: Source, path: Path, size: int) -> list[Source]:
    """Cut a Parquet file at row groups, as many to a part as make about `size` bytes of the file."""
    metadata = open_parquet(source.name, path).metadata
    rows = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    shares = _Shares(source.size, sum(rows))
    parts: list[Source] = []
    start = before = taken = 0
    for end in range(1, len(rows) + 1):
        taken += shares.next(rows[end - 1])
        if taken >= size or end == len(rows):
            parts.append(replace(source, size=taken, part=Part(start, end, before)))
            before += sum(rows[start:end])
            start, taken = end, 0
    return parts or [source]


class _Shares:
    """The bytes of a file, shared out evenly to its rows."""

    def __init__(self, size: int, rows: int) -> None:
        self._size = size
        self._rows = rows
        self._row = 0

    def next(self, rows: int = 1) -> int:
        """Give the bytes of the next rows."""
        before = self._size * self._row // self._rows
        self._row += rows
        return self._size * self._row // self._rows - before


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


# --- rows ------------------------------------------------------------------------------------------------


def _records(batch: Any, names: list[str], settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield the rows of a batch as records."""
    columns = [_values(batch.column(i), name, settings) for i, name in enumerate(names)]
    for values in zip(*columns, strict=True):
        yield dict(zip(names, values, strict=True))


def _entry(
    record: dict[str, Any], place: str, source: Source, settings: Settings, size: int
) -> Entry | Unusable:
    if isinstance(record[settings.text_field], bytes):
        problem = f"the column {settings.text_field!r} is not UTF-8 here"
        return unusable(RecordError(place, "not UTF-8", problem), source, size)
    return read_record(record, place, source, settings, size)


def _values(column: Any, name: str, settings: Settings) -> list[Any]:
    """Give the values of a column: text where it is one that we read, else cells."""
    from pyarrow import types

    is_text = types.is_string, types.is_large_string, types.is_string_view
    if name == "metadata" and any(is_type(column.type) for is_type in is_text):
        return [value and table_value(name, value) for value in _texts(column)]
    if name in settings.field_names:
        values = _read(column, is_id=name == settings.id_field)
        if values is not None:
            return values
    return [Cell(column, row) for row in range(len(column))]


def _read(column: Any, *, is_id: bool) -> list[Any] | None:
    """Give the values of a column that we read, None for a type that says nothing to us.

    Integers are ids, and so are whole floats: that is what pandas makes of integers with a hole among
    them. Dates are given as ISO 8601. Bytes that are not UTF-8 stay bytes.
    """
    from pyarrow import types

    kind = column.type
    if types.is_dictionary(kind):
        return _read(column.dictionary_decode(), is_id=is_id)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _texts(column)
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_binary_view(kind):
        return _texts(column)
    if types.is_timestamp(kind) or types.is_date(kind):
        return [time_text(value) if value.is_valid else None for value in column]
    if types.is_null(kind) or (is_id and types.is_integer(kind)):
        values: list[Any] = column.to_pylist()
        return values
    if is_id and types.is_floating(kind):
        return [_whole(value) for value in column.to_pylist()]
    return None


def _texts(column: Any) -> list[Any]:
    """Give texts; what is not UTF-8 stays bytes, whether the column says that it is text or not."""
    try:
        return [value.decode("utf-8") if isinstance(value, bytes) else value for value in column.to_pylist()]
    except UnicodeDecodeError:
        return [_text(value.as_buffer().to_pybytes()) if value.is_valid else None for value in column]


def _text(data: bytes) -> str | bytes:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data


def _whole(value: float | None) -> float | int | None:
    if value is None or math.isnan(value):
        return None
    return int(value) if math.isfinite(value) and value == int(value) else value
