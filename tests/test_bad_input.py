"""Bad input costs the one record: each case tells its file and line, and the rest of the dump is done."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from command import ALONE, COMMAND, ENVIRONMENT, article, dedupe, jsonl, listing, records

GOOD = {"id": "good", "text": "One sentence that is fine."}
OUTPUTS = ["articles.jsonl", "removed.jsonl", "summary.json", "templates.json"]


# --- records that cannot be used -------------------------------------------------------------------------

RECORDS = {
    "not JSON": b"{broken",
    "not JSON (cut off)": b'{"id": 1, "text": "x"',
    "not JSON (two values)": b'{"text": "x"} {"text": "y"}',
    "not JSON (no comma)": b'{"text": "x" "id": 1}',
    "not JSON (nested too deeply)": b'{"text": "x", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "not JSON (NUL)": b'\x00\x00{"text": "x"}',
    "not an object": b'["text"]',
    "not an object (string)": b'"text"',
    "not an object (null)": b"null",
    "no text": b'{"id": 3, "body": "x"}',
    "no text (empty object)": b"{}",
    "text is null": b'{"id": 3, "text": null}',
    "text is not a string": b'{"id": 3, "text": 17}',
    "text is not a string (list)": b'{"id": 3, "text": ["a"]}',
    "text is not a string (true)": b'{"id": 3, "text": true}',
    "not UTF-8": b'{"text": "caf\xe9"}',
}


@pytest.mark.parametrize("case", RECORDS)
def test_a_bad_record_costs_itself_alone(case, tmp_path):
    reason = case.partition(" (")[0]
    dump = tmp_path / "dump.jsonl"
    after = {"id": "after", "text": "Another sentence that is fine as well."}
    dump.write_bytes(jsonl(GOOD) + RECORDS[case] + b"\n" + jsonl(after))
    outcome = dedupe("clean", "dump.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert "skipped: dump.jsonl:2: " in outcome.err
    assert f"skipped: 1 {reason}" in outcome.err
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == ["good", "after"]
    assert json.loads((tmp_path / "out/summary.json").read_text())["skipped"] == {reason: 1}


@pytest.mark.parametrize("case", RECORDS)
def test_strict_stops_at_the_first(case, tmp_path):
    (tmp_path / "dump.jsonl").write_bytes(jsonl(GOOD) + RECORDS[case] + b"\n" + jsonl(GOOD))
    outcome = dedupe("clean", "dump.jsonl", "-o", "out", "--strict", cwd=tmp_path)
    assert outcome.code == 3
    assert "error: dump.jsonl:2: " in outcome.err
    assert listing(tmp_path) == ["dump.jsonl"]
    assert not (tmp_path / "out").exists()


def test_a_missing_field_names_the_fields_that_are_there(tmp_path):
    (tmp_path / "dump.jsonl").write_bytes(jsonl({"url": "u", "body": "x"}))
    outcome = dedupe("clean", "dump.jsonl", "-o", "out", cwd=tmp_path)
    assert "dump.jsonl:1: no field 'text'; there is url, body; see --text-field" in outcome.err


def test_many_bad_records_are_shown_ten_times_and_counted(tmp_path):
    (tmp_path / "dump.jsonl").write_bytes(b"nope\n" * 500 + jsonl(GOOD))
    outcome = dedupe("clean", "dump.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.err.count("not JSON: ") == 10
    assert "… and 490 more: not JSON" in outcome.err
    assert "skipped: 500 not JSON" in outcome.err


def test_duplicate_ids_are_kept_apart_and_counted(tmp_path):
    dump = jsonl(
        {"id": 7, "text": "a"}, {"id": 7, "text": "b"}, {"id": "7#2", "text": "c"}, {"id": 7, "text": "d"}
    )
    (tmp_path / "dump.jsonl").write_bytes(dump)
    outcome = dedupe("clean", "dump.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0
    articles = records(tmp_path / "out/articles.jsonl")
    assert [(a["id"], a["text"]) for a in articles] == [(7, "a"), ("7#2", "b"), ("7#2#2", "c"), ("7#3", "d")]
    assert json.loads((tmp_path / "out/summary.json").read_text())["warnings"] == {"duplicate id": 3}


# --- texts that look strange -----------------------------------------------------------------------------

TEXTS = {
    "empty": "",
    "one blank": " ",
    "only blank lines": "\n\n  \n\t\n",
    "one character": "x",
    "one line end": "\n",
    "one emoji": "\U0001f600",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("kind", ["file", "record"])
def test_a_small_text_is_no_error(text, kind, tmp_path):
    if kind == "file":
        (tmp_path / "in.txt").write_bytes(text.encode())
    else:
        (tmp_path / "in.jsonl").write_bytes(jsonl({"id": "in.txt", "text": text}))
    outcome = dedupe("clean", "in.txt" if kind == "file" else "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    [article] = records(tmp_path / "out/articles.jsonl")
    assert article["id"] == "in.txt"
    assert article["text"].strip() == text.strip()


def test_an_empty_file_of_records_is_done_at_once(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"")
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0
    assert listing(tmp_path / "out") == OUTPUTS
    assert (tmp_path / "out/articles.jsonl").read_bytes() == b""


def test_blank_lines_between_records_are_no_error(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"\n" + jsonl(GOOD) + b"  \r\n\n")
    assert dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path).code == 0


def test_stray_nul_bytes_do_not_make_a_text_binary(tmp_path):
    (tmp_path / "in.txt").write_bytes(b"A sentence with\x00 a hole in it, and then a second one.\n")
    assert dedupe("clean", "in.txt", "-o", "out", cwd=tmp_path).code == 0
    [article] = records(tmp_path / "out/articles.jsonl")
    assert article["text"].startswith("A sentence with")
    assert "second one." in article["text"]


@pytest.mark.parametrize("data", [b"\x00" * 4096, bytes(range(256)) * 64, gzip.compress(os.urandom(9999))])
def test_binary_data_is_skipped_with_its_name(data, tmp_path):
    (tmp_path / "in.txt").write_bytes(data)
    (tmp_path / "b.txt").write_text("Fine.\n")
    outcome = dedupe("clean", "in.txt", "b.txt", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert "skipped: in.txt: not text (binary)" in outcome.err
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == ["b.txt"]


def test_packed_data_without_a_suffix_are_told(tmp_path):
    outcome = dedupe("clean", "-", cwd=tmp_path, stdin=gzip.compress(jsonl(GOOD)))
    assert outcome.code == 3
    assert "skipped: <stdin>: not text (binary); unpack it, or give it the suffix" in outcome.err


ENCODINGS = {
    "UTF-8 with BOM": ("utf-8-sig", "Der Fluß — “still”.\n", False),
    "UTF-16 with BOM": ("utf-16", "Der Fluß — “still”.\n", True),
    "UTF-16 without BOM": ("utf-16-le", "The river is still today.\n", True),
    "UTF-32 with BOM": ("utf-32", "Der Fluß — “still”.\n", True),
    "cp1252": ("cp1252", "The caf\u00e9 said \u201cno\u201d \u2013 and closed its doors at once.\n", True),
}


@pytest.mark.parametrize("case", ENCODINGS)
def test_the_encoding_of_a_file_is_found(case, tmp_path):
    encoding, text, counted = ENCODINGS[case]
    (tmp_path / "in.txt").write_bytes(text.encode(encoding))
    outcome = dedupe("clean", "in.txt", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0
    assert (tmp_path / "out/articles/in.txt").read_text(encoding="utf-8-sig") == text
    assert ("1 not UTF-8" in outcome.err) is counted


def test_bytes_of_no_encoding_at_all_do_not_crash(tmp_path):
    data = (
        b"Some words and then \x81\x8d\x8f\x90\x9d \xff\xfe\xfa in the middle of a text that goes on.\n" * 3
    )
    (tmp_path / "in.txt").write_bytes(data)
    assert dedupe("clean", "in.txt", "-o", "out", cwd=tmp_path).code == 0
    assert b"in the middle" in (tmp_path / "out/articles/in.txt").read_bytes()


def test_utf16_records_are_refused_as_a_whole(tmp_path):
    (tmp_path / "in.jsonl").write_bytes('{"text": "x"}\n{"text": "y"}\n'.encode("utf-16"))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert outcome.err.count("skipped: in.jsonl: UTF-16, but JSON lines are UTF-8; convert it") == 1


@pytest.mark.parametrize("where", ["text", "title", "id", "other"])
def test_lone_surrogates_pass(where, tmp_path):
    record = {"id": "a", "text": "Fine words.", where: "half \ud83d of a pair"}
    (tmp_path / "in.jsonl").write_bytes(jsonl(record))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", "-v", "--stages", "header,repeats", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    [article] = records(tmp_path / "out/articles.jsonl")
    assert ascii(article[where]) == ascii(record[where])


def test_lone_surrogates_do_not_stop_any_view(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl({"id": "\ud800", "text": article() + "\ud83d\n"}))
    for options in (["clean", "-v", "--diff"], ["clean", "-o", "-"], ["check"], ["check", "--json"]):
        outcome = dedupe(*options, "in.jsonl", cwd=tmp_path)
        assert outcome.code in (0, 1), outcome.err


@pytest.mark.slow
def test_a_text_of_50_mb_without_a_line_end(tmp_path):
    chosen = random.Random(7)
    words = ["".join(chosen.choices("abcdefghilmnoprstu", k=chosen.randint(2, 9))) for _ in range(5000)]
    text = ". ".join(" ".join(chosen.choices(words, k=14)).capitalize() for _ in range(580_000)) + "."
    assert len(text) > 50_000_000
    (tmp_path / "in.txt").write_text(text)
    outcome = dedupe("clean", "in.txt", "-o", "out", cwd=tmp_path, timeout=600)
    assert outcome.code == 0, outcome.err
    [record] = records(tmp_path / "out/articles.jsonl")
    assert len(record["text"]) > 0.9 * len(text)


def test_a_line_of_10_mb(tmp_path):
    long = "word " * 2_000_000
    (tmp_path / "in.jsonl").write_bytes(jsonl({"id": 1, "text": f"Before.\n{long}\nAfter."}, GOOD))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path, timeout=600)
    assert outcome.code == 0, outcome.err
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == [1, "good"]


# --- inputs that are not there ---------------------------------------------------------------------------


def test_a_missing_path_is_named_and_the_rest_is_done(tmp_path):
    (tmp_path / "in.txt").write_text("Fine.\n")
    outcome = dedupe("clean", "nowhere.txt", "in.txt", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert "skipped: nowhere.txt: no such file or folder; check the spelling" in outcome.err
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == ["in.txt"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere", "nowhere: no such file or folder"),
        ("empty", "empty: no texts in this folder"),
        ("*.nothing", "*.nothing: no file matches this pattern"),
        ("picture.png", "picture.png: no reader for '.png'"),
    ],
)
def test_nothing_to_read_writes_nothing(name, message, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture.png").write_bytes(b"x")
    outcome = dedupe("clean", name, "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert message in outcome.err
    assert listing(tmp_path) == ["picture.png"]


def test_damaged_gzip_costs_the_rest_of_that_file_alone(tmp_path):
    packed = gzip.compress(jsonl(*({"id": n, "text": f"Text {n * 7919}"} for n in range(9999))))
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "b.jsonl.gz").write_bytes(b"not gzip at all")
    (tmp_path / "c.jsonl").write_bytes(jsonl(GOOD))
    outcome = dedupe("clean", "a.jsonl.gz", "b.jsonl.gz", "c.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert "skipped: 2 damaged gzip" in outcome.err
    assert "b.jsonl.gz:1: damaged gzip data" in outcome.err
    articles = records(tmp_path / "out/articles.jsonl")
    assert len(articles) > 1000
    assert articles[-1]["id"] == "good"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path):
    (tmp_path / "in.txt").write_text("x")
    (tmp_path / "in.txt").chmod(0)
    outcome = dedupe("clean", "in.txt", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert "in.txt: cannot be read: Permission denied" in outcome.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may enter every folder")
@pytest.mark.parametrize("name", ["locked/in.txt", "locked/*.txt", "locked"])
def test_a_folder_that_may_not_be_entered_costs_itself(name, tmp_path):
    (tmp_path / "in.txt").write_text("Fine.\n")
    (tmp_path / "locked").mkdir(mode=0)
    outcome = dedupe("clean", name, "in.txt", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert f"skipped: {name}: cannot be read: Permission denied" in outcome.err
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == ["in.txt"]


def test_a_pipe_in_a_folder_is_passed_over(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("Fine.\n")
    os.mkfifo(tmp_path / "in/b.txt")
    outcome = dedupe("clean", "in", "-o", "out", cwd=tmp_path, timeout=20)
    assert outcome.code == 0
    assert "passed over: files of other kinds (1 pipe)" in outcome.err


# --- outputs that cannot be written ----------------------------------------------------------------------


@pytest.mark.parametrize("out", ["file", "file/out", "file/out.jsonl", "/proc/nowhere/out"])
def test_an_output_that_cannot_be_made(out, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(GOOD))
    (tmp_path / "file").write_text("x")
    outcome = dedupe("clean", "in.jsonl", "-o", out, cwd=tmp_path)
    assert outcome.code == 3
    assert "cannot be written" in outcome.err
    assert "Traceback" not in outcome.err
    assert listing(tmp_path) == ["file", "in.jsonl"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", [["clean", "-", "-o", "-"], ["check", "-"], ["clean", "-", "--diff"]])
def test_a_full_disk_behind_standard_output(arguments, tmp_path):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], input=article().encode() * 9, stdout=full, stderr=subprocess.PIPE,
            cwd=tmp_path, env=ENVIRONMENT,
        )  # fmt: skip
    assert done.returncode == 3
    assert b"standard output: cannot be written: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Exception" not in done.stderr


def test_a_full_disk_leaves_nothing(tmp_path):
    """A limit on the size of files stands in for the disk: the write fails half way in the same place."""
    (tmp_path / "in.jsonl").write_bytes(jsonl(*({"id": n, "text": f"w{n} " * 99} for n in range(2000))))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/articles.jsonl").write_text("of an earlier run\n")
    limited = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000));"
        "from dedupe.cli import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", limited, "clean", "in.jsonl", "-o", "out"],
        capture_output=True, cwd=tmp_path, env=ENVIRONMENT,
    )  # fmt: skip
    assert done.returncode == 3
    assert b"articles.jsonl: cannot be written: File too large" in done.stderr
    assert listing(tmp_path) == ["in.jsonl", "out/articles.jsonl"]
    assert (tmp_path / "out/articles.jsonl").read_text() == "of an earlier run\n"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("options", [["-o", "out"], ["-o", "new/out.jsonl.gz"], ["--in-place"]])
def test_an_interruption_leaves_nothing(stop, options, tmp_path):
    dump = tmp_path / "in.jsonl"
    dump.write_bytes(jsonl(*({"id": n, "text": f"{article()}{n}"} for n in range(20_000))))
    before = dump.read_bytes()
    run = subprocess.Popen(
        [*COMMAND, "clean", "in.jsonl", "--stages", "header,metadata,repeats", *options],
        cwd=tmp_path, env=ENVIRONMENT | {"TMPDIR": str(tmp_path)}, stderr=subprocess.PIPE,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not any(tmp_path.rglob("lines")) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert time.monotonic() < deadline, "it has begun to write"
    run.send_signal(stop)
    _, err = run.communicate(timeout=60)
    assert run.returncode == 130
    assert err == b"interrupted; nothing was written\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]
    assert dump.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [["clean", "in.jsonl", "-o", "-", *ALONE], ["clean", "in.jsonl", "--diff"], ["check", "in.jsonl"]],
)
def test_a_closed_pipe_ends_quietly(arguments, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*({"id": n, "text": article()} for n in range(900))))
    run = subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.read(10)
    run.stdout.close()
    err = run.stderr.read()
    assert run.wait(timeout=60) == 141
    assert err == b""
