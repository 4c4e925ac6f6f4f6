# ruff: noqa: E501 (tables of cases)
"""Written dates: a table of what people write, and of what only looks like a date."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import words
from dedupe.dates import Order, beside_dates, find_dates, numeric_orders

D = "2024-03-12"
WRITTEN = {
    "en": {
        "March 12, 2024": D, "Mar 12, 2024": D, "Mar. 12, 2024": D, "12 March 2024": D, "12 Mar 2024": D,
        "12th March 2024": D, "March 12th, 2024": D, "12th of March 2024": D, "12th of March, 2024": D,
        "12-Mar-2024": D, "MARCH 12, 2024": D, "Tuesday, March 12, 2024": D, "Tue 12 Mar 2024": D,
        "March 1st, 2024": "2024-03-01", "2nd May 2024": "2024-05-02", "3rd of June, 2025": "2025-06-03",
        "Sept. 9, 2023": "2023-09-09", "Sep 9, 2023": "2023-09-09", "2024 March 12": D,
        "March 12, 2024, 3:32 am": D + "T03:32", "March 12, 2024 at 3:32 PM": D + "T15:32",
        "March 12, 2024 3:32 p.m.": D + "T15:32", "March 12, 2024, 12:00 am": D + "T00:00",
        "March 12, 2024, 12:30 pm": D + "T12:30", "March 12, 2024, 3 pm": D + "T15:00",
        "March 12, 2024 | 15:32": D + "T15:32", "March 12, 2024 - 15:32 GMT": D + "T15:32+00:00",
        "March 12, 2024 at 15:32 UTC": D + "T15:32+00:00", "12 March 2024, 15:32:07": D + "T15:32",
        "4 min readMarch 12, 20243:32 PM": D + "T15:32", "12 March 202415:32": D + "T15:32", "Ann LeeMar 12, 2024": D,
        "readMarch 12, 20243:32PM GMT": D + "T15:32+00:00", "LeeMarch 12, 202403:32": D + "T03:32",
        "13/03/202415:32": "2024-03-13T15:32",
        "Published: March 12, 2024": D, "Posted on March 12, 2024": D, "Last updated 12 March 2024": D,
    },
    "de": {
        "12. März 2024": D, "12. Mrz. 2024": D, "Dienstag, 12. März 2024": D, "Di., 12.03.2024": D,
        "12.03.2024, 15:32 Uhr": D + "T15:32", "12. März 2024 um 15.32 Uhr": D + "T15:32",
        "12.3.2024": D, "Veröffentlicht am 12. März 2024": D, "1. Januar 2024": "2024-01-01", "Stand: 12.03.2024": D,
    },
    "fr": {
        "12 mars 2024": D, "le 12 mars 2024": D, "mardi 12 mars 2024": D, "1er juin 2025": "2025-06-01",
        "12 mars 2024 à 15h32": D + "T15:32", "Publié le 12 mars 2024 à 15:32": D + "T15:32",
        "8 août 2023": "2023-08-08", "3 févr. 2024": "2024-02-03", "25 décembre 2023": "2023-12-25",
    },
    "es": {
        "12 de marzo de 2024": D, "12 marzo 2024": D, "martes, 12 de marzo de 2024": D, "12 de marzo del 2024": D,
        "12 mar 2024": D, "Publicado el 12 de marzo de 2024": D, "12 de marzo de 2024 a las 15:32": D + "T15:32",
    },
    "pt": {"12 de março de 2024": D, "12 março 2024": D, "1º de março de 2024": "2024-03-01", "12/mar/2024": D},
    "it": {"12 marzo 2024": D, "martedì 12 marzo 2024": D, "1° marzo 2024": "2024-03-01", "12 marzo 2024 alle 15:32": D + "T15:32"},
    "nl": {"12 maart 2024": D, "dinsdag 12 maart 2024": D, "12 mrt 2024": D, "12 maart 2024 om 15:32": D + "T15:32"},
    "ru": {"12 марта 2024": D, "12 марта 2024 г.": D, "12 марта 2024 года": D, "12 марта 2024, 15:32": D + "T15:32"},
    "uk": {"12 березня 2024": D, "12 березня 2024 року": D},
    "pl": {"12 marca 2024": D, "12 marca 2024 r.": D, "wtorek, 12 marca 2024": D},
    "cs": {"12. března 2024": D, "12. 3. 2024": D},
    "sk": {"12. marca 2024": D, "12. 3. 2024": D},
    "hu": {"2024. március 12.": D, "2024. március 12., kedd": D, "2024.03.12.": D},
    "ro": {"12 martie 2024": D, "marți, 12 martie 2024": D},
    "tr": {"12 Mart 2024": D, "12 Mart 2024, Salı": D, "12 Mart 2024 15:32": D + "T15:32"},
    "el": {"12 Μαρτίου 2024": D, "Τρίτη 12 Μαρτίου 2024": D},
    "sv": {"12 mars 2024": D, "tisdag 12 mars 2024": D, "den 12 mars 2024": D},
    "da": {"12. marts 2024": D, "tirsdag den 12. marts 2024": D},
    "nb": {"12. mars 2024": D},
    "no": {"12. mars 2024": D},
    "fi": {"12. maaliskuuta 2024": D, "12.3.2024": D},
    "id": {"12 Maret 2024": D, "Selasa, 12 Maret 2024": D},
    "ms": {"12 Mac 2024": D},
    "vi": {"12 tháng 3 năm 2024": D, "ngày 12 tháng 3, 2024": D, "12 tháng 3, 2024": D},
    "zh": {"2024年3月12日": D, "2024 年 3 月 12 日": D, "2024年3月12日 15:32": D + "T15:32", "2024-03-12 15:32": D + "T15:32"},
    "ja": {"2024年3月12日": D, "2024年3月12日（火）": D, "2024年3月12日 15時32分": D + "T15:32", "2024/03/12": D},
    "ko": {"2024년 3월 12일": D, "2024.03.12": D, "2024.03.12. 15:32": D + "T15:32", "2024년 3월 12일 오후 3:32": D + "T15:32"},
    "ar": {"12 مارس 2024": D, "الثلاثاء 12 مارس 2024": D},
    "fa": {"12 مارس 2024": D},
    "he": {"12 במרץ 2024": D},
    "hi": {"12 मार्च 2024": D},
    "th": {"12 มีนาคม 2567": D, "12 มี.ค. 2567": D},
    "bg": {"12 март 2024": D, "12 март 2024 г.": D},
    "hr": {"12. ožujka 2024.": D},
    "sr": {"12. март 2024.": D},
    "lt": {"2024 m. kovo 12 d.": D},
    "lv": {"2024. gada 12. marts": D},
    "et": {"12. märts 2024": D},
    "ca": {"12 de març de 2024": D},
    "": {
        "2024-03-12": D, "2024/03/12": D, "2024.03.12": D, "2024-3-1": "2024-03-01", "2024-03-12T15:32": D + "T15:32",
        "2024-03-12T15:32:07Z": D + "T15:32+00:00", "2024-03-12T15:32:07.123+02:00": D + "T15:32+02:00",
        "2024-03-12 15:32 +0200": D + "T15:32+02:00", "12.03.2024": D, "13/03/2024": "2024-03-13",
        "03/13/2024": "2024-03-13", "13-03-2024": "2024-03-13", "05/05/2024": "2024-05-05", "29.02.2024": "2024-02-29",
    },
}  # fmt: skip
ROWS = [(code, line, iso) for code, table in WRITTEN.items() for line, iso in table.items()]


@pytest.mark.parametrize(("code", "line", "iso"), ROWS, ids=[f"{code}: {line}" for code, line, _ in ROWS])
def test_written(code: str, line: str, iso: str) -> None:
    if code and code not in words.languages():
        pytest.skip(f"no words of {code} are shipped")
    found = find_dates(line)
    assert [each.iso for each in found] == [iso]
    assert line[found[0].start : found[0].end].strip()


def test_the_table_is_wide() -> None:
    assert len(ROWS) >= 120
    assert len(WRITTEN) >= 25


NO_DATES = [
    # impossible or incomplete
    "31 February 2024", "February 30, 2024", "2024-02-30", "2023-02-29", "31.04.2024", "32.01.2024", "00.03.2024",
    "13/13/2024", "2024-13-01", "March 2024", "12 March", "2024", "12.03.", "12.03.24", "03/12/24", "’24", "May 24",
    # glued, and nobody knows where the parts begin; `Mac` is a month of Malay
    "March 12, 20241532", "March 12, 2024332", "12 March 202499:15", "March 12, 20243:75", "March 122024", "iMac 12, 2024",
    "12 March 20243.32", "readApril 2024",
    # readable in two ways
    "03/04/2025", "3-4-2025", "01/02/2024",
    # prose
    "In May 2025 the 27 members met.", "In 2024 the 12 boats sailed.", "The 2024 season had 12 rounds.",
    "She may 2024 times say no.", "He sold 12 of 2024 boats.", "From 1998 to 2024 it grew.", "Between 3 and 12 in 2024.",
    # numbers of other kinds
    "$2024.12", "€ 12.500", "12,2024 units", "version 1.2.2024.7", "v2024.3", "192.168.2024.1", "10.1000/182",
    "+49 30 1203 2024", "555-0112-2024", "(030) 12 03 20 24", "3:1", "21:12, 18:21, 2024 fans", "§ 12 Abs. 3 2024",
    "Article 12(3) of 2024", "No. 12/2024", "ISBN 978-3-16-148410-0", "ISSN 2024-0312", "12/2024", "2024/12", "1/2 of 2024",
    "12 km 2024", "room 12, floor 3, 2024 Main Street", "20240312", "1234-56-78",
]  # fmt: skip


@pytest.mark.parametrize("line", NO_DATES)
def test_no_date(line: str) -> None:
    assert [found.iso for found in find_dates(line)] == []


@pytest.mark.parametrize(
    ("line", "order", "iso"),
    [
        ("03/04/2025", "dmy", "2025-04-03"), ("03/04/2025", "mdy", "2025-03-04"), ("3-4-2025", "dmy", "2025-04-03"),
        ("13/04/2025", "mdy", "2025-04-13"), ("04/13/2025", "dmy", "2025-04-13"), ("03.04.2025", "mdy", "2025-04-03"),
        ("03/04/2025 15:32", "dmy", "2025-04-03T15:32"),
    ],
)  # fmt: skip
def test_an_order_settles_what_can_be_read_two_ways(line: str, order: Order, iso: str) -> None:
    assert [found.iso for found in find_dates(line, order)] == [iso]


@pytest.mark.parametrize(
    ("line", "orders"),
    [("31/12/2024", {"dmy"}), ("12/31/2024", {"mdy"}), ("1/2/2024", set()), ("31/12/2024 12/31/2024", {"dmy", "mdy"}), ("31/31/2024", set())],
)  # fmt: skip
def test_orders_that_a_line_proves(line: str, orders: set[Order]) -> None:
    assert numeric_orders(line) == orders


def test_two_dates_on_a_line_and_which_is_an_update() -> None:
    found = find_dates("Published 3 May 2024, 4:10 pm; updated 5 May 2024")
    assert [(each.iso, each.is_update) for each in found] == [
        ("2024-05-03T16:10", False),
        ("2024-05-05", True),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Updated: 3 May 2024",
        "Last modified on 3 May 2024",
        "Aktualisiert am 3.5.2024",
        "Mis à jour le 3 mai 2024",
    ],
)
def test_updates(line: str) -> None:
    assert [found.is_update for found in find_dates(line)] == [True]


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        ("Published Tuesday, 12 March 2024 at 3:32 pm EST", []),
        ("12 March 2024 | 15:32 CET", []),
        ("Veröffentlicht am 12.03.2024 um 15:32 Uhr", []),
        ("Ann Lee, 12 March 2024", ["ann", "lee"]),
        ("The fair of 12 March 2024", ["fair"]),
    ],
)
def test_what_stands_beside_a_date(line: str, rest: list[str]) -> None:
    assert beside_dates(line, find_dates(line)) == rest


@given(st.dates(date(1700, 1, 1), date(2100, 12, 31)))
def test_iso_dates_are_read_as_they_are(day: date) -> None:
    assert [found.iso for found in find_dates(f"Published: {day.isoformat()}")] == [day.isoformat()]


@given(st.text())
def test_spans_are_in_order_and_hold_a_year(line: str) -> None:
    end = 0
    for found in find_dates(line + " 12 March 2024 " + line):
        assert end <= found.start < found.end
        end = found.end


@pytest.mark.parametrize(
    "odd", ["a", "é", "\u0301", "年", "+", "•", " ", "ab ", "1 a", "12:", "1 de ", "2024 "]
)
def test_a_long_line_of_one_odd_thing_takes_no_time(odd: str) -> None:
    start = time.process_time()
    for before in ("", "1234 1 ", "12 May 2024", "2024-05-27"):
        find_dates(before + odd * (20_000 // len(odd)) + " 1 2024", "dmy")
    assert time.process_time() - start < 3  # it was 20 seconds for a run of letters


def test_many_times_before_a_date_take_no_time() -> None:
    start = time.process_time()
    found = find_dates("12:30 " * 400_000 + "on May 3, 2024")
    assert time.process_time() - start < 4  # it was 10 seconds
    assert [each.iso for each in found] == ["2024-05-03T12:30"]
