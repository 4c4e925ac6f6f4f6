"""The records of a WARC file, one at a time, in whatever state the file is.

What the trouble looks like: a file cut off in the middle of a record or of a gzip member, damaged members,
lengths that are wrong, a file compressed as a whole instead of record by record, bytes that belong to
nothing. What can be read is read; what cannot is a record with its `damage`, and reading goes on at the
next record that can be found. No more than one record is held, and of that `limit` bytes.

Format: ISO 28500 (WARC 1.0 and 1.1).
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

LIMIT = 64_000_000
"""Bytes of a record's block that are kept; a longer one is `too large`."""

_HEADER = 1 << 16  # bytes of a record's header; what goes on longer is none
_READ = 1 << 18  # bytes of the file that are read at once
_GROWTH = 1 << 20  # bytes that are unpacked at once
_STEP = 1 << 14  # bytes that are unpacked at once; of a damaged member, as many are lost before the damage
_TELLING = 8192  # bytes by which the beginning of a record can be told from a text about WARC
_GZIP = b"\x1f\x8b\x08"
_VERSION = re.compile(rb"WARC/\d\.\d+[ \t]*\r?\n")
_BEGIN = _VERSION.pattern + rb"(?:[\w-]+:[^\n]{0,2000}\n){0,20}?WARC-Type:"
_RECORD = re.compile(_BEGIN, re.IGNORECASE)
_RECORD_BEHIND = re.compile(rb"\r?\n\r?\n(?=" + _BEGIN + rb")", re.IGNORECASE)
_CUT_OFF, _DAMAGED, _UNPACKABLE = "truncated record", "damaged record", "damaged gzip"


@dataclass(frozen=True, slots=True)
class Record:
    """A record: its kind (`response`, `request` ...), its header, its block.

    `fields` are the fields of the header with their names as written. `offset` is where the record begins
    in the file (in a compressed one: its gzip member), as indexes of crawls have it. `damage` says why it
    cannot be used (`damaged record`, `truncated record`, `damaged gzip`, `too large`); then the rest is what
    could be read of it.
    """

    kind: str
    fields: Mapping[str, str]
    block: bytes
    offset: int
    damage: str = ""

    def field(self, name: str) -> str:
        """Give a field of the header, whatever its case, or nothing."""
        name = name.casefold()
        return next((value for key, value in self.fields.items() if key.casefold() == name), "")


def read_warc(
    stream: IO[bytes], *, start: int = 0, end: int | None = None, limit: int = LIMIT
) -> Iterator[Record]:
    """Give the records of a WARC file, compressed or not, that begin from `start` up to `end` (in bytes).

    The stretches of a file that is cut anywhere give together the records that the whole file gives, but
    not all that is damaged: in front of its first record a stretch cannot tell damage from what belongs to
    the stretch before. For a `start` the stream must be able to seek. No state of the file raises an error.
    """
    head = stream.read(_READ)
    is_packed = head.startswith(_GZIP) or (_GZIP in head and not head.lstrip().startswith(b"WARC/"))
    if start:
        stream.seek(start)
    tape = (_Packed if is_packed else _Plain)(stream, b"" if start else head, start)
    if start and not tape.find_first(end):
        return
    damage = ""
    while (follows := tape.skip_blank()) or tape.is_broken:
        if end is not None and tape.offset >= end:
            return
        if follows:
            record = _read_record(tape, limit)
            damage = record.damage
            yield record
        else:
            if damage != _UNPACKABLE:  # the damaged member was not yet told of
                yield Record("", {}, b"", tape.offset, _UNPACKABLE)
            damage = ""
            if not tape.resume():
                return


def is_crawl(head: bytes) -> bool:
    """Tell whether the first bytes of a file are those of a WARC file, compressed or not."""
    if not head.startswith(_GZIP):
        return head.startswith(b"WARC/")
    try:
        return zlib.decompressobj(wbits=31).decompress(head, 5) == b"WARC/"
    except zlib.error:
        return False


def _read_record(tape: _Plain, limit: int) -> Record:
    offset = tape.offset
    head = tape.peek(_HEADER)
    found = re.search(rb"\r?\n\r?\n", head)
    if found is None or not _VERSION.match(head):
        tape.drop(1)
        tape.find_record()
        damage = _DAMAGED
        if found is None and len(head) < _HEADER:
            damage = _UNPACKABLE if tape.is_broken else _CUT_OFF if head.startswith(b"WARC/") else _DAMAGED
        return Record("", {}, b"", offset, damage)
    tape.drop(found.end())
    fields = _fields(head[: found.start()])
    record = Record("", fields, b"", offset)
    kind, length = record.field("WARC-Type").casefold(), record.field("Content-Length")
    size = int(length) if re.fullmatch(r"\d{1,15}", length) else 0
    block = tape.take(tape.reach(min(size, limit)))
    is_large = size > limit == len(block)
    missing = size - len(block) - (tape.drop(size - limit) if is_large else 0)
    if missing or not tape.ends_record():
        block = block if is_large else _mend(tape, block, limit)
        missing = missing and not tape.at_record()
    damage = "too large" if is_large else ""
    if missing:
        damage = _UNPACKABLE if tape.is_broken else _CUT_OFF
    return Record(kind, fields, block, offset, damage)


def _mend(tape: _Plain, block: bytes, limit: int) -> bytes:
    """Give the block of a record whose length is wrong: it ends where the next record begins."""
    found = _RECORD_BEHIND.search(block + tape.peek(_TELLING))
    if found and found.start() <= len(block):
        tape.give_back(block[found.end() :])
        tape.drop(found.end() - len(block))
        return block[: found.start()]
    return (block + tape.find_record()[: limit - len(block)]).removesuffix(b"\r\n\r\n")


def _fields(head: bytes) -> dict[str, str]:
    """Read the fields of a header; a line that begins with a blank goes on with the one above."""
    lines = re.sub(rb"\r?\n[ \t]+", b" ", head).decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines[1:])
    return {name.strip(): value.strip() for name, colon, value in pairs if colon}


class _Plain:
    """The bytes of a file that is not compressed, read ahead as far as is asked for."""

    def __init__(self, stream: IO[bytes], head: bytes, start: int) -> None:
        self._stream = stream
        self._bytes = bytearray(head)
        self._at = 0  # of the next byte in what was read
        self._passed = start  # bytes before what was read
        self.is_broken = False
        """Whether nothing more can be read before `resume` was called."""

    @property
    def place(self) -> int:
        """The number of bytes before the next one."""
        return self._passed + self._at

    @property
    def offset(self) -> int:
        """Where in the file the next byte stands."""
        return self.place

    def grow(self) -> bool:
        """Read on; tell whether there was more."""
        data = self._stream.read(_READ)
        self._bytes += data
        return bool(data)

    def resume(self) -> bool:
        """Go on behind what is broken; tell whether anything follows."""
        return False

    def find_first(self, end: int | None) -> bool:
        """Go from anywhere to where the next record begins; tell whether there is one before `end`."""
        self.find_record(end)
        return self.at_record()

    def peek(self, size: int) -> bytes:
        """Give the next bytes and stay before them; fewer at the end, or where something is broken."""
        while len(self._bytes) - self._at < size and self.grow():
            pass
        return bytes(self._bytes[self._at : self._at + size])

    def reach(self, size: int) -> int:
        """Give a number of bytes; where there are fewer, the number up to the end of a record.

        So a length that leads beyond the end costs no more than the record that it stands in.
        """
        while len(self._bytes) - self._at < size and self.grow():
            pass
        if len(self._bytes) - self._at >= size:
            return size
        found = _RECORD_BEHIND.search(self._bytes, self._at)
        return (found.start() if found else len(self._bytes)) - self._at

    def take(self, size: int) -> bytes:
        """Give the next bytes and go behind them."""
        data = self.peek(size)
        self._forget(len(data))
        return data

    def drop(self, size: int) -> int:
        """Go behind the next bytes; tell how many there were."""
        left = size
        while left > 0 and (data := self.peek(min(left, _READ))):
            self._forget(len(data))
            left -= len(data)
        return size - left

    def give_back(self, data: bytes) -> None:
        """Stand before bytes again that were just taken."""
        self._bytes[: self._at] = data
        self._passed += self._at - len(data)
        self._at = 0

    def _forget(self, size: int) -> None:
        self._at += size
        if self._at > _READ:
            del self._bytes[: self._at]
            self._passed += self._at
            self._at = 0

    def at_record(self) -> bool:
        """Tell whether a record begins here."""
        return _VERSION.match(self.peek(32)) is not None

    def ends_record(self) -> bool:
        """Tell whether a record ends here: behind blank lines, the next one begins, or nothing follows."""
        following = self.peek(64).lstrip(b"\r\n")
        is_cut_off = len(following) < 10 and b"WARC/".startswith(following[:5])
        return is_cut_off or _VERSION.match(following) is not None

    def skip_blank(self) -> bool:
        """Go behind blank lines; tell whether anything follows."""
        while blank := len(head := self.peek(16)) - len(head.lstrip(b"\r\n")):
            self._forget(blank)
        return bool(head)

    def find_record(self, end: int | None = None) -> bytes:
        """Go to where the next record begins, or beyond `end`; give what was passed over, a limited part."""
        passed = bytearray()
        while end is None or self.place < end:
            window = self.peek(_READ)
            found = _RECORD.search(window)
            if found:
                size = found.start()
            else:  # its beginning may stand at the end of the window
                size = max(len(window) - _TELLING, 0) if len(window) == _READ else len(window)
            if len(passed) <= LIMIT:
                passed += window[:size]
            self._forget(size)
            if found or len(window) < _READ:
                break
        return bytes(passed)


class _Packed(_Plain):
    """The unpacked bytes of a file of gzip members, with the place in the file where each member begins."""

    def __init__(self, stream: IO[bytes], head: bytes, start: int) -> None:
        super().__init__(stream, b"", 0)
        self._packed = bytearray(head)
        self._read = start + len(head)  # bytes of the file that were read
        self._engine = zlib.decompressobj(wbits=31)
        self._members: deque[tuple[int, int]] = deque()  # bytes before a member, its place in the file
        self._is_open = False  # in a member

    @property
    def offset(self) -> int:
        """Where in the file the member of the next byte begins."""
        while len(self._members) > 1 and self._members[1][0] <= self.place:
            self._members.popleft()
        return self._members[0][1] if self._members else 0

    def grow(self) -> bool:
        """Unpack on; tell whether there was more. Stops before what is broken."""
        while not self.is_broken:
            if not self._packed and not self._fill():
                self.is_broken = self._is_open  # the file ends within a member
                return False
            if not self._is_open:
                place = self._read - len(self._packed)
                self._members.append((self._passed + len(self._bytes), place))
                self._is_open = True
            step = self._packed[:_STEP]
            try:
                data = self._engine.decompress(step, _GROWTH)
            except zlib.error:
                self.is_broken = True
                return False
            left = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
            del self._packed[: len(step) - len(left)]
            if self._engine.eof:
                self._renew()
                self._skip_padding()
            if data:
                self._bytes += data
                return True
        return False

    def resume(self, end: int | None = None) -> bool:
        """Go on at the next member that begins with a record; tell whether there is one before `end`."""
        self.is_broken = False
        self._renew()
        while end is None or self._read - len(self._packed) < end:
            at = self._packed.find(_GZIP, 1 if self._members else 0)  # 0 may be the broken one
            if at < 0:
                del self._packed[: max(len(self._packed) - len(_GZIP), 0)]
                if not self._fill():
                    self._packed.clear()
                    return False
                continue
            del self._packed[:at]
            while len(self._packed) < _READ and self._fill():
                pass
            try:
                head = self._packed[:_TELLING]  # what is left of it is copied each time
                if _RECORD.match(zlib.decompressobj(wbits=31).decompress(head, _TELLING)):
                    return True
            except zlib.error:
                pass
            del self._packed[:1]
        return False

    def find_first(self, end: int | None) -> bool:
        """Go from anywhere to where the next record begins; tell whether there is one before `end`."""
        return self.resume(end)

    def _skip_padding(self) -> None:
        """Go behind the NULs that a file may be filled up with."""
        while not self._packed[:1].strip(b"\0") and (self._packed or self._fill()):
            self._packed = self._packed.lstrip(b"\0")

    def _renew(self) -> None:
        self._engine = zlib.decompressobj(wbits=31)
        self._is_open = False

    def _fill(self) -> bool:
        data = self._stream.read(_READ)
        self._packed += data
        self._read += len(data)
        return bool(data)
