"""Encoding and Unicode repair: an ordered table of named text-to-text steps, and the way back.

(Being built.)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired text that still knows where each character stood in the original."""

    original: str
    text: str

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Give the span of the original that the span of the repaired text came from."""
        return start, end


def repair(text: str) -> Repaired:
    """Repair what scrapers and wrong decodings do to characters."""
    return Repaired(text, text)
