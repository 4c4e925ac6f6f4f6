"""The pre-commit hook, called as pre-commit calls it, and once through the real pre-commit."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command import BODY, DATE, RECORD, ROOT, TITLE, article, jsonl

from dedupe.hook import main

CLEAN_FILE = "\n".join([TITLE, DATE, "", *BODY]) + "\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(arguments)
    return code, capfd.readouterr().out


def test_it_fixes_and_fails_and_then_passes(capfd):
    Path("a.txt").write_text(article())
    assert run(capfd, "a.txt") == (1, "Fixing a.txt: removed 6 lines (3 metadata, 3 repeat)\n")
    assert Path("a.txt").read_text() == CLEAN_FILE
    assert run(capfd, "a.txt") == (0, "")


def test_check_reports_and_leaves_the_file(capfd):
    Path("a.txt").write_text(article())
    code, out = run(capfd, "--check", "a.txt")
    assert code == 1
    assert [line.split(": ")[0] for line in out.splitlines()] == [f"a.txt:{n}" for n in (4, 5, 6, 11, 12, 13)]
    assert Path("a.txt").read_text() == article()


REPAIRS = {
    "mojibake": "The mayor said it wasnâ€™t so, and left the hall.\nNobody followed her out.\n".encode(),
    "an old encoding": "The café is closed for now.\nNobody knows when it opens.\n".encode("cp1252"),
    "a heading": f"{TITLE} &amp; more\n{DATE}\n\n{BODY[0]}\n{BODY[1]}\n".encode(),
}


@pytest.mark.parametrize("case", REPAIRS)
def test_repairs_fail_in_both_forms(case, capfd):
    Path("a.txt").write_bytes(REPAIRS[case])
    code, out = run(capfd, "--check", "a.txt")
    assert code == 1
    assert out.startswith("a.txt:1: ")
    code, out = run(capfd, "a.txt")
    assert code == 1
    assert out.startswith("Fixing a.txt: repaired ")
    assert run(capfd, "--check", "a.txt") == (0, "")


FINE = {
    "empty": b"",
    "blank": b"\n\n",
    "one line": b"words",
    "DOS line ends": CLEAN_FILE.replace("\n", "\r\n").encode(),
    "mixed line ends": b"One line of words.\r\nAnd another line of words.\nAnd a third.",
    "UTF-8 with a mark": CLEAN_FILE.encode("utf-8-sig"),
    "no line end at the end": CLEAN_FILE.rstrip().encode(),
}


@pytest.mark.parametrize("case", FINE)
def test_a_fine_file_is_not_touched(case, capfd):
    path = Path("a.txt")
    path.write_bytes(FINE[case])
    os.utime(path, (1, 1))
    assert run(capfd, "a.txt") == (0, "")
    assert path.read_bytes() == FINE[case]
    assert path.stat().st_mtime == 1


MARKDOWN = """\
---
Location: Norway, Vestland, Bergen
Employees: 51-200
Founded date: 1987
tags: [a &amp; b]
---
# {title}

{body}

```python
Location: "Norway &amp; more"

print("{first}")
print("{first}")
print("{first}")
```

~~~
{first}
{first}
~~~

The mayor said it wasnâ€™t so.

{again}
"""


def test_front_matter_and_code_of_markdown_come_through(capfd):
    text = MARKDOWN.format(title=TITLE, first=BODY[0], body="\n\n".join(BODY), again="\n\n".join(BODY[1:]))
    Path("a.md").write_text(text)
    code, out = run(capfd, "a.md")
    assert code == 1
    assert "3 repeat" in out
    after = Path("a.md").read_text()
    blocks = re.compile(r"^---\n.*?^---\n|^```.*?^```\n|^~~~.*?^~~~\n", re.DOTALL | re.MULTILINE)
    assert blocks.findall(after) == blocks.findall(text)
    assert "The mayor said it wasn’t so." in after
    assert all(after.count(f"\n{line}\n\n") == 1 or after.endswith(f"{line}\n") for line in BODY[1:])


def test_the_places_in_markdown_are_those_of_the_file(capfd):
    text = MARKDOWN.format(title=TITLE, first=BODY[0], body="\n\n".join(BODY), again="\n\n".join(BODY[1:]))
    Path("a.md").write_text(text)
    _, out = run(capfd, "--check", "a.md")
    lines = text.splitlines()
    places = {
        int(m[1]): m[2] for m in re.finditer(r"^a\.md:(\d+): \w+ \([^)]*\): (.{20})", out, re.MULTILINE)
    }
    repeats = [n for n, start in places.items() if start in {line[:20] for line in BODY}]
    assert len(repeats) == 3
    assert all(lines[n - 1].startswith(places[n]) for n in repeats)


def test_code_is_never_touched(capfd):
    for name in ("a.py", "Makefile", "b.json"):
        Path(name).write_text(article())
        code, out = run(capfd, name)
        assert (code, Path(name).read_text()) == (0, article())
        assert out == f"{name}: skipped: not an article by its suffix (--all-text takes it)\n"
    assert run(capfd, "--all-text", "Makefile")[0] == 1
    assert Path("Makefile").read_text() == CLEAN_FILE


def test_records_are_cleaned_where_they_stand(capfd):
    fine = b'{"title":"T",  "text":"One line of words.\\nAnd another line of words."}\n'
    Path("a.jsonl").write_bytes(fine + jsonl({"text": article(), "n": 1}))
    code, out = run(capfd, "--check", "a.jsonl")
    assert code == 1
    assert "a.jsonl:2: line 11 of the text: repeat" in out
    assert run(capfd, "a.jsonl")[0] == 1
    assert Path("a.jsonl").read_bytes().startswith(fine)
    assert run(capfd, "a.jsonl") == (0, "")


def test_trouble_is_said(capfd):
    Path("bad.jsonl").write_bytes(b"{broken\n")
    assert run(capfd, "bad.jsonl", "gone.txt") == (
        3,
        "bad.jsonl:1: not JSON: Expecting a field name in double quotes (column 2)\n"
        "gone.txt: cannot be read: No such file or directory\n",
    )
    Path("bad.jsonl").write_bytes(jsonl(RECORD) + b"{broken\n")
    code, out = run(capfd, "bad.jsonl")
    assert code == 3
    assert out.endswith("Fixing bad.jsonl: removed 6 lines (3 metadata, 3 repeat)\n"), (
        "what is good is mended"
    )
    Path("pyproject.toml").write_text("[tool.dedupe]\nstages = ['x']\n")
    assert run(capfd, "a.txt")[0] == 2


COPY = "\n".join(
    [*BODY[:2], BODY[2].replace("had feared", "were afraid"), BODY[3].replace("for the autumn", "")]
)


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_near_copies_among_its_files_are_told_and_stay(check, capfd):
    Path("a.txt").write_text(CLEAN_FILE)
    Path("b.txt").write_text(COPY + "\n")
    Path("c.txt").write_text("Something else altogether happened on the other side of the hill that day.\n")
    code, out = run(capfd, *check, "a.txt", "b.txt", "c.txt")
    assert (code, out) == (1, "b.txt:1: duplicate (edited of a.txt)\n")
    assert run(capfd, *check, "b.txt", "c.txt") == (0, "")
    assert Path("b.txt").read_text() == COPY + "\n"
    Path("pyproject.toml").write_text('[tool.dedupe]\nstages = ["repeats"]\n')
    assert run(capfd, *check, "a.txt", "b.txt", "c.txt") == (0, "")


def test_records_that_repeat_one_of_their_file_go(capfd):
    Path("a.jsonl").write_bytes(jsonl({"id": 1, "text": "\n".join(BODY)}, {"id": 2, "text": COPY}))
    Path("b.jsonl").write_bytes(jsonl({"id": 3, "text": COPY}))
    code, out = run(capfd, "--check", "a.jsonl", "b.jsonl")
    assert (code, out) == (
        1, "a.jsonl:2: duplicate (edited of a.jsonl:1)\nb.jsonl:1: duplicate (edited of a.jsonl:1)\n"
    )  # fmt: skip
    code, out = run(capfd, "a.jsonl", "b.jsonl")
    assert (code, out) == (
        1,
        "Fixing a.jsonl: removed 1 near-duplicate\nb.jsonl:1: duplicate (edited of a.jsonl:1)\n",
    )
    assert Path("a.jsonl").read_bytes() == jsonl({"id": 1, "text": "\n".join(BODY)})


def test_settings_come_from_the_project(capfd):
    Path("pyproject.toml").write_text('[tool.dedupe]\nstages = ["repeats"]\n')
    Path("a.txt").write_text(article())
    assert run(capfd, "a.txt") == (1, "Fixing a.txt: removed 3 lines (3 repeat)\n")


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("corpus/a.txt", True), ("a.md", True), ("A.TXT", True), ("dump.jsonl", True),
        ("a.py", False), ("requirements.txt", False), ("requirements-dev.txt", False), ("README.md", False),
        ("sub/LICENSE.txt", False), ("CMakeLists.txt", False), ("changelog.md", False), ("a.txt.bak", False),
    ],
)  # fmt: skip
def test_which_files_pre_commit_hands_over(name, taken):
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text()
    files, exclude = (re.search(rf"^  {key}: (.*)$", hooks, re.MULTILINE)[1] for key in ("files", "exclude"))
    assert bool(re.search(files, name) and not re.search(exclude, name)) is taken


def test_pre_commit_hands_over_all_files_at_once():
    """Near-copies are found among the files of one process; pre-commit would share them out to several."""
    assert "  require_serial: true\n" in (ROOT / ".pre-commit-hooks.yaml").read_text()


@pytest.mark.slow
def test_with_the_real_pre_commit(tmp_path):
    """pre-commit clones this repository as it is in the work tree, builds it and runs it on a commit."""
    if shutil.which("git") is None:
        pytest.fail("git is needed")
    source, corpus = tmp_path / "dedupe", tmp_path / "corpus"
    identity = {
        f"GIT_{who}_{what}": "a@b.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = os.environ | identity | {"PRE_COMMIT_HOME": str(tmp_path / "cache"), "PYTHONPATH": ""}

    def call(*command: str, cwd: Path, code: int = 0) -> str:
        done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=540)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    tracked = call("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, tracked.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    for folder in (source, corpus):
        folder.mkdir(exist_ok=True)
        call("git", "init", "-q", cwd=folder)
    call("git", "add", "-A", cwd=source)
    call("git", "commit", "-qm", "As it is", cwd=source)
    revision = call("git", "rev-parse", "HEAD", cwd=source).strip()

    (corpus / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {source}\n  rev: {revision}\n  hooks:\n  - id: dedupe-clean\n"
    )
    (corpus / "a.txt").write_text(article())
    (corpus / "b.py").write_text("x = 1\nx = 1\n")
    (corpus / "requirements.txt").write_text("numpy\nnumpy\n")
    call("git", "add", "-A", cwd=corpus)
    pre_commit = [sys.executable, "-m", "pre_commit", "run"]
    said = call(*pre_commit, cwd=corpus, code=1)
    assert "Fixing a.txt: removed 6 lines (3 metadata, 3 repeat)" in said
    assert "files were modified by this hook" in said
    assert (corpus / "a.txt").read_text() == CLEAN_FILE
    call("git", "add", "-A", cwd=corpus)
    assert "Passed" in call(*pre_commit, cwd=corpus)
    assert (corpus / "requirements.txt").read_text() == "numpy\nnumpy\n"


def test_the_hook_knows_the_templates_that_the_project_names(capfd):
    line = "Share this with your friends and neighbors"
    Path("a.txt").write_text("\n".join([TITLE, DATE, "", *BODY, line]) + "\n")
    Path("t.json").write_text(
        f'{{"version": 1, "made": {{"by": "hand", "sources": "host", "documents": 9}}, '
        f'"sources": {{"{Path.cwd().name}": {{"lines": {{"{line}": 9}}}}}}}}'
    )
    Path("pyproject.toml").write_text('[tool.dedupe]\ntemplates = "t.json"\n')
    assert run(capfd, "a.txt") == (1, "Fixing a.txt: removed 1 line (1 furniture)\n")
    assert line not in Path("a.txt").read_text()
    Path("t.json").write_text("{broken")
    code, out = run(capfd, "a.txt")
    assert code == 2
    assert "error: templates = 't.json': not JSON (line 1)" in out


def test_the_hook_never_learns(capfd):
    Path("pyproject.toml").write_text("[tool.dedupe]\nlists = []\n")
    for n in range(9):
        Path(f"{n}.txt").write_text(
            "\n".join([f"{n} {line}" for line in BODY] + ["Tarrow and Ellery"]) + "\n"
        )
    assert run(capfd, *(f"{n}.txt" for n in range(9)))[0] == 0
