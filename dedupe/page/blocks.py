"""Which blocks are worth a look at all, and table cells joined to rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from dedupe.page.tree import TAG_NUMBER, TAGS, Tree, mark_names
from dedupe.page.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.page.regions import Regions


def _flags(*tags: str) -> NDArray[np.bool_]:
    return np.isin(np.arange(len(TAGS)), [TAG_NUMBER[t] for t in tags])


CELLS = frozenset((TAG_NUMBER["td"], TAG_NUMBER["th"]))
ROW = TAG_NUMBER["tr"]
CARD = 1000  # characters of an <article> that may be a teaser
CARDS = 30  # teasers of a page; a page of more is made of them
BODY = 500  # characters of prose above the heading of the teasers
_WORDS = re.compile(r"\w+")
LONG_CELL = 400  # a cell of more characters is a piece of a page laid out in a table, not of a row
FEW = "a few words outside of any paragraph"
APART = 12  # lines that may stand between two paragraphs
_RULES = (
    None, "links in a menu or footer", "a short link", FEW,
    "comments, a form or an aside", "a teaser below a heading such as Related", "another article of the page",
)  # fmt: skip
_ASIDE = ("comment", "consent", "<aside>", "<form>")
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


def furniture(tree: Tree, regions: Regions, title: int) -> tuple[str | None, ...]:
    """Name for each block the rule by which it is furniture at sight, or None for those worth a look.

    Menus, link lists and crumbs are two thirds of the blocks of a page. What goes here held 0.5 % of the
    wanted words of the pages that this was measured on, and costs nothing in F1. Comments, consent dialogs,
    forms and asides that stand apart from title and body go as well: they held 85 pages' worth of text, and
    0.3 of it was wanted. Only where they have all the prose, as in a forum, they are left to the model.
    """
    names = mark_names()
    outer = sum(1 << names.index(n) for n in ("<nav>", "<footer>"))
    r = regions
    tags = np.array(tree.tag, dtype=np.int64)[r.container]
    textual = _TEXTUAL[tags]
    aside = (r.apart_of[r.container] & sum(1 << names.index(n) for n in _ASIDE)) != 0
    if not (r.is_prose & ~aside).any():
        aside[:] = False
    under = ((r.marks_of | r.inherited_of)[r.container] & outer) != 0
    rule = np.where(aside, 4, 0)
    rule[_teasers(tree, r, title)] = 5
    rule[_others(tree, r, title)] = 6
    rule[(r.length < 25) & ~textual] = 3
    rule[(r.link > 0.8 * r.length) & (r.length < 80) & (~textual | _ROW_LIKE[tags])] = 2
    rule[(r.link > 0.5 * r.length) & under] = 1
    return tuple(map(_RULES.__getitem__, rule.tolist()))


def _teasers(tree: Tree, r: Regions, title: int) -> NDArray[np.bool_]:
    """Find the blocks of short `<article>`s with a link that stand below a heading that announces others."""
    found = np.zeros(len(r.container), dtype=np.bool_)
    shown = tree.container[title] if title >= 0 else 0
    cards = [
        c
        for c, name in enumerate(tree.name)
        if name == "article" and 0 < r.length_of[c] <= CARD and r.link_of[c] and not c <= shown < r.end_of[c]
    ]
    if not 2 <= len(cards) <= CARDS:
        return found
    prose = 0
    for b, container in enumerate(tree.container):
        if prose >= BODY and TAG_NUMBER["h2"] <= tree.tag[container] <= TAG_NUMBER["h6"]:
            if container < cards[-1] and announces_others(tree.text[b]):
                for c in cards:
                    if c > container:
                        found |= (r.container >= c) & (r.container < r.end_of[c])
                break
        elif r.is_prose[b]:
            prose += len(tree.text[b])
    return found


def _others(tree: Tree, r: Regions, title: int) -> NDArray[np.bool_]:
    """Find the blocks of `<article>`s with an `<h1>` of their own below the one with the title.

    Endless pages load the next articles below the first.
    """
    found = np.zeros(len(r.container), dtype=np.bool_)
    if tree.name.count("article") < 2:
        return found
    shown = tree.container[title] if title >= 0 else 0
    articles = [c for c, name in enumerate(tree.name) if name == "article" and r.prose_of[c] > 0]
    own = [c for c in articles if c <= shown < r.end_of[c]]
    if own:
        heads = [c for c, tag in enumerate(tree.tag) if tag == TAG_NUMBER["h1"] and c != shown]
        for c in articles:
            if c >= r.end_of[own[-1]] and any(c <= head < r.end_of[c] for head in heads):
                found |= (r.container >= c) & (r.container < r.end_of[c])
    return found


def amid(tree: Tree, rules: Sequence[str | None], chosen: Sequence[int]) -> set[int]:
    """Find the few words that stand between two chosen blocks and are set just as they are.

    Where paragraphs are bare divs, or lines parted by `<br>`, so are answers, ingredients and subheadings.
    Prompts (`Share this`) are not among them.
    """

    def setting(block: int) -> tuple[int, str, int]:
        c = tree.container[block]
        return tree.parent[c], tree.name[c], tree.marks[c]

    found: set[int] = set()
    for before, after in pairwise(chosen):
        if 1 < after - before <= APART and setting(before) == setting(after):
            found.update(
                b
                for b in range(before + 1, after)
                if rules[b] == FEW
                and setting(b) == setting(before)
                and not tree.links[b]
                and not prompts(tree.text[b])
            )
    return found


def prompts(text: str) -> bool:
    """Tell whether half of the words of a line are such as prompts and credits are made of.

    >>> prompts("Share this"), prompts("We shall see.")
    (True, False)
    """
    talk, own = words().talk, _WORDS.findall(text.lower())
    return 2 * sum(word in talk for word in own) >= len(own) > 0


def announces_others(heading: str) -> bool:
    """Tell whether a heading stands above links to other pages: a quarter of its words say so.

    >>> announces_others("Related posts"), announces_others("What the council decided")
    (True, False)
    """
    talk, own = words().talk, _WORDS.findall(heading[:200].lower())
    related = words().talk_names.index("related")
    return 4 * sum(related in talk.get(word, ()) for word in own) >= len(own) > 0
