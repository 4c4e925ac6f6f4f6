"""The heading of a text: its title and its date, wherever the scraper left them.

What the trouble looks like: the title on the first line, or below a menu, a trail of breadcrumbs, a cookie
notice and the data sheet of a company; ` | Site name` behind it; the date below it in one of a hundred
forms, with `Published` before it and a time zone behind. What is left alone: a first line that is prose, a
date that can be read two ways, a byline, an event's date, the date in a copyright line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from dedupe import words
from dedupe.byline import is_byline, is_nearly_a_date
from dedupe.dates import Order, WrittenDate, beside_dates, find_dates, numeric_orders
from dedupe.lines import fold_words
from dedupe.model import Line
from dedupe.pairs import split_pair

# The heading stands above the first paragraph; menus longer than this were not seen above a title.
_HEAD = 80
_TITLE_CHARACTERS = 250
_DATE_CHARACTERS = 110
_DIVIDERS = re.compile(r"\s+[|•·»›>/–—~]\s+|\s*\|\s*|\s+::?\s+|\t+|\s+-\s+")
_TRAIL = re.compile(r"\s[>»›]\s|\s/\s")
# Two-letter endings that are sold to the whole world say nothing of a country; Canada and the Philippines
# write both orders.
_NO_COUNTRY = frozenset(("ai", "ca", "cc", "co", "fm", "gg", "io", "ly", "me", "ph", "sh", "tv", "us", "ws"))
_ENGLISH = frozenset(("the", "of", "and", "to", "in", "is", "that", "for", "was", "on"))


@dataclass(frozen=True, slots=True)
class Heading:
    """Title and date of a text, and which of its lines say nothing else (indices).

    `is_sure` tells that the address or a date line confirms the title.
    """

    title: str | None = None
    date: str | None = None
    title_lines: tuple[int, ...] = ()
    date_lines: tuple[int, ...] = ()
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class _DateLine:
    line: int
    found: WrittenDate
    beside: int


def find_heading(
    lines: Sequence[Line],
    *,
    url: str | None = None,
    title: str | None = None,
    date: str | None = None,
    facts: frozenset[int] = frozenset(),
    phrases: bool = True,
    is_furniture: Callable[[Line], bool] = lambda line: False,
    order: Order | None = None,
) -> Heading:
    r"""Find the title and the date of a text.

    `title` and `date` are what its record says, if anything; a line that repeats them is lifted.
    `facts` are the indices of lines known to be facts of a data sheet, which are neither. Without
    `phrases`, only place and form tell a menu from a title; `is_furniture` knows the site's own lines
    and `order` how it writes numeric dates.

    >>> from dedupe.lines import split_lines
    >>> lines = split_lines("Home\nPort reopens\nPublished: 3 May 2024, 4:10 pm\nThe port is open.")
    >>> find_heading(lines)
    Heading(title='Port reopens', date='2024-05-03T16:10', title_lines=(1,), date_lines=(2,), is_sure=True)
    """
    finder = _Finder(lines, url, facts, phrases, is_furniture, order)
    title_line, found_title = finder.title(title)
    chosen, date_lines = finder.date(title_line)
    if date is not None:
        iso = next((found.iso for found in find_dates(date, finder.order())), None)
        # A date field with the time of day says more than the line; otherwise the longer form does.
        chosen = max(
            (iso or date, chosen or ""), key=lambda each: (each[:10] == (iso or date)[:10], len(each))
        )
    return Heading(
        found_title, chosen, finder.title_lines(title_line), date_lines, finder.is_sure(title_line)
    )


class _Finder:
    """One text, its heading being looked for."""

    def __init__(
        self,
        lines: Sequence[Line],
        url: str | None,
        facts: frozenset[int],
        phrases: bool,
        is_learned: Callable[[Line], bool],
        order: Order | None,
    ) -> None:
        self.lines = lines
        self.facts = facts
        self.phrases = phrases
        self.is_learned = is_learned
        self.learned_order = order
        self.url = url or ""
        self.slug = _slug(self.url)
        self.site = _site(self.url)
        self.folded: dict[int, str] = {}
        self.head = self.find_head()
        self.has_body = self.head < min(len(lines), _HEAD)
        self.dated = {i: dated for i in range(self.head) if (dated := self.read_date(i))}

    def fold(self, i: int) -> str:
        if i not in self.folded:
            self.folded[i] = words.fold(self.lines[i].text)
        return self.folded[i]

    def is_furniture(self, i: int) -> bool:
        return self.is_learned(self.lines[i]) or (self.phrases and words.furniture(self.fold(i)) is not None)

    def find_head(self) -> int:
        """Give the index of the first paragraph; all lines before it may belong to the heading."""
        paragraphs = (
            i
            for i, line in enumerate(self.lines[:_HEAD])
            if self.is_paragraph(line) and not self.is_furniture(i)
        )
        first: int | None = None
        for i in paragraphs:
            if i in self.facts or (len(self.lines[i].text) <= _TITLE_CHARACTERS and self.likeness(i) >= 0.75):
                continue  # a headline may be a full sentence; the address of the page knows it
            if first is None:
                first = i
            elif i - first > 2 and self.has_heading(range(first + 1, i)):
                return i  # what came before was a notice above the heading, not the first paragraph
            else:
                break
        return min(len(self.lines), _HEAD) if first is None else first

    def has_heading(self, between: range) -> bool:
        """Tell whether a date line, or one that the address repeats, stands between two paragraphs."""
        for i in between:
            if len(self.lines[i].text) <= _TITLE_CHARACTERS and self.likeness(i) >= 0.75:
                return True
            dates = find_dates(self.lines[i].text) if len(self.lines[i].text) <= _DATE_CHARACTERS else []
            if dates and not beside_dates(self.lines[i].text, dates):
                return True
        return False

    def is_paragraph(self, line: Line) -> bool:
        return line.is_prose and (len(line.text) > 160 or line.text[-1] not in "?!…？！")

    def likeness(self, i: int) -> float:
        """Compare a line with the words in the address of the page, from 0 to 1."""
        if len(self.slug) < 2:
            return 0.0
        own = {_plain(word) for word in fold_words(self.lines[i].text)}
        if not own:
            return 0.0
        shared = len(own & self.slug)
        return max(shared / len(self.slug) * 0.6 + shared / len(own) * 0.4, 0.0)

    # --- title -----------------------------------------------------------------------------------------

    def title(self, given: str | None) -> tuple[int | None, str | None]:
        """Choose the title line; give its index and the title without the site's name."""
        if given is not None and given.strip():
            return self.given_title(given.strip())
        best, best_score = None, 0.0
        for i in range(self.head):
            score = self.title_score(i)
            if score > best_score:
                best, best_score = i, score
        if best is None:
            return None, None
        return best, self.without_site(_HASHES.sub("", self.lines[best].text))

    def is_sure(self, chosen: int | None) -> bool:
        """Tell whether something else than its form says that a line is the title."""
        return chosen is not None and (self.likeness(chosen) >= 0.75 or self.dated_below(chosen) > 0)

    def title_lines(self, chosen: int | None) -> tuple[int, ...]:
        """Give the title line and those of the heading that repeat it, with or without the site's name."""
        if chosen is None:
            return ()
        title = words.fold(self.without_site(self.lines[chosen].text))
        again = (
            i
            for i in range(min(self.head, chosen + 8))
            if i != chosen and words.fold(self.without_site(self.lines[i].text)) == title
        )
        return (chosen, *again)

    def given_title(self, given: str) -> tuple[int | None, str]:
        """Find the line that repeats the title of the record."""
        wanted = words.fold(given)
        for i in range(min(self.head + 1, len(self.lines))):
            folded = self.fold(i)
            if folded and (
                folded == wanted or (wanted.startswith(folded + " ") and len(folded.split()) >= 3)
            ):
                return i, self.lines[i].text if folded != wanted else given
            if (
                folded.startswith(wanted + " ")
                and self.without_site(self.lines[i].text) != self.lines[i].text
            ):
                return i, given
        return None, given

    def title_score(self, i: int) -> float:
        """Weigh the evidence for a line as the title; 0 or less: it is not one."""
        text = self.lines[i].text
        folded = self.fold(i)
        count = (
            len(folded.split()) if text.isascii() else max(len(folded.split()), len(fold_words(text)) // 2)
        )
        if not folded or len(text) > _TITLE_CHARACTERS or i in self.facts or text[-1] in ":：,;":
            return 0.0
        dated = self.dated.get(i)
        if (dated and (dated.beside == 0 or self.is_dateline(text))) or is_byline(text):
            return 0.0
        if is_nearly_a_date(folded) or self.is_teaser(i):
            return 0.0
        likeness = self.likeness(i)
        if self.is_furniture(i) and likeness < 0.75:
            return 0.0
        if likeness < 0.75 and (len(_TRAIL.findall(text)) >= 2 or self.is_menu(text)):
            return 0.0
        dated_below = self.dated_below(i)
        # Without a date or an address, a first line is a title only above a text, and not if it is a
        # sentence or somebody's words itself.
        if likeness < 0.75 and not dated_below and (not self.has_body or _SENTENCE.search(text)):
            return 0.0
        score = 0.3 + 3 * likeness + 0.08 * min(count, 10) + dated_below + self.place(i)
        if count <= 2:
            score -= 0.4
        if likeness < 0.75 and not dated_below and self.is_labeled(i):
            score -= 0.6
        if text[-1] in ".。":
            score -= 0.3
        return score

    def is_dateline(self, text: str) -> bool:
        """Tell whether a line is a date with furniture beside it (`May 3, 2024 | 4 min read`)."""
        pieces = [piece for piece in _DIVIDERS.split(text) if piece.strip()]
        return self.phrases and all(
            words.furniture(words.fold(piece)) or not beside_dates(piece, find_dates(piece))
            for piece in pieces
        )

    def is_teaser(self, i: int) -> bool:
        """Tell whether a line is the beginning of the first paragraph, cut off with an ellipsis."""
        start = "".join(self.fold(i).split())
        if len(start) < 12 or not self.lines[i].text.rstrip("])").endswith(("…", "...")):
            return False
        below = (self.fold(k) for k in range(i + 1, min(self.head + 1, len(self.lines))))
        return any("".join(folded.split()).startswith(start) and len(folded) > len(start) for folded in below)

    def is_labeled(self, i: int) -> bool:
        """Tell whether a line is a label and a few words, below a line that is not."""
        pair = split_pair(self.lines[i].text)
        if pair is None or pair[2] not in ":：" or len(pair[0].split()) > 3 or len(pair[1].split()) > 5:
            return False
        return any(":" not in self.lines[k].text and len(self.fold(k).split()) >= 2 for k in range(i))

    def dated_below(self, i: int) -> float:
        """Weigh a date line below a line, the nearer the more; 0 if there is none."""
        for distance in (1, 2, 3):
            dated = self.dated.get(i + distance)
            if dated and dated.beside == 0:
                return 0.6 - 0.1 * distance
        return 0.0

    def place(self, i: int) -> float:
        """Weigh where a line stands: above the byline or the first paragraph, and near the top."""
        score = -0.02 * i
        if any(k < i and dated.beside == 0 for k, dated in self.dated.items()):
            score -= 0.2  # dates stand below their titles, mostly
        if i + 1 == self.head and self.lines[i].text[-1] not in "?？":
            score += 0.3  # but the first question of a list of them stands there, too
        elif any(is_byline(self.lines[k].text) for k in range(i + 1, min(i + 4, self.head))):
            score += 0.2
        if any(self.fold(k) == self.fold(i) for k in range(self.head) if k != i):
            score += 0.3  # the page's title and the article's: furniture repeats too, but was told apart
        return score

    def is_menu(self, text: str) -> bool:
        """Tell whether a line is a row of menu entries: many short pieces, or entries known one by one."""
        pieces = [words.fold(piece) for piece in _DIVIDERS.split(text) if piece.strip()]
        if len(pieces) >= 3 and all(len(piece.split()) <= 3 for piece in pieces):
            return True
        if not self.phrases:
            return False
        items = words.nav_items()
        if len(pieces) >= 2:
            return all(piece in items for piece in pieces)
        entries = pieces[0].split() if pieces else []
        return len(entries) >= 3 and sum(entry in items for entry in entries) >= 0.6 * len(entries)

    def without_site(self, text: str) -> str:
        """Take the site's name off the end or the beginning of a title, when the address confirms it."""
        divided = [(found.start(), found.end()) for found in _DIVIDERS.finditer(text)]
        if divided:
            start, end = divided[-1]
            if self.is_site(text[end:]):
                return text[:start].rstrip()
            start, end = divided[0]
            if self.is_site(text[:start]):
                return text[end:].lstrip()
        return text

    def is_site(self, text: str) -> bool:
        name = "".join(_plain(word) for word in fold_words(text))
        if len(name) < 4 or not self.site:
            return False
        return name == self.site or (
            len(name) >= 6 and (self.site.startswith(name) or name.startswith(self.site))
        )

    # --- date ------------------------------------------------------------------------------------------

    def date(self, title_line: int | None) -> tuple[str | None, tuple[int, ...]]:
        """Choose the date of publication; give it with the lines that say nothing else than dates."""
        anchor = title_line if title_line is not None else 0
        near: dict[int, _DateLine] = dict(self.dated)
        if self.has_body and not near and title_line is not None:
            for i in (*range(self.head, min(self.head + 2, len(self.lines))), *self.after_body()):
                dated = self.read_date(i)
                if dated:
                    near[i] = dated
        best, best_score = None, 0.0
        for i, dated in near.items():
            score = 1.0 if dated.beside == 0 else 0.5 if dated.beside <= 4 and i < self.head else 0.0
            if score and dated.found.is_update:
                score -= 0.3
            if score:
                score -= 0.01 * abs(i - anchor)
            if score > best_score:
                best, best_score = dated, score
        if best is None:
            return None, ()
        chosen = best.found.iso
        bare = [i for i, dated in near.items() if dated.beside == 0 and (i == best.line or i < self.head)]
        return chosen, tuple(sorted(i for i in bare if i == best.line or abs(i - best.line) <= 3))

    def after_body(self) -> range:
        """Give the lines below the last paragraph."""
        for i in range(len(self.lines) - 1, self.head, -1):
            if self.lines[i].is_prose and not self.is_furniture(i):
                return range(i + 1, min(i + 8, len(self.lines)))
        return range(0)

    def read_date(self, i: int) -> _DateLine | None:
        """Read the date of a line that could be a date line."""
        text = self.lines[i].text
        if len(text) > _DATE_CHARACTERS or i in self.facts or _COPYRIGHT.search(text):
            return None
        found = find_dates(text)
        if not found and numeric_orders(text) == set() and _AMBIGUOUS.search(text):
            found = find_dates(text, self.order())
        if not found:
            return None
        first = next((each for each in found if not each.is_update), found[0])
        beside = len(beside_dates(text, found))
        if beside and ":" in text[: first.start]:
            return None  # `Died: June 9, 2024`: another date than that of the article
        return _DateLine(i, first, beside)

    def order(self) -> Order | None:
        """Tell how numeric dates are written here, if anything tells: the text, the address, the language."""
        proved: set[Order] = set()
        for line in self.lines:
            proved |= numeric_orders(line.text)
        if proved:
            return proved.pop() if len(proved) == 1 else None
        if self.learned_order:
            return self.learned_order
        if dated := re.search(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:\D|$)", self.url):
            month, day = int(dated[2]), int(dated[3])
            for line in self.lines[: self.head]:
                for first, second in _AMBIGUOUS.findall(line.text):
                    if (int(first), int(second)) == (day, month) != (month, day):
                        return "dmy"
                    if (int(first), int(second)) == (month, day) != (day, month):
                        return "mdy"
        ending = (urlsplit(self.url).hostname or "").rpartition(".")[2]
        if len(ending) == 2 and ending not in _NO_COUNTRY:
            return "dmy"
        return self.order_by_language()

    def order_by_language(self) -> Order | None:
        """Tell the order by the language of the text: English alone is written in both."""
        sample = [word for line in self.lines[self.head :] for word in _LETTERS.findall(line.text.casefold())]
        if len(sample) < 40:
            return None
        # English runs at 15 to 25 % of these ten words, other languages in Latin letters under 4 %.
        if sum(word in _ENGLISH for word in sample) < 0.06 * len(sample):
            return "dmy"
        british = len(words.spelling()["british"].intersection(sample))
        american = len(words.spelling()["american"].intersection(sample))
        # Both kinds of words turn up in quotations and names; one side must have it by far.
        if max(british, american) >= 2 and max(british, american) >= 4 * min(british, american):
            return "dmy" if british > american else "mdy"
        return None


_HASHES = re.compile(r"^#+\s+")
# The end of a sentence, or a line that is a quotation from end to end.
_SENTENCE = re.compile(r"[.。।][\"'”’»)]*$|^[\"“„«「].*[\"”“»」]$")
_LETTERS = re.compile(r"[^\W\d_]+")
_AMBIGUOUS = re.compile(r"(?<![\d./-])(\d{1,2})[/-] ?(\d{1,2})[/-] ?[12]\d{3}(?!\d)")
_COPYRIGHT = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)


def _plain(word: str) -> str:
    """Reduce a word to what an address keeps of it: no marks."""
    if word.isascii():
        return word
    folded = unicodedata.normalize("NFKD", word.replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c))


def _slug(url: str) -> frozenset[str]:
    """Give the words in the last telling part of an address.

    >>> sorted(_slug("https://example.org/2024/05/port-reopens-after-storm-81723.html"))
    ['after', 'port', 'reopens', 'storm']
    """
    path = unquote(urlsplit(url).path) if "//" in url else ""
    for part in reversed(path.split("/")):
        part = re.sub(r"\.\w{2,5}$", "", part)
        found = [_plain(word) for word in fold_words(re.sub(r"[-_+]", " ", part)) if not word.isdigit()]
        if len(found) >= 2:
            return frozenset(found)
    return frozenset()


def _site(url: str) -> str:
    """Give the name of a site as its address has it.

    >>> _site("https://www.harbor-times.co.uk/x")
    'harbortimes'
    """
    labels = (urlsplit(url).hostname or "").removeprefix("www.").split(".")
    if len(labels) < 2:
        return ""
    second = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return labels[-3 if second else -2].replace("-", "")
