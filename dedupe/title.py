"""The title of a text among the lines of its opening.

What the trouble looks like: the title on the first line, or below a menu, a trail of breadcrumbs, a cookie
notice and the data sheet of a company; ` | Site name` behind it. What is left alone: a first line that is
prose, a byline, a teaser.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from dedupe import words
from dedupe.affixes import DIVIDERS, DIVIDING, Affixes
from dedupe.byline import is_byline, is_nearly_a_date
from dedupe.dateline import DateLine
from dedupe.dates import beside_dates, find_dates
from dedupe.lines import fold_words
from dedupe.opening import TITLE_CHARACTERS, Opening
from dedupe.pairs import split_pair

_TRAIL = re.compile(r"\s[>»›]\s|\s/\s")
_HASHES = re.compile(r"^#+\s+")
# The end of a sentence, or a line that is a quotation from end to end.
_SENTENCE = re.compile(r"[.。।][\"'”’»)]*$|^[\"“„«「].*[\"”“»」]$")
# What the likeness to the address weighs, and all other evidence together at most: see `TitleLines.score`.
_LIKENESS, _MOST = 3, 2.2


class TitleLines:
    """The lines of an opening that could be its title; `dated` are those with a date."""

    def __init__(self, opening: Opening, dated: Mapping[int, DateLine], affixes: Affixes) -> None:
        self.opening = opening
        self.lines = opening.lines
        self.head = opening.head
        self.dated = dated
        self.affixes = affixes
        self.folded = list(map(opening.fold, range(self.head)))

    def choose(self, given: str | None) -> tuple[int | None, str | None]:
        """Choose the title line; give its index and the title without the site's name."""
        if given is not None and given.strip():
            return self.find_given(given.strip())
        best, best_score = None, 0.0
        able = (i for i in range(self.head) if self.may_be(i))
        for i in sorted(able, key=self.opening.likeness, reverse=True):
            if best_score > _MOST + _LIKENESS * self.opening.likeness(i):
                break  # and so do all that follow
            score = self.score(i)
            if score > best_score or (score == best_score and best is not None and i < best):
                best, best_score = i, score
        if best is None:
            return None, None
        return best, self.read(best)

    def may_be(self, i: int) -> bool:
        """Tell whether a line can be a title by its length, its last character, and what is known of it."""
        text = self.lines[i].text
        return not (
            len(text) > TITLE_CHARACTERS
            or text[-1] in ":：,;"
            or i in self.opening.facts
            or not self.folded[i]
        )

    def read(self, i: int) -> str:
        """Give the title that stands on a line, without marks of a heading and the site's name."""
        return self.affixes.bare(_HASHES.sub("", self.lines[i].text))

    def is_sure(self, chosen: int | None) -> bool:
        """Tell whether something else than its form says that a line is the title."""
        return chosen is not None and (self.opening.likeness(chosen) >= 0.75 or self.dated_below(chosen) > 0)

    def repeated(self, chosen: int | None) -> tuple[int, ...]:
        """Give the title line and those of the heading that repeat it, with or without the site's name."""
        if chosen is None:
            return ()
        title = words.fold(self.affixes.bare(self.lines[chosen].text))
        again = (
            i
            for i in range(min(self.head, chosen + 8))
            if i != chosen
            and title in self.opening.fold(i)
            and words.fold(self.affixes.bare(self.lines[i].text)) == title
        )
        return (chosen, *again)

    def find_given(self, given: str) -> tuple[int | None, str]:
        """Find the line that repeats the title of the record; give the title without the site's name."""
        given, full = self.affixes.bare(given), given
        wanted = words.fold(full)
        for i in range(min(self.head + 1, len(self.lines))):
            folded = self.opening.fold(i)
            if folded and (
                folded == wanted or (wanted.startswith(folded + " ") and len(folded.split()) >= 3)
            ):
                return i, given  # what the record says more than the line, it knows
            if words.fold(self.affixes.bare(self.lines[i].text)) == words.fold(given):
                return i, given
        return None, given

    def score(self, i: int) -> float:
        """Weigh the evidence for a line that may be the title; 0 or less: it is not."""
        text, folded = self.lines[i].text, self.folded[i]
        likeness = self.opening.likeness(i)
        if likeness < 0.75 and self.opening.is_furniture(i):
            return 0.0
        dated = self.dated.get(i)
        if (dated and (dated.beside == 0 or self.is_dateline(text))) or is_byline(text):
            return 0.0
        if is_nearly_a_date(folded) or self.is_teaser(i):
            return 0.0
        if likeness < 0.75 and dated and self.is_signed(i, dated):
            return 0.0
        if likeness < 0.75 and self.is_menu(text):
            return 0.0
        dated_below = self.dated_below(i)
        # Without a date or an address, a first line is a title only above a text, and not if it is a
        # sentence or somebody's words itself.
        if likeness < 0.75 and not dated_below and (not self.opening.has_body or _SENTENCE.search(text)):
            return 0.0
        count = len(folded.split())
        if not text.isascii():
            count = max(count, len(fold_words(text)) // 2)
        score = 0.3 + _LIKENESS * likeness + 0.08 * min(count, 10) + dated_below + self.place(i)
        if count <= 2:
            score -= 0.4
        if likeness < 0.75 and not dated_below and self.is_labeled(i):
            score -= 0.6
        if text[-1] in ".。":
            score -= 0.3
        return score

    def is_dateline(self, text: str) -> bool:
        """Tell whether a line is a date with furniture beside it (`May 3, 2024 | 4 min read`)."""
        pieces = [piece for piece in DIVIDERS.split(text) if piece.strip()]
        return self.opening.phrases and all(
            words.furniture(words.fold(piece)) or not beside_dates(piece, find_dates(piece))
            for piece in pieces
        )

    def is_signed(self, i: int, dated: DateLine) -> bool:
        """Tell whether a line is an author and a date behind (`Ann Lee, May 3, 2024 2:26 PM`).

        Without a word for authors, the names of two to four words are told from a title by another line
        above, of a title's length.
        """
        text, found = self.lines[i].text, dated.found
        names = text[: found.start].rstrip(" \t,;|·•–—-")
        if beside_dates(text[found.end :], []):
            return False
        if is_byline(names):
            return True
        parts = names.split()
        return (
            2 <= len(parts) <= 4
            and all(part[0].isupper() for part in parts)
            and any(len(self.opening.fold(k).split()) >= 3 and k not in self.dated for k in range(i))
        )

    def is_teaser(self, i: int) -> bool:
        """Tell whether a line is the beginning of the first paragraph, cut off with an ellipsis."""
        if not self.lines[i].text.rstrip("])").endswith(("…", "...")):
            return False
        start = "".join(self.opening.fold(i).split())
        if len(start) < 12:
            return False
        below = (self.opening.fold(k) for k in range(i + 1, min(self.head + 1, len(self.lines))))
        return any("".join(folded.split()).startswith(start) and len(folded) > len(start) for folded in below)

    def is_labeled(self, i: int) -> bool:
        """Tell whether a line is a label and a few words, below a line that is not."""
        pair = split_pair(self.lines[i].text)
        if pair is None or pair[2] not in ":：" or len(pair[0].split()) > 3 or len(pair[1].split()) > 5:
            return False
        return any(":" not in self.lines[k].text and len(self.opening.fold(k).split()) >= 2 for k in range(i))

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
        if self.folded.count(self.folded[i]) > 1:
            score += 0.3  # the page's title and the article's: furniture repeats too, but was told apart
        return score

    def is_menu(self, text: str) -> bool:
        """Tell whether a line is a trail, or a menu: many short pieces, or entries known one by one."""
        items = words.nav_items() if self.opening.phrases else frozenset()
        if DIVIDING.search(text):
            pieces = [words.fold(piece) for piece in DIVIDERS.split(text) if piece.strip()]
            if len(pieces) >= 3 and all(len(piece.split()) <= 3 for piece in pieces):
                return True
            if len(_TRAIL.findall(text)) >= 2:
                return True
            if len(pieces) >= 2:
                return items.issuperset(pieces)
        entries = words.fold(text).split()
        return len(entries) >= 3 and sum(entry in items for entry in entries) >= 0.6 * len(entries)
