"""Crawls and folders of pages: what becomes an article, what is counted, and what is told."""

from __future__ import annotations

import gzip
import json
import random
import sys
import zlib
from pathlib import Path

import bs4
import pytest
from command import ROOT, dedupe, listing, records
from test_warc import written
from town import sentence

from dedupe import RecordError
from dedupe.crawl import kind_of, to_document
from dedupe.http import Response, body_of, charset_of, parse_response, unchunked
from dedupe.warc import read_warc

PAGES = ROOT / "fixtures" / "pages"
NEWS = (PAGES / "news.html").read_bytes()
NEWS_TEXT = (PAGES / "news.txt").read_text(encoding="utf-8").strip()


def response(body: bytes, *fields: str, status: str = "200 OK", url: str = "https://a.example/x") -> bytes:
    head = [f"HTTP/1.1 {status}", *(fields or ("Content-Type: text/html",)), "", ""]
    return written("\r\n".join(head).encode() + body, url=url)


def chunked(body: bytes, size: int) -> bytes:
    pieces = [body[k : k + size] for k in range(0, len(body), size)]
    return b"".join(b"%x;x=1\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\nTrailer: 1\r\n\r\n"


def document(data: bytes):
    import io

    [record] = read_warc(io.BytesIO(data))
    return to_document(record, "crawl.warc:0")


# --- one record ------------------------------------------------------------------------------------------


def test_a_response_is_named_by_its_address_and_keeps_its_headers():
    found = document(
        response(NEWS, "Content-Type: text/html", "Server: a mill", "Set-Cookie: a", "Set-Cookie: b")
    )
    assert (found.id, found.url, found.source) == ("https://a.example/x", "https://a.example/x", "a.example")
    assert found.title == "Harbour bridge to close for eleven weeks"
    assert found.date == "2024-03-05T07:08+00:00"  # the page's, not the crawl's
    assert found.extra["warc_date"] == "2024-05-03T00:00:00Z"
    assert found.extra["warc_headers"]["WARC-Type"] == "response"
    assert found.extra["http_headers"]["Server"] == "a mill"
    assert found.extra["http_headers"]["Set-Cookie"] == "a\nb"


WRAPPED = {
    "chunks": (chunked(NEWS, 700), "Transfer-Encoding: chunked"),
    "one chunk": (chunked(NEWS, 10**6), "transfer-encoding: Chunked"),
    "chunks cut off": (chunked(NEWS + b" " * 900, 500)[:-300], "Transfer-Encoding: chunked"),
    "chunks taken off by the crawler": (NEWS, "Transfer-Encoding: chunked"),
    "gzip": (gzip.compress(NEWS), "Content-Encoding: gzip"),
    "x-gzip in chunks": (
        chunked(gzip.compress(NEWS), 99), "Transfer-Encoding: chunked", "Content-Encoding: x-gzip",
    ),
    "gzip in two": (gzip.compress(NEWS[:3000]) + gzip.compress(NEWS[3000:]), "Content-Encoding: gzip"),
    "gzip cut off": (gzip.compress(NEWS + b"\n" * 50)[:-9], "Content-Encoding: gzip"),
    "gzip taken off by the crawler": (NEWS, "Content-Encoding: gzip"),
    "gzip that nobody told of": (gzip.compress(NEWS),),
    "deflate": (zlib.compress(NEWS), "Content-Encoding: deflate"),
    "raw deflate": (zlib.compress(NEWS, wbits=-15), "Content-Encoding: deflate"),
    "twice": (gzip.compress(zlib.compress(NEWS)), "Content-Encoding: deflate, gzip"),
    "identity": (NEWS, "Content-Encoding: identity"),
    "an encoding nobody knows": (NEWS, "Content-Encoding: none, xyz"),
    "no type": (NEWS, "Server: a mill"),
    "a type that says nothing": (NEWS, "Content-Type: application/octet-stream"),
    "XHTML": (NEWS, "Content-Type: application/xhtml+xml; charset=utf-8"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRAPPED)
def test_a_body_is_taken_out_of_its_wrappings(case):
    body, *fields = WRAPPED[case]
    if not any(field.lower().startswith(("content-type", "server")) for field in fields):
        fields.append("Content-Type: text/html")
    assert "found cracks in two of the four bearings" in document(response(body, *fields)).text


def test_brotli(monkeypatch):
    brotli = pytest.importorskip("brotli")
    data = response(brotli.compress(NEWS), "Content-Encoding: br", "Content-Type: text/html")
    assert "found cracks" in document(data).text
    assert "found cracks" in document(response(NEWS, "Content-Encoding: br", "Content-Type: text/html")).text
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(RecordError, match=r'pip install "dedupe-articles\[web\]"') as caught:
        document(data)
    assert caught.value.reason == "no brotli"
    assert "found cracks" in document(response(NEWS, "Content-Encoding: br", "Content-Type: text/html")).text


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_a_small_body_that_unpacks_to_a_huge_one_is_refused_in_time(encoding):
    huge = bytes(80_000_000)
    body = {
        "gzip": lambda: gzip.compress(huge),
        "deflate": lambda: zlib.compress(huge),
        "br": lambda: pytest.importorskip("brotli").compress(huge, quality=1),
    }[encoding]()
    with pytest.raises(RecordError) as caught:
        document(response(body, f"Content-Encoding: {encoding}", "Content-Type: text/html"))
    assert caught.value.reason == "too large"


def test_a_body_of_many_small_members_is_unpacked_in_time():
    assert (
        body_of(Response(200, {"Content-Encoding": "gzip"}, gzip.compress(b"a") * 150_000), "a")
        == b"a" * 150_000
    )


def test_a_damaged_body_is_given_as_far_as_it_goes():
    page = NEWS + random.Random(1).randbytes(50_000)
    packed = bytearray(gzip.compress(page))
    packed[-8] ^= 255  # the checksum
    body = body_of(Response(200, {"Content-Encoding": "gzip"}, bytes(packed)), "a")
    assert page.startswith(body)
    assert len(body) > 45_000


SENTENCE = (
    "Мельница на реке снова заработает в мае, после сорока лет простоя, сообщили в городе в понедельник."
)
JAPANESE = (
    "川の水車は四十年間止まっていたが、五月から再び回り始めると町は月曜日に発表した。村は一枚の硬貨で水車を買い、"
    "残りは二年間の夜の仕事で払った。毎月最初の日曜日には、水が十分に高ければ、古い石で挽いた粉を買うことができる。"
)


@pytest.mark.parametrize(
    ("text", "encoding", "field", "meta"),
    [
        (SENTENCE, "cp1251", "text/html; charset=windows-1251", ""),
        (SENTENCE, "koi8-r", "text/html;charset=KOI8-R", "<meta charset=windows-1251>"),
        (SENTENCE, "utf-8", "text/html; charset=windows-1251", ""),
        (SENTENCE, "utf-16", "text/html; charset=utf-8", ""),
        (SENTENCE, "cp1251", "text/html; charset=none-such", "<meta charset=windows-1251>"),
        (JAPANESE, "shift_jis", "text/html; charset=Shift_JIS", ""),
        (JAPANESE, "iso-2022-jp", "text/html; charset=iso-2022-jp", ""),
        (JAPANESE, "iso-2022-jp", "text/html", "<meta charset=iso-2022-jp>"),
        (
            JAPANESE,
            "euc-jp",
            "text/html",
            '<meta http-equiv="Content-Type" content="text/html; charset=euc-jp">',
        ),
    ],
)
def test_what_the_server_says_of_the_charset_goes_before_what_the_page_says(text, encoding, field, meta):
    body = f"<html><head>{meta}<title>A</title></head><body><p>{text}</p></body></html>".encode(encoding)
    assert text in document(response(body, f"Content-Type: {field}")).text


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (written(b"GET / HTTP/1.1\r\n\r\n", "request"), "request"),
        (written(b"a: 1", "warcinfo"), "warcinfo"),
        (written(b"a: 1", "metadata"), "metadata"),
        (written(b"HTTP/1.1 200 OK\r\n\r\n", "revisit"), "revisit"),
        (written(b"20240503\r\na.example. A 192.0.2.1", url="dns:a.example"), "response not of HTTP"),
        (response(b"<p>A", status="404 Not Found"), "status 404"),
        (response(b"", status="301 Moved"), "status 301"),
        (response(b"\x89PNG", "Content-Type: image/png"), "image"),
        (response(b"{}", "Content-Type: application/json; charset=utf-8"), "JSON"),
        (response(b"{}", "Content-Type: application/ld+json"), "JSON"),
        (response(b"var a", "Content-Type: application/javascript"), "script"),
        (response(b"var a", "Content-Type: text/javascript"), "script"),
        (response(b"a {}", "Content-Type: text/css"), "style"),
        (response(b"<rss/>", "Content-Type: application/rss+xml"), "XML"),
        (response(b"%PDF-", "Content-Type: application/pdf"), "PDF"),
        (response(b"A text about <html>.", "Content-Type: text/plain"), "text"),
        (response(b"PK", "Content-Type: application/zip"), "other content"),
        (response(b"\x00\x01", "Server: a"), "other content"),
    ],
)
def test_other_records_are_known_by_their_kind(data, kind):
    assert document(data) == kind


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty page"),
        (b" \r\n", "empty page"),
        (b"<html><script>var a</script></html>", "no text"),
        (b"<html><frameset><frame src=a></frameset></html>", "no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "not HTML: image"),
        (b"%PDF-1.7\n", "not HTML: PDF"),
        (b'{"a": "<p>"}', "not HTML: JSON"),
        (b'<?xml version="1.0"?><rss><channel/></rss>', "not HTML: XML"),
        (b"\x1f\x8b\x08\x00broken", "broken gzip"),
        (b"A line of text.", "not HTML: text"),
    ],
)
def test_a_response_that_says_it_is_a_page_and_is_none_says_why(body, reason):
    with pytest.raises(RecordError, match=r"^crawl\.warc:0: ") as caught:
        document(response(body))
    assert caught.value.reason == reason


def test_resources_and_conversions_are_read_too():
    page = written(NEWS, "resource").replace(b"WARC-Date", b"Content-Type: text/html\r\nWARC-Date")
    assert "found cracks" in document(page).text
    text = document(written("Ein Text.\nGrüße.".encode(), "conversion"))
    assert (text.text, text.blocks) == ("Ein Text.\nGrüße.", ())


def test_parts_of_a_response():
    assert parse_response(b"no response") is None
    whole = parse_response(b"HTTP/1.0 200\nA: b\n  c\nno field\n\n<p>")
    assert whole is not None
    assert (whole.status, whole.fields, whole.body, whole.field("a")) == (200, {"A": "b c"}, b"<p>", "b c")
    assert parse_response(b"HTTP/2 200 \r\n\r\nA").body == b"A"
    headless = parse_response(b"HTTP/1.1 204 No Content")
    assert (headless.status, headless.body) == (204, b"")
    assert unchunked(b"zz\r\n") == b"zz\r\n"
    assert charset_of("text/html") == ""
    assert kind_of("TEXT/HTML", b"") == "page"
    with pytest.raises(RecordError):
        body_of(
            parse_response(
                b"HTTP/1.1 200\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(bytes(70_000_000))
            ),
            "x",
        )


# --- a whole crawl ---------------------------------------------------------------------------------------


def page(number: int) -> bytes:
    chosen = random.Random(number)
    paragraphs = "".join(f"<p>{sentence(chosen)}</p>" for _ in range(5))
    return (
        f"<!doctype html><html lang=en><head><title>Report {number} of the valley</title></head>"
        f"<body><nav><a href=/>Home</a></nav><article><h1>Report {number} of the valley</h1>"
        f"<time datetime=2024-05-0{number % 9 + 1}>May {number % 9 + 1}, 2024</time>{paragraphs}</article>"
    ).encode()


def crawl(count: int, *, packed: bool) -> bytes:
    data = [written(b"software: a test", "warcinfo")]
    for number in range(count):
        data.append(response(page(number), url=f"https://valley.example/{number}"))
        data.append(written(b"GET / HTTP/1.1\r\n\r\n", "request"))
    data.append(response(b"", url="https://valley.example/empty"))
    data.append(response(b"no", status="404 Not Found"))
    return b"".join(map(gzip.compress, data)) if packed else b"".join(data)


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.WARC.gz"])
def test_a_crawl_becomes_articles_with_a_receipt(name, tmp_path):
    (tmp_path / name).write_bytes(crawl(12, packed=name.endswith("gz")))
    outcome = dedupe("clean", name, "-o", "out", cwd=tmp_path)
    assert outcome.code == 3  # the empty page
    articles = records(tmp_path / "out/articles.jsonl")
    assert [a["url"] for a in articles] == [f"https://valley.example/{n}" for n in range(12)]
    first = articles[0]
    assert (first["title"], first["date"], first["source"]) == (
        "Report 0 of the valley",
        "2024-05-01",
        "valley.example",
    )
    assert len(first["text"].splitlines()) == 5
    assert first["warc_date"] == "2024-05-03T00:00:00Z"
    assert first["http_headers"] == {"Content-Type": "text/html"}
    assert f"skipped: {name}:" in outcome.err
    assert "skipped: 1 empty page" in outcome.err
    assert "passed over: 12 request, 1 status 404, 1 warcinfo" in outcome.err
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["passed_over"] == {"request": 12, "status 404": 1, "warcinfo": 1}
    assert summary["skipped"] == {"empty page": 1}
    rows = records(tmp_path / "out/removed.jsonl")
    assert {row["reason"] for row in rows} >= {"page", "title"}
    assert next(row["text"] for row in rows if row["reason"] == "page") == "Home"


def test_workers_and_parts_change_no_byte(tmp_path):
    (tmp_path / "crawl.warc.gz").write_bytes(crawl(40, packed=True))
    results = []
    for options in ([], ["--workers", "2"]):
        dedupe("clean", "crawl.warc.gz", "-o", f"out{len(results)}", *options, cwd=tmp_path)
        folder = tmp_path / f"out{len(results)}"
        results.append(
            [(folder / name).read_bytes() for name in ("articles.jsonl", "removed.jsonl", "summary.json")]
        )
    assert results[0] == results[1]


def test_standard_input_may_be_a_crawl_or_a_page(tmp_path):
    data = crawl(4, packed=True)
    assert len(dedupe("clean", "-", cwd=tmp_path, stdin=data).records) == 4
    assert len(dedupe("clean", "-", cwd=tmp_path, stdin=gzip.decompress(data)).records) == 4
    outcome = dedupe("clean", "-", cwd=tmp_path, stdin=NEWS)
    assert outcome.code == 0
    assert outcome.out.decode().startswith("# Harbour bridge to close for eleven weeks\n\n")
    text = b"<b>Breaking</b> The harbor is open again, the office said.\n"
    assert dedupe("clean", "-", cwd=tmp_path, stdin=text).out == text


def test_a_damaged_crawl_costs_what_it_must(tmp_path):
    data = crawl(12, packed=True)
    (tmp_path / "cut.warc.gz").write_bytes(data[: len(data) * 2 // 3])
    outcome = dedupe("clean", "cut.warc.gz", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert "skipped: 1 damaged gzip" in outcome.err
    assert 6 <= len(records(tmp_path / "out/articles.jsonl")) <= 9
    (tmp_path / "no.warc").write_bytes(b"This is no crawl.\n" * 50)
    outcome = dedupe("clean", "no.warc", "-o", "out2", cwd=tmp_path)
    assert "no.warc:0: not a WARC record" in outcome.err


# --- folders of pages ------------------------------------------------------------------------------------


def test_a_folder_of_pages_becomes_articles_and_markdown(tmp_path):
    (tmp_path / "pages/deep").mkdir(parents=True)
    (tmp_path / "pages/news.html").write_bytes(NEWS)
    (tmp_path / "pages/deep/short.HTM").write_bytes((PAGES / "short.html").read_bytes())
    (tmp_path / "pages/blog.xhtml").write_bytes((PAGES / "blog.html").read_bytes())
    (tmp_path / "pages/packed.html.gz").write_bytes(gzip.compress(page(1)))
    outcome = dedupe("clean", "pages", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0
    articles = {a["id"]: a for a in records(tmp_path / "out/articles.jsonl")}
    assert list(articles) == ["blog.xhtml", "deep/short.HTM", "news.html", "packed.html.gz"]
    assert articles["news.html"]["text"] == NEWS_TEXT
    assert articles["news.html"]["author"] == "Mira Oakley"
    assert articles["blog.xhtml"]["source"] == "pages"
    assert [name for name in listing(tmp_path / "out") if name.startswith("articles/")] == [
        "articles/blog.md", "articles/deep/short.md", "articles/news.md", "articles/packed.md",
    ]  # fmt: skip
    markdown = (tmp_path / "out/articles/news.md").read_text(encoding="utf-8")
    assert markdown.startswith("# Harbour bridge to close for eleven weeks\n\n")
    assert "\n\n## What changes for drivers\n\n" in markdown
    assert "\n- From 18 March the western footpath is closed as well.\n- On 26 May" in markdown


BAD = {
    "empty.html": (b"", "empty page"),
    "script.html": (b"<html><script>var a</script></html>", "no text"),
    "frames.html": (b"<html><frameset><frame src=a></frameset></html>", "no text"),
    "links.html": (b"<html><ul><li><a href=a>One</a><li><a href=b>Two</a></ul></html>", "no article"),
    "image.html": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not HTML: image"),
    "feed.xhtml": (b'<?xml version="1.0"?><rss><channel/></rss>', "not HTML: XML"),
    "paper.htm": (b"%PDF-1.7\n", "not HTML: PDF"),
    "data.html": (b'{"a": "<p>"}', "not HTML: JSON"),
    "broken.html": (b"\x1f\x8b\x08\x00broken", "broken gzip"),
    "text.html": (b"A line of text.", "not HTML: text"),
    "noise.html": (bytes((k * 89 + k * k) % 256 for k in range(5000)), "not HTML: binary"),
}


def test_what_is_no_page_is_told_and_counted(tmp_path):
    (tmp_path / "pages").mkdir()
    for name, (data, _) in BAD.items():
        (tmp_path / "pages" / name).write_bytes(data)
    (tmp_path / "pages/good.html").write_bytes(gzip.compress(NEWS))  # gzip in disguise
    outcome = dedupe("clean", "pages", "-o", "out", cwd=tmp_path)
    assert outcome.code == 3
    assert [a["id"] for a in records(tmp_path / "out/articles.jsonl")] == ["good.html"]
    counted: dict[str, int] = {}
    for name, (_, reason) in BAD.items():
        assert f"skipped: pages/{name}: " in outcome.err
        counted[reason] = counted.get(reason, 0) + 1
    assert json.loads((tmp_path / "out/summary.json").read_text())["skipped"] == counted


def test_strict_stops_at_a_page_that_is_none(tmp_path):
    (tmp_path / "a.html").write_bytes(b"%PDF-1.7")
    outcome = dedupe("clean", "a.html", "-o", "out", "--strict", cwd=tmp_path)
    assert (outcome.code, listing(tmp_path)) == (3, ["a.html"])


@pytest.mark.parametrize("name", ["a.html", "a.warc"])
def test_a_page_is_not_cleaned_in_place(name, tmp_path):
    (tmp_path / name).write_bytes(NEWS)
    outcome = dedupe("clean", name, "--in-place", cwd=tmp_path)
    assert outcome.code == 2
    assert f"{name} cannot" in outcome.err
    assert (tmp_path / name).read_bytes() == NEWS


def test_the_hook_leaves_pages_alone(tmp_path, capsys, monkeypatch):
    from dedupe.hook import main

    monkeypatch.chdir(tmp_path)
    Path("a.html").write_bytes(NEWS)
    for options in ([], ["--all-text"], ["--check", "--all-text"]):
        assert main([*options, "a.html"]) == 0
        assert Path("a.html").read_bytes() == NEWS
        assert "a.html: skipped: cannot be cleaned in place" in capsys.readouterr().out


def test_a_page_itself_is_no_finding(tmp_path):
    (tmp_path / "a.html").write_bytes(NEWS)
    outcome = dedupe("check", "a.html", cwd=tmp_path)
    assert (outcome.code, outcome.out) == (0, b"")
    twice = page(3).replace(b"<p>", b"<p>Broken &acirc;&euro;&trade; letters stand here. ", 1)
    (tmp_path / "b.html").write_bytes(twice)
    outcome = dedupe("check", "b.html", cwd=tmp_path)
    assert (outcome.code, outcome.out.decode().count("\n")) == (1, 1)
    assert outcome.out.startswith(b"b.html: line 4 of the text: repair (mojibake)")


def test_the_diff_of_a_page_is_that_of_its_visible_text(tmp_path):
    (tmp_path / "a.html").write_bytes(NEWS)
    diff = dedupe("clean", "a.html", "--diff", cwd=tmp_path).out.decode()
    taken = [line[1:] for line in diff.splitlines() if line.startswith("-") and not line.startswith("---")]
    added = [line for line in diff.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert taken[:3] == ["News", "Sport", "Culture"]
    assert added == []


def test_records_with_pages_are_read(tmp_path):
    lines = [
        {"url": "https://a.example/1", "html": NEWS.decode(), "price": 1},
        {"url": "https://a.example/2", "text": "A text.", "html": NEWS.decode()},
        {"url": "https://a.example/3", "body": page(5).decode()},
        {"url": "https://a.example/4", "html": "<html></html>"},
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    one, two = records(tmp_path / "out/articles.jsonl")
    assert (one["text"], one["price"], "html" in one) == (NEWS_TEXT, 1, False)
    assert (two["text"], two["html"]) == ("A text.", NEWS.decode())
    assert "skipped: in.jsonl:3: no field 'text'" in outcome.err
    outcome = dedupe("clean", "in.jsonl", "-o", "out2.jsonl", "--html-field", "body", cwd=tmp_path)
    assert [a["url"] for a in records(tmp_path / "out2.jsonl")] == [
        "https://a.example/2",
        "https://a.example/3",
    ]


def test_soup_is_a_page():
    soup = bs4.BeautifulSoup(page(7), "html.parser")
    import dedupe as library

    assert len(library.clean(soup).text.splitlines()) == 5
