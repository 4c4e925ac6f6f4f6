"""Pages that were opened once: what the second reading of a chunk gives is what the first one gave."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pytest
from command import dedupe, listing
from test_crawl import BAD, NEWS, crawl

from dedupe.entries import Entry
from dedupe.errors import RecordError
from dedupe.inputs import find_inputs
from dedupe.reading import Chunk, Reading, plan
from dedupe.settings import Settings


@pytest.fixture
def chunk(tmp_path: Path) -> Chunk:
    """A crawl, pages, what is none, and files of other kinds between them."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(b'{"text": "One line.", "price": 1.10}\nbroken\n')
    (folder / "crawl.warc.gz").write_bytes(crawl(5, packed=True))
    (folder / "news.html.gz").write_bytes(gzip.compress(NEWS))
    (folder / "odd.html").write_bytes(
        b"<!doctype html><p>An odd one \xff &#xD800; \x0b\x85 &#8232; stands here."
    )
    (folder / "plain.txt").write_bytes(b"Another line.\r\n")
    for name, (data, _) in BAD.items():
        (folder / name).write_bytes(data)
    [chunk] = plan(find_inputs([str(folder)]).sources, 1_000_000)
    return chunk


def test_the_second_reading_gives_what_the_first_one_gave(chunk, tmp_path):
    plain = list(Reading(Settings()).entries(chunk))
    reading = Reading(Settings(), opened=tmp_path / "opened")
    assert list(reading.entries(chunk)) == plain
    for source in chunk.sources:
        if source.name.endswith(("html", "html.gz", "warc.gz")):
            assert source.path is not None
            source.path.write_bytes(b"")
    assert list(reading.entries(chunk, again=True)) == plain
    reading.forget(chunk)
    assert listing(tmp_path / "opened") == []
    assert list(reading.entries(chunk, again=True)) != plain, "then the files themselves are read"


def test_a_reading_that_was_broken_off_keeps_nothing(chunk, tmp_path):
    reading = Reading(Settings(), opened=tmp_path / "opened")
    entries = reading.entries(chunk)
    for _ in range(9):
        next(entries)
    entries.close()
    assert listing(tmp_path / "opened") == []


def test_what_is_bad_stops_a_strict_reading_the_second_time_too(chunk, tmp_path):
    opened = tmp_path / "opened"
    pages = Chunk(0, tuple(source for source in chunk.sources if source.name.endswith("html")))
    list(Reading(Settings(), opened=opened).entries(pages))
    with pytest.raises(RecordError, match=r"broken\.html"):
        list(Reading(Settings(), opened=opened, strict=True).entries(pages, again=True))


def test_a_large_run_opens_its_pages_once_and_leaves_nothing(chunk, tmp_path):
    found = []
    for options in ([], ["--chunk-size", "4000", "--workers", "2"]):
        assert dedupe("clean", "in", "-o", "out", *options, cwd=tmp_path).code == 3
        assert not list((tmp_path / "out").glob(".*"))
        found.append([(tmp_path / "out" / name).read_bytes() for name in ("articles.jsonl", "removed.jsonl")])
    assert found[0] == found[1]


@pytest.fixture
def records(tmp_path: Path) -> Chunk:
    """Records with pages in three formats, some of which are none, and records without."""
    folder = tmp_path / "records"
    folder.mkdir()
    page = NEWS.decode("utf-8", "replace")
    rows = [
        {"url": "https://a.example/1", "author": "Ann Lee", "html": page, "price": 1},
        {"html": page, "language": None},
        {"id": "x", "html": "", "text": "No page."},
        {"id": "y", "html": "<!doctype html><title></title>"},
        {"id": "z", "html": page, "text": "A text beside its page."},
    ]
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + "broken\n")
    with (folder / "b.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["id", "url", "html", "text"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    (folder / "c.txt").write_text("A text.\n")
    [chunk] = plan(find_inputs([str(folder)]).sources, 1_000_000)
    return chunk


def test_pages_of_records_are_opened_once(records, tmp_path, monkeypatch):
    plain = list(Reading(Settings()).entries(records))
    reading = Reading(Settings(), opened=tmp_path / "opened")
    assert list(reading.entries(records)) == plain
    with monkeypatch.context() as patched:
        patched.setattr("dedupe.page.read_page", None)
        again = list(reading.entries(records, again=True))
    assert again == plain
    for (_, one), (_, other) in zip(plain, again, strict=True):
        if isinstance(one, Entry) and isinstance(other, Entry):
            assert list(one.document.extra.items()) == list(other.document.extra.items())
    assert sum(isinstance(entry, Entry) and bool(entry.document.blocks) for _, entry in plain) >= 3
    reading.forget(records)
    assert list(reading.entries(records, again=True)) == plain, "then the pages themselves are read"


def test_pages_that_are_not_those_that_were_kept_are_opened(records, tmp_path):
    reading = Reading(Settings(), opened=tmp_path / "opened")
    list(reading.entries(records))
    moved = tmp_path / "records" / "a.jsonl"
    moved.write_bytes(b'{"id": "new", "text": "First of all."}\n' + moved.read_bytes())
    assert list(reading.entries(records, again=True)) == list(Reading(Settings()).entries(records))


def test_a_page_that_changed_where_it_stands_is_opened(records, tmp_path):
    reading = Reading(Settings(), opened=tmp_path / "opened")
    list(reading.entries(records))
    changed = tmp_path / "records" / "a.jsonl"
    other = NEWS.decode("utf-8", "replace").upper()
    changed.write_text(json.dumps({"url": "https://a.example/1", "html": other}) + "\n")
    assert list(reading.entries(records, again=True)) == list(Reading(Settings()).entries(records))


def test_records_without_pages_leave_no_file(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "A text."}\n')
    [chunk] = plan(find_inputs([str(tmp_path / "a.jsonl")]).sources, 1_000_000)
    list(Reading(Settings(), opened=tmp_path / "opened").entries(chunk))
    assert not (tmp_path / "opened").exists()
