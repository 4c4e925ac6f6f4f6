"""The opening of a text: the lines above its first paragraph, where title and date stand.

What the trouble looks like: a menu, a cookie notice or a box of facts above the title, sentences in them, and
a title that is a sentence itself. A paragraph above which nothing can be a heading, and below which something
is one, is a notice and not the beginning of the article.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dedupe import address, words
from dedupe.dates import beside_dates, find_dates
from dedupe.model import Line
from dedupe.pairs import split_pair

# Facts that name the place of an event, where they are none of a company.
_OF_EVENTS = frozenset(("location", "address", "city"))

# The heading stands above the first paragraph; menus longer than this were not seen above a title.
_HEAD = 80

TITLE_CHARACTERS = 250
"""A longer line is no title."""

DATE_CHARACTERS = 110
"""A longer line is no date line."""


class Opening:
    """The lines of one text, and where its first paragraph is.

    `head` is its index, or that of the last line looked at; `has_body` tells that there is one. `facts` are
    the indices of lines that are facts of a data sheet. Without `phrases`, what languages call furniture is
    not asked; `is_learned` knows the site's own lines. Who knows where the first paragraph is gives `head`.
    """

    def __init__(
        self,
        lines: Sequence[Line],
        url: str,
        facts: frozenset[int],
        phrases: bool,
        is_learned: Callable[[Line], bool],
        head: int | None = None,
    ) -> None:
        self.lines = lines
        self.url = url
        self.facts = facts
        self.phrases = phrases
        self.is_learned = is_learned
        self.slug = address.slug(url)
        self.folded: dict[int, str] = {}
        self.likenesses: dict[int, float] = {}
        self.head = self.find_head() if head is None else head
        self.has_body = head is not None or self.head < min(len(lines), _HEAD)

    def fold(self, i: int) -> str:
        """Give a line folded."""
        if i not in self.folded:
            self.folded[i] = words.fold(self.lines[i].text)
        return self.folded[i]

    def is_furniture(self, i: int) -> bool:
        """Tell whether a line is known as furniture, to the site or to a language."""
        line = self.lines[i]
        return self.is_learned(line) or (self.phrases and words.line_furniture(line.text) is not None)

    def find_head(self) -> int:
        """Give the index of the first paragraph; all lines before it may belong to the heading."""
        paragraphs = (
            i
            for i, line in enumerate(self.lines[:_HEAD])
            if self.is_paragraph(line) and not self.is_furniture(i)
        )
        first: int | None = None
        for i in paragraphs:
            if i in self.facts or (len(self.lines[i].text) <= TITLE_CHARACTERS and self.likeness(i) >= 0.75):
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
            if len(self.lines[i].text) <= TITLE_CHARACTERS and self.likeness(i) >= 0.75:
                return True
            dates = find_dates(self.lines[i].text) if len(self.lines[i].text) <= DATE_CHARACTERS else []
            if dates and not beside_dates(self.lines[i].text, dates) and not self.is_of_event(i):
                return True
        return False

    def is_of_event(self, i: int) -> bool:
        """Tell whether a line with a date announces an event, next to its `Location: …`."""
        if ":" not in self.lines[i].text:
            return False
        for k in (i - 1, i + 1):
            pair = (
                split_pair(self.lines[k].text) if 0 <= k < len(self.lines) and k not in self.facts else None
            )
            if pair and words.labels().get(words.fold(pair[0])) in _OF_EVENTS:
                return True
        return False

    def is_paragraph(self, line: Line) -> bool:
        """Tell whether a line is prose; a short question or exclamation may be a headline."""
        return line.is_prose and (len(line.text) > 160 or line.text[-1] not in "?!…？！")

    def likeness(self, i: int) -> float:
        """Compare a line with the words in the address of the page, from 0 to 1."""
        if i not in self.likenesses:
            self.likenesses[i] = address.likeness(self.lines[i].text, self.slug)
        return self.likenesses[i]
