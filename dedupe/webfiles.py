"""Web pages in files: one page a file, or the pages of a crawl in WARC files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from dedupe.address import host_of
from dedupe.crawl import to_document
from dedupe.entries import Entry, Part, Source, Unusable, unusable
from dedupe.errors import RecordError
from dedupe.model import Document
from dedupe.settings import Settings
from dedupe.textfile import PAGE_FILE
from dedupe.warc import read_warc
from dedupe.webpage import open_page


def read_page_file(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read a web page as one document."""
    data = stream.read()
    try:
        document = open_page(Document(source.id, html=data), place=source.name)
    except RecordError as error:
        yield unusable(error, source, len(data))
        return
    document = replace(document, source=host_of(document.url or "") or source.folder)
    yield Entry(document, source.name, source, len(data), file=PAGE_FILE)


def read_crawl(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read the pages of a WARC file; a place in it is the offset at which a record begins."""
    part = source.part or Part(0, source.size, 0)
    at = part.start
    for record in read_warc(stream, start=part.start, end=part.end if source.part else None):
        # What a record takes is known when the next one begins; so each stands for the one before it.
        size, at = record.offset - at, record.offset
        place = f"{source.name}:{record.offset}"
        try:
            document = to_document(record, place)
        except RecordError as error:
            yield unusable(error, source, size)
        else:
            if isinstance(document, str):
                yield Unusable(None, size, source=source, kind=document)
            else:
                yield Entry(document, place, source, size)
    if part.end > at:
        yield Unusable(None, part.end - at, source=source)


def cut_crawl(source: Source, path: Path, size: int) -> list[Source]:
    """Cut a WARC file, compressed or not, anywhere: a part is the records that begin in it."""
    parts = [Part(start, min(start + size, source.size), start) for start in range(0, source.size, size)]
    return [replace(source, size=part.end - part.start, part=part) for part in parts]
