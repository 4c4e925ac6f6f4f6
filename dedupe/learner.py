"""What one source repeats, learned from its pages: its lines, beginnings, labels, titles, dates.

What the trouble looks like: menus, share bars, `Read more: …`, newsletter prompts, author boxes, counters
and legal lines, saved into every article of a site. What is left alone: the lines of an article that was
scraped fifty times, of articles written from a form, refrains, subheadings that recur, and the standing
paragraph of a column, which is listed for review instead of cut.

Only documents count, not occurrences, and only documents that may testify (`Survey.witnesses`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain, islice

from dedupe import edges
from dedupe.address import site_name
from dedupe.affixes import learn_affixes
from dedupe.byline import is_heading_line
from dedupe.dates import Order, numeric_orders
from dedupe.heads import Head, head_of, is_date, looks_like_fact, read_head
from dedupe.keys import SITE, line_key
from dedupe.lines import ends_sentence, is_prose
from dedupe.several import ordered
from dedupe.slots import join_runs, may_recur, word_runs
from dedupe.subheads import find_subheads
from dedupe.survey import FEWEST, Testimony, Witness
from dedupe.templates import Template

# A line is furniture of a source from three pages on, and from one page in fifty. Measured flat: five pages
# do as well, five in a hundred too; with two pages fourteen times as much good text goes.
_SHARE = 0.02
# Between two paragraphs, where subheadings stand, one page in ten.
_SHARE_BETWEEN = 0.1
# A sentence needs far more than a two-word line: one page in five, and furniture on both sides.
_SHARE_PROSE, _COMPANY = 0.2, 0.7
# Lines of a list that may stand between a sentence and the furniture beside it.
_LONGEST_LIST = 10
# A fixed beginning with a varying end (`Read more: …`): one page in thirty, and so many different ends.
_SHARE_HEAD, _TAILS = 0.03, 0.15
# A heading with changing short lines below it (`Related articles`).
_BELOW, _BELOW_DIFFERENT = 0.8, 0.25
# Between two paragraphs a line may be a subheading. But a subheading stands over something, and once: a line
# that on one page in ten has nothing of the article below it, or comes again, is none; nor is one that
# stands on every third page.
_SHARE_HANGING, _SHARE_ALWAYS = 0.1, 0.34
# A headline stands above one text, its own, and of the copies of that; below others it may be linked.
_SHARE_UNDER, _HEADLINE = 0.8, 12
# A row of a table: a name, and so many numbers.
_NUMBERS_OF_ROW = 3
# Nearly every page says when it was published, and the same words before it.
_SHARE_DATED = 0.8
# Titles stand among the first lines of a page.
_TITLES = 12
# All numeric dates have this in the middle: a mark, the month or the day, and the mark again.
_BETWEEN_NUMBERS = re.compile(r"[./-] ?\d\d?[./-]")
# The label of a data sheet that stands on a line of its own.
_LABEL = 45


class Learner:
    """The pages of one source. Lines are the numbers of its Testimony; what is counted goes by their keys."""

    def __init__(self, said: Testimony) -> None:
        self.pages, self.texts, self.keys = said.pages, said.texts, said.keys
        self.site = site_name(said.source)
        self.count = self.pages_of(lambda each: {self.keys[line] for line in each.lines if line})
        self.prose = {line for line, is_prose in enumerate(said.prose) if is_prose}
        many = self.many(_SHARE)
        self.frequent = {line for line, key in enumerate(self.keys) if line and self.count[key] >= many}
        self.example: dict[str, str] = {}
        for line in self.frequent:
            key, text = self.keys[line], self.texts[line]
            self.example[key] = min(self.example.get(key, text), text)
        self.recurring = [
            [(i, line) for i, line in enumerate(each.lines) if line in self.frequent] for each in self.pages
        ]
        own = self.prose - self.frequent
        self.bodies = [_ends([line in own for line in each.lines]) for each in self.pages]
        self.place: dict[str, float] = defaultdict(float)
        self.under: Counter[str] = Counter()
        self.heads_as_written: dict[str, str] = {}

    def pages_of(self, found: Callable[[Witness], Collection[str]]) -> Counter[str]:
        """Count the pages on which each thing is found."""
        return Counter(chain.from_iterable(map(found, self.pages)))

    def many(self, share: float) -> float:
        """Give how many pages are enough."""
        return max(FEWEST, share * len(self.pages))

    def template(self) -> Template:
        """Learn all that the pages of the source tell."""
        lines, review = self.lines()
        tails, labels, dates = self.heads()
        stacked = self.stacked_labels()
        labels |= stacked
        for key in list(lines):
            # Dates are for the heading, facts for the metadata, and bylines are nobody's furniture; what the
            # beginnings say already need not be said again.
            head = head_of(self.example[key], self.site)
            is_said = head is not None and any(head[0] in each for each in (labels, tails, dates))
            if key in stacked or is_said or is_heading_line(self.example[key]):
                del lines[key]
        endings = self.endings()
        for text, count in endings.items():
            if "©" in text:
                lines[line_key(text, self.site)] = count
                self.example[line_key(text, self.site)] = text
        standing = {text: count for text, count in endings.items() if is_prose(text) and "©" not in text}
        headlines = {key: count for key, count in lines.items() if self.is_headline(key)}
        suffixes, prefixes = learn_affixes([self.titles(each) for each in self.pages])
        return Template(
            pages=len(self.pages),
            order=self.order(),
            title_suffixes=ordered(suffixes),
            title_prefixes=ordered(prefixes),
            lines=ordered({k: n for k, n in lines.items() if k not in headlines}, self.example, self.place),
            headlines=ordered(headlines, self.example),
            run_in=ordered(self.run_in(lines)),
            tails=ordered(tails, self.heads_as_written),
            dates=ordered(dates, self.heads_as_written),
            labels=ordered(labels, self.example | self.heads_as_written),
            below=ordered({k: n for k, n in self.below().items() if k not in stacked}, self.example),
            slots=ordered(join_runs(self.slots(lines))),
            review=ordered({self.example[key]: count for key, count in review.items()} | standing),
        )

    def titles(self, each: Witness) -> list[str]:
        """Give what may be the title of a page: what its record says, or its first lines."""
        if each.title:
            return [each.title]
        first = next((i for i, line in enumerate(each.lines) if line in self.prose), len(each.lines))
        return [self.texts[line] for line in each.lines[: min(first, _TITLES)]]

    def is_headline(self, key: str) -> bool:
        """Tell whether a line may be the headline of a page of the site that others link below their text.

        It stands above one text, its own; where that page does not testify, it is linked on some, not most.
        """
        text, count, under = self.example[key], self.count[key], self.under[key]
        of_a_page = under < count and under >= min(count - 1, _SHARE_UNDER * count)
        return (
            (of_a_page or (under == count and 2 * count <= len(self.pages)))
            and len(text) >= _HEADLINE
            and not ends_sentence(text)
            and SITE not in key
            and "0" not in key.split()
        )

    def run_in(self, lines: Mapping[str, int]) -> dict[str, int]:
        """Learn what is run into the first words of paragraphs."""
        found = edges.run_in(
            (each.edges[0] for each in self.pages),
            len(self.pages),
            lambda text: line_key(text, self.site) in lines,
        )
        return {text: count for text, count in found.items() if not is_heading_line(text)}

    def endings(self) -> dict[str, int]:
        """Find the sentences with which the last paragraphs end: they may be the site's, or its author's."""
        return edges.endings((each.edges[1] for each in self.pages), len(self.pages))

    def order(self) -> Order | None:
        """Tell how the source writes numeric dates, from those that can be read in one way only."""
        texts = [
            text
            for line, text in enumerate(self.texts)
            if line not in self.prose and _BETWEEN_NUMBERS.search(text)
        ]
        proved = {order for text in texts for order in numeric_orders(text)}
        return next(iter(proved)) if len(proved) == 1 else None

    def lines(self) -> tuple[dict[str, int], dict[str, int]]:
        """Tell furniture from the recurring lines that may be the author's."""
        prose = {self.keys[line] for line in self.frequent & self.prose}
        between: Counter[str] = Counter()
        company: Counter[str] = Counter()
        for each, recurring, (first, last) in zip(self.pages, self.recurring, self.bodies, strict=True):
            met: set[str] = set()
            for i, line in recurring:
                key = self.keys[line]
                if key in met:
                    continue
                met.add(key)
                self.place[key] += i / len(each.lines)
                between[key] += first < i < last
                self.under[key] += i > last
                if key in prose:
                    sides = reversed(each.lines[:i]), each.lines[i + 1 :]
                    company[key] += all(map(self.begins_with_furniture, sides))
        hanging = self.hanging()
        own = find_subheads(map(self.over_text, self.pages, self.recurring, self.bodies))
        lines: dict[str, int] = {}
        review: dict[str, int] = {}
        for key in self.example:
            count = self.count[key]
            if key in prose:
                # A standing paragraph of a column touches the text; a notice stands among other furniture.
                is_furniture = company[key] >= _COMPANY * count and count >= self.many(_SHARE_PROSE)
                (lines if is_furniture and 2 * between[key] < count else review)[key] = count
            elif 2 * between[key] < count or (
                count >= self.many(_SHARE_BETWEEN)
                and key not in own
                and key.split().count("0") < _NUMBERS_OF_ROW
                and (hanging[key] >= _SHARE_HANGING * count or count >= self.many(_SHARE_ALWAYS))
            ):
                lines[key] = count
        return lines, review

    def begins_with_furniture(self, lines: Iterable[int]) -> bool:
        """Tell whether furniture comes before any paragraph; headlines that are linked and facts may, too."""
        for line in islice(lines, _LONGEST_LIST):
            if line in self.frequent:
                return True
            if line in self.prose:
                return False
        return True

    def over_text(
        self, each: Witness, recurring: Sequence[tuple[int, int]], body: tuple[int, int]
    ) -> list[tuple[int, str]]:
        """Give the recurring lines of a page that stand between paragraphs, over something of its own."""
        return [
            (i, self.keys[line])
            for i, line in recurring
            if body[0] < i < body[1] and line not in self.prose and each.lines[i + 1] not in self.frequent
        ]

    def hanging(self) -> Counter[str]:
        """Count the pages on which a line is no subheading: nothing of its own follows, or it recurs."""
        count: Counter[str] = Counter()
        for each, recurring in zip(self.pages, self.recurring, strict=True):
            met: set[str] = set()
            found: set[str] = set()
            for i, line in recurring:
                key = self.keys[line]
                if key in met or i + 1 == len(each.lines) or each.lines[i + 1] in self.frequent:
                    found.add(key)
                met.add(key)
            count.update(found)
        return count

    def heads(self) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
        """Learn beginnings with varying ends: those that stand alone, those of data sheets, and of dates."""
        read = {line: head for line in self.recurring_heads() if (head := self.head(line))}
        places: dict[str, list[tuple[Head, list[int], int]]] = defaultdict(list)
        dated: Counter[str] = Counter()
        for each, (first, _) in zip(self.pages, self.bodies, strict=True) if read else ():
            met: set[str] = set()
            for i, line in enumerate(each.lines):
                if line in read and (found := read[line]).key not in met:
                    met.add(found.key)
                    places[found.key].append((found, each.lines, i))
                    dated[found.key] += i < first and is_date(self.texts[line])
        tails: dict[str, int] = {}
        labels: dict[str, int] = {}
        dates: dict[str, int] = {}
        for key, stood in places.items():
            heads, count = {found for found, _, _ in stood}, len(stood)
            written = [head.written for head in heads if head.written]
            if written:
                self.heads_as_written[key] = min(written)
            if count < self.many(_SHARE_HEAD) or len({head.tail for head in heads}) < max(2, _TAILS * count):
                continue
            if dated[key] >= _SHARE_DATED * max(count, len(self.pages)):
                dates[key] = count
            elif 2 * sum(found.is_fact for found, _, _ in stood) > count or self.is_in_company(stood):
                if not key[0].isdigit():
                    labels[key] = count
            else:
                tails[key] = count
        return tails, labels, dates

    def is_in_company(self, stood: Sequence[tuple[Head, list[int], int]]) -> bool:
        """Tell whether a beginning mostly stands beside facts with other beginnings."""
        company = 0
        for head, lines, i in stood:
            near = map(self.head, lines[max(i - 1, 0) : i] + lines[i + 1 : i + 2])
            company += any(other is not None and other.key != head.key and other.is_fact for other in near)
        return 2 * company > len(stood)

    def recurring_heads(self) -> set[int]:
        """Give the lines whose beginnings stand on enough pages; only those are read further."""
        heads = {
            line: found[0] for line, text in enumerate(self.texts) if (found := head_of(text, self.site))
        }
        count = self.pages_of(lambda each: {heads[line] for line in each.lines if line in heads})
        many = self.many(_SHARE_HEAD)
        return {line for line, head in heads.items() if count[head] >= many}

    def head(self, line: int) -> Head | None:
        """Read the beginning of a line, where it has one."""
        return read_head(self.texts[line], line in self.prose, self.site)

    def stacked_labels(self) -> dict[str, int]:
        """Learn labels that stand on lines of their own, values below: a chain of them is a data sheet."""
        short = {line for line in self.frequent - self.prose if len(self.texts[line]) <= _LABEL}
        values = {line for line in short if looks_like_fact(self.texts[line])}
        facts: Counter[str] = Counter()
        others: Counter[str] = Counter()
        places: list[tuple[str, list[int], int]] = []
        for each, recurring in zip(self.pages, self.recurring, strict=True):
            met: set[str] = set()
            for i, line in recurring:
                key = self.keys[line]
                if line not in short or key in met or i + 1 == len(each.lines):
                    continue
                met.add(key)
                places.append((key, each.lines, i))
                if 2 * others[key] >= self.count[key]:  # whatever follows, most are no facts
                    continue
                is_label = line not in values and looks_like_fact(self.texts[each.lines[i + 1]])
                (facts if is_label else others)[key] += 1
        labels = {key for key, count in facts.items() if 2 * count > self.count[key]}
        return self.chained(labels, places) if labels else {}

    def chained(self, labels: set[str], places: Sequence[tuple[str, list[int], int]]) -> dict[str, int]:
        """Add to labels what stands among them, and leave out those that stand alone."""
        brief: Counter[str] = Counter()
        near: dict[str, Counter[str]] = defaultdict(Counter)
        for key, lines, i in places:
            brief[key] += 0 < len(self.texts[lines[i + 1]].split()) <= 5
            near[key].update(self.keys[lines[k]] for k in (i - 2, i + 2) if 0 <= k < len(lines))
        for key in near:
            beside = sum(near[key][label] for label in labels if label != key)
            if 2 * beside > self.count[key] and brief[key] >= 0.9 * self.count[key]:
                labels.add(key)
        found = {key for key in labels if any(near[key][other] for other in labels if other != key)}
        return {key: self.count[key] for key in found}

    def below(self) -> dict[str, int]:
        """Learn headings over lists: short lines with a short line below that differs from page to page."""
        short = {line for line in self.frequent - self.prose if len(self.texts[line].split()) <= 5}
        below: dict[str, set[str]] = defaultdict(set)
        good: Counter[str] = Counter()
        for each, recurring, (_, last) in zip(self.pages, self.recurring, self.bodies, strict=True):
            for i, line in recurring:
                if not (0 <= last < i < len(each.lines) - 1 and line in short):
                    continue
                key, following = self.keys[line], each.lines[i + 1]
                is_own = following not in self.frequent and following not in self.prose
                good[key] += is_own and not ends_sentence(self.texts[following])
                below[key].add(self.keys[following])
        return {
            key: self.count[key]
            for key, count in good.items()
            if count >= max(FEWEST, _BELOW * self.count[key])
            and len(below[key]) >= max(2, _BELOW_DIFFERENT * self.count[key])
        }

    def slots(self, lines: Mapping[str, int]) -> dict[str, int]:
        """Learn runs of four words that recur in lines around the article, whatever stands between them.

        They must come from two lines at least: the boxes of two authors share a form, but the standing
        paragraph of a column is always the same.
        """
        others = {line for line, key in enumerate(self.keys) if line and key not in lines}
        around = [
            {
                self.keys[line]
                for i, line in enumerate(each.lines)
                if line in others and (not first <= i <= last or SITE in self.keys[line])
            }
            for each, (first, last) in zip(self.pages, self.bodies, strict=True)
        ]
        runs = {key: word_runs(key) for key in may_recur(set().union(*around))}
        count = Counter(
            chain.from_iterable({run for key in each if key in runs for run in runs[key]} for each in around)
        )
        many = self.many(_SHARE_HEAD)
        recurring = {run: pages for run, pages in count.items() if pages >= many}
        keys = Counter(chain.from_iterable(map(set, runs.values()))) if recurring else {}
        return {run: pages for run, pages in recurring.items() if keys[run] >= 2}


def _ends(own: Sequence[bool]) -> tuple[int, int]:
    """Give the first and the last place that is true; the length and -1, where none is."""
    return (own.index(True), len(own) - 1 - own[::-1].index(True)) if True in own else (len(own), -1)
