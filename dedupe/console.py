"""What a run says on standard error: skipped records at once, progress on a terminal, a summary."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dedupe.corpus import Learned, Output, Result
    from dedupe.formats import Entry, Inputs
    from dedupe.settings import Settings
    from dedupe.summary import Summary
    from dedupe.templates import Templates
    from dedupe.workers import Workers

SHOWN = 10
"""How many skipped records of one reason are shown; the rest is counted."""


def say(line: str) -> None:
    """Print a line on standard error."""
    click.echo(line, err=True, color=False if "NO_COLOR" in os.environ else None)


def write_out(data: bytes) -> None:
    """Write bytes to standard output; raise OutputError where that cannot be done."""
    from dedupe.staging import writing

    with writing("standard output"):
        sys.stdout.buffer.write(data)


class Report:
    """Runs what is asked for and says what happens."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._strict: bool = options["strict"]
        self._quiet: bool = options["quiet"]
        self._workers: int = options["workers"]
        self._json: bool = options.get("as_json", False)
        self._verbose: bool = options.get("verbose", False)
        self._dry: bool = options.get("dry_run", False) or options.get("diff", False)
        self._in_place: bool = options.get("in_place", False)
        self._ledger: bool = bool(options.get("ledger"))
        self._shown: Counter[str] = Counter()
        self._bar: Any = None
        self._documents = 0

    def nothing_to_read(self, inputs: Inputs) -> None:
        """Say why there is nothing to do."""
        for unusable in inputs.unusable:
            self._watch(unusable)
        say("nothing to read, so nothing was written")

    def learn(self, inputs: Inputs, settings: Settings) -> Learned:
        """Learn, showing what happens while it happens."""
        from dedupe import corpus

        with ExitStack() as stack:
            workers = stack.enter_context(self._pool())
            self._open_bar(stack, inputs.size)
            learned = corpus.learn(
                inputs, settings, stdin=sys.stdin.buffer, workers=workers, strict=self._strict,
                watch=self._watch,
            )  # fmt: skip
        self._count_more()
        return learned

    def run(
        self,
        inputs: Inputs,
        output: Output,
        settings: Settings,
        templates: Templates | None = None,
        *,
        brakes: bool = False,
    ) -> Summary:
        """Run, showing what happens while it happens; learn first where no templates are given."""
        from dedupe import corpus
        from dedupe.formats import is_one_text, is_text_file
        from dedupe.spool import Spool

        stdin, learned = sys.stdin.buffer, False
        with ExitStack() as stack:
            workers = stack.enter_context(self._pool())
            if templates is None and "template" in settings.stages and not is_text_file(inputs.sources):
                spool = stack.enter_context(Spool(inputs, stdin, self._note))
                inputs, stdin = spool.inputs, spool.stdin
                learned = not is_one_text(inputs.sources, stdin)
            self._open_bar(stack, inputs.size * (2 if learned else 1))
            if learned:
                templates = self._learn_first(inputs, settings, stdin, workers)
            summary = corpus.run(
                inputs, output, settings, stdin=stdin, templates=templates, learned=learned,
                workers=workers, brakes=brakes, strict=self._strict, watch=self._watch,
            )  # fmt: skip
        self._count_more()
        given = templates.sources if templates and not learned else {}
        if given and summary.read and given.keys().isdisjoint(summary.sources) and not self._quiet:
            say(f"note: no source of these inputs is in {settings.templates}; see --sources")
        return summary

    def _learn_first(self, inputs: Inputs, settings: Settings, stdin: Any, workers: Workers) -> Templates:
        """Make the first of two passes; what cannot be used is said in the second."""
        from dedupe import corpus

        def watch(result: Entry | Result) -> None:
            if self._bar is not None:
                self._documents += hasattr(result, "document")
                self._bar.update(_size(result), f"learning: {self._documents:,} documents")

        learned = corpus.learn(
            inputs, settings, stdin=stdin, workers=workers, strict=self._strict, watch=watch
        )
        if stdin is not sys.stdin.buffer:
            stdin.seek(0)
        self._documents = 0
        return learned.templates

    def learned(self, learned: Learned, templates: Templates, place: str) -> None:
        """Say what was learned."""
        from dedupe.summary import counted, standing

        if self._quiet:
            return
        new = learned.templates.sources
        lines = sum(len(each.lines) + len(each.tails) for each in new.values())
        say(f"{counted(learned.documents, 'document')} of {counted(learned.sources, 'source')} read")
        say(f"{counted(lines, 'line')} of {counted(len(new), 'source')} learned")
        if len(templates.sources) > len(new):
            say(f"{counted(len(templates.sources) - len(new), 'source')} kept as before")
        if review := standing(learned.templates):
            say(f"{counted(review, 'standing sentence')} listed for review; not removed")
        if place != "-":
            say(f"written to {place}")

    def close(self, summary: Summary, out: str | None) -> None:
        """Give the summary."""
        from dedupe.brakes import worst
        from dedupe.outputs import summary_json

        if self._json:
            write_out(summary_json(summary))
        elif not self._quiet:
            for line in summary.lines():
                say(line)
            if self._verbose and (lines := list(worst(summary.sources))):
                say("furniture, by source:")
                for line in lines:
                    say(line)
            facts = summary.lifted["metadata"]
            if facts and self._in_place and not self._ledger:
                say(f"note: a text file has no fields; only --ledger FILE keeps its facts ({facts:,} lifted)")
            if self._dry:
                say("nothing was written (dry run)")
            elif self._in_place:
                say("the inputs were cleaned in place")
            elif out not in (None, "-"):
                say(f"written to {out}")

    # --- while it runs -----------------------------------------------------------------------------------

    def _pool(self) -> Workers:
        from dedupe.workers import Workers, cores

        return Workers(self._workers or cores())

    def _open_bar(self, stack: ExitStack, size: int) -> None:
        if sys.stderr.isatty() and not (self._quiet or self._json or self._verbose) and size:
            bar: Any = click.progressbar(
                length=size, file=sys.stderr, width=30, update_min_steps=1 + size // 500,
                item_show_func=lambda said: said or "",
            )  # fmt: skip
            self._bar = stack.enter_context(bar)
            stack.callback(setattr, self, "_bar", None)

    def _note(self, line: str) -> None:
        if self._verbose:
            say(line)

    def _watch(self, result: Entry | Result) -> None:
        from dedupe.corpus import Cleaned
        from dedupe.formats import Unusable
        from dedupe.ledger import message

        if isinstance(result, Unusable):
            if result.failure is not None:
                self._show("skipped", result.failure.reason, result.failure.message)
        else:
            self._documents += 1
        if isinstance(result, Cleaned):
            for text in result.spared:
                self._show_spared(result.entry.place, text)
            if self._verbose:
                for removal in result.article.removed:
                    say(message(removal, result.entry.place, record=result.entry.file is None))
        if self._bar is not None:
            self._bar.update(_size(result), f"{self._documents:,} documents")

    def _show_spared(self, place: str, text: str) -> None:
        from dedupe.ledger import shortened
        from dedupe.summary import SPARED

        if not self._quiet:
            self._show("kept", SPARED, f"{place}: {SPARED}: {shortened(text)}")

    def _show(self, word: str, reason: str, line: str) -> None:
        self._shown[reason] += 1
        if self._shown[reason] <= SHOWN:
            clear = "\r\x1b[K" if self._bar is not None else ""  # wipe the progress bar first
            line = line.encode("utf-8", "backslashreplace").decode()
            say(f"{clear}{click.style(f'{word}:', fg='yellow')} {line}")

    def _count_more(self) -> None:
        for reason, count in sorted(self._shown.items()):
            if count > SHOWN:
                say(f"… and {count - SHOWN:,} more: {reason}")


def _size(result: Entry | Result) -> int:
    from dedupe.corpus import Cleaned

    return result.entry.size if isinstance(result, Cleaned) else result.size
