"""The quality gate: no figure over the dump that we make ourselves may fall below its floor."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import quality


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    folder = tmp_path_factory.mktemp("dump")
    quality.make_dump(folder)
    return quality.measure(folder)


@pytest.fixture(scope="module")
def pinned() -> dict[str, object]:
    pinned: dict[str, object] = json.loads(quality.FLOORS.read_text("utf-8"))
    return pinned


def test_floors_were_measured_on_this_dump(pinned: dict[str, object]) -> None:
    assert pinned["digest"] == quality.digest(), "fixtures changed: run scripts/update_floors"


def test_no_figure_is_below_its_floor(figures: dict[str, float], pinned: dict[str, dict[str, float]]) -> None:
    floors = pinned["floors"]
    assert set(figures) == set(floors), "the figures changed: run scripts/update_floors"
    below = {name: (figures[name], floor) for name, floor in floors.items() if figures[name] < floor}
    assert not below, f"figure, floor: {below}"


def test_the_dump_is_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        quality.make_dump(tmp_path / name, seed=7, size=60)
    for name in ("dump.jsonl", "truth.jsonl"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_the_truth_tells_of_every_line(tmp_path: Path) -> None:
    quality.make_dump(tmp_path, seed=7, size=120)
    dump = quality.read_lines(tmp_path / "dump.jsonl")
    for record, truth in zip(dump, quality.read_lines(tmp_path / "truth.jsonl"), strict=True):
        lines = [line["text"] for line in truth["lines"]]
        assert record["text"].replace("\r\n", "\n") == "\n".join(lines)
        kept = [line.get("clean", line["text"]) for line in truth["lines"] if line["label"] == "keep"]
        assert truth["text"] == "\n".join(kept)


def test_a_line_counts_as_gone_by_its_characters() -> None:
    assert quality.covered(10, 20, [(0, 12), (15, 17), (19, 40)]) == 5
    assert quality.covered(10, 20, [(0, 10), (20, 30)]) == 0
