"""The loops of `dedupe.align` compiled by numba (the extra `fast`), for large jobs."""

from __future__ import annotations

import types
from collections.abc import Callable
from functools import cache
from typing import Any


@cache
def compiled(name: str) -> Callable[..., Any]:
    """Compile the loop `name` of `dedupe.align`, with all the loops that it calls.

    One source serves both engines: each function is compiled over a table of names in which the others
    are compiled already. The result is kept on disk by numba; a first run takes a few seconds more.
    """
    import numba

    from dedupe import align

    names: dict[str, Any] = dict(vars(align))
    for key, loop in vars(align).items():
        if isinstance(loop, types.FunctionType) and loop.__module__ == align.__name__:
            copy = types.FunctionType(loop.__code__, names, loop.__name__)
            copy.__module__ = loop.__module__
            names[key] = numba.njit(copy, cache=False, nogil=True)
    return names[name]
