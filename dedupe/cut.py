"""The one cut: all removals of a document are taken out of its text at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dedupe.lines import NO_SPACES_CHARACTER
from dedupe.model import Removal


def cut(text: str, removals: Iterable[Removal]) -> str:
    r"""Take the removals out of a text, with the line breaks and blanks that they leave behind.

    A line that loses all its words goes; where it stood between blank lines, one gap remains. All else,
    blank lines and the line break at the end included, stays as it was.

    >>> row = Removal("", "line", "repeat", "", 3, 5, 8, "two")
    >>> cut("one\n\ntwo\n\nthree\n", [row])
    'one\n\nthree\n'
    """
    spans = sorted([(removal.start, removal.end) for removal in removals])
    if not spans:
        return text
    kept: list[str] = []
    gaps: list[int] = []  # lengths of the stretches of blank lines since the last kept line
    blanks: list[str] = []  # the blank lines themselves, while nothing was removed among them
    removed_since = False
    start = at = 0
    for physical in text.split("\n"):
        end = start + len(physical)
        while at < len(spans) and spans[at][1] <= start:
            at += 1
        left, touched = physical, False
        if at < len(spans) and spans[at][0] < end:
            if spans[at][0] <= start and spans[at][1] >= end:
                left, touched = "", True
            else:
                left, touched = _left_of(text, start, end, spans, at)
        if not touched and not physical.strip():
            blanks.append(physical)
            gaps[-1:] = [(gaps[-1] if gaps else 0) + 1]
        elif not left:
            removed_since = True
            gaps.append(0)
        else:
            if not removed_since:
                kept += blanks
            elif kept:
                kept += [""] * max(gaps, default=0)
            kept.append(left if touched else physical)
            gaps, blanks, removed_since = [], [], False
        start = end + 1
    if not removed_since:
        kept += blanks
    elif kept and text.endswith("\n"):
        kept.append("")
    return "\n".join(kept)


def leaves_nothing(text: str, removals: Iterable[Removal]) -> bool:
    """Tell whether `cut` would leave nothing but white space."""
    at = 0
    for start, end in sorted([(removal.start, removal.end) for removal in removals]):
        if text[at:start].strip():
            return False
        at = max(at, end)
    return not text[at:].strip()


def _left_of(text: str, start: int, end: int, spans: Sequence[tuple[int, int]], at: int) -> tuple[str, bool]:
    """Give what is left of the line between two offsets, and whether anything of it went."""
    pieces: list[str] = []
    place = start
    touched = False
    while at < len(spans) and spans[at][0] < end:
        touched = True
        pieces.append(text[place : max(spans[at][0], place)])
        place = max(place, min(spans[at][1], end))
        at += 1
    if not touched:
        return text[start:end], False
    pieces.append(text[place:end])
    left = ""
    for number, piece in enumerate(pieces):
        if piece.strip():
            gap = " " if left and not NO_SPACES_CHARACTER.match(piece[0]) else ""
            left = left.rstrip() + gap + (piece.lstrip() if number else piece)  # the first has the indent
    return left.rstrip(), True
