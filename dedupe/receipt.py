"""The receipt of one document: a row for all that was removed or repaired, with its place in the original.

Stages speak of the repaired text. Here their removals are brought to where the characters stood, and the
repairs that stay get rows of their own. No two rows of a text share a character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from dedupe.model import Document, Removal, Twin
from dedupe.repair import Change, Repaired


def receipt(
    document: Document, title: str | None, repaired: Repaired, removals: Sequence[Removal]
) -> tuple[Removal, ...]:
    """Give all that was removed or repaired, in the original's order; what went off the title comes first.

    `removals` are in order and have places in `repaired.text`; `title` is the one that was found.
    """
    of_title = _title_rows(document, title)
    if repaired.text is repaired.original or not repaired.anchors:
        return (*of_title, *removals)
    rows = [_in_original(removal, repaired, document.text) for removal in removals]
    rows += _repair_rows(document.id, repaired, removals, rows)
    rows.sort(key=lambda row: (row.start, row.end))
    return (*of_title, *rows)


def _title_rows(document: Document, title: str | None) -> Iterator[Removal]:
    """Give what was taken off the title of a record: the name of its site, with places in that title."""
    given = document.title
    if not given or not title or title == given.strip() or (at := given.find(title)) < 0:
        return
    for start, end in ((0, at), (at + len(title), len(given))):
        if given[start:end].strip():
            yield Removal(document.id, "title", "title", "name of the site", 0, start, end, given[start:end])


def _in_original(row: Removal, repaired: Repaired, original: str) -> Removal:
    """Bring a removal to its place in the original: the document's, where a page has all of its blocks."""
    start, end = repaired.origin(row.start, row.end)
    twin = row.twin
    if twin:
        twin = Twin(twin.id, twin.line, *repaired.origin(twin.start, twin.end))
    text = original[start:end]
    return Removal(
        row.id, row.scope, row.reason, row.rule, row.line, start, end, text, twin, row.similarity
    )  # fmt: skip


def _repair_rows(
    id: str | int, repaired: Repaired, removals: Sequence[Removal], rows: Sequence[Removal]
) -> Iterator[Removal]:
    """Give a row for each repaired line that stays, or each part of it: what was replaced there.

    `rows` are the removals with their places in the original, in the same order.
    """
    numbers = {start: number for number, (_, start) in enumerate(repaired.anchors, 1)}
    for change in repaired.changes:
        for (start, end), after in _left(change, repaired, removals, rows):
            before = repaired.original[start:end]
            if not after.strip() or before == after:
                continue  # the rows beside it say that it is gone, or nothing of it was replaced
            head = _common(before, after)
            tail = _common(before[head:][::-1], after[head:][::-1])
            replaced = before[head : len(before) - tail]
            yield Removal(
                id, "line", "repair", change.rule, numbers[change.start], start + head, end - tail, replaced
            )  # fmt: skip


def _common(one: str, other: str) -> int:
    """Count the characters with which both texts begin."""
    least, most = 0, min(len(one), len(other))
    while least < most:  # halved, since a line can be as long as its document
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _left(
    change: Change, repaired: Repaired, removals: Sequence[Removal], rows: Sequence[Removal]
) -> Iterator[tuple[tuple[int, int], str]]:
    """Give the parts of a repaired line that stay: their spans in the original, what they are now."""
    start, to_start = change.start, change.to_start
    at = max(bisect_right(removals, to_start, key=lambda removal: removal.start) - 1, 0)
    while at < len(removals) and removals[at].start < change.to_end:
        removal, row = removals[at], rows[at]
        if removal.end > to_start:
            yield (start, max(row.start, start)), repaired.text[to_start : max(removal.start, to_start)]
            start, to_start = row.end, removal.end
        at += 1
    if to_start < change.to_end:
        yield (start, change.end), repaired.text[to_start : change.to_end]
