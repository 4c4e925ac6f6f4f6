"""One page: parse, walk, measure, decide, and give the article with a record of all that was left out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dedupe.errors import RecordError
from dedupe.page.blocks import amid, furniture, join_rows
from dedupe.page.features import features
from dedupe.page.head import Head, plain, read_head
from dedupe.page.language import page_language
from dedupe.page.marks import Marks
from dedupe.page.model import Model, block_model
from dedupe.page.regions import Regions, measure
from dedupe.page.source import read_source
from dedupe.page.title import page_title
from dedupe.page.tree import TAG_NUMBER, Tree, read_tree
from dedupe.page.when import page_date
from dedupe.words import byline_words

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from numpy.typing import NDArray
    from selectolax.lexbor import LexborHTMLParser

CAUTION = 0.55  # 0.5 by theory; probabilities of pages not seen before come out a little high
ITEMS = (TAG_NUMBER["li"], TAG_NUMBER["tr"])
BYLINE = 5  # blocks below the title in which a byline stands
RESCUE = 5  # JSON-LD must hold so many times the text that the markup has before it is believed
SCRIPT = "text taken from JSON-LD"

NOSCRIPT = re.compile(rb"<noscript\b.*?</noscript\s*>", re.I | re.S)


class Block(NamedTuple):
    """A block of text of a page, and what was decided of it.

    `reason` is empty for a block of the article; else it is the word to count by: `title` (it became the
    title), `furniture` (menu, crumbs, link list), `repeat` (a kept block says the same), `not article` (the
    model's verdict, or JSON-LD has the text). `rule` names what decided, `probability` is the model's where
    it was asked. `number` counts the page's blocks from 1 (0 is a whole menu or footer, or from a script),
    `path` names the tags around it, `mark` is what Markdown writes before it (`## `, `- `).
    """

    text: str
    reason: str
    rule: str
    number: int
    path: str
    mark: str = ""
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """The article of a web page.

    `blocks` has every block of text of the page in order (menus first, footers last), each with what was
    decided of it. `date` is ISO 8601; `language` a code such as `en`, of the page's own statement or by
    its words; `address` what the page calls its own. `origin` is `markup`, or `json-ld` where the
    text stood in a script only.
    """

    title: str | None
    date: str | None
    byline: str | None
    language: str | None
    address: str | None
    blocks: tuple[Block, ...]
    origin: str = "markup"

    @property
    def text(self) -> str:
        """The article, one line for each block: heading, paragraph, list item, quote, table row."""
        return "\n".join(block.text for block in self.blocks if not block.reason)

    @property
    def removed(self) -> tuple[Block, ...]:
        """Every block that is not in the text, in order."""
        return tuple(block for block in self.blocks if block.reason)


@dataclass(frozen=True, slots=True)
class Look:
    """A page taken apart: all that the decision rests on."""

    head: Head
    tree: Tree
    title: str | None
    title_block: int
    regions: Regions | None
    rules: tuple[str | None, ...]
    kept: NDArray[np.int64]
    rows: NDArray[np.float32]


def read_page(page: bytes | str | BeautifulSoup, *, url: str | None = None, charset: str = "") -> Page:
    """Find the article of a web page: its text, title, date, byline and language.

    What the trouble looks like: a page of 250 blocks of text of which 30 are the article; the rest is menus,
    teasers, prompts, captions, comments and legal lines. Nothing is fetched and no script is run. `url`, if
    known, helps to find the page's own description in JSON-LD and dates in addresses; `charset` is what the
    server said that bytes are in.

    Raises RecordError (its `reason` to count by) for what is no page, and for a page without text.

    >>> page = read_page("<title>A bridge</title><nav><a href=/>Home</a></nav>"
    ...                  "<h1>A bridge</h1><p>The old bridge over the river was closed on Monday.")
    >>> page.title
    'A bridge'
    """
    place = url or "page"
    return article_of(take_apart(read_source(page, place, charset), url), block_model(), url)


def article_of(look: Look, model: Model, url: str | None) -> Page:
    """Put the article of a page together from its blocks; raise RecordError if it has no text."""
    body = 0 if look.regions is None else look.regions.first_block()
    date = page_date(look.head, look.tree, look.title_block, url, body)
    blocks = _judge(look, *decide(look, model))
    size = sum(len(block.text) for block in blocks if not block.reason)
    origin = "markup"
    script = script_body(look.head)
    if len(script) > RESCUE * size and (len(script) > 300 or not size):
        blocks = [b._replace(reason="not article", rule=SCRIPT) if not b.reason else b for b in blocks]
        blocks += [Block(line, "", SCRIPT, 0, "script") for line in script.split("\n")]
        origin = "json-ld"
    elif not size:
        raise _without_article(look, url or "page")
    text = "\n".join(block.text for block in blocks if not block.reason)
    language = page_language(look.head.language, text)
    address = look.head.address if look.head.address.startswith(("http://", "https://")) else None
    return Page(look.title, date, page_byline(look), language, address, tuple(blocks), origin)


def _without_article(look: Look, place: str) -> RecordError:
    count = len(look.tree.text)
    if not count:
        return RecordError(place, "no text", "a page without text: only scripts, frames or images")
    blocks = "one block" if count == 1 else f"{count:,} blocks"
    return RecordError(place, "no article", f"a page of {blocks} of text, and no article among it")


def take_apart(markup: bytes, url: str | None) -> Look:
    """Parse a page's markup, in UTF-8, and measure its blocks."""
    parser = parse(markup)
    head = read_head(parser, url)
    tree = read_tree(parser)
    if not tree.text and b"<noscript" in markup:
        # Broken markup in a <noscript> can swallow the page: browsers, which run scripts, never look into it.
        tree = read_tree(parse(NOSCRIPT.sub(b"", markup)))
    join_rows(tree)
    title, title_block = page_title(head, tree, url)
    if not tree.text:
        empty = np.empty(0, dtype=np.int64)
        return Look(head, tree, title, title_block, None, (), empty, np.empty((0, 0), dtype=np.float32))
    regions = measure(tree, title_block)
    rules = furniture(tree, regions, title_block)
    kept = np.array([b for b, rule in enumerate(rules) if rule is None], dtype=np.int64)
    rows = features(tree, regions, head, title_block, kept)
    return Look(head, tree, title, title_block, regions, rules, kept, rows)


def parse(markup: bytes) -> LexborHTMLParser:
    """Parse markup in UTF-8; without events, which copy the chosen option of a form, a seventh faster."""
    from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser

    return LexborHTMLParser(markup, options=LexborDocumentOptions.WO_EVENTS)


def decide(look: Look, model: Model) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Choose among the likely blocks those that make the article; give the choice and the probabilities.

    The blocks are chosen that make the expected F1 of the text greatest (by characters): those whose
    probability is above half of that F1 (Lipton et al., "Optimal thresholding of classifiers to maximize
    F1", 2014), or a little more (`CAUTION`). On most pages that is about one half; where little is sure, the
    best there is stays. Items of one list and rows of one table stay or go together.
    """
    if not len(look.kept):
        return np.zeros(0, dtype=bool), np.zeros(0, dtype=np.float32)
    size = np.array([len(look.tree.text[b]) for b in look.kept.tolist()], dtype=np.float64)
    chance = together(look, model.probability(look.rows), size)
    order = np.argsort(-chance, kind="stable")
    gained = np.cumsum((chance * size)[order])
    f1 = 2.0 * gained / (np.cumsum(size[order]) + gained[-1] + 1e-9)
    chosen = chance > CAUTION * f1.max()
    # A page of one short paragraph looks like nothing, but it is all there is: caution must not empty a page.
    return chosen if chosen.any() else chance > 0.5 * f1.max(), chance


def together(look: Look, chance: NDArray[np.float32], size: NDArray[np.float64]) -> NDArray[np.float32]:
    """Give the items of a list, and the rows of a table, the mean of their probabilities, by their size."""
    tag, parent = look.tree.tag, look.tree.parent
    containers = [look.tree.container[b] for b in look.kept.tolist()]
    whole = [parent[c] if tag[c] in ITEMS else -k for k, c in enumerate(containers, 1)]
    if max(whole) < 0:
        return chance
    group = np.unique(whole, return_inverse=True)[1]
    mean = np.bincount(group, weights=chance * size) / np.bincount(group, weights=size)
    return np.asarray(mean[group], dtype=np.float32)


def _judge(look: Look, chosen: NDArray[np.bool_], chances: NDArray[np.float32]) -> list[Block]:
    """Give all blocks of a page in order, each with the verdict about it."""
    tree = look.tree
    verdict = dict(zip(look.kept.tolist(), zip(chosen.tolist(), chances.tolist(), strict=True), strict=True))
    between = amid(tree, look.rules, look.kept[chosen].tolist()) - {look.title_block}
    paths: dict[int, str] = {}
    marks = Marks(tree)
    seen: set[str] = set()
    margins = [Block(text, "furniture", "menu or footer", 0, path) for path, text in tree.margins]
    blocks = [block for block in margins if not block.path.endswith("footer")]
    for b, text in enumerate(tree.text):
        keep, chance = verdict.get(b, (b in between, None))
        reason, rule = "" if keep else "not article", "model"
        if len(text) > 40 and text in seen:
            reason, rule = "repeat", "same text kept above"
        elif keep:
            seen.add(text)
        elif b == look.title_block:
            reason, rule = "title", "heading"
        elif look.rules[b] is not None:
            reason, rule = "furniture", look.rules[b] or ""
        container = tree.container[b]
        path = paths.get(container) or tree.path(container, paths)
        mark = marks.mark(container) if not reason or b == look.title_block else ""
        blocks.append(Block(text, reason, rule, b + 1, path, mark, chance))
    return blocks + [block for block in margins if block.path.endswith("footer")]


def script_body(head: Head) -> str:
    """Give the article's text as JSON-LD has it, one paragraph a line; often a teaser, so only for rescue."""
    body = head.article.get("articleBody")
    if not isinstance(body, str):
        return ""
    body = re.sub(r"(?i)</?(?:p|br|div|h[1-6]|li)\b[^<>]{0,500}>", "\n", body)
    return "\n".join(filter(None, map(plain, body.splitlines())))


def page_byline(look: Look) -> str | None:
    """Give the names of the authors: as the head states them, else from a line below the title."""
    head = look.head
    value = head.article.get("author")
    names: list[str] = []
    for author in value if isinstance(value, list) else [value]:
        name = author.get("name") if isinstance(author, dict) else author
        names += [plain(n) for n in (name if isinstance(name, list) else [name]) if isinstance(n, str)]
    names = names or [
        head.said("author", "article:author", "parsely-author", "dc.creator", "sailthru.author")
    ]
    names = [name for name in names if name and "://" not in name and len(name) <= 100]
    if not names:
        start = max(look.title_block, 0)
        names = [n for n in map(named_author, look.tree.text[start + 1 : start + 1 + BYLINE]) if n][:1]
    return ", ".join(dict.fromkeys(names)) or None


def named_author(line: str) -> str | None:
    """Read the name behind a word such as `by` in a short line.

    >>> named_author("Published 3 March 2021 by Lena Ode | 4 comments")
    'Lena Ode'
    >>> named_author("The town by the river was quiet.")
    """
    if len(line) > 100:
        return None
    tokens = line.split()
    for place, token in enumerate(tokens[:-1]):
        if token.strip(":").casefold() in byline_words():
            name = re.match(
                r"(?:[^\W\d_a-z][\w.'’-]*(?: |$)){1,4}",
                re.split(r"[|,·•;]| - ", " ".join(tokens[place + 1 :]))[0],
            )
            if name:
                return name[0].strip()
    return None
