# ruff: noqa: E501 (tables of cases)
"""Repeats inside one document: the traps, one by one. What comes out is told by numbers of lines."""

from __future__ import annotations

import random
import time

import pytest

from dedupe import repeats
from dedupe.lines import split_lines
from dedupe.repeats import Repeat, find_repeats

WORDS = [
    "barley",
    "river",
    "lantern",
    "window",
    "copper",
    "silence",
    "walked",
    "carried",
    "under",
    "between",
    "morning",
    "heavy",
    "slowly",
    "boat",
    "village",
    "stone",
    "garden",
    "answered",
    "brother",
    "winter",
    "yellow",
    "rope",
    "kettle",
    "after",
    "because",
    "nobody",
    "whole",
    "along",
    "bridge",
    "early",
    "cabbage",
    "thunder",
    "remembered",
    "little",
    "apple",
    "school",
    "without",
    "always",
    "ladder",
    "horse",
    "candle",
    "people",
    "water",
    "never",
    "bread",
    "open",
    "wooden",
    "shoulder",
    "question",
    "crossing",
    "quietly",
    "almost",
    "thirteen",
    "behind",
]
HAN = "河桥早晨慢树老水走过田野信夜钟面包窗静姐冬石船谁路林烛篮想风岸声屋顶又磨坊远火苹果邻梯晚雾窄渡口"
KANA = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
THAI = "กขคงจชซดตถทนบปผพฟมยรลวสหอ"


def prose(seed: int, length: int = 24) -> str:
    r = random.Random(seed)
    return " ".join(r.choice(WORDS) for _ in range(length)).capitalize() + "."


def chars(seed: int, letters: str, length: int = 50, end: str = "。") -> str:
    r = random.Random(seed)
    return "".join(r.choice(letters) for _ in range(length)) + end


SCRIPTS = {
    "Latin": lambda seed: prose(seed),
    "Chinese": lambda seed: chars(seed, HAN),
    "Japanese": lambda seed: chars(seed, KANA + HAN[:20]),
    "Thai": lambda seed: chars(seed, THAI, 80, ""),
}


def found(lines: list[str]) -> list[Repeat]:
    split = split_lines("\n".join(lines))
    assert [line.text for line in split] == lines, "the test means lines as they are"
    return find_repeats(split)


def pairs(lines: list[str]) -> list[tuple[int, int]]:
    return [(repeat.line, repeat.twin) for repeat in found(lines)]


# --- copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("copies", [2, 3, 4, 5, 6])
def test_of_many_copies_the_first_stays(script: str, copies: int) -> None:
    body = [SCRIPTS[script](seed) for seed in range(5)]
    assert pairs(body * copies) == [(i, i % 5) for i in range(5, 5 * copies)]


@pytest.mark.parametrize("copies", [2, 3, 4, 5, 6])
def test_of_many_copies_of_one_line_the_first_stays(copies: int) -> None:
    assert pairs([prose(1)] * copies) == [(i, 0) for i in range(1, copies)]


def edit(line: str, seed: int) -> str:
    """Change one word in twenty-four, not the same one each time."""
    r = random.Random(seed)
    words = line.rstrip(".").split()
    for at in r.sample(range(1, len(words)), 1):
        words[at] = f"{words[at]}ly"
    return " ".join(words) + "."


@pytest.mark.parametrize("copies", [2, 3, 4, 5, 6])
def test_of_many_edited_copies_the_first_stays(copies: int) -> None:
    body = [prose(seed) for seed in range(5)]
    lines = [*body, *(edit(line, copy * 99 + n) for copy in range(copies - 1) for n, line in enumerate(body))]
    removed = pairs(lines)
    assert [line for line, _ in removed] == list(range(5, 5 * copies))
    assert {twin for _, twin in removed} <= set(range(5))


@pytest.mark.parametrize("seed", range(20))
def test_a_twin_is_always_a_line_that_stays(seed: int) -> None:
    r = random.Random(seed)
    pool = [prose(n, r.choice([3, 9, 24])) for n in range(8)]
    lines = [r.choice(pool) for _ in range(40)]
    lines = [
        edit(line, n) if r.random() < 0.2 and len(line.split()) > 8 else line for n, line in enumerate(lines)
    ]
    removed = found(lines)
    gone = {repeat.line for repeat in removed}
    assert len(gone) == len(removed)
    assert all(repeat.twin not in gone for repeat in removed)
    assert gone, "something did repeat"


@pytest.mark.parametrize("rotation", [1, 2, 3])
def test_copies_in_another_order_do_not_remove_each_other(rotation: int) -> None:
    body = [prose(seed) for seed in range(4)]
    removed = pairs([*body, *body[rotation:], *body[:rotation]])
    assert [line for line, _ in removed] == [4, 5, 6, 7]


def test_lines_made_after_one_pattern_lose_only_their_copies() -> None:
    names = ["red", "blue", "green", "white", "black", "yellow", "brown", "purple"]
    body = [
        f"Boat number {n} of the fleet is {name} and will not be seen at the pier again."
        for n, name in enumerate(names)
    ]
    assert pairs(body + body) == [(i + 8, i) for i in range(8)]


def test_clauses_for_two_parties_both_stay() -> None:
    clause = "The {} shall bear the costs of packing, transport and insurance up to the quay named in the contract."
    assert pairs([clause.format("buyer"), prose(1), clause.format("seller")]) == []


def test_lines_made_after_one_pattern_without_numbers_lose_only_their_copies() -> None:
    names = ["red", "blue", "green", "white", "black", "yellow", "brown", "purple"]
    body = [
        f"The {name} boat of the fleet will not be seen at the old pier before the end of summer."
        for name in names
    ]
    assert pairs(body + body) == [(i + 8, i) for i in range(8)]


# --- parts of lines --------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", ["Chinese", "Japanese"])
def test_paragraphs_merged_in_the_copy(script: str) -> None:
    make = SCRIPTS[script]
    body = [make(seed) for seed in range(6)]
    assert [line for line, _ in pairs([*body, *("".join(body[i : i + 2]) for i in (0, 2, 4))])] == [6, 7, 8]


@pytest.mark.parametrize("script", ["Chinese", "Japanese"])
def test_paragraphs_split_in_the_copy(script: str) -> None:
    make = SCRIPTS[script]
    body = [make(seed) for seed in range(6)]
    merged = ["".join(body[i : i + 2]) for i in (0, 2, 4)]
    assert [line for line, _ in pairs([*merged, *body])] == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("script", ["Chinese", "Japanese"])
def test_a_pull_quote(script: str) -> None:
    make = SCRIPTS[script]
    first = make(1) + make(2)
    assert pairs([first, make(3), make(2), make(4)]) == [(2, 0)]


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_teaser_goes_and_its_paragraph_stays(script: str) -> None:
    paragraphs = [SCRIPTS[script](seed) + " " + SCRIPTS[script](seed + 50) for seed in range(3)]
    teaser = paragraphs[0][: len(paragraphs[0]) // 2]
    assert pairs([teaser + "…", *paragraphs]) == [(0, 1)]


@pytest.mark.parametrize("letters", [HAN, KANA])
def test_an_edited_copy_without_spaces(letters: str) -> None:
    body = [chars(seed, letters, 60) for seed in range(5)]
    edited = [
        line[:20] + letters[seed] + line[21:45] + letters[seed + 5] + line[46:]
        for seed, line in enumerate(body)
    ]
    assert [line for line, _ in pairs([*body, *edited])] == [5, 6, 7, 8, 9]


def test_chinese_is_not_one_token() -> None:
    """Two long lines that share a half are told apart, though neither has a blank."""
    shared = chars(1, HAN, 30, "，")
    assert pairs([shared + chars(2, HAN, 40), shared + chars(3, HAN, 40)]) == []


# --- what stays ------------------------------------------------------------------------------------------

NEGATIVE = {
    "no lines": [],
    "one line": [prose(1)],
    "lines shorter than a shingle": ["Yes.", "No.", "Yes.", "No.", "Why?", "No.", "Yes."],
    "one word": ["Amen."] * 5,
    "signs without words": ["***", prose(1), "***", prose(2), "***", prose(3), "* * *"],
    "emoji": ["🎉", prose(1), "🎉", prose(2), "🎉"],
    "two sentences that differ in a number": [
        "The yard sold 314 boats in the first half of the year, more than in any year before the war.",
        "The yard sold 271 boats in the first half of the year, more than in any year before the war.",
    ],
    "a list of sentences that differ in a number": [
        f"In week {n} the gauge at the lower bridge showed {17 * n} centimeters more than at the start." for n in range(1, 9)
    ],
    "3.5 percent and 3.6 percent": [
        "Prices in the harbor towns rose by 3.5 percent. Wages hardly moved in the same time, it said.",
        "Prices in the harbor towns rose by 3.6 percent. Wages hardly moved in the same time, it said.",
    ],
    "a refrain": [prose(1, 8), "Roll on, you river, roll on down.", prose(2, 8), "Roll on, you river, roll on down.",
                  prose(3, 8), "Roll on, you river, roll on down."],
    "two refrains": [line for n in range(4) for line in (prose(n, 7), "Oh, the wind and the rain", "every day of the year", "")][:-1],
    "questions asked of three people": [
        line for n, name in enumerate(["Ann", "Tom", "Lee"])
        for line in (f"{name}:", "What did you see?", prose(3 * n, 20), "Were you afraid?", prose(3 * n + 1, 20))
    ],
    "No comment.": [prose(1), "No comment.", prose(2), "No comment.", prose(3), "No comment."],
    "a screenplay": ["ANNA", "Where were you?", "TOM", "Out.", "ANNA", "Out where?", "TOM", "Out.", "ANNA", "I see."],
    "results": ["Ellery 3-1 Cawdle", "Hallin 0-0 Tarn", "Ellery 3-1 Cawdle (women)", "Hallin 0-0 Tarn (women)"],
    "two of the same opening": [
        "The council of Port Ellery decided on Monday that the swing bridge will be sold to a museum.",
        "The council of Port Ellery decided on Monday that the fish market will open an hour later.",
    ],
}  # fmt: skip


@pytest.mark.parametrize("case", NEGATIVE)
def test_nothing_goes(case: str) -> None:
    lines = [line for line in NEGATIVE[case] if line]
    assert find_repeats(split_lines("\n".join(lines))) == []


# --- many lines ------------------------------------------------------------------------------------------


def pasted(seed: int) -> list[str]:
    """Make a text with copies of every kind: exact, edited, of one line, of a refrain."""
    r = random.Random(seed)
    body = [prose(seed * 1000 + n, r.choice([12, 24, 40])) for n in range(30)]
    again = [edit(line, n) if n % 5 == 2 else line for n, line in enumerate(body[7:])]
    return [*body, *again, prose(seed + 7777), body[3], *body[20:]]


@pytest.mark.parametrize("seed", range(8))
def test_sketch_and_index_remove_the_same(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = pasted(seed)
    by_index = [line for line, _ in pairs(lines)]
    assert len(by_index) >= 30
    monkeypatch.setattr(repeats, "_MANY_LINES", 10)
    assert [line for line, _ in pairs(lines)] == by_index


@pytest.mark.parametrize("case", [case for case in NEGATIVE if NEGATIVE[case]])
def test_the_sketch_removes_nothing_either(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "_MANY_LINES", 1)
    assert find_repeats(split_lines("\n".join(line for line in NEGATIVE[case] if line))) == []


def seconds(lines: list[str]) -> float:
    split = split_lines("\n".join(lines))
    begun = time.process_time()
    find_repeats(split)
    return time.process_time() - begun


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["unlike", "pasted", "equal", "alternating"])
def test_four_times_the_lines_take_less_than_eight_times_as_long(kind: str) -> None:
    def text(count: int) -> list[str]:
        if kind == "equal":
            return [prose(1)] * count
        if kind == "alternating":
            return [prose(n % 2, 12) for n in range(count)]
        body = [prose(n) for n in range(count // (2 if kind == "pasted" else 1))]
        return body * 2 if kind == "pasted" else body

    seconds(text(6_000))
    small, large = seconds(text(10_000)), seconds(text(40_000))
    assert large < 8 * small + 0.5  # a busy machine adds about so much
