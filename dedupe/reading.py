"""The inputs in chunks, and how a chunk is read: a part of a file, or some small files together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO

from dedupe.errors import RecordError
from dedupe.formats import Entry, Source, Unusable, cut, holds_pages, read
from dedupe.opened import Keeper, keeping, load, reopener, restored
from dedupe.records import Opener, open_record
from dedupe.settings import Settings

# A run has about so many chunks, for progress and for an even share of the work, unless they get too small.
_CHUNKS, _SMALLEST = 64, 250_000
# Small files are gathered in one chunk: so many at most.
_FILES = 1000


@dataclass(frozen=True, slots=True)
class Chunk:
    """Sources, or parts of one, that are worked on together."""

    number: int
    sources: tuple[Source, ...]

    @property
    def size(self) -> int:
        """The bytes of the chunk."""
        return sum(source.size for source in self.sources)

    @property
    def place(self) -> str:
        """Say where the chunk stands."""
        first, last = self.sources[0], self.sources[-1]
        if first is not last:
            return f"{first.name} to {last.name}"
        return f"{first.name}:{first.part.before + 1} and below" if first.part else first.name


def plan(sources: Sequence[Source], largest: int) -> Iterator[Chunk]:
    """Part sources into chunks of `largest` bytes at most, in their order; a record is never cut.

    The parts depend on the inputs alone, not on how many processes there are.
    """
    size = min(largest, max(_SMALLEST, sum(source.size for source in sources) // _CHUNKS))
    gathered: list[Source] = []
    number = held = 0
    for part in (part for source in sources for part in cut(source, size)):
        if gathered and (held + part.size > size or len(gathered) == _FILES):
            yield Chunk(number, tuple(gathered))
            gathered, number, held = [], number + 1, 0
        gathered.append(part)
        held += part.size
    if gathered:
        yield Chunk(number, tuple(gathered))


@dataclass(frozen=True, slots=True)
class Reading:
    """How chunks are read. `stdin` is a copy of standard input; with `strict` nothing bad is passed over.

    `opened` is a folder for the web pages that are opened when a chunk is read for the first of two times.
    """

    settings: Settings
    stdin: Path | None = None
    strict: bool = False
    opened: Path | None = None

    def entries(self, chunk: Chunk, *, again: bool = False) -> Iterator[tuple[int, Entry | Unusable]]:
        """Read a chunk, each entry with the number of its source; `again` says that it was read before."""
        path = self._opened(chunk)
        kept = load(path) if path and again else {}
        with keeping(path) if path and not again else nullcontext() as keeper:
            for origin, source in enumerate(chunk.sources):
                for entry in self._entries(source, kept.get(origin), keeper, origin):
                    yield origin, entry

    def _entries(
        self, source: Source, kept: list[bytes] | None, keeper: Keeper | None, origin: int
    ) -> Iterator[Entry | Unusable]:
        """Read a source; what was kept of it is not opened again."""
        if not holds_pages(source):
            opener = keeper.opener(origin) if keeper else reopener(kept) if kept else open_record
            yield from self.read(source, opener)
            return
        for entry in self.read(source) if kept is None else (restored(each, source) for each in kept):
            if keeper is not None:
                keeper.keep(origin, entry)
            yield self._usable(entry)

    def forget(self, chunk: Chunk) -> None:
        """Take away what was kept of a chunk."""
        path = self._opened(chunk)
        if path is not None:
            path.unlink(missing_ok=True)

    def _opened(self, chunk: Chunk) -> Path | None:
        return self.opened / f"{chunk.number:08}" if self.opened is not None else None

    def read(self, source: Source, opener: Opener = open_record) -> Iterator[Entry | Unusable]:
        """Read a source, the pages of its records opened by `opener`.

        With `strict`, raise RecordError at the first record that cannot be used.
        """
        with self._stdin(source) as stream:
            for entry in read(source, self.settings, stream, opener):
                yield self._usable(entry)

    def _usable(self, entry: Entry | Unusable) -> Entry | Unusable:
        if self.strict and isinstance(entry, Unusable):
            refuse(entry)
        return entry

    @contextmanager
    def _stdin(self, source: Source) -> Iterator[IO[bytes]]:
        if source.path is None and self.stdin is not None:
            with self.stdin.open("rb") as stream:
                yield stream
        else:
            yield BytesIO()


def refuse(unusable: Unusable) -> None:
    """Raise the RecordError of what cannot be used; a blank line passes."""
    failure = unusable.failure
    if failure is not None:
        problem = failure.message.removeprefix(f"{failure.place}: ")
        raise RecordError(failure.place, failure.reason, problem)
