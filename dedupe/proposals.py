"""Repeated paragraphs of one text, proposed without comparing every two of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dedupe.sketch import Rule, band_keys, bucket_pairs, empty, shingles, sign, similarity
from dedupe.tokens import tokens

BANDS, ROWS = 32, 3
"""Found with probability 1 - (1 - J^3)^32: .9996 at J = .6, .98 at .5, .03 at .1."""

FLOOR = 0.42
"""Estimated similarity below which a proposal is dropped. The estimate from 96 values has a standard
error of .05 at J = .6, so that .42 loses one in 7,000 there and nearly all chance pairs."""

NEAREST, EARLIEST = 2, 2
"""Of a bucket, a paragraph is paired with so many members just before it and at the head: a chorus of
ten thousand lines stays linear, and both the first copy and the one before are proposed."""


def propose_repeats(paragraphs: Sequence[str]) -> list[tuple[int, int]]:
    """Propose pairs (later, earlier) of paragraphs of one text that are likely to repeat each other.

    Looks for a similarity of word-2-grams of .6 or more; a paragraph of one word is proposed by its
    exact folded form. Measured on 16,000 planted pairs of 8 to 80 words: found .998 of those with a
    similarity of .60 to .65, all from .65 on, .97 at .50 to .55, none under .3. What is proposed wants an
    exact comparison. Where a paragraph occurs many times, a copy is paired with the first two and the
    two before it, not with all: 100,000 paragraphs of 40 words take 1.7 s, all equal 2.8 s. Paragraphs
    without words are in no pair.

    >>> propose_repeats(["One and the same line.", "Another.", "One and the SAME line"])
    [(2, 0)]
    """
    rule = Rule(permutations=BANDS * ROWS, shingle=2)
    signed = sign(shingles(tokens(paragraphs), rule.shingle), rule)
    wordy = np.flatnonzero(~empty(signed))
    signed = signed[wordy]
    earlier, later = bucket_pairs(band_keys(signed, BANDS, ROWS), NEAREST, EARLIEST).T
    likely = np.zeros(len(later), np.bool_)
    for start in range(0, len(later), 1 << 16):
        part = slice(start, start + (1 << 16))
        likely[part] = similarity(signed[later[part]], signed[earlier[part]]) >= FLOOR
    return list(zip(wordy[later[likely]].tolist(), wordy[earlier[likely]].tolist(), strict=True))
