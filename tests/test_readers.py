"""Reading tables and packed files: what is read, what each kind of damage costs, and how it is said."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import subprocess
import sys
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from command import dedupe, jsonl, records
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from dedupe.arrowjson import json_text
from dedupe.csvfile import read_csv
from dedupe.entries import Entry, Source, Unusable
from dedupe.formats import cut, read
from dedupe.inputs import find_inputs
from dedupe.packing import zstandard
from dedupe.settings import Settings

SETTINGS = Settings()
zstd = zstandard()


def read_file(path: Path, settings: Settings = SETTINGS) -> tuple[list[Entry], list[str]]:
    """Give the documents of a file and the messages about what could not be used."""
    [source] = find_inputs([str(path)]).sources
    results = list(read(source, settings, io.BytesIO()))
    entries = [each for each in results if isinstance(each, Entry)]
    messages = [each.failure.message for each in results if isinstance(each, Unusable) and each.failure]
    return entries, [message.removeprefix(path.as_posix()) for message in messages]


def ids(entries: list[Entry]) -> list[str | int]:
    return [entry.document.id for entry in entries]


def texts(entries: list[Entry]) -> list[str]:
    return [entry.document.text for entry in entries]


# --- packed files ----------------------------------------------------------------------------------------


def pack_zstd(data: bytes) -> bytes:
    return zstd.compress(data, options={zstd.CompressionParameter.checksum_flag: 1})  # as the tool does


PACKERS = {"gz": gzip.compress, "zst": pack_zstd}
KIND = {"gz": "gzip", "zst": "zstd"}
MANY = [{"id": n, "text": f"Text {n} {random.Random(n).getrandbits(400):x}"} for n in range(4000)]


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("suffix", ["jsonl", "csv", "tsv"])
def test_packed_files_are_read(packing, suffix, tmp_path):
    data = jsonl(*MANY) if suffix == "jsonl" else table(MANY, "," if suffix == "csv" else "\t")
    path = tmp_path / f"Dump.{suffix.upper()}.{packing}"
    path.write_bytes(PACKERS[packing](data))
    entries, messages = read_file(path)
    assert messages == []
    assert texts(entries) == [record["text"] for record in MANY]


@pytest.mark.parametrize("packing", PACKERS)
def test_members_one_after_another_are_one_file(packing, tmp_path):
    pack = PACKERS[packing]
    path = tmp_path / f"in.jsonl.{packing}"
    # The border of two members lies in the middle of a record, and one of them is empty.
    data = jsonl(*MANY[:9])
    path.write_bytes(pack(data[:300]) + pack(b"") + pack(data[300:]))
    entries, messages = read_file(path)
    assert (ids(entries), messages) == (list(range(9)), [])
    assert sum(entry.size for entry in entries) == path.stat().st_size


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_truncated_member_costs_what_is_behind_the_break(packing, suffix, tmp_path):
    data = jsonl(*MANY) if suffix == "jsonl" else table(MANY)
    packed = PACKERS[packing](data)
    path = tmp_path / f"in.{suffix}.{packing}"
    path.write_bytes(packed[: len(packed) // 2])
    entries, messages = read_file(path)
    assert 500 < len(entries) < 3500
    assert texts(entries) == [record["text"] for record in MANY[: len(entries)]]
    assert len(messages) == 1
    line = len(entries) + (1 if suffix == "jsonl" else 2)
    assert messages[0].startswith(f":{line}: damaged {KIND[packing]} data, the rest of the file cannot be")


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_small_file_that_unpacks_to_an_endless_line_is_refused(packing, suffix, tmp_path, monkeypatch):
    monkeypatch.setattr("dedupe.packing.LONGEST", 1000)
    data = jsonl(*MANY[:9]) if suffix == "jsonl" else table(MANY[:9])
    path = tmp_path / f"in.{suffix}.{packing}"
    path.write_bytes(PACKERS[packing](data + bytes(50_000_000)))
    entries, messages = read_file(path)
    assert texts(entries) == [record["text"] for record in MANY[:9]]
    [message] = messages
    assert "a line of more than 1,000 bytes" in message


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("data", [b"not packed at all, but text\n", b"\x00" * 40])
def test_what_is_not_packed_is_damaged(packing, data, tmp_path):
    (tmp_path / f"in.jsonl.{packing}").write_bytes(data)
    entries, messages = read_file(tmp_path / f"in.jsonl.{packing}")
    assert entries == []
    assert messages[0].startswith(f":1: damaged {KIND[packing]} data")


@pytest.mark.parametrize("packing", PACKERS)
def test_damage_in_the_middle(packing, tmp_path):
    packed = bytearray(PACKERS[packing](jsonl(*MANY)))
    packed[len(packed) // 2 : len(packed) // 2 + 50] = bytes(50)
    (tmp_path / f"in.jsonl.{packing}").write_bytes(packed)
    entries, messages = read_file(tmp_path / f"in.jsonl.{packing}")
    assert texts(entries)[:500] == [record["text"] for record in MANY[:500]]
    assert any(f"damaged {KIND[packing]}" in message for message in messages)


def test_zstd_with_a_long_window_is_read(tmp_path):
    """Large public dumps are packed with `--long=31`, which readers refuse unless told."""
    options = {zstd.CompressionParameter.window_log: 28, zstd.CompressionParameter.compression_level: 1}
    path = tmp_path / "in.jsonl.zst"
    packer = zstd.ZstdCompressor(options=options)
    path.write_bytes(packer.compress(jsonl(*MANY)) + packer.flush())
    assert read_file(path)[1] == []
    assert len(read_file(path)[0]) == len(MANY)


def test_an_empty_packed_file(tmp_path):
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "in.jsonl.zst").write_bytes(zstd.compress(b""))
    assert read_file(tmp_path / "in.jsonl.gz") == read_file(tmp_path / "in.jsonl.zst") == ([], [])


@pytest.mark.parametrize(
    ("library", "name", "advice"),
    [
        ("pyarrow", "in.parquet", 'Parquet needs pyarrow: pip install "dedupe-articles[parquet]"'),
        ("backports", "in.jsonl.zst", 'zstd needs a library: pip install "dedupe-articles[zst]"'),
    ],
)
def test_a_library_that_is_missing_is_named(library, name, advice, tmp_path):
    (tmp_path / name).write_bytes(b"x")
    (tmp_path / "b.jsonl").write_bytes(jsonl({"id": 1, "text": "Fine."}))
    script = (
        f"import sys; sys.modules[{library!r}] = sys.modules['compression'] = None;"
        f"from dedupe.cli import main; sys.exit(main(['clean', {name!r}, 'b.jsonl', '-o', 'out']))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 3
    assert f"skipped: {name}: " in done.stderr
    assert advice in done.stderr
    assert [record["id"] for record in records(tmp_path / "out/articles.jsonl")] == [1]


# --- tables as text --------------------------------------------------------------------------------------


def table(rows: list[dict], delimiter: str = ",", **options) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, rows[0], delimiter=delimiter, **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


CELLS = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('",;\t\n\r '), max_size=20)


@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_csv_writes_is_read(rows, delimiter, quoting, end):
    if end == "\n":  # for which Python before 3.13 leaves a carriage return without quotes
        rows = [tuple(cell.replace("\r", "") for cell in row) for row in rows]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end)
    writer.writerows([("tag", "text", "other"), *rows])
    entries = list(read_csv(Source("in.csv", None, ""), io.BytesIO(out.getvalue().encode()), SETTINGS))
    assert not [each for each in entries if isinstance(each, Unusable) and each.failure]
    entries = [each for each in entries if isinstance(each, Entry)]
    found = [(e.document.extra["tag"], e.document.text, e.document.extra["other"]) for e in entries]
    assert found == [row for row in rows if any(row)]


TABLES = {
    "a comma": (b"id,text\n1,a; b\n", ["a; b"]),
    "a semicolon": (b"id;text\n1;a, b, c\n", ["a, b, c"]),
    "a tab": (b"id\ttext\n1\ta, b; c\n", ["a, b; c"]),
    "more commas than semicolons in the first row": (b'"a,b,c,d";text\n1;x\n', ["x"]),
    "quotes with line breaks": (b'id,text\n1,"a\nb ""c"" d,\r\n\r\ne"\n2,f\n', ['a\nb "c" d,\r\n\r\ne', "f"]),
    "a quote inside a field without quotes": (b'id,text\n1,5" wide\n', ['5" wide']),
    "a mark before the first name": (b"\xef\xbb\xbftext,id\na,1\n", ["a"]),
    "a mark before a quoted name": (b'\xef\xbb\xbf"text","id"\n"a","1"\n', ["a"]),
    "blank lines and rows": (b"id,text\n\n,\n1,a\n , \n\n", ["a", " "]),
    "no line end at the end": (b"id,text\n1,a", ["a"]),
    "empty fields more": (b"id,text\n1,a,,\n", ["a"]),
    "one column": (b"text\na\n\nb\n", ["a", "b"]),
    "NUL bytes": (b"id,text\n1,a\x00b\n", ["a\x00b"]),
    "only the first row": (b"id,text\n", []),
    "nothing": (b"", []),
    "a long field": (b"id,text\n1," + b"word " * 100_000 + b"\n", ["word " * 100_000]),
}


@pytest.mark.parametrize("case", TABLES)
def test_tables(case, tmp_path):
    data, expected = TABLES[case]
    (tmp_path / "in.csv").write_bytes(data)
    entries, messages = read_file(tmp_path / "in.csv")
    assert (texts(entries), messages) == (expected, [])


def test_the_limit_of_python_for_a_field_is_left_as_it_was(tmp_path):
    (tmp_path / "in.csv").write_bytes(TABLES["a long field"][0])
    before = csv.field_size_limit()
    read_file(tmp_path / "in.csv")
    assert csv.field_size_limit() == before


def test_a_field_that_never_ends_is_given_up_at_a_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("dedupe.csvfile.FIELD_LIMIT", 10_000)
    lines = b"".join(b"%d,line %d\n" % (n, n) for n in range(3, 5000))
    (tmp_path / "in.csv").write_bytes(b'id,text\n1,a\n2,"never closed\n' + lines)
    entries, messages = read_file(tmp_path / "in.csv")
    assert ids(entries) == ["1", *map(str, range(3, 5000))]
    assert messages == [":3: broken quote: field larger than field limit (10000)"]


def test_the_text_column_decides_over_the_number_of_columns(tmp_path):
    (tmp_path / "in.csv").write_bytes(b"a,b,c;body\nx,y,z;words\n")
    entries, _ = read_file(tmp_path / "in.csv", Settings(text_field="body"))
    assert texts(entries) == ["words"]
    assert entries[0].document.extra == {"a,b,c": "x,y,z"}


def test_columns_without_a_name_or_with_the_same_are_all_kept(tmp_path):
    (tmp_path / "in.csv").write_bytes(b",text,tag,tag\n0,words,a,b\n")
    [entry], _ = read_file(tmp_path / "in.csv")
    assert entry.document.extra == {"column_1": "0", "tag": "a", "tag_2": "b"}


BROKEN_ROWS = {
    "broken quote": (b'2,"He said "no" to it"\n', ":3: broken quote: ',' expected after '\"'"),
    "broken quote (never closed)": (b'2,"never closed\n', ":3: broken quote: "),
    "broken quote (in the middle of lines)": (
        b'2,"first line\nsecond "line", longer\n\nlast line"\n',
        ":3: broken quote: ',' expected after '\"' (lines 3 to 6)",
    ),
    "wrong number of fields (more)": (b"2,a,b\n", ":3: 3 fields, but the first row has 2"),
    "wrong number of fields (fewer)": (b"2\n", ":3: 1 fields, but the first row has 2"),
    "not UTF-8": (b"2,caf\xe9\n", ":3: not UTF-8 (invalid continuation byte); convert the file with iconv"),
    "broken quote (a lone carriage return)": (b"2,a\rb\n", ":3: broken quote: new-line character seen"),
}


@pytest.mark.parametrize("case", BROKEN_ROWS)
@pytest.mark.parametrize("following", [b"3,after\n4,more\n", b'3,"after\nand on"\n4,"more"\n', b""])
def test_a_broken_row_costs_itself_alone(case, following, tmp_path):
    row, message = BROKEN_ROWS[case]
    path = tmp_path / "in.csv"
    path.write_bytes(b"id,text\n1,before\n" + row + following)
    [source] = find_inputs([str(path)]).sources
    results = list(read(source, SETTINGS, io.BytesIO()))
    entries, messages = read_file(path)
    assert ids(entries) == (["1", "3", "4"] if following else ["1"])
    assert len(messages) == 1
    assert messages[0].startswith(message)
    assert sum(each.size for each in results) == path.stat().st_size
    assert {e.failure.reason for e in results if isinstance(e, Unusable) and e.failure} == {
        case.partition(" (")[0]
    }


def test_broken_quotes_on_each_line_are_passed_in_time(monkeypatch):
    monkeypatch.setattr("dedupe.csvfile._IN_VAIN", 1 << 22)
    data = b"id,text\n1,one\n" + b'a","c\n1,one\n' * 20_000
    results = list(read_csv(Source("in.csv", None, ""), io.BytesIO(data), SETTINGS))
    assert len([each for each in results if isinstance(each, Entry)]) == 20_001
    assert sum(each.size for each in results) == len(data)


def test_places_are_those_of_the_file_behind_a_broken_quote(tmp_path):
    (tmp_path / "in.csv").write_bytes(b'id,text\n1,"a\nb"\n2,"x "y"\n3,"c\nd"\n4,e\n')
    entries, _ = read_file(tmp_path / "in.csv")
    assert [entry.place.rpartition(":")[2] for entry in entries] == ["2", "5", "7"]


REFUSED = {
    "UTF-16": ("id,text\n1,a\n".encode("utf-16"), ": UTF-16, but tables are read as UTF-8; convert it with"),
    "no text": (b"id,body,url\n1,a,u\n", ": no column 'text'; there is id, body, url; see --text-field"),
    "no text, semicolons": (b"id;body;url\n1;a;u\n", ": no column 'text'; there is id, body, url; see"),
    "a broken first row": (b'id,"text\n1,a\n', ":1: the first row has a broken quote"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00", ": no column 'text'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_table_that_cannot_be_used_at_all(case, tmp_path):
    data, message = REFUSED[case]
    (tmp_path / "in.csv").write_bytes(data)
    entries, messages = read_file(tmp_path / "in.csv")
    assert entries == []
    assert len(messages) == 1
    assert messages[0].startswith(message)


@given(st.binary(max_size=300) | st.text('a1",;\n\r', max_size=60).map(str.encode))
def test_no_bytes_stop_the_reader(data):
    data = b"id,text\n" + data
    results = read_csv(Source("in.csv", None, ""), io.BytesIO(data), SETTINGS)
    assert sum(each.size for each in results) == len(data)


def test_metadata_in_a_table_is_read_as_json(tmp_path):
    (tmp_path / "in.csv").write_bytes(b'text,metadata\na,"{""k"": 1.50}"\nb,none\nc,{broken\n')
    entries, _ = read_file(tmp_path / "in.csv")
    assert [dict(entry.document.extra) for entry in entries] == [
        {"metadata": '{"k": 1.50}'}, {"original_metadata": "none"}, {"original_metadata": "{broken"},
    ]  # fmt: skip


# --- Parquet ---------------------------------------------------------------------------------------------


def write_table(path: Path, columns: dict, **options) -> Path:
    parquet.write_table(pa.table(columns), path, **options)
    return path


TEXT_TYPES = {
    "string": pa.string(),
    "large string": pa.large_string(),
    "string view": pa.string_view(),
    "binary": pa.binary(),
    "large binary": pa.large_binary(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
    "dictionary of large strings": pa.dictionary(pa.int8(), pa.large_string()),
}


@pytest.mark.parametrize("case", TEXT_TYPES)
def test_texts_of_each_type(case, tmp_path):
    values = ["caf\u00e9", None, "", "\U0001f600 and \x00", "caf\u00e9"]
    if "binary" in case:
        values = [value.encode() if value is not None else None for value in values]
    column = pa.array(values)
    column = column.dictionary_encode() if "dictionary" in case else column
    path = write_table(tmp_path / "in.parquet", {"text": column.cast(TEXT_TYPES[case])})
    entries, messages = read_file(path)
    assert texts(entries) == ["caf\u00e9", "", "\U0001f600 and \x00", "caf\u00e9"]
    assert messages == [":2: the field 'text' is null"]


ID_TYPES = {
    "integers": (pa.array([1, 2**40]), [1, 2**40]),
    "unsigned": (pa.array([2**64 - 1, 1], pa.uint64()), [2**64 - 1, 1]),
    "texts": (pa.array(["a", "7"]), ["a", "7"]),
    "whole floats, as pandas has integers with a hole": (pa.array([3.0, None]), [3, "u2"]),
    "floats with NaN": (pa.array([3.0, float("nan")]), [3, "u2"]),
    "other floats": (pa.array([3.5, float("inf")]), ["u1", "u2"]),
    "nulls": (pa.nulls(2), ["u1", "u2"]),
    "booleans": (pa.array([True, False]), ["u1", "u2"]),
    "lists": (pa.array([[1], [2]]), ["u1", "u2"]),
}


@pytest.mark.parametrize("case", ID_TYPES)
def test_ids_of_each_type(case, tmp_path):
    column, expected = ID_TYPES[case]
    path = write_table(tmp_path / "in.parquet", {"id": column, "url": ["u1", "u2"], "text": ["a", "b"]})
    entries, _ = read_file(path)
    assert ids(entries) == expected


DATES = {
    "date": (pa.array([date(2025, 5, 27)]), "2025-05-27"),
    "seconds": (pa.array([datetime(2025, 5, 27, 3, 32)], pa.timestamp("s")), "2025-05-27T03:32:00"),
    "nanoseconds": (pa.array([1], pa.timestamp("ns")), "1970-01-01T00:00:00.000000001"),
    "with a zone": (
        pa.array([datetime(2025, 5, 27, 3, 32)], pa.timestamp("us", "Europe/Brussels")),
        "2025-05-27T05:32:00+02:00",
    ),
    "text": (pa.array(["May 27, 2025"]), "May 27, 2025"),
    "null": (pa.nulls(1), None),
    "number": (pa.array([17]), None),
}


@pytest.mark.parametrize("case", DATES)
def test_dates_of_each_type(case, tmp_path):
    column, expected = DATES[case]
    [entry], _ = read_file(write_table(tmp_path / "in.parquet", {"date": column, "text": ["a"]}))
    assert entry.document.date == expected
    assert ("original_date" in entry.document.extra) is (case == "number")


VALUES = {
    "integer": (pa.scalar(2**63 - 1), str(2**63 - 1)),
    "float": (pa.scalar(0.1), "0.1"),
    "small float": (pa.scalar(0.1, pa.float32()), "0.1"),
    "not a number": (pa.scalar(float("nan")), "NaN"),
    "null": (pa.scalar(None, pa.int8()), "null"),
    "boolean": (pa.scalar(True), "true"),
    "decimal": (pa.scalar(Decimal("12345678901234567890.10")), "12345678901234567890.10"),
    "text": (pa.scalar('caf\u00e9 "x"'), '"caf\u00e9 \\"x\\""'),
    "binary": (pa.scalar(b"\xff\x00"), '"/wA="'),
    "empty binary": (pa.scalar(b""), '""'),
    "list": (pa.scalar([1, None, 3]), "[1, null, 3]"),
    "list of lists": (pa.scalar([[1.5], [], None]), "[[1.5], [], null]"),
    "fixed list": (pa.scalar([1, 2], pa.list_(pa.int8(), 2)), "[1, 2]"),
    "struct": (pa.scalar({"a": 1, "b": {"c": None}}), '{"a": 1, "b": {"c": null}}'),
    "map": (pa.scalar([("k", 1), ("l", None)], pa.map_(pa.string(), pa.int8())), '{"k": 1, "l": null}'),
    "map with a key twice": (
        pa.scalar([("k", 1), ("k", 2)], pa.map_(pa.string(), pa.int8())), '[["k", 1], ["k", 2]]',
    ),
    "map of numbers": (pa.scalar([(1, 2)], pa.map_(pa.int8(), pa.int8())), "[[1, 2]]"),
    "date": (pa.scalar(date(2025, 5, 27)), '"2025-05-27"'),
    "time": (pa.scalar(3_723_000_001_000, pa.time64("ns")), '"01:02:03.000001"'),
    "timestamp": (pa.scalar(datetime(2025, 5, 27, 3, 32, 1, 500_000)), '"2025-05-27T03:32:01.500"'),
    "nanoseconds before 1970": (pa.scalar(-1, pa.timestamp("ns")), '"1969-12-31T23:59:59.999999999"'),
    "zone": (
        pa.scalar(datetime(2025, 1, 1, tzinfo=timezone(timedelta(hours=2)))), '"2025-01-01T00:00:00+02:00"',
    ),
    "a year beyond": (pa.scalar(2**60, pa.timestamp("s")), str(2**60)),
    "span": (pa.scalar(timedelta(seconds=1.5)), "1.500"),
    "dictionary": (pa.array(["a", "b"]).dictionary_encode()[1], '"b"'),
    "uuid": (
        pa.scalar(bytes(range(16)), pa.uuid()), '"00010203-0405-0607-0809-0a0b0c0d0e0f"',
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VALUES)
def test_values_as_json(case):
    value, expected = VALUES[case]
    assert json_text(value) == expected
    json.loads(expected)


def test_foreign_columns_reach_the_articles(tmp_path):
    columns = {
        "text": ["words"], "tags": [["a", "b"]], "metadata": ['{"k": 1.50}'],
        "price": pa.array([Decimal("1.10")]), "title": pa.array([["no", "title"]]),
    }  # fmt: skip
    write_table(tmp_path / "in.parquet", columns)
    outcome = dedupe("clean", "in.parquet", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    [article] = records(tmp_path / "out/articles.jsonl")
    assert article["tags"] == ["a", "b"]
    assert article["metadata"] == {"k": 1.5}
    assert article["original_title"] == ["no", "title"]
    assert b'"price": 1.10' in (tmp_path / "out/articles.jsonl").read_bytes()


def test_places_are_rows_and_all_bytes_are_accounted_for(tmp_path):
    path = write_table(tmp_path / "in.parquet", {"text": [str(n) for n in range(1000)]}, row_group_size=300)
    entries, _ = read_file(path)
    assert [entry.place.rpartition(":")[2] for entry in entries] == [str(n) for n in range(1, 1001)]
    assert sum(entry.size for entry in entries) == path.stat().st_size


@pytest.mark.parametrize("group", [7, 70, 700, 1000])
@pytest.mark.parametrize("size", [1, 500, 2000, 10**6])
def test_parts_give_what_the_whole_gives(size, group, tmp_path):
    words = [f"{n} {random.Random(n).getrandbits(90):x}" for n in range(1000)]
    path = write_table(tmp_path / "in.parquet", {"text": words}, row_group_size=group)
    [source] = find_inputs([str(path)]).sources
    parts = cut(source, size)
    assert (len(parts) == 1) is (size == 10**6)
    assert sum(part.size for part in parts) == source.size
    results = [each for part in parts for each in read(part, SETTINGS, io.BytesIO())]
    assert [(each.place, each.document.text) for each in results if isinstance(each, Entry)] == [
        (f"{path.as_posix()}:{n + 1}", text) for n, text in enumerate(words)
    ]


NOT_PARQUET = {
    "text": b"id,text\n1,a\n",
    "nothing": b"",
    "magic bytes alone": b"PAR1",
    "a broken footer": b"PAR1" + b"\xff" * 60 + b"\x10\x00\x00\x00PAR1",
}


@pytest.mark.parametrize("case", NOT_PARQUET)
def test_a_file_that_is_not_parquet(case, tmp_path):
    (tmp_path / "in.parquet").write_bytes(NOT_PARQUET[case])
    entries, messages = read_file(tmp_path / "in.parquet")
    assert entries == []
    assert len(messages) == 1
    assert messages[0].startswith(": not Parquet, or damaged: ")
    assert cut(find_inputs([str(tmp_path / "in.parquet")]).sources[0], 1)


def test_a_truncated_parquet_file(tmp_path):
    path = write_table(tmp_path / "in.parquet", {"text": ["a"] * 99})
    path.write_bytes(path.read_bytes()[:-20])
    assert read_file(path)[1][0].startswith(": not Parquet, or damaged: ")


def test_a_damaged_row_group_costs_its_rows(tmp_path):
    words = [f"{n} {random.Random(n).getrandbits(900):x}" for n in range(90)]
    path = write_table(tmp_path / "in.parquet", {"text": words}, row_group_size=30, compression="zstd")
    data = bytearray(path.read_bytes())
    data[len(data) // 2 - 600 : len(data) // 2 + 600] = bytes(1200)
    path.write_bytes(data)
    entries, messages = read_file(path)
    assert texts(entries) == words[:30] + words[60:]
    assert [entry.place.rpartition(":")[2] for entry in entries][-30:] == [str(n) for n in range(61, 91)]
    assert messages[0].startswith(":31: damaged Parquet, rows 31 to 60 cannot be read: ")


def test_parquet_without_the_text_column(tmp_path):
    write_table(tmp_path / "in.parquet", {"id": [1] * 9, "body": ["a"] * 9}, row_group_size=2)
    message = ": no column 'text'; there is id, body; see --text-field"
    assert read_file(tmp_path / "in.parquet") == ([], [message])
    assert texts(read_file(tmp_path / "in.parquet", Settings(text_field="body"))[0]) == ["a"] * 9
    [source] = find_inputs([str(tmp_path / "in.parquet")]).sources
    failures = [each for part in cut(source, 1) for each in read(part, SETTINGS, io.BytesIO())]
    assert len(failures) == 1, "a file that is read in parts says it once"


@pytest.mark.parametrize("column", [[1, 2], [["a"], ["b"]], [{"a": "b"}, None], [True, False]])
def test_a_text_column_of_another_type(column, tmp_path):
    entries, messages = read_file(write_table(tmp_path / "in.parquet", {"text": column}))
    assert entries == []
    assert messages[0] == ":1: the field 'text' is not a string; see --text-field"


def test_bytes_that_are_no_text(tmp_path):
    path = write_table(tmp_path / "in.parquet", {"text": [b"fine", b"caf\xe9"]})
    entries, messages = read_file(path)
    assert (texts(entries), messages) == (["fine"], [":2: the column 'text' is not UTF-8 here"])


def test_columns_of_the_same_name_are_all_kept(tmp_path):
    columns = pa.table([["words"], [1], [2]], names=["text", "n", "n"])
    parquet.write_table(columns, tmp_path / "in.parquet")
    [entry], _ = read_file(tmp_path / "in.parquet")
    assert {name: value.json() for name, value in entry.document.extra.items()} == {"n": "1", "n_2": "2"}


def test_a_parquet_file_without_rows(tmp_path):
    write_table(tmp_path / "in.parquet", {"text": pa.array([], pa.string())})
    assert read_file(tmp_path / "in.parquet") == ([], [])
    [source] = find_inputs([str(tmp_path / "in.parquet")]).sources
    assert cut(source, 1) == [source]


@pytest.mark.parametrize("name", ["in.csv", "in.parquet", "in.tsv.gz"])
def test_a_table_cannot_be_cleaned_in_place(name, tmp_path):
    (tmp_path / name).write_bytes(b"text\na\n")
    outcome = dedupe("clean", name, "--in-place", cwd=tmp_path)
    assert outcome.code == 2
    assert f"texts and JSON lines can be cleaned in place, {name} cannot; give -o" in outcome.err
    assert (tmp_path / name).read_bytes() == b"text\na\n"


def test_keep_compares_a_column_of_parquet(tmp_path):
    words = " ".join(f"word{n}" for n in range(60))
    moments = pa.array([5, 9, 7], pa.timestamp("ns", "UTC"))
    write_table(tmp_path / "in.parquet", {"id": [1, 2, 3], "text": [words] * 3, "seen": moments})
    options = ("--stages", "duplicates", "--keep", "field:seen")
    assert dedupe("clean", "in.parquet", "-o", "out.jsonl", *options, cwd=tmp_path).code == 0
    [kept] = records(tmp_path / "out.jsonl")
    assert (kept["id"], kept["seen"]) == (2, "1970-01-01T00:00:00.000000009+00:00")


PAGE = (
    "<!doctype html><html><head><title>The lock</title></head><body><article><h1>The lock</h1>"
    + "".join(
        f"<p>Sentence {n} of the page, which is long enough to be the body of it.</p>" for n in range(9)
    )
    + "</article></body></html>"
)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary()])
def test_pages_in_a_column(kind, tmp_path):
    """A page is read where there is no text; beside a text it is a foreign field, of its own type."""
    column = pa.array([PAGE, PAGE, None]).cast(kind)
    path = write_table(tmp_path / "in.parquet", {"html": column, "text": [None, "words", "more"]})
    first, second, third = (entry.document for entry in read_file(path)[0])
    assert first.text.count("of the page, which") == 9
    assert "html" not in first.extra
    assert (second.text, third.text) == ("words", "more")
    assert second.extra["html"].column.type == kind


def test_a_table_of_pages_alone(tmp_path):
    (tmp_path / "in.csv").write_bytes(
        table([{"html": PAGE, "url": "https://a.org/1"}], quoting=csv.QUOTE_ALL)
    )
    write_table(tmp_path / "in.parquet", {"html": [PAGE], "url": ["https://a.org/1"]})
    for name in ("in.csv", "in.parquet"):
        [entry], messages = read_file(tmp_path / name)
        assert entry.document.text.count("of the page, which") == 9
        assert messages == []


# --- several files ---------------------------------------------------------------------------------------


def test_a_folder_of_all_formats_with_mixed_schemas(tmp_path):
    dump = tmp_path / "dump"
    dump.mkdir()
    first = jsonl({"id": 1, "text": "one", "n": 1}, {"id": None, "url": "u", "text": "2"})
    (dump / "a.jsonl").write_bytes(first)
    (dump / "b.csv").write_bytes(b"id,text,n\n1,three,x\n")
    write_table(dump / "c.parquet", {"text": ["four"], "id": [1.0], "n": [[1]]})
    (dump / "d.jsonl.zst").write_bytes(zstd.compress(jsonl({"id": "s", "text": "five"})))
    (dump / "e.txt").write_text("six")
    (dump / "f.csv.gz").write_bytes(gzip.compress(b"id;text\n9;seven\n"))
    (dump / "g.png").write_bytes(b"")
    (dump / "h.parquet.gz").write_bytes(b"")
    outcome = dedupe("clean", "dump", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0, outcome.err
    articles = records(tmp_path / "out/articles.jsonl")
    assert Counter(article["text"] for article in articles) == Counter(
        ["one", "2", "three", "four", "five", "six", "seven"]
    )
    assert [article["id"] for article in articles] == [1, "u", "1", "1#2", "s", "e.txt", "9"]
    assert [article.get("n") for article in articles] == [1, None, "x", [1], None, None, None]
    assert "1 .gz" in outcome.err
    assert "1 .png" in outcome.err
