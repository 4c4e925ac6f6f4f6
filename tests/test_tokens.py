from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedupe import tokens as room
from dedupe.align import alike
from dedupe.fold import fold_character
from dedupe.tokens import (
    ALONE,
    CAPITAL,
    CASELESS,
    LINE,
    LONGEST,
    NUMBER,
    SENTENCE,
    SHOUT,
    details,
    hash_word,
    tokens,
    words,
)

WORDS = [
    ("The cat's hat", "the cats hat"),
    ("U.S. and U.K. firms", "us and uk firms"),
    ("unt,il it stops,then", "until it stopsthen"),
    ("1,234.5 1.234,5 12'345", "1234.5 1234.5 12345"),
    ("1\u00a0234\u00a0567 km and 15\u00a0kg", "1234567 km and 15 kg"),
    ("3.5 percent. 12.05.2024", "3.5 percent 12 05 2024"),
    ("naïve NAÏVE nai\u0308ve", "naive naive naive"),
    ("Straße STRASSE", "strasse strasse"),
    ("ﬁne ½ m²", "fine 1 2 m2"),
    ("٣٤ १२ ２０２４年", "34 12 2024 年"),
    ("東京タワー", "东 京 タ ワ ー"),
    ("ｶﾞｽ ガス", "カ ス カ ス"),
    ("서울에서 만난", unicodedata.normalize("NFD", "서울에서 만난")),
    ("की कि क", "की कि क"),
    ("مُحَمَّد محمد", "محمد محمد"),
    ("so\u00adft zero\u200bwidth", "soft zerowidth"),
    ("word\ufffdword \ud800x", "word word x"),
    ("", ""),
    ("... -- !", ""),
    ("'quoted' 'tis", "quoted tis"),
    ("𠮷野家 𝐁old 😀", "𠮷 野 家 bold"),
]


@pytest.mark.parametrize(("text", "folded"), WORDS)
def test_words(text: str, folded: str) -> None:
    assert words(text) == folded.split()


def test_syllables_and_their_letters_are_one_word() -> None:
    assert words(unicodedata.normalize("NFD", "서울에서 만난")) == words("서울에서 만난")


FLAGS = [
    ("Big NATO and A 12th 3rds 4genetics", [CAPITAL, CAPITAL | SHOUT, 0, CAPITAL, NUMBER, NUMBER, 0]),
    ("8일부터 7th", [NUMBER, NUMBER]),
    ("he left. Then Ann", [LINE | SENTENCE, 0, CAPITAL | SENTENCE, CAPITAL]),
    ("one\nTwo", [LINE | SENTENCE, CAPITAL | LINE]),
    ("北 x", [ALONE | CASELESS | LINE | SENTENCE, 0]),
]


@pytest.mark.parametrize(("text", "flags"), FLAGS)
def test_flags(text: str, flags: list[int]) -> None:
    assert details(text).flags.tolist() == [
        f | (LINE | SENTENCE if not i else 0) for i, f in enumerate(flags)
    ]


def test_places_give_the_words_back() -> None:
    text = "Ærø’s ﬁne U.S. point"
    found = details(text)
    pieces = [text[a:b] for a, b in zip(found.starts, found.ends, strict=True)]
    assert pieces == ["Ærø’s", "ﬁne", "U.S", "point"]


def test_pairs_of_a_damaged_word_are_mostly_the_same() -> None:
    good, damaged, other = (int(details(w).pairs[0]) for w in ("government", "govemment", "parliament"))
    assert alike(good, damaged, True)
    assert not alike(good, other, False)


TEXT = st.text(
    st.one_of(
        st.characters(max_codepoint=0x10FFF), st.sampled_from("ab1 .,'’\n\u00a0\u0301é東か가कि９ß\u00ad")
    ),
    max_size=60,
)


def slowly(text: str) -> list[str]:
    """The definition, one character at a time."""
    stream = [c for character in text for c in fold_character(character)]

    def kind(at: int) -> str:
        if not 0 <= at < len(stream):
            return "break"
        code = ord(stream[at])
        number = int(room._kinds(np.array([code], np.uint32))[0])
        return ["break", "letter", "digit", "solo", "apostrophe", "point", "narrow"][number]

    found, word = [], ""
    for at, character in enumerate(stream):
        here, before, after = kind(at), kind(at - 1), kind(at + 1)
        if here in ("letter", "digit"):
            word += character
            continue
        if here in ("apostrophe", "point", "narrow") and {before, after} <= {"letter", "digit"}:
            digits = before == after == "digit"
            run = [kind(at + k) == "digit" for k in (1, 2, 3, 4)]
            if digits and (here == "apostrophe" or run == [True, True, True, False]):
                continue
            if digits and here == "point":
                word += "."
                continue
            if not digits and here != "narrow":
                continue
        found.append(word)
        word = ""
        if here == "solo":
            found.append(character)
    found = [part for w in [*found, word] for part in (w.split(".") if w.count(".") > 1 else [w])]
    cut = [w[i : i + LONGEST] for w in found for i in range(0, len(w), LONGEST)]
    return [w for w in cut if w]


@given(TEXT)
@example("1,234")
@example("a" * 200)
@example("1.1.1.1")
def test_the_engine_follows_the_definition(text: str) -> None:
    assert words(text) == slowly(text)


@given(st.lists(TEXT, max_size=6))
def test_words_of_a_batch_are_those_of_its_texts(texts: list[str]) -> None:
    batch = tokens(texts)
    for number, text in enumerate(texts):
        hashes = batch.hashes[batch.offsets[number] : batch.offsets[number + 1]]
        assert hashes.tolist() == [hash_word(word) for word in words(text)]
        assert len(details(text).flags) == len(hashes)


def test_a_long_text_is_the_same_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["one two three " * 50, "", "x" * 300, "four, 1,234 five\n" * 9]
    whole = tokens(texts)
    monkeypatch.setattr(room, "BATCH", 40)
    pieces = tokens(texts)
    assert pieces.hashes.tolist() == whole.hashes.tolist()
    assert pieces.offsets.tolist() == whole.offsets.tolist()


def test_nothing_in_nothing_out() -> None:
    assert tokens([]).offsets.tolist() == [0]
    assert tokens(["", " "]).offsets.tolist() == [0, 0, 0]
