"""The command line: what is asked for, and what is said. The work is done by `dedupe.corpus`.

Data goes to standard output, all else to standard error. Exit codes: 0 done, 1 findings (`check`),
2 usage or settings, 3 something could not be read or written, 130 interrupted, 141 closed pipe.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedupe import __version__
from dedupe.errors import DedupeError, SettingsError
from dedupe.settings import FIELD_OPTIONS, LISTS, PRESETS, STAGES, Settings

if TYPE_CHECKING:
    from dedupe.corpus import Output, Result, Summary
    from dedupe.formats import Inputs, Unusable
    from dedupe.staging import Staged

DONE, FINDINGS, USAGE, UNREADABLE, INTERRUPTED, CLOSED_PIPE = 0, 1, 2, 3, 130, 141
SHOWN = 10
"""How many skipped records of one reason are shown; the rest is counted."""

Command = Callable[..., Any]


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # leave nothing half-written
    try:
        code = commands.main(args, prog_name="dedupe", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _interrupted()
    return code if isinstance(code, int) else DONE


def _guarded(command: Command) -> Command:
    """Turn the errors that a user can mend into a message and an exit code."""

    @wraps(command)
    def guarded(**options: Any) -> int:
        try:
            code: int = command(**options)
            sys.stdout.flush()
            return code
        except BrokenPipeError:
            _abandon_stdout()
            return CLOSED_PIPE
        except KeyboardInterrupt:
            return _interrupted()
        except (DedupeError, OSError) as error:
            _abandon_stdout()
            _say(f"{click.style('error:', fg='red')} {error}")
            return USAGE if isinstance(error, SettingsError) else UNREADABLE

    return guarded


def _interrupted() -> int:
    _say("interrupted; nothing was written")
    return INTERRUPTED


def _abandon_stdout() -> None:
    """Point standard output nowhere, so that Python does not fail once more when it flushes at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(line: str) -> None:
    click.echo(line, err=True, color=False if "NO_COLOR" in os.environ else None)


def _print(data: bytes) -> None:
    from dedupe.staging import writing

    with writing("standard output"):
        sys.stdout.buffer.write(data)


# --- options ---------------------------------------------------------------------------------------------


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [name.strip() for name in text.split(",") if name.strip() not in ("", "none")]


def _settings(options: dict[str, Any]) -> Settings:
    """Build the settings: defaults, then `[tool.dedupe]`, then the command line."""
    given = {name: options[name] for name in ("preset", *FIELD_OPTIONS) if options[name] is not None}
    for name in ("stages", "lists"):
        if (names := _names(options[name])) is not None:
            given[name] = names
    return Settings.from_mapping(given, Settings.from_project(Path.cwd()))


def _reading(command: Command) -> Command:
    """Add the options of every command that reads inputs."""
    options = [
        click.argument("inputs", nargs=-1, required=True, metavar="INPUT..."),
        click.option(
            "--stages", metavar="NAMES", help=f"What is done, of {','.join(STAGES)} (default: all)."
        ),
        click.option(
            "--lists", metavar="NAMES", help=f"Word lists in use: {','.join(LISTS)} (default) or none."
        ),
        click.option("--preset", type=click.Choice(list(PRESETS)), help="Field names of a known schema."),
        *(
            click.option(f"--{name.replace('_', '-')}", metavar="NAME", help=_field_help(name))
            for name in FIELD_OPTIONS
        ),
        click.option("--strict", is_flag=True, help="Stop at the first record that cannot be used (exit 3)."),
        click.option("-q", "--quiet", is_flag=True, help="No summary and no progress; errors only."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def _field_help(option: str) -> str:
    name = option.removesuffix("_field")
    return f"Field of a record that holds the {name} (default: {getattr(Settings(), option)})."


# --- commands --------------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="dedupe")
def commands() -> None:
    """Clean scraped articles, with a receipt for every line that went.

    Exit codes: 0 done, 1 findings (check), 2 wrong usage or settings, 3 something could not be read or
    written.
    """


@commands.command()
@_reading
@click.option("-o", "--output", metavar="OUT", help="A folder, a .jsonl or .jsonl.gz file, or - (stdout).")
@click.option("--ledger", metavar="FILE", help="Where the ledger goes, if not beside the articles.")
@click.option("--in-place", is_flag=True, help="Rewrite the inputs themselves, where something is found.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only say what would be done.")
@click.option("--diff", is_flag=True, help="Show what would change as a unified diff; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on standard output.")
@click.option("-v", "--verbose", is_flag=True, help="Show each removal on standard error.")
@_guarded
def clean(**options: Any) -> int:
    """Clean articles: repair characters, lift title, date and facts into fields, cut repeated text.

    INPUT is a text file (.txt, .md), a folder, a file of JSON lines (.jsonl, .jsonl.gz), a pattern such
    as 'dump/**/*.txt', or - for standard input.

    OUT, a folder, gets articles.jsonl, removed.jsonl (the ledger: what went, where from, and why),
    summary.json and, for text files, cleaned copies under articles/.
    """
    from dedupe.formats import find_inputs
    from dedupe.outputs import Paths, refuse_overwriting
    from dedupe.staging import Staged

    out = _where(options)
    settings = _settings(options)
    paths = Paths(out, options["ledger"]) if out not in (None, "-") else None
    ledger = [Path(options["ledger"])] if options["ledger"] else []
    places = [*ledger, *(paths.all() if paths else ())]
    inputs = find_inputs(options["inputs"], skip=places)
    refuse_overwriting(options["inputs"], inputs.sources, places)
    report = _Report(options)
    if not inputs.sources:
        return report.nothing_to_read(inputs)
    with Staged() as staged:
        output = _output(out, paths, options, settings, staged)
        summary = report.run(inputs, output, settings)
    report.close(summary, out)
    return UNREADABLE if summary.skipped else DONE


@commands.command()
@_reading
@click.option("--json", "as_json", is_flag=True, help="Print each finding as a row of JSON.")
@_guarded
def check(**options: Any) -> int:
    """Report what `clean` would take out, as `path:line: reason (rule): text`; change nothing.

    A title or a date at the head of a text is no finding. Exits with 1 when something is found.
    """
    from dedupe.formats import find_inputs
    from dedupe.outputs import CheckOutput

    settings = _settings(options)
    inputs = find_inputs(options["inputs"])
    report = _Report(options)
    if not inputs.sources:
        return report.nothing_to_read(inputs)
    output = CheckOutput(sys.stdout.buffer, as_json=options["as_json"])
    summary = report.run(inputs, output, settings)
    if not options["quiet"]:
        _say(f"{output.findings:,} found in {output.documents:,} of {summary.read:,} documents")
    if summary.skipped:
        return UNREADABLE
    return FINDINGS if output.findings else DONE


def _where(options: dict[str, Any]) -> str | None:
    """Give the place for the output, None where nothing (or the input itself) is written."""
    out: str | None = options["output"]
    if options["in_place"]:
        if out is not None:
            raise click.UsageError("--in-place rewrites the inputs; leave out -o")
        if "-" in options["inputs"]:
            raise click.UsageError("standard input cannot be cleaned in place; give -o")
    dry = options["dry_run"] or options["diff"]
    if options["as_json"] and (options["diff"] or (out == "-" and not dry)):
        raise click.UsageError("--json wants standard output for itself; leave out --diff and -o -")
    if dry or options["in_place"]:
        return None
    if out is None and options["inputs"] == ("-",) and not options["as_json"]:
        return "-"
    if not out:
        raise click.UsageError(
            "say where the result goes: -o OUT (a folder, a .jsonl file, or - for standard output), "
            "--in-place, --dry-run or --diff"
        )
    return out


def _output(
    out: str | None, paths: Any, options: dict[str, Any], settings: Settings, staged: Staged
) -> Output:
    from dedupe import outputs

    if options["diff"]:
        return outputs.DiffOutput(sys.stdout.buffer)
    if options["dry_run"]:
        return outputs.NoOutput()
    if paths is not None:
        return outputs.FolderOutput(staged, paths)
    ledger = staged.open(Path(options["ledger"])) if options["ledger"] else None
    if out == "-":
        return outputs.StreamOutput(sys.stdout.buffer, ledger)
    return outputs.InPlaceOutput(staged, settings, ledger)


# --- what is said ----------------------------------------------------------------------------------------


class _Report:
    """What a run says on standard error: skipped records at once, progress on a terminal, a summary."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._strict: bool = options["strict"]
        self._quiet: bool = options["quiet"]
        self._json: bool = options["as_json"]
        self._verbose: bool = options.get("verbose", False)
        self._dry: bool = options.get("dry_run", False) or options.get("diff", False)
        self._in_place: bool = options.get("in_place", False)
        self._shown: Counter[str] = Counter()

    def nothing_to_read(self, inputs: Inputs) -> int:
        """Say why there is nothing to do."""
        for unusable in inputs.unusable:
            self._skipped(unusable)
        _say("nothing to read, so nothing was written")
        return UNREADABLE

    def run(self, inputs: Inputs, output: Output, settings: Settings) -> Summary:
        """Run, showing what happens while it happens."""
        from dedupe import corpus

        bar: Any = None
        if sys.stderr.isatty() and not (self._quiet or self._json or self._verbose) and inputs.size:
            bar = click.progressbar(
                length=inputs.size, file=sys.stderr, width=30, update_min_steps=1 + inputs.size // 500,
                item_show_func=lambda count: f"{count:,} documents" if count else "",
            )  # fmt: skip
        documents = 0

        def watch(result: Result) -> None:
            nonlocal documents
            if isinstance(result, corpus.Cleaned):
                documents += 1
                if self._verbose:
                    self._removals(result)
                size = result.entry.size
            else:
                self._skipped(result, clear=bar is not None)
                size = result.size
            if bar is not None:
                bar.update(size, documents)

        with bar or nullcontext():
            summary = corpus.run(
                inputs, output, settings, stdin=sys.stdin.buffer, strict=self._strict, watch=watch
            )
        for reason, count in sorted(self._shown.items()):
            if count > SHOWN:
                _say(f"… and {count - SHOWN:,} more: {reason}")
        return summary

    def close(self, summary: Summary, out: str | None) -> None:
        """Give the summary."""
        from dedupe.outputs import summary_json

        if self._json:
            _print(summary_json(summary))
        elif not self._quiet:
            for line in summary.lines():
                _say(line)
            if self._dry:
                _say("nothing was written (dry run)")
            elif self._in_place:
                _say("the inputs were cleaned in place")
            elif out not in (None, "-"):
                _say(f"written to {out}")

    def _removals(self, result: Any) -> None:
        from dedupe.ledger import message

        for removal in result.article.removed:
            _say(message(removal, result.entry.place, record=result.entry.file is None))

    def _skipped(self, unusable: Unusable, *, clear: bool = False) -> None:
        failure = unusable.failure
        if failure is None:
            return
        self._shown[failure.reason] += 1
        if self._shown[failure.reason] <= SHOWN:
            line = "\r\x1b[K" if clear else ""  # wipe the progress bar first
            _say(f"{line}{click.style('skipped:', fg='yellow')} {failure.message}")
