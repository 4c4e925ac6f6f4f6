"""The article in the text of one page: which lines are furniture, by the text of that page alone.

What the trouble looks like: a naive scraper saved every text node of a page, so that menus, share bars,
teasers of other articles, newsletter and cookie prompts, author boxes, comments and footers stand around
the article and inside it. Here nothing is known of other pages of the site.

Two regimes, and the text decides which: in a text of many short lines with many phrases of furniture among
them (a *page*), a forest of small decision trees weighs each line by its form, words, place and company
(`dedupe.measures`). In any other text only lines that a phrase list names go, and the short lines that stand
where only furniture stands: above the title, below the end.

What is left alone: a text without such phrases, whatever else is in it: recipes, schedules, verse, lists,
legal text. Prose inside an article goes only when a phrase list names it, unless the text is a page.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe import words
from dedupe.affixes import DIVIDERS, DIVIDING
from dedupe.forms import Page, site_name
from dedupe.lines import ends_sentence
from dedupe.lines import words as word_count
from dedupe.measures import measure
from dedupe.model import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A whole page has this many lines that phrases explain, and short ones that no phrase explains and that are
# no facts, menu entries counted in, some of them above the first paragraph or below the last. Where notices
# stand first and last, many more of both tell as much. Of 459 pages saved node by node 440 have that, of
# their 459 articles alone none, of 4,869 articles with a few lines of furniture around them none.
_PAGE_NAMED, _PAGE_SHORT, _PAGE_OUTSIDE = 4, 28, 8
_PAGE_MANY_NAMED, _PAGE_MANY_SHORT = 20, 45
# Characters: entries of menus are shorter, headlines hardly longer, boxes about authors shorter.
_SHORT, _LONG, _BOX = 60, 90, 400
# Kinds that need no company below the end of an article.
_ALONE = frozenset(("tags", "comments", "author"))
# Weak kinds of which a phrase of some words is no cross-head: `Listen to this article`.
_TELLING, _TELLING_WORDS = frozenset(("media", "timestamp", "author")), 3
# Kinds that say so little that a lone line of them may be a cross-head, a caption or a sentence.
_WEAK = frozenset(("nav", "timestamp", "syndication", "media", "tags", "author", "comments", "breadcrumb"))


@dataclass(frozen=True, slots=True)
class Furniture:
    """A line that is furniture: its index, its kind, the rule that says so, the evidence from 0 to 1."""

    line: int
    kind: str
    rule: str
    evidence: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around an article: its lines in order, and in a whole page the lines of the article."""

    furniture: tuple[Furniture, ...] = ()
    article: tuple[int, ...] = ()


def find_furniture(
    lines: Sequence[Line],
    *,
    title: str | None = None,
    url: str | None = None,
    title_line: int | None = None,
    keep: Collection[int] = (),
    heading: Collection[int] = (),
    is_sure: bool = False,
    only_pages: bool = False,
) -> Surroundings:
    r"""Find the lines of one text that are not of its article.

    `title`, `title_line` and `url` help to know the article; `keep` has the indices of lines that other
    stages speak for (facts, repeats), `heading` those of title and date, which are left alone but in a whole
    page: there the first lines say nothing, and the heading is known when the article is. `is_sure` tells
    that a date or the address confirms the title: no article begins above it. With `only_pages`
    nothing is found in a text that is no whole page, because what was learned of its site says more.

    >>> from dedupe.lines import split_lines
    >>> story = "The ferry to the islands runs again after three weeks, the harbor office said on Friday."
    >>> page = f"Skip to content\nThe Quay\nFerry runs again\n{story}\nShare this\nRead more: Pier closed"
    >>> lines = split_lines(page)
    >>> around = find_furniture(lines, title_line=2, heading={2})
    >>> [(each.line, each.kind, each.rule) for each in around.furniture]
    [(0, 'skip', 'phrase'), (1, 'nav', 'above the title'), (4, 'share', 'phrase'), (5, 'read_more', 'phrase')]
    """
    page = Page(lines, title, url, title_line)
    spoken = frozenset(keep).union(heading)
    is_sure = is_sure and any(i not in spoken for i in range(title_line or 0))
    if not is_sure and not any(kind is not None for i, kind in enumerate(page.kinds) if i not in spoken):
        return Surroundings()
    whole = is_page(page, spoken)
    if whole:
        found = _by_forest(page, keep)
    else:
        found = [] if only_pages else _by_phrases(page, spoken, is_sure)
    gone = {each.line for each in found}.union(keep if whole else spoken)
    left = tuple(i for i in range(len(lines)) if i not in gone)
    # A text that would be empty is no article with furniture around it: a list of buttons, one word.
    return Surroundings(tuple(found), left if whole else ()) if left else Surroundings()


def is_page(page: Page, keep: Collection[int] = ()) -> bool:
    """Tell whether a text is a whole page: many short lines, and a good many phrases of furniture."""
    free = [i for i in range(len(page.lines)) if i not in keep]
    named = sum(page.kinds[i] is not None for i in free)
    if named < _PAGE_NAMED:
        return False
    prose = [i for i in free if page.lines[i].is_prose and page.kinds[i] is None]
    short = [
        i
        for i in free
        if page.kinds[i] in (None, "nav") and not page.lines[i].is_prose and len(page.lines[i].text) < _SHORT
    ]
    outside = [i for i in short if prose and not prose[0] < i < prose[-1]]
    if len(outside) >= _PAGE_OUTSIDE:
        return len(short) >= _PAGE_SHORT
    return named >= _PAGE_MANY_NAMED and len(short) >= _PAGE_MANY_SHORT


# --- a text with some furniture around it ----------------------------------------------------------------


def _by_phrases(page: Page, keep: Collection[int], is_sure: bool) -> list[Furniture]:
    """Take the lines that phrases name, then what stands above the title and below the end with them."""
    lines = page.lines
    rows = {i for i, line in enumerate(lines) if i not in keep and _is_menu(line.text)}
    named = {i: kind for i, kind in enumerate(page.kinds) if kind is not None and i not in keep}
    named |= dict.fromkeys(rows, "nav")
    boxes = _boxes(page, keep, named)
    start, stop = _span(page, named, boxes)
    strong = sum(kind not in _WEAK or i in rows for i, kind in named.items())
    company = strong or any(_is_telling(page, i) for i in named if not start <= i <= stop)
    found = {}
    for i, kind in named.items():
        if kind not in _WEAK or i in rows:
            found[i] = Furniture(i, kind, "phrase", 0.9)
        elif (i < start or i > stop) and (company or kind in _ALONE):
            found[i] = Furniture(i, kind, "phrase", 0.7)
        elif kind != "nav" and len(lines[i].text) <= _SHORT and (strong >= 2 or _is_fixed(page, i)):
            found[i] = Furniture(i, kind, "phrase", 0.6)
    for i, rule in boxes.items():
        if i > stop:
            found.setdefault(i, Furniture(i, "author", rule, 0.7))
    if page.title_line is not None and (
        strong >= 2 or any(i < page.title_line for i in found) or (is_sure and page.title_line < start)
    ):
        for i in range(page.title_line):
            if i not in keep and not lines[i].is_prose:
                found.setdefault(i, Furniture(i, "nav", "above the title", 0.6))
    heads = words.furniture_heads()
    for i in range(stop + 1, len(lines)):
        if page.fold(i) in heads and i not in keep:
            found.setdefault(i, Furniture(i, heads[page.fold(i)], "heading below the end", 0.6))
    for i in range(min((i for i in found if i > stop), default=len(lines)), len(lines)):
        if i not in keep:
            found.setdefault(i, Furniture(i, "related", "below the end", 0.6))
    if strong >= 2:
        for i in _under_headings(page, start, stop):
            if i not in keep:
                found.setdefault(i, Furniture(i, "related", "under a heading of related articles", 0.6))
    for i in range(len(lines)):
        # `0:00 / 4:12` of a player, the numbers below a button.
        beside = i - 1 in found or i + 1 in found
        if beside and not start <= i <= stop and i not in keep and not _LETTER.search(lines[i].text):
            found.setdefault(i, Furniture(i, "media", "numbers beside furniture", 0.6))
    for i in range(1, len(lines) - 1):
        if page.kinds[i - 1] == page.kinds[i + 1] == "share" and len(lines[i].text) <= 30 and i not in keep:
            found.setdefault(i, Furniture(i, "share", "between share buttons", 0.8))
    return [found[i] for i in sorted(found)]


def _is_telling(page: Page, i: int) -> bool:
    """Tell whether a phrase of a weak kind has words enough to be no cross-head or caption."""
    text = page.lines[i].text
    return page.kinds[i] in _TELLING and not page.lines[i].is_prose and word_count(text) >= _TELLING_WORDS


def _is_fixed(page: Page, i: int) -> bool:
    """Tell whether a line is a telling phrase word for word: `View this post on Instagram`."""
    return _is_telling(page, i) and words.exact_furniture(page.fold(i)) is not None


def _under_headings(page: Page, start: int, stop: int) -> list[int]:
    """Give the headlines that follow a heading such as `Related articles` inside the text."""
    under = []
    heading = False
    for i in range(start, stop):
        line = page.lines[i]
        if page.kinds[i] == "related":
            heading = True
        elif heading and word_count(line.text) >= 3 and not _is_own(line):
            under.append(i)
        else:
            heading = False
    return under


def _is_own(line: Line) -> bool:
    """Tell whether a line cannot be the headline of another article."""
    return line.is_prose or line.text[-1] in ".。:：" or len(_NUMBER.findall(line.text)) >= 3


def _span(page: Page, named: Collection[int], boxes: Collection[int]) -> tuple[int, int]:
    """Give the first and the last line of the article that are beyond doubt; all lines where none is.

    It begins with prose. It ends with any line that has a full stop or is long, as headlines are not, or with
    what a line with a colon announces, or with rows. What was told to be furniture does not count.
    """
    above = page.title_line if page.title_line is not None else -1
    own = [i for i in range(above + 1, len(page.lines)) if i not in named and i not in boxes]
    prose = [i for i in own if page.lines[i].is_prose]
    if not prose:
        return (own[0], own[-1]) if own else (0, len(page.lines) - 1)
    stop = prose[-1]
    for i in own:
        text = page.lines[i].text
        if i > stop and (len(text) > _LONG or (text[-1] in ".。।۔" and not text.endswith(".."))):
            stop = i
        elif i > stop and text[-1] in ":：":
            # What is announced is the article's: verse, a table, a schedule.
            stop = next((k for k in range(i + 1, len(page.lines)) if k not in own), len(page.lines)) - 1
        elif i > stop and _has_cells(text) and i - 1 in own and _has_cells(page.lines[i - 1].text):
            stop = i
    return prose[0], stop


def _has_cells(text: str) -> bool:
    """Tell whether a line has the form of a row.

    >>> [_has_cells(row) for row in ("Half-time: 1-0", "Labour | 31.4", "Expo, 17-18 June 2026", "Pier shut")]
    [True, True, True, False]
    """
    return any(mark in text for mark in (": ", "：", " | ", "\t")) or len(_NUMBER.findall(text)) >= 3


def _boxes(page: Page, keep: Collection[int], named: Mapping[int, str]) -> dict[int, str]:
    """Find the lines below the article that present its author or the site, and the rule that says so.

    They begin with the name on the byline, or stand below a heading such as `About the author`, or they name
    the site: below some furniture, or after a person whom the article does not mention.
    """
    names, site = _byline_names(page), site_name(page.url)
    boxes: dict[int, str] = {}
    for i in range(len(page.lines) - 1, len(page.lines) // 3, -1):
        text, found = page.lines[i].text, page.fold(i).split()
        if i in keep or i in named:
            continue
        if len(text) > _BOX or not found:
            break
        if " ".join(found[:2]) in names or named.get(i - 1) == "author":
            boxes[i] = "box about the author"
        elif (
            site
            and site in page.fold(i).replace(" ", "")
            and (i - 1 in named or i + 1 in named or (_is_person(text) and not _mentions(page, i, found[1])))
        ):
            boxes[i] = "box about the site"
        elif page.lines[i].is_prose:
            break
    return boxes


def _byline_names(page: Page) -> set[str]:
    """Give the first two words of the names on the bylines near the title."""
    if page.title_line is None:
        return set()
    names = set()
    for i in range(max(page.title_line - 3, 0), min(page.title_line + 8, len(page.lines))):
        found = page.fold(i).split()
        for length in (1, 2):
            if 2 <= len(found) - length <= 8 and " ".join(found[:length]) in words.byline_words():
                names.add(" ".join(found[length : length + 2]))
    return names


def _is_person(text: str) -> bool:
    """Tell whether a line begins as a sentence about somebody does: a name of two words, then a small word.

    >>> _is_person("Ann Lee is a reporter."), _is_person("The port is closed.")
    (True, False)
    """
    found = text.split()
    return (
        len(found) > 3
        and all(word[0].isupper() and len(word) > 1 for word in found[:2])
        and found[2].islower()
    )


def _mentions(page: Page, line: int, name: str) -> bool:
    """Tell whether a name stands in a paragraph other than a line."""
    return any(
        name in page.fold(i).split() for i, each in enumerate(page.lines) if each.is_prose and i != line
    )


_NUMBER = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")


def _is_menu(text: str) -> bool:
    """Tell whether a line is a row of menu entries.

    >>> _is_menu("Home | World | Business | Sport"), _is_menu("News Sport Weather Travel"), _is_menu("World")
    (True, True, False)
    """
    if len(text) > 300 or ends_sentence(text):
        return False
    items = words.nav_items()
    pieces = [text] if not DIVIDING.search(text) else DIVIDERS.split(text)
    pieces = [words.fold(piece) for piece in pieces if piece.strip()]
    if len(pieces) >= 3:
        known = sum(piece in items or words.furniture(piece) is not None for piece in pieces)
        return known >= 0.5 * len(pieces) and all(len(piece.split()) <= 3 for piece in pieces)
    entries = pieces[0].split() if len(pieces) == 1 else []
    return len(entries) >= 4 and sum(entry in items for entry in entries) >= 0.6 * len(entries)


# --- a whole page ----------------------------------------------------------------------------------------


def _by_forest(page: Page, keep: Collection[int]) -> list[Furniture]:
    """Weigh every line of a page by the forest; what is not of the article goes."""
    import numpy as np

    from dedupe.forest import forest

    names, table = measure(page)
    odds = forest().predict(names, table)
    lengths = np.array([0 if i in keep else len(line.text) for i, line in enumerate(page.lines)], float)
    kept = chosen(odds, lengths) & (lengths > 0)
    doubts = (
        table[:, names.index("named")]
        + table[:, names.index("credit")]
        + (table[:, names.index("repeated")] > 1)
    )
    kept = filled(kept, doubts > 0)
    core = table[:, names.index("in_core")]
    return [
        Furniture(
            i,
            page.kinds[i] or ("related" if core[i] else "nav"),
            _rule(page, i, core[i] > 0),
            round(1 - float(odds[i]), 2),
        )
        for i in range(len(page.lines))
        if not kept[i] and i not in keep
    ]


def chosen(odds: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Choose the lines that make the best article: those that raise the expected F1, counted in characters.

    `odds` are the chances of the lines to be of the article. One bound for all pages would leave nothing of
    an article that the forest is unsure of as a whole.
    """
    import numpy as np

    order = np.argsort(-odds, kind="stable")
    weights = np.minimum(lengths, 1000)
    gain, size = np.cumsum((weights * odds)[order]), np.cumsum(weights[order])
    best = int(np.argmax(gain / (size + (weights * odds).sum() + 1e-9)))
    return np.asarray(odds >= odds[order[best]])


def filled(kept: NDArray[np.bool_], doubtful: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep a line between two kept ones too, unless it is doubtful: cross-heads look like teasers.

    Of 326 such lines on 459 pages, 205 were of the article.
    """
    holes = ~kept[1:-1] & kept[:-2] & kept[2:] & ~doubtful[1:-1]
    more = kept.copy()
    more[1:-1] |= holes
    return more


def _rule(page: Page, i: int, inside: bool) -> str:
    if page.kinds[i] is not None:
        return "phrase on a page"
    return "unlike the article around it" if inside else "outside the article"
