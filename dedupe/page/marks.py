"""How Markdown writes the blocks of a page: headings, items of lists, quotes, rows, preformatted lines."""

from __future__ import annotations

from collections import defaultdict

from dedupe.page.tree import DEEPEST, Tree

HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
QUOTE, ITEM, ROW, CODE = "> ", "- ", "| ", "    "


class Marks:
    """Gives each block of a page, asked for in their order, what stands before it in Markdown."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._begun: set[int] = set()  # items of lists whose first block has its mark already
        self._numbers: dict[int, int] | None = None

    def mark(self, container: int) -> str:
        """Give the mark of the next block of a container, empty for a paragraph.

        A list inside of a list is indented, and so are the further blocks of an item; a list in a quote
        has the marks of both. What is laid out in the cells of a table is a row only where its cells were
        joined to one.
        """
        names, parent = self._tree.name, self._tree.parent
        name = names[container]
        if name in HEADINGS:
            return HEADINGS[name]
        if name == "tr":
            return ROW
        if name == "pre":
            return CODE
        items: list[int] = []
        quote = ""
        for _ in range(DEEPEST):
            name = names[container]
            if name == "li":
                items.append(container)
            elif name == "blockquote":
                quote = QUOTE
            if not container:  # the body
                break
            container = parent[container]
        if not items:
            return quote
        signs = [self._sign(item) for item in items]
        indent = " " * sum(map(len, signs[1:]))
        if items[0] in self._begun:
            return quote + indent + " " * len(signs[0])
        self._begun.add(items[0])
        return quote + indent + signs[0]

    def _sign(self, item: int) -> str:
        tree = self._tree
        if tree.name[tree.parent[item]] != "ol":
            return ITEM
        if self._numbers is None:
            self._numbers = {}
            counts: dict[int, int] = defaultdict(int)
            for container, name in enumerate(tree.name):
                if name == "li":
                    counts[tree.parent[container]] += 1
                    self._numbers[container] = counts[tree.parent[container]]
        return f"{self._numbers[item]}. "
