"""The pre-commit hook: clean the article files of a commit in place, or only report with `--check`.

A hook that "cleans" source code would be a disaster, so only files with a suffix of articles are
touched (`.txt`, `.text`, `.md`, `.markdown`, JSON lines); `--all-text` takes any text file. Settings come
from `[tool.dedupe]` of the repository's pyproject.toml.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dedupe import __version__
from dedupe.errors import DedupeError, SettingsError
from dedupe.ledger import HEADING
from dedupe.settings import Settings

if TYPE_CHECKING:
    from dedupe.corpus import Result, Summary

CLEAN, CHANGED, USAGE, UNREADABLE = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Clean the files named and tell which were changed.

    Gives 0 where nothing was found, 1 where a file was changed (with `--check`: would be), 2 for wrong
    settings, 3 where a file could not be read or written.
    """
    parser = argparse.ArgumentParser(prog="dedupe-hook", description="Clean articles in place.")
    parser.add_argument("filenames", nargs="*", metavar="FILE")
    parser.add_argument("--check", action="store_true", help="report path:line: message, change nothing")
    parser.add_argument("--all-text", action="store_true", help="take files with any suffix for articles")
    parser.add_argument("--version", action="version", version=f"dedupe {__version__}")
    options = parser.parse_args(argv)
    try:
        settings = Settings.from_project(Path.cwd())
    except SettingsError as error:
        _say(f"error: {error}")
        return USAGE
    worst = CLEAN
    for name in options.filenames:
        try:
            code = visit(name, settings, check=options.check, all_text=options.all_text)
        except DedupeError as error:
            _say(f"error: {error}")
            code = UNREADABLE
        worst = max(worst, code)
    return worst


def visit(name: str, settings: Settings, *, check: bool = False, all_text: bool = False) -> int:
    """Clean one file, or report what would go, and give its exit code."""
    from dedupe.corpus import run
    from dedupe.formats import Inputs, Source, reader_of
    from dedupe.outputs import InPlaceOutput, NoOutput
    from dedupe.staging import Staged

    path = Path(name)
    if not all_text and (not path.suffix or reader_of(path.name) is None):
        _say(f"{name}: skipped: not an article by its suffix (--all-text takes it)")
        return CLEAN
    problems: list[str] = []
    with Staged() as staged:
        output = NoOutput() if check else InPlaceOutput(staged, settings, None)
        summary = run(
            Inputs([Source(name, path, name)]),
            output,
            settings,
            stdin=io.BytesIO(),
            watch=lambda result: problems.extend(_problems(result, check=check)),
        )
    for problem in problems:
        _say(problem)
    if summary.skipped:
        return UNREADABLE
    if not summary.changed:
        return CLEAN
    if not check:
        _say(f"Fixing {name}: {_done(summary)}")
    return CHANGED


def _problems(result: Result, *, check: bool) -> Iterator[str]:
    """Say what is wrong with a document: what cannot be used, and with `check` what would be changed."""
    from dedupe.corpus import Cleaned

    if not isinstance(result, Cleaned):
        if result.failure is not None:
            yield result.failure.message
    elif check:
        # Lifting the heading changes a record; in a text file it stays where it is.
        yield from result.messages(heading=result.entry.file is None)


def _done(summary: Summary) -> str:
    """Say what was done to a file.

    >>> from dedupe.corpus import Summary
    >>> _done(Summary(Settings(), lifted=Counter(metadata=4), removed=Counter(repeat=13), repaired=1))
    'removed 17 lines (4 metadata, 13 repeat), repaired 1 line'
    """
    from dedupe.corpus import counted

    removed = Counter({k: n for k, n in summary.lifted.items() if k not in HEADING}) + summary.removed
    parts = []
    if removed:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(removed.items()))
        parts.append(f"removed {counted(removed.total(), 'line')} ({reasons})")
    if summary.repaired:
        parts.append(f"repaired {counted(summary.repaired, 'line')}")
    return ", ".join(parts) or "repaired characters"


def _say(line: str) -> None:
    """Print a line; pre-commit shows what a hook prints on either stream."""
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    raise SystemExit(main())
