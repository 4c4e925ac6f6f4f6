"""Folding: what two spellings of one word have in common, code point by code point.

Folding is for comparing only; no output is ever folded. Case, accents, vowel points, compatibility
forms (full width, ligatures, superscripts), traditional characters, native digits, typographic
apostrophes and invisible characters go. What tells words apart in a script stays, as Devanagari vowel
signs do. Hangul syllables fold to their letters, as which some systems save them.

The tables cover the code points that need thought; both engines (NumPy here, numba in
`dedupe.kernels`) read the same tables, so that there is one definition.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

VERSION = 2
"""Goes into every saved sketch: folds of different versions cannot be compared."""

BREAK, LETTER, DIGIT, SOLO, APOSTROPHE, POINT, NARROW = range(7)
"""Classes of folded code points. BREAK parts words; SOLO is a word of its own (scripts without
spaces); APOSTROPHE and POINT vanish inside a word; NARROW is a space that may group digits."""

TABLE_END = 0x20000
"""Code points from here on are ideographs (below 0x40000) or breaks, and fold to themselves."""

WIDEST = 4
"""An expansion is cut here; only Arabic ligatures of whole phrases are longer."""

_SPECIAL = {
    **dict.fromkeys("'’‘‛`´ʼʹʻ′＇", "'"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2007", "\u00a0"),  # spaces that group digits
    "٬": ",", "٫": ".", "·": "\n", "ـ": "",
    "ı": "i", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
    "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ة": "ه", "ە": "ه", "ھ": "ه", "ہ": "ه",
}  # fmt: skip
"""Folds that Unicode does not know of, applied before and after its own."""

_SOLO_RANGES = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3005, 0x3007),  # ideographic iteration mark, closing mark, zero
    (0x3041, 0x30FA),  # kana
    (0x30FC, 0x312F),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
)
_UNIFORM = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0xD800, 0xF900))
"""Blocks whose folds follow a rule, filled at once: ideographs, Hangul, surrogates and private use."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Folding tables over the code points below TABLE_END.

    kind uint8[TABLE_END]: class of a folded code point. upper bool[TABLE_END]: a capital letter.
    width uint8[TABLE_END]: how many code points it folds to. folds uint32[TABLE_END, WIDEST]: which.
    """

    kind: NDArray[np.uint8]
    upper: NDArray[np.bool_]
    width: NDArray[np.uint8]
    folds: NDArray[np.uint32]


def fold_character(character: str) -> str:
    """Fold one character; invisible ones and combining marks fold to nothing.

    >>> [fold_character(c) for c in "Éß٣ﬁガ\u00ad"]
    ['e', 'ss', '3', 'fi', 'カ', '']
    """
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character in _han():
        return _han()[character]
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = (_SPECIAL.get(c, c) for c in folded if not _is_dropped(c))
    return "".join(kept)[:WIDEST]


def _is_dropped(character: str) -> bool:
    # Combining class 9 is the virama, which tells Indic words apart; vowel signs there have class 0.
    return unicodedata.combining(character) not in (0, 9) or unicodedata.category(character) == "Cf"


def _classify(code: int) -> int:
    character = chr(code)
    if character == "'":
        return APOSTROPHE
    if character in ".,":
        return POINT
    if character == "\u00a0":
        return NARROW
    if "0" <= character <= "9":
        return DIGIT
    category = unicodedata.category(character)
    if category[0] not in "LMN" or unicodedata.combining(character) not in (0, 9):
        return BREAK
    if any(first <= code <= last for first, last in _SOLO_RANGES):
        return SOLO
    return LETTER


@cache
def _han() -> dict[str, str]:
    text = (files("dedupe") / "data" / "han.txt").read_text(encoding="utf-8")
    return {pair[0]: pair[1] for line in text.splitlines() if line[0] != "#" for pair in line.split()}


@cache
def tables() -> Tables:
    """Build the folding tables (about 0.1 s, once)."""
    kind = np.zeros(TABLE_END, np.uint8)
    upper = np.zeros(TABLE_END, np.bool_)
    width = np.ones(TABLE_END, np.uint8)
    folds = np.zeros((TABLE_END, WIDEST), np.uint32)
    folds[:, 0] = np.arange(TABLE_END)
    for traditional, simplified in _han().items():
        folds[ord(traditional), 0] = ord(simplified)
    kind[0x3400:0x4DC0] = kind[0x4E00:0xA000] = SOLO
    kind[0xAC00:0xD7A4] = kind[0x11000:0x1BCA0] = LETTER  # Hangul; the historic scripts of plane 1
    width[0xAC00:0xD7A4], folds[0xAC00:0xD7A4] = _hangul()
    codes = [code for code in range(0x11000) if not any(a <= code < b for a, b in _UNIFORM)]
    codes += [*range(0x1D400, 0x1D800), *range(0x1E900, 0x1E960), *range(0x1F100, 0x1F1AD)]
    for code in codes:
        character = chr(code)
        kind[code] = _classify(code)
        upper[code] = character != character.lower()
        folded = fold_character(character)
        if folded != character:
            width[code] = len(folded)
            folds[code, : len(folded)] = [ord(c) for c in folded]
    return Tables(kind, upper, width, folds)


def _hangul() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Give the widths and folds of all syllables: two letters or three (The Unicode Standard, 3.12)."""
    syllable = np.arange(0xD7A4 - 0xAC00, dtype=np.uint32)
    folds = np.zeros((len(syllable), WIDEST), np.uint32)
    last = syllable % 28
    folds[:, 0] = 0x1100 + syllable // 588
    folds[:, 1] = 0x1161 + syllable % 588 // 28
    folds[:, 2] = np.where(last > 0, 0x11A7 + last, 0)
    return (2 + (last > 0)).astype(np.uint8), folds


@cache
def ascii_tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Give the class of the fold, and the fold, of the 128 ASCII characters, for texts that need no more."""
    folded = [ord(fold_character(chr(code))) for code in range(128)]
    return np.array([_classify(code) for code in folded], np.uint8), np.array(folded, np.uint32)
