"""Show one article of a cleaned dump, before and after, and its rows of the ledger."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from pathlib import Path

WIDTH = 100
BOLD, DIM, RED, GREEN, OFF = "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[0m"
if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
    BOLD = DIM = RED = GREEN = OFF = ""


def main(dump: str, out: str) -> None:
    rows = [json.loads(line) for line in (Path(out) / "removed.jsonl").open(encoding="utf-8")]
    articles = {a["id"]: a for a in map(json.loads, (Path(out) / "articles.jsonl").open(encoding="utf-8"))}
    files = {path.relative_to(dump).as_posix(): path for path in sorted(Path(dump).rglob("*.txt"))}
    name = most_telling(rows, files)
    if name is None:
        print("Nothing was removed from any text file.")
        return
    own = [row for row in rows if row["id"] == name]
    show_before(files[name], own)
    show_after(articles[name])
    show_ledger(own)
    print(f"\n{DIM}More: {out}/articles.jsonl, {out}/removed.jsonl, {out}/articles/{OFF}")


def most_telling(rows: list[dict], files: dict[str, Path]) -> str | None:
    """Choose the text file from which most repeats went, short ones first: they fit a screen."""
    repeats = Counter(row["id"] for row in rows if row["id"] in files and row["reason"] == "repeat")
    facts = Counter(row["id"] for row in rows if row["id"] in repeats and row["reason"] == "metadata")
    return max(
        repeats,
        key=lambda name: (facts[name] > 0, -files[name].stat().st_size, name),
        default=next(iter(files), None),
    )


def show_before(path: Path, rows: list[dict]) -> None:
    reasons = {row["line"]: row["reason"] for row in rows if row["reason"] != "repair"}
    heading(f"Before: {path}")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        reason = reasons.get(number)
        if reason in ("repeat",):
            mark, color = f"- {reason}", RED
        elif reason:
            mark, color = f"> {reason}", GREEN
        else:
            mark, color = "", ""
        print(f"{color}{number:3} {mark:<11}{clip(line, WIDTH - 16)}{OFF}")


def show_after(article: dict) -> None:
    heading("After: title, date and facts are fields, each paragraph stands once")
    for name, value in {"title": article["title"], "date": article["date"], **article["metadata"]}.items():
        print(f"{GREEN}{name + ':':<14}{OFF}{clip(value or '', WIDTH - 14)}")
    print()
    for line in article["text"].splitlines():
        print(clip(line, WIDTH))


def show_ledger(rows: list[dict]) -> None:
    heading("The receipt: every line that went, why, and where its copy stands")
    for row in rows:
        twin = f"copy of line {row['twin']['line']}" if row["twin"] else ""
        text = clip(row["text"], WIDTH - 58)
        print(f"line {row['line']:>3}  {row['reason']:<9}{row['rule']:<22.22}{twin:<17}{text}")


def heading(text: str) -> None:
    print(f"\n{BOLD}{text}{OFF}")


def clip(text: str, width: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


if __name__ == "__main__":
    main(*sys.argv[1:3])
