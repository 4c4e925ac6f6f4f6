"""The values of Arrow columns as JSON text, none of them rounded.

Times are ISO 8601 to the last digit they have, decimals are numbers with all their digits, binary data are
base64, maps are objects where their keys are texts. What JSON has no number for (NaN, infinity) is null.
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any


def json_text(value: Any) -> str:
    """Give an Arrow scalar as JSON text.

    >>> import pyarrow as pa
    >>> json_text(pa.scalar({"a": [1, None], "b": b"x"}))
    '{"a": [1, null], "b": "eA=="}'
    """
    from pyarrow import types

    kind = value.type
    if not value.is_valid:
        return "null"
    if types.is_dictionary(kind):
        return json_text(value.value)
    if types.is_boolean(kind):
        return "true" if value.as_py() else "false"
    if types.is_integer(kind):
        return str(value.as_py())
    if types.is_floating(kind):
        return _number(value)
    if types.is_decimal(kind):
        return str(value.as_py())
    if types.is_map(kind):
        return _map(value)
    if types.is_struct(kind):
        fields = zip((field.name for field in kind), (value[i] for i in range(len(kind))), strict=True)
        return "{" + ", ".join(f"{_string(name)}: {json_text(each)}" for name, each in fields) + "}"
    if types.is_nested(kind):  # the kinds of lists
        return "[" + ", ".join(json_text(each) for each in value.values) + "]"
    if types.is_temporal(kind):
        return _string(time_text(value))
    return _string(_plain(value))


def _plain(value: Any) -> str:
    """Give what is left as text: text, binary data, and the types of extensions."""
    from pyarrow import types

    kind = value.type
    if isinstance(kind, _extension()):
        return str(value.as_py())
    data = value.as_buffer()
    data = b"" if data is None else data.to_pybytes()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return str(data, "utf-8", "backslashreplace")
    return base64.b64encode(data).decode("ascii")


def _extension() -> Any:
    from pyarrow import BaseExtensionType

    return BaseExtensionType


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: Any) -> str:
    """Give a float with as many digits as its type has."""
    import pyarrow as pa

    number = value.as_py()
    if not math.isfinite(number):
        return "null"
    return repr(float(number)) if pa.types.is_float64(value.type) else str(value.cast(pa.string()).as_py())


def _map(value: Any) -> str:
    """Give a map as an object; as a list of pairs where a key is no text, or comes twice."""
    entries = value.values
    keys, items = ([json_text(each) for each in entries.field(i)] for i in (0, 1))
    pairs = zip(keys, items, strict=True)
    if len(set(keys)) == len(keys) and all(key[0] == '"' for key in keys):
        return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
    return "[" + ", ".join(f"[{key}, {item}]" for key, item in pairs) + "]"


# --- times -----------------------------------------------------------------------------------------------

_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def time_text(value: Any) -> str:
    """Give a date, a time, or a point of time as ISO 8601; a span of time as seconds.

    A year that Python's dates do not reach is given as the number that is stored.

    >>> import pyarrow as pa
    >>> time_text(pa.scalar(1_500_000_001, pa.timestamp("ns", "UTC")))
    '1970-01-01T00:00:01.500000001+00:00'
    """
    import pyarrow as pa
    from pyarrow import types

    kind = value.type
    try:
        if types.is_date(kind):
            return str(value.as_py().isoformat())
        if types.is_timestamp(kind):
            seconds, rest = divmod(value.value, _TICKS[kind.unit])
            whole = pa.scalar(seconds, pa.timestamp("s", kind.tz)).as_py().isoformat()
            return str(whole[:19]) + _fraction(rest, kind.unit) + str(whole[19:])
    except (ValueError, OverflowError):
        return str(value.value)
    seconds, rest = divmod(value.value, _TICKS[kind.unit])
    if types.is_time(kind):
        minutes, second = divmod(seconds, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{_fraction(rest, kind.unit)}"
    return f"{seconds}{_fraction(rest, kind.unit)}"


def _fraction(ticks: int, unit: str) -> str:
    """Give the digits behind the second, in threes."""
    if not ticks:
        return ""
    digits = str(ticks).zfill(len(str(_TICKS[unit])) - 1)
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"
