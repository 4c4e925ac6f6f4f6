"""Markdown: blocks that are no prose pass the stages unseen and come back as they were.

Front matter (`---` … `---` at the top) stays aside; a fenced code block (``` or ~~~) is replaced by one
line of private-use characters of the same length, so that all offsets stay true, and put back in the end.
Everything else, headings and lists included, is text to the stages.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dedupe.clean import Examined
from dedupe.model import Article, Document, Removal, Twin

_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(
    r"^ {0,3}(?P<mark>`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}(?P=mark)[`~]*[ \t]*\r?$|.*\Z)",
    re.DOTALL | re.MULTILINE,
)
_HEADING = re.compile(r"^#{1,6}[ \t]+|(?<![ \t])[ \t]+#+$")
_FIRST = 0xF0000  # the first of 65,000 private-use characters: one for each block, so that no two are alike
_MASK = re.compile("([\U000f0000-\U000ffffd])\\1*")


@dataclass(frozen=True, slots=True)
class Masked:
    """A Markdown text whose front matter is set aside and whose code blocks are masked."""

    front: str
    body: str
    blocks: tuple[str, ...]

    def restore(self, text: str) -> str:
        """Put the code blocks back in; raise ValueError where one is missing or was cut."""
        found = [m[0] for m in _MASK.finditer(text)]
        if found != [_mask(number, block) for number, block in enumerate(self.blocks)]:
            raise ValueError("a code block was touched")
        return _MASK.sub(lambda m: self.blocks[ord(m[1]) - _FIRST], text)


def mask(text: str) -> Masked:
    r"""Set aside what is no prose.

    >>> masked = mask("---\ntitle: x\n---\nText\n\n```\ncode\n```\n")
    >>> masked.front, len(masked.body), masked.blocks
    ('---\ntitle: x\n---\n', 19, ('```\ncode\n```',))
    """
    front, body = split_front_matter(text)
    if _MASK.search(body):  # the text has such characters of its own
        return Masked(front, body, ())
    blocks: list[str] = []

    def hide(fence: re.Match[str]) -> str:
        if len(blocks) == 0xFFFE:
            return fence[0]
        blocks.append(fence[0])
        return _mask(len(blocks) - 1, fence[0])

    return Masked(front, _FENCE.sub(hide, body), tuple(blocks))


def split_front_matter(text: str) -> tuple[str, str]:
    r"""Split a Markdown text into its front matter, with its marks, and the rest.

    >>> split_front_matter("---\ntitle: x\n---\nText")
    ('---\ntitle: x\n---\n', 'Text')
    """
    match = _FRONT_MATTER.match(text)
    front = match[0] if match else ""
    return front, text[len(front) :]


def _mask(number: int, block: str) -> str:
    return chr(_FIRST + number) * len(block)


def prose(text: str) -> str:
    r"""Give a Markdown text without its front matter and code blocks.

    >>> prose("---\ntitle: x\n---\nText\n\n```\ncode\n```\n")
    'Text\n\n\n'
    """
    return _MASK.sub("", mask(text).body)


def clean_markdown(document: Document, examine: Callable[[Document], Examined]) -> tuple[Article, str]:
    """Clean a Markdown document: the article, and the text for its file.

    `examine` runs the stages over what is no front matter. Where a stage would cut into a code block, the
    document stays as it is.
    """
    masked = mask(document.text)
    examined = examine(replace(document, text=masked.body))
    article = examined.article()
    try:
        text = masked.front + masked.restore(article.text)
        file_text = masked.front + masked.restore(examined.file_text())
    except ValueError:
        article = Article(
            document.id, document.text, document.url, document.source, document.title, document.date,
            extra=document.extra,
        )  # fmt: skip
        return article, document.text
    removed = tuple(_moved(removal, len(masked.front), document.text) for removal in article.removed)
    title = _HEADING.sub("", article.title) if article.title else article.title
    return replace(article, title=title, text=text, removed=removed), file_text


def _moved(removal: Removal, by: int, text: str) -> Removal:
    """Move a removal from its place behind the front matter to that in the whole file."""
    twin = removal.twin
    if twin is not None and twin.id == removal.id:
        twin = Twin(twin.id, _line(text, twin.start + by), twin.start + by, twin.end + by)
    start, end = removal.start + by, removal.end + by
    return replace(removal, line=_line(text, start), start=start, end=end, text=text[start:end], twin=twin)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
