"""Files of templates: written, edited, brought up to date, and refused where they do not fit."""

from __future__ import annotations

import json

import pytest
from command import dedupe, jsonl, listing, records
from town import HEAD, body, page, record

HOST = "lockside-mail.example"


def test_learn_writes_what_clean_writes(dump, tmp_path):
    outcome = dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path)
    assert outcome.code == 0
    assert "8 documents of 1 source read" in outcome.err
    assert outcome.err.endswith("written to t.json\n")
    dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    dedupe("clean", "in.jsonl", "-o", "out.jsonl", cwd=tmp_path)
    assert (tmp_path / "t.json").read_bytes() == (tmp_path / "out/templates.json").read_bytes()
    assert (tmp_path / "t.json").read_bytes() == (tmp_path / "out.templates.json").read_bytes()
    assert dedupe("learn", "in.jsonl", "-o", "-", cwd=tmp_path).out == (tmp_path / "t.json").read_bytes()


def test_templates_serve_another_run(dump, tmp_path):
    dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path)
    (tmp_path / "one.jsonl").write_bytes(jsonl(record("new", page("new"))))
    outcome = dedupe("clean", "one.jsonl", "-o", "out", "--templates", "t.json", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    [article] = records(tmp_path / "out/articles.jsonl")
    assert article["text"].splitlines() == body("new")
    assert not (tmp_path / "out/templates.json").exists()
    assert dedupe("check", "one.jsonl", "--templates", "t.json", cwd=tmp_path).code == 1


def test_an_edited_file_counts(dump, tmp_path):
    dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path)
    table = json.loads((tmp_path / "t.json").read_text())
    del table["sources"][HOST]["lines"][HEAD[1]]
    (tmp_path / "t.json").write_text(json.dumps(table))
    dedupe("clean", "in.jsonl", "-o", "out", "--templates", "t.json", "--lists", "none", cwd=tmp_path)
    rows = records(tmp_path / "out/removed.jsonl")
    assert HEAD[1] not in {row["text"] for row in rows if row["rule"] == "site line"}


def test_update_replaces_what_is_met_again_and_keeps_the_rest(dump, tmp_path):
    dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path)
    items = [
        record(n, page(n, head=["A new menu of the site"]), host)
        for n in range(9)
        for host in (HOST, "b.org")
    ]
    (tmp_path / "new.jsonl").write_bytes(jsonl(*items))
    (tmp_path / "old.jsonl").write_bytes(jsonl(*(record(n, page(n), "c.org") for n in range(5))))
    dedupe("learn", "old.jsonl", "-o", "t.json", "--update", "t.json", cwd=tmp_path)
    before = json.loads((tmp_path / "t.json").read_text())
    outcome = dedupe("learn", "new.jsonl", "-o", "t.json", "--update", "t.json", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert "1 source kept as before" in outcome.err
    after = json.loads((tmp_path / "t.json").read_text())
    assert set(after["sources"]) == {HOST, "b.org", "c.org"}
    assert after["sources"]["c.org"] == before["sources"]["c.org"]
    assert after["sources"][HOST]["pages"] == 9
    assert HEAD[0] not in after["sources"][HOST]["lines"]
    assert after["shared"]["pages"] == 3


MADE = '"version": 1, "made": {"sources": "host", "documents": 8}'
BROKEN = {
    "missing": (None, "t.json': cannot be read: No such file or directory\n"),
    "not JSON": ("{broken", "not JSON (line 1)"),
    "a list": ("[]", "no templates in it; make some with `dedupe learn`"),
    "something else": ('{"version": 1}', "no templates in it"),
    "a summary": ('{"version": "0.1.0", "sources": {}}', "no templates in it"),
    "another version": ('{"version": 99, "sources": {}}', "templates of version 99, not 1; learn them again"),
    "an unknown part": (
        '{"version": 1, "sources": {"a": {"line": {}}}}',
        "'line' of 'a' is no part; there are pages, order, title_suffixes",
    ),
    "a list as a source": ('{"version": 1, "sources": {"a": []}}', "'a' is no table of parts"),
    "sources as a list": ('{"version": 1, "sources": []}', "'sources' is no table"),
    "made with nothing said": (
        '{"version": 1, "sources": {}}',
        "what was one source when it was made; learn",
    ),
    "made with something else": (
        '{"version": 1, "made": {"sources": "page"}, "sources": {}}',
        "what was one source when it was made; learn it again",
    ),
    "documents in words": (
        '{"version": 1, "made": {"sources": "host", "documents": "many"}, "sources": {}}',
        "no whole number",
    ),
    "made with other settings": (
        '{"version": 1, "made": {"sources": "domain"}, "sources": {}}',
        "made with sources = 'domain', and these settings say 'host'; learn it again",
    ),
    "lines as a list": (f'{{{MADE}, "sources": {{"a": {{"lines": ["x"]}}}}}}', "not the form of templates"),
    "a count in words": (f'{{{MADE}, "sources": {{"a": {{"lines": {{"x": "two"}}}}}}}}', "no whole number"),
    "titles as a list": (f'{{{MADE}, "sources": {{"a": {{"title_suffixes": []}}}}}}', "is no table of lines"),
    "shared as a list": (
        f'{{{MADE}, "sources": {{}}, "shared": {{"tails": []}}}}',
        "not the form of templates",
    ),
    "an order": (f'{{{MADE}, "sources": {{"a": {{"order": "ymd"}}}}}}', "'order' is neither"),
    "not UTF-8": (b"\xff\xfe{", "cannot be read"),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize(
    ("option", "run"),
    [
        ("templates", ["clean", "in.jsonl", "-o", "out", "--templates", "t.json"]),
        ("templates", ["check", "in.jsonl", "--templates", "t.json"]),
        ("update", ["learn", "in.jsonl", "-o", "new.json", "--update", "t.json"]),
    ],
    ids=["clean", "check", "learn"],
)
def test_a_broken_file_of_templates_is_refused(case, option, run, dump, tmp_path):
    text, message = BROKEN[case]
    if text is not None:
        (tmp_path / "t.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    before = listing(tmp_path)
    outcome = dedupe(*run, cwd=tmp_path)
    assert outcome.code == 2, outcome.err
    assert f"error: {option} = 't.json': " in outcome.err
    assert message in outcome.err
    assert listing(tmp_path) == before


def test_a_file_says_what_it_was_made_with(dump, tmp_path):
    dedupe("learn", "in.jsonl", "-o", "t.json", "--sources", "domain", cwd=tmp_path)
    made = json.loads((tmp_path / "t.json").read_text())["made"]
    assert (made["sources"], made["documents"]) == ("domain", 8)
    assert made["by"].startswith("dedupe ")
    run = ["in.jsonl", "--templates", "t.json", "--sources"]
    assert dedupe("check", *run, "domain", cwd=tmp_path).code == 1
    assert dedupe("check", *run, "host", cwd=tmp_path).code == 2
    dedupe("learn", "in.jsonl", "-o", "t.json", "--sources", "domain", "--update", "t.json", cwd=tmp_path)
    assert json.loads((tmp_path / "t.json").read_text())["made"]["documents"] == 16


def test_sources_that_teach_nothing_are_named(tmp_path):
    items = [record(n, page(n), "few.example") for n in range(2)]
    items += [record(n, page("same"), "alike.example") for n in range(6)]
    items += [record(n, page(f"{n} good"), "good.example") for n in range(6)]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    said = dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path).err
    assert "1 source with too few pages to learn from (less than 3): few.example\n" in said
    assert (
        "1 source with pages too much alike to learn from (copies of one, or of one form): alike.example\n"
        in said
    )
    assert "good.example" not in said


def test_templates_of_other_sources_are_noted(dump, tmp_path):
    dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path)
    (tmp_path / "other.jsonl").write_bytes(jsonl(record(1, page(1), "else.example")))
    outcome = dedupe("clean", "other.jsonl", "-o", "out", "--templates", "t.json", cwd=tmp_path)
    assert outcome.code == 0
    assert "note: no source of these inputs is in t.json; see --sources" in outcome.err


def test_the_project_names_templates_and_none_learns(dump, tmp_path):
    dedupe("learn", "in.jsonl", "-o", "t.json", cwd=tmp_path)
    (tmp_path / "pyproject.toml").write_text('[tool.dedupe]\ntemplates = "t.json"\n')
    (tmp_path / "deep").mkdir()
    run = ["clean", "../in.jsonl", "-o"]
    assert dedupe(*run, "one", cwd=tmp_path / "deep").code == 0
    assert (
        json.loads((tmp_path / "deep/one/summary.json").read_text())["settings"]["templates"] == "../t.json"
    )
    assert not (tmp_path / "deep/one/templates.json").exists()
    assert dedupe(*run, "two", "--templates", "none", cwd=tmp_path / "deep").code == 0
    assert (tmp_path / "deep/two/templates.json").exists()


def test_bad_records_are_told_once(dump, tmp_path):
    dump.write_bytes(dump.read_bytes() + b"{broken\n")
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert outcome.err.count("skipped: in.jsonl:9: not JSON") == 1
    outcome = dedupe("learn", "in.jsonl", "nowhere", "-o", "t.json", cwd=tmp_path)
    assert outcome.code == 3
    assert outcome.err.count("skipped: ") == 2
    assert "t.json" in listing(tmp_path)
    outcome = dedupe("learn", "in.jsonl", "-o", "strict.json", "--strict", cwd=tmp_path)
    assert outcome.code == 3
    assert "strict.json" not in listing(tmp_path)
