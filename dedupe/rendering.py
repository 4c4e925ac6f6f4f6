"""What an output wants of a result, as bytes: made by whichever process has the result at hand."""

from __future__ import annotations

import codecs
import difflib
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from dedupe.formats import Unusable
from dedupe.ledger import row
from dedupe.outcome import Rendered
from dedupe.records import article_line, dumps, encode, parse_object, rewritten_line
from dedupe.results import Cleaned, Result, unify
from dedupe.settings import Settings
from dedupe.textfile import TextFile


@dataclass(frozen=True, slots=True)
class Articles:
    """Articles as JSON lines, rows of the ledger, and cleaned text files.

    Where nothing but near-duplicates is looked for (`copies`), a record that stays is copied byte for byte.
    Where each article becomes a Markdown file (`marks`), the text of a page with its headings and lists comes
    in place of a text file.
    """

    copies: bool = False
    marks: bool = False

    def __call__(self, result: Result) -> Rendered:
        """Render an article."""
        if not isinstance(result, Cleaned):
            return Rendered()
        file, raw = result.entry.file, result.entry.raw
        line = ended(raw) if self.copies and raw else article_line(result.article)
        if self.marks:
            return Rendered(line, _rows(result), None if result.body is None else encode(result.body))
        return Rendered(line, _rows(result), _file_bytes(result, file) if file else None)


@dataclass(frozen=True, slots=True)
class InPlace:
    """Each line of a file of records as it shall be, and each text file that changes."""

    copies: ClassVar[bool] = False
    settings: Settings

    def __call__(self, result: Result) -> Rendered:
        """Render a result; the rest of a file that cannot be read is told by a `file` without a document."""
        if isinstance(result, Unusable):
            return Rendered(result.raw) if result.raw else Rendered(file=b"")
        entry, rows = result.entry, _rows(result)
        if entry.file is not None:
            return Rendered(rows=rows, file=_file_bytes(result, entry.file) if result.changed else None)
        changed = result.changed or bool(result.article.removed)
        line = rewritten_line(entry.raw, result.article, self.settings) if changed else entry.raw
        return Rendered(line, rows)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing at all; for a dry run."""

    copies: ClassVar[bool] = True

    def __call__(self, result: Result) -> Rendered:
        """Render nothing."""
        return Rendered()


@dataclass(frozen=True, slots=True)
class Diffs:
    """A unified diff of what changes in a document, and one (as its file) that takes it away altogether."""

    copies: ClassVar[bool] = False

    def __call__(self, result: Result) -> Rendered:
        """Render both diffs."""
        if not isinstance(result, Cleaned):
            return Rendered()
        line = diff(result) if result.changed else ""
        return Rendered(_escaped(line), file=_escaped(diff(result, whole=True)))


@dataclass(frozen=True, slots=True)
class Findings:
    """Each finding as a line or as a row of JSON; with `heading` also what is lifted of a record."""

    copies: ClassVar[bool] = True
    as_json: bool = False
    heading: bool = False

    def __call__(self, result: Result) -> Rendered:
        """Render the findings of a document."""
        if not isinstance(result, Cleaned):
            return Rendered()
        heading = self.heading and result.entry.file is None  # in a text file it stays where it is
        if self.as_json:
            place = result.entry.place
            found = result.findings(heading=heading)
            lines = [dumps({"path": place, **each.to_dict()}) for each in found]
        else:
            lines = list(result.messages(heading=heading))
        return Rendered(encode("".join(f"{line}\n" for line in lines)))


def ended(raw: bytes) -> bytes:
    """Give a record's own line, without the mark at the head of its file, with an end."""
    raw = raw.removeprefix(codecs.BOM_UTF8)
    return raw if raw.endswith(b"\n") else raw + b"\n"


def diff(result: Cleaned, *, whole: bool = False) -> str:
    """Give the unified diff of a document, before and after, with one kind of line end; `whole`: it goes."""
    before = unify(result.entry.document.text)
    after = result.article.text if result.file_text is None else result.file_text
    if result.entry.file is not None and result.entry.file.page:
        # The file becomes Markdown, but what went out of it shows against its visible text.
        before, after = f"{before}\n", f"{result.article.text}\n"
    name = result.entry.place if result.entry.file else f"{result.entry.place} {result.article.id}"
    name = name.lstrip("/")  # as git has it, so that `patch -p1 -d /` finds the file
    old, new = (f"a/{name}", "/dev/null") if whole else (f"a/{name}", f"b/{name}")
    lines = difflib.unified_diff(_lines(before), [] if whole else _lines(after), old, new)
    return "".join(line if line[-1] == "\n" else f"{line}\n{_NO_LINE_END}\n" for line in lines)


_NO_LINE_END = "\\ No newline at end of file"


def _lines(text: str) -> list[str]:
    """Split a text behind its line feeds only; `str.splitlines` knows many more ends of lines."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])


def _escaped(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _rows(result: Cleaned) -> bytes:
    return b"".join(map(row, result.article.removed))


def _file_bytes(result: Cleaned, file: TextFile) -> bytes:
    """Give the bytes of a cleaned file; one that needs no change keeps its own, line ends and all."""
    if not result.changed:
        return replace(file, newline="\n").encode(result.entry.document.text)
    return file.encode(result.file_text or "")


# --- what is known only when all documents were seen -----------------------------------------------------

ANNOTATIONS = ("duplicate_of", "group", "similarity", "relation")
"""Fields that `annotate` adds to records; a field of such a name is kept as `original_NAME`. All four at the
end are those of an earlier run, and replaced."""


def renamed(line: bytes, old: str | int, new: str | int) -> bytes:
    """Give the line of an article another id."""
    head = encode('{"id": ' + dumps(old))
    return encode('{"id": ' + dumps(new)) + line[len(head) :] if line.startswith(head) else line


def with_text(line: bytes, text: bytes) -> bytes:
    r"""Give the line of an article another text.

    >>> with_text(b'{"id": 2, "text": "a"}\n', b"- a")
    b'{"id": 2, "text": "- a"}\n'
    """
    fields: dict[str, Any] = parse_object(line.decode("utf-8"))
    fields["text"] = text.decode("utf-8")
    return encode("{" + ", ".join(f"{dumps(name)}: {dumps(value)}" for name, value in fields.items()) + "}\n")


def annotated(line: bytes, values: Iterable[Any]) -> bytes:
    r"""Add to the line of a record whom it repeats: values of ANNOTATIONS.

    >>> annotated(b'{"id": 2, "group": "A"}\n', [1, 1, 0.9, "edited"])[:52]
    b'{"id": 2, "original_group": "A", "duplicate_of": 1, '
    """
    body = line.rstrip()
    if any(b'"%s"' % name.encode() in body for name in ANNOTATIONS):
        own = parse_object(body.decode("utf-8"))
        if tuple(own)[-len(ANNOTATIONS) :] == ANNOTATIONS:
            own = {name: own[name] for name in tuple(own)[: -len(ANNOTATIONS)]}
        fields = ((_free(name, own) if name in ANNOTATIONS else name, value) for name, value in own.items())
        body = encode("{" + ", ".join(f"{dumps(name)}: {value}" for name, value in fields) + "}")
    added = ", ".join(f'"{name}": {dumps(value)}' for name, value in zip(ANNOTATIONS, values, strict=True))
    comma = b"" if body == b"{}" else b", "
    return body[:-1] + comma + encode(added) + b"}" + line[len(line.rstrip(b"\r\n")) :]


def _free(name: str, taken: Container[str]) -> str:
    while name in taken:
        name = f"original_{name}"
    return name
