"""What can be read: a table that says which suffix is read, cut and written how.

Everything streams: one document is held at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import IO

from dedupe.articlefiles import Writer, write_markdown, write_texts
from dedupe.csvfile import read_csv, write_csv
from dedupe.entries import Cutter, Entry, Inputs, Part, Reader, Source, Unusable, open_entry, unusable
from dedupe.errors import RecordError, SettingsError
from dedupe.jsonlines import cut_lines, read_records, write_lines
from dedupe.model import Document, Failure
from dedupe.packing import PACKED, split_suffix, zstandard
from dedupe.parquetfile import cut_rows, read_parquet, write_parquet
from dedupe.records import Opener, open_record, parse_object
from dedupe.settings import Settings
from dedupe.textfile import TextFile, decode, is_binary, newline_of
from dedupe.warc import is_crawl
from dedupe.webfiles import cut_crawl, read_crawl, read_page_file
from dedupe.webpage import is_page

__all__ = [
    "FOLDERS", "FORMATS", "STDIN", "Entry", "Format", "Inputs", "Part", "Source", "Unusable",
    "can_clean_in_place", "cut", "format_of", "is_one_text", "is_text_file",
    "known_inputs", "known_outputs", "missing_library", "read", "refuse_in_place", "suffix_by_head",
    "writer_of",
]  # fmt: skip

STDIN = "-"
MARKDOWN = (".md", ".markdown")
_STRETCH = 1 << 13  # bytes by which a page or a crawl is told from a text


# --- readers ---------------------------------------------------------------------------------------------


def read_text(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read a text file as one document."""
    data = stream.read()
    if is_binary(data):
        packed = data.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd"))  # gzip, zstd
        advice = "; unpack it, or give it the suffix that it needs, such as .jsonl.gz" if packed else ""
        message = f"{source.name}: not text (binary){advice}"
        yield Unusable(Failure(source.name, "not text (binary)", message), len(data), source=source)
        return
    text, encoding, bom = decode(data)
    document = Document(source.id, text, source=source.folder)
    file = TextFile(encoding, bom, newline_of(text), Path(source.name).suffix.lower() in MARKDOWN)
    yield Entry(document, source.name, source, len(data), file=file)


def read_stdin(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read standard input: records, the pages of a crawl, a web page or a plain text, by how it begins."""
    head = _head(stream)
    found = _format_of_head(head, stream)
    return found.read(source, _Chained(head, stream), settings)  # type: ignore[arg-type]


def suffix_by_head(path: Path) -> str:
    """Give the suffix of what a file without one holds, by its beginning: as standard input is known."""
    with path.open("rb") as stream:
        found = _format_of_head(_head(stream), stream)
    return next(suffix for suffix, known in FORMATS.items() if known is found)


def _format_of_head(head: list[bytes], stream: IO[bytes]) -> Format:
    """Tell the format of a stream by its beginning; `head` is read on with where that takes more."""
    first = head[-1].lstrip(b"\xef\xbb\xbf \t") if head else b""
    if first[:1] in (b"<", b"W", b"\x1f"):
        head.append(stream.read(_STRETCH))
    data = b"".join(head)
    if is_crawl(data):
        return _CRAWL
    if first[:1] == b"<":
        return _PAGE if is_page(data.decode("utf-8", "replace")) else _TEXT
    return _RECORDS if head and _is_object(first) else _TEXT


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
    return len(sources) == 1 and sources[0].path is not None and format_of(sources[0].path.name) is _TEXT


def is_one_text(sources: Sequence[Source], stdin: IO[bytes]) -> bool:
    """Tell whether all there is to read is one text; standard input must allow a second reading."""
    if len(sources) != 1 or sources[0].path is not None:
        return is_text_file(sources)
    found = _format_of_head(_head(stdin), stdin)
    stdin.seek(0)
    return found in (_TEXT, _PAGE)


def _is_object(raw: bytes) -> bool:
    try:
        return bool(parse_object(raw.decode("utf-8-sig")) is not None)
    except (ValueError, TypeError, RecursionError):
        return False


class _Chained:
    """Standard input again, after the beginning of it was looked at."""

    def __init__(self, head: list[bytes], stream: IO[bytes]) -> None:
        self._head = b"".join(head)
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        *lines, last = BytesIO(self._head).readlines() or [b""]  # `splitlines` parts at a lone CR, too
        self._head = b""
        yield from lines
        if last := last if last.endswith(b"\n") else last + self._stream.readline():
            yield last
        yield from self._stream

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            data, self._head = self._head + self._stream.read(), b""
        elif self._head:
            data, self._head = self._head[:size], self._head[size:]
        else:
            data = self._stream.read(size)
        return data


# --- the table -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Format:
    """What can be done with files of a format.

    `cut` says how a large file is read by several processes; without, it is read whole. `write` makes a file
    of many articles. `packed` are the suffixes under which its files may also be packed, as `.jsonl.gz`.
    `in_place`: its files can be cleaned where they stand. `mirrored` is the suffix of cleaned copies, if it
    is another one. `pages`: its files hold web pages and nothing else.
    """

    read: Reader
    cut: Cutter | None = None
    write: Writer | None = None
    packed: tuple[str, ...] = ()
    in_place: bool = False
    mirrored: str = ""
    pages: bool = False


_TEXT = Format(read_text, in_place=True)
_RECORDS = Format(read_records, cut_lines, write_lines, packed=tuple(PACKED), in_place=True)
_CSV = Format(read_csv, write=write_csv, packed=tuple(PACKED))
_PAGE = Format(read_page_file, packed=(".gz",), mirrored=".md", pages=True)
_CRAWL = Format(read_crawl, cut_crawl, packed=(".gz",), pages=True)

FORMATS: dict[str, Format] = {
    ".txt": _TEXT,
    ".text": _TEXT,
    ".md": _TEXT,
    ".markdown": _TEXT,
    ".jsonl": _RECORDS,
    ".jl": _RECORDS,
    ".jsonlines": _RECORDS,
    ".ndjson": _RECORDS,
    ".csv": _CSV,
    ".tsv": _CSV,
    ".parquet": Format(read_parquet, cut_rows, write_parquet),
    ".html": _PAGE,
    ".htm": _PAGE,
    ".xhtml": _PAGE,
    ".warc": _CRAWL,
    ".wet": _CRAWL,
}
"""Suffix to format. A format is added by a function that reads it, one that writes it, and a line here."""

FOLDERS: dict[str, Writer] = {"md": write_markdown, "txt": write_texts}
"""What can be written as a folder with a file for each article."""


def format_of(name: str) -> Format | None:
    """Give the format of a file of this name; one without any suffix is taken for a text."""
    suffix, packing = split_suffix(name)
    if not packing:
        return FORMATS.get(suffix) if suffix else _TEXT
    found = FORMATS.get(suffix)
    return found if found is not None and packing in found.packed else None


def holds_pages(source: Source) -> bool:
    """Tell whether a source is a file of web pages."""
    found = format_of(source.path.name) if source.path else None
    return found is not None and found.pages


def can_clean_in_place(name: str) -> bool:
    """Tell whether a file of this name can be rewritten where it stands."""
    found = format_of(name)
    return found is not None and found.in_place


def missing_library(name: str) -> str:
    """Say what must be installed for files of this name; nothing, where all is there."""
    suffix, packing = split_suffix(name)
    if suffix == ".parquet" and find_spec("pyarrow") is None:
        return 'Parquet needs pyarrow: pip install "dedupe-articles[parquet]"'
    if packing == ".zst":
        try:
            zstandard()
        except ImportError:
            return 'zstd needs a library: pip install "dedupe-articles[zst]"'
    return ""


def refuse_in_place(sources: Iterable[Source]) -> None:
    """Raise SettingsError where a source cannot be cleaned where it stands."""
    for source in sources:
        if source.path is not None and not can_clean_in_place(source.path.name):
            advice = f"texts and JSON lines can be cleaned in place, {source.name} cannot; give -o"
            raise SettingsError("in-place", source.name, advice)


def writer_of(name: str) -> Writer | None:
    """Give what writes many articles into a file of this name."""
    found = format_of(name)
    return found.write if found is not None else None


def known_outputs() -> list[str]:
    """Name what articles can be written as."""
    files = [suffix[1:] for suffix, found in FORMATS.items() if found.write]
    packed = [f"jsonl{suffix}" for suffix in PACKED]
    return [*files, *packed, *FOLDERS]


def known_inputs() -> str:
    """Name the suffixes that are read, and what each may be packed as: `.html (.gz)`."""
    return ", ".join(
        f"{suffix} ({', '.join(found.packed)})" if found.packed else suffix
        for suffix, found in FORMATS.items()
    )


def cut(source: Source, size: int) -> list[Source]:
    """Cut a source into parts of about `size` bytes, to be read by different processes; most come whole.

    Read one after the other, the parts give what the source gives. This is the one place that knows how
    a source is cut. Most packed files come whole.
    """
    if source.path is None or source.size <= size or not source.path.is_file():
        return [source]
    found = format_of(source.path.name)
    if found is None or found.cut is None or missing_library(source.path.name):
        return [source]
    try:
        return found.cut(source, source.path, size)
    except (OSError, RecordError):  # said again, with its reason, when it is read
        return [source]


def read(
    source: Source, settings: Settings, stdin: IO[bytes], opener: Opener = open_record
) -> Iterator[Entry | Unusable]:
    """Read all documents of a source; what cannot be used comes as `Unusable` in its place.

    `opener` opens the pages of records.
    """
    for entry in _read(source, settings, stdin):
        if isinstance(entry, Entry) and entry.document.html is not None:
            yield open_entry(entry, opener)
        else:
            yield entry


def _read(source: Source, settings: Settings, stdin: IO[bytes]) -> Iterator[Entry | Unusable]:
    if source.path is None:
        yield from read_stdin(source, stdin, settings)
        return
    try:
        if advice := missing_library(source.path.name):
            raise RecordError(source.name, "not installed", advice)
        with source.path.open("rb") as stream:
            reader = (format_of(source.path.name) or _TEXT).read
            yield from reader(source, stream, settings)
    except RecordError as error:
        yield unusable(error, source)
    except OSError as error:
        message = f"{source.name}: cannot be read: {error.strerror or error}"
        yield Unusable(Failure(source.name, "cannot be read", message), source.size, source=source)
