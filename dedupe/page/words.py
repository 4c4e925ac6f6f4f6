"""The words by which markup and text give themselves away: see `data/page_words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

WORD = re.compile(r"[A-Z]?[a-zäöüßé]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Words:
    """Words looked up in markup and text; a name's place in its tuple is the number of its bit.

    `talk` gives the places of the names themselves; a word may belong to several.
    """

    mark_names: tuple[str, ...]
    marks: Mapping[str, int]
    talk_names: tuple[str, ...]
    talk: Mapping[str, tuple[int, ...]]
    common: Mapping[str, frozenset[str]]
    function: frozenset[str]


@cache
def words() -> Words:
    """Read the word lists, once a process."""
    table = tomllib.loads(files("dedupe").joinpath("data/page_words.toml").read_text(encoding="utf-8"))
    common = {language: frozenset(text.split()) for language, text in table["common"].items()}
    function = frozenset().union(*common.values())
    return Words(
        tuple(table["marks"]), bits(table["marks"]), tuple(table["talk"]),
        {word: places(found) for word, found in bits(table["talk"]).items()}, common, function,
    )  # fmt: skip


def bits(groups: Mapping[str, str]) -> dict[str, int]:
    """Give each word one bit for every group that lists it.

    >>> bits({"a": "x y", "b": "y"})
    {'x': 1, 'y': 3}
    """
    out: dict[str, int] = {}
    for number, text in enumerate(groups.values()):
        for word in text.split():
            out[word] = out.get(word, 0) | 1 << number
    return out


def places(found: int) -> tuple[int, ...]:
    """Give the numbers of the bits that are set.

    >>> places(5)
    (0, 2)
    """
    return tuple(k for k in range(found.bit_length()) if found >> k & 1)


@lru_cache(maxsize=8192)
def marks_of(name: str) -> int:
    """Look up the words of a class name or id, split at capitals, digits and punctuation: bits of `marks`.

    Two words in a row are also looked up as one, so that `entry-content` finds `entrycontent`.

    >>> marks_of("mainArticleBody") == marks_of("main") | marks_of("article") | marks_of("articlebody")
    True
    """
    known = words().marks
    found, previous = 0, ""
    for part in WORD.findall(name[:100]):
        word = part.lower()
        found |= known.get(word, 0)
        if previous:
            found |= known.get(previous + word, 0)
        previous = word
    return found
