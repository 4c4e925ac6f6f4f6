"""Measure the cleaning of a dump whose truth is known: the figures that the quality gate holds on to.

All figures are percentages of which more is better, so that every floor can only rise.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from dedupe.clean import clean_many
from dedupe.model import Article, Document

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ROOT / "fixtures" / "floors.json"
SEED = 1
ARTICLES = 400


def digest() -> str:
    """Give a digest of all that the dump is made of; floors hold for these inputs only."""
    total = sha256(f"{SEED} {ARTICLES}".encode())
    fixtures = ROOT / "fixtures"
    articles = sorted((fixtures / "articles").glob("*.json"))
    for path in [*articles, fixtures / "facts.json", ROOT / "scripts" / "make_dump"]:
        total.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return total.hexdigest()


def make_dump(folder: Path, seed: int = SEED, size: int = ARTICLES) -> None:
    """Make the dump and its truth in a folder."""
    command = [sys.executable, str(ROOT / "scripts" / "make_dump"), "--seed", str(seed)]
    subprocess.run([*command, "--articles", str(size), "-o", str(folder)], check=True)


def measure(folder: Path) -> dict[str, float]:
    """Clean the dump in a folder and give its figures."""
    records = read_lines(folder / "dump.jsonl")
    documents = [Document(r["id"], r["text"], r["url"], r["source"]) for r in records]
    unaddressed = [replace(document, url=None) for document in documents]
    truths = read_lines(folder / "truth.jsonl")
    tally = Tally()
    for truth, document, article, bare in zip(
        truths, documents, articles(documents), articles(unaddressed), strict=True
    ):
        tally.count(document.text, truth, article)
        tally.add("title without url", bare.title == truth["title"])
        tally.add("date without url", bare.date == truth["date"])
        tally.add("body exact without url", content(bare.text) == content(truth["text"]))
    return tally.figures()


def articles(documents: Iterable[Document]) -> Iterator[Article]:
    """Clean documents none of which may fail."""
    for result in clean_many(documents):
        if not isinstance(result, Article):
            raise TypeError(str(result))
        yield result


def read_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


@dataclass
class Tally:
    """What has been counted over the documents so far: for each figure, how many right out of how many."""

    right: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)

    def add(self, figure: str, right: int, total: int = 1) -> None:
        """Count `right` out of `total` towards a figure."""
        self.right[figure] += right
        self.total[figure] += total

    def figures(self) -> dict[str, float]:
        """Give all figures in percent, rounded down to hundredths, in a fixed order."""
        return {
            name: 10_000 * self.right[name] // self.total[name] / 100 if self.total[name] else 100.0
            for name in sorted(self.total)
        }

    def count(self, text: str, truth: dict[str, Any], article: Article) -> None:
        """Compare one article with its truth."""
        self.add("title", article.title == truth["title"])
        self.add("date", article.date == truth["date"])
        self.add("body exact", content(article.text) == content(truth["text"]))
        self.count_metadata(truth["metadata"], article)
        self.count_lines(text, truth, article)

    def count_metadata(self, wanted: dict[str, str], article: Article) -> None:
        """Count facts that have the right key and the right value."""
        right = len(wanted.items() & dict(article.metadata).items())
        self.add("metadata recall", right, len(wanted))
        self.add("metadata precision", right, len(article.metadata))

    def count_lines(self, text: str, truth: dict[str, Any], article: Article) -> None:
        """Count lines that had to go and went, and lines that had to stay and stayed as they should be."""
        left = set(content(article.text))
        removed = [(row.start, row.end) for row in article.removed if row.reason != "repair"]
        kinds = {line["damage"] for line in truth["lines"] if line["label"].startswith("drop:")}
        for start, line in placed(text, truth["lines"]):
            end = start + len(line["text"])
            gone = covered(start, end, removed)
            went = 2 * gone > end - start
            if line["label"].startswith("drop:"):
                self.add(f"recall {line['damage']}", went)
                self.add("recall", went)
                self.add(f"precision {line['damage']}", went, went)
                self.add("precision", went, went)
            elif line["label"] == "keep":
                self.add("good characters kept", end - start - gone, end - start)
                self.add("precision", 0, went)
                for kind in kinds:
                    self.add(f"precision {kind}", 0, went)
                if "clean" in line:
                    self.add(f"repair {line['damage']}", line["clean"] in left)
                if truth["hard"]:
                    stayed = line.get("clean", line["text"]) in left and not went
                    self.add(f"hard {truth['hard']}", stayed)
                    self.add("hard", stayed)


def placed(text: str, lines: Iterable[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give every line of the truth that has text, with its place in the document."""
    start = 0
    for line in lines:
        start = text.index(line["text"], start)
        if line["text"].strip():
            yield start, line
        start += len(line["text"])
        start += text[start : start + 2] == "\r\n"
        start += text[start : start + 1] == "\n"


def covered(start: int, end: int, spans: Iterable[tuple[int, int]]) -> int:
    """Count the characters of a span that lie in other spans, which do not overlap."""
    return sum(max(0, min(end, to) - max(start, at)) for at, to in spans)


def content(text: str) -> list[str]:
    """Give the lines of a text that are not blank."""
    return [line for line in text.split("\n") if line.strip()]
