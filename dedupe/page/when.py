"""The publication date of a page, from what its head states and what its readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dedupe.dates import Order, beside_dates, find_dates, numeric_orders

if TYPE_CHECKING:
    from dedupe.page.head import Head
    from dedupe.page.tree import Tree

# What publishing systems call the day of publication, surest first; plain `date` may be any date.
PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "datepublished", "date.published", "published_time", "publishdate", "publish-date", "publish_date",
    "publication_date", "publicationdate", "pubdate", "parsely-pub-date", "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime", "prism.publicationdate", "citation_publication_date", "citation_date",
    "citation_online_date", "dc.date.issued", "dcterms.issued", "dc.date.created", "dcterms.created",
    "dc.date", "dc:date", "dcterms.date", "dc.date.publication", "bepress_citation_date", "sailthru.date",
    "shareaholic:article_published_time", "article:post_date", "article.published",
    "originalpublicationdate", "article_date_original", "article:created", "datecreated", "created",
    "creation_date", "rnews:datepublished", "bt:pubdate", "og:pubdate", "og:publish_date", "news_date",
    "displaydate", "sortdate", "timestamp", "buildtime", "uploaddate", "date",
)  # fmt: skip
MODIFIED = (
    "article:modified_time", "og:article:modified_time", "article:modified", "og:updated_time",
    "datemodified", "dcterms.modified", "dc.date.modified", "date.updated", "updated_time", "modified",
    "lastmod", "last-modified", "revised",
)  # fmt: skip
_STAMP = re.compile(
    r"\s*((?:19|20)\d\d)(?:([-/.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])|(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01]))(?!\d)"
    r"(?:[T ]\s?([01]\d|2[0-3]):?([0-5]\d)(?::?\d{2}(?:[.,]\d+)?)?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
)
_ADDRESS = re.compile(
    r"[/_.-]((?:19|20)\d\d)([/_-]?)(0[1-9]|1[0-2]|[1-9](?=[/_-]))\2(0[1-9]|[12]\d|3[01]|[1-9])(?=[/_.?#-]|$)"
)
# "By Ann LeeMay 5, 2024", "Date:26 January 2024": cells side by side on the screen, glued in the markup.
_GLUED = re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[^\W\d_]:)(?=\d)")
ABOVE, BELOW = 5, 12  # blocks around the title in which a date line stands
NEAR, BESIDE = 4, 3  # a date line right below the title, with no more than so many words beside the date
LINE = 120  # characters; a longer block is prose, or a list of something
_MONTH_FIRST = frozenset(("us", "ph"))


def page_date(head: Head, tree: Tree, title: int, url: str | None) -> str | None:
    """Give the day of publication in ISO 8601, with the time where it is stated; None where nothing says it.

    `title` is the number of the block that shows the title, or -1. A date that stands alone below the
    title is what readers take for the article's: it goes before what the head states, unless it is the
    stated day of the update. Then come `article:published_time`, JSON-LD, other meta tags, itemprop, other
    dates around the title, `<time>`, the address, other short lines; and where nothing tells of
    publication, the update.
    """
    order = written_order(head.language, url or head.address)
    lines = tree.text[max(title, 0) + 1 : max(title, 0) + 1 + BELOW]
    proved = set().union(*(numeric_orders(line) for line in lines if len(line) <= LINE))
    if len(proved) == 1:
        order = proved.pop()
    stated = next(filter(None, _stated(head, order)), None)
    updated = next(filter(None, _updated(head, order)), None)
    if title >= 0 and stated:
        shown = _alone(lines[:NEAR], order)
        if shown and shown[:10] not in (stated[:10], (updated or "")[:10]):
            return shown
    if stated:
        return stated
    seen = _seen(head, tree, title, url, order, list(_dates(lines, order)))
    return next(filter(None, seen), None) or updated or _anywhere(tree, title, order)


def _stated(head: Head, order: Order) -> Iterator[str | None]:
    yield stamp(head.meta.get("article:published_time", ""), order)
    for name in ("datePublished", "dateCreated"):
        yield stamp(head.stated(name), order)
    for name in PUBLISHED:
        value = head.meta.get(name)
        if value:
            yield stamp(value, order)
    for value in head.published:
        yield stamp(value, order)


def _updated(head: Head, order: Order) -> Iterator[str | None]:
    yield stamp(head.stated("dateModified"), order)
    for name in MODIFIED:
        value = head.meta.get(name)
        if value:
            yield stamp(value, order)


def _alone(lines: list[str], order: Order) -> str | None:
    """Give the date of the one date line among these; None if there are more, or if it says more."""
    days: dict[str, str] = {}
    for line in lines:
        if len(line) <= LINE:
            line = _GLUED.sub(" ", line)
            found = find_dates(line, order)
            if found:
                if found[0].is_update or len(beside_dates(line, found)) > BESIDE:
                    return None
                days.setdefault(found[0].iso[:10], found[0].iso)
    return next(iter(days.values())) if len(days) == 1 else None


def _seen(
    head: Head, tree: Tree, title: int, url: str | None, order: Order, near: list[tuple[str, bool]]
) -> Iterator[str | None]:
    yield next((iso for iso, update in near if not update), None)
    above = tree.text[max(title - ABOVE, 0) : max(title, 0) + 1]
    yield next((iso for iso, update in _dates(above, order) if not update), None)
    for value in head.times[:12]:
        yield stamp(value, order)
    yield address_date(url or head.address)
    yield next((iso for iso, update in _dates(tree.text[max(title, 0) :], order) if not update), None)
    yield next((iso for iso, _ in near), None)


def _anywhere(tree: Tree, title: int, order: Order) -> str | None:
    """Give the first date of any short line, else of the prose around the title."""
    for iso, _ in _dates(tree.text, order):
        return iso
    for line in tree.text[max(title, 0) : max(title, 0) + BELOW]:
        for found in find_dates(line[:LINE], order):
            return found.iso
    margins = (line for _, text in tree.margins for line in text.split("\n"))
    return next((iso for iso, _ in _dates(margins, order)), None)


def _dates(lines: Iterable[str], order: Order) -> Iterator[tuple[str, bool]]:
    """Find the dates of the short lines, with whether they speak of an update."""
    for line in lines:
        if len(line) <= LINE:
            for found in find_dates(_GLUED.sub(" ", line), order):
                yield found.iso, found.is_update


def stamp(value: str, order: Order | None = None) -> str | None:
    """Read a date that a machine or a person wrote as a value.

    >>> stamp("2024-03-05T07:08:09.000Z"), stamp("20240305"), stamp("March 5, 2024")
    ('2024-03-05T07:08+00:00', '2024-03-05', '2024-03-05')
    """
    found = _STAMP.match(value)
    if not found:
        dates = find_dates(value[:200], order)
        return dates[0].iso if dates else None
    year, _, month, day, month2, day2, hour, minute, zone = found.groups()
    iso = f"{year}-{int(month or month2):02}-{int(day or day2):02}"
    if hour is None:
        return iso
    if zone:
        zone = "+00:00" if zone in ("Z", "UTC", "GMT") else f"{zone[:3]}:{zone[-2:]}"
    return f"{iso}T{hour}:{minute}{zone or ''}"


def address_date(url: str) -> str | None:
    """Read the day that an address names.

    >>> address_date("https://example.org/2024/03/05/a-bridge.html")
    '2024-03-05'
    >>> address_date("https://example.org/2024/03/a-bridge.html")
    """
    found = _ADDRESS.search(urlsplit(url).path) if url else None
    return f"{found[1]}-{int(found[3]):02}-{int(found[4]):02}" if found else None


def written_order(language: str, url: str) -> Order:
    """Tell whether a page writes the month or the day first: Americans and Filipinos the month."""
    parts = language.lower().replace("_", "-").split("-")
    if parts[0] not in ("en", ""):
        return "dmy"
    if len(parts) > 1 and len(parts[1]) == 2:
        return "mdy" if parts[1] in _MONTH_FIRST else "dmy"
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    ending = host.rpartition(".")[2]
    if len(ending) == 2 and ending not in ("us", "ph", "io", "co", "ai", "tv", "me", "ly", "fm", "cc"):
        return "dmy"
    return "mdy" if parts[0] == "en" else "dmy"
