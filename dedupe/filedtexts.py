"""Texts that lie in files, and are read a portion at a time, when they are compared.

A text lies in the folder of its chunk, as it is, or in an input, as a string of JSON: there it need not be
stored a second time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from dedupe.copying import Original
from dedupe.errors import InputError
from dedupe.outcome import Outcome
from dedupe.texts import Texts, fast_engine

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FiledTexts(Texts):
    """Texts of which none is in memory: `some` and `part` read them.

    Text i has ends[i] - starts[i] bytes. It is read from files[file[i]], where it stands from firsts[i] to
    lasts[i]; in an input that is a string of JSON. There is no `data`.
    """

    files: tuple[Path | Original, ...]
    file: NDArray[np.int32]
    firsts: Numbers
    lasts: Numbers

    @property
    def size(self) -> int:
        """The bytes of all texts."""
        return int(self.ends[-1]) if len(self) else 0

    def bytes(self, number: int) -> bytes:
        """Read one text."""
        return self.part(number, number + 1).data.tobytes()

    def part(self, first: int, last: int) -> Texts:
        """Read the texts from `first` to before `last`."""
        return self.some(np.arange(first, last))

    def some(self, numbers: Numbers) -> Texts:
        """Read some of the texts. Raises InputError where a file is not what it was."""
        sizes = self.ends[numbers] - self.starts[numbers]
        ends = np.cumsum(sizes)
        data = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
        files = self.file[numbers]
        for file in np.unique(files[sizes > 0]).tolist():  # where no text has bytes there is no file
            at = np.flatnonzero((files == file) & (sizes > 0))
            firsts, lasts, starts = self.firsts[numbers[at]], self.lasts[numbers[at]], (ends - sizes)[at]
            held = self.files[file]
            if isinstance(held, Original):
                self._decode(held, firsts, lasts, data, starts, ends[at])
            else:
                with held.open("rb", buffering=0) as stream:
                    _read(stream, held.as_posix(), firsts, lasts, data, starts)
        data.setflags(write=False)  # loops are compiled for that
        return Texts(data, ends - sizes, ends)

    def _decode(
        self, original: Original, firsts: Numbers, lasts: Numbers, data: NDArray[np.uint8], starts: Numbers,
        ends: Numbers,
    ) -> None:  # fmt: skip
        """Read strings of JSON, each with the quote behind it, and decode them into `data`."""
        stops = np.cumsum(lasts + 1 - firsts)
        begins = stops - (lasts + 1 - firsts)
        strings = np.empty(int(stops[-1]), np.uint8)
        with original.open(buffering=0) as stream:
            _read(stream, original.name, firsts, lasts + 1, strings, begins)
        # Not before it is known that the file is what it was: the loops have no room for other strings.
        strings.setflags(write=False)
        if fast_engine(self.size, None):
            from dedupe.kernels import compiled

            compiled("decode_strings")(strings, begins, stops, data, starts, ends)
            return
        for begin, end, start in zip(begins.tolist(), stops.tolist(), starts.tolist(), strict=True):
            text = json.loads(b'"' + strings[begin:end].tobytes()).encode()
            data[start : start + len(text)] = np.frombuffer(text, np.uint8)


def _read(
    stream: IO[bytes], name: str, firsts: Numbers, lasts: Numbers, data: NDArray[np.uint8], starts: Numbers
) -> None:
    """Read stretches of a file into `data`. Raises InputError where it is too short.

    To map the file and look at them there takes three times as long: texts that are compared lie far apart,
    and each is a fault or two.
    """
    room = memoryview(data)  # type: ignore[arg-type]
    for first, last, start in zip(firsts.tolist(), lasts.tolist(), starts.tolist(), strict=True):
        stream.seek(first)
        if stream.readinto(room[start : start + last - first]) != last - first:  # type: ignore[attr-defined]
            raise InputError(name, "is not all that it was; start anew")


class Shelf:
    """Gathers where the texts of all chunks of a run lie."""

    def __init__(self) -> None:
        self._files: dict[Path | Original, int] = {}
        self._columns: list[list[Numbers]] = [[np.zeros(0, np.int64)] for _ in range(4)]

    def add(self, outcome: Outcome) -> None:
        """Take in the texts of a chunk."""
        if outcome.folder is None:
            raise LookupError("the chunk has no folder")
        sizes = sizes_of(outcome)
        stored = self._number(outcome.folder / "texts")
        if outcome.original is None:
            lasts = np.cumsum(sizes)
            files, firsts = np.full(len(sizes), stored), lasts - sizes
        else:
            firsts, lasts = (_array(outcome, name) for name in ("string_starts", "string_ends"))
            is_stored = firsts < 0
            files = np.where(is_stored, stored, self._number(outcome.original))
            ends = np.cumsum(np.where(is_stored, sizes, 0))
            firsts, lasts = np.where(is_stored, ends - sizes, firsts), np.where(is_stored, ends, lasts)
        for column, values in zip(self._columns, (sizes, files, firsts, lasts), strict=True):
            column.append(values)

    def _number(self, file: Path | Original) -> int:
        return self._files.setdefault(file, len(self._files))

    def texts(self) -> FiledTexts:
        """Give all texts."""
        sizes, files, firsts, lasts = (np.concatenate(column) for column in self._columns)
        ends = np.cumsum(sizes)
        nothing, file = np.zeros(0, np.uint8), files.astype(np.int32)
        return FiledTexts(nothing, ends - sizes, ends, tuple(self._files), file, firsts, lasts)


def sizes_of(outcome: Outcome) -> Numbers:
    """Give the bytes of each text of an outcome."""
    if "text_sizes" in outcome.numbers:
        return _array(outcome, "text_sizes")
    return np.diff(_array(outcome, "texts_ends"), prepend=0)


def _array(outcome: Outcome, name: str) -> Numbers:
    return np.frombuffer(outcome.numbers[name], np.int64)
