"""Which blocks are worth a look at all, and table cells joined to rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dedupe.page.tree import TAG_NUMBER, TAGS, Tree, mark_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.page.regions import Regions


def _flags(*tags: str) -> NDArray[np.bool_]:
    return np.isin(np.arange(len(TAGS)), [TAG_NUMBER[t] for t in tags])


CELLS = frozenset((TAG_NUMBER["td"], TAG_NUMBER["th"]))
ROW = TAG_NUMBER["tr"]
LONG_CELL = 400  # a cell of more characters is a piece of a page laid out in a table, not of a row
_RULES = (None, "links in a menu or footer", "a short link", "a few words outside of any paragraph")
_TEXTUAL = _flags(
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "li", "td", "th", "tr", "dt", "dd"
)
_ROW_LIKE = _flags("li", "td", "th", "tr", "dt", "dd")


def join_rows(tree: Tree) -> None:
    """Join the cells of a table's row to one block, as a reader of text expects them: `a | b | c`.

    Only where each cell holds one short block and no paragraphs of its own: pages laid out in tables
    stay as they are.
    """
    tag, parent = tree.tag, tree.parent
    at = tree.container
    total = len(at)
    if not any(tag[c] in CELLS for c in at):
        return
    kept: list[int] = []
    start = 0
    while start < total:
        end = start + 1
        c = at[start]
        if tag[c] in CELLS and tag[parent[c]] == ROW and len(tree.text[start]) <= LONG_CELL:
            row = parent[c]
            while (
                end < total
                and tag[at[end]] in CELLS
                and parent[at[end]] == row
                and at[end] != at[end - 1]
                and len(tree.text[end]) <= LONG_CELL
            ):
                end += 1
        kept.append(start)
        if end > start + 1:
            tree.text[start] = " | ".join(t.replace("\n", " ") for t in tree.text[start:end])
            tree.links[start] = sum(tree.links[start:end])
            tree.bold[start] = sum(tree.bold[start:end])
            tree.container[start] = row
        start = end
    tree.text[:] = [tree.text[k] for k in kept]
    for column in (tree.links, tree.bold, tree.container):
        column[:] = [column[k] for k in kept]


def furniture(tree: Tree, regions: Regions) -> tuple[str | None, ...]:
    """Name for each block the rule by which it is furniture at sight, or None for those worth a look.

    Menus, link lists and crumbs are two thirds of the blocks of a page. What goes here held 0.5 % of the
    wanted words of the pages that this was measured on, and costs nothing in F1.
    """
    names = mark_names()
    outer = sum(1 << names.index(n) for n in ("<nav>", "<footer>"))
    r = regions
    tags = np.array(tree.tag, dtype=np.int64)[r.container]
    textual = _TEXTUAL[tags]
    under = ((r.marks_of | r.inherited_of)[r.container] & outer) != 0
    rule = np.zeros(len(tags), dtype=np.int64)
    rule[(r.length < 25) & ~textual] = 3
    rule[(r.link > 0.8 * r.length) & (r.length < 80) & (~textual | _ROW_LIKE[tags])] = 2
    rule[(r.link > 0.5 * r.length) & under] = 1
    return tuple(map(_RULES.__getitem__, rule.tolist()))
