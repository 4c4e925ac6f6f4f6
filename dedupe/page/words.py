"""The words by which markup and text give themselves away: see `data/page_words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

WORD = re.compile(r"[A-Z]?[a-zäöüßé]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Words:
    """Words looked up in markup and text; a name's place in its tuple is the number of its bit."""

    mark_names: tuple[str, ...]
    marks: Mapping[str, int]
    talk_names: tuple[str, ...]
    talk: Mapping[str, int]
    common: Mapping[str, frozenset[str]]
    function: frozenset[str]


@cache
def words() -> Words:
    """Read the word lists, once a process."""
    table = tomllib.loads(files("dedupe").joinpath("data/page_words.toml").read_text(encoding="utf-8"))
    common = {language: frozenset(text.split()) for language, text in table["common"].items()}
    function = frozenset().union(*common.values())
    return Words(
        tuple(table["marks"]), bits(table["marks"]), tuple(table["talk"]), bits(table["talk"]), common, function
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


def marks_of(names: str, marks: Mapping[str, int]) -> int:
    """Look up the words of class names and ids, split at capitals, digits and punctuation.

    A name is also looked up without its punctuation, so that `entry-content` finds `entrycontent`.

    >>> marks_of("main-articleBody_x7", {"article": 1, "body": 2, "articlebody": 4})
    7
    """
    found = 0
    for name in names.split():
        parts = WORD.findall(name)
        previous = ""
        for part in parts:
            word = part.lower()
            found |= marks.get(word, 0)
            if previous:
                found |= marks.get(previous + word, 0)
            previous = word
    return found
