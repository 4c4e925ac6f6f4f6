"""Furniture that a site runs into its paragraphs, learned from how those of many pages begin and end.

What the trouble looks like: every article of a site begins `SHARE The mayor said …`, or its footer is glued
to the last paragraph, so that no line of it stands on two pages. What is left alone: words with which many
sentences of a site begin (`In a statement`, `A spokesman for`), names of towns, and the sentence with which
every piece of a column ends; it is listed for review.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from dedupe.lines import ends_sentence

# As many characters are kept of the beginning and of the end: a run of furniture and the words beside it.
_BEGINNING, _END = 300, 160
# The last word of a text is looked for in so many characters first.
_LAST = 30
# One page in ten must begin so, at least three; and half of them where it is a word or two.
_PAGES, _SHARE, _SHARE_SHORT = 3, 0.1, 0.5
# Behind a seam the texts go apart: no word follows on more than so many of the pages.
_SAME = 0.7
# Nearly always a capital follows, and often enough a word that the pages also have with a small letter: a
# sentence begins there, and no name goes on.
_CAPITALS, _SENTENCES = 0.9, 0.3
LONGEST_RUN = 260
"""Characters of a run of furniture that are looked at on either side of a seam."""

SHORTEST = 60
"""A shorter line is a heading, a menu, a teaser: it is looked at whole."""

# A mark that may end a sentence, before something that may begin one, with a blank between or without.
_MARK = re.compile(r"[.!?…。！？][\"'”’»)\]]*(\s*)(?=[^\Wa-zß-öø-ÿ]|[©•|])")
_ABBREVIATION = re.compile(r"\b[A-Z][a-z]{0,2}$")
_WORD = re.compile(r"[^\W_]+")
# The place between a small letter and a capital; the capital is asked first, since it is the rare one.
CAMEL = re.compile(r"(?=[A-ZÀ-ÖØ-ÞА-ЯΑ-Ω])(?<=[^\W\d_A-ZÀ-ÖØ-Þ])")
_OPENING = re.compile(r"[©®™(\[|•·»›>]\s*$")
_SEAM = re.compile(r"[\s|•·»›>▶►■]*")


def edges(paragraphs: Sequence[str]) -> tuple[str, str]:
    """Give how the first paragraph of a page begins and how the last one ends, for `run_in` and `endings`.

    >>> edges(["SHARE The old lock is open.", "It was late."])
    ('SHARE The old lock is open.', 'It was late.')
    """
    return (paragraphs[0][:_BEGINNING], paragraphs[-1][-_END:]) if paragraphs else ("", "")


def part_words(text: str) -> str:
    """Put a blank where a capital follows a small letter.

    >>> part_words("HomeNewsSport The mayor")
    'Home News Sport The mayor'
    """
    return CAMEL.sub(" ", text)


def run_in(beginnings: Iterable[str], pages: int, is_line: Callable[[str], bool]) -> dict[str, int]:
    """Give what is run into the beginnings of paragraphs, with the number of pages that have it.

    A word or two must be known as a line of the site (`is_line`) or be written in capitals.
    """
    texts = list(beginnings)
    small: frozenset[str] | None = None
    found: dict[str, int] = {}
    for members, depth in _partings(texts, pages):
        if sum(edge.is_seam(depth) for edge in members) < _CAPITALS * len(members):
            continue
        if small is None:
            small = _small_words(texts)
        following = [edge.word(depth).lower() for edge in members if edge.reaches(depth)]
        sentences = Counter(word for word in following if word in small)
        first = members[0]
        text = first.text[: first.spans[depth - 1][1]].strip()
        if (
            (sentences.total() >= _SENTENCES * len(members) and len(sentences) >= 2)
            or (depth > 3 and len(members) >= _SHARE_SHORT * pages)
        ) and (
            depth > 2
            or is_line(text)
            or (text.isupper() and len(text) >= 4 and len(members) >= _SHARE_SHORT * pages)
        ):
            found[min(edge.text[: edge.spans[depth - 1][1]].strip() for edge in members)] = len(members)
    return found


def endings(ends: Iterable[str], pages: int) -> dict[str, int]:
    """Give the sentences with which the last paragraphs of several pages end, and on how many they do."""
    found: dict[str, int] = {}
    for members, depth in _partings(filter(ends_sentence, ends), pages, backwards=True):
        places = [_opened(edge.text, edge.spans[depth - 1][0]) for edge in members]
        if all(_ends_before(edge.text, place) for edge, place in zip(members, places, strict=True)):
            tails = [edge.text[place:] for edge, place in zip(members, places, strict=True)]
            found[min(tails)] = len(members)
    return found


def loose_end(text: str) -> int:
    """Give where a line goes on after the end of a sentence without ending one itself, else its length.

    >>> text = "The old lock was opened again on Monday, he said. Share this article"
    >>> text[loose_end(text) :]
    'Share this article'
    """
    if len(text) < SHORTEST or ends_sentence(text):
        return len(text)
    ends = list(sentence_starts(text, max(len(text) - LONGEST_RUN, 0)))
    return ends[-1] if ends else len(text)


def sentence_starts(text: str, place: int) -> Iterator[int]:
    """Give the places after a place at which a sentence begins, the first one of the text left out.

    >>> text = "It rained.Share this. Mr. Ray left for the U.S. Army."
    >>> [text[start : start + 5] for start in sentence_starts(text, 0)]
    ['Share', 'Mr. R']
    """
    for found in _MARK.finditer(text, place):
        before = text[max(found.start() - 4, 0) : found.start()]
        small = before[-3:].islower()  # no capital, so no abbreviation
        if found[0][0] in "。！？" or (
            small or not _ABBREVIATION.search(before) if found[1] else small and before[-3:].isalpha()
        ):
            yield found.end()


class _Edge:
    """The words of one edge from the outside inwards, read as far as they are asked for.

    `keys` and `spans` hold those that were read: what they are compared by, and where they stand in the text.
    """

    __slots__ = ("_left", "keys", "spans", "text")

    def __init__(self, text: str, backwards: bool) -> None:
        self.text = text
        self.keys: list[str] = []
        self.spans: list[tuple[int, int]] = []
        # Backwards without the last one, the first word of the text, which may be cut.
        self._left = iter([*_words(text)][:0:-1]) if backwards else _words(text)

    def reaches(self, depth: int) -> bool:
        """Read on to a depth, and tell whether there is a word."""
        while len(self.spans) <= depth:
            span = next(self._left, None)
            if span is None:
                return False
            self.spans.append(span)
            self.keys.append(_key(self.text[slice(*span)]))
        return True

    def word(self, depth: int) -> str:
        """Give the word at a depth that was reached."""
        return self.text[slice(*self.spans[depth])]

    def is_seam(self, depth: int) -> bool:
        """Tell whether a sentence may begin at a word: a capital, and nothing that binds it."""
        if not self.reaches(depth):
            return False
        gap = self.text[self.spans[depth - 1][1] : self.spans[depth][0]]
        return self.word(depth)[0].isupper() and _SEAM.fullmatch(gap) is not None


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of the words of a text; `NewsSport` is two."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        if text[start + 1 : end].islower():
            yield start, end
        else:
            for a, b in _pieces(found[0]):
                yield start + a, start + b


def _pieces(word: str) -> Iterator[tuple[int, int]]:
    """Give the spans of the words in a word such as `NewsSport`."""
    start = 0
    for found in CAMEL.finditer(word):
        yield start, found.end()
        start = found.end()
    yield start, len(word)


def _key(word: str) -> str:
    return "0" if word.isdigit() else word.casefold()


def _small_words(texts: Iterable[str]) -> frozenset[str]:
    """Give the words that some texts have in small letters."""
    return frozenset(filter(str.islower, _WORD.findall(part_words("\n".join(texts)))))


def _outermost(text: str, backwards: bool) -> str:
    """Give the key of the outermost word of a text, or nothing."""
    if backwards:
        found = _WORD.findall(text[-_LAST:])
        found = found if len(found) > 1 else _WORD.findall(text)  # the first one may be cut
        word = found[-1] if found else ""
    else:
        first = _WORD.search(text)
        word = first[0] if first else ""
    if word[1:].islower():
        return word.casefold()
    pieces = part_words(word).split()
    return _key(pieces[-1 if backwards else 0]) if pieces else ""


def _partings(
    texts: Iterable[str], pages: int, *, backwards: bool = False
) -> Iterator[tuple[list[_Edge], int]]:
    """Read edges, and give the groups that share their outer words up to a depth and go apart there.

    A group inside another one is given, too, after it. Most edges do not share even one word with enough
    others, and are not read beyond it.
    """
    need = max(_PAGES, _SHARE * pages)
    by_word: dict[str, list[str]] = defaultdict(list)
    for text in texts:
        by_word[_outermost(text, backwards)].append(text)
    open_groups = [
        ([_Edge(text, backwards) for text in each], 0)
        for word, each in by_word.items()
        if word and len(each) >= need
    ]
    while open_groups:
        members, depth = open_groups.pop()
        following: dict[str, list[_Edge]] = defaultdict(list)
        for edge in members:
            if edge.reaches(depth):
                following[edge.keys[depth]].append(edge)
        if depth and len(following) >= 3 and max(map(len, following.values())) <= _SAME * len(members):
            yield members, depth
        open_groups += [(each, depth + 1) for each in following.values() if len(each) >= need]


def _opened(text: str, place: int) -> int:
    """Give the place where a sign begins that opens what stands at a place: `© 2024`, `(Photo`."""
    found = _OPENING.search(text, 0, place)
    return found.start() if found else place


def _ends_before(text: str, place: int) -> bool:
    """Tell whether a sentence ends before a place."""
    return text[place - 1 : place].isspace() and ends_sentence(text[:place].rstrip())
