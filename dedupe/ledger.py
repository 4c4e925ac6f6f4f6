"""The ledger: one row for everything that went out of a document, with the reason and the evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass

from dedupe.model import Removal
from dedupe.records import dumps, encode

LIFTED = ("title", "date", "metadata")
"""Reasons for which a line leaves the text and lives on as a field of the article."""

HEADING = ("title", "date")
"""Reasons that are no fault of a text: every article has a heading, and a text file keeps it."""

PAGE = "page"
"""The reason for which blocks of a web page are left out; they are no fault either."""

DUPLICATE = "duplicate"
"""The reason for which a whole document went: it repeats one that stays."""

REPAIRED = "repair"
"""The reason for which characters of a line were replaced; the line stays."""


def row(removal: Removal) -> bytes:
    """Write a removal as a line of `removed.jsonl`: the JSON of its `to_dict`."""
    # Filled in by hand, since a dump has some rows for every document.
    twin = removal.twin
    return encode(
        f'{{"id": {dumps(removal.id)}, "scope": {dumps(removal.scope)}, '
        f'"reason": {dumps(removal.reason)}, "rule": {dumps(removal.rule)}, '
        f'"line": {removal.line}, "start": {removal.start}, "end": {removal.end}, '
        f'"text": {dumps(removal.text)}, '
        f'"twin": {_twin(twin.id, twin.line, twin.start, twin.end) if twin else "null"}, '
        f'"similarity": {dumps(removal.similarity)}}}\n'
    )


def _twin(id: str | int, line: int, start: int, end: int) -> str:
    return f'{{"id": {dumps(id)}, "line": {line}, "start": {start}, "end": {end}}}'


@dataclass(frozen=True, slots=True)
class Repeat:
    """A document of a run that repeats one that stays, with the evidence.

    `kept` and `place` are the id of that one and where it stands; `characters` counts those of both
    cleaned texts, the repeat first. `goes` says that the document is not written.
    """

    kept: str | int
    place: str
    relation: str
    similarity: float
    coverage: float
    changed_numbers: int
    changed_names: int
    characters: tuple[int, int]
    goes: bool


def document_row(id: str | int, repeat: Repeat, record: bytes) -> bytes:
    """Write a document that went as a line of the ledger; `record` is the line that it would have been.

    The record is what gives the document back; rows of its lines stand before. Start and end count
    characters of the cleaned texts, which were compared.
    """
    removed, kept = repeat.characters
    head = (
        f'{{"id": {dumps(id)}, "scope": "document", '
        f'"reason": "{DUPLICATE}", "rule": {dumps(repeat.relation)}, '
        f'"line": 1, "start": 0, "end": {removed}, "text": "", '
        f'"twin": {_twin(repeat.kept, 1, 0, kept)}, '
        f'"similarity": {repeat.similarity!r}, '
        f'"evidence": {{"kept": {dumps(repeat.place)}, "coverage": {repeat.coverage!r}, '
        f'"changed_numbers": {repeat.changed_numbers}, "changed_names": {repeat.changed_names}}}'
    )
    return b'%s, "record": %s}\n' % (encode(head), record.strip() or b"null")


def renamed_rows(rows: bytes, name: str | int) -> bytes:
    """Give the rows of a document another id."""
    renamed = []
    for line in rows.splitlines(keepends=True):
        row = json.loads(line)
        row["id"] = name
        if row["twin"] is not None:
            row["twin"]["id"] = name
        renamed.append(encode(dumps(row)) + b"\n")
    return b"".join(renamed)


_TO = {"same": "as", "contained": "in", "similar": "to"}


def document_message(relation: str, kept: str, place: str, *, is_file: bool) -> str:
    """Say for people that a document repeats another, `path:line: duplicate (edited of path)`."""
    said = f"{place}{':1' if is_file else ''}: {DUPLICATE} ({relation} {_TO.get(relation, 'of')} {kept})"
    return said.encode("utf-8", "backslashreplace").decode()


def is_finding(removal: Removal) -> bool:
    """Tell whether a removal is something to report to whoever checks a text: all but heading and menus."""
    return removal.reason not in (*HEADING, PAGE)


def message(removal: Removal, place: str, *, record: bool = False) -> str:
    """Give a removal as one line for people, `path:line: reason (rule): text`.

    In a file of records `place` already ends in the record's line; the line of its text stands behind.
    """
    excerpt = shortened(removal.text)
    twin = f" (kept: line {removal.twin.line})" if removal.twin else ""
    where = f"{place}: line {removal.line} of the text" if record else f"{place}:{removal.line}"
    said = f"{where}: {removal.reason} ({removal.rule}): {excerpt}".rstrip(": ") + twin
    return said.encode("utf-8", "backslashreplace").decode()


_CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def shortened(text: str) -> str:
    r"""Give a text on one line, 80 characters of it at most, without what would command a terminal.

    >>> shortened("one\n two"), shortened("\x1b[31mred")
    ('one two', '\\x1b[31mred')
    """
    text = " ".join(text.split()).translate(_CONTROLS)
    return text if len(text) <= 80 else text[:79].rstrip() + "…"
