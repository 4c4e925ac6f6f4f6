"""Inputs that can be read only once, such as standard input, kept in files that all processes can read."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from types import TracebackType
from typing import IO, Self

from dedupe.formats import Inputs, suffix_by_head
from dedupe.staging import writing


class Spool:
    """Copies of what can be read only once, in a temporary folder that goes when the block ends.

    `stdin` is the copy of standard input, if it is read. `say` is told what is copied. Raises OutputError
    where there is no room.
    """

    def __init__(self, inputs: Inputs, stdin: IO[bytes], say: Callable[[str], None]) -> None:
        self.inputs = inputs
        self.stdin: Path | None = None
        self._stream = stdin
        self._say = say
        self._folder: TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        try:
            self._copy()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    @property
    def copied(self) -> bool:
        """Tell whether anything can be read only once."""
        return self._folder is not None

    def _remove(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def _copy(self) -> None:
        kept = []
        for number, source in enumerate(self.inputs.sources):
            if source.path is None:
                self._say("standard input is kept in a temporary file")
                self.stdin = self._kept(self._stream, f"{number}")
                source = replace(source, size=self.stdin.stat().st_size)
            elif source.path.exists() and not source.path.is_file():
                self._say(f"{source.name} is kept in a temporary file")
                with source.path.open("rb") as stream:
                    path = self._kept(stream, f"{number}/{source.path.name}")
                if not path.suffix:
                    path = path.rename(path.with_suffix(suffix_by_head(path)))
                source = replace(source, path=path, size=path.stat().st_size)
            kept.append(source)
        self.inputs = replace(self.inputs, sources=kept)

    def _kept(self, stream: IO[bytes], name: str) -> Path:
        with writing(f"{gettempdir()}: temporary file"):
            if self._folder is None:
                self._folder = TemporaryDirectory(prefix="dedupe-")
            path = Path(self._folder.name, name)
            path.parent.mkdir(exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
        return path
