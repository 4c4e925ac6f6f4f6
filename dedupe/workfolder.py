"""The folder in which a large run keeps its finished chunks, so that a killed run can be taken up again.

It lies beside the output, holds JSON and plain bytes only, and goes when the run has come to its end. A
*manifest* says what the work was made of: version, settings, inputs with their sizes and times, templates.
Work of another manifest is refused by the name of what differs.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from dedupe import __version__
from dedupe.errors import BrakeError, OutputError, SettingsError, WorkerError
from dedupe.formats import Source
from dedupe.outcome import Outcome, load
from dedupe.reading import Chunk
from dedupe.records import encode
from dedupe.settings import Settings
from dedupe.staging import writing
from dedupe.templates import Templates

_OURS = "unfinished work of dedupe"
_AT_THE_END = ("max_loss", "max_group", "relation", "threshold")
"""Settings that finished chunks do not hang on: a run that was stopped can go on with other ones."""


def manifest(
    settings: Settings, sources: list[Source], output: str, templates: Templates | None
) -> dict[str, Any]:
    """Say what work is made of."""
    passed = ("templates", *_AT_THE_END)
    options = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in passed}
    digest = sha256(encode(templates.to_json())).hexdigest() if templates else None
    return {
        "holds": _OURS,
        "version": __version__,
        "settings": {n: list(value) if isinstance(value, tuple) else value for n, value in options.items()},
        "templates": digest,
        "sampling": _sampling(settings),
        "output": output,
        "inputs": [[source.name, *_state(source)] for source in sources],
    }


def _sampling(settings: Settings) -> dict[str, str | int]:
    if "duplicates" not in settings.stages:
        return {}
    from dedupe.compare import rule

    return rule()


def _state(source: Source) -> list[int]:
    """Give what shows that a file has changed: its size and its time."""
    if source.path is None:
        return [source.size, 0]
    try:
        state = source.path.stat()
    except OSError:
        return [source.size, 0]
    return [state.st_size, state.st_mtime_ns]


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Name the first thing in which two manifests differ."""
    for name in ("version", "output", "templates"):
        if old.get(name) != new[name]:
            return f"the {name}"
    for kind, called in (("settings", "setting"), ("sampling", "rule of samples")):
        for name, value in new[kind].items():
            if (then := old.get(kind, {}).get(name)) != value:
                return f"the {called} {name} ({then!r} then, {value!r} now)"
    inputs = {name: state for name, *state in old["inputs"]}
    for name, *state in new["inputs"]:
        if name not in inputs:
            return f"the input {name}, which was not there"
        if inputs[name] != state:
            return f"the input {name}, which has another size or time"
    return None if len(inputs) == len(new["inputs"]) else "the list of inputs"


class WorkFolder:
    """Finished chunks as folders of a folder, made when the block begins.

    When the block ends, the folder goes; after an error that another start can mend (a process died, the
    disk is full, a brake) finished chunks stay, and `say` is told, unless the inputs cannot be read again
    (`can_resume`). Without `resume` the work of a run that
    was killed is an error. Raises SettingsError and OutputError.
    """

    def __init__(
        self, path: Path, manifest: dict[str, Any], settings: Settings, say: Callable[[str], None], *,
        resume: bool, can_resume: bool,
    ) -> None:  # fmt: skip
        self.path = path
        self._manifest = manifest
        self._settings = settings
        self._say = say
        self._resume = resume
        self._can_resume = can_resume
        self._made: list[Path] = []
        self._lock: IO[str] | None = None
        self.is_resumed = False

    def __enter__(self) -> Self:
        known = self._known()
        if known is None:
            self._make()
        else:
            self._take_lock()
            if not self._resume:
                raise SettingsError(
                    "output", str(self.path),
                    "holds the work of a run that did not end; go on with it by --resume, or delete it",
                )  # fmt: skip
            if difference := _difference(known, self._manifest):
                raise SettingsError(
                    "resume", str(self.path),
                    f"differs from this run in {difference}; run as before, or delete it and start anew",
                )  # fmt: skip
            self.is_resumed = True
            for left in self.path.glob("*.tmp"):
                _take_away(left)
        return self

    def _known(self) -> dict[str, Any] | None:
        """Give the manifest of an earlier run, None where there was none or it finished nothing."""
        if not self.path.exists():
            return None
        try:
            known = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
            is_ours = isinstance(known, dict) and known.get("holds") == _OURS
        except NotADirectoryError:
            is_ours, known = False, None
        except (OSError, ValueError):
            # It was killed before it could say what it is.
            is_ours, known = all(path.name == "manifest.json" for path in self.path.iterdir()), None
        if not is_ours:
            raise OutputError(str(self.path), "is no work of ours, but lies where it would lie; move it away")
        if known is None or not self._finished():
            self._take_lock()
            shutil.rmtree(self.path)
            return None
        return dict(known)

    def _make(self) -> None:
        with writing(str(self.path)):
            folder = self.path
            while not folder.exists():
                self._made.append(folder)
                folder = folder.parent
            self.path.mkdir(parents=True)
            (self.path / "manifest.json").write_text(json.dumps(self._manifest), encoding="utf-8")
        self._take_lock()

    def _take_lock(self) -> None:
        """Keep other runs out; the system gives the lock back when this process ends, however it ends."""
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock
        except ImportError:  # Windows
            return
        try:
            self._lock = (self.path / "manifest.json").open(encoding="utf-8")
            flock(self._lock, LOCK_EX | LOCK_NB)
        except FileNotFoundError:
            return
        except OSError:
            raise OutputError(str(self.path), "another run is at work there") from None

    def _finished(self) -> bool:
        """Tell whether there is anything to go on with: learned templates, or a chunk."""
        return (self.path / "templates.json").exists() or any(
            path.suffix != ".tmp" for path in self.path.glob("[0-9]*")
        )

    def outcome(self, chunk: Chunk) -> Outcome | None:
        """Give the outcome of a chunk, where it is finished."""
        folder = self.path / f"{chunk.number:08}"
        return load(folder, self._settings) if folder.is_dir() else None

    @property
    def pages(self) -> Path:
        """The folder of the pages that were opened."""
        return self.path / "pages"

    def templates(self) -> Templates | None:
        """Give the templates that were learned already."""
        path = self.path / "templates.json"
        return Templates.from_json(path.read_text(encoding="utf-8"), str(path)) if path.exists() else None

    def keep_templates(self, templates: Templates) -> None:
        """Keep what was learned."""
        path = self.path / "templates.json"
        with writing(str(path)):
            unfinished = path.with_suffix(".tmp")
            unfinished.write_text(templates.to_json(), encoding="utf-8", errors="backslashreplace")
            unfinished.replace(path)

    def _remove(self) -> None:
        """Take all away, the manifest last: what is left by a kill in between is still known as ours."""
        if self.path.is_dir():
            for path in self.path.iterdir():
                if path.is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                elif path.name != "manifest.json":
                    path.unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lock is not None:
            self._lock.close()
        can_go_on = (
            self._can_resume and kind is not None and issubclass(kind, WorkerError | OutputError | BrakeError)
        )
        if can_go_on and self.path.exists() and self._finished():
            self._say(f"finished work is kept in {self.path}: go on with --resume, or delete that folder")
            return
        self._remove()
        if kind is not None:
            for folder in self._made[1:]:
                try:
                    folder.rmdir()
                except OSError:  # somebody else has put a file there
                    break


def _take_away(left: Path) -> None:
    """Take away what was not finished, at once: who still writes to it must not finish it half empty."""
    gone = left if left.name.startswith("gone.") else left.with_name(f"gone.{left.name}")
    with suppress(FileNotFoundError):  # it was just finished
        left.replace(gone)
    if gone.is_dir():
        shutil.rmtree(gone, ignore_errors=True)
    else:
        gone.unlink(missing_ok=True)
