"""Similar documents by a threshold: plain Jaccard of word-5-grams, proposed by MinHash and checked exactly.

For those who want what other tools call a near-duplicate, or must agree with one: MinHash signatures in
datasketch's scheme (`dedupe.sketch`), cut into bands for the threshold, propose pairs; the shingles
themselves decide. Groups form around kept documents as in `dedupe.duplicates`, so that no chain A~B~C
removes a text for one that it is not similar to. What this cannot see: cut and scanned copies are less
similar than reports of one frame with other facts. `find_duplicates` tells those apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dedupe.candidates import count_shared
from dedupe.duplicates import Compared, Finding, findings, keep_order, kept_by, settle, texts_of
from dedupe.errors import SettingsError
from dedupe.model import Article, Document
from dedupe.relation import SIMILAR, UNRELATED, Verdicts
from dedupe.sketch import Rule, Sampling, band_keys, bucket_pairs, empty, sign
from dedupe.texts import CHUNK, Texts, chunks, fast_engine, sample_texts

FOUND = 0.98
"""Least probability that a pair just at the threshold is proposed; pairs above it are nearer to 1."""

NEAREST, EARLIEST = 2, 2
"""Of a bucket, a document is compared with so many before it in keep order, and with so many of the first."""


def find_similar(
    documents: Sequence[Document | Article],
    threshold: float = 0.8,
    *,
    keep: str = "longest",
    fast: bool | None = None,
) -> list[Finding]:
    """Find the documents that share word-5-grams with a kept one: Jaccard similarity of `threshold` or more.

    `documents`, `keep` and `fast` are those of `dedupe.duplicates.find_duplicates`. The relation is
    `similar`, `similarity` the exact Jaccard similarity of the shingles, `coverage` the share of the
    shingles of the smaller document that the larger one has; facts are not looked at. Documents without
    words are similar to nothing. Raises SettingsError for a threshold outside (0, 1].

    >>> one = "The council met on Monday and voted to build a new bridge over the river near the old mill."
    >>> [(f.id, f.kept) for f in find_similar([Document(1, one), Document(2, one + " Soon.")], 0.9)]
    [(1, 2)]
    """
    texts = Texts.of(texts_of(documents))
    words = sample_texts(texts, fast).words
    order = keep_order([document.id for document in documents], words, keep, kept_by(documents, keep))
    compared, joined = similar_all(texts, order, threshold, fast)
    return findings([document.id for document in documents], compared, joined)


def similar_all(
    texts: Texts, order: NDArray[np.int64], threshold: float, fast: bool | None = None
) -> tuple[Compared, dict[int, int]]:
    """Compare all pairs that may be similar, and group: the twin of `dedupe.duplicates.compare_all`."""
    bands, rows = bands_for(threshold)
    quick = fast_engine(texts.size, fast)
    signed = sign_texts(texts, quick)[order]
    wordy = np.flatnonzero(~empty(signed))
    pairs = wordy[bucket_pairs(band_keys(signed[wordy], bands, rows), NEAREST, EARLIEST)]
    return settle(
        order[pairs],
        order,
        lambda some: verify_similar(texts, some, threshold, quick),
        lambda compared: compared.verdicts.relation == SIMILAR,
    )


def bands_for(threshold: float, permutations: int = 128) -> tuple[int, int]:
    """Cut a signature into (bands, rows): the most rows that propose FOUND of the pairs at `threshold`.

    >>> [bands_for(threshold) for threshold in (0.5, 0.7, 0.8, 0.9, 1.0)]
    [(42, 3), (25, 5), (18, 7), (11, 11), (1, 128)]
    """
    if not 0.0 < threshold <= 1.0:
        raise SettingsError("threshold", threshold, "give a share above 0 and at most 1, such as 0.8")
    for rows in range(permutations, 1, -1):
        bands = permutations // rows
        if 1.0 - (1.0 - threshold**rows) ** bands >= FOUND:
            return bands, rows
    return permutations, 1


def sign_texts(texts: Texts, fast: bool) -> NDArray[np.uint32]:
    """Sign texts in one engine or the other: uint32[texts, 128], equal to `dedupe.sketch.signatures`."""
    rule = Rule()
    whole = Sampling(rule.shingle, one_in=1, least=0)
    signed = [np.zeros((0, rule.permutations), np.uint32)]
    for first, last in chunks(texts, CHUNK):
        found = sample_texts(texts.part(first, last), fast, whole).kept
        signed.append(sign(found, rule, fast))
    return np.concatenate(signed)


def verify_similar(texts: Texts, pairs: NDArray[np.int64], threshold: float, fast: bool) -> Verdicts:
    """Count the shingles that pairs of documents share, exactly, and say which are similar enough."""
    shared, one, other = (np.zeros(len(pairs), np.int64) for _ in range(3))
    whole = Sampling(Rule().shingle, one_in=1, least=0)
    for rows in _portions(texts, pairs):
        numbers, place = np.unique(pairs[rows], return_inverse=True)
        found = sample_texts(texts.some(numbers), fast, whole).kept
        place = place.reshape(-1, 2)
        shared[rows] = count_shared(found, place, fast)
        one[rows], other[rows] = np.diff(found.offsets)[place].T
    similarity = shared / np.maximum(1, one + other - shared)
    none = np.zeros(len(pairs), np.int64)
    verdict = np.where(similarity >= threshold, SIMILAR, UNRELATED).astype(np.int8)
    return Verdicts(
        verdict, shared / np.maximum(1, np.minimum(one, other)), similarity, none, none, none, none
    )


def _portions(texts: Texts, pairs: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Cut pairs, put beside those with the same documents, into portions of about CHUNK bytes of text."""
    rows = np.lexsort((pairs[:, 1], pairs[:, 0]))
    sizes = texts.ends - texts.starts
    work = np.cumsum(sizes[pairs[rows]].sum(axis=1)) // CHUNK
    yield from (part for part in np.split(rows, np.flatnonzero(np.diff(work)) + 1) if len(part))
