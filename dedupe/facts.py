"""What stands opposite what in two aligned texts: the evidence that `dedupe.relation` decides on.

Plain loops like those of `dedupe.align`, compiled by numba for large jobs and run as they stand for small
ones. A *slot* is a short gap between words that agree: where a frame has its facts. A *passage* is a long
one: a rewritten paragraph, or another story.
"""

from __future__ import annotations

from typing import Any

from dedupe.align import (
    FREE,
    GRAM,
    HASH,
    MAY_BE_NAME,
    PROLONGED,
    WORD,
    agree,
    align_words,
    alike,
    pop,
)
from dedupe.tokens import ALONE, CAPITAL, CASELESS, LINE, NUMBER, SENTENCE, SHOUT

SLOT, END_SLOT = 12, 5
"""A gap of more words than this on one side, or at an end of the texts, is a passage of its own and not
the slot of a frame."""

MARGIN = 3
"""At the head and the tail a slot counts only when its sides differ by so many words at most: more is a
cut, a headline or furniture, and says nothing about facts."""

EDGE = 12
"""Words at the head in which a date or a time of the version may stand."""

LINE_OF_PLACE = 2
"""A slot that begins at this word or before is where a byline or the place of a report stands."""

SHORT = 7
"""Letter pairs of words of up to three letters: at the head of a sentence those are no names."""

JOINED = 70
"""One word in two, or two in one: so many percent of all letter pairs agree then."""

HUNDRED = 100
"""Number words up to here make a number with their neighbors; weekdays and directions do not."""

NEAR = 40
"""In a script without capitals a word may be the one opposite with a wrong letter: so many percent of their
letter pairs agree then. Measured on words of Arabic, Hindi, Korean, Persian, Hebrew and Bengali: .92 to 1 of
those with one wrong letter do, .04 to .12 of unrelated ones."""

THOUSAND = 1000
"""Numbers of equal digits are so far apart when the word or letter behind one of them is its scale."""

TELLING, LOOKED_AT, WITHIN = 8, 60, 2000
"""Passages of so many words have a topic; so many of their words are looked for, in so many of the other,
until as many names were looked for."""

(EQUAL, DAMAGED, NUMBERS, NAMES, FIRST_NAMES, UNCASED, WORDS, PASSAGES, LONE_A, LONE_B, A_FIRST, A_LAST,
 B_FIRST, B_LAST, SLOTS, MISREAD_NUMBERS, HEADS, HEAD_NUMBERS, TOLD, SHARED, FILED,
 AT_LINE, TURNS, RESTATED, SINGLES, PHRASES) = range(26)  # fmt: skip
COUNTS = 26
"""What is counted. A_ and B_ are the first and the last word that match; AT_LINE says that the first one
begins a line of `a`; TURNS are the times that the match goes back in `b`; RESTATED are the words of `a` in
slots that say the same: "5,584,000" for "5 584 000", "mln" for "million", "4 May" for "May 4"; SINGLES are
words without capitals opposite one word like them, or characters of a script without spaces opposite one
other; PHRASES are slots with two words or more on both sides, none of them a name or a number: "shop clerk"
for "street sweeper"."""


def compare(
    a: Any, b: Any, a_cased: bool, b_cased: bool, to_b: Any, damaged: Any, counts: Any, spare: Any
) -> None:
    """Count what an alignment shows; `counts` is room for COUNTS numbers, named above.

    `spare` is room for two rows of numbers.
    """
    spare[0][0] = spare[1][0] = 0
    for k in range(COUNTS):
        counts[k] = 0
    size, other = len(a[HASH]), len(b[HASH])
    counts[A_FIRST], counts[B_FIRST], counts[A_LAST], counts[B_LAST] = size, other, -1, -1
    # Zero, but no literal: for that numba would compile all that is called with it once more.
    i0 = j0 = counts[EQUAL]
    for i in range(size + 1):
        if i < size and to_b[i] == FREE:
            continue
        j = to_b[i] if i < size else other
        open_end = counts[A_LAST] == -1 or i == size
        if counts[A_LAST] == -1 and i < size:
            counts[A_FIRST] = i
            counts[AT_LINE] = a[WORD][i].flag & LINE != 0
        here, there = i - i0, max(0, j - j0)
        if here == 0 or there == 0:
            counts[LONE_A] += here
            counts[LONE_B] += there
            counts[NUMBERS] += prolonged(a, i0, i) or prolonged(b, j0, j)
        elif open_end and not narrow(a, i0, here, there):
            passage(a, b, i0, i, j0, j, counts)
            if i < size:
                head(a, b, i0, i, j0, j, a_cased, b_cased, counts)
        else:
            slot(a, b, i0, i, j0, j, a_cased, b_cased, counts, spare)
        if i < size:
            counts[TURNS] += j < j0 - MARGIN
            counts[NUMBERS] += damaged[i] and rescaled(a, i, b, j)
            counts[EQUAL] += not damaged[i]
            counts[DAMAGED] += damaged[i]
            counts[A_LAST] = i
            counts[B_FIRST] = min(counts[B_FIRST], j)
            counts[B_LAST] = max(counts[B_LAST], j)
        i0, j0 = i + 1, j + 1
    same = moved(spare)
    for k in (HEAD_NUMBERS, NUMBERS, MISREAD_NUMBERS):
        less = min(counts[k], same)
        counts[k] -= less
        same -= less


def prolonged(text: Any, first: int, last: int) -> bool:
    """Say whether words that stand in one text alone make another number of a neighbor: 十二 of 十."""
    if not 0 < last - first <= PROLONGED:
        return False
    for at in range(first, last):
        if not text[WORD][at].value <= HUNDRED or text[WORD][at].flag & NUMBER:
            return False
    return tens(text, first - 1, first) or tens(text, last, first)


def tens(text: Any, at: int, by: int) -> bool:
    """Say whether the word at one place is a number that goes on with the number word by it."""
    if at < 0 or at >= len(text[HASH]) or text[WORD][at].flag & NUMBER:
        return False
    value = text[WORD][at].value
    alone = text[WORD][at].flag & text[WORD][by].flag & ALONE != 0
    return value <= HUNDRED and (alone or (at < by and value >= 20 and text[WORD][by].value < 10))


def narrow(a: Any, i0: int, here: int, there: int) -> bool:
    """Say whether a gap at an end of the texts is a slot. A character of Chinese is half a word."""
    wide = 2 if a[WORD][i0].flag & ALONE else 1
    return abs(here - there) <= MARGIN * wide and max(here, there) <= END_SLOT * wide


def head(
    a: Any, b: Any, i0: int, i1: int, j0: int, j1: int, a_cased: bool, b_cased: bool, counts: Any
) -> None:
    """Count a fact at the head of `a` opposite another of its kind, where `b` has other text before it."""
    if i1 - i0 > END_SLOT * (2 if a[WORD][i0].flag & ALONE else 1):
        return
    near = max(j0, j1 - (i1 - i0))
    numbers, names, first_names, bare = left_over(a, i0, i1, b, near, j1, a_cased)[:4]
    numbers_b, names_b, first_names_b, bare_b = left_over(b, near, j1, a, i0, i1, b_cased)[:4]
    named, named_b = names + first_names, names_b + first_names_b
    if (numbers and numbers_b) or (named and named_b) or (bare and bare_b):
        counts[HEADS] += 1


def passage(a: Any, b: Any, i0: int, i1: int, j0: int, j1: int, counts: Any) -> None:
    """Count a passage that stands opposite another one, and the names of it that the other text has."""
    counts[PASSAGES] += min(i1 - i0, j1 - j0)
    if i1 - i0 < TELLING or j1 - j0 < TELLING or counts[TOLD] >= LOOKED_AT:
        return
    told(a, i0, min(i1, i0 + LOOKED_AT), b, counts)
    told(b, j0, min(j1, j0 + LOOKED_AT), a, counts)


def told(one: Any, first: int, last: int, other: Any, counts: Any) -> None:
    """Count the names in a stretch of one text, and those of them that stand in the other."""
    for i in range(first, last):
        named = one[WORD][i].flag & (CAPITAL | SHOUT | LINE | SENTENCE) == CAPITAL
        if not named or one[WORD][i].value == one[WORD][i].value or pop(one[WORD][i].pair) <= SHORT:
            continue
        counts[TOLD] += 1
        for j in range(min(len(other[HASH]), WITHIN)):
            if other[HASH][j] == one[HASH][i]:
                counts[SHARED] += 1
                break


def slot(
    a: Any, b: Any, i0: int, i1: int, j0: int, j1: int, a_cased: bool, b_cased: bool, counts: Any, spare: Any
) -> None:
    """Count what stands opposite each other between two words that match: one fact for another, or words."""
    here, there = i1 - i0, j1 - j0
    if here > SLOT or there > SLOT:
        passage(a, b, i0, i1, j0, j1, counts)
        return
    counts[SLOTS] += 1
    union, union_b = 0, 0
    for i in range(i0, i1):
        union |= a[WORD][i].pair
    for j in range(j0, j1):
        union_b |= b[WORD][j].pair
    if min(here, there) == 1 and 2 <= max(here, there) <= 3 and agree(union, union_b) >= JOINED:
        counts[DAMAGED] += here  # one word in two, or two in one
        return
    numbers, names, first_names, bare, words, digits, total = left_over(a, i0, i1, b, j0, j1, a_cased)
    numbers_b, names_b, first_names_b, bare_b, words_b, digits_b, total_b = left_over(
        b, j0, j1, a, i0, i1, b_cased
    )
    # "5 584 000" for "5,584,000", "4.2m" for "4.2 million"; but 15 is not 1.5. "Quarante-deux" for 42.
    apart = numbers != numbers_b or max(total, total_b) >= THOUSAND * min(total, total_b)
    respelled = (digits == digits_b != 0 and apart) or (numbers != numbers_b and total == total_b)
    if numbers and numbers_b and not respelled:
        # One digit is all there is of a number: 5pm is no misread 8pm.
        long = min(a[WORD][i0].length, b[WORD][j0].length) > 1
        if here == 1 and there == 1 and long and alike(a[WORD][i0].pair, b[WORD][j0].pair, False):
            counts[MISREAD_NUMBERS] += 1
        elif i1 <= EDGE:
            counts[HEAD_NUMBERS] += min(numbers, numbers_b)
        else:
            counts[NUMBERS] += min(numbers, numbers_b)
        keep(a, i0, i1, b, j0, j1, spare[0])
        keep(b, j0, j1, a, i0, i1, spare[1])
    if rescaled(a, i0, b, j0):
        counts[NUMBERS] += 1
        return
    other = names + first_names + bare + words + names_b + first_names_b + bare_b + words_b
    if other == 0 and (respelled or numbers + numbers_b == 0):
        counts[RESTATED] += here
    if bare and bare_b:
        near = a[WORD][i0].flag & ALONE != 0 or agree(a[WORD][i0].pair, b[WORD][j0].pair) >= NEAR
        counts[SINGLES if near and here == there == 1 else UNCASED] += 1
    elif max(i0, j0) <= LINE_OF_PLACE and names + first_names and names_b + first_names_b:
        counts[FILED] += 1
    elif names and names_b:
        counts[NAMES] += 1
    elif names + first_names and names_b + first_names_b:
        counts[FIRST_NAMES] += 1
    elif names + first_names + words and names_b + first_names_b + words_b:
        # The word after a number is a unit: "dlrs" for "dollars" is no other fact.
        unit = here == 1 and there == 1 and i0 > 0 and a[WORD][i0 - 1].value == a[WORD][i0 - 1].value
        counts[WORDS] += not unit
        counts[PHRASES] += min(words, words_b) > 1 and numbers + numbers_b == 0


def rescaled(a: Any, i: int, b: Any, j: int) -> bool:
    """Say whether two words are scales that make two numbers of one: "4.2 million" and "4.2 billion"."""
    if i == 0 or j == 0 or a[WORD][i].step >= 0 or b[WORD][j].step >= 0:
        return False
    one, other = a[WORD][i - 1].value, b[WORD][j - 1].value
    return bool(one < other or one > other)


def keep(a: Any, i0: int, i1: int, b: Any, j0: int, j1: int, spare: Any) -> None:
    """Keep the numbers of a slot of `a` that the slot of `b` has not, as far as there is room.

    There are spare[0] of them, from spare[1] on.
    """
    for i in range(i0, i1):
        value = a[WORD][i].value
        there = False
        for j in range(j0, j1):
            there |= b[WORD][j].value == value
        if value == value and not there and spare[0] + 1 < len(spare):
            spare[0] += 1
            spare[int(spare[0])] = value


def moved(spare: Any) -> int:
    """Count the numbers that both texts have, in other slots: a date written in another order."""
    found = 0
    for k in range(1, int(spare[0][0]) + 1):
        for m in range(1, int(spare[1][0]) + 1):
            if spare[0][k] == spare[1][m]:
                spare[1][m] = -1.0
                found += 1
                break
    return found


def left_over(a: Any, i0: int, i1: int, b: Any, j0: int, j1: int, cased: bool) -> Any:
    """Count the words of a slot of `a` that no word of the slot of `b` stands for.

    Gives numbers, names, capitals that open a line or a sentence, words without capitals in their script,
    other words, all digits of the slot as one number, and the sum of those numbers.
    """
    numbers = names = first_names = bare = words = digits = 0
    total = 0.0
    for i in range(i0, i1):
        if a[WORD][i].flag & NUMBER:
            for _ in range(a[WORD][i].length):
                digits = digits * 10 % 1000000007
            digits = (digits + a[WORD][i].digits) % 1000000007
        stands = False
        value = a[WORD][i].value
        for j in range(j0, j1):
            if value == value:
                stands |= abs(value - b[WORD][j].value) <= 0.5 * max(a[WORD][i].step, b[WORD][j].step)
            else:
                name = a[WORD][i].flag & b[WORD][j].flag & MAY_BE_NAME != 0
                stands |= a[HASH][i] == b[HASH][j] or alike(a[WORD][i].pair, b[WORD][j].pair, name)
        if stands:
            continue
        if value == value:
            numbers += 1
            total += value
        elif a[WORD][i].step < 0:  # a power of ten: "million" for "m"
            continue
        elif a[WORD][i].flag & CASELESS:
            bare += 1
        elif (
            a[WORD][i].flag & CAPITAL == 0
            or not cased
            or (a[WORD][i].flag & (LINE | SENTENCE) and pop(a[WORD][i].pair) <= SHORT)
        ):
            words += 1
        elif a[WORD][i].flag & (LINE | SENTENCE):
            first_names += 1
        else:
            names += 1
    return numbers, names, first_names, bare, words, digits, total


def verify(
    flat: Any, offsets: Any, cased: Any, left: Any, right: Any, hopeful: Any, found: Any, ends: Any,
    score: Any, to_b: Any, damaged: Any, spare: Any, counts: Any,
) -> None:  # fmt: skip
    """Compare many pairs of texts: left[p] (the shorter) with right[p], into counts[p].

    `flat` are the words of all texts one after the other, and `cased` says in which of them capitals mean
    something; `hopeful`, `found` and `ends` are what `dedupe.align.screen` gave. The rest is room for the
    longest text.
    """
    for p in range(len(left)):
        if hopeful[p]:
            a = text_of(flat, offsets[left[p]], offsets[left[p] + 1])
            b = text_of(flat, offsets[right[p]], offsets[right[p] + 1])
            align_words(a, b, found, ends[p], ends[p + 1], score, to_b, damaged)
            compare(a, b, cased[left[p]], cased[right[p]], to_b, damaged, counts[p], spare)


def text_of(flat: Any, begin: int, end: int) -> Any:
    """Give one text out of many."""
    return flat[HASH][begin:end], flat[GRAM][begin : max(begin, end - 2)], flat[WORD][begin:end]


def is_cased(words: int, capitals: int, shouted: int) -> bool:
    """Say whether capitals mean something in a text of so many words: there are some, and not everywhere."""
    return 100 * capitals > words and 2 * shouted < words
