r"""Furniture that was run into a paragraph: the seams at which such a line has to be cut.

What the trouble looks like: `… the mayor said. Share this article Sign up for our newsletter`,
`HomeNewsSport The mayor said …`, a whole page on one line. The scraper lost the line breaks between a
paragraph and what the site puts around it, so that no whole line is furniture.

What is left alone: a known line inside a sentence (`News`, `Share`), in quotation marks, before a word that
may belong to it (`Sport England said`), and every sentence that ends as sentences do, unless it was learned
as one of the site's own. A piece goes only at the beginning or the end of a sentence, only when all of it is
known by its exact folded words, and a single short piece only when what follows begins a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dedupe import words
from dedupe.edges import LONGEST_RUN, SHORTEST, loose_end, part_words, sentence_starts
from dedupe.keys import line_key
from dedupe.lines import ends_sentence, is_prose
from dedupe.model import Line

if TYPE_CHECKING:
    from dedupe.furniture import Known

# Kinds of phrases that say little alone: entries of menus, captions, what authors write as well.
_WEAK = frozenset(
    ("nav", "timestamp", "syndication", "media", "tags", "author", "comments", "breadcrumb", "related")
)
_MOST_BREAKS = 24
_ANY_LENGTH = 1 << 20
_TWO_WORDS = re.compile(r"([^\W_]+)(?:[\W_]+([^\W_]+))?")
# The first two words of whatever may be a sentence: where `sentence_starts` finds one, and elsewhere besides.
# They are not looked for behind an endless row of signs, since each of them may begin one (`.|.|.|`).
_OPENINGS = re.compile(
    r"[.!?…。！？][\"'”’»)\]]*\s*(?=[^\Wa-zß-öø-ÿ]|[©•|])"
    rf"(?=[\W_]{{0,{LONGEST_RUN}}}{_TWO_WORDS.pattern})"
)
_BEFORE = ".•"
"""Put before a text, it makes its beginning that of a sentence, be it a small letter."""
_WORD = re.compile(r"[^\W_]+")
# Where a word begins that is not in small ASCII letters, or one may go on with a capital.
_BREAK = re.compile(r"[^\W_a-z](?:(?<![^\W_].)|(?<=[^\W_A-Z0-9].)(?<![0-9]))")
_QUOTES = re.compile(r"[\"“”„«»]")
_BETWEEN = " \t\u00a0|•·»›>▶►■–—-"
"""What may stand between two pieces of furniture, or behind the last one."""


def split_seams(
    lines: Sequence[Line], known: Known | None = None, *, phrases: bool = True
) -> tuple[list[Line], dict[int, str]]:
    r"""Cut lines at their seams; give the lines, and the rule for each of them that is furniture, by index.

    `known` is what was learned of the source; `phrases` asks what languages call furniture. Nothing is cut
    where the furniture is not found: lines without seams come back as they were.

    >>> from dedupe.lines import split_lines
    >>> text = "The old lock was opened, he said on Monday. Share this article Sign up for our newsletter"
    >>> lines, found = split_seams(split_lines(text))
    >>> [line.text for line in lines]
    ['The old lock was opened, he said on Monday.', 'Share this article Sign up for our newsletter']
    >>> found
    {1: 'run in: share, newsletter'}
    """
    seams = _Seams(lines, known, phrases)
    result: list[Line] = []
    found: dict[int, str] = {}
    for line in lines:
        runs = seams.runs(line) if len(line.text) >= SHORTEST else None
        if not runs:
            result.append(line)
            continue
        place = 0
        for run in (*runs, None):
            stop = run.start if run else len(line.text)
            if (rest := _part(line, place, stop)) is not None:
                result.append(rest)
            if run is not None and (piece := _part(line, run.start, run.end)) is not None:
                found[len(result)] = f"run in: {', '.join(dict.fromkeys(run.rules))}"
                result.append(piece)
                place = run.end
    return result, found


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of furniture: its span in the line, and what says so, piece by piece."""

    start: int
    end: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """One piece of a run: what says that it is furniture, its words, whether that is said of nothing else."""

    rule: str
    words: int
    is_sure: bool
    is_name: bool


class _Seams:
    """The seams of one document."""

    def __init__(self, lines: Sequence[Line], known: Known | None, phrases: bool) -> None:
        self.lines = lines
        self.known = known
        self.phrases = phrases
        self.site = known.site if known else ""
        self.fixed: Mapping[str, Sequence[str]] = words.furniture_openings() if phrases else {}
        self.learned: Collection[str] = known.openings if known else ()
        self._small: dict[str, int] = {}

    def runs(self, line: Line) -> Sequence[_Run]:
        """Give the runs of furniture in one line, from left to right."""
        text = line.text
        may_start = self.may_start(text)
        if not (line.is_prose or ends_sentence(text)):
            run = self.run_at_end(text, may_start)
            return (run,) if run else ()
        return list(self.runs_in_sentences(text)) if may_start else ()

    def runs_in_sentences(self, text: str) -> Iterator[_Run]:
        """Give the runs of a line that ends as a sentence does."""
        place = 0
        for start in (0, *sentence_starts(text, 0)):
            if place <= start < len(text) and self.can_start(text, start):
                if start == 0 and self.is_furniture(text):
                    return
                if (run := self.run_at(text, start)) is not None:
                    yield run
                    place = run.end

    def run_at_end(self, text: str, may_start: bool) -> _Run | None:
        """Give the run at the end of a line that does not end as a sentence does.

        There is none elsewhere, because what a run stands before is prose.
        """
        if may_start and self.can_start(text, 0) and self.is_furniture(text):
            return None
        loose = loose_end(text)
        starts = sentence_starts(text, 0) if may_start else (loose,)
        for start in starts:
            if start < len(text) <= start + LONGEST_RUN and (start == loose or self.can_start(text, start)):
                run = self.run_at(text, start)
                if run is not None:
                    return run
        return self.run_before_end(text) if loose == len(text) else None

    def is_furniture(self, text: str) -> bool:
        """Tell whether a whole line is furniture, which needs no cut."""
        if self.known and (self.known.is_line(text) or self.known.has_tail(text)):
            return True
        return self.phrases and words.line_furniture(text) is not None

    def may_start(self, text: str) -> bool:
        """Tell whether some sentence of a line begins with words with which furniture begins.

        Most lines have none, and are looked at no further: where it says no, `can_start` says so everywhere.
        """
        fixed, learned = self.fixed, self.learned
        for first, second in _OPENINGS.findall(_BEFORE + text):
            if first[1:].islower() and second[:1].islower():  # as nearly all sentences begin
                both = f"{first} {second}".casefold()
                if both in fixed or both in learned:
                    return True
            elif not _is_plain(first) or self.may_open(_asked(first, second)):
                return True
        return False

    def can_start(self, text: str, place: int) -> bool:
        """Tell whether some furniture, word for word, begins at a place."""
        found = _TWO_WORDS.search(text, place, place + LONGEST_RUN)
        if found is None:
            return False
        first, second = found.groups("")
        if not _is_plain(first):
            spaced = _TWO_WORDS.search(part_words(text[found.start() : found.start() + LONGEST_RUN]))
            first, second = spaced.groups("") if spaced else (first, second)
        asked = _asked(first, second)
        if not self.may_open(asked):
            return False
        keys = [key for each in asked for key in self.known.opening(each)] if self.known else []
        fixed = [key for each in asked for key in self.fixed.get(each, ())]
        if fixed:
            # As much of the text as the longest of them, and a little more for what folding takes away.
            most = max(map(len, fixed))
            run = words.fold(part_words(text[place : place + most + 16]))
            if len(run) <= most + 1:
                run = words.fold(part_words(text[place : place + LONGEST_RUN]))
            if _opens(run, fixed):
                return True
        if not keys:
            return False
        return _opens(line_key(part_words(text[place : place + LONGEST_RUN]), self.site), keys)

    def may_open(self, asked: Sequence[str]) -> bool:
        """Tell whether anything that is cut begins with two of these words, or is the one word."""
        return any(map(self.fixed.__contains__, asked)) or any(map(self.learned.__contains__, asked))

    def run_at(self, text: str, place: int) -> _Run | None:
        """Give the run of furniture that begins at a place where a sentence begins, or might."""
        if not self.may_begin(text, place):
            return None
        breaks = _breaks(text, place, min(place + LONGEST_RUN, len(text)))
        ways = self.ways(text, breaks)
        if breaks[-1] == len(text) and place > 0 and len(breaks) - 1 in ways:
            pieces = ways[len(breaks) - 1]
            if self.is_end(text, place, pieces):
                return _Run(place, len(text), tuple(piece.rule for piece in pieces))
        for j in sorted(ways, reverse=True):
            if j and breaks[j] < len(text) and self.is_head(text, place, breaks[j], ways[j]):
                return _Run(place, breaks[j], tuple(piece.rule for piece in ways[j]))
        return None

    def ways(self, text: str, breaks: Sequence[int]) -> dict[int, tuple[_Piece, ...]]:
        """Give the breaks that are reached from the first one through pieces of furniture, and by which."""
        ways: dict[int, tuple[_Piece, ...]] = {0: ()}
        last = len(breaks) - 1
        for i in range(last):
            if i not in ways:
                continue
            longest, size = self.longest_piece(text, breaks[i]), 0
            for j in range(i + 1, last + 1):
                is_last = breaks[j] == len(text)
                if size >= longest and not is_last:
                    continue
                if j in ways and len(ways[j]) <= len(ways[i]) + 1:
                    continue
                part = text[breaks[i] : breaks[j]]
                size = len(words.fold(part))
                piece = self.piece(part, is_last=is_last)
                if piece is not None:
                    ways[j] = (*ways[i], piece)
        return ways

    def may_begin(self, text: str, place: int) -> bool:
        """Tell whether some piece begins at a place, or all that is left of a line is a phrase."""
        if self.longest_piece(text, place):
            return True
        left = text[place:].strip(_BETWEEN)
        return self.phrases and len(left) <= LONGEST_RUN and words.line_furniture(left) is not None

    def longest_piece(self, text: str, place: int) -> int:
        """Give how long a piece that begins at a place can be, folded, unless it ends the line.

        What may be two words, numbers, names of the site and letters beyond ASCII are not judged so quickly.
        """
        found = _TWO_WORDS.search(text, place)
        if found is None or not text[place : found.end() + 1].isascii():
            return _ANY_LENGTH
        first, second = found.groups("")
        if not (first.isalpha() and second.isalpha() and _is_plain(first) and _is_plain(second)):
            return _ANY_LENGTH
        alone, second = first.lower(), second.lower()
        both = f"{alone} {second}"
        if (
            both in self.learned
            or alone in self.learned
            or (self.site and self.site.startswith((alone, second)))
        ):
            return _ANY_LENGTH
        return max(map(len, (*self.fixed.get(both, ()), *self.fixed.get(alone, ()))), default=0)

    def piece(self, text: str, *, is_last: bool) -> _Piece | None:
        """Say what a piece of a line is, if it is furniture by its exact words."""
        text = text.strip(_BETWEEN)
        folded = words.fold(text)
        kind = None
        if self.phrases:
            kind = words.furniture(folded) if is_last else words.exact_furniture(folded)
        of_site = self.known is not None and (
            self.known.is_line(text) or self.known.is_run_in(text) or (is_last and self.known.has_tail(text))
        )
        if not (of_site or (kind is not None and not ends_sentence(text))) or not any(
            map(str.isalpha, folded)
        ):
            return None
        is_name = kind in _WEAK or (kind is None and all(not word[0].islower() for word in text.split()))
        return _Piece(kind or "site line", len(folded.split()), of_site or kind not in _WEAK, is_name)

    def is_end(self, text: str, place: int, pieces: Sequence[_Piece]) -> bool:
        """Tell whether a run from the end of a sentence to the end of the line is furniture."""
        run = text[place:]
        if _QUOTES.search(run) or not _is_closed(text[:place]):
            return False
        if ends_sentence(run):  # `No comment.` may be a line of the site, and end a paragraph, too
            return len(pieces) >= 2 or "©" in run or is_prose(run)
        return len(pieces) >= 2 or pieces[0].is_sure

    def is_head(self, text: str, place: int, end: int, pieces: Sequence[_Piece]) -> bool:
        """Tell whether a run is furniture before a sentence that it does not belong to."""
        run, rest = text[place:end], text[end:]
        if run.rstrip()[-1] in ":：,;" or not is_prose(rest) or not rest[0].isupper():
            return False
        if _QUOTES.search(run) or not _is_closed(text[:place]):
            return False
        if self.known and self.known.is_run_in(run.strip(_BETWEEN)):
            return True
        if len(pieces) >= 3:
            return True
        if not self.begins_sentence(rest):
            return False
        if len(pieces) == 2:
            return sum(piece.words for piece in pieces) >= 3
        [piece] = pieces
        if piece.is_name:
            return False
        return piece.words >= 3 or (piece.is_sure and run.isupper() and len(run.strip()) >= 4)

    def begins_sentence(self, text: str) -> bool:
        """Tell whether the first word of a text is no name: the document has it with a small letter, too."""
        found = _WORD.match(text)
        if found is None or found[0][1:].isupper() or not (word := found[0].lower()).islower():
            return False
        if word not in self._small:
            self._small[word] = sum(_count_word(line.text, word) for line in self.lines)
        return self._small[word] >= 2

    def run_before_end(self, text: str) -> _Run | None:
        """Give the run of at least two pieces at the end of a line, though no sentence ends before it."""
        place = max(0, len(text) - LONGEST_RUN)
        for start in _breaks(text, place, len(text))[1:-1]:
            if not self.can_start(text, start):
                continue
            breaks = _breaks(text, start, len(text))
            pieces = self.ways(text, breaks).get(len(breaks) - 1, ())
            if (
                len(pieces) >= 2
                and all(piece.words >= 2 and piece.is_sure for piece in pieces)
                and sum(piece.words for piece in pieces) >= 5
                and not _QUOTES.search(text[start:])
                and _is_closed(text[:start])
            ):
                return _Run(start, len(text), tuple(piece.rule for piece in pieces))
        return None


def _part(line: Line, start: int, end: int) -> Line | None:
    """Give a part of a line as a line, without the blanks around it."""
    text = line.text[start:end]
    bare = text.strip()
    if not bare:
        return None
    begin = line.start + start + len(text) - len(text.lstrip())
    return Line(begin, begin + len(bare), line.number + line.text.count("\n", 0, start), bare, is_prose(bare))


def _breaks(text: str, start: int, stop: int) -> list[int]:
    """Give where pieces may begin between two places, both included: at capitals and numbers.

    >>> _breaks("HomeNews The mayor", 0, 18)
    [0, 4, 9, 18]
    """
    found = [start]
    for match in _BREAK.finditer(text, start + 1, stop):
        place = match.start()
        if len(found) > _MOST_BREAKS and not text[found[-1] : place].isalnum():
            break
        character, before = text[place], text[place - 1]
        if character.isupper() and before.islower() if before.isalnum() else not character.islower():
            found.append(place)
    if stop == len(text) and len(found) <= _MOST_BREAKS:
        found.append(stop)
    return found


def _opens(text: str, keys: Sequence[str]) -> bool:
    """Tell whether a folded text begins with one of some keys, as whole words."""
    return any(text.startswith(key) and text[len(key) : len(key) + 1] in ("", " ") for key in keys)


def _is_plain(word: str) -> bool:
    """Tell whether a word is one: `HomeNews` may be two."""
    return word[1:].islower() or word.isupper() or word.isdigit()


def _asked(first: str, second: str) -> tuple[str, ...]:
    """Give the keys of the furniture that two words may open; before a small letter no piece ends.

    >>> _asked("Read", "more"), _asked("Home", "World"), _asked("12", "")
    (('read more',), ('home world', 'home'), ('0',))
    """
    alone = "0" if first.isdigit() else first.casefold()
    if not second:
        return (alone,)
    both = f"{alone} {'0' if second.isdigit() else second.casefold()}"
    return (both,) if second[0].islower() else (both, alone)


def _count_word(text: str, word: str) -> int:
    """Count how often a word stands in a text as it is.

    >>> _count_word("the other the_end, then the", "the")
    3
    """
    count, place = 0, text.find(word)
    while place >= 0:
        end = place + len(word)
        count += not (text[place - 1 : place].isalnum() or text[end : end + 1].isalnum())
        place = text.find(word, end)
    return count


def _is_closed(text: str) -> bool:
    """Tell whether no quotation is open at the end of a text."""
    return (
        text.count('"') % 2 == 0 and text.count("“") <= text.count("”") and text.count("«") == text.count("»")
    )
