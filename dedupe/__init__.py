"""Clean and deduplicate scraped articles, with a receipt for every line that went."""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dedupe.clean import apply, clean, clean_many
    from dedupe.errors import DedupeError, InputError, OutputError, RecordError, SettingsError
    from dedupe.learn import learn
    from dedupe.model import Article, Document, Failure, Removal
    from dedupe.settings import Settings
    from dedupe.templates import Templates

__version__ = "0.1.0"

__all__ = [
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

# The stages take a tenth of a second to load, which `dedupe --version` need not wait for.
_ROOMS = {
    "dedupe.clean": ("apply", "clean", "clean_many"),
    "dedupe.errors": ("DedupeError", "InputError", "OutputError", "RecordError", "SettingsError"),
    "dedupe.learn": ("learn",),
    "dedupe.model": ("Article", "Document", "Failure", "Removal"),
    "dedupe.settings": ("Settings",),
    "dedupe.templates": ("Templates",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name not in _ROOM_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_ROOM_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


class _Package(ModuleType):
    """Keeps `dedupe.clean` and `dedupe.learn` the functions, where loading puts the modules of that name."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _ROOM_OF and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
