"""Near-duplicate documents: proposed generously, decided on the texts, grouped around a kept one.

Samples propose pairs (`dedupe.candidates`), an alignment compares their texts (`dedupe.align`), rules name
the relation (`dedupe.relation`), and documents join a kept one that they were compared with
(`dedupe.groups`). Nothing is removed for a likeness of sketches alone.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedupe import relation
from dedupe.candidates import candidates
from dedupe.errors import RecordError, SettingsError
from dedupe.groups import Links, group
from dedupe.model import Article, Document
from dedupe.relation import DUPLICATES, NAMES, UNRELATED, Verdicts
from dedupe.texts import Samples, Texts, fast_engine, sample_texts
from dedupe.verify import verify, worth_compiling

KEEP = ("longest", "first", "newest", "oldest")

ROUNDS = 4
"""How often documents whose match was removed are compared with what that one was removed for."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Two documents that were compared and are related.

    `removed` says that document `id` goes because `kept` stays. `similarity` is the share of the words of
    both that are the same, `coverage` the share of the shorter text that stands in the longer one;
    `changed_numbers` and `changed_names` count facts that stand at one place and differ.
    """

    id: str | int
    kept: str | int
    relation: str
    similarity: float
    coverage: float
    changed_numbers: int
    changed_names: int
    removed: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Pairs that were compared, int64[n, 2] with the earlier in keep order first, and the verdicts."""

    pairs: NDArray[np.int64]
    verdicts: Verdicts


def find_duplicates(
    documents: Sequence[Document | Article],
    *,
    keep: str = "longest",
    relations: Sequence[str] = DUPLICATES,
    fast: bool | None = None,
) -> list[Finding]:
    """Find the near-duplicates among documents, or among the articles that `dedupe.clean_many` made of them.

    `keep` says which of a group stays: `longest`, `first` (of the given order), `newest` or `oldest` (by
    `date`, documents without one last), or `field:NAME` (the largest value of a field); ties by length,
    then id. `relations` are those that remove a document; the others are reported with `removed` false.
    A longer text is never removed for a cut or contained shorter one. `fast` chooses numba (True), NumPy
    (False) or by size (None); the result is the same. Raises TypeError for what is neither document nor
    article, RecordError for a page that was not cleaned and for an id that comes twice, SettingsError for an
    unknown `keep` or relation, and for `fast` without numba.

    >>> one = "The council met on Monday and voted to build a new bridge over the river near the old mill."
    >>> two = one.replace("Monday", "Monday,").upper()
    >>> [(f.id, f.kept, f.relation) for f in find_duplicates([Document(1, one), Document(2, two)])]
    [(2, 1, 'same')]
    """
    for name in relations:
        if name not in DUPLICATES:
            raise SettingsError("relations", name, f"choose from {', '.join(DUPLICATES)}")
    texts = Texts.of(texts_of(documents))
    samples = sample_texts(texts, fast)
    order = keep_order([document.id for document in documents], samples.words, keep, kept_by(documents, keep))
    compared, joined = compare_all(texts, samples, order, relations, fast)
    return findings([document.id for document in documents], compared, joined)


def texts_of(documents: Sequence[Document | Article]) -> list[str]:
    """Give the texts of documents; see `find_duplicates` for what is refused.

    Findings name documents by their ids: were one to name two, whoever acts on it would lose both.
    """
    seen: dict[str | int, int] = {}
    for number, document in enumerate(documents):
        place = f"documents[{number}]"
        if not isinstance(document, Document | Article) or not isinstance(document.text, str):
            raise TypeError(
                f"{place} is a {type(document).__name__} and not a Document or Article with a text; "
                "make one: dedupe.Document(id, text)"
            )
        if isinstance(document, Document) and document.html is not None:
            raise RecordError(
                place, "page", "a page that was not cleaned; compare the articles of dedupe.clean_many"
            )
        if (first := seen.setdefault(document.id, number)) != number:
            raise RecordError(
                place,
                "duplicate id",
                f"its id {document.id!r} is that of documents[{first}]; give each its own",
            )
    return [document.text for document in documents]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector away while many objects are made, none of them in circles.

    It would look at all that there is again and again, numba's half a million objects among it: of 50,000
    documents a tenth of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def kept_by(documents: Sequence[Document | Article], keep: str) -> list[Any]:
    """Give what `keep` compares of each document: its date, or the value of a field; see `keep_order`."""
    if keep.startswith("field:"):
        name = keep.removeprefix("field:")
        return [document.extra.get(name) for document in documents]
    return [document.date for document in documents]


@_uncollected()
def keep_order(
    ids: Sequence[str | int], words: NDArray[np.int64], keep: str, values: Sequence[Any]
) -> NDArray[np.int64]:
    """List the documents as they would be kept, the best first; see `find_duplicates`.

    `words` counts the words of each, and `values` are the dates or fields that `keep` compares, None where
    there is none. Raises SettingsError for an unknown `keep`.
    """
    if keep not in KEEP and not keep.startswith("field:"):
        raise SettingsError("keep", keep, f"choose from {', '.join(KEEP)} or field:NAME")
    if keep == "first":
        return np.arange(len(ids))
    names = list(map(str, ids))
    by_name = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    order: NDArray[np.int64] = by_name[np.argsort(-words[by_name], kind="stable")]
    if keep == "longest":
        return order
    numbers: list[int] = order.tolist()
    if keep == "oldest":
        numbers.sort(key=lambda n: (values[n] is None, values[n] or ""))
    else:
        numbers.sort(key=lambda n: _largest(values[n]), reverse=True)
    return np.array(numbers, np.int64)


def _largest(value: Any) -> tuple[bool, bool, Any]:
    """Give what values of a field are sorted by: strings above numbers, None and NaN below all."""
    is_there = value is not None and value == value  # sorted as it is, NaN leaves all else in any order
    return (is_there, isinstance(value, str), value if is_there else 0)


@_uncollected()
def compare_all(
    texts: Texts,
    samples: Samples,
    order: NDArray[np.int64],
    relations: Sequence[str] = DUPLICATES,
    fast: bool | None = None,
    folder: Path | None = None,
) -> tuple[Compared, dict[int, int]]:
    """Compare all pairs that may be duplicates, and group: the pairs, and what each removed one joins.

    `folder` is for what need not be in memory; see `dedupe.candidates`.
    """
    quick = fast_engine(texts.size, fast)
    twins = exact_twins(samples, order)
    copies = np.zeros(len(order), np.bool_)
    copies[twins[:, 1]] = True
    skip = copies | (samples.words == 0)
    pairs = np.concatenate([twins, candidates(samples.kept, order, skip, quick, folder)])
    wanted = [NAMES.index(name) for name in relations if name != NAMES[relation.OTHER_FACTS]]
    # One engine for all rounds: a few pairs more cost plain loops a second.
    compiled = worth_compiling(texts, pairs, fast)
    return settle(
        pairs,
        order,
        lambda some: verify(texts, samples, some, compiled),
        lambda compared: _joinable(compared, samples, wanted),
        dict(twins[:, ::-1].tolist()),
    )


def settle(
    pairs: NDArray[np.int64],
    order: NDArray[np.int64],
    verify: Callable[[NDArray[np.int64]], Verdicts],
    joinable: Callable[[Compared], NDArray[np.bool_]],
    copies: Mapping[int, int] | None = None,
) -> tuple[Compared, dict[int, int]]:
    """Verify pairs and group; where a match was removed, compare with what it was removed for, and again.

    `joinable` says for each pair whether its later document may go for its earlier one; `copies` leads from a
    document to an earlier one with the same words.
    """
    compared = Compared(pairs, verify(pairs))
    for _ in range(ROUNDS):
        good = joinable(compared)
        joined = group(order, _links(compared, good), copies)
        more = _missed(compared, good, joined, order)
        if not len(more):
            break
        compared = _with(compared, more, verify(more))
    return compared, joined


def exact_twins(samples: Samples, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pair each document with the first in keep order that has the same folded words: int64[pairs, 2]."""
    wordy = order[samples.words[order] > 0]
    _, first, inverse = np.unique(samples.wholes[wordy], return_index=True, return_inverse=True)
    head = wordy[first[inverse]]
    again = head != wordy
    return np.stack([head[again], wordy[again]], axis=1)


def _joinable(compared: Compared, samples: Samples, wanted: Sequence[int]) -> NDArray[np.bool_]:
    """Say which pairs may remove a document: never a longer text for one that was cut from it."""
    verdicts, words = compared.verdicts, samples.words
    kept, other = compared.pairs[:, 0], compared.pairs[:, 1]
    whole = np.isin(verdicts.relation, [relation.SAME, relation.EDITED])
    return np.isin(verdicts.relation, list(wanted)) & (whole | (words[other] <= words[kept]))


def _links(compared: Compared, joinable: NDArray[np.bool_]) -> Links:
    """Give the links by which documents may join others."""
    kept, documents = compared.pairs[joinable].T
    verdicts = compared.verdicts
    return Links(
        documents, kept, verdicts.coverage[joinable], verdicts.first[joinable], verdicts.last[joinable]
    )


def _missed(compared: Compared, joinable: NDArray[np.bool_], joined: dict[int, int], order: Any) -> Any:
    """Pair kept documents whose match was removed for another one with that one: int64[pairs, 2].

    Either way round: what a kept document might have joined was removed, or what might have joined it went
    to another kept one.
    """
    count = len(order)
    rank, kept = np.empty(count, np.int64), _kept(joined, count)
    rank[order] = np.arange(count)
    pairs = compared.pairs[joinable]
    one, other = np.concatenate([pairs, pairs[:, ::-1]]).T
    missed = (kept[one] < 0) & (kept[other] >= 0) & (kept[other] != one)
    places = np.sort(rank[np.stack([kept[other[missed]], one[missed]], axis=1)], axis=1)
    packed = places[:, 0] * count + places[:, 1]
    seen = rank[compared.pairs[:, 0]] * count + rank[compared.pairs[:, 1]]
    more = np.setdiff1d(packed, seen)
    return order[np.stack(np.divmod(more, max(1, count)), axis=1)]


def _kept(joined: Mapping[int, int], count: int) -> NDArray[np.int64]:
    """Give for each document the one it joined, -1 for one that stays."""
    kept = np.full(count, -1, np.int64)
    kept[list(joined)] = list(joined.values())
    return kept


def _with(compared: Compared, pairs: NDArray[np.int64], verdicts: Verdicts) -> Compared:
    columns = (
        np.concatenate([getattr(compared.verdicts, name), getattr(verdicts, name)])
        for name in Verdicts.__dataclass_fields__
    )
    return Compared(np.concatenate([compared.pairs, pairs]), Verdicts(*columns))


@_uncollected()
def findings(ids: Sequence[str | int], compared: Compared, joined: dict[int, int]) -> list[Finding]:
    """Put pairs and groups into findings, removed documents and annotations, in the order of the documents.

    A document that stays is reported once with each document it is related to and compared with.
    """
    kept, other = compared.pairs.T
    joined_to, v = _kept(joined, len(ids)), compared.verdicts
    removed = joined_to[other] == kept
    both_stay = (joined_to[other] < 0) & (joined_to[kept] < 0)
    told = np.flatnonzero(removed | (both_stay & (v.relation != UNRELATED)))
    told = told[np.lexsort((kept[told], other[told]))]
    columns = (other, kept, v.relation, v.similarity, v.coverage, v.numbers, v.names, removed)
    return [
        Finding(ids[one], ids[stays], NAMES[name], round(similarity, 4), round(coverage, 4), *changed)
        for one, stays, name, similarity, coverage, *changed in zip(
            *(column[told].tolist() for column in columns), strict=True
        )
    ]
