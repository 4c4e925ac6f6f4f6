"""Words that stand for numbers, months, weekdays, directions and powers of ten, in many languages at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from dedupe.tokens import tokens

WEEKDAYS = 1e6
"""Weekday n stands for this value + n, which no calendar number equals. A month is its number, so
that 3 March and 3/3 agree."""

DIRECTIONS = 2e6
"""Direction n, north first, stands for this value + n: a road that is closed southbound is another one."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Hashes of number words uint64[n], sorted, with their values float64[n] (NaN for a power of ten)
    and their powers of ten int64[n] (0 for a number)."""  # noqa: D209

    hashes: NDArray[np.uint64]
    values: NDArray[np.float64]
    powers: NDArray[np.int64]


@cache
def lexicon() -> Lexicon:
    """Read the lexicon that ships with the package."""
    table = json.loads((files("dedupe") / "data" / "numbers.json").read_text(encoding="utf-8"))
    found: dict[str, tuple[float, int]] = {}
    for language, entry in table.items():
        if language in ("about", "scales"):
            continue
        for number, names in enumerate(entry.get("months", ()), 1):
            found.update(dict.fromkeys(names, (float(number), 0)))
        for number, names in enumerate(entry.get("weekdays", ()), 1):
            found.update(dict.fromkeys(names, (WEEKDAYS + number, 0)))
        for number, names in enumerate(entry.get("directions", ()), 1):
            found.update(dict.fromkeys(names, (DIRECTIONS + number, 0)))
        for value, names in entry["numbers"].items():
            found.update(dict.fromkeys(names, (float(value), 0)))
    found.update({word: (np.nan, power) for word, power in table["scales"].items()})
    words = [word.split("-")[0] for word in found]
    folded = tokens(words)
    single = np.flatnonzero(np.diff(folded.offsets) == 1)
    hashes, first = np.unique(folded.hashes[folded.offsets[single]], return_index=True)
    meanings = list(found.values())
    entries = [meanings[k] for k in single[first].tolist()]
    return Lexicon(
        hashes, np.array([value for value, _ in entries]), np.array([power for _, power in entries], np.int64)
    )
