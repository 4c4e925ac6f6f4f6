"""What a line of a saved page shows alone: its form, its words, what its language calls it.

`dedupe.measures` puts the lines in company.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from dedupe import phrases, words
from dedupe.dates import beside_dates, find_dates
from dedupe.lines import NO_SPACES_CHARACTER, ends_sentence, fold_words
from dedupe.model import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

# A line longer than this says no more by its letters.
_SAMPLE = 600
# Captions are shorter.
_CAPTION = 400
_AGENCIES = "getty|reuters|ap|afp|dpa|imago|epa|ansa"
_CREDIT = re.compile(
    r"(?:\(|[.:–—/] ?|^)\s*(?:photos?|pictures?|images?|fotos?|bild(?:er)?|credits?"
    rf"|illustration|фото|写真|사진|{_AGENCIES})\b[^.!?]{{0,60}}$"
    rf"|(?:getty images|/(?:{_AGENCIES}|istock|shutterstock))\W*(?:\S+\W*){{0,3}}$"
    r"|\b(?:photo|foto|picture|image|credit|bild|source|quelle)\s?:",
    re.IGNORECASE,
)
"""The credit of a picture: it ends or opens a caption."""
_CREDITS = (
    *("photo", "picture", "image", "foto", "bild", "credit", "illustration", "source", "quelle"),
    *(*_AGENCIES.split("|"), "istock", "shutterstock"),
)
"""A line in ASCII has one of these if it has a credit."""

_LONG_ENDINGS = frozenset(("info", "news", "online"))
_LETTERS = re.compile(r"[^\W_]+")
_FIRST = itemgetter(0)
# Words by which a site speaks to its reader. News hardly does, outside of quotations.
_READER = frozenset(
    (
        *("you", "your", "yours", "sie", "ihre", "ihrer", "ihrem", "ihren", "ihnen", "du"),
        *("dein", "deine", "deinem", "deinen", "dich", "dir", "euch", "eure", "vous", "votre"),
        *("vos", "tu", "tes", "toi", "te", "usted", "ustedes", "su", "sus", "você"),
        *("vocês", "seu", "sua", "seus", "suas", "tuo", "tua", "tuoi", "lei", "suo"),
        *("je", "jouw", "jij", "uw", "din", "dina", "dit", "deg", "dig", "twój"),
        *("twoje", "państwo", "вы", "вас", "ваш", "ваши", "вам", "ваше", "ты", "твой"),
        *("siz", "sizin", "anda"),
    )
)
FORMS = (
    *("length", "words", "end", "prose", "colon", "upper", "lower", "digit", "comma", "repeated"),
    *("slug", "title", "date", "credit", "copyright", "reader", "site"),
)
"""The columns of what a line alone shows."""


_HASHTAGS = re.compile(r"#[^\W\d]\w*(?:[\s,·|]+#\w+)+")


class Page:
    """A text line by line, with the kind of furniture that each line is by its words alone."""

    def __init__(
        self, lines: Sequence[Line], title: str | None, url: str | None, title_line: int | None
    ) -> None:
        self.lines = lines
        self.title = title
        self.url = url
        self.title_line = title_line
        self.kinds: Sequence[str | None] = [
            None
            if len(line.text) > phrases.LONGEST_LINE
            else words.line_furniture(line.text) or _kind_by_head(line.text)
            for line in lines
        ]

    def fold(self, i: int) -> str:
        """Give a line folded; only the beginning of one that is too long to be looked at whole."""
        text = self.lines[i].text
        return words.fold(text if len(text) <= 2 * _SAMPLE else text[:_SAMPLE])

    @cached_property
    def folded(self) -> Sequence[str]:
        """Give all lines folded."""
        return [self.fold(i) for i in range(len(self.lines))]


def _kind_by_head(text: str) -> str | None:
    """Look up what stands before a colon near the beginning of a line; rows of hashtags are tags."""
    if text[0] == "#" and _HASHTAGS.fullmatch(text):
        return "tags"
    head, colon, _ = text[:40].partition(":")
    return words.furniture_heads().get(words.fold(head)) if colon else None


def forms(page: Page) -> dict[str, Column]:
    """Measure what each line alone shows: its length, its letters, its end, its words."""
    import numpy as np

    slug, title, site = slug_words(page.url), telling_words(words.fold(page.title or "")), site_name(page.url)
    count = Counter(page.folded)
    rows = []
    for line, folded in zip(page.lines, page.folded, strict=True):
        text = line.text
        found = folded.split()
        size, number = float(len(text)), float(len(found))
        if not text.isascii() and (dense := len(NO_SPACES_CHARACTER.findall(text))):
            size, number = size + 1.5 * dense, number + dense / 2.2
        letters = _LETTERS.findall(text[:_SAMPLE])
        initials = list(map(_FIRST, letters))
        upper = sum(map(str.isupper, initials)) / len(letters) if letters else 0.0
        lower = sum(map(str.islower, initials)) / len(letters) if letters else 0.0
        own = set(found)
        digits = sum(map(str.isdigit, text[:_SAMPLE]))
        dated = 0
        if digits and 6 <= len(text) <= 110:
            dates = find_dates(text)
            dated = (1 if beside_dates(text, dates) else 2) if dates else 0
        rows.append(
            (
                size,
                number,
                ends_sentence(text),
                line.is_prose,
                text[-1] in ":：",
                upper,
                lower,
                digits / min(len(text), _SAMPLE),
                text.count(",") + text.count("，") + text.count("、") + text.count("،"),
                count[folded],
                len(own & slug) / len(slug) if len(slug) > 1 else 0.0,
                len(own & title) / len(title) if title else 0.0,
                dated,
                float(is_credit(text)),
                "©" in text,
                sum(map(_READER.__contains__, found[:80])) / max(len(found[:80]), 1),
                bool(site) and len(text) < 1000 and site in folded.replace(" ", ""),
            )
        )
    table = np.array(rows, float).reshape(len(rows), len(FORMS))
    return {name: table[:, i] for i, name in enumerate(FORMS)}


def is_credit(text: str) -> bool:
    """Tell whether a line is or has the credit of a picture.

    >>> is_credit("The pier on Monday. Photo: Ann Lee"), is_credit("Photos of the pier were sold.")
    (True, False)
    """
    if len(text) >= _CAPTION or (text.isascii() and not any(map(text.lower().__contains__, _CREDITS))):
        return False
    return _CREDIT.search(text) is not None


def telling_words(folded: str) -> set[str]:
    """Give the longer words of a folded line; the short ones stand everywhere."""
    if not folded.isascii() and NO_SPACES_CHARACTER.search(folded):
        return {token for token in fold_words(folded) if len(token) >= 2}
    return {word for word in folded.split() if len(word) >= 5}


def slug_words(url: str | None) -> frozenset[str]:
    """Give the words in the last telling part of an address.

    >>> sorted(slug_words("https://example.org/2024/05/port-reopens-after-storm-81723.html"))
    ['after', 'port', 'reopens', 'storm']
    """
    path = unquote(urlsplit(url).path) if url and "//" in url else ""
    for part in reversed(path.split("/")):
        found = [
            word
            for word in words.fold(re.sub(r"\.\w{2,5}$", "", part).replace("_", " ")).split()
            if not word.isdigit()
        ]
        if len(found) >= 2:
            return frozenset(found)
    return frozenset()


def site_name(url: str | None) -> str:
    """Give the name of a site as its address has it, or nothing if it is too short to be told from a word.

    >>> site_name("https://www.harbor-times.co.uk/x"), site_name("https://ap.org/x")
    ('harbortimes', '')
    """
    labels = (urlsplit(url).hostname or "").split(".") if url and "//" in url else []
    while labels and (len(labels[-1]) <= 3 or (len(labels) > 1 and labels[-1] in _LONG_ENDINGS)):
        labels.pop()
    name = labels[-1].replace("-", "") if labels else ""
    return name if len(name) >= 5 else ""
