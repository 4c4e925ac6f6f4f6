"""The command line: what is asked for, and what is said. The work is done by `dedupe.corpus`.

Data goes to standard output, all else to standard error. Exit codes: 0 done, 1 findings (`check`),
2 usage or settings, 3 something could not be read or written, 130 interrupted, 141 closed pipe.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedupe import __version__
from dedupe.console import Report, say, write_out
from dedupe.errors import DedupeError, SettingsError
from dedupe.options import Command, cleaning, reading, settings_of, taking_inputs
from dedupe.settings import Settings

if TYPE_CHECKING:
    from dedupe.formats import Source
    from dedupe.outputs import Output
    from dedupe.staging import Staged
    from dedupe.templates import Templates

DONE, FINDINGS, USAGE, UNREADABLE, INTERRUPTED, CLOSED_PIPE = 0, 1, 2, 3, 130, 141


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    # Else Python looks for circles among all objects as it ends: with numba's, a third of a second.
    atexit.register(gc.freeze)
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
            say(f"{click.style('error:', fg='red')} {error}")
            return USAGE if isinstance(error, SettingsError) else UNREADABLE

    return guarded


def _interrupted() -> int:
    say("interrupted; nothing was written")
    return INTERRUPTED


def _abandon_stdout() -> None:
    """Point standard output nowhere, so that Python does not fail once more when it flushes at the end."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# --- commands --------------------------------------------------------------------------------------------


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="dedupe")
def commands() -> None:
    """Clean scraped articles, with a receipt for every line that went.

    Exit codes: 0 done, 1 findings (check), 2 wrong usage or settings, 3 something could not be read or
    written.
    """


@commands.command(short_help="Cut and lift what is no article, keep a ledger.")
@taking_inputs
@cleaning
@reading
@click.option(
    "-o", "--output", metavar="OUT", help="A folder, a file (.jsonl, .parquet, .csv, …), or - (stdout)."
)
@click.option(
    "--to",
    metavar="FORMAT",
    help="What the articles are in a folder: jsonl (default), parquet, csv, md or txt (a file each), ….",
)
@click.option("--ledger", metavar="FILE", help="Where the ledger goes, if not beside the articles.")
@click.option("--in-place", is_flag=True, help="Rewrite the inputs themselves, where something is found.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only say what would be done.")
@click.option("--diff", is_flag=True, help="Show what would change as a unified diff; write nothing.")
@click.option(
    "--max-loss",
    type=float,
    metavar="SHARE",
    help="Stop where a source would lose more than this to furniture (default: 0.8).",
)
@click.option(
    "--max-group",
    type=int,
    metavar="N",
    help="Stop where more near-duplicates than this would go for one document (default: 1000).",
)
@click.option("--yes", is_flag=True, help="Go on where the run would stop for what would go.")
@click.option(
    "--annotate",
    is_flag=True,
    default=None,
    help="Near-duplicates stay, and records tell whom they repeat.",
)
@click.option("--resume", is_flag=True, help="Go on with the work of a run that was killed.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON on standard output.")
@click.option("-v", "--verbose", is_flag=True, help="Show each removal on standard error.")
@_guarded
def clean(**options: Any) -> int:
    """Clean articles: lift title, date and facts into fields, cut repeated text and the lines of sites.

    INPUT is a text file (.txt, .md), a web page (.html), a crawl (.warc, .warc.gz), a file of records
    (.jsonl, .csv, .tsv, also packed as .gz or .zst; .parquet), a folder, a pattern such as
    'dump/**/*.txt', or - for standard input.

    OUT, a folder, gets articles.jsonl (or as --to says), removed.jsonl (the ledger: what went, where from,
    and why), summary.json, templates.json (the lines of sites that were learned from the inputs) and, for
    text files and web pages, cleaned copies under articles/.
    """
    from dedupe.formats import refuse_in_place
    from dedupe.inputs import find_inputs
    from dedupe.outputs import Paths, refuse_overwriting

    out = _where(options)
    settings = settings_of(options)
    paths = Paths(out, options["ledger"], options["to"]) if out not in (None, "-") else None
    ledger = [Path(options["ledger"])] if options["ledger"] else []
    places = [*ledger, *(paths.all() if paths else ())]
    inputs = find_inputs(options["inputs"], skip=places)
    refuse_overwriting(options["inputs"], inputs.sources, places)
    if options["in_place"]:
        refuse_in_place(inputs.sources)
    report = Report(options)
    if not inputs.sources:
        report.nothing_to_read(inputs)
        return UNREADABLE
    summary = report.run(
        inputs,
        lambda staged: _output(out, paths, options, settings, staged, inputs.sources),
        settings,
        _templates(settings),
        paths=paths,
        brakes=not options["yes"],
    )
    report.close(summary, out)
    return UNREADABLE if summary.skipped else DONE


@commands.command(short_help="Report what clean would take out.")
@taking_inputs
@cleaning
@reading
@click.option("--json", "as_json", is_flag=True, help="Print each finding as a row of JSON.")
@_guarded
def check(**options: Any) -> int:
    """Report what `clean` would take out, as `path:line: reason (rule): text`; change nothing.

    A title or a date at the head of a text is no finding. Exits with 1 when something is found.
    """
    from dedupe.inputs import find_inputs
    from dedupe.outputs import CheckOutput

    settings = settings_of(options)
    inputs = find_inputs(options["inputs"])
    report = Report(options)
    if not inputs.sources:
        report.nothing_to_read(inputs)
        return UNREADABLE
    output = CheckOutput(sys.stdout.buffer, as_json=options["as_json"])
    summary = report.run(inputs, lambda staged: output, settings, _templates(settings))
    if not options["quiet"]:
        say(f"{output.findings:,} found in {output.documents:,} of {summary.read:,} documents")
    if summary.skipped:
        return UNREADABLE
    return FINDINGS if output.findings else DONE


@commands.command(short_help="Learn which lines repeat over a site.")
@taking_inputs
@reading
@click.option(
    "-o", "--output", metavar="FILE", required=True, help="Where the templates go; - is standard output."
)
@click.option("--update", metavar="FILE", help="Templates to bring up to date: what is not met again stays.")
@_guarded
def learn(**options: Any) -> int:
    """Learn which lines repeat over a site, from many of its articles; clean with --templates.

    The result is JSON that people can read, edit and share. With --update FILE, sites that were learned
    anew replace those of the same name in FILE; all others stay as they are, edits included. FILE itself
    changes only if it is also the output.
    """
    from dedupe.inputs import find_inputs
    from dedupe.learn import merge
    from dedupe.outputs import refuse_overwriting
    from dedupe.records import encode
    from dedupe.staging import Staged
    from dedupe.templatefile import load

    settings = settings_of(options)
    old = load(options["update"], "update", sources=settings.sources) if options["update"] else None
    place = None if options["output"] == "-" else Path(options["output"])
    places = [place] if place else []
    inputs = find_inputs(options["inputs"], skip=places)
    refuse_overwriting(options["inputs"], inputs.sources, places)
    report = Report(options)
    if not inputs.sources:
        report.nothing_to_read(inputs)
        return UNREADABLE
    learned = report.learn(inputs, settings)
    templates = merge(old, learned.templates) if old else learned.templates
    data = encode(templates.to_json())
    if place is None:
        write_out(data)
    else:
        with Staged() as staged:
            staged.write(place, data)
    report.learned(learned, templates, options["output"])
    return UNREADABLE if learned.skipped else DONE


def _templates(settings: Settings) -> Templates | None:
    """Read the file of templates, where the settings name one."""
    if settings.templates is None or "template" not in settings.stages:
        return None
    from dedupe.templatefile import load

    return load(settings.templates, sources=settings.sources)


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
    if options["resume"] and (dry or options["in_place"] or out in (None, "-")):
        raise click.UsageError("--resume goes on with the work that lies beside an output; give -o OUT")
    if options["to"] and (dry or options["in_place"] or out in (None, "-")):
        raise click.UsageError("--to says what the articles are in a folder; give -o OUT")
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
    out: str | None,
    paths: Any,
    options: dict[str, Any],
    settings: Settings,
    staged: Staged,
    sources: Sequence[Source],
) -> Output:
    from dedupe import outputs

    if options["diff"]:
        return outputs.DiffOutput(sys.stdout.buffer, keeps_files=options["in_place"])
    if options["dry_run"]:
        return outputs.NoOutput(keeps_files=options["in_place"])
    if paths is not None:
        return outputs.FolderOutput(staged, paths, settings, sources)
    ledger = staged.open(Path(options["ledger"])) if options["ledger"] else None
    if out == "-":
        return outputs.StreamOutput(sys.stdout.buffer, ledger, settings)
    return outputs.InPlaceOutput(staged, settings, ledger)
