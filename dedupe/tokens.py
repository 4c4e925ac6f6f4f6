"""Texts to folded words, a whole batch at a time, without a Python string for any word.

A word is a run of letters and digits after folding (`dedupe.fold`); in scripts without spaces each
character is a word. Apostrophes, points and commas inside a word vanish: "U.S." is "us" and an OCR
comma does not part a word. Between digits a point or comma (or a grouping space) vanishes before
exactly three digits and is a decimal point otherwise, so that 1,234.5 and 1.234,5 are one number; where
a number would get two decimal points (12.05.2024) they part words.
Runs longer than LONGEST are cut, so that base64 of a megabyte is many words and not one.

The words are kept as 64-bit hashes with flags. Folded words are hashed as polynomials in PRIME over
their code points: quick in both engines, and not meant to withstand an adversary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dedupe.fold import (
    APOSTROPHE,
    BREAK,
    DIGIT,
    LETTER,
    NARROW,
    POINT,
    SOLO,
    TABLE_END,
    WIDEST,
    ascii_tables,
    tables,
)

NUMBER, CAPITAL, SHOUT, LINE, SENTENCE, ALONE, CASELESS = (1 << bit for bit in range(7))
"""Flags of a word: half digits, or digits with a unit; begins with a capital; two letters or more, all
capitals; first of its line; first after a sentence mark; a character of a script without spaces; of a
script without capitals."""

UNIT = 3
"""Letters that may follow a digit in a number: "5pm", "7th", "2bn"; as words, 5pm would be 9pm, slightly
damaged. In scripts without capitals, "8일부터", any that follow."""

LONGEST = 64
PRIME = np.uint64(0x9E3779B97F4A7C15)
MIX1, MIX2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)

BATCH = 1 << 15
"""Characters that are folded at a time: the arrays of one batch fit the second-level cache."""

SENTENCE_MARKS = '.!?:;"“”«»„‹›…。！？：；「」『』।؟؛'
"""After one of these a capital says nothing of names."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The folded words of a batch of texts.

    hashes uint64[n]: hash of the folded word; offsets int64[texts + 1]: the first word of each text.
    """

    hashes: NDArray[np.uint64]
    offsets: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Details:
    """What an exact comparison needs to know of the words besides their hashes.

    flags uint8[n]: see NUMBER and its neighbors; pairs uint64[n]: one bit for each pair of neighboring
    letters, the ends of the word included; starts, ends int64[n]: where the word stands in its text,
    in characters.
    """

    flags: NDArray[np.uint8]
    pairs: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread 64-bit values over their whole range (the finalizer of SplitMix64, a bijection)."""
    values = (values ^ (values >> np.uint64(30))) * MIX1
    values = (values ^ (values >> np.uint64(27))) * MIX2
    return values ^ (values >> np.uint64(31))


def hash_word(word: str) -> int:
    """Hash one folded word as both engines do; slow, for tests and for word lists.

    >>> hash_word("word") == int(tokens(["Word"]).hashes[0])
    True
    """
    value = 0
    for character in word:
        value = (value * int(PRIME) + ord(character) + 1) & 0xFFFF_FFFF_FFFF_FFFF
    return int(mix(np.array([value], np.uint64))[0])


def decode(data: bytes) -> str:
    r"""Decode UTF-8, malformed bytes becoming U+FFFD, which parts words.

    >>> decode(b"caf\xc3 bar") == "caf\ufffd bar"
    True
    """
    return data.decode("utf-8", "replace")


def words(text: str) -> list[str]:
    """Give the folded words of a text.

    >>> words("The U.S. paid 1.234,50 € for “Ærø’s” 東京 tower.")
    ['the', 'us', 'paid', '1234.50', 'for', 'aeros', '东', '京', 'tower']
    """
    folded = Folded([text])
    edges = zip(folded.first.tolist(), folded.last.tolist(), strict=True)
    characters = folded.codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
    return [characters[a:b] for a, b in edges]


def tokens(texts: Sequence[str]) -> Tokens:
    """Fold texts to words, in batches that stay in the processor's cache."""
    hashes, counts = [np.zeros(0, np.uint64)], np.zeros(len(texts) + 1, np.int64)
    for batch in _batches(texts):
        folded = Folded([piece for _, piece in batch])
        hashes.append(folded.hashes())
        np.add.at(counts, [number + 1 for number, _ in batch], folded.counts())
    return Tokens(np.concatenate(hashes), np.cumsum(counts))


def details(text: str) -> Details:
    """Give flags, letter pairs and places of the words of one text, as many as `tokens` gives."""
    folded = Folded([text])
    begin, end = folded.spans()
    return Details(folded.flags(), folded.pairs(), begin, end)


def _batches(texts: Sequence[str]) -> Iterator[list[tuple[int, str]]]:
    """Group texts, and cut long ones where a space stands, into batches of (number of text, piece)."""
    batch: list[tuple[int, str]] = []
    size = 0
    for number, text in enumerate(texts):
        start = 0
        while start < len(text):
            end = len(text)
            if end - start > BATCH:
                space = _SPACE.search(text, start + BATCH)
                end = space.start() if space else end
            batch.append((number, text[start:end]))
            size, start = size + end - start, end
            if size >= BATCH:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


_SPACE = re.compile(r"[ \n]")


class Folded:
    """The folded code points of a batch and the edges of the words in them.

    codes uint32: folded code points, breaks included; kind uint8: their classes; source int64: the
    character of the joined texts that each came from; first, last int64: the words as half-open
    ranges of codes.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        # One line break between texts: no word and no decision reaches over it.
        points = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), "<u4")
        self.points = points
        self.text_starts = np.cumsum([0, *(len(text) + 1 for text in texts)])
        self.source: NDArray[np.int64] | None = None  # None: each code comes from the point at its place
        if points.max(initial=0) < 128:
            kinds, folds = ascii_tables()
            self.codes, kind = folds[points], kinds[points]
        else:
            self.codes, self.source = _fold(points)
            kind = _kinds(self.codes)
        kind = _settle(kind)
        if (decimal := (kind == POINT)).any():
            self.codes[decimal] = ord(".")
        if (vanishing := (kind == APOSTROPHE)).any():
            kept = np.flatnonzero(~vanishing)
            kind, self.codes = kind[kept], self.codes[kept]
            self.source = kept if self.source is None else self.source[kept]
        self.kind = kind
        begins, ends = _edges(kind != BREAK, kind == SOLO)
        self.first, self.last = _cut(begins, ends)

    def origin(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the place in the joined texts that the codes at `at` came from."""
        return at if self.source is None else self.source[at]

    def counts(self) -> NDArray[np.int64]:
        """Count the words of each text."""
        return np.diff(np.searchsorted(self.origin(self.first), self.text_starts))

    def word(self, number: int) -> str:
        """Give one folded word."""
        codes = self.codes[self.first[number] : self.last[number]]
        word: str = codes.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")
        return word

    def spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the places of the words in the joined texts."""
        return self.origin(self.first), self.origin(self.last - 1) + 1

    def hashes(self) -> NDArray[np.uint64]:
        """Hash the words, as `hash_word` does, through one running sum over all code points.

        With w_i = (c_i + 1) PRIME^-i, the hash of a word from i to j is PRIME^j times the sum of its w.
        """
        powers, inverse = _powers(len(self.codes).bit_length())
        sums = np.zeros(len(self.codes) + 1, np.uint64)
        np.cumsum((self.codes + np.uint64(1)) * inverse[: len(self.codes)], out=sums[1:])
        return mix((sums[self.last] - sums[self.first]) * powers[self.last - 1])

    def flags(self) -> NDArray[np.uint8]:
        """Give the flags of the words."""
        points, lengths = self.points, self.last - self.first
        begin = self.origin(self.first)
        upper = (points - np.uint32(65)) < 26
        if points.max(initial=0) >= 128:
            upper = tables().upper[points.clip(max=TABLE_END - 1)]
        letters = upper if self.source is None else upper[self.source]
        digits = _sums(self.kind == DIGIT, self.first, self.last)
        capitals = _sums(letters, self.first, self.last)
        line = np.cumsum(points == ord("\n"))[begin]
        # A mark between the words, or inside the one before (the point of "U.S."), counts alike.
        marks = np.isin(points, _MARKS)
        sentence: NDArray[np.int64] = np.cumsum(marks)[begin] - marks[begin]
        caseless, bare_end = _caseless(self.codes[self.first]), _caseless(self.codes[self.last - 1])
        with_unit = (self.kind[self.first] == DIGIT) & ((lengths - digits <= UNIT) | bare_end)
        flags = ((2 * digits >= lengths) | with_unit) * NUMBER
        flags |= upper[begin] * CAPITAL
        flags |= ((capitals == lengths) & (lengths > 1)) * SHOUT
        flags |= (np.diff(line, prepend=-1) > 0) * LINE
        flags |= (np.diff(sentence, prepend=-1) > 0) * SENTENCE
        flags |= (self.kind[self.first] == SOLO) * ALONE
        flags |= caseless * CASELESS
        result: NDArray[np.uint8] = flags.astype(np.uint8)
        return result

    def pairs(self) -> NDArray[np.uint64]:
        """Give one bit for each two letters of a word that are neighbors or next but one, ends included.

        Measured on 4,000 words of each length with one letter changed, lost, added or swapped: Dice of
        these masks stays over .5 for .95 of words of three letters, .999 from four on; unrelated
        words pass .5 in .012 (three letters) to .05 (nine and more). With neighbors alone a seventh of
        the damaged words of four letters is missed.
        """
        codes = np.concatenate([np.zeros(2, np.uint64), self.codes.astype(np.uint64), np.zeros(2, np.uint64)])
        here, last = self.first + 2, self.last + 1
        outside = np.ones(len(codes), np.bool_)
        steps = np.zeros(len(codes) + 1, np.int64)
        np.add.at(steps, here, 1)
        np.add.at(steps, last + 1, -1)
        outside[np.cumsum(steps[:-1]) > 0] = False
        heads, next_but_one = np.zeros(len(codes), np.bool_), np.zeros(len(codes), np.bool_)
        heads[here] = True
        before, earlier = np.roll(codes, 1), np.roll(codes, 2)
        before[heads] = 0
        seconds = np.roll(heads, 1) & ~heads
        earlier[seconds] = 0
        next_but_one[:] = ~heads & ~outside
        bits = _pair_bit(before * np.uint64(31) + codes)
        bits |= np.where(next_but_one, _pair_bit(earlier * np.uint64(31) + codes), np.uint64(0))
        bits[outside] = 0
        if not len(here):
            return bits[:0]
        masks = np.bitwise_or.reduceat(bits, here) | _pair_bit(codes[last] * np.uint64(31))
        longer = last > here
        masks[longer] |= _pair_bit(codes[last[longer] - 1] * np.uint64(31))
        result: NDArray[np.uint64] = masks
        return result


def _pair_bit(pairs: NDArray[np.uint64]) -> NDArray[np.uint64]:
    # 63 bits, so that the masks are positive in signed arithmetic too.
    bits: NDArray[np.uint64] = np.uint64(1) << (
        (((pairs * PRIME) >> np.uint64(32)) * np.uint64(63)) >> np.uint64(32)
    )
    return bits


def _caseless(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    # Between Armenian and Georgian, from Hangul to the second Georgian block, and from the kana on; but names
    # are seldom written in hiragana, and the endings of all verbs are.
    between = ((codes >= 0x590) & (codes < 0x10A0)) | ((codes >= 0x1100) & (codes < 0x1C80))
    return between | ((codes >= 0x3005) & ((codes < 0x3041) | (codes >= 0x30A0)))


_MARKS = np.array([ord(c) for c in SENTENCE_MARKS], np.uint32)


@cache
def _powers(bits: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Give the powers of PRIME and of its inverse mod 2^64, up to 2^bits of them."""
    inverse = np.uint64(pow(int(PRIME), -1, 1 << 64))
    powers, inverses = np.full(1 << bits, PRIME, np.uint64), np.full(1 << bits, inverse, np.uint64)
    powers[0] = inverses[0] = 1
    return np.cumprod(powers), np.cumprod(inverses)


def _sums(values: NDArray[np.bool_], first: NDArray[np.int64], last: NDArray[np.int64]) -> NDArray[np.int64]:
    sums = np.zeros(len(values) + 1, np.int64)
    np.cumsum(values, out=sums[1:])
    return sums[last] - sums[first]


def _fold(points: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], NDArray[np.int64] | None]:
    table = tables()
    low = np.minimum(points, TABLE_END - 1)
    codes = np.where(points < TABLE_END, table.folds[low, 0], points)
    width = table.width[low].astype(np.int64)
    width[points >= TABLE_END] = 1
    odd = np.flatnonzero(width != 1)
    if not len(odd):
        return codes, None
    source = np.repeat(np.arange(len(points)), width)
    codes = codes[source]
    heads = np.cumsum(width) - width
    for column in range(1, WIDEST):
        wide = odd[width[odd] > column]
        codes[heads[wide] + column] = table.folds[points[wide], column]
    return codes, source


def _kinds(codes: NDArray[np.uint32]) -> NDArray[np.uint8]:
    kinds = tables().kind[np.minimum(codes, TABLE_END - 1)]
    high = codes >= TABLE_END
    if high.any():
        kinds[high] = np.where(codes[high] < 0x40000, SOLO, BREAK)
    return kinds


def _settle(kind: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Decide for each apostrophe, point, comma and narrow space: break, vanish, or decimal point.

    What vanishes is left as APOSTROPHE, a decimal point as POINT, all else becomes BREAK.
    """
    doubtful = np.flatnonzero((kind >= APOSTROPHE) & (kind <= NARROW))
    if not len(doubtful):
        return kind
    wordy = (kind == LETTER) | (kind == DIGIT)
    digit = kind == DIGIT
    padded = np.concatenate([kind, np.full(4, BREAK, np.uint8)])
    padded_digit, padded_wordy = padded == DIGIT, np.concatenate([wordy, np.zeros(4, np.bool_)])
    before = np.maximum(doubtful - 1, 0)
    between = wordy[before] & padded_wordy[doubtful + 1] & (doubtful > 0)
    numeric = between & digit[before] & padded_digit[doubtful + 1]
    three = padded_digit[doubtful + 2] & padded_digit[np.minimum(doubtful + 3, len(kind))]
    four = padded_digit[np.minimum(doubtful + 4, len(kind))]
    grouping = numeric & three & ~four
    which = kind[doubtful]
    verdict = np.full(len(doubtful), BREAK, np.uint8)
    verdict[between & (which != NARROW) & ~numeric] = APOSTROPHE
    verdict[numeric & (which == POINT)] = POINT
    verdict[numeric & (which == APOSTROPHE)] = APOSTROPHE
    verdict[grouping] = APOSTROPHE
    decimal = np.flatnonzero(verdict == POINT)
    if len(decimal) > 1:  # two decimal points in one number make it a date, a version or a list
        others = np.cumsum(~digit)[doubtful[decimal]]
        vanished = np.cumsum(verdict == APOSTROPHE)[decimal]
        chained = np.flatnonzero(np.diff(others - vanished) == 1)
        verdict[decimal[chained]] = verdict[decimal[chained + 1]] = BREAK
    kind = kind.copy()
    kind[doubtful] = verdict
    return kind


def _edges(inside: NDArray[np.bool_], solo: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    before = np.concatenate([np.zeros(1, np.bool_), inside[:-1]])
    begin = inside & ~before
    if solo.any():
        begin |= solo
        begin[1:] |= inside[1:] & solo[:-1]
    begins = np.flatnonzero(begin)
    stop = np.flatnonzero(~inside)  # the text ends in a break, so there is one after each word
    ends = stop[np.searchsorted(stop, begins)] if len(begins) else begins
    if len(begins) > 1:
        ends[:-1] = np.minimum(ends[:-1], begins[1:])
    return begins, ends


def _cut(begins: NDArray[np.int64], ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lengths = ends - begins
    if not len(lengths) or lengths.max() <= LONGEST:
        return begins, ends
    pieces = (lengths + LONGEST - 1) // LONGEST
    number = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    begins = np.repeat(begins, pieces) + number * LONGEST
    return begins, np.minimum(begins + LONGEST, np.repeat(ends, pieces))
