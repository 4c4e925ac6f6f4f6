"""Writing articles: what comes back from each format, with which types, and under which names of files."""

from __future__ import annotations

import csv
import io
import json
import random
import resource
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest
import yaml
from command import dedupe, jsonl, listing, records
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from dedupe.arrowjson import array_of, json_text, load_json
from dedupe.articlefiles import FileNames, safe_name, write_markdown, write_texts
from dedupe.columns import NULL, join, kind_of, value_of
from dedupe.csvfile import read_csv, write_csv
from dedupe.entries import Entry, Source
from dedupe.errors import OutputError
from dedupe.packing import zstandard
from dedupe.parquetfile import write_parquet
from dedupe.records import Raw
from dedupe.settings import Settings
from dedupe.staging import Staged

WRITERS = {"parquet": write_parquet, "csv.zst": write_csv, "txt": write_texts}
TEXT = "A sentence about the river, which is long enough to be one. And a second sentence."


def written(write, lines: Sequence[bytes], target: Path, sources: Sequence[Source] = ()) -> list[str]:
    """Write lines, and give the notes."""
    with Staged() as staged:
        return write(lines, staged, target, sources)


def source_of(path: Path) -> Source:
    return Source(path.as_posix(), path, path.name, size=path.stat().st_size)


# --- Arrow values as JSON and back -----------------------------------------------------------------------

CHARACTERS = st.characters(exclude_categories=["Cs"])
WORDS = st.text(CHARACTERS, max_size=8)
MOMENTS = st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1))
SCALARS = {
    pa.bool_(): st.booleans(),
    pa.int8(): st.integers(-128, 127),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.decimal128(30, 7): st.decimals(-(10**20), 10**20, places=7),
    pa.decimal256(60, 2): st.decimals(-(10**20), 10**20, places=2),
    pa.string(): WORDS,
    pa.large_string(): WORDS,
    pa.string_view(): WORDS,
    pa.binary(): st.binary(max_size=9),
    pa.binary(3): st.binary(min_size=3, max_size=3),
    pa.large_binary(): st.binary(max_size=9),
    pa.date32(): st.dates(),
    pa.time32("ms"): st.times().map(lambda t: t.replace(microsecond=t.microsecond // 1000 * 1000)),
    pa.time64("us"): st.times(),
    pa.timestamp("us"): MOMENTS,
    pa.timestamp("ns", "America/New_York"): MOMENTS,
    pa.timestamp("ms", "+05:30"): MOMENTS.map(lambda t: t.replace(microsecond=0)),
    pa.duration("us"): st.timedeltas(timedelta(-9999), timedelta(9999)),
    pa.dictionary(pa.int32(), pa.string()): st.sampled_from(["a", "b", "c"]),
    pa.uuid(): st.uuids().map(lambda each: each.bytes),
}


def typed() -> st.SearchStrategy:
    """Give an Arrow type together with values of it."""
    scalars = st.sampled_from(list(SCALARS.items()))
    return st.recursive(scalars, lambda inner: inner.flatmap(_within) | _structs(inner), max_leaves=4)


def _within(pair):
    kind, values = pair
    if not _nests(kind):
        return st.just(pair)
    some = st.none() | values
    return st.sampled_from(
        [
            (pa.list_(kind), st.lists(some, max_size=3)),
            (pa.large_list(kind), st.lists(some, max_size=3)),
            (pa.list_(kind, 2), st.lists(some, min_size=2, max_size=2)),
            (pa.map_(pa.string(), kind), st.lists(st.tuples(WORDS, some), max_size=3)),
            (pa.map_(pa.int8(), kind), st.lists(st.tuples(st.integers(0, 9), some), max_size=3)),
        ]
    )


def _structs(inner):
    fields = st.lists(inner, min_size=1, max_size=3)
    return fields.filter(lambda pairs: all(_nests(kind) for kind, _ in pairs)).map(
        lambda pairs: (
            pa.struct([(f"f{i}", kind) for i, (kind, _) in enumerate(pairs)]),
            st.fixed_dictionaries({f"f{i}": st.none() | values for i, (_, values) in enumerate(pairs)}),
        )
    )


def _nests(kind) -> bool:
    """Tell whether pyarrow itself makes and writes nested arrays of a type."""
    is_extension = isinstance(kind, pa.BaseExtensionType)
    return not (is_extension or pa.types.is_dictionary(kind) or kind == pa.string_view())


def same(found, expected) -> bool:
    """Tell whether two columns have the same type and values; NaN is like itself."""
    found, expected = (
        each.combine_chunks() if hasattr(each, "chunks") else each for each in (found, expected)
    )
    # Not as text, which shows what lies hidden below a null as well.
    return found.type == expected.type and (
        found.equals(expected) or repr(found.to_pylist()) == repr(expected.to_pylist())
    )


def make(kind, values):
    if isinstance(kind, pa.BaseExtensionType):
        return pa.ExtensionArray.from_storage(kind, pa.array(values, kind.storage_type))
    return pa.array(values, kind)


@st.composite
def columns(draw):
    kind, values = draw(typed())
    return make(kind, draw(st.lists(st.none() | values, min_size=3, max_size=3)))


HIDDEN = pa.StructArray.from_arrays(
    [pa.array([1.0, float("nan")])], ["f0"], mask=pa.array([True, False])
)  # a value below a null, and NaN elsewhere


@given(columns())
@example(HIDDEN)
def test_json_and_back_loses_nothing(column):
    values = [json_text(value) for value in column]
    back = array_of([load_json(value) for value in values], column.type)
    back.validate(full=True)
    assert same(back, column)


@given(st.lists(columns(), min_size=1, max_size=5))
@settings(max_examples=60)
def test_foreign_columns_survive_from_parquet_to_parquet(tmp_path_factory, foreign):
    """Through the whole way: reader, article, JSON line, writer."""
    from dedupe.formats import read
    from dedupe.model import Article
    from dedupe.records import article_line

    folder = tmp_path_factory.getbasetemp()
    names = [f"c{i}" for i in range(len(foreign))]
    table = pa.table([pa.array(["a", "b", "c"]), *foreign], names=["text", *names])
    parquet.write_table(table, folder / "in.parquet")
    expected = parquet.read_table(folder / "in.parquet")
    source = source_of(folder / "in.parquet")
    documents = [each.document for each in read(source, Settings(), io.BytesIO()) if isinstance(each, Entry)]
    lines = [article_line(Article(each.id, each.text, extra=each.extra)) for each in documents]
    assert written(write_parquet, lines, folder / "out.parquet", [source]) == []
    found = parquet.read_table(folder / "out.parquet")
    for name in names:
        assert same(found[name], expected[name])


ALL_TYPES = {
    "zone": pa.array([datetime(2025, 5, 27, 3, 32, tzinfo=UTC)] * 2, pa.timestamp("us", "Europe/Brussels")),
    "nanoseconds": pa.array([1_748_316_720_123_456_789, None], pa.timestamp("ns")),
    "day": pa.array([date(2025, 5, 27), None]),
    "clock": pa.array([time(3, 32, 1), None], pa.time32("s")),
    "price": pa.array([Decimal("1.10"), None], pa.decimal128(12, 2)),
    "authors": pa.array([["A", "B"], None]),
    "geo": pa.array([{"lat": 1.5, "names": ["x"]}, None]),
    "headers": pa.array([[("a", "b")], []], pa.map_(pa.string(), pa.string())),
    "digest": pa.array([b"\x00\xff", None]),
    "language": pa.array(["en", "en"]).dictionary_encode(),
    "small": pa.array([1, None], pa.int8()),
    "ratio": pa.array([0.1, None], pa.float32()),
    "empty": pa.nulls(2, pa.int16()),
    "uuid": make(pa.uuid(), [UUID(int=7).bytes, None]),
    "title": pa.array([["no", "title"], None]),
}  # fmt: skip


@pytest.mark.parametrize("workers", ["1", "2"])
def test_types_survive_a_run(workers, tmp_path):
    table = pa.table({"id": [1, 2], "text": [TEXT, TEXT + " And more of it."], **ALL_TYPES})
    parquet.write_table(table, tmp_path / "in.parquet", row_group_size=1)
    outcome = dedupe(
        "clean", "in.parquet", "-o", "out.parquet", "--workers", workers, "--stages", "repair", cwd=tmp_path
    )
    assert outcome.code == 0, outcome.err
    found = parquet.read_table(tmp_path / "out.parquet")
    expected = parquet.read_table(tmp_path / "in.parquet").rename_columns(
        [{"title": "original_title"}.get(name, name) for name in table.schema.names]
    )
    for name in (*list(ALL_TYPES)[:-1], "original_title"):
        assert same(found[name], expected[name])
    assert found["id"].to_pylist() == [1, 2]
    assert listing(tmp_path) == [
        "in.parquet", "out.parquet", "out.removed.jsonl", "out.summary.json",
    ]  # fmt: skip


def test_types_of_several_files_are_brought_together(tmp_path):
    for number, columns in enumerate(
        [
            {"n": pa.array([1], pa.int8()), "t": pa.array([0], pa.timestamp("s")), "x": ["a"]},
            {"n": pa.array([2**40]), "t": pa.array([1], pa.timestamp("ns")), "x": [1]},
            {"n": pa.array([None], pa.int16())},
        ]
    ):
        table = pa.table({"text": [f"Text {number}"], **columns})
        parquet.write_table(table, tmp_path / f"{number}.parquet")
    outcome = dedupe("clean", "0.parquet", "1.parquet", "2.parquet", "-o", "out.parquet", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found["n"].type == pa.int64()
    assert found["n"].to_pylist() == [1, 2**40, None]
    assert found["t"].type == pa.timestamp("ns")
    assert found["x"].to_pylist() == ['"a"', "1", None]
    assert "column 'x' as JSON text: its values are of mixed types" in outcome.err


# --- JSON values in columns ------------------------------------------------------------------------------

KINDS = {
    "integers": ([1, None, -5], pa.int64(), [1, None, -5]),
    "long integers": ([1, 2**62], pa.int64(), [1, 2**62]),
    "numbers": ([1, 2.5], pa.float64(), [1.0, 2.5]),
    "truth": ([True, None], pa.bool_(), [True, None]),
    "texts": (["a", "\u2028"], pa.string(), ["a", "\u2028"]),
    "a lone surrogate": (["a\ud800b"], pa.string(), ["a\ufffdb"]),
    "only null": ([None, None], pa.string(), [None, None]),
    "lists": ([["a"], [], None, [None]], pa.list_(pa.string()), [["a"], [], None, [None]]),
    "lists of numbers": ([[1], [2.5]], pa.list_(pa.float64()), [[1.0], [2.5]]),
    "lists of objects": ([[{"a": 1}], []], pa.string(), ['[{"a": 1}]', "[]"]),
    "objects": ([{"a": 1}, None], pa.string(), ['{"a": 1}', None]),
    "beyond any integer": ([2**70], pa.string(), [str(2**70)]),
}
MIXED_KINDS = {
    "text and number": (["a", 1, None], ['"a"', "1", None]),
    "a long integer and a fraction": ([2**60, 0.5], [str(2**60), "0.5"]),
    "text and list": (["a", ["a"]], ['"a"', '["a"]']),
    "list of both": ([["a", 1]], ['["a", 1]']),
    "truth and number": ([True, 1], ["true", "1"]),
}


@pytest.mark.parametrize("case", [*KINDS, *MIXED_KINDS])
def test_a_type_is_found_for_json_values(case, tmp_path):
    values, expected = KINDS[case][::2] if case in KINDS else MIXED_KINDS[case]
    kind = KINDS[case][1] if case in KINDS else pa.string()
    lines = [json.dumps({"text": "x", "v": value}).encode() + b"\n" for value in values]
    notes = written(write_parquet, lines, tmp_path / "out.parquet")
    found = parquet.read_table(tmp_path / "out.parquet")
    assert found["v"].type == kind
    assert found["v"].to_pylist() == expected
    mixed = "column 'v' as JSON text: its values are of mixed types"
    assert notes == ([mixed] if case in MIXED_KINDS else [])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(CHARACTERS, max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
).map(lambda value: Raw(json.dumps(value)))


@given(st.lists(JSON, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_kind_of_a_column_does_not_hang_on_the_order(values, chosen):
    shuffled = chosen.sample(values, len(values))

    def folded(each: list[Raw]) -> str:
        kind = NULL
        for value in each:
            kind = join(kind, kind_of(value))
        return kind

    assert folded(values) == folded(shuffled) == join(*map(kind_of, values))


@given(st.lists(JSON, min_size=1, max_size=5))
@settings(max_examples=60)
def test_any_json_can_be_written_as_parquet(tmp_path_factory, values):
    target = tmp_path_factory.getbasetemp() / "any.parquet"
    lines = [f'{{"text": "x", "v": {value}}}\n'.encode() for value in values]
    written(write_parquet, lines, target)
    kind = join(*map(kind_of, values))
    found = parquet.read_table(target)["v"].to_pylist()
    assert repr(found) == repr([value_of(value, kind) for value in values])


def test_ids_of_mixed_types_are_texts(tmp_path):
    lines = jsonl({"id": 7, "text": "x"}, {"id": 'a"b', "text": "x"}).splitlines(keepends=True)
    assert written(write_parquet, lines, tmp_path / "out.parquet") == []
    assert parquet.read_table(tmp_path / "out.parquet")["id"].to_pylist() == ["7", 'a"b']


@pytest.mark.parametrize("suffix", ["parquet", "csv", "tsv", "jsonl.zst", "csv.gz"])
def test_no_articles_at_all_make_a_file_with_our_fields(suffix, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"\n")
    outcome = dedupe("clean", "in.jsonl", "-o", f"out.{suffix}", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    if suffix == "parquet":
        assert parquet.read_table(tmp_path / "out.parquet").schema.names[:2] == ["id", "url"]
    again = dedupe("clean", f"out.{suffix}", "-o", "again.jsonl", cwd=tmp_path)
    assert (again.code, (tmp_path / "again.jsonl").read_bytes()) == (0, b"")


# --- from each format to each ----------------------------------------------------------------------------

DUMP = [
    {"id": f"a{n}", "url": f"https://www.example.org/{n}", "source": "example.org", "title": f"Title {n}",
     "date": "2025-05-27", "text": f"Text {n}: {random.Random(n).getrandbits(300):x}.\nA line, \"quoted\".",
     "metadata": {"employees": "11-50"}, "tag": "\ttab, comma; \u2028 and \U0001f600"}
    for n in range(50)
]  # fmt: skip
SUFFIXES = ["jsonl", "jsonl.gz", "jsonl.zst", "csv", "csv.gz", "csv.zst", "tsv", "parquet"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_articles_come_back_from_each_format(suffix, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*DUMP))
    options = ("--stages", "repair")
    assert dedupe("clean", "in.jsonl", "-o", f"mid.{suffix}", *options, cwd=tmp_path).code == 0
    outcome = dedupe("clean", f"mid.{suffix}", "-o", "out.jsonl", *options, cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert records(tmp_path / "out.jsonl") == DUMP


@pytest.mark.parametrize("suffix", ["jsonl.zst", "csv", "parquet"])
def test_the_number_of_processes_changes_no_byte(suffix, tmp_path):
    dump = [each | {"text": each["text"] * 40} for each in DUMP * 9]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*dump))
    for workers in ("1", "2"):
        outcome = dedupe(
            "clean", "in.jsonl", "-o", f"{workers}.{suffix}", "--workers", workers, "--stages", "repair",
            "--yes", cwd=tmp_path,
        )  # fmt: skip
        assert outcome.code == 0, outcome.err
    assert (tmp_path / f"1.{suffix}").read_bytes() == (tmp_path / f"2.{suffix}").read_bytes()


CELLS = st.text(CHARACTERS | st.sampled_from('",;\t\r\n '), max_size=9)


@given(st.lists(st.fixed_dictionaries({"text": CELLS, 'a"b': CELLS, "": CELLS}), max_size=5))
@settings(max_examples=60)
def test_a_table_is_read_as_it_was_written(tmp_path_factory, rows):
    target = tmp_path_factory.getbasetemp() / "out.csv"
    written(write_csv, jsonl(*rows).splitlines(keepends=True), target)
    data = target.read_bytes()
    with target.open(newline="", encoding="utf-8") as file:
        found = [dict(row) for row in csv.DictReader(file)]
    assert found == rows
    ours = read_csv(Source("out.csv", None, ""), io.BytesIO(data), Settings())
    texts = [each.document.text for each in ours if isinstance(each, Entry)]
    assert texts == [row["text"] for row in rows if any(row.values())]


def test_values_of_a_table(tmp_path):
    line = b'{"text": "x", "n": 1.50, "none": null, "list": ["a"], "t": true}\n'
    written(write_csv, [line], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b'text,n,none,list,t\nx,1.50,,"[""a""]",true\n'


# --- a file for each article -----------------------------------------------------------------------------


def front_matter(path: Path) -> tuple[dict, str]:
    text = path.read_bytes().decode()
    head, _, body = text.removeprefix("---\n").partition("\n---\n\n")
    return yaml.safe_load(head), body


@given(
    st.dictionaries(st.text(CHARACTERS, max_size=9), st.text(CHARACTERS), max_size=4),
    st.sampled_from(
        ["yes", "~", "2025-05-27", "1e5", "- a", "a: b # c", "'", '"', "\\", "\x85", "\ufeff", ""]
    ),
)
@settings(max_examples=80)
def test_any_yaml_reader_gives_the_fields_back(tmp_path_factory, fields, value):
    folder = tmp_path_factory.mktemp("yaml", numbered=True)
    record = {"id": "a", "date": value, "yes": value, "on": 1, **fields, "text": "words\n"}
    written(write_markdown, [json.dumps(record, ensure_ascii=False).encode() + b"\n"], folder)
    [path] = folder.iterdir()
    head, body = front_matter(path)
    if isinstance(record["id"], str) and isinstance(record["text"], str):
        assert head == {name: value for name, value in record.items() if name != "text"}
        assert body == (
            record["text"] if record["text"].endswith("\n") or not record["text"] else record["text"] + "\n"
        )


def test_the_file_of_an_article(tmp_path):
    record = {
        "id": 7, "url": None, "source": "example.org", "title": "On: a title", "date": "2025-05-27",
        "text": "First.\n\nSecond.", "metadata": {"employees": "11-50"}, "n": 1, "empty": {},
    }  # fmt: skip
    lines = jsonl(record).splitlines(keepends=True)
    written(write_markdown, lines, tmp_path / "md")
    assert (tmp_path / "md/7.md").read_text() == (
        '---\ntitle: "On: a title"\ndate: "2025-05-27"\nsource: "example.org"\nid: 7\n'
        'metadata: {"employees": "11-50"}\n"n": 1\n---\n\nFirst.\n\nSecond.\n'
    )
    written(write_texts, lines, tmp_path / "txt")
    assert (tmp_path / "txt/7.txt").read_text() == "On: a title\n2025-05-27\n\nFirst.\n\nSecond.\n"


@pytest.mark.parametrize("to", ["md", "txt"])
def test_a_folder_of_files(to, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*DUMP[:3]))
    (tmp_path / "b.txt").write_text(TEXT)
    outcome = dedupe("clean", "in.jsonl", "b.txt", "-o", "out", "--to", to, cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    assert [name for name in listing(tmp_path / "out") if name.startswith("articles/")] == [
        f"articles/{name}.{to}" for name in ("a0", "a1", "a2", "b")
    ]
    assert "removed.jsonl" in listing(tmp_path / "out")
    if to == "md":
        assert front_matter(tmp_path / "out/articles/a0.md")[0]["tag"] == DUMP[0]["tag"]


@pytest.mark.parametrize("to", ["jsonl", "parquet", "csv", "jsonl.zst"])
def test_the_format_of_a_folder(to, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*DUMP[:3]))
    (tmp_path / "b.txt").write_text(TEXT)
    assert dedupe("clean", "in.jsonl", "b.txt", "-o", "out", "--to", to, cwd=tmp_path).code == 0
    assert {f"articles.{to}", "articles/b.txt"} <= set(listing(tmp_path / "out"))


def test_names_are_safe(tmp_path):
    bad = [
        "../../../tmp/x", "/etc/passwd", "C:\\x", "a\x00b", "..", ".hidden", "con", "NUL.txt", "", "a" * 999,
        "\u00e9" * 300, "a/b/../c", "x\n\u2028y", "<script>", "~", "-rf", "\u202egpj.exe",
    ]  # fmt: skip
    lines = [json.dumps({"id": each, "text": str(n)}).encode() + b"\n" for n, each in enumerate(bad)]
    folder = tmp_path / "out/articles"
    written(write_texts, lines, folder)
    assert len(list(folder.iterdir())) == len(bad)
    assert sorted(path.read_text() for path in folder.iterdir()) == sorted(f"{n}\n" for n in range(len(bad)))
    for path in folder.iterdir():
        assert len(path.name.encode()) < 150
        assert path.name[0] not in ".-"


@given(st.lists(st.text(max_size=6) | st.sampled_from(["a", "A", "a-2", "A-2", "a-3"]), max_size=12))
def test_names_are_given_once_even_without_regard_to_case(given_ids):
    names = FileNames()
    found = [names.give({"id": Raw(json.dumps(each)), "url": Raw("null")}).casefold() for each in given_ids]
    assert len(set(found)) == len(found)
    assert all(name == safe_name(name) for name in found if name.isascii())


# --- what cannot be written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-o", "out.csv", "--to", "csv"], "the name of out.csv tells its format; give a folder"),
        (["-o", "out", "--to", "docx"], "choose from jsonl, "),
        (["-o", "-", "--to", "csv"], "--to"),
    ],
)
def test_a_format_that_cannot_be(arguments, message, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(DUMP[0]))
    outcome = dedupe("clean", "in.jsonl", *arguments, cwd=tmp_path)
    assert outcome.code == 2
    assert message in outcome.err
    assert listing(tmp_path) == ["in.jsonl"]


@pytest.mark.parametrize(
    "out", ["out.json", "out.txt", "out.md", "out.html", "out.warc.gz", "out.parquet.gz"]
)
def test_a_name_of_a_file_is_not_taken_for_a_folder(out, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(DUMP[0]))
    outcome = dedupe("clean", "in.jsonl", "-o", out, cwd=tmp_path)
    assert outcome.code == 2
    assert f"output = '{out}': articles cannot be written to such a file; give a .jsonl" in outcome.err
    assert listing(tmp_path) == ["in.jsonl"]
    (tmp_path / out).mkdir()
    assert dedupe("clean", "in.jsonl", "-o", out, cwd=tmp_path).code == 0  # a folder that is there is one


@pytest.mark.parametrize(
    ("library", "out", "advice"),
    [
        ("pyarrow", "out.parquet", 'Parquet needs pyarrow: pip install "dedupe-articles[parquet]"'),
        ("backports", "out.jsonl.zst", 'zstd needs a library: pip install "dedupe-articles[zst]"'),
    ],
)
def test_a_library_that_is_missing_is_told_before_the_work(
    library, out, advice, tmp_path, monkeypatch, capsys
):
    from dedupe.cli import main

    (tmp_path / "in.jsonl").write_bytes(jsonl(DUMP[0]))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, library, None)
    assert main(["clean", "in.jsonl", "-o", out]) == 2
    assert advice in capsys.readouterr().err
    assert listing(tmp_path) == ["in.jsonl"]


@pytest.mark.parametrize("suffix", ["parquet", "csv.zst", "txt"])
def test_a_full_disk_leaves_nothing(suffix, tmp_path):
    """A limit on the size of files stands in for the disk."""
    line = json.dumps({"id": "a", "text": random.Random(1).randbytes(200_000).hex()}).encode() + b"\n"
    write, target = WRITERS[suffix], tmp_path / ("articles" if suffix == "txt" else f"out.{suffix}")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written: File too large"):
            written(write, [line], target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert listing(tmp_path) == []


def test_zstd_files_are_the_same_bytes_each_time(tmp_path):
    for name in ("a.zst", "b.zst"):
        with Staged() as staged:
            staged.write(tmp_path / name, b"words" * 99)
    assert (tmp_path / "a.zst").read_bytes() == (tmp_path / "b.zst").read_bytes()
    assert zstandard().decompress((tmp_path / "a.zst").read_bytes()) == b"words" * 99


def test_front_matter_of_a_markdown_file_is_written_once(tmp_path):
    own = "---\ntitle: My page\ntags:\n  - a\n---\n\n# Ferry runs again\n\n" + TEXT + "\n"
    (tmp_path / "page.md").write_text(own)
    dedupe("clean", "page.md", "-o", "out", "--to", "md", cwd=tmp_path)
    (path,) = (tmp_path / "out/articles").iterdir()
    front = yaml.safe_load(path.read_text().split("---\n")[1])
    assert front == {
        "title": "Ferry runs again",
        "id": "page.md",
        "original_title": "My page",
        "tags": ["a"],
    }
    assert path.read_text().count("---\n") == 2


@pytest.mark.parametrize("separator", ["\u2028", "\x85", "\x0c"])
def test_front_matter_keeps_what_only_python_takes_for_the_end_of_a_line(separator, tmp_path):
    own = f'note: "one{separator}line"\r\n'
    (tmp_path / "page.md").write_bytes(
        f"---\r\n{own}---\r\n\r\n# Ferry runs again\r\n\r\n{TEXT}\r\n".encode()
    )
    dedupe("clean", "page.md", "-o", "out", "--to", "md", cwd=tmp_path)
    (path,) = (tmp_path / "out/articles").iterdir()
    assert own.rstrip() + "\n---\n" in path.read_bytes().decode()
