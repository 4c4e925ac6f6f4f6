# ruff: noqa: E501 (tables of cases)
"""Settings are checked once, and the types that travel are frozen."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.errors import SettingsError
from dedupe.ledger import message, row
from dedupe.model import Article, Document, Removal, Twin
from dedupe.settings import PRESETS, STAGES, Settings


def test_stages_run_in_one_order() -> None:
    assert Settings(stages=("repeats", "repair")).stages == ("repair", "repeats")
    assert Settings().stages == STAGES


@pytest.mark.parametrize(
    "options", [{"stages": ("repiar",)}, {"stages": "repair"}, {"stages": (1,)}, {"lists": ("x",)}, {"text_field": ""}, {"id_field": 3},
     {"keep": "best"}, {"keep": "field:"}, {"keep": 3}, {"relation": ("other facts",)}, {"threshold": 0}, {"threshold": 1.5},
     {"threshold": "0.8"}, {"annotate": 1}, {"max_group": 0}, {"max_group": 9.5}, {"chunk_size": 10}]
)  # fmt: skip
def test_what_cannot_be_used_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(options))):
        Settings(**options)


def test_names_of_a_table() -> None:
    settings = Settings.from_mapping({"text-field": "body", "stages": ["repair"]})
    assert (settings.text_field, settings.stages) == ("body", ("repair",))
    with pytest.raises(SettingsError, match="no such option"):
        Settings.from_mapping({"text_feild": "body"})


@pytest.mark.parametrize("preset", PRESETS)
def test_a_name_beside_a_preset_wins(preset: str) -> None:
    settings = Settings.from_mapping({"text_field": "own", "preset": preset})
    assert settings.text_field == "own"
    assert all(
        getattr(settings, name) == value for name, value in PRESETS[preset].items() if name != "text_field"
    )


def test_the_nearest_project_counts(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.dedupe]\nstages = ['repair']\n")
    (tmp_path / "a/b").mkdir(parents=True)
    assert Settings.from_project(tmp_path / "a/b").stages == ("repair",)
    (tmp_path / "a/pyproject.toml").write_text("[tool]\ndedupe = 3\n")
    with pytest.raises(SettingsError, match="make it a table"):
        Settings.from_project(tmp_path / "a/b")


@pytest.mark.parametrize("each", [Document("a", "b"), Article("a", "b"), Twin("a", 1, 0, 1), Settings()])
def test_data_is_frozen(each: Any) -> None:
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        setattr(each, dataclasses.fields(each)[0].name, "other")


def test_a_row_and_its_message() -> None:
    removal = Removal(
        "a", "line", "repeat", "pasted block", 7, 10, 14, "a\n" + "b" * 99, Twin("a", 2, 0, 4), 1.0
    )
    assert row(removal).endswith(b"\n")
    assert b'"twin": {"id": "a", "line": 2' in row(removal)
    said = message(removal, "in.txt")
    assert said.startswith("in.txt:7: repeat (pasted block): a bbb")
    assert said.endswith("… (kept: line 2)")
    assert "\n" not in said


def test_foreign_metadata_stays() -> None:
    article = Article(
        "a", "b", metadata={"x": "1"}, extra={"metadata": {"x": "2"}, "tags": [1], "text": "no"}
    )
    record = article.to_dict()
    assert (record["metadata"], record["tags"], record["text"]) == ({"x": "2"}, [1], "b")


@given(
    st.builds(
        Removal, st.integers() | st.text(), st.text(), st.text(), st.text(), st.integers(), st.integers(),
        st.integers(), st.text(),
        st.none() | st.builds(Twin, st.text(), st.integers(), st.integers(), st.integers()),
        st.none() | st.floats(0, 1),
    )
)  # fmt: skip
def test_a_row_of_the_ledger_is_json(removal: Removal) -> None:
    assert row(removal).decode() == json.dumps(removal.to_dict(), ensure_ascii=False) + "\n"
