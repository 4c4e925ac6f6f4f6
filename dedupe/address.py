"""The address of a page: the words in it that repeat the title, and the name of the site.

What it is good for: `/2024/05/port-reopens-after-storm-81723.html` confirms a title, and `harbor-times.co.uk`
the name of the site behind it. What is left alone: numbers, endings of files, the parts of an address that
are a single word, which name sections as a rule.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from dedupe.lines import fold_words

_ENDING, _JOINTS = re.compile(r"\.\w{2,5}$"), re.compile(r"[-_+]")
_PLAIN_HOST = re.compile(r"https?://(?:www\.)?([a-z0-9][a-z0-9.-]*)(?=[/?#])")


def slug(url: str) -> frozenset[str]:
    """Give the words in the last telling part of an address.

    >>> sorted(slug("https://example.org/2024/05/port-reopens-after-storm-81723.html"))
    ['after', 'port', 'reopens', 'storm']
    """
    try:
        path = unquote(urlsplit(url).path) if "//" in url else ""
    except ValueError:  # `http://[a`: no address
        return frozenset()
    for part in reversed(path.split("/")):
        part = _JOINTS.sub(" ", _ENDING.sub("", part))
        found = [_plain(word) for word in fold_words(part) if not word.isdigit()]
        if len(found) >= 2:
            return frozenset(found)
    return frozenset()


def likeness(text: str, address: frozenset[str]) -> float:
    """Compare a line with the words in the address of the page, from 0 to 1.

    >>> likeness("Port reopens after the storm", slug("https://example.org/port-reopens-after-storm"))
    0.92
    """
    if len(address) < 2:
        return 0.0
    own = set(fold_words(text)) if text.isascii() else set(map(_plain, fold_words(text)))
    if not own:
        return 0.0
    shared = len(own & address)
    return max(shared / len(address) * 0.6 + shared / len(own) * 0.4, 0.0)


def host_of(url: str) -> str:
    """Give the host of an address without `www.`, or nothing where there is none.

    >>> host_of("https://www.example.org/a"), host_of("http://[a")
    ('example.org', '')
    """
    if plain := _PLAIN_HOST.match(url):
        return plain[1]
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.") if "//" in url else ""
    except ValueError:
        return ""


def site_name(source: str) -> str:
    """Give the name of a site as its host has it; nothing for a source that is no host.

    >>> site_name("harbor-times.co.uk"), site_name("feed 7")
    ('harbortimes', '')
    """
    labels = source.split(".")
    if len(labels) < 2 or " " in source:
        return ""
    second = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return labels[-3 if second else -2].replace("-", "").casefold()


def is_site(text: str, site: str) -> bool:
    """Tell whether a text is the name of a site as its address has it, or nearly.

    >>> [is_site(text, "harbortimes") for text in ("Harbor Times", "Harbor", "Port reopens")]
    [True, True, False]
    """
    name = "".join(_plain(word) for word in fold_words(text))
    if len(name) < 4 or not site:
        return False
    return name == site or (len(name) >= 6 and (site.startswith(name) or name.startswith(site)))


def _plain(word: str) -> str:
    """Reduce a word to what an address keeps of it: no marks."""
    if word.isascii():
        return word
    folded = unicodedata.normalize("NFKD", word.replace("ß", "ss"))
    return "".join(c for c in folded if not unicodedata.combining(c))
