"""The heading of a whole page, found around its article."""

from __future__ import annotations

import pytest
from test_body import MENU, STORY, TITLE, URL, whole_page

from dedupe.clean import clean
from dedupe.header import Heading
from dedupe.lines import split_lines
from dedupe.pagehead import find_page_heading


def heading_of(above: list[str], url: str | None = URL, **known: str) -> Heading:
    lines = split_lines("\n".join([*above, *STORY]))
    return find_page_heading(lines, range(len(above), len(lines)), url=url, **known)


@pytest.mark.parametrize(
    "above",
    [
        [*MENU, TITLE],
        [*MENU, *MENU, *MENU, *MENU, TITLE, "By Ann Lee", "Photo: Ann Lee"],
        [*MENU, f"News / Coast / {TITLE}", TITLE, "Copy link"],
        [*MENU, f"CoastNews{TITLE}", TITLE],
        [TITLE, *MENU, "Mayor opens the new fish hall", "Bakery closes after a century", TITLE, "3 May 2024"],
        ["The dog show is on again, and this time the cats are not invited.", *MENU, TITLE, "Share"],
    ],
)
@pytest.mark.parametrize("url", [URL, None])
def test_the_title_is_above_the_article(above: list[str], url: str | None) -> None:
    assert heading_of(above, url).title == TITLE


def test_a_part_of_a_title_is_not_the_title() -> None:
    title = "Four boats that help the outer islands"
    assert heading_of([*MENU, title, "Outer islands"], None).title == title


@pytest.mark.parametrize(
    "line", ["https://www.marrow-courier.example/coast/ferry-sails-again", "© Ann Lee | Ferry"]
)
def test_addresses_and_rights_are_no_titles(line: str) -> None:
    assert heading_of([*MENU, line]).title != line


def test_the_date_nearest_the_title_counts() -> None:
    teasers = ["Lighthouse keeper retires", "1 May 2024", *MENU]
    heading = heading_of([*teasers, TITLE, "By Ann Lee", "3 May 2024, 16:10", "Photo: Ann Lee"])
    assert (heading.date, heading.is_sure) == ("2024-05-03T16:10", True)


def test_what_the_record_says_goes_first() -> None:
    heading = heading_of([*MENU, TITLE, "3 May 2024, 16:10"], title="Ferry sails", date="2024-05-03")
    assert (heading.title, heading.date) == ("Ferry sails", "2024-05-03T16:10")


def test_a_date_at_the_top_of_a_page_is_better_than_none() -> None:
    before = Heading(date="2024-05-03", date_lines=(0,))
    lines = split_lines("\n".join(["3 May 2024", *["Menu entry"] * 80, TITLE, *STORY]))
    found = find_page_heading(lines, range(82, len(lines)), before=before, url=URL)
    assert (found.title, found.date, found.date_lines) == (TITLE, "2024-05-03", (0,))


def test_each_line_of_a_page_goes_once() -> None:
    page = [TITLE, *MENU, *MENU, *MENU, *MENU, *whole_page()]
    article = clean("\n".join(page), url=URL)
    assert article.title == TITLE
    numbers = [row.line for row in article.removed]
    assert numbers == sorted(set(numbers))
    assert len(numbers) + len(article.text.split("\n")) == len(page)
