"""The publication date of a page, from what its head states and what its readers see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from dedupe import words
from dedupe.dates import Order, WrittenDate, beside_dates, find_dates, numeric_orders
from dedupe.page.tree import TAG_NUMBER, Tree
from dedupe.words import byline_words

if TYPE_CHECKING:
    from dedupe.page.head import Head

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
_WORDS = re.compile("[a-z]+")
_AMBIGUOUS = re.compile(r"\b\d{1,2}([/-])\d{1,2}\1\d{4}\b")
_DIGIT = re.compile(r"\d")
ANY_DATE = frozenset(("date", "dc.date", "dc:date", "dcterms.date", "displaydate", "sortdate", "timestamp"))
_ADDRESS = re.compile(
    r"[/_.-]((?:19|20)\d\d)([/_-]?)(0[1-9]|1[0-2]|[1-9](?=[/_-]))\2(0[1-9]|[12]\d|3[01]|[1-9])(?=[/_.?#-]|$)"
)
_DAY_FIRST = re.compile(r"[/_](0[1-9]|[12]\d|3[01])([_-])(0[1-9]|1[0-2])\2((?:19|20)\d\d)(?=[/_.?#-]|$)")
_MONTH = re.compile(r"/((?:19|20)\d\d)/(0?[1-9]|1[0-2])/")
# Cells side by side on the screen, glued in the markup: "By Ann LeeMay 5, 2024", "Date:26 January 2024",
# "Apr 042013". Bars: "26 | 01 | 2024". A month under two names: "24 نيسان / أبريل 2024". A year of two digits
# before a time of day: "25.04.24 | 14:07".
_REPAIRS = (
    (re.compile(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[^\W\d_]:)(?=\d)|(?<=[^\W\d_] \d\d)(?=(?:19|20)\d\d\b)"), " "),
    (re.compile(r"(?<!\d)(\d\d?) \| (\d\d?) \| (?=(?:19|20)\d\d\b)"), r"\1.\2."),
    (re.compile(r"(?<=\d )([^\W\d_]{3,}(?: [^\W\d_]+)?) ?/ ?[^\W\d_]{3,}(?= (?:19|20)\d\d\b)"), r"\1"),
    (
        re.compile(r"(?<![\d./])(\d\d?)([./])(\d\d?)\2(?=[0-4]\d\b(?:,? |\s?[|•·–-]\s?)\d\d?[:.]\d\d)"),
        r"\1\2\3\g<2>20",
    ),
)
ABOVE, BELOW = 5, 12  # blocks around the title in which a date line stands
NEAR, BESIDE = 4, 3  # a date line right below the title, with no more than so many words beside the date
LINE = 120  # characters; a longer block is prose, or a list of something
OPENING, DATELINE = 3, 60  # first blocks of the body, and characters of them, in which a dateline stands
VALUE, LABEL = TAG_NUMBER["dd"], TAG_NUMBER["dt"]
_MONTH_FIRST = frozenset(("us", "ph"))


class Shown(NamedTuple):
    """A date in a short line: its ISO form, whether it is an update's, whether the line says little else."""

    iso: str
    is_update: bool
    alone: bool


def page_date(head: Head, tree: Tree, title: int, url: str | None, body: int = 0) -> str | None:
    """Give the day of publication in ISO 8601, with the time where it is stated; None where nothing says it.

    `title` is the number of the block that shows the title, or -1; then `body`, the first block of the
    region with most prose, takes its place. The day that the address names was given when the page was made
    and goes before all else. What the head states comes next (`article:published_time`, JSON-LD, other meta
    tags, itemprop), unless readers are shown something else; then what readers see around the title, and
    where nothing tells of publication, the update.
    """
    address = url or head.address
    start = title if title >= 0 else body
    below = _lines(head, tree, start + (title >= 0), start + 1 + BELOW)
    order = page_order(head, tree, below, address)
    updated = next(filter(None, _updated(head, order)), None)
    stated = next(filter(None, _stated(head, order, updated)), None)
    named = address_date(address)
    if named:
        return stated if stated and stated.startswith(named) else named
    if stated:
        return _shown_instead(below if title >= 0 else [], order, stated, updated, address) or stated
    seen = _seen(head, tree, start, order, below, address)
    return next(filter(None, seen), None) or updated or _anywhere(head, tree, start, order)


def _lines(head: Head, tree: Tree, start: int, end: int) -> list[str]:
    """Give the texts of blocks: a value with its label, and for what `<time>` shows what machines read."""
    lines = [head.timed.get(text, text) for text in tree.text[start:end]]
    for k, container in enumerate(tree.container[start:end]):
        if k and tree.tag[container] == VALUE and tree.tag[tree.container[start + k - 1]] == LABEL:
            lines[k] = f"{lines[k - 1].rstrip(':')}: {lines[k]}"
    return lines


def _stated(head: Head, order: Order, updated: str | None) -> Iterator[str | None]:
    yield stamp(head.meta.get("article:published_time", ""), order)
    for name in ("datePublished", "dateCreated"):
        yield stamp(head.stated(name), order)
    for name in PUBLISHED:
        value = head.meta.get(name)
        if value:
            found = stamp(value, order)
            # A `date` of the very minute of the update is the update's.
            yield None if name in ANY_DATE and found and updated and found[:16] == updated[:16] else found
    for value in head.published:
        yield stamp(value, order)


def _updated(head: Head, order: Order) -> Iterator[str | None]:
    yield stamp(head.stated("dateModified"), order)
    for name in MODIFIED:
        value = head.meta.get(name)
        if value:
            yield stamp(value, order)


def _shown_instead(
    below: list[str], order: Order, stated: str, updated: str | None, address: str
) -> str | None:
    """Give the day that stands below the title where it speaks against the stated one.

    A lone date line is what readers take for the article's, unless it has the stated day of the update, or
    the address confirms the stated month. A shown update that is older than the stated publication proves the
    statement wrong. Of the labelled pages on which the two differ, this is right on 9 of 10.
    """
    dates = [shown for shown in _dates(below[:NEAR], order) if shown.alone or shown.is_update]
    days = {shown.iso[:10] for shown in dates}
    if len(days) != 1:
        return None
    shown, day = dates[0], dates[0].iso[:10]
    if shown.is_update:
        return shown.iso if day < stated[:10] else None
    month = _MONTH.search(address)
    if month and stated.startswith(f"{month[1]}-{int(month[2]):02}"):
        return None
    return shown.iso if day not in (stated[:10], (updated or "")[:10]) else None


def _seen(
    head: Head, tree: Tree, start: int, order: Order, below: list[str], address: str
) -> Iterator[str | None]:
    near = list(_dates(below, order))
    yield next((s.iso for s in near if s.alone and not s.is_update), None)
    yield next((found.iso for found in find_dates(head.title[-LINE:], order)), None)
    above = list(_dates(tree.text[max(start - ABOVE, 0) : start + 1], order))
    yield next((s.iso for s in above if s.alone and not s.is_update), None)
    for value in head.times[:12]:
        yield stamp(value, order)
    for line in below[:OPENING]:
        yield next((found.iso for found in find_dates(line[:DATELINE], order)), None)
    month = _MONTH.search(address)
    if month:
        prefix = f"{month[1]}-{int(month[2]):02}"
        said = (found.iso for line in tree.text for found in find_dates(line[:400], order))
        yield next((iso for iso in said if iso.startswith(prefix)), None)
    yield next((s.iso for s in (*near, *above) if not s.is_update), None)
    yield next((s.iso for s in _dates(tree.text[start:], order) if not s.is_update), None)
    yield next((s.iso for s in near), None)


def _anywhere(head: Head, tree: Tree, start: int, order: Order) -> str | None:
    """Give the first date of a short line, else of the prose near the title, the description, a margin."""
    for shown in _dates(tree.text, order):
        return shown.iso
    for line in (*tree.text[start : start + BELOW], head.said("description", "og:description")):
        for found in find_dates(line[:LINE], order):
            return found.iso
    margins = (line for _, text in tree.margins for line in text.split("\n"))
    return next((shown.iso for shown in _dates(margins, order)), None)


def _dates(lines: Iterable[str], order: Order) -> Iterator[Shown]:
    """Find the dates of the short lines.

    `Joined: 9 June 2024` is another date than that of the article: words with a colon before it. A line with
    the author's name is a date line, however long.
    """
    for line in lines:
        if len(line) <= LINE and _DIGIT.search(line):
            for pattern, repaired in _REPAIRS:
                line = pattern.sub(repaired, line)
            found = find_dates(line, order)
            if found:
                beside = beside_dates(line, found)
                by = _names_author(line, found)
                if beside and not by and ":" in line[: found[0].start]:
                    continue
                for each in found:
                    yield Shown(each.iso, each.is_update, by or len(beside) <= BESIDE)


def _names_author(line: str, dates: list[WrittenDate]) -> bool:
    """Tell whether a line begins with a word such as `by`, or has one right after its last date."""
    ends = (*line.split()[:1], *line[dates[-1].end :].split()[:1])
    return any(word.strip(":").casefold() in byline_words() for word in ends)


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
    path = urlsplit(url).path if url else ""
    found = _ADDRESS.search(path)
    if found:
        return f"{found[1]}-{int(found[3]):02}-{int(found[4]):02}"
    found = _DAY_FIRST.search(path)
    return f"{found[4]}-{found[3]}-{found[1]}" if found else None


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


def page_order(head: Head, tree: Tree, below: list[str], address: str) -> Order:
    """Tell the order of day and month: as a date near the title proves it, else as the page's writers do.

    English pages that name no country are read as American, unless their spelling is British.
    """
    short = [line for line in below if len(line) <= LINE and _DIGIT.search(line)]
    proved = set().union(*(numeric_orders(line) for line in short))
    if len(proved) == 1:
        return proved.pop()
    order = written_order(head.language, address)
    if order == "mdy" and not proved and any(map(_AMBIGUOUS.search, short)):
        spelling, spoken = words.spelling(), set(_WORDS.findall(" ".join(tree.text).lower()))
        if len(spelling["british"] & spoken) > 4 * len(spelling["american"] & spoken):
            return "dmy"
    return order
