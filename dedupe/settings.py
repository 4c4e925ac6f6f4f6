"""The one place for options: the same names in Python, on the command line and in `[tool.dedupe]`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from dedupe.errors import SettingsError

STAGES = ("page", "repair", "header", "metadata", "repeats", "furniture", "template", "duplicates")
LISTS = ("labels", "phrases")
SOURCES = ("host", "domain")
KEEP = ("longest", "first", "newest", "oldest", "field:NAME")
RELATIONS = ("same", "edited", "truncated", "contained")
"""How a document may repeat another, see `dedupe.relation`."""

PRESETS: dict[str, dict[str, str]] = {
    # The Article item of Zyte's Scrapy spiders, which follows schema.org's NewsArticle.
    "scrapy": {"text_field": "articleBody", "title_field": "headline", "date_field": "datePublished"},
    # `trafilatura --json`: the address is called source there.
    "trafilatura": {"url_field": "source", "source_field": "hostname"},
    "news-please": {
        "text_field": "maintext",
        "date_field": "date_publish",
        "source_field": "source_domain",
    },
    "fundus": {"text_field": "plaintext", "date_field": "publishing_date"},
    "cc_news": {"source_field": "domain"},
    "dolma": {"date_field": "created"},
}
"""Field names of known schemas; what is not named here keeps its default."""

FIELD_OPTIONS = tuple(f"{name}_field" for name in ("text", "html", "id", "url", "title", "date", "source"))


@dataclass(frozen=True, slots=True)
class Settings:
    """How documents are read and cleaned.

    stages
        What is done, always in the order `page, repair, header, metadata, repeats,
        furniture, template, duplicates`. Default: all. Without `page`, all visible text of a web page is
        its text.
    lists
        Which word lists may testify: `labels` (names of facts such as `Employees`) and `phrases`
        (site furniture such as `Share this article`). Without them only shape, run and place decide.
    text_field, html_field, id_field, url_field, title_field, date_field, source_field
        Where a record keeps what we read; every other field passes through untouched. The page in
        `html_field` is read where there is no text (none, null or empty); name one field for both
        where texts are pages.
    sources
        What is one site where a document names its host: `host`, or `domain` for all hosts of one
        registered domain.
    templates
        A file of templates that the commands and the hook use instead of learning from their inputs.
    max_loss
        A run stops where a source would lose more than this share of its characters to furniture.
    keep
        Which of a group of near-duplicates stays: `longest`, `first` (in the order of the inputs),
        `newest`, `oldest` (by date, documents without one last), or `field:NAME` (the largest value of
        that field). Ties go by length, then id.
    relation
        Which relations to a kept document remove one: `same`, `edited`, `truncated`, `contained`.
    threshold
        Instead of a comparison of the texts: the share of common runs of five words (Jaccard) from
        which on two documents are duplicates. Default: none.
    annotate
        Near-duplicates stay, and records get the fields `duplicate_of`, `group`, `similarity`, `relation`.
    max_group
        A run stops where more documents than this would go for one that stays.
    chunk_size
        Bytes of input that a process works on at a time, and for which it needs memory.

    Raises SettingsError for a value that cannot be used.
    """

    stages: tuple[str, ...] = STAGES
    lists: tuple[str, ...] = LISTS
    text_field: str = "text"
    html_field: str = "html"
    id_field: str = "id"
    url_field: str = "url"
    title_field: str = "title"
    date_field: str = "date"
    source_field: str = "source"
    sources: str = "host"
    templates: str | None = None
    max_loss: float = 0.8
    keep: str = "longest"
    relation: tuple[str, ...] = RELATIONS
    threshold: float | None = None
    annotate: bool = False
    max_group: int = 1000
    chunk_size: int = 16_000_000

    def __post_init__(self) -> None:
        for option, known in (("stages", STAGES), ("lists", LISTS), ("relation", RELATIONS)):
            value = getattr(self, option)
            if isinstance(value, str) or not all(isinstance(name, str) for name in value):
                raise SettingsError(option, value, f"give a list of names out of {', '.join(known)}")
            unknown = [name for name in value if name not in known]
            if unknown:
                none = "" if option == "stages" else ", or none"
                raise SettingsError(option, unknown[0], f"choose from {', '.join(known)}{none}")
            object.__setattr__(self, option, tuple(name for name in known if name in value))
        for option in FIELD_OPTIONS:
            value = getattr(self, option)
            if not isinstance(value, str) or not value:
                raise SettingsError(option, value, "give the name of a field")
        if self.sources not in SOURCES:
            raise SettingsError("sources", self.sources, f"choose from {', '.join(SOURCES)}")
        if self.templates is not None and (not isinstance(self.templates, str) or not self.templates):
            raise SettingsError("templates", self.templates, "give the path of a file of templates")
        if type(self.max_loss) not in (int, float) or not 0 <= self.max_loss <= 1:
            raise SettingsError("max_loss", self.max_loss, "give a share from 0 to 1")
        self._check_duplicates()

    def _check_duplicates(self) -> None:
        keep, threshold = self.keep, self.threshold
        is_field = isinstance(keep, str) and keep.startswith("field:") and keep != "field:"
        if keep not in KEEP[:-1] and not is_field:
            raise SettingsError("keep", keep, f"choose from {', '.join(KEEP)}")
        if threshold is not None and (type(threshold) not in (int, float) or not 0 < threshold <= 1):
            raise SettingsError("threshold", threshold, "give a share above 0 and up to 1")
        if not isinstance(self.annotate, bool):
            raise SettingsError("annotate", self.annotate, "say true or false")
        for option, least in (("max_group", 1), ("chunk_size", 1000)):
            value = getattr(self, option)
            if type(value) is not int or value < least:
                raise SettingsError(option, value, f"give a whole number from {least:,} on")

    @property
    def field_names(self) -> frozenset[str]:
        """The names of the fields that we always read; beside a text, the page stays as it is."""
        return frozenset(getattr(self, option) for option in FIELD_OPTIONS if option != "html_field")

    @classmethod
    def from_mapping(cls, table: Mapping[str, Any], base: Self | None = None) -> Self:
        """Build settings from a table of options, over `base`.

        `preset` names a known schema; field names that stand beside it win.
        Raises SettingsError for an unknown name.
        """
        known = ["preset", *(f.name for f in fields(cls))]
        values: dict[str, Any] = {}
        if "preset" in table:
            if table["preset"] not in PRESETS:
                raise SettingsError("preset", table["preset"], f"choose from {', '.join(PRESETS)}")
            values.update(PRESETS[table["preset"]])
        for name, value in table.items():
            option = name.replace("-", "_")
            if option == "preset":
                continue
            if option not in known:
                raise SettingsError(name, value, f"no such option; there are {', '.join(known)}")
            values[option] = tuple(value) if isinstance(value, list) else value
        return replace(base or cls(), **values)

    @classmethod
    def from_project(cls, folder: Path) -> Self:
        """Read `[tool.dedupe]` of the nearest pyproject.toml at or above `folder`, if there is one."""
        for place in (folder, *folder.parents):
            path = place / "pyproject.toml"
            if path.is_file():
                try:
                    table = tomllib.loads(path.read_text(encoding="utf-8"))
                except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                    raise SettingsError("pyproject.toml", str(path), f"not valid TOML: {error}") from None
                except OSError as error:
                    raise SettingsError("pyproject.toml", str(path), f"cannot be read: {error}") from None
                own = table.get("tool", {}).get("dedupe", {})
                if not isinstance(own, dict):
                    raise SettingsError("tool.dedupe", own, f"make it a table in {path}")
                try:
                    settings = cls.from_mapping(own)
                except SettingsError as error:
                    raise SettingsError(error.option, error.value, f"{error.advice} (in {path})") from None
                if settings.templates is None or place == folder:
                    return settings
                beside = os.path.relpath(place / settings.templates, folder)  # it is named from its project
                return replace(settings, templates=beside)
        return cls()
