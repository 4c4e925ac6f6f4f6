"""The pattern language in which the furniture of sites is written down: whole lines with wildcards.

A pattern is folded text. Without a wildcard it is the whole line; `*` stands for any rest of the line, and
inside it for a few words; `~` for a few words; `#` for a number (`dedupe/data/README.md` has the rules for
writing them). There are thousands, so they are sorted by what is fixed in them, and a line is compared only
with those that begin or end as it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

LONGEST_LINE = 600
"""Characters above which a folded line is never furniture: the longest consent prompts end below it,
and a whole article on one line must not go because it opens with "Read more"."""

FEW_WORDS = r"\S+(?: \S+){0,7}"
"""What `~` stands for, and `*` at the beginning of a pattern or inside it, between words."""

FEW_CHARACTERS = r".{1,40}"
"""What `*` stands for where it touches a letter, as it does in scripts without blanks."""

NUMBER = r"\d+(?: \d+){0,2}"
"""What `#` stands for: `1,200` and `14:32` fold to two words, `2025-05-27` to three."""

_WILD = re.compile("[*~#]")
_A_NUMBER = re.compile(NUMBER)


class Phrases:
    """Patterns, each with the kind of furniture that it stands for.

    A pattern without a wildcard goes before the others, one with more fixed words before one with fewer, and
    of equal ones the first that was given.

    >>> phrases = Phrases([("read more *", "read_more"), ("# min read", "timestamp"), ("comments", "nav")])
    >>> [phrases.kind(line) for line in ("read more why it closed", "5 min read", "comments were few")]
    ['read_more', 'timestamp', None]
    """

    def __init__(self, patterns: Iterable[tuple[str, str]]) -> None:
        self._exact: dict[str, str] = {}
        self._wild: dict[str, list[tuple[str, str]]] = {}
        self._ends: dict[str, frozenset[str]] = {}
        self._compiled: dict[tuple[str, str], tuple[re.Pattern[str], tuple[str, ...]]] = {}
        for pattern, kind in patterns:
            if _WILD.search(pattern):
                self._wild.setdefault(_key(pattern), []).append((pattern, kind))
            else:
                self._exact.setdefault(pattern, kind)
        self._opening = by_opening(self._exact)

    def exact(self, folded: str) -> str | None:
        """Name the kind of the pattern without wildcards that a whole folded line is, or None."""
        return self._exact.get(folded)

    def opening(self) -> Mapping[str, Sequence[str]]:
        """Give the patterns without wildcards by their first two words, or by their only one."""
        return self._opening

    def may_be(self, first: str, second: str, last: str) -> bool:
        """Tell whether a line may fit some pattern by its first two words and its last one, folded.

        >>> phrases = Phrases([("read more *", "read_more"), ("more by ~ here", "author")])
        >>> phrases.may_be("the", "mayor", "boat"), phrases.may_be("read", "more", "boat")
        (False, True)
        """
        both = f"{first} {second}"
        return (
            both in self._opening
            or "^" + both in self._wild
            or "^" + first in self._wild
            or "^" + first[:2] in self._wild
            or last + "$" in self._wild
            or last[-2:] + "$" in self._wild
            or first[0].isdigit()
        )

    def kind(self, folded: str) -> str | None:
        """Name the kind of the pattern that a whole folded line fits, or None."""
        kind = self._exact.get(folded)
        if kind is not None or not folded or len(folded) > LONGEST_LINE:
            return kind
        first, _, rest = folded.partition(" ")
        last = folded.rpartition(" ")[2]
        for key in (
            f"^{first} {rest.partition(' ')[0]}",
            "^" + first,
            "^" + first[:2],
            *(_number_keys(folded) if first[0].isdigit() else ()),
            last + "$",
            last[-2:] + "$",
        ):
            if key in self._wild:
                kind = self._match(key, folded, last)
                if kind is not None:
                    return kind
        return None

    def _match(self, key: str, folded: str, last: str) -> str | None:
        if key not in self._ends:
            self._ends[key] = frozenset(_fixed_end(pattern) for pattern, _ in self._wild[key])
        end = last if last in self._ends[key] else ""
        if (key, end) not in self._compiled:  # when a line that begins and ends so first turns up
            found = [each for each in self._wild[key] if _fixed_end(each[0]) in ("", end)]
            expression = re.compile("|".join(f"({_regex(pattern)})" for pattern, _ in found) or "(?!)")
            self._compiled[key, end] = expression, tuple(kind for _, kind in found)
        expression, kinds = self._compiled[key, end]
        match = expression.fullmatch(folded)
        return kinds[match.lastindex - 1] if match and match.lastindex else None


def by_opening(folded: Iterable[str]) -> dict[str, list[str]]:
    """Sort folded lines by their first two words, or by their only one; `§` is not looked into.

    >>> by_opening(["share", "share this", "share this article"])
    {'share': ['share'], 'share this': ['share this', 'share this article']}
    """
    table: dict[str, list[str]] = {}
    for line in folded:
        table.setdefault(" ".join(line.partition(" §")[0].split(" ", 2)[:2]), []).append(line)
    return table


def _key(pattern: str) -> str:
    """Give the key by which a line that may match is found.

    The first two words, as far as they are fixed; the first two characters of a first word that a wildcard
    touches; `#` for a number, and what touches it; and for a pattern that begins with `*` the last word,
    from the end.

    >>> [_key(pattern) for pattern in ("read more *", "tags *", "阅读更多*", "# min read", "#分前")]
    ['^read more', '^tags', '^阅读', '^# min', '^#分']
    >>> _key("*の記事一覧")
    '一覧$'
    """
    if pattern.startswith("#"):
        second = pattern.partition(" ")[2].partition(" ")[0]
        if not pattern.startswith("# "):
            return "^#" + (pattern[1:2] if pattern[1:2].isalpha() else "")
        return "^#" if not second or _WILD.search(second) else f"^# {second}"
    if pattern.startswith("*"):
        last = pattern.rpartition(" ")[2]
        return (last[-2:] if _WILD.search(last) else last) + "$"
    first, _, rest = pattern.partition(" ")
    second = rest.partition(" ")[0]
    if _WILD.search(first):
        return "^" + first[:2]
    return f"^{first} {second}" if second and not _WILD.search(second) else "^" + first


def _fixed_end(pattern: str) -> str:
    """Give the last word of a pattern, where no wildcard touches it; a line that fits ends with it.

    >>> [_fixed_end(pattern) for pattern in ("read more *", "# min read", "written by~")]
    ['', 'read', '']
    """
    last = pattern.rpartition(" ")[2]
    return "" if _WILD.search(last) else last


def _number_keys(folded: str) -> list[str]:
    """Give the keys of a line that begins with a number, which may be folded to three.

    >>> _number_keys("1 200 comments")
    ['^# 200', '^# comments', '^#']
    >>> _number_keys("5分前")
    ['^#分', '^#']
    """
    found = folded.split(" ", 4)
    keys = []
    for i in range(1, min(len(found), 4)):
        if not found[i - 1].isdigit():
            break
        keys.append(f"^# {found[i]}")
    number = _A_NUMBER.match(folded)
    touching = folded[number.end() : number.end() + 1].strip() if number else ""
    return [*keys, f"^#{touching}", "^#"] if touching else [*keys, "^#"]


def _regex(pattern: str) -> str:
    """Translate one pattern.

    >>> lines = ("read more", "read more of it", "read mores")
    >>> [bool(re.fullmatch(_regex("read more *"), line)) for line in lines]
    [True, True, False]
    """
    if pattern.endswith(" *"):
        return _regex(pattern[:-2]) + "(?: .*)?"
    parts = []
    place = 0
    for wild in _WILD.finditer(pattern):
        start, end = wild.span()
        parts.append(re.escape(pattern[place:start]))
        apart = pattern[start - 1 : start] in ("", " ") and pattern[end : end + 1] in ("", " ")
        if wild[0] == "#":
            parts.append(NUMBER)
        elif wild[0] == "*" and end == len(pattern):
            parts.append(".*")
        else:
            parts.append(FEW_WORDS if apart else FEW_CHARACTERS)
        place = end
    return "".join(parts) + re.escape(pattern[place:])
