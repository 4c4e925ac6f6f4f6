"""Run the command line as a user does: with a folder to work in, bytes in and bytes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = [sys.executable, "-c", "import sys; from dedupe.cli import main; sys.exit(main())"]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

# The shape of a scraped article: heading, facts of a company, a body, and the body again from its
# second paragraph on.
BODY = [
    "The river authority has opened a new lock near the old mill, after nine years of building.",
    "Barges that once waited half a day now pass in twenty minutes, the harbor master said on Monday.",
    "Farmers downstream had feared for their meadows, but the water level has hardly moved so far.",
    "A second lock is planned for the autumn, provided that the county finds the money for it.",
]
FACTS = ["Location: Norway, Vestland, Bergen", "Employees: 51-200", "Founded date: 1987"]
# Many tests take this one article again and again: they leave near-duplicates alone.
ALONE = ("--stages", "page,repair,header,metadata,repeats,furniture,template")
TITLE, DATE = "New lock opens at the old mill", "May 27, 2025, 3:32 am"


def article(body: list[str] = BODY, *, facts: list[str] = FACTS, again: int | None = 1) -> str:
    repeated = [] if again is None else body[again:]
    return "\n".join([TITLE, DATE, "", *facts, *body, *repeated]) + "\n"


CLEAN_FILE = "\n".join([TITLE, DATE, "", *BODY]) + "\n"
CLEAN_BODY = "\n".join(BODY) + "\n"
RECORD = {"id": "a", "url": "https://www.example.org/lock", "text": article(), "lang": "en"}


def write_dump(folder: Path) -> Path:
    """Write the article as a text, as Markdown and as a record."""
    (folder / "site").mkdir(parents=True)
    (folder / "site/lock.txt").write_text(article())
    (folder / "plain.md").write_text(f"# {TITLE}\n\n" + "\n\n".join(BODY) + "\n")
    (folder / "records.jsonl").write_bytes(jsonl(RECORD))
    return folder


@dataclass(frozen=True)
class Outcome:
    code: int
    out: bytes
    err: str

    @property
    def records(self) -> list[dict]:
        return [json.loads(line) for line in self.out.splitlines()]


def dedupe(*arguments: str, cwd: Path, stdin: bytes = b"", timeout: float = 120) -> Outcome:
    done = subprocess.run(
        [*COMMAND, *arguments], cwd=cwd, input=stdin, capture_output=True, timeout=timeout, env=ENVIRONMENT
    )
    return Outcome(done.returncode, done.stdout, done.stderr.decode())


def records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def jsonl(*items: object) -> bytes:
    return b"".join(json.dumps(item).encode() + b"\n" for item in items)
