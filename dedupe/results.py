"""What comes of one document of a run, and what is said about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dedupe.formats import Entry, Unusable
from dedupe.ledger import REPAIRED, is_finding, message
from dedupe.model import Article, Removal


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document before and after. `file_text` is what its file shall hold, None for a record.

    `body` is the article of a page as Markdown, where that is wanted. `source` is the source it was compared
    within; `spared` are learned lines that stay, because it would be nearly empty without.
    """

    entry: Entry
    article: Article
    file_text: str | None = None
    source: str = ""
    spared: tuple[str, ...] = ()
    body: str | None = None

    def findings(self, *, heading: bool = False) -> list[Removal]:
        """Give what is to be found fault with; with `heading` also the title and date that were lifted.

        A file that changes for a reason without a row of the ledger (its encoding, a character of its
        heading) has one finding that says so; a page becomes another thing anyhow.
        """
        found = [row for row in self.article.removed if heading or is_finding(row)]
        file = self.entry.file
        if not found and file is not None and not file.page and self.changed:
            rule = "characters of the heading" if file.encoding == "utf-8" else f"not UTF-8: {file.encoding}"
            found.append(Removal(self.article.id, "line", REPAIRED, rule, 1, 0, 0, ""))
        return found

    def messages(self, *, heading: bool = False) -> Iterator[str]:
        """Say the findings for people, a line each."""
        for row in self.findings(heading=heading):
            yield self.message(row)

    def message(self, row: Removal) -> str:
        """Say one removal for people; lines of a page are not those of its file."""
        file = self.entry.file
        return message(row, self.entry.place, record=file is None or file.page)

    @property
    def changed(self) -> bool:
        """Tell whether the text (of a text file: the file) comes out differently."""
        if self.file_text is None:
            return self.article.text != self.entry.document.text
        file = self.entry.file
        recoded = file is not None and file.encoding != "utf-8"
        return recoded or self.file_text != unify(self.entry.document.text)


Result = Cleaned | Unusable


def unify(text: str) -> str:
    """Give a text with one kind of line end."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
