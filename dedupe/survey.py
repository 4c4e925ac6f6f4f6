"""What the documents of a dump testify about the sites they come from.

A document is reduced to a page: its short lines, and a sample of the word runs of its prose. Pages are small,
do not depend on each other, and can be gathered in any order and by any number of workers; how many are kept
is bounded, by a rule that looks at names only, and beyond some size they lie in a temporary file.
"""

from __future__ import annotations

import marshal
import os
import re
from array import array
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from tempfile import SpooledTemporaryFile, gettempdir
from types import TracebackType
from typing import NamedTuple, Self
from zlib import crc32

from dedupe import words
from dedupe.address import host_of, site_name
from dedupe.edges import SHORTEST, edges, loose_end
from dedupe.grams import own_words, sample_grams
from dedupe.lines import is_prose, line_texts
from dedupe.model import Document
from dedupe.pairs import split_pair
from dedupe.repair import repair_line, with_plain_breaks
from dedupe.settings import STAGES
from dedupe.staging import writing
from dedupe.webpage import open_page, outside, without

SITE = "§"
"""Stands for the name of the site in a key."""

NAMED = 5
"""Letters of the name of a site that a line must have for the name to be looked for in it."""

LONGEST = 260
"""Longer lines are never furniture; the longest consent notices and legal lines seen end below."""

PAGES = 100
"""Pages of one source that are kept: enough to see what stands on one page in fifty."""

FEWEST = 3
"""Pages of a source that must testify before anything is learned from it."""

MEMORY = 64_000_000
"""Bytes of pages that are held in memory; a page of a news site takes about 600."""

# As much of either end of a long line is repaired: more than a gram looks at.
_ENDS = 120
_TRAIL = re.compile(r"(\S[^>»›/|:：]{0,24}?)\s+[>»›/|]\s+(\S.*)")
# A mark of those that divide a line, of which nearly all lines have none.
_DIVIDER = re.compile(r"[:：\t|]|\s[–—=→>»›/-]|\.\.\.")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Page:
    """What one document testifies with, as it travels between processes and into a file.

    `order` is a hash of the id of the document: the smallest are kept. `texts` holds its lines, nothing for
    those that are too long to be furniture; `prose` a byte for each, 1 for prose; `grams` the sample of its
    word runs, as the bytes of 32-bit hashes; `edges` how its first paragraph begins and its last one ends;
    `title` what its record says.
    """

    source: str
    order: int
    texts: tuple[str, ...]
    prose: bytes
    grams: bytes
    edges: tuple[str, str] = ("", "")
    title: str = ""


_Record = tuple[tuple[str, ...], bytes, bytes, tuple[str, str], str]


class SeenLine(NamedTuple):
    """A line of a page that testifies: the key it is compared by, its text, and whether it is prose."""

    key: str
    text: str
    is_prose: bool


@dataclass(frozen=True, slots=True)
class Witness:
    """A page that testifies about the furniture of its source."""

    lines: tuple[SeenLine, ...]
    edges: tuple[str, str] = ("", "")
    title: str = ""


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
    folded, solid, key = _folded(text)
    if len(site) >= NAMED and site[:NAMED] in solid:
        return _key_on(site, folded)
    return key


@lru_cache(1 << 15)  # the lines of sites are the same few, over and over
def _folded(text: str) -> tuple[str, str, str]:
    """Give a line folded, the same without blanks, and its key on a site whose name is not in it."""
    if SITE in text:  # a key itself, as it stands in a file of templates
        parts = text.replace(SITE, " \ue000 ").split("\ue000")
        folded = f" {SITE} ".join(map(words.fold, parts)).strip()
    else:
        folded = words.fold(text)
    return folded, folded.replace(" ", ""), _DIGITS.sub("0", folded) if folded else text


def survey(document: Document) -> Page:
    """Reduce a document to what it testifies with; a page to the lines of its article."""
    document = open_page(document)
    source = source_of(document)
    text = without(document.text, outside(document, STAGES))
    text, damaged = with_plain_breaks(text)
    return page(document, source, line_texts(text), damaged)


def page(document: Document, source: str, lines: Iterable[str], damaged: bool = False) -> Page:
    """Reduce a document, whose lines are known, to what it testifies with.

    Where its lines are `damaged`, what testifies of them is repaired: all short ones, the ends of others. A
    line that goes on after the end of a sentence without ending one is two: furniture was run into it.
    """
    texts: list[str] = []
    prose = bytearray()
    paragraphs: list[str] = []
    odd: list[int] = []
    for text in lines:
        of_prose = is_prose(text)
        if damaged and not _is_plain(text):
            if len(text) <= LONGEST:
                text = repair_line(text)[0].strip()
                of_prose = is_prose(text)
            elif of_prose:
                odd.append(len(paragraphs))  # which ends of it are looked at is known at the end
            else:
                text = _with_ends_repaired(text)
        if not of_prose and len(text) >= SHORTEST and (end := loose_end(text)) < len(text):
            head, text = text[:end].rstrip(), text[end:]
            texts.append(head if len(head) <= LONGEST else "")
            prose.append(True)
            paragraphs.append(head)
        elif of_prose or len(text) > LONGEST:
            paragraphs.append(text)
        texts.append(text if len(text) <= LONGEST else "")
        prose.append(of_prose)
    for i in odd:
        is_outermost = i in (0, len(paragraphs) - 1)
        paragraphs[i] = (_with_ends_repaired if is_outermost else _with_start_repaired)(paragraphs[i])
    grams = sample_grams(paragraphs).tobytes()
    return Page(
        source, order_of(document), tuple(texts), bytes(prose), grams, edges(paragraphs), document.title or ""
    )


def _is_plain(text: str) -> bool:
    """Tell whether there is nothing in a line that may have to be repaired."""
    return text.isascii() and "&" not in text and text.isprintable()


def _with_start_repaired(text: str) -> str:
    start = text[:_ENDS]
    return text if _is_plain(start) else repair_line(start)[0].lstrip() + text[_ENDS:]


def _with_ends_repaired(text: str) -> str:
    """Repair a line of which only the ends are looked at, since furniture may be run in there."""
    if len(text) <= LONGEST + 2 * _ENDS:
        return repair_line(text)[0].strip()
    end = text[-_ENDS:]
    return _with_start_repaired(text[:-_ENDS]) + (end if _is_plain(end) else repair_line(end)[0].rstrip())


def order_of(document: Document) -> int:
    """Give the hash by which the pages of a source are ordered."""
    return int.from_bytes(blake2b(str(document.id).encode("utf-8", "replace"), digest_size=8).digest())


@lru_cache(1 << 15)
def head_of(text: str, site: str = "") -> tuple[str, str] | None:
    """Split a line at its first divider into the key of its beginning and the rest.

    >>> head_of("Read more: Why the bridge stays closed"), head_of("Home > World > Politics")
    (('read more', 'Why the bridge stays closed'), ('home', 'World > Politics'))
    """
    if not _DIVIDER.search(text):
        return None
    trail = _TRAIL.match(text)
    if trail:
        return line_key(trail[1], site), trail[2]
    pair = split_pair(text)
    return (line_key(pair[0], site), pair[1]) if pair and len(pair[0].split()) <= 5 else None


@dataclass(frozen=True, slots=True)
class Silent:
    """The sources from which nothing can be learned: with too `few` pages, or with pages too much `alike`."""

    few: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()


class Smallest:
    """The smallest orders of each source that were met, so many at most: 8 bytes for each.

    A page beyond them cannot be among those that are kept, whatever pages others have met.

    >>> smallest = Smallest(2)
    >>> [smallest.take("a.example", order) for order in (5, 9, 7, 9, 7)]
    [True, True, True, False, True]
    """

    def __init__(self, most: int = PAGES) -> None:
        self._most = most
        self._orders: dict[str, array[int]] = {}

    def admits(self, source: str, order: int) -> bool:
        """Tell whether an order is among the smallest so far; one that equals the last of them is."""
        orders = self._orders.get(source)
        return orders is None or len(orders) < self._most or order <= orders[-1]

    def take(self, source: str, order: int) -> bool:
        """Take in an order, and tell whether it is among the smallest so far."""
        if not self.admits(source, order):
            return False
        orders = self._orders.setdefault(source, array("Q"))
        insort(orders, order)
        del orders[self._most :]
        return True


class Survey:
    """The pages of a dump, at most so many of a source; the same ones in whatever order they came.

    In memory it needs 32 bytes for a page and as many for what is counted of its prose; the pages themselves
    go into a temporary file from `memory` bytes on. Use it in a `with` block; raises OutputError where there
    is no room for the file.
    """

    def __init__(self, pages: int = PAGES, memory: int = MEMORY) -> None:
        self.most = pages
        self.documents: Counter[str] = Counter()
        self._smallest = Smallest(pages)
        # Order, checksum and place in the file of each page that is kept, one after the other.
        self._kept: dict[str, array[int]] = {}
        self._witnesses: dict[str, list[int]] = {}
        self._file = SpooledTemporaryFile(memory)  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def wants(self, source: str, order: int) -> bool:
        """Tell whether a page may be kept; if not, it need not be made, only counted."""
        return self._smallest.admits(source, order)

    def add(self, seen: Page) -> None:
        """Take in one page."""
        self.documents[seen.source] += 1
        if not self._smallest.take(seen.source, seen.order):
            return
        record = marshal.dumps((seen.texts, seen.prose, seen.grams, seen.edges, seen.title))
        kept = self._kept.setdefault(seen.source, array("Q"))
        with writing(f"{gettempdir()}: temporary file"):
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(len(record).to_bytes(4) + record)
        # Two documents of one id: what they say decides, not which came first.
        kept.extend((seen.order, crc32("\0".join(seen.texts).encode("utf-8", "replace")), place))
        if len(kept) >= 6 * self.most:
            self._trim(seen.source)

    def witnesses(self) -> Iterator[tuple[str, list[Witness]]]:
        """Give the pages that may testify about furniture, source by source in the order of their names.

        Fifty copies of one article, or weather reports of one form, say the same in fifty places without
        any of it being furniture. So a page testifies only if at least half of its sampled prose stands
        in at most two pages of the dump. One pass; it does the work of clustering, and more surely.
        """
        if not self._witnesses:
            self._witnesses = self._choose()
        for source, places in self._witnesses.items():
            site = site_name(source)
            known: dict[str, SeenLine] = {"": SeenLine("", "", True)}
            yield source, [self._witness(place, site, known) for place in places]

    def silent(self) -> Silent:
        """Name the sources from which nothing can be learned.

        Pages are alike that are copies of one article, or were written from a form.
        """
        if not self._witnesses:
            self._witnesses = self._choose()
        few = tuple(name for name in self._witnesses if self.documents[name] < FEWEST)
        alike = tuple(
            name for name, places in self._witnesses.items() if len(places) < FEWEST <= self.documents[name]
        )
        return Silent(few, alike)

    def _witness(self, place: int, site: str, known: dict[str, SeenLine]) -> Witness:
        """Read a page; equal lines of a source are one object."""
        texts, prose, _, ends, title = self._read(place)
        for text, flag in zip(texts, prose, strict=True):
            if text not in known:
                known[text] = SeenLine(line_key(text, site), text, bool(flag))
        return Witness(tuple([known[text] for text in texts]), ends, title)

    def _read(self, place: int) -> _Record:
        self._file.seek(place)
        length = int.from_bytes(self._file.read(4))
        record: _Record = marshal.loads(self._file.read(length))
        return record

    def _choose(self) -> dict[str, list[int]]:
        """Give the places of the pages that may testify."""
        sources = sorted(self._kept)
        grams, sizes = array("I"), array("I")
        for source in sources:
            self._trim(source)
            for place in self._kept[source][2::3]:
                found = self._read(place)[2]
                grams.frombytes(found)
                sizes.append(len(found) // grams.itemsize)
        own = iter(own_words(grams, sizes))
        return {source: [place for place in self._kept[source][2::3] if next(own)] for source in sources}

    def _trim(self, source: str) -> None:
        values = iter(self._kept[source])
        ordered = sorted(zip(values, values, values, strict=True))[: self.most]
        self._kept[source] = array("Q", [value for each in ordered for value in each])


@lru_cache(1 << 15)
def _key_on(site: str, folded: str) -> str:
    return _DIGITS.sub("0", _mask_site(folded, site))


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
            if not site.startswith(joined):
                break
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
