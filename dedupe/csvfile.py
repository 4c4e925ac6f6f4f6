"""Tables as text: CSV and TSV, one record a row, its fields named by the first row.

They are read as RFC 4180 has it: a field may stand in double quotes, and may then hold delimiters, line
breaks, and quotes written twice. Python's `csv` takes rows apart, but a quote that never closes costs it
all rows up to the next quote. So a row that is broken is given back line by line, until one begins
that has the right number of fields and begins as other rows of the file do.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dedupe.articlefiles import fields_of
from dedupe.entries import Entry, Source, Unusable, read_record, unusable
from dedupe.errors import RecordError
from dedupe.jsonlines import UTF16
from dedupe.packing import read_lines, split_suffix
from dedupe.records import OWN, Raw, distinct, encode, table_value
from dedupe.settings import Settings
from dedupe.staging import Staged

DELIMITERS = (",", ";", "\t")
BROKEN, WIDTH, NOT_UTF8 = "broken quote", "wrong number of fields", "not UTF-8"

# Characters of a field. Python's own limit is 131,072, which long articles pass; ours only bounds what a
# quote that never closes can take into memory.
FIELD_LIMIT = 1 << 26

# Bytes that may be read in vain, behind quotes that never close: so many at first, a few more for each byte
# that is passed, and never more than fit into memory. Without such a bound, a file in which each line has a
# broken quote would be read to its end from each of them.
_IN_VAIN, _MORE, _MOST = 1 << 26, 8, 1 << 28
_A_LINE = 100  # a line takes time, however short it is

_FIRST_FIELD = re.compile(rb'(")|\d+[,;\t]|(\w+://)')


def read_csv(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read a table; its delimiter is the comma, semicolon or tab that makes the text a column.

    Rows without any value are passed over. A row with a broken quote, one with more or fewer fields than
    the first, and one that is not UTF-8 cost themselves. Raises RecordError where no row can be used: UTF-16,
    no column for the text.
    """
    table = _open(_Lines(read_lines(source, stream)), source, settings)
    if table is None:
        return
    yield Unusable(None, table.lines.size)
    while (row := table.read_row()) is not None:
        if row.reason:
            place = f"{source.name}:{row.number}"
            yield unusable(RecordError(place, row.reason, row.problem), source, row.size)
        elif not any(row.values):
            yield Unusable(None, row.size)
        else:
            record = {
                name: table_value(name, value) for name, value in zip(table.names, row.values, strict=True)
            }
            yield read_record(record, f"{source.name}:{row.number}", source, settings, row.size)


class _Lines:
    """The lines of a table, of which those behind a broken quote are given back and read again."""

    def __init__(self, lines: Iterator[tuple[bytes, int]]) -> None:
        self._lines = lines
        self._again: deque[tuple[bytes, int]] = deque()
        self.taken: list[tuple[bytes, int]] = []
        self.number = 1
        self._spare = _IN_VAIN
        self._ahead = 0  # of the line with which a row begins

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._lines)
        self.taken.append(line)
        if len(self.taken) > 1:
            self._ahead += len(line[0]) + _A_LINE
            if self._ahead > self._spare:
                raise csv.Error("it has no end that is near")
        raw = line[0].removeprefix(codecs.BOM_UTF8) if self.number == len(self.taken) == 1 else line[0]
        return raw.decode("utf-8", "surrogateescape")

    @property
    def raw(self) -> bytes:
        """The bytes of the lines that were taken."""
        return b"".join(raw for raw, _ in self.taken)

    @property
    def size(self) -> int:
        """The bytes of input of the lines that were taken."""
        return sum(size for _, size in self.taken)

    def begin(self) -> None:
        """Begin a row behind the lines that were taken; `number` is the line it begins on."""
        self.number += len(self.taken)
        self._spare = min(self._spare + _MORE * len(self.raw), _MOST)
        self._ahead = 0
        self.taken = []

    def give_up(self) -> None:
        """Keep the first of the lines that were taken; the others were read in vain, and are read again."""
        self._spare -= self._ahead
        self.give_back(1)

    def give_back(self, kept: int) -> None:
        """Keep so many of the lines that were taken; the others are read again."""
        self._again.extendleft(reversed(self.taken[kept:]))
        del self.taken[kept:]


@dataclass(slots=True)
class _Row:
    """A row, the line it begins on, and what is wrong with it."""

    number: int
    values: list[str] = field(default_factory=list)
    reason: str = ""
    problem: str = ""
    size: int = 0


class _Table:
    """The rows of a table."""

    def __init__(self, lines: _Lines, delimiter: str, names: list[str]) -> None:
        self.lines = lines
        self.names = names
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        self._beginnings: set[bytes] = set()

    def read_row(self) -> _Row | None:
        """Read the next row, None at the end; a broken one ends where a row begins again."""
        row = self._take()
        if row is not None and row.reason == BROKEN:
            self._skip(row)
        elif row is not None and row.values and not row.reason:
            self._beginnings.add(_beginning(self.lines.raw))
        return row

    def _take(self) -> _Row | None:
        lines = self.lines
        lines.begin()
        row = _Row(lines.number)
        try:
            row.values = _next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            row.reason, row.problem = BROKEN, f"broken quote: {error}"
            lines.give_up()
        else:
            self._check(row)
        row.size = lines.size
        return row

    def _check(self, row: _Row) -> None:
        """See whether a row is whole: its encoding and the number of its fields, empty ones not counted."""
        raw, width = self.lines.raw, len(self.names)
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            row.reason, row.problem = NOT_UTF8, f"not UTF-8 ({error.reason}); convert the file with iconv"
            return
        if not any(row.values) or not raw.strip():
            row.values = []
        elif len(row.values) < width or any(row.values[width:]):
            row.reason, row.problem = WIDTH, f"{len(row.values)} fields, but the first row has {width}"
        else:
            del row.values[width:]

    def _skip(self, row: _Row) -> None:
        """Pass over the lines behind a broken row that are still a part of it."""
        last = row.number
        while (following := self._take()) is not None:
            if not following.reason and self._may_begin(self.lines.raw):
                self.lines.give_back(0)
                break
            self.lines.give_back(1)
            row.size += self.lines.size
            last += 1
        if last > row.number:
            row.problem += f" (lines {row.number} to {last})"

    def _may_begin(self, raw: bytes) -> bool:
        """Tell whether a line begins as rows that were read before."""
        return not self._beginnings or _beginning(raw) in self._beginnings


def _beginning(raw: bytes) -> bytes:
    """Say how a line begins: with a quote, a number, an address, or otherwise."""
    match = _FIRST_FIELD.match(raw)
    if match is None:
        return b""
    return match[1] or match[2] or b"0"


def _next(reader: Iterator[list[str]]) -> list[str]:
    """Give the next row; Python's limit for a field is one of the process, so it is set back."""
    before = csv.field_size_limit(FIELD_LIMIT)
    try:
        return next(reader)
    finally:
        csv.field_size_limit(before)


def _open(lines: _Lines, source: Source, settings: Settings) -> _Table | None:
    """Read the first row, the names of the columns; None where there is none."""
    delimiters = ("\t",) if split_suffix(source.name)[0] == ".tsv" else DELIMITERS
    headers: dict[str, list[str] | csv.Error] = {}
    for delimiter in delimiters:
        lines.give_back(0)
        try:
            header = headers[delimiter] = _next(csv.reader(lines, delimiter=delimiter, strict=True))
        except StopIteration:
            return None
        except csv.Error as error:  # a quote may be broken for one delimiter and whole for another
            header, headers[delimiter] = [], error
        _refuse_utf16(lines.raw, source)
        if settings.text_field in header or settings.html_field in header:
            return _Table(lines, delimiter, column_names(header))
    likeliest = headers[max(delimiters, key=lambda delimiter: lines.raw.count(delimiter.encode()))]
    if isinstance(likeliest, csv.Error):
        problem = f"the first row has a broken quote: {likeliest}"
        raise RecordError(f"{source.name}:1", BROKEN, problem)
    there = ", ".join(likeliest) or "none"
    problem = f"no column {settings.text_field!r}; there is {there}; see --text-field"
    raise RecordError(source.name, "no text", problem)


def _refuse_utf16(raw: bytes, source: Source) -> None:
    if raw.startswith(UTF16):
        problem = "UTF-16, but tables are read as UTF-8; convert it with iconv"
        raise RecordError(source.name, NOT_UTF8, problem)


def column_names(header: list[str]) -> list[str]:
    """Give each column a name of its own.

    >>> column_names(["", "text", "tag", "tag"])
    ['column_1', 'text', 'tag', 'tag_2']
    """
    return distinct(name or f"column_{number}" for number, name in enumerate(header, start=1))


# --- writing ---------------------------------------------------------------------------------------------


def write_csv(lines: Iterable[bytes], staged: Staged, target: Path, sources: Sequence[Source]) -> list[str]:
    """Write articles as a table: texts as they are, null as nothing, all else as JSON."""
    columns: dict[str, None] = {}
    for line in lines:
        columns.update(dict.fromkeys(fields_of(line)))
    names = list(columns or OWN)
    delimiter = "\t" if split_suffix(target.name)[0] == ".tsv" else ","
    file = staged.open(target)
    file.write(_row(names, delimiter))
    for line in lines:
        fields = fields_of(line)
        file.write(_row((_cell(fields.get(name)) for name in names), delimiter))
    return []


def _cell(value: Raw | None) -> str:
    if value is None or value == "null":
        return ""
    return str(json.loads(value, strict=False)) if value[0] == '"' else value


_QUOTED = re.compile(r'[",;\t\r\n]')


def _row(values: Iterable[str], delimiter: str) -> bytes:
    """Write a row; Python's `csv` leaves a lone carriage return without quotes, and cannot read it then."""
    fields = ['"' + each.replace('"', '""') + '"' if _QUOTED.search(each) else each for each in values]
    if not any(fields):  # which would be a blank line
        fields[0] = '""'
    return encode(delimiter.join(fields) + "\n")
