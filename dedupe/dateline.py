"""The date lines of a text, and which of them has the date of publication.

What the trouble looks like: the date below the title in one of a hundred forms, with `Published` before it
and a time zone behind, or below the last paragraph. What is left alone: a date that can be read two ways, an
event's date, the date in a copyright line.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from dedupe import words
from dedupe.address import host_of
from dedupe.affixes import DIVIDERS, DIVIDING
from dedupe.dates import Order, WrittenDate, beside_dates, find_dates, may_hold_date, numeric_orders
from dedupe.heads import head_of
from dedupe.opening import DATE_CHARACTERS, Opening

# Two-letter endings that are sold to the whole world say nothing of a country; Canada and the Philippines
# write both orders.
_NO_COUNTRY = frozenset(("ai", "ca", "cc", "co", "fm", "gg", "io", "ly", "me", "ph", "sh", "tv", "us", "ws"))
_ENGLISH = frozenset(("the", "of", "and", "to", "in", "is", "that", "for", "was", "on"))

_LETTERS = re.compile(r"[^\W\d_]+")
_AMBIGUOUS = re.compile(r"(?<![\d./-])(\d{1,2})[/-] ?(\d{1,2})[/-] ?[12]\d{3}(?!\d)")
_COPYRIGHT = re.compile(r"©|\(c\)|copyright", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DateLine:
    """A line with a date: its index, the date, and the number of words beside the date that say more."""

    line: int
    found: WrittenDate
    beside: int


class DateLines:
    """The lines with dates in the opening of a text: `near` has them by index.

    `order` is how the site is known to write numeric dates, if it is known, `date_words` what it writes
    before them.
    """

    def __init__(self, opening: Opening, order: Order | None, date_words: Collection[str] = ()) -> None:
        self.opening = opening
        self.lines = opening.lines
        self.head = opening.head
        self.learned_order = order
        self.date_words = date_words
        self.near = {i: dated for i in range(self.head) if (dated := self.read(i))}

    def choose(self, title_line: int | None) -> tuple[str | None, tuple[int, ...]]:
        """Choose the date of publication; give it with the lines that say nothing else than dates."""
        anchor = title_line if title_line is not None else 0
        near = dict(self.near)
        if self.opening.has_body and not near and title_line is not None:
            for i in (*range(self.head, min(self.head + 2, len(self.lines))), *self.after_body()):
                dated = self.read(i)
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
            if self.lines[i].is_prose and not self.opening.is_furniture(i):
                return range(i + 1, min(i + 8, len(self.lines)))
        return range(0)

    def read(self, i: int) -> DateLine | None:
        """Read the date of a line that could be a date line."""
        text = self.lines[i].text
        if len(text) > DATE_CHARACTERS or not may_hold_date(text):
            return None
        if i in self.opening.facts or _COPYRIGHT.search(text):
            return None
        if self.date_words and (head := head_of(text)) and head[0] in self.date_words:
            text = head[1]
        found = find_dates(text)
        if not found and numeric_orders(text) == set() and _AMBIGUOUS.search(text):
            found = find_dates(text, self.order())
        if not found:
            return None
        first = next((each for each in found if not each.is_update), found[0])
        beside = len(self.beside(text, found))
        if (beside and ":" in text[: first.start]) or self.opening.is_of_event(i):
            return None  # `Died: June 9, 2024`: another date than that of the article
        return DateLine(i, first, beside)

    def beside(self, text: str, found: list[WrittenDate]) -> list[str]:
        """Give the words of a line that are of no date and no furniture (`May 3, 2024 | 4 min read`)."""
        beside = beside_dates(text, found)
        if not beside or not self.opening.phrases:
            return beside
        head, colon, source = text[found[-1].end :].replace("：", ":").partition(":")
        if (
            colon
            and len(source.split()) <= 4
            and words.furniture_heads().get(words.fold(head)) == "syndication"
        ):
            return beside_dates(text[: found[-1].end], found)
        if not DIVIDING.search(text):
            return beside
        pieces = (piece for piece in DIVIDERS.split(text) if words.furniture(words.fold(piece)) is None)
        return [word for piece in pieces for word in beside_dates(piece, find_dates(piece, "dmy"))]

    def order(self) -> Order | None:
        """Tell how numeric dates are written here, if anything tells: the text, the address, the language."""
        proved: set[Order] = set()
        for line in self.lines:
            proved |= numeric_orders(line.text)
        if proved:
            return proved.pop() if len(proved) == 1 else None
        if self.learned_order:
            return self.learned_order
        if dated := re.search(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:\D|$)", self.opening.url):
            month, day = int(dated[2]), int(dated[3])
            for line in self.lines[: self.head]:
                for first, second in _AMBIGUOUS.findall(line.text):
                    if (int(first), int(second)) == (day, month) != (month, day):
                        return "dmy"
                    if (int(first), int(second)) == (month, day) != (day, month):
                        return "mdy"
        ending = host_of(self.opening.url).rpartition(".")[2]
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
