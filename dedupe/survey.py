"""What the documents of a dump testify about the sites they come from.

A document is reduced to a page: its short lines with the keys by which they are compared, and a sample of
the word runs of its prose. Pages are small, do not depend on each other, and can be gathered in any order
and by any number of workers; how many are kept is bounded, by a rule that looks at names only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from sys import intern
from zlib import crc32

from dedupe import words
from dedupe.address import host_of, site_name
from dedupe.lines import NO_SPACES_CHARACTER, split_lines
from dedupe.model import Document, Line
from dedupe.pairs import split_pair
from dedupe.repair import repair
from dedupe.settings import STAGES
from dedupe.webpage import open_page, outside, without

SITE = "§"
"""Stands for the name of the site in a key."""

LONGEST = 260
"""Longer lines are never furniture; the longest consent notices and legal lines seen end below."""

PAGES = 200
"""Pages of one source that are kept: enough to see what stands on one page in fifty."""

# A gram is four words of prose; one in four is sampled, which leaves about thirty a page.
_GRAM, _ONE_IN = 4, 4
_TRAIL = re.compile(r"(\S[^>»›/|:：]{0,24}?)\s+[>»›/|]\s+(\S.*)")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line of a page: the key it is compared by, its text, and whether it is prose."""

    key: str
    text: str
    is_prose: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What one document testifies with. `order` is a hash of its id: the smallest are kept."""

    source: str
    order: int
    lines: tuple[SeenLine, ...]
    grams: frozenset[int]


def source_of(document: Document) -> str:
    """Name the source of a document: what its record says, else the host of its url, else nothing.

    >>> source_of(Document("a", "", url="https://www.example.org/news/1")), source_of(Document("b", ""))
    ('example.org', '')
    """
    if document.source:
        return document.source
    return host_of(document.url or "")


def line_key(text: str, site: str = "") -> str:
    """Give the key of a line: folded, each number as `0`, the site's own name as `§`.

    >>> line_key("© 2024 Harbor Times. All rights reserved.", "harbortimes")
    '0 § all rights reserved'
    >>> line_key("48 comments"), line_key("* * *")
    ('0 comments', '* * *')
    """
    if SITE in text:  # a key itself, as it stands in a file of templates
        text = text.replace(SITE, " \ue000 ")
        folded = f" {SITE} ".join(words.fold(part) for part in text.split("\ue000")).strip()
    else:
        folded = words.fold(text)
    if not folded:
        return text
    if len(site) >= 5 and site[:5] in folded.replace(" ", ""):
        folded = _mask_site(folded, site)
    return _DIGITS.sub("0", folded)


def survey(document: Document) -> Page:
    """Reduce a document to what it testifies with; a page to the lines of its article."""
    document = open_page(document)
    source = source_of(document)
    text = without(document.text, outside(document, STAGES))
    return page(document, source, split_lines(repair(text).text))


def page(document: Document, source: str, lines: Sequence[Line]) -> Page:
    """Reduce a document, whose lines are known, to what it testifies with."""
    site = site_name(source)
    seen = tuple(
        SeenLine(intern(line_key(line.text, site)), intern(line.text), line.is_prose)
        if len(line.text) <= LONGEST
        else SeenLine("", "", True)
        for line in lines
    )
    order = int.from_bytes(blake2b(str(document.id).encode("utf-8", "replace"), digest_size=8).digest())
    return Page(source, order, seen, frozenset(_grams(line.text for line in lines if line.is_prose)))


def head_of(text: str, site: str = "") -> tuple[str, str] | None:
    """Split a line at its first divider into the key of its beginning and the rest.

    >>> head_of("Read more: Why the bridge stays closed"), head_of("Home > World > Politics")
    (('read more', 'Why the bridge stays closed'), ('home', 'World > Politics'))
    """
    trail = _TRAIL.match(text)
    if trail:
        return line_key(trail[1], site), trail[2]
    pair = split_pair(text)
    return (line_key(pair[0], site), pair[1]) if pair and len(pair[0].split()) <= 5 else None


class Survey:
    """The pages of a dump, at most so many of a source; the same ones in whatever order they came."""

    def __init__(self, pages: int = PAGES) -> None:
        self.most = pages
        self.documents: dict[str, int] = defaultdict(int)
        self.pages: dict[str, list[Page]] = defaultdict(list)

    def add(self, seen: Page) -> None:
        """Take in one page."""
        self.documents[seen.source] += 1
        kept = self.pages[seen.source]
        kept.append(seen)
        if len(kept) >= 2 * self.most:
            self._trim(kept)

    def witnesses(self) -> dict[str, list[Page]]:
        """Give the pages that may testify about furniture, by source.

        Fifty copies of one article, or weather reports of one form, say the same in fifty places without
        any of it being furniture. So a page testifies only if at least half of its sampled prose stands
        in at most two pages of the dump. One pass; it does the work of clustering, and more surely.
        """
        for kept in self.pages.values():
            self._trim(kept)
        counts: dict[int, int] = defaultdict(int)
        for kept in self.pages.values():
            for seen in kept:
                for gram in seen.grams:
                    counts[gram] += 1
        return {
            source: [
                seen for seen in kept if 2 * sum(counts[gram] <= 2 for gram in seen.grams) >= len(seen.grams)
            ]
            for source, kept in sorted(self.pages.items())
        }

    def _trim(self, kept: list[Page]) -> None:
        kept.sort(key=lambda seen: (seen.order, [line.key for line in seen.lines]))
        del kept[self.most :]


def _grams(texts: Iterable[str]) -> list[int]:
    """Sample the word runs of some prose; in scripts without spaces, runs of twice as many characters."""
    values: list[int] = []
    for text in texts:
        masked = _DIGITS.sub("0", text)
        dense = not masked.isascii() and NO_SPACES_CHARACTER.search(masked) is not None
        found = [c for c in masked if c.isalnum()] if dense else masked.split()
        for gram in zip(*[iter(found)] * (2 * _GRAM if dense else _GRAM), strict=False):
            values.append(crc32(" ".join(gram).encode("utf-8", "replace")))
    sampled = [value for value in values if value % _ONE_IN == 0]
    return sampled if len(sampled) >= 4 else values  # too small a sample proves nothing


def _mask_site(folded: str, site: str) -> str:
    """Put `§` for the words that together are the site's name; its host may have a short ending more.

    >>> _mask_site("read the harbor times today", "harbortimes")
    'read the § today'
    >>> _mask_site("harbor times daily", "harbortimes24")
    '§ daily'
    """
    found = folded.split()
    masked: list[str] = []
    i = 0
    while i < len(found):
        joined, j, matched = "", i, 0
        while j < len(found) and j - i < 4 and len(joined) < len(site):
            joined += found[j]
            j += 1
            if joined == site or (
                len(joined) >= 6 and site.startswith(joined) and len(site) - len(joined) <= 4
            ):
                matched = j
        if matched:
            masked.append(SITE)
            i = matched
        else:
            masked.append(found[i])
            i += 1
    return " ".join(masked)
