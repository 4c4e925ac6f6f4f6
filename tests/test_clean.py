"""One document: the cut, the file that keeps its heading, and a receipt that adds up."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.clean import clean, clean_many, examine
from dedupe.cut import cut, leaves_nothing
from dedupe.ledger import is_finding
from dedupe.model import Article, Document, Failure, Removal
from dedupe.settings import Settings

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ARTICLES: list[dict[str, Any]] = [
    article
    for path in sorted((FIXTURES / "articles").glob("*.json"))
    for article in json.loads(path.read_text("utf-8"))
]
PAGE = (
    "Ferry runs again\r\n3 May 2024\r\n\r\nEmployees: 11-50\r\nFounded: 1994\r\n\r\n"
    "The ferry to the islands runs again after three weeks, the harbor office said on Friday.\r\n\r\n"
    "Itâ€™s the first boat since the storm, and R&amp;D for a new one has begun, said the master.\r\n\r\n"
    "The ferry to the islands runs again after three weeks, the harbor office said on Friday.\r\n"
)


def removed(text: str, *pieces: str) -> list[Removal]:
    """Make removals of pieces of a text, each where it stands first behind the one before."""
    rows, at = [], 0
    for piece in pieces:
        start = text.index(piece, at)
        at = start + len(piece)
        rows.append(Removal("", "line", "repeat", "", text.count("\n", 0, start) + 1, start, at, piece))
    return rows


# --- the cut ---------------------------------------------------------------------------------------------

CUTS = {
    "nothing": ("one\n\ntwo\n", [], "one\n\ntwo\n"),
    "a line": ("one\ntwo\nthree\n", ["two"], "one\nthree\n"),
    "the first line": ("one\ntwo\n", ["one"], "two\n"),
    "the last line": ("one\ntwo\n", ["two"], "one\n"),
    "the last line, no line break behind": ("one\ntwo", ["two"], "one"),
    "all lines": ("one\ntwo\n", ["one", "two"], ""),
    "between blank lines": ("one\n\ntwo\n\nthree\n", ["two"], "one\n\nthree\n"),
    "between gaps, the larger stays": ("one\n\n\ntwo\n\nthree\n", ["two"], "one\n\n\nthree\n"),
    "above a gap": ("one\ntwo\n\nthree\n", ["two"], "one\n\nthree\n"),
    "below a gap": ("one\n\ntwo\nthree\n", ["two"], "one\n\nthree\n"),
    "the head and its gap": ("title\n\none\n", ["title"], "one\n"),
    "the tail and its gap": ("one\n\nfact\n\n", ["fact"], "one\n"),
    "several lines and gaps": ("a\n\nb\n\nc\n\nd\n", ["b", "c"], "a\n\nd\n"),
    "a line with blanks around": ("one\n  two  \nthree\n", ["two"], "one\nthree\n"),
    "a sentence at the beginning": ("First one. Second one.\n", ["First one."], "Second one.\n"),
    "a sentence in the middle": ("A one. B two. C three.\n", ["B two."], "A one. C three.\n"),
    "a sentence at the end": ("A one. B two.\n", ["B two."], "A one.\n"),
    "two sentences of four": ("A. B. C. D.\n", ["B.", "D."], "A. C.\n"),
    "all sentences of a line": ("A. B.\nrest\n", ["A.", "B."], "rest\n"),
    "sentences without blanks": ("他走了。她留下。谁？", ["她留下。"], "他走了。谁？"),
    "indentation of what stays": ("  one\n\ttwo\nthree", ["three"], "  one\n\ttwo"),
    "over several lines": ("one\ntwo\nthree\nfour", ["two\nthree"], "one\nfour"),
    "over several lines, parts of them": ("one two\nthree four\n", ["two\nthree"], "one\nfour\n"),
    "blank lines elsewhere stay": ("one\n \n\n\ntwo\nthree\n\n\n", ["two"], "one\n\n\n\nthree\n\n\n"),
    "a blank text": ("\n\n", [], "\n\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", CUTS)
def test_cut(case: str) -> None:
    text, pieces, left = CUTS[case]
    assert cut(text, removed(text, *pieces)) == left


def test_a_cut_takes_removals_in_any_order() -> None:
    text = "one\n\ntwo\nthree four five\nsix\n"
    rows = removed(text, "one", "three", "five", "six")
    assert cut(text, rows) == cut(text, rows[::-1]) == "two\nfour\n"


@given(st.text("ab \n\t"), st.sets(st.integers(0, 20)))
def test_a_cut_that_leaves_nothing_is_known_without_it(text: str, edges: set[int]) -> None:
    places = sorted(edge for edge in edges if edge <= len(text))
    spans = zip(places[::2], places[1::2], strict=False)
    rows = [Removal("", "line", "furniture", "", 1, start, end, text[start:end]) for start, end in spans]
    assert leaves_nothing(text, rows) == (not cut(text, rows).strip())


# --- undamaged bodies ------------------------------------------------------------------------------------


def test_there_are_enough_articles() -> None:
    assert len(ARTICLES) >= 45


@pytest.mark.parametrize("line_break", ["\n", "\n\n"])
@pytest.mark.parametrize("article", ARTICLES, ids=[article["id"] for article in ARTICLES])
def test_a_body_comes_out_as_it_went_in(article: dict[str, Any], line_break: str) -> None:
    text = line_break.join(article["body"]) + "\n"
    cleaned = clean(text)
    assert (cleaned.text, cleaned.removed) == (text, ())
    assert cleaned.text is text or cleaned.text.encode() == text.encode()


@pytest.mark.parametrize("article", ARTICLES, ids=[article["id"] for article in ARTICLES])
def test_a_record_whose_fields_are_set_loses_nothing_of_its_body(article: dict[str, Any]) -> None:
    text = "\n\n".join(article["body"])
    document = Document(1, text, url=article.get("url"), title=article["title"], date=article["date"])
    cleaned = examine(document, Settings()).article()
    assert (cleaned.text, cleaned.title, cleaned.removed) == (text, article["title"], ())


@pytest.mark.parametrize("one", ["A text.", {"text": "A text."}, Document(1, "A text.")])
def test_many_documents_are_not_one(one: Any) -> None:
    with pytest.raises(TypeError, match="put it in a list"):
        next(clean_many(one))


# --- stages ----------------------------------------------------------------------------------------------

REASONS = {
    "repair": {"repair"},
    "header": {"title", "date"},
    "metadata": {"metadata"},
    "repeats": {"repeat"},
    "furniture": set(),  # the page has none
    "template": set(),  # nothing was learned of the source of a single text
}
# Of one document: `page` and `duplicates` have nothing to do here, in whatever company.
COMBINATIONS = [chosen for n in range(7) for chosen in combinations(REASONS, n)]


@pytest.mark.parametrize("stages", COMBINATIONS, ids=["+".join(chosen) or "none" for chosen in COMBINATIONS])
def test_each_stage_does_its_own_work_and_no_other(stages: tuple[str, ...]) -> None:
    article = clean(PAGE, settings=Settings(stages=stages))
    assert {row.reason for row in article.removed} == {r for stage in stages for r in REASONS[stage]}
    assert (article.title is not None) == ("header" in stages)
    assert bool(article.metadata) == ("metadata" in stages)
    assert ("’" in article.text) == ("repair" in stages)
    for row in article.removed:
        assert PAGE[row.start : row.end] == row.text


def test_without_stages_a_text_is_not_touched() -> None:
    assert clean(PAGE, settings=Settings(stages=())).text is PAGE


@pytest.mark.parametrize(
    "text", [PAGE, PAGE.replace("\r\n", "\n"), *("\n".join(a["body"] * 2) for a in ARTICLES[:12])]
)
def test_what_stays_and_what_went_are_the_whole(text: str) -> None:
    """Line by line, without repair: nothing is in neither, nothing is in both."""
    article = clean(text, settings=Settings(stages=("header", "metadata", "repeats")))
    assert article.removed
    went = sorted("".join(row.text.split()) for row in article.removed)
    stayed = sorted("".join(line.split()) for line in article.text.splitlines() if line.strip())
    whole = sorted("".join(line.split()) for line in text.splitlines() if line.strip())
    assert sorted([*went, *stayed]) == whole


def test_a_file_keeps_its_heading() -> None:
    examined = examine(Document("a", PAGE), Settings())
    assert examined.file_text().startswith("Ferry runs again\n3 May 2024\n\nThe ferry")
    assert examined.article().text == examined.file_text().split("\n\n", 1)[1]
    assert [row.reason for row in examined.receipt() if not is_finding(row)] == ["title", "date"]


def test_a_file_that_needs_nothing_is_its_own_text() -> None:
    text = "A title of some words\n3 May 2024\n\n" + "\n".join(ARTICLES[0]["body"])
    examined = examine(Document("a", text), Settings())
    assert examined.title
    assert examined.file_text() == text


# --- purity ----------------------------------------------------------------------------------------------


def test_eight_threads_give_what_one_gives() -> None:
    texts = [PAGE, *("\n".join([a["title"], *a["body"], *a["body"]]) for a in ARTICLES)] * 3
    alone = [clean(text, id=n) for n, text in enumerate(texts)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda pair: clean(pair[1], id=pair[0]), enumerate(texts)))
    assert together == alone


def test_the_second_call_knows_nothing_of_the_first() -> None:
    first = clean(PAGE, id="a")
    for article in ARTICLES[:10]:
        clean("\n".join(article["body"]), id="a")
    assert clean(PAGE, id="a") == first


def test_a_document_is_not_changed() -> None:
    extra = {"tags": ["a"], "metadata": {"employees": "9"}}
    document = Document(1, PAGE, extra=extra)
    (article,) = clean_many([document])
    assert isinstance(article, Article)
    assert document == Document(1, PAGE, extra={"tags": ["a"], "metadata": {"employees": "9"}})
    assert article.to_dict()["metadata"] == {"employees": "9", "founded": "1994"}
    assert extra["metadata"] == {"employees": "9"}


def test_documents_come_out_lazily_and_in_order() -> None:
    asked: list[int] = []

    def source() -> Any:
        for number in range(100):
            asked.append(number)
            yield {"id": number, "text": None if number == 1 else PAGE}

    results = clean_many(source())
    assert [type(next(results)) for _ in range(3)] == [Article, Failure, Article]
    assert asked == [0, 1, 2]


@pytest.mark.parametrize("text", [b"bytes", None, 17, ["a"]])
def test_what_is_no_text_is_refused(text: Any) -> None:
    with pytest.raises(TypeError, match="clean\\(\\) takes text, not"):
        clean(text)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clean({"text": PAGE}), "not dict; records and documents go to clean_many"),  # type: ignore[arg-type]
        (lambda: clean(Document(1, PAGE)), "not Document; records and documents go to"),  # type: ignore[arg-type]
        (lambda: clean(PAGE, settings={"stages": ["repair"]}), "settings are a dict"),  # type: ignore[arg-type]
        (lambda: clean(PAGE, templates="templates.json"), "dedupe.Templates.load reads"),  # type: ignore[arg-type]
        (lambda: next(clean_many([PAGE], templates="templates.json")), "templates are a str"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_argument_says_what_to_give(call: Callable[[], object], message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_damage_in_a_line_that_goes_is_no_row_of_its_own() -> None:
    line = "It was the first boat since the storm, and R&amp;D for a new one has begun at the yard."
    article = clean(f"{line}\n{line}\n", settings=Settings(stages=("repair", "repeats")))
    assert [(row.line, row.reason) for row in article.removed] == [(1, "repair"), (2, "repeat")]
    assert article.removed[1].text == line


def test_a_damaged_one_line_text_names_the_places_of_its_sentences() -> None:
    sentences = [
        f"Boat number {n} of the R&amp;D fleet is{chr(0xA0)}{word} and wonâ€™t be seen at the pier again."
        for n, word in enumerate(["red", "blue", "green", "white", "black", "yellow", "brown", "purple"])
    ]
    text = " ".join(sentences + sentences)
    article = clean(text, settings=Settings(stages=("repair", "repeats")))
    rows = [row for row in article.removed if row.reason == "repeat"]
    assert [row.text for row in rows] == sentences
    assert [row.start for row in rows] == [text.index(s, len(text) // 2 - 5) for s in sentences]
    repairs = [row for row in article.removed if row.reason == "repair"]
    assert len(repairs) == 1
    assert repairs[0].end <= rows[0].start


TOLD = (
    "The old boat had not been seen at the pier for many years when a fisherman found its bell in his net. "
    "Nobody in the village believed him at first, not even the harbor master who had served on board. "
    "He polished the brass for two evenings until the name and the year of the yard could be read again. "
    "Divers from the university went down in April and filmed a hull that lies upright in the sand. "
    "The museum would like to raise at least the wheelhouse, which would cost more than it earns in a year. "
    "A collection at the summer fair has brought the first part of that sum, and a bakery gives the rest."
)


def test_what_was_repaired_beside_a_sentence_that_goes_has_rows_of_its_own() -> None:
    told = [sentence.strip() + "." for sentence in TOLD.split(".")[:-1]]
    first, last = (
        "R&amp;D is where the story of the fleet begins.",
        "R&amp;D is where the story ends as well.",
    )
    text = " ".join([first, *told, told[2], last])
    article = clean(text, settings=Settings(stages=("repair", "repeats")))
    assert [(row.reason, row.text) for row in article.removed] == [
        ("repair", "amp;"),
        ("repeat", told[2]),
        ("repair", "amp;"),
    ]
