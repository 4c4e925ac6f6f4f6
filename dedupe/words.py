"""The room of words: month names, date words, names of facts and site furniture, in many languages.

The words themselves are data (`dedupe/data/*.json`, one file per language, written by hand); this room
loads them once, when first asked, and answers questions about them. Everything is compared on *folded*
text, see `fold`. Nothing here decides what is cut: a word is one piece of evidence among others.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypedDict, cast

from dedupe.phrases import Phrases

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
# Plain ASCII needs no more than a table of bytes, which is five times faster.
_ASCII = "".join(c.lower() if c.isalnum() else " " for c in map(chr, range(128)))
_ASCII_FOLDING = _ASCII.encode() + bytes(128)


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
    return _fold_short(text) if len(text) <= SHORT else _fold(text)


SHORT = 120
"""Headings, labels and most furniture are no longer: several stages fold the same lines, and look them up."""


def _fold(text: str) -> str:
    if text.isascii():
        return " ".join(text.encode().translate(_ASCII_FOLDING).decode().split())
    return " ".join(text.casefold().translate(_FOLDING).split())


_fold_short = lru_cache(1 << 14)(_fold)


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
    return _short_furniture(folded) if len(folded) <= SHORT else _furniture().kind(folded)


def line_furniture(text: str) -> str | None:
    """Name the kind of site furniture that a whole line is, or None; a long one is seldom folded for it.

    >>> line_furniture("Read more: Why the bridge was closed")
    'read_more'
    """
    if text[:1] in _QUOTES and _QUOTED.match(text):
        return None  # “Sign up for our newsletter,” the first issue said
    if len(text) <= SHORT:
        return _short_line(text)
    ends = _ends(text)
    return None if ends and not _furniture().may_be(*ends) else furniture(fold(text))


@lru_cache(1 << 14)  # several stages ask the same of a line, and sites have the same lines on all pages
def _short_line(text: str) -> str | None:
    return _furniture().kind(fold(text))


_QUOTES = ('"', "“", "„", "«", "「")
_QUOTED = re.compile('["“„«「][^"“”„«»「」]+["“”»」]\\W*\\w+ \\w+ \\w')
# Characters at either end of a long line that have its first two words and its last one, as a rule.
_ENDS = 40


def _ends(text: str) -> tuple[str, str, str] | None:
    """Give the first two words and the last one of a long line, folded; None where they are not found soon.

    >>> _ends("The ferry to the islands, which had been idle for three weeks, runs again as of Friday.”")
    ('the', 'ferry', 'friday')
    """
    head = text[:_ENDS].split(None, 2)
    if len(head) == 3 and _is_plain(head[0]) and _is_plain(head[1]):
        first, second = head[0].lower(), head[1].lower()
    else:
        head = fold(text[:_ENDS]).split(" ", 2)
        if len(head) < 3:  # the second may go on
            return None
        first, second = head[:2]
    _, blank, last = text[-_ENDS:].rpartition(" ")
    if blank and _is_plain(last := last.rstrip('."”')):
        return first, second, last.lower()
    _, blank, last = fold(text[-_ENDS:]).rpartition(" ")
    return (first, second, last) if blank else None


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha()


@lru_cache(1 << 14)
def _short_furniture(folded: str) -> str | None:
    return _furniture().kind(folded)


def exact_furniture(folded: str) -> str | None:
    """Name the kind of site furniture that a folded line is word for word, with no open end, or None.

    >>> exact_furniture("share this article"), exact_furniture("read more why the bridge was closed")
    ('share', None)
    """
    return _furniture().exact(folded)


@cache
def furniture_openings() -> Mapping[str, Sequence[str]]:
    """Give the furniture that is fixed word for word, folded, by its first two words or its only one.

    >>> "share this article" in furniture_openings()["share this"], "the mayor" in furniture_openings()
    (True, False)
    """
    return MappingProxyType(_furniture().opening())


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
    """Give the words, folded, that open the heading `About NAME`, with the blank behind them.

    >>> {"about ", "über "} <= {*about_words()}
    True
    """
    return tuple(f"{about} " for about in _headings()["about"])


@cache
def title_words() -> frozenset[str]:
    """Give the words, folded, that stand before a title and a colon where a dump labels its parts.

    >>> {"title", "schlagzeile"} <= title_words()
    True
    """
    return frozenset(_headings()["title"])


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
def _furniture() -> Phrases:
    """Gather the patterns of all languages; the first language that has one wins."""
    return Phrases(
        (pattern, kind)
        for language in languages().values()
        for kind, patterns in language["furniture"].items()
        for pattern in patterns
    )
