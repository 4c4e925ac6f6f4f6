"""From bytes, text or soup to markup that can be parsed, or a clear reason why not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from dedupe.charset import decode_legacy
from dedupe.errors import RecordError
from dedupe.http import GZIP, LARGEST, inflate

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from numpy.typing import NDArray

_MAGIC = (
    (b"%PDF-", "PDF"), (b"\x89PNG\r\n", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"),
    (b"RIFF", "media"), (b"\x00\x00\x01\x00", "image"), (b"PK\x03\x04", "archive"), (b"BZh", "archive"),
    (b"7z\xbc\xaf", "archive"), (b"\x28\xb5\x2f\xfd", "archive"), (b"\xfd7zXZ", "archive"),
    (b"OggS", "media"),
    (b"ID3", "media"), (b"\x1aE\xdf\xa3", "media"), (b"wOFF", "font"), (b"wOF2", "font"),
    (b"\x7fELF", "program"),
    (b"WARC/", "WARC"), (b"{\\rtf", "RTF"),
)  # fmt: skip
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\x00\x00", "utf-32-le"), (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
_ESCAPE = re.compile(r"\x1b(?:\$[@B]|\$\)C|\(J)")  # of ISO-2022-JP and -KR
_ROOT = re.compile(
    r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*|<!doctype\s[^>\[]*>\s*)*<([a-zA-Z][\w:.-]*)", re.S | re.I
)
_FEEDS = frozenset(("rss", "feed", "urlset", "sitemapindex", "opml", "rdf:rdf", "svg", "kml", "gpx", "plist"))
ATTRIBUTES = 500  # of one tag; the parser's time grows with their square
_ATTRIBUTE = rb"""[\s/]++[^\s=>/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'>]*+))?+"""
_OPENING = re.compile(rb"<[a-zA-Z]")
_CROWDED = re.compile(rb"<[a-zA-Z][^\s>]*+(?:%b){%d,}+" % (_ATTRIBUTE, ATTRIBUTES))
QUOTED = 20_000  # attributes with values of one tag that cost less than a second
DEPTH = 2000  # of open elements; the parser's time grows with its square
LARGE = 10_000  # tags of a page below which no nesting can take the parser more than a tenth of a second
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
_UNREAD = re.compile(rb"<(script|style|noscript|template|svg)\b.*?(?:</\1\s*>|\Z)", re.S | re.I)
_INLINE = frozenset((b"b", b"i", b"a", b"span", b"em", b"font"))
_CLOSES_ITSELF = frozenset((
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source",
    b"track", b"wbr", b"p", b"li", b"td", b"th", b"tr", b"dt", b"dd", b"option",
))  # fmt: skip


def read_source(page: bytes | str | BeautifulSoup, place: str, charset: str = "") -> bytes:
    """Give the markup of a page in UTF-8.

    Bytes are decoded by their byte order mark, as UTF-8 where that fits, by the `charset` that the server
    said, by the one that the page declares, and else by their letters (`charset.guess`); gzip is unpacked.
    Raises RecordError, naming `place` and what was found instead, for what is no page: nothing, PDF, image,
    archive, JSON, an XML feed, other binary data.
    """
    if isinstance(page, bytes):
        text = decode(unpack(page, place), place, charset)
    elif isinstance(page, str):
        text = page
    elif type(page).__module__.partition(".")[0] == "bs4":
        text = str(page)
    else:
        raise RecordError(place, "not a page", f"a {type(page).__name__} where HTML was expected")
    if len(text) > LARGEST:
        raise RecordError(place, "too large", f"{len(text):,} characters; pages have less than {LARGEST:,}")
    refuse_others(text, place)
    return tame(text.encode("utf-8", "ignore"))


def unpack(data: bytes, place: str) -> bytes:
    """Unpack gzip as far as it goes; raise RecordError where it is broken from the start, or endless."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    out = inflate(data, GZIP)
    if not out:
        raise RecordError(place, "broken gzip", "gzip data that holds nothing, or is damaged from its start")
    if len(out) > LARGEST:
        raise RecordError(place, "too large", f"more than {LARGEST:,} bytes when unpacked")
    return out


def decode(data: bytes, place: str, charset: str = "") -> str:
    """Decode the bytes of a page; raise RecordError for data that is no text."""
    if len(data) > LARGEST:
        raise RecordError(place, "too large", f"{len(data):,} bytes; pages have less than {LARGEST:,}")
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise RecordError(place, f"not HTML: {kind}", f"{kind} data where HTML was expected")
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = decode_legacy(data, charset)
    else:
        if _ESCAPE.search(text):  # Japanese and Korean of the seven-bit kind, which is ASCII to look at
            text = decode_legacy(data, charset)
    # A page in UTF-16 without its mark is half NUL characters; a picture is full of control characters.
    head = text[:4000]
    odd = sum(c < "\t" or "\r" < c < " " or c == "\ufffd" for c in head)
    if odd > 0.1 * len(head):
        for name in ("utf-16-le", "utf-16-be"):
            wide = data.decode(name, "replace")
            if "<html" in wide[:4000].lower() or "<p" in wide[:4000].lower():
                return wide
        raise RecordError(place, "not HTML: binary", "binary data where HTML was expected")
    return text


def refuse_others(text: str, place: str) -> None:
    """Raise RecordError for text that is empty, JSON, or XML that is no page."""
    start = text[:2000].lstrip("\ufeff \t\r\n")
    if not start and not text.strip("\ufeff \t\r\n"):
        raise RecordError(place, "empty page", "nothing but white space")
    if "<" not in text:
        kind = "JSON" if start[:1] in "{[" else "text"
        raise RecordError(place, f"not HTML: {kind}", f"{kind} without a tag where HTML was expected")
    if start[:1] in "{[" and re.match(r'[{\[]\s*[{\["\]}]', start):
        raise RecordError(place, "not HTML: JSON", "JSON data where HTML was expected")
    root = _ROOT.match(start)
    if root and (root[1].lower() in _FEEDS or (start.startswith("<?xml") and not _is_page(root[1], text))):
        raise RecordError(place, "not HTML: XML", f"an XML document <{root[1]}> where HTML was expected")


def _is_page(root: str, text: str) -> bool:
    return root.lower() == "html" or re.search(r"<(?:html|body|p|div)\b", text[:200_000], re.I) is not None


def tame(markup: bytes) -> bytes:
    """Take out of hostile markup what would make the parser slow: crowds of attributes, endless nesting.

    Ordinary pages come back as they are. Of a tag with more than `ATTRIBUTES` attributes only its name
    stays; of a page that opens more than `DEPTH` elements inside one another, only paragraphs stay.
    """
    signs = np.frombuffer(markup, dtype=np.uint8)
    if np.count_nonzero(signs == ord("=")) > QUOTED or _crowded(markup, signs):
        markup = _CROWDED.sub(lambda found: re.split(rb"[\s/>]", found[0], maxsplit=1)[0], markup)
    if np.count_nonzero(signs == ord("<")) > LARGE and _nesting(markup) > DEPTH:
        markup = _UNREAD.sub(b" ", markup)
        markup = _TAG.sub(lambda found: b" " if found[2].lower() in _INLINE else b"<p>", markup)
    return markup


def _crowded(markup: bytes, signs: NDArray[np.uint8]) -> bool:
    """Look for a crowd of attributes in every stretch of text without a `>` that is long enough to hold one.

    A `>` inside quotes hides a crowd from this; such attributes have a `=`, and those are counted.
    """
    ends = np.concatenate(([-1], np.flatnonzero(signs == ord(">")), [len(markup)]))
    for k in np.flatnonzero(np.diff(ends) > 2 * ATTRIBUTES).tolist():
        start, end = int(ends[k]) + 1, int(ends[k + 1])
        start = markup.find(b"<", start, end)
        tag = _OPENING.search(markup, start, end) if start >= 0 else None
        if tag and _CROWDED.match(markup, tag.start()):
            return True
    return False


def _nesting(markup: bytes) -> int:
    """Count how deep elements stand in one another, where none of them closes itself."""
    depth = deepest = 0
    for found in _TAG.finditer(markup):
        if found[2].lower() not in _CLOSES_ITSELF:
            if found[1]:
                depth = max(depth - 1, 0)
            else:
                depth += 1
                deepest = max(deepest, depth)
    return deepest
