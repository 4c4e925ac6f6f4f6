"""Who may testify: copies of one article say nothing about their site, in any script."""

import json
import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import HEAD, TAIL, page

import dedupe
from dedupe import edges
from dedupe.brakes import spare
from dedupe.chunks import Surveyor
from dedupe.clean import examine
from dedupe.furniture import Known, KnownSources
from dedupe.grams import own_words
from dedupe.inputs import find_inputs
from dedupe.learn import derive
from dedupe.reading import Chunk, Reading
from dedupe.survey import PAGES, Smallest, Survey, survey
from dedupe.templates import Template, Templates

CHINESE = [
    "港口办公室周五表示，前往各岛的渡轮在停航三周之后终于恢复通航，首班船将于清晨六点出发。",
    "渔民们认为这个决定过于仓促，要求在春季风暴结束之前再对码头的地基进行一次详细的检查。",
]
SHORT = ["The pier is shut again from Monday until the storms of spring have passed the bay."]


@pytest.mark.parametrize("body", [CHINESE, SHORT], ids=["Chinese", "a short English text"])
def test_copies_of_one_article_teach_nothing(body):
    documents = [dedupe.Document(n, "\n".join(body), url=f"https://a.example/{n}") for n in range(50)]
    assert dedupe.learn(documents).sources == {}


def test_a_document_is_not_emptied_by_many_learned_lines():
    lines = [f"A standing sentence that a template took for furniture, number {n}." for n in range(4)]
    templates = Templates({"a.example": Template(pages=9, lines=dict.fromkeys(lines, 9))})
    document = dedupe.Document("x", "\n".join(lines), url="https://a.example/x")
    spared: list[str] = []
    known = Known(templates, "a.example")
    kept = spare(examine(document, dedupe.Settings(stages=("template",)), known), spared)
    assert kept.article().text == document.text
    assert spared == lines


def test_what_stands_for_review_stays():
    line = "Every Saturday our gardener answers the letters of readers and keeps a drawer for the rest."
    own = Template(pages=9, review={line: 9})
    templates = Templates({"a.example": own}, Template(pages=2, lines={line: 2}))
    document = dedupe.Document("x", f"{line}\nThe roses came early this year.", url="https://a.example/x")
    assert dedupe.apply(document, templates) == []


def test_pages_in_a_file_give_the_same_templates_in_any_order():
    documents = [dedupe.Document(n, page(n), url=f"https://a.example/{n}") for n in range(30)]

    def derived(memory: int, given: list[dedupe.Document]) -> str:
        with Survey(pages=12, memory=memory) as seen:
            for document in given:
                seen.add(survey(document))
            return derive(seen).to_json()

    assert derived(10, documents) == derived(10**6, documents) == derived(10**6, documents[::-1])


def test_of_two_pages_of_one_id_the_same_is_kept_in_any_order():
    """Where their short lines are the same, too."""
    pages = [survey(dedupe.Document("a", "\n".join(CHINESE), title=title)) for title in ("One", "Two")]
    kept = set()
    for given_pages in (pages, pages[::-1]):
        with Survey(pages=1) as seen:
            for each in given_pages:
                seen.add(each)
            [said] = seen.testimonies()
            kept.add(tuple(witness.title for witness in said.pages))
    assert kept in ({("One",)}, {("Two",)})


def test_both_ways_to_count_grams_agree(monkeypatch):
    chosen = random.Random(7)
    pages = [sorted({chosen.randrange(2**32) >> chosen.choice((0, 27)) for _ in range(9)}) for _ in range(60)]
    pages.append([])
    grams, sizes = array("I", [gram for each in pages for gram in each]), [len(each) for each in pages]
    plain = own_words(grams, sizes)
    monkeypatch.setattr("dedupe.grams._MANY", 1)
    assert own_words(grams, sizes) == plain
    assert 0 < sum(plain) < len(plain)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 9)), max_size=40), st.integers(1, 5))
def test_the_smallest_orders_that_were_met(met, most):
    smallest = Smallest(most)
    taken = [each for each in met if smallest.take(*each)]
    for source in "ab":
        orders = sorted(order for name, order in met if name == source)[:most]
        assert sorted(order for name, order in taken if name == source)[:most] == orders
        assert smallest.admits(source, 10) == (len(orders) < most)


def test_pages_that_cannot_be_kept_are_counted_and_not_made(tmp_path):
    """However the chunks are shared out, and in whatever order: each process knows its own pages only."""
    for part in range(6):
        items = [
            {"id": n, "url": f"https://site{n % 2}.example/{n}", "text": page(n)}
            for n in range(part * 80, part * 80 + 80)
        ]
        (tmp_path / f"{part}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in items))
    sources = find_inputs([str(tmp_path)]).sources
    learned, made = set(), []
    for count in (1, 2, 3, 6):
        surveyors = [Surveyor(Reading(dedupe.Settings())) for _ in range(count)]
        with Survey() as seen:
            made.append(0)
            for number, source in enumerate(sources if count != 2 else sources[::-1]):
                found = surveyors[number % count](Chunk(number, (source,)))
                assert found.documents == 80
                made[-1] += len(found.pages)
                for each in found.pages:
                    seen.add(each)
                seen.documents += found.others
            learned.add(derive(seen).to_json())
            assert seen.documents == {"site0.example": 240, "site1.example": 240}
    assert len(learned) == 1
    assert 2 * PAGES <= made[0] < made[-1] == 480


RUNS = ["SHARE ", "Share this story now ", "HomeNews ", "In a ", "2024 ", "", "© "]
OPENINGS = ["After", "Two", "Again", "For", "The"]


@pytest.mark.parametrize("seed", range(3, 20))
def test_edges_that_share_no_word_change_nothing(seed):
    """What is found by looking at the outermost words first is found by reading all."""
    chosen = random.Random(seed)
    runs = chosen.sample(RUNS, 2)
    pages = [(chosen.choice(runs), chosen.choice(OPENINGS), n) for n in range(chosen.randint(6, 30))]
    texts = [f"{run}{word} the lock was shut again after two days for {n} boats." for run, word, n in pages]
    ends = [f"It rained {n} days, said {word}. {run}We wish you well." for run, word, n in pages]

    def found() -> tuple[dict[str, int], dict[str, int]]:
        return edges.run_in(texts, len(texts), lambda text: True), edges.endings(ends, len(texts))

    sieved = found()
    assert all(sieved)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(edges, "_outermost", lambda text, backwards: "one group of all")
        assert found() == sieved


def test_shared_keys_are_those_of_each_site():
    lines = [*HEAD, *TAIL, "Read the Lockside Mail every morning", "Stand for review"]
    shared = Template(pages=2, lines=dict.fromkeys(lines, 2), labels={"Founded": 2}, tails={"Read more:": 2})
    own = Template(pages=9, lines={"More from the Quay": 9}, review={"Stand for review": 3})
    templates = Templates({"quay.example": own}, shared)
    known = KnownSources(templates)
    for source in ("locksidemail.example", "quay.example", "other-site.example", "", "quay.example"):
        alone, kept = Known(templates, source), known[source]
        for text in (*lines, "More from the Quay", "Read the Birkdale Post every morning"):
            assert kept.is_line(text) == alone.is_line(text)
        assert kept.labels == alone.labels
        assert kept.opening("ring the") == alone.opening("ring the") == ["ring the newsdesk 0 0"]
        assert kept.is_line("Stand for review") == (source != "quay.example")
        assert kept.has_tail("Read more: Why it closed")
    assert known["a.example"].shared is known["other-site.example"].shared
    assert known["a.example"].shared is not known["locksidemail.example"].shared
