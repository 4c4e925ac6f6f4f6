"""What speaks for and against a block: about 190 numbers for each."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from dedupe.page.regions import SENTENCE_ENDS, Regions
from dedupe.page.tree import TAGS, Tree, mark_names
from dedupe.page.words import words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from dedupe.page.head import Head

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float32]

TEXT = (
    "words", "long_words", "link_share", "bold_share", "commas", "inner_ends", "closed", "upper_start",
    "digits", "upper", "colon_end", "question_end", "dots_end", "quote_start", "dash_start", "bars",
    "at_sign", "address", "lines", "function_share", "copies", "first_copy", "title_equal", "title_share",
    "title_cover", "description", "description_start", "body_said", "letters", "date_like",
    "echo", "echo_title_words",
)  # fmt: skip
TAG_CLASSES = (
    ("p",), ("div", "section", "center", "other", "body", "address", "details"), ("li",), ("h1",), ("h2",),
    ("h3", "h4", "h5", "h6"), ("blockquote",), ("pre",), ("td", "th", "tr"), ("dt", "dd"), ("figcaption", "caption"),
)  # fmt: skip
LEVELS = 4
WHEN = re.compile(r"\d{1,2}[:.h]\d{2}|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b(?:19|20)\d\d\b")


@cache
def feature_names() -> tuple[str, ...]:
    """Name the columns."""
    marks, talk = mark_names(), words().talk_names
    names = [*TEXT, *(f"talk {t}" for t in talk), *(f"talk share {t}" for t in talk)]
    names += [f"headed {t}" for t in talk] + ["headed_by", "headed_far"]
    names += [f"tag {t[0]}" for t in TAG_CLASSES] + [f"around {t[0]}" for t in TAG_CLASSES]
    for level in ("own", "wider", "inherited"):
        names += [f"{level} {m}" for m in marks]
    for level in range(LEVELS):
        names += [f"{n} {level}" for n in ("prose_in", "density_in", "link_in", "blocks_in", "length_in")]
    names += ["articles", "article_number", "article_prose", "article_titled", "title_steps", "title_block_steps"]
    names += ["title_prose", "headings_in_title_region"]
    names += ["steps_to_best", "in_best", "depth", "depth_to_best", "links_ahead"]
    names += ["group_prose", "group_share", "group_count", "place", "place_length", "place_prose", "from_title"]
    names += ["after_title", "to_first", "to_last", "page_blocks", "page_prose", "best_prose", "best_marks"]
    for way in ("before", "after"):
        for far in (1, 2):
            names += [f"{way}{far} {n}" for n in ("length", "link", "prose", "closed", "group")]
        names += [f"{way} prose near"]
    return tuple(names)


def features(tree: Tree, regions: Regions, head: Head, title: int, kept: Ints) -> Floats:
    """Measure the kept blocks of a page.

    `title` is the block that shows the title, or -1. Returns one row for each number in `kept` (ascending), one column for each of `feature_names()`.
    """
    r, at = regions, regions.container[kept]
    columns: list[object] = []
    columns += list(_text_columns(tree, head, kept).T)
    tags = np.array(tree.tag, dtype=np.int64)
    around = r.wider_of[at]
    classes = _tag_classes()
    columns += list((classes[tags[at]][:, None] == np.arange(len(TAG_CLASSES))).T)
    columns += list((classes[tags[around]][:, None] == np.arange(len(TAG_CLASSES))).T)
    bit = np.arange(len(mark_names()))
    for marks in (r.marks_of[at], r.marks_of[around], r.inherited_of[at]):
        columns += list((marks[:, None] >> bit & 1).T)
    columns += _title_columns(tree, title, r, at)
    columns += _region_columns(r, at, kept)
    columns += _place_columns(tree, r, kept, tags)
    out = np.empty((len(kept), len(columns)), dtype=np.float32)
    for number, column in enumerate(columns):
        out[:, number] = column
    return out


@cache
def _tag_classes() -> Ints:
    number = {tag: k for k, group in enumerate(TAG_CLASSES) for tag in group}
    return np.array([number.get(tag, len(TAG_CLASSES)) for tag in TAGS], dtype=np.int64)


def _text_columns(tree: Tree, head: Head, kept: Ints) -> Floats:
    lists = words()
    talk_words, function = lists.talk, lists.function
    talks = range(len(lists.talk_names))
    texts = tree.text
    counts = Counter(texts)
    first: set[str] = set()
    titles = [t for t in (head.said("og:title", "twitter:title"), head.title, head.stated("headline")) if t]
    titles += [t for t, c in zip(texts, tree.container, strict=True) if tree.tag[c] == 3][:3]
    title_keys = {" ".join(_key(t[:FRONT]).split()[:30]) for t in titles}
    title_words = set(_key(" ".join(titles)).split())
    described = _key(head.said("description", "og:description", "twitter:description")) or "\0"
    described_more = _key(head.stated("description") + " " + head.said("og:description"))
    said = _key(head.stated("articleBody")[:200_000])
    long_words = [_LONG_WORDS.findall(texts[b][:1000].lower()) for b in kept.tolist()]
    counted = Counter(w for found in long_words if len(found) > 4 for w in set(found))
    shared = {w for w, number in counted.items() if number > 1}
    heading, heading_at = [0] * len(talks), -1
    rows = []
    for found_words, b in zip(long_words, kept.tolist(), strict=True):
        text = texts[b]
        size, start = len(text), text[:FRONT]
        many = text.count(" ") + 1
        front = _WORDS.findall(start.lower())
        spelled = set(front)
        known = len(spelled) or 1
        spoken = [0] * len(talks)
        for word in spelled & talk_words.keys():
            for k in talk_words[word]:
                spoken[k] += 1
        key = " ".join(front[:30])
        opening = key[:60]
        digits = len(_DIGITS.findall(start))
        last, initial = text[-1], text[0]
        told = spelled & title_words
        row = [
            many, len(found_words) / many, tree.links[b] / size, tree.bold[b] / size,
            text.count(",") / many, _inner_ends(text), last in _ENDS, initial.isupper(),
            digits / len(start), len(_UPPER.findall(start)) / known, last in ":：", last in "?？",
            last == "…" or text.endswith("..."), initial in "\"'“„«‘「", initial in "-–—•*▪●",
            start.count("|") + start.count("/") + start.count("·"), "@" in start, "http" in text or "www." in text,
            text.count("\n"), len(spelled & function) / known, counts[text], text not in first, key in title_keys,
            len(told) / known, len(told) / len(title_words) if title_words and many < 60 else 0.0,
            len(key) > 15 and (key in described or key in described_more),
            len(opening) > 30 and (described.startswith(opening) or opening.startswith(described)),
            0 if not said else 1 if opening and opening in said else -1,
            sum(map(len, front)) / len(start), digits > 0 and WHEN.search(start, 0, 120) is not None,
            len(shared.intersection(found_words)) / len(found_words) if found_words else -1.0,
            len(title_words.intersection(found_words)),
        ]  # fmt: skip
        if HEADING[0] <= tree.tag[tree.container[b]] <= HEADING[1]:
            heading, heading_at = spoken, b
        rows.append(row + spoken + [n / known for n in spoken] + heading + [heading_at >= 0, min(b - heading_at, 50)])
        first.add(text)
    return np.array(rows, dtype=np.float32).reshape(len(kept), len(TEXT) + 3 * len(talks) + 2)


def _inner_ends(text: str) -> int:
    return text.count(". ") + text.count("! ") + text.count("? ") + text.count("。")


def _key(text: str) -> str:
    """Fold a text for comparison: lower case, words alone.

    >>> _key("Read -- “All” of it.")
    'read all of it'
    """
    return " ".join(_WORDS.findall(text.lower()))


FRONT = 400  # characters at the start of a block in which words are looked up
_WORDS = re.compile(r"\w+")
_LONG_WORDS = re.compile(r"[^\W\d_]{5,}")
_DIGITS = re.compile(r"\d")
_UPPER = re.compile("[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁІЇЄҐ]")
_ENDS = frozenset(SENTENCE_ENDS)
HEADING = (TAGS.index("h1"), TAGS.index("h6"))


def _title_columns(tree: Tree, title: int, r: Regions, at: Ints) -> list[object]:
    """Measure where blocks stand to the title's heading, and to the page's article elements."""
    count = len(at)
    articles = [c for c, name in enumerate(tree.name) if name == "article" and r.prose_of[c] > 0]
    number = np.full(count, -1)
    prose = np.full(count, -1.0)
    for k, c in enumerate(articles[:30]):
        inside = (at >= c) & (at < r.end_of[c])
        number[inside] = k
        prose[inside] = r.prose_of[c] / max(float(r.prose_of[0]), 1.0)
    c = tree.container[title] if title >= 0 else 0
    titled = np.zeros(count)
    for a in articles[:30]:
        if a <= c < r.end_of[a]:
            titled[(at >= a) & (at < r.end_of[a])] = 1
    steps, own_steps, region_prose, chain = np.zeros(count), np.zeros(count), np.full(count, -1.0), [c]
    while chain[-1]:
        chain.append(int(r.wider_of[chain[-1]]))
    for a in reversed(chain):
        inside = (at >= a) & (at < r.end_of[a])
        region_prose[inside] = r.prose_of[a] / max(float(r.prose_of[0]), 1.0)
        steps += ~inside
        own_steps[inside] = r.depth_of[at[inside]] - r.depth_of[a]
    return [
        np.full(count, len(articles)), number, prose, titled, steps if title >= 0 else steps - 100, own_steps,
        region_prose, np.full(count, title >= 0),
    ]  # fmt: skip


def _region_columns(r: Regions, at: Ints, kept: Ints) -> list[object]:
    columns: list[object] = []
    all_prose = max(float(r.prose_of[0]), 1.0)
    level = at
    for _ in range(LEVELS):
        length = np.maximum(r.length_of[level], 1.0)
        columns += [
            r.prose_of[level] / all_prose,
            r.prose_of[level] / length,
            r.link_of[level] / length,
            np.log1p(r.count_of[level]),
            np.log1p(length),
        ]
        level = r.wider_of[level]
    steps = np.zeros(len(at))
    inside = (at >= r.best) & (at < r.end_of[r.best])
    c = r.best
    while True:
        steps += (at < c) | (at >= r.end_of[c])
        if c == 0:
            break
        c = int(r.wider_of[c])
    ahead = np.concatenate(([0.0], np.cumsum(r.link)))
    all_links = max(float(ahead[-1]), 1.0)
    columns += [steps, inside, r.depth_of[at], r.depth_of[at] - r.depth_of[r.best]]
    columns += [ahead[kept] / all_links]
    return columns


def _place_columns(tree: Tree, r: Regions, kept: Ints, tags: Ints) -> list[object]:
    at = r.container[kept]
    length, prose = r.length[kept], np.where(r.is_prose[kept], r.length[kept] - r.link[kept], 0.0)
    around = r.wider_of[at]
    groups: dict[tuple[int, int, int, int], int] = {}
    group = np.array(
        [
            groups.setdefault(k, len(groups))
            for k in zip(
                tags[at].tolist(), r.marks_of[at].tolist(), tags[around].tolist(), r.marks_of[around].tolist(),
                strict=True,
            )
        ],
        dtype=np.int64,
    )  # fmt: skip
    group_prose = np.bincount(group, weights=prose)
    group_length = np.bincount(group, weights=length)
    group_count = np.bincount(group)
    all_prose = max(float(prose.sum()), 1.0)
    count = len(kept)
    number = np.arange(count)
    heads = np.flatnonzero(tags[at] == 3)
    title_at = int(heads[0]) if len(heads) else 0
    inside = np.flatnonzero((at >= r.best) & (at < r.end_of[r.best]))
    first, last = (int(inside[0]), int(inside[-1])) if len(inside) else (0, count - 1)
    columns: list[object] = [
        group_prose[group] / all_prose,
        group_prose[group] / np.maximum(group_length[group], 1.0),
        np.log1p(group_count[group]),
        number / count,
        np.cumsum(length) / max(float(length.sum()), 1.0),
        np.cumsum(prose) / all_prose,
        number - title_at,
        number > title_at,
        number - first,
        last - number,
        np.full(count, np.log1p(len(tree.text))),
        np.full(count, np.log1p(all_prose)),
        np.full(count, r.prose_of[r.best] / all_prose),
        np.full(count, bool(r.marks_of[r.best])),
    ]
    closed = np.array([tree.text[b].endswith(SENTENCE_ENDS) for b in kept.tolist()])
    share = r.link[kept] / np.maximum(length, 1.0)
    mass = np.log1p(length)
    for way in (-1, 1):
        for far in (1, 2):
            columns += [_shifted(c, way * far) for c in (mass, share, prose > 0, closed)]
            columns.append(_shifted(group, way * far) == group)
        columns.append(sum(_shifted(prose, way * far) for far in range(1, 5)))
    return columns


def _shifted(values: NDArray[np.generic], by: int) -> NDArray[np.float64]:
    """Give the value of the block `by` places on (or back), -1 beyond the ends."""
    out = np.full(len(values), -1.0)
    if by > 0:
        out[:-by] = values[by:]
    else:
        out[-by:] = values[:by]
    return out
