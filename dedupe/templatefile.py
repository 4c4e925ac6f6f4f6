"""A file of templates that somebody may have edited: read with care, and brought up to date."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from dedupe.errors import InputError, SettingsError
from dedupe.templates import Template, Templates

_TABLES = tuple(each.name for each in fields(Template) if each.name not in ("pages", "order"))


def load(path: str, option: str = "templates", *, sources: str | None = None) -> Templates:
    """Read a file of templates.

    Raises SettingsError, naming the `option` that gave it, where it cannot be read, is not JSON, is of
    another version, does not have the form, or was made with other `sources` than these settings have:
    nothing should be cleaned by what was not understood, or by what is named differently.
    """
    try:
        templates = Templates.load(Path(path))
    except InputError as error:
        raise SettingsError(option, path, error.problem) from None
    for name, template in [*templates.sources.items(), ("shared", templates.shared)]:
        if (wrong := _wrong(template)) is not None:
            raise SettingsError(option, path, f"not the form of templates: {wrong} of {name!r}")
    made = templates.made.sources
    if sources is not None and made != sources:
        raise SettingsError(
            option,
            path,
            f"made with sources = {made!r}, and these settings say {sources!r}; learn it again, or give "
            f"--sources {made}",
        )
    return templates


def _wrong(template: Template) -> str | None:
    """Name what of a template is not as `dedupe learn` writes it, if anything."""
    for name in _TABLES:
        table = getattr(template, name)
        if not isinstance(table, dict):
            return f"{name!r} is no table of lines with their counts, in the part"
        if any(type(count) is not int for count in table.values()):
            return f"a count in {name!r} is no whole number, in the part"
    if type(template.pages) is not int:
        return "'pages' is no whole number, in the part"
    if template.order not in (None, "dmy", "mdy"):
        return "'order' is neither 'dmy' nor 'mdy', in the part"
    return None
