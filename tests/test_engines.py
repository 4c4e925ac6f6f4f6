"""Two engines, one definition: numba must give the numbers of NumPy, whatever it is fed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import types
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dedupe import align, duplicates, ranges, scratch, verify
from dedupe.candidates import candidates
from dedupe.kernels import _places_of_calls, _stamp, on_all_cores
from dedupe.model import Document
from dedupe.sketch import Sampling, Shingles
from dedupe.texts import Texts, Words, describe, read_number, sample_texts, word_texts
from dedupe.tokens import ALONE, tokens

pytest.importorskip("numba")

PIECES = (
    *(
        "the river",
        "U.S.",
        "1,234.5",
        "1.2.3",
        "12.05.2024",
        "l’eau",
        "Straße",
        "東京タワー",
        "की कि",
        "مُحَمَّد",
    ),
    *(
        "ﬁne ½",
        "서울에서",
        "ЖЁЛТЫЙ",
        "x" * 70,
        "\u00a0",
        "1\u00a0234",
        "'",
        ",",
        ".",
        "\n",
        " ",
        "e\u0301",
        "ｶﾞ",
        "𠮷",
        "㍿㍿",
        "¼½",
    ),
    *(
        "5 million",
        "third",
        "март",
        "24th",
        "13h20",
        "😀",
        "\u200b",
        "\u00ad",
        "1,234,567.89",
        "-",
        "MAY",
        "a.b.c",
    ),
)


def texts_of_all_kinds(count: int, seed: int) -> list[bytes]:
    """Texts of words, scripts and numbers, glued at random, some cut inside a character or broken."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        data = "".join(
            draw.choice(PIECES) + draw.choice(("", " ", " ")) for _ in range(draw.randrange(60))
        ).encode()
        if draw.random() < 0.5 and data:
            broken = bytearray(data[: draw.randrange(len(data) + 1)])
            for _ in range(draw.randrange(6)):
                broken.insert(draw.randrange(len(broken) + 1), draw.randrange(256))
            data = bytes(broken)
        found.append(data)
    return found


def buffer(parts: list[bytes]) -> Texts:
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    starts = ends - np.array([len(part) for part in parts], np.int64)
    return Texts(np.frombuffer(b"".join(parts), np.uint8), starts, ends)


@pytest.mark.parametrize("seed", range(4))
def test_samples_are_equal(seed: int) -> None:
    texts = buffer(texts_of_all_kinds(300, seed))
    slow, fast = sample_texts(texts, fast=False), sample_texts(texts, fast=True)
    assert slow.words.tolist() == fast.words.tolist()
    assert slow.wholes.tolist() == fast.wholes.tolist()
    assert slow.kept.offsets.tolist() == fast.kept.offsets.tolist()
    assert slow.kept.hashes.tolist() == fast.kept.hashes.tolist()


def plain_texts() -> list[bytes]:
    """Every ASCII character in words, between numbers and at ends; words of every length; what needs a closer
    look at every place of a block; repeats."""
    parts = [b"ab%cCd 12%c345 1%c5 x%c %cy%c" % ((code,) * 6) for code in range(128)]
    parts += [b"W" * size + b"'" + b"9z" * (size % 7) for size in range(140)]
    needs_a_look = "it's 1,5 cafés “so” well-known o’clock, 1.000".encode()
    parts += [b"-" * size + needs_a_look + b" the end" * 10 for size in range(130)]
    parts += [b"the same three words again " * 300, b" ".join(b"w%d" % k for k in range(9000))]
    return parts


@pytest.mark.parametrize("rule", [Sampling(), Sampling(5, 1, 0), Sampling(2, 3, 100)])
def test_samples_of_plain_words_are_equal(rule: Sampling) -> None:
    texts = buffer(plain_texts())
    slow, fast = sample_texts(texts, False, rule), sample_texts(texts, True, rule)
    assert slow.words.tolist() == fast.words.tolist()
    assert slow.wholes.tolist() == fast.wholes.tolist()
    assert slow.kept.offsets.tolist() == fast.kept.offsets.tolist()
    assert slow.kept.hashes.tolist() == fast.kept.hashes.tolist()


LONG = b" ".join(b"x" * size + b"12.5 y" for size in range(58, 66))
"""Words of which the decimal point begins the next, since there may be no more than 64 characters."""


def described(texts: Texts, fast: bool) -> tuple[Words, np.ndarray, np.ndarray]:
    """Give the words of texts, all of them described, and which texts are cased."""
    words = word_texts(texts, fast)
    return words, *describe(texts, words, np.ones(len(words.hashes), np.bool_), fast)


@pytest.mark.parametrize("seed", range(4))
def test_words_are_equal(seed: int) -> None:
    texts = buffer(
        [*texts_of_all_kinds(200, 100 + seed), b"ALL OF IT SHOUTS", b"U.S. a b", b"\xd0\x96 " * 3, LONG]
    )
    (slow, slow_words, slow_cased), (fast, fast_words, fast_cased) = (
        described(texts, engine) for engine in (False, True)
    )
    assert slow.offsets.tolist() == fast.offsets.tolist()
    assert slow.hashes.tolist() == fast.hashes.tolist()
    for first, last in pairwise(slow.offsets.tolist()):
        runs = slice(first, max(first, last - 2))
        assert slow.grams[runs].tolist() == fast.grams[runs].tolist()
    for name in align.Word._fields:
        one, other = slow_words[name], fast_words[name]
        assert np.array_equal(one, other, equal_nan=one.dtype == float), name
    assert slow_cased.tolist() == fast_cased.tolist()
    assert len(set(slow_cased.tolist())) == 2


@pytest.mark.parametrize("share", [0.005, 0.3])
def test_a_word_is_the_same_whatever_else_is_described(share: float) -> None:
    texts = buffer(texts_of_all_kinds(200, 17))
    words, everything, all_cased = described(texts, True)
    asked = np.random.default_rng(4).random(len(everything)) < share
    some, cased = describe(texts, words, asked, True)
    assert some[asked].tobytes() == everything[asked].tobytes()
    of_text = np.array([asked[first:last].any() for first, last in pairwise(words.offsets.tolist())])
    assert 10 < of_text.sum() < len(of_text)
    assert cased[of_text].tolist() == all_cased[of_text].tolist()


@pytest.mark.parametrize(
    "data",
    [
        *(b"caf\xc3", b"\xe6\x9d", b"\xf0\x9f\x98", b"a\xc3(b", b"\xed\xa0\x80x"),
        *(b"\xc0\xafx", b"\xf5\x80\x80\x80x", b"\x80\x80", b"\xff"),
    ],
)  # fmt: skip
def test_malformed_bytes_part_words(data: bytes) -> None:
    texts = buffer([data, b"next"])
    fast = word_texts(texts, fast=True)
    expected = tokens([data.decode("utf-8", "replace"), "next"])
    assert fast.offsets.tolist() == expected.offsets.tolist()
    assert fast.hashes.view(np.uint64).tolist() == expected.hashes.tolist()


def test_reading_a_number_agrees_with_the_engine() -> None:
    cases = ["7", "1.50", "24th", "13h20", "0.01", "123456789012345678", "15pm", "007"]
    cases += ["5pm", "2.5bn", "8일", "12वीं", "3d4"]
    _, found, _ = described(buffer([" ".join(cases).encode()]), fast=True)
    for place, case in enumerate(cases):
        value, step, digits, length = read_number(case)
        given = list(found[place])[2:]
        assert np.array_equal(given, [value, step, digits, length], equal_nan=True), case


def varied_documents() -> list[Document]:
    draw = random.Random(5)
    words = [
        f"{draw.choice('bcdfgklmnprst')}{draw.choice('aeiou')}{draw.choice('bdgklmnrst')}{i}"
        for i in range(900)
    ]
    documents = []
    for number in range(60):
        base = [draw.choice(words) if draw.random() > 0.05 else str(draw.randrange(3000)) for _ in range(90)]
        documents.append(Document(f"{number}", " ".join(base)))
        changed = [w if draw.random() > 0.06 else draw.choice(words) for w in base]
        documents.append(Document(f"{number}b", " ".join(changed[: draw.randrange(50, 91)])))
    return documents


def test_findings_are_equal() -> None:
    documents = varied_documents()
    slow = duplicates.find_duplicates(documents, fast=False)
    assert len(slow) > 40
    assert slow == duplicates.find_duplicates(documents, fast=True)


@pytest.mark.parametrize("word", [(-1, -1, 7.0, -1.0, 7, 7), (0, ALONE, 7.0, 0.0, 0, 0)])
def test_only_words_that_are_asked_for_decide(monkeypatch: pytest.MonkeyPatch, word: tuple) -> None:
    draw = random.Random(8)
    documents = [
        Document(one.id, " ".join(w for w in one.text.split() if draw.random() > 0.03))
        for one in varied_documents()
    ]
    found = duplicates.find_duplicates(documents, fast=True)
    known = []

    def scrambled(texts: Texts, words: Words, asked: np.ndarray, fast: bool) -> tuple[np.ndarray, np.ndarray]:
        some, cased = describe(texts, words, asked, fast)
        known.append(asked.mean())
        some[~asked] = word
        return some, cased

    monkeypatch.setattr(verify, "describe", scrambled)
    assert duplicates.find_duplicates(documents, fast=True) == found
    assert 0.05 < max(known) < 0.95


def test_candidates_are_equal() -> None:
    samples = sample_texts(Texts.of([d.text for d in varied_documents()] * 20), fast=True)
    order = np.lexsort((np.arange(len(samples.words)), -samples.words))
    none = np.zeros(len(order), np.bool_)
    slow = candidates(samples.kept, order, none, fast=False)
    fast = candidates(samples.kept, order, none, fast=True)
    assert len(slow) > 1000
    assert slow.tolist() == fast.tolist()


@pytest.mark.parametrize("fast", [True, False])
def test_shingles_with_the_same_low_bits_are_told_apart(fast: bool) -> None:
    """Two of 40 shingles each that share 12 are a pair; those that share 5 meet, and all marks are one."""
    numbers = [*range(40), *range(28, 68), *range(63, 103)]
    samples = Shingles(np.array(numbers, np.uint64) << np.uint64(55), np.arange(0, 121, 40))
    none = np.zeros(3, np.bool_)
    assert candidates(samples, np.arange(3), none, fast).tolist() == [[0, 1]]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("part", [100, 5000])
def test_candidates_do_not_depend_on_what_lies_on_disk(
    part: int, fast: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [d.text for d in varied_documents()] * 4
    samples = sample_texts(Texts.of([*texts, "", "Two words.", " ".join(texts)]), fast=True)
    order = np.lexsort((np.arange(len(samples.words)), -samples.words))
    skip = np.arange(len(order)) % 7 == 0
    expected = candidates(samples.kept, order, skip, fast)
    assert len(expected) > 100
    monkeypatch.setattr(ranges, "PART", part)
    written = []
    write = scratch.Column.write
    monkeypatch.setattr(scratch.Column, "write", lambda *given: written.append(1) or write(*given))
    for folder in (None, tmp_path):
        assert candidates(samples.kept, order, skip, fast, folder).tolist() == expected.tolist()
    assert len(written) > 20
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fast", [False, True])
def test_buckets_are_those_of_the_hashes(monkeypatch: pytest.MonkeyPatch, fast: bool) -> None:
    """Entries with one hash have one bucket with room for all of them, and no other entry has it."""
    monkeypatch.setattr(ranges, "PART", 40)
    monkeypatch.setattr(ranges, "LARGEST", 12)
    draw = np.random.default_rng(3)
    sizes = draw.integers(0, 30, 60)
    # Half of them lie in the eighth of all values where the samples of long texts lie.
    hashes = draw.integers(0, 50, sizes.sum()).astype(np.uint64) << np.uint64(55)
    hashes[::2] = draw.integers(0, 90, len(hashes[::2])).astype(np.uint64) << np.uint64(58)
    samples = Shingles(hashes, np.concatenate([[0], np.cumsum(sizes)]))
    order = draw.permutation(60)
    with ranges.Entries(samples, order, np.zeros(60, np.bool_), None, fast) as entries:
        found = np.concatenate([entries.buckets(*portion) for portion in entries.portions])
        laid = entries.hashes.copy()
    assert laid.tolist() == [h for n in order for h in hashes[samples.offsets[n] : samples.offsets[n + 1]]]
    ends = {}
    for value in np.unique(laid):
        (bucket,) = set(found[laid == value].tolist())
        count = int((laid == value).sum())
        assert (bucket > 0) == (1 < count <= 12)
        assert bucket >= 0 or count > 12
        if bucket > 0:
            ends[bucket] = bucket + count + 1
    assert all(ends[one] <= other for one, other in pairwise(sorted(ends)))
    assert max(ends.values()) <= entries.room


def test_calls_are_counted_by_function_and_place() -> None:
    """A function of one place is compiled as part of its caller; two of one name are two."""
    rooms = []
    for calls in ("part(x) + part(x) + once(x)", "part(x)"):
        room = types.ModuleType(f"room{len(rooms)}")
        exec(f"def part(x): return x\ndef once(x): return x\ndef use(x): return {calls}", vars(room))
        rooms.append(room)
    places = _places_of_calls(rooms)
    assert [places[room.part] for room in rooms] == [2, 1]
    assert [places[room.once] for room in rooms] == [1, 0]
    assert places[rooms[0].use] == 0


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system has no such limit")
def test_threads_are_as_many_as_cores_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def thread(_: int) -> int:
        time.sleep(0.01)
        return threading.get_ident()

    for count in (1, 3):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, count=count: set(range(count)))
        assert len(set(on_all_cores(thread, range(20), fast=True))) == count
        assert set(on_all_cores(thread, range(20), fast=False)) == {threading.get_ident()}


@pytest.mark.slow
def test_no_loop_reads_or_writes_past_an_array() -> None:
    """The tests above, with bounds checks compiled in: an error there is a crash or a wrong figure here."""
    checked = {**os.environ, "NUMBA_BOUNDSCHECK": "1"}
    with tempfile.TemporaryDirectory() as cache:
        run = subprocess.run(
            [sys.executable, "-c", CHECKED],
            env={**checked, "NUMBA_CACHE_DIR": cache},
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["checked"]


CHECKED = """
import numpy as np
from dedupe.texts import sample_texts
from dedupe.kernels import _compiled, compiled
from tests.test_engines import buffer, described, texts_of_all_kinds, varied_documents
from dedupe import duplicates, similar
try:
    pairs = np.array([[0, 1]])
    compiled("count_shared")(np.zeros(1, np.uint64), np.array([0, 3, 9]), pairs, np.zeros(1, np.int64))
except IndexError:
    pass
else:
    raise SystemExit("bounds are not checked")
parts = [b"", b"'", b"1,", *(bytes([k]) for k in range(256)), "㍿".encode() * 3000]
parts += texts_of_all_kinds(2000, 7)
for texts in [buffer(parts), buffer([]), buffer([b""]), *(buffer([part]) for part in parts[:300])]:
    sample_texts(texts, fast=True), described(texts, fast=True)
documents = varied_documents()
assert duplicates.find_duplicates(documents, fast=True) == duplicates.find_duplicates(documents, fast=False)
texts = [part.decode("utf-8", "replace") for part in parts[:400]]
documents = [duplicates.Document(n, text) for n, text in enumerate(texts + texts)]
duplicates.find_duplicates(documents, fast=True), similar.find_similar(documents, 0.5, fast=True)
# A literal argument costs these next to nothing.
small = {"follows", "pop", "agree", "alike", "mark", "is_cased"}
twice = [name for name, loop in _compiled().items() if len(loop.signatures) > 1 and name not in small]
assert not twice, f"compiled for more than one set of types: {twice}"
print("checked")
"""


COMPILING = """
import numpy as np
from dedupe.kernels import _compiled, compiled
hashes, offsets = np.zeros(9, np.uint64), np.array([0, 3, 9])
compiled("count_shared")(hashes, offsets, np.array([[0, 1]]), np.zeros(1, np.int64))
print(sum(_compiled()["count_shared"].stats.cache_hits.values()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs locks of files")
def test_of_processes_that_start_together_one_compiles(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    started = [
        subprocess.Popen([sys.executable, "-c", COMPILING], env=environment, stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert sorted(process.communicate()[0].strip() for process in started) == [b"0", b"1", b"1"]


KEPT = """
from dedupe.kernels import are_kept
print(are_kept("count_shared"))
exec(COMPILING)
print(are_kept("count_shared"), are_kept("verify"))
"""


def test_whether_loops_are_kept_is_known(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    code = KEPT.replace("COMPILING", repr(COMPILING))
    run = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, check=True)
    assert run.stdout.split() == [b"False", b"0", b"True", b"False"]


def test_where_nothing_can_be_kept_each_run_compiles(tmp_path: Path) -> None:
    nowhere = "from numba.core.caching import CacheImpl\nCacheImpl._locator_classes = []\n"
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    code = nowhere + KEPT.replace("COMPILING", repr(COMPILING))
    run = subprocess.run([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, check=True)
    assert run.stdout.split() == [b"False", b"0", b"False", b"False"]


def test_texts_may_lie_in_a_mapped_file(tmp_path: Path) -> None:
    texts = Texts.of([document.text for document in varied_documents()])
    path = tmp_path / "texts"
    path.write_bytes(texts.data.tobytes())
    mapped = Texts(np.memmap(path, np.uint8, "r"), texts.starts, texts.ends)
    order = np.arange(len(texts))
    samples = sample_texts(mapped, fast=True)
    compared, joined = duplicates.compare_all(mapped, samples, order, fast=True)
    expected, groups = duplicates.compare_all(texts, sample_texts(texts, fast=True), order, fast=True)
    assert compared.pairs.tolist() == expected.pairs.tolist()
    assert joined == groups
    assert len(joined) > 40


def test_loops_are_compiled_anew_when_a_number_of_another_room_changes() -> None:
    """The file of a loop is the same then, and numba would take it from its cache as it was."""

    def room(limit: int | tuple[int, ...], code: str) -> types.ModuleType:
        made = types.ModuleType("room")
        exec(f"LIMIT = {limit}\ndef loop(x):\n    return {code}\n", vars(made))
        return made

    stamps = {_stamp([room(*given)]) for given in ((3, "x + LIMIT"), (4, "x + LIMIT"), (3, "x - LIMIT"))}
    stamps |= {_stamp([room((3, number), "x + LIMIT[1]")]) for number in (4, 5)}
    assert len(stamps) == 5
    assert _stamp([room(3, "x + LIMIT")]) in stamps
