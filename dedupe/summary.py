"""What a run has done, in numbers: for `summary.json`, and for people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from dedupe import __version__
from dedupe.brakes import FURNITURE, Loss
from dedupe.formats import Inputs, Unusable
from dedupe.ledger import HEADING, LIFTED, PAGE, REPAIRED
from dedupe.settings import Settings
from dedupe.templates import Templates

if TYPE_CHECKING:
    from dedupe.results import Result


SPARED = "line of furniture kept: most of its document"
"""The warning for furniture, learned or known by its words, that was not cut."""

NO_FIELD = "document without the field of keep"
"""The warning for what `--keep field:NAME` cannot compare."""

OTHER_FACTS = "document with the frame of another and other facts"
"""What `--annotate` calls `other facts`, and nothing removes."""


@dataclass(slots=True)
class Summary:
    """What a run did. The same input and settings give the same summary: it knows no time and no place.

    `templates` is what the run has learned itself; `sources` is what furniture cost each source. Of the
    documents that are `changed`, nothing but the heading was lifted from `headings`.
    """

    settings: Settings
    templates: Templates | None = None
    read: int = 0
    changed: int = 0
    headings: int = 0
    files: int = 0
    lifted: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    repaired: int = 0
    characters: int = 0
    characters_removed: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    ignored: Counter[str] = field(default_factory=Counter)
    warnings: Counter[str] = field(default_factory=Counter)
    duplicates: Counter[str] = field(default_factory=Counter)
    sources: dict[str, Loss] = field(default_factory=lambda: defaultdict(Loss))

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
            if result.kind:
                self.passed_over[result.kind] += 1
            return
        self.read += 1
        self.changed += result.changed
        reasons = {row.reason for row in result.article.removed}
        self.headings += bool(result.changed and reasons and reasons <= set(HEADING))
        self.characters += len(result.entry.document.text)
        cuts_furniture = not {"furniture", "template"}.isdisjoint(self.settings.stages)
        loss = self.sources[result.source] if cuts_furniture else Loss()
        loss.documents += 1
        loss.characters += len(result.entry.document.text)
        repaired = set()
        for removal in result.article.removed:
            if removal.reason == REPAIRED:
                repaired.add(removal.line)
                continue
            kind = self.lifted if removal.reason in LIFTED else self.removed
            kind[removal.reason] += 1
            self.characters_removed += removal.end - removal.start
            if removal.reason == FURNITURE:
                loss.add(removal.text)
            elif removal.reason == PAGE:
                loss.characters -= len(removal.text)  # the menus of a page are no part of what it has to lose
        self.repaired += len(repaired)
        if result.spared:
            self.warnings[SPARED] += len(result.spared)
        if result.entry.file is not None and result.entry.file.encoding != "utf-8":
            self.warnings["not UTF-8"] += 1

    def add(self, other: Summary) -> None:
        """Add what was counted elsewhere: in a chunk of the inputs."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _COUNTERS:
            getattr(self, name).update(getattr(other, name))
        for source, loss in other.sources.items():
            self.sources[source].join(loss)

    def state(self) -> dict[str, Any]:
        """Give all that was counted, as JSON can hold it."""
        counted = {name: getattr(self, name) for name in (*_SUMS, *_COUNTERS)}
        sources = {
            name: [loss.documents, loss.characters, loss.removed, loss.lines]
            for name, loss in self.sources.items()
        }
        return {**counted, "sources": sources}

    @classmethod
    def restored(cls, settings: Settings, state: Mapping[str, Any]) -> Self:
        """Make the summary again that gave a state."""
        summary = cls(settings, **{name: state[name] for name in _SUMS})
        for name in _COUNTERS:
            getattr(summary, name).update(state[name])
        for name, (documents, characters, removed, lines) in state["sources"].items():
            summary.sources[name] = Loss(documents, characters, removed, Counter(lines))
        return summary

    @property
    def written(self) -> int:
        """The documents that stay."""
        return self.read - (0 if self.settings.annotate else self.duplicates.total())

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
                "heading_only": self.headings,
                "skipped": self.skipped.total(),
            },
            "lines": {
                "lifted": dict(sorted(self.lifted.items())),
                "removed": dict(sorted(self.removed.items())),
                "repaired": self.repaired,
            },
            "duplicates": dict(sorted(self.duplicates.items())),
            "characters": {"read": self.characters, "removed": self.characters_removed},
            "files": {"read": self.files, "ignored": dict(sorted(self.ignored.items()))},
            "sources": {name: loss.to_dict() for name, loss in sorted(self.sources.items())},
            "skipped": dict(sorted(self.skipped.items())),
            "passed_over": dict(sorted(self.passed_over.items())),
            "warnings": dict(sorted(self.warnings.items())),
        }

    def lines(self) -> Iterator[str]:
        """Give the summary as lines for people."""
        alone = f" ({self.headings:,} by lifting the heading alone)" if self.headings else ""
        yield f"{counted(self.read, 'document')} read, {counted(self.changed, 'document')} changed{alone}"
        if self.lifted:
            yield f"{counted(self.lifted.total(), 'line')} lifted into fields ({_list(self.lifted)})"
        removed = f"{counted(self.removed.total(), 'line')} removed"
        if self.removed:
            removed += f" ({_list(self.removed)})"
        yield removed
        if self.repaired:
            yield f"{counted(self.repaired, 'line')} repaired"
        if self.templates is not None and (review := standing(self.templates)):
            yield f"{counted(review, 'standing sentence')} listed for review in the templates; not removed"
        if self.duplicates:
            done = "annotated" if self.settings.annotate else "removed"
            found = f"{counted(self.duplicates.total(), 'near-duplicate')} {done} ({_list(self.duplicates)})"
            yield f"{found}; {counted(self.written, 'document')} left"
        share = 100 * self.characters_removed / self.characters if self.characters else 0.0
        yield f"taken out or lifted in all: {counted(self.characters_removed, 'character')} ({share:.1f} %)"
        if self.skipped:
            yield f"skipped: {_list(self.skipped)}"
        if self.passed_over:
            yield f"passed over: {_list(self.passed_over)}"
        if self.ignored:
            yield f"passed over: files of other kinds ({_list(self.ignored)})"
        if self.warnings:
            yield f"note: {_list(self.warnings, _SAID)}"


_SUMS = ("read", "changed", "headings", "repaired", "characters", "characters_removed")
_COUNTERS = ("lifted", "removed", "skipped", "passed_over", "warnings", "duplicates")


def counted(count: int, noun: str) -> str:
    """Say how many.

    >>> counted(1, "line"), counted(12000, "line")
    ('1 line', '12,000 lines')
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


_SAID = {
    "duplicate id": ("duplicate id (told apart as ID#2)", "duplicate ids (told apart as ID#2 and so on)"),
    "input given twice": ("input given twice", "inputs given twice"),
    "near-duplicate file kept": ("near-duplicate file kept", "near-duplicate files kept"),
    NO_FIELD: ("document without the field of --keep", "documents without the field of --keep"),
    OTHER_FACTS: (OTHER_FACTS, "documents with the frame of another and other facts"),
    SPARED: (SPARED, "lines of furniture kept: most of their documents"),
}
"""What people are told of a warning: of one, and of several."""


def _list(counts: Counter[str], said: Mapping[str, tuple[str, str]] | None = None) -> str:
    """List counts; `said` has other words for some names: for one, and for several."""
    known = said or {}
    return ", ".join(
        f"{count:,} {known.get(name, (name, name))[count != 1] or 'no suffix'}"
        for name, count in sorted(counts.items())
    )


def standing(templates: Templates) -> int:
    """Count the standing sentences that templates list for review."""
    return sum(len(template.review) for template in templates.sources.values())
