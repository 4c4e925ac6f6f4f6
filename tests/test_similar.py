"""Similar documents by a threshold, against the definition."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.errors import SettingsError
from dedupe.model import Document
from dedupe.similar import bands_for, find_similar, sign_texts
from dedupe.sketch import signatures
from dedupe.texts import Texts
from dedupe.tokens import words

DRAW = random.Random(8)
WORDS = [f"{DRAW.choice('bdgkmst')}{DRAW.choice('aeiou')}{DRAW.choice('lnrst')}{n}" for n in range(3000)]


def shingles(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[k : k + 5]) for k in range(max(1, len(found) - 4))} if found else set()


def jaccard(one: str, other: str) -> float:
    a, b = shingles(one), shingles(other)
    return len(a & b) / max(1, len(a | b))


def changed(text: str, count: int) -> str:
    found = text.split()
    for place in DRAW.sample(range(len(found)), count):
        found[place] = DRAW.choice(WORDS)
    return " ".join(found)


@pytest.fixture(scope="module")
def documents() -> list[Document]:
    found = []
    for number in range(60):
        base = " ".join(DRAW.choice(WORDS) for _ in range(DRAW.randrange(60, 200)))
        found += [
            Document(f"{number}", base),
            Document(f"{number}b", changed(base, 1)),
            Document(f"{number}c", changed(base, 5)),
            Document(f"{number}d", base.upper()),
        ]
    return found


@pytest.mark.parametrize("threshold", [0.5, 0.8, 0.95, 1.0])
def test_what_goes_is_similar_to_what_stays(documents: list[Document], threshold: float) -> None:
    text = {document.id: document.text for document in documents}
    found = find_similar(documents, threshold, fast=False)
    removed = {f.id for f in found if f.removed}
    assert len(removed) >= 60
    for finding in found:
        assert finding.kept not in removed
        assert finding.similarity >= threshold
        assert finding.similarity == pytest.approx(jaccard(text[finding.id], text[finding.kept]), abs=1e-4)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_nearly_all_similar_pairs_are_found(documents: list[Document], threshold: float) -> None:
    removed = {f.id for f in find_similar(documents, threshold, fast=False) if f.removed}
    kept = [document for document in documents if document.id not in removed]
    left = [(a.id, b.id) for a in kept for b in kept if a is not b and jaccard(a.text, b.text) >= threshold]
    assert len(left) <= 4  # of some 200 pairs, one in fifty may be missed at the threshold itself


def test_no_chains() -> None:
    steps = [" ".join(WORDS[10 * n : 10 * n + 100]) for n in range(8)]
    found = find_similar([Document(n, text) for n, text in enumerate(steps)], 0.7, fast=False)
    kept = {f.kept for f in found if f.removed}
    assert kept.isdisjoint({f.id for f in found if f.removed})


def test_short_and_empty_texts() -> None:
    documents = [
        Document(n, text) for n, text in enumerate(["", "...", "Yes", "No", "YES!", "One two", "one, two"])
    ]
    assert {(f.id, f.kept) for f in find_similar(documents, 0.8, fast=False)} == {(4, 2), (6, 5)}


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.5, float("nan")])
def test_a_threshold_out_of_range(threshold: float) -> None:
    with pytest.raises(SettingsError, match="threshold"):
        find_similar([Document(1, "text")], threshold)


@given(st.floats(0.01, 1.0))
def test_bands_fit_the_signature(threshold: float) -> None:
    bands, rows = bands_for(threshold)
    assert bands * rows <= 128


def test_engines_agree(documents: list[Document]) -> None:
    pytest.importorskip("numba")
    texts = Texts.of([document.text for document in documents] + ["", "a b"])
    signed = signatures([texts.text(number) for number in range(len(texts))])
    assert np.array_equal(sign_texts(texts, fast=False), signed)
    assert np.array_equal(sign_texts(texts, fast=True), signed)
    assert find_similar(documents, 0.6, fast=True) == find_similar(documents, 0.6, fast=False)
