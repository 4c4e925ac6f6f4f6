"""JSON lines: one record a line."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import IO

from dedupe.entries import Entry, Part, Source, Unusable, read_record, unusable
from dedupe.errors import RecordError
from dedupe.model import Failure
from dedupe.packing import read_lines, split_suffix
from dedupe.records import parse_record
from dedupe.settings import Settings
from dedupe.staging import Staged

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_records(source: Source, stream: IO[bytes], settings: Settings) -> Iterator[Entry | Unusable]:
    """Read JSON lines, one record a line; blank lines are passed over."""
    number = source.part.before if source.part else 0
    lines: Iterable[tuple[bytes, int]] = (
        _stretch(stream, source.part) if source.part else read_lines(source, stream)
    )
    for raw, size in lines:
        number += 1
        if number == 1 and raw.startswith(UTF16):
            problem = "UTF-16, but JSON lines are UTF-8; convert it with iconv"
            yield unusable(RecordError(source.name, "not UTF-8", problem), source, source.size)
            return
        yield _record(raw, number, size, source, settings)


def _stretch(stream: IO[bytes], part: Part) -> Iterator[tuple[bytes, int]]:
    """Give the lines of a part of a file."""
    at = stream.seek(part.start)
    while at < part.end and (raw := stream.readline()):
        at += len(raw)
        yield raw, len(raw)


def _record(raw: bytes, number: int, size: int, source: Source, settings: Settings) -> Entry | Unusable:
    if not raw.strip():
        return Unusable(None, size, raw, source)
    place = f"{source.name}:{number}"
    try:
        line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        record = parse_record(line, place, settings)
    except UnicodeDecodeError as error:
        message = f"{place}: not UTF-8 (byte {error.start + 1}: {error.reason})"
        return Unusable(Failure(place, "not UTF-8", message), size, raw, source)
    except RecordError as error:
        return unusable(error, source, size, raw)
    return read_record(record, place, source, settings, size, raw)


def write_lines(lines: Iterable[bytes], staged: Staged, target: Path, sources: Sequence[Source]) -> list[str]:
    """Write articles as JSON lines, which they are."""
    file = staged.open(target)
    for line in lines:
        file.write(line)
    return []


def cut_lines(source: Source, path: Path, size: int) -> list[Source]:
    """Cut JSON lines at ends of lines; a packed file comes whole."""
    if split_suffix(source.name)[1]:
        return [source]
    parts: list[Source] = []
    start = before = 0
    with path.open("rb") as stream:
        if stream.read(2).startswith(UTF16):
            return [source]
        stream.seek(0)
        while (lines := _pass_over(stream, size)) is not None:
            part = Part(start, stream.tell(), before)
            parts.append(replace(source, size=part.end - start, part=part))
            start, before = part.end, before + lines
    return parts or [source]


_BLOCK = 1 << 18
"""Bytes that are read at a time to count lines: they stay in the cache."""


def _pass_over(stream: BufferedReader, size: int) -> int | None:
    """Read so many bytes, and on to the end of the line: count ends of lines; None at the end of a file."""
    lines, left, block = 0, size, bytearray(_BLOCK)
    view = memoryview(block)
    while left and (count := stream.readinto(view[:left])):
        left -= count
        # To look for the next is four times as fast as `count` in lines of 3 kB.
        at = block.find(b"\n", 0, count)
        while at >= 0:
            lines, at = lines + 1, block.find(b"\n", at + 1, count)
    if left == size:
        return None
    return lines + stream.readline().endswith(b"\n")
