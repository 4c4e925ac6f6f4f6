"""The lines that several sites have: furniture of their content system, of the web, of nobody's article.

What the trouble looks like: a paywall notice on two pages of each of nine sites, too few on any of them to be
learned there. What is left alone: lines that stand in texts, headlines that other sites link, and what is
listed for review on one site only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from dedupe.address import site_name
from dedupe.byline import is_heading_line
from dedupe.heads import head_of
from dedupe.keys import SITE, line_key
from dedupe.lines import ends_sentence
from dedupe.slots import all_runs, join_runs
from dedupe.survey import Survey
from dedupe.templates import Template
from dedupe.values import is_fact

# The same line on five sites belongs to none of their authors; on three, where it only stands below the text.
# A headline stands above its own text, however many sites link it.
_SITES, _SITES_BELOW = 5, 3
# Between paragraphs it is furniture if it follows them and on one page in ten nothing of its own follows it.
_HANGING = 0.1
# A longer line that touches the text belongs to it: its last words may be the author's own.
_LONG = 60
# Longer prose is no notice that many sites share.
_LONGEST_PROSE = 160
# Slots in which the sites of each line are counted before any line is kept by name.
_SIEVE = 1 << 24


class Sieve:
    """Counts of the sites of lines, many lines to a count: what it keeps back is on too few sites."""

    def __init__(self) -> None:
        self._sites = bytearray(_SIEVE)

    def add(self, keys: Iterable[str]) -> None:
        """Count the lines of one site."""
        for slot in {hash(key) % _SIEVE for key in keys if key}:
            self._sites[slot] += self._sites[slot] < _SITES_BELOW

    def __contains__(self, key: str) -> bool:
        return key != "" and self._sites[hash(key) % _SIEVE] >= _SITES_BELOW


def _is_articles_own(text: str) -> bool:
    """Tell whether a line is a date, a byline or a fact: it recurs without being furniture."""
    head = head_of(text)
    return is_heading_line(text) or is_fact(text) or (head is not None and is_fact(head[1]))


def everywhere(seen: Survey, sieve: Sieve, sources: Mapping[str, Template]) -> dict[str, int]:
    """Find lines that stand around the articles of many sites, on however few pages of each.

    Only lines that the sieve lets through are counted by name. It counts the sites of all lines whose keys
    share a slot, so it never keeps back a line that enough sites have; how many it lets through besides
    changes the memory that is needed, not the result.
    """
    learned = {
        line_key(text, site_name(source))
        for source, each in sources.items()
        for text in (*each.lines, *each.headlines, *each.review)
    }
    sites: Counter[str] = Counter()
    example: dict[str, str] = {}
    count: Counter[str] = Counter()
    between: Counter[str] = Counter()
    above: Counter[str] = Counter()
    below: Counter[str] = Counter()
    after_prose: Counter[str] = Counter()
    hanging: Counter[str] = Counter()
    for said in seen.lines_again():
        keys, texts, prose = said.keys, said.texts, said.prose
        passed = {
            line
            for line, key in enumerate(keys)
            if line and key in sieve and not (prose[line] and len(texts[line]) > _LONGEST_PROSE)
        }
        if not passed:
            continue
        known = {line for line, key in enumerate(keys) if key in learned}
        authors = {line for line, is_prose in enumerate(prose) if is_prose and line not in known}
        for line in passed:
            example[keys[line]] = min(example.get(keys[line], texts[line]), texts[line])
        sites.update({keys[line] for line in passed})
        for each in said.pages:
            lines = each.lines
            own = [i for i, line in enumerate(lines) if line in authors]
            first, last = (own[0], own[-1]) if own else (len(lines), -1)
            for i, line in enumerate(lines):
                if line not in passed:
                    continue
                key = keys[line]
                follows = i > 0 and lines[i - 1] in authors
                ends = i + 1 == len(lines)
                touches = len(texts[line]) > _LONG and (follows or (not ends and lines[i + 1] in authors))
                count[key] += 1
                above[key] += i < first
                between[key] += first < i < last or touches
                below[key] += i > last and not touches
                after_prose[key] += follows
                hanging[key] += ends or lines[i + 1] in known

    def is_furniture(key: str) -> bool:
        if 4 * between[key] < count[key] and sites[key] >= _SITES:
            return True
        return (below[key] == count[key] and not above[key]) or (
            sites[key] >= _SITES
            and 3 * after_prose[key] >= 2 * count[key]
            and hanging[key] >= max(2, _HANGING * count[key])
            and len(example[key]) <= _LONG
            and not ends_sentence(example[key])
        )

    return {
        key if SITE in key else example[key]: number
        for key, number in sites.items()
        if number >= _SITES_BELOW and is_furniture(key) and not _is_articles_own(example[key])
    }


def judge_reviewed(sources: Mapping[str, Template]) -> dict[str, Template]:
    """Take the standing sentences that several sites have for furniture: no author writes for all of them."""
    sites: Counter[str] = Counter()
    for source, each in sources.items():
        sites.update({line_key(text, site_name(source)) for text in (*each.lines, *each.review)})
    judged = {}
    for source, each in sources.items():
        moved = {
            text: count
            for text, count in each.review.items()
            if sites[line_key(text, site_name(source))] >= 2
        }
        if moved:
            lines = ordered({**each.lines, **moved})
            review = {text: count for text, count in each.review.items() if text not in moved}
            each = replace(each, lines=lines, review=review)
        judged[source] = each
    return judged


def gather_shared(sources: Mapping[str, Template], everywhere: Mapping[str, int]) -> Template:
    """Gather what at least two sources have learned, or five sources have; numbers are those of sources."""

    def gather(*names: str, more: Mapping[str, int] | None = None) -> dict[str, int]:
        count: Counter[str] = Counter()
        example: dict[str, str] = {}
        for source, each in sources.items():
            site = site_name(source)
            keys = {line_key(text, site): text for name in names for text in getattr(each, name)}
            count.update(keys.keys())
            for key, text in keys.items():
                example[key] = key if SITE in key else min(example.get(key, text), text)
        for text, number in (more or {}).items():
            key = line_key(text)
            count[key] = max(count[key], number)
            example[key] = text
        return ordered({key: number for key, number in count.items() if number >= 2}, example)

    runs = Counter(run for each in sources.values() for run in all_runs(each.slots))

    return Template(
        pages=len(sources),
        lines=gather("lines", "headlines", more=everywhere),
        tails=gather("tails"),
        labels=gather("labels"),
        below=gather("below"),
        slots=ordered(join_runs({run: number for run, number in runs.items() if number >= 2})),
    )


def ordered(
    counts: Mapping[str, int],
    example: Mapping[str, str] | None = None,
    place: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Order lines by how many pages have them, then by where they stand; name them by their examples."""
    names, places = example or {}, place or {}
    ranked = sorted(counts.items(), key=lambda item: (-item[1], round(places.get(item[0], 0), 6), item[0]))
    return {names.get(key, key): count for key, count in ranked}
