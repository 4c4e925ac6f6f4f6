from __future__ import annotations

import time

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedupe.proposals import propose_repeats
from dedupe.tokens import words


@given(st.lists(st.sampled_from(["A line.", "a LINE", "another line here", "", "!", "x"]), max_size=12))
def test_pairs_point_back_and_equal_paragraphs_are_found(paragraphs: list[str]) -> None:
    pairs = propose_repeats(paragraphs)
    assert all(earlier < later for later, earlier in pairs)
    folded = [tuple(words(p)) for p in paragraphs]
    for later, mine in enumerate(folded):
        if mine in folded[:later] and mine:
            assert (later, folded.index(mine)) in pairs
    assert all(folded[later] and folded[earlier] for later, earlier in pairs)


def test_recall_of_edited_paragraphs() -> None:
    rng = np.random.default_rng(1)
    vocabulary = [f"w{i}" for i in range(3000)]
    paragraphs, wanted = [], []
    for _ in range(3000):
        one = [vocabulary[k] for k in rng.integers(0, 3000, rng.integers(8, 80))]
        other = [w if rng.random() > 0.1 else w + "x" for w in one]
        grams = [{tuple(w[i : i + 2]) for i in range(len(w) - 1)} for w in (one, other)]
        if len(grams[0] & grams[1]) >= 0.6 * len(grams[0] | grams[1]):
            wanted.append((len(paragraphs) + 1, len(paragraphs)))
        paragraphs += [" ".join(one), " ".join(other)]
    pairs = set(propose_repeats(paragraphs))
    assert len(wanted) > 1000
    assert sum(pair in pairs for pair in wanted) / len(wanted) >= 0.995
    assert len(pairs) <= 1.3 * len(wanted) + 1000


def test_a_chorus_stays_linear() -> None:
    started = time.process_time()
    pairs = propose_repeats(["the same line again and again"] * 20_000)
    assert len(pairs) <= 4 * 20_000
    assert time.process_time() - started < 10
