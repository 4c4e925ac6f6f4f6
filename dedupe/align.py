"""Two texts, word by word: which words of one stand in the other, and what stands opposite the rest.

Plain loops over arrays, without a NumPy call: numba compiles this source (`dedupe.kernels`), and small
jobs run it as it stands, on lists. Words are signed 64-bit hashes, `grams` the hashes of word-3-grams,
`pairs` the bits of neighboring letters (`dedupe.tokens.details`).
"""

from __future__ import annotations

from typing import Any

FREE = -1
"""A word that nothing stands opposite to, an empty place of an index."""

HASH, GRAM, PAIR, FLAG, VALUE, STEP, DIGITS, LENGTH = range(8)
"""What a text is made of: hashes of words, of word-3-grams, bits of letter pairs, flags; of a number its
value, the step of its last digit (0: exact), its digits as one number and how many."""

MAY_BE_NAME = 2 | 64

SHORT = 7
TELLING, LOOKED_AT, WITHIN, EDGE = 8, 60, 2000, 12

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


def index(grams: Any, table: Any, chain: Any) -> None:
    """Index word-3-grams: `table` (a power of two, filled with FREE) leads to places, `chain` on to the next.

    Places of one gram come in ascending order.
    """
    mask = len(table) - 1
    for back in range(len(grams)):
        at = len(grams) - 1 - back
        slot = grams[at] & mask
        while table[slot] != FREE and grams[table[slot]] != grams[at]:
            slot = (slot + 1) & mask
        chain[at] = table[slot]
        table[slot] = at


def nearest(gram: int, expected: int, grams: Any, table: Any, chain: Any) -> int:
    """Find the place of a gram that is nearest to where it is expected; FREE if there is none."""
    mask = len(table) - 1
    slot = gram & mask
    while table[slot] != FREE and grams[table[slot]] != gram:
        slot = (slot + 1) & mask
    best = table[slot]
    at = best
    steps = 0
    while at != FREE and steps < CHAIN:
        if abs(at - expected) < abs(best - expected):
            best = at
        at = chain[at]
        steps += 1
    return best


def blocks(a: Any, a_grams: Any, b: Any, b_grams: Any, table: Any, chain: Any, found: Any) -> int:
    """Find runs of three or more equal words; write them to `found` as (in a, in b, length); count them.

    Runs come in the order of `a` and do not overlap there. In `b` they may lie in any order (paragraphs
    moved) and over each other (a text against itself twice).
    """
    count = 0
    i = 0
    done = 0  # words of a up to here belong to a block
    go_on = 0  # where b goes on after it
    while i < len(a_grams):
        j = nearest(a_grams[i], go_on + i - done, b_grams, table, chain)
        if j == FREE:
            i += 1
            continue
        far = count > 0 and abs(j - i - (go_on - done)) > FAR
        length = 3
        while i + length < len(a) and j + length < len(b) and a[i + length] == b[j + length]:
            length += 1
        if far and length < LONG:
            i += 1
            continue
        floor = go_on if j >= go_on else 0
        while i > done and j > floor and a[i - 1] == b[j - 1]:
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
    one, other = a[VALUE][i], b[VALUE][j]
    if one == one and other == other:
        return 20 if one == other else 6
    # A word written with a capital, or in a script without them, may be a name: less damage is forgiven.
    name = a[FLAG][i] & b[FLAG][j] & MAY_BE_NAME != 0
    if a[FLAG][i] & b[FLAG][j] & 64 and agree(a[PAIR][i], b[PAIR][j]) < 70:
        return 1
    return 12 if alike(a[PAIR][i], b[PAIR][j], name) else 1


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
    smaller = min(i1 - i0, j1 - j0)
    if (end and 2 * matched < smaller) or (smaller >= SPARSE and 3 * matched < smaller):
        for k in range(i0, i1):
            to_b[k] = FREE
            damaged[k] = False


def align(a: Any, b: Any, table: Any, chain: Any, found: Any, score: Any, to_b: Any, damaged: Any) -> None:
    """Align text `a` to text `b`: to_b[i] is the place in `b` of word i of `a`, or FREE.

    `damaged[i]` says that the two are not equal but alike. `table` and `chain` are the index of `b`;
    `found` and `score` are room to work in: len(a) // 3 + 1 rows of three, and CELLS + 2 len + 2 numbers.
    """
    size, other = len(a[HASH]), len(b[HASH])
    for i in range(size):
        to_b[i] = FREE
        damaged[i] = False
    count = blocks(a[HASH], a[GRAM], b[HASH], b[GRAM], table, chain, found)
    if count == 0:
        if size * other <= CELLS:
            fill(a, b, 0, size, 0, other, False, score, to_b, damaged)
        return
    for k in range(count):
        for step in range(found[k][2]):
            to_b[found[k][0] + step] = found[k][1] + step
    for k in range(count + 1):
        i0 = found[k - 1][0] + found[k - 1][2] if k > 0 else 0
        i1 = found[k][0] if k < count else size
        j0 = found[k - 1][1] + found[k - 1][2] if k > 0 else max(0, found[0][1] - 2 * i1 - 8)
        j1 = found[k][1] if k < count else min(other, j0 + 2 * (i1 - i0) + 8)
        if i1 > i0 and j1 > j0 and (i1 - i0) * (j1 - j0) <= CELLS:
            fill(a, b, i0, i1, j0, j1, k == 0 or k == count, score, to_b, damaged)


SLOT, END_SLOT = 12, 5
"""A gap of more words than this on one side, or at an end of the texts, is a passage of its own and not
the slot of a frame."""

MARGIN = 3
"""At the head and the tail a slot counts only when its sides differ by so many words at most: more is a
cut, a headline or furniture, and says nothing about facts."""

(EQUAL, DAMAGED, NUMBERS, NAMES, FIRST_NAMES, UNCASED, WORDS, PASSAGES, LONE_A, LONE_B,
 SAME_NUMBERS, SAME_NAMES, A_FIRST, A_LAST, B_FIRST, B_LAST, SLOTS, OCR_NUMBERS, HEADS, EDGE_NUMBERS, TOLD, SHARED) = range(22)  # fmt: skip
COUNTS = 22


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
    i0, j0 = 0, 0
    for i in range(size + 1):
        if i < size and to_b[i] == FREE:
            continue
        j = to_b[i] if i < size else other
        open_end = counts[A_LAST] == -1 or i == size
        if counts[A_LAST] == -1 and i < size:
            counts[A_FIRST] = i
        wide = 2 if i > i0 and a[FLAG][i0] & 32 else 1  # a character is half a word
        if (
            open_end
            and i > i0
            and j > j0
            and (abs((i - i0) - (j - j0)) > MARGIN * wide or max(i - i0, j - j0) > END_SLOT * wide)
        ):
            passage(a, b, i0, i, j0, j, counts)
            if i < size and i - i0 <= END_SLOT * wide:
                near = max(j0, j - (i - i0))
                one = left_over(a, i0, i, b, near, j, a_cased)
                other_one = left_over(b, near, j, a, i0, i, b_cased)
                counts[HEADS] += one[0] + one[1] + one[2] + one[3] > 0 and (
                    other_one[0] + other_one[1] + other_one[2] + other_one[3] > 0
                )
        else:
            slot(a, b, i0, i, j0, max(j, j0), a_cased, b_cased, counts, spare)
        if i < size:
            counts[EQUAL] += not damaged[i]
            counts[DAMAGED] += damaged[i]
            counts[SAME_NUMBERS] += a[VALUE][i] == a[VALUE][i]
            counts[SAME_NAMES] += (a[FLAG][i] & 2) >> 1
            counts[A_LAST] = i
            counts[B_FIRST] = min(counts[B_FIRST], j)
            counts[B_LAST] = max(counts[B_LAST], j)
        i0, j0 = i + 1, j + 1
    same = moved(spare)
    for k in (EDGE_NUMBERS, NUMBERS, OCR_NUMBERS):
        less = min(counts[k], same)
        counts[k] -= less
        same -= less


def passage(a: Any, b: Any, i0: int, i1: int, j0: int, j1: int, counts: Any) -> None:
    """Count a passage that stands opposite another one, and the names of it that the other text has."""
    counts[PASSAGES] += min(i1 - i0, j1 - j0)
    if i1 - i0 < TELLING or j1 - j0 < TELLING:
        return
    for i in range(i0, min(i1, i0 + LOOKED_AT)):
        if a[FLAG][i] & 30 == 2 and a[VALUE][i] != a[VALUE][i] and pop(a[PAIR][i]) > SHORT:
            counts[TOLD] += 1
            for j in range(min(len(b[HASH]), WITHIN)):
                if b[HASH][j] == a[HASH][i]:
                    counts[SHARED] += 1
                    break
    for j in range(j0, min(j1, j0 + LOOKED_AT)):
        if b[FLAG][j] & 30 == 2 and b[VALUE][j] != b[VALUE][j] and pop(b[PAIR][j]) > SHORT:
            counts[TOLD] += 1
            for i in range(min(len(a[HASH]), WITHIN)):
                if b[HASH][j] == a[HASH][i]:
                    counts[SHARED] += 1
                    break


def slot(
    a: Any, b: Any, i0: int, i1: int, j0: int, j1: int, a_cased: bool, b_cased: bool, counts: Any, spare: Any
) -> None:
    """Count what stands between two words that match: words on one side only, or one fact for another."""
    here, there = i1 - i0, j1 - j0
    if here == 0 or there == 0:
        counts[LONE_A] += here
        counts[LONE_B] += there
        return
    if here > SLOT or there > SLOT:
        passage(a, b, i0, i1, j0, j1, counts)
        return
    counts[SLOTS] += 1
    union, union_b = 0, 0
    for i in range(i0, i1):
        union |= a[PAIR][i]
    for j in range(j0, j1):
        union_b |= b[PAIR][j]
    if min(here, there) == 1 and 2 <= max(here, there) <= 3 and agree(union, union_b) >= 70:
        counts[DAMAGED] += here  # one word in two, or two in one
        return
    numbers, names, first_names, bare, words, digits = left_over(a, i0, i1, b, j0, j1, a_cased)
    numbers_b, names_b, first_names_b, bare_b, words_b, digits_b = left_over(b, j0, j1, a, i0, i1, b_cased)
    if numbers and numbers_b and (digits != digits_b or digits == 0):
        if here == 1 and there == 1 and alike(a[PAIR][i0], b[PAIR][j0], False):
            counts[OCR_NUMBERS] += 1
        elif i1 <= EDGE:
            counts[EDGE_NUMBERS] += min(numbers, numbers_b)
        else:
            counts[NUMBERS] += min(numbers, numbers_b)
        keep(a, i0, i1, spare[0])
        keep(b, j0, j1, spare[1])
    if bare and bare_b:
        counts[UNCASED] += 1
    elif names and names_b:
        counts[NAMES] += 1
    elif names + first_names and names_b + first_names_b:
        counts[FIRST_NAMES] += 1
    elif names + first_names + words and names_b + first_names_b + words_b:
        counts[WORDS] += 1


def keep(text: Any, first: int, last: int, spare: Any) -> None:
    """Keep the numbers of a slot, as far as there is room: spare[0] of them, from spare[1] on."""
    for at in range(first, last):
        value = text[VALUE][at]
        if value == value and spare[0] + 1 < len(spare):
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
    other words, and all digits of the slot as one number.
    """
    numbers = names = first_names = bare = words = digits = 0
    for i in range(i0, i1):
        if a[FLAG][i] & 1:
            for _ in range(a[LENGTH][i]):
                digits = digits * 10 % 1000000007
            digits = (digits + a[DIGITS][i]) % 1000000007
        stands = False
        value = a[VALUE][i]
        for j in range(j0, j1):
            if value == value:
                stands |= abs(value - b[VALUE][j]) <= 0.5 * max(a[STEP][i], b[STEP][j])
            else:
                name = a[FLAG][i] & b[FLAG][j] & MAY_BE_NAME != 0
                stands |= a[HASH][i] == b[HASH][j] or alike(a[PAIR][i], b[PAIR][j], name)
        if stands:
            continue
        if value == value:
            numbers += 1
        elif a[STEP][i] < 0:  # a power of ten: "million" for "m"
            continue
        elif a[FLAG][i] & 96:
            bare += 1
        elif a[FLAG][i] & 2 == 0 or not cased or (a[FLAG][i] & 24 and pop(a[PAIR][i]) <= SHORT):
            words += 1
        elif a[FLAG][i] & 24:
            first_names += 1
        else:
            names += 1
    return numbers, names, first_names, bare, words, digits
