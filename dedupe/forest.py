"""A forest of small decision trees: learned by `scripts/train_body`, kept as data, run by NumPy.

No tree is walked. Every question of the forest is asked of every row at once; each `no` strikes leaves out,
one bit for a leaf, and the first that is left over is the tree's answer (QuickScorer, Lucchese et al. 2015).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Rows asked at once: what they take fits in the cache of a processor.
_ROWS = 128
_LEAVES = 32
# A row that the first trees are this sure not to want is not asked further. Of 6,000 lines of a fifth of the
# pages that a forest trained on the others gives more than .3 this loses 3, and spares it two lines of three.
_FIRST, _HOPELESS = 30, -2.0


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as flat arrays. `columns` names the measurements that the questions are about.

    A question (`column`, `threshold`) asks whether a measurement is at most the threshold; if it is more, the
    leaves whose bits are missing in `left` are out. `first` has the first question of each tree, `leaf` its
    first leaf, `value` what each leaf adds.
    """

    columns: tuple[str, ...]
    column: NDArray[np.intp]
    threshold: NDArray[np.float32]
    left: NDArray[np.uint32]
    first: NDArray[np.intp]
    leaf: NDArray[np.intp]
    value: NDArray[np.float64]

    def predict(self, names: Sequence[str], table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give the chance of each row of a table, from 0 to 1; `names` are those of its columns."""
        import numpy as np

        place = {name: i for i, name in enumerate(names)}
        columns = np.array([place[name] for name in self.columns])[self.column]
        rows = np.ascontiguousarray(table.T)
        odds = self._odds(rows, columns, slice(0, _FIRST))
        hopeful = np.flatnonzero(odds > _HOPELESS)
        odds[hopeful] += self._odds(rows[:, hopeful], columns, slice(_FIRST, None))
        return np.asarray(1 / (1 + np.exp(-odds)))

    def _odds(
        self, rows: NDArray[np.float32], columns: NDArray[np.intp], trees: slice
    ) -> NDArray[np.float64]:
        """Sum up what some of the trees say of each row (a column of `rows`), as log odds."""
        import numpy as np

        odds = np.zeros(rows.shape[1])
        first, leaf = self.first[trees], self.leaf[trees]
        if not len(first):
            return odds
        stop = self.first[trees.stop] if (trees.stop or len(self.first)) < len(self.first) else len(columns)
        asked = slice(first[0], stop)
        columns, threshold, left = columns[asked], self.threshold[asked, None], self.left[asked, None]
        for start in range(0, len(odds), _ROWS):
            few = slice(start, start + _ROWS)
            more = rows[columns, few] > threshold
            masks = np.where(more, left, np.uint32(2**_LEAVES - 1))
            over = np.bitwise_and.reduceat(masks, first - first[0], axis=0)
            lowest = over & (~over + np.uint32(1))
            place = np.log2(lowest).astype(np.intp) + leaf[:, None]
            odds[few] = self.value[place].sum(axis=0)
        return odds


@cache
def forest() -> Forest:
    """Load the forest that tells the lines of an article from the rest of a page."""
    return read_forest(json.loads((files("dedupe") / "data" / "body.json").read_bytes()))


def read_forest(record: dict[str, Any]) -> Forest:
    """Read a forest from its trees: lists of nodes, `[column, threshold, above]`, or `[value]` for a leaf.

    The next node follows below the threshold, the one with the index `above` above it.

    >>> record = {"columns": ["length"], "trees": [[[0, 5.0, 2], [-2.0], [2.0]]]}
    >>> import numpy as np
    >>> read_forest(record).predict(["length"], np.array([[3], [8]], np.float32)).round(2).tolist()
    [0.12, 0.88]
    """
    import numpy as np

    questions: list[tuple[int, float, int]] = []
    values: list[float] = []
    first: list[int] = []
    leaves: list[int] = []
    for tree in record["trees"]:
        first.append(len(questions))
        leaves.append(len(values))
        _read_tree(tree, questions, values)
    column, threshold, left = zip(*questions, strict=True)
    return Forest(
        tuple(record["columns"]),
        np.array(column, np.intp),
        np.array(threshold, np.float32),
        np.array(left, np.uint32),
        np.array(first, np.intp),
        np.array(leaves, np.intp),
        np.array(values),
    )


def _read_tree(
    tree: Sequence[Sequence[float]], questions: list[tuple[int, float, int]], values: list[float]
) -> None:
    """Add the questions and the leaves of a tree, whose leaves are numbered as they stand."""
    if len(tree) == 1:
        questions.append((0, math.inf, 2**_LEAVES - 1))  # one that strikes no leaf
    number = 0
    before = []  # how many leaves stand before each node
    for node in tree:
        before.append(number)
        if len(node) == 1:
            values.append(node[0])
            number += 1
    for i, node in enumerate(tree):
        if len(node) > 1:
            struck = (1 << before[int(node[2])]) - (1 << before[i])
            questions.append((int(node[0]), node[1], (2**_LEAVES - 1) & ~struck))
