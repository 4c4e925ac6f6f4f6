"""Clean and deduplicate scraped articles, with a receipt for every line that went."""

from dedupe.clean import clean, clean_many
from dedupe.errors import DedupeError, InputError, OutputError, RecordError, SettingsError
from dedupe.model import Article, Document, Failure, Removal
from dedupe.settings import Settings

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
    "clean",
    "clean_many",
]
