"""Who may testify: copies of one article say nothing about their site, in any script."""

import random
from array import array

import pytest
from town import page

import dedupe
from dedupe.brakes import spare
from dedupe.clean import examine
from dedupe.furniture import Known
from dedupe.learn import derive
from dedupe.survey import Survey, own_words, survey
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


def test_both_ways_to_count_grams_agree(monkeypatch):
    chosen = random.Random(7)
    pages = [sorted({chosen.randrange(2**32) >> chosen.choice((0, 27)) for _ in range(9)}) for _ in range(60)]
    pages.append([])
    grams, sizes = array("I", [gram for each in pages for gram in each]), [len(each) for each in pages]
    plain = own_words(grams, sizes)
    monkeypatch.setattr("dedupe.survey._MANY", 1)
    assert own_words(grams, sizes) == plain
    assert 0 < sum(plain) < len(plain)
