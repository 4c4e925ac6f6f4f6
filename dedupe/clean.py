"""One document: the stages in order, then one cut."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dedupe.errors import RecordError
from dedupe.model import Article, Document, Failure, Removal
from dedupe.repair import Repaired, repair
from dedupe.settings import Settings

LIFTED = ("title", "date")
"""Reasons of removals that a text *file* keeps: its heading stays where it was."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A document with all that the stages say of it; nothing is cut yet."""

    document: Document
    repaired: Repaired
    title: str | None
    date: str | None
    metadata: Mapping[str, str]
    removals: tuple[Removal, ...]

    def article(self) -> Article:
        """Cut, and give the clean article."""
        d = self.document
        return Article(
            d.id, cut(self.repaired.text, self.removals), d.url, d.source, self.title, self.date,
            self.metadata, (), d.extra,
        )  # fmt: skip

    def file_text(self) -> str:
        """Cut all but the heading, for a text file that is cleaned in place or mirrored."""
        return cut(self.repaired.text, [r for r in self.removals if r.reason not in LIFTED])


def examine(document: Document, settings: Settings) -> Examined:
    """Run the stages over one document and collect what they would remove."""
    repaired = (
        repair(document.text) if "repair" in settings.stages else Repaired(document.text, document.text)
    )
    return Examined(document, repaired, document.title, document.date, {}, ())


def cut(text: str, removals: Iterable[Removal]) -> str:
    """Take the removals out of a text, and the line breaks that they leave behind."""
    return text


def clean(
    text: str, *, id: str | int = "", url: str | None = None, settings: Settings | None = None
) -> Article:
    """Clean one scraped text."""
    return examine(Document(id, text, url), settings or Settings()).article()


def clean_many(
    documents: Iterable[str | Mapping[str, Any] | Document], *, settings: Settings | None = None
) -> Iterator[Article | Failure]:
    """Clean any number of strings, records or documents, lazily, in their order.

    What cannot be used comes out as a `Failure` in its place; nothing is raised half way.
    """
    settings = settings or Settings()
    for number, item in enumerate(documents, 1):
        try:
            document = (
                item if isinstance(item, Document) else to_document(item, f"document {number}", settings)
            )
        except RecordError as error:
            yield Failure(error.place, error.reason, str(error))
        else:
            yield examine(document, settings).article()


def to_document(item: object, place: str, settings: Settings) -> Document:
    """Read a string or a record as a document; raise RecordError, naming `place`, for anything else."""
    if isinstance(item, str):
        return Document(place, item)
    if not isinstance(item, Mapping):
        raise RecordError(place, "not an object", f"a {type(item).__name__} where a record was expected")
    text = item.get(settings.text_field)
    if not isinstance(text, str):
        raise RecordError(
            place, "no text", f"the field {settings.text_field!r} holds no text; see --text-field"
        )
    return Document(place, text)
