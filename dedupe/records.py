"""A record of a dump and the document in it: which fields are read, and how all others pass untouched."""

from __future__ import annotations

import hashlib
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from json.encoder import encode_basestring
from typing import Any

from dedupe.address import host_of
from dedupe.errors import RecordError
from dedupe.model import Article, Document
from dedupe.settings import Settings
from dedupe.webpage import open_page

OWN = ("id", "url", "source", "title", "date", "text", "metadata")
"""Fields of an article; a foreign field of such a name is kept as `original_NAME`."""

# Strings may hold raw tabs and line breaks, as sloppy writers leave them. Numbers are not converted:
# we never need their value, and Python refuses integers of more than 4,300 digits.
_DECODER = json.JSONDecoder(strict=False, parse_int=str, parse_float=str, parse_constant=str)
_BLANK = re.compile(r"[ \t\n\r]*")
_COLON = re.compile(r"[ \t\n\r]*:[ \t\n\r]*")
_FOLLOWING = re.compile(r"[ \t\n\r]*([,}])[ \t\n\r]*")
_INTEGER = re.compile(r"-?[0-9]{1,4000}")
# One for all values: `json.dumps` makes a new one at each call that is not to escape letters.
_json = json.JSONEncoder(ensure_ascii=False).encode


class Raw(str):
    """The JSON text of a value as it stood in the input: not converted, so 1.10 stays 1.10."""

    __slots__ = ()


class Typed(ABC):
    """A value of a type that JSON does not have, kept as it is; a format makes its own (see Cell)."""

    __slots__ = ()

    @abstractmethod
    def json(self) -> str:
        """Give the value as JSON text."""


def dumps(value: object) -> str:
    """Write a value as JSON text with its letters as they are."""
    if type(value) is str:
        return encode_basestring(value)
    if value is None:
        return "null"
    if isinstance(value, Raw):
        return value
    return value.json() if isinstance(value, Typed) else _json(value)


def encode(line: str) -> bytes:
    r"""Give the bytes of a line of JSON; a lone surrogate, which UTF-8 cannot hold, becomes `\ud800`.

    >>> encode('"caf\u00e9 \ud800"')
    b'"caf\xc3\xa9 \\ud800"'
    """
    return line.encode("utf-8", "backslashreplace")


def parse_object(line: str) -> dict[str, Raw]:
    """Split the JSON text of an object into its fields, values left as text.

    Raises ValueError for what is not JSON, TypeError for JSON that is not an object, and RecursionError
    for what is nested too deeply to be read.

    >>> parse_object('{"price": 1.10, "tags": ["a",  "b"]}')
    {'price': '1.10', 'tags': '["a",  "b"]'}
    """
    return {name: Raw(line[start:end]) for name, _, start, end in _fields(line)}


def _fields(line: str) -> Iterator[tuple[str, object, int, int]]:
    """Give the fields of an object: name, value, and the span of the value."""
    at = _skip(line, 0)
    if line[at : at + 1] != "{":
        _, end = _DECODER.raw_decode(line, at)
        _expect_end(line, end)
        raise TypeError("not an object")
    at = _skip(line, at + 1)
    if line[at : at + 1] == "}":
        _expect_end(line, at + 1)
        return
    while True:
        if line[at : at + 1] != '"':
            raise json.JSONDecodeError("Expecting a field name in double quotes", line, at)
        name, at = _DECODER.raw_decode(line, at)
        colon = _COLON.match(line, at)
        if colon is None:
            raise json.JSONDecodeError("Expecting ':' after a field name", line, _skip(line, at))
        start = colon.end()
        value, end = _DECODER.raw_decode(line, start)
        yield name, value, start, end
        following = _FOLLOWING.match(line, end)
        if following is None:
            raise json.JSONDecodeError("Expecting ',' or '}' after a value", line, _skip(line, end))
        at = following.end()
        if following[1] == "}":
            _expect_end(line, at)
            return


def _skip(line: str, at: int) -> int:
    match = _BLANK.match(line, at)
    return match.end() if match else at


def _expect_end(line: str, at: int) -> None:
    end = _skip(line, at)
    if end != len(line):
        raise json.JSONDecodeError("Something stands behind the value", line, end)


def parse_record(line: str, place: str, settings: Settings) -> dict[str, Any]:
    """Read a line of JSON as a record: the fields that we read as values, all others as `Raw` text.

    Raises RecordError (`not JSON`, `not an object`).
    """
    read, id_field = settings.field_names, settings.id_field
    record: dict[str, Any] = {}
    try:
        for name, value, start, end in _fields(line):
            if name not in read or not (value is None or line[start] == '"'):
                value = Raw(line[start:end])
                if name == id_field and _INTEGER.fullmatch(value):
                    value = int(value)
            record[name] = value
    except json.JSONDecodeError as error:
        raise RecordError(place, "not JSON", f"not JSON: {error.msg} (column {error.pos + 1})") from None
    except TypeError:
        raise RecordError(
            place, "not an object", "not an object: one JSON object a line was expected"
        ) from None
    except RecursionError:
        raise RecordError(place, "not JSON", "not JSON that can be read: nested too deeply") from None
    return record


def table_value(name: str, value: str) -> str:
    """Give a value of a table; tables hold `metadata` as JSON text, and that is read as an object.

    >>> table_value("tags", "{}"), type(table_value("metadata", "{}")).__name__
    ('{}', 'Raw')
    """
    if name == "metadata" and value[:1] == "{":
        try:
            parse_object(value)
        except (ValueError, RecursionError):
            return value
        return Raw(value)
    return value


def distinct(names: Iterable[str]) -> list[str]:
    """Number names that come again, so that no value of a table is lost behind another.

    >>> distinct(["a", "a", "a_2", "a"])
    ['a', 'a_2', 'a_2_2', 'a_3']
    """
    given: dict[str, None] = {}
    for name in names:
        number, unique = 1, name
        while unique in given:
            number += 1
            unique = f"{name}_{number}"
        given[unique] = None
    return list(given)


def to_document(record: object, place: str, settings: Settings) -> Document:
    """Read a record as a document.

    Where it has no text (none, null or empty) but a page, the text is that of the page, and the field of
    the page is not among the foreign ones. A record without an id is named by its url, one without both by
    its text (`sha1:` and 12 hex digits), so that the name does not hang on the order of the input. `source`
    is the field of that name, or the host of the url. A field of ours that holds something else than a
    string (a date as a number) is left alone: it is kept as `original_date`.

    Raises RecordError (`not an object`, `no text`, `text is null`, `text is not a string`, and the reasons
    for which a page cannot be read).
    """
    return opened(unopened(record, place, settings), place)


Opener = Callable[[Document, str], Document]
"""Gives a document the text of its page; the string says where it stood. May raise RecordError."""


def open_record(document: Document, place: str) -> Document:
    """Open the page of a record."""
    return open_page(document, place=place)


def opened(document: Document, place: str, opener: Opener = open_record) -> Document:
    """Give the document of a record the text of its page, if it has one, and what its page says of it."""
    if document.html is None:
        return document
    document = opener(document, place)
    url = document.url
    return replace(document, id=_id(document.id, url, document.text), source=_source(document.source, url))


def unopened(record: object, place: str, settings: Settings) -> Document:
    """Read a record as a document, whose page, if it has one, is still to be opened; see `to_document`."""
    if not isinstance(record, Mapping):
        problem = f"{type(record).__name__} where a record was expected"
        if isinstance(record, bytes):
            problem += "; a page is given as Document(id, html=…), a text as str"
        raise RecordError(place, "not an object", problem)
    html = _page(record, settings)
    text = _text(record, place, settings) if html is None else ""
    url, source, title, date = (
        _string(record.get(field))
        for field in (settings.url_field, settings.source_field, settings.title_field, settings.date_field)
    )
    name = record.get(settings.id_field)
    if isinstance(name, Raw | bool) or not isinstance(name, str | int):
        name = ""
    date = None if date == "None" else date
    extra = dict(_foreign(record, settings, html is not None))
    if html is None:
        return Document(_id(name, url, text), text, url, _source(source, url), title, date, extra)
    return Document(name, "", url, source, title, date, extra, html)


def _id(name: str | int, url: str | None, text: str) -> str | int:
    return name if name != "" else url or text_id(text)


def _source(name: str | None, url: str | None) -> str | None:
    return name or host_of(url or "") or None


def _page(record: Mapping[str, Any], settings: Settings) -> str | None:
    """Give the page of a record that has one and no text beside it."""
    page, text = record.get(settings.html_field), record.get(settings.text_field)
    if settings.html_field != settings.text_field and text not in (None, "", "null", '""'):
        return None
    page = _DECODER.decode(page) if isinstance(page, Raw) and page[0] == '"' else page
    return page if isinstance(page, str) and not isinstance(page, Raw) and page else None


def _text(record: Mapping[str, Any], place: str, settings: Settings) -> str:
    name = settings.text_field
    if name not in record:
        there = ", ".join(str(field) for field in list(record)[:8]) or "no field at all"
        raise RecordError(place, "no text", f"no field {name!r}; there is {there}; see --text-field")
    text = record[name]
    if text is None:
        raise RecordError(place, "text is null", f"the field {name!r} is null")
    if isinstance(text, Raw) or not isinstance(text, str):
        raise RecordError(
            place, "text is not a string", f"the field {name!r} is not a string; see --text-field"
        )
    return text


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and not isinstance(value, Raw) and value else None


def _foreign(record: Mapping[str, Any], settings: Settings, is_page: bool) -> Iterable[tuple[str, Any]]:
    """Yield the fields that are not ours, in their order; no value is lost because of its field's name."""
    read = settings.field_names
    for name, value in record.items():
        if is_page and name == settings.html_field:
            continue
        if name in read and _is_read(name, value, settings):
            continue
        if name == "metadata" and _is_object(value):
            yield name, value  # facts that are lifted out of the text join it, see `facts`
            continue
        yield free_name(name, record), value


def free_name(name: str, record: Container[str]) -> str:
    """Give the name under which a foreign field is kept: another than its own where that is one of ours."""
    if name not in OWN:
        return name
    name = f"original_{name}"
    while name in record:
        name = f"original_{name}"
    return name


def _is_read(name: str, value: object, settings: Settings) -> bool:
    if value is None:
        return True
    if isinstance(value, Raw):
        return False
    return isinstance(value, str) or (
        name == settings.id_field and isinstance(value, int) and not isinstance(value, bool)
    )


def _is_object(value: object) -> bool:
    return value[:1] == "{" if isinstance(value, Raw) else isinstance(value, Mapping)


def text_id(text: str) -> str:
    """Name a text that has neither id nor url by its content.

    >>> text_id("")
    'sha1:da39a3ee5e6b'
    """
    return "sha1:" + hashlib.sha1(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def facts(article: Article) -> str:
    """Give the JSON text of an article's metadata: what the record had, untouched, then what was lifted.

    Where both name the same fact, the record's own stays; the ledger has the line of the other.
    """
    own = article.extra.get("metadata", {})
    fields: dict[str, str] = (
        dict(parse_object(own)) if isinstance(own, Raw) else {k: dumps(v) for k, v in own.items()}
    )
    for name, value in article.metadata.items():
        fields.setdefault(name, dumps(value))
    return _object(fields)


def article_line(article: Article) -> bytes:
    """Write an article as a line of `articles.jsonl`: our fields, then every foreign one."""
    fields = {name: dumps(getattr(article, name)) for name in OWN if name != "metadata"}
    fields["metadata"] = facts(article)
    fields.update((name, dumps(value)) for name, value in article.extra.items() if name != "metadata")
    return encode(_object(fields)) + b"\n"


def rewritten_line(raw: bytes, article: Article, settings: Settings) -> bytes:
    """Write a cleaned record over its old self: the same fields in the same order, only the text new.

    What was lifted out of the text is added: title and date where the record had none, facts to its
    `metadata`. Used in place, where a diff should show what was cleaned and nothing else.
    """
    fields: dict[str, str] = dict(parse_object(raw.decode("utf-8-sig")))
    fields[settings.text_field] = dumps(article.text)
    for name, value in ((settings.title_field, article.title), (settings.date_field, article.date)):
        if value is not None and fields.get(name, "null") in ("null", '""'):
            fields[name] = dumps(value)
    if article.metadata and _is_object(Raw(fields.get("metadata", "{}"))):
        fields["metadata"] = facts(article)
    ending = b"\r\n" if raw.endswith(b"\r\n") else b"\n"
    return encode(_object(fields)) + (ending if raw.endswith(b"\n") else b"")


def _object(fields: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{dumps(name)}: {value}" for name, value in fields.items()) + "}"
