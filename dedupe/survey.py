"""What the documents of a dump testify about the sites they come from.

A document is reduced to a page: its short lines, and a sample of the word runs of its prose. Pages are small,
do not depend on each other, and can be gathered in any order and by any number of workers; how many are kept
is bounded, by a rule that looks at names only, and beyond some size they lie in a temporary file.
"""

from __future__ import annotations

import marshal
import struct
from array import array
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from tempfile import SpooledTemporaryFile, gettempdir
from types import TracebackType
from typing import Any, NamedTuple, Self
from zlib import crc32

from dedupe.address import host_of, site_name
from dedupe.edges import SHORTEST, edges, loose_end
from dedupe.grams import A_PAGE, own_words, sample_grams
from dedupe.keys import line_keys
from dedupe.lines import is_prose, line_texts
from dedupe.model import Document
from dedupe.repair import is_plain, repair_line, with_plain_breaks
from dedupe.settings import STAGES
from dedupe.staging import writing
from dedupe.webpage import open_page, outside, without

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
# Before a page in the file: the bytes of its sample, and of the rest.
_HEADER = struct.Struct("<II")


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


class Witness(NamedTuple):
    """A page that testifies about the furniture of its source; `lines` are numbers, see Testimony."""

    lines: list[int]
    edges: tuple[str, str] = ("", "")
    title: str = ""


@dataclass(frozen=True, slots=True)
class Testimony:
    """What the pages of a source say that may testify.

    Equal lines have the same number. `texts`, `keys` and `prose` tell of each number what the line says, by
    what it is compared, and whether it is prose. Line 0 stands for all that are too long to be furniture.
    """

    source: str
    pages: list[Witness]
    texts: list[str]
    keys: list[str]
    prose: list[bool]


def source_of(document: Document) -> str:
    """Name the source of a document: what its record says, else the host of its url, else nothing.

    >>> source_of(Document("a", "", url="https://www.example.org/news/1")), source_of(Document("b", ""))
    ('example.org', '')
    """
    if document.source:
        return document.source
    return host_of(document.url or "")


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
        if damaged and not is_plain(text):
            if len(text) <= LONGEST:
                text = repair_line(text)[0].strip()
                of_prose = is_prose(text)
            elif of_prose:
                odd.append(len(paragraphs))  # which of it is looked at is known at the end
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
        if i in (0, len(paragraphs) - 1) or not is_plain(paragraphs[i][:_ENDS]):
            paragraphs[i] = _with_ends_repaired(paragraphs[i])
    grams = sample_grams(paragraphs).tobytes()
    return Page(
        source, order_of(document), tuple(texts), bytes(prose), grams, edges(paragraphs), document.title or ""
    )


def _with_ends_repaired(text: str) -> str:
    """Repair a line of which only the ends are looked at, since furniture may be run in there."""
    if len(text) <= LONGEST + 2 * _ENDS:
        return repair_line(text)[0].strip()
    first, last = repair_line(text[:_ENDS])[0], repair_line(text[-_ENDS:])[0]
    return f"{first.lstrip()}{text[_ENDS:-_ENDS]}{last.rstrip()}"


def order_of(document: Document) -> int:
    """Give the hash by which the pages of a source are ordered."""
    return int.from_bytes(blake2b(str(document.id).encode("utf-8", "replace"), digest_size=8).digest())


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
        # The place of what the pages of a source said, once it was put together.
        self._told: dict[str, int] = {}
        self._file = SpooledTemporaryFile(memory)  # noqa: SIM115
        self._end = 0

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
        place = self._write(seen.grams, (seen.texts, seen.prose, seen.edges, seen.title))
        kept = self._kept.setdefault(seen.source, array("Q"))
        # Two documents of one id: what they say decides, not which came first.
        said = "\0".join((*seen.texts, *seen.edges, seen.title)).encode("utf-8", "replace")
        kept.extend((seen.order, crc32(said, crc32(seen.grams)), place))
        if len(kept) >= 6 * self.most:
            self._trim(seen.source)

    def testimonies(self) -> Iterator[Testimony]:
        """Give what the pages say that may testify, source by source in the order of their names.

        Fifty copies of one article, or weather reports of one form, say the same in fifty places without
        any of it being furniture. So a page testifies only if at least half of its sampled prose stands
        in at most two pages of the dump. One pass; it does the work of clustering, and more surely.
        """
        if not self._witnesses:
            self._witnesses = self._choose()
        for source, places in self._witnesses.items():
            said = self._testimony(source, places)
            lines = [each.lines for each in said.pages]
            self._told[source] = self._write(b"", (lines, said.texts, said.keys, said.prose))
            yield said

    def lines_again(self) -> Iterator[Testimony]:
        """Give what `testimonies` has given once more, but of the pages the lines alone."""
        for source, place in self._told.items():
            lines, texts, keys, prose = self._read(place)
            yield Testimony(source, list(map(Witness, lines)), texts, keys, prose)

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

    def _testimony(self, source: str, places: Iterable[int]) -> Testimony:
        """Read pages, and number their lines."""
        numbers = {"": 0}
        prose = [True]
        pages = []
        for place in places:
            texts, flags, ends, title = self._read(place)
            lines = [numbers.setdefault(text, len(numbers)) for text in texts]
            if len(numbers) > len(prose):
                for number, flag in zip(lines, flags, strict=True):
                    if number == len(prose):
                        prose.append(flag == 1)
            pages.append(Witness(lines, ends, title))
        found = [*numbers]
        return Testimony(source, pages, found, ["", *line_keys(found[1:], site_name(source))], prose)

    def _write(self, grams: bytes, record: tuple[Any, ...]) -> int:
        """Append a record behind a sample of prose, and give its place."""
        data = marshal.dumps(record)
        place = self._end
        with writing(f"{gettempdir()}: temporary file"):
            self._file.seek(place)
            self._file.write(_HEADER.pack(len(grams), len(data)) + grams + data)
        self._end += _HEADER.size + len(grams) + len(data)
        return place

    def _read(self, place: int) -> Any:
        """Read a record, without the sample of prose before it."""
        self._file.seek(place)
        grams, length = _HEADER.unpack(self._file.read(_HEADER.size))
        return marshal.loads(self._file.read(grams + length)[grams:])

    def _grams(self, place: int) -> bytes:
        """Read the sample of the prose of a page."""
        self._file.seek(place)
        data = self._file.read(_HEADER.size + 4 * A_PAGE)
        grams, _ = _HEADER.unpack_from(data)
        return data[_HEADER.size : _HEADER.size + grams]

    def _choose(self) -> dict[str, list[int]]:
        """Give the places of the pages that may testify."""
        sources = sorted(self._kept)
        grams, sizes = array("I"), array("I")
        for source in sources:
            self._trim(source)
            for place in self._kept[source][2::3]:
                found = self._grams(place)
                grams.frombytes(found)
                sizes.append(len(found) // grams.itemsize)
        own = iter(own_words(grams, sizes))
        return {source: [place for place in self._kept[source][2::3] if next(own)] for source in sources}

    def _trim(self, source: str) -> None:
        values = iter(self._kept[source])
        ordered = sorted(zip(values, values, values, strict=True))[: self.most]
        self._kept[source] = array("Q", [value for each in ordered for value in each])
