"""Web pages that were opened in the first of two passes, kept for the second: opening takes most of the time.

What is kept of a chunk is a file of JSON lines behind the numbers of their sources, and appears when it is
whole. Of files of pages and crawls it holds each entry, and they are not read again. Of records it holds what
was found in their pages; the records are read a second time, for their other fields.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import IO, Any
from zlib import crc32

from dedupe.entries import Entry, Source, Unusable
from dedupe.errors import RecordError
from dedupe.model import Block, Document, Failure
from dedupe.records import Opener, open_record
from dedupe.staging import writing
from dedupe.textfile import PAGE_FILE

_OWN = ("id", "text", "url", "source", "title", "date", "extra")
# What a page says of a document; the rest is the record's.
_PAGE = ("text", "url", "title", "date")


class Keeper:
    """Keeps what was opened, in a file that is begun when there is something."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[bytes] | None = None

    def keep(self, origin: int, entry: Entry | Unusable) -> None:
        """Keep an entry of a source."""
        self._write(origin, _described(entry))

    def opener(self, origin: int) -> Opener:
        """Give what opens the pages of the records of a source, and keeps them."""

        def opened(document: Document, place: str) -> Document:
            try:
                page = open_record(document, place)
            except RecordError as error:
                failure = [error.reason, error.problem]
                self._write(origin, {"page_of": _page_of(document, place), "failure": failure})
                raise
            described = _described_page(page, document)
            self._write(origin, {"page_of": _page_of(document, place), "page": described})
            return page

        return opened

    def _write(self, origin: int, described: dict[str, Any]) -> None:
        with writing(str(self.path)):
            if self.file is None:
                self.path.parent.mkdir(exist_ok=True)
                self.file = self.path.open("wb")
            self.file.write(b"%d %s\n" % (origin, json.dumps(described).encode("ascii")))


@contextmanager
def keeping(path: Path) -> Iterator[Keeper]:
    """Give what keeps entries and pages; the file is there when the block has ended without an error.

    Raises OutputError where there is no room.
    """
    keeper = Keeper(path.with_suffix(f".{os.getpid()}.tmp"))
    try:
        yield keeper
        if keeper.file is not None:
            with writing(str(path)):
                keeper.file.close()
            keeper.path.replace(path)
    finally:
        if keeper.file is not None:
            keeper.file.close()
            keeper.path.unlink(missing_ok=True)


def load(path: Path) -> dict[int, list[bytes]]:
    """Give what was kept, by the number of its source; nothing where there is no such file."""
    kept: dict[int, list[bytes]] = {}
    if path.exists():
        for line in path.read_bytes().splitlines():
            origin, _, described = line.partition(b" ")
            kept.setdefault(int(origin), []).append(described)
    return kept


def _described(entry: Entry | Unusable) -> dict[str, Any]:
    if isinstance(entry, Unusable):
        failure = astuple(entry.failure) if entry.failure else None
        return {"failure": failure, "size": entry.size, "kind": entry.kind}
    document = entry.document
    return {
        "document": {name: getattr(document, name) for name in _OWN},
        "blocks": _spans(document),
        "place": entry.place,
        "size": entry.size,
        "file": entry.file is not None,
    }


def restored(described: bytes, source: Source) -> Entry | Unusable:
    """Make an entry of a source again."""
    kept = json.loads(described)
    if "document" not in kept:
        failure = Failure(*kept["failure"]) if kept["failure"] else None
        return Unusable(failure, kept["size"], source=source, kind=kept["kind"])
    document = Document(**kept["document"], blocks=_blocks(kept["blocks"]))
    file = PAGE_FILE if kept["file"] else None
    return Entry(document, kept["place"], source, kept["size"], file=file)


def _page_of(document: Document, place: str) -> list[Any]:
    """Tell a page from another that stands there by now, if its file was written anew."""
    return [place, crc32(str(document.html).encode("utf-8", "surrogatepass"))]


def _described_page(page: Document, document: Document) -> dict[str, Any]:
    """Describe what was found in the page of a document."""
    own = document.extra
    stated = {name: None if name in own else value for name, value in page.extra.items()}
    return {name: getattr(page, name) for name in _PAGE} | {"extra": stated, "blocks": _spans(page)}


def reopener(described: Iterable[bytes]) -> Opener:
    """Give what opens the pages of records in the order in which they were kept."""
    left = iter(described)

    def reopened(document: Document, place: str) -> Document:
        kept = json.loads(next(left, b"{}"))
        if kept.get("page_of") != _page_of(document, place):
            return open_record(document, place)
        if "failure" in kept:
            raise RecordError(place, *kept["failure"])
        page = kept["page"]
        page["extra"] |= document.extra
        page["blocks"] = _blocks(page["blocks"])
        return replace(document, html=None, **page)

    return reopened


def _spans(document: Document) -> list[tuple[Any, ...]]:
    return [(block.start, block.end, block.mark, block.reason, block.rule) for block in document.blocks]


def _blocks(spans: Iterable[Iterable[Any]]) -> tuple[Block, ...]:
    return tuple(Block(*span) for span in spans)
