"""Runs of words that tell pages apart, sampled from their prose, and which pages have some of their own."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from zlib import crc32

from dedupe.lines import NO_SPACES_CHARACTER

A_PAGE = 32
"""Grams of a page, at most."""

# A gram is four words of prose, or eight characters where no blanks part them. Those at the beginning of
# each paragraph are taken, and of these the smallest by their hash, so that two copies of a text give nearly
# the same sample wherever they were edited.
_WORDS = re.compile(rb"(?<!\S)\S++[ \t]++\S++[ \t]++\S++[ \t]++\S++(?=[ \t])")
_PAIR = re.compile("..")
_OPENING = 120
# From so many grams on they are counted by NumPy.
_MANY = 1_000_000
_ASCII = bytes(range(128))
# Numbers count as one nought each: digit by digit, since a search for noughts is faster than one for digits.
_DIGITLESS = bytes.maketrans(b"123456789", b"000000000")
_DIGITS, _NOUGHTS = re.compile(r"\d+"), re.compile(b"00+")


def own_words(grams: Sequence[int], sizes: Sequence[int]) -> list[bool]:
    """Tell for each page whether at least half of its grams stand in at most two pages.

    `grams` holds the grams of all pages, each once a page, `sizes` their number in each page.

    >>> own_words([1, 2, 1, 3, 1, 4], [2, 2, 2]), own_words([1, 1, 1], [1, 1, 1])
    ([True, True, True], [False, False, False])
    """
    if len(grams) >= _MANY:
        return _own_words_in_bulk(grams, sizes)
    common = {gram for gram, count in Counter(grams).items() if count > 2}
    ends = list(accumulate(sizes, initial=0))
    return [2 * len(common.intersection(grams[start:end])) <= end - start for start, end in pairwise(ends)]


def _own_words_in_bulk(grams: Sequence[int], sizes: Sequence[int]) -> list[bool]:
    """Do the same by sorting, in sixteen parts so that little memory is needed beside the grams."""
    import numpy as np

    values = np.asarray(grams, np.uint32)
    rare = np.zeros(len(values), np.bool_)
    part = values >> 28
    for number in range(16):
        chosen = np.flatnonzero(part == number)
        ordered, inverse = np.unique(values[chosen], return_inverse=True)
        rare[chosen] = (np.bincount(inverse, minlength=len(ordered)) <= 2)[inverse]
    ends = np.cumsum(np.asarray(sizes, np.int64))
    found = np.concatenate(([0], np.cumsum(rare)))[np.concatenate(([0], ends))]
    own: list[bool] = (2 * np.diff(found) >= np.asarray(sizes)).tolist()
    return own


def sample_grams(texts: Iterable[str]) -> array[int]:
    """Sample the word runs of some prose; in scripts without spaces, runs of twice as many characters."""
    openings = [
        text[:_OPENING].replace("\n", " ") if len(text) > _OPENING else text.replace("\n", " ") + " "
        for text in texts
    ]
    joined = "\n".join(openings)
    plain = joined.encode("utf-8", "replace")
    foreign = plain.translate(None, _ASCII).decode()
    if foreign and (NO_SPACES_CHARACTER.search(foreign) or _DIGITS.search(foreign)):
        plain = "\n".join(map(_with_blanks, openings)).encode("utf-8", "replace")
    masked = _NOUGHTS.sub(b"0", plain.translate(_DIGITLESS))
    return array("I", sorted(set(map(crc32, _WORDS.findall(masked))))[:A_PAGE])


def _with_blanks(text: str) -> str:
    """Put a blank behind each second character where nothing parts words; write all digits as one."""
    text = _DIGITS.sub("0", text)
    if NO_SPACES_CHARACTER.search(text):
        text = _PAIR.sub(r"\g<0> ", "".join([c for c in text if c.isalnum()]))
    return text
