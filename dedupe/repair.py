r"""Encoding and Unicode repair: an ordered table of named text-to-text steps, and the way back.

What the trouble looks like: `donâ€™t`, `R&amp;amp;D`, a soft hyphen in the middle of a word, a zero-width
space that makes two equal lines differ, `\r\n`, a byte order mark in the middle of a file. What is left
alone: typographic quotes, ligatures and full-width letters (the author's choice), tabs (a layout),
malformed entities (`AT&T;` has no meaning to restore), and joiners where the script needs them.

Nearly all text is clean, so the work is to find that out at once: a step runs on a line only where its
gate, one regular expression over the whole text, has fired. On clean text this costs a few microseconds
per kilobyte, and ftfy is not even imported.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from dedupe.mojibake import MOJIBAKE, fix_mojibake

# --- the steps -----------------------------------------------------------------------------------------

_ENTITY = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_WRAPPED_ENTITY = re.compile("&(?:amp;){0,2}" + _ENTITY.pattern[1:])

_CONTROL = re.compile("\x1b\\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_ALWAYS_INVISIBLE = re.compile("[\u00ad\u034f\u180e\u200b\u2060-\u2064\ufeff]")
# Joiners belong to Arabic, the Indic scripts and emoji sequences; anywhere else they are debris.
_STRAY_JOINER = re.compile(
    "(?<![\u0590-\u1fff\u2190-\u2bff\ufe00-\ufe0f\U0001f000-\U0001faff])[\u200c\u200d]"
)
# Direction marks order punctuation in right-to-left text; in a line without such letters they do nothing.
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_SPACE = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_MARK = re.compile("(?:^|\n)[\u0300-\u036f]")
_ANY_MARK = re.compile("[\u0300-\u036f]")


def _decode_entity(found: re.Match[str]) -> str:
    """Decode one entity; a line break that is written as one (`&#10;`) is a blank: lines stay lines."""
    decoded = unescape(found[0])
    return " " if decoded in ("\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029") else decoded


def fix_entities(line: str) -> str:
    """Decode HTML entities, up to three layers of them.

    Only well-formed ones with a semicolon count. This runs before and after the repair of mojibake,
    because either can be wrapped in the other.

    >>> fix_entities("R&amp;amp;D &#8211; caf&eacute;, AT&T; fish & chips")
    'R&D – café, AT&T; fish & chips'
    """
    for _ in range(3):
        decoded = _ENTITY.sub(_decode_entity, line)
        if decoded == line:
            break
        line = decoded
    return line


def fix_surrogates(line: str) -> str:
    """Join surrogate pairs that were decoded one by one; replace lone ones by U+FFFD."""
    return line.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def remove_control(line: str) -> str:
    r"""Delete control characters and terminal escapes; tabs stay.

    >>> remove_control("a\x00b\x1b[31m\tred")
    'ab\tred'
    """
    return _CONTROL.sub("", line)


def remove_invisible(line: str) -> str:
    r"""Delete soft hyphens, zero-width characters and marks of direction where they do nothing.

    Zero-width joiners stay behind Arabic and Indic letters and in emoji; marks of direction stay in a
    line that has right-to-left letters.

    >>> remove_invisible("co\u00adope\u200bration")
    'cooperation'
    """
    line = _STRAY_JOINER.sub("", _ALWAYS_INVISIBLE.sub("", line))
    return line if _RIGHT_TO_LEFT.search(line) else _DIRECTION.sub("", line)


def fix_spaces(line: str) -> str:
    r"""Turn no-break, thin, figure and ideographic spaces into plain ones.

    >>> fix_spaces("10\u00a0000\u202f€")
    '10 000 €'
    """
    return _SPACE.sub(" ", line)


def compose(line: str) -> str:
    """Compose letters and marks (Unicode NFC)."""
    return unicodedata.normalize("NFC", line)


def _not_composed(text: str) -> bool:
    # A mark at the start of a run may belong to an ASCII letter before it.
    return _MARK.search(text) is not None or not unicodedata.is_normalized("NFC", text)


STEPS: tuple[tuple[str, Callable[[str], Any], Callable[[str], str]], ...] = (
    ("entity", _ENTITY.search, fix_entities),
    ("surrogate", _SURROGATE.search, fix_surrogates),
    ("mojibake", MOJIBAKE.search, fix_mojibake),
    ("entity", _ENTITY.search, fix_entities),
    ("control", _CONTROL.search, remove_control),
    ("invisible", _INVISIBLE.search, remove_invisible),
    ("space", _SPACE.search, fix_spaces),
    ("mojibake", MOJIBAKE.search, fix_mojibake),  # no-break spaces beside it may have hidden it
    ("composition", _not_composed, compose),
)
"""Name, gate and function of each step, in the order in which they run on a line."""

_BREAK = re.compile("\r\n?|[\n\x0b\x0c\u2028\u2029]")
_ODD_BREAK = re.compile("[\r\x0b\x0c\u2028\u2029]")
# What no step ever changes; it is looked for byte by byte, which is many times faster than an expression.
_PLAIN = bytes({*range(0x20, 0x7F), *b"\t\n"} - {*b"&"})
# A run of characters beyond ASCII, with the blank that may once have been the second half of "Ã\u00a0"; what
# may be an entity; a control character.
_TELLING = re.compile(f"[^\x00-\x7f]+ ?|{_ENTITY.pattern}|[\x00-\x08\x0e-\x1f\x7f]")


# --- a text and the way back -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """One repaired line: its span in the original and in the repaired text, and the steps that did it."""

    start: int
    end: int
    to_start: int
    to_end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A repaired text that still knows where each character stood in the original.

    `changes` has the repaired lines in order. Between them the two texts differ in line breaks at most;
    `anchors` holds (offset in the repaired text, offset in the original) at the start of every line, and
    is empty where all offsets are the same.
    """

    original: str
    text: str
    changes: tuple[Change, ...] = ()
    anchors: tuple[tuple[int, int], ...] = ()
    # Alignments of the lines that were asked about: a long line has many removals.
    _marks: dict[int, array[int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        r"""Give the span of the original that a span of the repaired text came from.

        >>> repaired = repair("one\r\nR&amp;D pays\r\nthree")
        >>> start = repaired.text.index("pays")
        >>> repaired.original[slice(*repaired.origin(start, start + 4))]
        'pays'
        """
        if not self.anchors:
            return start, end
        return self._origin(start, False), self._origin(end, True)

    def _origin(self, offset: int, is_end: bool) -> int:
        # The end of a span belongs to the line of its last character.
        at = max(bisect_right(self.anchors, (offset - is_end, 1 << 62)) - 1, 0)
        to_start, start = self.anchors[at]
        change = self._change_at(start)
        if change is None:
            return start + offset - to_start
        if offset >= change.to_end:
            return change.end + offset - change.to_end
        if offset <= change.to_start:
            return change.start
        return change.start + self._aligned(change, offset - change.to_start, is_end)

    def _aligned(self, change: Change, offset: int, is_end: bool) -> int:
        marks = self._marks.get(change.start)
        if marks is None:
            marks = self._marks[change.start] = align(
                self.original[change.start : change.end], self.text[change.to_start : change.to_end]
            )
        # What vanished between two characters belongs to neither span beside it.
        find = bisect_left if is_end else bisect_right
        at = 4 * (find(range(len(marks) // 4), offset, key=lambda mark: marks[4 * mark]) - 1)
        if at < 0:
            return offset
        before, origin_before, after, origin_after = marks[at : at + 4]
        if before == offset < after:
            return origin_before
        return origin_after + max(offset - after, 0)

    def _change_at(self, start: int) -> Change | None:
        at = bisect_right(self.changes, start, key=lambda change: change.start) - 1
        return self.changes[at] if at >= 0 and self.changes[at].start == start else None


def repair(text: str) -> Repaired:
    r"""Repair what scrapers and wrong decodings do to characters; keep the way back to the original.

    Line breaks of every kind become `\n`; a byte order mark goes.

    >>> repair("Itâ€™s\u00a0fine\r\n").text
    'It’s fine\n'
    """
    unusual = _unusual(text)
    needed = _fires_anywhere(unusual)
    odd = _ODD_BREAK.search(unusual) is not None
    if not needed and not odd:
        return Repaired(text, text)
    lines: list[str] = []
    changes: list[Change] = []
    anchors: list[tuple[int, int]] = []
    length = 0
    for start, line in _physical_lines(text, odd):
        fixed, rule = (line, "") if not needed or is_plain(line) else repair_line(line)
        anchors.append((length, start))
        if rule:
            changes.append(Change(start, start + len(line), length, length + len(fixed), rule))
        lines.append(fixed)
        length += len(fixed) + 1
    repaired = "\n".join(lines)
    if repaired == text:
        return Repaired(text, text)
    return Repaired(text, repaired, tuple(changes), tuple(anchors))


def repair_line(line: str) -> tuple[str, str]:
    r"""Run the steps over one line; give it back with the names of the steps that changed it.

    >>> repair_line("Tom &amp;amp; Jerry\u00a0Ltd")
    ('Tom & Jerry Ltd', 'entity, space')
    """
    names: list[str] = []
    telling = _telling(line)
    for name, gate, step in STEPS:
        if gate(telling):
            fixed = step(line)
            if fixed != line:
                line, telling = fixed, _telling(fixed)
                names += [name] if name not in names else []
    return line, ", ".join(names)


def is_plain(line: str) -> bool:
    """Tell whether a line gives no step anything to do, sooner than the gates can."""
    return line.isascii() and "&" not in line and line.isprintable()


def with_plain_breaks(text: str) -> tuple[str, bool]:
    """Give a text with one kind of line break, and tell whether any of its lines may need repair.

    It is what `repair` does first, for those who repair only some of the lines.
    """
    unusual = _unusual(text)
    if _ODD_BREAK.search(unusual):
        text = _BREAK.sub("\n", text)
    return text, _fires_anywhere(unusual)


def _unusual(text: str) -> str:
    """Give the characters of a text that are not plain ASCII, in their order: nearly always a handful."""
    return text.encode("utf-8", "surrogatepass").translate(None, _PLAIN).decode("utf-8", "surrogatepass")


def _telling(text: str) -> str:
    """Give what the gates look at, each run of it once: a gate fires on it where it fires on the text."""
    return "\n".join(dict.fromkeys(_TELLING.findall(text)))


def _fires(telling: str) -> bool:
    return any(gate(telling) for _, gate, _ in STEPS)


def _fires_anywhere(unusual: str) -> bool:
    """Tell whether a gate may fire on a text that has these unusual characters.

    Run together they are neighbors where they were, and elsewhere besides; so whatever fires on a run fires
    on them, too, if two things are thought of: the blank at the end of a run, and marks that begin one.
    """
    return unusual != "" and (
        "&" in unusual
        or "\u00c3" in unusual
        or _ANY_MARK.search(unusual) is not None
        or _fires(unusual + " ")
    )


def align(original: str, fixed: str) -> array[int]:
    """Align a line with its repaired form: where the two part, and where they meet again.

    Gives four offsets for each place: in the repaired line and in the original before it, and after it;
    everywhere between, they agree character by character. Repairs are small and local, so one walk does,
    linear in the length of the line.

    >>> align("R&amp;D pays", "R&D pays").tolist()
    [1, 1, 2, 6]
    """
    marks = array("q")
    i = j = 0
    while i < len(original) and j < len(fixed):
        if original[i] == fixed[j] != "&":
            i, j = i + 1, j + 1
            continue
        next_i, next_j = _step(original, fixed, i, j)
        if (next_i, next_j) != (i + 1, j + 1):
            marks.extend((j, i, next_j, next_i))
        i, j = next_i, next_j
    return marks


def _step(original: str, fixed: str, i: int, j: int) -> tuple[int, int]:
    """Step over one repair: an entity, something that nobody sees, letters with their marks, mojibake."""
    entity = _WRAPPED_ENTITY.match(original, i)
    if entity:
        decoded = remove_invisible(fix_spaces(fix_entities(entity[0])))
        if fixed.startswith(decoded, j):
            return entity.end(), j + len(decoded)
    if original[i] == fixed[j] or fix_spaces(original[i]) == fixed[j]:
        return i + 1, j + 1
    unseen = _CONTROL.match(original, i) or _INVISIBLE.match(original, i)
    if unseen and not "\x80" <= original[i] <= "\x9f":  # those are letters of Windows-1252, mostly
        return unseen.end(), j
    if "\ud800" <= original[i] <= "\udbff" and fixed[j] > "\uffff":
        return i + 2, j + 1
    if "\ud800" <= original[i] <= "\udfff" and fixed[j] == "\ufffd":
        return i + 1, j + 1
    for length in (4, 3, 2):
        if compose(original[i : i + length]) == fixed[j]:
            return i + length, j + 1
    if min(original[i], fixed[j]) >= "\x80":
        for misread in _misread(fixed[j]):
            if original.startswith(misread, i):
                return i + len(misread), j + 1
    return _resume(original, fixed, i, j)


def _resume(original: str, fixed: str, i: int, j: int) -> tuple[int, int]:
    """Give the nearest place at which the next characters agree again."""
    best = (i + 1, j + 1)
    nearest = i + 48
    for grown in range(9):
        probe = fixed[j + grown : j + grown + 3]
        found = original.find(probe, i + max(grown, 1), nearest + len(probe) - 1) if probe else -1
        if found >= 0:
            nearest, best = found, (found, j + grown)
    return best


def _misread(character: str) -> Iterator[str]:
    """Give what a character looks like when its UTF-8 was read in another encoding."""
    from ftfy import bad_codecs  # noqa: F401  (it registers the sloppy ones)

    encoded = character.encode("utf-8", "surrogatepass")
    for encoding in ("sloppy-windows-1252", "latin-1", "sloppy-windows-1251", "mac-roman", "cp437"):
        yield encoded.decode(encoding)


def _physical_lines(text: str, odd: bool) -> Iterator[tuple[int, str]]:
    """Give the physical lines with their places; `odd` tells that breaks of other kinds part them."""
    start = 1 if text.startswith("\ufeff") else 0
    for found in _BREAK.finditer(text, start) if odd else ():
        yield start, text[start : found.start()]
        start = found.end()
    for line in text[start:].split("\n"):
        yield start, line
        start += len(line) + 1
