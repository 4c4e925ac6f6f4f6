"""Records that are copied: whoever reads them, and wherever their texts lie, nothing changes."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from dataclasses import fields, replace

import numpy as np
import pytest
from command import COMMAND, ENVIRONMENT, jsonl, listing
from hypothesis import given
from hypothesis import strategies as st
from test_run import dump

from dedupe import filedtexts, plainjson
from dedupe.chunks import Cleaner
from dedupe.copying import Copies, Original, copy
from dedupe.errors import InputError
from dedupe.formats import Source, cut
from dedupe.inputs import find_inputs
from dedupe.outcome import load
from dedupe.plainjson import CHARACTERS, DATE, FIELDS, ID, PLAIN, SIZE, TEXT, URL
from dedupe.reading import Chunk, Reading
from dedupe.rendering import Articles
from dedupe.settings import Settings

ALONE = Settings(stages=("duplicates",))
MARK = b"\xef\xbb\xbf"

ODD = [
    b'{"text": "No name and no address stand by this text, only its words."}', b"", b"{broken",
    b'{"text": "A number with a point is no name.", "id": 1.5}', b'{"text": "Zero is one.", "id": 0}',
    b'{"text": "A number of twenty-one digits.", "id": 123456789012345678901}', b'{"text": null}',
    b'{"text": "An address is a name.", "url": "https://a.example/x"}', b'{"text": "", "id": "empty"}',
    b'{"text": "A number is no address.", "url": 17}', b'{"id": true, "text": "True is none."}',
    b'{"text": "Half \\ud83d of a pair.", "id": "half"}', b'{"text": "A tab\there.", "id": "tab"}',
    b'{"text": "Again.", "text": "The last one counts.", "id": "twice"}', b'{"text": 17}', b'["list"]',
    b'{"html": "<p>A page has no text of its own, but it is one all the same.</p>", "id": "page"}',
    b'{"text": "Not a number.", "n": NaN, "id": "nan"}', b'{"text": "Zero is one.", "id": 0}',
    b'{"text": "caf\xe9"}', b'{"text": "A whole pair \\ud83d\\ude00, \\u00e9 and \\/.", "id": "pa\\u0069r"}',
    '{"te\\u0078t": "Its name is escaped.", "title": "é", "id": ""}'.encode(), b' { "text" :\t"Loose." } ',
    b'{"text": "Nested.", "tags": ["a", {"b": null}], "id": -12}', b'{"text": "Two."} {"text": "Three."}',
    b'{"text": "An old one.", "id": "old", "date": "2001-02-03", "n": -0.5e+3, "ok": false}',
]  # fmt: skip

SLOW = COMMAND
FAST = [
    sys.executable, "-c",
    "import sys; from dedupe import cli, corpus; corpus._is_large = lambda *_: True; sys.exit(cli.main())",
]  # fmt: skip


@pytest.mark.parametrize("keep", ["longest", "oldest"])
@pytest.mark.parametrize("command", [SLOW, FAST])
def test_the_short_way_is_the_long_way(command, keep, tmp_path):
    """Records of a plain file are copied; of a packed one each is read and written."""
    if command is FAST:
        pytest.importorskip("numba")
    data = b"\n".join(ODD) + b"\n" + jsonl(*dump())
    said = []
    for folder, name, content in (("a", "in.jsonl", data), ("b", "in.jsonl.gz", gzip.compress(data))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(content)
        run = ["clean", name, "-o", "out", "--stages", "duplicates", "--keep", keep, "--chunk-size", "9000"]
        done = subprocess.run(
            [*command, *run], capture_output=True, cwd=tmp_path / folder, env=ENVIRONMENT, timeout=300
        )
        assert done.returncode == 3
        said.append(done.stderr.replace(b".gz", b""))
    assert said[0] == said[1]
    for name in listing(tmp_path / "a/out"):
        other = (tmp_path / "b/out" / name).read_bytes().replace(b".jsonl.gz", b".jsonl")
        assert (tmp_path / "a/out" / name).read_bytes() == other, name


@pytest.mark.parametrize(
    "asked", ["check", "check --json", "clean --dry-run -v", "clean --dry-run --annotate"]
)
def test_what_writes_no_articles_finds_the_same_on_both_ways(asked, tmp_path):
    data = b"\n".join(ODD) + b"\n" + jsonl(*dump())
    said = []
    for name, content in (("in.jsonl", data), ("in.jsonl.gz", gzip.compress(data))):
        (tmp_path / name).write_bytes(content)
        run = [*SLOW, *asked.split(), name, "--stages", "duplicates", "--chunk-size", "9000"]
        done = subprocess.run(run, capture_output=True, cwd=tmp_path, env=ENVIRONMENT, timeout=300)
        assert done.returncode == 3
        said.append([out.replace(b".gz", b"") for out in (done.stdout, done.stderr)])
    assert b"duplicate" in b"".join(said[0])
    assert said[0] == said[1]


@pytest.mark.parametrize("engine", ["orjson", "json", "fast"])
def test_the_short_way_takes_nothing_that_the_long_way_refuses(engine, tmp_path, monkeypatch):
    if engine == "json":
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    if engine == "fast":
        pytest.importorskip("numba")
    path = tmp_path / "in.jsonl"
    odd = [MARK + b'{"text": "A mark."}', b'{"text": "a \xed\xa0\x80"}', '{"text": "b"}'.encode("utf-16-le")]
    path.write_bytes(MARK + b'{"text": "One."}\n' + b"\n".join([*odd, b'{"text": "Two."}']))
    [source] = find_inputs([str(path)]).sources
    long: list[int] = []
    copies = copy(source, ALONE, lambda part: long.append(part.size), engine == "fast")
    assert len(long) == 4
    assert b"".join(copies.texts) == b"Two."


def copied(source: Source, fast: bool) -> dict[str, object]:
    """Give what is copied of a source, but not where texts lie."""
    found = copy(source, replace(ALONE, keep="oldest"), lambda part: None, fast)
    columns = {each.name: getattr(found, each.name) for each in fields(Copies)}
    for name in ("stored", "string_starts", "string_ends"):
        del columns[name]
    return columns | {"texts": b"".join(found.texts)}


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_both_engines_copy_the_same(end, tmp_path):
    pytest.importorskip("numba")
    path = tmp_path / "in.jsonl"
    path.write_bytes(MARK + b"\n".join(ODD * 90) + b"\n" + jsonl(*dump(200)).rstrip() + end)
    [source] = find_inputs([str(path)]).sources
    for part in [source, *cut(source, 40_000)]:
        assert copied(part, fast=True) == copied(part, fast=False)


# --- loops against the parser of Python ------------------------------------------------------------------

NAMES = ("text", "id", "url", "date", "html")
VALUES = st.one_of(
    st.text(max_size=50), st.text("ab\\\"/\n\u0001é東😀", max_size=90), st.integers(), st.floats(),
    st.booleans(), st.none(), st.just([1, {"a": [], "b": [{}]}, "c"]),
)  # fmt: skip


def found(line: bytes) -> tuple[np.ndarray, bytes]:
    """Read a line by the loops as they stand, not compiled: its row, and its text."""
    edges = np.cumsum([0, *map(len, NAMES)])
    names = np.frombuffer("".join(NAMES).encode(), np.uint8)
    rows, out = np.empty((2, plainjson.COLUMNS), np.int64), np.empty(len(line), np.uint8)
    at, count, size = plainjson.find_records(np.frombuffer(line, np.uint8), 0, names, edges, rows, out, 0)
    assert (at, count) == (len(line), 1)
    return rows[0], out[:size].tobytes()


def check(line: bytes) -> bool:
    """Tell whether a record is plain; if so, compare what the loops say with what Python's parser says."""
    row, text = found(line)
    if not row[PLAIN]:
        return False
    record = json.loads(line.decode("utf-8"))
    assert record["text"] == text.decode("utf-8")
    assert (row[SIZE], row[CHARACTERS]) == (len(text), len(record["text"]))
    for field in (ID, URL, DATE):
        start, end, kind = row[FIELDS + 3 * field : FIELDS + 3 * field + 3].tolist()
        value = record.get(NAMES[field])
        if kind == plainjson.STRING:
            assert value == line[start:end].decode("utf-8")
        elif kind == plainjson.NUMBER:
            assert value == json.loads(line[start:end])
        else:
            assert not isinstance(value, str | int) or isinstance(value, bool)
    start, end = row[FIELDS + 3 * TEXT : FIELDS + 3 * TEXT + 2]
    assert json.loads(b'"%s"' % line[start:end]) == record["text"]
    return True


@given(
    st.dictionaries(st.sampled_from([*NAMES, "é", 'a"b']), VALUES),
    st.booleans(),
    st.sampled_from([", ", ",", " ,\t"]),
    st.sampled_from(["\n", "\r\n", " "]),
)
def test_what_is_plain_is_what_it_says(record, ascii, comma, end):
    line = json.dumps(record, ensure_ascii=ascii, separators=(comma, ": ")) + end
    try:
        data = line.encode()
    except UnicodeEncodeError:  # half of a pair: such a file cannot be
        return
    flat = not any(isinstance(value, float) for value in record.values())
    simple = all(not isinstance(value, str) or value.isalnum() for value in record.values())
    short = (
        abs(record.get("id") or 0) < 10**16 if not isinstance(record.get("id"), str | float | list) else True
    )
    is_plain = check(data)
    if flat and simple and short and not ascii and isinstance(record.get("text"), str):
        assert is_plain == ("html" not in record and 'a"b' not in record)


PIECES = (
    b'{"text": "', b'", "id": "', b'"}', b'"', b"\\", b"\\u00e9", b"\\ud83d\\ude00", b"\\ud83d", b"\\n",
    b"\\x", b'{"text":"a"', b',"id":', b"1", b"-", b"0", b".5", b"e9", b"true", b"null", b"nul", b"{", b"}",
    b"[", b":", b",", b" ", b"\t", b"abcdefghijklmnopqrstuvwxyz012345", b"\xc3\xa9", b"\xe6\x9d\xb1",
    b"\xf0\x9f\x98\x80", b"\xc3", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80", b"\x00", b"\x1f",
    b"\x7f",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.booleans())
def test_what_is_broken_is_not_plain(pieces, begun):
    """`check` fails where the loops take what Python's parser refuses."""
    check((b'{"text": "One.", "n": ' if begun else b"") + b"".join(pieces) + (b"}" if begun else b"\n"))


# --- where texts lie -------------------------------------------------------------------------------------


@pytest.mark.parametrize("compiled", [True, False])
def test_texts_are_read_where_they_lie(compiled, tmp_path, monkeypatch):
    """In the input, or in the folder of the chunk where the record was no plain one."""
    pytest.importorskip("numba")
    monkeypatch.setattr(filedtexts, "fast_engine", lambda size, fast: compiled)
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n".join(ODD) + b"\n" + jsonl(*dump()))
    [source] = find_inputs([str(path)]).sources
    shelf = filedtexts.Shelf()
    texts, sizes = b"", []
    for number, part in enumerate(cut(source, 9_000)):
        chunk, render = Chunk(number, (part,)), Articles(copies=True)
        stored = Cleaner(Reading(ALONE), render)(chunk)
        assert stored is not None
        texts += stored.columns["texts"][:]
        sizes += stored.numbers["text_sizes"]
        Cleaner(Reading(ALONE), render, work=tmp_path, fast=True)(chunk)
        outcome = load(tmp_path / f"{number:08}", ALONE)
        assert len(outcome.columns["texts"]) < len(stored.columns["texts"]) // 2
        shelf.add(outcome)
    filed = shelf.texts()
    ends = np.cumsum(sizes)
    assert filed.size == len(texts)
    expected = [texts[end - size : end] for size, end in zip(sizes, ends, strict=True)]
    assert [filed.bytes(number) for number in range(len(filed))] == expected
    order = np.random.default_rng(1).permutation(len(filed))[:30]
    some = filed.some(order)
    assert [some.bytes(k) for k in range(len(some))] == [expected[number] for number in order]


def test_an_input_that_changes_meanwhile_stops_the_run(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "One."}\n')
    [source] = find_inputs([str(path)]).sources
    original = Original.of(source, path)
    with original.open() as file:
        assert file.read() == path.read_bytes()
    with (
        pytest.raises(InputError, match=r"in\.jsonl: was changed while we read it"),
        original.open(),
    ):
        os.utime(path, ns=(0, 0))
    with (
        pytest.raises(InputError, match=r"in\.jsonl: was changed while we read it"),
        original.open(),
    ):
        raise AssertionError("it was changed before")
    path.unlink()
    with (
        pytest.raises(InputError, match=r"in\.jsonl: cannot be read again: No such file"),
        original.open(),
    ):
        raise AssertionError("it is not there")


@pytest.mark.parametrize("fast", [True, False])
def test_a_part_is_not_left_where_the_file_was_written_anew_since_it_was_cut(fast, tmp_path):
    """Compiled loops have room for the part, and would write behind it."""
    if fast:
        pytest.importorskip("numba")
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"text": "Short."}\n' * 100_000)
    [source] = find_inputs([str(path)]).sources
    first = cut(source, 1_500_000)[0]
    assert first.part is not None
    path.write_bytes(b'{"text": "Short."}\n' * 10 + b'{"text": "%s"}\n' % (b"x" * 3_000_000))
    broken: list[Source] = []
    found = copy(first, ALONE, lambda part: broken.append(part), fast)
    assert (len(found.ids), found.ends[-1]) == (10, 190)
    assert [each.part and each.part.end for each in broken] == [first.part.end]


PLAIN_LINES = b"".join(b'{"text": "Words %d.", "url": "https://a.example/x.html"}\n' % n for n in range(500))


@pytest.mark.parametrize(
    ("name", "data", "chunk", "alone"),
    [
        ("in.jsonl", PLAIN_LINES, 1000, True),
        ("in.jsonl", PLAIN_LINES, 1_000_000, False),
        ("in.jsonl", PLAIN_LINES.replace(b'"url"', b'"html"'), 1000, False),
        ("in.jsonl", PLAIN_LINES.decode().encode("utf-16"), 1000, False),
        ("in.jsonl.gz", gzip.compress(PLAIN_LINES), 1000, False),
        ("in.csv", b"text\n" + b"Some words\n" * 500, 1000, False),
    ],
)
def test_threads_share_what_is_only_copied(name, data, chunk, alone, tmp_path):
    (tmp_path / name).write_bytes(data)
    settings = replace(ALONE, chunk_size=chunk)
    sources = find_inputs([str(tmp_path / name)]).sources
    assert sources[0].size >= 1000
    cleaner = Cleaner(Reading(settings), Articles(copies=True), fast=True)
    assert cleaner.only_copies(sources) is alone
