"""A run over a dump: learn the lines of its sites, clean each document, compare them all, write.

Inputs are cut into chunks (`dedupe.reading`) that depend on nothing but the inputs; each is read, cleaned and
rendered by one process (`dedupe.workers`) and comes back as an outcome (`dedupe.outcome`), in memory where
the run is small, as a folder of files where it is large. When all are there, documents are compared
(`dedupe.compare`), and outcomes are written in their order. So neither the number of processes nor an
interruption changes a byte.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from dedupe.brakes import check_groups, check_losses
from dedupe.chunks import Cleaner, Surveyed, Surveyor, skipped
from dedupe.copying import Lines
from dedupe.formats import Inputs
from dedupe.learn import derive
from dedupe.ledger import Repeat, document_message, renamed_rows
from dedupe.outcome import DOCUMENT, FILE, REMADE, Note, Outcome
from dedupe.outputs import Finished, Output
from dedupe.reading import Chunk, Reading, plan, refuse
from dedupe.rendering import annotated
from dedupe.settings import RELATIONS, Settings
from dedupe.summary import NO_FIELD, OTHER_FACTS, Summary
from dedupe.survey import Silent, Survey
from dedupe.templates import Templates
from dedupe.workers import Workers

if TYPE_CHECKING:
    from dedupe.compare import Documents
    from dedupe.duplicates import Finding
    from dedupe.workfolder import WorkFolder

IN_MEMORY = 8_000_000
"""Bytes of input up to which a run needs no folder for its work."""

FILE_KEPT = "near-duplicate file kept"
"""The warning for a text file that is cleaned in place, and would go if it were a record."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Is told what happens: notes, and what came of each chunk."""

    tell: Callable[[Note], None] = lambda note: None
    learned: Callable[[Chunk, Surveyed], None] = lambda chunk, surveyed: None
    cleaned: Callable[[Chunk, Outcome], None] = lambda chunk, outcome: None


_SILENT = Watch()


# --- learning --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Learned:
    """What was learned, and from how much."""

    templates: Templates = field(default_factory=Templates)
    documents: int = 0
    sources: int = 0
    silent: Silent = field(default_factory=Silent)
    skipped: Counter[str] = field(default_factory=Counter)


def learn(
    inputs: Inputs, reading: Reading, *, workers: Workers | None = None, watch: Watch = _SILENT
) -> Learned:
    """Learn the templates of all sources of some inputs, in one pass; memory grows with the sources."""
    learned = Learned()
    notes = list(_unusable(inputs, reading.strict))
    chunks = ((chunk, chunk) for chunk in plan(inputs.sources, reading.settings.chunk_size))
    with Survey() as survey:
        for chunk, found in (workers or Workers()).map(Surveyor(reading), chunks, _place):
            for each in found.pages:
                survey.add(each)
            survey.documents += found.others
            notes += found.notes
            watch.learned(chunk, found)
        learned.documents, learned.sources = survey.documents.total(), len(survey.documents)
        learned.templates = derive(survey, reading.settings.sources)
        learned.silent = survey.silent()
    for note in notes:
        learned.skipped[note.reason] += 1
        watch.tell(note)
    return learned


def _place(chunk: Chunk) -> str:
    return chunk.place


def _unusable(inputs: Inputs, strict: bool) -> Iterator[Note]:
    """Note which of the given names could not be used."""
    for unusable in inputs.unusable:
        if strict:
            refuse(unusable)
        if unusable.failure is not None:
            yield skipped(unusable)


# --- the run ---------------------------------------------------------------------------------------------


def run(
    inputs: Inputs,
    output: Output,
    reading: Reading,
    *,
    templates: Templates | None = None,
    learned: bool = False,
    workers: Workers | None = None,
    work: WorkFolder | None = None,
    brakes: bool = False,
    verbose: bool = False,
    watch: Watch = _SILENT,
) -> Summary:
    """Clean all inputs into an output, and count.

    `templates` is what is known of the sources; `learned` says that it was learned from these inputs and
    is a result of the run. Where `work` is given, finished chunks lie there. With `brakes` a source that
    loses too much, or a document that too many repeat, raises BrakeError before anything is written; with
    `verbose` each removal is told. Raises RecordError, OutputError and WorkerError.
    """
    settings = reading.settings
    summary = Summary(settings, templates=templates if learned else None)
    summary.expect(inputs)
    for note in _unusable(inputs, reading.strict):
        summary.skipped[note.reason] += 1
        watch.tell(note)
    cleaner = Cleaner(
        reading, output.render, templates, work=work.path if work else None,
        fast=compares_fast(inputs, settings), verbose=verbose,
    )  # fmt: skip
    corpus = Corpus(settings, work)
    chunks = ((chunk, chunk) for chunk in plan(inputs.sources, settings.chunk_size))
    threads = cleaner.only_copies(inputs.sources)
    for chunk, outcome in (workers or Workers()).map(cleaner, chunks, _place, threads):
        done = corpus.add(chunk, outcome)
        summary.add(done.summary)
        for note in done.notes:
            watch.tell(note)
        watch.cleaned(chunk, done)
    if corpus.renamed:
        summary.warnings["duplicate id"] += len(corpus.renamed)
    repeats = corpus.repeats(output.keeps_files)
    if lacking := corpus.without_field():
        summary.warnings[NO_FIELD] += lacking
    for repeat in repeats.values():
        if repeat.goes or settings.annotate:
            summary.duplicates[repeat.relation] += 1
            summary.characters_removed += repeat.characters[0] if repeat.goes else 0
    if settings.annotate and (alike := corpus.other_facts()):
        summary.warnings[OTHER_FACTS] += alike
    if brakes:
        check_losses(summary.sources, settings.max_loss)
        check_groups(((str(each.kept), each.place) for each in repeats.values()), settings.max_group)
    for number in repeats if verbose else ():
        watch.tell(Note("", "", corpus.message(number, repeats[number])))
    for number, repeat in repeats.items():
        if not (repeat.goes or settings.annotate):
            summary.warnings[FILE_KEPT] += 1
            watch.tell(Note("kept", FILE_KEPT, corpus.message(number, repeat)))
    corpus.write(output, repeats)
    output.finish(summary)
    return summary


def compares_fast(inputs: Inputs, settings: Settings) -> bool:
    """Tell whether comparing is worth the start of the compiled engine."""
    if "duplicates" not in settings.stages or inputs.size <= IN_MEMORY:
        return False
    from dedupe.texts import fast_engine

    return fast_engine(inputs.size, None)


class Corpus:
    """All documents of a run, by their numbers: what must be known of all of them at once.

    An item that is no document has a number as well, and no id (see `dedupe.outcome`).
    """

    def __init__(self, settings: Settings, work: WorkFolder | None) -> None:
        self.settings = settings
        self.renamed: dict[int, str] = {}
        self._work = work
        self._names = Names()
        self._ids: list[str | int | None] = []
        self._places: list[list[str] | Lines] = []
        self._firsts: list[int] = []
        self._flags = array("q")
        self._characters = array("q")
        self._chunks: list[tuple[Chunk, Outcome | None]] = []
        self._documents: Documents | None = None
        self._waiting: list[Outcome] = []
        self._related: dict[int, Finding] = {}

    def add(self, chunk: Chunk, outcome: Outcome | None) -> Outcome:
        """Take in a chunk; `outcome` is None where it lies in the work folder."""
        self._chunks.append((chunk, outcome))
        outcome = self._outcome(chunk, outcome)
        first = len(self._ids)
        self._ids += outcome.ids
        for item, name in self._names.claim(outcome.ids):
            self._ids[first + item] = self.renamed[first + item] = name
        self._places.append(outcome.places)
        self._firsts.append(first)
        self._flags.extend(outcome.numbers["flags"])
        self._characters.extend(outcome.numbers["characters"])
        if "duplicates" in self.settings.stages:
            self._compare_later(outcome)
        return outcome

    def _compare_later(self, outcome: Outcome) -> None:
        """Take in what is compared of a chunk."""
        self._waiting.append(outcome)
        if self._work is None and len(self._ids) < 2:
            return  # one document has nothing to be compared with, and NumPy takes long to load
        if self._documents is None:
            from dedupe.compare import Documents

            self._documents = Documents(self._work.path if self._work else None)
        for each in self._waiting:
            self._documents.add(each)
        self._waiting.clear()

    def _outcome(self, chunk: Chunk, outcome: Outcome | None) -> Outcome:
        if outcome is None and self._work is not None:
            outcome = self._work.outcome(chunk)
        if outcome is None:
            raise LookupError(f"chunk {chunk.number} was lost")
        return outcome

    def repeats(self, keeps_files: bool) -> dict[int, Repeat]:
        """Compare all documents and give the near-duplicates among them, by number."""
        if self._documents is None or len(self._ids) < 2:
            return {}
        self._names.clear()
        ids = ["" if name is None else name for name in self._ids]
        self._related = self._documents.repeats(ids, self.settings)
        found = {}
        for number, each in self._related.items():
            if each.removed:
                kept = int(each.kept)
                stays = self.settings.annotate or (keeps_files and self._flags[number] & FILE)
                found[number] = Repeat(
                    ids[kept], self._place(kept), each.relation, each.similarity, each.coverage,
                    each.changed_numbers, each.changed_names,
                    (self._characters[number], self._characters[kept]), not stays,
                )  # fmt: skip
        return found

    def without_field(self) -> int:
        """Count the documents without the field that `keep` names: of a misspelled one, all."""
        names_field = self.settings.keep.startswith("field:")
        return self._documents.without_value() if names_field and self._documents is not None else 0

    def other_facts(self) -> int:
        """Count the documents that share the frame of another and state other facts."""
        return sum(each.relation == "other facts" for each in self._related.values())

    def _place(self, number: int) -> str:
        """Say where a document stands."""
        chunk = bisect_right(self._firsts, number) - 1
        return self._places[chunk][number - self._firsts[chunk]]

    def message(self, number: int, repeat: Repeat) -> str:
        """Say for people that a document repeats another."""
        is_file = bool(self._flags[number] & FILE)
        return document_message(repeat.relation, repeat.place, self._place(number), is_file=is_file)

    def write(self, output: Output, repeats: dict[int, Repeat]) -> None:
        """Hand all items to an output, in the order of the inputs."""
        centers = {each.kept for each in self._related.values() if each.removed}
        first = 0
        for at, (chunk, outcome) in enumerate(self._chunks):
            outcome = self._outcome(chunk, outcome)
            self._chunks[at] = (chunk, None)  # it is not needed any more
            if outcome.original is None:
                output.write(self._finished(chunk, outcome, first, output, repeats, centers))
            else:
                with outcome.original.open() as file:
                    output.write(self._copied(file, chunk, outcome, first, output, repeats, centers))
            first += len(outcome)

    def _copied(
        self, file: IO[bytes], chunk: Chunk, outcome: Outcome, first: int, output: Output,
        repeats: dict[int, Repeat], centers: set[Any],
    ) -> Iterator[Finished]:  # fmt: skip
        """Give the records of a chunk that are copied from a file: one by one where there is something to say
        of them, all others in runs; no lines where the output has no records."""  # noqa: D209
        [source] = chunk.sources
        annotates = self.settings.annotate and output.has_records
        items = range(len(outcome))
        told = items if annotates else [item for item in items if first + item in repeats]
        for item, line in outcome.copied(file, told) if output.has_records else ((i, b"") for i in told):
            number = first + item
            if not annotates and number not in repeats:
                yield Finished(None, "", source, DOCUMENT, line, b"", None)
                continue
            if annotates:
                line = annotated(line, self._annotation(number, centers))
            yield Finished(
                self._ids[number], outcome.places[item], source, DOCUMENT, line, b"", None,
                repeats.get(number),
            )  # fmt: skip

    def _finished(
        self, chunk: Chunk, outcome: Outcome, first: int, output: Output, repeats: dict[int, Repeat],
        centers: set[Any],
    ) -> Iterator[Finished]:  # fmt: skip
        flags, origins = outcome.numbers["flags"], outcome.numbers["origins"]
        annotates = self.settings.annotate and output.has_records
        for item, old in enumerate(outcome.ids):
            number = first + item
            line, rows = outcome.get("lines", item), outcome.get("rows", item)
            if old is not None and number in self.renamed:
                line = output.rename(line, old, self.renamed[number])
                rows = renamed_rows(rows, self.renamed[number])
            if annotates and line and flags[item] & DOCUMENT:
                line = annotated(line, self._annotation(number, centers))
            file = outcome.get("files", item) if flags[item] & REMADE else None
            yield Finished(
                self._ids[number], outcome.places[item], chunk.sources[origins[item]], flags[item], line,
                rows, file, repeats.get(number),
            )  # fmt: skip

    def _annotation(self, number: int, centers: set[Any]) -> tuple[Any, ...]:
        """Give duplicate_of, group, similarity and relation of a document."""
        found = self._related.get(number)
        if found is None:
            return (None, self._ids[number] if number in centers else None, None, None)
        kept = self._ids[int(found.kept)]
        group = kept if found.removed else self._ids[number] if number in centers else None
        repeats = found.removed or found.relation in RELATIONS
        return (kept if repeats else None, group, found.similarity, found.relation)


class Names:
    """The ids of a run. A second document of the same id is kept under `id#2`."""

    def __init__(self) -> None:
        self._seen: dict[str | int | None, int] = {}

    def claim(self, ids: Sequence[str | int | None]) -> Iterator[tuple[int, str]]:
        """Take the ids of some items; yield the items whose id is taken already, with the name they get."""
        own = dict.fromkeys(ids, 1)
        own.pop(None, None)
        if len(own) == len(ids) and self._seen.keys().isdisjoint(own):
            self._seen.update(own)
            return
        for item, old in enumerate(ids):
            if old is not None and (name := self._claim(old)) != old:
                yield item, str(name)

    def clear(self) -> None:
        """Forget them all: the comparison wants the memory."""
        self._seen.clear()

    def _claim(self, id: str | int) -> str | int:
        """Give a document a name of its own: its id, where that was free."""
        seen = self._seen
        if id not in seen:
            seen[id] = 1
            return id
        while True:
            seen[id] += 1
            name = f"{id}#{seen[id]}"
            if name not in seen:
                seen[name] = 1
                return name
