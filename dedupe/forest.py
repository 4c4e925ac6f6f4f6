"""A small forest of decision trees: learned by `scripts/train_body`, kept as data, run by NumPy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees as flat arrays, one entry a node. At a leaf both ways lead back to itself.

    `columns` names the measurements that the trees ask for; `roots` has the first node of each tree.
    """

    columns: tuple[str, ...]
    roots: NDArray[np.int32]
    column: NDArray[np.int32]
    threshold: NDArray[np.float32]
    below: NDArray[np.int32]
    above: NDArray[np.int32]
    value: NDArray[np.float64]
    depth: int

    def predict(self, names: Sequence[str], table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Give the chance of each row of a table, from 0 to 1; `names` are those of its columns."""
        import numpy as np

        place = {name: i for i, name in enumerate(names)}
        columns = np.array([place[name] for name in self.columns])[self.column]
        rows = np.arange(len(table))[:, None]
        nodes = np.broadcast_to(self.roots, (len(table), len(self.roots)))
        for _ in range(self.depth):
            goes_up = table[rows, columns[nodes]] > self.threshold[nodes]
            nodes = np.where(goes_up, self.above[nodes], self.below[nodes])
        return np.asarray(1 / (1 + np.exp(-self.value[nodes].sum(axis=1))))


@cache
def forest() -> Forest:
    """Load the forest that tells the lines of an article from the rest of a page."""
    return read_forest(json.loads((files("dedupe") / "data" / "body.json").read_bytes()))


def read_forest(record: dict[str, Any]) -> Forest:
    """Read a forest from its lists of nodes: `[column, threshold, below, above]`, or `[value]` for a leaf.

    >>> record = {"columns": ["length"], "trees": [[[0, 5.0, 1, 2], [-2.0], [2.0]]]}
    >>> import numpy as np
    >>> read_forest(record).predict(["length"], np.array([[3], [8]], np.float32)).round(2).tolist()
    [0.12, 0.88]
    """
    import numpy as np

    roots: list[int] = []
    nodes: list[tuple[int, float, int, int, float]] = []
    depth = 0
    for tree in record["trees"]:
        root = len(nodes)
        roots.append(root)
        for i, node in enumerate(tree):
            if len(node) == 1:
                nodes.append((0, 0.0, root + i, root + i, node[0]))
            else:
                nodes.append((node[0], node[1], root + node[2], root + node[3], 0.0))
        depth = max(depth, _depth(tree, 0))
    column, threshold, below, above, value = zip(*nodes, strict=True)
    return Forest(
        tuple(record["columns"]),
        np.array(roots, np.int32),
        np.array(column, np.int32),
        np.array(threshold, np.float32),
        np.array(below, np.int32),
        np.array(above, np.int32),
        np.array(value),
        depth,
    )


def _depth(tree: Sequence[Sequence[float]], node: int) -> int:
    if len(tree[node]) == 1:
        return 0
    return 1 + max(_depth(tree, int(tree[node][2])), _depth(tree, int(tree[node][3])))
