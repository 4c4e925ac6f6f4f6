"""What a page says of itself: title, date, language, JSON-LD."""

# ruff: noqa: E501

from __future__ import annotations

import json
import time

import pytest

from dedupe.page import read_page
from dedupe.page.head import Head, objects_in, own_article
from dedupe.page.language import page_language
from dedupe.page.title import without_site
from dedupe.page.when import address_date, stamp, written_order

PARAGRAPH = "<p>The mill on the river will turn again in May, after forty years in which it stood still.</p>"


def test_own_json_ld_object_is_the_one_of_this_address() -> None:
    other = {
        "@type": "Article",
        "headline": "Other",
        "url": "https://example.org/other",
        "datePublished": "2001-01-01",
    }
    own = {"@type": "Article", "headline": "Own", "mainEntityOfPage": {"@id": "https://www.example.org/own/"}}
    assert own_article([other, own], Head(address="http://example.org/own?x=1")) is own
    assert own_article([other, own], Head(title="Other - The Site")) is other


@pytest.mark.parametrize("text", ["/", "//", "/*", "\t", "<!--", "//\n", "-->", "]]>", "<![CDATA["])
def test_json_ld_of_a_million_marks_is_read_in_no_time(text: str) -> None:
    start = time.process_time()
    assert objects_in(f"{{}}{text * (1_000_000 // len(text))}x") == []
    assert objects_in(f"x{text * (1_000_000 // len(text))}{{}}") == []
    assert time.process_time() - start < 2


def test_a_title_of_nothing_but_the_site_takes_no_time() -> None:
    start = time.process_time()
    assert without_site("A mill" + " | site" * 3_000, ["site"]).startswith("A mill | site")
    assert without_site("A mill" + " | site" * 3, ["site"]) == "A mill"
    assert time.process_time() - start < 1


def test_broken_json_ld_is_no_error() -> None:
    assert objects_in('{"@type": "Article", "headline": ') == []
    assert objects_in("[" * 100_000) == []
    assert [x["headline"] for x in objects_in('<!-- {"@type": ["NewsArticle"], "headline": "A\tB"} -->')] == [
        "A\tB"
    ]


@pytest.mark.parametrize(
    ("value", "iso"),
    [
        ("2024-03-05T07:08:09+0100", "2024-03-05T07:08+01:00"),
        ("2024/3/5", "2024-03-05"),
        ("20240305", "2024-03-05"),
        ("2020-08-25|00h23", "2020-08-25"),
        ("2024-13-05", None),
        ("soon", None),
        ("", None),
    ],
)
def test_stamp(value: str, iso: str | None) -> None:
    assert stamp(value) == iso


def test_order_of_day_and_month() -> None:
    assert written_order("en-US", "") == "mdy"
    assert written_order("en", "https://example.co.uk/a") == "dmy"
    assert written_order("en", "https://example.com/a") == "mdy"
    assert written_order("fr-CA", "https://example.com/a") == "dmy"
    assert written_order("en", "http://[broken/") == "mdy"


def test_date_in_an_address() -> None:
    assert address_date("https://example.org/20240305/a") == "2024-03-05"
    assert address_date("https://example.org/news/05-03-2024/mill") == "2024-03-05"
    assert address_date("https://example.org/a-2024-1999") is None


DATES = {
    "stated": ('<meta property="article:published_time" content="2020-01-02T10:00:00Z">', "", "2020-01-02T10:00+00:00"),
    "shown, not stated": ("", "<p>2 January 2020</p>", "2020-01-02"),
    "shown below the title goes before stated": (
        '<meta property="article:published_time" content="2020-01-02">', "<p>4 January 2020</p>", "2020-01-04",
    ),
    "but not if it is the stated update": (
        '<meta property="article:published_time" content="2020-01-02">'
        '<meta property="article:modified_time" content="2020-01-04">', "<p>4 January 2020</p>", "2020-01-02",
    ),
    "an update is better than nothing": ("", "<p>Updated 4 January 2020</p>", "2020-01-04"),
    "the first publication goes before the update": (
        "", "<p>Updated 4 January 2020, first published 2 January 2020</p>", "2020-01-02",
    ),
    "a shown update older than the statement proves it wrong": (
        '<meta name="date" content="2020-01-05">', "<p>Updated: 4 January 2020</p>", "2020-01-04",
    ),
    "a plain date of the minute of the update is the update's": (
        '<meta name="date" content="2020-01-05T10:00:01Z"><meta property="article:modified_time" '
        'content="2020-01-05T10:00:59Z">', "<p>2 January 2020</p>", "2020-01-02",
    ),
    "a caption's date is not the article's": (
        "<title>The mill turns again | 28.04.2023</title>",
        "<p>The wheel of the mill as visitors saw it, 24 April 2023</p>", "2023-04-28",
    ),
    "nor is that of a labeled fact": (
        "", "<p>Joined: Monday, 9 June 2014</p><dl><dt>Built<dd>3 May 1920</dl><p>2 January 2020</p>", "2020-01-02",
    ),
    "an author's line is a date line": (
        "", "<p>02/01/2020 by Ann Lee, mill correspondent of the river towns association, Hull</p>"
        "<p>3 January 2020</p>", "2020-02-01",
    ),
    "British spelling puts the day first": (
        "", "<p>Ann Lee - 02/01/2020</p><p>The neighbours travelled for kilometres to see its colour and its harbour.</p>",
        "2020-01-02",
    ),
    "a <time> is read as machines do": (
        "", '<p><time datetime="2020-01-02T10:00">Thursday</time></p><p>5 May 2021</p>', "2020-01-02T10:00",
    ),
    "glued cells": ("", "<p>By Ann LeeJan 022020</p>", "2020-01-02"),
    "bars between the parts": ("", "<p>02 | 01 | 2020 | Upper river</p>", "2020-01-02"),
    "a year of two digits before a time of day": ("", "<p>Do 02.01.20 | 14:07 Uhr</p>", "2020-01-02T14:07"),
    "a month under two names": ("", "<p>2 كانون الثاني / يناير 2020</p>", "2020-01-02"),
    "a dateline": ("", "<p>Hull, (02.01.2020). The mill on the river will turn again, as the town decided" + " today" * 20,
        "2020-01-02"),
    "none": ("", "", None),
}  # fmt: skip


@pytest.mark.parametrize("case", DATES)
def test_date(case: str) -> None:
    head, line, date = DATES[case]
    page = read_page(
        f"<html lang=en>{head}<body><article><h1>The mill turns again</h1>{line}{PARAGRAPH * 3}</article>"
    )
    assert page.date == date


ADDRESSES = {
    "https://example.org/2019/12/31/mill": "2019-12-31",  # the address was made with the page
    "https://example.org/2020/01/mill": "2020-01-05",  # the month confirms what the head states
    "https://example.org/mill": "2020-01-20",
}


@pytest.mark.parametrize("url", ADDRESSES)
def test_the_address_testifies(url: str) -> None:
    page = read_page(
        '<meta property="article:published_time" content="2020-01-05"><body><article><h1>The mill turns again</h1>'
        f"<p>20 January 2020</p>{PARAGRAPH * 3}</article>",
        url=url,
    )
    assert page.date == ADDRESSES[url]


TITLES = {
    "a teaser's heading is a link": (
        "<title>The mill of Upper River turns</title>",
        "<h1><a href=/a>The mill of Upper River and its miller</a></h1><h1>The mill turns again</h1>",
    ),
    "the masthead is the site's": (
        '<title>The mill turns again | River Town Notes</title><meta property="og:title" content="The mill turns again">',
        "<h1>River Town Notes</h1>",
    ),
    "site's name cut": ("<title>The mill turns again | Post</title><meta property=og:site_name content=Post>", ""),
    "heading of the page": ("<title>Home</title>", "<h1>The mill turns again</h1>"),
    "a part of the title tag, on a heading": (
        "<title>mills - The mill turns again - Tools - The River Town Forum of Millers</title>",
        "<h1><a href=/t>The mill turns again</a></h1><h2>The river</h2>",
    ),
    "a part of the title tag, on no heading": (
        "<title>River Town Notes - The mill turns again</title>", "<div class=top>The mill turns again</div>",
    ),
    "an unnamed site behind two colons": ("<title>The mill turns again :: River Notes</title>", ""),
    "kicker left out": (
        '<meta property="og:title" content="The mill turns again">', "<h1>Upper river - The mill turns again</h1>",
    ),
    "headline of a foreign object": (
        '<title>The mill turns again</title><script type="application/ld+json">{"@type": "Article",'
        ' "headline": "Weather for Tuesday"}</script>', "<h1>The mill turns again</h1>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TITLES)
def test_title(case: str) -> None:
    head, heading = TITLES[case]
    page = read_page(f"<html lang=en><head>{head}</head><body><article>{heading}{PARAGRAPH * 3}</article>")
    assert page.title == "The mill turns again"
    assert "The mill turns again" not in page.text.split("\n")


def test_a_live_blog_is_not_named_by_one_of_its_entries() -> None:
    address = "https://example.org/flood"
    entry = {
        "@type": "BlogPosting", "headline": "Bridge closed", "url": f"{address}#7", "datePublished": "2024-05-04",
        "author": "Ann Ode", "articleBody": "The bridge is closed.",
    }  # fmt: skip
    blog = {
        "@type": "LiveBlogPosting", "headline": "Flood on the Aller: live", "url": address,
        "datePublished": "2024-05-03", "liveBlogUpdate": [entry, entry],
    }  # fmt: skip
    other = {"@type": "NewsArticle", "headline": "The river rises", "mainEntityOfPage": address}
    head = f"<script type='application/ld+json'>{json.dumps([blog, other])}</script><title>The river rises</title>"
    body = f"<h1>Flood on the Aller: live</h1>{PARAGRAPH * 3}<h3>Bridge closed</h3>{PARAGRAPH * 3}"
    page = read_page(f"<html lang=en><head>{head}</head><body><article>{body}</article>", url=address)
    assert page.title == "The river rises"
    assert [r.text for r in page.removed if r.reason == "title"] == ["Flood on the Aller: live"]


def test_a_title_repeated_below_the_body_is_not_its_place() -> None:
    head = (
        '<script type="application/ld+json">{"@type": "Article", "headline": "The mill turns again"}</script>'
    )
    prose = "".join(f"<p>{number} {PARAGRAPH[3:-4] * 2}" for number in range(20))
    body = f"<h1>The mill turns again, and bread</h1>{prose}<section><h2>The mill turns again</h2></section>"
    page = read_page(f"<html lang=en><head>{head}</head><body><article>{body}</article>")
    assert page.title == "The mill turns again"
    assert [r.text for r in page.removed if r.reason == "title"] == ["The mill turns again, and bread"]


def test_a_title_on_a_link_is_a_teaser_of_the_page() -> None:
    head = "<title>The mill turns again</title>"
    body = f"<h3><a href=/m>The mill turns again</a></h3><h1>The mill turns again</h1>{PARAGRAPH * 3}"
    page = read_page(f"<html lang=en><head>{head}</head><body>{body}")
    assert [r.number for r in page.removed if r.reason == "title"] == [2]


def test_a_title_may_hold_dividers() -> None:
    assert without_site("Mill - a history", ["post"]) == "Mill - a history"


def test_language_goes_by_the_text_where_the_statement_is_wrong() -> None:
    german = "Die Mühle am Fluss wird im Mai wieder laufen, nachdem sie lange Zeit still stand und das Dach verlor."
    assert page_language("en", german * 3) == "de"
    assert page_language("", "水车将在五月重新转动，此前它已经停了四十年，屋顶也已经塌了。" * 5) == "zh"
    assert page_language("??", "") is None


def test_elements_that_tell_how_long_ago_hold_the_date() -> None:
    shown = '<relative-time datetime="2022-06-01T08:00:00Z">2 years ago</relative-time>'
    page = read_page(
        f"<html lang=en><h1>The mill turns again</h1><div>Posted {shown} by Lena Ode</div>{PARAGRAPH * 3}"
    )
    assert page.date == "2022-06-01T08:00+00:00"
    assert page.removed[1].text == "Posted 2 years ago by Lena Ode"
