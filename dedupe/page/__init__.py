"""The article in a web page: text, title, date, byline, language, and what was left out."""

from dedupe.page.article import Block, Page, read_page

__all__ = ["Block", "Page", "read_page"]
