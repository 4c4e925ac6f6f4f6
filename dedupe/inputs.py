"""Which inputs there are: what the names that a user gives lead to."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from dedupe.entries import Inputs, Source, Unusable
from dedupe.formats import STDIN, format_of, known_inputs
from dedupe.model import Failure
from dedupe.packing import split_suffix

_LEDGER = "ledger of an earlier run"
_ROW = re.compile(rb'\{"id": .*?, "scope": "\w+", "reason": ')  # how `dedupe.ledger` begins a row
_STRETCH = 1 << 13  # bytes by which a ledger is known


def find_inputs(names: Sequence[str], *, skip: Iterable[Path] = ()) -> Inputs:
    """Expand files, folders and globs into what is to be read, sorted within each folder.

    Folders are searched to the bottom; hidden files and folders are passed over, and so is all at or
    below the paths of `skip` (where the output goes). Files with another suffix in a folder, pipes, and
    ledgers of earlier runs are counted in `ignored`. A name that leads nowhere becomes `unusable`; nothing is
    raised.
    """
    found = Inputs()
    seen: set[Path | None] = set()
    passed_over = {path.resolve() for path in skip}
    for name in names:
        try:
            for source in _expand(name, found, passed_over):
                real = source.path.resolve() if source.path else None
                if real in seen:
                    found.repeated += 1
                else:
                    seen.add(real)
                    found.sources.append(source)
        except OSError as error:  # it lies in a folder that may not be entered
            _refuse(found, name, "cannot be read", f"cannot be read: {error.strerror}")
    return found


def _expand(name: str, found: Inputs, skip: set[Path]) -> Iterator[Source]:
    path = Path(name)
    if name == STDIN:
        yield Source("<stdin>", None, "stdin", "stdin.txt")
    elif path.is_dir():
        yield from _folder(path, name, found, skip)
    elif path.exists():
        if format_of(path.name) is None:
            suffix = "".join(split_suffix(path.name))
            _refuse(found, name, "unknown format", f"no reader for {suffix!r}; there are {known_inputs()}")
        else:
            yield _file(path, path.as_posix(), _safe(path))
    elif glob.has_magic(name):
        yield from _matches(name, found, skip)
    else:
        _refuse(found, name, "missing", "no such file or folder; check the spelling")


def _matches(pattern: str, found: Inputs, skip: set[Path]) -> Iterator[Source]:
    matches = [Path(match) for match in sorted(glob.glob(pattern, recursive=True))]  # noqa: PTH207 (Path.glob takes no absolute pattern)
    if not matches:
        _refuse(found, pattern, "missing", "no file matches this pattern")
    for path in matches:
        if path.is_dir():
            if "**" not in pattern:  # the pattern itself goes down otherwise
                yield from _folder(path, str(path), found, skip)
        elif path.resolve() in skip:
            continue
        elif _is_ledger(path):
            found.ignored[_LEDGER] += 1
        elif format_of(path.name) is None:
            found.ignored[path.suffix] += 1
        else:
            yield _file(path, path.as_posix(), _safe(path))


def _folder(root: Path, name: str, found: Inputs, skip: set[Path]) -> Iterator[Source]:
    def failed(error: OSError) -> None:
        _refuse(found, str(error.filename), "cannot be read", f"cannot be read: {error.strerror}")

    files: list[Path] = []
    for folder, subfolders, entries in os.walk(root, onerror=failed):
        here = Path(folder)
        subfolders[:] = [s for s in subfolders if s[0] != "." and (here / s).resolve() not in skip]
        for entry in entries:
            if entry[0] == "." or (here / entry).resolve() in skip:
                continue
            if format_of(entry) is None or not Path(entry).suffix:
                found.ignored[Path(entry).suffix] += 1
            elif _is_ledger(here / entry):
                found.ignored[_LEDGER] += 1
            elif (here / entry).is_fifo():  # nobody may ever write to it
                found.ignored["pipe"] += 1
            else:
                files.append(here / entry)
    if not files:
        _refuse(found, name, "no texts", f"no texts in this folder; it may hold {known_inputs()}")
    for path in sorted(files, key=lambda file: file.relative_to(root).as_posix()):
        relative = path.relative_to(root).as_posix()
        yield _file(path, relative, relative, path.resolve().parent.name)


def _is_ledger(path: Path) -> bool:
    """Tell whether a file is what an earlier run removed: its rows have a text, but are no articles."""
    if path.name != "removed.jsonl" and not path.name.endswith(".removed.jsonl"):
        return False
    try:
        with path.open("rb") as stream:
            return _ROW.match(stream.read(_STRETCH)) is not None
    except OSError:  # said again, with its reason, when it is opened
        return False


def _file(path: Path, name: str, mirror: str, folder: str | None = None) -> Source:
    try:
        size = path.stat().st_size
    except OSError:  # said again, with its reason, when it is opened
        size = 0
    found = format_of(path.name)
    if found is not None and found.mirrored:
        mirror = f"{mirror[: -len(''.join(split_suffix(path.name)))]}{found.mirrored}"
    return Source(path.as_posix(), path, name, mirror, folder, size)


def _safe(path: Path) -> str:
    """Give a relative path without steps upwards, for a copy that must stay below the output folder."""
    if path.is_absolute():
        return path.name
    return "/".join(part for part in path.parts if part != "..")


def _refuse(found: Inputs, name: str, reason: str, problem: str) -> None:
    found.unusable.append(Unusable(Failure(name, reason, f"{name}: {problem}")))
