"""Clean and deduplicate scraped articles, with a receipt for every line that went."""

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
