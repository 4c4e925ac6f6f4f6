"""Work spread over processes or threads: results come in the order of the work, whoever did it.

Processes are started as they are needed, by `spawn`, so that nothing of this one is shared with them and
all platforms behave alike. Each has one piece of work at a time; only so much is read ahead that none has
to wait. Threads are for work that compiled loops do: they let go of the interpreter, and nothing has to be
loaded a second time.
"""

from __future__ import annotations

import signal
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from dedupe.errors import DedupeError, WorkerError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Kept = TypeVar("Kept")
Sent = TypeVar("Sent")
Got = TypeVar("Got")

AHEAD = 4
"""Pieces of work for each process or thread that may be under way or waiting for their turn to go out."""


@dataclass(slots=True)
class _Piece:
    """A piece of work that was sent out, and its result."""

    kept: Any
    is_done: bool = False
    failure: str | DedupeError = ""
    result: Any = None


@dataclass(slots=True)
class _Worker:
    """A process, our end of the pipe to it, and what it is busy with."""

    process: BaseProcess
    pipe: Connection
    job: int = 0
    piece: _Piece | None = None


class Workers:
    """A number of processes or threads (1: none, all is done here). Use it as a context manager."""

    def __init__(self, count: int = 1) -> None:
        self.count = count
        self._workers: list[_Worker] = []
        self._jobs = 0

    def map(
        self,
        job: Callable[[Sent], Got],
        pieces: Iterable[tuple[Kept, Sent]],
        name: Callable[[Kept], str] = str,
        threads: bool = False,
    ) -> Iterator[tuple[Kept, Got]]:
        """Do a job on the second part of each piece; give its result with the first part, in order.

        `name` says of which piece an error speaks. Raises WorkerError where a process dies or its job
        fails, in the turn of the piece; an error of ours, and without processes (with `threads`, too) all
        that the job raises, comes as it is.
        """
        if self.count == 1:
            for kept, sent in pieces:
                yield kept, job(sent)
            return
        if threads:
            yield from self._in_threads(job, iter(pieces))
            return
        self._jobs += 1
        left = iter(pieces)
        following = next(left, None)
        under_way: deque[_Piece] = deque()
        while following is not None or under_way:
            while following is not None and len(under_way) < AHEAD * self.count and (worker := self._free()):
                piece = _Piece(following[0])
                self._send(worker, piece, job, following[1], name)
                under_way.append(piece)
                following = next(left, None)
            if not under_way[0].is_done:
                self._receive(name)
            while under_way and under_way[0].is_done:
                piece = under_way.popleft()
                if isinstance(piece.failure, DedupeError):
                    raise piece.failure
                if piece.failure:
                    raise WorkerError(f"a worker failed at {name(piece.kept)}:\n{piece.failure}")
                yield piece.kept, piece.result

    def _in_threads(
        self, job: Callable[[Sent], Got], pieces: Iterator[tuple[Kept, Sent]]
    ) -> Iterator[tuple[Kept, Got]]:
        """Do a job in threads. The first piece is done alone: what it loads is there for all others."""
        for kept, sent in islice(pieces, 1):
            yield kept, job(sent)
        under_way: deque[tuple[Kept, Future[Got]]] = deque()
        with ThreadPoolExecutor(self.count) as threads:
            try:
                for kept, sent in pieces:
                    under_way.append((kept, threads.submit(job, sent)))
                    if len(under_way) == AHEAD * self.count:
                        kept, future = under_way.popleft()
                        yield kept, future.result()
                while under_way:
                    kept, future = under_way.popleft()
                    yield kept, future.result()
            finally:
                threads.shutdown(cancel_futures=True)

    def _free(self) -> _Worker | None:
        """Give a process without work; start one if there may be more."""
        for worker in self._workers:
            if worker.piece is None:
                return worker
        if len(self._workers) == self.count:
            return None
        with _undisturbed():
            self._workers.append(_start())
        return self._workers[-1]

    def _send(self, worker: _Worker, piece: _Piece, job: Any, sent: Any, name: Callable[[Any], str]) -> None:
        worker.piece = piece
        try:
            if worker.job != self._jobs:
                worker.pipe.send((True, job))
                worker.job = self._jobs
            worker.pipe.send((False, sent))
        except OSError:
            raise _death(worker, name(piece.kept)) from None

    def _receive(self, name: Callable[[Any], str]) -> None:
        """Wait until a process has done its work."""
        from multiprocessing.connection import wait

        busy = {worker.pipe: worker for worker in self._workers if worker.piece is not None}
        for pipe in wait(list(busy)):
            worker = busy[pipe]  # type: ignore[index]
            piece = worker.piece
            if piece is None:
                continue
            try:
                piece.failure, piece.result = worker.pipe.recv()
            except (EOFError, OSError):
                raise _death(worker, name(piece.kept)) from None
            piece.is_done, worker.piece = True, None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.pipe.close()  # at which an idle one ends
            if kind is not None or worker.piece is not None:
                worker.process.kill()  # it holds nothing that has to be put in order
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self._workers.clear()


def _start() -> _Worker:
    from multiprocessing import get_context

    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs,), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let signals wait while a process is started, so that none is half started or forgotten.

    The process inherits that they wait. For Ctrl-C, which reaches all processes of a terminal, it stays so:
    what it ends is decided by the process that started the others.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # it is needed by the first process, and when it starts it lets signals through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(pipe: Connection) -> None:
    """Do what comes through the pipe until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM,))
    job: Callable[[Any], Any] = repr
    while True:
        try:
            is_job, sent = pipe.recv()
        except (EOFError, OSError):
            return
        if is_job:
            job = sent
            continue
        answer: tuple[str | DedupeError, Any]
        try:
            answer = ("", job(sent))
        except DedupeError as error:
            answer = (error, None)
        except Exception:
            answer = (traceback.format_exc(), None)
        try:
            pipe.send(answer)
        except OSError:
            return


def _death(worker: _Worker, place: str) -> WorkerError:
    worker.process.join(5)
    code = worker.process.exitcode
    cause = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
    advice = "where memory ran out, try fewer --workers"
    return WorkerError(f"a worker died ({cause}) at {place}; {advice}")
