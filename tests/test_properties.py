"""Laws of cleaning one document that hold for every text, checked on texts that hypothesis makes up."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.clean import clean, clean_many
from dedupe.model import Article, Document
from dedupe.repair import repair
from dedupe.settings import Settings

WITHOUT_REPAIR = Settings(stages=("header", "metadata", "repeats"))

# Words that are no label, no month and no furniture, so that a paragraph of them is nothing but prose.
LATIN = (
    "barley river lantern window copper silence walked carried under between morning heavy slowly boat "
    "village stone garden answered brother winter yellow rope kettle after because nobody whole along "
    "bridge early cabbage thunder remembered little apple school without always ladder horse candle "
    "people water never bread open wooden shoulder question crossing quietly almost thirteen behind "
    "salt orchard turning narrow moved chimney letter forgotten cousin grey seldom pocket upstairs "
)
CYRILLIC = (
    "река мост утром медленно дерево старый вода шли через поле письмо ночью колокол хлеб окно тихо "
    "сестра зима камень лодка никто почти дорога лес свеча корзина вспомнил потом ветер берег голос "
    "рано крыша снова вместе мельница далеко огонь яблоко сосед лестница вечером туман узкий паром "
)
HAN = "河桥早晨慢树老水走过田野信夜钟面包窗静姐冬石船谁路林烛篮想风岸声屋顶又磨坊远火苹果邻梯晚雾窄渡口"


def prose(seed: int) -> str:
    """Make a paragraph; two seeds give two paragraphs that share nothing but their words."""
    r = random.Random(seed)
    if seed % 5 == 3:
        return "".join(r.choice(HAN) for _ in range(r.randint(30, 90))) + "。"
    pool = (CYRILLIC if seed % 5 == 4 else LATIN).split()
    words = [r.choice(pool) for _ in range(r.randint(14, 60))]
    middle = r.randint(5, len(words) - 5)
    return f"{' '.join(words[:middle]).capitalize()}. {' '.join(words[middle:]).capitalize()}."


paragraphs = st.lists(st.integers(0, 10_000), min_size=1, max_size=12, unique=True).map(
    lambda seeds: [prose(seed) for seed in seeds]
)
bodies = st.lists(st.integers(0, 10_000), min_size=2, max_size=12, unique=True).map(
    lambda seeds: [prose(seed) for seed in seeds]
)
breaks = st.sampled_from(["\n", "\n\n"])

DEBRIS = [
    "\n", "\n\n", "\r\n", "\r", "\t", " ", "\u00a0", "\u200b", "\u00ad", "\ufeff", "\x00", "\u2028",
    "\x85", "\ud800", "&amp;amp;", "&#8217;", "&#x110000;", "cafÃ©", "â€™", "Ã", "’", "“", "e\u0301",
    "May 27, 2025, 3:32 am", "31 February 2024", "03/04/2025", "2024-02-30", "2024年3月12日", "17.09.2024",
    "Location: Hallin", "Employees: 51-200", "Founded", "1958", "Total raised\t$4.2M", "Website: https://hallin.example",
    " | ", "• ", "：", ": ", "No comment.", "A title without an end", "Anna: I think so.", "…", "[...]",
]  # fmt: skip

# Every kind of line and character that a stage looks at, in any order, repeated at will.
debris = st.lists(
    st.one_of(st.sampled_from(DEBRIS), st.integers(0, 9).map(prose), st.text(max_size=4)), max_size=40
).map("".join)
lines_of_debris = st.lists(st.one_of(st.sampled_from(DEBRIS), st.integers(0, 9).map(prose)), max_size=24).map(
    "\n".join
)
anything = st.one_of(st.text(st.characters(exclude_categories=())), debris, lines_of_debris)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """Draw a scraped page: heading or none, company facts or none, a body that may be pasted again."""
    body, line_break = draw(bodies), draw(breaks)
    title = ["A lighthouse that nobody wants to own"] * draw(st.integers(0, 1))
    date = (
        draw(st.sampled_from([[], ["May 27, 2025, 3:32 am"], ["17.09.2024"], ["31 February 2024"]]))
        if title
        else []
    )
    facts = ["Location: Hallin", "Employees: 51-200", "Founded: 1958", "Total raised: $4.2M"][
        : draw(st.sampled_from([0, 2, 4]))
    ]
    again = body[draw(st.integers(0, len(body) - 1)) :] * draw(st.integers(0, 2))
    parts = ["\n".join([*title, *date, *facts]), *body, *again]
    return line_break.join(part for part in parts if part)


@given(anything)
@settings(max_examples=300, deadline=None)
def test_no_text_is_too_strange(text: str) -> None:
    assert isinstance(clean(text), Article)


@given(anything)
@settings(deadline=None)
def test_the_same_text_gives_the_same_article(text: str) -> None:
    assert clean(text) == clean(text)


@given(anything)
@settings(max_examples=300, deadline=None)
def test_every_removal_shows_the_place_it_names(text: str) -> None:
    article = clean(text)
    assert all(text[row.start : row.end] == row.text for row in article.removed)
    assert all(row.end <= following.start for row, following in pairwise(article.removed))


@given(st.lists(st.tuples(st.integers(0, 12), st.sampled_from(DEBRIS)), min_size=8, max_size=24))
@settings(deadline=None)
def test_rows_of_a_damaged_one_line_page_share_no_character(parts: list[tuple[int, str]]) -> None:
    text = " ".join(f"{prose(seed)[:-1]} {debris.strip()}." for seed, debris in parts if "\n" not in debris)
    article = clean(text)
    assert all(text[row.start : row.end] == row.text for row in article.removed)
    assert all(row.end <= following.start for row, following in pairwise(article.removed))


@given(st.one_of(anything, pages()))
@settings(max_examples=300, deadline=None)
def test_what_goes_as_a_repeat_is_still_there(text: str) -> None:
    """A repeat names the place of its twin, and nothing at that place is removed: never both copies.

    A title and a date may be twins: they leave the text and stay as fields.
    """
    article = clean(text)
    cuts = [(row.start, row.end) for row in article.removed if row.reason in ("metadata", "repeat")]
    for row in article.removed:
        assert (row.twin is not None) == (row.reason == "repeat")
        if row.twin is not None:
            assert row.twin.id == article.id
            assert text[row.twin.start : row.twin.end]
            assert all(end <= row.twin.start or row.twin.end <= start for start, end in cuts)


@given(anything)
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost(text: str) -> None:
    """What was kept and what was removed are together the whole text, but for white space."""
    article = clean(text, settings=WITHOUT_REPAIR)
    rest, end = [], 0
    for row in sorted(article.removed, key=lambda row: row.start):
        rest.append(text[end : row.start])
        end = row.end
    rest.append(text[end:])
    assert visible("".join(rest)) == visible(article.text)


def visible(text: str) -> str:
    return "".join(text.split())


@given(anything)
@settings(deadline=None)
def test_a_lifted_field_stood_in_the_text(text: str) -> None:
    """Titles and facts are as written; only their white space may differ."""
    article = clean(text)
    whole = visible(repair(text).text)
    for value in [article.title or "", *article.metadata.values()]:
        assert visible(value) in whole


@given(paragraphs, breaks)
@settings(max_examples=200, deadline=None)
def test_prose_that_is_not_repeated_is_never_touched(body: list[str], line_break: str) -> None:
    text = line_break.join(body)
    article = clean(text)
    assert (article.text, article.removed) == (text, ())
    assert (article.title, article.date, dict(article.metadata)) == (None, None, {})


@given(bodies, st.integers(2, 5), breaks)
@settings(max_examples=200, deadline=None)
def test_a_body_pasted_many_times_comes_back_once(body: list[str], times: int, line_break: str) -> None:
    article = clean(line_break.join(body * times))
    assert article.text == line_break.join(body)
    assert len(article.removed) >= 1
    assert all(row.twin is not None for row in article.removed)


@given(bodies, st.data())
@settings(deadline=None)
def test_the_rest_of_a_body_may_be_pasted_from_any_paragraph_on(body: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body) - 1))
    assert clean("\n".join(body + body[start:])).text == "\n".join(body)


@given(pages())
@settings(max_examples=200, deadline=None)
def test_a_clean_text_is_clean(text: str) -> None:
    once = clean(text).text
    again = clean(once)
    assert (again.text, again.removed) == (once, ())


@given(pages())
@settings(deadline=None)
def test_a_clean_record_is_clean(text: str) -> None:
    """The same for a record whose fields say what was lifted out of its text."""
    once = clean(text)
    (again,) = clean_many([Document("a", once.text, title=once.title, date=once.date)])
    assert isinstance(again, Article)
    assert (again.text, again.title, again.date) == (once.text, once.title, once.date)


@given(st.lists(st.one_of(pages(), debris), min_size=2, max_size=6), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_documents_do_not_know_of_each_other(texts: list[str], r: random.Random) -> None:
    documents = [Document(number, text) for number, text in enumerate(texts)]
    shuffled = r.sample(documents, len(documents))
    articles: dict[Any, Any] = {a.id: a for a in clean_many(shuffled) if isinstance(a, Article)}
    assert [articles[d.id] for d in documents] == [clean(d.text, id=d.id) for d in documents]
