"""Facts of a data sheet among the lines of a text: `Employees: 1001-5000`.

What the trouble looks like: a scraper saved the box beside the article, a company's profile or a product's
data sheet, as lines of the text: one fact a line, label and value on lines of their own, all on one line
between bars, dots or tabs, or a row of labels above a row of values; at the top, below the title, between
two paragraphs, at the end. What is left alone: dialogue (`Anna: I think so`), recipes, schedules, scores,
the `Location:` of the event that the article announces, and every article *about* a company.

A run decides, not a line: known labels beside each other testify for the unknown ones between them. Labels
that ordinary articles use too (`Location`, `Revenue`, `Contact`) never carry a run alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dedupe import words
from dedupe.byline import opens_byline
from dedupe.lines import ends_sentence
from dedupe.model import Fact, Line
from dedupe.pairs import cells, form_of, is_divided, several_pairs, to_key
from dedupe.stacks import Stacks
from dedupe.values import is_believable, value_kinds

_VALUE_CHARACTERS = 160
# A line with more is not a line of facts.
_LINE_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text, and the lines of the headings that stood over them (`Company profile`)."""

    facts: tuple[Fact, ...] = ()
    headings: tuple[int, ...] = ()


@dataclass(slots=True)
class _Pair:
    """A line that has the form of one or more facts; `known` are the canonical names of the known labels."""

    line: int
    pairs: list[tuple[str, str]]
    keys: list[str | None]
    layout: str
    divider: str = ""

    @property
    def known(self) -> list[str]:
        return [key for key in self.keys if key]


def find_facts(lines: Sequence[Line], labels: Mapping[str, str] | None = None) -> Facts:
    r"""Find the facts among the lines of one text.

    `labels` maps folded labels to their keys (default: those of all languages); with an empty mapping
    only shape and run can tell them.

    >>> from dedupe.lines import split_lines
    >>> lines = split_lines("Employees: 11-50\nMotto: Onwards\nFounded: 1994\nAnna: I think so.")
    >>> [(fact.key, fact.value) for fact in find_facts(lines).facts]
    [('employees', '11-50'), ('motto', 'Onwards'), ('founded', '1994')]
    """
    prose = [i for i, line in enumerate(lines) if line.is_prose]
    head = prose[0] if prose else len(lines)
    tail = prose[-1] if prose else -1
    labels = words.labels() if labels is None else labels
    finder = _Finder(lines, labels, head, tail)
    runs = list(finder.runs())
    runs += Stacks(lines, labels, {line for run in runs for fact in run for line in fact.lines}).runs()
    boxes = [{fact.key: fact.value for fact in run} for run in runs]
    several = [box for box in boxes if len(box) >= 2]
    runs = [run for run, box in zip(runs, boxes, strict=True) if not _is_one_of_many(box, several)]
    headings = {finder.heading(run) for run in runs} - {None}
    facts = sorted((fact for run in runs for fact in run), key=lambda fact: fact.lines)
    return Facts(tuple(facts), tuple(sorted(heading for heading in headings if heading is not None)))


def _is_one_of_many(box: Mapping[str, str], boxes: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether another box has the same labels and other values: then the article is a list of firms."""
    if len(box) < 2:
        return False
    for other in boxes:
        shared = box.keys() & other.keys()
        if len(shared) >= 2 and all(box[key] != other[key] for key in shared):
            return True
    return False


def to_metadata(facts: Sequence[Fact]) -> dict[str, str]:
    """Give the facts as a mapping; a second value under one key gets a number.

    >>> to_metadata([Fact("phone", "1", (0,), "pair"), Fact("phone", "2", (1,), "pair")])
    {'phone': '1', 'phone_2': '2'}
    """
    metadata: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    numbers: dict[str, int] = {}
    for fact in facts:
        if (fact.key, fact.value) in seen:
            continue
        seen.add((fact.key, fact.value))
        key = fact.key
        while key in metadata:
            numbers[fact.key] = numbers.get(fact.key, 1) + 1
            key = f"{fact.key}_{numbers[fact.key]}"
        metadata[key] = fact.value
    return metadata


class _Finder:
    """The lines of one text, looked at as facts."""

    def __init__(self, lines: Sequence[Line], labels: Mapping[str, str], head: int, tail: int) -> None:
        self.lines = lines
        self.labels = labels
        self.head, self.tail = head, tail
        self.weak = words.weak_labels()
        # Only these lines can hold a pair; a paragraph cannot.
        self.divided = {
            i
            for i, line in enumerate(lines)
            if len(line.text) <= _LINE_CHARACTERS
            and not (line.is_prose and len(line.text) > _VALUE_CHARACTERS)
            and is_divided(line.text)
        }

    def runs(self) -> Iterator[list[Fact]]:
        """Give the accepted runs of neighboring lines that hold facts."""
        run: list[_Pair] = []
        i = 0
        while i < len(self.lines):
            if i not in self.divided:
                if run:
                    yield from self.accept(run)
                    run = []
                i += 1
                continue
            table = self.table(i)
            if table:
                yield from self.accept(run)
                run = []
                yield table
                i = table[-1].lines[-1] + 1
                continue
            pair = self.pair(i)
            if pair is None:
                yield from self.accept(run)
                run = []
            elif run and run[-1].divider != pair.divider:
                yield from self.accept(run)
                run = [pair]
            else:
                run.append(pair)
            i += 1
        yield from self.accept(run)

    def pair(self, i: int) -> _Pair | None:
        """Read a line as one fact or several."""
        text = self.lines[i].text
        if text[-1] == ":":
            return None
        form = form_of(text)
        several = several_pairs(form.bare, self.labels) if form.has_several else []
        if several:
            return _Pair(
                i, several, [self.labels.get(words.fold(label)) for label, _ in several], "line of facts"
            )
        if not form.pair or len(form.pair[1]) > _VALUE_CHARACTERS:
            return None
        label, value, divider = form.pair
        return _Pair(i, [(label, value)], [self.labels.get(words.fold(label))], "labeled line", divider)

    def accept(self, run: list[_Pair]) -> Iterator[list[Fact]]:
        """Decide about a run of lines; give its facts if it is a data sheet."""
        if not any(pair.known for pair in run) and (len(run) < 3 or run[0].line >= self.head):
            return  # neither its labels nor its shape can tell
        run = self.trim(run)
        if not run:
            return
        known = [key for pair in run for key in pair.known]
        total = sum(len(pair.pairs) for pair in run)
        strong = [key for key in known if key not in self.weak]
        if len(set(known)) >= 2 and strong:
            accepted = 2 * len(known) >= total
        elif len(run) == 1 and len(strong) == 1 and total == 1:
            accepted = is_believable(strong[0], run[0].pairs[0][1])
        else:
            accepted = self.by_shape(run, known)
        if accepted:
            yield [
                Fact(key or to_key(label), value, (pair.line,), pair.layout)
                for pair in run
                for (label, value), key in zip(pair.pairs, pair.keys, strict=True)
            ]

    def by_shape(self, run: list[_Pair], known: list[str]) -> bool:
        """Accept an unknown run above the first paragraph whose values are those of a data sheet.

        Below it, schedules, scores and recipes look the same.
        """
        if run[-1].line >= self.head or len(run) < 3 or self.head >= len(self.lines):
            return False
        kinds = [value_kinds(value) for pair in run for _, value in pair.pairs]
        told = sum(
            bool(kind & {"money", "range", "url", "email", "phone", "year", "ticker"}) for kind in kinds
        )
        telling = set().union(*kinds) & {"money", "url", "email", "phone", "year"}
        return told + len(known) >= 0.6 * len(kinds) and len(telling) >= 2

    def trim(self, run: list[_Pair]) -> list[_Pair]:
        """Take unknown lines off both ends of a run unless they look like facts themselves."""

        def stays(pair: _Pair) -> bool:
            text = self.lines[pair.line].text
            if pair.known:
                return True
            if words.line_furniture(text) or opens_byline(pair.pairs[0][0]):
                return False
            # A headline may have the form of a pair (`Budget: Council seeks savings`); a number seldom does.
            return all(value_kinds(value) - {"list", "ticker"} for _, value in pair.pairs)

        while run and not stays(run[0]):
            run = run[1:]
        while run and not stays(run[-1]):
            run = run[:-1]
        return run

    def table(self, i: int) -> list[Fact]:
        """Read a row of labels with rows of values below it."""
        head = form_of(self.lines[i].text).cells
        if len(head) < 2:
            return []
        keys = [self.labels.get(words.fold(cell)) for cell in head]
        known = [key for key in keys if key]
        if len(known) < 2 or 2 * len(known) < len(head) or not set(known) - self.weak:
            return []
        facts: list[Fact] = []
        for row in range(i + 1, min(i + 4, len(self.lines))):
            values = cells(self.lines[row].text)
            if len(values) != len(head) or any(words.fold(value) in self.labels for value in values):
                break
            facts += [
                Fact(key or to_key(cell), value, (i, row), "table")
                for key, cell, value in zip(keys, head, values, strict=True)
            ]
        return facts

    # --- what stands over them -------------------------------------------------------------------------

    def heading(self, run: list[Fact]) -> int | None:
        """Find the heading over a run: words for one, `About NAME`, a firm's name, or its website's name."""
        i = min(run[0].lines) - 1
        if i < 0 or len(run) < 2:
            return None
        text = self.lines[i].text
        folded = words.fold(text)
        count = len(folded.split())
        if folded in words.fact_headings():
            return i
        if len(text) > 60 or count > 6 or (ends_sentence(text) and text[-1] != "."):
            return None
        if folded.startswith(words.about_words()):
            return i
        if count >= 2 and text[0].isupper() and folded.split()[-1] in words.company_suffixes():
            return i
        name = folded.replace(" ", "")
        sites = [
            re.sub(r"[\W_]", "", fact.value.casefold()) for fact in run if fact.key in ("website", "email")
        ]
        if len(name) >= 5 and any(name[:10] in site for site in sites):
            return i
        return i if len(run) >= 3 and self.is_name_apart(i) else None

    def is_name_apart(self, i: int) -> bool:
        """Tell whether a line is a name outside the article: below what can be the title, or at the end.

        Between two paragraphs it may as well be a subheading, so it stays there.
        """
        if not (0 < i < self.head or i > self.tail) or i in self.divided:
            return False
        found = self.lines[i].text.split()
        if not 1 <= len(found) <= 4 or not all(
            word[0].isupper() or word in ("&", "of", "de") for word in found
        ):
            return False
        # The line above the box is the title itself where nothing else could be one.
        above = [line.text for line in self.lines[:i] if len(line.text.split()) >= 3]
        return i > self.tail or bool(above)
