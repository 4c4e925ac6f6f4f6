"""Work over processes: the same bytes for any number of them, and a clear end where one dies."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from command import COMMAND, ENVIRONMENT, article, dedupe, jsonl, listing
from town import page, record

from dedupe.errors import WorkerError
from dedupe.workers import Workers


def square(number: int) -> int:
    if number == 13:
        raise ValueError("thirteen")
    if number == 99:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(number % 3 / 100)
    return number * number


def pieces(numbers: object) -> list[tuple[str, int]]:
    return [(f"number {n}", n) for n in numbers]


@pytest.mark.parametrize("threads", [False, True])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_results_come_in_order(count, threads):
    with Workers(count) as workers:
        for size in (0, 1, 12, 12):  # the processes go on to the next job
            results = list(workers.map(square, pieces(range(size)), threads=threads))
            assert results == [(f"number {n}", n * n) for n in range(size)]


def test_what_fails_in_a_thread_comes_as_it_is_and_stops_the_others():
    begun = []

    def job(number: int) -> int:
        begun.append(number)
        return square(number)

    with Workers(2) as workers, pytest.raises(ValueError, match="thirteen"):
        list(workers.map(job, pieces(range(12, 90)), threads=True))
    assert len(begun) < 20
    assert not workers._workers


def test_little_is_read_ahead():
    read = []

    def source():
        for piece in pieces(14 + n for n in range(60)):
            read.append(piece)
            yield piece

    with Workers(2) as workers:
        for done, _ in enumerate(workers.map(square, source())):
            assert len(read) <= done + 1 + 2 * 4 + 1


def test_a_failure_says_where():
    with (
        Workers(2) as workers,
        pytest.raises(WorkerError, match=r"(?s)failed at number 13:.*ValueError: thirteen"),
    ):
        list(workers.map(square, pieces(range(20))))


def test_a_process_that_is_killed_says_where():
    with (
        Workers(2) as workers,
        pytest.raises(WorkerError, match=r"died \(signal 9\) at number 99; where memory"),
    ):
        list(workers.map(square, pieces(range(90, 120))))


def test_results_that_nobody_wants_end_the_processes():
    with Workers(2) as workers:
        next(workers.map(square, pieces(range(20, 80))))
        processes = [worker.process for worker in workers._workers]
    assert not any(process.is_alive() for process in processes)


# --- a run -----------------------------------------------------------------------------------------------


@pytest.fixture
def items() -> list[dict]:
    """Give records of several sites, longer and shorter, some of an id that was there before."""
    found = [record(n, page(n), f"site{n % 7}.example") for n in range(150)]
    found += [record(n, page(f"again {n}"), f"site{n % 7}.example") for n in range(0, 150, 10)]
    found += [{"id": f"long {n}", "url": "https://site1.example/x", "text": page(n) * 60} for n in range(3)]
    return found


def outputs(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in listing(folder)}


def test_the_same_bytes_for_any_number_of_workers(items, tmp_path):
    data = jsonl(*items)
    (tmp_path / "in.jsonl").write_bytes(data[: len(data) // 2] + b"\nbroken\n" + data[len(data) // 2 :])
    (tmp_path / "texts").mkdir()
    for n in range(30):
        (tmp_path / f"texts/{n}.md").write_text(f"---\nn: {n}\n---\n{page(f'text {n}')}")
    said = set()
    for workers in ("1", "2", "3"):
        run = ["clean", "in.jsonl", "texts", "-o", "out", "--workers", workers]
        outcome = dedupe(*run, cwd=tmp_path)
        assert outcome.code == 3
        said.add(outcome.err)
        (tmp_path / "out").rename(tmp_path / f"out{workers}")
        dedupe("learn", "in.jsonl", "texts", "-o", f"t{workers}.json", "--workers", workers, cwd=tmp_path)
    assert len(said) == 1
    assert outputs(tmp_path / "out1") == outputs(tmp_path / "out2") == outputs(tmp_path / "out3")
    learned = {(tmp_path / name).read_bytes() for name in ("t1.json", "t2.json", "t3.json")}
    assert learned == {(tmp_path / "out1/templates.json").read_bytes()}


def test_the_same_templates_for_any_order(items, tmp_path):
    items = items[:150]
    learned = set()
    for seed in range(3):
        random.Random(seed).shuffle(items)
        (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
        learned.add(dedupe("learn", "in.jsonl", "-o", "-", cwd=tmp_path).out)
    assert len(learned) == 1


def test_all_cores(items, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items[:5]))
    assert dedupe("clean", "in.jsonl", "-o", "out", "--workers", "0", cwd=tmp_path).code == 0
    outcome = dedupe("clean", "in.jsonl", "-o", "out", "--workers", "-1", cwd=tmp_path)
    assert outcome.code == 2


def start(tmp_path: Path) -> subprocess.Popen[bytes]:
    """Start a long run with two processes, and wait until they are at work."""
    (tmp_path / "in.jsonl").write_bytes(jsonl(*({"id": n, "text": f"{article()}{n}"} for n in range(30_000))))
    command = [*COMMAND, "clean", "in.jsonl", "-o", "out", "--workers", "2"]
    run = subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stderr=subprocess.PIPE, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while len(children(run.pid)) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    return run


def children(pid: int) -> list[int]:
    """Give the processes that a run has for its work."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"spawn_main" in (path.parent / "cmdline").read_bytes():
                found.append(int(path.parent.name))
        except OSError:  # it has ended meanwhile
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
@pytest.mark.parametrize(
    "case", ["a worker is killed", "the run is interrupted", "Ctrl-C on a terminal", "killed"]
)
def test_an_end_before_its_time_leaves_nothing(case, tmp_path):
    run = start(tmp_path)
    workers = children(run.pid)
    assert len(workers) == 2
    if case == "a worker is killed":
        os.kill(workers[1], signal.SIGKILL)
    elif case == "the run is interrupted":
        run.send_signal(signal.SIGTERM)
    elif case == "Ctrl-C on a terminal":
        os.killpg(run.pid, signal.SIGINT)
    else:
        run.kill()
    _, err = run.communicate(timeout=60)
    said = err.decode()
    assert case == "killed" or "Traceback" not in said
    if case == "a worker is killed":
        assert run.returncode == 3
        assert "error: a worker died (signal 9) at in.jsonl:" in said
    elif case == "killed":
        assert run.returncode == -signal.SIGKILL
    else:
        assert run.returncode == 130
        assert said.endswith("interrupted; nothing was written\n")
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    if case != "killed":
        assert listing(tmp_path) == ["in.jsonl"]
