"""The pre-commit hook: clean the article files of a commit in place, or only report with `--check`.

A hook that "cleans" source code would be a disaster, so only files with a suffix of articles are
touched (`.txt`, `.text`, `.md`, `.markdown`, JSON lines); `--all-text` takes any text file. Settings come
from `[tool.dedupe]` of the repository's pyproject.toml. The hook sees the files of one commit, so it never
learns what repeats over a site; it knows what the file of templates says that the settings name.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from dedupe import __version__
from dedupe.errors import DedupeError, SettingsError
from dedupe.ledger import HEADING
from dedupe.settings import Settings

if TYPE_CHECKING:
    from dedupe.outcome import Outcome
    from dedupe.summary import Summary
    from dedupe.templates import Templates

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
        templates = _templates(settings)
    except SettingsError as error:
        _say(f"error: {error}")
        return USAGE
    seen: list[tuple[str, Outcome]] = []
    worst = CLEAN
    for name in options.filenames:
        try:
            code = visit(name, settings, templates, check=options.check, all_text=options.all_text, seen=seen)
        except DedupeError as error:
            _say(f"error: {error}")
            code = UNREADABLE
        worst = max(worst, code)
    copies = list(near_copies(seen, settings))
    for copy in copies:
        _say(copy)
    return max(worst, CHANGED if copies else CLEAN)


def _templates(settings: Settings) -> Templates | None:
    """Read the file of templates that the settings name."""
    if settings.templates is None or "template" not in settings.stages:
        return None
    from dedupe.templatefile import load

    return load(settings.templates, sources=settings.sources)


def visit(
    name: str,
    settings: Settings,
    templates: Templates | None = None,
    *,
    check: bool = False,
    all_text: bool = False,
    seen: list[tuple[str, Outcome]] | None = None,
) -> int:
    """Clean one file, or report what would go, and give its exit code; what came of it is added to `seen`."""
    from dedupe.corpus import Watch, run
    from dedupe.formats import Inputs, Source, can_clean_in_place, format_of
    from dedupe.outputs import CheckOutput, InPlaceOutput
    from dedupe.reading import Reading
    from dedupe.staging import Staged

    path = Path(name)
    if format_of(path.name) is not None and not can_clean_in_place(path.name):
        _say(f"{name}: skipped: cannot be cleaned in place")  # a web page would become another thing
        return CLEAN
    if not all_text and not (path.suffix and can_clean_in_place(path.name)):
        _say(f"{name}: skipped: not an article by its suffix (--all-text takes it)")
        return CLEAN
    found = BytesIO()
    with Staged() as staged:
        # Lifting the heading changes a record; in a text file it stays where it is.
        output = CheckOutput(found, heading=True) if check else InPlaceOutput(staged, settings, None)
        summary = run(
            Inputs([Source(name, path, name)]),
            output,
            Reading(settings),
            templates=templates,
            watch=Watch(
                tell=lambda note: _say(note.line) if note.word == "skipped" else None,
                cleaned=lambda chunk, outcome: seen.append((name, outcome)) if seen is not None else None,
            ),
        )
    sys.stdout.buffer.write(found.getvalue())
    changed = bool(summary.changed or summary.duplicates)
    if changed and not check:
        _say(f"Fixing {name}: {_done(summary)}")
    if summary.skipped:
        return UNREADABLE
    return CHANGED if changed else CLEAN


def near_copies(seen: Sequence[tuple[str, Outcome]], settings: Settings) -> Iterator[str]:
    """Say which documents of the files repeat one of another file; no file goes for that."""
    names = [name for name, outcome in seen for _ in outcome.ids]
    if "duplicates" not in settings.stages or len(set(names)) < 2:
        return
    from dedupe.compare import Documents
    from dedupe.ledger import document_message
    from dedupe.outcome import FILE

    documents = Documents()
    for _, outcome in seen:
        documents.add(outcome)
    places = [outcome.places[item] for _, outcome in seen for item in range(len(outcome))]
    flags = [flag for _, outcome in seen for flag in outcome.numbers["flags"]]
    for number, found in documents.repeats(places, settings).items():
        kept = int(found.kept)
        if found.removed and names[number] != names[kept]:
            yield document_message(
                found.relation, places[kept], places[number], is_file=bool(flags[number] & FILE)
            )


def _done(summary: Summary) -> str:
    """Say what was done to a file.

    >>> from dedupe.summary import Summary
    >>> _done(Summary(Settings(), lifted=Counter(metadata=4), removed=Counter(repeat=13), repaired=1))
    'removed 17 lines (4 metadata, 13 repeat), repaired 1 line'
    """
    from dedupe.summary import counted

    removed = Counter({k: n for k, n in summary.lifted.items() if k not in HEADING}) + summary.removed
    parts = []
    if removed:
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(removed.items()))
        parts.append(f"removed {counted(removed.total(), 'line')} ({reasons})")
    if summary.duplicates:
        parts.append(f"removed {counted(summary.duplicates.total(), 'near-duplicate')}")
    if summary.repaired:
        parts.append(f"repaired {counted(summary.repaired, 'line')}")
    return ", ".join(parts) or "repaired characters"


def _say(line: str) -> None:
    """Print a line; pre-commit shows what a hook prints on either stream."""
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace") + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    raise SystemExit(main())
