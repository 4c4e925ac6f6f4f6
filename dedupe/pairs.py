"""One line read as facts: a label and its value, several of them, or the cells of a row.

The colon is one of many dividers: content systems print bars, dots, dashes, arrows and tabs, and bullets
before them. Nothing here decides whether a line belongs to a data sheet; a headline has the same form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from dedupe import words
from dedupe.lines import ends_sentence

# The longest known label has six words ("Number of employees in the group").
_LABEL_WORDS = 6

LABEL_CHARACTERS = 45
"""A label is a few words; a longer one was not seen."""

_BULLET = re.compile(r"^(?:[-*+•·▪◦‣●○■□►▶»>–—✔✓|]+\s+|\|)")
_PAIR = re.compile(
    r"^(?P<label>[^:：\t|]{2,60}?)\s*"
    r"(?:[:：]\s*|\t+\s*|\.{3,}\s*|\s+[–—=→|]\s+|\s+-\s+)(?P<value>\S.*)$"
)
_SEGMENTS = re.compile(r"\t+|\s+[|•·‣▪●;/]\s+|\s{3,}|\s*\|\s*")
_DIVIDED = re.compile(r"[:：\t|•·‣▪●;=→]|\.{3}| [-–—/] |\s{3}")
_COUNTED = re.compile(r"\d+-[^\W\d]{3}")  # `52-week range`
# Not the colon of a time, a ratio or an address.
_COLON = re.compile(r"(?<!\d)[:：](?!//)\s*|[:：]\s+")


class Form(NamedTuple):
    """What a line looks like, whatever labels are known: `cells` of a row, a `pair` with its divider.

    `bare` is the line without bullets; `has_several` tells that it may be several facts.
    """

    bare: str
    cells: tuple[str, ...]
    pair: tuple[str, str, str] | None
    has_several: bool


@lru_cache(1 << 13)  # menus and the boxes of sites are the same on many pages
def form_of(text: str) -> Form:
    """Give the form of a line.

    >>> form_of("- Founded: 1994").pair, form_of("Home | World | Sport").cells
    (('Founded', '1994', ':'), ('Home', 'World', 'Sport'))
    """
    line = bare(text)
    pair = split_pair(line)
    several = len(_COLON.findall(line)) >= 2 or len(_segments(line)) >= 4
    return Form(line, tuple(cells(text)), pair if pair and is_label(pair[0]) else None, several)


def split_pair(text: str) -> tuple[str, str, str] | None:
    """Split a line at its first divider into label, value and the divider's first character.

    >>> split_pair("• Read more: Why the bridge stays closed")
    ('Read more', 'Why the bridge stays closed', ':')
    """
    found = _PAIR.match(bare(text))
    if not found or found["value"].startswith("//"):
        return None
    divider = found.string[found.end("label") : found.start("value")].strip()[:1]
    return found["label"].strip(), found["value"].strip(), divider


def bare(text: str) -> str:
    """Take bullets, outer bars and marks of emphasis off a line."""
    return _BULLET.sub("", text).strip("| \t").replace("**", "").replace("__", "")


def is_divided(text: str) -> bool:
    """Tell whether something in a line may divide a label from a value, or one fact from the next."""
    return bool(_DIVIDED.search(text))


def several_pairs(text: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Read several facts on one line, whatever divides them; at least two labels must be known.

    >>> several_pairs("Founded: 1994 Employees: 11-50 | Motto: Onwards", words.labels())
    [('Founded', '1994'), ('Employees', '11-50'), ('Motto', 'Onwards')]
    """
    if len(_COLON.findall(text)) >= 2:
        pairs = _cut_at_colons(text, labels)
        if pairs:
            return pairs
    segments = _segments(text)
    if len(segments) >= 4 and len(segments) % 2 == 0 and not _COLON.search(text):
        pairs = list(zip(segments[::2], segments[1::2], strict=True))
        if sum(words.fold(label) in labels for label, _ in pairs) * 2 > len(pairs):
            return pairs
    return []


def _segments(text: str) -> list[str]:
    return [segment for segment in _SEGMENTS.split(text) if segment]


def _cut_at_colons(text: str, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """Cut a line at its labels: each is the longest known label that ends at a colon."""
    marks: list[tuple[int, int, bool]] = []
    for colon in _COLON.finditer(text):
        before = text[: colon.start()]
        start = _label_start(before, labels)
        if marks and start == marks[-1][1]:
            continue  # `Ticker: NASDAQ:ABC`: what looks like a label is the whole value so far
        if start is not None:
            marks.append((start, colon.end(), True))
        else:
            # An unknown label counts where a divider shows where it begins.
            divider = max(before.rfind(mark) for mark in ("|", "•", "·", ";", "\t", " / ", "   "))
            label = before[divider + 1 :].strip(" /") if divider >= 0 else before.strip()
            if is_label(label) and (divider >= 0 or not marks):
                marks.append((before.rfind(label), colon.end(), False))
    if sum(known for _, _, known in marks) < 2 or marks[0][0] > 0:
        return []
    pairs = []
    for (start, value_start, _), (end, _, _) in zip(marks, [*marks[1:], (len(text), 0, False)], strict=True):
        label = text[start:value_start].rstrip(":： ")
        pairs.append((label, text[value_start:end].strip(" \t|•·;/,")))
    return pairs if all(value for _, value in pairs) else []


def _label_start(before: str, labels: Mapping[str, str]) -> int | None:
    """Give where the longest known label that ends a text begins."""
    starts = [found.start() for found in re.finditer(r"(?<!\w)\w", before[-LABEL_CHARACTERS:])]
    offset = max(len(before) - LABEL_CHARACTERS, 0)
    for start in starts[-_LABEL_WORDS:]:
        if words.fold(before[offset + start :]) in labels:
            return offset + start
    return None


def is_label(text: str) -> bool:
    """Tell whether a text has the form of a label: a few words that begin one, no sentence."""
    if not 2 <= len(text) <= LABEL_CHARACTERS or len(text.split()) > _LABEL_WORDS:
        return False
    if text[0].isdigit() and not _COUNTED.match(text):
        return False
    if any(mark in text for mark in '"“”„«»?!;,'):
        return False
    return not ends_sentence(text) or words.fold(text) in words.labels()  # `USt-IdNr.`


def cells(text: str) -> list[str]:
    """Give the cells of a row that bars, tabs or wide gaps divide."""
    return [cell.strip() for cell in _SEGMENTS.split(text.strip("| \t")) if cell.strip()]


def to_key(label: str) -> str:
    """Make a key of an unknown label.

    >>> to_key("Trading name:")
    'trading_name'
    """
    return words.fold(label).replace(" ", "_") or "fact"
