"""The bytes of a text file: how they are decoded, and how a cleaned text is written back."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16
_SMALL = bytes(range(8))
_CONTROL_BYTES = bytes(b for b in range(32) if b not in b"\t\n\v\f\r\x1b")


def decode(data: bytes) -> tuple[str, str, bool]:
    r"""Decode the bytes of a text: byte order mark, strict UTF-8, what its letters tell, then cp1252.

    Gives the text, the name of the encoding, and whether there was a byte order mark (which is taken
    off). Never fails: cp1252 leaves five bytes undefined, and those stay control characters as in
    latin-1. UTF-16 without a mark shows by its small bytes, all on one side.

    >>> decode(b"caf\xc3\xa9"), decode("\ufeffa".encode("utf-16-le"))
    (('café', 'utf-8', False), ('a', 'utf-16-le', True))
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace"), encoding, True
    wide = _unmarked_utf16(data)
    if wide:
        return data.decode(wide, "replace"), wide, False
    try:
        return data.decode("utf-8"), "utf-8", False
    except UnicodeDecodeError:
        pass
    for encoding in (_detected(data), "cp1252"):
        try:
            return data.decode(encoding), encoding, False
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1"), "latin-1", False


def _unmarked_utf16(data: bytes) -> str | None:
    """Name the UTF-16 of an unmarked text, where one byte of each pair is small and the other is not.

    That holds for the alphabets below U+0800: ASCII has NULs there, Cyrillic a four.
    """
    sample = data[:_SAMPLE]
    half = len(sample) // 2
    if half < 8 or len(data) % 2:
        return None
    first, second = (len(side) - len(side.translate(None, _SMALL)) for side in (sample[::2], sample[1::2]))
    if second > 0.9 * half and first < 0.05 * half:
        return "utf-16-le"
    if first > 0.9 * half and second < 0.05 * half:
        return "utf-16-be"
    return None


def _detected(data: bytes) -> str:
    from dedupe.charset import MOSTLY, broken, guess

    # The first foreign letter may come late; the sample begins a little before it.
    first = re.search(rb"[\x80-\xff]", data)
    start = max(0, first.start() - _SAMPLE // 2) if first else 0
    sample = data[start : start + _SAMPLE]
    # UTF-8 with a broken byte here and there stays legible for the repair of what was decoded twice.
    return "cp1252" if broken(sample.decode("utf-8", "replace")) <= MOSTLY else guess(sample)


def is_binary(data: bytes) -> bool:
    """Tell whether bytes are no text at all: more than one in twenty is a control byte.

    Compressed data and pictures have one in ten (27 of 256 values); text has none, and the stray NUL or
    bell of a broken scraper stays far below.
    """
    sample = data[:_SAMPLE]
    if any(data.startswith(mark) for mark, _ in _MARKS) or _unmarked_utf16(data):
        return False
    controls = len(sample) - len(sample.translate(None, _CONTROL_BYTES))
    return controls >= 8 and controls > 0.05 * len(sample)


def newline_of(text: str) -> str:
    """Give the line end that most lines of a text have."""
    pairs = text.count("\r\n")
    single = text.count("\n") - pairs
    if pairs > single:
        return "\r\n"
    return "\r" if not single and not pairs and "\r" in text else "\n"


@dataclass(frozen=True, slots=True)
class TextFile:
    """How the bytes of a text file were written, of which a cleaned file keeps what it can.

    `markdown` tells that some blocks of it are no prose; `page` that it was a web page, of which the cleaned
    copy is another thing.
    """

    encoding: str
    bom: bool
    newline: str
    markdown: bool = False
    page: bool = False

    def encode(self, text: str) -> bytes:
        """Give the bytes of a cleaned text: UTF-8, with the line ends (and the UTF-8 mark) it had."""
        body = text if self.newline == "\n" else text.replace("\n", self.newline)
        mark = codecs.BOM_UTF8 if self.bom and self.encoding == "utf-8" else b""
        return mark + body.encode("utf-8", "replace")


PAGE_FILE = TextFile("utf-8", bom=False, newline="\n", page=True)
"""What a cleaned copy of a web page is."""
