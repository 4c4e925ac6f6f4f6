"""Groups around kept documents: no chains, and A and B do not meet through A+B."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Stretch = tuple[int, int]
"""The part of a kept document that a member covers, in words: first, last."""


@dataclass(frozen=True, slots=True)
class Links:
    """Documents that may join others: both were compared, and the one covers a stretch of the other.

    Columns of one length: `documents`, `kept`, `first` and `last` (the stretch) int64, `strength` float64.
    """

    documents: NDArray[np.int64]
    kept: NDArray[np.int64]
    strength: NDArray[np.float64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]


def group(order: NDArray[np.int64], links: Links, copies: Mapping[int, int] | None = None) -> dict[int, int]:
    """Choose for each document the kept one it joins; a document not in the result is kept.

    Documents are taken in keep order. One joins the kept document that it matches best, if there is one
    that it was compared with: members attract nobody, so that nothing is removed for its likeness to a
    removed text. *Compilation test*: where the kept document already has a member over another stretch of
    it (they overlap by less than half of the smaller), the two are parts of a compilation, and the
    document joins only if it matches that member as well. `copies` leads from a document to one with the same
    words, whose matches are its own.

    >>> links = Links(*np.array([[1, 0, 9, 0, 99], [2, 0, 9, 100, 199]]).T)
    >>> group(np.arange(3), links)
    {1: 0}
    """
    count = len(order)
    rank, words = np.empty(count, np.int64), np.arange(count)
    rank[order] = words
    if copies:
        words[list(copies)] = list(copies.values())
    one, other = words[links.documents], words[links.kept]
    matches = set((np.minimum(one, other) * count + np.maximum(one, other)).tolist())
    # By document in keep order, the best of its links first.
    rows = np.lexsort((links.kept, -links.strength, rank[links.documents]))
    columns = (links.documents, links.kept, links.first, links.last, one)
    joined: dict[int, int] = {}
    members: dict[int, dict[Stretch, list[int]]] = defaultdict(dict)
    for document, kept, first, last, text in zip(*(c[rows].tolist() for c in columns), strict=True):
        if document in joined or kept in joined:
            continue
        parts, stretch = members[kept], (first, last)
        others = [
            member
            for part in list(parts)[-COMPARED:]
            if _apart(stretch, part)
            for member in parts[part][-COMPARED:]
        ]
        if all(min(text, each) * count + max(text, each) in matches for each in others[-COMPARED:]):
            joined[document] = kept
            parts.setdefault(stretch, []).append(text)
    return joined


COMPARED = 64
"""Members of a group, and stretches of them, that a newcomer is held against: 200,000 stay linear."""


def _apart(one: Stretch, other: Stretch) -> bool:
    overlap = min(one[1], other[1]) - max(one[0], other[0]) + 1
    smaller = min(one[1] - one[0], other[1] - other[0]) + 1
    return overlap < 0.5 * smaller
