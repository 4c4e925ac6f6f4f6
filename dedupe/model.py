"""The types that travel between the rooms: frozen data, no behaviour beyond slicing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bs4 import BeautifulSoup


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a web page in the text of its document: one or several whole lines.

    `mark` is what Markdown writes before it, such as `## ` or `- `. A block outside of the article has a
    `reason`, `page` (or `title` for the heading that became the title), and the `rule` that said so.
    """

    start: int
    end: int
    mark: str = ""
    reason: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One scraped text, or a web page, as a reader yields it.

    `id` names the document in the ledger. `title`, `date` and `source` are what the record said of
    itself, if anything. `extra` holds every other field of the record, untouched, in its order.

    A page that was not looked at yet is in `html`, and has no text. Once it was opened
    (`dedupe.webpage.open_page`), `text` is all of its visible text, one line a block, menus and all, and
    `blocks` tells which lines are the article: so a page, like any text, loses nothing without a receipt.
    """

    id: str | int
    text: str = ""
    url: str | None = None
    source: str | None = None
    title: str | None = None
    date: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    html: bytes | str | BeautifulSoup | None = None
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line: a span of a repaired text without the white space around it.

    Usually a physical line; a whole paragraph where a text is hard-wrapped; a sentence where a text
    came as one long line. `number` is the physical line, from 1, on which it begins; `is_prose` says that
    it is a full sentence of some length, beyond doubt.
    """

    start: int
    end: int
    number: int
    text: str
    is_prose: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """Where the kept copy of something removed stands: document, physical line from 1, span of characters."""

    id: str | int
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Removal:
    """One thing taken out of a document, with the reason and the evidence: a row of the ledger.

    `scope` says what went: `line` (a line, a part of one, or the lines of a menu), `title` (a part of the
    title that the record had, whose places are those of that title) or `document`. `reason` is
    the word by which removals are counted (`page`, `title`, `date`, `metadata`, `repeat`, `furniture`,
    `repair`), `rule` names the rule that fired. `line` counts physical lines from 1; `start` and `end` are
    offsets in characters. Stages speak of the repaired text; in `Article.removed` and in the ledger all
    places are those of the *original* text, so that `original[start:end] == text`.
    """

    id: str | int
    scope: str
    reason: str
    rule: str
    line: int
    start: int
    end: int
    text: str
    twin: Twin | None = None
    similarity: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the row as the ledger writes it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned document and its receipt.

    `date` is ISO 8601, to the minute where the text says so (`2025-05-27T03:32`). `metadata` holds the
    facts lifted out of the text under snake_case names, values as written. `removed` lists all that is
    no longer in `text`, in the order of the original.
    """

    id: str | int
    text: str
    url: str | None = None
    source: str | None = None
    title: str | None = None
    date: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    removed: tuple[Removal, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the record as `articles.jsonl` writes it: known fields, then every foreign one, untouched."""
        record: dict[str, Any] = {
            "id": self.id,
            "url": self.url,
            "source": self.source,
            "title": self.title,
            "date": self.date,
            "text": self.text,
            "metadata": dict(self.metadata),
        }
        foreign = self.extra.get("metadata")
        if isinstance(foreign, Mapping):
            # Many schemas have a `metadata` of their own, ours among them: what it says stays.
            record["metadata"] = {**foreign, **{k: v for k, v in self.metadata.items() if k not in foreign}}
        elif foreign is not None:
            record["metadata_original"] = foreign
        return record | {name: value for name, value in self.extra.items() if name not in record}


@dataclass(frozen=True, slots=True)
class Failure:
    """A record that could not be used: where it stood, a reason to count by, and a message to show."""

    place: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact lifted out of a text: its key, its value as written, the indices of its lines, the layout."""

    key: str
    value: str
    lines: tuple[int, ...]
    layout: str
