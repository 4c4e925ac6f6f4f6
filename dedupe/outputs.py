"""Where results go: a folder, a file of records, standard output, the inputs themselves, or nowhere."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dedupe.articlefiles import HeldLines, write_markdown
from dedupe.chunks import Renderer
from dedupe.errors import SettingsError
from dedupe.formats import FOLDERS, FORMATS, STDIN, Source, known_outputs, missing_library, writer_of
from dedupe.jsonlines import write_lines
from dedupe.ledger import Repeat, document_message, document_row, renamed_rows
from dedupe.outcome import CHANGED, DOCUMENT, FILE
from dedupe.packing import split_suffix
from dedupe.records import dumps, encode
from dedupe.rendering import Articles, Diffs, Findings, InPlace, Nothing, renamed, with_text
from dedupe.settings import Settings
from dedupe.staging import Staged, StagedFile, writing
from dedupe.summary import Summary


@dataclass(frozen=True, slots=True)
class Finished:
    """One item of a run, ready to be written: see `dedupe.outcome`. `repeat` tells of a near-duplicate.

    Records that stay, and are copied as they are, come in runs: lines without an id.
    """

    id: str | int | None
    place: str
    source: Source
    flags: int
    line: bytes
    rows: bytes
    file: bytes | None
    repeat: Repeat | None = None

    @property
    def goes(self) -> bool:
        """Tell whether the document is not to be written."""
        return self.repeat is not None and self.repeat.goes

    @property
    def ledger(self) -> bytes:
        """The rows of the ledger: those of its lines, and that of the document itself where it goes."""
        if self.repeat is None or not self.repeat.goes or self.id is None:
            return self.rows
        return self.rows + document_row(self.id, self.repeat, self.line)


class Output(Protocol):
    """Where results go."""

    @property
    def render(self) -> Renderer:
        """What makes bytes of a result, in any process."""

    @property
    def keeps_files(self) -> bool:
        """Whether a text file stays where a record would go."""

    @property
    def has_records(self) -> bool:
        """Whether lines are records."""

    def rename(self, line: bytes, old: str | int, new: str | int) -> bytes:
        """Give the line of a document another id, which is its own in the whole run."""

    def write(self, items: Iterable[Finished]) -> None:
        """Write some items, in their order."""

    def finish(self, summary: Summary) -> None:
        """Write what is known only at the end."""


class Writable(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes) -> object:
        """Append bytes."""


_NO_ARTICLES = (
    "articles cannot be written to such a file; give a .jsonl, .csv or .parquet, or a folder "
    "(a name that ends with / is one)"
)
_NO_FOLDER = {
    *FORMATS,
    ".json", ".xml", ".yaml", ".yml", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".epub", ".xls", ".xlsx",
    ".ods", ".arrow", ".feather", ".orc", ".avro", ".db", ".sqlite", ".zip", ".tar", ".tgz", ".7z",
}  # fmt: skip


class Paths:
    """The files that a run writes for `-o OUT`: articles, ledger, summary, templates, mirrored texts.

    `to` names the format of the articles in a folder; that of a file is told by its name. `writer` writes
    them; `is_mirror` tells that text files have their copies in the folder. `work` is the folder for
    unfinished work. Raises SettingsError for what cannot be written.
    """

    def __init__(self, out: str, ledger: str | None, to: str | None = None) -> None:
        path = Path(out)
        self.folder: Path | None = None
        writer = writer_of(path.name)
        if writer is not None:
            if to is not None:
                raise SettingsError("to", to, f"the name of {out} tells its format; give a folder")
            stem = path.name[: -len("".join(split_suffix(path.name)))]
            self.articles = path
            self.ledger = path.with_name(f"{stem}.removed.jsonl")
            self.summary = path.with_name(f"{stem}.summary.json")
            self.templates = path.with_name(f"{stem}.templates.json")
            self.work = path.with_name(f".{path.name}.dedupe-work")
        else:
            suffix = split_suffix(path.name)[0]
            if not (out.endswith(("/", os.sep)) or path.is_dir()) and suffix in _NO_FOLDER:
                raise SettingsError("output", out, _NO_ARTICLES)
            to = to or "jsonl"
            self.folder = path
            self.articles = path / ("articles" if to in FOLDERS else f"articles.{to}")
            writer = FOLDERS.get(to) or writer_of(self.articles.name)
            if writer is None:
                raise SettingsError("to", to, f"choose from {', '.join(known_outputs())}")
            self.ledger = path / "removed.jsonl"
            self.summary = path / "summary.json"
            self.templates = path / "templates.json"
            self.work = path / ".dedupe-work"
        if advice := missing_library(self.articles.name):
            raise SettingsError("output", str(self.articles), advice)
        self.writer = writer
        self.is_mirror = self.folder is not None and to not in FOLDERS
        if ledger is not None:
            self.ledger = Path(ledger)

    def all(self) -> list[Path]:
        """All places that a search for inputs must pass over."""
        files = [self.articles, self.ledger, self.summary, self.templates]
        return files if self.folder is None else [self.folder, *files]

    def older(self, staged: Staged) -> list[Path]:
        """Give what stands in a folder for output as earlier runs would have left it, and is not replaced."""
        if self.folder is None:
            return []
        here = Path(os.path.realpath(self.folder))
        return [
            path
            for path in staged.older(self.folder)
            if path.relative_to(here).parts[0].partition(".")[0] in ("articles", "templates")
        ]


def refuse_overwriting(inputs: Iterable[str], sources: Iterable[Source], outputs: Iterable[Path]) -> None:
    """Raise SettingsError where an output would stand on an input, or a folder for output holds one."""
    places = [output.resolve() for output in outputs]
    given = [Path(name).resolve() for name in inputs if name != STDIN]
    read = [source.path.resolve() for source in sources if source.path is not None]
    for path in (*given, *read):
        for place in places:
            if path == place or place in path.parents:
                raise SettingsError(
                    "output", str(place), f"it would overwrite the input {path}; choose another place"
                )


class FolderOutput:
    """Articles, ledger and summary as files; cleaned text files mirrored under `articles/` of a folder.

    JSON lines are written as they come. Other formats are made of them at the end, when it is known which
    fields there are, and of what types; `sources` may know of those.
    """

    keeps_files = False
    has_records = True

    def __init__(
        self, staged: Staged, paths: Paths, settings: Settings, sources: Sequence[Source] = ()
    ) -> None:
        # A file of its own is made of fields of ours, under whatever names a record has them.
        copies = settings.stages == ("duplicates",) and paths.writer not in FOLDERS.values()
        self.render = Articles(copies, marks=paths.writer is write_markdown)
        self._staged = staged
        self._paths = paths
        self._sources = sources
        self._held: HeldLines | None = None
        if paths.writer is not write_lines:
            self._held = HeldLines(staged.scratch(paths.articles.parent), paths.articles.parent)
        self._articles: Writable = self._held or staged.open(paths.articles)
        self._ledger = staged.open(paths.ledger)
        self._mirrored: Counter[str] = Counter()

    def rename(self, line: bytes, old: str | int, new: str | int) -> bytes:
        """Give an article another id; a record that is copied keeps its own."""
        return line if self.render.copies else renamed(line, old, new)

    def write(self, items: Iterable[Finished]) -> None:
        """Write articles, their rows of the ledger and their text files."""
        for item in items:
            self._ledger.write(item.ledger)
            if item.goes:
                continue
            if self.render.marks and item.file is not None:
                self._articles.write(with_text(item.line, item.file))
                continue
            self._articles.write(item.line)
            if item.file is not None and self._paths.folder is not None and self._paths.is_mirror:
                place = self._paths.folder / "articles" / self.mirror(item.source.mirror)
                self._staged.write(place, item.file)

    def mirror(self, relative: str) -> str:
        """Give the place of a mirrored file; a second one of the same name gets `#2` before its suffix."""
        given, path, key = self._mirrored, Path(relative), relative
        name = relative.casefold()  # some file systems take A.txt and a.txt for one
        while given[key.casefold()]:
            given[name] += 1
            key = path.with_name(f"{path.stem}#{given[name]}{path.suffix}").as_posix()
        given[key.casefold()] = 1
        return key

    def finish(self, summary: Summary) -> None:
        """Write the articles where they were held, the summary, and what the run has learned."""
        if self._held is not None:
            notes = self._paths.writer(self._held, self._staged, self._paths.articles, self._sources)
            summary.warnings.update(notes)
            self._held.close()
        self._staged.write(self._paths.summary, summary_json(summary))
        if summary.templates is not None:
            self._staged.write(self._paths.templates, encode(summary.templates.to_json()))


class StreamOutput:
    """Articles as JSON lines, or one plain text from standard input as plain text, to a stream."""

    keeps_files = False
    has_records = True

    def __init__(self, stream: Writable, ledger: StagedFile | None, settings: Settings) -> None:
        self.render = Articles(settings.stages == ("duplicates",))
        self._stream = stream
        self._ledger = ledger

    def rename(self, line: bytes, old: str | int, new: str | int) -> bytes:
        """Give an article another id; a record that is copied keeps its own."""
        return line if self.render.copies else renamed(line, old, new)

    def write(self, items: Iterable[Finished]) -> None:
        """Write articles."""
        for item in items:
            if self._ledger is not None:
                self._ledger.write(item.ledger)
            if not item.goes:
                is_plain = item.file is not None and item.source.path is None
                with writing("standard output"):
                    self._stream.write(item.file if is_plain and item.file is not None else item.line)

    def finish(self, summary: Summary) -> None:
        """Do nothing: the summary goes to standard error."""


class InPlaceOutput:
    """The inputs themselves: a text file or file of records is replaced where something was cleaned.

    What is not changed keeps its bytes; so do the lines that could not be used. Records that repeat
    another go; a text file that does stays.
    """

    keeps_files = True
    has_records = True

    def __init__(self, staged: Staged, settings: Settings, ledger: StagedFile | None) -> None:
        self.render = InPlace(settings)
        self._annotates = settings.annotate
        self._staged = staged
        self._ledger = ledger
        self._path: Path | None = None
        self._file: StagedFile | None = None
        self._changed = False
        self._is_damaged = False

    def rename(self, line: bytes, old: str | int, new: str | int) -> bytes:
        """Give the line as it is."""
        return line

    def write(self, items: Iterable[Finished]) -> None:
        """Write changed text files, and the lines of files of records."""
        for item in items:
            path = item.source.path
            if self._ledger is not None:
                self._ledger.write(item.ledger)
            if path is None:
                continue
            if item.flags & FILE:
                if item.file is not None:
                    self._staged.write(path, item.file)
                continue
            if item.file is not None and not item.flags & DOCUMENT:
                self._is_damaged |= (
                    path == self._path
                )  # its rest could not be read, so it must not be written
                continue
            self._turn_to(path)
            self._changed |= bool(item.flags & CHANGED) or item.goes or self._annotates
            if self._file is not None and not item.goes:
                self._file.write(item.line)

    def _turn_to(self, path: Path) -> None:
        if self._path != path:
            self._close()
            self._path = path
            self._file = self._staged.open(path)

    def _close(self) -> None:
        """End a file of records; one in which nothing was cleaned stays as it is."""
        if self._file is not None and self._changed and not self._is_damaged:
            self._file.close()
        elif self._file is not None:
            self._staged.forget(self._file)
        self._file, self._changed, self._is_damaged = None, False, False

    def finish(self, summary: Summary) -> None:
        """End the last file."""
        self._close()


class NoOutput:
    """Nothing is written; for a dry run, which counts as the run would that is asked about."""

    has_records = False

    def __init__(self, *, keeps_files: bool = False) -> None:
        self.keeps_files = keeps_files
        self.render: Renderer = Nothing()

    def rename(self, line: bytes, old: str | int, new: str | int) -> bytes:
        """Give the line as it is."""
        return line

    def write(self, items: Iterable[Finished]) -> None:
        """Do nothing."""

    def finish(self, summary: Summary) -> None:
        """Do nothing."""


class DiffOutput(NoOutput):
    """A unified diff of each changed document, to a stream; nothing else is written."""

    def __init__(self, stream: Writable, *, keeps_files: bool = False) -> None:
        self.keeps_files = keeps_files
        self.render = Diffs()
        self._stream = stream

    def write(self, items: Iterable[Finished]) -> None:
        """Write the diffs of documents."""
        for item in items:
            with writing("standard output"):
                self._stream.write((item.file or b"") if item.goes else item.line)


class CheckOutput(NoOutput):
    """Each finding as a line for people or as a row of JSON, to a stream."""

    def __init__(self, stream: Writable, *, as_json: bool = False, heading: bool = False) -> None:
        self.keeps_files = False
        self.render = Findings(as_json, heading)
        self._stream = stream
        self._json = as_json
        self.findings = 0
        self.documents = 0

    def rename(self, line: bytes, old: str | int, new: str | int) -> bytes:
        """Give rows of JSON another id; lines for people have a place instead."""
        return renamed_rows(line, new) if self._json else line

    def write(self, items: Iterable[Finished]) -> None:
        """Write the findings of documents."""
        for item in items:
            lines = item.line
            if item.repeat is not None and item.id is not None:
                lines += self._repeat(item, item.id, item.repeat)
            self.findings += lines.count(b"\n")
            self.documents += bool(lines)
            with writing("standard output"):
                self._stream.write(lines)

    def _repeat(self, item: Finished, id: str | int, repeat: Repeat) -> bytes:
        if not self._json:
            is_file = bool(item.flags & FILE)
            said = document_message(repeat.relation, repeat.place, item.place, is_file=is_file)
            return f"{said}\n".encode()
        row = json.loads(document_row(id, repeat, b""))
        del row["record"]
        return encode(dumps({"path": item.place, **row})) + b"\n"


def summary_json(summary: Summary) -> bytes:
    """Write a summary as `summary.json`: the same bytes for the same input."""
    return encode(json.dumps(summary.to_dict(), ensure_ascii=False, indent=2)) + b"\n"
