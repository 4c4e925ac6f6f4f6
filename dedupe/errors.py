"""Errors of this package.

Every message says what happened, where (file, line, option or record), and what to try::

    DedupeError
    ├── SettingsError       an option has a value that cannot be used; nothing was read
    ├── InputError          an input cannot be read at all: missing path, empty folder, unknown format
    │   └── RecordError     one record of an input cannot be used; the rest goes on
    ├── OutputError         an output cannot be written; what was there before is untouched
    ├── BrakeError          a run would take out more than it may; nothing was written
    └── WorkerError         a process of a run died or failed; nothing was written
"""

from __future__ import annotations


class DedupeError(Exception):
    """Base of all errors raised by this package; all of them pass from one process to another."""

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[DedupeError], args: tuple[object, ...], state: dict[str, object]) -> DedupeError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class SettingsError(DedupeError, ValueError):
    """An option has a value that cannot be used.

    >>> raise SettingsError("stages", ["repiar"], "choose from repair, header")
    Traceback (most recent call last):
    ...
    dedupe.errors.SettingsError: stages = ['repiar']: choose from repair, header
    """

    def __init__(self, option: str, value: object, advice: str) -> None:
        super().__init__(f"{option} = {value!r}: {advice}")
        self.option = option
        self.value = value
        self.advice = advice


class InputError(DedupeError):
    """An input cannot be read at all."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class RecordError(InputError):
    """One record of an input cannot be used; the rest of the input can.

    `place` is `file:line` (or the document's id in a library call); `reason` is a short fixed phrase
    by which skipped records are counted, such as `not JSON` or `no text`.
    """

    def __init__(self, place: str, reason: str, problem: str) -> None:
        super().__init__(place, problem)
        self.reason = reason


class OutputError(DedupeError):
    """An output cannot be written; what stood there before is untouched."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(f"{place}: {problem}")
        self.place = place
        self.problem = problem


class BrakeError(DedupeError):
    """A run would take out more than it may, so nothing was written."""


class WorkerError(DedupeError):
    """A process that took part in a run died or failed, so nothing was written."""
