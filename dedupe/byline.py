"""The lines of a heading that are not its title: bylines and dates, told by their form.

What the trouble looks like: `By Ann Lee`, `Text: Ann Lee`, `3 May 2024`, above or below a title. What is left
alone: a title that opens with the same words, `By the sea`.
"""

from __future__ import annotations

from dedupe import words
from dedupe.dates import beside_dates, find_dates


def opens_byline(text: str) -> bool:
    """Tell whether a text begins with a word for an author, whatever follows it.

    >>> opens_byline("Von Berlin nach Rom"), opens_byline("By-laws of the club")
    (True, False)
    """
    return words.fold("".join(text.split()[:1])) in words.byline_words()


def is_byline(text: str) -> bool:
    """Tell whether a line names an author: a word for it, then names.

    >>> is_byline("By Ann Lee and Tom Ray"), is_byline("By the sea"), is_byline("Von Rom bis Ulm: ein Weg")
    (True, False, False)
    """
    found = text.split()
    if not 2 <= len(found) <= 9 or not opens_byline(text):
        return False
    names = [
        word
        for word in found[1:]
        if word.casefold() not in ("and", "und", "et", "y", "e", "i", "og", "och", "en")
    ]
    return not any(mark in text[len(found[0]) + 1 :] for mark in ":?!") and all(
        not word[0].islower() for word in names
    )


def is_date_line(text: str) -> bool:
    """Tell whether a line says nothing else than a date."""
    found = find_dates(text, "dmy")
    return bool(found) and not beside_dates(text, found)


def is_heading_line(text: str) -> bool:
    """Tell whether a line is a date or a byline: it belongs to the heading of an article."""
    return is_byline(text) or is_date_line(text)


def is_nearly_a_date(folded: str) -> bool:
    """Tell whether a line is numbers and at most one word that is not known to stand beside them.

    Dates that cannot be read, or not with certainty, must not be taken for titles.

    >>> [is_nearly_a_date(line) for line in ("31 february 2024", "03 04 25", "apollo 11 lands")]
    [True, True, False]
    """
    found = folded.split()
    months, weekdays = words.months(), words.weekdays()
    numbers = known = 0
    for word in found:
        numbers += word[0].isdigit()
        known += word in months or word in weekdays
    others = len(found) - numbers - known
    return (numbers + known >= 2 and others <= 1) or (numbers > 0 and others + known == 0)
