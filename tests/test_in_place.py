"""Inputs that are cleaned in place: what changes, what keeps its bytes, and what is said of it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from command import (
    CLEAN_BODY,
    CLEAN_FILE,
    RECORD,
    article,
    dedupe,
    jsonl,
    listing,
    records,
    write_dump,
)  # fmt: skip


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return write_dump(tmp_path / "dump")


def test_in_place(dump, tmp_path):
    (dump / "other.jsonl").write_bytes(b'{"id": 1, "text": "words"}\nbroken\n')
    before = {name: (dump / name).stat().st_mtime_ns for name in ("plain.md", "other.jsonl")}
    outcome = dedupe("clean", "dump", "--in-place", cwd=tmp_path)
    assert outcome.code == 3, "of the broken line"
    assert (dump / "site/lock.txt").read_text() == CLEAN_FILE
    assert listing(dump) == ["other.jsonl", "plain.md", "records.jsonl", "site/lock.txt"]
    assert (dump / "plain.md").stat().st_mtime_ns == before["plain.md"]
    assert "note: what went is kept nowhere, nor the facts of text files; --ledger FILE" in outcome.err
    again = dedupe("clean", "dump", "--in-place", cwd=tmp_path)
    assert "0 documents changed" in again.err
    assert again.err.endswith("nothing to clean; the inputs stay as they are\n")


def test_in_place_the_facts_of_records_are_not_called_lost(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(RECORD))
    outcome = dedupe("clean", "in.jsonl", "--in-place", cwd=tmp_path)
    assert "note: what went is kept nowhere; --ledger FILE keeps it" in outcome.err
    assert len(records(tmp_path / "in.jsonl")[0]["metadata"]) == 3


def test_in_place_a_record_changes_where_it_must_and_the_rest_keeps_its_bytes(tmp_path):
    clean = b'{"text":"First of two short lines.\\nThe second one goes on for a bit.","n":1.10}\r\n'
    broken = b"{not json\n\n"
    dirty = json.dumps({"n": 1, "text": article(), "k": "v"}).encode() + b"\n"
    (tmp_path / "in.jsonl").write_bytes(broken + dirty)
    assert dedupe("clean", "in.jsonl", "--in-place", cwd=tmp_path).code == 3
    data = (tmp_path / "in.jsonl").read_bytes()
    assert data.startswith(broken)
    [record] = [json.loads(line) for line in data.splitlines()[2:]]
    assert list(record) == ["n", "text", "k", "title", "date", "metadata"]
    assert record["text"] == CLEAN_BODY
    (tmp_path / "in.jsonl").write_bytes(clean)
    dedupe("clean", "in.jsonl", "--in-place", "--stages", "repair,repeats", cwd=tmp_path)
    assert (tmp_path / "in.jsonl").read_bytes() == clean


def test_in_place_a_damaged_file_is_left_alone(tmp_path):
    packed = gzip.compress(jsonl(*(RECORD | {"id": n, "n": f"{n * 7919}"} for n in range(999))))
    (tmp_path / "in.jsonl.gz").write_bytes(packed[:-99])
    assert dedupe("clean", "in.jsonl.gz", "--in-place", cwd=tmp_path).code == 3
    assert (tmp_path / "in.jsonl.gz").read_bytes() == packed[:-99]


def test_with_a_ledger_nothing_is_lost_and_nothing_said(dump, tmp_path):
    outcome = dedupe("clean", "dump", "--in-place", "--ledger", "went.jsonl", cwd=tmp_path)
    assert outcome.err.endswith("the inputs were cleaned in place\n")


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_what_would_be_done_is_told_as_what_is_done(option, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(CLEAN_BODY)
    told = dedupe("clean", ".", "--in-place", option, cwd=tmp_path)
    done = dedupe("clean", ".", "--in-place", cwd=tmp_path)
    assert "kept: b.txt:1: duplicate (same as a.txt)" in told.err
    assert told.err.splitlines()[:-1] == done.err.splitlines()[:-1]
    assert told.out == b""


def test_annotations_are_the_same_again(tmp_path):
    texts = (CLEAN_BODY, CLEAN_BODY, "A few words.")
    items = [{"id": n, "text": text, "group": "own"} for n, text in enumerate(texts)]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    run = ("clean", "in.jsonl", "--in-place", "--annotate")
    assert dedupe(*run, cwd=tmp_path).code == 0
    once = (tmp_path / "in.jsonl").read_bytes()
    assert [item["duplicate_of"] for item in records(tmp_path / "in.jsonl")] == [None, 0, None]
    assert dedupe(*run, cwd=tmp_path).code == 0
    assert (tmp_path / "in.jsonl").read_bytes() == once
