"""The loops of `dedupe.align` compiled by numba (the extra `fast`), for large jobs."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Any


def compiled(name: str) -> Callable[..., Any]:
    """Give a loop of `dedupe.align` or `dedupe.scan`, compiled when it is first called."""
    loop: Callable[..., Any] = _compiled()[name]
    return loop


@cache
def _compiled() -> dict[str, Any]:
    """Compile all loops, each over a table of names in which the others are compiled.

    One source serves both engines: The result is kept on disk by numba; a first run takes a few seconds more.
    """
    import numba

    from dedupe import align, buckets, scan

    names: dict[str, Any] = {}
    for room in (align, buckets, scan):
        names.update(vars(room))
    for room in (align, buckets, scan):
        for key, loop in vars(room).items():
            if isinstance(loop, types.FunctionType) and loop.__module__ == room.__name__:
                copy = types.FunctionType(loop.__code__, names, loop.__name__)
                copy.__module__ = loop.__module__
                names[key] = numba.njit(copy, cache=False, nogil=True)
    return names
