"""Many texts in one buffer of UTF-8, and what is computed from them: samples, words, what is known of words.

Two engines give the same numbers: NumPy for small jobs, numba (the extra `fast`) from `LARGE` bytes on.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe.align import Word
from dedupe.errors import SettingsError
from dedupe.facts import is_cased
from dedupe.lexicon import WEEKDAYS, lexicon
from dedupe.scratch import release
from dedupe.sketch import Sampling, Shingles, limit, sample, shingles
from dedupe.tokens import CAPITAL, NUMBER, PRIME, SHOUT, decode, mix, tokens
from dedupe.tokens import Folded as FoldedTexts

LARGE = 20_000_000
"""Bytes from which on numba is worth its start: 0.7 s with a warm cache, against 50 MB/s of NumPy."""

CHUNK = 1 << 24
"""Bytes of text that are sampled at a time."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts as UTF-8: text i is data[starts[i]:ends[i]]. `data` may be a file, mapped to be read only."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def size(self) -> int:
        """The bytes of all texts."""
        return int((self.ends - self.starts).sum())

    def text(self, number: int) -> str:
        """Give one text as a string; malformed bytes become U+FFFD."""
        return decode(self.bytes(number))

    def bytes(self, number: int) -> bytes:
        """Give one text as it is."""
        return self.data[self.starts[number] : self.ends[number]].tobytes()

    def release(self) -> None:
        """Let the pages of a memory-mapped file go: they are read again when they are looked at again."""
        release(self.data)

    def part(self, first: int, last: int) -> Texts:
        """Give the texts from `first` to before `last`, over the same buffer."""
        return Texts(self.data, self.starts[first:last], self.ends[first:last])

    def some(self, numbers: NDArray[np.int64]) -> Texts:
        """Give some of the texts, over the same buffer."""
        return Texts(self.data, self.starts[numbers], self.ends[numbers])

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        """Put strings into one buffer; lone surrogates become question marks, which part words too."""
        encoded = [text.encode("utf-8", "replace") for text in texts]
        ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
        sizes = np.array([len(text) for text in encoded], np.int64)
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends - sizes, ends)


@dataclass(frozen=True, slots=True)
class Samples:
    """The sampled sketches of texts, with the number of words uint64 and a hash over all words.

    kept: sampled shingles, sorted within each text; words int64[texts]; wholes uint64[texts], 0 for a
    text without words. Texts with equal folded words have equal wholes.
    """

    kept: Shingles
    words: NDArray[np.int64]
    wholes: NDArray[np.uint64]


def fast_engine(size: int, fast: bool | None, enough: int = LARGE) -> bool:
    """Say whether numba does the work: when asked for, or from `enough` bytes on where numba is there.

    Raises SettingsError when it is asked for and is not installed.
    """
    there = importlib.util.find_spec("numba") is not None
    if fast and not there:
        raise SettingsError("fast", fast, 'numba is not installed; pip install "dedupe-articles[fast]"')
    return there and size >= enough if fast is None else fast


def sample_texts(texts: Texts, fast: bool | None = None, rule: Sampling | None = None) -> Samples:
    """Sample texts; `fast` chooses the engine, None by size."""
    rule = rule or Sampling()
    if fast_engine(len(texts.data), fast):
        return _sample_fast(texts, rule)
    words = tokens([texts.text(number) for number in range(len(texts))])
    kept = sample(shingles(words, rule.shingle), rule.one_in, rule.least)
    return Samples(kept, np.diff(words.offsets), _wholes(words.hashes, words.offsets))


def _wholes(hashes: NDArray[np.uint64], offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    counts = np.diff(offsets)
    sums = np.zeros(len(counts), np.uint64)
    if len(hashes):
        # Horner's rule from the end: the powers of PRIME over one text are those of its longest.
        powers = np.cumprod(np.concatenate([np.ones(1, np.uint64), np.full(counts.max(), PRIME, np.uint64)]))
        back = np.repeat(offsets[1:], counts) - 1 - np.arange(len(hashes))
        wordy = counts > 0
        sums[wordy] = np.add.reduceat(hashes * powers[back], offsets[:-1][wordy])
    return np.where(counts > 0, mix(sums), np.uint64(0))


def _sample_fast(texts: Texts, rule: Sampling) -> Samples:
    from dedupe.foldbytes import word_room
    from dedupe.kernels import compiled, on_all_cores
    from dedupe.scan import alphabet, make_room

    loop = compiled("sketch_texts")
    words, wholes = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.uint64)

    def one(edges: tuple[int, int]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
        first, last = edges
        part = texts.part(first, last)
        sizes = part.ends - part.starts
        longest = int(sizes.max())
        # Most of this room is never touched, and so takes no memory.
        out = np.empty(word_room(int(sizes.sum())), np.uint64)
        ends = np.empty(len(part) + 1, np.int64)
        loop(
            part.data, part.starts, part.ends, alphabet(), make_room(longest),
            *np.empty((2, word_room(longest)), np.uint64), rule.shingle, limit(rule.one_in), rule.least,
            out, ends, words[first:last], wholes[first:last],
        )  # fmt: skip
        texts.release()
        return out[: ends[-1]].copy(), np.diff(ends)

    parts = on_all_cores(one, chunks(texts, CHUNK), fast=True)
    kept = np.concatenate([np.zeros(0, np.uint64), *(part[0] for part in parts)])
    sizes = np.concatenate([np.zeros(1, np.int64), *(part[1] for part in parts)])
    return Samples(Shingles(kept, np.cumsum(sizes)), words, wholes)


def chunks(texts: Texts, size: int) -> list[tuple[int, int]]:
    """Cut texts into runs of about `size` bytes: (first, last) of each."""
    sums = np.cumsum(texts.ends - texts.starts)
    chunk = sums // size
    edges = [0, *(np.flatnonzero(np.diff(chunk)) + 1).tolist(), len(texts)]
    return [(a, b) for a, b in pairwise(edges) if b > a]


WORD_KIND = np.dtype({"names": Word._fields, "formats": ["i8", "i8", "f8", "f8", "i8", "i8"]})
"""`dedupe.align.Word` as a record."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of texts by their hashes: text k has the words offsets[k] to offsets[k + 1].

    hashes, grams int64[words]: see `dedupe.align`; the last two grams of a text mean nothing.
    """

    hashes: NDArray[np.int64]
    grams: NDArray[np.int64]
    offsets: NDArray[np.int64]


def word_texts(texts: Texts, fast: bool, count: int | None = None) -> Words:
    """Give the words of texts by their hashes alone, which is quick; `describe` tells more of some.

    `count` is their number, if it is known: then no more room is made than they need, which the system can
    give again and again without clearing it first.
    """
    if not fast:
        return _words_of([FoldedTexts([texts.text(number)]).hashes() for number in range(len(texts))])
    from dedupe.foldbytes import word_room
    from dedupe.kernels import compiled
    from dedupe.scan import alphabet, make_room

    longest, size = int((texts.ends - texts.starts).max(initial=0)), int((texts.ends - texts.starts).sum())
    arrays = np.empty((2, word_room(size) if count is None else count + 1), np.uint64)
    offsets = np.empty(len(texts) + 1, np.int64)
    compiled("word_texts")(
        texts.data, texts.starts, texts.ends, alphabet(), make_room(longest), 3, *arrays, offsets
    )  # fmt: skip
    hashes, grams = arrays[:, : offsets[-1]].view(np.int64)
    return Words(hashes, grams, offsets)


def _words_of(texts: Sequence[NDArray[np.uint64]]) -> Words:
    offsets = np.cumsum([0, *map(len, texts)])
    hashes, grams = np.zeros((2, offsets[-1]), np.uint64)
    for first, found in zip(offsets.tolist(), texts, strict=False):
        hashes[first : first + len(found)] = found
        runs = shingles_of(found)
        grams[first : first + len(runs)] = runs
    return Words(hashes.view(np.int64), grams.view(np.int64), offsets)


def describe(
    texts: Texts, words: Words, asked: NDArray[np.bool_], fast: bool
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Tell more of the words of texts that are `asked` for, and in which texts capitals mean something.

    WORD_KIND[words] and bool[texts]: words that are not asked for mean nothing, nor do texts without any.
    """
    cased = np.zeros(len(texts), np.bool_)
    if not fast:
        described = np.zeros(len(asked), WORD_KIND)
        for number, (first, last) in enumerate(pairwise(words.offsets.tolist())):
            if asked[first:last].any():
                described[first:last] = _described(texts.text(number))
                flags = described["flag"][first:last]
                capitals, shouted = (int(np.count_nonzero(flags & flag)) for flag in (CAPITAL, SHOUT))
                cased[number] = is_cased(last - first, capitals, shouted)
        return described, cased
    from dedupe.describe import lexicon_table, pair_table
    from dedupe.kernels import compiled
    from dedupe.scan import alphabet, make_room

    described = np.empty(len(asked), WORD_KIND)
    longest = int((texts.ends - texts.starts).max(initial=0))
    compiled("describe_words")(
        texts.data, texts.starts, texts.ends, alphabet(), pair_table(), lexicon_table(), make_room(longest),
        words.offsets, words.hashes.view(np.uint64), asked, described, cased,
    )  # fmt: skip
    return described, cased


def _described(text: str) -> NDArray[Any]:
    """Describe the words of one text, in the NumPy engine."""
    folded = FoldedTexts([text])
    hashes, flags = folded.hashes(), folded.flags().astype(np.int64)
    count = len(hashes)
    values, steps = np.full(count, np.nan), np.zeros(count)
    digits, lengths = np.zeros(count, np.int64), np.zeros(count, np.int64)
    known = lexicon()
    at = np.searchsorted(known.hashes, hashes).clip(max=len(known.hashes) - 1)
    listed = known.hashes[at] == hashes
    powers = np.where(listed, known.powers[at], 0)
    for k in np.flatnonzero(flags & NUMBER).tolist():
        values[k], steps[k], digits[k], lengths[k] = read_number(folded.word(k))
    values[listed & (powers == 0)] = known.values[at[listed & (powers == 0)]]
    for k in (np.flatnonzero(powers[1:] * (values[:-1] < WEEKDAYS))).tolist():
        factor = 10.0 ** int(powers[k + 1])
        values[k], steps[k] = values[k] * factor, (steps[k] or 1.0) * factor
    values[powers > 0], steps[powers > 0] = np.nan, -1.0
    columns = (folded.pairs().view(np.int64), flags, values, steps, digits, lengths)
    words = np.empty(count, WORD_KIND)
    for name, column in zip(Word._fields, columns, strict=True):
        words[name] = column
    return words


def shingles_of(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Hash the word-3-grams of one text of three words and more."""
    if len(hashes) < 3:
        return hashes[:0]
    return mix((hashes[:-2] * PRIME + hashes[1:-1]) * PRIME + hashes[2:])


_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?[^0-9.]*")


def read_number(word: str) -> tuple[float, float, int, int]:
    """Read a folded word as a number: value, step of its last decimal (0: exact), digits, how many.

    Letters may follow the digits (24th, 5pm, 8일); a word like 13h20 has digits, but no value.

    >>> read_number("1234.50"), read_number("24th")
    ((1234.5, 0.01, 123450, 6), (24.0, 0.0, 24, 2))
    """
    figures = "".join(c for c in word if c in "0123456789")[:15]
    digits, length = int(figures or 0), len(figures)
    number = _NUMBER.fullmatch(word)
    if not number:
        return np.nan, 0.0, digits, length
    whole, decimals = number.groups("")
    places = max(0, min(len(decimals), length - len(whole)))
    return digits / 10.0**places, 10.0**-places if places else 0.0, digits, length
