"""Where results go: a folder, a file of records, standard output, the inputs themselves, or nowhere."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from dedupe.corpus import Cleaned, Result, Summary, unify
from dedupe.errors import SettingsError
from dedupe.formats import STDIN, Source
from dedupe.ledger import row
from dedupe.records import article_line, dumps, encode, rewritten_line
from dedupe.settings import Settings
from dedupe.staging import Staged, StagedFile, writing
from dedupe.textfile import TextFile

RECORDS = (".jsonl", ".jsonl.gz")


class Writable(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes) -> object:
        """Append bytes."""


class Paths:
    """The files that a run writes for `-o OUT`: articles, ledger, summary, and where mirrored texts go."""

    def __init__(self, out: str, ledger: str | None) -> None:
        path = Path(out)
        self.folder: Path | None = None
        if out.lower().endswith(RECORDS):
            stem = path.name[: path.name.lower().rindex(".jsonl")]
            self.articles = path
            self.ledger = path.with_name(f"{stem}.removed.jsonl")
            self.summary = path.with_name(f"{stem}.summary.json")
        else:
            self.folder = path
            self.articles = path / "articles.jsonl"
            self.ledger = path / "removed.jsonl"
            self.summary = path / "summary.json"
        if ledger is not None:
            self.ledger = Path(ledger)

    def all(self) -> list[Path]:
        """All places that a search for inputs must pass over."""
        files = [self.articles, self.ledger, self.summary]
        return files if self.folder is None else [self.folder, *files]


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
    """Articles, ledger and summary as files; cleaned text files mirrored under `articles/` of a folder."""

    def __init__(self, staged: Staged, paths: Paths) -> None:
        self._staged = staged
        self._paths = paths
        self._articles = staged.open(paths.articles)
        self._ledger = staged.open(paths.ledger)
        self._mirrored: set[str] = set()

    def take(self, result: Result) -> None:
        """Write an article, its rows of the ledger and its text file."""
        if not isinstance(result, Cleaned):
            return
        self._articles.write(article_line(result.article))
        _write_rows(self._ledger, result)
        file = result.entry.file
        if file is not None and result.file_text is not None and self._paths.folder is not None:
            place = self._paths.folder / "articles" / self._mirror(result.entry.source.mirror)
            self._staged.write(place, _file_bytes(result, file))

    def _mirror(self, relative: str) -> str:
        """Give the place of a mirrored file; a second one of the same name gets `#2` before its suffix."""
        path, number = Path(relative), 1
        key = relative
        while key.casefold() in self._mirrored:  # some file systems take A.txt and a.txt for one
            number += 1
            key = path.with_name(f"{path.stem}#{number}{path.suffix}").as_posix()
        self._mirrored.add(key.casefold())
        return key

    def finish(self, summary: Summary) -> None:
        """Write the summary."""
        self._staged.write(self._paths.summary, summary_json(summary))


class StreamOutput:
    """Articles as JSON lines, or one plain text from standard input as plain text, to a stream."""

    def __init__(self, stream: Writable, ledger: StagedFile | None) -> None:
        self._stream = stream
        self._ledger = ledger

    def take(self, result: Result) -> None:
        """Write an article at once."""
        if not isinstance(result, Cleaned):
            return
        file = result.entry.file
        if file is not None and result.entry.source.path is None:
            data = _file_bytes(result, file)
        else:
            data = article_line(result.article)
        with writing("standard output"):
            self._stream.write(data)
        if self._ledger is not None:
            _write_rows(self._ledger, result)

    def finish(self, summary: Summary) -> None:
        """Do nothing: the summary goes to standard error."""


class InPlaceOutput:
    """The inputs themselves: a text file or file of records is replaced where something was cleaned.

    What is not changed keeps its bytes; so do the lines that could not be used.
    """

    def __init__(self, staged: Staged, settings: Settings, ledger: StagedFile | None) -> None:
        self._staged = staged
        self._settings = settings
        self._ledger = ledger
        self._source: Source | None = None
        self._file: StagedFile | None = None
        self._changed = False

    def take(self, result: Result) -> None:
        """Write a changed text file, or the next line of a file of records."""
        if isinstance(result, Cleaned):
            self._take_article(result)
        elif result.source is not None and result.source.path is not None:
            if result.raw:
                self._write_line(result.source, result.raw, changed=False)
            elif self._source is result.source:
                self._drop()  # the rest of the file could not be read, so it must not be written

    def _take_article(self, result: Cleaned) -> None:
        entry = result.entry
        if entry.file is None:
            changed = result.changed or bool(result.article.removed)
            line = rewritten_line(entry.raw, result.article, self._settings) if changed else entry.raw
            self._write_line(entry.source, line, changed=changed)
        elif result.changed and entry.source.path is not None:
            self._staged.write(entry.source.path, _file_bytes(result, entry.file))
        if self._ledger is not None:
            _write_rows(self._ledger, result)

    def _write_line(self, source: Source, line: bytes, *, changed: bool) -> None:
        if self._source is not source:
            self._close()
            self._source = source
            self._file = self._staged.open(source.path) if source.path is not None else None
        self._changed |= changed
        if self._file is not None:
            self._file.write(line)

    def _close(self) -> None:
        """End a file of records; one in which nothing was cleaned stays as it is."""
        if self._file is not None and self._changed:
            self._file.close()
            self._file = None
        self._drop()

    def _drop(self) -> None:
        if self._file is not None:
            self._staged.forget(self._file)
        self._file, self._changed = None, False

    def finish(self, summary: Summary) -> None:
        """End the last file."""
        self._close()


class NoOutput:
    """Nothing is written; for a dry run."""

    def take(self, result: Result) -> None:
        """Do nothing."""

    def finish(self, summary: Summary) -> None:
        """Do nothing."""


class DiffOutput(NoOutput):
    """A unified diff of each changed document, to a stream; nothing else is written."""

    def __init__(self, stream: Writable) -> None:
        self._stream = stream

    def take(self, result: Result) -> None:
        """Write the diff of one document."""
        if isinstance(result, Cleaned) and result.changed:
            data = diff(result).encode("utf-8", "backslashreplace")
            with writing("standard output"):
                self._stream.write(data)


class CheckOutput(NoOutput):
    """Each finding as a line for people or as a row of JSON, to a stream."""

    def __init__(self, stream: Writable, *, as_json: bool = False) -> None:
        self._stream = stream
        self._json = as_json
        self.findings = 0
        self.documents = 0

    def take(self, result: Result) -> None:
        """Write the findings of one document."""
        if not isinstance(result, Cleaned):
            return
        found = result.findings()
        self.findings += len(found)
        self.documents += bool(found)
        place = result.entry.place
        if self._json:
            lines = [dumps({"path": place, **row.to_dict()}) for row in found]
        else:
            lines = list(result.messages())
        with writing("standard output"):
            for line in lines:
                self._stream.write(encode(line) + b"\n")


def diff(result: Cleaned) -> str:
    """Give the unified diff of a document, before and after, with one kind of line end."""
    before = unify(result.entry.document.text)
    after = result.article.text if result.file_text is None else result.file_text
    name = result.entry.place if result.entry.file else f"{result.entry.place} {result.article.id}"
    lines = difflib.unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(line if line[-1] == "\n" else f"{line}\n{_NO_LINE_END}\n" for line in lines)


_NO_LINE_END = "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    """Split a text behind its line feeds only; `str.splitlines` knows many more ends of lines."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def summary_json(summary: Summary) -> bytes:
    """Write a summary as `summary.json`: the same bytes for the same input."""
    return encode(json.dumps(summary.to_dict(), ensure_ascii=False, indent=2)) + b"\n"


def _write_rows(ledger: Writable, result: Cleaned) -> None:
    for removal in result.article.removed:
        ledger.write(row(removal))


def _file_bytes(result: Cleaned, file: TextFile) -> bytes:
    """Give the bytes of a cleaned file; one that needs no change keeps its own, line ends and all."""
    if not result.changed:
        return replace(file, newline="\n").encode(result.entry.document.text)
    return file.encode(result.file_text or "")
