"""The options that several commands of the command line share, and the settings that they make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from dedupe.errors import SettingsError
from dedupe.settings import FIELD_OPTIONS, KEEP, LISTS, PRESETS, RELATIONS, SOURCES, STAGES, Settings

Command = Callable[..., Any]

_OF_DUPLICATES = ("keep", "relation", "threshold", "annotate", "max_group")
"""Options that only the stage `duplicates` looks at."""


def _with(options: Sequence[Callable[[Command], Command]]) -> Callable[[Command], Command]:
    """Add options to a command, in their order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def reading(command: Command) -> Command:
    """Add the options of every command that reads inputs."""
    options = [
        click.option("--preset", type=click.Choice(list(PRESETS)), help="Field names of a known schema."),
        *(
            click.option(f"--{name.replace('_', '-')}", metavar="NAME", help=_field_help(name))
            for name in FIELD_OPTIONS
        ),
        click.option(
            "--sources", type=click.Choice(SOURCES), help="What is one site: a host (default) or a domain."
        ),
        click.option(
            "--workers",
            type=click.IntRange(0),
            default=1,
            metavar="N",
            help="Processes that share the work (default: 1; 0: one a core).",
        ),
        click.option("--strict", is_flag=True, help="Stop at the first record that cannot be used (exit 3)."),
        click.option("-q", "--quiet", is_flag=True, help="No summary and no progress; errors only."),
    ]
    return _with(options)(command)


taking_inputs = click.argument("inputs", nargs=-1, required=True, metavar="INPUT...")
cleaning = _with([
    click.option("--stages", metavar="NAMES", help=f"What is done, of {','.join(STAGES)} (default: all)."),
    click.option(
        "--lists", metavar="NAMES", help=f"Word lists in use: {','.join(LISTS)} (default) or none."
    ),
    click.option(
        "--templates",
        metavar="FILE",
        help="Lines of sites as `dedupe learn` writes them; without, they are learned from the inputs.",
    ),
    click.option(
        "--keep", metavar="NAME", help=f"Which near-duplicate stays: {', '.join(KEEP)} (default: longest)."
    ),
    click.option(
        "--relation",
        metavar="NAMES",
        help=f"Which relations make a near-duplicate: {','.join(RELATIONS)} (default: all).",
    ),
    click.option(
        "--threshold",
        type=float,
        metavar="SHARE",
        help="Near-duplicates share so many runs of five words (Jaccard); nothing else is looked at.",
    ),
    click.option(
        "--chunk-size",
        type=int,
        metavar="BYTES",
        help="Bytes of input that a process works on at a time (default: 16,000,000).",
    ),
])  # fmt: skip


def _field_help(option: str) -> str:
    name = option.removesuffix("_field")
    return f"Field of a record that holds the {name} (default: {getattr(Settings(), option)})."


def _names(option: str, text: str) -> list[str]:
    """Read names parted by commas; an empty text is no `none`, but an empty variable of the shell."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise SettingsError(option, text, "give names, parted by commas, or none")
    return [] if names == ["none"] else names


def settings_of(options: dict[str, Any]) -> Settings:
    """Build the settings: defaults, then `[tool.dedupe]`, then the command line."""
    plain = (
        "preset", *FIELD_OPTIONS, "sources", "templates", "max_loss", "keep", "threshold", "annotate",
        "max_group", "chunk_size",
    )  # fmt: skip
    given = {name: options[name] for name in plain if options.get(name) is not None}
    if given.get("templates") == "none":
        given["templates"] = None
    for name in ("stages", "lists", "relation"):
        if (text := options.get(name)) is not None:
            given[name] = _names(name, text)
    settings = Settings.from_mapping(given, Settings.from_project(Path.cwd()))
    for name in _OF_DUPLICATES:
        if name in given and "duplicates" not in settings.stages:
            raise SettingsError(name, given[name], "only the stage duplicates looks at it; see --stages")
    return settings
