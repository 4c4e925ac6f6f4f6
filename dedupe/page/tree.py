"""From markup to text blocks: one walk over lexbor's tree, in document order.

A *container* is an element that starts its own line (div, p, li, td ...); inline elements (a, b, span ...)
belong to the container they stand in. A *block* is a run of text in one container, not interrupted by
another one. Containers are numbered in document order, so the containers inside container c are the
numbers from c up to `end[c]`, and everything about a region is a difference of two running sums.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from dedupe.page.words import marks_of, words

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

INLINE = frozenset((
    "span", "b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "mark", "small", "big", "sub",
    "sup", "font", "time", "abbr", "acronym", "cite", "q", "code", "kbd", "samp", "var", "dfn", "tt",
    "bdi", "bdo", "ruby", "rt", "rp", "rb", "data", "output", "meter", "progress", "label", "picture",
    "nobr", "map", "audio", "video", "object", "canvas", "amp-img", "blink", "relative-time", "time-ago",
))  # fmt: skip
VOID = frozenset((
    "img", "source", "input", "link", "meta", "wbr", "track", "area", "param", "embed", "-comment",
))  # fmt: skip
LINKS = frozenset(("a", "button"))
_TEXT, _CONTAINER, _INLINE, _BOLD, _SPAN, _LINK, _BREAK, _VOID = range(8)
_KINDS = {
    **dict.fromkeys(INLINE, _INLINE), **dict.fromkeys(LINKS, _LINK), **dict.fromkeys(VOID, _VOID),
    "-text": _TEXT, "b": _BOLD, "strong": _BOLD, "span": _SPAN, "br": _BREAK,
}  # fmt: skip
UNREAD = (
    "script", "style", "noscript", "svg", "template", "iframe", "select", "textarea", "math", "datalist",
    "dialog",
)  # fmt: skip
"""Elements whose text nobody reads as part of a page; they are taken out before the walk."""

TAGS = (
    "p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "td", "th", "dt", "dd",
    "figcaption",
    "section", "article", "ul", "ol", "header", "tr", "table", "main", "footer", "aside", "nav", "figure",
    "form",
    "dl", "body", "address", "caption", "center", "details", "other",
)  # fmt: skip
TAG_NUMBER = {tag: number for number, tag in enumerate(TAGS)}
PRE, OTHER = TAG_NUMBER["pre"], TAG_NUMBER["other"]

# Marks that come from tags and attributes, above the bits of the words.
TAG_MARKS = (
    "nav", "footer", "aside", "header", "figure", "form", "article", "main", "table", "list", "blockquote",
    "heading", "articleBody", "invisible",
)  # fmt: skip
_TAG_BITS = {
    "nav": "nav", "footer": "footer", "aside": "aside", "header": "header", "figure": "figure",
    "figcaption": "figure", "form": "form", "article": "article", "main": "main", "table": "table",
    "ul": "list",
    "ol": "list", "dl": "list", "blockquote": "blockquote", "h1": "heading", "h2": "heading", "h3": "heading",
    "h4": "heading", "h5": "heading", "h6": "heading",
}  # fmt: skip
_ROLES = {
    "navigation": "nav", "contentinfo": "footer", "complementary": "aside", "banner": "header",
    "main": "main",
    "article": "article",
}  # fmt: skip

UNSEEN = -4  # the state of an inline element that nobody sees, and of those inside it
UNSEEN_CLASSES = frozenset((
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screenreader-text", "sr_only",
    "u-hidden", "a11y-hidden", "offscreen", "is-hidden", "d-none", "screen-reader-only",
    "hidden-accessible", "element-invisible", "mw-editsection",
))  # fmt: skip

HOVERS = re.compile(
    r"(?:tooltip|popover|rollover|hovercard)[\w-]{0,30}(?:[tT]ext|[cC]ontent|block|body|inner)"
)

PILCROW = "¶"  # what documentation puts behind a heading as its link
MARGINS = 200  # menus and footers of a page; more are something else
DEEPEST = 40  # tags that a path names
BREAK = "\0"  # a <br>; the parser lets no NUL through, so a text cannot hold one


@dataclass(slots=True)
class Tree:
    """Containers and blocks of a page, as parallel lists in document order.

    Of a container: the number of its parent (container 0, the body, is its own), its tag (an index into
    `TAGS`), and its marks: one bit for each mark name. Of a block: its container, its text (lines
    joined by line feeds), and how many of its characters belong to links, and are bold. `margins` are the
    path and the text of what was taken out whole.
    """

    parent: list[int] = field(default_factory=list)
    tag: list[int] = field(default_factory=list)
    name: list[str] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    container: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    links: list[int] = field(default_factory=list)
    bold: list[int] = field(default_factory=list)
    margins: list[tuple[str, str]] = field(default_factory=list)

    def path(self, container: int, known: dict[int, str]) -> str:
        """Name the place of a container: its tags from the body down; `known` gathers paths."""
        chain: list[int] = []
        while container and container not in known:
            chain.append(container)
            container = self.parent[container]
        path = known.get(container, "body")
        for inner in reversed(chain):
            if path.count("/") == DEEPEST:
                path = ".../" + path.split("/", 2)[2]
            path = known[inner] = f"{path}/{self.name[inner]}"
        return path


def mark_names() -> tuple[str, ...]:
    """Name the marks, by bit."""
    return (*words().mark_names, *(f"<{name}>" for name in TAG_MARKS))


def read_tree(parser: LexborHTMLParser) -> Tree:
    """Walk a parsed page once and give its containers and blocks.

    Script, style and form fields are taken out of the parser's tree first; so are `<nav>` and `<footer>`,
    which hold nearly half of a page's nodes and none of its article.
    """
    for node in parser.css(",".join(UNREAD)):
        node.decompose()
    tree = Tree()
    if parser.body is not None:
        _strip_margins(parser, tree)
        _walk(parser.body, tree)
    return tree


def _strip_margins(parser: LexborHTMLParser, tree: Tree) -> None:
    """Take out menus and footers, unless one has swallowed the page: its end tag may be missing."""
    found = parser.css("nav,footer")
    if not found or len(found) > MARGINS or any(node.css_first("h1,article,main") for node in found):
        return
    inner = {node.mem_id for node in found}
    for node in found:
        names, above = [node.tag or ""], node.parent
        while above is not None and above.mem_id not in inner and above.tag not in ("body", None):
            names.append(above.tag or "")
            above = above.parent
        if above is None or above.mem_id not in inner:
            text = node.text(separator="\n", strip=True)
            if text:
                tree.margins.append(("/".join(["body", *reversed(names[:DEEPEST])]), text))
    for node in found:
        node.decompose()


def _kind(tag: str | None) -> int:
    """Tell what the walk does with a tag; those of the parser itself begin with a dash."""
    return _KINDS.get(tag, _VOID if tag[0] == "-" else _CONTAINER) if tag else _VOID


def _walk(body: LexborNode, tree: Tree) -> None:
    state: dict[int, int] = {}  # of an element: its container's number times four, + 1 in a link, + 2 in bold
    kinds: dict[int, int] = {}  # of the parser's numbers of tags; to read a number is cheap, a name is not
    known: dict[int, str] = {}
    elements: list[LexborNode] = []  # of the containers
    current = -1
    parts: list[str] = []
    links = bold = 0
    parent, tags, names = tree.parent, tree.tag, tree.name
    kind_of, inside, part = kinds.get, state.get, parts.append

    def close() -> None:
        nonlocal current, links, bold
        _add(tree, current, "".join(parts), links, bold)
        parts.clear()
        current = -1
        links = bold = 0

    for node in body.traverse(include_text=True):
        tag_id = node.tag_id
        kind = kind_of(tag_id)
        if kind is None:
            known[tag_id] = node.tag or ""
            kind = kinds[tag_id] = _kind(node.tag)
        if kind == _TEXT:
            if current < 0 and node.is_empty_text_node:
                continue
            text = node.text_content or ""
            if text.isspace():
                if current >= 0:
                    part(" ")
                continue
            above = inside(node.parent.mem_id, 0)  # type: ignore[union-attr]
            if above < 0 or text == PILCROW:
                continue
            container = above >> 2
            if container != current:
                if current >= 0:
                    close()
                current = container
            if tags[container] == PRE and "\n" in text:
                text = text.replace("\n", BREAK)
            part(text)
            if above & 3:
                length = len(text.strip())
                if above & 1:
                    links += length
                if above & 2:
                    bold += length
        elif kind == _CONTAINER:
            if current >= 0:
                close()
            number = len(parent)
            above = inside(node.parent.mem_id, 0) if number else 0  # type: ignore[union-attr]
            if above < 0:
                above = 0
            state[node.mem_id] = number << 2 | above & 1
            name = known[tag_id]
            parent.append(above >> 2)
            names.append(name)
            tags.append(TAG_NUMBER.get(name, OTHER))
            elements.append(node)
        elif kind == _LINK:
            state[node.mem_id] = inside(node.parent.mem_id, 0) | 1  # type: ignore[union-attr]
        elif kind == _BREAK:
            if current >= 0:
                part(BREAK)
        elif kind != _VOID:
            above = inside(node.parent.mem_id, 0)  # type: ignore[union-attr]
            if kind == _BOLD:
                above |= 2
            elif kind == _SPAN and above >= 0 and unseen(node.attributes):
                above = UNSEEN
            state[node.mem_id] = above
    if current >= 0:
        close()
    _mark_containers(tree, elements)


def _mark_containers(tree: Tree, elements: list[LexborNode]) -> None:
    """Read the marks of the containers that hold text; those of all others are never asked for."""
    marks = tree.marks = [-1] * len(elements)
    parent, names = tree.parent, tree.name
    for c in tree.container:
        while marks[c] < 0:
            attributes = elements[c].attributes
            found = _tag_marks(names[c])
            marks[c] = found | _attribute_marks(attributes) if attributes else found
            c = parent[c]
    tree.marks = [found if found > 0 else 0 for found in marks]


def unseen(attributes: dict[str, str | None]) -> bool:
    """Tell whether an inline element is hidden from those who see: labels for screen readers and such.

    So is what opens when the pointer rests on a word; the word itself is not.

    >>> unseen({"class": "sr-only"}), unseen({"style": "color: red"})
    (True, False)
    >>> unseen({"class": "tooltip"}), unseen({"class": "tooltip-content"})
    (False, True)
    """
    if not attributes:
        return False
    classes, style = attributes.get("class"), attributes.get("style")
    if classes:
        if not UNSEEN_CLASSES.isdisjoint(classes.split()):
            return True
        if ("tip" in classes or "over" in classes) and HOVERS.search(classes):
            return True
    if style:
        style = style.replace(" ", "")
        return "display:none" in style or "clip:rect(0" in style or "visibility:hidden" in style
    return "hidden" in attributes


@cache
def _shift() -> int:
    return len(words().mark_names)


@lru_cache(maxsize=256)
def _tag_marks(tag: str) -> int:
    found = 1 << (_shift() + TAG_MARKS.index(_TAG_BITS[tag])) if tag in _TAG_BITS else 0
    return found | marks_of(tag) if "-" in tag else found


def _attribute_marks(attributes: dict[str, str | None]) -> int:
    get = attributes.get
    classes = get("class") or ""
    if len(attributes) == 1 and classes:
        return _named_marks(classes, "")
    label = get("id") or get("data-component") or get("data-testid") or ""
    found = _named_marks(classes, label) if classes or label else 0
    if not _READ.isdisjoint(attributes):
        for attribute, read in _READERS.items():
            if attribute in attributes:
                found |= read(attributes[attribute] or "") << _shift()
    return found


@lru_cache(maxsize=8192)
def _named_marks(classes: str, label: str) -> int:
    # More than 40 class names are generated, and say nothing.
    found = marks_of(label)
    for name in classes.split()[:40]:
        found |= marks_of(name)
    return found


def _role(value: str) -> int:
    name = _ROLES.get(value)
    return 1 << TAG_MARKS.index(name) if name else 0


def _property(value: str) -> int:
    return 1 << TAG_MARKS.index("articleBody") if "articleBody" in value else 0


def _style(value: str) -> int:
    return _INVISIBLE if "none" in value and "display:none" in value.replace(" ", "") else 0


def _hidden(value: str) -> int:
    return _INVISIBLE if value != "false" else 0


_INVISIBLE = 1 << TAG_MARKS.index("invisible")
_READERS: dict[str, Callable[[str], int]] = {
    "role": _role,
    "itemprop": _property,
    "style": _style,
    "hidden": _hidden,
    "aria-hidden": _hidden,
}
_READ = frozenset(_READERS)


def _add(tree: Tree, container: int, raw: str, links: int, bold: int) -> None:
    """Add the block or, where empty lines (two <br>) stand between, the blocks of a run of text."""
    if BREAK not in raw:
        text = " ".join(raw.split())
        if text:
            tree.container.append(container)
            tree.text.append(text)
            tree.links.append(links and min(links, len(text)))
            tree.bold.append(bold and min(bold, len(text)))
        return
    lines = [" ".join(line.split()) for line in raw.split(BREAK)]
    total = sum(map(len, lines)) or 1
    start = 0
    for end in range(len(lines) + 1):
        if end == len(lines) or not lines[end]:
            if end > start:
                text = "\n".join(lines[start:end])
                share = len(text) / total
                tree.container.append(container)
                tree.text.append(text)
                tree.links.append(min(len(text), int(links * share)))
                tree.bold.append(min(len(text), int(bold * share)))
            start = end + 1
