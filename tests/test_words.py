"""The words of languages: the form of every file, and what patterns must and must not match."""

import json
import re
import unicodedata
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe import words

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted((ROOT / "dedupe" / "data").glob("??.json"))
ARTICLES = list(
    chain.from_iterable(
        json.loads(path.read_text("utf-8")) for path in sorted((ROOT / "fixtures/articles").glob("*.json"))
    )
)
KINDS = {
    "nav", "skip", "breadcrumb", "share", "newsletter", "cookie", "ad", "read_more", "related", "tags",
    "timestamp", "comments", "author", "copyright", "footer", "paywall", "syndication", "app", "media",
}  # fmt: skip


def test_there_are_at_least_thirty_languages():
    assert len(FILES) >= 30
    assert {"en", "de", "fr", "es", "ru", "zh", "ja", "ar", "hi", "tr"} <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
class TestFile:
    def test_has_every_month_and_weekday(self, path):
        language = words.languages()[path.stem]
        assert len(language["months"]) == 12
        assert all(language["months"])
        assert len(language["weekdays"]) >= 7
        assert language["made"]

    def test_is_folded(self, path):
        language = words.languages()[path.stem]
        plain = chain(
            chain.from_iterable(language["months"]), language["weekdays"], language["date_words"],
            language["byline_words"], chain.from_iterable(language["labels"].values()),
        )  # fmt: skip
        assert [word for word in plain if words.fold(word) != word] == []
        for pattern in chain.from_iterable(language["furniture"].values()):
            parts = re.split(r"[*~#]", pattern)
            assert [part for part in parts if words.fold(part) != part.strip()] == [], pattern

    def test_names_known_facts_and_kinds(self, path):
        language = words.languages()[path.stem]
        assert set(language["labels"]) <= set(words.facts()["canonical"])
        assert set(language["furniture"]) <= KINDS

    def test_says_nothing_twice(self, path):
        language = words.languages()[path.stem]
        for entries in (
            *language["labels"].values(),
            *language["furniture"].values(),
            language["date_words"],
        ):
            assert len(entries) == len(set(entries))

    def test_every_pattern_has_words_of_its_own(self, path):
        for pattern in chain.from_iterable(words.languages()[path.stem]["furniture"].values()):
            letters = [c for c in pattern if unicodedata.category(c)[0] in "LM"]
            assert letters or pattern.isdigit(), pattern
            assert len(letters) >= 2 or not {"*", "~"} & set(pattern), pattern


def test_weak_labels_are_known():
    assert words.weak_labels() < set(words.facts()["canonical"])


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Read more: Why the bridge was closed", "read_more"),
        ("Lesen Sie auch: Warum die Brücke gesperrt ist", "read_more"),
        ("Lire aussi : Le pont reste fermé", "read_more"),
        ("5 min read", "timestamp"),
        ("48 comments", "comments"),
        ("© 2024 Harbor Times. All rights reserved.", "copyright"),
        ("Sign up for our newsletter", "newsletter"),
        ("We use cookies to improve your experience.", "cookie"),
        ("Wir verwenden Cookies, um unser Angebot zu verbessern.", "cookie"),
        ("Advertisement", "ad"),
        ("Anzeige", "ad"),
        ("Publicidad", "ad"),
        ("Реклама на сайте", "footer"),
        ("Share on Facebook", "share"),
        ("Skip to content", "skip"),
        ("Zum Inhalt springen", "skip"),
        ("Already a subscriber? Log in", "paywall"),
        ("阅读更多：大桥为何关闭", "read_more"),
    ],
)
def test_furniture(line, kind):
    assert words.furniture(words.fold(line)) == kind


@pytest.mark.parametrize("line", ["Маркетинг", "Kynning"])
def test_a_subheading_of_one_language_is_no_furniture_of_another(line):
    """A menu entry is weak: it goes by its place alone. Such a word of any other kind would go anywhere."""
    assert words.line_furniture(line) in (None, "nav")


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article["id"])
def test_no_line_of_an_article_is_furniture(article):
    lines = [article["title"], *article["body"]]
    # A menu word can be a subheading; whoever asks must look at its place.
    found = {line: words.furniture(words.fold(line)) for line in lines}
    assert {line: kind for line, kind in found.items() if kind not in (None, "nav")} == {}


@pytest.mark.parametrize(
    "line", ["750", "1001-5000", "15 September 2006", "5. Use natural remedies", "", "—"]
)
def test_numbers_and_dates_are_no_furniture(line):
    assert words.furniture(words.fold(line)) is None


def test_months_that_languages_disagree_on_are_not_guessed():
    assert "listopad" not in words.months()
    assert set(words.ambiguous_months()["listopad"].values()) == {10, 11}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_pattern_is_found_by_a_line_of_its_own(path):
    patterns = list(chain.from_iterable(words.languages()[path.stem]["furniture"].values()))
    for pattern in patterns:
        line = pattern.replace("#", "12").replace("~", "ann lee").replace("*", "one more word")
        assert words.furniture(line) is not None, pattern
        assert words.line_furniture(line) == words.furniture(line)


@given(
    st.sampled_from(["Read more:", "12", "The", "Ann Lee", "阅读更多：", "5分前"]),
    st.text(" abcé.,:7©", max_size=300),
)
def test_a_long_line_is_looked_up_as_any_other(beginning, rest):
    for line in (f"{beginning} {rest}", f"{rest} {beginning}"):
        assert words.line_furniture(line) == words.furniture(words.fold(line))
