r"""Text to logical lines, and the folded tokens by which lines are compared.

A logical line is what an author would call a paragraph. Scrapers save three layouts: one paragraph a
line (nearly always); paragraphs wrapped at a fixed width, with blank lines between them; the whole page
on one line. The second is joined at its wraps, the third is cut at the ends of sentences, so that the
stages after this one always see units that mean something. Nothing here changes the text: a `Line` is a
span of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from dedupe.model import Line

# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han, and their extensions.
NO_SPACES = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
NO_SPACES_CHARACTER = re.compile(f"[{NO_SPACES}]")
_PIECE = re.compile(rf"[{NO_SPACES}]+|[^\W{NO_SPACES}]+")
_WORD = re.compile(r"\w+")

# The end of a sentence: closing marks, then a blank and something that can begin a sentence. A single
# letter or a very short capitalized word before the full stop is more often an abbreviation. Of a run of
# stops the first two are tried, since the first may be that of an abbreviation; to try all is quadratic.
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])(?<![.!?…؟۔।]{2})[.!?…؟۔।]+"
    r"(?:[\"'”’»“)\]]|[ \u00a0\u202f]»)*\s+(?=[^\Wa-zß-öø-ÿ]|[\"'“‘«„(¿¡\[])"
    r"|[。！？｡]+[”’」』）]*\s*"
    r"|(?<=[\u0e00-\u0eff]{12}) +(?=[\u0e00-\u0eff]{12})"  # Thai and Lao leave a blank
)
_STOPS, _CLOSERS = ".!?…。！？؟۔।｡", "\"'”’»«“)]」』）"

# Thai and Lao end no sentence with a mark; headlines are shorter than this many characters.
_THAI = re.compile("[\u0e00-\u0eff]")
_NO_STOP = 110

# Greedy wrapping is proved by the word that did not fit. Mail and terminals wrap at 60 to 80, and few
# texts at more than 120 characters; longer "lines" are paragraphs.
_WRAP_MIN, _WRAP_MAX = 40, 120
# A line this long with nothing much beside it is a page without line breaks, not a paragraph.
_ONE_LINE = 600
# A character of a script without spaces says as much as two and a half letters.
_DENSE = 2.5


def split_lines(text: str) -> list[Line]:
    r"""Split a repaired text into logical lines; blank ones are left out.

    >>> [line.text for line in split_lines("A title\n\n  First.  \nSecond.\n")]
    ['A title', 'First.', 'Second.']
    """
    lines = []
    start = 0
    for number, physical in enumerate(text.split("\n"), 1):
        bare = physical.strip()
        if bare:
            begin = start if bare[0] == physical[0] else start + len(physical) - len(physical.lstrip())
            lines.append(_line(bare, begin, number))
        start += len(physical) + 1
    if not lines:
        return lines
    longest = max([line.text for line in lines], key=len)
    if len(longest) > _WRAP_MAX:
        return _cut_one_line_text(lines, longest)
    width = _wrap_width(text, lines)
    return _join_wrapped(text, lines, width) if width else lines


def line_texts(text: str) -> list[str]:
    r"""Give the texts of the logical lines, for those who need no places: mostly the lines as they stand.

    >>> line_texts("A title\n\n  First.  \nSecond.\n")
    ['A title', 'First.', 'Second.']
    """
    texts = [bare for line in text.split("\n") if (bare := line.strip())]
    longest = max(texts, key=len, default="")
    if len(longest) > _WRAP_MAX and not _is_one_line(longest, sum(map(len, texts))):
        return texts
    return [line.text for line in split_lines(text)]


def ends_sentence(text: str) -> bool:
    """Tell whether a line ends as a sentence does, closing quotes and brackets aside.

    >>> ends_sentence("“We won.”"), ends_sentence("Trade talks resume")
    (True, False)
    """
    if text and text[-1] in _CLOSERS:
        text = text[-6:].rstrip(_CLOSERS)
    return text != "" and text[-1] in _STOPS


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of the sentences of a text, blanks between them left out.

    Decimal points, initials and short abbreviations end none.

    >>> text = "Mr. J. Smith paid 3.5 percent. He left. 他走了。她留下。"
    >>> [text[start:end] for start, end in sentences(text)]
    ['Mr. J. Smith paid 3.5 percent.', 'He left.', '他走了。', '她留下。']
    """
    start = 0
    for found in _SENTENCE_END.finditer(text):
        end = found.start() + len(found[0].rstrip())
        yield start, end
        start = found.end()
    if start < len(text):
        yield start, len(text)


def fold_words(text: str) -> list[str]:
    """Give the folded words of a text, for comparing only.

    Case and punctuation do not count. In scripts without spaces a token is three characters long and one
    begins at every character, so that runs of tokens are as telling as runs of words elsewhere.

    >>> fold_words("The U.S. “Don’t” clause")
    ['the', 'u', 's', 'don', 't', 'clause']
    >>> fold_words("东京大学 2024")
    ['东京大', '京大学', '大学', '学', '2024']
    """
    folded = text.casefold()
    if text.isascii() or not NO_SPACES_CHARACTER.search(folded):
        return _WORD.findall(folded)
    found: list[str] = []
    for piece in _PIECE.findall(folded):
        if NO_SPACES_CHARACTER.match(piece):
            found.extend(piece[i : i + 3] for i in range(len(piece)))
        else:
            found.append(piece)
    return found


def words(text: str) -> float:
    """Count the words of a text; where nothing separates them, two characters or so make one.

    >>> words("three plain words"), words("东京大学")
    (3, 2.0)
    """
    if text.isascii():
        return len(text.split())
    without = NO_SPACES_CHARACTER.sub("", text)
    return (
        len(without.split()) + (len(text) - len(without)) / 2
        if len(without) < len(text)
        else len(text.split())
    )


def is_prose(text: str) -> bool:
    """Tell whether a line is prose beyond doubt: a full sentence of some length.

    >>> is_prose("The council met on Monday and agreed on nothing at all, as it had the week before.")
    True
    >>> is_prose("Sign up for our newsletter")
    False
    """
    # 60 characters and 8 words: no menu, label or headline of the pages looked at is as long *and* ends
    # like a sentence; a character of Han or kana says as much as two and a half letters.
    if len(text) >= _NO_STOP and _THAI.match(text) and len(_THAI.findall(text)) >= 0.8 * _NO_STOP:
        return True
    if len(text) >= 60:
        return ends_sentence(text) and (len(text.split(None, 7)) == 8 if text.isascii() else words(text) >= 8)
    return (
        len(text) >= 24
        and not text.isascii()
        and ends_sentence(text)
        and 2.5 * len(NO_SPACES_CHARACTER.findall(text)) >= 60
    )


def _line(text: str, start: int, number: int) -> Line:
    return Line(start, start + len(text), number, text, is_prose(text))


def _is_one_line(longest: str, total: int) -> bool:
    """Tell whether one line, the longest, holds most of a text."""
    return len(longest) >= 0.6 * total and _is_long(longest)


def _is_long(text: str) -> bool:
    """Tell whether a line is longer than a paragraph."""
    if len(text) > _ONE_LINE or _DENSE * len(text) <= _ONE_LINE or text.isascii():
        return len(text) > _ONE_LINE
    return len(text) + (_DENSE - 1) * len(NO_SPACES_CHARACTER.findall(text)) > _ONE_LINE


def _cut_one_line_text(lines: list[Line], longest: str) -> list[Line]:
    """Cut at sentence ends those lines that hold most of a text."""
    if not _is_one_line(longest, sum(line.end - line.start for line in lines)):
        return lines
    cut: list[Line] = []
    for line in lines:
        if not _is_long(line.text):
            cut.append(line)
        else:
            cut += [_part(line, start, end) for start, end in sentences(line.text)]
    return cut


def _part(line: Line, start: int, end: int) -> Line:
    """Give a sentence of a line; what Thai leaves blanks between is prose, however short."""
    text = line.text[start:end]
    prose = is_prose(text) or (len(text) >= 24 and _THAI.match(text) is not None)
    return Line(line.start + start, line.start + end, line.number, text, prose)


def _wrap_width(text: str, lines: list[Line]) -> int:
    """Give the width at which a text was wrapped, or 0: at every wrap the next word did not fit."""
    width = max(line.end - _begin(text, line) for line in lines)
    if not _WRAP_MIN <= width <= _WRAP_MAX or len(lines) < 5:
        return 0
    wraps = fits = 0
    for line, following in pairwise(lines):
        if following.number != line.number + 1 or ends_sentence(line.text):
            continue
        if _is_full(text, line, following, width):
            wraps += 1
        else:
            fits += 1
    # Headings and facts have room left at their ends; a list of short lines has nothing but those.
    return width if wraps >= 4 and wraps >= 4 * fits else 0


def _join_wrapped(text: str, lines: list[Line], width: int) -> list[Line]:
    joined = [lines[0]]
    for line, following in pairwise(lines):
        begins = following.start - _begin(text, following) > line.start - _begin(text, line)  # an indent
        if following.number == line.number + 1 and not begins and _is_full(text, line, following, width):
            begin = joined[-1]
            joined[-1] = _line(text[begin.start : following.end], begin.start, begin.number)
        else:
            joined.append(following)
    return joined


def _is_full(text: str, line: Line, following: Line, width: int) -> bool:
    """Tell whether the first word of the next line did not fit on this one."""
    if NO_SPACES_CHARACTER.match(following.text):
        return False  # nobody can see where its first word ends
    return line.end - _begin(text, line) + 1 + len(following.text.split(None, 1)[0]) > width


def _begin(text: str, line: Line) -> int:
    """Give the offset at which the physical line of a line begins."""
    return text.rfind("\n", 0, line.start) + 1
