"""The dumps of `scripts/bench`: articles of about 4 kB in a language of our own, a fifth near-duplicates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SITES = 400
"""Sites of a dump with site lines."""


def make_corpus(path: Path, count: int, *, site_lines: bool = False, seed: int = 1) -> None:
    """Write `count` articles as JSON lines, the number of its line as the id of each.

    Words are as rare and as common as words are. A near-duplicate of an earlier article is equal, has one to
    five words in a hundred exchanged, or lacks its last tenth. With `site_lines` articles come as a scraper
    saves them: an address, a menu, a title, a date, facts of a company, a footer, and in three of a hundred
    the body pasted twice.
    """
    import numpy as np

    draw = np.random.default_rng(seed)
    words = _words(draw)
    weights = 1 / (np.arange(len(words)) + 5.0)
    edges = np.cumsum(weights / weights.sum())

    def some(size: int) -> Any:
        return words[np.searchsorted(edges, draw.random(size)).clip(0, len(words) - 1)]

    recent: list[Any] = []
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            if number > 50 and draw.random() < 0.2:
                text = recent[int(draw.integers(len(recent)))].copy()
                kind = draw.random()
                if kind > 0.8:
                    text = text[: len(text) * 9 // 10]
                elif kind > 0.3:
                    changed = np.flatnonzero(draw.random(len(text)) < draw.choice((0.01, 0.02, 0.05)))
                    text[changed] = some(len(changed))
            else:
                text = some(int(np.clip(draw.lognormal(6.1, 0.55), 60, 3000)))
                if len(recent) < 100_000:
                    recent.append(text)
            lines = [" ".join(text[at : at + 60]).capitalize() + "." for at in range(0, len(text), 60)]
            record: dict[str, Any] = {"id": number}
            if site_lines:
                site = int(draw.integers(SITES))
                record["url"] = f"https://site{site}.example/news/{number}"
                lines = _saved(lines, site, " ".join(some(8)).capitalize(), draw)
            out.write(json.dumps(record | {"text": "\n".join(lines)}) + "\n")


def _words(draw: Any) -> Any:
    import numpy as np

    parts = ["ba", "do", "ke", "lin", "mar", "nos", "pel", "ra", "sti", "tor", "ul", "ven"]
    words = sorted({a + b + c for a in parts for b in ("", *parts) for c in ("", "s", *parts)})
    return np.array(words, dtype=object)[draw.permutation(len(words))]


def _saved(body: list[str], site: int, title: str, draw: Any) -> list[str]:
    """Put around a body what a scraper saves with it."""
    if draw.random() < 0.03:
        body = body + body[int(draw.integers(2)) :]
    facts = [
        f"Location: Town {site}, Region",
        f"Employees: {draw.integers(1, 9)}001-{draw.integers(10, 99)}000",
        f"Founded date: {draw.integers(1900, 2024)}",
        f"Total raised: ${draw.integers(1, 900)}.{draw.integers(10, 99)}M",
    ]
    return [
        f"Home | World | Business | Site {site}",
        title,
        f"May {draw.integers(1, 29)}, 2025, 3:32 am",
        "",
        *(facts if draw.random() < 0.5 else []),
        *body,
        f"Sign up for the letter of Site {site}",
        f"Copyright 2025 Site {site}. All rights reserved.",
    ]
