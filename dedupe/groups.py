"""Groups around kept documents: no chains, and A and B do not meet through A+B."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Stretch = tuple[int, int]
"""The part of a kept document that a member covers, in words: first, last."""


@dataclass(frozen=True, slots=True)
class Link:
    """A document that may join another: both were compared and the one covers `stretch` of the other."""

    document: int
    kept: int
    strength: float
    stretch: Stretch


def group(
    order: Sequence[int], links: Iterable[Link], copies: Mapping[int, int] | None = None
) -> dict[int, Link]:
    """Choose for each document the kept one it joins; a document not in the result is kept.

    Documents are taken in keep order. One joins the kept document that it matches best, if there is one
    that it was compared with: members attract nobody, so that nothing is removed for its likeness to a
    removed text. *Compilation test*: where the kept document already has a member over another stretch of
    it (they overlap by less than half of the smaller), the two are parts of a compilation, and the
    document joins only if it matches that member as well. `copies` leads from a document to one with the same
    words, whose matches are its own.

    >>> links = [Link(1, 0, 0.9, (0, 99)), Link(2, 0, 0.9, (100, 199))]
    >>> sorted(group([0, 1, 2], links))
    [1]
    """
    copies = copies or {}
    offers: dict[int, list[Link]] = defaultdict(list)
    matches: dict[int, set[int]] = defaultdict(set)
    for link in links:
        offers[link.document].append(link)
        one, other = copies.get(link.document, link.document), copies.get(link.kept, link.kept)
        matches[one].add(other)
        matches[other].add(one)
    joined: dict[int, Link] = {}
    members: dict[int, dict[Stretch, list[int]]] = defaultdict(dict)
    for document in order:
        if document not in offers:
            continue
        offered = [link for link in offers[document] if link.kept not in joined]
        for link in sorted(offered, key=lambda link: (-link.strength, link.kept)):
            parts = members[link.kept]
            others = [
                copies.get(member, member)
                for stretch in list(parts)[-COMPARED:]
                if _apart(link.stretch, stretch)
                for member in parts[stretch][-COMPARED:]
            ]
            if matches[copies.get(document, document)].issuperset(others[-COMPARED:]):
                joined[document] = link
                parts.setdefault(link.stretch, []).append(document)
                break
    return joined


COMPARED = 64
"""Members of a group, and stretches of them, that a newcomer is held against: 200,000 stay linear."""


def _apart(one: Stretch, other: Stretch) -> bool:
    overlap = min(one[1], other[1]) - max(one[0], other[0]) + 1
    smaller = min(one[1] - one[0], other[1] - other[0]) + 1
    return overlap < 0.5 * smaller
