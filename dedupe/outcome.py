"""What came of a chunk of the inputs: finished bytes of each document, in memory or as a folder of files.

An outcome has an item for each document, and for each record that could not be used but has bytes to hand
on. What is written of an item lies in *columns*: bytes one after the other, with the places where they end.
A finished chunk of a large run is a folder that appears at once, under its own name, when all of it is
written; nothing in it is read by anything that could run code (no pickle).
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
from array import array
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from io import BytesIO
from itertools import accumulate, pairwise
from pathlib import Path
from typing import IO, Any

from dedupe.copying import Copies, Lines, Original
from dedupe.errors import InputError
from dedupe.settings import Settings
from dedupe.staging import BUFFER, unwritable, writing
from dedupe.summary import Summary

COLUMNS = ("lines", "rows", "files", "texts")
"""Of each item: its line of the output, its rows of the ledger, its file, its cleaned text."""

DOCUMENT, FILE, CHANGED, REMADE = 1, 2, 4, 8
"""Flags of an item: it is a document, it is a text file, it was changed, there are bytes in `files`."""

_WINDOW = 1 << 20
"""Bytes of a file that is copied from that are read at a time: many records, and they stay in the cache."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is to be written of one result: a line, rows of the ledger, a file (None: none)."""

    line: bytes = b""
    rows: bytes = b""
    file: bytes | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be told while the run goes on: a word before it, what to count it by, a line."""

    word: str
    reason: str
    line: str


@dataclass(slots=True)
class Outcome:
    """The items of a chunk, its share of the summary, and what is to be told of it.

    `ids` (None: no document), `places` and `values` (what `--keep` compares) have an entry for each item;
    `numbers` hold its flags, the number of its source in the chunk, the characters of its cleaned text,
    and where its bytes end in each column. Records that are copied have nothing to be written but their
    lines, and these are not stored again: they stand in `original`, from `numbers["lines_starts"]` on; so
    do texts, as strings of JSON, from `numbers["string_starts"]` on (-1: it is stored), of so many bytes as
    `numbers["text_sizes"]` says. `folder` is where the columns lie.
    """

    summary: Summary
    ids: list[str | int | None] = field(default_factory=list)
    places: list[str] | Lines = field(default_factory=list)
    values: list[Any] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    original: Original | None = None
    numbers: dict[str, array[int]] = field(default_factory=dict)
    columns: dict[str, bytes | mmap.mmap] = field(default_factory=dict)
    folder: Path | None = None
    samples: dict[str, bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def get(self, column: str, item: int) -> bytes:
        """Give the bytes of an item in a column."""
        ends = self.numbers[f"{column}_ends"]
        return self.columns[column][ends[item - 1] if item else 0 : ends[item]]

    def copied(self, file: IO[bytes], alone: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Give the lines of records that are copied from `file`, in runs: the first of each, and lines.

        There is no gap between the lines of a run; a record of which something is to be said (`alone`) is a
        run of its own.
        """
        starts, ends = self.numbers["lines_starts"], self.numbers["lines_ends"]
        edges = {0, len(self), *(edge for item in alone for edge in (item, item + 1))}
        if starts[1:] != ends[:-1]:
            edges.update(item for item in range(1, len(self)) if starts[item] != ends[item - 1])
        begin, data = 0, b""
        for first, last in pairwise(sorted(edges)):
            start, end = starts[first], ends[last - 1]
            if end > begin + len(data):
                begin = file.seek(start)
                data = file.read(max(end, min(start + _WINDOW, ends[-1])) - start)
            lines = data[start - begin : end - begin]
            # The last of its file may have no end of line.
            yield first, lines if lines.endswith(b"\n") else lines + b"\n"

    def has(self, item: int, flag: int) -> bool:
        """Tell whether an item has a flag."""
        return bool(self.numbers["flags"][item] & flag)


class _Column:
    """Bytes of items, one after the other: in memory, or in a file that is made for the first of them."""

    def __init__(self, path: Path | None) -> None:
        self.size = 0
        self.ends = array("q")
        self._path = path
        self._file: IO[bytes] | None = None

    def add(self, data: bytes) -> None:
        """Take in the bytes of an item. Raises OutputError where there is no room."""
        if data:
            self.write(data)
        self.ends.append(self.size)

    def write(self, data: bytes) -> None:
        """Append bytes, whatever item they are of."""
        try:  # not `writing`: this is called for each document
            if self._file is None:
                self._file = self._path.open("wb", BUFFER) if self._path else BytesIO()
            self._file.write(data)
        except OSError as error:
            raise unwritable(str(self._path), error) from None
        self.size += len(data)

    def held(self) -> bytes | mmap.mmap:
        """Give all bytes so far; those of a file are mapped."""
        if isinstance(self._file, BytesIO):
            return self._file.getvalue()
        if self._file is None or self._path is None:
            return b""
        with writing(str(self._path)):
            self._file.flush()
        return _mapped(self._path, self.size)

    def close(self) -> None:
        """Write out what is buffered."""
        if self._file is not None and self._path is not None:
            self._file.close()


class OutcomeWriter:
    """Takes in what comes of a chunk, item by item; in memory, or in a new folder.

    Use it as a context manager; `finish` gives the outcome (in memory) or puts the folder in its place.
    Raises OutputError where there is no room. The folder has a name of this process until then: a process of
    a run that was killed may be at the same chunk for a while yet.
    """

    def __init__(self, settings: Settings, folder: Path | None) -> None:
        self.folder = folder
        self._places: list[str] = []
        self._copied: Copies | None = None
        self._unfinished = folder.with_name(f"{folder.name}.{os.getpid()}.tmp") if folder else None
        self._columns = {
            name: _Column(self._unfinished / name if self._unfinished else None) for name in COLUMNS
        }
        self.outcome = Outcome(Summary(settings))
        self.outcome.places = self._places
        self.outcome.numbers = {
            **{name: array("q") for name in ("flags", "origins", "characters")},
            **{f"{name}_ends": column.ends for name, column in self._columns.items()},
        }

    def __enter__(self) -> OutcomeWriter:
        if self._unfinished is not None:
            with writing(str(self._unfinished)):
                shutil.rmtree(self._unfinished, ignore_errors=True)
                self._unfinished.mkdir()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        for column in self._columns.values():
            with suppress(OSError):  # it is full: what could not be written is not wanted any more
                column.close()
        if self._unfinished is not None:
            shutil.rmtree(self._unfinished, ignore_errors=True)

    def add(
        self,
        rendered: Rendered,
        *,
        id: str | int | None = None,
        place: str = "",
        value: Any = None,
        origin: int = 0,
        flags: int = 0,
        text: bytes = b"",
        characters: int = 0,
    ) -> None:
        """Take in an item."""
        outcome = self.outcome
        outcome.ids.append(id)
        self._places.append(place)
        outcome.values.append(value)
        numbers = outcome.numbers
        numbers["flags"].append(flags | (REMADE if rendered.file is not None else 0))
        numbers["origins"].append(origin)
        numbers["characters"].append(characters)
        columns = self._columns
        columns["lines"].add(rendered.line)
        columns["rows"].add(rendered.rows)
        columns["files"].add(rendered.file or b"")
        columns["texts"].add(text)

    def copy(self, found: Copies, values: list[Any]) -> None:
        """Take in the records of a file that are to be copied; they are all there is in the chunk."""
        outcome = self.outcome
        outcome.original, outcome.places = found.original, Lines(found.original.name, found.numbers)
        outcome.ids, outcome.values = list(found.ids), values
        if found.stored:
            self._columns["texts"].write(b"".join(found.stored))
        self._copied = found
        outcome.numbers = {
            "flags": array("q", [DOCUMENT]) * len(found.ids),
            "characters": found.characters,
            "line_numbers": found.numbers,
            "lines_starts": found.starts,
            "lines_ends": found.ends,
            "text_sizes": found.sizes,
            "string_starts": found.string_starts,
            "string_ends": found.string_ends,
        }

    def texts(self) -> tuple[bytes | memoryview | mmap.mmap, array[int]]:
        """Give the texts so far, and where they end."""
        if self._copied is not None:
            texts = self._copied.texts
            joined = texts[0] if len(texts) == 1 else b"".join(texts)
            return joined, array("q", accumulate(self._copied.sizes))
        column = self._columns["texts"]
        return column.held(), column.ends

    def finish(self) -> Outcome | None:
        """Give the outcome; None where it lies in its folder now."""
        outcome = self.outcome
        if self.folder is None or self._unfinished is None:
            outcome.columns.update((name, column.held()) for name, column in self._columns.items())
            return outcome
        with writing(str(self._unfinished)):
            for column in self._columns.values():
                column.close()
            numbers = [*map(array.tobytes, outcome.numbers.values()), *outcome.samples.values()]
            (self._unfinished / "numbers").write_bytes(b"".join(numbers))
            sizes = {name: column.size for name, column in self._columns.items()}
            described = json.dumps(_described(outcome, sizes))
            (self._unfinished / "outcome.json").write_text(described, encoding="utf-8")
            try:
                self._unfinished.rename(self.folder)
            except OSError:
                if not self.folder.is_dir():  # else it is there, with the same bytes
                    raise
        return None


def _described(outcome: Outcome, sizes: Mapping[str, int]) -> dict[str, Any]:
    return {
        "ids": outcome.ids,
        "places": outcome.places if isinstance(outcome.places, list) else [],
        "values": outcome.values,
        "notes": [[note.word, note.reason, note.line] for note in outcome.notes],
        "original": asdict(outcome.original) if outcome.original else None,
        "numbers": {name: len(column) for name, column in outcome.numbers.items()},
        "samples": {name: len(column) for name, column in outcome.samples.items()},
        "columns": dict(sizes),
        "summary": outcome.summary.state(),
    }


def load(folder: Path, settings: Settings) -> Outcome:
    """Read the outcome of a finished chunk; its columns stay on disk, mapped.

    Raises InputError where the folder is not what it should be.
    """
    try:
        stored = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
        outcome = Outcome(
            Summary.restored(settings, stored["summary"]), stored["ids"], stored["places"], stored["values"],
            [Note(*note) for note in stored["notes"]],
        )  # fmt: skip
        with (folder / "numbers").open("rb") as file:
            for name, count in stored["numbers"].items():
                outcome.numbers[name] = array("q")
                outcome.numbers[name].fromfile(file, count)
            for name, size in stored["samples"].items():
                outcome.samples[name] = file.read(size)
        outcome.folder = folder
        for name, size in stored["columns"].items():
            outcome.columns[name] = _mapped(folder / name, size) if size else b""
        if stored["original"] is not None:
            outcome.original = Original(**stored["original"])
            outcome.places = Lines(outcome.original.name, outcome.numbers["line_numbers"])
    except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
        raise InputError(str(folder), f"is no finished work of ours ({error}); delete it") from None
    return outcome


def _mapped(path: Path, size: int) -> mmap.mmap:
    """Map a file of so many bytes. Raises ValueError where it is shorter."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
