"""Keys of lines: many at once are what each is alone, and what is quick to ask is what was asked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.affixes import learn_affixes
from dedupe.heads import head_of
from dedupe.keys import line_key, line_keys

SITES = ["", "a", "harbortimes", "site100", "größe"]
WORDS = ["Harbor", "Times", "HarborTimes", "site", "100", "07", "0", "Größe", "§", "日本", "\x80", "\n", "_"]
LINE = st.one_of(st.text(max_size=20), st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join))


@given(st.lists(LINE, max_size=8), st.sampled_from(SITES))
def test_the_keys_of_many_lines_are_those_of_each(texts, site):
    assert line_keys(texts, site) == [line_key(text, site) for text in texts]


@pytest.mark.parametrize("site", SITES)
def test_lines_of_one_kind_only(site):
    for texts in ([], ["* * *"], ["Größe"], ["0", "00", "1 0 0", ""], ["Site 100 news", "site100"]):
        assert line_keys(texts, site) == [line_key(text, site) for text in texts]


DIVIDED = re.compile(r"[:：\t|]|\s[–—=→>»›/-]|\.\.\.")


@given(st.lists(st.sampled_from([*":：\t|–=>/-. ab"]), min_size=1, max_size=9).map("".join))
def test_only_a_line_with_a_divider_has_a_head(text):
    assert DIVIDED.search(text) or head_of(text) is None


@pytest.mark.parametrize("divider", [" - ", " | ", "|", "\t", " :: ", " : ", " • ", "  – "])
def test_the_name_of_a_site_is_learned_behind_any_divider(divider):
    titles = ["Port reopens", "Mill burns", "Bus drivers return", "A late frost"]
    assert learn_affixes([[f"{title}{divider}Quayside Gazette"] for title in titles]) == (
        {"Quayside Gazette": 4},
        {},
    )
