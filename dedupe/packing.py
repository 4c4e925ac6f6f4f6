"""Packed files: gzip and Zstandard, read line by line and written so that equal data give equal bytes."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING

from dedupe.errors import RecordError

if TYPE_CHECKING:
    from dedupe.entries import Source

PACKED = {".gz": "gzip", ".zst": "zstd"}
"""Suffixes of packed files, with the names of what packed them."""

LONGEST = 1 << 28
"""Bytes of a line of a packed file. A small file may unpack to a line that no memory holds."""

# `zstd --long=31` makes files that ask for so much memory (log2 of bytes) to be unpacked; large public
# dumps are packed so. Less is used where the file does not ask for it.
_WINDOW = 31
_LEVEL = 6


def split_suffix(name: str) -> tuple[str, str]:
    """Give the suffix of a file's format and that of its packing, in small letters.

    >>> split_suffix("dump.JSONL.gz"), split_suffix("page.html"), split_suffix("README")
    (('.jsonl', '.gz'), ('.html', ''), ('', ''))
    """
    suffix = Path(name).suffix.lower()
    if suffix not in PACKED:
        return suffix, ""
    return Path(Path(name).stem).suffix.lower(), suffix


def read_lines(source: Source, stream: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of a file, unpacked where it is packed, each with the bytes of input that it took.

    Several members one after another are one file. Raises RecordError (`damaged gzip`, `damaged zstd`)
    where the data break off or turn into nonsense, and (`line too long`) at a line of more than LONGEST
    bytes; all whole lines before that have been given.
    """
    packing = split_suffix(source.name)[1]
    if not packing:
        for line in stream:
            yield line, len(line)
        return
    number = before = 0
    unpacked = _unpacked(stream, packing)
    try:
        while line := unpacked.readline(LONGEST):
            number += 1
            if len(line) == LONGEST and not line.endswith(b"\n"):
                problem = (
                    f"a line of more than {LONGEST:,} bytes, the rest of the file is not read; unpack it"
                )
                raise RecordError(f"{source.name}:{number}", "line too long", problem)
            at = stream.tell()
            yield line, at - before
            before = at
    except _damages(packing) as error:
        kind, place = PACKED[packing], f"{source.name}:{number + 1}"
        problem = f"damaged {kind} data, the rest of the file cannot be read: {error}"
        raise RecordError(place, f"damaged {kind}", problem) from None


def _unpacked(stream: IO[bytes], packing: str) -> IO[bytes]:
    if packing == ".gz":
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    zstd = zstandard()
    options = {zstd.DecompressionParameter.window_log_max: _WINDOW}
    return zstd.ZstdFile(stream, options=options)  # type: ignore[no-any-return]


def zstandard() -> ModuleType:
    """Load the Zstandard library: Python's own from 3.14 on, else its backport (extra `[zst]`).

    Raises ImportError where there is none.
    """
    try:
        from compression import zstd
    except ImportError:
        from backports import zstd
    return zstd  # type: ignore[no-any-return]


def _damages(packing: str) -> tuple[type[Exception], ...]:
    """Give what is raised by damaged data."""
    if packing == ".gz":
        return EOFError, zlib.error, gzip.BadGzipFile
    return EOFError, zstandard().ZstdError


def packed(file: IO[bytes], name: str) -> IO[bytes]:
    """Pack what is written to a file, if its name asks for that; closing gives what is still held back.

    No name and no time goes into the data, so that equal articles give equal bytes.
    """
    packing = split_suffix(name)[1]
    if packing == ".gz":
        return gzip.GzipFile("", "wb", _LEVEL, file, 0)  # type: ignore[return-value]
    if packing == ".zst":
        zstd = zstandard()
        # With a checksum, as the tool does, so that damage is noticed.
        options = {zstd.CompressionParameter.checksum_flag: 1}
        writer: IO[bytes] = zstd.ZstdFile(file, "w", options=options)
        writer.write(b"")  # nothing at all is a frame, too
        return writer
    return file
