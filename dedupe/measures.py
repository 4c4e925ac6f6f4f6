"""What each line of a saved page is like: the measurements by which the article is told from the rest.

A naive scraper saves every text node of a page as a line: menus, teasers, the article, prompts, comments,
the footer. No single line tells what it is; its form, its words, its place and its neighbors together do.
Here they are measured, one column each, for all lines of a text at once. Nothing here decides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from dedupe import phrases, words
from dedupe.dates import beside_dates, find_dates
from dedupe.lines import NO_SPACES_CHARACTER, ends_sentence, fold_words
from dedupe.model import Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

# A line longer than this says no more by its letters; a paragraph longer weighs no more as text.
_SAMPLE, _WEIGHT = 600, 600
# Captions are shorter.
_CAPTION = 400
_AGENCIES = "getty|reuters|ap|afp|dpa|imago|epa|ansa"
_CREDIT = re.compile(
    r"(?:\(|[.:–—/] ?|^)\s*(?:photos?|pictures?|images?|fotos?|bild(?:er)?|credits?"
    rf"|illustration|фото|写真|사진|{_AGENCIES})\b[^.!?]{{0,60}}$"
    rf"|(?:getty images|/(?:{_AGENCIES}|istock|shutterstock))\W*(?:\S+\W*){{0,3}}$"
    r"|\b(?:photo|foto|picture|image|credit|bild|source|quelle)\s?:",
    re.IGNORECASE,
)
"""The credit of a picture: it ends or opens a caption."""

_LONG_ENDINGS = frozenset(("info", "news", "online"))
_LETTERS = re.compile(r"[^\W_]+")
# Words by which a site speaks to its reader. News hardly does, outside of quotations.
_READER = frozenset(
    (
        *("you", "your", "yours", "sie", "ihre", "ihrer", "ihrem", "ihren", "ihnen", "du"),
        *("dein", "deine", "deinem", "deinen", "dich", "dir", "euch", "eure", "vous", "votre"),
        *("vos", "tu", "tes", "toi", "te", "usted", "ustedes", "su", "sus", "você"),
        *("vocês", "seu", "sua", "seus", "suas", "tuo", "tua", "tuoi", "lei", "suo"),
        *("je", "jouw", "jij", "uw", "din", "dina", "dit", "deg", "dig", "twój"),
        *("twoje", "państwo", "вы", "вас", "ваш", "ваши", "вам", "ваше", "ты", "твой"),
        *("siz", "sizin", "anda"),
    )
)
_SECTIONS = ("author", "newsletter", "related", "comments", "share", "footer", "paywall", "read_more")


@dataclass(frozen=True, slots=True)
class Page:
    """A text line by line, folded, with the kind of furniture that each line is by its words alone."""

    lines: Sequence[Line]
    folded: Sequence[str]
    kinds: Sequence[str | None]
    title: str | None
    url: str | None
    title_line: int | None


def read_page(lines: Sequence[Line], title: str | None, url: str | None, title_line: int | None) -> Page:
    """Fold the lines of a text and look each of them up in the phrase lists."""
    folded = [
        words.fold(line.text) if len(line.text) <= 2 * _SAMPLE else words.fold(line.text[:_SAMPLE])
        for line in lines
    ]
    kinds = [
        None if len(line.text) > phrases.LONGEST_LINE else words.furniture(fold) or _kind_by_head(line.text)
        for line, fold in zip(lines, folded, strict=True)
    ]
    return Page(lines, folded, kinds, title, url, title_line)


def _kind_by_head(text: str) -> str | None:
    """Look up what stands before a colon near the beginning of a line."""
    head, colon, _ = text[:40].partition(":")
    return words.furniture_heads().get(words.fold(head)) if colon else None


def measure(page: Page) -> tuple[list[str], NDArray[np.float32]]:
    """Measure every line of a page; give the names of the columns and the table (lines x columns)."""
    import numpy as np

    columns = _columns(page, _forms(page))
    return list(columns), np.column_stack(list(columns.values())).astype(np.float32)


# --- one line --------------------------------------------------------------------------------------------


def _forms(page: Page) -> dict[str, Column]:
    """Measure what a line alone shows: its length, its letters, its end, its words."""
    import numpy as np

    slug, title, site = slug_words(page.url), telling_words(words.fold(page.title or "")), site_name(page.url)
    count = Counter(page.folded)
    rows = []
    for line, folded in zip(page.lines, page.folded, strict=True):
        text = line.text
        found = folded.split()
        size, number = float(len(text)), float(len(found))
        if not text.isascii() and (dense := len(NO_SPACES_CHARACTER.findall(text))):
            size, number = size + 1.5 * dense, number + dense / 2.2
        letters = _LETTERS.findall(text[:_SAMPLE])
        upper = sum(word[0].isupper() for word in letters) / len(letters) if letters else 0.0
        lower = sum(word[0].islower() for word in letters) / len(letters) if letters else 0.0
        own = set(found)
        dated = 0
        if 6 <= len(text) <= 110 and any(map(str.isdigit, text)):
            dates = find_dates(text)
            dated = (1 if beside_dates(text, dates) else 2) if dates else 0
        rows.append(
            (
                size,
                number,
                ends_sentence(text),
                line.is_prose,
                text[-1] in ":：",
                upper,
                lower,
                sum(map(str.isdigit, text[:_SAMPLE])) / min(len(text), _SAMPLE),
                text.count(",") + text.count("，") + text.count("、") + text.count("،"),
                count[folded],
                len(own & slug) / len(slug) if len(slug) > 1 else 0.0,
                len(own & title) / len(title) if title else 0.0,
                dated,
                float(is_credit(text)),
                "©" in text,
                sum(word in _READER for word in found[:80]) / max(len(found[:80]), 1),
                bool(site) and len(text) < 1000 and site in folded.replace(" ", ""),
            )
        )
    table = np.array(rows, float).reshape(len(rows), len(_FORMS))
    return {name: table[:, i] for i, name in enumerate(_FORMS)}


# Measured more finely, or only looked at, in company.
_COARSE = ("length", "words", "comma", "title", "date", "copyright")
_FORMS = (
    *("length", "words", "end", "prose", "colon", "upper", "lower", "digit", "comma", "repeated"),
    *("slug", "title", "date", "credit", "copyright", "reader", "site"),
)


def is_credit(text: str) -> bool:
    """Tell whether a line is or has the credit of a picture.

    >>> is_credit("The pier on Monday. Photo: Ann Lee"), is_credit("Photos of the pier were sold.")
    (True, False)
    """
    return len(text) < _CAPTION and _CREDIT.search(text) is not None


def telling_words(folded: str) -> set[str]:
    """Give the longer words of a folded line; the short ones stand everywhere."""
    if not folded.isascii() and NO_SPACES_CHARACTER.search(folded):
        return {token for token in fold_words(folded) if len(token) >= 2}
    return {word for word in folded.split() if len(word) >= 5}


def slug_words(url: str | None) -> frozenset[str]:
    """Give the words in the last telling part of an address.

    >>> sorted(slug_words("https://example.org/2024/05/port-reopens-after-storm-81723.html"))
    ['after', 'port', 'reopens', 'storm']
    """
    path = unquote(urlsplit(url).path) if url and "//" in url else ""
    for part in reversed(path.split("/")):
        found = [
            word
            for word in words.fold(re.sub(r"\.\w{2,5}$", "", part).replace("_", " ")).split()
            if not word.isdigit()
        ]
        if len(found) >= 2:
            return frozenset(found)
    return frozenset()


def site_name(url: str | None) -> str:
    """Give the name of a site as its address has it, or nothing if it is too short to be told from a word.

    >>> site_name("https://www.harbor-times.co.uk/x"), site_name("https://ap.org/x")
    ('harbortimes', '')
    """
    labels = (urlsplit(url).hostname or "").split(".") if url and "//" in url else []
    while labels and (len(labels[-1]) <= 3 or (len(labels) > 1 and labels[-1] in _LONG_ENDINGS)):
        labels.pop()
    name = labels[-1].replace("-", "") if labels else ""
    return name if len(name) >= 5 else ""


# --- lines in company ------------------------------------------------------------------------------------


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
    out = {name: form[name] for name in _FORMS if name not in _COARSE}
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
            shared[i] = sum(in_core[word] > (i in members) for word in own) / len(own)
            first[i] = sum(in_early[word] > (i in early) for word in own) / len(own)
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
