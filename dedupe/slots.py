"""Boxes about authors, told by the runs of four words that they share, whoever the author is.

`Ann Lee is a senior reporter at the Mail, covering health` and the same of Tom Ray share `is a senior
reporter` and the runs after it. In a file of templates, runs that overlap are written as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain

_SLOT = 4


def word_runs(key: str) -> list[str]:
    """Give the runs of four words of a key; runs of mostly numbers say nothing.

    >>> word_runs("is a senior reporter at §")
    ['is a senior reporter', 'a senior reporter at', 'senior reporter at §']
    """
    found = key.split()
    runs = zip(*(found[i:] for i in range(_SLOT)), strict=False)
    if found.count("0") > 1:
        return [" ".join(run) for run in runs if run.count("0") <= 1]
    return [" ".join(run) for run in runs]


def may_recur(keys: Iterable[str]) -> list[str]:
    """Give the keys that may share a run with another one: four words of it in a row are in others, too.

    >>> may_recur(["a senior reporter at the mail", "is a senior reporter at the post", "at the old mill"])
    ['a senior reporter at the mail', 'is a senior reporter at the post']
    """
    parted = {key: key.split() for key in keys}
    count = Counter(chain.from_iterable(map(set, parted.values())))
    common = {word for word, number in count.items() if number > 1}
    four = "1" * _SLOT
    return [
        key
        for key, found in parted.items()
        if four in "".join(["1" if word in common else "0" for word in found])
    ]


def join_runs(counts: Mapping[str, int]) -> dict[str, int]:
    """Join runs that overlap and have the same number, so that people can read them.

    Nothing is lost or won: the runs of the result are those that were given.

    >>> join_runs({"a senior reporter at": 9, "is a senior reporter": 9, "follow him on twitter": 4})
    {'follow him on twitter': 4, 'is a senior reporter at': 9}
    """
    by_start: dict[tuple[str, int], list[str]] = {}
    for run in sorted(counts):
        by_start.setdefault((run.rpartition(" ")[0], counts[run]), []).append(run)
    ends = {(run.partition(" ")[2], count) for run, count in counts.items()}
    inner = {run for run in counts if (run.rpartition(" ")[0], counts[run]) in ends}
    joined: dict[str, int] = {}
    used: set[str] = set()
    for run in (*sorted(set(counts) - inner), *sorted(inner)):
        if run in used:
            continue
        text, last = run, run
        used.add(run)
        while following := [
            each for each in by_start.get((last.partition(" ")[2], counts[run]), ()) if each not in used
        ]:
            last = following[0]
            used.add(last)
            text += " " + last.rpartition(" ")[2]
        joined[text] = counts[run]
    return joined


def all_runs(texts: Iterable[str]) -> frozenset[str]:
    """Give the runs of joined runs."""
    return frozenset(run for text in texts for run in word_runs(text))
