"""Inputs that can be read only once, such as standard input, kept for a second reading."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from types import TracebackType
from typing import IO, Self

from dedupe.formats import Inputs
from dedupe.staging import writing


class Spool:
    """Copies of what can be read only once, in temporary files that go when the block ends.

    The copy of standard input has no name, so that nothing of it is left even after a crash. `say` is told
    what is copied. Raises OutputError where there is no room.
    """

    def __init__(self, inputs: Inputs, stdin: IO[bytes], say: Callable[[str], None]) -> None:
        self.inputs = inputs
        self.stdin = stdin
        self._say = say
        self._open = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._copy()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _copy(self) -> None:
        kept = []
        for number, source in enumerate(self.inputs.sources):
            if source.path is None:
                self._say("standard input is read twice: kept in a temporary file")
                with writing("temporary file"):
                    copy = self._open.enter_context(TemporaryFile())  # noqa: SIM115
                    shutil.copyfileobj(self.stdin, copy, 1 << 20)
                    copy.seek(0)
                self.stdin = copy
            elif source.path.exists() and not source.path.is_file():
                self._say(f"{source.name} is read twice: kept in a temporary file")
                with writing("temporary file"):
                    folder = Path(self._open.enter_context(TemporaryDirectory(prefix="dedupe-")), str(number))
                    folder.mkdir()
                    path = folder / source.path.name
                    with source.path.open("rb") as stream, path.open("wb") as file:
                        shutil.copyfileobj(stream, file, 1 << 20)
                source = replace(source, path=path)
            kept.append(source)
        self.inputs = replace(self.inputs, sources=kept)
