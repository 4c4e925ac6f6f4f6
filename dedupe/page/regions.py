"""Numbers about containers: how much text, link and prose lies in each, and which one looks like the body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dedupe.page.tree import Tree, mark_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

DAMPED = ("comment", "related", "nav", "footer", "side", "prompt", "<nav>", "<footer>", "<aside>")
ARTICLES = frozenset(("article", "main"))
SENTENCE_ENDS = frozenset(".!?…。！？।؟።\"'”’»)")


@dataclass(slots=True)
class Regions:
    """Arrays over containers (named `*_of`) and over blocks, in document order.

    `wider` gives of each container the nearest one around it that holds more text: wrappers that add
    nothing are skipped. `marks` are a container's marks with those of the wrappers inside it that
    add nothing, `inherited` the marks of everything around it, `apart` its own and those around it up to the
    first container that also holds the title, an article or most of the prose. `length`, `link`, `prose` and
    `count` are characters, characters in links, characters of prose, and blocks, in all that lies inside.
    """

    container: Ints
    end_of: Ints
    wider_of: Ints
    marks_of: Ints
    inherited_of: Ints
    apart_of: Ints
    depth_of: Ints
    length: Floats
    link: Floats
    is_prose: NDArray[np.bool_]
    length_of: Floats
    link_of: Floats
    prose_of: Floats
    count_of: Floats
    best: int

    def first_block(self) -> int:
        """Give the first block inside the container that holds most prose."""
        return int(np.argmax((self.container >= self.best) & (self.container < self.end_of[self.best])))


def measure(tree: Tree, title: int) -> Regions:
    """Measure the regions of a page that has at least one block; `title` shows its title, or is -1."""
    size = len(tree.parent)
    parent = tree.parent
    end = list(range(1, size + 1))
    for c in range(size - 1, 0, -1):
        p = parent[c]
        if end[c] > end[p]:
            end[p] = end[c]
    container = np.array(tree.container, dtype=np.int64)
    end_of = np.array(end, dtype=np.int64)
    length = np.array([len(t) for t in tree.text], dtype=np.float64)
    link = np.array(tree.links, dtype=np.float64)
    closed = np.array([t[-1] in SENTENCE_ENDS for t in tree.text])
    is_prose = ((length > 100) | ((length > 50) & closed)) & (link < 0.5 * length)
    prose = np.where(is_prose, length - link, 0.0)

    def inside(values: Floats) -> Floats:
        sums = np.concatenate(([0.0], np.cumsum(np.bincount(container, weights=values, minlength=size))))
        out: Floats = sums[end_of] - sums[:-1]
        return out

    length_of, link_of, prose_of = inside(length), inside(link), inside(prose)
    count_of = inside(np.ones_like(length))
    wider = [0] * size
    inherited = [0] * size
    depth = [0] * size
    marks = list(tree.marks)
    totals = length_of.tolist()
    for c in range(1, size):
        p = parent[c]
        inherited[c] = inherited[p] | tree.marks[p]
        if totals[p] > totals[c]:
            wider[c] = p
            depth[c] = depth[p] + 1
        else:
            wider[c] = wider[p]
            depth[c] = depth[p]
            marks[c] |= marks[p]
    regions = Regions(
        container, end_of, np.array(wider, dtype=np.int64), np.array(marks, dtype=np.int64),
        np.array(inherited, dtype=np.int64), np.zeros(size, dtype=np.int64), np.array(depth, dtype=np.int64),
        length, link, is_prose, length_of, link_of, prose_of, count_of, 0,
    )  # fmt: skip
    regions.best = _best(regions)
    regions.apart_of = _apart(tree, regions, title)
    return regions


def _apart(tree: Tree, r: Regions, title: int) -> Ints:
    """Gather the marks around each container, up to what holds the title, an article or the most prose."""
    core = {r.best, tree.container[title] if title >= 0 else 0}
    for c, name in enumerate(tree.name):
        if (name in ARTICLES and r.prose_of[c] > 0) or (name == "h1" and title < 0):
            core.add(c)
    holders = {0}
    for c in core:
        while c not in holders:
            holders.add(c)
            c = tree.parent[c]
    apart = [0] * len(tree.parent)
    for c, (parent, marks) in enumerate(zip(tree.parent, tree.marks, strict=True)):
        if c not in holders:
            apart[c] = apart[parent] | marks
    return np.array(apart, dtype=np.int64)


def _best(r: Regions) -> int:
    """Choose the container that holds most prose close to itself.

    A block of prose gives its length to its container, as much to the next wider one, and half to the one
    beyond, as readability does with points for paragraphs (Arc90, 2009); links in the region lessen the sum,
    and so do the marks of `DAMPED`; a consent dialog is taken only where there is nothing else.
    """
    names = mark_names()
    damped = sum(1 << names.index(name) for name in DAMPED)
    consent = 1 << names.index("consent")
    size = len(r.end_of)
    weight = np.where(r.is_prose, r.length - r.link, 0.0)
    at = r.container
    # A paragraph of its own container gives to the wider ones; text right in a div gives to the div.
    one = r.wider_of[at]
    two = r.wider_of[one]
    mass = 0.5 * np.bincount(at, weights=weight, minlength=size)
    mass += np.bincount(one, weights=weight, minlength=size)
    mass += 0.5 * np.bincount(two, weights=weight, minlength=size)
    mass *= 1.0 - r.link_of / np.maximum(r.length_of, 1.0)
    marks = r.marks_of | r.inherited_of
    mass *= np.where((marks & damped) != 0, 0.25, 1.0)
    mass[(marks & consent) != 0] *= 0.01
    return int(np.argmax(mass))
