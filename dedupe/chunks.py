"""What a process does with a chunk of the inputs: it learns from it, or cleans it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from dedupe.brakes import spare
from dedupe.clean import Examined, examine
from dedupe.copying import begins_plain, can_copy, copy
from dedupe.dates import find_dates
from dedupe.formats import Entry, Source, Unusable
from dedupe.furniture import KnownSources
from dedupe.ledger import shortened
from dedupe.lines import line_texts
from dedupe.markdown import clean_markdown, prose
from dedupe.model import Article, Document
from dedupe.outcome import CHANGED, DOCUMENT, FILE, Note, Outcome, OutcomeWriter, Rendered
from dedupe.reading import Chunk, Reading
from dedupe.records import Raw, Typed, dumps
from dedupe.rendering import Articles
from dedupe.repair import with_plain_breaks
from dedupe.results import Cleaned, Result, unify
from dedupe.settings import FIELD_OPTIONS
from dedupe.sources import source_of
from dedupe.summary import SPARED
from dedupe.survey import Page, Smallest, order_of, page
from dedupe.templates import Templates
from dedupe.webpage import outside, without

# --- learning --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Surveyed:
    """What a chunk testifies: its pages, how many more documents its sources have, what could not be used."""

    pages: list[Page] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)

    @property
    def documents(self) -> int:
        """The number of documents."""
        return len(self.pages) + self.others.total()


class Surveyor:
    """The work of the first pass: documents to pages.

    A document that cannot be among those of its source that are kept is only counted. Each process knows
    the documents that it has met itself; what a survey keeps of the pages of all is the same.
    """

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self._smallest = Smallest()

    def __call__(self, chunk: Chunk) -> Surveyed:
        """Reduce the documents of a chunk to what they testify with."""
        surveyed = Surveyed()
        for _, entry in self.reading.entries(chunk):
            if isinstance(entry, Entry):
                self._take(surveyed, entry)
            elif entry.failure is not None:
                surveyed.notes.append(skipped(entry))
        return surveyed

    def _take(self, surveyed: Surveyed, entry: Entry) -> None:
        source = source_of(entry, self.reading.settings)
        if self._smallest.take(source, order_of(entry.document)):
            surveyed.pages.append(self.page(entry, source))
        else:
            surveyed.others[source] += 1

    def page(self, entry: Entry, source: str) -> Page:
        """Reduce one document to what it testifies with."""
        settings, document = self.reading.settings, entry.document
        text, damaged = without(document.text, outside(document, settings.stages)), False
        if _is_markdown(entry):
            text = prose(text)
        if "repair" in settings.stages:
            text, damaged = with_plain_breaks(text)
        return page(document, source, line_texts(text), damaged)


def skipped(unusable: Unusable) -> Note:
    """Say what cannot be used."""
    failure = unusable.failure
    return Note("skipped", failure.reason, failure.message) if failure else Note("", "", "")


def _is_markdown(entry: Entry) -> bool:
    return entry.file is not None and entry.file.markdown


# --- cleaning --------------------------------------------------------------------------------------------


class Renderer(Protocol):
    """Makes of a result the bytes that an output wants; it is sent to the processes."""

    @property
    def copies(self) -> bool:
        """Whether a record of which only the text is looked at can be copied, and need not be rendered."""

    def __call__(self, result: Result) -> Rendered:
        """Render a result."""


class Cleaner:
    """The work of the second pass: a chunk to its outcome.

    `templates` is what is known of the sources; with `verbose` each removal is told. Where `work` names a
    folder, the outcome is written there, under the number of the chunk.
    """

    def __init__(
        self,
        reading: Reading,
        render: Renderer,
        templates: Templates | None = None,
        *,
        work: Path | None = None,
        fast: bool | None = None,
        verbose: bool = False,
    ) -> None:
        self.reading = reading
        self.settings = reading.settings
        self.render = render
        is_used = "template" in self.settings.stages
        self._known = KnownSources(templates) if templates is not None and is_used else None
        self.work = work
        self.fast = fast
        self.verbose = verbose
        self._marks = isinstance(render, Articles) and render.marks

    def __call__(self, chunk: Chunk) -> Outcome | None:
        """Clean a chunk; None where the outcome was written to a folder."""
        folder = self.work / f"{chunk.number:08}" if self.work else None
        if folder is not None and folder.is_dir():  # an earlier run came so far
            return None
        with OutcomeWriter(self.settings, folder) as writer:
            if self.render.copies and len(chunk.sources) == 1 and can_copy(chunk.sources[0], self.settings):
                self._copy(writer, chunk.sources[0])
            else:
                self._clean(writer, chunk)
            if folder is not None and "duplicates" in self.settings.stages:
                from dedupe.compare import sample

                writer.outcome.samples = sample(*writer.texts(), self.fast)
            outcome = writer.finish()
        self.reading.forget(chunk)
        return outcome

    def only_copies(self, sources: Iterable[Source]) -> bool:
        """Tell whether compiled loops do the work on all chunks, so that threads can share it."""
        if not (self.fast and self.render.copies):
            return False
        return all(
            each.size >= self.settings.chunk_size  # small ones would share a chunk, which is not copied
            and can_copy(each, self.settings)
            and begins_plain(each, self.settings)
            for each in sources
        )

    def _clean(self, writer: OutcomeWriter, chunk: Chunk) -> None:
        """Clean each document of a chunk."""
        for origin, entry in self.reading.entries(chunk, again=True):
            if isinstance(entry, Entry):
                self._take(writer, origin, self.clean(entry))
            else:
                self._hand_on(writer, origin, entry)

    def _copy(self, writer: OutcomeWriter, source: Source) -> None:
        """Take in records of which only the text is looked at, without making them anew."""
        outcome = writer.outcome

        def long_way(part: Source) -> Entry | None:
            """Read one record as all others are; note what is wrong with it."""
            for entry in self.reading.read(part):
                if isinstance(entry, Entry):
                    return entry
                self._hand_on(writer, 0, entry)
            return None

        found = copy(source, self.settings, long_way, bool(self.fast))
        keep = self.settings.keep
        values = (
            [_day(date) for date in found.dates] if keep in ("newest", "oldest") else [None] * len(found.ids)
        )
        writer.copy(found, values)
        outcome.summary.read += len(found.ids)
        outcome.summary.characters += sum(found.characters)

    def _take(self, writer: OutcomeWriter, origin: int, result: Cleaned) -> None:
        entry, article = result.entry, result.article
        flags = DOCUMENT | (FILE if entry.file else 0) | (CHANGED if result.changed or article.removed else 0)
        compared = "duplicates" in self.settings.stages
        writer.add(
            self.render(result),
            id=article.id,
            place=entry.place,
            value=_keep_value(article, self.settings.keep) if compared else None,
            origin=origin,
            flags=flags,
            text=article.text.encode("utf-8", "replace") if compared else b"",
            characters=len(article.text),
        )
        outcome = writer.outcome
        outcome.summary.count(result)
        for text in result.spared:
            outcome.notes.append(Note("kept", SPARED, f"{entry.place}: {SPARED}: {shortened(text)}"))
        if self.verbose:
            for removal in article.removed:
                outcome.notes.append(Note("", "", result.message(removal)))

    def _hand_on(self, writer: OutcomeWriter, origin: int, unusable: Unusable) -> None:
        """Note what cannot be used; its bytes may be wanted all the same."""
        writer.outcome.summary.count(unusable)
        if unusable.failure is not None:
            writer.outcome.notes.append(skipped(unusable))
        rendered = self.render(unusable)
        if rendered != Rendered():
            writer.add(rendered, origin=origin)

    def clean(self, entry: Entry) -> Cleaned:
        """Clean one document."""
        document, source = entry.document, source_of(entry, self.settings)
        known = self._known[source] if self._known else None
        spared: list[str] = []

        def examined(document: Document) -> Examined:
            found = examine(document, self.settings, known)
            return spare(found, spared) if known else found

        text = body = None
        if _is_markdown(entry):
            article, text = clean_markdown(document, examined)
        else:
            found = examined(document)
            article = found.article()
            if entry.file is not None:
                text = found.file_text()
            if self._marks and document.blocks:
                body = found.body()
        if text is not None:
            text = _ended(unify(text), document.text)
        return Cleaned(entry, article, text, source, tuple(spared), body)


def _ended(text: str, original: str) -> str:
    """End a cleaned text with a line end where the original did."""
    return text + "\n" if text and text[-1] != "\n" and original[-1:] in ("\n", "\r") else text


_ISO = re.compile(r"\d{4}(?:-\d\d(?:-\d\d.*)?)?")
_OWN = {name.removesuffix("_field") for name in FIELD_OPTIONS} - {"text"}


def _day(date: str | None) -> str | None:
    """Give a date as ISO writes it; None where it cannot be read."""
    if date is None or _ISO.fullmatch(date):
        return date
    return next((found.iso for found in find_dates(date)), None)


def _keep_value(article: Article, keep: str) -> Any:
    """Give what `--keep` compares of a document: a string, a number, or None."""
    if keep in ("newest", "oldest"):
        return _day(article.date)
    name = keep.removeprefix("field:")
    if name == keep:
        return None
    value = getattr(article, name) if name in _OWN else article.extra.get(name)
    if isinstance(value, Raw | Typed):
        value = json.loads(dumps(value), parse_int=_integer)
    return value if isinstance(value, str | int | float) else None


def _integer(digits: str) -> int | float:
    """Read an integer; Python refuses to make one of more than 4,300 digits."""
    return int(digits) if len(digits) <= 4000 else float(digits)
