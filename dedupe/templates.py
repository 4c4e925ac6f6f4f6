"""What was learned of the sources of a dump, kept in a file that people can read and edit.

A template holds the lines that repeat over one site, by what is to be done with them, each with the number of
pages that testified; what several sites have in common is kept apart. `dedupe.learn` makes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from dedupe.dates import Order
from dedupe.errors import InputError
from dedupe.settings import SOURCES

VERSION = 1


@dataclass(frozen=True, slots=True)
class Template:
    """What was learned of one source. Each mapping gives the number of pages that testified.

    title_suffixes, title_prefixes: what the source writes around its titles.
    lines: furniture, as it stood on a page. headlines: the same, but only below articles; above one, such a
    line may be its title. run_in: furniture that is run into the first words of paragraphs. tails:
    beginnings of lines whose ends vary. dates: words before the date of a page. labels: the same as tails,
    for facts that become metadata. below: headings over lists of links. slots: runs of words, folded, `§`
    for the site's name. review: standing sentences that may be the author's; never cut. `order` is how the
    source writes numeric dates, `dmy` or `mdy`.
    """

    pages: int = 0
    order: Order | None = None
    title_suffixes: Mapping[str, int] = field(default_factory=dict)
    title_prefixes: Mapping[str, int] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    headlines: Mapping[str, int] = field(default_factory=dict)
    run_in: Mapping[str, int] = field(default_factory=dict)
    tails: Mapping[str, int] = field(default_factory=dict)
    dates: Mapping[str, int] = field(default_factory=dict)
    labels: Mapping[str, int] = field(default_factory=dict)
    below: Mapping[str, int] = field(default_factory=dict)
    slots: Mapping[str, int] = field(default_factory=dict)
    review: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What templates were made with: what was one source (see Settings), and from how many documents."""

    sources: str = "host"
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Templates:
    """The templates of all sources, and what several sources share (the same content system)."""

    sources: Mapping[str, Template] = field(default_factory=dict)
    shared: Template = field(default_factory=Template)
    made: Made = field(default_factory=Made)

    def to_json(self) -> str:
        """Write the templates as people read them: most frequent first."""
        from dedupe import __version__

        table = {
            "version": VERSION,
            "made": {"by": f"dedupe {__version__}", **asdict(self.made)},
            "sources": {name: _table(each) for name, each in sorted(self.sources.items())},
            "shared": _table(self.shared),
        }
        return json.dumps(table, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, place: str = "templates") -> Self:
        """Read templates; raise InputError, naming `place`, for anything that they are not."""
        try:
            table = json.loads(text)
        except RecursionError:
            raise InputError(place, "nested too deeply for templates; learn it again") from None
        except json.JSONDecodeError as error:
            raise InputError(place, f"not JSON (line {error.lineno}): {error.msg}; learn it again") from None
        version = table.get("version") if isinstance(table, dict) else None
        if type(version) is str or not isinstance(table, dict) or "sources" not in table:
            raise InputError(place, "no templates in it; make some with `dedupe learn`")
        if version != VERSION:
            raise InputError(place, f"templates of version {version!r}, not {VERSION}; learn them again")
        try:
            sources = {name: _template(each, name, place) for name, each in table["sources"].items()}
        except AttributeError:
            raise InputError(place, "not the form of templates: 'sources' is no table") from None
        shared = _template(table.get("shared", {}), "shared", place)
        made = table.get("made")
        if not isinstance(made, dict) or made.get("sources") not in SOURCES:
            raise InputError(place, "does not say what was one source when it was made; learn it again")
        documents = made.get("documents", 0)
        if type(documents) is not int:
            raise InputError(place, "not the form of templates: 'documents' of 'made' is no whole number")
        return cls(sources, shared, Made(made["sources"], documents))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file of templates; raise InputError if it is none."""
        try:
            return cls.from_json(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise InputError(str(path), f"cannot be read: {error.strerror or error}") from None
        except UnicodeDecodeError as error:
            raise InputError(str(path), f"cannot be read: {error}") from None


def _template(parts: Any, name: str, place: str) -> Template:
    """Make the template of one source of its parts; raise InputError for a part that there is not."""
    known = [part.name for part in fields(Template)]
    if not isinstance(parts, dict):
        raise InputError(place, f"not the form of templates: {name!r} is no table of parts")
    if unknown := [part for part in parts if part not in known]:
        advice = f"{unknown[0]!r} of {name!r} is no part; there are {', '.join(known)}"
        raise InputError(place, f"not the form of templates: {advice}")
    return Template(**parts)


def _table(each: Template) -> dict[str, Any]:
    values = {part.name: getattr(each, part.name) for part in fields(each)}
    return {name: value for name, value in values.items() if value}
