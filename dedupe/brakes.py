"""What a run may take out: a line that is most of its document stays, a source must keep a share of itself.

What is learned can be wrong: a folder of form letters looks like one long template. So no line is cut that
is more than half of a document, and a run in which a source loses more than `max_loss` of its characters
to furniture stops before anything is written.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dedupe.clean import Examined
from dedupe.cut import leaves_nothing
from dedupe.errors import BrakeError
from dedupe.ledger import shortened

FURNITURE = "furniture"

# A line that is more than this share of a document's characters is not cut from it.
_MOST = 0.5
# Fewer documents of a source say nothing about a share: one page that is all menu is half of two.
_DOCUMENTS = 5
# How many different lines of a source are counted, to name the one that costs most.
_LINES = 64
_SHOWN = 5
_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Loss:
    """What furniture cost one source: documents, read and removed, and by which line most."""

    documents: int = 0
    characters: int = 0
    removed: int = 0
    lines: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """The share of the characters that was removed, from 0 to 1."""
        return self.removed / self.characters if self.characters else 0.0

    def add(self, text: str) -> None:
        """Count a line that was removed; lines that differ in numbers only count as one."""
        self.removed += len(text)
        self.lines[_DIGITS.sub("0", text)] += len(text)
        self._trim()

    def join(self, other: Loss) -> None:
        """Add what another part of the source lost."""
        self.documents += other.documents
        self.characters += other.characters
        self.removed += other.removed
        self.lines.update(other.lines)
        self._trim()

    def _trim(self) -> None:
        if len(self.lines) > 2 * _LINES:  # what costs most is among those that cost much at any time
            self.lines = Counter(dict(self.lines.most_common(_LINES)))

    def to_dict(self) -> dict[str, float]:
        """Give the row of `summary.json`."""
        return {
            "documents": self.documents,
            "characters": self.characters,
            "removed": self.removed,
            "share": round(self.share, 4),
        }


def spare(examined: Examined, spared: list[str]) -> Examined:
    """Keep the furniture that is most of its document, or all that is left of it; note it in `spared`."""
    furniture = [r for r in examined.removals if r.reason == FURNITURE]
    if not furniture:
        return examined
    text = examined.repaired.text
    longest = max(r.end - r.start for r in furniture)
    kept = []
    if longest > _MOST * _size(text[: 4 * longest]):  # else its head alone says that there is enough
        limit = _MOST * _size(text)
        kept = [r for r in furniture if r.end - r.start > limit]
    if not kept and leaves_nothing(text, examined.removals):
        kept = furniture  # many lines can empty a document, too
    if not kept:
        return examined
    spared.extend(removal.text for removal in kept)
    return replace(examined, removals=tuple(r for r in examined.removals if r not in kept))


def _size(text: str) -> int:
    """Count the characters of a text, a run of white space as one: what a page leaves out is blank in it."""
    return len(" ".join(text.split()))


def check_groups(kept: Iterable[tuple[str, str]], most: int) -> None:
    """Raise BrakeError where more than `most` documents go for one; `kept` names its id and its place."""
    sizes = Counter(kept)
    over = [(size, *center) for center, size in sizes.items() if size > most]
    if over:
        over.sort(key=lambda group: (-group[0], *group[1:]))
        lines = "\n".join(
            f"  {size:,} documents would go for {name} at {place}" for size, name, place in over[:_SHOWN]
        )
        more = f"\n  … and for {len(over) - _SHOWN:,} others" if len(over) > _SHOWN else ""
        raise BrakeError(
            f"more than {most:,} documents are near-duplicates of one:\n{lines}{more}\nnothing was written; "
            f"look at that document: a notice or an error page is often saved as one; then go on with "
            f"--yes, or with a higher --max-group"
        )


def check_losses(sources: Mapping[str, Loss], most: float) -> None:
    """Raise BrakeError where a source of some size loses more than the share `most` to furniture."""
    over = {name: s for name, s in sources.items() if s.documents >= _DOCUMENTS and s.share > most}
    if over:
        lines = "\n".join(worst(over))
        raise BrakeError(
            f"{len(over):,} of {len(sources):,} sources would lose more than {100 * most:g} % to furniture:\n"
            f"{lines}\nnothing was written; look at what `dedupe learn` finds, then go on with --yes, with a "
            f"higher --max-loss, or with the edited file by --templates"
        )


def worst(sources: Mapping[str, Loss]) -> Iterator[str]:
    """Say for people what the sources lose that lose most, a line each."""
    losing = [(name, loss) for name, loss in sources.items() if loss.removed]
    for name, loss in sorted(losing, key=lambda item: (-item[1].share, item[0]))[:_SHOWN]:
        line, size = max(loss.lines.items(), key=lambda item: (item[1], item[0]))
        noun = "document" if loss.documents == 1 else "documents"
        yield (
            f"  {name or '(no source)'}: {100 * loss.share:.1f} % of {loss.characters:,} characters in "
            f"{loss.documents:,} {noun}; most, {100 * size / loss.characters:.1f} %, by the line: "
            f"{shortened(line)}"
        )
    if len(losing) > _SHOWN:
        yield f"  … and {len(losing) - _SHOWN:,} sources that lose less"
