"""Plain loops compiled by numba (the extra `fast`), for large jobs."""

from __future__ import annotations

import dis
import gc
import hashlib
import os
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, SupportsIndex

OUTER = (
    "count_shared", "decode_strings", "describe_words", "enter_all", "find_records", "lay_down",
    "number_runs", "propose", "put_back", "screen", "sign_shingles", "sketch_texts", "verify", "word_texts",
)  # fmt: skip
"""Loops that are called from Python. The others need no way in, which saves an eighth of the compiling."""

INLINED = (
    "eight_bytes", "load", "others", "count_bits", "sum_letters", "read_letters", "read_plain", "gather",
    "look_at", "lowest", "hash_plain", "copy_plain", "decode_escape", "encode_point",
)  # fmt: skip
"""Loops that are made part of those that call them: to hand on four arrays costs more than a word."""


def cores() -> int:
    """Give the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def on_all_cores(
    work: Callable[[Any], Any], portions: Sequence[Any], fast: bool, most: int | None = None
) -> list[Any]:
    """Do the work for each portion, on all cores where compiled loops do it (`fast`), else one by one.

    The compiled loops let go of the interpreter. The results come in the order of the portions. `most` says
    how many cores at most, where each takes much memory.
    """
    count = min(len(portions), cores(), most or len(portions)) if fast else 1
    if count < 2:
        return [work(portion) for portion in portions]
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(work, portions))


def compiled(name: str) -> Callable[..., Any]:
    """Give a loop, compiled when it is first called."""
    loop = _compiled()[name]
    return loop if loop.signatures else partial(_call, loop)


def are_kept(loop: str) -> bool:
    """Tell whether an earlier run has left a loop on disk, as it is now.

    numba is asked where, which takes a third of a second, only if it is not where numba looks first.
    """
    name = f"*.{loop}_{_stamp(_rooms())}-*.nbi"
    first = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parent / "__pycache__")
    return any(first.rglob(name)) or any((_folder() or first).rglob(name))


def _rooms() -> tuple[types.ModuleType, ...]:
    """Give the rooms of the loops, those that are called before those that call."""
    from dedupe import align, buckets, describe, facts, foldbytes, laying, plainjson, sampling, scan

    return align, facts, buckets, foldbytes, scan, sampling, describe, plainjson, laying


def _call(loop: Any, *arguments: Any) -> Any:
    if loop.signatures:
        return loop(*arguments)
    with _one_process(_folder()), _no_collection():
        return loop(*arguments)


@contextmanager
def _one_process(folder: Path | None) -> Iterator[None]:
    """Let one process at a time compile, or load, what lies in a folder: the next finds what that one made.

    Three workers that start together so need 7 s of CPU time for it and not 18. Where nothing can be kept, or
    files cannot be locked, each compiles for itself, as numba does.
    """
    if folder is None:
        yield
        return
    try:
        import fcntl

        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "dedupe-compiling.lock").open("ab")
        fcntl.flock(lock, fcntl.LOCK_EX)
    except (ImportError, OSError):
        yield
        return
    with lock:
        yield


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out: of the time that compiling takes, it would be a tenth."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@cache
def _folder() -> Path | None:
    """Find where numba keeps what it compiles: beside the package, else below the home of the user.

    None where it may write in neither, as in a container: then each run compiles for itself.
    """
    import numba

    from dedupe import align

    try:
        loop: Any = numba.njit(align.pop, cache=True)
        return Path(loop.stats.cache_path)
    except RuntimeError:  # so numba says that there is no such place
        return None


@cache
def _compiled() -> dict[str, Any]:
    """Compile all loops, each over a table of names in which the others are compiled.

    One source serves both engines. The result is kept on disk by numba; a first run takes some seconds more.
    No loop makes an array, so that numba need not count references (`_nrt`): in the innermost loops that
    counting took four fifths of the time. A loop that is called at one place is written into the one that
    calls it before anything is compiled: numba optimizes each loop with all that it calls, once more for
    every level of calls.
    """
    import numba
    import numpy as np

    from dedupe.buckets import natural

    rooms = _rooms()
    stamp, kept = _stamp(rooms), _folder() is not None
    loops: dict[Any, Any] = {natural: np.uint64}
    places = _places_of_calls(rooms)
    for room in rooms:
        names = {key: loops.get(value, value) for key, value in vars(room).items() if _hashable(value)}
        names["__name__"] = room.__name__
        for loop in _functions(room):
            if loop in loops:
                continue
            copy = types.FunctionType(loop.__code__, names, loop.__name__)
            copy.__module__, copy.__qualname__ = loop.__module__, f"{loop.__name__}_{stamp}"
            inner = loop.__name__ not in OUTER
            how: dict[str, Any] = {"no_cpython_wrapper": inner, "no_cfunc_wrapper": True, "_nrt": False}
            if loop.__name__ in INLINED:
                how["forceinline"] = True
            elif inner and places[loop] == 1:
                how["inline"] = "always"
            names[loop.__name__] = loops[loop] = numba.njit(copy, cache=kept, nogil=True, **how)
    return {loop.__name__: fast for loop, fast in loops.items() if fast is not np.uint64}


def _functions(room: types.ModuleType) -> list[types.FunctionType]:
    """Give the functions that a room defines."""
    functions = [value for value in vars(room).values() if isinstance(value, types.FunctionType)]
    return [function for function in functions if function.__module__ == room.__name__]


def _places_of_calls(rooms: Sequence[types.ModuleType]) -> Counter[Any]:
    """Count at how many places in all rooms a function calls each of them."""
    return Counter(
        vars(room)[step.argval]
        for room in rooms
        for function in _functions(room)
        for step in dis.get_instructions(function)
        if step.opname == "LOAD_GLOBAL" and isinstance(vars(room).get(step.argval), types.FunctionType)
    )


def _stamp(rooms: Sequence[types.ModuleType]) -> str:
    """Give a name to what all loops are made of: code, numbers known by name, and how they are compiled.

    On disk numba looks only at the file of a loop; one that calls a loop of another file, or knows its
    constant, would go on as it was compiled when that file changes.
    """
    made = hashlib.blake2b(repr((OUTER, INLINED)).encode(), digest_size=6)
    for room in rooms:
        for key, value in sorted(vars(room).items(), key=itemgetter(0)):
            if isinstance(value, types.FunctionType):
                code = value.__code__
                constants = [one for one in code.co_consts if not isinstance(one, types.CodeType)]
                made.update(code.co_code + repr((key, code.co_names, constants)).encode())
            elif isinstance(value, int | float | tuple | SupportsIndex):
                made.update(repr((key, value)).encode())
    return made.hexdigest()


def _hashable(value: object) -> bool:
    return value.__hash__ is not None
