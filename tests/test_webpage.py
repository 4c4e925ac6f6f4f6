"""Web pages as documents: in the library, in records, through all stages; what goes has its row."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import bs4
import command
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_page import PIECES
from town import sentence

import dedupe
from dedupe import Article, Document, Failure, RecordError, Settings
from dedupe.clean import examine
from dedupe.model import Block
from dedupe.records import parse_record, to_document
from dedupe.settings import STAGES
from dedupe.webpage import is_page, open_page, to_markdown

PAGES = Path(__file__).parents[1] / "fixtures" / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.html"))
SENTENCES = [
    "The mill on the river will turn again in May, after forty years in which it stood still.",
    "The village bought it for one coin and paid with two years of evenings for the rest of it.",
    "On the first Sunday of the month there will be flour to buy, as long as the water is high enough.",
]


def html(name: str) -> bytes:
    return (PAGES / f"{name}.html").read_bytes()


def page(*blocks: str, title: str = "The mill turns again") -> str:
    body = "".join(block if block.startswith("<") else f"<p>{block}</p>" for block in blocks)
    head = f"<!doctype html><html><head><title>{title}</title></head>"
    return f"{head}<body><article><h1>{title}</h1>{body}</article></body></html>"


# --- what is a page --------------------------------------------------------------------------------------


def test_a_page_of_one_short_paragraph_is_that_paragraph() -> None:
    assert (
        dedupe.clean("<html><body><p>Back at ten, says the note.</p></body></html>").text
        == "Back at ten, says the note."
    )


@pytest.mark.parametrize("piece", ["<!---->", "<!-- a -->\n", "<!--", "<?xml?>"])
def test_any_number_of_comments_is_read_in_time(piece):
    assert not is_page(piece * 50_000 + "a text")


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE html>\n<html lang=en><p>A",
        "\ufeff \r\n<!doctype HTML PUBLIC '-//W3C//DTD HTML 4.01//EN' 'http://www.w3.org/TR/html4/strict.dtd'>\n<title>A",
        '<?xml version="1.0"?>\n<!-- saved -->\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>A',
        "<html><!-- a comment --><body>A",
        "<body class=x><div>A</div>",
        "<head><meta charset=utf-8><title>A</title></head>A",
    ],
)
def test_markup_from_its_first_character_on_is_a_page(text):
    assert is_page(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A text.",
        "<p>A paragraph.</p>",
        "<html> is the root of a page, and <body> stands in it.",
        "A page begins with\n<!doctype html>\n<html>",
        "<b>Breaking</b> news from the harbor",
        "<!-- a comment --> and a text",
        "<htmlish><p>A</p></htmlish>",
        "a < b",
        b"<!doctype html><p>bytes are for html=True",
        None,
    ],
)
def test_a_text_that_mentions_tags_is_none(text):
    assert not is_page(text)


# --- the receipt -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stages", [("page",), ("page", "repair"), ("page", "header", "repeats"), STAGES])
def test_nothing_of_a_page_is_lost(name, stages):
    document = open_page(Document(name, html=html(name)))
    article = examine(document, Settings(stages=stages)).article()
    rows = [row for row in article.removed if row.reason != "repair"]
    assert all(document.text[row.start : row.end] == row.text for row in rows)
    assert [document.text.count("\n", 0, row.start) + 1 for row in rows] == [row.line for row in rows]
    assert sorted(rows, key=lambda row: row.start) == rows
    assert all(before.end <= after.start for before, after in pairwise(rows))
    went = Counter(word for row in rows for word in row.text.split())
    assert went + Counter(article.text.split()) == Counter(document.text.split())
    assert "\n\n" not in article.text


@pytest.mark.parametrize("name", NAMES)
def test_the_stage_alone_gives_what_the_extractor_gives(name):
    from dedupe.page import read_page

    document = open_page(Document(name, html=html(name)))
    article = examine(document, Settings(stages=("page", "header"))).article()
    assert article.text == (PAGES / f"{name}.txt").read_text(encoding="utf-8").strip()
    assert (article.title, article.date) == (read_page(html(name)).title, read_page(html(name)).date)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join), st.sets(st.sampled_from(STAGES)))
def test_any_soup_of_tags_keeps_the_law(markup, stages):
    try:
        document = open_page(Document("a", html=markup))
    except RecordError:
        return
    examined = examine(document, Settings(stages=tuple(stages)))
    article = examined.article()
    examined.file_text()
    for row in article.removed:
        assert document.text[row.start : row.end] == row.text
        assert row.text
    if "page" not in stages:
        assert {row.reason for row in article.removed}.isdisjoint({"page"})


def test_repairs_in_a_page_are_told_with_their_places():
    markup = page(
        SENTENCES[0],
        "It&rsquo;s the miller&acirc;&euro;&trade;s own wheel, and it weighs ten tonnes, they say.",
    )
    document = open_page(Document("a", html=markup))
    article = examine(document, Settings()).article()
    assert "It’s the miller’s own wheel" in article.text
    [row] = [row for row in article.removed if row.reason == "repair"]
    assert (document.text[row.start : row.end], row.rule) == (row.text, "mojibake")
    assert "â€™" in document.text


def test_a_page_that_needs_a_repair_loses_nothing_of_its_menus():
    markup = page(
        *SENTENCES, "R&amp;amp;D of the old mill is paid for by the village that owns it, they say."
    )
    markup = markup.replace("<article>", "<nav><a href=/>Front page</a> <a href=/s>Sport</a></nav><article>")
    document = open_page(Document("a", html=markup))
    article = examine(document, Settings()).article()
    assert "R&D of the old mill" in article.text
    left_out = [row for row in article.removed if row.reason == "page"]
    assert "Front page" in " ".join(row.text for row in left_out)
    assert all(document.text[row.start : row.end] == row.text for row in article.removed)


def test_what_stands_twice_goes_with_its_twin():
    lines = ["Home", *SENTENCES, "Advertisement", *SENTENCES[:2]]
    ends = [sum(len(line) + 1 for line in lines[: n + 1]) - 1 for n in range(len(lines))]
    blocks = [
        Block(end - len(line), end, reason="" if line in SENTENCES else "page")
        for line, end in zip(lines, ends, strict=True)
    ]
    document = Document("a", "\n".join(lines), blocks=tuple(blocks))
    article = examine(document, Settings()).article()
    assert article.text.splitlines() == SENTENCES
    repeats = [row for row in article.removed if row.reason == "repeat"]
    assert [row.text for row in repeats] == SENTENCES[:2]
    assert [row.twin.line for row in repeats if row.twin] == [2, 3]


def test_without_its_stage_all_visible_text_is_the_text():
    text = dedupe.clean(html("news").decode(), settings=Settings(stages=())).text
    assert text.startswith("News\nSport\nCulture\n")
    assert "Sign up for our newsletter" in text


def test_facts_of_a_company_become_fields():
    table = "".join(
        f"<tr><td>{label}</td><td>{value}</td></tr>"
        for label, value in (("Employees", "51-200"), ("Founded date", "1987"), ("Total raised", "$3.2M"))
    )
    document = open_page(
        Document("a", html=page(*SENTENCES, f"<table>{table}</table>", *reversed(SENTENCES)))
    )
    article = examine(document, Settings(stages=STAGES[1:])).article()
    assert dict(article.metadata) == {"employees": "51-200", "founded": "1987", "total_raised": "$3.2M"}


def test_the_lines_of_a_site_are_learned_from_what_stays_of_its_pages():
    chosen = random.Random(5)
    house = "Report from the valley desk"
    documents = []
    for number in range(12):
        own = [sentence(chosen) for _ in range(5)]
        markup = page(own[0], own[1], f"<p>{house}</p>", *own[2:], title=f"Day {number} at {own[0][:30]}")
        markup = markup.replace(
            "<article>", "<nav><a href=/>Front page</a> <a href=/w>World</a></nav><article>"
        )
        documents.append(Document(number, html=markup, url=f"https://herald.example/{number}"))
    before = list(dedupe.clean_many(documents))
    assert all(house in result.text for result in before)
    templates = dedupe.learn(documents)
    assert list(templates.sources["herald.example"].lines) == [house]  # the menu was no part of the articles
    for result in dedupe.clean_many(documents, templates=templates):
        assert house not in result.text
        assert [row.rule for row in result.removed if row.text == house] == ["site line"]


# --- the library -----------------------------------------------------------------------------------------


def test_clean_takes_a_page_as_text_as_bytes_and_as_soup():
    expected = (PAGES / "news.txt").read_text(encoding="utf-8").strip()
    for given_page, is_html in (
        (html("news").decode(), None),
        (html("news").decode(), True),
        (html("news"), True),
        (bs4.BeautifulSoup(html("news"), "html.parser"), None),
    ):
        article = dedupe.clean(given_page, id="n", url="https://tidewater.example/x", html=is_html)
        assert article.text == expected
        assert (article.id, article.url) == ("n", "https://tidewater.example/x")
        assert article.title == "Harbour bridge to close for eleven weeks"
        assert article.date == "2024-03-05T07:08+00:00"
        assert dict(article.extra) == {"author": "Mira Oakley", "language": "en"}


def test_clean_takes_markup_for_text_if_told_so():
    assert dedupe.clean("<p>A piece.</p>").text == "<p>A piece.</p>"
    assert dedupe.clean(f"<p>{SENTENCES[0]}</p>", html=True).text == SENTENCES[0]
    assert dedupe.clean(page(*SENTENCES), html=False, settings=Settings(stages=())).text == page(*SENTENCES)


def test_bytes_are_no_text():
    with pytest.raises(TypeError, match="a page's bytes need html=True"):
        dedupe.clean(b"<!doctype html><p>A")


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        ("<script>var a</script>", "no text", "a page without text: only scripts, frames or images"),
        ("<ul><li><a href=a>One</a><li><a href=b>Two</a></ul>", "no article", "a page of 2 blocks of text"),
    ],
)
def test_a_page_without_an_article_is_an_error_with_its_reason(body, reason, message):
    with pytest.raises(RecordError, match=f"^x: {message}") as caught:
        dedupe.clean(f"<!doctype html><html>{body}</html>", id="x")
    assert caught.value.reason == reason


def test_clean_many_mixes_texts_pages_and_records():
    results = list(
        dedupe.clean_many(
            [
                page(*SENTENCES),
                Document("b", html=page(*SENTENCES)),
                {"id": "c", "html": page(*SENTENCES), "tags": ["x"]},
                bs4.BeautifulSoup(page(*SENTENCES), "html.parser"),
                {"id": "e", "html": "<html><body></body></html>"},
                "A text.",
                page(*SENTENCES).encode(),
            ]
        )
    )
    assert [type(result) for result in results[:4]] == [Article] * 4
    assert [type(result) for result in results[4:]] == [Failure, Article, Failure]
    assert "a page is given as Document(id, html=" in results[6].message
    assert {result.text for result in results[:4]} == {"\n".join(SENTENCES)}
    assert (results[4].place, results[4].reason) == ("document 5", "no text")
    assert dict(results[2].extra) == {"language": "en", "tags": ["x"]}


# --- records ---------------------------------------------------------------------------------------------


def record(text: str, options: Settings | None = None) -> Document:
    options = options or Settings()
    return to_document(parse_record(text, "f:1", options), "f:1", options)


PAGE = json.dumps(page(*SENTENCES))


@pytest.mark.parametrize("text", ["", '"text": null, ', '"text": "", '])
def test_the_page_of_a_record_is_read_where_it_has_no_text(text):
    document = record(f'{{{text}"id": 7, "html": {PAGE}, "price": 1.10}}')
    assert document.id == 7
    assert SENTENCES[0] in document.text
    assert document.title == "The mill turns again"
    assert dict(document.extra) == {"language": "en", "price": "1.10"}


def test_the_text_of_a_record_goes_before_its_page_which_stays_as_it_was():
    raw = PAGE.replace("mill", "m\\u0069ll")
    document = record(f'{{"text": "A text.", "html": {raw}}}')
    assert document.text == "A text."
    assert document.extra["html"] == raw


def test_what_a_record_says_of_itself_goes_before_its_page():
    document = record(
        f'{{"html": {PAGE}, "title": "Own", "date": "2020-01-02", "url": "https://a.example/x", '
        '"language": "xx"}'
    )
    assert (document.title, document.date, document.url) == ("Own", "2020-01-02", "https://a.example/x")
    assert (document.id, document.source) == ("https://a.example/x", "a.example")
    assert document.extra["language"] == '"xx"'


def test_a_record_without_id_and_url_is_named_by_the_address_of_its_page():
    link = '<link rel="canonical" href="https://mill.example/turns">'
    markup = page(*SENTENCES).replace("<title>", f"{link}<title>")
    document = record(json.dumps({"html": markup}))
    assert (document.id, document.url, document.source) == (
        "https://mill.example/turns", "https://mill.example/turns", "mill.example",
    )  # fmt: skip
    assert str(record(json.dumps({"html": page(*SENTENCES)})).id).startswith("sha1:")


def test_one_field_may_be_named_for_both():
    options = Settings(text_field="body", html_field="body")
    assert record(f'{{"body": {PAGE}}}', options).title == "The mill turns again"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ('"html": ""', "no text"),
        ('"html": null', "no text"),
        ('"html": ["a"]', "no text"),
        ('"html": "   "', "empty page"),
        ('"html": "{\\"a\\": 1}"', "not HTML: JSON"),
        ('"html": "<html><script>1</script></html>"', "no text"),
        ('"text": null, "html": null', "text is null"),
        ('"text": 3, "html": "<p>A</p>"', "text is not a string"),
    ],
)
def test_a_record_whose_page_cannot_be_read_says_why(fields, reason):
    with pytest.raises(RecordError, match=r"^f:1: ") as caught:
        record(f"{{{fields}}}")
    assert caught.value.reason == reason


# --- Markdown --------------------------------------------------------------------------------------------


def markdown(markup: str) -> str:
    return examine(open_page(Document("a", html=markup)), Settings()).file_text()


def test_a_page_becomes_markdown():
    a, b, c, d, e, f = (sentence(random.Random(seed)) for seed in range(6))
    lists = [f"<ul><li>{a}</li><li>{b}</li></ul>", f"<ol><li>{c}</li><li>{d}</li></ol>"]
    text = markdown(page(e, "<h2>What it took</h2>", *lists, f"<blockquote><p>{f}</p></blockquote>"))
    assert text.splitlines() == [
        "# The mill turns again", "", e, "", "## What it took", "", f"- {a}", f"- {b}", "", f"1. {c}",
        f"2. {d}", "", f"> {f}",
    ]  # fmt: skip
    assert text.endswith("\n")


@pytest.mark.parametrize(("opening", "third"), [("", "2024-05-03"), ("On 3 May 2024 it was said: ", None)])
def test_markdown_tells_the_day_of_a_page_once(opening, third):
    a, b = (sentence(random.Random(seed)) for seed in range(2))
    stated = '<meta property="article:published_time" content="2024-05-03">'
    lines = markdown(page(opening + a, b).replace("<title>", f"{stated}<title>")).splitlines()
    assert lines[:3] == ["# The mill turns again", "", third or opening + a]


def test_a_page_from_standard_input_keeps_title_and_day(tmp_path):
    markup = page(*(sentence(random.Random(seed)) for seed in range(3)))
    markup = markup.replace("<p>", '<time datetime="2024-05-03">3 May 2024</time><p>', 1)
    out = command.dedupe("clean", "-", stdin=markup.encode(), cwd=tmp_path).out.decode()
    assert out.startswith("# The mill turns again\n\n2024-05-03\n\n")
    again = dedupe.clean(out)
    assert (again.title, again.date) == ("The mill turns again", "2024-05-03")


def test_a_page_in_a_markdown_file_of_its_own_has_its_marks(tmp_path):
    a, b, c, d = (sentence(random.Random(seed)) for seed in range(4))
    record = {"id": 7, "html": page(a, "<h2>What it took</h2>", b, f"<ul><li>{c}</li><li>{d}</li></ul>")}
    (tmp_path / "in.jsonl").write_text(json.dumps(record) + "\n")
    (tmp_path / "b.html").write_text(record["html"].replace(a, sentence(random.Random(5)), 1))
    command.dedupe("clean", "in.jsonl", "b.html", "-o", "out", "--to", "md", cwd=tmp_path)
    for name in ("7", "b"):
        text = (tmp_path / f"out/articles/{name}.md").read_text()
        front, _, body = text.removeprefix("---\n").partition("\n---\n\n")
        assert 'title: "The mill turns again"' in front
        assert "The mill turns again" not in body
        assert body.endswith(f"\n\n## What it took\n\n{b}\n\n- {c}\n- {d}\n")


def test_a_title_of_the_head_alone_heads_the_markdown():
    assert markdown(html("script_only").decode()).startswith("# The mill turns again\n\n")


@pytest.mark.parametrize(
    ("mark", "text", "written"),
    [
        ("", "1984. A year.", "1984\\. A year.\n"),
        ("", "# of items", "\\# of items\n"),
        ("", "> said", "\\> said\n"),
        ("", "- a dash", "\\- a dash\n"),
        ("", "-5 degrees", "-5 degrees\n"),
        ("", "3.5 percent", "3.5 percent\n"),
        ("## ", "A\nB", "## A B\n"),
        ("- ", "A\nB", "- A\n  B\n"),
        ("> ", "A\nB", "> A\n> B\n"),
        ("    ", "# code", "    # code\n"),
    ],
)
def test_lines_are_written_so_that_markdown_reads_them_as_they_are(mark, text, written):
    assert to_markdown([(mark, text)]) == written


def test_items_stand_close_and_blocks_apart():
    blocks = [("- ", "a"), ("  - ", "b"), ("- ", "c"), ("  ", "of c"), ("", "d"), ("9. ", "e"), ("10. ", "f")]
    assert to_markdown(blocks) == "- a\n  - b\n- c\n\n  of c\n\nd\n\n9. e\n10. f\n"


def test_no_mark_reaches_the_text():
    article = dedupe.clean(page(*SENTENCES, f"<ul><li>{SENTENCES[1]} Again.</li></ul>"))
    assert not re.search(r"^(?:#|- |> )", article.text, re.MULTILINE)
