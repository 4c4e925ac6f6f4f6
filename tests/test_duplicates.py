from __future__ import annotations

import gc
import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.candidates import MOST, check_count
from dedupe.duplicates import Finding, compare_all, find_duplicates, findings
from dedupe.errors import InputError, RecordError, SettingsError
from dedupe.groups import Links, group
from dedupe.model import Article, Document
from dedupe.texts import Texts, sample_texts

STORY = """The council of Marrow Bay voted on Monday to rebuild the old harbor wall, which the storm of last
winter had broken in three places. The work will cost 4.2 million and take two years, the mayor, Ada Brant,
told a packed meeting. Fishermen had asked for a higher wall since the spring. "We have waited long enough,"
said Tom Hale, who lost two boats. The engineers of the county will begin with the eastern arm, where the
stones have sunk deepest, and a ferry will carry visitors to the lighthouse while the road is closed. Shops
along the quay fear for the summer trade, but most of those who spoke were in favor. The council will look at
the plans again in September, when the tests of the ground are done."""
OTHER = """A choir of eighty singers filled the market hall on Friday for the first concert of the season. The
program went from old sea songs to a new piece by Lena Ortiz, written for the children of the valley school.
Nobody minded that the heating had failed. The hall, built for cattle auctions, has a long echo that the
conductor used with skill, letting the last chord of each song ring until the swallows in the roof answered.
A second evening is planned for the autumn, with players from the town across the border as guests, and the
proceeds will go to the repair of the organ in the chapel."""
WEATHER = (
    "Forecast for {place}, {day}: a cloudy start with drizzle, becoming brighter by noon. High {high} "
    "degrees, low {low}. Winds from the {wind}, stronger along the coast. Chance of rain {rain} percent."
)


def related(*texts: str, **options: object) -> list[Finding]:
    return find_duplicates([Document(i, text) for i, text in enumerate(texts)], fast=False, **options)  # type: ignore[arg-type]


def scanned(text: str, share: float) -> str:
    draw = random.Random(4)
    return "".join(draw.choice("cilo1rn") if c.isalpha() and draw.random() < share else c for c in text)


PAIRS = {
    "case and quotes": (STORY, STORY.upper().replace('"', "”"), "same"),
    "white space": (STORY, STORY.replace("\n", "\r\n \u00a0"), "same"),
    "scanned": (STORY, scanned(STORY, 0.02), "edited"),
    "a word exchanged": (STORY, STORY.replace("packed meeting", "crowded meeting"), "edited"),
    "cut": (STORY, STORY[: len(STORY) * 2 // 3], "truncated"),
    "the end only": (STORY, STORY[len(STORY) // 3 :], "contained"),
    "with furniture": (
        STORY,
        f"Home Sport Culture Weather\nSign in\n{STORY}\nShare this\nMost read today",
        "edited",
    ),
    "a passage with another headline and credit": (
        STORY,
        "Rough Seas Put a Question Mark Over This Season\n"
        + STORY[STORY.index('"We have') : STORY.index("Shops")]
        + "\n(Reporting by Ada Klint)",
        "contained",
    ),
    "paragraphs in another order": (STORY + "\n" + OTHER, OTHER + "\n" + STORY, "edited"),
    "numbers written otherwise": (
        STORY + " 12,500 came on 4 May.",
        STORY + " 12 500 came on May 4.",
        "edited",
    ),
}


@pytest.mark.parametrize("name", PAIRS)
def test_copies_are_found(name: str) -> None:
    one, other, relation = PAIRS[name]
    found = related(one, other)
    assert [(f.relation, f.removed) for f in found] == [(relation, True)]


FACTS = {
    "place": "Torfield",
    "day": "Monday, March 7",
    "high": "12",
    "low": "3",
    "wind": "north",
    "rain": "40",
}


@pytest.mark.parametrize(
    "changed",
    [
        {"place": "Elmsworth"},
        {"high": "19"},
        {"day": "Tuesday, March 8"},
        {"rain": "85", "low": "-2"},
        {"place": "Elmsworth", "high": "24"},
    ],
)
def test_a_frame_with_other_facts_is_kept(changed: dict[str, str]) -> None:
    found = related(WEATHER.format(**FACTS), WEATHER.format(**{**FACTS, **changed}))
    assert [(f.relation, f.removed) for f in found] == [("other facts", False)]
    assert found[0].changed_numbers + found[0].changed_names >= 1


def test_frames_in_a_script_without_spaces() -> None:
    frame = (
        "{}气象台今天发布天气预报：白天多云转阴，局部有小雨，最高气温{}度，"
        "请市民朋友出行带好雨具，注意交通安全。"
    )
    assert not any(f.removed for f in related(frame.format("石桥镇", 12), frame.format("东陵区", 12)))
    assert not any(f.removed for f in related(frame.format("石桥镇", 12), frame.format("石桥镇", 31)))
    assert [
        f.removed for f in related(frame.format("石桥镇", 12), "（快讯）" + frame.format("石桥镇", 12))
    ] == [True]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MARROW BAY (NPA) — ", "Westhaven: "),
        ("By Ada Klint\n\n", "by Tomas Rey\n\nWESTHAVEN (NPA) — "),
        ("Marrow Bay - ", "By Tomas Rey\n\n"),
    ],
)
def test_who_filed_a_report_and_from_where_is_no_fact_of_it(one: str, other: str) -> None:
    (found,) = related(one + STORY, other + STORY)
    assert (found.relation, found.removed, found.changed_names) == ("edited", True, 1)


def test_in_a_short_text_the_first_name_may_be_all_it_is_about() -> None:
    short = (
        "{} has been named head of the valley school. The board chose from nine who had asked for the post."
    )
    assert not any(found.removed for found in related(short.format("Lena Ode"), short.format("Piet Marsh")))


def test_unlike_texts_are_not_related() -> None:
    assert related(STORY, OTHER) == []


def test_a_compilation_does_not_make_its_parts_one() -> None:
    found = related(STORY, OTHER, STORY + "\n\n" + OTHER)
    assert len([f for f in found if f.removed]) == 1


@pytest.mark.parametrize("texts", [(), ("",), ("", ""), ("...", "!!!"), ("one", ""), (STORY,)])
def test_nothing_to_find(texts: tuple[str, ...]) -> None:
    assert related(*texts) == []


def test_short_texts_must_be_equal() -> None:
    assert [f.relation for f in related("No comment.", "NO COMMENT")] == ["same"]
    assert related("London cocoa closes lower", "London coffee closes lower") == []
    assert related("Yes", "No") == []


def test_the_third_copy_goes_too_and_one_stays() -> None:
    removed = {f.id: f.kept for f in related(STORY, STORY, STORY, STORY) if f.removed}
    assert removed == {1: 0, 2: 0, 3: 0}


def test_no_chains() -> None:
    """Each removed text was compared with the kept one and matches it."""
    steps = [STORY]
    sentences = OTHER.split(". ")
    for sentence in sentences:
        steps.append(steps[-1][len(sentence) + 2 :] + " " + sentence + ".")
    found = related(*steps)
    kept = {f.kept for f in found if f.removed}
    assert kept.isdisjoint({f.id for f in found if f.removed})


def test_keep_orders() -> None:
    documents = [
        Document("a", STORY[:-100], date="2025-01-02", extra={"views": 5}),
        Document("b", STORY[:-90], date="2025-01-03", extra={"views": 2}),
        Document("c", STORY[:-95], extra={"views": 9}),
    ]

    def kept(keep: str) -> set[str | int]:
        found = find_duplicates(documents, keep=keep, fast=False)
        return {d.id for d in documents} - {f.id for f in found if f.removed}

    assert kept("longest") == {"b"}
    assert kept("first") == {"a"}
    assert kept("newest") == {"b"}
    assert kept("oldest") == {"a"}
    assert kept("field:views") == {"c"}


def test_a_longer_text_never_goes_for_a_cut_one() -> None:
    found = related(STORY[: len(STORY) // 2], STORY, keep="first")
    assert [(f.relation, f.removed) for f in found] == [("truncated", False)]


def test_relations_choose_what_is_removed() -> None:
    found = related(STORY, STORY[: len(STORY) * 2 // 3], relations=("same", "edited"))
    assert [(f.relation, f.removed) for f in found] == [("truncated", False)]


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(8)))
def test_the_order_of_the_input_does_not_matter(places: list[int]) -> None:
    texts = [
        STORY,
        STORY[:500],
        OTHER,
        OTHER.upper(),
        STORY + "\n" + OTHER,
        WEATHER,
        scanned(STORY, 0.02),
        STORY,
    ]
    documents = [Document(i, text) for i, text in enumerate(texts)]
    expected = {(f.id, f.kept) for f in find_duplicates(documents, fast=False) if f.removed}
    shuffled = [documents[place] for place in places]
    assert {(f.id, f.kept) for f in find_duplicates(shuffled, fast=False) if f.removed} == expected


def test_a_bucket_of_equal_documents_is_linear() -> None:
    started = time.process_time()
    found = related(*[STORY] * 3000)
    assert len(found) == 2999
    assert time.process_time() - started < 20


def test_a_long_text_among_short_ones() -> None:
    long = " ".join(f"word{i % 5000} and {i}" for i in range(60_000))
    found = related(long, STORY, STORY + " The end.", long + " more")
    assert {(f.id, f.kept) for f in found if f.removed} == {(0, 3), (1, 2)}


def test_members_attract_nobody() -> None:
    links = Links(*np.array([[1, 0, 9, 0, 9], [2, 1, 9, 0, 9]]).T)
    assert group(np.arange(3), links) == {1: 0}


def test_the_best_match_wins() -> None:
    links = Links(*np.array([[2, 0, 8, 0, 9], [2, 1, 9, 0, 9]]).T)
    assert group(np.arange(3), links) == {2: 1}


def test_lone_surrogates_and_nul_are_no_trouble() -> None:
    found = related(STORY + "\ud800", STORY + "\x00")
    assert [f.relation for f in found] == ["same"]


def test_evidence_is_counted() -> None:
    finding = related(STORY, STORY[: len(STORY) * 2 // 3])[0]
    assert finding.coverage > 0.98
    assert 0.5 < finding.similarity < 0.75
    assert np.isclose(finding.changed_numbers + finding.changed_names, 0)


@pytest.mark.parametrize("wrong", [STORY, {"id": 1, "text": STORY}, None, Document(1, None)])  # type: ignore[arg-type]
def test_only_documents_are_taken(wrong: object) -> None:
    with pytest.raises(TypeError, match=r"documents\[1\].*Document\(id, text\)"):
        find_duplicates([Document(0, STORY), wrong])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("second", "reason"),
    [(Document("a", STORY.upper()), "duplicate id"), (Document("b", html=f"<p>{STORY}</p>"), "page")],
)
def test_what_findings_could_not_speak_of_is_refused(second: Document, reason: str) -> None:
    with pytest.raises(RecordError, match=r"documents\[1\]: ") as caught:
        find_duplicates([Document("a", STORY), second])
    assert caught.value.reason == reason


def test_articles_are_compared_as_documents_are() -> None:
    found = find_duplicates([Article("a", STORY), Document("b", STORY + " More.")], fast=False)
    assert [(f.id, f.kept, f.removed) for f in found] == [("a", "b", True)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"keep": "best"}, "keep = 'best': choose from longest, first"),
        ({"relations": ("similar",)}, "relations = 'similar': choose from same"),
    ],
)
def test_options_that_do_not_exist(options: dict[str, object], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        related(STORY, STORY, **options)


def test_fast_without_numba_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r'pip install "dedupe-articles\[fast\]"'):
        find_duplicates([Document(1, STORY)], fast=True)
    assert find_duplicates([Document(1, STORY)]) == []


def test_more_documents_than_fit_are_refused() -> None:
    check_count(MOST - 1)
    with pytest.raises(InputError, match=r"2,147,483,648 documents.*cut the job"):
        check_count(MOST)


def seconds(texts: Texts, fast: bool) -> float:
    started = time.process_time()
    samples = sample_texts(texts, fast)
    order = np.lexsort((np.arange(len(texts)), -samples.words))
    compared, joined = compare_all(texts, samples, order, fast=fast)
    findings(list(range(len(texts))), compared, joined)
    return time.process_time() - started


def article(draw: random.Random, words: int) -> str:
    return " ".join(
        f"{draw.choice('bdgkmst')}{draw.choice('aeiou')}{draw.randrange(9999)}" for _ in range(words)
    )


def shares(kind: str) -> tuple[Texts, Texts]:
    """Texts of a kind, and as many others of the same size."""
    draw = random.Random(2)
    plain = [article(draw, 60) for _ in range(40_000)]
    if kind == "all equal":
        few = [article(draw, 20) for _ in range(200_000)]
        return Texts.of([few[0]] * 200_000), Texts.of(few)
    if kind == "a phrase in all":
        return Texts.of([text + STORY[:120] for text in plain]), Texts.of(plain)
    if kind == "all nearly equal":
        return Texts.of([plain[0] + f" number {n % 97}" for n in range(4000)]), Texts.of(plain[:4000])
    long = article(draw, 7_000_000)
    return Texts.of([*plain[:100], long]), Texts.of(
        [long[at : at + 3000] for at in range(0, len(long), 3000)]
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["all equal", "a phrase in all", "all nearly equal", "one of 50 MB"])
def test_hard_input_costs_no_more_than_twice_its_share(kind: str) -> None:
    pytest.importorskip("numba")
    hard, plain = shares(kind)
    seconds(Texts.of([STORY, STORY + " The end."] * 3), fast=True)  # compile
    # A second more: at this size the clock of a busy machine is off by about as much.
    assert seconds(hard, fast=True) <= 2 * seconds(plain, fast=True) + 1.0


def test_a_copy_has_the_matches_of_its_twin() -> None:
    """Copies of a text that stands twice in a longer one all join it, though one alone met its rivals."""
    rival = "Read our letter every day\n" + STORY[:-40]
    found = related(STORY + "\n" + STORY, rival, STORY, STORY.upper())
    assert {f.id for f in found if f.removed} == {1, 2, 3}


@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(enabled: bool) -> None:
    was = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        find_duplicates([Document(1, STORY), Document(2, STORY)])
        assert gc.isenabled() is enabled
        with pytest.raises(SettingsError):
            find_duplicates([Document(1, STORY)], keep="best")
        assert gc.isenabled() is enabled
    finally:
        gc.enable() if was else gc.disable()


def test_later_rounds_take_the_engine_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few pairs of a later round would go through plain loops, a second for each megabyte."""
    pytest.importorskip("numba")
    from dedupe import duplicates, verify

    engines: list[tuple[int, bool]] = []

    def noted(texts: Texts, samples: Any, pairs: Any, fast: bool) -> Any:
        engines.append((len(pairs), fast))
        return verify.verify(texts, samples, pairs, fast)

    monkeypatch.setattr(verify, "MANY", 1)
    monkeypatch.setattr(duplicates, "verify", noted)
    # Only neighbors are proposed, so that the third is compared with the first when the second is gone.
    monkeypatch.setattr(duplicates, "candidates", lambda *_: np.array([[0, 1], [1, 2]]))
    words = STORY.split()
    cut = [" ".join(words[: tenths * len(words) // 10]) for tenths in (10, 9, 8)]
    found = find_duplicates([Document(number, text) for number, text in enumerate(cut)])
    assert [(f.id, f.kept) for f in found if f.removed] == [(1, 0), (2, 0)]
    assert engines == [(2, True), (1, True)]


def test_few_pairs_go_through_loops_that_are_compiled_already(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    from dedupe import kernels
    from dedupe.texts import Texts
    from dedupe.verify import MANY, MANY_IF_KEPT, worth_compiling

    texts = Texts.of(["a" * (MANY_IF_KEPT // 2), "b" * (MANY_IF_KEPT // 2), "c" * MANY])
    few, none, many = np.array([[0, 1]]), np.empty((0, 2), np.int64), np.array([[0, 2]])
    for kept in (True, False):
        monkeypatch.setattr(kernels, "are_kept", lambda _, kept=kept: kept)
        assert [worth_compiling(texts, pairs, None) for pairs in (few, none, many)] == [kept, False, True]
        assert [worth_compiling(texts, few, fast) for fast in (True, False)] == [True, False]
