"""Long columns of numbers: in memory, or on disk where they are too many, and used a stretch at a time."""

from __future__ import annotations

import mmap
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dedupe.staging import writing


def release(array: NDArray[Any]) -> None:
    """Let the pages of a memory-mapped file go: they are read again when they are looked at again."""
    buffer: Any = array
    while isinstance(buffer, np.ndarray):
        buffer = buffer.base
    buffer = buffer.obj if isinstance(buffer, memoryview) else buffer
    if isinstance(buffer, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        buffer.madvise(mmap.MADV_DONTNEED)


class Column:
    """A column of `count` numbers for the time of a job.

    With a folder it lies in a file there that has no name, so that nothing is left of it, however the job
    ends. Use it as a context manager, in as many threads as you like. Raises OutputError where the disk has
    no room.
    """

    def __init__(self, count: int, kind: DTypeLike, folder: Path | None = None) -> None:
        self._count, self._kind = count, np.dtype(kind)
        self._place = f"{folder}: temporary file"
        self._one = Lock()  # a file has one place where it is read and written
        self._array = np.empty(0 if folder else count, kind)
        with writing(self._place):
            self._file = TemporaryFile(dir=folder) if folder else None  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._array = np.empty(0, self._kind)
        if self._file is not None:
            try:
                self._file.close()
            except OSError:  # the disk is full: what could not be written is not wanted any more
                pass

    def write(self, at: int, values: NDArray[Any]) -> None:
        """Put numbers at a place and behind it."""
        if self._file is None:
            self._array[at : at + len(values)] = values
            return
        with self._one, writing(self._place):
            self._file.seek(at * self._kind.itemsize)
            self._file.write(np.ascontiguousarray(values, self._kind).data)

    def whole(self) -> NDArray[Any]:
        """Give all numbers, those of a file mapped: let their pages go by `release`."""
        if self._file is None:
            return self._array
        with writing(self._place):
            self._file.flush()
            # Not read only: compiled loops would be compiled once more for such an array.
            return np.asarray(np.memmap(self._file, self._kind, "r+", shape=(self._count,)))

    def read(self, first: int, last: int) -> NDArray[Any]:
        """Give the numbers from one place to before another, which were written before."""
        if self._file is None:
            return self._array[first:last]
        found = np.empty(last - first, self._kind)
        with self._one, writing(self._place):  # what is still to be written is written first
            self._file.seek(first * self._kind.itemsize)
            self._file.readinto(found.data)
        return found
