"""The command line as a user meets it: files in, files out, and what is said about it."""

from __future__ import annotations

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from command import (
    ALONE,
    BODY,
    CLEAN_BODY,
    CLEAN_FILE,
    COMMAND,
    ENVIRONMENT,
    FACTS,
    RECORD,
    TITLE,
    article,
    dedupe,
    jsonl,
    listing,
    records,
    write_dump,
)

from dedupe.outputs import FolderOutput, Paths
from dedupe.settings import Settings
from dedupe.staging import Staged

METADATA = {"location": "Norway, Vestland, Bergen", "employees": "51-200", "founded": "1987"}


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    return write_dump(tmp_path / "dump")


# --- clean to a folder -----------------------------------------------------------------------------------


def test_a_folder_in_a_folder_out(dump, tmp_path):
    outcome = dedupe("clean", "dump", "-o", "out", *ALONE, cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert outcome.out == b""
    assert listing(tmp_path / "out") == [
        "articles.jsonl", "articles/plain.md", "articles/site/lock.txt", "removed.jsonl", "summary.json",
        "templates.json",
    ]  # fmt: skip
    plain, record, file = records(tmp_path / "out/articles.jsonl")
    assert list(record) == ["id", "url", "source", "title", "date", "text", "metadata", "lang"]
    assert record == {
        "id": "a", "url": "https://www.example.org/lock", "source": "example.org", "title": TITLE,
        "date": "2025-05-27T03:32", "text": CLEAN_BODY, "metadata": METADATA, "lang": "en",
    }  # fmt: skip
    assert (file["id"], file["source"], file["text"]) == ("site/lock.txt", "site", CLEAN_BODY)
    assert (tmp_path / "out/articles/site/lock.txt").read_text() == CLEAN_FILE, "its heading stays"
    assert (tmp_path / "out/articles/plain.md").read_text() == (dump / "plain.md").read_text()
    assert plain["id"] == "plain.md"


def test_the_ledger_adds_up(dump, tmp_path):
    dedupe("clean", "dump", "-o", "out", cwd=tmp_path)
    rows = [row for row in records(tmp_path / "out/removed.jsonl") if row["id"] == "a"]
    assert list(rows[0]) == [
        "id", "scope", "reason", "rule", "line", "start", "end", "text", "twin", "similarity",
    ]  # fmt: skip
    text = RECORD["text"]
    assert [row["reason"] for row in rows] == ["title", "date", *["metadata"] * 3, *["repeat"] * 3]
    for row in rows:
        assert text[row["start"] : row["end"]] == row["text"]
        assert text.count("\n", 0, row["start"]) + 1 == row["line"]
        assert (row["twin"] is not None) is (row["reason"] == "repeat")
        if row["twin"]:
            assert text[row["twin"]["start"] : row["twin"]["end"]] == row["text"]
            assert row["twin"]["id"] == "a"
    left = text
    for row in reversed(rows):
        left = left[: row["start"]] + left[row["end"] :]
    assert left.split("\n").count("") - 1 == len(rows) + 1
    assert [line for line in left.split("\n") if line] == BODY


def test_older_files_in_a_folder_for_output_are_told_and_stay(dump, tmp_path):
    run = ["clean", "dump", "-o", "out", *ALONE]
    assert "older" not in dedupe(*run, cwd=tmp_path).err
    (tmp_path / "out/notes.txt").write_text("of somebody")
    assert "older" not in dedupe(*run, cwd=tmp_path).err
    gone = next(path for path in sorted((tmp_path / "dump").rglob("*.txt")))
    gone.unlink()
    left = tmp_path / "out/articles" / gone.relative_to(tmp_path / "dump")
    outcome = dedupe(*run, cwd=tmp_path)
    assert f"note: 1 older file left there, such as {left}; this run did not write them" in outcome.err
    assert left.exists()
    outcome = dedupe(*run, "--to", "csv", cwd=tmp_path)
    assert "note: 2 older files left there" in outcome.err, "articles.jsonl is another"


def test_documents_of_which_only_the_heading_was_lifted_are_told_apart(tmp_path):
    texts = [article(facts=[], again=None), article(), "\n".join(BODY)]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*({"id": n, "text": text} for n, text in enumerate(texts))))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", *ALONE, cwd=tmp_path)
    assert "3 documents read, 2 documents changed (1 by lifting the heading alone)\n" in outcome.err


def test_the_summary(dump, tmp_path):
    outcome = dedupe("clean", "dump", "-o", "out", *ALONE, cwd=tmp_path)
    assert "3 documents read, 2 documents changed" in outcome.err
    assert "6 metadata" in outcome.err
    assert "6 lines removed (6 repeat)" in outcome.err
    assert outcome.err.endswith("written to out\n")
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["documents"] == {"read": 3, "written": 3, "changed": 2, "heading_only": 0, "skipped": 0}
    assert summary["lines"]["removed"] == {"repeat": 6}
    removed = sum(row["end"] - row["start"] for row in records(tmp_path / "out/removed.jsonl"))
    assert summary["characters"]["removed"] == removed


def test_the_same_input_gives_the_same_bytes(dump, tmp_path):
    for out in ("one", "two"):
        assert dedupe("clean", "dump", "-o", out, cwd=tmp_path).code == 0
    assert listing(tmp_path / "one") == listing(tmp_path / "two")
    for name in listing(tmp_path / "one"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_second_run_over_its_own_result_changes_nothing(dump, tmp_path):
    dedupe("clean", "dump", "-o", "out", cwd=tmp_path)
    outcome = dedupe("clean", "out/articles.jsonl", "-o", "again.jsonl", cwd=tmp_path)
    assert outcome.code == 0
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "out/articles.jsonl").read_bytes()
    assert (tmp_path / "again.removed.jsonl").read_bytes() == b""


def test_a_run_may_replace_an_earlier_one_inside_its_input(dump, tmp_path):
    for _ in range(2):
        outcome = dedupe("clean", ".", "-o", "out", cwd=tmp_path)
        assert "3 documents read" in outcome.err, "what lies in out/ is passed over"


def test_any_number_of_files_may_have_one_name(tmp_path):
    with Staged() as staged:
        output = FolderOutput(staged, Paths(str(tmp_path / "out"), None), Settings())
        places = [output.mirror(name) for name in ("x.txt", "X.txt", "x#2.txt", "x.txt")]
        assert places == ["x.txt", "X#2.txt", "x#2#2.txt", "x#3.txt"]
        assert len({output.mirror("index.txt") for _ in range(30_000)}) == 30_000


def test_files_of_the_same_name_do_not_overwrite_each_other(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.txt").write_text(f"The text of folder {folder}.\nIt has two lines.\n")
    outcome = dedupe("clean", "a", "b", "-o", "out", cwd=tmp_path)
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == ["x.txt", "x.txt#2"]
    assert "folder a" in (tmp_path / "out/articles/x.txt").read_text()
    assert "folder b" in (tmp_path / "out/articles/x#2.txt").read_text()
    assert "1 duplicate id (told apart as ID#2)" in outcome.err


def test_a_path_upwards_stays_below_the_output(tmp_path):
    (tmp_path / "x.txt").write_text(article())
    (tmp_path / "work").mkdir()
    dedupe("clean", "../x.txt", str(tmp_path / "x.txt"), "-o", "out", cwd=tmp_path / "work")
    assert "articles/x.txt" in listing(tmp_path / "work/out")
    assert records(tmp_path / "work/out/articles.jsonl")[0]["id"] == "../x.txt"


def test_line_ends_and_marks_of_files_are_kept(tmp_path):
    (tmp_path / "dos.txt").write_bytes(article().replace("\n", "\r\n").encode())
    (tmp_path / "mark.txt").write_bytes(article().encode("utf-8-sig"))
    (tmp_path / "old.txt").write_bytes(
        article([*BODY, "The café opens at seven on all days but Sundays."]).encode("cp1252")
    )
    dedupe("clean", ".", "-o", "out", *ALONE, cwd=tmp_path)
    out = tmp_path / "out/articles"
    assert (out / "dos.txt").read_bytes() == CLEAN_FILE.replace("\n", "\r\n").encode()
    assert (out / "mark.txt").read_bytes() == CLEAN_FILE.encode("utf-8-sig")
    assert "café" in (out / "old.txt").read_text(encoding="utf-8")


def test_a_clean_file_keeps_its_mixed_line_ends(tmp_path):
    data = ("\r\n".join(BODY[:2]) + "\n" + "\n".join(BODY[2:])).encode()
    (tmp_path / "mixed.txt").write_bytes(data)
    dedupe("clean", "mixed.txt", "-o", "out", cwd=tmp_path)
    assert (tmp_path / "out/articles/mixed.txt").read_bytes() == data


# --- other outputs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_a_file_of_records(name, dump, tmp_path):
    assert dedupe("clean", "dump/records.jsonl", "-o", name, cwd=tmp_path).code == 0
    data = (tmp_path / name).read_bytes()
    data = gzip.decompress(data) if name.endswith(".gz") else data
    assert json.loads(data)["text"] == CLEAN_BODY
    assert len(records(tmp_path / "out.removed.jsonl")) == 8
    assert json.loads((tmp_path / "out.summary.json").read_text())["documents"]["read"] == 1


def test_packed_records(dump, tmp_path):
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress((dump / "records.jsonl").read_bytes()))
    outcome = dedupe("clean", "in.jsonl.gz", "-o", "-", cwd=tmp_path)
    assert [r["id"] for r in outcome.records] == ["a"]


def test_records_through_a_pipe(tmp_path):
    outcome = dedupe("clean", "-", "-o", "-", cwd=tmp_path, stdin=jsonl(RECORD))
    assert outcome.code == 0
    assert outcome.records[0]["text"] == CLEAN_BODY
    assert "1 document read" in outcome.err
    assert listing(tmp_path) == []


def test_a_text_through_a_pipe(tmp_path):
    outcome = dedupe("clean", "-", cwd=tmp_path, stdin=article().encode())
    assert (outcome.code, outcome.out) == (0, CLEAN_FILE.encode())


def test_the_ledger_of_a_pipe(tmp_path):
    dedupe("clean", "-", "--ledger", "went.jsonl", cwd=tmp_path, stdin=article().encode())
    assert len(records(tmp_path / "went.jsonl")) == 8


def test_the_ledger_may_lie_elsewhere(dump, tmp_path):
    dedupe("clean", "dump", "-o", "out", "--ledger", "elsewhere/went.jsonl", cwd=tmp_path)
    assert {row["id"] for row in records(tmp_path / "elsewhere/went.jsonl")} >= {"a", "site/lock.txt"}
    assert not (tmp_path / "out/removed.jsonl").exists()


# --- in place --------------------------------------------------------------------------------------------


# --- looking without writing -----------------------------------------------------------------------------


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_nothing_is_written(option, dump, tmp_path):
    before = listing(tmp_path)
    outcome = dedupe("clean", "dump", option, cwd=tmp_path)
    assert outcome.code == 0
    assert ("nothing was written (dry run)" in outcome.err) == (option == "--dry-run")
    assert "nothing was written" in outcome.err
    assert "6 lines removed" in outcome.err
    assert listing(tmp_path) == before


@pytest.mark.parametrize("end", ["", "\n", "\x0b\u2028\n"])
def test_the_diff_is_one_that_git_takes(end, tmp_path):
    (tmp_path / "lock.txt").write_text(article().rstrip() + end)
    diff = dedupe("clean", "lock.txt", "--diff", cwd=tmp_path).out
    assert b"--- a/lock.txt\n+++ b/lock.txt\n" in diff
    path = tmp_path / "lock.txt"  # by its whole name, too, without a second slash
    assert f"--- a{path}\n+++ b{path}\n".encode() in dedupe("clean", str(path), "--diff", cwd=tmp_path).out
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "apply"], input=diff, cwd=tmp_path, check=True)
    assert (tmp_path / "lock.txt").read_text().rstrip() == CLEAN_FILE.rstrip()


def test_the_summary_as_json(dump, tmp_path):
    outcome = dedupe("clean", "dump", "-o", "out", "--json", cwd=tmp_path)
    assert outcome.out == (tmp_path / "out/summary.json").read_bytes()
    assert outcome.err == ""


def test_quiet_and_verbose(dump, tmp_path):
    assert dedupe("clean", "dump", "-o", "out", "-q", cwd=tmp_path).err == ""
    err = dedupe("clean", "dump", "-o", "out", "-v", cwd=tmp_path).err
    assert f"dump/site/lock.txt:4: metadata (labeled line): {FACTS[0]}\n" in err
    assert "dump/records.jsonl:1: line 11 of the text: repeat" in err


def test_check(dump, tmp_path):
    outcome = dedupe("check", "dump", *ALONE, cwd=tmp_path)
    assert outcome.code == 1
    lines = outcome.out.decode().splitlines()
    assert len(lines) == 12, "the heading is no finding"
    assert lines[-1].startswith("dump/site/lock.txt:13: repeat (")
    assert lines[-1].endswith("(kept: line 10)")
    assert "12 found in 2 of 3 documents" in outcome.err
    assert dedupe("check", "dump/plain.md", cwd=tmp_path).code == 0


def test_check_as_json(dump, tmp_path):
    rows = dedupe("check", "dump/site", "--json", cwd=tmp_path).records
    assert [row["line"] for row in rows] == [4, 5, 6, 11, 12, 13]
    assert rows[0]["path"] == "dump/site/lock.txt"


def test_what_check_says_is_what_clean_does(tmp_path):
    (tmp_path / "old.txt").write_bytes(
        "A café.\nWith two lines that are fine, and no more.\n".encode("cp1252")
    )
    outcome = dedupe("check", "old.txt", cwd=tmp_path)
    assert outcome.code == 1
    assert outcome.out.startswith(b"old.txt:1: repair (not UTF-8: ")


# --- settings --------------------------------------------------------------------------------------------


def test_stages(tmp_path):
    out = dedupe("clean", "-", "--stages", "repeats", cwd=tmp_path, stdin=article().encode()).out.decode()
    assert FACTS[0] in out
    assert out.count(BODY[1]) == 1


def test_the_project_gives_settings_and_the_command_line_wins(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.dedupe]\nstages = ["metadata"]\npreset = "dolma"\n')
    (tmp_path / "deep").mkdir()
    run = ["clean", "-", "-o", "o.jsonl"]
    dedupe(*run, cwd=tmp_path / "deep", stdin=article().encode())
    settings = json.loads((tmp_path / "deep/o.summary.json").read_text())["settings"]
    assert (settings["stages"], settings["date_field"]) == (["metadata"], "created")
    dedupe(*run, "--stages", "repair", "--date-field", "d", cwd=tmp_path / "deep", stdin=article().encode())
    settings = json.loads((tmp_path / "deep/o.summary.json").read_text())["settings"]
    assert (settings["stages"], settings["date_field"]) == (["repair"], "d")


def test_field_names(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl({"key": 9, "body": article(), "link": "https://a.org/x"}))
    options = ["--text-field", "body", "--id-field", "key", "--url-field", "link"]
    [record] = dedupe("clean", "in.jsonl", "-o", "-", *options, cwd=tmp_path).records
    assert list(record) == ["id", "url", "source", "title", "date", "text", "metadata"]
    assert (record["id"], record["source"], record["text"]) == (9, "a.org", CLEAN_BODY)


USAGE = {
    "no input": (["clean", "-o", "out"], "Missing argument 'INPUT...'"),
    "no output": (["clean", "in.txt"], "say where the result goes: -o OUT"),
    "two outputs": (["clean", "in.txt", "-o", "out", "--in-place"], "leave out -o"),
    "standard input in place": (["clean", "-", "--in-place"], "standard input cannot be cleaned in place"),
    "two things on standard output": (
        ["clean", "in.txt", "-o", "-", "--json"],
        "--json wants standard output",
    ),
    "nothing to go on with": (["clean", "in.txt", "-o", "-", "--resume"], "--resume goes on with the work"),
    "standard input twice": (
        ["clean", "-", "-o", "out", "--resume", "--chunk-size", "1000"],
        "resume = True: what can be read only once cannot be taken up",
    ),
    "unknown stage": (
        ["clean", "in.txt", "-o", "out", "--stages", "repiar"],
        "stages = 'repiar': choose from",
    ),
    "no stage": (["check", "in.txt", "--stages", ""], "stages = '': give names"),
    "a stage and none": (["check", "in.txt", "--stages", "repair,none"], "stages = 'none': choose from"),
    "unknown list": (["check", "in.txt", "--lists", "words"], "lists = 'words': choose from"),
    "unknown preset": (["check", "in.txt", "--preset", "x"], "'x' is not one of"),
    "unknown option": (["check", "in.txt", "--nope"], "No such option"),
    "unknown command": (["clear", "in.txt"], "No such command"),
    "onto the input": (["clean", "in.jsonl", "-o", "in.jsonl"], "it would overwrite the input"),
    "around the input": (["clean", "in.txt", "-o", "."], "it would overwrite the input"),
    **{
        f"{option} without its stage": (
            ["clean", "in.txt", "-o", "o", "--stages", "repair", option, *value],
            "only the stage duplicates looks at it",
        )
        for option, *value in (
            ("--threshold", ".8"),
            ("--keep", "first"),
            ("--relation", "same"),
            ("--annotate",),
            ("--max-group", "9"),
        )
    },
    "a folder onto itself": (["clean", "folder", "-o", "folder"], "it would overwrite the input"),
    "the ledger onto the input": (["clean", "in.txt", "-o", "o", "--ledger", "in.txt"], "it would overwrite"),
    "the ledger of another run onto the input": (
        ["clean", "x.removed.jsonl", "-o", "x.jsonl"],
        "it would overw",
    ),
}


@pytest.mark.parametrize("case", USAGE)
def test_wrong_usage(case, tmp_path):
    (tmp_path / "in.txt").write_text("words\n")
    (tmp_path / "in.jsonl").write_bytes(jsonl({"text": "words"}))
    (tmp_path / "x.removed.jsonl").write_bytes(jsonl({"text": "words"}))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/in.txt").write_text("words\n")
    before = {name: (tmp_path / name).read_bytes() for name in listing(tmp_path)}
    arguments, message = USAGE[case]
    outcome = dedupe(*arguments, cwd=tmp_path, stdin=article().encode() * 3)
    assert outcome.code == 2, outcome.err
    assert message in outcome.err
    assert {name: (tmp_path / name).read_bytes() for name in listing(tmp_path)} == before


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[tool.dedupe", "not valid TOML"),
        ("[tool]\ndedupe = 3", "make it a table"),
        ("[tool.dedupe]\nstage = ['repair']", "stage = ['repair']: no such option; there are"),
        ("[tool.dedupe]\nstages = 'repair'", "give a list of names"),
        ("[tool.dedupe]\ntext_field = 3", "give the name of a field"),
    ],
)
def test_a_broken_project_file(toml, message, tmp_path):
    (tmp_path / "pyproject.toml").write_text(toml)
    outcome = dedupe("check", "-", cwd=tmp_path, stdin=b"words")
    assert outcome.code == 2
    assert message in outcome.err
    assert "pyproject.toml" in outcome.err


# --- a terminal ------------------------------------------------------------------------------------------


def on_a_terminal(arguments: list[str], cwd: Path, **environment: str) -> str:
    """Run with standard error on a terminal and give what it shows."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [*COMMAND, *arguments], cwd=cwd, stderr=theirs, stdout=subprocess.DEVNULL,
        env=ENVIRONMENT | {"TERM": "xterm"} | environment,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(ours, 4096):
            shown += data
    except OSError:  # Linux says so when the other side has closed
        pass
    os.close(ours)
    assert run.wait(timeout=60) == 3
    return shown.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_is_shown_on_a_terminal_only(tmp_path):
    dump = jsonl(*({"id": n, "text": "Words.\nMore words."} for n in range(50)))
    (tmp_path / "in.jsonl").write_bytes(dump + b"broken\n")
    run = ["clean", "in.jsonl", "-o", "out"]
    shown = on_a_terminal(run, tmp_path)
    assert "100%" in shown
    assert "50 documents" in shown
    assert "\x1b[33mskipped:\x1b[0m in.jsonl:51" in shown
    assert "100%" not in on_a_terminal([*run, "-q"], tmp_path)
    assert "\x1b[33m" not in on_a_terminal(run, tmp_path, NO_COLOR="1")
    assert "100%" not in dedupe(*run, cwd=tmp_path).err


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_memory_does_not_grow_with_the_dump(tmp_path):
    record = json.dumps({"text": "\n".join(BODY)})[:-1]
    # The peak of this very program; what getrusage tells includes the process that started it.
    code = (
        "import sys; from dedupe.cli import main; code = main();"
        "lines = open('/proc/self/status').readlines();"
        "print(next(line.split()[1] for line in lines if line.startswith('VmHWM'))); sys.exit(code)"
    )
    filler = ', "filler": "' + "x" * 30_000 + '"'
    peaks = []
    for count in (20, 2000):  # 0.6 MB and 60 MB
        with (tmp_path / "in.jsonl").open("w") as file:
            file.writelines(record + filler + f', "id": {n}}}\n' for n in range(count))
        done = subprocess.run(
            [sys.executable, "-c", code, "clean", "in.jsonl", "-o", "out", *ALONE],
            cwd=tmp_path, capture_output=True, env=ENVIRONMENT, check=True,
        )  # fmt: skip
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 5000, "kilobytes"


def test_help_tells_each_command_in_a_line(tmp_path):
    listed = dedupe("--help", cwd=tmp_path).out.decode().partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()] == ["check", "clean", "learn"]
    assert "..." not in listed
