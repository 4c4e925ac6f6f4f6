"""The values of Arrow columns as JSON text, and back: nothing is rounded on the way.

Times are ISO 8601 to the last digit they have, spans of time are seconds, decimals are numbers with all
their digits, binary data are base64, maps are objects where their keys are texts. NaN and infinity are
written as Python's `json` does.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from itertools import accumulate
from typing import Any
from uuid import UUID

_TICKS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}

# --- to JSON ---------------------------------------------------------------------------------------------


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
    if _is_extension(kind):
        stored = value.value
        return _string(str(UUID(bytes=stored.as_py()))) if _is_uuid(kind) else json_text(stored)
    if types.is_boolean(kind):
        return "true" if value.as_py() else "false"
    if types.is_integer(kind) or types.is_decimal(kind):
        return str(value.as_py())
    if types.is_floating(kind):
        return _number(value)
    if types.is_map(kind):
        return _map(value)
    if types.is_struct(kind):
        fields = zip((field.name for field in kind), (value[i] for i in range(len(kind))), strict=True)
        return "{" + ", ".join(f"{_string(name)}: {json_text(each)}" for name, each in fields) + "}"
    if types.is_nested(kind):  # the kinds of lists
        return "[" + ", ".join(json_text(each) for each in value.values) + "]"
    if types.is_temporal(kind):
        text = time_text(value)
        return text if is_number(text) else _string(text)
    data = value.as_buffer().to_pybytes()
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return _string(str(data, "utf-8", "backslashreplace"))
    return _string(base64.b64encode(data).decode("ascii"))


def _is_extension(kind: Any) -> bool:
    from pyarrow import BaseExtensionType

    return isinstance(kind, BaseExtensionType)


def _is_uuid(kind: Any) -> bool:
    return str(kind.extension_name) == "arrow.uuid"


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _number(value: Any) -> str:
    """Give a float with as many digits as its type has."""
    import pyarrow as pa

    number = value.as_py()
    if pa.types.is_float64(value.type) or not math.isfinite(number):
        return json.dumps(float(number))
    text = str(value.cast(pa.float32()).cast(pa.string()).as_py())
    return f"{text}.0" if is_number(text) and "." not in text else text


def _map(value: Any) -> str:
    """Give a map as an object; as a list of pairs where a key is no text, or comes twice."""
    entries = value.values
    keys, items = ([json_text(each) for each in entries.field(i)] for i in (0, 1))
    pairs = zip(keys, items, strict=True)
    if len(set(keys)) == len(keys) and all(key[0] == '"' for key in keys):
        return "{" + ", ".join(f"{key}: {item}" for key, item in pairs) + "}"
    return "[" + ", ".join(f"[{key}, {item}]" for key, item in pairs) + "]"


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
            moment = pa.scalar(seconds, pa.timestamp("s", kind.tz)).as_py()
            if kind.tz and moment.utcoffset().seconds % 60:  # a zone before it was one; few can read that
                moment = moment.astimezone(UTC)
            whole = moment.isoformat()
            return str(whole[:19]) + _fraction(rest, kind.unit) + str(whole[19:])
    except (ValueError, OverflowError):
        return str(value.value)
    sign = "-" if value.value < 0 else ""
    seconds, rest = divmod(abs(value.value), _TICKS[kind.unit])
    if types.is_time(kind):
        minutes, second = divmod(seconds, 60)
        return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{_fraction(rest, kind.unit)}"
    return f"{sign}{seconds}{_fraction(rest, kind.unit)}"


def _fraction(ticks: int, unit: str) -> str:
    """Give the digits behind the second, in threes."""
    if not ticks:
        return ""
    digits = str(ticks).zfill(len(str(_TICKS[unit])) - 1)
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"


def is_number(text: str) -> bool:
    """Tell whether a time is no date: a span, or the number of one that is too far away."""
    return text.removeprefix("-").replace(".", "", 1).isdecimal()


# --- back from JSON --------------------------------------------------------------------------------------


def load_json(text: str) -> Any:
    """Read a value of a column; numbers that are no integers keep all their digits."""
    return json.loads(text, parse_float=Decimal)


def array_of(values: Sequence[Any], kind: Any) -> Any:
    """Make an Arrow array of a type from JSON values as `load_json` reads what `json_text` wrote.

    Raises pyarrow's errors, TypeError, ValueError, AttributeError or ArithmeticError for a value that is
    not of the type.
    """
    import pyarrow as pa
    from pyarrow import types

    if types.is_dictionary(kind):
        return array_of(values, kind.value_type).dictionary_encode().cast(kind)
    if _is_extension(kind):
        if _is_uuid(kind):
            stored = pa.array([None if v is None else UUID(v).bytes for v in values], kind.storage_type)
        else:
            stored = array_of(values, kind.storage_type)
        return pa.ExtensionArray.from_storage(kind, stored)
    if types.is_map(kind) or types.is_nested(kind):
        return _nested_array(values, kind)
    if types.is_temporal(kind):
        return _time_array(values, kind)
    read: Any = None
    if types.is_floating(kind):
        read = float
    elif types.is_decimal(kind):
        read = Decimal
    elif _is_binary(kind):
        read = base64.b64decode
    return pa.array([v if v is None or read is None else read(v) for v in values], kind)


def _is_binary(kind: Any) -> bool:
    from pyarrow import types

    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    )


def _nested_array(values: Sequence[Any], kind: Any) -> Any:
    import pyarrow as pa
    from pyarrow import types

    missing = pa.array([value is None for value in values], pa.bool_())
    if types.is_struct(kind):
        children = [
            array_of([None if value is None else value.get(field.name) for value in values], field.type)
            for field in kind
        ]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=missing)
    if types.is_map(kind):
        pairs = [_pairs(value) for value in values]
        keys = array_of([key for each in pairs for key, _ in each], kind.key_type)
        items = array_of([item for each in pairs for _, item in each], kind.item_type)
        offsets = list(accumulate((len(each) for each in pairs), initial=0))
        return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, items, type=kind, mask=missing)
    if types.is_fixed_size_list(kind):
        filled = [each for value in values for each in (value or [None] * kind.list_size)]
        return pa.FixedSizeListArray.from_arrays(array_of(filled, kind.value_type), type=kind, mask=missing)
    flat = array_of([each for value in values for each in value or ()], kind.value_type)
    ends = list(accumulate((len(value or ()) for value in values), initial=0))
    if types.is_large_list(kind):
        offsets = pa.array(ends, pa.int64())
        return pa.LargeListArray.from_arrays(offsets, flat, type=kind, mask=missing)
    found = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), flat, mask=missing)
    return found.cast(kind) if found.type != kind else found


def _pairs(value: Any) -> list[Any]:
    """Give the keys and items of a map, which is an object or a list of pairs."""
    if value is None:
        return []
    return list(value.items()) if isinstance(value, dict) else value


def _time_array(values: Sequence[Any], kind: Any) -> Any:
    """Make an array of times: texts in ISO 8601, or numbers (see `time_text`)."""
    import pyarrow as pa
    from pyarrow import types

    if types.is_duration(kind):
        ticks = _TICKS[kind.unit]
        return pa.array([None if v is None else int(v * ticks) for v in values], pa.int64()).cast(kind)
    if types.is_time(kind):
        ticks = _TICKS[kind.unit]
        numbers = [None if value is None else _clock_ticks(value, ticks) for value in values]
        return pa.array(numbers, pa.int32() if types.is_time32(kind) else pa.int64()).cast(kind)
    texts = pa.array([value if isinstance(value, str) else None for value in values], pa.string())
    times = texts.cast(kind)
    if all(value is None or isinstance(value, str) for value in values):
        return times
    width = pa.int32() if kind.bit_width == 32 else pa.int64()
    stored = times.cast(width).to_pylist()
    for i, value in enumerate(values):
        if isinstance(value, int):
            stored[i] = value
    return pa.array(stored, width).cast(kind)


def _clock_ticks(text: str, ticks: int) -> int:
    """Count the ticks of a time of day."""
    hours, minutes, seconds = text.split(":")
    return int((int(hours) * 3600 + int(minutes) * 60 + Decimal(seconds)) * ticks)
