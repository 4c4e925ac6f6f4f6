"""Output files that appear all together at the end, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

from dedupe.errors import OutputError
from dedupe.packing import packed


@contextmanager
def writing(place: str) -> Iterator[None]:
    """Turn what the system says of a write that failed into an OutputError; a closed pipe passes."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable(place, error) from None


def unwritable(place: str, error: OSError) -> OutputError:
    """Say what the system says of a write that failed."""
    advice = {28: "; make room or choose another place", 13: "; choose another place"}
    hint = advice.get(error.errno or 0, "")
    return OutputError(place, f"cannot be written: {error.strerror or error}{hint}")


BUFFER = 1 << 18
"""Bytes that are gathered before they are written. With Python's own 8,192 a dump took half as long again to
write."""


class StagedFile:
    """A file being written under a temporary name beside its own."""

    def __init__(self, target: Path, temporary: Path) -> None:
        self.target = target
        self.temporary = temporary
        self._file: IO[bytes] = temporary.open("xb", BUFFER)
        self._out = packed(self._file, target.name)

    def write(self, data: bytes) -> None:
        """Append bytes; raise OutputError where they cannot be written."""
        try:  # not `writing`: this is called for each document of a dump
            self._out.write(data)
        except OSError as error:
            raise unwritable(str(self.target), error) from None

    def close(self) -> None:
        """Write out what is buffered."""
        with writing(str(self.target)):
            try:
                self._out.close()
            finally:
                self._file.close()


class Staged:
    """A set of files that replace what was there in one go, when the block ends without an error.

    Until then everything lies in hidden files of the same folders; after an error or an interruption
    these are removed again, and so are folders that were made for them. Where `room` names a folder,
    files for its parent or below lie there instead. Raises OutputError.
    """

    def __init__(self, room: Path | None = None) -> None:
        self._room = Path(os.path.realpath(room)) if room else None
        self._files: list[StagedFile] = []
        self._folders: list[Path] = []
        self._number = 0
        self._begun: Path | None = None

    def open(self, target: Path) -> StagedFile:
        """Start a file that will stand at `target`; its folder is made if it does not exist."""
        target = Path(os.path.realpath(target))  # a link stays a link: its file is replaced
        self._number += 1
        temporary = target.with_name(f".{target.name[:100]}.{os.getpid()}.{self._number}.tmp")
        if self._room is not None and self._room.parent in target.parents:
            temporary = self._room / temporary.name
        with writing(str(target)):
            if target.is_dir():
                raise IsADirectoryError(21, "there is a folder of this name")
            self._make(target.parent)
            self._begun = temporary  # known before it exists: an interruption can come in between
            file = StagedFile(target, temporary)
        self._files.append(file)
        return file

    def write(self, target: Path, data: bytes) -> None:
        """Stage a whole file."""
        file = self.open(target)
        file.write(data)
        file.close()

    def scratch(self, folder: Path) -> IO[bytes]:
        """Open a file without a name for the time of the run, where a folder is or will be."""
        with writing(str(folder)):
            self._make(folder)
            return TemporaryFile(dir=self._room or folder)

    def older(self, folder: Path) -> list[Path]:
        """Give the files of a folder and below that stand there already and are not replaced."""
        ours = {path for file in self._files for path in (file.target, file.temporary)}
        found = (Path(place, name) for place, _, names in os.walk(os.path.realpath(folder)) for name in names)
        return sorted(path for path in found if path not in ours)

    def forget(self, file: StagedFile) -> None:
        """Give up a file: what stands at its place stays."""
        self._files.remove(file)
        self._remove(file)

    def _make(self, folder: Path) -> None:
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            self._folders.append(new)
            new.mkdir()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            for file in self._files:
                file.close()
            self._commit()
        except BaseException:
            self._discard()
            raise

    def _commit(self) -> None:
        for file in self._files:
            with writing(str(file.target)):
                if file.target.exists():
                    shutil.copymode(file.target, file.temporary)
                file.temporary.replace(file.target)

    def _discard(self) -> None:
        for file in self._files:
            self._remove(file)
        if self._begun is not None:
            try:
                self._begun.unlink(missing_ok=True)
            except OSError:  # its folder could not be made either
                pass
        for folder in reversed(self._folders):
            try:
                folder.rmdir()
            except OSError:  # somebody else has put a file there
                pass

    @staticmethod
    def _remove(file: StagedFile) -> None:
        try:
            file.close()
        except OutputError:  # the disk may be full: what could not be written is not wanted any more
            pass
        file.temporary.unlink(missing_ok=True)
