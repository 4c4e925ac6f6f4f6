"""Parquet: one record a row, read some rows at a time, written a row group at a time.

What we read of a row becomes text; every other value stays a `Cell` of its Arrow column until it is written
as JSON, which loses nothing. So a Parquet file that is made of articles has the types of those it was
made from; other fields get a type where their values agree on one (see `dedupe.columns`).
"""

from __future__ import annotations

import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO, Any

from dedupe.arrowjson import array_of, json_text, load_json, time_text
from dedupe.articlefiles import fields_of
from dedupe.columns import LIST, MIXED, NULL, TEXT, is_json, is_mixed, join, kind_of, value_of
from dedupe.entries import Entry, Part, Source, Unusable, read_record, unusable
from dedupe.errors import RecordError
from dedupe.packing import split_suffix
from dedupe.records import OWN, Raw, Typed, distinct, free_name, table_value
from dedupe.settings import Settings
from dedupe.staging import Staged, StagedFile

# Rows that are unpacked at a time; a row group, which is what a file can be read by, has a million at times.
_ROWS = 256
# Parts of a row group at most, because to read one is to unpack those above it: with eight, one row group of
# 60,000 documents (234 MB) took 1.7 s to read instead of 1.0, of 35 s for the run.
_PIECES = 8
# JSON of the articles that make a row group.
_GROUP = 16_000_000  # bytes


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
    """Read the rows of a Parquet file, or some of them.

    A row group that is damaged costs the rows of it that are left. Raises RecordError for a file that is
    not Parquet or has no column for the text.
    """
    import pyarrow as pa

    file = open_parquet(source.name, stream)
    schema = file.schema_arrow
    names = distinct(schema.names)
    if not {settings.text_field, settings.html_field} & {*names}:
        if source.part and source.part.start:  # the first part has said so
            return
        there = ", ".join(names) or "none"
        problem = f"no column {settings.text_field!r}; there is {there}; see --text-field"
        raise RecordError(source.name, "no text", problem)
    rows = _group_rows(file)
    part = source.part or Part(0, sum(rows), 0)
    sizes = _Shares(source.size, part.end - part.start)
    for group, (first, last) in enumerate(pairwise(accumulate(rows, initial=0))):
        number, end = max(first, part.start), min(last, part.end)
        if number >= end:
            continue
        try:
            for batch in _batches(file, group, number - first, end - first):
                for record in _records(batch, names, settings):
                    number += 1
                    yield _entry(record, f"{source.name}:{number}", source, settings, sizes.next())
        except (pa.ArrowException, OSError) as error:
            place = f"{source.name}:{number + 1}"
            problem = f"damaged Parquet, rows {number + 1:,} to {end:,} cannot be read: {_first_line(error)}"
            yield unusable(RecordError(place, "damaged Parquet", problem), source, sizes.next(end - number))


def _group_rows(file: Any) -> list[int]:
    """Give the number of rows of each row group."""
    return [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]


def _batches(file: Any, group: int, start: int, end: int) -> Iterator[Any]:
    """Read a row group from one row up to another; what stands above is unpacked, but goes no further."""
    at = 0
    for batch in file.iter_batches(_ROWS, row_groups=[group], use_threads=False):
        following = at + len(batch)
        if following > start:
            first = max(start - at, 0)
            yield batch.slice(first, min(end, following) - at - first)
        if following >= end:
            return
        at = following


def open_parquet(name: str, stream: IO[bytes] | Path) -> Any:
    """Open a Parquet file; raise RecordError for what is none."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        # Without a buffer of its own, a whole column of a row group would be in memory at once.
        return parquet.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 16)
    except (pa.ArrowException, OSError) as error:
        problem = f"not Parquet, or damaged: {_first_line(error)}"
        raise RecordError(name, "not Parquet", problem) from None


def cut_rows(source: Source, path: Path, size: int) -> list[Source]:
    """Cut a Parquet file into parts of about `size` bytes of it; a row group, which is often large, as well.

    A row group can be read from its beginning only, so it is not cut into more than a few.
    """
    rows = _group_rows(open_parquet(source.name, path))
    total = sum(rows)
    if not total:
        return [source]
    shares = _Shares(source.size, total)
    ends: list[int] = []
    for first, last in pairwise(accumulate(rows, initial=0)):
        pieces = max(1, min(_PIECES, source.size * (last - first) // (total * size), last - first))
        ends += [first + (last - first) * piece // pieces for piece in range(1, pieces + 1)]
    parts: list[Source] = []
    start = taken = 0
    for before, end in pairwise([0, *ends]):
        taken += shares.next(end - before)
        if taken >= size or end == total:
            parts.append(replace(source, size=taken, part=Part(start, end, start)))
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
        record = dict(zip(names, values, strict=True))
        page = record.get(settings.html_field)
        if isinstance(page, Cell) and not record.get(settings.text_field):
            record[settings.html_field] = _page(page)
        yield record


def _page(cell: Cell) -> Any:
    """Give the web page of a row that has no text; a cell that holds none stays one."""
    found = _read(cell.column.slice(cell.row, 1), is_id=False) or [cell]
    return found[0] if isinstance(found[0], str) else cell


def _entry(
    record: dict[str, Any], place: str, source: Source, settings: Settings, size: int
) -> Entry | Unusable:
    if isinstance(record.get(settings.text_field), bytes):
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


# --- writing ---------------------------------------------------------------------------------------------


def write_parquet(
    lines: Iterable[bytes], staged: Staged, target: Path, sources: Sequence[Source]
) -> list[str]:
    """Write articles as a Parquet file; give a note for each column whose values do not go together.

    Where all sources are Parquet, foreign columns keep their types.
    """
    import pyarrow as pa
    from pyarrow import parquet

    columns = _Columns(lines, _types(sources))
    schema = pa.schema([pa.field(name, columns.type_of(name)) for name in columns.names])
    sink = _Sink(staged.open(target))
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for rows in _row_groups(lines):
            arrays = [columns.array(name, [row.get(name) for row in rows]) for name in columns.names]
            writer.write_table(pa.table(arrays, schema=schema), row_group_size=len(rows))
    sink.close()
    return [
        f"column {name!r} as JSON text: its values are of mixed types"
        for name, kind in columns.kinds.items()
        if is_mixed(kind) and name != "id"
    ]


def _row_groups(lines: Iterable[bytes]) -> Iterator[list[dict[str, Raw]]]:
    rows: list[dict[str, Raw]] = []
    size = 0
    for line in lines:
        rows.append(fields_of(line))
        size += len(line)
        if size >= _GROUP:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


class _Columns:
    """The columns of some articles: of a type that their source had, or of the kind that all values have."""

    def __init__(self, lines: Iterable[bytes], types: dict[str, Any]) -> None:
        self.types = types
        self.kinds: dict[str, str] = {}
        for line in lines:
            for name, value in fields_of(line).items():
                before = self.kinds.get(name, NULL)
                kind = NULL if name in types else kind_of(value)
                self.kinds[name] = before if kind == before else join(before, kind)
        if not self.kinds:
            self.kinds = dict.fromkeys(OWN, TEXT)
        self.names = list(self.kinds)

    def type_of(self, name: str) -> Any:
        """Give the Arrow type of a column."""
        import pyarrow as pa

        if name in self.types:
            return self.types[name]
        kind = self.kinds[name]
        if is_json(kind):
            return pa.string()
        if kind.startswith(LIST):
            return pa.list_(_arrow_type(kind.removeprefix(LIST)))
        return _arrow_type(kind)

    def array(self, name: str, values: list[Raw | None]) -> Any:
        """Give some values of a column as an Arrow array."""
        import pyarrow as pa

        if name in self.types:
            return array_of([None if each is None else load_json(each) for each in values], self.types[name])
        kind = self.kinds[name]
        if name == "id" and kind == MIXED:  # an id is a name: texts as they are, numbers as their digits
            return pa.array([_name(each) for each in values], pa.string())
        return pa.array([value_of(each, kind) for each in values], self.type_of(name))


def _name(value: Raw | None) -> str | None:
    found = json.loads(value) if value is not None and value[0] == '"' else value
    return None if found is None else str(value_of(Raw(json.dumps(found)), TEXT))


def _arrow_type(kind: str) -> Any:
    import pyarrow as pa

    types = {"boolean": pa.bool_(), "integer": pa.int64(), "long": pa.int64(), "number": pa.float64()}
    return types.get(kind, pa.string())


def _types(sources: Sequence[Source]) -> dict[str, Any]:
    """Give the types of the foreign columns of some Parquet files, as far as the files agree on them.

    There are none where one source is of another format: its values might not be of these types.
    """
    import pyarrow as pa

    found: dict[str, Any] = {}
    differing: set[str] = set()
    for path in dict.fromkeys(source.path for source in sources):
        if path is None or split_suffix(path.name)[0] != ".parquet":
            return {}
        try:
            schema = open_parquet(path.name, path).schema_arrow
        except RecordError:  # nothing was read from it either
            continue
        names = distinct(schema.names)
        for name, kind in zip(names, schema.types, strict=True):
            name = free_name(name, names)
            try:
                schemas = [pa.schema([("", each)]) for each in (found.get(name, kind), kind)]
                found[name] = pa.unify_schemas(schemas, promote_options="permissive").field(0).type
            except pa.ArrowException:
                differing.add(name)
    return {name: kind for name, kind in found.items() if name not in differing and name not in OWN}


class _Sink(io.RawIOBase):
    """A staged file as pyarrow wants one."""

    def __init__(self, file: StagedFile) -> None:
        self._file = file
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        self._file.write(bytes(data))
        self._at += len(data)
        return len(data)
