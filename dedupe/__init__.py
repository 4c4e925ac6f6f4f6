"""Clean and deduplicate scraped articles, with a receipt for every line that went."""

__version__ = "0.1.0"
