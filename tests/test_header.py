# ruff: noqa: E501 (tables of cases)
"""Titles and dates: what is lifted, and what only stands where a heading would."""

from __future__ import annotations

import pytest

from dedupe.header import Heading, find_heading
from dedupe.lines import split_lines

BODY = [
    "The harbor office said on Friday that the ferry to the islands runs again after three weeks of repairs.",
    "Nobody had expected the boat back before the end of the month, and the first trip was nearly empty.",
]
TITLE = "Ferry to the islands runs again"
DATE = "May 3, 2024"
URL = "https://www.harbor-times.example/2024/05/ferry-to-the-islands-runs-again-81723.html"


def heading(*above: str, below: tuple[str, ...] = (), **known: str) -> Heading:
    return find_heading(split_lines("\n".join([*above, *BODY, *below])), **known)


@pytest.mark.parametrize(
    "above",
    [
        [TITLE, DATE], [TITLE, "By Ann Lee", DATE], [DATE, TITLE], ["Home", TITLE, DATE],
        ["Home > News > Local", TITLE, DATE], ["Home | News | Sport | Contact", TITLE, DATE],
        [TITLE, f"Published: {DATE}"], [TITLE, f"{DATE} | 4 min read"], [TITLE, f"By Ann Lee | {DATE}"],
    ],
    ids=" / ".join,
)  # fmt: skip
def test_headings(above: list[str]) -> None:
    found = heading(*above)
    assert (found.title, found.date) == (TITLE, "2024-05-03")


def test_a_line_with_more_than_a_date_stays() -> None:
    found = heading(TITLE, f"By Ann Lee | {DATE}")
    assert found.date_lines == ()
    assert found.title_lines == (0,)


def test_the_site_behind_a_title_goes_when_the_address_knows_it() -> None:
    assert heading(f"{TITLE} | Harbor Times", DATE, url=URL).title == TITLE
    assert heading(f"{TITLE} | Other Paper", DATE, url=URL).title == f"{TITLE} | Other Paper"


def test_a_title_of_any_length_is_read_in_time() -> None:
    blanks = " " * 300_000
    given = f"Bridge{blanks}opens"
    assert heading(TITLE, title=given).title == given
    assert heading(TITLE, title=" | a" * 100_000, url=URL).title
    assert heading(f"# Bridge{blanks}opens", DATE).date == "2024-05-03"


def test_what_a_record_says_wins() -> None:
    found = heading(TITLE, DATE, title="Another title", date="2020-01-01")
    assert (found.title, found.date, found.title_lines) == ("Another title", "2020-01-01", ())


def test_a_title_in_the_record_lifts_the_line_that_repeats_it() -> None:
    found = heading("Home", TITLE.upper(), title=TITLE)
    assert found.title_lines == (1,)


def test_the_time_of_the_line_is_kept_when_the_field_has_the_day_alone() -> None:
    assert heading(TITLE, f"{DATE}, 4:10 pm", date="2024-05-03").date == "2024-05-03T16:10"


def test_the_first_publication_wins_over_an_update() -> None:
    found = heading(TITLE, "Updated: May 9, 2024", f"Published: {DATE}")
    assert found.date == "2024-05-03"


@pytest.mark.parametrize(
    "above", [[], ["2024"], ["31 February 2024"], ["© May 3, 2024 Harbor Times"]], ids=str
)
def test_no_date(above: list[str]) -> None:
    assert heading(*above).date is None


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ann,\nthe boat is back.\nYours, Tom",
        "ANNA\nWhere were you?\nTOM\nOut.",
        "“Where were you?”\n" + "\n".join(BODY),
        "Where the tide goes out at seven\nand the gulls come in at eight,\nthere we left the boat till morning,",
        "- bread\n- butter\n- plums",
        "Q: Who pays?\nA: The owner does.",
        "",
        "One",
    ],
)
def test_no_title(text: str) -> None:
    found = find_heading(split_lines(text))
    assert (found.title, found.title_lines) == (None, ())


@pytest.mark.parametrize(
    ("url", "iso"),
    [
        ("https://paper.de/a", "2024-04-03"),
        ("https://paper.example/2024/04/03/a", "2024-04-03"),
        ("https://paper.example/2024/03/04/a", "2024-03-04"),
        ("https://paper.com/a", None),
        ("", None),
    ],
)
def test_the_address_settles_the_order_of_numbers(url: str, iso: str | None) -> None:
    assert heading(TITLE, "03/04/2024", url=url).date == iso


def test_a_date_inside_the_text_settles_the_order_of_numbers() -> None:
    assert heading(TITLE, "03/04/2024", below=("The next boat leaves on 25/04/2024.",)).date == "2024-04-03"


def test_facts_are_no_titles() -> None:
    lines = split_lines("\n".join(["Port Ellery Shipping and Towing", TITLE, DATE, *BODY]))
    assert find_heading(lines, facts=frozenset([0])).title == TITLE


def test_a_heading_takes_no_line_of_the_body() -> None:
    for above in ([TITLE, DATE], [DATE], [TITLE], []):
        found = heading(*above, below=("May 9, 2024",))
        lines = [*found.title_lines, *found.date_lines]
        assert all(i < len(above) or i >= len(above) + len(BODY) for i in lines)
