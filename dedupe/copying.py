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
import mmap
import os
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any

from dedupe.errors import InputError
from dedupe.formats import FORMATS, Entry, Part, Source, format_of
from dedupe.packing import split_suffix
from dedupe.records import text_id
from dedupe.settings import Settings


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

    def open(self) -> bytes | mmap.mmap:
        """Map the file. Raises InputError where it is not what it was when it was read."""
        try:
            with Path(self.path).open("rb") as file:
                state = os.fstat(file.fileno())
                if (state.st_size, state.st_mtime_ns) == (self.size, self.time):
                    # Nothing cannot be mapped.
                    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if self.size else b""
        except OSError as error:
            raise InputError(self.name, f"cannot be read again: {error.strerror}") from None
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

    The record of each is line `numbers` of the file and stands at `starts` up to `ends`.
    """

    original: Original
    ids: list[str | int] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    dates: list[str | None] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    characters: array[int] = field(default_factory=lambda: array("q"))
    starts: array[int] = field(default_factory=lambda: array("q"))
    ends: array[int] = field(default_factory=lambda: array("q"))


def can_copy(source: Source, settings: Settings) -> bool:
    """Tell whether the records of a source can go the short way."""
    if settings.stages != ("duplicates",) or settings.keep.startswith("field:"):
        return False
    path = source.path
    if path is None or format_of(path.name) is not FORMATS[".jsonl"] or split_suffix(path.name)[1]:
        return False
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return not stream.read(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def copy(source: Source, settings: Settings, long_way: Callable[[Source], Entry | None]) -> Copies:
    """Read the records of a source that can be copied; `long_way` reads one that stands alone in its part."""
    if source.path is None:
        raise ValueError("standard input has no place to copy from")
    found = Copies(Original.of(source, source.path))
    part = source.part or Part(0, source.path.stat().st_size, 0)
    with source.path.open("rb") as stream:
        stream.seek(part.start)
        data = stream.read(part.end - part.start)
    text_field, id_field, url_field = settings.text_field, settings.id_field, settings.url_field
    html_field, date_field = settings.html_field, settings.date_field
    loads = _parser()
    end, number = part.start, part.before
    for raw in BytesIO(data):
        at, end, number = end, end + len(raw), number + 1
        try:
            record = loads(raw)
            text, own = record[text_field], record.get(id_field)
            is_plain = (
                type(text) is str and text != "" and type(own) is not float and html_field not in record
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            is_plain = False
        if is_plain:
            name = own if type(own) in _IDS and own != "" else record.get(url_field)
            if type(name) not in _IDS or name == "" or (type(name) is int and name is not own):
                name = text_id(text)
            date = record.get(date_field)
        else:
            entry = long_way(replace(source, size=len(raw), part=Part(at, end, number - 1)))
            if entry is None:
                continue
            text, name, date = entry.document.text, entry.document.id, entry.document.date
            if not at and raw.startswith(codecs.BOM_UTF8):
                at += len(codecs.BOM_UTF8)
        found.ids.append(name)
        found.numbers.append(number)
        found.dates.append(date if type(date) is str else None)
        found.texts.append(text.encode("utf-8", "replace"))
        found.characters.append(len(text))
        found.starts.append(at)
        found.ends.append(end)
    return found


_IDS = (str, int)  # a bool is none, though Python takes it for an int


def _parser() -> Callable[[bytes], Any]:
    if importlib.util.find_spec("orjson") is not None:
        loads: Callable[[bytes], Any] = importlib.import_module("orjson").loads
        return loads
    # As text, because from bytes it takes a byte order mark, UTF-16 and surrogates as well.
    return lambda raw: json.loads(raw.decode("utf-8"))
