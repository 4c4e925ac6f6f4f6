"""The article in the text of one page: laws, whole pages, and texts that are none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_properties import DEBRIS, paragraphs

from dedupe.body import chosen, find_furniture, is_page
from dedupe.clean import clean
from dedupe.forest import forest, read_forest
from dedupe.forms import Page
from dedupe.lines import split_lines
from dedupe.measures import measure

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ARTICLES = [
    article
    for path in sorted((FIXTURES / "articles").glob("*.json"))
    for article in json.loads(path.read_text("utf-8"))
]
URL = "https://www.marrow-courier.example/coast/ferry-to-the-outer-islands-sails-again"
TITLE = "Ferry to the outer islands sails again"
STORY = [
    "The ferry between Marrow Quay and the outer islands sailed again on Friday, three weeks after a loose "
    "cable had bent its rudder and left the islanders with nothing but small boats.",
    "Some four hundred passengers were waiting at the landing when the gates opened, many of them with "
    "groceries for relatives on the far side. The first crossing took forty minutes.",
    "“We had begun to count the potatoes,” said Ada Finch, who keeps the shop on Holm, the largest of the "
    "islands. Bread had come over by fishing boat, she said, when it came at all.",
    "A bent rudder",
    "The cable belonged to a dredger that had worked in the channel since spring. Divers found it wound four "
    "times around the rudder, and the yard at Skell needed a crane to lift the stern out of the water.",
    "The harbor office said that a second boat would be hired for the summer, so that one accident no longer "
    "cuts the islands off. The council votes on the cost, about 90,000 a year, in June.",
    "Fishermen on Holm are not convinced. The channel has been getting narrower for years, they say, and no "
    "second ferry will widen it by a single yard.",
]
MENU = [
    *("Skip to content", "Home", "News", "Politics", "Business", "Sport", "Culture", "Weather", "Travel"),
    *("Opinion", "Obituaries", "Jobs", "Houses", "Boats for sale", "Tide tables", "Crossword", "Puzzles"),
    *("Archive", "Sign in", "Subscribe", "Search", "Menu", "Close", "English", "Gaelic"),
]
TEASERS = [
    ("Mayor opens the new fish hall", "The hall has room for thirty stalls and a cold store of its own."),
    ("Storm takes the roof of the chapel", "Nobody was hurt when the slates came down on Sunday night."),
    ("Lighthouse keeper retires", "After forty years he hands the keys to a machine in another town."),
    ("School band wins in the capital", "The judges praised the brass and the patience of the drummers."),
    ("Bakery closes after a century", "The ovens will be sold, the recipe for the black loaf will not."),
]
FOOTER = [
    *(
        "About us",
        "Contact",
        "Advertise",
        "Privacy policy",
        "Terms of use",
        "Cookie settings",
        "Accessibility",
    ),
    *("Newsletter", "RSS", "Facebook", "Twitter", "Instagram", "Letters to the editor", "Report an error"),
    *("Sitemap", "Help"),
]


def whole_page() -> list[str]:
    teasers = [line for headline, summary in TEASERS for line in (headline, summary, "2 hours ago")]
    return [
        *("We use cookies to improve your experience on our site.", "Accept all", "Manage preferences"),
        *MENU,
        *("Most read", *(headline for headline, _ in TEASERS), "Coast"),
        *(TITLE, "3 May 2024", "Share on Facebook", "Share on Twitter", "Copy link"),
        *STORY[:2],
        "Advertisement",
        *STORY[2:],
        *("Share on Facebook", "Share on Twitter", "Copy link", "Tags: ferry, islands, harbor"),
        *("Related articles", *teasers, "Most read", *(headline for headline, _ in TEASERS)),
        *("12 comments", "Join the conversation", "Sign up to our newsletter", "Enter your email"),
        *FOOTER,
        "© 2024 Marrow Courier. All rights reserved.",
    ]


def indices(text: str, **known: object) -> list[int]:
    return [each.line for each in find_furniture(split_lines(text), **known).furniture]  # type: ignore[arg-type]


# --- whole pages -----------------------------------------------------------------------------------------


def test_a_whole_page_leaves_its_article() -> None:
    article = clean("\n".join(whole_page()), url=URL)
    assert (article.title, article.date) == (TITLE, "2024-05-03")
    kept = article.text.split("\n")
    assert [line for line in kept if len(line) > 60 and line not in STORY] == []
    assert [line for line in STORY if line not in kept] == []
    assert len(kept) <= len(STORY) + 2


def test_every_line_of_a_page_that_goes_has_one_reason() -> None:
    lines = split_lines("\n".join(whole_page()))
    found = find_furniture(lines, title=TITLE, url=URL, title_line=34).furniture
    assert [each.line for each in found] == sorted({each.line for each in found})
    assert all(each.kind and each.rule and 0 <= each.evidence <= 1 for each in found)


def test_lines_that_others_speak_for_stay() -> None:
    lines = split_lines("\n".join(whole_page()))
    keep = set(range(0, len(lines), 3))
    assert not keep.intersection(each.line for each in find_furniture(lines, url=URL, keep=keep).furniture)


@pytest.mark.parametrize("part", ["menu", "story", "footer"])
def test_parts_of_a_page_are_no_page(part: str) -> None:
    lines = {"menu": MENU, "story": [TITLE, *STORY], "footer": FOOTER}[part]
    assert not is_page(Page(split_lines("\n".join(lines)), None, None, None))
    assert is_page(Page(split_lines("\n".join(whole_page())), None, None, None))


# --- texts that are no page ------------------------------------------------------------------------------


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: str(article["id"]))
def test_an_article_that_a_careful_scraper_saved_loses_nothing(article: dict[str, object]) -> None:
    body = article["body"]
    assert isinstance(body, list)
    text = "\n\n".join([str(article["title"]), str(article["date_line"]), *body])
    assert indices(text, title=article["title"], url=article["url"], title_line=0, keep={0, 1}) == []


@given(paragraphs)
def test_prose_that_no_list_names_stays(texts: list[str]) -> None:
    lines = split_lines("\n".join([*texts, "Share this article", "Read more: Pier closed"]))
    gone = {lines[each.line].text for each in find_furniture(lines).furniture}
    assert not gone.intersection(texts)


@given(st.lists(st.sampled_from([*DEBRIS, *MENU, *FOOTER, *STORY]), max_size=120))
@settings(max_examples=60, deadline=None)
def test_any_text_can_be_looked_at_and_none_is_emptied(pieces: list[str]) -> None:
    lines = split_lines("\n".join(pieces).replace("\ud800", ""))
    found = find_furniture(lines, url=URL).furniture
    assert found == find_furniture(lines, url=URL).furniture
    assert not lines or len(found) < len(lines)


def test_no_text_is_emptied_together_with_what_others_take() -> None:
    assert indices("Ferry runs\nShare this article", keep={0}) == []


def test_nothing_at_all() -> None:
    assert indices("") == []


# --- the forest ------------------------------------------------------------------------------------------


def test_the_forest_asks_for_what_is_measured() -> None:
    names, table = measure(Page(split_lines("\n".join(whole_page())), TITLE, URL, 34))
    assert set(forest().columns) <= set(names)
    assert np.isfinite(table).all()
    odds = forest().predict(names, table)
    assert ((odds > 0) & (odds < 1)).all()


def test_the_forest_is_small() -> None:
    record = (files("dedupe") / "data" / "body.json").read_bytes()
    assert len(record) <= 200_000
    assert all(sum(len(node) == 1 for node in tree) <= 32 for tree in json.loads(record)["trees"])


def test_trees_of_other_depths_stand_in_one_forest() -> None:
    record = {
        "columns": ["a", "b"],
        "trees": [[[1.0]], [[0, 0.0, 2], [-1.0], [1, 0.0, 4], [0.0], [1.0]]],
    }
    odds = read_forest(record).predict(["b", "a"], np.array([[0, -1], [-1, 1], [1, 1]], np.float32))
    assert odds.round(3).tolist() == [0.5, 0.731, 0.881]


def walk(tree: list[list[float]], row: list[float], node: int = 0) -> float:
    while len(tree[node]) > 1:
        column, threshold, above = tree[node]
        node = int(above) if row[int(column)] > threshold else node + 1
    return tree[node][0]


@st.composite
def trees(draw: st.DrawFn, depth: int = 4) -> list[list[float]]:
    if depth == 0 or draw(st.booleans()):
        return [[draw(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]))]]
    below, above = draw(trees(depth - 1)), draw(trees(depth - 1))
    moved = [
        [[node[0], node[1], node[2] + shift] if len(node) > 1 else node for node in part]
        for part, shift in ((below, 1), (above, 1 + len(below)))
    ]
    question = [draw(st.integers(0, 2)), draw(st.integers(-2, 2)), 1 + len(below)]
    return [question, *moved[0], *moved[1]]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(trees(), min_size=1, max_size=40), st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3))
)
def test_a_forest_says_what_walking_its_trees_says(
    forest: list[list[list[float]]], rows: list[list[float]]
) -> None:
    columns = ["a", "b", "c"]
    table = np.array(rows, np.float32).reshape(len(rows), 3)
    odds = read_forest({"columns": columns, "trees": forest}).predict(columns, table)
    for row, chance in zip(rows, odds.tolist(), strict=True):
        first = sum(walk(tree, row) for tree in forest[:30])
        whole = first + (sum(walk(tree, row) for tree in forest[30:]) if first > -2 else 0)
        assert chance == pytest.approx(1 / (1 + np.exp(-whole)))


def test_a_doubtful_article_is_kept_whole_rather_than_lost() -> None:
    odds = np.array([0.02, 0.4, 0.4, 0.4, 0.01])
    lengths = np.array([20.0, 200.0, 200.0, 200.0, 20.0])
    assert chosen(odds, lengths).tolist() == [False, True, True, True, False]


def test_a_text_without_furniture_needs_no_numpy() -> None:
    code = "import sys; from dedupe import clean; clean('A title\\n\\nText.'); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.slow
def test_time_grows_with_the_page() -> None:
    def seconds(times: int) -> float:
        lines = split_lines("\n".join(whole_page() * times))
        start = time.process_time()
        find_furniture(lines, title=TITLE, url=URL)
        return time.process_time() - start

    seconds(2)
    assert seconds(80) < 16 * max(seconds(10), 0.02)
