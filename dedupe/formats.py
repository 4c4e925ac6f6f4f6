"""What can be read: which inputs there are, text files as one document, records line by line.

A table says which suffix is read how. Everything streams: one document is held at a time.
"""

from __future__ import annotations

import codecs
import glob
import gzip
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import IO

from dedupe.errors import RecordError
from dedupe.model import Document, Failure
from dedupe.records import parse_object, parse_record, to_document
from dedupe.settings import Settings
from dedupe.textfile import TextFile, decode, is_binary, newline_of

STDIN = "-"
MARKDOWN = (".md", ".markdown")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a source: from `start` up to `end`, behind `before` lines of it.

    JSON lines are counted in bytes; a format may count in what it can be cut at (row groups, say).
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

    `raw` is the line as it was, empty for a whole file.
    """

    failure: Failure | None
    size: int = 0
    raw: bytes = b""
    source: Source | None = None


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


# --- which inputs there are ------------------------------------------------------------------------------


def find_inputs(names: Sequence[str], *, skip: Iterable[Path] = ()) -> Inputs:
    """Expand files, folders and globs into what is to be read, sorted within each folder.

    Folders are searched to the bottom; hidden files and folders are passed over, and so is all at or
    below the paths of `skip` (where the output goes). Files with another suffix in a folder are counted
    in `ignored`. A name that leads nowhere becomes `unusable`; nothing is raised.
    """
    found = Inputs()
    seen: set[Path | None] = set()
    passed_over = {path.resolve() for path in skip}
    for name in names:
        for source in _expand(name, found, passed_over):
            real = source.path.resolve() if source.path else None
            if real in seen:
                found.repeated += 1
            else:
                seen.add(real)
                found.sources.append(source)
    return found


def _expand(name: str, found: Inputs, skip: set[Path]) -> Iterator[Source]:
    path = Path(name)
    if name == STDIN:
        yield Source("<stdin>", None, "stdin", "stdin.txt")
    elif path.is_dir():
        yield from _folder(path, name, found, skip)
    elif path.exists():
        if reader_of(path.name) is None:
            _refuse(found, name, "unknown format", f"no reader for {path.suffix!r}; there are {_known()}")
        else:
            yield _file(path, path.as_posix(), _safe(path))
    elif glob.has_magic(name):
        yield from _matches(name, found, skip)
    else:
        _refuse(found, name, "missing", "no such file or folder; check the spelling")


def _matches(pattern: str, found: Inputs, skip: set[Path]) -> Iterator[Source]:
    matches = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 (Path.glob takes no absolute pattern)
    if not matches:
        _refuse(found, pattern, "missing", "no file matches this pattern")
    for path in matches:
        if path.is_dir():
            if "**" not in pattern:  # the pattern itself goes down otherwise
                yield from _folder(path, str(path), found, skip)
        elif path.resolve() in skip:
            continue
        elif reader_of(path.name) is None:
            found.ignored[path.suffix] += 1
        else:
            yield _file(path, path.as_posix(), _safe(path))


def _folder(root: Path, name: str, found: Inputs, skip: set[Path]) -> Iterator[Source]:
    def failed(error: OSError) -> None:
        _refuse(found, str(error.filename), "cannot be read", f"cannot be read: {error.strerror}")

    files: list[Path] = []
    for folder, subfolders, entries in os.walk(root, onerror=failed):
        here = Path(folder)
        subfolders[:] = [s for s in subfolders if s[0] != "." and (here / s).resolve() not in skip]
        for entry in entries:
            if entry[0] == "." or (here / entry).resolve() in skip:
                continue
            if reader_of(entry) is None or not Path(entry).suffix:
                found.ignored[Path(entry).suffix] += 1
            else:
                files.append(here / entry)
    if not files:
        _refuse(found, name, "no texts", f"no texts in this folder; it may hold {_known()}")
    for path in sorted(files, key=lambda file: file.relative_to(root).as_posix()):
        relative = path.relative_to(root).as_posix()
        yield _file(path, relative, relative, path.resolve().parent.name)


def _file(path: Path, name: str, mirror: str, folder: str | None = None) -> Source:
    try:
        size = path.stat().st_size
    except OSError:  # said again, with its reason, when it is opened
        size = 0
    return Source(path.as_posix(), path, name, mirror, folder, size)


def _safe(path: Path) -> str:
    """Give a relative path without steps upwards, for a copy that must stay below the output folder."""
    if path.is_absolute():
        return path.name
    return "/".join(part for part in path.parts if part != "..")


def _refuse(found: Inputs, name: str, reason: str, problem: str) -> None:
    found.unusable.append(Unusable(Failure(name, reason, f"{name}: {problem}")))


# --- readers ---------------------------------------------------------------------------------------------

Reader = Callable[[Source, IO[bytes], Settings], Iterator[Entry | Unusable]]


def read_text(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read a text file as one document."""
    data = stream.read()
    if is_binary(data):
        message = f"{source.name}: not text (binary)"
        yield Unusable(Failure(source.name, "not text (binary)", message), len(data), source=source)
        return
    text, encoding, bom = decode(data)
    document = Document(source.id, text, source=source.folder)
    file = TextFile(encoding, bom, newline_of(text), Path(source.name).suffix.lower() in MARKDOWN)
    yield Entry(document, source.name, source, len(data), file=file)


def read_records(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read JSON lines, one record a line; blank lines are passed over."""
    packed = source.name.endswith(".gz")
    number, before = source.part.before if source.part else 0, 0
    lines: Iterable[bytes] = gzip.GzipFile(fileobj=stream) if packed else stream
    if source.part:
        lines = _stretch(stream, source.part)
    try:
        for raw in lines:
            number += 1
            if packed:
                size, before = stream.tell() - before, stream.tell()
            else:
                size = len(raw)
            if number == 1 and raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                message = f"{source.name}: UTF-16, but JSON lines are UTF-8; convert it with iconv"
                yield Unusable(Failure(source.name, "not UTF-8", message), source.size, source=source)
                return
            yield _record(raw, number, size, source, settings)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        place = f"{source.name}:{number + 1}"
        message = f"{place}: damaged gzip data, the rest of the file cannot be read: {error}"
        yield Unusable(Failure(place, "damaged gzip", message), source=source)


def _stretch(stream: IO[bytes], part: Part) -> Iterator[bytes]:
    """Give the lines of a part of a file."""
    at = stream.seek(part.start)
    while at < part.end and (raw := stream.readline()):
        at += len(raw)
        yield raw


def _record(raw: bytes, number: int, size: int, source: Source, settings: Settings) -> Entry | Unusable:
    place = f"{source.name}:{number}"
    if not raw.strip():
        return Unusable(None, size, raw, source)
    try:
        line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        document = to_document(parse_record(line, place, settings), place, settings)
    except UnicodeDecodeError as error:
        message = f"{place}: not UTF-8 (byte {error.start + 1}: {error.reason})"
        return Unusable(Failure(place, "not UTF-8", message), size, raw, source)
    except RecordError as error:
        return Unusable(Failure(place, error.reason, str(error)), size, raw, source)
    return Entry(document, place, source, size, raw)


def read_stdin(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read standard input: JSON lines if its first line is an object, else one plain text."""
    head = _head(stream)
    rest = _Chained(chain(head, stream))
    if head and _is_object(head[-1]):
        return read_records(source, rest, settings)  # type: ignore[arg-type]
    return read_text(source, rest, settings)  # type: ignore[arg-type]


def _head(stream: IO[bytes]) -> list[bytes]:
    """Read the first line that is not blank, and the blank ones above it."""
    head: list[bytes] = []
    for raw in stream:
        head.append(raw)
        if raw.strip(b"\xef\xbb\xbf \t\r\n"):
            break
    return head


def is_text_file(sources: Sequence[Source]) -> bool:
    """Tell whether all there is to read is one file of text."""
    return len(sources) == 1 and sources[0].path is not None and reader_of(sources[0].path.name) is read_text


def is_one_text(sources: Sequence[Source], stdin: IO[bytes]) -> bool:
    """Tell whether all there is to read is one text; standard input must allow a second reading."""
    if len(sources) != 1 or sources[0].path is not None:
        return is_text_file(sources)
    head = _head(stdin)
    stdin.seek(0)
    return not (head and _is_object(head[-1]))


def _is_object(raw: bytes) -> bool:
    try:
        return bool(parse_object(raw.decode("utf-8-sig")) is not None)
    except (ValueError, TypeError, RecursionError):
        return False


class _Chained:
    """The lines of standard input again, after the first of them were looked at."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[bytes]:
        return self._lines

    def read(self) -> bytes:
        return b"".join(self._lines)


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_text,
    ".markdown": read_text,
    ".jsonl": read_records,
    ".jl": read_records,
    ".jsonlines": read_records,
    ".ndjson": read_records,
}
"""Suffix to reader; records may also be packed, as `.jsonl.gz`. Add a function to read another format."""


def reader_of(name: str) -> Reader | None:
    """Give the reader for a file of this name; one without any suffix is taken for a text."""
    lower = name.lower()
    suffix = Path(lower).suffix
    if suffix == ".gz":
        reader = READERS.get(Path(lower.removesuffix(".gz")).suffix)
        return reader if reader is read_records else None
    return READERS.get(suffix) if suffix else read_text


def cut(source: Source, size: int) -> list[Source]:
    """Cut a source into parts of about `size` bytes, to be read by different processes; most come whole.

    Read one after the other, the parts give what the source gives. This is the one place that knows how
    a source is cut: formats that can be are in `CUTTERS`.
    """
    if source.path is None or source.size <= size or not source.path.is_file():
        return [source]
    cutter = CUTTERS.get(Path(source.path.name.lower()).suffix)
    try:
        return cutter(source, source.path, size) if cutter else [source]
    except OSError:  # said again, with its reason, when it is read
        return [source]


def cut_lines(source: Source, path: Path, size: int) -> list[Source]:
    """Cut JSON lines at ends of lines."""
    parts: list[Source] = []
    start = before = 0
    with path.open("rb") as stream:
        while block := stream.read(size):
            if not start and block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return [source]
            block += stream.readline()
            part = Part(start, start + len(block), before)
            parts.append(replace(source, size=len(block), part=part))
            start, before = part.end, before + block.count(b"\n")
    return parts or [source]


CUTTERS: dict[str, Callable[[Source, Path, int], list[Source]]] = dict.fromkeys(
    (suffix for suffix, reader in READERS.items() if reader is read_records), cut_lines
)
"""Suffix to what cuts a file of it; a packed one (`.gz`) has another suffix, and comes whole."""


def _known() -> str:
    return ", ".join([*READERS, ".jsonl.gz"])


def read(source: Source, settings: Settings, stdin: IO[bytes]) -> Iterator[Entry | Unusable]:
    """Read all documents of a source; what cannot be used comes as `Unusable` in its place."""
    if source.path is None:
        yield from read_stdin(source, stdin, settings)
        return
    try:
        with source.path.open("rb") as stream:
            reader = reader_of(source.path.name) or read_text
            yield from reader(source, stream, settings)
    except OSError as error:
        message = f"{source.name}: cannot be read: {error.strerror or error}"
        yield Unusable(Failure(source.name, "cannot be read", message), source.size, source=source)
