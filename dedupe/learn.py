"""The lines that repeat over sites: learned from documents, derived from a survey, brought up to date.

What one source tells is learned in `dedupe.learner`; what several share is gathered here (`dedupe.several`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from dedupe.learner import Learner
from dedupe.model import Document
from dedupe.several import Sieve, everywhere, gather_shared, judge_reviewed
from dedupe.survey import FEWEST, Survey, order_of, source_of, survey
from dedupe.templates import Made, Template, Templates


def learn(documents: Iterable[Document]) -> Templates:
    """Learn the templates of the sources of some documents, in one pass.

    Raises TypeError for what is no `dedupe.Document`: a text alone does not say which site it is of.
    """
    with Survey() as seen:
        for document in documents:
            if not isinstance(document, Document):
                given = type(document).__name__
                raise TypeError(f"learn() takes documents, not {given}: make a dedupe.Document(id, text)")
            source = source_of(document)
            if seen.wants(source, order_of(document)):
                seen.add(survey(document))
            else:
                seen.documents[source] += 1
        return derive(seen)


def derive(seen: Survey, named: str = "host") -> Templates:
    """Derive templates from the pages of a survey; `named` is what was one source (`Settings.sources`)."""
    sources: dict[str, Template] = {}
    sieve = Sieve()
    for said in seen.testimonies():
        if len(said.pages) >= FEWEST:
            sources[said.source] = Learner(said).template()
        sieve.add(said.keys)
    sources = judge_reviewed(sources)
    return Templates(
        {name: each for name, each in sources.items() if _is_any(each)},
        gather_shared(sources, everywhere(seen, sieve, sources)),
        Made(named, seen.documents.total()),
    )


def merge(old: Templates, new: Templates) -> Templates:
    """Bring templates up to date: sources of `new` replace those of the same name, the others stay.

    What several sources share is gathered from all of them; what stood on many sites goes on to be known.
    """
    sources = {**old.sources, **new.sources}
    made = replace(new.made, documents=old.made.documents + new.made.documents)
    return Templates(
        sources, gather_shared(sources, Counter(old.shared.lines) | Counter(new.shared.lines)), made
    )


def _is_any(each: Template) -> bool:
    return each != Template(pages=each.pages)
