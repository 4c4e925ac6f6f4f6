"""The ledger: one row for everything that went out of a document, with the reason and the evidence."""

from __future__ import annotations

import json

from dedupe.model import Removal
from dedupe.records import encode

LIFTED = ("title", "date", "metadata")
"""Reasons for which a line leaves the text and lives on as a field of the article."""

HEADING = ("title", "date")
"""Reasons that are no fault of a text: every article has a heading, and a text file keeps it."""

REPAIRED = "repair"
"""The reason for which characters of a line were replaced; the line stays."""


def row(removal: Removal) -> bytes:
    """Write a removal as a line of `removed.jsonl`."""
    return encode(json.dumps(removal.to_dict(), ensure_ascii=False)) + b"\n"


def is_finding(removal: Removal) -> bool:
    """Tell whether a removal is something to report to whoever checks a text: all but its heading."""
    return removal.reason not in HEADING


def message(removal: Removal, place: str, *, record: bool = False) -> str:
    """Give a removal as one line for people, `path:line: reason (rule): text`.

    In a file of records `place` already ends in the record's line; the line of its text stands behind.
    """
    excerpt = " ".join(removal.text.split())
    if len(excerpt) > 80:
        excerpt = excerpt[:79].rstrip() + "…"
    twin = f" (kept: line {removal.twin.line})" if removal.twin else ""
    where = f"{place}: line {removal.line} of the text" if record else f"{place}:{removal.line}"
    said = f"{where}: {removal.reason} ({removal.rule}): {excerpt}".rstrip(": ") + twin
    return said.encode("utf-8", "backslashreplace").decode()
