"""The pairs of fixtures/pairs: two texts, and what they are to each other.

An entry holds a `text` (a list of strings stands for lines), for a frame the `facts` that fill it, and
`pairs`, each with what makes the second text: other `facts`, pieces to `replace`, what stands `before` and
`after`, or all of the `other` text. `"expect": "fail"` is a known failure, which must go on failing until
somebody repairs it and says so.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dedupe.duplicates import find_duplicates
from dedupe.model import Document
from dedupe.relation import DUPLICATES, NAMES

PAIRS = Path(__file__).resolve().parent.parent / "fixtures" / "pairs"
KEYS = {"label", "facts", "replace", "before", "after", "other", "relation", "expect", "comment"}


def joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def load_pairs() -> list[tuple[str, str, dict[str, Any]]]:
    """Give (one text, the other, what is said of them)."""
    found = []
    for path in sorted(PAIRS.glob("*.json")):
        for entry in json.loads(path.read_text("utf-8")):
            for pair in entry["pairs"]:
                found.append((*texts_of(entry, pair), pair))
    return found


def texts_of(entry: dict[str, Any], pair: dict[str, Any]) -> tuple[str, str]:
    text = joined(entry["text"])
    if "facts" in entry:
        return text.format(**entry["facts"]), text.format(**{**entry["facts"], **pair["facts"]})
    other = joined(pair.get("other", text))
    for old, new in pair.get("replace", ()):
        assert old in other, f"{pair['label']}: {old!r}"
        other = other.replace(old, new)
    return text, pair.get("before", "") + other + pair.get("after", "")


def params() -> list[Any]:
    fails = [pytest.mark.xfail(strict=True)]
    return [
        pytest.param(
            one, other, pair["relation"], id=pair["label"], marks=fails if pair["expect"] == "fail" else ()
        )
        for one, other, pair in load_pairs()
    ]


@pytest.mark.parametrize(("one", "other", "relation"), params())
def test_relation(one: str, other: str, relation: str) -> None:
    found = find_duplicates([Document(0, one), Document(1, other)], fast=False)
    assert [f.relation for f in found] == [relation] * (relation != "unrelated")
    assert any(f.removed for f in found) == (relation in DUPLICATES)


def test_pairs_are_well_formed() -> None:
    pairs = [pair for _, _, pair in load_pairs()]
    assert len({pair["label"] for pair in pairs}) == len(pairs)
    for pair in pairs:
        assert set(pair) <= KEYS, pair["label"]
        assert pair["relation"] in NAMES, pair["label"]
        assert pair["expect"] in ("pass", "fail"), pair["label"]
        assert "comment" in pair or pair["expect"] == "pass", pair["label"]
        assert pair["label"].startswith("negative") == (pair["relation"] not in DUPLICATES), pair["label"]
    assert 2 * sum(pair["relation"] not in DUPLICATES for pair in pairs) >= len(pairs) >= 100
