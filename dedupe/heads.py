"""Lines with a beginning of their own and a varying rest: `Read more: …`, `Employees: …`, `Home > World > …`.

The beginning may be the site's, whatever follows; or the label of a fact, where the rest is one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from dedupe import words
from dedupe.byline import is_date_line
from dedupe.dates import beside_dates, find_dates
from dedupe.keys import line_key
from dedupe.pairs import split_pair
from dedupe.values import is_fact

_TRAIL = re.compile(r"(\S[^>»›/|:：]{0,24}?)\s+[>»›/|]\s+(\S.*)")
_STEP = re.compile(r"[>»›/|]")
# A mark of those that divide a line, of which nearly all lines have none. What makes it one is asked behind
# it, since a search for one of some characters is the fastest there is.
_DIVIDER = re.compile(r"[:：\t|–—=→>»›/.-](?:(?<=[:：\t|])|(?<=\s[–—=→>»›/-])|(?<=\.)\.\.)")

# Longer sentences are prose that happens to have a colon.
_LONGEST_SENTENCE = 160

looks_like_fact = lru_cache(1 << 15)(is_fact)
"""`dedupe.values.is_fact`, of which the same is asked on page after page."""


def head_of(text: str, site: str = "") -> tuple[str, str] | None:
    """Split a line at its first divider into the key of its beginning and the rest.

    >>> head_of("Read more: Why the bridge stays closed"), head_of("Home > World > Politics")
    (('read more', 'Why the bridge stays closed'), ('home', 'World > Politics'))
    """
    return _head_of(text, site) if _DIVIDER.search(text) else None


@lru_cache(1 << 15)
def _head_of(text: str, site: str) -> tuple[str, str] | None:
    trail = _TRAIL.match(text) if _STEP.search(text) else None
    if trail:
        return line_key(trail[1], site), trail[2]
    pair = split_pair(text)
    return (line_key(pair[0], site), pair[1]) if pair and len(pair[0].split()) <= 5 else None


@lru_cache(1 << 10)
def is_date(text: str) -> bool:
    """Tell whether what stands behind the beginning of a line is a date, and nothing else.

    >>> is_date("Argitaratua: 14.03.2025"), is_date("Argitaratua: 14.03.2025, Bilbo")
    (True, False)
    """
    found = head_of(text)
    dates = find_dates(found[1], "dmy") or find_dates(found[1], "mdy") if found else []
    return found is not None and bool(dates) and not beside_dates(found[1], dates)


class Head(NamedTuple):
    """A line with a beginning of its own: its key, how it is written, the rest folded, if it is a fact."""

    key: str
    written: str
    tail: str
    is_fact: bool


@lru_cache(1 << 15)
def read_head(text: str, is_prose: bool, site: str = "") -> Head | None:
    """Read the beginning of a line; None where it has none of its own, or is a date.

    >>> read_head("Employees: 1001-5000", is_prose=False)
    Head(key='employees', written='Employees', tail='1001 5000', is_fact=True)
    >>> read_head("May 23, 2025, 3:32", is_prose=False)
    """
    found = head_of(text, site) if text and not (is_prose and len(text) > _LONGEST_SENTENCE) else None
    if found is None or _is_part_of_date(found[0]) or is_date_line(text):
        return None
    key, tail = found
    written = text[: text.rfind(tail)].rstrip(" \t:：>»›/|–—-") if tail else key
    if line_key(written, site) != key:
        written = ""
    return Head(key, written, words.fold(tail), looks_like_fact(tail))


@lru_cache(1 << 10)
def _is_part_of_date(key: str) -> bool:
    """Tell whether the key of a beginning is a month and numbers: `may 0 0 0` of `May 23, 2025, 3:32`."""
    found = key.split()
    months = sum(word in words.months() for word in found)
    return 0 < months < len(found) == months + found.count("0")
