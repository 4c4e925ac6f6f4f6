"""Two texts, word by word: which words of one stand in the other, and what stands opposite the rest.

Plain loops over arrays, without a NumPy call: numba compiles this source (`dedupe.kernels`), and small
jobs run it as it stands, on lists. Words are signed 64-bit hashes, `grams` the hashes of word-3-grams,
`pairs` the bits of neighboring letters (`dedupe.tokens.details`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dedupe.tokens import ALONE, CAPITAL, CASELESS

FREE = -1
"""A word that nothing stands opposite to, an empty place of an index."""

HASH, GRAM, WORD = range(3)
"""What a text is made of: hashes of words, hashes of word-3-grams, and what else is known of each `Word`."""


class Word(NamedTuple):
    """A word: bits of its letter pairs and flags (`dedupe.tokens`); of a number its value, the step of its
    last digit (0: exact), its digits as one number and how many."""  # noqa: D209

    pair: int
    flag: int
    value: float
    step: float
    digits: int
    length: int


MAY_BE_NAME = CAPITAL | CASELESS
"""A word written with a capital, or in a script without them, may be a name: less damage is forgiven."""

HOPELESS, HOPE = 60, 30
"""In a text of so many words, runs of equal words must cover so many percent before the gaps are looked at.
At 5 % wrong characters (a fifth of the words damaged) they cover half."""

NAME_AGREE = 70
"""Without capitals, in percent: there a name and another often share an ending."""

LEAST = 3
"""Letter pairs that must agree at least: single characters are the same or are not."""

SPARSE = 6
"""From so many words on a gap may be found to match by chance only."""

CHAIN = 24
"""Places of one word-3-gram that are looked at: a refrain of thousands stays linear."""

FAR, LONG = 48, 6
"""A block that lies more than FAR words from where the last one would go on must be LONG words."""

CELLS = 4096
"""Largest gap, words by words, that is aligned word by word; in longer ones only whole blocks count."""

PROLONGED = 2
"""So many words that stand in one text alone may make another number of the one beside them."""

ALIKE, LONG_ALIKE = 50, 60
"""Two words are one, damaged, when half of their letter pairs agree (Dice, in percent), .6 where both have
15 and more. `dedupe.tokens` says what that was measured on."""


def pop(x: int) -> int:
    """Count the bits of a non-negative 63-bit number."""
    x = x - ((x >> 1) & 0x5555555555555555)
    x = (x & 0x3333333333333333) + ((x >> 2) & 0x3333333333333333)
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0F
    x = x + (x >> 8)
    x = x + (x >> 16)
    x = x + (x >> 32)
    return x & 0x7F


def agree(one: int, other: int) -> int:
    """Say how many of the letter pairs of two words agree, in percent (Dice)."""
    return 200 * pop(one & other) // max(1, pop(one) + pop(other))


def alike(one: int, other: int, name: bool) -> bool:
    """Say whether two words are alike enough to be one, damaged: Dice of their letter pairs."""
    if pop(one & other) < LEAST:
        return False
    return agree(one, other) >= (LONG_ALIKE if name or pop(one) + pop(other) > 30 else ALIKE)


def index(grams: Any, table: Any, places: int, chain: Any) -> None:
    """Index word-3-grams: `table` (`places` of it, a power of two) leads to places, `chain` on to the next.

    Places of one gram come in ascending order.
    """
    for k in range(places):
        table[k] = FREE
    mask = places - 1
    for back in range(len(grams)):
        at = len(grams) - 1 - back
        slot = grams[at] & mask
        while table[slot] != FREE and grams[table[slot]] != grams[at]:
            slot = (slot + 1) & mask
        chain[at] = table[slot]
        table[slot] = at


def nearest(gram: int, expected: int, grams: Any, table: Any, places: int, chain: Any) -> int:
    """Find the place of a gram that is nearest to where it is expected; FREE if there is none."""
    mask = places - 1
    slot = gram & mask
    while table[slot] != FREE and grams[table[slot]] != gram:
        slot = (slot + 1) & mask
    best: int = table[slot]
    at = best
    steps = 0
    while at != FREE and steps < CHAIN:
        if abs(at - expected) < abs(best - expected):
            best = at
        at = chain[at]
        steps += 1
    return best


def blocks(a: Any, b: Any, table: Any, places: int, chain: Any, found: Any, begin: int) -> int:
    """Find runs of three or more equal words; write them to `found` as (in a, in b, length); give their end.

    They begin at found[begin], come in the order of `a` and do not overlap there. In `b` they may lie in any
    order (paragraphs moved) and over each other (a text against itself twice).
    """
    count = begin
    i = 0
    a_words, b_words, a_grams, b_grams = a[HASH], b[HASH], a[GRAM], b[GRAM]
    done = 0  # words of a up to here belong to a block
    go_on = 0  # where b goes on after it
    while i < len(a_grams):
        j = nearest(a_grams[i], go_on + i - done, b_grams, table, places, chain)
        if j == FREE:
            i += 1
            continue
        far = count > begin and abs(j - i - (go_on - done)) > FAR
        length = 3
        while i + length < len(a_words) and j + length < len(b_words):
            if a_words[i + length] != b_words[j + length]:
                break
            length += 1
        if far and length < LONG:
            i += 1
            continue
        floor = go_on if j >= go_on else 0
        while i > done and j > floor and a_words[i - 1] == b_words[j - 1]:
            i -= 1
            j -= 1
            length += 1
        found[count][0] = i
        found[count][1] = j
        found[count][2] = length
        count += 1
        i += length
        done = i
        go_on = j + length
    return count


def worth_of(a: Any, i: int, b: Any, j: int) -> int:
    """Weigh word i of `a` standing opposite word j of `b`."""
    if a[HASH][i] == b[HASH][j]:
        return 20
    one, other = a[WORD][i].value, b[WORD][j].value
    if one == one and other == other:
        return 20 if one == other else 6
    name = a[WORD][i].flag & b[WORD][j].flag & MAY_BE_NAME != 0
    if a[WORD][i].flag & b[WORD][j].flag & CASELESS and agree(a[WORD][i].pair, b[WORD][j].pair) < NAME_AGREE:
        return 1
    return 12 if alike(a[WORD][i].pair, b[WORD][j].pair, name) else 1


def fill(
    a: Any, b: Any, i0: int, i1: int, j0: int, j1: int, end: bool, score: Any, to_b: Any, damaged: Any
) -> None:  # fmt: skip
    """Align a gap of `a` with a gap of `b`, word by word, and write what matches to `to_b` and `damaged`.

    Equal words count 20, damaged ones 12, numbers opposite each other 6, other words 1 (so that what was
    replaced stands opposite what replaced it), gaps nothing (Needleman and Wunsch 1970). Where less than a
    third of the smaller side finds a partner (at an end of the texts: a half), what was found is chance,
    and all of it is let go.
    """
    wide = j1 - j0 + 1
    for k in range(wide):
        score[k] = 0
    for i in range(i0, i1):
        row = (i - i0 + 1) * wide
        score[row] = 0
        for j in range(j0, j1):
            best = max(score[row - wide + j - j0 + 1], score[row + j - j0])
            score[row + j - j0 + 1] = max(best, score[row - wide + j - j0] + worth_of(a, i, b, j))
    i, j, matched = i1, j1, 0
    while i > i0 and j > j0:
        here = score[(i - i0) * wide + j - j0]
        worth = worth_of(a, i - 1, b, j - 1)
        if here == score[(i - i0 - 1) * wide + j - j0 - 1] + worth:
            i -= 1
            j -= 1
            if worth > 6:
                to_b[i] = j
                damaged[i] = worth < 20
                matched += 1
        elif here == score[(i - i0 - 1) * wide + j - j0]:
            i -= 1
        else:
            j -= 1
    matched -= part_strays(a, i0, i1, j0, j1, to_b)
    smaller = min(i1 - i0, j1 - j0)
    if (end and 2 * matched < smaller) or (smaller >= SPARSE and 3 * matched < smaller):
        for k in range(i0, i1):
            to_b[k] = FREE
            damaged[k] = False


def part_strays(a: Any, i0: int, i1: int, j0: int, j1: int, to_b: Any) -> int:
    """Let go of numbers and lone characters that match askew, between words of `b` alone and of `a` alone.

    The 3 of 3-2 and 4-3, and a character that two names of a script without spaces have in common, match by
    chance: without them what differs stands opposite each other. Gives how many were let go.
    """
    strays = 0
    left, top = i0, j0  # where the words that nothing stands opposite to begin
    for i in range(i0, i1):
        j = to_b[i]
        if j == FREE:
            continue
        value = a[WORD][i].value
        if value == value or a[WORD][i].flag & ALONE:
            behind = i + 1
            while behind < i1 and to_b[behind] == FREE:
                behind += 1
            there = to_b[behind] if behind < i1 else j1
            before, below = i - left, j - top
            after, under = behind - i - 1, there - j - 1
            if (before == under == 0 and below * after > 0) or (below == after == 0 and before * under > 0):
                to_b[i] = FREE
                strays += 1
                continue
        left, top = i + 1, j + 1
    return strays


def screen(
    flat: Any, offsets: Any, left: Any, right: Any, table: Any, chain: Any, hopeful: Any, found: Any,
    ends: Any, asked: Any,
) -> None:  # fmt: skip
    """Find the blocks of many pairs of texts, and which pairs left[p] (the shorter), right[p] may be related.

    `flat` are the hashes and grams of all texts one after the other. Where blocks cover too little of the
    shorter text, the pair is not worth a closer look, and not `hopeful`. Of the others, the blocks of pair
    p are found[ends[p]:ends[p + 1]] (ends[0] is 0), and the words to look at are marked in `asked`.
    The index of a right text serves all pairs with it that come one after the other; `table` and `chain`
    are room to work in.
    """
    indexed = -1
    places = 8
    ends[0] = 0
    for p in range(len(left)):
        a_first, a_last = offsets[left[p]], offsets[left[p] + 1]
        b_first, b_last = offsets[right[p]], offsets[right[p] + 1]
        a = (flat[HASH][a_first:a_last], flat[GRAM][a_first : max(a_first, a_last - 2)])
        b = (flat[HASH][b_first:b_last], flat[GRAM][b_first : max(b_first, b_last - 2)])
        if indexed != right[p]:
            places = room_for(len(b[GRAM]))
            index(b[GRAM], table, places, chain)
            indexed = right[p]
        begin = ends[p]
        end = blocks(a, b, table, places, chain, found, begin)
        covered = 0
        for k in range(begin, end):
            covered += found[k][2]
        size = a_last - a_first
        hopeful[p] = size < HOPELESS or 100 * covered >= HOPE * size
        if hopeful[p]:
            ask(found, begin, end, a_first, a_last, b_first, b_last, asked)
        ends[p + 1] = end if hopeful[p] else begin


def ask(
    found: Any, begin: int, end: int, a_first: int, a_last: int, b_first: int, b_last: int, asked: Any
) -> None:  # fmt: skip
    """Mark the words between blocks that are looked at more closely: opposite others, or few and alone.

    The words around them, too, whose numbers may go on with them; and the first that matches, which may
    begin a line.
    """
    if end > begin:
        asked[a_first + found[begin][0]] = True
    for k in range(begin, end + 1):
        i0, i1, j0, j1 = gap(found, begin, end, k, a_last - a_first, b_last - b_first)
        if (i0 < i1 and j0 < j1) or 0 < max(0, i1 - i0) + max(0, j1 - j0) <= PROLONGED:
            for at in range(a_first + max(0, i0 - 1), min(a_first + i1 + 1, a_last)):
                asked[at] = True
            for at in range(b_first + max(0, j0 - 1), min(b_first + j1 + 1, b_last)):
                asked[at] = True


def gap(found: Any, begin: int, end: int, k: int, size: int, other: int) -> Any:
    """Give what lies between block k and the one before it: in `a` from and to, in `b` from and to.

    The blocks of the pair are found[begin:end], its texts have `size` and `other` words. With `end` for k it
    is what lies behind the last block.
    """
    i0 = found[k - 1][0] + found[k - 1][2] if k > begin else 0
    j0 = found[k - 1][1] + found[k - 1][2] if k > begin else 0
    i1 = found[k][0] if k < end else size
    j1 = found[k][1] if k < end else other
    return i0, i1, j0, j1


def room_for(grams: int) -> int:
    """Say how many places the index of so many grams has: a power of two, at most half of them taken."""
    places = 8
    while places < 2 * grams:
        places *= 2
    return places


def align_words(
    a: Any, b: Any, found: Any, begin: int, end: int, score: Any, to_b: Any, damaged: Any
) -> None:  # fmt: skip
    """Align text `a` to text `b`: to_b[i] is the place in `b` of word i of `a`, or FREE.

    `damaged[i]` says that the two are not equal but alike. found[begin:end] are their blocks; `score` is
    room to work in: CELLS + 2 len + 2 numbers.
    """
    size, other = len(a[HASH]), len(b[HASH])
    for i in range(size):
        to_b[i] = FREE
        damaged[i] = False
    for k in range(begin, end):
        for step in range(found[k][2]):
            to_b[found[k][0] + step] = found[k][1] + step
    for k in range(begin, end + 1):
        first, last = k == begin < end, k == end > begin
        i0, i1, j0, j1 = gap(found, begin, end, k, size, other)
        wide = i1 - i0 + (i1 - i0) // 2 + 2
        if first:
            j0 = max(0, j1 - wide)
        if last:
            j1 = min(other, j0 + wide)
        if i1 > i0 and j1 > j0 and (i1 - i0) * (j1 - j0) <= CELLS:
            fill(a, b, i0, i1, j0, j1, first or last, score, to_b, damaged)
