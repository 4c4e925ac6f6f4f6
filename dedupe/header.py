"""The heading of a text: its title and its date, wherever the scraper left them.

What the trouble looks like: the title on the first line, or below a menu, a trail of breadcrumbs, a cookie
notice and the data sheet of a company; ` | Site name` behind it; the date below it in one of a hundred
forms, with `Published` before it and a time zone behind. What is left alone: a first line that is prose, a
date that can be read two ways, a byline, an event's date, the date in a copyright line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from dedupe.address import host_of, site_name
from dedupe.affixes import Affixes
from dedupe.dateline import DateLines
from dedupe.dates import Order, find_dates, has_two_readings
from dedupe.model import Line
from dedupe.opening import Opening
from dedupe.title import TitleLines


@dataclass(frozen=True, slots=True)
class Heading:
    """Title and date of a text, and which of its lines say nothing else (indices).

    `is_sure` tells that the address or a date line confirms the title.
    """

    title: str | None = None
    date: str | None = None
    title_lines: tuple[int, ...] = ()
    date_lines: tuple[int, ...] = ()
    is_sure: bool = False


def find_heading(
    lines: Sequence[Line],
    *,
    url: str | None = None,
    title: str | None = None,
    date: str | None = None,
    facts: frozenset[int] = frozenset(),
    phrases: bool = True,
    is_furniture: Callable[[Line], bool] = lambda line: False,
    order: Order | None = None,
    affixes: Affixes | None = None,
    date_words: Collection[str] = (),
) -> Heading:
    r"""Find the title and the date of a text.

    `title` and `date` are what its record says, if anything; a line that repeats them is lifted.
    `facts` are the indices of lines known to be facts of a data sheet, which are neither. Without
    `phrases`, only place and form tell a menu from a title; `is_furniture` knows the site's own lines
    and `order` how it writes numeric dates, `affixes` what it writes around its titles,
    `date_words` (folded) what before its dates.

    >>> from dedupe.lines import split_lines
    >>> lines = split_lines("Home\nPort reopens\nPublished: 3 May 2024, 4:10 pm\nThe port is open.")
    >>> find_heading(lines)
    Heading(title='Port reopens', date='2024-05-03T16:10', title_lines=(1,), date_lines=(2,), is_sure=True)
    """
    opening = Opening(lines, url or "", facts, phrases, is_furniture)
    dates = DateLines(opening, order, date_words)
    affixes = affixes or Affixes(site_name(host_of(url or "")))
    titles = TitleLines(opening, dates.near, affixes)
    title_line, found_title = titles.choose(title)
    chosen, date_lines = dates.choose(title_line)
    if date is not None:
        chosen = fuller_date(date, chosen, dates.order)
    return Heading(found_title, chosen, titles.repeated(title_line), date_lines, titles.is_sure(title_line))


def fuller_date(given: str, found: str | None, order: Callable[[], Order | None]) -> str:
    """Give the date of a record as ISO 8601 where it can be read, with the time of day if the text adds it.

    `order` is asked for the order of numeric dates where it decides.

    >>> [fuller_date("3/5/2024", found, lambda: "dmy") for found in ("2024-05-03T16:10", "2024-05-04T09:00")]
    ['2024-05-03T16:10', '2024-05-03']
    """
    known = order() if has_two_readings(given) else None
    said = next((date.iso for date in find_dates(given, known)), given)
    return max((said, found or ""), key=lambda each: (each[:10] == said[:10], len(each)))
