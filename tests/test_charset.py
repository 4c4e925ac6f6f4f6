"""Charsets that nobody states: the letters of a page tell."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from dedupe.charset import decode_legacy, guess
from dedupe.page import read_page
from dedupe.textfile import decode

ARTICLES = Path(__file__).parent.parent / "fixtures" / "articles"
USED = {
    "de": ("cp1252",), "fr": ("cp1252",), "es": ("cp1252",), "it": ("cp1252",), "pt": ("cp1252",),
    "ru": ("cp1251", "koi8-r"), "ar": ("cp1256",), "ja": ("shift_jis", "euc-jp"), "zh": ("gbk",),
    "ko": ("euc-kr",),
}  # fmt: skip
OTHERS = {
    "cp1250": "Po trzydziestu latach przerwy stary młyn nad rzeką znów miele mąkę, choć worek kosztuje.",
    "iso-8859-2": "Starý mlýn u řeky znovu mele mouku, přestože pytel stojí dvakrát tolik co v obchodě.",
    "cp1254": "Kasabanın yüz yıllık değirmeni üç yıl süren onarımın ardından kapılarını açtı.",
    "cp1257": "Senasis malūnas prie upės vėl mala miltus, nors maišas kainuoja dvigubai daugiau nei mieste.",
    "cp1253": "Το παλιό ταχυδρομείο του νησιού άνοιξε ξανά τη Δευτέρα, ύστερα από επτά χρόνια.",
    "cp1255": "הספרייה הישנה שליד הנמל נפתחה מחדש ביום ראשון, אחרי ארבע שנים של שיפוצים.",
    "tis-620": "ตลาดน้ำเก่าริมคลองกลับมาเปิดอีกครั้งเมื่อวันอาทิตย์ หลังจากปิดซ่อมสะพานไม้มานานเกือบสองปี",
    "big5": "河邊的老磨坊又開始磨麵粉了。兩百多人排隊等候，這個地方的人們都很高興。",
}


@pytest.mark.parametrize(("language", "charset"), [(lang, name) for lang in USED for name in USED[lang]])
def test_articles_in_charsets_of_their_languages(language: str, charset: str) -> None:
    articles = json.loads((ARTICLES / f"{language}.json").read_text(encoding="utf-8"))
    for article in articles:
        data = "\n".join(article["body"]).encode(charset, "ignore")
        if not data.isascii():
            assert data.decode(guess(b"<div class=text>" + data)) == data.decode(charset)


@pytest.mark.parametrize("charset", OTHERS)
def test_one_sentence_is_enough(charset: str) -> None:
    page = read_page(f"<title>x</title><p>{OTHERS[charset]}</p>".encode(charset))
    assert page.text == OTHERS[charset]


def test_a_stated_charset_is_taken_for_the_wider_one() -> None:
    text = "<meta charset=gb2312><p>朱镕基与赵朴初谈起旧事，说的是半个世纪以前的故事。"
    assert decode_legacy(text.encode("gbk"), "") == text


def test_a_broken_byte_leaves_the_stated_charset() -> None:
    text = "Первым по мосту проехал не мэр, а водитель автобуса. " * 3
    assert decode_legacy(text.encode("cp1251") + b"\x98", "windows-1251").startswith(text)


@pytest.mark.parametrize("charset", [*OTHERS, "koi8-u", "cp1251"])
def test_text_files_are_guessed_too(charset: str) -> None:
    text = OTHERS.get(charset, "Первым по мосту проехал не мэр, а водитель автобуса, как уже было.\n")
    assert decode(text.encode(charset))[0] == text


def test_utf8_with_a_broken_byte_is_no_other_charset() -> None:
    text = "Die Brücke über den Fluss wurde für den ganzen Verkehr gesperrt. " * 3
    assert decode(text.encode() + b"\xff")[1] == "cp1252"


@pytest.mark.parametrize("junk", [b"<", b"<a", b"<script>", b"\xe9", b"<a\xe9"])
def test_guessing_takes_bounded_time(junk: bytes) -> None:
    start = time.process_time()
    guess(junk * 2_000_000)
    assert time.process_time() - start < 5
