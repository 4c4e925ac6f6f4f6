"""What strangers rely on: the public names, the commands and options, and that starting is cheap."""

from __future__ import annotations

import re
import resource
import subprocess
import sys

import click
import pytest
from command import COMMAND, ENVIRONMENT, ROOT, dedupe

import dedupe as library
from dedupe import hook
from dedupe.cli import commands
from dedupe.settings import FIELD_OPTIONS, LISTS, PRESETS, SOURCES, STAGES, Settings

HEAVY = ("numpy", "datasketch", "ftfy", "bs4", "numba", "pyarrow", "scipy")
MANUAL = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")

OPTIONS = [
    (name, option)
    for name, command in sorted(commands.commands.items())
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
    if isinstance(parameter, click.Option)
]


def test_the_public_names():
    assert sorted(library.__all__) == [
        "Article",
        "DedupeError",
        "Document",
        "Failure",
        "InputError",
        "OutputError",
        "RecordError",
        "Removal",
        "Settings",
        "SettingsError",
        "Templates",
        "apply",
        "clean",
        "clean_many",
        "learn",
    ]
    assert all(hasattr(library, name) for name in library.__all__)


def test_the_commands():
    assert sorted(commands.commands) == ["check", "clean", "learn"]


@pytest.mark.parametrize(("command", "option"), OPTIONS)
def test_each_option_is_in_the_help_and_the_manual(command, option):
    context = click.Context(commands.commands[command], info_name=command)
    words = re.findall(r"[-\w]+", commands.commands[command].get_help(context))
    assert option in words
    assert re.search(rf"`{re.escape(option)}(?: [A-Z]+)?`", MANUAL), f"{option} is not in the manual"


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_each_command_is_in_the_readme(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"dedupe {name}" in readme
    assert "docs/command-line.md" in readme


@pytest.mark.parametrize("name", [*STAGES, *LISTS, *PRESETS, *SOURCES])
def test_each_value_of_an_option_is_in_the_manual(name):
    assert re.search(rf"[`,]{re.escape(name)}[`,]", MANUAL)


def test_the_table_of_presets_is_that_of_the_code():
    for preset in PRESETS:
        settings = Settings.from_mapping({"preset": preset})
        row = next(line for line in MANUAL.splitlines() if line.startswith(f"| `{preset}`"))
        names = [cell.strip(" `") for cell in row.strip("| ").split("|")[1:]]
        assert names == [
            getattr(settings, f"{field}_field") for field in ("text", "title", "date", "url", "source")
        ], preset
        assert settings.id_field == "id"


def test_settings_and_command_line_use_the_same_names():
    options = {option.removeprefix("--").replace("-", "_") for _, option in OPTIONS}
    assert {"stages", "lists", *FIELD_OPTIONS} <= options
    assert set(Settings.__dataclass_fields__) <= options


@pytest.mark.parametrize("option", ["--check", "--all-text"])
def test_each_option_of_the_hook_is_in_the_manual(option, capsys):
    with pytest.raises(SystemExit):
        hook.main(["--help"])
    assert option in capsys.readouterr().out
    assert option in MANUAL


@pytest.mark.parametrize("statement", ["import dedupe", "import dedupe.cli", "import dedupe.hook"])
def test_nothing_heavy_is_imported_to_begin_with(statement):
    code = f"import sys; {statement}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=ENVIRONMENT, check=True)
    assert done.stdout.strip() == b"[]"


def cpu_seconds(*command: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, env=ENVIRONMENT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_the_version_is_said_at_once():
    # On a quiet machine `--version` takes 0.09 s of one core, of which Python and click take 0.045. A busy
    # machine slows both, so the bound of 0.15 s is in units of the latter. The least of some runs counts.
    bare = min(cpu_seconds(sys.executable, "-c", "import click, dataclasses, json") for _ in range(5))
    assert min(cpu_seconds(*COMMAND, "--version") for _ in range(5)) < 0.15 / 0.045 * bare


def test_the_version_is_that_of_the_package(tmp_path):
    assert dedupe("--version", cwd=tmp_path).out == f"dedupe, version {library.__version__}\n".encode()
