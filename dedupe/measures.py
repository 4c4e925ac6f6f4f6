"""What each line of a saved page is like: the measurements by which the article is told from the rest.

A naive scraper saves every text node of a page as a line: menus, teasers, the article, prompts, comments,
the footer. No single line tells what it is; its form (`dedupe.forms`), its words, its place and its neighbors
together do. Here they are measured, one column each, for all lines of a text at once. Nothing here decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from dedupe.forms import FORMS, Page, forms, telling_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from dedupe.forms import Column

# A paragraph longer than this weighs no more as text.
_WEIGHT = 600
_SECTIONS = ("author", "newsletter", "related", "comments", "share", "footer", "paywall", "read_more")
# Forms that are measured more finely, or only looked at, in company.
_COARSE = ("length", "words", "comma", "title", "date", "copyright")


def measure(page: Page) -> tuple[list[str], NDArray[np.float32]]:
    """Measure every line of a page; give the names of the columns and the table (lines x columns)."""
    import numpy as np

    columns = _columns(page, forms(page))
    return list(columns), np.column_stack(list(columns.values())).astype(np.float32)


def _columns(page: Page, form: dict[str, Column]) -> dict[str, Column]:
    import numpy as np

    n = len(page.lines)
    place = np.arange(n)
    menu = _is(page.kinds, ("nav",))
    named = np.array([kind is not None and kind != "nav" for kind in page.kinds], float)
    length, end = _joined(page, form)
    dated = (form["date"] > 0).astype(float)
    again = (form["repeated"] > 1).astype(float)
    sized = ((length >= 50) & (end > 0)) | (length >= 100)
    good = (sized & (named == 0) & (form["copyright"] == 0)).astype(float)
    weight = good * np.minimum(form["length"], _WEIGHT)
    form |= {"good": good, "named": named, "joined_end": end}
    start, stop = _core(page, form)
    words_shared, words_early = _vocabulary(page, good, start, stop)
    total, total_good = max(form["length"].sum(), 1.0), max(weight.sum(), 1.0)
    inside = slice(start, stop + 1)
    log, like = np.log1p(form["length"]), np.maximum(form["slug"], form["title"])
    out = {name: form[name] for name in FORMS if name not in _COARSE}
    out |= {"words": np.log1p(form["words"]), "length": log, "comma": np.log1p(form["comma"]), "named": named}
    out |= {"joined_length": np.log1p(length), "joined_end": end}
    out |= {
        "shared": words_shared,
        "shared_early": words_early,
        "place": place / n,
        "place_good": (np.cumsum(weight) - weight) / total_good,
        "place_text": (np.cumsum(form["length"]) - form["length"]) / total,
        "rest": np.minimum(n - 1 - place, 400),
        "from_title": np.clip(place - page.title_line, -50, 200)
        if page.title_line is not None
        else np.full(n, -99.0),
        "from_like": _since(like >= 0.7),
        "in_core": ((place >= start) & (place <= stop)).astype(float),
        "from_start": np.clip(place - start, -60, 200),
        "from_stop": np.clip(place - stop, -200, 100),
    }
    core_good = weight[inside].sum()
    whole = {
        "lines": np.log1p(n),
        "mean_length": np.log1p(total / n),
        "menu_share": menu.sum() / n,
        "named_share": named.sum() / n,
        "named_count": np.log1p(named.sum()),
        "good_share": total_good / total,
        "core_share": core_good / total_good,
        "core_good": np.log1p(core_good),
        "core_pure": core_good / max(form["length"][inside].sum(), 1.0),
        "core_median": float(np.median(form["length"][inside][good[inside] > 0]))
        if good[inside].any()
        else 0.0,
    }
    out |= {name: np.full(n, value) for name, value in whole.items()}
    shared_text = np.maximum(words_shared, 0) * form["length"]
    for reach in (3, 8, 25):
        for side, (first, last) in {"before": (-reach, -1), "after": (1, reach)}.items():
            sizes = np.maximum(_window(form["length"], first, last), 1.0)
            out[f"good_{side}_{reach}"] = _window(weight, first, last)
            if reach > 3:
                out[f"dates_{side}_{reach}"] = _window(dated, first, last)
                out[f"shared_{side}_{reach}"] = _window(shared_text, first, last) / sizes
            if reach == 8:
                out[f"upper_{side}_{reach}"] = _window(form["upper"], first, last) / reach
            if reach == 25:
                out[f"reader_{side}_{reach}"] = _window(form["reader"], first, last) / reach
    out |= _runs(
        good,
        {
            "length": log,
            "named": named,
            "menu": menu,
            "date": dated,
            "shared": np.maximum(words_shared, 0),
            "repeated": again,
            "digit": form["digit"],
            "end": form["end"],
            "upper": form["upper"],
            "like": like,
        },
    )
    for name in _SECTIONS:
        marks = _is(page.kinds, (name,))
        seen = np.cumsum(marks)
        if name in ("share", "comments", "related"):
            out[f"{name}_since_start"] = np.where(
                place >= start, seen - (seen[start - 1] if start else 0) - marks, -1
            )
        if name in ("footer", "paywall"):
            out[f"{name}_to_come"] = seen[-1] - seen
        if name in ("related", "comments", "read_more", "author", "newsletter"):
            out[f"from_{name}"] = _since(marks > 0, itself=False)
    for name, marks in (("named", named), ("any", named + menu)):
        seen = np.cumsum(marks)
        out[f"{name}_since_start"] = np.where(
            place >= start, seen - (seen[start - 1] if start else 0) - marks, -1
        )
    for name, column in (("length", out["joined_length"]), ("end", end), ("upper", form["upper"])):
        out[f"{name}_above"] = np.concatenate([[-1.0], column[:-1]])
        out[f"{name}_below"] = np.concatenate([column[1:], [-1.0]])
    return out


def _is(kinds: Iterable[str | None], wanted: Collection[str]) -> Column:
    import numpy as np

    return np.array([kind in wanted for kind in kinds], float)


def _joined(page: Page, form: dict[str, Column]) -> tuple[Column, Column]:
    """Give length and end of the paragraph that each line is part of.

    Some pages break the lines of their source within paragraphs; a line that goes on in lower case below one
    that has not ended is one with it.
    """
    import numpy as np

    block: NDArray[np.int_] = np.zeros(len(page.lines), int)
    number = 0
    for i, line in enumerate(page.lines):
        above = page.lines[i - 1].text if i else ""
        if i and not (line.text[0].islower() and len(above) >= 20 and not form["end"][i - 1]):
            number += 1
        block[i] = number
    ends = np.zeros(number + 1)
    ends[block] = form["end"]
    sizes = np.asarray(np.bincount(block, form["length"], number + 1), float)
    return sizes[block], ends[block]


def _core(page: Page, form: dict[str, Column]) -> tuple[int, int]:
    """Find the stretch of lines with the most text and the least else: the one of the greatest sum."""
    import numpy as np

    whole = np.where(form["repeated"] > 1, 0.2, 1.0) * np.where(form["joined_end"] > 0, 1.0, 0.5)
    gain = np.minimum(form["length"], _WEIGHT) * whole * np.clip(1 - 5 * form["reader"], 0.2, 1.0)
    score = np.where(form["good"] > 0, gain, -20.0 - 30.0 * form["named"] - 15.0 * (form["date"] > 0))
    if page.title_line is not None:
        score[: page.title_line + 1] -= 40.0
    best, start, stop, running, begin = -np.inf, 0, 0, 0.0, 0
    for i, value in enumerate(score.tolist()):
        if running <= 0:
            running, begin = value, i
        else:
            running += value
        if running > best:
            best, start, stop = running, begin, i
    return start, stop


def _vocabulary(page: Page, good: Column, start: int, stop: int) -> tuple[Column, Column]:
    """Give the share of the longer words of each line that stand elsewhere in the core.

    The second column asks for its first half only, which the teasers below it do not reach. A line without
    such words has -1.
    """
    import numpy as np

    sets = [telling_words(folded) for folded in page.folded]
    core = [i for i in range(start, stop + 1) if good[i]]
    early = set(core[: max(3, len(core) // 2)])
    in_core, in_early = Counter[str](), Counter[str]()
    for i in core:
        in_core.update(sets[i])
        if i in early:
            in_early.update(sets[i])
    members = set(core)
    shared, first = np.full(len(sets), -1.0), np.full(len(sets), -1.0)
    for i, own in enumerate(sets):
        if own:
            shared[i] = sum(in_core.get(word, 0) > (i in members) for word in own) / len(own)
            first[i] = sum(in_early.get(word, 0) > (i in early) for word in own) / len(own)
    return shared, first


def _window(column: Column, first: int, last: int) -> Column:
    """Sum a column over the lines from `first` to `last`, counted from each line."""
    import numpy as np

    n = len(column)
    sums = np.concatenate([[0.0], np.cumsum(column)])
    place = np.arange(n)
    low, high = np.clip(place + first, 0, n), np.clip(place + last + 1, 0, n)
    return np.asarray(sums[np.maximum(low, high)] - sums[low])


def _since(marks: Any, itself: bool = True) -> Column:
    """Count the lines since the last marked one; 99 where there is none."""
    import numpy as np

    place = np.arange(len(marks))
    last = np.maximum.accumulate(np.where(marks, place, -1000))
    if not itself:
        last = np.concatenate([[-1000], last[:-1]])
    return np.asarray(np.minimum(place - last, 99), float)


def _runs(good: Column, columns: dict[str, Column]) -> dict[str, Column]:
    """Give each line the length of the run of text, or of other lines, that it stands in, and its means."""
    import numpy as np

    number = np.cumsum(np.concatenate([[0], np.diff(good) != 0]))
    count = np.bincount(number)
    out = {"run": np.minimum(count[number], 80) * np.where(good > 0, -1.0, 1.0)}
    for name, column in columns.items():
        out[f"run_{name}"] = (np.bincount(number, column) / count)[number]
    return out
