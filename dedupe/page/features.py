"""What speaks for and against a block: about 200 numbers for each."""

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
    "words", "link_share", "bold_share", "commas", "closed", "upper", "dots_end", "bars", "lines",
    "function_share", "copies", "first_copy", "title_equal", "title_cover", "description",
    "description_start", "body_said", "date_like", "echo", "echo_title_words", "headed_by", "headed_far",
    "headed_related", "headed_buy", "reference",
)  # fmt: skip
TAG_CLASSES = (
    ("p",), ("div", "section", "center", "other", "body", "address", "details"), ("li",), ("h1",), ("h2",),
    ("h3", "h4", "h5", "h6"), ("blockquote",), ("pre",), ("td", "th", "tr"), ("dt", "dd"),
    ("figcaption", "caption"),
)  # fmt: skip
LEVELS = 4  # containers around a block that are measured: its own and the next three wider ones
REGION = ("prose_in", "density_in", "link_in", "blocks_in", "length_in")
PLACE = (
    "articles", "article_number", "article_prose", "article_titled", "inner_titled", "title_steps",
    "title_block_steps", "title_prose", "title_shown", "steps_to_best", "in_best", "depth",
    "depth_to_best", "links_ahead",
    "group_prose", "group_share", "group_count", "place", "place_length", "place_prose", "from_title",
    "after_title",
    "to_first", "to_last", "page_blocks", "page_prose", "best_prose", "best_marks", "prose_before",
    "prose_after",
)  # fmt: skip
WHEN = re.compile(r"\d{1,2}[:.h]\d{2}|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\b(?:19|20)\d\d\b")
FRONT = 400  # characters at the start of a block in which words are looked up
START = 200  # in which capitals are counted
OPENING = 30  # words of a block that are compared with title and description
DESCRIBED = 40  # characters of a description by which a lead is known
SAID = 30_000  # characters of JSON-LD's body that are compared
SHORT = 150  # characters of a block that may be a date line
NEAR = 4  # blocks before and behind in which prose is counted
HEADING = (TAGS.index("h1"), TAGS.index("h6"))
_DIGIT = re.compile(r"\d")
_WORDS = re.compile(r"\w+")
_BYTES = "cp1252"  # the letters of Western Europe with typographic quotes and dashes
_UPPER = re.compile("[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁІЇЄҐ]")


@cache
def feature_names() -> tuple[str, ...]:
    """Name the columns.

    `talk` is the share of a block's words that belong to a group of words, `headed` the same of the heading
    above it. `own`, `wider` and `inherited` are the marks of its container, of the next wider one, and of all
    around. Numbers behind a name count wider containers.
    """
    marks, talk = mark_names(), words().talk_names
    names = [*TEXT, *(f"talk {t}" for t in talk)]
    names += [f"tag {t[0]}" for t in TAG_CLASSES]
    for level in ("own", "wider", "inherited"):
        names += [f"{level} {m}" for m in marks]
    names += [f"{name} {level}" for level in range(LEVELS) for name in REGION]
    return (*names, *PLACE)


def features(tree: Tree, regions: Regions, head: Head, title: int, kept: Ints) -> Floats:
    """Measure the kept blocks of a page.

    `title` is the block that shows the title, or -1. Returns one row for each number in `kept` (ascending),
    one column for each of `feature_names()`.
    """
    r, at = regions, regions.container[kept]
    tags = np.array(tree.tag, dtype=np.int64)
    bit = np.arange(len(mark_names()))
    groups: list[NDArray[np.generic]] = [_text_columns(tree, head, kept)]
    groups.append(_tag_classes()[tags[at]][:, None] == np.arange(len(TAG_CLASSES)))
    for marks in (r.marks_of[at], r.marks_of[r.wider_of[at]], r.inherited_of[at]):
        groups.append(marks[:, None] >> bit & 1)
    groups.append(np.array(_region_columns(r, at)).T)
    groups.append(
        np.array([*_title_columns(tree, title, r, at), *_place_columns(tree, r, kept, tags, title)]).T
    )
    return np.concatenate(groups, axis=1, dtype=np.float32, casting="unsafe")


@cache
def _tag_classes() -> Ints:
    number = {tag: k for k, group in enumerate(TAG_CLASSES) for tag in group}
    return np.array([number.get(tag, len(TAG_CLASSES)) for tag in TAGS], dtype=np.int64)


def _text_columns(tree: Tree, head: Head, kept: Ints) -> Floats:
    lists = words()
    talk, function = lists.talk, lists.function
    talkative = frozenset(talk)
    texts, containers, tags = tree.text, tree.container, tree.tag
    counts = Counter(texts)
    first: set[str] = set()
    titles = [t for t in (head.said("og:title", "twitter:title"), head.title, head.stated("headline")) if t]
    titles += [t for t, c in zip(texts, containers, strict=True) if tags[c] == HEADING[0]][:3]
    title_keys = {" ".join(_key(t[:FRONT]).split()[:OPENING]) for t in titles}
    title_words = set(_key(" ".join(titles)).split())
    title_size = len(title_words) or 1
    title_long = {w for w in title_words if len(w) > 4}
    described = _key(head.said("description", "og:description", "twitter:description")) or "\0"
    described_opening = described[:DESCRIBED]  # may stand behind the name of a town
    described_more = _key(head.stated("description") + " " + head.said("og:description"))
    said = _key(head.stated("articleBody")[:SAID])
    numbers = kept.tolist()
    fronts, capitals = spell([texts[b] for b in numbers])
    spelled = list(map(set, fronts))
    shared = _shared(spelled)
    silence = [0.0] * len(lists.talk_names)
    related, buy = map(lists.talk_names.index, ("related", "buy"))
    heading, heading_at = silence, -1
    row: list[float] = []
    for b, front, own, upper in zip(numbers, fronts, spelled, capitals, strict=True):
        text = texts[b]
        size = len(text)
        many, known = text.count(" ") + 1, len(own) or 1
        spoken = silence
        if not talkative.isdisjoint(own):
            spoken = [0.0] * len(silence)
            for word in talkative & own:
                for k in talk[word]:
                    spoken[k] += 1.0 / known
        key = " ".join(front[:OPENING])
        opening = key[:60]
        row += (
            many, tree.links[b] / size, tree.bold[b] / size, text.count(",") / many,
            text[-1] in SENTENCE_ENDS, upper / known,
            text[-1] == "…" or text.endswith("..."),
            text.count("|", 0, FRONT) + text.count("/", 0, FRONT) + text.count("·", 0, FRONT),
            text.count("\n"), len(own & function) / known, counts[text], text not in first,
            key in title_keys, len(own & title_words) / title_size if many < 60 else 0.0,
            len(key) > 15 and (key in described or key in described_more),
            len(opening) > 30 and (described.startswith(opening) or described_opening in key),
            0 if not said else 1 if opening and opening in said else -1,
            size < SHORT and _DIGIT.search(text) is not None and WHEN.search(text) is not None,
            len(own & shared) / known, len(own & title_long), heading_at >= 0, min(b - heading_at, 50),
            heading[related], heading[buy], "@" in text or "http" in text, *spoken,
        )  # fmt: skip
        if HEADING[0] <= tags[containers[b]] <= HEADING[1]:
            heading, heading_at = spoken, b
        first.add(text)
    return np.fromiter(row, np.float32, len(row)).reshape(len(kept), len(TEXT) + len(silence))


def spell(texts: list[str]) -> tuple[list[list[str]], list[int]]:
    r"""Give of each text the words of its front in lower case, and the number of capitals at its start.

    The texts hold no NUL. Where one byte a letter is enough, tables do what the patterns would, at a third of
    the cost.

    >>> spell(["Read “All” of IT.", "", "naïve_2", "Δ δ"])
    ([['read', 'all', 'of', 'it'], [], ['naïve_2'], ['δ', 'δ']], [4, 0, 0, 1])
    """
    if not texts:
        return [], []
    starts = [text[:FRONT] for text in texts]
    joined = "\0".join(starts)
    if not joined.isascii() and _foreign().search(joined):
        return [_WORDS.findall(s.lower()) for s in starts], [len(_UPPER.findall(s, 0, START)) for s in starts]
    data = joined.encode(_BYTES, "replace")
    spaced, others = _tables()
    fronts = [front.split() for front in data.translate(spaced).decode(_BYTES).split("\0")]
    return fronts, [len(front[:START].translate(None, others)) for front in data.split(b"\0")]


@cache
def _foreign() -> re.Pattern[str]:
    """Give a pattern of the letters and digits that take more than a byte."""
    return re.compile(rf"[^\W{re.escape(bytes(range(128, 256)).decode(_BYTES, 'ignore'))}\0-\x7f]")


@cache
def _tables() -> tuple[bytes, bytes]:
    """Give the table that lowers letters and makes a space of what is in no word, and all but capitals."""
    letters = bytes(range(256)).decode(_BYTES, "replace")
    spaced = "".join(letter.lower() if letter == "\0" or _WORDS.match(letter) else " " for letter in letters)
    others = bytes(code for code, letter in enumerate(letters) if not _UPPER.match(letter))
    return spaced.encode(_BYTES), others


def _shared(spelled: list[set[str]]) -> set[str]:
    """Give the long words that stand in more than one of the blocks of some length."""
    once: set[str] = set()
    shared: set[str] = set()
    for own in spelled:
        if len(own) > 8:
            shared |= once & own
            once |= own
    return {w for w in shared if len(w) > 4}


def _key(text: str) -> str:
    """Fold a text for comparison: lower case, words alone.

    >>> _key("Read -- “All” of it.")
    'read all of it'
    """
    return " ".join(_WORDS.findall(text.lower()))


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
    titled, inner = np.zeros(count), np.full(count, -1.0)
    for a in articles[:30]:
        inner[(at >= a) & (at < r.end_of[a])] = a <= c < r.end_of[a]
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
        np.full(count, len(articles)), number, prose, titled, inner, steps if title >= 0 else steps - 100,
        own_steps, region_prose, np.full(count, title >= 0),
    ]  # fmt: skip


def _region_columns(r: Regions, at: Ints) -> list[object]:
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
    return columns


def _place_columns(tree: Tree, r: Regions, kept: Ints, tags: Ints, title: int) -> list[object]:
    at, count = r.container[kept], len(kept)
    length, prose = r.length[kept], np.where(r.is_prose[kept], r.length[kept] - r.link[kept], 0.0)
    sums = np.concatenate(([0.0], np.cumsum(prose)))
    all_prose = max(float(sums[-1]), 1.0)
    steps = np.zeros(count)
    inside = (at >= r.best) & (at < r.end_of[r.best])
    c = r.best
    while c:
        steps += (at < c) | (at >= r.end_of[c])
        c = int(r.wider_of[c])
    ahead = np.cumsum(r.link)
    group = _groups(tree, r, at, tags)
    group_prose, group_length = np.bincount(group, weights=prose), np.bincount(group, weights=length)
    number = np.arange(count)
    title_at = int(np.searchsorted(kept, max(title, 0)))
    within = np.flatnonzero(inside)
    first, last = (int(within[0]), int(within[-1])) if len(within) else (0, count - 1)
    ones = np.ones(count)
    return [
        steps, inside, r.depth_of[at], r.depth_of[at] - r.depth_of[r.best],
        (ahead - r.link)[kept] / max(float(ahead[-1]), 1.0),
        group_prose[group] / all_prose, group_prose[group] / np.maximum(group_length[group], 1.0),
        np.log1p(np.bincount(group)[group]), number / count,
        np.cumsum(length) / max(float(length.sum()), 1.0),
        sums[1:] / all_prose, number - title_at, number > title_at, number - first, last - number,
        ones * np.log1p(len(tree.text)), ones * np.log1p(all_prose),
        ones * (float(r.prose_of[r.best]) / all_prose), ones * bool(r.marks_of[r.best]),
        sums[number] - sums[np.maximum(number - NEAR, 0)],
        sums[np.minimum(number + 1 + NEAR, count)] - sums[number + 1],
    ]  # fmt: skip


def _groups(tree: Tree, r: Regions, at: Ints, tags: Ints) -> Ints:
    """Number the groups of blocks that look alike: same tag and marks, in wider containers of the same."""
    around = r.wider_of[at]
    seen: dict[tuple[int, int, int, int], int] = {}
    keys = zip(
        tags[at].tolist(),
        r.marks_of[at].tolist(),
        tags[around].tolist(),
        r.marks_of[around].tolist(),
        strict=True,
    )
    return np.array([seen.setdefault(key, len(seen)) for key in keys], dtype=np.int64)
