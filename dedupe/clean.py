"""One document: the stages in order, then one cut."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from dedupe.body import Surroundings
from dedupe.body import find_furniture as find_around
from dedupe.cut import cut
from dedupe.dates import shows_day
from dedupe.errors import RecordError
from dedupe.furniture import Known, KnownSources, find_furniture
from dedupe.header import Heading, find_heading
from dedupe.lines import split_lines
from dedupe.metadata import Facts, find_facts, to_metadata
from dedupe.model import Article, Block, Document, Failure, Line, Removal, Twin
from dedupe.pagehead import find_page_heading
from dedupe.receipt import receipt
from dedupe.records import to_document
from dedupe.repair import Repaired, repair
from dedupe.repeats import find_repeats
from dedupe.seams import split_seams
from dedupe.settings import Settings
from dedupe.survey import source_of
from dedupe.templates import Templates
from dedupe.webpage import is_page, open_page, outside, places, to_markdown, without

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

LIFTED = frozenset(("title", "date"))
"""Reasons of removals that a text *file* keeps: its heading stays where it was."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A document with all that the stages say of it; nothing is cut yet.

    `removals` speak of `repaired.text`; `Article.removed` speaks of the original.
    """

    document: Document
    repaired: Repaired
    title: str | None = None
    date: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    removals: tuple[Removal, ...] = ()

    def article(self) -> Article:
        """Cut, and give the clean article with its receipt."""
        document = self.document
        return Article(
            id=document.id,
            text=cut(self.repaired.text, self.removals),
            url=document.url,
            source=document.source,
            title=self.title,
            date=self.date,
            metadata=self.metadata,
            removed=self.receipt(),
            extra=document.extra,
        )

    def file_text(self) -> str:
        """Cut all but the heading, for a text file in place or its cleaned copy; a page becomes Markdown."""
        removals = [r for r in self.removals if r.reason not in LIFTED]
        if not self.document.blocks:
            return cut(self.repaired.text, removals)
        kept = self._marked(removals)
        below = next((k for k, (block, _) in enumerate(kept, 1) if block.reason == "title"), 0)
        written = [(block.mark, text) for block, text in kept]
        if self.title and not any(removal.reason == "title" for removal in self.removals):
            written.insert(0, ("# ", self.title))  # it stood in the page's head alone
            below = 1
        if self.date and not any(shows_day(text, self.date) for _, text in written[below : below + 3]):
            written.insert(below, ("", self.date))
        return to_markdown(written)

    def body(self) -> str:
        """Give the text of a page's article as Markdown, for a file that has its fields above."""
        return to_markdown((block.mark, text) for block, text in self._marked(self.removals))

    def _marked(self, removals: Sequence[Removal]) -> list[tuple[Block, str]]:
        """Give the blocks of a page with what these removals leave of them."""
        kept: list[tuple[Block, str]] = []
        text = self.repaired.text
        at = 0
        for block, _, start, end in places(self.document, text):
            first = at
            while at < len(removals) and removals[at].start < end:
                at += 1
            inside = [replace(r, start=r.start - start, end=r.end - start) for r in removals[first:at]]
            if left := cut(text[start:end], inside).strip():
                kept.append((block, left))
        return kept

    def receipt(self) -> tuple[Removal, ...]:
        """Give all that was removed or repaired, with its place in the original, in the original's order."""
        return receipt(self.document, self.title, self.repaired, self.removals)


def clean(
    text: str | bytes | BeautifulSoup,
    *,
    id: str | int = "",
    url: str | None = None,
    html: bool | None = None,
    settings: Settings | None = None,
    templates: Templates | None = None,
) -> Article:
    r"""Clean one scraped text or page: repair its characters, lift heading and facts, cut what stands twice.

    What begins as a page does (`<!doctype html>` or `<html>` and another tag) is read as one, and so is a
    BeautifulSoup object; with `html=True` any markup, bytes too, with `html=False` nothing.
    `templates` (`dedupe.learn`) know the lines of sites; the host of `url` says which. Raises TypeError for
    bytes that are not said to be a page, and RecordError for a page that is none or has no text.

    >>> pasted = "The ferry to the islands runs again after three weeks, the harbor office said on Friday."
    >>> head = "Ferry runs again\n3 May 2024\n\nEmployees: 11-50\nFounded: 1994"
    >>> article = clean(f"{head}\n{pasted}\n{pasted}\n")
    >>> article.title, article.date, dict(article.metadata)
    ('Ferry runs again', '2024-05-03', {'employees': '11-50', 'founded': '1994'})
    >>> article.text == pasted + "\n", [(row.line, row.reason) for row in article.removed]
    (True, [(1, 'title'), (2, 'date'), (4, 'metadata'), (5, 'metadata'), (7, 'repeat')])
    """
    if html if html is not None else is_page(text):
        document = open_page(Document(id, url=url, html=text))
    elif isinstance(text, str):
        document = Document(id, text, url)
    else:
        raise TypeError(
            f"clean() takes text, not {type(text).__name__}; {_ADVICE.get(type(text), _OF_A_FILE)}"
        )
    _check(settings, templates)
    known = Known(templates, source_of(document)) if templates else None
    return examine(document, settings or Settings(), known).article()


def clean_many(
    documents: Iterable[str | Mapping[str, Any] | Document],
    *,
    settings: Settings | None = None,
    templates: Templates | None = None,
) -> Iterator[Article | Failure]:
    """Clean any number of strings, pages, records or documents, lazily, in their order.

    What cannot be used comes out as a `Failure` in its place; nothing is raised half way. Raises TypeError,
    when the first is asked for, where `documents` is one of them and not many.

    >>> [type(result).__name__ for result in clean_many(["A text.", {"text": None}, {"text": "One."}])]
    ['Article', 'Failure', 'Article']
    """
    if isinstance(documents, str | Mapping | Document):
        raise TypeError(
            f"clean_many() takes many documents, not one {type(documents).__name__}; put it in a list"
        )
    _check(settings, templates)
    settings = settings or Settings()
    known = KnownSources(templates) if templates else None
    for number, item in enumerate(documents, 1):
        try:
            document = _document(item, number, settings)
        except RecordError as error:
            yield Failure(error.place, error.reason, str(error))
        else:
            yield examine(document, settings, known[source_of(document)] if known else None).article()


_OF_A_FILE = "a page's bytes need html=True, others open(path, encoding='utf-8')"
_ADVICE: dict[type, str] = dict.fromkeys(
    (dict, Document, list, tuple), "records and documents go to clean_many()"
)


def _check(settings: object, templates: object) -> None:
    """Raise TypeError for settings and templates that are something else, before the first document."""
    if not isinstance(settings, Settings | None):
        raise TypeError(f"settings are a {type(settings).__name__}; make dedupe.Settings(stages=...) of it")
    if not isinstance(templates, Templates | None):
        name = type(templates).__name__
        raise TypeError(
            f"templates are a {name}; dedupe.learn makes them, dedupe.Templates.load reads a Path"
        )


def apply(document: Document, templates: Templates, settings: Settings | None = None) -> list[Removal]:
    """Give what the templates of its source would take out of a document, with its places in the original."""
    document = open_page(document)
    known = Known(templates, source_of(document))
    rows = examine(document, settings or Settings(), known).receipt()
    return [row for row in rows if row.reason == "furniture"]


def _document(item: str | Mapping[str, Any] | Document, number: int, settings: Settings) -> Document:
    if isinstance(item, Document):
        return open_page(item)
    place = f"document {number}"
    if is_page(item):
        return open_page(Document(place, html=item))  # type: ignore[arg-type]
    return Document(place, item) if isinstance(item, str) else to_document(item, place, settings)


def examine(document: Document, settings: Settings, known: Known | None = None) -> Examined:
    """Run the stages over one document and collect what they would remove.

    A page must have been opened (`dedupe.webpage.open_page`). `known` is what was learned of the
    document's source.
    """
    stages = settings.stages
    text = without(document.text, outside(document, stages))
    repaired = repair(text) if "repair" in stages else Repaired(text, text)
    lines, run_in = _lines(repaired.text, known, settings)
    removals = list(_page_removals(document, repaired.text, stages))
    for title in (each for each in removals if each.reason == "title"):
        lines = [line for line in lines if not title.start <= line.start < title.end]
    facts, heading = Facts(), Heading(document.title, document.date)
    if "metadata" in stages or "header" in stages:
        facts = find_facts(lines, _labels(settings, known))
    if "header" in stages:
        heading = find_heading(
            lines,
            url=document.url,
            title=document.title,
            date=document.date,
            facts=frozenset(i for fact in facts.facts for i in fact.lines).union(facts.headings),
            phrases="phrases" in settings.lists,
            is_furniture=lambda line: (
                line.start in run_in or (known is not None and known.is_no_title(line.text))
            ),
            order=known.order if known else None,
            affixes=known.affixes(document.url) if known else None,
            date_words=known.own.dates if known else (),
        )
    if "metadata" not in stages:
        facts = Facts()
    removals += _heading_removals(document.id, lines, heading)
    removals += _fact_removals(document.id, lines, facts)
    if "repeats" in stages:
        removals += _repeat_removals(document.id, lines, facts, {removal.start for removal in removals})
    around = _surroundings(document, lines, removals, heading, known, settings, run_in)
    if around.article and "header" in stages and not document.blocks:  # those have a title of their own
        heading = find_page_heading(
            lines, around.article, before=heading, url=document.url,
            title=document.title, date=document.date, order=known.order if known else None,
            affixes=known.affixes(document.url) if known else None,
        )  # fmt: skip
        removals = _reheaded(document.id, lines, removals, heading)
    furniture = _furniture_removals(document, lines, removals, heading, around, known, settings, run_in)
    if furniture:
        removals = [*_recalled(removals, furniture), *furniture]
    removals.sort(key=lambda removal: removal.start)
    return Examined(
        document, repaired, heading.title, heading.date, to_metadata(facts.facts), tuple(removals)
    )  # fmt: skip


# --- removals ------------------------------------------------------------------------------------------


def _removal(
    id: str | int,
    line: Line,
    reason: str,
    rule: str,
    twin: Line | None = None,
    similarity: float | None = None,
) -> Removal:
    place = Twin(id, twin.number, twin.start, twin.end) if twin else None
    return Removal(id, "line", reason, rule, line.number, line.start, line.end, line.text, place, similarity)


def _page_removals(document: Document, text: str, stages: Collection[str]) -> Iterator[Removal]:
    """Give the blocks of a page that are not the article, with their places in the repaired text."""
    for block, number, start, end in places(document, text):
        if block.reason == "page" and "page" in stages:
            left_out = document.text[block.start : block.end]
            yield Removal(document.id, "line", block.reason, block.rule, number, start, end, left_out)
        elif block.reason == "title" and "header" in stages:
            yield Removal(document.id, "line", "title", "page heading", number, start, end, text[start:end])


def _heading_removals(id: str | int, lines: Sequence[Line], heading: Heading) -> Iterator[Removal]:
    for i in heading.title_lines:
        yield _removal(id, lines[i], "title", "title line" if i == heading.title_lines[0] else "title again")
    for i in heading.date_lines:
        if i not in heading.title_lines:
            yield _removal(id, lines[i], "date", "date line")


def _reheaded(
    id: str | int, lines: Sequence[Line], removals: Iterable[Removal], heading: Heading
) -> list[Removal]:
    """Put another heading in the place of the one that was found first."""
    new = list(_heading_removals(id, lines, heading))
    starts = {removal.start for removal in new}
    return new + [each for each in removals if each.reason not in LIFTED and each.start not in starts]


def _fact_removals(id: str | int, lines: Sequence[Line], facts: Facts) -> Iterator[Removal]:
    layouts = {i: fact.layout for fact in facts.facts for i in fact.lines}
    layouts |= dict.fromkeys(facts.headings, "heading of facts")
    for i, layout in layouts.items():
        yield _removal(id, lines[i], "metadata", layout)


def _surroundings(
    document: Document,
    lines: Sequence[Line],
    removals: Sequence[Removal],
    heading: Heading,
    known: Known | None,
    settings: Settings,
    run_in: Mapping[int, str],
) -> Surroundings:
    """Find what its languages call furniture among the lines that are left."""
    if "phrases" not in settings.lists or "furniture" not in settings.stages:
        return Surroundings()
    gone = {removal.start for removal in removals}.union(run_in)
    own = {*heading.title_lines, *heading.date_lines}
    return find_around(
        lines,
        title=heading.title,
        url=document.url,
        title_line=heading.title_lines[0] if heading.title_lines else None,
        keep={i for i, line in enumerate(lines) if line.start in gone and i not in own},
        heading=own,
        is_sure=heading.is_sure,
        only_pages=known is not None and known.is_learned and "template" in settings.stages,
    )


def _furniture_removals(
    document: Document,
    lines: Sequence[Line],
    removals: Sequence[Removal],
    heading: Heading,
    around: Surroundings,
    known: Known | None,
    settings: Settings,
    run_in: Mapping[int, str],
) -> list[Removal]:
    """Give the furniture among the lines that are left: around the article, and what was learned."""
    gone = {removal.start for removal in removals}
    taken = {i for i, line in enumerate(lines) if line.start in gone}
    rules = {i: run_in[line.start] for i, line in enumerate(lines) if line.start in run_in and i not in taken}
    rules |= {each.line: f"{each.kind}: {each.rule}" for each in around.furniture if each.line not in taken}
    if known and "template" in settings.stages:
        learned = find_furniture(
            lines,
            known,
            title=heading.title_lines[0] if heading.title_lines else None,
            is_sure=heading.is_sure,
            taken=taken,
            found=rules,
            phrases="phrases" in settings.lists and "furniture" in settings.stages,
        )
        rules = {each.line: each.rule for each in learned}
    return [_removal(document.id, lines[i], "furniture", rule) for i, rule in sorted(rules.items())]


def _lines(text: str, known: Known | None, settings: Settings) -> tuple[list[Line], dict[int, str]]:
    """Split a text into lines, also where furniture was run into them; give its rules by where it starts."""
    lines = split_lines(text)
    phrases = "phrases" in settings.lists and "furniture" in settings.stages
    known = known if "template" in settings.stages else None
    if not phrases and known is None:
        return lines, {}
    lines, found = split_seams(lines, known, phrases=phrases)
    return lines, {lines[i].start: rule for i, rule in found.items()}


def _labels(settings: Settings, known: Known | None) -> Mapping[str, str] | None:
    """Give the labels that may testify; None for those of all languages."""
    if "labels" in settings.lists:
        return known.labels if known else None
    return known.learned_labels if known else {}


def _recalled(removals: Iterable[Removal], furniture: Iterable[Removal]) -> Iterator[Removal]:
    """Give repeats of what turned out to be furniture as furniture: no copy of it stays to be their twin."""
    rules = {removal.start: removal.rule for removal in furniture}
    for removal in removals:
        if removal.twin and removal.twin.start in rules:
            rule = rules[removal.twin.start]
            yield replace(removal, reason="furniture", rule=rule, twin=None, similarity=None)
        else:
            yield removal


def _repeat_removals(id: str | int, lines: Sequence[Line], facts: Facts, gone: set[int]) -> Iterator[Removal]:
    """Find the repeats among the lines that are no facts.

    The heading takes part, because a page pasted twice brings it twice; it is gone from the text already,
    but it stays as title and date, so that its copy has a twin that is kept.
    """
    taken = {i for fact in facts.facts for i in fact.lines}.union(facts.headings)
    left = [line for i, line in enumerate(lines) if i not in taken]
    heading = frozenset(i for i, line in enumerate(left) if line.start in gone)
    for repeat in find_repeats(left, heading):
        line, twin = left[repeat.line], left[repeat.twin]
        if line.start not in gone:
            yield _removal(id, line, "repeat", repeat.rule, twin, repeat.similarity)
