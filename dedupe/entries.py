"""What reading gives: where there is something to read, and the documents that were read there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from dedupe.errors import RecordError
from dedupe.model import Document, Failure
from dedupe.records import Opener, opened, unopened
from dedupe.settings import Settings
from dedupe.textfile import TextFile


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a source: from `start` up to `end`, behind `before` lines of it.

    JSON lines and crawls are counted in bytes, Parquet in rows.
    """

    start: int
    end: int
    before: int


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to read: a file, a part of one, or standard input where `path` is None.

    `name` is the path as messages show it; `id` names a text file's document; `mirror` is where its
    cleaned copy goes below the output folder; `folder` is what it counts as its source. `size` is in
    bytes, of the part where there is one.
    """

    name: str
    path: Path | None
    id: str
    mirror: str = ""
    folder: str | None = None
    size: int = 0
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that was read, with where it stood: `place` is the file, or `file:line` of a record.

    `raw` holds a record's line as it was; `file` is set for a text file; `size` counts bytes of input.
    """

    document: Document
    place: str
    source: Source
    size: int
    raw: bytes = b""
    file: TextFile | None = None


@dataclass(frozen=True, slots=True)
class Unusable:
    """A record or file that cannot be used, and why (None: a blank line, which is no fault).

    `raw` is the line as it was, empty for a whole file. `kind` is set for what holds no document by its
    nature, such as the requests and images of a crawl: it is no fault either, but counted.
    """

    failure: Failure | None
    size: int = 0
    raw: bytes = b""
    source: Source | None = None
    kind: str = ""


@dataclass(slots=True)
class Inputs:
    """What there is to read, and what of the given names could not be used."""

    sources: list[Source] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    repeated: int = 0

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(source.size for source in self.sources)


Reader = Callable[[Source, IO[bytes], Settings], Iterator[Entry | Unusable]]
"""Reads a source from its bytes. A RecordError that it raises ends the source, and is counted as one."""

Cutter = Callable[[Source, Path, int], list[Source]]
"""Cuts a source into parts of about so many bytes."""


def read_record(
    record: object, place: str, source: Source, settings: Settings, size: int, raw: bytes = b""
) -> Entry | Unusable:
    """Make an entry of a record's fields; one without a text is unusable. A page is still to be opened."""
    try:
        document = unopened(record, place, settings)
    except RecordError as error:
        return unusable(error, source, size, raw)
    return Entry(document, place, source, size, raw)


def open_entry(entry: Entry, opener: Opener) -> Entry | Unusable:
    """Open the page of a record; one that cannot be read is unusable."""
    try:
        return replace(entry, document=opened(entry.document, entry.place, opener))
    except RecordError as error:
        return unusable(error, entry.source, entry.size, entry.raw)


def unusable(error: RecordError, source: Source, size: int = 0, raw: bytes = b"") -> Unusable:
    """Say of a record why it cannot be used."""
    return Unusable(Failure(error.place, error.reason, str(error)), size, raw, source)
