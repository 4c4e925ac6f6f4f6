"""The heading of a whole page: title and date around the body that was found.

What the trouble looks like: a hundred lines of menu above the title, a trail of breadcrumbs that ends in it,
a standfirst, a caption and a byline below it, and teasers with titles and dates of their own on all sides.
The first lines of such a text say nothing. What tells is the body: its title stands not far above it, in
words that the body uses again and that the address of the page repeats; its date stands near the title. What
is left alone: titles below the body, dates that can be read two ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from dedupe import words
from dedupe.address import host_of, site_name
from dedupe.affixes import Affixes
from dedupe.byline import is_byline, is_nearly_a_date
from dedupe.dateline import DateLines
from dedupe.dates import Order
from dedupe.forms import is_credit, telling_words
from dedupe.header import Heading, fuller_date
from dedupe.lines import NO_SPACES_CHARACTER
from dedupe.model import Line
from dedupe.opening import TITLE_CHARACTERS, Opening
from dedupe.title import TitleLines

# Of 286 titles that stand on 329 pages, 283 stand within this many lines above the body, half within 4.
_ABOVE = 60
# Below the title of a page that the address does not confirm, more than these many lines weigh no more.
_FAR = 20
# A shorter end of a line is a part of its title, as `Climate change` may be.
_END = 0.65


def find_page_heading(
    lines: Sequence[Line],
    article: Sequence[int],
    *,
    before: Heading | None = None,
    url: str | None = None,
    title: str | None = None,
    date: str | None = None,
    order: Order | None = None,
    affixes: Affixes | None = None,
) -> Heading:
    r"""Find the title and the date of a page whose `article` has the indices of the lines that are kept.

    `before` is the heading that the first lines gave; its date stands where none is found near the article.
    `title`, `date`, `order` and `affixes` are those of `find_heading`.

    >>> from dedupe.lines import split_lines
    >>> story = "The ferry to the islands runs again after three weeks, the harbor office said on Friday."
    >>> lines = split_lines(f"News\nSport\nAll about fish\nFerry runs again\n3 May 2024\nPhoto: Ann\n{story}")
    >>> heading = find_page_heading(lines, [6])
    >>> heading.title, heading.date, heading.title_lines, heading.date_lines
    ('Ferry runs again', '2024-05-03', (3,), (4,))
    """
    prose = next((i for i in article if lines[i].is_prose), article[0])
    first = max(article[0] - _ABOVE, 0)
    opening = Opening(
        lines[first : prose + 3], url or "", frozenset(), True, lambda line: False, head=prose - first
    )
    dates = DateLines(opening, order)
    titles = TitleLines(opening, dates.near, affixes or Affixes(site_name(host_of(url or ""))))
    if title is not None and title.strip():
        line, chosen = titles.find_given(title.strip())
    else:
        line = _choose(titles, article[0] - first, _used(lines, article))
        chosen = titles.read(line) if line is not None else ""
    iso, dated = dates.choose(article[0] - first if line is None else line)
    date_lines = tuple(first + i for i in dated)
    if iso is None and before is not None:
        iso, date_lines = before.date, before.date_lines
    if date is not None:
        iso = fuller_date(date, iso, dates.order)
    title_lines = tuple(first + i for i in titles.repeated(line))
    return Heading(chosen or None, iso, title_lines, date_lines, titles.is_sure(line))


def _used(lines: Sequence[Line], article: Sequence[int]) -> frozenset[str]:
    """Give the telling words of an article."""
    return frozenset(word for i in article for word in telling_words(words.fold(lines[i].text)))


def _choose(titles: TitleLines, start: int, used: Collection[str]) -> int | None:
    """Choose the line that is most like a title; of a trail of breadcrumbs that ends in one, its end."""
    count = Counter(map(titles.opening.fold, range(len(titles.lines))))
    twice = {folded for folded, number in count.items() if number > 1}
    scores = {i: score for i in range(titles.head) if (score := _score(titles, i, start, used, twice)) > 0}
    best = max(scores, key=lambda i: (scores[i], i), default=None)
    if best is None:
        return None
    trail = titles.opening.fold(best)
    ends = [i for i in scores if _is_end(titles.opening.fold(i), trail)]
    return max(ends, key=lambda i: (scores[i], i), default=best)


def _is_end(folded: str, trail: str) -> bool:
    """Tell whether a line is what a trail of breadcrumbs, or a menu run into one line, ends in."""
    return len(trail) > len(folded) >= _END * len(trail) and trail.endswith(folded)


def _score(titles: TitleLines, i: int, start: int, used: Collection[str], twice: Collection[str]) -> float:
    """Weigh the evidence for a line as the title of a page; 0 or less: it is not one.

    `used` has the words of the article, `twice` the folded lines that come again. The weights
    are a regression's on 329 pages, rounded.
    """
    opening = titles.opening
    text, folded = opening.lines[i].text, opening.fold(i)
    if not folded or len(text) > TITLE_CHARACTERS or i in opening.facts or "://" in text or "©" in text:
        return 0.0
    dated = titles.dated.get(i)
    if (dated and (dated.beside == 0 or titles.is_dateline(text))) or is_nearly_a_date(folded):
        return 0.0
    if is_byline(text) or is_credit(text) or titles.is_teaser(i):
        return 0.0
    count = len(folded.split())
    if not text.isascii():
        count = max(count, len(NO_SPACES_CHARACTER.findall(text)) // 2)
    shared = sum(word in used for word in telling_words(folded))
    score = 1.5 * opening.likeness(i) + 0.12 * min(shared, 6) + 0.07 * min(count, 10)
    score -= 0.015 * min(max(start - i, 0), _FAR)
    if text[-1] in ".。,;:：" or count > 20:
        score -= 0.9
    if opening.is_furniture(i):
        score -= 0.9
    if opening.lines[i].is_prose:
        score -= 0.3
    if count <= 2:
        score -= 0.3
    if folded in twice:
        score += 0.15
    return score
