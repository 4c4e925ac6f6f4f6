"""Furniture without a line of its own: run into paragraphs, into one long line, around titles."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import HEAD, TAIL, body, page, title

import dedupe
from dedupe.edges import sentence_starts
from dedupe.lines import ends_sentence, split_lines
from dedupe.seams import _Seams, split_seams

HOST = "lockside-mail.example"
LISTS = [("labels", "phrases"), ()]
OPENINGS = ["After", "Two", "Again", "The", "For", "When"]
ENDING = "And with that I wish all of you a quiet and dry weekend by the river, dear readers."


def documents(text: Callable[[int], str], size: int = 12, host: str = HOST) -> list[dedupe.Document]:
    return [dedupe.Document(n, text(n), url=f"https://{host}/news/{n}") for n in range(size)]


def cleaned(
    given: Sequence[dedupe.Document], lists: Sequence[str] = LISTS[0]
) -> tuple[dedupe.Templates, list[dedupe.Article]]:
    templates = dedupe.learn(given)
    settings = dedupe.Settings(lists=tuple(lists))
    articles = list(dedupe.clean_many(given, settings=settings, templates=templates))
    assert all(isinstance(each, dedupe.Article) for each in articles)
    return templates, articles  # type: ignore[return-value]


def spread(n: int) -> list[str]:
    """Give a body whose sentences do not all begin with the same word."""
    chosen = random.Random(n)
    return [f"{chosen.choice(OPENINGS)} the rain was over, t{text[1:]}" for text in body(n)]


def run_in(first: str = "", last: str = "", own: Callable[[int], list[str]] = body) -> Callable[[int], str]:
    """Give pages with something run into the first and the last paragraph."""

    def text(n: int) -> str:
        told = own(n)
        told[0], told[-1] = first + told[0], told[-1] + last
        return "\n".join([title(n), f"{1 + n} May 2024", *told]) + "\n"

    return text


# --- what goes -------------------------------------------------------------------------------------------

GLUED = {
    "the footer in the last paragraph": {"last": " " + " ".join(TAIL)},
    "without a blank": {"last": TAIL[0] + TAIL[2]},
    "a legal line that ends as sentences do": {"last": " © 2024 Lockside Mail. All rights reserved."},
    "a menu in the first paragraph": {"first": " ".join(HEAD) + " "},
    "a menu without blanks": {"first": "TownsHarborLetters"},
    "a button in the first paragraph": {"first": "SHARE "},
}


@pytest.mark.parametrize("case", GLUED)
@pytest.mark.parametrize("lists", LISTS, ids=["lists", "no lists"])
def test_what_every_page_has_run_in(case, lists):
    _, articles = cleaned(documents(run_in(**GLUED[case], own=spread)), lists)
    assert [each.text.split("\n")[:-1] for each in articles] == [spread(n) for n in range(12)]


def test_a_line_of_the_site_between_two_sentences():
    def text(n: int) -> str:
        told = body(n)
        first, rest = told[2].split(". ", 1)
        told[2] = f"{first}. {TAIL[0]} {rest}"
        return page(n, text=told, tail=TAIL if n % 2 else TAIL[1:])

    _, articles = cleaned(documents(text), ())
    assert [each.text.split("\n")[:5] for each in articles] == [body(n) for n in range(12)]


@pytest.mark.parametrize("lists", LISTS, ids=["lists", "no lists"])
def test_pages_saved_as_one_line(lists):
    _, articles = cleaned(documents(lambda n: page(n).replace("\n", " ")), lists)
    for n, article in enumerate(articles):
        assert article.text.endswith(" ".join(body(n)))
        assert not any(line in article.text for line in (*HEAD, *TAIL))


def test_the_ledger_gives_back_what_was_run_in():
    given = documents(run_in("SHARE ", " " + " ".join(TAIL)))
    for document, article in zip(given, cleaned(given)[1], strict=True):
        assert all(document.text[row.start : row.end] == row.text for row in article.removed)
        assert [row.text for row in article.removed if row.reason == "furniture"] == ["SHARE", " ".join(TAIL)]


MAYOR = (
    "The old lock at Ashwell was opened by the mayor, and the two councils said that the work had cost less "
    "than the plan. It was late, the mayor said on Monday."
)
ALONE = {
    "prompts behind the end": (f"{MAYOR} Share this article Sign up for our newsletter", MAYOR),
    "without blanks": (f"{MAYOR}Share this articleSign up for our newsletter", MAYOR),
    "between two sentences": (f"{MAYOR} Share this article Sign up for our newsletter {MAYOR[:114]}", None),
    "a menu": (f"Home News Sport Weather {MAYOR}", MAYOR),
    "a menu without blanks": (f"HomeNewsSport {MAYOR}", MAYOR),
    "a button": (f"SHARE {MAYOR}", MAYOR),
    "another language": (
        "Die alte Schleuse wurde am Montag wieder geöffnet, sagte die Bürgermeisterin. Artikel teilen",
        "Die alte Schleuse wurde am Montag wieder geöffnet, sagte die Bürgermeisterin.",
    ),
}


@pytest.mark.parametrize("case", ALONE)
def test_phrases_run_into_a_text_that_stands_alone(case):
    text, wanted = ALONE[case]
    article = dedupe.clean(text)
    assert "Share this article" not in article.text
    assert wanted is None or article.text == wanted


def test_a_page_on_one_line_pasted_twice():
    told = " ".join(body(1))
    article = dedupe.clean(f"{told} Share this article Sign up for our newsletter {told}")
    assert article.text == told


# --- what stays ------------------------------------------------------------------------------------------

STAYS = [
    'On the door hung a note that read "Share this article"',
    'He wrote: "I am done. Share this article"',
    "He told his readers to Share this article",
    "Share Foundation said that the foundation had paid for the lock, and the foundation was glad of it.",
    "Sport England said that the old lock was open again, and the sport of the town was glad of the help.",
    "SharePoint sales rose on Monday, and the point is that the point of sale was late, the mayor said.",
    "Home Secretary Ann Lee said that the secretary of the club was home again after a winter in the north.",
    "Her newsletter has a rule. Sign up for our newsletter, it says, and never tell us why you left again.",
    "They asked the mayor again and again what had become of the money for the lock. No comment.",
]


@pytest.mark.parametrize("line", STAYS)
def test_prose_that_looks_like_furniture_stays(line):
    known = {"News", "Share", "Share this article", "Sport", "Home", "Secretary", "No comment."}
    text = f"{MAYOR}\n{MAYOR[:114]} {line}\n{line}"
    own = dedupe.Templates.from_json(
        json.dumps({
            "version": 1,
            "made": {"sources": "host", "documents": 9},
            "sources": {HOST: {"pages": 9, "lines": dict.fromkeys(sorted(known), 9)}},
        })
    )  # fmt: skip
    for templates in (None, own):
        settings = dedupe.Settings(stages=("furniture", "template"))
        assert (
            dedupe.clean(text, url=f"https://{HOST}/1", templates=templates, settings=settings).text == text
        )


def test_a_column_whose_pieces_end_with_the_same_sentence():
    templates, articles = cleaned(documents(run_in(last=f" {ENDING}")))
    assert all(article.text.endswith(f" {ENDING}\n") for article in articles)
    assert ENDING in templates.sources[HOST].review


def test_sentences_that_begin_alike_teach_nothing():
    names = ["Ann Lee", "Tom Ray", "Ines Dahl", "Otto Fenn", "Ruth Imber", "Hugo Lund"]
    text = run_in(
        own=lambda n: [f"In a statement {names[n % 6]} praised the work. {body(n)[0]}", *body(n)[1:]]
    )
    templates, articles = cleaned(documents(text))
    assert HOST not in templates.sources
    assert all("In a statement" in article.text for article in articles)


PIECES = st.sampled_from(
    (
        *("Share this article", "share", "Sign up for our newsletter", "HomeNews", "Home", "READ MORE"),
        *("© 2024", "12", "5 min read", "The", "he said", "U.S.", "Für die Stadt", "Mehr zum Thema"),
        *("阅读更多", "Читайте также", "İstanbul", "“We", "Ann Lee", "3.5", "…", "Copyright"),
        "the old lock was opened again on Monday",
    )
)
DIVIDERS = st.sampled_from((" ", ". ", ".", "", " | ", "? ", "!” ", " – ", "。", "\n", "  • "))
TEXTS = st.lists(st.tuples(PIECES, DIVIDERS), min_size=1, max_size=14).map(
    lambda each: "".join(map("".join, each))
)


@given(TEXTS | st.text(max_size=80))
def test_no_furniture_starts_in_a_line_that_is_passed_by(text):
    seams = _Seams([], None, phrases=True)
    if not seams.may_start(text):
        assert not any(seams.can_start(text, place) for place in (0, *sentence_starts(text, 0)))


@given(TEXTS.map(str.strip).filter(lambda text: text and not ends_sentence(text)))
def test_a_line_that_ends_as_no_sentence_has_nothing_to_cut_at_its_beginning(text):
    assert _Seams(split_lines(text), None, phrases=True).run_at(text, 0) is None


def test_lines_without_seams_come_back_as_they_were():
    lines = split_lines(page(1))
    assert split_seams(lines)[0] == lines


# --- titles ----------------------------------------------------------------------------------------------

TITLES = ["{} - Quayside Gazette", "Quayside Gazette | {}", "{} :: News :: Quayside Gazette", "{}"]


@pytest.mark.parametrize("form", TITLES)
@pytest.mark.parametrize("is_given", [False, True], ids=["in the text", "in the record"])
def test_the_name_of_the_site_is_no_part_of_a_title(form, is_given):
    """Where the name cannot be read from the address."""
    given = [
        dedupe.Document(
            n,
            page(n) if is_given else page(n).replace(title(n), form.format(title(n)), 1),
            url=f"https://qg-news.example/{n}",
            title=form.format(title(n)) if is_given else None,
        )
        for n in range(12)
    ]
    _, articles = cleaned(given)
    assert [each.title for each in articles] == [title(n) for n in range(12)]
    assert all(title(n) not in each.text for n, each in enumerate(articles))
    for document, article in zip(given, articles, strict=True):
        for row in (row for row in article.removed if row.scope == "title"):
            assert document.title is not None
            assert document.title[row.start : row.end] == row.text
            assert "Quayside Gazette" in row.text


def test_what_some_titles_end_with_is_their_own():
    def text(n: int) -> str:
        return page(n).replace(title(n), title(n) + (" - review" if n % 3 == 0 else ""), 1)

    templates, articles = cleaned(documents(text))
    assert templates.sources[HOST].title_suffixes == {}
    assert [each.title for each in articles[:2]] == [f"{title(0)} - review", title(1)]


@pytest.mark.parametrize("signs", [".|", "._", "Share this article. .|"])
def test_a_row_of_signs_is_read_in_linear_time(signs):
    """Each may begin a sentence; the words that would begin it were looked for behind all of them."""
    prose = "The council said on Monday that the bridge stays closed."
    text = f"{prose}\n{signs}{signs[-2:] * 50_000}\n{prose}"
    start = time.process_time()
    dedupe.clean(text)
    assert time.process_time() - start < 5  # it was a minute
