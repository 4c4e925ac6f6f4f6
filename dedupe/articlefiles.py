"""Finished articles, held as JSON lines until all are known, and written as a folder with a file for each."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from dedupe.entries import Source
from dedupe.markdown import split_front_matter
from dedupe.records import Raw, dumps, parse_object
from dedupe.staging import Staged, writing

Writer = Callable[[Iterable[bytes], Staged, Path, Sequence[Source]], list[str]]
"""Writes the articles of a run to a place; gives what is to be noted of it.

It is given the articles as JSON lines, which it may go through more than once, and the sources they came
from, which may know the types of fields.
"""


class HeldLines:
    """JSON lines that are written once and read as often as needed; they lie in a file without a name."""

    def __init__(self, file: IO[bytes], folder: Path) -> None:
        self._file = file
        self._place = f"{folder}: temporary file"

    def write(self, data: bytes) -> None:
        """Append lines."""
        with writing(self._place):
            self._file.write(data)

    def __iter__(self) -> Iterator[bytes]:
        with writing(self._place):
            self._file.seek(0)
        return iter(self._file)

    def close(self) -> None:
        """Forget the lines."""
        self._file.close()


def fields_of(line: bytes) -> dict[str, Raw]:
    """Split the line of an article into its fields."""
    return parse_object(line.decode("utf-8"))


# --- a file for each article -----------------------------------------------------------------------------


def write_markdown(
    lines: Iterable[bytes], staged: Staged, folder: Path, sources: Sequence[Source]
) -> list[str]:
    """Write each article as a Markdown file, with all of its fields but the text as front matter."""
    return _write_each(lines, staged, folder, ".md", _markdown)


def write_texts(lines: Iterable[bytes], staged: Staged, folder: Path, sources: Sequence[Source]) -> list[str]:
    """Write each article as a text file: its title, its date, a blank line, its text."""
    return _write_each(lines, staged, folder, ".txt", _text)


def _write_each(
    lines: Iterable[bytes], staged: Staged, folder: Path, suffix: str, form: Callable[[dict[str, Raw]], str]
) -> list[str]:
    names = FileNames()
    for line in lines:
        fields = fields_of(line)
        name = names.give(fields) + suffix
        staged.write(folder / name, form(fields).encode("utf-8", "replace"))
    return []


def _string(fields: dict[str, Raw], name: str) -> str:
    value = fields.get(name, Raw("null"))
    return str(json.loads(value)) if value[0] == '"' else ""


def _text(fields: dict[str, Raw]) -> str:
    head = [part for part in (_string(fields, "title"), _string(fields, "date")) if part]
    return "\n".join([*head, *([""] if head else []), _ended(_string(fields, "text"))])


def _ended(text: str) -> str:
    return text if text.endswith("\n") or not text else text + "\n"


def _markdown(fields: dict[str, Raw]) -> str:
    """Give the file of an article: what it says of itself, then what is known of it, then its text.

    A Markdown text has front matter of its own, which stays, below ours; a name that is in both is
    `original_NAME` there, as the foreign fields of records are.
    """
    ordered = ("title", "date", "url", "source", "id")
    names = [*(name for name in ordered if name in fields), *(n for n in fields if n not in ordered)]
    front = [
        f"{_key(name)}: {_yaml(fields[name])}"
        for name in names
        if name != "text" and fields[name] not in ("null", "{}")
    ]
    own, text = split_front_matter(_string(fields, "text"))
    if not _NAMES.search(own):  # a rule between two parts of a text has the same look
        own, text = "", own + text
    lines = own.replace("\r\n", "\n").strip().split("\n")[1:-1]  # as the text has them: not at U+2028
    own_lines = [_NAMES.sub(lambda name: _renamed(name, fields), line) for line in lines]
    return "\n".join(["---", *front, *own_lines, "---", "", _ended(text)])


def _renamed(name: re.Match[str], fields: dict[str, Raw]) -> str:
    return f"original_{name[0]}" if name[1] in fields else name[0]


# What YAML would not take for itself inside double quotes: JSON allows it there, YAML 1.1 breaks lines at
# the separators and refuses the rest. A lone surrogate cannot be written at all.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_NAMES = re.compile(r"^([A-Za-z_][\w-]*):", re.ASCII | re.MULTILINE)
_PLAIN_KEY = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
# Words that YAML 1.1 takes for true, false or null.
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))


def _key(name: str) -> str:
    plain = _PLAIN_KEY.fullmatch(name) and name.casefold() not in _WORDS
    return name if plain else _yaml(Raw(dumps(name)))


def _yaml(value: Raw) -> str:
    r"""Give a JSON value so that every YAML reader gives it back: JSON is YAML but for a few characters.

    >>> print(_yaml(Raw('"yes: \u0085 \u2028"')), _yaml(Raw("[1,{}]")))
    "yes: \u0085 \u2028" [1, {}]
    """
    if value[0] in "-0123456789":
        return value
    try:
        text = json.dumps(json.loads(value, strict=False), ensure_ascii=False)
    except ValueError:  # an integer of more digits than Python takes
        text = json.dumps(value, ensure_ascii=False)
    text = _SURROGATES.sub("\ufffd", text)
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


# --- names of files --------------------------------------------------------------------------------------

_UNSAFE = re.compile(r"[^\w.-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)
_LONGEST = 120  # bytes; file systems allow 255, and a number and a suffix are added


class FileNames:
    """Names for files, made of ids or addresses: safe on every system, and no two the same anywhere."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def give(self, fields: dict[str, Raw]) -> str:
        """Give a name that was not given before, even where A and a are one file."""
        name = safe_name(_string(fields, "id") or fields.get("id", Raw("")) or _string(fields, "url"))
        number = self._given.get(name.casefold(), 0) + 1
        unique = name if number == 1 else f"{name}-{number}"
        while unique.casefold() in self._given:
            number += 1
            unique = f"{name}-{number}"
        self._given[name.casefold()] = number
        self._given[unique.casefold()] = max(1, self._given.get(unique.casefold(), 0))
        return unique


def safe_name(name: str) -> str:
    """Make a name of a file out of an id or an address: letters, digits and `-_.` only, in one folder.

    >>> safe_name("https://www.example.org/news/2025/opening?id=7"), safe_name("../../etc/passwd")
    ('www.example.org-news-2025-opening-id-7', 'etc-passwd')
    >>> safe_name("AUX"), safe_name("///"), safe_name("a/b.txt")
    ('_AUX', 'article', 'a-b')
    """
    if "://" in name[:12]:
        try:
            address = urlsplit(name)
            name = unquote("-".join(part for part in (address.netloc, address.path, address.query) if part))
        except ValueError:  # an address that is none
            pass
    name = re.sub(r"\.(?:txt|text|md|markdown|html?|xhtml)$", "", name, flags=re.IGNORECASE)
    name = _UNSAFE.sub("-", unicodedata.normalize("NFC", name))
    name = re.sub(r"-*\.{2,}-*|-{2,}|-+(?=\.)", "-", name).strip("-.")
    name = name.encode("utf-8", "ignore")[:_LONGEST].decode("utf-8", "ignore").strip("-.") or "article"
    return f"_{name}" if _RESERVED.match(name) else name
