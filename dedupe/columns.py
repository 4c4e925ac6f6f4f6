"""What type a column has whose values came as JSON, where every record may say something else.

A column of one kind of values gets its type: truth values, integers, numbers, texts, lists of these. Objects,
and lists of lists or objects, are kept as JSON text, because their fields differ from record to record.
So is a column of mixed kinds, all of its values (`"a"` stands in quotes there, `3` does not).
"""

from __future__ import annotations

import json
import re
from typing import Any

from dedupe.records import Raw

NULL, BOOLEAN, INTEGER, LONG, NUMBER, TEXT, NESTED, MIXED = (
    "null", "boolean", "integer", "long", "number", "text", "nested", "mixed",
)  # fmt: skip
LIST = "list of "

_FIRST = {"n": NULL, "t": BOOLEAN, "f": BOOLEAN, '"': TEXT, "{": NESTED, "N": NUMBER, "I": NUMBER}
_EXACT = 1 << 53
"""Integers up to this are also numbers; floats skip some of those beyond, which are `long`."""
_LONGEST = 1 << 63
_NUMBERS = (INTEGER, LONG, NUMBER)
_SURROGATES = re.compile("[\ud800-\udfff]")


def kind_of(value: str) -> str:
    """Name the kind of a value from its JSON text.

    >>> [kind_of(value) for value in ("null", "true", "12", "1.5", '"a"', "[]", "[1, 2.5]", '{"a": 1}')]
    ['null', 'boolean', 'integer', 'number', 'text', 'list of null', 'list of number', 'nested']
    """
    first = value[0]
    if first == "[":
        try:
            return LIST + join(*(_kind_within(each) for each in json.loads(value, strict=False)))
        except ValueError:  # an integer of more digits than Python takes
            return LIST + NESTED
    return _FIRST.get(first) or _kind_of_number(value)


def _kind_of_number(value: str) -> str:
    digits = value.lstrip("-")
    if not digits.isdecimal():
        finite = value == "-Infinity" or abs(float(value)) != float("inf")
        return NUMBER if finite else NESTED  # 1e400 is a number of JSON that no column can hold
    return _kind_of_integer(int(value)) if len(digits) < 20 else NESTED


def _kind_of_integer(value: int) -> str:
    if -_EXACT <= value <= _EXACT:
        return INTEGER
    return LONG if -_LONGEST <= value < _LONGEST else NESTED


def _kind_within(value: Any) -> str:
    """Name the kind of a value within a list."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, int):
        return _kind_of_integer(value)
    if isinstance(value, float):
        return NUMBER
    return TEXT if isinstance(value, str) else NESTED


def join(*kinds: str) -> str:
    """Name the kind that holds values of all these kinds, in whatever order they come.

    >>> join("integer", "null", "number"), join("text", "integer"), join("list of null", "list of text")
    ('number', 'mixed', 'list of text')
    """
    found = set(kinds) - {NULL}
    if len(found) < 2:
        return found.pop() if found else NULL
    if all(kind.startswith(LIST) for kind in found):
        return LIST + join(*(kind.removeprefix(LIST) for kind in found))
    if found <= {*_NUMBERS}:
        return LONG if NUMBER not in found else NUMBER if LONG not in found else MIXED
    return MIXED


def is_json(kind: str) -> bool:
    """Tell whether values of a kind are kept as JSON text."""
    return kind.removeprefix(LIST) in (NESTED, MIXED)


def is_mixed(kind: str) -> bool:
    """Tell whether a column has values that do not go together."""
    return kind.removeprefix(LIST) == MIXED


def value_of(value: Raw | None, kind: str) -> Any:
    """Give a value of a column of this kind; a lone surrogate, which no column can hold, becomes U+FFFD."""
    if value is None or value == "null":
        return None
    if is_json(kind):
        return str(value)
    found = json.loads(value, strict=False)
    if isinstance(found, list):
        return [_held(each, kind.removeprefix(LIST)) for each in found]
    return _held(found, kind)


def _held(value: Any, kind: str) -> Any:
    if kind == NUMBER and value is not None:
        return float(value)
    return _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else value
