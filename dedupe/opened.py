"""Web pages that were opened in the first of two passes, kept for the second: opening takes most of the time.

What is kept of a chunk is a file of JSON lines, one for each entry, behind the number of its source. It
appears when it is whole.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from typing import Any

from dedupe.entries import Entry, Source, Unusable
from dedupe.model import Block, Document, Failure
from dedupe.staging import writing
from dedupe.textfile import PAGE_FILE

Keep = Callable[[int, Entry | Unusable], None]

_OWN = ("id", "text", "url", "source", "title", "date", "extra")


@contextmanager
def keeping(path: Path) -> Iterator[Keep]:
    """Give what keeps an entry of a source; the file is there when the block has ended without an error.

    Raises OutputError where there is no room.
    """
    unfinished = path.with_suffix(".tmp")
    with writing(str(path)):
        path.parent.mkdir(exist_ok=True)
        file = unfinished.open("wb")

    def keep(origin: int, entry: Entry | Unusable) -> None:
        with writing(str(path)):
            file.write(b"%d %s\n" % (origin, json.dumps(_described(entry)).encode("ascii")))

    try:
        with file:
            yield keep
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


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
        "blocks": [
            [block.start, block.end, block.mark, block.reason, block.rule] for block in document.blocks
        ],
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
    document = Document(**kept["document"], blocks=tuple(Block(*block) for block in kept["blocks"]))
    file = PAGE_FILE if kept["file"] else None
    return Entry(document, kept["place"], source, kept["size"], file=file)
