"""What a run says on standard error: skipped records at once, progress on a terminal, a summary."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dedupe.chunks import Surveyed
    from dedupe.corpus import Learned, Watch
    from dedupe.formats import Inputs
    from dedupe.outcome import Note
    from dedupe.outputs import Output, Paths
    from dedupe.reading import Chunk, Reading
    from dedupe.settings import Settings
    from dedupe.spool import Spool
    from dedupe.staging import Staged
    from dedupe.summary import Summary
    from dedupe.templates import Templates
    from dedupe.workers import Workers
    from dedupe.workfolder import WorkFolder

SHOWN = 10
"""How many skipped records of one reason are shown; the rest is counted."""

_LARGE = 200_000_000
"""Bytes of input from which on the space for unfinished work is worth a word."""


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
        self._dry: bool = options.get("dry_run", False)
        self._diff: bool = options.get("diff", False)
        self._in_place: bool = options.get("in_place", False)
        self._ledger: bool = bool(options.get("ledger"))
        self._resume: bool = options.get("resume", False)
        self._shown: Counter[str] = Counter()
        self._older: list[Path] = []
        self._bar: Any = None
        self._documents = 0
        self._texts = False

    def nothing_to_read(self, inputs: Inputs) -> None:
        """Say why there is nothing to do."""
        from dedupe.chunks import skipped

        for unusable in inputs.unusable:
            self._tell(skipped(unusable))
        say("nothing to read, so nothing was written")

    def learn(self, inputs: Inputs, settings: Settings) -> Learned:
        """Learn, showing what happens while it happens."""
        from dedupe import corpus
        from dedupe.spool import Spool

        with ExitStack() as stack:
            workers = stack.enter_context(self._pool())
            spool = stack.enter_context(Spool(inputs, sys.stdin.buffer, self._note))
            self._open_bar(stack, spool.inputs.size)
            learned = corpus.learn(
                spool.inputs, self._reading(settings, spool), workers=workers, watch=self._watch()
            )
        self._count_more()
        return learned

    def run(
        self,
        inputs: Inputs,
        make_output: Callable[[Staged], Output],
        settings: Settings,
        templates: Templates | None = None,
        *,
        paths: Paths | None = None,
        brakes: bool = False,
    ) -> Summary:
        """Run, showing what happens while it happens; learn first where no templates are given.

        `make_output` opens the output among staged files, once it is clear that there is a run at all.
        """
        from dedupe import corpus
        from dedupe.formats import is_one_text, is_text_file
        from dedupe.spool import Spool
        from dedupe.staging import Staged

        with ExitStack() as stack:
            workers = stack.enter_context(self._pool())
            spool = stack.enter_context(Spool(inputs, sys.stdin.buffer, self._note))
            work = self._work(stack, spool, settings, templates, paths)
            if self._resume and not (work and work.is_resumed) and not self._quiet:
                say("note: there is no unfinished work to go on with; this run begins anew")
            staged = stack.enter_context(Staged(work.path if work and paths else None))
            output = make_output(staged)
            inputs = spool.inputs
            learned = templates is None and "template" in settings.stages and not is_text_file(inputs.sources)
            self._texts = any(is_text_file([source]) for source in inputs.sources)
            opened = self._opened(stack, inputs, work) if learned else None
            reading = self._reading(settings, spool, opened)
            if learned and spool.stdin is not None:
                with spool.stdin.open("rb") as stdin:
                    learned = not is_one_text(inputs.sources, stdin)
            self._say_of_compiling(inputs, settings)
            self._open_bar(stack, inputs.size * (2 if learned else 1))
            if learned:
                templates = self._learn_first(inputs, reading, workers, work)
            summary = corpus.run(
                inputs, output, reading, templates=templates, learned=learned, workers=workers, work=work,
                brakes=brakes, verbose=self._verbose, watch=self._watch(),
            )  # fmt: skip
            self._older = paths.older(staged) if paths else []
        self._count_more()
        given = templates.sources if templates and not learned else {}
        if given and summary.read and given.keys().isdisjoint(summary.sources) and not self._quiet:
            say(f"note: no source of these inputs is in {settings.templates}; see --sources")
        return summary

    def _say_of_compiling(self, inputs: Inputs, settings: Settings) -> None:
        """Say why a first large run is silent at its beginning."""
        from dedupe.corpus import compares_fast

        if self._quiet or not compares_fast(inputs, settings):
            return
        from dedupe.kernels import are_kept

        if not are_kept("sketch_texts"):
            say("note: loops are compiled first, once for an installation; that takes up to half a minute")

    def _reading(self, settings: Settings, spool: Spool, opened: Path | None = None) -> Reading:
        from dedupe.reading import Reading

        return Reading(settings, spool.stdin, self._strict, opened)

    def _opened(self, stack: ExitStack, inputs: Inputs, work: WorkFolder | None) -> Path | None:
        """Name a folder for opened pages, if there may be any that are read twice."""
        from dedupe.formats import is_text_file

        if all(is_text_file([source]) for source in inputs.sources):
            return None
        return work.pages if work else Path(stack.enter_context(TemporaryDirectory(prefix="dedupe-")))

    def _work(
        self, stack: ExitStack, spool: Spool, settings: Settings, templates: Templates | None,
        paths: Paths | None,
    ) -> WorkFolder | None:  # fmt: skip
        """Open a folder for finished chunks, unless the run is so small that they can stay in memory."""
        from dedupe.corpus import IN_MEMORY

        size = spool.inputs.size
        if size <= min(IN_MEMORY, settings.chunk_size) and not (paths and paths.work.exists()):
            return None
        from dedupe.errors import SettingsError
        from dedupe.workfolder import WorkFolder, manifest

        if paths is not None:
            path, name = paths.work, paths.articles.name
        else:
            path, name = Path(stack.enter_context(TemporaryDirectory(prefix="dedupe-")), "work"), ""
        if size > _LARGE and not self._quiet:
            room = _room(spool.inputs, settings) / 1e9
            say(f"finished chunks are kept in {path} until the end: about {room:.1f} GB")
        made_of = manifest(settings, spool.inputs.sources, name, templates)
        again = paths is not None and not spool.copied
        if self._resume and not again:
            raise SettingsError("resume", True, "what can be read only once cannot be taken up; start anew")
        return stack.enter_context(
            WorkFolder(path, made_of, settings, say, resume=self._resume and again, can_resume=again)
        )

    def _learn_first(
        self, inputs: Inputs, reading: Reading, workers: Workers, work: WorkFolder | None
    ) -> Templates:
        """Make the first of two passes; what cannot be used is said in the second."""
        from dedupe import corpus

        if work is not None and (known := work.templates()) is not None:
            if self._bar is not None:
                self._bar.update(inputs.size)
            return known

        def learned(chunk: Chunk, surveyed: Surveyed) -> None:
            self._advance(chunk.size, surveyed.documents, "learning: ")

        templates = corpus.learn(
            inputs, reading, workers=workers, watch=corpus.Watch(learned=learned)
        ).templates
        if work is not None:
            work.keep_templates(templates)
        self._documents = 0
        return templates

    def learned(self, learned: Learned, templates: Templates, place: str) -> None:
        """Say what was learned."""
        from dedupe.summary import counted, standing
        from dedupe.survey import FEWEST

        if self._quiet:
            return
        new = learned.templates.sources
        lines = sum(len(each.lines) + len(each.tails) for each in new.values())
        say(f"{counted(learned.documents, 'document')} of {counted(learned.sources, 'source')} read")
        say(f"{counted(lines, 'line')} of {counted(len(new), 'source')} learned")
        for names, why in (
            (learned.silent.few, f"too few pages to learn from (less than {FEWEST})"),
            (
                learned.silent.alike,
                "pages too much alike to learn from (copies of one, or of one form)",
            ),
        ):
            if names:
                shown = ", ".join(name or "(no source)" for name in names[:SHOWN])
                more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
                say(f"note: {counted(len(names), 'source')} with {why}: {shown}{more}")
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
        from dedupe.summary import counted

        if self._json:
            write_out(summary_json(summary))
        elif not self._quiet:
            for line in summary.lines():
                say(line)
            if self._verbose and (lines := list(worst(summary.sources))):
                say("furniture, by source:")
                for line in lines:
                    say(line)
            if self._diff:
                say("nothing was written: a diff only shows")
            elif self._dry:
                say("nothing was written (dry run)")
            elif self._in_place:
                self._say_of_inputs(summary)
            elif out not in (None, "-"):
                say(f"written to {out}")
            if self._older:
                older = f"{counted(len(self._older), 'older file')} left there, such as {self._older[0]}"
                say(f"note: {older}; this run did not write them")

    def _say_of_inputs(self, summary: Summary) -> None:
        """Say what became of inputs that were cleaned in place."""
        if not (summary.changed or summary.duplicates or summary.settings.annotate):
            say("nothing to clean; the inputs stay as they are")
            return
        say("the inputs were cleaned in place")
        if not self._ledger:
            lost = ", nor the facts of text files" if self._texts and summary.lifted["metadata"] else ""
            say(f"note: what went is kept nowhere{lost}; --ledger FILE keeps it")

    # --- while it runs -----------------------------------------------------------------------------------

    def _pool(self) -> Workers:
        from dedupe.kernels import cores
        from dedupe.workers import Workers

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

    def _watch(self) -> Watch:
        from dedupe.corpus import Watch

        return Watch(
            self._tell,
            lambda chunk, surveyed: self._advance(chunk.size, surveyed.documents),
            lambda chunk, outcome: self._advance(chunk.size, outcome.summary.read),
        )

    def _tell(self, note: Note) -> None:
        if not note.word:
            say(note.line)
        elif note.word == "skipped" or not self._quiet:
            self._show(note.word, note.reason, note.line)

    def _advance(self, size: int, documents: int, doing: str = "") -> None:
        self._documents += documents
        if self._bar is not None:
            self._bar.update(size, f"{doing}{self._documents:,} documents")

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


def _room(inputs: Inputs, settings: Settings) -> float:
    """Say how many bytes the work folder will need, with the output that is written there.

    Measured on articles of 3 kB: 2.4 times the inputs; 1.4 times where records are copied, of which only
    samples and places are kept.
    """
    from dedupe.copying import can_copy

    return (1.4 if all(can_copy(source, settings) for source in inputs.sources) else 2.4) * inputs.size
