"""The cases of fixtures/cases: what goes in, and what a reader would want to come out.

A case names its input (`text`, or a `file` in fixtures) and any of `title`, `date`, `metadata` and `clean`
(the text that should be left). A list of strings stands for lines. `"expect": "fail"` is a known failure,
which must go on failing until somebody repairs it and says so.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dedupe.clean import clean
from dedupe.model import Article

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
KEYS = {"label", "comment", "text", "file", "title", "date", "metadata", "clean", "expect", "idempotent"}


def load_cases() -> list[tuple[str, dict[str, Any]]]:
    return [
        (path.stem, case)
        for path in sorted((FIXTURES / "cases").glob("*.json"))
        for case in json.loads(path.read_text("utf-8"))
    ]


def params(*, strict: bool) -> list[Any]:
    """Make one parameter of each case; with `strict`, known failures are marked as such."""
    marks = [pytest.mark.xfail(strict=True)]
    return [
        pytest.param(
            case, id=f"{room}: {case['label']}", marks=marks if strict and is_known_failure(case) else ()
        )
        for room, case in load_cases()
    ]


def is_known_failure(case: dict[str, Any]) -> bool:
    return bool(case["expect"] == "fail")


def joined(value: str | list[str]) -> str:
    return value if isinstance(value, str) else "\n".join(value)


def text_of(case: dict[str, Any]) -> str:
    if "file" in case:
        return Path(FIXTURES, case["file"]).read_text("utf-8")
    text: str | list[str] = case["text"]
    return joined(text)


@pytest.mark.parametrize("case", params(strict=True))
def test_case(case: dict[str, Any]) -> None:
    article = clean(text_of(case))
    wanted = {key: case[key] for key in ("title", "date", "metadata", "clean") if key in case}
    found: dict[str, Any] = {
        "title": article.title,
        "date": article.date,
        "metadata": dict(article.metadata),
        "clean": article.text,
    }
    if "clean" in wanted:
        wanted["clean"] = joined(wanted["clean"])
    assert {key: found[key] for key in wanted} == wanted


@pytest.mark.parametrize("case", params(strict=False))
def test_ledger_of_case(case: dict[str, Any]) -> None:
    text = text_of(case)
    check_ledger(text, clean(text))


@pytest.mark.parametrize("case", params(strict=False))
def test_case_again(case: dict[str, Any]) -> None:
    """Cleaning a clean text changes nothing; a case may say otherwise, with a comment on why."""
    if case.get("idempotent", True):
        once = clean(text_of(case)).text
        assert clean(once).text == once


def check_ledger(text: str, article: Article) -> None:
    """Check that every row of a ledger shows the place it names, and that no character went twice."""
    for row in article.removed:
        assert text[row.start : row.end] == row.text
        assert row.line == text_line(text, row.start)
    cuts = sorted((row.start, row.end) for row in article.removed if row.reason != "repair")
    assert all(end <= start for (_, end), (start, _) in pairwise(cuts))


def text_line(text: str, offset: int) -> int:
    """Give the physical line, from 1, of an offset; CRLF, CR and LF all end a line."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1


def test_cases_are_well_formed() -> None:
    labels = [(room, case["label"]) for room, case in load_cases()]
    assert len(set(labels)) == len(labels)
    for room, case in load_cases():
        where = f"{room}: {case['label']}"
        assert set(case) <= KEYS, where
        assert case["expect"] in ("pass", "fail"), where
        assert ("text" in case) != ("file" in case), where
        assert {"title", "date", "metadata", "clean"} & set(case), where
        assert "comment" in case or (case["expect"] == "pass" and case.get("idempotent", True)), where


@pytest.mark.parametrize(
    ("room", "least"), [("repair", 40), ("header", 25), ("metadata", 25), ("repeats", 25), ("body", 25)]
)
def test_a_third_of_the_cases_must_come_out_unchanged(room: str, least: int) -> None:
    cases = [case for name, case in load_cases() if name == room]
    assert len(cases) >= least
    assert 3 * sum(case["label"].startswith("negative") for case in cases) >= len(cases)
