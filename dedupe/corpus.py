"""A run over a dump: learn the lines of its sites, then read, clean, write, and count what happened.

Both passes read all inputs in their order, and spread the work over processes (`dedupe.workers`) in small
pieces whose results come back in that order: the number of processes changes no byte.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Protocol

from dedupe.brakes import check_losses, spare
from dedupe.clean import Examined, examine
from dedupe.errors import RecordError
from dedupe.formats import Entry, Inputs, Unusable, read
from dedupe.furniture import Known
from dedupe.learn import derive
from dedupe.ledger import REPAIRED, is_finding, message
from dedupe.lines import split_lines
from dedupe.markdown import clean_markdown, prose
from dedupe.model import Article, Document, Removal
from dedupe.repair import with_plain_breaks
from dedupe.settings import Settings
from dedupe.sources import source_of
from dedupe.summary import Summary
from dedupe.survey import Page, Survey, page
from dedupe.templates import Templates
from dedupe.workers import Workers


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document before and after. `file_text` is what its file shall hold, None for a record.

    `source` is the source it was compared within; `renamed` tells that its id was taken by an earlier
    document of the run; `spared` are learned lines that stay, because it would be nearly empty without.
    """

    entry: Entry
    article: Article
    file_text: str | None = None
    source: str = ""
    renamed: bool = False
    spared: tuple[str, ...] = ()

    def findings(self, *, heading: bool = False) -> list[Removal]:
        """Give what is to be found fault with; with `heading` also the title and date that were lifted.

        A file that changes for a reason without a row of the ledger (its encoding, a character of its
        heading) has one finding that says so.
        """
        found = [row for row in self.article.removed if heading or is_finding(row)]
        file = self.entry.file
        if not found and file is not None and self.changed:
            rule = "characters of the heading" if file.encoding == "utf-8" else f"not UTF-8: {file.encoding}"
            found.append(Removal(self.article.id, "line", REPAIRED, rule, 1, 0, 0, ""))
        return found

    def messages(self, *, heading: bool = False) -> Iterator[str]:
        """Say the findings for people, a line each."""
        for row in self.findings(heading=heading):
            yield message(row, self.entry.place, record=self.entry.file is None)

    @property
    def changed(self) -> bool:
        """Tell whether the text (of a text file: the file) comes out differently."""
        if self.file_text is None:
            return self.article.text != self.entry.document.text
        file = self.entry.file
        recoded = file is not None and file.encoding != "utf-8"
        return recoded or self.file_text != unify(self.entry.document.text)


Result = Cleaned | Unusable
Watch = Callable[[Entry | Result], None]
"""Is told of each thing that was read (learning) or done (cleaning)."""


class Output(Protocol):
    """Where results go; see `dedupe.outputs`."""

    def take(self, result: Result) -> None:
        """Write one result."""

    def finish(self, summary: Summary) -> None:
        """Write what is known only at the end."""


def unify(text: str) -> str:
    """Give a text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _nothing(_: object) -> None:
    """Watch nothing."""


# --- pieces of work --------------------------------------------------------------------------------------

# A piece ends at the first that is reached; a long text is a piece of its own.
_DOCUMENTS, _BYTES = 64, 250_000
# What is known of so many sources is kept at hand: each holds all shared lines, about 100 kB in a large dump.
_SOURCES = 1000


@dataclass(frozen=True, slots=True)
class Task:
    """What a process must know of a document: itself without foreign fields, its source and its format."""

    document: Document
    source: str
    is_file: bool
    is_markdown: bool

    @classmethod
    def of(cls, entry: Entry, settings: Settings) -> Task:
        """Make the task of an entry."""
        file = entry.file
        document = replace(entry.document, extra={})
        return cls(document, source_of(entry, settings), file is not None, file is not None and file.markdown)


def _pieces(
    entries: Iterable[Entry | Unusable], settings: Settings
) -> Iterator[tuple[list[Entry | Unusable], list[Task]]]:
    """Gather entries in pieces of work, each with the tasks of those that can be used."""
    kept: list[Entry | Unusable] = []
    tasks: list[Task] = []
    size = 0
    for entry in entries:
        kept.append(entry)
        if isinstance(entry, Entry):
            tasks.append(Task.of(entry, settings))
        size += entry.size
        if len(kept) == _DOCUMENTS or size >= _BYTES:
            yield kept, tasks
            kept, tasks, size = [], [], 0
    if kept:
        yield kept, tasks


def _place(kept: Sequence[Entry | Unusable]) -> str:
    """Say where a piece of work stands."""
    places = [entry.place for entry in kept if isinstance(entry, Entry)]
    if not places:
        return "a record that cannot be used"
    return places[0] if len(places) == 1 else f"{places[0]} to {places[-1]}"


def _entries(inputs: Inputs, settings: Settings, stdin: IO[bytes]) -> Iterator[Entry | Unusable]:
    for source in inputs.sources:
        yield from read(source, settings, stdin)


# --- learning --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Learned:
    """What was learned, and from how much."""

    templates: Templates = field(default_factory=Templates)
    documents: int = 0
    sources: int = 0
    skipped: Counter[str] = field(default_factory=Counter)


class Surveyor:
    """The work of the first pass: documents to pages."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __call__(self, tasks: Sequence[Task]) -> list[Page]:
        """Reduce documents to what they testify with."""
        return [self.page(task) for task in tasks]

    def page(self, task: Task) -> Page:
        """Reduce one document to what it testifies with."""
        text = prose(task.document.text) if task.is_markdown else task.document.text
        damaged = False
        if "repair" in self.settings.stages:
            text, damaged = with_plain_breaks(text)
        return page(task.document, task.source, split_lines(text), damaged)


def learn(
    inputs: Inputs,
    settings: Settings,
    *,
    stdin: IO[bytes],
    workers: Workers | None = None,
    strict: bool = False,
    watch: Watch = _nothing,
) -> Learned:
    """Learn the templates of all sources of some inputs, in one pass; memory grows with the sources.

    With `strict` the first record that cannot be used raises its RecordError.
    """
    learned = Learned()

    def count(unusable: Unusable) -> None:
        _stop_at(unusable, strict)
        if unusable.failure is not None:
            learned.skipped[unusable.failure.reason] += 1

    for unusable in inputs.unusable:
        count(unusable)
        watch(unusable)
    pieces = _pieces(_entries(inputs, settings, stdin), settings)
    with Survey() as survey:
        for kept, pages in (workers or Workers()).map(Surveyor(settings), pieces, _place):
            for each in pages:
                survey.add(each)
            for entry in kept:
                if isinstance(entry, Unusable):
                    count(entry)
                watch(entry)
        learned.documents, learned.sources = survey.documents.total(), len(survey.documents)
        learned.templates = derive(survey)
    return learned


# --- cleaning --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Done:
    """What comes back of a document: see Cleaned."""

    article: Article
    file_text: str | None
    spared: tuple[str, ...]


class Cleaner:
    """The work of the second pass: documents to clean articles, with what is known of their sources."""

    def __init__(self, settings: Settings, templates: Templates | None = None) -> None:
        self.settings = settings
        self.templates = templates
        self._known: dict[str, Known] = {}

    def __call__(self, tasks: Sequence[Task]) -> list[Done]:
        """Clean documents."""
        return [self.clean(task) for task in tasks]

    def clean(self, task: Task) -> Done:
        """Clean one document."""
        known = self.known(task.source)
        spared: list[str] = []

        def examined(document: Document) -> Examined:
            found = examine(document, self.settings, known)
            return spare(found, spared) if known else found

        if task.is_markdown:
            article, text = clean_markdown(task.document, examined)
        else:
            found = examined(task.document)
            article = found.article()
            if not task.is_file:
                return Done(article, None, tuple(spared))
            text = found.file_text()
        return Done(article, _ended(unify(text), task.document.text), tuple(spared))

    def known(self, source: str) -> Known | None:
        """Give what is known of a source."""
        if self.templates is None or "template" not in self.settings.stages:
            return None
        if source not in self._known:
            if len(self._known) == _SOURCES:
                self._known.clear()
            self._known[source] = Known(self.templates, source)
        return self._known[source]


def _ended(text: str, original: str) -> str:
    """End a cleaned text with a line end where the original did."""
    return text + "\n" if text and text[-1] != "\n" and original[-1:] in ("\n", "\r") else text


def clean_inputs(
    inputs: Inputs,
    settings: Settings,
    *,
    stdin: IO[bytes],
    templates: Templates | None = None,
    workers: Workers | None = None,
) -> Iterator[Result]:
    """Read and clean all documents, in their order."""
    names = Names()
    pieces = _pieces(map(names.claim, _entries(inputs, settings, stdin)), settings)
    for kept, done in (workers or Workers()).map(Cleaner(settings, templates), pieces, _place):
        results = iter(done)
        for entry in kept:
            if isinstance(entry, Unusable):
                yield entry
                continue
            each = next(results)
            article = replace(each.article, extra=entry.document.extra)
            renamed = names.forget(entry)
            yield Cleaned(entry, article, each.file_text, source_of(entry, settings), renamed, each.spared)


class Names:
    """The ids of a run. A second document of the same id is kept under `id#2`."""

    def __init__(self) -> None:
        self._seen: dict[str | int, int] = {}
        self._renamed: set[str | int] = set()

    def claim(self, entry: Entry | Unusable) -> Entry | Unusable:
        """Give an entry whose document has an id of its own; it is the same object where its id was free."""
        if isinstance(entry, Unusable):
            return entry
        seen, document = self._seen, entry.document
        if document.id not in seen:
            seen[document.id] = 1
            return entry
        while True:
            seen[document.id] += 1
            name = f"{document.id}#{seen[document.id]}"
            if name not in seen:
                seen[name] = 1
                self._renamed.add(name)
                return replace(entry, document=replace(document, id=name))

    def forget(self, entry: Entry) -> bool:
        """Tell, once, whether the document of an entry was renamed."""
        if entry.document.id in self._renamed:
            self._renamed.remove(entry.document.id)
            return True
        return False


# --- the run ---------------------------------------------------------------------------------------------


def run(
    inputs: Inputs,
    output: Output,
    settings: Settings,
    *,
    stdin: IO[bytes],
    templates: Templates | None = None,
    learned: bool = False,
    workers: Workers | None = None,
    brakes: bool = False,
    strict: bool = False,
    watch: Watch = _nothing,
) -> Summary:
    """Clean all inputs into an output, and count.

    `templates` is what is known of the sources; `learned` says that it was learned from these inputs and
    is a result of the run. `watch` sees each result after it was written. With `brakes` a source that
    loses too much raises BrakeError before the output is finished; with `strict` the first record that
    cannot be used raises its RecordError. Raises OutputError and WorkerError.
    """
    summary = Summary(settings, templates=templates if learned else None)
    summary.expect(inputs)
    for unusable in inputs.unusable:
        _stop_at(unusable, strict)
        summary.count(unusable)
        watch(unusable)
    for result in clean_inputs(inputs, settings, stdin=stdin, templates=templates, workers=workers):
        if isinstance(result, Unusable):
            _stop_at(result, strict)
        output.take(result)
        summary.count(result)
        watch(result)
    if brakes:
        check_losses(summary.sources, settings.max_loss)
    output.finish(summary)
    return summary


def _stop_at(unusable: Unusable, strict: bool) -> None:
    failure = unusable.failure
    if strict and failure is not None:
        problem = failure.message.removeprefix(f"{failure.place}: ")
        raise RecordError(failure.place, failure.reason, problem)
