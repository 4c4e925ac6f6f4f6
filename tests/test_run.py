"""A run over a dump in chunks: the same result however it is cut, spread, interrupted and taken up again."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from command import COMMAND, ENVIRONMENT, dedupe, jsonl, listing, records
from hypothesis import given
from hypothesis import strategies as st
from test_workers import children
from town import body, page, record

from dedupe.formats import cut, read
from dedupe.inputs import find_inputs
from dedupe.outcome import OutcomeWriter
from dedupe.relation import DUPLICATES
from dedupe.settings import RELATIONS, Settings


def appeared(folder: Path, name: str) -> bool:
    """Tell whether a file is there, while others come and go."""
    try:
        return any(folder.rglob(name))
    except FileNotFoundError:  # a folder was renamed while it was looked through
        return False


# --- how inputs are cut ----------------------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from([b'{"text": "One."}\n', b'{"text": "A longer one."}\r\n', b"\n", b"broken\n"]),
    max_size=20,
)


@given(LINES, st.sampled_from([b"", b"\xef\xbb\xbf"]), st.sampled_from([b"", b"\n"]), st.integers(1, 60))
def test_the_parts_of_a_file_read_as_the_whole(tmp_path_factory, lines, mark, end, size):
    path = tmp_path_factory.mktemp("cut") / "in.jsonl"
    path.write_bytes(mark + b"".join(lines) + b'{"text": "The last."}' + end)
    [source] = find_inputs([str(path)]).sources
    parts = cut(source, size)
    assert sum(part.size for part in parts) == source.size
    whole = list(read(source, Settings(), io.BytesIO()))
    again = (each for part in parts for each in read(part, Settings(), io.BytesIO()))
    assert [replace(each, source=source) for each in again] == whole


@pytest.mark.parametrize("name", ["in.txt", "in.jsonl.gz", "utf16.jsonl", "gone.jsonl"])
def test_what_cannot_be_cut_comes_whole(name, tmp_path):
    path: Path = tmp_path / name
    path.write_bytes("\n".join("abc").encode("utf-16" if name[0] == "u" else "utf-8"))
    [source] = find_inputs([str(path)]).sources
    if name[0] == "g":
        path.unlink()
    assert cut(source, 2) == [source]


# --- near-duplicates -------------------------------------------------------------------------------------


def edited(text: str) -> str:
    return text.replace(" said on ", " told us ", 5).replace(" after the ", " after ", 3)


def dump(count: int = 24) -> list[dict]:
    """Give articles of some sites; every third has an edited copy, every fourth a copy cut short."""
    found = []
    for n in range(count):
        found.append(record(f"own-{n}", page(n), f"site{n % 3}.example") | {"id": f"own-{n}"})
        text = "\n".join(body(n))
        if n % 3 == 0:
            found.append(
                {"id": f"edited-{n}", "text": edited(text), "rank": n, "date": f"2024-05-{1 + n:02}"}
            )
        if n % 4 == 0:
            found.append({"id": f"cut-{n}", "text": text[: len(text) * 3 // 5], "rank": -n, "b": [1.10]})
    return found


def removed(folder: Path) -> dict[str, dict]:
    return {row["id"]: row for row in records(folder / "removed.jsonl") if row["scope"] == "document"}


def test_near_duplicates_go_and_the_ledger_says_why(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*dump()))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    kept = {article["id"] for article in records(tmp_path / "out/articles.jsonl")}
    assert kept == {f"own-{n}" for n in range(24)}
    rows = removed(tmp_path / "out")
    assert len(rows) == len(dump()) - 24
    assert f"{len(rows)} near-duplicates removed" in outcome.err
    for name, row in rows.items():
        assert (row["reason"], row["twin"]["id"]) == ("duplicate", f"own-{name.partition('-')[2]}")
        assert row["rule"] == ("edited" if name[0] == "e" else "truncated")
        assert row["evidence"]["kept"].startswith("in.jsonl:")
        assert row["evidence"]["coverage"] > 0.9
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert sum(summary["duplicates"].values()) == len(rows)
    assert summary["documents"]["written"] == 24


def test_the_ledger_gives_a_document_back(tmp_path):
    """Its row holds the article that was not written, so a removed document is like any other one."""
    (tmp_path / "in.jsonl").write_bytes(jsonl(*dump()))
    dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    dedupe("clean", "in.jsonl", "-o", "all", "--relation", "none", cwd=tmp_path)
    everything = {article["id"]: article for article in records(tmp_path / "all/articles.jsonl")}
    for name, row in removed(tmp_path / "out").items():
        assert row["record"] == everything[name]
        assert len(row["record"]["text"]) == row["end"]
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    rows = records(tmp_path / "out/removed.jsonl")
    assert summary["characters"]["removed"] == sum(
        r["end"] - r["start"] for r in rows if r["reason"] != "repair"
    )


def test_records_that_stay_are_copied_byte_for_byte(tmp_path):
    lines = [json.dumps(item, separators=(",", " : ")).encode() + b"\r\n" for item in dump()]
    (tmp_path / "in.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(lines).rstrip())
    dedupe("clean", "in.jsonl", "-o", "out", "--stages", "duplicates", cwd=tmp_path)
    gone = removed(tmp_path / "out")
    expected = [line for line in lines if json.loads(line)["id"] not in gone]
    expected[-1] = expected[-1].rstrip() + b"\n"
    assert (tmp_path / "out/articles.jsonl").read_bytes() == b"".join(expected)
    originals = {item["id"]: item for item in dump()}
    assert all(row["record"] == originals[name] for name, row in gone.items())


@pytest.mark.parametrize("to", ["md", "txt"])
def test_a_file_for_each_is_not_copied(to, tmp_path):
    """What goes into such a file are its text and its fields, whatever the record calls them."""
    (tmp_path / "in.jsonl").write_bytes(b'{"name": "a\tb", "body": "One raw\ttab.", "text": "other"}\n')
    fields = ["--text-field", "body", "--id-field", "name"]
    run = ["clean", "in.jsonl", "-o", "out", "--stages", "duplicates", "--to", to, *fields]
    assert dedupe(*run, cwd=tmp_path).code == 0
    written = (tmp_path / f"out/articles/a-b.{to}").read_text()
    assert written.rpartition("---\n\n")[2] == "One raw\ttab.\n"


@pytest.mark.parametrize(
    ("keep", "stays"),
    [
        ("longest", "own-0"), ("first", "own-0"), ("newest", "own-0"), ("oldest", "edited-0"),
        ("field:rank", "edited-0"),
    ],
)  # fmt: skip
def test_which_one_stays(keep, stays, tmp_path):
    items = [item for item in dump(1) if item["id"][0] != "c"]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    dedupe("clean", "in.jsonl", "-o", "out", "--keep", keep, cwd=tmp_path)
    assert [article["id"] for article in records(tmp_path / "out/articles.jsonl")] == [stays]


@pytest.mark.parametrize(("keep", "missing"), [("field:rnak", 2), ("field:rank", 0), ("newest", 0)])
def test_a_misspelled_field_of_keep_is_told(keep, missing, tmp_path):
    items = [item | {"rank": 1} for item in dump(1)][:2]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    said = dedupe("clean", "in.jsonl", "-o", "out", "--keep", keep, cwd=tmp_path).err
    assert (f"note: {missing} documents without the field of --keep" in said) == bool(missing)


def test_relations_that_are_not_named_stay(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*dump()))
    dedupe("clean", "in.jsonl", "-o", "out", "--relation", "edited,same", cwd=tmp_path)
    assert {name[0] for name in removed(tmp_path / "out")} == {"e"}
    assert RELATIONS == DUPLICATES


def test_a_threshold_looks_at_nothing_else(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*dump()))
    dedupe("clean", "in.jsonl", "-o", "out", "--threshold", "0.65", cwd=tmp_path)
    rows = removed(tmp_path / "out")
    assert rows
    assert {name[0] for name in rows} == {"e"}, "a copy cut to three fifths is less than that"
    assert all(row["rule"] == "similar" and row["similarity"] >= 0.65 for row in rows.values())


@pytest.mark.parametrize("stages", [[], ["--stages", "duplicates"]])
def test_annotations_remove_nothing(stages, tmp_path):
    items = [item | {"group": "theirs"} for item in dump()]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", "--annotate", *stages, cwd=tmp_path)
    assert "near-duplicates annotated" in outcome.err
    articles = {article["id"]: article for article in records(tmp_path / "out/articles.jsonl")}
    assert len(articles) == len(items)
    assert removed(tmp_path / "out") == {}
    copy, center, alone = articles["edited-3"], articles["own-3"], articles["own-1"]
    relation = "contained" if stages else "edited"  # as it is, the own page has its furniture
    assert (copy["duplicate_of"], copy["group"], copy["relation"]) == ("own-3", "own-3", relation)
    assert 0.5 < copy["similarity"] < 1
    assert (center["duplicate_of"], center["group"]) == (None, "own-3")
    assert [alone[name] for name in ("duplicate_of", "group", "similarity", "relation")] == [None] * 4
    assert all(article["original_group"] == "theirs" for article in articles.values())


def test_other_facts_are_counted_where_they_are_annotated(tmp_path):
    frame = "The gauge at the old mill stood at {} centimeters at {} today, said {} of the river office. "
    frame += "Readings are taken twice a day from the bank below the weir and are put up in the window there."
    texts = [frame.format(212, "seven", "Ann Lee"), frame.format(347, "nine", "Carl Dow")]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*({"id": text[:40], "text": text} for text in texts)))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", "--annotate", cwd=tmp_path)
    assert "note: 1 document with the frame of another and other facts" in outcome.err
    assert "other facts" not in dedupe("clean", "in.jsonl", "-o", "again", cwd=tmp_path).err


def test_all_views_of_a_near_duplicate(tmp_path):
    text = "\n".join(body(1)) + "\n"
    (tmp_path / "a.txt").write_text(text)
    (tmp_path / "b.jsonl").write_bytes(
        jsonl({"id": "copy", "text": edited(text)}, {"id": "own", "text": "Other words."})
    )
    (tmp_path / "c.txt").write_text(edited(text)[: len(text) // 2])
    checked = dedupe("check", ".", cwd=tmp_path)
    assert checked.code == 1
    assert checked.out == b"b.jsonl:1: duplicate (edited of a.txt)\nc.txt:1: duplicate (truncated of a.txt)\n"
    rows = dedupe("check", ".", "--json", cwd=tmp_path).records
    assert [(row["path"], row["twin"]["id"], "record" in row) for row in rows] == [
        ("b.jsonl:1", "a.txt", False), ("c.txt", "a.txt", False),
    ]  # fmt: skip
    diff = dedupe("clean", ".", "--diff", cwd=tmp_path).out.decode()
    assert "--- a/c.txt\n+++ /dev/null\n" in diff
    said = dedupe("clean", ".", "--dry-run", "--stages", "duplicates", cwd=tmp_path).err
    gone = len(edited(text)) + len(edited(text)[: len(text) // 2])
    assert "0 lines removed\n2 near-duplicates removed (1 edited, 1 truncated); 2 documents left\n" in said
    assert f"taken out or lifted in all: {gone:,} characters (" in said
    streamed = dedupe("clean", ".", "-o", "-", cwd=tmp_path)
    assert [article["id"] for article in streamed.records] == ["a.txt", "own"]
    placed = dedupe("clean", ".", "--in-place", "--ledger", "../went.jsonl", cwd=tmp_path)
    assert "kept: c.txt:1: duplicate (truncated of a.txt)" in placed.err
    assert [item["id"] for item in records(tmp_path / "b.jsonl")] == ["own"]
    assert listing(tmp_path) == ["a.txt", "b.jsonl", "c.txt"], "files are never deleted"
    [row] = records(tmp_path.parent / "went.jsonl")
    assert json.loads(jsonl(row["record"]))["id"] == "copy"


def test_what_too_many_repeat_stops_the_run(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(
        jsonl(*({"id": n, "text": "Too many requests, come back later."} for n in range(9)))
    )
    run = ["clean", "in.jsonl", "-o", "out", "--max-group", "7"]
    outcome = dedupe(*run, cwd=tmp_path)
    assert outcome.code == 3
    assert "8 documents would go for 0 at in.jsonl:1" in outcome.err
    assert listing(tmp_path) == ["in.jsonl"]
    assert dedupe(*run, "--yes", cwd=tmp_path).code == 0
    assert len(records(tmp_path / "out/articles.jsonl")) == 1


# --- however it is cut and spread ------------------------------------------------------------------------


def outputs(folder: Path) -> dict[str, bytes]:
    found = {name: (folder / name).read_bytes() for name in listing(folder)}
    summary = json.loads(found.pop("summary.json"))
    del summary["settings"]["chunk_size"]
    return found | {"summary": json.dumps(summary).encode()}


@pytest.mark.parametrize("stages", [[], ["--stages", "duplicates"], ["--annotate"]])
def test_the_same_bytes_however_it_is_cut(stages, tmp_path):
    items = [*dump(), {"id": "own-1", "text": "A second text of that name."}]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items[:9]) + b"broken\n" + jsonl(*items[9:]))
    (tmp_path / "texts").mkdir()
    for n in range(8):
        (tmp_path / f"texts/{n}.txt").write_text(page(n % 5) if n < 6 else page(f"t{n}"))
    found = []
    for size, workers in ((16_000_000, 1), (5_000, 1), (5_000, 2), (1_000, 3)):
        run = [
            "clean",
            "in.jsonl",
            "texts",
            "-o",
            "out",
            *stages,
            "--chunk-size",
            str(size),
            "--workers",
            str(workers),
        ]
        outcome = dedupe(*run, cwd=tmp_path)
        assert outcome.code == 3, outcome.err
        found.append((outcome.err, outputs(tmp_path / "out")))
    assert all(each == found[0] for each in found)
    assert not (tmp_path / "out/.dedupe-work").exists()


def test_the_same_documents_for_any_order(tmp_path):
    found = set()
    items = dump()
    for seed in range(3):
        random.Random(seed).shuffle(items)
        (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
        dedupe("clean", "in.jsonl", "-o", "out", "--chunk-size", "9000", cwd=tmp_path)
        articles = records(tmp_path / "out/articles.jsonl")
        kept = {article["id"] for article in articles}
        assert [article["id"] for article in articles] == [item["id"] for item in items if item["id"] in kept]
        rows = [
            json.dumps(row | {"evidence": row["evidence"] | {"kept": ""}})
            for row in removed(tmp_path / "out").values()
        ]
        found.add((*sorted(map(json.dumps, articles)), *sorted(rows)))
    assert len(found) == 1


# --- interrupted and taken up again ----------------------------------------------------------------------

RUNS = {
    "all stages": ["clean", "in.jsonl", "-o", "out", "--chunk-size", "20000", "--workers", "2"],
    "duplicates": [
        "clean",
        "in.jsonl",
        "-o",
        "new/out.jsonl.gz",
        "--stages",
        "duplicates",
        "--chunk-size",
        "9000",
    ],
}


def prepare(tmp_path: Path, count: int = 60) -> None:
    (tmp_path / "in.jsonl").write_bytes(jsonl(*dump(count)))


def everything(tmp_path: Path) -> dict[str, bytes]:
    return {name: (tmp_path / name).read_bytes() for name in listing(tmp_path)}


def start(tmp_path: Path, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, start_new_session=True
    )


def kill_and_resume(tmp_path: Path, run: list[str], kills: int) -> None:
    """Kill a run at random points of its time, go on with it, and compare with one that nobody disturbed."""
    prepare(tmp_path)
    began = time.monotonic()
    assert dedupe(*run, cwd=tmp_path).code == 0
    duration = time.monotonic() - began
    expected = everything(tmp_path)
    chosen = random.Random(len(run))
    left = 0
    for _ in range(kills):
        resumed = start(tmp_path, *run, "--resume")
        try:
            resumed.wait(chosen.uniform(0.2, 1.1) * duration)
        except subprocess.TimeoutExpired:
            os.killpg(resumed.pid, signal.SIGKILL)
        resumed.communicate(timeout=60)
        assert resumed.returncode in (0, -signal.SIGKILL)
        left += appeared(tmp_path, "manifest.json")
    outcome = dedupe(*run, "--resume", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert everything(tmp_path) == expected
    assert left, "not one was killed at its work"


@pytest.mark.parametrize("case", RUNS)
def test_a_run_that_is_killed_can_be_taken_up(case, tmp_path):
    kill_and_resume(tmp_path, RUNS[case], 3)


def test_a_chunk_that_another_has_finished_stays(tmp_path):
    """Workers of a run that was killed are at their chunk for a while yet, and may be the first to end it."""
    folder = tmp_path / "00000000"
    with OutcomeWriter(Settings(), folder) as late, OutcomeWriter(Settings(), folder) as early:
        late._unfinished = folder.with_name("00000000.other.tmp")
        late._unfinished.mkdir()
        early.finish()
        late.finish()
    assert listing(tmp_path) == ["00000000/numbers", "00000000/outcome.json"]


@pytest.mark.slow
@pytest.mark.parametrize("case", RUNS)
def test_a_run_that_is_killed_again_and_again_can_be_taken_up(case, tmp_path):
    kill_and_resume(tmp_path, RUNS[case], 15)


def killed(tmp_path: Path, run: list[str] = RUNS["duplicates"]) -> None:
    """Leave the work of a run that was killed when it had finished some chunks."""
    prepare(tmp_path, 200)
    begun = start(tmp_path, *run)
    while not appeared(tmp_path, "00000003") and begun.poll() is None:
        time.sleep(0.002)
    os.killpg(begun.pid, signal.SIGKILL)
    begun.communicate(timeout=60)
    assert (tmp_path / "new/.out.jsonl.gz.dedupe-work/00000003").is_dir()


def test_work_that_was_left_is_not_thrown_away(tmp_path):
    killed(tmp_path)
    work = tmp_path / "new/.out.jsonl.gz.dedupe-work"
    run = RUNS["duplicates"]
    outcome = dedupe(*run, cwd=tmp_path)
    assert outcome.code == 2
    assert "holds the work of a run that did not end; go on with it by --resume, or delete it" in outcome.err
    written = (work / "00000001/outcome.json").stat().st_mtime_ns
    for change, message in (
        (["--keep", "first"], "differs from this run in the setting keep ('longest' then, 'first' now)"),
        (["--annotate"], "differs from this run in the setting annotate (False then, True now)"),
    ):
        outcome = dedupe(*run, "--resume", *change, cwd=tmp_path)
        assert outcome.code == 2
        assert message in outcome.err
    assert (work / "00000001/outcome.json").stat().st_mtime_ns == written
    manifest = work / "manifest.json"
    held = manifest.read_text()
    manifest.write_text(held.replace('"one_in": 8', '"one_in": 16'))
    outcome = dedupe(*run, "--resume", cwd=tmp_path)
    assert "differs from this run in the rule of samples one_in (16 then, 8 now)" in outcome.err
    manifest.write_text(held)
    with (tmp_path / "in.jsonl").open("ab") as file:
        file.write(b"\n")
    outcome = dedupe(*run, "--resume", cwd=tmp_path)
    assert "the input in.jsonl, which has another size or time" in outcome.err
    (work / "00000001/outcome.json").write_bytes(b"\x80\x04 a pickle of somebody")
    (work / "manifest.json").write_text("{}")
    outcome = dedupe(*run, "--resume", cwd=tmp_path)
    assert outcome.code == 3
    assert "is no work of ours, but lies where it would lie; move it away" in outcome.err
    assert (work / "00000003").is_dir()


def test_nothing_to_go_on_with_is_told(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl({"text": "A few words."}))
    for size in ("16000000", "1000"):  # in memory, and in a work folder
        outcome = dedupe("clean", "in.jsonl", "-o", "out", "--resume", "--chunk-size", size, cwd=tmp_path)
        assert outcome.code == 0
        assert "note: there is no unfinished work to go on with; this run begins anew" in outcome.err


def test_a_file_in_the_place_of_the_work_folder(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl({"text": "A few words."}))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/.dedupe-work").write_text("something else\n")
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert ".dedupe-work: is no work of ours, but lies where it would lie; move it away" in outcome.err
    assert listing(tmp_path / "out") == [".dedupe-work"]


def test_a_stored_text_that_is_gone_stops_the_run(tmp_path):
    killed(tmp_path)
    stored = tmp_path / "new/.out.jsonl.gz.dedupe-work/00000000/texts"
    first = json.loads((tmp_path / "in.jsonl").read_text().partition("\n")[0])["text"].encode()
    assert stored.read_bytes().startswith(first)
    stored.write_bytes(first[:9])
    outcome = dedupe(*RUNS["duplicates"], "--resume", cwd=tmp_path)
    assert outcome.code == 3
    assert "00000000: is no finished work of ours (mmap length is greater than file size)" in outcome.err


def test_what_finished_chunks_do_not_hang_on_may_change(tmp_path):
    killed(tmp_path)
    outcome = dedupe(
        *RUNS["duplicates"], "--resume", "--max-group", "5", "--relation", "contained", cwd=tmp_path
    )
    assert outcome.code == 0, outcome.err
    assert {row["rule"] for row in records(tmp_path / "new/out.removed.jsonl")} == {"contained"}
    assert listing(tmp_path / "new") == ["out.jsonl.gz", "out.removed.jsonl", "out.summary.json"]


def test_two_runs_do_not_work_in_one_place(tmp_path):
    prepare(tmp_path, 2000)
    run = start(tmp_path, *RUNS["duplicates"])
    while not appeared(tmp_path, "00000001") and run.poll() is None:
        time.sleep(0.002)
    run.send_signal(signal.SIGSTOP)
    outcome = dedupe(*RUNS["duplicates"], "--resume", cwd=tmp_path)
    run.send_signal(signal.SIGCONT)
    run.send_signal(signal.SIGINT)
    _, err = run.communicate(timeout=60)
    assert outcome.code == 3
    assert "another run is at work there" in outcome.err
    assert err == b"interrupted; nothing was written\n"
    assert listing(tmp_path) == ["in.jsonl"], "Ctrl-C leaves nothing"


LIMITED = (
    "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000));"
    "from dedupe.cli import main; sys.exit(main())"
)


@pytest.mark.parametrize("size", ["9000", "90000"])
def test_a_disk_that_fills_on_the_way(size, tmp_path):
    """A limit on the size of files stands in for the disk. What was finished serves when there is room."""
    prepare(tmp_path)
    run = [*RUNS["duplicates"], "--chunk-size", size]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, *run], capture_output=True, cwd=tmp_path, env=ENVIRONMENT, timeout=120
    )
    assert done.returncode == 3
    assert (b".dedupe-work/" in done.stderr) == (size == "90000"), "smaller chunks fit"
    assert b"cannot be written: File too large" in done.stderr
    assert b"Traceback" not in done.stderr
    if size == "9000":
        assert b"go on with --resume" in done.stderr
        assert dedupe(*run, "--resume", cwd=tmp_path).code == 0
    else:
        assert listing(tmp_path) == ["in.jsonl"], "nothing was finished, so nothing is kept"
        assert not (tmp_path / "new").exists()


MANY = (
    "import os, resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "from dedupe import ranges; ranges.PART = 500; number = ranges.Entries._number;"
    "ranges.Entries._number = {};"
    "from dedupe.cli import main; sys.exit(main())"
)
"""A run for which so few shingles are many, and whose entries lie on disk; with what happens to it then."""


def many(tmp_path: Path, happens: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", MANY.replace("{}", happens), *RUNS["duplicates"], "--resume"],
        capture_output=True, cwd=tmp_path, env=ENVIRONMENT, timeout=120,
    )  # fmt: skip


def test_entries_on_disk_change_nothing(tmp_path):
    prepare(tmp_path, 200)
    assert dedupe(*RUNS["duplicates"], cwd=tmp_path).code == 0
    expected = everything(tmp_path)
    assert many(tmp_path, "lambda *given: number(*given)").returncode == 0
    assert everything(tmp_path) == expected
    killed = many(tmp_path, "lambda *given: os.kill(os.getpid(), signal.SIGKILL)")
    assert killed.returncode == -signal.SIGKILL
    assert appeared(tmp_path, "samples")
    assert many(tmp_path, "number").returncode == 0
    assert everything(tmp_path) == expected


def test_a_disk_that_fills_while_entries_are_sorted(tmp_path):
    prepare(tmp_path, 200)
    assert dedupe(*RUNS["duplicates"], cwd=tmp_path).code == 0
    expected = everything(tmp_path)
    full = many(
        tmp_path, "lambda *given: (resource.setrlimit(resource.RLIMIT_FSIZE, (99, -1)), number(*given))"
    )
    assert full.returncode == 3
    assert b"dedupe-work: temporary file: cannot be written: File too large" in full.stderr
    assert b"go on with --resume" in full.stderr
    assert b"Traceback" not in full.stderr
    assert many(tmp_path, "number").returncode == 0
    assert everything(tmp_path) == expected


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_worker_that_the_system_kills_costs_its_chunk_alone(tmp_path):
    prepare(tmp_path, 250)
    options = ["clean", "in.jsonl", "-o", "out", "--stages", "metadata,duplicates", "--chunk-size", "8000"]
    begun = start(tmp_path, *options, "--workers", "2")
    while not appeared(tmp_path, "00000003") and begun.poll() is None:
        time.sleep(0.005)
    os.kill(children(begun.pid)[0], signal.SIGKILL)
    _, err = begun.communicate(timeout=60)
    assert begun.returncode == 3
    assert b"error: a worker died (signal 9) at in.jsonl:" in err
    assert b"finished work is kept in out/.dedupe-work: go on with --resume, or delete that folder" in err
    assert dedupe(*options, "--resume", cwd=tmp_path).code == 0
    resumed = outputs(tmp_path / "out")
    assert dedupe(*options, cwd=tmp_path).code == 0
    assert outputs(tmp_path / "out") == resumed


@pytest.mark.parametrize(
    ("values", "kept"),
    [((["9" * 5000, "2"]), 0), ((["2", "NaN", "1"]), 0), ((["NaN", "1", "NaN", "2"]), 3)],
    ids=["more digits than Python reads", "NaN between", "NaN first"],
)
def test_the_largest_value_of_a_field_is_kept_whatever_stands_beside_it(values, kept, tmp_path):
    text = "The ferry to the islands runs again on Friday, the harbor office said, after three weeks."
    lines = [f'{{"id": {n}, "text": "{text}", "rank": {value}}}\n' for n, value in enumerate(values)]
    (tmp_path / "in.jsonl").write_text("".join(lines))
    done = dedupe("clean", "in.jsonl", "-o", "-", "--keep", "field:rank", cwd=tmp_path)
    assert done.code == 0
    assert [json.loads(line, parse_int=str)["id"] for line in done.out.splitlines()] == [str(kept)]
