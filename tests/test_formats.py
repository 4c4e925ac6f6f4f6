"""Reading and writing: bytes to text and back, records whose foreign fields pass untouched, inputs found."""

from __future__ import annotations

import gzip
import io
import json
import random
from pathlib import Path

import pytest
from command import jsonl
from hypothesis import given
from hypothesis import strategies as st

from dedupe.address import host_of
from dedupe.clean import examine
from dedupe.errors import OutputError, RecordError
from dedupe.formats import Entry, Inputs, read
from dedupe.inputs import find_inputs
from dedupe.markdown import clean_markdown, mask
from dedupe.model import Article, Document
from dedupe.records import article_line, parse_object, parse_record, rewritten_line, to_document
from dedupe.settings import PRESETS, Settings
from dedupe.staging import Staged
from dedupe.textfile import TextFile, decode, is_binary, newline_of

SETTINGS = Settings()

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


# --- records ---------------------------------------------------------------------------------------------


@given(st.dictionaries(st.text(), json_values, max_size=6), st.booleans())
def test_an_object_is_split_as_json_reads_it(record, escaped):
    line = json.dumps(record, ensure_ascii=escaped, indent=1)
    fields = parse_object(line)
    assert list(fields) == list(record)
    assert {name: repr(json.loads(raw)) for name, raw in fields.items()} == {
        name: repr(value) for name, value in record.items()
    }


@given(st.text(max_size=40) | st.text('{}[]",:0 a\\', max_size=40))
def test_what_is_split_is_what_json_accepts(line):
    try:
        expected = json.loads(line, strict=False)
    except ValueError:
        expected = None
    try:
        fields = parse_object(line)
    except (ValueError, TypeError):
        fields = None
    assert (fields is not None) is isinstance(expected, dict)


@given(st.dictionaries(st.text(st.characters()), json_values, max_size=6))
def test_no_field_of_a_record_is_lost(record):
    line = json.dumps(record | {"text": "words"})
    document = to_document(parse_record(line, "here", SETTINGS), "here", SETTINGS)
    written = json.loads(article_line(Article(document.id, "words", extra=document.extra)))
    for name, value in record.items():
        if name in ("id", "url", "source", "title", "date", "text", "metadata"):
            continue
        assert repr(written[name]) == repr(value)
    foreign = [n for n in record if n in document.extra and n != "metadata"]  # ours has its own place
    assert [n for n in written if n in foreign] == foreign


FOREIGN = (
    '"price": 1.10, "big": 123456789012345678901234567890, "tiny": 1E-400, '
    '"deep": {"z": 1, "a": [ 1,2 ]}, "s": "\\u00e9\\/", "nan": NaN'
)


def test_foreign_fields_keep_their_bytes():
    line = '{"id": 1, ' + FOREIGN + ', "text": "x"}'
    document = to_document(parse_record(line, "here", SETTINGS), "here", SETTINGS)
    assert FOREIGN.encode() in article_line(Article(1, "x", extra=document.extra))


def test_an_integer_of_ten_thousand_digits_passes():
    line = '{"n": ' + "7" * 10_000 + ', "text": "x"}'
    document = to_document(parse_record(line, "here", SETTINGS), "here", SETTINGS)
    assert b"7" * 10_000 in article_line(Article("a", "x", extra=document.extra))


FIELDS = {
    "a foreign metadata object keeps its values": (
        {"text": "x", "metadata": {"a": 1.50}},
        {"metadata": {"a": 1.5}},
    ),
    "a metadata that is no object moves": (
        {"text": "x", "metadata": "none"},
        {"metadata": {}, "original_metadata": "none"},
    ),
    "a date that is a number moves": ({"text": "x", "date": 17}, {"date": None, "original_date": 17}),
    "a title that is a list moves": ({"text": "x", "title": ["a"]}, {"title": None, "original_title": ["a"]}),
    "an id that is an object moves": ({"text": "x", "id": {}}, {"original_id": {}}),
    "a name that is taken": (
        {"text": "x", "date": 1, "original_date": 2},
        {"original_date": 2, "original_original_date": 1},
    ),
    "no source: the host": ({"text": "x", "url": "https://www.example.org/a"}, {"source": "example.org"}),
    "its own source": ({"text": "x", "url": "https://a.org", "source": "b"}, {"source": "b"}),
    "a url that is broken": ({"text": "x", "url": "http://[oops"}, {"url": "http://[oops", "source": None}),
    "id: an integer stays one": ({"text": "x", "id": 7}, {"id": 7}),
    "id: a string of digits stays one": ({"text": "x", "id": "7"}, {"id": "7"}),
    "id: the url": ({"text": "x", "url": "u", "id": None}, {"id": "u"}),
    "id: the text": ({"text": "x", "id": ""}, {"id": "sha1:11f6ad8ec52a"}),
    "id: a boolean is none": ({"text": "x", "url": "u", "id": True}, {"id": "u", "original_id": True}),
}


@pytest.mark.parametrize("case", FIELDS)
@pytest.mark.parametrize("parsed", [True, False])
def test_fields(case, parsed):
    record, expected = FIELDS[case]
    item = parse_record(json.dumps(record), "here", SETTINGS) if parsed else record
    document = to_document(item, "here", SETTINGS)
    article = Article(
        document.id, document.text, document.url, document.source, document.title, document.date,
        extra=document.extra,
    )  # fmt: skip
    written = json.loads(article_line(article))
    assert {name: written[name] for name in expected} == expected


def test_the_id_of_a_text_does_not_hang_on_its_place():
    one, two = (to_document({"text": "same"}, place, SETTINGS).id for place in ("a:1", "b:9"))
    assert one == two


def test_lifted_facts_join_those_of_the_record_and_do_not_replace_them():
    document = to_document(
        parse_record('{"text": "x", "metadata": {"employees": 12, "k": 1.50}}', "", SETTINGS), "", SETTINGS
    )
    article = Article("a", "x", metadata={"employees": "11-50", "location": "Oslo"}, extra=document.extra)
    assert b'"metadata": {"employees": 12, "k": 1.50, "location": "Oslo"}' in article_line(article)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (3, "not an object"),
        ({}, "no text"),
        ({"text": None}, "text is null"),
        ({"text": b"x"}, "text is not a string"),
    ],
)
def test_reasons(item, reason):
    with pytest.raises(RecordError, match=r"^document 3: ") as error:
        to_document(item, "document 3", SETTINGS)
    assert error.value.reason == reason


def test_a_record_rewritten_in_place_keeps_its_order_and_bytes():
    raw = b'{"n": 1.10, "text": "old", "title": null, "id": 3}\r\n'
    article = Article(3, "new \u00e9", title="T", date="2024-05-03", metadata={"employees": "9"})
    assert (
        rewritten_line(raw, article, SETTINGS)
        == (
            '{"n": 1.10, "text": "new é", "title": "T", "id": 3, "date": "2024-05-03", '
            '"metadata": {"employees": "9"}}\r\n'
        ).encode()
    )


PRESET_RECORDS = {
    "scrapy": {"articleBody": "T", "headline": "H", "datePublished": "D", "url": "https://a.org/1"},
    "trafilatura": {"text": "T", "title": "H", "date": "D", "source": "https://a.org/1", "hostname": "a.org"},
    "news-please": {
        "maintext": "T", "title": "H", "date_publish": "D", "url": "https://a.org/1",
        "source_domain": "a.org", "text": None,
    },
    "fundus": {"plaintext": "T", "title": "H", "publishing_date": "D", "url": "https://a.org/1"},
    "cc_news": {"text": "T", "title": "H", "date": "D", "url": "https://a.org/1", "domain": "a.org"},
    "dolma": {"text": "T", "title": "H", "created": "D", "url": "https://a.org/1", "source": "a.org"},
}  # fmt: skip


@pytest.mark.parametrize("preset", PRESETS)
def test_presets(preset):
    document = to_document(PRESET_RECORDS[preset], "", Settings.from_mapping({"preset": preset}))
    assert (document.text, document.title, document.date, document.url, document.source) == (
        "T", "H", "D", "https://a.org/1", "a.org",
    )  # fmt: skip


def test_explicit_fields_win_over_the_preset():
    settings = Settings.from_mapping({"text-field": "body", "preset": "dolma"})
    assert (settings.text_field, settings.date_field) == ("body", "created")


@pytest.mark.parametrize("url", [None, "", "no url", "http://[oops", "mailto:a@b.org", "//", "file:///a"])
def test_addresses_without_a_host(url):
    assert host_of(url or "") == ""


# --- bytes -----------------------------------------------------------------------------------------------


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_utf8_is_read_as_it_is(text):
    if not text.startswith("\ufeff") and "\x00" not in text:
        assert decode(text.encode()) == (text, "utf-8", False)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_a_byte_order_mark_decides(encoding, text):
    if text[:1] not in ("\ufeff", "\x00"):  # two NULs behind the mark of UTF-16 are the mark of UTF-32
        assert decode(text.encode(encoding))[0] == text


@given(st.binary(max_size=400))
def test_decoding_never_fails(data):
    text, encoding, _ = decode(data)
    assert isinstance(text, str)
    assert encoding
    is_binary(data)


CP1252 = "The caf\u00e9\u2019s owner said \u201cnever again\u201d \u2013 and na\u00efvely closed it. " * 3


def test_old_western_texts():
    assert decode(CP1252.encode("cp1252"))[0] == CP1252


def test_a_late_foreign_letter_is_within_the_sample_of_the_detector():
    text = "plain words " * 20_000 + CP1252
    assert decode(text.encode("cp1252"))[0] == text


def test_random_bytes_are_binary_and_texts_are_not():
    assert is_binary(random.Random(3).randbytes(5000))
    assert not is_binary(CP1252.encode("cp1252"))
    assert not is_binary("Быстрая лиса. ".encode("koi8-r") * 20)
    assert not is_binary("Быстрая лиса. ".encode("utf-16-le") * 20)
    assert not is_binary(b"\x1b[31mred\x1b[0m " * 50)
    assert not is_binary(b"")


@pytest.mark.parametrize(
    ("text", "newline"),
    [
        ("a\nb\n", "\n"),
        ("a\r\nb\r\n", "\r\n"),
        ("a\rb\r", "\r"),
        ("", "\n"),
        ("a", "\n"),
        ("a\nb\nc\r\n", "\n"),
    ],
)
def test_line_ends(text, newline):
    assert newline_of(text) == newline
    assert TextFile("utf-8", False, newline).encode("x\ny\n") == f"x{newline}y{newline}".encode()


def test_a_utf8_mark_is_kept_and_a_utf16_mark_is_not():
    assert TextFile("utf-8", True, "\n").encode("x") == b"\xef\xbb\xbfx"
    assert TextFile("utf-16-le", True, "\n").encode("x") == b"x"


# --- inputs ----------------------------------------------------------------------------------------------


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"words\n")


def ids(inputs: Inputs) -> list[str]:
    return [source.id for source in inputs.sources]


def test_a_folder_is_searched_to_the_bottom_in_order(tmp_path):
    make(
        tmp_path,
        "b.txt",
        "a/z.txt",
        "a/b/c.md",
        "Z.TXT",
        "a.jsonl.gz",
        "no.png",
        ".hidden.txt",
        ".git/x.txt",
        "LICENSE",
    )
    inputs = find_inputs([str(tmp_path)])
    assert ids(inputs) == ["Z.TXT", "a.jsonl.gz", "a/b/c.md", "a/z.txt", "b.txt"]
    assert [s.folder for s in inputs.sources] == [tmp_path.name, tmp_path.name, "b", "a", tmp_path.name]
    assert inputs.ignored == {".png": 1, "": 1}


def test_the_ledger_of_an_earlier_run_is_no_dump(tmp_path):
    row = b'{"id": "a", "scope": "line", "reason": "repeat", "rule": "pasted block", "text": "x"}\n'
    (tmp_path / "removed.jsonl").write_bytes(row)
    (tmp_path / "out.removed.jsonl").write_bytes(row)
    (tmp_path / "trees.removed.jsonl").write_bytes(b'{"id": "a", "text": "x"}\n')
    for names in ([str(tmp_path)], [str(tmp_path / "*.jsonl")]):
        inputs = find_inputs(names)
        assert [source.path.name for source in inputs.sources] == ["trees.removed.jsonl"]
        assert inputs.ignored["ledger of an earlier run"] >= 1
    assert len(find_inputs([str(tmp_path / "removed.jsonl")]).sources) == 1  # who names it, means it


def test_a_pattern_is_expanded(tmp_path, monkeypatch):
    make(tmp_path, "d/b.txt", "d/a.txt", "d/e/c.txt", "d/x.png", "d/[1].txt")
    monkeypatch.chdir(tmp_path)
    assert ids(find_inputs(["d/*.txt"])) == ["d/[1].txt", "d/a.txt", "d/b.txt"]
    assert ids(find_inputs(["d/**/*.txt"])) == ["d/[1].txt", "d/a.txt", "d/b.txt", "d/e/c.txt"]
    assert ids(find_inputs(["d/[1].txt"])) == ["d/[1].txt"], "a file of that name comes first"


def test_a_file_given_twice_is_read_once(tmp_path, monkeypatch):
    make(tmp_path, "d/a.txt")
    monkeypatch.chdir(tmp_path)
    inputs = find_inputs(["d", "d/a.txt", "./d/../d/a.txt"])
    assert (ids(inputs), inputs.repeated) == (["a.txt"], 2)


def test_a_loop_of_links_ends(tmp_path):
    make(tmp_path, "a/x.txt")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    assert ids(find_inputs([str(tmp_path)])) == ["a/x.txt"]


@pytest.mark.parametrize("packed", [False, True])
def test_all_bytes_of_an_input_are_accounted_for(packed, tmp_path):
    data = jsonl(*({"id": n, "text": "words " * n} for n in range(500)))
    path = tmp_path / ("in.jsonl.gz" if packed else "in.jsonl")
    path.write_bytes(gzip.compress(data) if packed else data)
    [source] = find_inputs([str(path)]).sources
    entries = list(read(source, SETTINGS, io.BytesIO()))
    assert len(entries) == 500
    assert sum(entry.size for entry in entries) == path.stat().st_size


STDIN = {
    "records": (b'{"id": 1, "text": "x"}\n{"id": 2, "text": "y"}\n', [1, 2]),
    "records after blank lines and a mark": (b'\xef\xbb\xbf\n {"id": 1, "text": "x"}\n', [1]),
    "a carriage return within a record": (b'{"id": 1,\r"text": "x"}\n{"id": 2, "text": "y"}\n', [1, 2]),
    "one record without a line end": (b'{"id": 1, "text": "x"}', [1]),
    "a text": (b"{curly} words\nand more\n", ["stdin"]),
    "a text that begins as JSON does": (b'{"a": 1, and so on\n', ["stdin"]),
    "nothing": (b"", ["stdin"]),
}


@pytest.mark.parametrize("case", STDIN)
def test_standard_input(case):
    data, expected = STDIN[case]
    [source] = find_inputs(["-"]).sources
    entries = [e for e in read(source, SETTINGS, io.BytesIO(data)) if isinstance(e, Entry)]
    assert [entry.document.id for entry in entries] == expected
    if expected == ["stdin"]:
        assert entries[0].document == Document("stdin", data.decode())


# --- Markdown --------------------------------------------------------------------------------------------


def test_a_title_of_any_length_is_cleared_of_its_marks_in_time():
    title = f"# A{' ' * 200_000}b #"
    article, _ = clean_markdown(
        Document("a", "Words.", title=title), lambda document: examine(document, SETTINGS)
    )
    assert article.title == title[2:-2]


@given(
    st.lists(
        st.sampled_from(["---", "```", "~~~", "````", "a: b", "words", "", "    x", "```py"]), max_size=14
    )
)
def test_a_masked_text_has_the_length_of_the_original_and_comes_back(lines):
    text = "\n".join(lines)
    masked = mask(text)
    assert len(masked.front) + len(masked.body) == len(text)
    assert masked.front + masked.restore(masked.body) == text
    assert all(block.startswith(("```", "~~~")) for block in masked.blocks)


def test_a_block_that_was_touched_is_noticed():
    masked = mask("a\n\n```\ncode\n```\n\nb\n")
    with pytest.raises(ValueError, match="touched"):
        masked.restore(masked.body.replace("\U000f0000" * 3, "\U000f0000", 1))


def test_a_rule_in_the_text_is_no_front_matter():
    assert mask("Words\n---\nmore\n---\n").front == ""


# --- writing ---------------------------------------------------------------------------------------------


def write_three(staged: Staged, third: Path) -> None:
    staged.write(third.parent / "old.txt", b"new")
    staged.write(third.parent / "deep/er/new.txt", b"new")
    staged.write(third, b"new")


def test_files_appear_together_or_not_at_all(tmp_path):
    (tmp_path / "old.txt").write_text("old")
    (tmp_path / "a folder").mkdir()
    with pytest.raises(OutputError), Staged() as staged:
        write_three(staged, tmp_path / "a folder")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a folder", "old.txt"]
    assert (tmp_path / "old.txt").read_text() == "old"
    with Staged() as staged:
        staged.write(tmp_path / "old.txt", b"new")
        staged.write(tmp_path / "deep/er/new.txt", b"new")
        assert (tmp_path / "old.txt").read_text() == "old"
    assert (tmp_path / "old.txt").read_text() == (tmp_path / "deep/er/new.txt").read_text() == "new"
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["new.txt", "old.txt"]


def test_a_link_stays_a_link_and_a_mode_stays(tmp_path):
    (tmp_path / "real.txt").write_text("old")
    (tmp_path / "real.txt").chmod(0o640)
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    with Staged() as staged:
        staged.write(tmp_path / "link.txt", b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    assert (tmp_path / "real.txt").stat().st_mode & 0o777 == 0o640


def test_packed_files_are_the_same_bytes_each_time(tmp_path):
    for name in ("a.gz", "b.gz"):
        with Staged() as staged:
            staged.write(tmp_path / name, b"words" * 99)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.gz").read_bytes()) == b"words" * 99


def test_a_folder_in_the_way_is_said(tmp_path):
    (tmp_path / "out.jsonl").mkdir()
    with (
        pytest.raises(OutputError, match=r"out\.jsonl: cannot be written: there is a folder"),
        Staged() as staged,
    ):
        staged.open(tmp_path / "out.jsonl")
