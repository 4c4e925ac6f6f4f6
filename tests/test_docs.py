"""What the documents say is true: their Python runs, and their links lead somewhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dedupe

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
BLOCKS = [
    pytest.param(block, id=f"{path.name}-{number}")
    for path in DOCS
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_python_of_the_documents_runs(block):
    exec(compile(block, "document", "exec"), {})


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_every_rule_of_a_run_is_explained():
    texts = [
        text
        for path in (ROOT / "fixtures/cases").glob("*.json")
        for text in _texts(json.loads(path.read_bytes()))
    ]
    texts += [path.read_text("utf-8") for path in (ROOT / "fixtures").glob("[dp]*/*.[ht]*")]
    found = {(row.reason, row.rule) for text in texts for row in dedupe.clean(text).removed}
    assert len(found) > 30
    said = set(re.findall(r"`([^`\n]+)`", (ROOT / "docs/ledger.md").read_text("utf-8")))
    for reason, rule in found:
        kind, colon, how = rule.partition(": ")
        names = {reason, *rule.split(", ")} if reason == "repair" else {reason}
        if kind == "run in":
            names |= set(how.split(", "))
        elif reason != "repair":
            names |= {kind, f"KIND: {how}"} if colon and rule not in said else {rule}
        assert names <= said, f"{reason} ({rule})"


def _texts(cases):
    """Give all texts in a file of cases: lists of lines, however deep."""
    if isinstance(cases, list) and all(isinstance(each, str) for each in cases):
        return ["\n".join(cases)]
    inside = cases.values() if isinstance(cases, dict) else cases if isinstance(cases, list) else ()
    return [text for each in inside for text in _texts(each)]


def test_the_readme_tells_of_the_other_project():
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "dedupe-articles" in readme
    assert "PyPI" in readme


def test_the_picture_of_a_page_colors_what_was_decided():
    page = ROOT / "fixtures/pages/news.html"
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/draw_page", page],
        env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    blocks = re.findall(r'<text x="6"[^>]*fill="(#\w+)">([^<]+)<', done.stdout)
    assert any(ink == "#14532d" and text.startswith("Engineers found cracks") for ink, text in blocks)
    assert ("#7f1d1d", "Skip to content") in blocks
