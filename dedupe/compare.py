"""The documents of a whole run, compared: samples and texts of all chunks, and who repeats whom.

Only names and numbers of all documents are held in memory. Their sampled shingles lie in one file, and of
their texts those are read that must be compared (`dedupe.filedtexts`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedupe.duplicates import Finding, compare_all, findings, keep_order
from dedupe.filedtexts import Shelf, sizes_of
from dedupe.outcome import Outcome
from dedupe.settings import Settings
from dedupe.sketch import Sampling, Shingles
from dedupe.staging import writing
from dedupe.texts import Samples, Texts, sample_texts

if TYPE_CHECKING:
    from mmap import mmap

BATCH = 1 << 24
"""Bytes of text that are sampled at a time."""

_KINDS: dict[str, type] = {"shingles": np.uint64, "counts": np.int64, "words": np.int64, "wholes": np.uint64}


def rule() -> dict[str, str | int]:
    """Say by what rule texts are sampled: samples by another one cannot be compared."""
    return {"hash": "words of 64 bits", **asdict(Sampling())}


def sample(data: bytes | memoryview | mmap, ends: Sequence[int], fast: bool | None) -> dict[str, bytes]:
    """Sample texts that lie in `data` one after the other, some at a time, as columns of numbers."""
    texts = _texts(np.frombuffer(data, np.uint8), np.frombuffer(memoryview(ends), np.int64))  # type: ignore[arg-type]
    columns: dict[str, list[bytes]] = {name: [] for name in _KINDS}
    for batch in _batches(texts):
        found = sample_texts(batch, fast)
        texts.release()
        columns["shingles"].append(found.kept.hashes.tobytes())
        columns["counts"].append(np.diff(found.kept.offsets).astype(np.int64).tobytes())
        columns["words"].append(found.words.tobytes())
        columns["wholes"].append(found.wholes.tobytes())
    return {name: b"".join(column) for name, column in columns.items()}


def _texts(data: NDArray[np.uint8], ends: NDArray[np.int64]) -> Texts:
    return Texts(data, np.concatenate([np.zeros(1, np.int64), ends[:-1]])[: len(ends)], ends)


def _batches(texts: Texts) -> Iterator[Texts]:
    """Part texts into runs of about BATCH bytes, each over its own stretch of the buffer."""
    first = 0
    while first < len(texts):
        start = int(texts.starts[first])
        last = max(first + 1, int(np.searchsorted(texts.ends, start + BATCH, "right")))
        starts, ends = texts.starts[first:last], texts.ends[first:last]
        yield Texts(texts.data[start : int(ends[-1])], starts - start, ends - start)
        first = last


class Documents:
    """What is known of all documents of a run, chunk after chunk: in the order of the inputs.

    In a `folder` lie the outcomes, from which texts are read when they are compared. Each outcome brings its
    samples, whose shingles are filed there, with what is needed to find candidates among many. Without a
    folder, texts stay in memory and are sampled when they are compared. Items that are no documents take part
    as documents without words.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._shelf = Shelf() if folder is not None else None
        self._samples = Sampled(folder / "samples") if folder is not None else None
        self._texts: list[bytes | mmap] = []
        self._sizes: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._values: list[Any] = []

    def add(self, outcome: Outcome) -> None:
        """Take in the texts, samples and values of a chunk."""
        if self._shelf is not None and self._samples is not None:
            self._shelf.add(outcome)
            self._samples.add(outcome.samples)
        else:
            self._texts.append(outcome.columns["texts"])
            self._sizes.append(sizes_of(outcome))
        self._values += outcome.values

    def without_value(self) -> int:
        """Count the documents that have nothing of what `keep` compares."""
        return sum(value is None for value in self._values)

    def repeats(self, ids: Sequence[str | int], settings: Settings) -> dict[int, Finding]:
        """Compare all documents; give those that repeat another, by number; `id` and `kept` are numbers.

        A document that stays is among them, once, where it is related to one that it was compared with.
        """
        texts: Texts
        if self._shelf is not None and self._samples is not None:
            texts, samples = self._shelf.texts(), self._samples.all()
        else:
            sizes = np.concatenate(self._sizes)
            texts = _texts(np.frombuffer(b"".join(self._texts), np.uint8), np.cumsum(sizes))
            samples = sample_texts(texts, fast=False)
        order = keep_order(ids, samples.words, settings.keep, self._values)
        if settings.threshold is None:
            compared, joined = compare_all(texts, samples, order, settings.relation, folder=self._folder)
        else:
            from dedupe.similar import similar_all

            compared, joined = similar_all(texts, order, settings.threshold)
        found: dict[int, Finding] = {}
        for finding in findings(range(len(ids)), compared, joined):
            number = int(finding.id)
            best = found.get(number)
            if best is None or (finding.removed, finding.coverage) > (best.removed, best.coverage):
                found[number] = finding
        return found


class Sampled:
    """The samples of all chunks: shingles in a file, begun anew, and the numbers of each text in memory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._columns: dict[str, list[NDArray[Any]]] = {
            name: [np.zeros(0, kind)] for name, kind in _KINDS.items() if name != "shingles"
        }
        with writing(str(path)):
            path.write_bytes(b"")

    def add(self, samples: Mapping[str, bytes]) -> None:
        """Take in what `sample` gave for a chunk. Raises OutputError where the file has no room."""
        with writing(str(self._path)), self._path.open("ab") as file:
            file.write(samples["shingles"])
        for name, column in self._columns.items():
            column.append(np.frombuffer(samples[name], _KINDS[name]))

    def all(self) -> Samples:
        """Give the samples of all texts, over the mapped file."""
        counts, words, wholes = (
            np.concatenate(self._columns[name]) for name in ("counts", "words", "wholes")
        )
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
        size = int(offsets[-1])
        shingles = np.memmap(self._path, np.uint64, "r", shape=(size,)) if size else np.zeros(0, np.uint64)
        return Samples(Shingles(shingles, offsets), words, wholes)
