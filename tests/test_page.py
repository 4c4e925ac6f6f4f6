"""The article of a web page: fixtures, laws, and everything that is no page."""

# ruff: noqa: E501

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import bs4
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.errors import RecordError
from dedupe.page import Page, read_page
from dedupe.page.features import feature_names
from dedupe.page.model import LEAVES, block_model, read_model
from dedupe.page.source import tame

PAGES = Path(__file__).parent.parent / "fixtures" / "pages"
ADDRESS = "https://tidewater.example/bridge"
FACTS = {
    "news": ("Harbour bridge to close for eleven weeks", "2024-03-05T07:08+00:00", "Mira Oakley", "en"),
    "blog": ("Brot backen ohne Knete", "2021-03-03", "Lena", "de"),
    "short": ("Lost dog found on the pier", "2023-05-08", None, "en"),
    "script_only": ("The mill turns again", "2022-04-30", None, "en"),
}
PARAGRAPH = "<p>The mill on the river will turn again in May, after forty years in which it stood still.</p>"


@pytest.mark.parametrize("name", FACTS)
def test_fixture(name: str) -> None:
    page = read_page((PAGES / f"{name}.html").read_bytes(), url=ADDRESS)
    assert page.text == (PAGES / f"{name}.txt").read_text(encoding="utf-8").strip()
    assert (page.title, page.date, page.byline, page.language) == FACTS[name]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text))


@pytest.mark.parametrize("name", ["news", "blog", "short"])
def test_every_word_is_in_the_text_or_in_a_record(name: str) -> None:
    page = read_page((PAGES / f"{name}.html").read_bytes(), url=ADDRESS)
    soup = bs4.BeautifulSoup((PAGES / f"{name}.html").read_bytes(), "html.parser")
    for hidden in soup(["script", "style", "head"]):
        hidden.decompose()
    shown = words(soup.get_text(" "))
    assert words(page.text) + words(" ".join(r.text for r in page.removed)) == shown


def test_records_say_why_and_where() -> None:
    page = read_page((PAGES / "news.html").read_bytes(), url=ADDRESS)
    title = next(r for r in page.removed if r.reason == "title")
    assert title.path == "body/main/article/h1"
    menu = next(r for r in page.removed if r.text.startswith("News"))
    assert (menu.reason, menu.rule, menu.path) == ("furniture", "menu or footer", "body/header/nav")
    prompt = next(r for r in page.removed if r.text.startswith("Get the day"))
    assert prompt.rule == "model"
    assert prompt.probability is not None
    assert prompt.probability < 0.5


@pytest.mark.parametrize("name", FACTS)
def test_bytes_text_and_soup_give_the_same_page(name: str) -> None:
    data = (PAGES / f"{name}.html").read_bytes()
    page = read_page(data, url=ADDRESS)
    assert read_page(data.decode(), url=ADDRESS) == page
    soup = read_page(bs4.BeautifulSoup(data, "html.parser"), url=ADDRESS)
    assert (soup.text, soup.title, soup.date) == (page.text, page.title, page.date)


# What is no page, with the reason by which it is counted.
REFUSED = {
    "empty": (b"", "empty page"),
    "blank": (b" \r\n\t ", "empty page"),
    "byte order mark alone": (b"\xef\xbb\xbf", "empty page"),
    "only a script": (b"<html><script>var a = 'text in a script';</script></html>", "no text"),
    "frames": (b"<html><frameset cols='1,2'><frame src=a><frame src=b></frameset></html>", "no text"),
    "only an image": (b"<html><body><img src=a.png alt=''></body></html>", "no text"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "not HTML: image"),
    "JPEG": (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, "not HTML: image"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj <</Type /Catalog>>", "not HTML: PDF"),
    "zip": (b"PK\x03\x04" + bytes(100), "not HTML: archive"),
    "brotli or other noise": (bytes((k * 89 + k * k) % 256 for k in range(5000)), "not HTML: binary"),
    "RSS": (
        b'<?xml version="1.0"?><rss version="2.0"><channel><title>A</title></channel></rss>',
        "not HTML: XML",
    ),
    "sitemap": (b'<?xml version="1.0"?>\n<urlset><url><loc>a</loc></url></urlset>', "not HTML: XML"),
    "other XML": (b'<?xml version="1.0"?><books><book>A</book></books>', "not HTML: XML"),
    "JSON": (b'{"html": "<p>text</p>"}', "not HTML: JSON"),
    "JSON without tags": (b'[{"a": 1}, {"b": 2}]', "not HTML: JSON"),
    "plain text": (b"Just a line of text.", "not HTML: text"),
    "broken gzip": (b"\x1f\x8b\x08\x00garbage", "broken gzip"),
    "endless gzip": (gzip.compress(b"<p>" + bytes(64_000_000), 1), "too large"),
    "PDF in gzip": (gzip.compress(b"%PDF-1.4 and so on"), "not HTML: PDF"),
    "a WARC record": (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n<p>a</p>", "not HTML: WARC"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_page_is_refused_with_its_reason(case: str) -> None:
    data, reason = REFUSED[case]
    with pytest.raises(RecordError) as caught:
        read_page(data, url="https://example.org/x")
    assert caught.value.reason == reason
    assert str(caught.value).startswith("https://example.org/x: ")


def test_something_else_than_a_page_is_refused() -> None:
    with pytest.raises(RecordError, match="a int where HTML was expected"):
        read_page(12)  # type: ignore[arg-type]


SENTENCE = "Grüße aus Łódź: Die Brücke über den Fluss wurde am Montag für den ganzen Verkehr gesperrt."
LATIN = "Grüße aus Köln: Die Brücke über den Fluss wurde am Montag für den ganzen Verkehr gesperrt."
CHARSETS = {
    "UTF-8, undeclared": f"<p>{SENTENCE}</p>".encode(),
    "UTF-8, declared as Latin-1": f'<meta charset="iso-8859-1"><p>{SENTENCE}</p>'.encode(),
    "UTF-8 with mark": b"\xef\xbb\xbf" + f"<p>{SENTENCE}</p>".encode(),
    "UTF-16 with mark": f"<html><p>{SENTENCE}</p>".encode("utf-16"),
    "UTF-16 without mark": f"<html><p>{SENTENCE}</p>".encode("utf-16-le"),
    "ISO 8859-2, declared": f'<meta charset="iso-8859-2"><p>{SENTENCE}</p>'.encode("iso-8859-2"),
    "declared in XML": f'<?xml version="1.0" encoding="iso-8859-2"?><html><p>{SENTENCE}</p></html>'.encode(
        "iso-8859-2"
    ),
    "gzip": gzip.compress(f"<p>{SENTENCE}</p>".encode()),
    "gzip in two members": gzip.compress(b"<p>A mill.") + gzip.compress(f"<p>{SENTENCE}</p>".encode()),
    "gzip, cut short": gzip.compress(f"<p>{SENTENCE}</p>{PARAGRAPH * 50}".encode())[:-12],
}
LATIN_CHARSETS = {
    "Windows-1252, undeclared": f"<html><p>{LATIN}</p></html>".encode("cp1252"),
    "Windows-1252, declared as UTF-8": f'<meta charset="utf-8"><p>{LATIN}</p>'.encode("cp1252"),
    "an unknown charset": f'<meta charset="x-none"><p>{LATIN}</p>'.encode("cp1252"),
}


@pytest.mark.parametrize("case", CHARSETS)
def test_charset(case: str) -> None:
    assert SENTENCE in read_page(CHARSETS[case]).text


@pytest.mark.parametrize("case", LATIN_CHARSETS)
def test_charset_guessed(case: str) -> None:
    assert LATIN in read_page(LATIN_CHARSETS[case]).text


def test_one_broken_byte_costs_one_character() -> None:
    data = f"<p>{SENTENCE}</p><p>{SENTENCE}</p>".encode().replace("Łódź".encode(), b"\xff", 1)
    assert read_page(data).text.count("Brücke") == 2


HOSTILE = {
    "100,000 nested elements": "<div>" * 100_000 + PARAGRAPH,
    "100,000 nested and closed": "<div>" * 100_000 + PARAGRAPH + "</div>" * 100_000,
    "100,000 nested lists": "<ul><li>" * 100_000 + PARAGRAPH,
    "100,000 open tags of letters": "".join(f"<p><b id={k}>a" for k in range(100_000)),
    "100,000 nested menus": "<nav>" * 100_000 + PARAGRAPH,
    "a million attributes": f"<p {' '.join(f'a{k}=1' for k in range(1_000_000))}>{PARAGRAPH}",
    "a million bare attributes": f"<p {' '.join(f'a{k}' for k in range(1_000_000))}>{PARAGRAPH}",
    "a million attributes behind a sign": f"<p>1 < 2</p>2 < 3 <p {'a ' * 1_000_000}>{PARAGRAPH}",
    "a million attributes with > in quotes": "<p "
    + " ".join(f"a{k}='>'" for k in range(1_000_000))
    + f">{PARAGRAPH}",
    "10 MB of paragraphs": PARAGRAPH * 110_000,
    "10 MB of lines": f"<p>{'a line of text<br>' * 600_000}</p>",
    "two million entities": f"<p>{'&amp;' * 2_000_000}</p>{PARAGRAPH}",
    "two million broken entities": f"<p>{'&a' * 2_000_000}</p>{PARAGRAPH}",
    "only tag openings": "<" * 3_000_000 + PARAGRAPH,
    "an unclosed attribute": PARAGRAPH + '<p a="' * 500_000,
    "JSON-LD without an end": f"<script type='application/ld+json'>{'[' * 200_000}</script>{PARAGRAPH}",
    "a table of 200,000 cells": f"<table><tr>{'<td>cell' * 200_000}</table>{PARAGRAPH}",
    "a class name of 5 MB": f"<div class='{'a ' * 2_500_000}'>{PARAGRAPH}</div>",
    "a class name without a blank": f"<div class='{'aB' * 2_500_000}'>{PARAGRAPH}</div>",
    "a class name of tooltips": f"<p><span class='{'tooltip-' * 500_000}'>a</span></p>{PARAGRAPH}",
}


@pytest.mark.slow
@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_pages_take_bounded_time(case: str) -> None:
    start = time.process_time()
    page = read_page(HOSTILE[case])
    # An ordinary page of 10 MB takes about two seconds; the square of anything takes minutes.
    assert time.process_time() - start < 20
    assert isinstance(page, Page)


def test_ordinary_pages_are_parsed_as_they_are() -> None:
    markup = (PAGES / "news.html").read_bytes()
    assert tame(markup) is markup


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_page_or_a_reason(data: bytes) -> None:
    page_or_reason(data)


PIECES = st.sampled_from(
    ["<p>", "</p>", "<div class='a", "'>", "<b>", "</div>", "<br>", "<table><tr><td>", "</table>", "<nav>", "</nav>",
     "<script>", "</script>", "<!--", "-->", "&nbsp;", "&#0;", "&#xD800;", "\x00", "\ud800", "text. ", "Word ",
     "<h1>", "</h1>", "<a href=x>", "</a>", "<title>", "<svg>", "<template>", "<li>", "1 May 2020", "<time datetime='x'>",
     "<script type='application/ld+json'>{\"@type\": \"Article\", \"headline\": 3, \"author\": [[1]]}</script>",
     "<meta property='og:title' content=", "漢字。", "<frameset>", "<body>", "<span hidden>", "\u2028"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_soup_of_tags_gives_a_page_or_a_reason(markup: str) -> None:
    page_or_reason(markup)


def page_or_reason(page: bytes | str) -> None:
    results: list[Page | str] = []
    for _ in range(2):
        try:
            results.append(read_page(page))
        except RecordError as error:
            results.append(error.reason)
    assert results[0] == results[1]
    if isinstance(results[0], Page):
        assert results[0].text.strip()
        assert all(r.text for r in results[0].removed)
    else:
        assert results[0]


def test_inline_tags_do_not_glue_or_split_words() -> None:
    page = read_page(
        "<p>The <b>old</b> <i>mill</i> on the <a href=x>riv</a>er turns, and it will turn for years.</p>"
    )
    assert page.text == "The old mill on the river turns, and it will turn for years."


def test_text_for_screen_readers_alone_is_not_read() -> None:
    page = read_page(
        f"<p>See the plan<span class='sr-only'> (opens in a new tab)</span> of the town.</p>{PARAGRAPH}"
    )
    assert "new tab" not in page.text


def test_what_opens_over_a_word_is_not_read() -> None:
    card = "<span class='rollover-card-block'><a href=/b>Bea</a><a href=/c>Bea opens a bakery</a></span>"
    page = read_page(
        f"<p>The miller <span class='rollover-card'><a href=/b>Bea</a>{card}</span> was there.</p>{PARAGRAPH}"
    )
    assert page.blocks[0].text == "The miller Bea was there."


def test_an_unclosed_menu_does_not_swallow_the_article() -> None:
    page = read_page(
        f"<nav><ul><li><a href=/>Home</a></ul><main><h1>The mill turns</h1>{PARAGRAPH * 2}</main>"
    )
    assert "forty years" in page.text


OTHERS = {
    "comments": ('<div class="comments-area"><p>{}</p></div>', "comments, a form or an aside"),
    "a consent dialog": (
        '<div id="onetrust-consent-sdk"><div class="content"><h2>Privacy</h2><p>{}</p></div></div>', "comments, a form or an aside",
    ),
    "a form": ("<form><p>{}</p></form>", "comments, a form or an aside"),
    "teasers": (
        "<h3>You may also like</h3>" + "<article><p>{}</p><a href=/b>Read on</a></article>" * 2, "a teaser below a heading such as Related",
    ),
}  # fmt: skip
OTHER = "The baker of the village across the water has been up since three, as on every day of these years."


@pytest.mark.parametrize("case", OTHERS)
def test_what_stands_apart_is_furniture(case: str) -> None:
    other, rule = OTHERS[case]
    page = read_page(
        f"<article><h1>The mill turns again</h1>{PARAGRAPH * 6}</article>{other.replace('{}', OTHER)}"
    )
    assert "baker" not in page.text
    assert {r.rule for r in page.removed if "baker" in r.text} == {rule}


def test_a_page_of_comments_alone_is_left_to_the_model() -> None:
    page = read_page(f'<h1>The mill</h1><div class="comments"><p>{OTHER}</p><p>{OTHER[4:]}</p></div>')
    assert not any(r.rule.startswith("comments") for r in page.removed)


def test_a_noscript_that_swallows_the_page_is_opened() -> None:
    page = read_page(f"<body><noscript><div></noscript><div><h1>The mill</h1>{PARAGRAPH}</div>")
    assert "forty years" in page.text


def test_repeat_inside_the_page_is_kept_once() -> None:
    other = "<p>The village bought it for one coin and paid with two years of evenings for the rest.</p>"
    page = read_page(f"<article><h1>The mill</h1>{PARAGRAPH}{other}{PARAGRAPH}</article>")
    assert page.text.count("forty years") == 1
    assert [r.reason for r in page.removed if "forty years" in r.text] == ["repeat"]


def test_rescue_does_not_believe_a_teaser() -> None:
    script = '<script type="application/ld+json">{"@type": "Article", "articleBody": "The mill turns. Read on ..."}</script>'
    page = read_page(
        f"{script}<article>{PARAGRAPH * 1}<p>And on Sundays there will be flour, and bread of it.</p></article>"
    )
    assert page.origin == "markup"


def naive(tree: object, row: np.ndarray) -> float:
    while isinstance(tree, list):
        tree = tree[2] if row[tree[0]] <= tree[1] else tree[3]
    return float(tree)  # type: ignore[arg-type]


def trees(depth: int = 3) -> st.SearchStrategy[object]:
    leaf = st.floats(-2, 2, width=16)
    if not depth:
        return leaf
    below = trees(depth - 1)
    return st.one_of(leaf, st.tuples(st.integers(0, 4), st.floats(-3, 3, width=16), below, below).map(list))


@settings(max_examples=60, deadline=None)
@given(st.lists(trees(), min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_model_equals_walking_its_trees(forest: list[object], seed: int) -> None:
    import json

    names = feature_names()[:5]
    model = read_model(json.dumps({"features": names, "trees": forest}))
    rows = np.random.default_rng(seed).normal(0, 2, (7, len(feature_names()))).astype(np.float32)
    expected = [1 / (1 + np.exp(-sum(naive(tree, row) for tree in forest))) for row in rows]
    np.testing.assert_allclose(model.probability(rows), expected, atol=1e-5)


def test_model_of_other_code_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown feature 'smell'"):
        read_model('{"features": ["smell"], "trees": [[0, 1.0, 0.5, 0.2]]}')
    deep: object = 0.0
    for _ in range(LEAVES):
        deep = [0, 1.0, deep, 0.1]
    with pytest.raises(ValueError, match="more than 16 leaves"):
        read_model(f'{{"features": ["words"], "trees": [{deep}]}}')


def test_model_file_is_small_and_readable() -> None:
    import dedupe.page.model as room

    file = Path(room.__file__).parent.parent / room.FILE
    assert file.stat().st_size <= 200_000
    file.read_text(encoding="ascii")
    assert len(block_model().value) % LEAVES == 0


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = "import sys, dedupe; print([m for m in ('numpy', 'bs4', 'selectolax') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def test_the_next_article_of_an_endless_page_is_another() -> None:
    prose = "The mill on the river will turn again in May, after forty years in which it stood still."
    articles = [
        f"<article><h1>{name} opens</h1><p>{prose.replace('mill', name.lower())}</p></article>"
        for name in ("Bakery", "Library")
    ]
    page = read_page(f"<title>Bakery opens</title><main>{''.join(articles)}</main>")
    assert page.text == prose.replace("mill", "bakery")
    assert {b.rule for b in page.removed if "library" in b.text.lower()} == {"another article of the page"}


def test_what_readers_of_a_heading_do_not_read() -> None:
    prose = "The mill on the river will turn again in May, after forty years in which it stood still."
    edit = '<span class="mw-editsection">[<a href=/edit>edit</a>]</span>'
    headings = f"<h2>History{edit}</h2><p>{prose}</p><h2>Wheels<a class=headerlink href=#w>¶</a></h2>"
    page = read_page(
        f"<title>A mill</title><h1>A mill</h1><p>{prose}</p>{headings}<p>{prose[:-1]} for long.</p>"
    )
    assert {"History", "Wheels"} <= {block.text for block in page.blocks}


def test_a_question_that_opens_is_no_link() -> None:
    pairs = [
        (
            "How long does the permit of the mill hold?",
            "It holds for two years from the day on which it was given.",
        ),
        (
            "What does the permit of the mill cost?",
            "Forty pounds for one person, and sixty pounds for a household.",
        ),
    ]
    page = read_page(
        "<h1>Permits</h1>" + "".join(f"<details><summary>{q}</summary><p>{a}</p></details>" for q, a in pairs)
    )
    assert not any(block.rule == "a short link" for block in page.blocks)


@pytest.mark.parametrize("lines", ["{}<br><br>{}<br><br>{}<br><br>{}", "<div>{}</div>" * 4])
def test_few_words_between_paragraphs_that_are_set_alike_stay(lines: str) -> None:
    question = (
        "Asked whether the mill on the river will turn again in May, the miller looked at the water for long."
    )
    answer = (
        "Then she went in, put a sack of rye on the scales, and said that nobody had asked her father either."
    )
    body = lines.format(question, "“We shall see.”", answer, "Share this")
    page = read_page(f"<title>The mill</title><h1>The mill</h1><div><div class=text>{body}</div></div>")
    assert page.text.splitlines() == [question, "“We shall see.”", answer]
