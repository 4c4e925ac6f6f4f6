"""A run over a dump: read, clean, write, and count what happened.

`clean_inputs` yields results in the order of the input; outputs and counts are fed from it. How the
cleaning is spread over processes is a matter of that one function.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import IO, Any, Protocol

from dedupe import __version__
from dedupe.clean import examine
from dedupe.errors import RecordError
from dedupe.formats import Entry, Inputs, Source, Unusable, read
from dedupe.ledger import LIFTED, REPAIRED, is_finding, message
from dedupe.markdown import clean_markdown
from dedupe.model import Article, Document, Removal
from dedupe.settings import Settings


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document before and after. `file_text` is what its file shall hold, None for a record.

    `renamed` tells that its id was taken by an earlier document of the run.
    """

    entry: Entry
    article: Article
    file_text: str | None = None
    renamed: bool = False

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


class Output(Protocol):
    """Where results go; see `dedupe.outputs`."""

    def take(self, result: Result) -> None:
        """Write one result."""

    def finish(self, summary: Summary) -> None:
        """Write what is known only at the end."""


def unify(text: str) -> str:
    """Give a text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


# --- cleaning --------------------------------------------------------------------------------------------


def clean_inputs(sources: Iterable[Source], settings: Settings, *, stdin: IO[bytes]) -> Iterator[Result]:
    """Read and clean all documents, in their order, one at a time."""
    names = Names()
    for source in sources:
        for entry in read(source, settings, stdin):
            if isinstance(entry, Unusable):
                yield entry
                continue
            document = names.claim(entry.document)
            renamed = document is not entry.document
            yield replace(clean_entry(replace(entry, document=document), settings), renamed=renamed)


def clean_entry(entry: Entry, settings: Settings) -> Cleaned:
    """Clean one document."""
    file = entry.file
    if file is None:
        return Cleaned(entry, examine(entry.document, settings).article())
    if file.markdown:
        article, text = clean_markdown(entry.document, settings)
    else:
        examined = examine(entry.document, settings)
        article, text = examined.article(), examined.file_text()
    return Cleaned(entry, article, _ended(unify(text), entry.document.text))


def _ended(text: str, original: str) -> str:
    """End a cleaned text with a line end where the original did."""
    return text + "\n" if text and text[-1] != "\n" and original[-1:] in ("\n", "\r") else text


class Names:
    """The ids of a run. A second document of the same id is kept under `id#2`."""

    def __init__(self) -> None:
        self._seen: dict[str | int, int] = {}

    def claim(self, document: Document) -> Document:
        """Give the document with an id of its own; it is the same object where its id was free."""
        seen = self._seen
        if document.id not in seen:
            seen[document.id] = 1
            return document
        while True:
            seen[document.id] += 1
            name = f"{document.id}#{seen[document.id]}"
            if name not in seen:
                seen[name] = 1
                return replace(document, id=name)


# --- counting --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Summary:
    """What a run did. The same input and settings give the same summary: it knows no time and no place."""

    settings: Settings
    read: int = 0
    written: int = 0
    changed: int = 0
    files: int = 0
    lifted: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    characters: int = 0
    characters_removed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)

    def expect(self, inputs: Inputs) -> None:
        """Count what the search for inputs has brought."""
        self.files = len(inputs.sources)
        self.ignored.update(inputs.ignored)
        if inputs.repeated:
            self.warnings["input given twice"] += inputs.repeated

    def count(self, result: Result) -> None:
        """Count one result."""
        if isinstance(result, Unusable):
            if result.failure is not None:
                self.skipped[result.failure.reason] += 1
            return
        self.read += 1
        self.written += 1
        self.changed += result.changed
        self.characters += len(result.entry.document.text)
        repaired = set()
        for removal in result.article.removed:
            if removal.reason == REPAIRED:
                repaired.add(removal.line)
                continue
            kind = self.lifted if removal.reason in LIFTED else self.removed
            kind[removal.reason] += 1
            self.characters_removed += removal.end - removal.start
        self.repaired += len(repaired)
        if result.renamed:
            self.warnings["duplicate id"] += 1
        if result.entry.file is not None and result.entry.file.encoding != "utf-8":
            self.warnings["not UTF-8"] += 1

    def to_dict(self) -> dict[str, Any]:
        """Give the summary as `summary.json` writes it."""
        settings = {f.name: getattr(self.settings, f.name) for f in fields(self.settings)}
        return {
            "version": __version__,
            "settings": settings,
            "documents": {
                "read": self.read,
                "written": self.written,
                "changed": self.changed,
                "skipped": self.skipped.total(),
            },
            "lines": {
                "lifted": dict(sorted(self.lifted.items())),
                "removed": dict(sorted(self.removed.items())),
                "repaired": self.repaired,
            },
            "characters": {"read": self.characters, "removed": self.characters_removed},
            "files": {"read": self.files, "ignored": dict(sorted(self.ignored.items()))},
            "skipped": dict(sorted(self.skipped.items())),
            "warnings": dict(sorted(self.warnings.items())),
        }

    def lines(self) -> Iterator[str]:
        """Give the summary as lines for people."""
        yield f"{counted(self.read, 'document')} read, {counted(self.changed, 'document')} changed"
        if self.lifted:
            yield f"lifted into fields: {_list(self.lifted)}"
        removed = f"{counted(self.removed.total(), 'line')} removed"
        if self.removed:
            removed += f" ({_list(self.removed)})"
        share = 100 * self.characters_removed / self.characters if self.characters else 0.0
        yield f"{removed}; {counted(self.characters_removed, 'character')} in all ({share:.1f} %)"
        if self.repaired:
            yield f"{counted(self.repaired, 'line')} repaired"
        if self.skipped:
            yield f"skipped: {_list(self.skipped)}"
        if self.ignored:
            yield f"passed over: files of other kinds ({_list(self.ignored)})"
        if self.warnings:
            yield f"note: {_list(self.warnings)}"


def counted(count: int, noun: str) -> str:
    """Say how many.

    >>> counted(1, "line"), counted(12000, "line")
    ('1 line', '12,000 lines')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _list(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name or 'no suffix'}" for name, count in sorted(counts.items()))


# --- the run ---------------------------------------------------------------------------------------------


def run(
    inputs: Inputs,
    output: Output,
    settings: Settings,
    *,
    stdin: IO[bytes],
    strict: bool = False,
    watch: Callable[[Result], None] = lambda result: None,
) -> Summary:
    """Clean all inputs into an output, and count.

    `watch` sees each result after it was written. With `strict` the first record that cannot be used
    raises its RecordError. Raises OutputError.
    """
    summary = Summary(settings)
    summary.expect(inputs)
    for unusable in inputs.unusable:
        _stop_at(unusable, strict)
        summary.count(unusable)
        watch(unusable)
    for result in clean_inputs(inputs.sources, settings, stdin=stdin):
        if isinstance(result, Unusable):
            _stop_at(result, strict)
        output.take(result)
        summary.count(result)
        watch(result)
    output.finish(summary)
    return summary


def _stop_at(unusable: Unusable, strict: bool) -> None:
    failure = unusable.failure
    if strict and failure is not None:
        problem = failure.message.removeprefix(f"{failure.place}: ")
        raise RecordError(failure.place, failure.reason, problem)
