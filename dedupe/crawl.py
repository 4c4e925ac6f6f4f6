"""Records of a crawl as documents: which of them hold a page, and what is kept of their headers."""

from __future__ import annotations

import re

from dedupe.address import host_of
from dedupe.errors import RecordError
from dedupe.http import body_of, charset_of, parse_response
from dedupe.model import Document
from dedupe.warc import LIMIT, Record
from dedupe.webpage import open_page

_PAGES = frozenset(("text/html", "application/xhtml+xml"))
_UNSAID = frozenset(("", "unk", "application/octet-stream", "application/http", "text/plain"))
_KINDS = {"application/json": "JSON", "application/pdf": "PDF", "text/css": "style", "application/xml": "XML"}
_SCRIPT, _XML, _JSON = re.compile(r"(?:java|ecma)script"), re.compile(r"[/+]xml$"), re.compile(r"[/+]json$")
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|!--|html|head|body)", re.IGNORECASE)
_DAMAGE = {
    "truncated record": "the file ends within this record",
    "damaged gzip": "damaged gzip data; reading goes on at the next member that holds a record",
    "damaged record": "not a WARC record; reading goes on at the next one",
    "too large": f"a record of more than {LIMIT:,} bytes",
}


def to_document(record: Record, place: str) -> Document | str:
    """Give the document of a record that holds a page or a text, and the name of its kind for all others.

    Pages are responses of status 200 and resources, in HTML by their type or, where nothing or nothing
    telling is said, by their first bytes; texts are conversions (the WET files of Common Crawl). The
    document is named by its address; the date of the crawl and the headers become foreign fields.

    Raises RecordError, naming `place`, for a record that is damaged and for a page that cannot be read.
    """
    if record.damage:
        raise RecordError(place, record.damage, _DAMAGE[record.damage])
    url = record.field("WARC-Target-URI").strip("<>")  # as old versions of wget have it
    source = host_of(url) or None
    extra: dict[str, object] = {"warc_date": record.field("WARC-Date"), "warc_headers": dict(record.fields)}
    if record.kind == "conversion":
        text = record.block.decode("utf-8", "replace")
        return Document(url or place, text, url or None, source, extra=extra)
    body, content_type = record.block, record.field("Content-Type")
    if record.kind == "response":
        response = parse_response(record.block)
        if response is None:
            return "response not of HTTP"
        if response.status not in (200, 203):
            return f"status {response.status}"
        body, content_type = body_of(response, place), response.field("Content-Type")
        extra["http_headers"] = dict(response.fields)
    elif record.kind != "resource":
        return record.kind or "other record"
    kind = kind_of(content_type, body)
    if kind != "page":
        return kind
    document = Document(url or place, url=url or None, source=source, html=body, extra=extra)
    return open_page(document, place=place, charset=charset_of(content_type))


def kind_of(content_type: str, body: bytes) -> str:
    """Name what a body is: `page`, or what else its type says, as kinds are counted.

    >>> kind_of("text/html; charset=utf-8", b""), kind_of("image/png", b""), kind_of("", b"<!doctype html>")
    ('page', 'image', 'page')
    """
    name = content_type.partition(";")[0].strip().casefold()
    if name in _PAGES or (name in _UNSAID and _MARKUP.match(body[:2000])):
        return "page"
    for pattern, kind in ((_SCRIPT, "script"), (_JSON, "JSON"), (_XML, "XML")):
        if pattern.search(name):
            return kind
    if name in _KINDS:
        return _KINDS[name]
    main = name.partition("/")[0]
    return main if main in ("image", "video", "audio", "font", "text") else "other content"
