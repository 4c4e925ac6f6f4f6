r"""A web page as a document: its visible text, line by line, with a label on every block.

What the stages and the ledger call the text of a page is not its markup but what a reader would see: all
blocks in their order, a line each, menus first and footers last. What is not the article goes with the
reason `page`, and `text[start:end]` gives it back. The other stages see the article alone: to them all other
lines are blank, so that every place stays true.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from dedupe.errors import RecordError
from dedupe.model import Block, Document

# A page begins with its doctype or root, and another tag follows at once; a text about tags goes on in words.
_PAGE = re.compile(
    r"[\ufeff\s]*(?:(?:<\?xml[^>]{0,200}>|<!--(?:(?!-->).){0,2000}-->)\s*)*"
    r"<(?:!doctype\s+html|html|head|body)\b[^>]{0,2000}>\s*<[a-z!/]",
    re.IGNORECASE | re.DOTALL,
)
_ITEM = re.compile(r"(?:-|\d\.) $")
_BEGINS_MARK = re.compile(r"(?:#{1,6}|[-+*>]|\d{1,9}[.)])(?=\s|$)|[>|]")


def is_page(text: object) -> bool:
    """Tell whether a text is a web page: markup from its first character on, or a BeautifulSoup object.

    A text that mentions tags is none, and neither is a piece of markup such as a lone paragraph.

    >>> is_page("<!doctype html><title>A mill</title><p>The mill turns."), is_page("<html><p>The mill turns.")
    (True, True)
    >>> is_page("<html> is the root of a page, <p> a paragraph."), is_page("<p>The mill turns.</p>")
    (False, False)
    """
    if isinstance(text, str):
        return text[:8].lstrip("\ufeff \t\r\n")[:1] in ("<", "") and _PAGE.match(text) is not None
    return type(text).__module__.partition(".")[0] == "bs4"


def open_page(document: Document, *, place: str = "", charset: str = "") -> Document:
    """Read the page of a document: give it its text, with a label on every block, its title and its date.

    What the record says of itself (title, date, address) goes before what its page says; the author and
    the language that the page states become foreign fields. A document without `html` comes back as it is.
    `charset` is what the server said. Raises RecordError, naming `place`, for what is no page and for a
    page without text.
    """
    if document.html is None:
        return document
    from dedupe.page import read_page

    try:
        page = read_page(document.html, url=document.url, charset=charset)
    except RecordError as error:
        named = place or document.url or str(document.id) or error.place
        raise RecordError(named, error.reason, error.problem) from None
    lines: list[str] = []
    blocks: list[Block] = []
    start = 0
    for each in page.blocks:
        text = "\n".join(filter(None, (" ".join(line.split()) for line in each.text.split("\n"))))
        # What stands twice is left to the stage `repeats`, which says where the first copy is.
        outside = each.reason not in ("", "repeat")
        reason = ("title" if each.reason == "title" else "page") if outside else ""
        lines.append(text)
        blocks.append(Block(start, start + len(text), each.mark, reason, each.rule if outside else ""))
        start += len(text) + 1
    stated = {"author": page.byline, "language": page.language}
    return replace(
        document,
        text="\n".join(lines),
        html=None,
        blocks=tuple(blocks),
        url=document.url or page.address,
        title=document.title or page.title,
        date=document.date or page.date,
        extra={name: value for name, value in stated.items() if value} | dict(document.extra),
    )


def outside(document: Document, stages: Collection[str]) -> list[Block]:
    """Give the blocks of a page that are not the article: none without the stage `page`, none of a text."""
    return [block for block in document.blocks if block.reason == "page"] if "page" in stages else []


def without(text: str, blocks: Sequence[Block]) -> str:
    r"""Blank out blocks of a text; lines and places stay.

    >>> without("Home\nThe mill turns.", [Block(0, 4, reason="page")])
    '    \nThe mill turns.'
    """
    if not blocks:
        return text
    pieces: list[str] = []
    at = 0
    for block in blocks:
        pieces.append(text[at : block.start])
        pieces.append("\n".join(" " * len(line) for line in text[block.start : block.end].split("\n")))
        at = block.end
    return "".join((*pieces, text[at:]))


def places(document: Document, text: str) -> Iterator[tuple[Block, int, int, int]]:
    r"""Give each block with the number of its first line, and its span in a repaired text.

    A repair changes what stands on a line, never how many lines there are.

    >>> page = Document("a", "Menu\nA &amp; B", blocks=(Block(0, 4, reason="page"), Block(5, 14)))
    >>> [place[1:] for place in places(page, "Menu\nA & B")]
    [(1, 0, 4), (2, 5, 10)]
    """
    ends = [found.start() for found in re.finditer("\n|$", text)] if document.blocks else []
    number, start = 1, 0
    for block in document.blocks:
        last = number + document.text.count("\n", block.start, block.end)
        yield block, number, start, ends[last - 1]
        number, start = last + 1, ends[last - 1] + 1


def to_markdown(blocks: Iterable[tuple[str, str]]) -> str:
    r"""Write blocks, each a mark and a text, as Markdown.

    >>> to_markdown([("# ", "A mill"), ("", "It turns.\n1. May"), ("- ", "Flour"), ("- ", "Bread")])
    '# A mill\n\nIt turns.\n1\\. May\n\n- Flour\n- Bread\n'
    >>> to_markdown([("| ", "a | b"), ("| ", "c | d"), ("> ", "One.\nTwo.")])
    '| a | b |\n| --- | --- |\n| c | d |\n\n> One.\n> Two.\n'
    """
    written: list[str] = []
    before = ""
    for mark, text in blocks:
        item = _ITEM.search(mark)
        kind = ("." if item[0][0].isdigit() else "-") if item else mark.strip()[:1]
        if written and not (kind == before and kind in ("-", ".", "|")):
            written.append("")
        if kind == "|":
            row = text.replace("\n", " ")
            written.append(f"| {row} |")
            if before != "|":
                written.append("|" + " --- |" * (row.count(" | ") + 1))
        elif kind == "#":
            written.append(mark + text.replace("\n", " "))
        else:
            further = re.sub("[^>]", " ", mark) if item else mark
            lines = text.split("\n")
            written.append(mark + _escaped(lines[0], mark))
            written += [further + _escaped(line, mark) for line in lines[1:]]
        before = kind
    return "\n".join((*written, "")) if written else ""


def _escaped(line: str, mark: str) -> str:
    """Keep the beginning of a line from being read as a mark: `1984. A novel` is no list."""
    found = _BEGINS_MARK.match(line)
    if not found or (mark and not mark.strip()):
        return line
    last = found.end() - 1
    return f"{line[:last]}\\{line[last:]}"
