"""A response of a web server as a crawler kept it: status, header, and the body taken out of its wrappings.

Crawlers differ in what they keep. Some take chunks and compression off and leave the header saying
otherwise, so that a wrapping is taken off only where it is there.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from dedupe.errors import RecordError

LARGEST = 64_000_000
"""Bytes of a body, unpacked."""
GZIP = 31
"""What zlib calls the header of gzip."""

_STEP = 1 << 10  # bytes that are unpacked at once; where they are damaged, as many are lost before the damage

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})[^\n]*(?:\n|\Z)")
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")


@dataclass(frozen=True, slots=True)
class Response:
    """A response: its status, the fields of its header with their names as written, its body as sent.

    A field that came several times has its values joined by a comma, as HTTP allows, or by a line feed for
    cookies.
    """

    status: int
    fields: dict[str, str]
    body: bytes

    def field(self, name: str) -> str:
        """Give a field of the header, whatever its case, or nothing."""
        name = name.casefold()
        return next((value for key, value in self.fields.items() if key.casefold() == name), "")


def parse_response(block: bytes) -> Response | None:
    r"""Read a response; None for what is none.

    >>> parse_response(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>A mill")
    Response(status=200, fields={'Content-Type': 'text/html'}, body=b'<p>A mill')
    """
    status = _STATUS.match(block)
    if status is None:
        return None
    end = _HEAD_END.search(block, status.end() - 2)
    head = block[status.end() : end.start() if end else len(block)]
    fields: dict[str, str] = {}
    for line in re.sub(rb"\r?\n[ \t]+", b" ", head).decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if colon and name:
            joint = "\n" if name.casefold() == "set-cookie" else ", "
            fields[name] = f"{fields[name]}{joint}{value}" if name in fields else value
    return Response(int(status[1]), fields, block[end.end() :] if end else b"")


def body_of(response: Response, place: str) -> bytes:
    """Give the body of a response without chunks and compression.

    What was cut off is given as far as it goes. Raises RecordError, naming `place`: `too large`, and `no
    brotli` or `no zstd` where the library for it is not installed.
    """
    body = (
        unchunked(response.body)
        if "chunked" in response.field("Transfer-Encoding").casefold()
        else response.body
    )
    wrappings = [name.strip().casefold() for name in response.field("Content-Encoding").split(",")]
    for name in reversed(wrappings):
        unpack = _UNPACKERS.get(name)
        if unpack and not _MARKUP.match(body):
            body = unpack(body, place)
            if len(body) > LARGEST:
                raise RecordError(place, "too large", f"more than {LARGEST:,} bytes when unpacked")
    return body


def unchunked(body: bytes) -> bytes:
    r"""Join the chunks of a body; one that has none comes back as it is.

    >>> unchunked(b"4\r\n<p>A\r\n5\r\n mill\r\n0\r\n\r\n"), unchunked(b"ab\r\n<p>A mill")
    (b'<p>A mill', b'ab\r\n<p>A mill')
    """
    pieces: list[bytes] = []
    at = 0
    while found := _CHUNK.match(body, at):
        size = int(found[1], 16)
        end = found.end() + size
        if not size or (body[end : end + 1] not in (b"\r", b"\n", b"")):
            break
        if not pieces and end > len(body):
            break  # of a size that the body never had: it was no chunk
        pieces.append(body[found.end() : end])
        at = end + (2 if body[end : end + 2] == b"\r\n" else 1)
    return b"".join(pieces) if pieces else body


def charset_of(content_type: str) -> str:
    """Give the charset that a server has said, or nothing.

    >>> charset_of('text/html; Charset="Windows-1251"')
    'windows-1251'
    """
    found = re.search(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", content_type, re.IGNORECASE)
    return found[1].lower() if found else ""


def _gunzip(body: bytes, place: str) -> bytes:
    return inflate(body, GZIP) or body


def _inflate_any(body: bytes, place: str) -> bytes:
    """Unpack what is called deflate: with the header of zlib, as it should be, or without."""
    return inflate(body, 15 if body[:1] == b"\x78" else -15) or body


def inflate(body: bytes, bits: int) -> bytes:
    """Unpack, member after member, as far as it goes and up to `LARGEST` bytes and one.

    `bits` is zlib's word for the kind of header. What is broken from the start gives nothing.
    """
    unpacked = bytearray()
    engine = zlib.decompressobj(wbits=bits)
    at = 0
    while at < len(body) and len(unpacked) <= LARGEST:
        step = body[at : at + _STEP]
        try:
            unpacked += engine.decompress(step, LARGEST + 1 - len(unpacked))
        except zlib.error:
            break
        at += len(step) - len(engine.unused_data if engine.eof else engine.unconsumed_tail)
        if engine.eof:
            engine = zlib.decompressobj(wbits=bits)  # a further member
    return bytes(unpacked)


def _unbrotli(body: bytes, place: str) -> bytes:
    try:
        import brotli
    except ImportError:
        raise RecordError(
            place, "no brotli", 'packed with brotli: pip install "dedupe-articles[web]" reads it'
        ) from None
    engine = brotli.Decompressor()
    pieces: list[bytes] = []
    size = 0
    try:
        piece = engine.process(body, output_buffer_limit=1 << 20)
        while piece and size <= LARGEST:
            pieces.append(piece)
            size += len(piece)
            piece = engine.process(b"", output_buffer_limit=1 << 20)
    except brotli.error:
        pass
    return b"".join(pieces) or body


_UNPACKERS: dict[str, Callable[[bytes, str], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate_any,
    "br": _unbrotli,
}
