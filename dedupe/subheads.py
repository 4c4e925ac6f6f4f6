"""Subheadings that an author, or a house, writes over every article: they recur, and are no furniture.

What the trouble looks like: `What we know` and `Background`, `Ingredients` and `Method`, the questions of an
interview form, on every page of a site. What is not told apart: one such line alone, which may be an
advertisement's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations

# So many pages must have both of two lines; on so many of those that have one is the other, too.
_PAGES, _TOGETHER = 3, 0.8
# Furniture stands after the second paragraph of each article; what parts a text does so in other places.
_SAME_GAP = 0.8
# Three lines that keep their order are subheadings wherever they stand.
_PARTNERS = 2
# More lines in one text are no subheadings.
_MOST = 24


def find_subheads(pages: Iterable[Sequence[tuple[int, str]]]) -> set[str]:
    """Give the lines that come with others, always in one order, each over some text of its own.

    Of each page the lines between two paragraphs that have text below them, as index and key.

    >>> pages = [[(3, "what we know"), (end, "background")] for end in (5, 8, 9)]
    >>> sorted(find_subheads(pages)), find_subheads([[(3, "read on in our app")]] * 3)
    (['background', 'what we know'], set())
    """
    count: Counter[str] = Counter()
    gaps: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    for lines in pages:
        if len(lines) > _MOST:
            continue
        count.update(key for _, key in lines)
        for (i, first), (k, second) in combinations(lines, 2):
            gaps[first, second][k - i] += 1
    partners: dict[str, int] = defaultdict(int)
    for (first, second), between in gaps.items():
        together = between.total()
        if (
            together >= max(_PAGES, _TOGETHER * max(count[first], count[second]))
            and (second, first) not in gaps
        ):
            parts = _PARTNERS if max(between.values()) <= _SAME_GAP * together else 1
            partners[first] += parts
            partners[second] += parts
    return {key for key, number in partners.items() if number >= _PARTNERS}
