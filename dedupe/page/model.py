"""The block model: boosted trees as plain numbers in a text file, run by NumPy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from dedupe.page.features import feature_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

LEAVES = 16  # of one tree at most: a set of leaves is 16 bits
FILE = "data/page_model.txt"


@dataclass(frozen=True, slots=True)
class Model:
    """Boosted trees of at most 16 leaves, laid out for QuickScorer.

    `feature`, `threshold`: of every split, first those of all trees, then second ones and so on; each tree is
    padded to 15. `gone`: the leaves that cannot be reached once the split goes right (value > threshold), as
    bits. `value`: the leaves' values, tree after tree, 16 each. A row's tree ends in the lowest leaf that no
    split has excluded.
    """

    feature: NDArray[np.intp]
    threshold: Floats
    gone: NDArray[np.uint16]
    value: Floats

    def probability(self, rows: Floats) -> Floats:
        """Give for each row of features (rows x columns) the probability that the block is the article's.

        After Lucchese et al., "QuickScorer" (SIGIR 2015): all splits are compared at once, and leaves
        found by bits, so that no path is walked.
        """
        right = rows.T.take(self.feature, axis=0) > self.threshold[:, None]
        excluded = (right * self.gone[:, None]).reshape(LEAVES - 1, -1, len(rows))
        leaf = lowest_gap()[np.bitwise_or.reduce(excluded, axis=0)]
        leaf += np.arange(0, len(self.value), LEAVES)[:, None]
        total = self.value.take(leaf).sum(axis=0, dtype=np.float64)
        out: Floats = (1.0 / (1.0 + np.exp(-total))).astype(np.float32)
        return out


@cache
def lowest_gap() -> NDArray[np.int64]:
    """Give for every 16-bit number the place of its lowest bit that is not set."""
    gaps = ~np.arange(1 << LEAVES, dtype=np.int64)
    return np.asarray(np.log2(gaps & -gaps), dtype=np.int64)


@cache
def block_model() -> Model:
    """Read the model that comes with the package, once a process."""
    return read_model(files("dedupe").joinpath(FILE).read_text(encoding="utf-8"))


def read_model(text: str) -> Model:
    """Read a model from its file: JSON, with a list of features and a list of trees.

    A tree is `[feature, threshold, left, right]` with `feature` a place in the list of features, and `left`
    (value <= threshold) and `right` trees again, or numbers: the leaves. Raises ValueError if a feature is
    unknown or a tree has more than 16 leaves: the file belongs to other code.
    """
    table = json.loads(text)
    columns = {name: column for column, name in enumerate(feature_names())}
    unknown = [name for name in table["features"] if name not in columns]
    if unknown:
        raise ValueError(f"the page model asks for the unknown feature {unknown[0]!r}; train it anew")
    places = [columns[name] for name in table["features"]]
    count, splits = len(table["trees"]), LEAVES - 1
    feature = np.zeros((count, splits), dtype=np.intp)
    threshold = np.full((count, splits), np.inf, dtype=np.float32)
    gone = np.zeros((count, splits), dtype=np.uint16)
    value = np.zeros((count, LEAVES), dtype=np.float32)
    for number, tree in enumerate(table["trees"]):
        leaves: list[float] = []
        split = 0
        # A stack in place of recursion: a node, or the split whose left side has just been counted.
        stack: list[tuple[object, int, int]] = [(tree, -1, 0)]
        while stack:
            node, place, first = stack.pop()
            if place >= 0:
                gone[number, place] = (1 << len(leaves)) - (1 << first)
            elif isinstance(node, list):
                if split == splits:
                    raise ValueError("the page model has a tree of more than 16 leaves; train it anew")
                feature[number, split], threshold[number, split] = places[node[0]], node[1]
                stack += [(node[3], -1, 0), (None, split, len(leaves)), (node[2], -1, 0)]
                split += 1
            else:
                leaves.append(float(node))  # type: ignore[arg-type]
        value[number, : len(leaves)] = leaves
    return Model(feature.T.ravel(), threshold.T.ravel(), gone.T.ravel(), value.ravel())
