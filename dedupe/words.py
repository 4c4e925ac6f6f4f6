"""The room of words: month names, date words, names of facts and site furniture, in many languages.

The words themselves are data (`dedupe/data/*.json`, one file per language, written by hand); this room
loads them once, when first asked, and answers questions about them. Everything is compared on *folded*
text, see `fold`. Nothing here decides what is cut: a word is one piece of evidence among others.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict, cast

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


_DATA = Path(__file__).parent / "data"


class Language(TypedDict):
    """One file of `dedupe/data`; the README beside the files describes each list."""

    name: str
    made: str
    months: list[list[str]]
    weekdays: list[str]
    date_words: list[str]
    updated_words: list[str]
    byline_words: list[str]
    labels: dict[str, list[str]]
    company_suffixes: list[str]
    heads: dict[str, list[str]]
    furniture: dict[str, list[str]]


class Facts(TypedDict):
    """The file `labels.json`: what each canonical name of a fact means, and which of them are weak."""

    canonical: dict[str, str]
    weak: list[str]


class _Folding(dict[int, str | None]):
    """A table for `str.translate` that works out what a character folds to when it first meets it."""

    def __missing__(self, code: int) -> str | None:
        character = chr(code)
        category = unicodedata.category(character)
        if character.isalnum() or category in ("Mn", "Mc"):
            folded: str | None = character
        else:
            folded = None if category in ("Cf", "Me") else " "
        self[code] = folded
        return folded


# Variation selectors are marks by their category; they only tell an emoji from a plain sign.
_FOLDING = _Folding(dict.fromkeys(range(0xFE00, 0xFE10)))


def fold(text: str) -> str:
    """Fold a text for comparison: lower case, letters and digits with their marks, single blanks.

    Everything else (punctuation, symbols, white space) becomes one blank; characters that nobody sees,
    such as zero-width joiners and soft hyphens, vanish. Accents are deliberately kept: they tell words
    apart in most languages. Folding a folded text changes nothing.

    >>> fold("  Read more: What’s next?  »")
    'read more what s next'
    >>> fold("Größe: 1.001–5.000"), fold("Veröffentlicht")
    ('grösse 1 001 5 000', 'veröffentlicht')
    >>> fold("हिन्दी ▶️ 阅读更多：")
    'हिन्दी 阅读更多'
    """
    return " ".join(text.casefold().translate(_FOLDING).split())


def months() -> Mapping[str, int]:
    """Give the number of the month for each of its written forms, over all languages.

    A form that names different months in different languages is left out; `ambiguous_months` has it.

    >>> months()["mai"], months()["stycznia"], months()["января"], months()["12月"]
    (5, 1, 1, 12)
    >>> "listopad" in months()
    False
    """
    return _months()[0]


def ambiguous_months() -> Mapping[str, Mapping[str, int]]:
    """Give the forms that name different months in different languages: word → language → month.

    >>> dict(ambiguous_months()["listopad"])
    {'cs': 11, 'hr': 10, 'pl': 11}
    """
    return _months()[1]


@cache
def weekdays() -> frozenset[str]:
    """Give the names of the days of the week, full, short and inflected.

    >>> {"thursday", "do", "mittwoch", "воскресенье"} <= weekdays()
    True
    """
    return _union(language["weekdays"] for language in languages().values())


@cache
def date_words() -> frozenset[str]:
    """Give the single words that may stand beside a date on a date line.

    >>> {"updated", "uhr", "utc", "pm"} <= date_words()
    True
    """
    return frozenset(word for word in _all_date_words() if " " not in word)


@cache
def date_phrases() -> frozenset[str]:
    """Give the phrases of several words, folded, that may stand beside a date on a date line.

    >>> {"last updated", "mis à jour le"} <= date_phrases()
    True
    """
    return frozenset(word for word in _all_date_words() if " " in word)


@cache
def updated_words() -> frozenset[str]:
    """Give the date words and phrases that speak of a change, not of the first publication.

    >>> "aktualisiert" in updated_words(), "veröffentlicht" in updated_words()
    (True, False)
    """
    return _union(language["updated_words"] for language in languages().values())


@cache
def byline_words() -> frozenset[str]:
    """Give the words and phrases that open a line naming the author.

    >>> {"by", "von", "texto"} <= byline_words()
    True
    """
    return _union(language["byline_words"] for language in languages().values())


@cache
def company_suffixes() -> frozenset[str]:
    """Give the legal forms that end the names of companies, folded.

    >>> {"gmbh", "inc", "e v"} <= company_suffixes()
    True
    """
    return _union(language["company_suffixes"] for language in languages().values())


@cache
def labels() -> Mapping[str, str]:
    """Give the canonical name of a fact for each folded spelling of its label, over all languages.

    >>> labels()["number of employees"], labels()["gegründet"], labels()["所在地"]
    ('employees', 'founded', 'location')
    """
    return MappingProxyType(
        {
            spelling: canonical
            for language in languages().values()
            for canonical, spellings in language["labels"].items()
            for spelling in spellings
        }
    )


@cache
def weak_labels() -> frozenset[str]:
    """Give the canonical names whose labels also stand in ordinary articles: events, recipes, job offers.

    >>> "location" in weak_labels(), "total_raised" in weak_labels()
    (True, False)
    """
    return frozenset(facts()["weak"])


@cache
def nav_items() -> frozenset[str]:
    """Give the single entries of site menus. One of them proves little; several in a row are a menu.

    >>> {"home", "politik", "accueil"} <= nav_items()
    True
    """
    return _union(language["furniture"].get("nav", ()) for language in languages().values())


@cache
def furniture_heads() -> Mapping[str, str]:
    """Give the kind of furniture for what stands before a colon: `Topics: …`, `Watch: …`, `Source: …`.

    Many of these words open ordinary sentences and headlines, so they testify only where the text itself
    has the colon (or a label and its value in separate cells), which folding takes away.

    >>> furniture_heads()["topics"], furniture_heads()["quelle"]
    ('tags', 'syndication')
    """
    heads: dict[str, str] = {}
    for language in languages().values():
        for kind, words in language.get("heads", {}).items():
            for word in words:
                heads.setdefault(word, kind)
    return MappingProxyType(heads)


def furniture(folded: str) -> str | None:
    """Name the kind of site furniture that a whole folded line is, or None.

    Menus, share buttons, newsletter and cookie prompts and the like, as the pattern language of
    `dedupe/data/README.md` describes them. A single menu word is furniture only as the whole line, and
    is weak evidence even then: it may be a cross-head.

    >>> furniture(fold("Read more: Why the bridge was closed"))
    'read_more'
    >>> furniture(fold("5 Min. Lesezeit")), furniture(fold("阅读更多：大桥为何关闭"))
    ('timestamp', 'read_more')
    >>> furniture(fold("He read more than anyone expected."))
    """
    kind = _exact().get(folded)
    if kind is not None or not folded or len(folded) > LONGEST_LINE:
        return kind
    patterns = _patterns()
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
        if key in patterns:
            kind = _match(key, folded)
            if kind is not None:
                return kind
    return None


@cache
def languages() -> Mapping[str, Language]:
    """Give all language files by their code; English first, as its reading of a word wins."""
    codes = sorted((path.stem for path in _DATA.glob("??.json")), key=lambda code: (code != "en", code))
    return MappingProxyType(
        {code: cast(Language, json.loads((_DATA / f"{code}.json").read_bytes())) for code in codes}
    )


@cache
def spelling() -> Mapping[str, frozenset[str]]:
    """Give the words that tell `british` from `american` English.

    >>> "neighbours" in spelling()["british"], "neighbors" in spelling()["american"]
    (True, True)
    """
    table = json.loads((_DATA / "spelling.json").read_bytes())
    return MappingProxyType({variety: frozenset(table[variety]) for variety in ("british", "american")})


@cache
def fact_headings() -> frozenset[str]:
    """Give the headings, folded, that stand over a box of company facts.

    >>> {"company profile", "firmenprofil", "会社概要"} <= fact_headings()
    True
    """
    return frozenset(_headings()["headings"])


@cache
def about_words() -> tuple[str, ...]:
    """Give the words, folded, that open the heading `About NAME`.

    >>> {"about", "über"} <= {*about_words()}
    True
    """
    return tuple(_headings()["about"])


@cache
def _headings() -> dict[str, list[str]]:
    table: dict[str, list[str]] = json.loads((_DATA / "headings.json").read_bytes())
    return table


@cache
def facts() -> Facts:
    """Give the canonical names of facts with their meaning."""
    return cast(Facts, json.loads((_DATA / "labels.json").read_bytes()))


@cache
def _months() -> tuple[Mapping[str, int], Mapping[str, Mapping[str, int]]]:
    """Sort the forms of month names into the plain and the ambiguous ones."""
    seen: dict[str, dict[str, int]] = {}
    for code, language in languages().items():
        for number, forms in enumerate(language["months"], 1):
            for form in forms:
                seen.setdefault(form, {})[code] = number
    plain = {form: min(found.values()) for form, found in seen.items() if len({*found.values()}) == 1}
    ambiguous = {form: MappingProxyType(found) for form, found in seen.items() if form not in plain}
    return MappingProxyType(plain), MappingProxyType(ambiguous)


@cache
def _all_date_words() -> frozenset[str]:
    return _union([*language["date_words"], *language["updated_words"]] for language in languages().values())


def _union(lists: Iterable[Iterable[str]]) -> frozenset[str]:
    return frozenset(word for words in lists for word in words)


@cache
def _exact() -> Mapping[str, str]:
    """Map each pattern without a wildcard to its kind; the first language that has it wins."""
    return _sorted_patterns()[0]


@cache
def _patterns() -> Mapping[str, list[tuple[str, str]]]:
    """Map the fixed beginning (or end) of each pattern with wildcards to the pattern and its kind."""
    return _sorted_patterns()[1]


@cache
def _sorted_patterns() -> tuple[Mapping[str, str], Mapping[str, list[tuple[str, str]]]]:
    exact: dict[str, str] = {}
    wild: dict[str, list[tuple[str, str]]] = {}
    for language in languages().values():
        for kind, patterns in language["furniture"].items():
            for pattern in patterns:
                if _WILD.search(pattern):
                    wild.setdefault(_key(pattern), []).append((pattern, kind))
                else:
                    exact.setdefault(pattern, kind)
    return exact, wild


def _key(pattern: str) -> str:
    """Give the key by which a line that may match is found.

    The first two words, as far as they are fixed; the first two characters of a first word that a wildcard
    touches; `#` for a number; and for a pattern that begins with `*` the last word, from the end.

    >>> [_key(pattern) for pattern in ("read more *", "tags *", "阅读更多*", "# min read", "*の記事一覧")]
    ['^read more', '^tags', '^阅读', '^# min', '一覧$']
    """
    if pattern.startswith("#"):
        second = pattern.partition(" ")[2].partition(" ")[0]
        return "^#" if not second or not pattern.startswith("# ") or _WILD.search(second) else f"^# {second}"
    if pattern.startswith("*"):
        last = pattern.rpartition(" ")[2]
        return (last[-2:] if _WILD.search(last) else last) + "$"
    first, _, rest = pattern.partition(" ")
    second = rest.partition(" ")[0]
    if _WILD.search(first):
        return "^" + first[:2]
    return f"^{first} {second}" if second and not _WILD.search(second) else "^" + first


def _number_keys(folded: str) -> list[str]:
    """Give the keys of a line that begins with a number, which may be folded to three.

    >>> _number_keys("1 200 comments")
    ['^# 200', '^# comments', '^#']
    """
    found = folded.split(" ", 4)
    keys = []
    for i in range(1, min(len(found), 4)):
        if not found[i - 1].isdigit():
            break
        keys.append(f"^# {found[i]}")
    return [*keys, "^#"]


@cache
def _compiled(key: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """Compile all patterns under one key, when a line with that key first turns up."""
    patterns, kinds = zip(*_patterns()[key], strict=True)
    return re.compile("|".join(f"({_regex(pattern)})" for pattern in patterns)), kinds


def _match(key: str, folded: str) -> str | None:
    expression, kinds = _compiled(key)
    match = expression.fullmatch(folded)
    return kinds[match.lastindex - 1] if match and match.lastindex else None


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
