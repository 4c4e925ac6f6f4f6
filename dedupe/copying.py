"""Records of which nothing but the text is looked at: they are not written anew, but copied from their file.

This is the short way for a run that only looks for near-duplicates in JSON lines. A parser in C gives the
fields (orjson where it is installed, which is twice as fast as the standard one); a record that it does not
take, or that is out of the ordinary, goes the long way, so that both ways agree.
"""

from __future__ import annotations

import codecs
import importlib
import importlib.util
import json
import os
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from dedupe.errors import InputError
from dedupe.formats import FORMATS, Entry, Part, Source, format_of
from dedupe.packing import split_suffix
from dedupe.records import text_id
from dedupe.settings import Settings

_RECORD = 1 << 16
"""Bytes of a record in which a page is looked for."""


@dataclass(frozen=True, slots=True)
class Original:
    """A file that is copied from: where it is, what messages call it, what shows that it has changed."""

    path: str
    name: str
    size: int
    time: int

    @classmethod
    def of(cls, source: Source, path: Path) -> Original:
        """Look at the file of a source. Raises OSError."""
        state = path.stat()
        return cls(path.as_posix(), source.name, state.st_size, state.st_mtime_ns)

    @contextmanager
    def open(self, buffering: int = -1) -> Iterator[IO[bytes]]:
        """Open the file for the block. Raises InputError where it is not what it was when it was read.

        That is asked before and after: what was read in between may be handed to loops that rely on it.
        """
        try:
            file: IO[bytes] = Path(self.path).open("rb", buffering)  # noqa: SIM115
        except OSError as error:
            raise InputError(self.name, f"cannot be read again: {error.strerror}") from None
        with file:
            self._check(file)
            yield file
            self._check(file)

    def _check(self, file: IO[bytes]) -> None:
        state = os.fstat(file.fileno())
        if (state.st_size, state.st_mtime_ns) != (self.size, self.time):
            raise InputError(self.name, "was changed while we read it; start anew when it stays as it is")


@dataclass(frozen=True, slots=True)
class Lines:
    """The places of records: lines of a file, each named when it is asked for."""

    name: str
    numbers: array[int]

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, item: int) -> str:
        return f"{self.name}:{self.numbers[item]}"


@dataclass(slots=True)
class Copies:
    """Documents of `original`, column by column.

    The record of each is line `numbers` of the file, and stands at `starts` up to `ends`. `texts` are all
    texts, one after the other, and `sizes` the bytes of each. A text stands in the file as a string of JSON,
    from `string_starts` to `string_ends`; or (-1) it is among those that have to be `stored`.
    """

    original: Original
    ids: list[str | int] = field(default_factory=list)
    dates: list[str | None] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    characters: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))
    texts: list[bytes | memoryview] = field(default_factory=list)
    stored: list[bytes] = field(default_factory=list)
    sizes: array[int] = field(default_factory=lambda: array("q"))
    string_starts: array[int] = field(default_factory=lambda: array("q"))
    string_ends: array[int] = field(default_factory=lambda: array("q"))

    def add(self, id: str | int, date: str | None, number: int, start: int, end: int, text: str) -> None:
        """Take in a document."""
        encoded = text.encode("utf-8", "replace")
        self.ids.append(id)
        self.dates.append(date)
        self.numbers.append(number)
        self.characters.append(len(text))
        self.starts.append(start)
        self.ends.append(end)
        self.texts.append(encoded)
        self.stored.append(encoded)
        self.sizes.append(len(encoded))
        self.string_starts.append(-1)
        self.string_ends.append(-1)


def can_copy(source: Source, settings: Settings) -> bool:
    """Tell whether the records of a source can go the short way."""
    if settings.stages != ("duplicates",) or settings.keep.startswith("field:"):
        return False
    path = source.path
    if path is None or format_of(path.name) is not FORMATS[".jsonl"] or split_suffix(path.name)[1]:
        return False
    return path.is_file() and _head(path, 2) not in (b"", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def begins_plain(source: Source, settings: Settings) -> bool:
    """Tell whether JSON lines begin with a record without a web page: those with one go the long way."""
    head = _head(source.path, _RECORD) if source.path is not None else b""
    return json.dumps(settings.html_field).encode() not in head.partition(b"\n")[0]


def _head(path: Path, size: int) -> bytes:
    """Give the first bytes of a file; none where it cannot be read, which is said when it is read."""
    try:
        with path.open("rb") as stream:
            return stream.read(size)
    except OSError:
        return b""


def copy(
    source: Source, settings: Settings, long_way: Callable[[Source], Entry | None], fast: bool = False
) -> Copies:
    """Read the records of a source that can be copied; `long_way` reads one that stands alone in its part.

    With `fast`, compiled loops read what is plain (`dedupe.plainjson`), and texts need not be stored.
    """
    if source.path is None:
        raise ValueError("standard input has no place to copy from")
    found = Copies(Original.of(source, source.path))
    part = source.part or Part(0, source.path.stat().st_size, 0)
    parser = _parser(settings)

    def take(line: bytes, start: int, number: int) -> None:
        """Take in the record of one line."""
        end = start + len(line)
        parsed = parser(line)
        if parsed is None:
            entry = long_way(replace(source, size=len(line), part=Part(start, end, number - 1)))
            if entry is None:
                return
            parsed = (entry.document.id, entry.document.date, entry.document.text)
            if not start and line.startswith(codecs.BOM_UTF8):
                start += len(codecs.BOM_UTF8)
        name, date, text = parsed
        found.add(name, date, number, start, end, text)

    with source.path.open("rb") as stream:
        at, number = stream.seek(part.start), part.before
        if fast:
            from dedupe.plainrecords import copy_plain

            copy_plain(found, stream, part, settings, take)
            return found
        while at < part.end and (line := stream.readline(part.end - at)):
            number += 1
            take(line, at, number)
            at += len(line)
    return found


_IDS = (str, int)  # a bool is none, though Python takes it for an int


def _parser(settings: Settings) -> Callable[[bytes], tuple[str | int, str | None, str] | None]:
    """Make what gives id, date and text of a record, and None for one that is out of the ordinary."""
    text_field, id_field, url_field = settings.text_field, settings.id_field, settings.url_field
    html_field, date_field = settings.html_field, settings.date_field
    loads = _loader()

    def parse(line: bytes) -> tuple[str | int, str | None, str] | None:
        try:
            record = loads(line)
            text, name = record[text_field], record.get(id_field)
            if type(text) is not str or text == "" or type(name) is float or html_field in record:
                return None
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        if type(name) not in _IDS or name == "":
            name = record.get(url_field)
            if type(name) is not str or name == "":
                name = text_id(text)
        date = record.get(date_field)
        return name, date if type(date) is str else None, text

    return parse


def _loader() -> Callable[[bytes], Any]:
    if importlib.util.find_spec("orjson") is not None:
        loads: Callable[[bytes], Any] = importlib.import_module("orjson").loads
        return loads
    # As text, because from bytes it takes a byte order mark, UTF-16 and surrogates as well.
    return lambda raw: json.loads(raw.decode("utf-8"))
