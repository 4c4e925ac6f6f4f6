"""Facts of a data sheet: the layouts that prose shares with them, and the boxes that ordinary texts bring."""

from __future__ import annotations

import pytest

from dedupe.lines import split_lines
from dedupe.metadata import find_facts, to_metadata
from dedupe.model import Fact
from dedupe.values import value_kinds

PROSE = (
    "The harbor office said on Friday that the ferry to the islands runs again after three weeks of repairs."
)
MORE = "Nobody had expected the boat back before the end of the month, and the first trip was nearly empty."


def facts(*lines: str) -> dict[str, str]:
    return to_metadata(find_facts(split_lines("\n".join(lines))).facts)


BOX = {"employees": "11-50", "founded": "1994"}
LAYOUTS = {
    "colons": ["Employees: 11-50", "Founded: 1994"],
    "blanks before the colons": ["Employees : 11-50", "Founded : 1994"],
    "tabs": ["Employees\t11-50", "Founded\t1994"],
    "dashes": ["Employees – 11-50", "Founded – 1994"],
    "bars": ["Employees | 11-50", "Founded | 1994"],
    "dots": ["Employees ..... 11-50", "Founded ........ 1994"],
    "one line, bars": ["Employees: 11-50 | Founded: 1994"],
    "one line, nothing between": ["Employees: 11-50 Founded: 1994"],
    "stacked": ["Employees", "11-50", "Founded", "1994"],
    "a table": ["Employees | Founded", "11-50 | 1994"],
    "stars": ["**Employees:** 11-50", "**Founded:** 1994"],
    "bullets": ["• Employees: 11-50", "• Founded: 1994"],
}


@pytest.mark.parametrize("case", LAYOUTS)
@pytest.mark.parametrize("place", ["above", "between", "below"])
def test_layouts(case: str, place: str) -> None:
    above = [] if place == "above" else [PROSE]
    below = [] if place == "below" else [MORE]
    assert facts(*above, *LAYOUTS[case], *below) == BOX


NEGATIVE = {
    "dialogue": ["Anna: Where were you?", "Tom: Out.", "Anna: Out where?"],
    "a transcript": ["HOST: Good evening.", "GUEST: Good evening to you.", "HOST: Let us begin."],
    "questions and answers": ["Q: Who pays?", "A: The owner does.", "Q: When?", "A: In May."],
    "a recipe": ["Serves: 4", "Time: 40 minutes", "Flour: 300 g", "Butter: 100 g"],
    "an event": ["Date: 3 May", "Time: 7 pm", "Location: Town hall", "Tickets: $12"],
    "a schedule": ["9:00 Opening", "10:30 Coffee", "12:00 Lunch"],
    "scores": ["Ellery 3:1 Cawdle", "Hallin 0:0 Tarn"],
    "a league table": ["Team | Won | Lost | Points", "Ellery | 7 | 2 | 21", "Cawdle | 5 | 4 | 15"],
    "a job ad": ["Position: Deckhand", "Location: Port Ellery", "Salary: $31,000 a year", "Start: 1 June"],
    "an obituary": ["Born: 3 May 1931, Hallin", "Died: 9 June 2024, Port Ellery"],
    "a review": ["Director: Ann Lee", "Cast: Tom Ray, Ida Moss", "Running time: 104 minutes", "Rating: 4/5"],
    "a spec table": ["Weight: 1.2 kg", "Battery: 5000 mAh", "Screen: 6.1 inches", "Price: $499"],
    "a house": ["Bedrooms: 3", "Bathrooms: 2", "Price: $310,000", "Living area: 120 m²"],
    "a book": ["Publisher: Harbor Press", "Pages: 312", "ISBN: 978-3-16-148410-0", "Price: $24"],
    "earnings": ["Revenue: up 4% to $3.1 million", "Net income: $210,000, from $180,000"],
    "a court case": ["Plaintiff: Ann Lee", "Defendant: Harbor Trust", "Judge: T. Ray"],
    "German recipe": ["Zutaten: Mehl, Butter, Zucker", "Backzeit: 40 Minuten", "Portionen: 4"],
    "German event": ["Ort: Rathaus", "Beginn: 19 Uhr", "Eintritt: 12 Euro"],
    "French event": ["Lieu : salle des fêtes", "Date : 3 mai", "Entrée : 5 euros"],
    "Spanish event": ["Lugar: ayuntamiento", "Hora: 19:00", "Entrada: 5 euros"],
    "verses": ["O ship: the sea", "is long: and we", "are small: and cold"],
    "one note": ["Note: the office is closed on Monday."],
    "a contact at the end": ["Contact: Ann Lee, press office", "Phone: +1 555 010 4477"],
}


@pytest.mark.parametrize("case", NEGATIVE)
def test_lines_of_ordinary_texts_stay(case: str) -> None:
    assert facts(PROSE, *NEGATIVE[case], MORE) == {}


@pytest.mark.parametrize("case", NEGATIVE)
def test_lines_of_ordinary_texts_stay_above_the_text(case: str) -> None:
    assert facts("Ferry runs again after three weeks", *NEGATIVE[case], PROSE, MORE) == {}


@pytest.mark.parametrize(
    ("value", "kinds"),
    [
        ("$310.85K", {"money"}), ("€ 4 Mio.", {"money"}), ("1001-5000", {"range"}), ("500+", {"range"}),
        ("1958", {"range", "year"}), ("https://a.example/b", {"url"}), ("hallin.com", {"url"}),
        ("a@b.example", {"email"}), ("NASDAQ:ABC", {"ticker"}), ("I think so.", set()), ("", set()),
    ],
)  # fmt: skip
def test_kinds_of_values(value: str, kinds: set[str]) -> None:
    assert value_kinds(value) == kinds


def test_a_second_value_gets_a_number_and_an_equal_one_none() -> None:
    rows = [Fact("phone", value, (n,), "pair") for n, value in enumerate(["1", "2", "1", "3"])]
    assert to_metadata(rows) == {"phone": "1", "phone_2": "2", "phone_3": "3"}


def test_no_line_is_in_two_facts_of_other_layouts() -> None:
    found = find_facts(split_lines("\n".join([PROSE, *LAYOUTS["stacked"], *LAYOUTS["colons"], MORE]))).facts
    lines = [line for fact in found for line in set(fact.lines)]
    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("lines", [[], ["Employees: 11-50"], ["Employees"], [":"], ["：：：", "a:b:c"]])
def test_small_texts(lines: list[str]) -> None:
    assert len(facts(*lines)) <= 1
