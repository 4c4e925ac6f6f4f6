"""Which blocks of a labelled page belong to its article, and how much each one counts."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

TOKEN = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+?(?=[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff])|\w+"
)
LONG = 8  # blocks of fewer tokens are judged by their place, not by what they share with the truth
SHARE = 0.6  # of a long block's 3-grams must stand in the truth
PASSED = re.compile(r"/(?:li|td|th|tr|dt|dd|blockquote(?:/p)?)$")
NEAR = 6  # blocks from the nearest matched one within which a short block may belong


def tokens(text: str) -> list[str]:
    """Split into words; characters of scripts without spaces are words of their own."""
    return [t.lower() for t in TOKEN.findall(text)]


def grams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Count the 3-grams."""
    return Counter(zip(words, words[1:], words[2:], strict=False))


def label(
    page: Mapping[str, Any], blocks: Sequence[str], paths: Sequence[str]
) -> tuple[list[int], list[float]]:
    """Give each block a label (1 belongs, 0 does not) and a weight (0: nothing is known).

    A page with `expected_text` labels all of its blocks; one with `must_have` and `must_not_have`
    segments only those that hold one. Weights of a fully labelled page add up to about one for what
    belongs: its blocks count by their share of the text, as the measures of extraction count.
    """
    if page.get("expected_text"):
        return by_text(page, blocks, paths)
    return by_segments(page, blocks)


def open_ended(labels: Sequence[int], weights: Sequence[float]) -> list[float]:
    """Take the weight off all that stands below the last wanted block of a live blog.

    Labelled pages disagree on whether its entries belong to the article: some want the text above them alone.

    >>> open_ended([0, 1, 1, 0], [0.1, 0.2, 0.2, 0.5])
    [0.1, 0.2, 0.2, 0.0]
    """
    last = max((k for k, wanted in enumerate(labels) if wanted), default=len(labels))
    return [weight if k <= last else 0.0 for k, weight in enumerate(weights)]


def by_segments(page: Mapping[str, Any], blocks: Sequence[str]) -> tuple[list[int], list[float]]:
    """Label the blocks that hold a segment, wanted or not."""
    squeezed = [" ".join(b.split()) for b in blocks]
    labels, weights = [0] * len(blocks), [0.0] * len(blocks)
    for name, value in (("must_have", 1), ("must_not_have", 0)):
        for segment in page.get(name) or ():
            wanted = " ".join(segment.split())
            holders = [k for k, b in enumerate(squeezed) if wanted in b]
            if not holders or (value and len(holders) > 1):
                continue  # which of the copies is meant is not known
            for k in holders:
                labels[k], weights[k] = value, 0.05
    return labels, weights


def by_text(
    page: Mapping[str, Any], blocks: Sequence[str], paths: Sequence[str]
) -> tuple[list[int], list[float]]:
    """Label all blocks by the text that the page should give."""
    truth = tokens(page["expected_text"])
    optional = grams(tokens("\n".join(page.get("optional_text") or ())))
    known = grams(truth)
    starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, gram in enumerate(zip(truth, truth[1:], truth[2:], strict=False)):
        starts[gram].append(place)
    words = [tokens(b) for b in blocks]
    labels, weights = [0] * len(blocks), [0.0] * len(blocks)
    spans: dict[int, tuple[int, int]] = {}
    for k, own in enumerate(words):
        if len(own) >= LONG:
            theirs = grams(own)
            if sum((theirs & known).values()) > SHARE * sum(theirs.values()):
                labels[k] = 1
                spans[k] = span(own, starts, len(truth))
    copies(words, paths, labels, spans, truth)
    matched = [k for k in range(len(blocks)) if labels[k]]
    for k, own in enumerate(words):
        if 0 < len(own) < LONG and matched and short_belongs(k, own, matched, spans, truth):
            labels[k] = 1
    found = sum(len(words[k]) for k in range(len(blocks)) if labels[k])
    if found < 0.5 * len(truth):
        return labels, weights
    body = [k for k in range(len(blocks)) if labels[k]]
    for k, own in enumerate(words):
        weights[k] = min(0.5, max(len(own), 3) / max(len(truth), 1))
        theirs = grams(own) or Counter([tuple(own)])
        if sum((theirs & optional).values()) > 0.5 * sum(theirs.values()):
            weights[k] = 0.0
        if (
            page.get("label") == "parser"
            and not labels[k]
            and PASSED.search(paths[k])
            and body[0] < k < body[-1]
        ):
            weights[k] *= 0.1  # such truths leave out lists, tables and quoted posts that are content
    return labels, weights


def span(own: Sequence[str], starts: Mapping[tuple[str, ...], list[int]], size: int) -> tuple[int, int]:
    """Find where in the truth a block stands: the place on which most of its 3-grams agree."""
    votes: Counter[int] = Counter()
    for offset, gram in enumerate(zip(own, own[1:], own[2:], strict=False)):
        for place in starts.get(gram, ())[:8]:
            votes[place - offset] += 1
    place = max(votes, key=lambda v: (votes[v], -v)) if votes else 0
    return max(place, 0), min(size, max(place, 0) + len(own))


def copies(
    words: Sequence[list[str]],
    paths: Sequence[str],
    labels: list[int],
    spans: dict[int, tuple[int, int]],
    truth: list[str],
) -> None:
    """Of a text that stands several times in the page, keep as many copies as the truth has.

    Those of the same path as most of the rest go first, then those nearest to them.
    """
    same: dict[str, list[int]] = defaultdict(list)
    for k, own in enumerate(words):
        if labels[k]:
            same[" ".join(own)].append(k)
    sure = [k[0] for k in same.values() if len(k) == 1]
    middle = sorted(sure)[len(sure) // 2] if sure else 0
    usual = Counter(paths[k] for k in sure)
    whole = " " + " ".join(truth) + " "
    for text, places in same.items():
        if len(places) > 1:
            wanted = max(1, whole.count(f" {text} "))
            for k in sorted(places, key=lambda k: (-usual[paths[k]], abs(k - middle)))[wanted:]:
                labels[k] = 0
                del spans[k]


def short_belongs(
    k: int, own: list[str], matched: list[int], spans: dict[int, tuple[int, int]], truth: list[str]
) -> bool:
    """Tell whether a short block stands in the truth between the places of its matched neighbours."""
    after = bisect_left(matched, k)
    before = matched[after - 1] if after else None
    behind = matched[after] if after < len(matched) else None
    if before is None and (behind is None or behind - k > NEAR):
        return False
    if behind is None and (before is None or k - before > NEAR):
        return False
    start = spans[before][1] - 1 if before is not None else 0
    end = spans[behind][0] + 1 if behind is not None else len(truth)
    piece = " " + " ".join(truth[max(start, 0) : max(end, 0)]) + " "
    return f" {' '.join(own)} " in piece
