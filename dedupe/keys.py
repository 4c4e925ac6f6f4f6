"""The keys by which lines are compared: folded, each number as `0`, the name of the site as `§`.

What the trouble looks like: `48 comments` on one page and `3 comments` on the next, `© 2024 Harbor Times` on
one site and `© 2025 Quay Gazette` on another; to a reader they are the same line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from dedupe import words

SITE = "§"
"""Stands for the name of the site in a key."""

NAMED = 5
"""Letters of the name of a site that a line must have for the name to be looked for in it."""

_DIGITS = re.compile(r"\d+")
# ASCII folded byte by byte as `words.fold` does it, each digit as a nought, and what parts lines meanwhile.
_BREAK = "\x80"
_SIGNS = bytes(b for b in range(128) if not chr(b).isalnum())
_FOLDED = bytes(
    ord("0") if chr(b).isdigit() else ord(" ") if b in _SIGNS else ord(chr(b).lower()) for b in range(128)
) + bytes(range(128, 256))
_NOUGHTS = re.compile(rb"00+")


def line_key(text: str, site: str = "") -> str:
    """Give the key of a line: folded, each number as `0`, the site's own name as `§`.

    >>> line_key("© 2024 Harbor Times. All rights reserved.", "harbortimes")
    '0 § all rights reserved'
    >>> line_key("48 comments"), line_key("* * *")
    ('0 comments', '* * *')
    """
    folded, solid, key = _folded(text)
    if len(site) >= NAMED and site[:NAMED] in solid:
        return _key_on(site, folded)
    return key


def line_keys(texts: Sequence[str], site: str = "") -> list[str]:
    """Give the keys of lines as `line_key` does; those in ASCII are folded all at once.

    >>> line_keys(["48 comments", "Größe: 9", "* * *", "Read the Harbor Times"], "harbortimes")
    ['0 comments', 'grösse 0', '* * *', 'read the §']
    """
    plain = [text for text in texts if text.isascii()]
    joined = _BREAK.join(plain).encode("latin-1")
    folded = _NOUGHTS.sub(b"0", b" ".join(joined.translate(_FOLDED).split())).decode("latin-1")
    found = dict(zip(plain, map(str.strip, folded.split(_BREAK)), strict=False))
    name = site[:NAMED].encode("utf-8", "replace")
    solid = joined.lower().translate(None, _SIGNS) if len(site) >= NAMED else b""
    if name in solid:
        lines = zip(plain, solid.split(_BREAK.encode("latin-1")), strict=False)
        found.update((text, line_key(text, site)) for text, letters in lines if name in letters)
    return [found.get(text) or line_key(text, site) for text in texts]


@lru_cache(1 << 15)  # the lines of sites are the same few, over and over
def _folded(text: str) -> tuple[str, str, str]:
    """Give a line folded, the same without blanks, and its key on a site whose name is not in it."""
    if SITE in text:  # a key itself, as it stands in a file of templates
        parts = text.replace(SITE, " \ue000 ").split("\ue000")
        folded = f" {SITE} ".join(map(words.fold, parts)).strip()
    else:
        folded = words.fold(text)
    return folded, folded.replace(" ", ""), _DIGITS.sub("0", folded) if folded else text


@lru_cache(1 << 15)
def _key_on(site: str, folded: str) -> str:
    return _DIGITS.sub("0", _mask_site(folded, site))


def _mask_site(folded: str, site: str) -> str:
    """Put `§` for the words that together are the site's name; its host may have a short ending more.

    >>> _mask_site("read the harbor times today", "harbortimes")
    'read the § today'
    >>> _mask_site("harbor times daily", "harbortimes24")
    '§ daily'
    """
    found = folded.split()
    masked: list[str] = []
    i = 0
    while i < len(found):
        joined, j, matched = "", i, 0
        while j < len(found) and j - i < 4 and len(joined) < len(site):
            joined += found[j]
            j += 1
            if not site.startswith(joined):
                break
            if joined == site or (
                len(joined) >= 6 and site.startswith(joined) and len(site) - len(joined) <= 4
            ):
                matched = j
        if matched:
            masked.append(SITE)
            i = matched
        else:
            masked.append(found[i])
            i += 1
    return " ".join(masked)
