# ruff: noqa: E501 (tables of cases)
"""Encoding repair: the way back to the original, gates that miss nothing, steps that come to rest."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.repair import STEPS, Repaired, align, repair, repair_line


def came_from(repaired: Repaired, word: str) -> str:
    """Give what stands in the original where a word of the repaired text came from."""
    start = repaired.text.index(word)
    return repaired.original[slice(*repaired.origin(start, start + len(word)))]


# --- the way back ----------------------------------------------------------------------------------------

# Original, then pairs of a word in the repaired text and what it was before.
ORIGINS = {
    "nothing to do": ("one two\nthree", {"one": "one", "three": "three"}),
    "CRLF": ("one\r\ntwo\r\n\r\nthree\r\n", {"one": "one", "two": "two", "three": "three"}),
    "CR": ("one\rtwo\r\rthree", {"two": "two", "three": "three"}),
    "mixed line ends": ("one\r\ntwo\rthree\nfour\u2028five\x0csix\x0bseven", {"four": "four", "five": "five", "seven": "seven"}),
    "byte order mark": ("\ufeffone two", {"one": "one", "two": "two"}),
    "byte order mark and CRLF": ("\ufeffone\r\ntwo", {"one": "one", "two": "two"}),
    "an entity": ("R&amp;D pays", {"R": "R", "&": "&amp;", "D": "D", "pays": "pays"}),
    "an entity wrapped three times": ("R&amp;amp;amp;D pays", {"&": "&amp;amp;amp;", "pays": "pays"}),
    "an entity at the beginning": ("&quot;No&quot; she said", {"No": "No", "she": "she", "said": "said"}),
    "an entity at the end": ("Marks &amp; Sons &amp;", {"Marks": "Marks", "Sons": "Sons"}),
    "nothing but entities": ("&lt;&gt;&amp;", {"<": "&lt;", ">": "&gt;", "&": "&amp;"}),
    "an entity of two characters": ("a &NotEqualTilde; b end", {"a": "a", "end": "end"}),
    "entities in several lines": ("a&amp;b\nc&amp;d\r\ne&amp;f last", {"c": "c", "d": "d", "f": "f", "last": "last"}),
    "mojibake": ("Itâ€™s the cafÃ© again", {"It": "It", "’": "â€™", "caf": "caf", "é": "Ã©", "again": "again"}),
    "mojibake at the edges": ("â€œNo one cameâ€\x9d", {"No": "No", "one": "one", "came": "came"}),
    "mojibake of a whole word": ("Ð¼Ð¾ÑÑ opened", {"opened": "opened"}),
    "mojibake, twice": ("the cafÃƒÂ© was shut", {"the": "the", "was": "was", "shut": "shut"}),
    "entities around mojibake": ("caf&Atilde;&copy; open", {"caf": "caf", "é": "&Atilde;&copy;", "open": "open"}),
    "soft hyphens": ("co\u00adope\u00adra\u00adtion pays", {"pays": "pays", "cooperation": "co\u00adope\u00adra\u00adtion"}),
    "a soft hyphen at the beginning": ("\u00adnow then", {"then": "then"}),
    "zero-width spaces": ("one\u200b two\u200b\u200b three", {"one": "one", "two": "two", "three": "three"}),
    "control characters": ("one\x00 two\x07\x1b[31m three", {"one": "one", "two": "two", "three": "three"}),
    "a line of nothing but debris": ("one\n\u200b\u200b\ntwo &amp; three", {"one": "one", "two": "two", "three": "three"}),
    "spaces": ("10\u00a0000\u202f€ each", {"10": "10", "000": "000", "€": "€", "each": "each"}),
    "composition": ("cafe\u0301 noi\u0308r fin", {"caf": "caf", "é": "e\u0301", "fin": "fin", "r": "r"}),
    "Hangul syllables": ("\u1112\u1161\u11ab\u1100\u1173\u11af is", {"한": "\u1112\u1161\u11ab", "is": "is"}),
    "surrogates": ("an \ud83d\ude00 emoji", {"an": "an", "😀": "\ud83d\ude00", "emoji": "emoji"}),
    "a lone surrogate": ("half \ud83d of one", {"half": "half", "of": "of", "one": "one"}),
    "many in one line": (
        "Itâ€™s R&amp;D\u00a0work, co\u00adope\u200bration cafe\u0301 ends",
        {"R": "R", "work": "work", "ends": "ends", "caf": "caf"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ORIGINS)
def test_the_way_back(case: str) -> None:
    original, words = ORIGINS[case]
    repaired = repair(original)
    assert {word: came_from(repaired, word) for word in words} == words


@pytest.mark.parametrize("case", ORIGINS)
def test_the_whole_text_came_from_the_whole_original(case: str) -> None:
    original, _ = ORIGINS[case]
    repaired = repair(original)
    start, end = repaired.origin(0, len(repaired.text))
    assert original[:start].strip("\ufeff") == ""
    assert original[end:].strip("\r\n") == ""


@pytest.mark.parametrize("case", ORIGINS)
def test_changes_name_the_lines_that_changed(case: str) -> None:
    original, _ = ORIGINS[case]
    repaired = repair(original)
    for change in repaired.changes:
        before = original[change.start : change.end]
        assert repair_line(before) == (repaired.text[change.to_start : change.to_end], change.rule)
        assert not set(before) & set("\r\n\x0b\x0c\u2028\u2029")


def test_lines_that_need_nothing_are_no_changes() -> None:
    repaired = repair("fine\nR&amp;D\nfine too\nIt’s “fine”\n")
    assert [(c.start, c.end, c.rule) for c in repaired.changes] == [(5, 12, "entity")]


def test_a_text_that_needs_nothing_is_the_same_object() -> None:
    text = "Plain.\nTypographic “quotes” – and naïve Zürich, Ōsaka, Łódź.\n東京。\n"
    assert repair(text).text is text


def test_repeated_words_go_back_to_their_own_places() -> None:
    original = "no &amp; no &amp; no &amp; no"
    repaired = repair(original)
    places = [at for at in range(len(repaired.text)) if repaired.text.startswith("no", at)]
    assert [repaired.origin(at, at + 2)[0] for at in places] == [0, 9, 18, 27]


def test_an_offset_at_a_line_end_stays_on_its_line() -> None:
    original = "one &amp;\r\ntwo &amp;\r\n"
    repaired = repair(original)
    assert repaired.text == "one &\ntwo &\n"
    assert repaired.origin(0, 5) == (0, 9)
    assert repaired.origin(6, 11) == (11, 20)


@pytest.mark.parametrize(
    ("original", "fixed", "marks"),
    [
        ("abc", "abc", []),
        ("", "", []),
        ("&amp;", "&", [0, 0, 1, 5]),
        ("a&amp;b", "a&b", [1, 1, 2, 6]),
        ("a & b", "a & b", []),
        ("a\u00adb", "ab", [1, 1, 1, 2]),
        ("e\u0301a", "éa", [0, 0, 1, 2]),
        ("xx-----yyy", "xxyyy", [2, 2, 2, 7]),
    ],
)
def test_align(original: str, fixed: str, marks: list[int]) -> None:
    assert align(original, fixed).tolist() == marks


# --- laws ------------------------------------------------------------------------------------------------

WORDS = [
    "alder",
    "birch",
    "cedar",
    "damson",
    "elder",
    "fig",
    "gorse",
    "hazel",
    "ivy",
    "juniper",
    "larch",
    "maple",
    "oak",
    "poplar",
    "rowan",
    "sloe",
]
DAMAGE = [
    "&amp;", "&amp;amp;", "&#8217;", "&nbsp;", "&eacute;", "&lt;", "cafÃ©", "â€™", "â€œ", "Ã¼", "Ð¼Ð¾ÑÑ‚",
    "\u00ad", "\u200b", "\u00a0", "\u202f", "\ufeff", "\x00", "\x1b[0m", "e\u0301", "a\u0308", "\u200e",
    "\r\n", "\n", "\r", "\u2028", "\x0c", "’", "“", "…", "東京", "мост", "\ud83d\ude00", "\ud800", "&", ";", "AT&T;",
]  # fmt: skip
damaged = st.lists(st.one_of(st.sampled_from(WORDS), st.sampled_from(DAMAGE)), max_size=25).flatmap(
    lambda parts: st.sampled_from([" ".join(parts), "".join(parts)])
)
anything = st.one_of(damaged, st.text(st.characters(exclude_categories=())))


@given(anything)
@settings(max_examples=400)
def test_the_way_back_never_turns_round(text: str) -> None:
    repaired = repair(text)
    starts = [repaired.origin(at, at)[0] for at in range(len(repaired.text) + 1)]
    ends = [repaired.origin(0, at)[1] for at in range(len(repaired.text) + 1)]
    assert all(a <= b for a, b in pairwise(starts))
    assert all(a <= b for a, b in pairwise(ends))
    assert all(0 <= at <= len(text) for at in starts + ends)


@given(
    st.lists(st.sampled_from(DAMAGE), max_size=12),
    st.lists(st.sampled_from(WORDS), unique=True, max_size=12),
    st.randoms(use_true_random=False),
)
@settings(max_examples=400)
def test_a_word_that_stands_once_in_both_texts_goes_back_to_itself(damage, words, r) -> None:
    parts = [*damage, *words]
    r.shuffle(parts)
    text = " ".join(parts)
    repaired = repair(text)
    for word in words:
        assert came_from(repaired, word) == word


@given(anything)
@settings(max_examples=400)
def test_no_gate_misses_what_a_step_would_change(text: str) -> None:
    """The gates look at runs of foreign characters only; every line repaired for itself says the same."""
    repaired = repair(text)
    bare = text.removeprefix("\ufeff")
    for odd in ("\r\n", "\r", "\x0b", "\x0c", "\u2028", "\u2029"):
        bare = bare.replace(odd, "\n")
    assert repaired.text == "\n".join(repair_line(line)[0] for line in bare.split("\n"))


@pytest.mark.parametrize(("name", "gate", "step"), STEPS, ids=[name for name, _, _ in STEPS])
@given(text=anything)
def test_a_gate_opens_for_all_that_its_step_changes(name, gate, step, text: str) -> None:
    line = text.replace("\r", "").replace("\n", "")
    if step(line) != line:
        assert gate(line), name


@pytest.mark.parametrize(("name", "gate", "step"), STEPS, ids=[name for name, _, _ in STEPS])
@given(text=anything)
def test_a_step_comes_to_rest(name, gate, step, text: str) -> None:
    once = step(text)
    if name == "entity" and "&amp;amp;amp;" in text:
        return  # four layers are not undone, by design
    assert step(once) == once


@given(damaged)
@settings(max_examples=300)
def test_a_repaired_text_needs_no_repair(text: str) -> None:
    once = repair(text).text
    assert repair(once).text == once


@given(st.text(st.characters(max_codepoint=0x7E, min_codepoint=0x20, exclude_characters="&")))
def test_plain_ascii_is_never_touched(text: str) -> None:
    assert repair(text) == Repaired(text, text)


# --- size ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("unit", "size"),
    [
        pytest.param(
            "Itâ€™s the cafÃ© &amp; a bar\u00a0of co\u00adope\u200bration. ", 10_000_000, id="sentences"
        ),
        pytest.param("å¤§æ¡¥", 500_000, id="mojibake without blanks"),
        pytest.param("&amp;", 1_000_000, id="entities"),
        pytest.param("\u200b", 1_000_000, id="invisible"),
        pytest.param("e\u0301", 1_000_000, id="marks"),
        pytest.param("x", 10_000_000, id="clean"),
    ],
)
def test_a_long_damaged_line(unit: str, size: int) -> None:
    text = unit * (size // len(unit)) + " end"
    begun = time.process_time()
    repaired = repair(text)
    start = repaired.text.rindex("end")
    assert repaired.origin(start, start + 3) == (len(text) - 3, len(text))
    assert time.process_time() - begun < 90


@pytest.mark.slow
def test_the_way_back_of_a_hundred_thousand_changed_lines() -> None:
    text = "R&amp;D pays off\n" * 100_000
    repaired = repair(text)
    begun = time.process_time()
    for line in range(0, 100_000, 10):
        assert repaired.origin(line * 13 + 4, line * 13 + 8) == (line * 17 + 8, line * 17 + 12)
    assert time.process_time() - begun < 10
