"""What a site writes behind or before the titles of its articles: its name, the name of a section.

What the trouble looks like: `Port reopens - Quayside Gazette`, `Port reopens :: News :: Quayside Gazette`,
`Quayside Gazette | Port reopens`, on a host from which the name cannot be read. What is left alone: what only
some titles of a site end with (`The barge - review`), because their authors wrote it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from dedupe import address, words

# A run of blanks is looked at from its beginning only: from each blank of it, its length would be squared.
DIVIDERS = re.compile(r"(?<!\s)\s+(?:[|•·»›>/–—~]|::?|-)\s+|(?:(?<!\s)\s+)?\|\s*|\t+")
"""What stands between a title and the name of its site."""

DIVIDING = re.compile(r"[|•·»›>/–—~:\t-]")
"""A text without any of these has no divider."""

# Where one is for certain; the search is for a mark, since one for blanks would stop at each word.
_DIVIDED = re.compile(r"[|•·»›>/–—~:\t-](?:(?<=[|\t])|(?<=\s.)(?:\s|(?<=:):\s))")
# What stands in a trail of breadcrumbs is no title.
_TRAIL = re.compile(r"\s[>»›/]\s")
# The name stands at the titles of at least three pages and of half of all; a section, between the title and
# the name, at three pages and at one in twenty.
_PAGES, _SHARE, _SHARE_SECTION = 3, 0.5, 0.05
# Titles differ; lines that are the same on many pages are menus.
_DIFFERENT = 0.8
_LONGEST, _WORDS = 250, 6
# A longer one is no title but a text, whatever it was given as.
_LONGEST_GIVEN = 1000


@dataclass(frozen=True, slots=True)
class Affixes:
    """What is taken off the titles of a site: its name by its address, and what was learned, folded."""

    site: str = ""
    suffixes: frozenset[str] = field(default_factory=frozenset)
    prefixes: frozenset[str] = field(default_factory=frozenset)

    def bare(self, title: str) -> str:
        """Give a title without what its site writes around it; never nothing.

        >>> affixes = Affixes("qgnews", frozenset(("quayside gazette", "news quayside gazette")))
        >>> ends = ("- Quayside Gazette", ":: News :: Quayside Gazette")
        >>> [affixes.bare(f"Port reopens {end}") for end in ends]
        ['Port reopens', 'Port reopens']
        >>> affixes.bare("Quayside Gazette - a history"), affixes.bare("QG News | Port reopens")
        ('Quayside Gazette - a history', 'Port reopens')
        """
        if len(title) > _LONGEST_GIVEN or not DIVIDING.search(title):
            return title
        divided = [found.span() for found in DIVIDERS.finditer(title) if title[: found.start()].strip()]
        for start, end in divided:
            if self._is_suffix(title[end:], is_last=(start, end) == divided[-1]):
                return title[:start].rstrip()
        for start, end in reversed(divided):
            if self._is_prefix(title[:start], is_first=(start, end) == divided[0]):
                return title[end:].lstrip()
        return title

    def _is_suffix(self, text: str, *, is_last: bool) -> bool:
        return (bool(self.suffixes) and words.fold(text) in self.suffixes) or (
            is_last and address.is_site(text, self.site)
        )

    def _is_prefix(self, text: str, *, is_first: bool) -> bool:
        return (bool(self.prefixes) and words.fold(text) in self.prefixes) or (
            is_first and address.is_site(text, self.site)
        )


def learn_affixes(pages: Sequence[Sequence[str]]) -> tuple[dict[str, int], dict[str, int]]:
    """Learn suffixes and prefixes from the lines of each page that may be its title; give the pages of each.

    >>> titles = ["Port reopens", "Mill burns", "Bus drivers return", "A late frost"]
    >>> learn_affixes([[f"{title} - Quayside Gazette"] for title in titles])
    ({'Quayside Gazette': 4}, {})
    """
    parted = {title: _divide(title) for title in set().union(*pages) if _may_be_title(title)}
    divided = [
        [found for title in lines if (found := parted.get(title)) and len(found[0]) >= 2] for lines in pages
    ]
    suffixes = _names(divided, -1)
    suffixes |= _sections(divided, suffixes)
    return suffixes, _names(divided, 0)


_fold = lru_cache(1 << 12)(words.fold)
_Divided = tuple[tuple[str, ...], str]


def _may_be_title(text: str) -> bool:
    return len(text) <= _LONGEST and _DIVIDED.search(text) is not None and not _TRAIL.search(text)


def _divide(title: str) -> _Divided:
    """Part a title at its dividers; give the parts, and the last divider."""
    found = list(DIVIDERS.finditer(title))
    starts = [0, *(match.end() for match in found)]
    ends = [*(match.start() for match in found), len(title)]
    parts = tuple(title[start:end].strip() for start, end in zip(starts, ends, strict=True))
    return parts, found[-1][0].strip() if found else ""


def _names(pages: Sequence[Sequence[_Divided]], at: int) -> dict[str, int]:
    """Find the last (-1) or the first (0) part that the titles of most pages share."""
    rests: dict[str, list[str]] = defaultdict(list)
    example: dict[str, str] = {}
    read: dict[_Divided, tuple[str, str]] = {}
    for titles in pages:
        met: dict[str, str] = {}
        for divided in titles:
            parts = divided[0]
            if divided not in read:
                read[divided] = _fold(parts[at]), _fold(" ".join(parts[:-1] if at else parts[1:]))
            name, rest = read[divided]
            if not 0 < len(name.split()) <= _WORDS:
                continue
            met.setdefault(name, rest)
            example[name] = min(example.get(name, parts[at]), parts[at])
        for name, rest in met.items():
            rests[name].append(rest)
    return {
        example[name]: len(found)
        for name, found in sorted(rests.items())
        if len(found) >= max(_PAGES, _SHARE * len(pages)) and len({*found}) >= _DIFFERENT * len(found)
    }


def _sections(pages: Sequence[Sequence[_Divided]], names: Mapping[str, int]) -> dict[str, int]:
    """Find what stands between the title and a name on several pages, behind the same divider."""
    known = {words.fold(name): name for name in names}
    count: Counter[str] = Counter()
    for titles in pages:
        found = set()
        for parts, divider in titles:
            if len(parts) >= 3 and _fold(parts[-1]) in known and 0 < len(parts[-2].split()) <= 3:
                found.add(f"{parts[-2]} {divider} {known[_fold(parts[-1])]}")
        count.update(found)
    most = max(_PAGES, _SHARE_SECTION * len(pages))
    return {text: number for text, number in sorted(count.items()) if number >= most}
