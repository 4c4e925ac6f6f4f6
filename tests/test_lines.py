# ruff: noqa: E501 (tables of cases)
"""Logical lines: paragraphs out of wrapped texts, sentences out of one-line texts, and spans that hold."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.lines import ends_sentence, fold_words, is_prose, sentences, split_lines, words

PARAGRAPHS = [
    "The night ferry to the outer islands left an hour late on Sunday, after the crew found water in the "
    "engine room and called a diver from the mainland to look at the hull.",
    "Nobody was hurt, the company said, and the sixty passengers were given soup and blankets while they "
    "waited in the hall of the old customs house, which is heated by a single stove.",
    "A second boat will be kept at the pier until the hull has been surveyed, which may take two weeks or "
    "three, depending on the weather and on the price of steel.",
]


def texts(text: str) -> list[str]:
    return [" ".join(line.text.split()) for line in split_lines(text)]


# --- hard-wrapped texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [*range(45, 121, 5), 72, 76, 78])
def test_wrapped_paragraphs_are_joined(width: int) -> None:
    text = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in PARAGRAPHS * 3)
    assert texts(text) == PARAGRAPHS * 3


@pytest.mark.parametrize("width", [50, 65, 72, 80])
def test_wrapped_paragraphs_below_a_heading(width: int) -> None:
    body = "\n\n".join(textwrap.fill(paragraph, width) for paragraph in PARAGRAPHS)
    assert texts(f"Ferry leaves late\n3 May 2024\n\n{body}") == [
        "Ferry leaves late",
        "3 May 2024",
        *PARAGRAPHS,
    ]


@pytest.mark.parametrize("width", [50, 65, 72, 80])
def test_wrapped_paragraphs_that_are_indented(width: int) -> None:
    body = "\n".join(textwrap.fill(paragraph, width, initial_indent="    ") for paragraph in PARAGRAPHS)
    assert texts(body) == PARAGRAPHS


WRAPPED = textwrap.fill(" ".join(PARAGRAPHS * 2), 72)


def test_a_list_below_a_wrapped_text_stays_a_list() -> None:
    text = f"{WRAPPED}\n\n- soup\n- blankets\n- a stove\n- tea"
    assert texts(text)[1:] == ["- soup", "- blankets", "- a stove", "- tea"]


def test_a_heading_between_wrapped_paragraphs_stays_apart() -> None:
    text = f"{WRAPPED}\n\nThe second boat\n\n{WRAPPED}"
    assert texts(text)[1] == "The second boat"


def test_a_heading_right_above_a_wrapped_paragraph_stays_apart() -> None:
    assert texts(f"The second boat\n{WRAPPED}")[0] == "The second boat"


SEPARATE = {
    "a poem": [
        "The tide went out at seven and it took",
        "the small red boat we painted in the spring,",
        "the oars, the rope, the anchor and the book",
        "in which we wrote of every little thing",
        "that washed ashore between the rocks and us,",
        "a bottle, and a shoe, an orange box.",
        "We said that we would never make a fuss",
        "about what floats away among the rocks.",
    ],
    "a list": ["bread", "butter", "a pound of plums", "two lemons", "salt", "a small jar of honey", "eggs"],
    "headlines": [
        "Council votes to close the old pier until the storms are over",
        "Fishermen ask for a second survey",
        "Port Ellery wins the regional cup after nine years of waiting",
        "Rain",
        "School bus route changes on Monday because of works on the bridge",
        "Bakery on Rope Lane to open on Sundays",
        "Three held after a fight in the harbor",
    ],
    "a table of results": ["Ellery 3 Cawdle 1", "Stenmouth 0 Hallin 0", "Tarn 2 Orrin 2", "Brack 1 Fell 4"] * 3,
    "paragraphs": PARAGRAPHS,
    "sentences": [s + "." for p in PARAGRAPHS for s in p.rstrip(".").split(", ")],
    "Chinese paragraphs": ["大桥昨天重新开放，数百名居民冒雨前来。", "工程持续了两年，比计划晚了八个月。", "市长说，下一步是修缮码头。"] * 2,
}  # fmt: skip


@pytest.mark.parametrize("case", SEPARATE)
def test_lines_that_are_no_wraps_stay_apart(case: str) -> None:
    assert texts("\n".join(SEPARATE[case])) == SEPARATE[case]


def test_quoted_mail_is_not_joined_with_its_answer() -> None:
    quoted = "\n".join("> " + line for line in textwrap.wrap(" ".join(PARAGRAPHS), 68))
    found = texts(f"{quoted}\n\n{textwrap.fill(PARAGRAPHS[1], 70)}")
    assert " ".join(found).endswith(PARAGRAPHS[1])
    assert all("Nobody" not in line or line.startswith(("Nobody", "> ")) for line in found[-3:])


# --- one-line texts --------------------------------------------------------------------------------------


def test_a_page_on_one_line_is_cut_at_its_sentences() -> None:
    page = " ".join(PARAGRAPHS * 3)
    assert [line.number for line in split_lines(page)] == [1] * 9
    assert texts(page) == PARAGRAPHS * 3


def test_a_page_on_one_line_below_its_heading() -> None:
    page = " ".join(PARAGRAPHS * 3)
    assert texts(f"Ferry leaves late\n3 May 2024\n{page}")[:3] == [
        "Ferry leaves late",
        "3 May 2024",
        PARAGRAPHS[0],
    ]


def test_a_long_paragraph_among_others_is_not_cut() -> None:
    long = " ".join(PARAGRAPHS * 2)
    assert len(long) > 600
    assert texts("\n".join([long, *PARAGRAPHS, *PARAGRAPHS])) == [long, *PARAGRAPHS, *PARAGRAPHS]


# --- sentence ends ---------------------------------------------------------------------------------------

# Each list is one text; its parts are its sentences.
SENTENCES = {
    "plain": ["He left.", "She stayed."],
    "question and exclamation": ["Who is it?", "Nobody!", "Then close the door."],
    "ellipsis": ["He waited…", "Nobody came.", "Still...", "She stayed."],
    "decimals": ["It rose 3.5 percent.", "It cost $1.25 more.", "Then 7.", "The end."],
    "percent before a full stop": ["Inflation was 3.5 percent.", "Wages rose."],
    "titles": ["Mr. Smith met Dr. Jones.", "They spoke of Mrs. Lee and Sir Ray."],
    "initials": ["J. R. Smith wrote it.", "So did A. N. Other."],
    "initials without blanks": ["J.R.R. Tolkien wrote it.", "He was from here."],
    "lower case after a full stop": ["It was approx. ten miles, i.e. far.", "We walked."],
    "quotation": ["“We won.”", "He smiled.", "“Again?”", "“Yes.”"],
    "straight quotation": ['"We won."', "He smiled."],
    "brackets": ["He left (at last).", "She stayed.", "(Nobody else did.)", "The end."],
    "guillemets": ["« Jamais. »", "Il partit.", "«Certo.»", "Poi tacque."],
    "German quotation": ["„Nein.“", "Er ging.", "„Doch!“", "Sie blieb."],
    "German capital after a number": ["Er kam spät.", "Über uns war Licht.", "Äpfel gab es auch."],
    "Spanish": ["¿Quién es?", "¡Nadie!", "Entonces cierra."],
    "French": ["Il est parti.", "Élise est restée.", "Où ?", "À la gare."],
    "Russian": ["Он ушёл.", "Она осталась.", "Кто там?", "Никто!"],
    "Greek": ["Έφυγε.", "Έμεινε εκείνη."],
    "Arabic": ["غادر الرجل.", "هل بقيت؟", "نعم بقيت."],
    "Hindi": ["वह चला गया।", "वह रुक गई।"],
    "Urdu": ["وہ چلا گیا۔", "وہ رک گئی۔"],
    "Korean": ["그는 떠났다.", "그녀는 남았다."],
    "a number begins a sentence": ["He left.", "12 stayed.", "2024 was dry."],
    "U.S. in the middle": ["The U.S. Senate met.", "It voted."],
    "months": ["He came on Jan. 5 to us.", "He left on Dec. 7 again."],
    "No. before a number": ["See No. 5 of it.", "It is short."],
    "an address": ["Read example.org/a.b for more.", "It is short."],
}
CJK_SENTENCES = {
    "Chinese": ["他走了。", "她留下！", "谁？", "没有人。"],
    "Chinese quotation": ["“走吧。”", "他说。"],
    "Japanese": ["彼は去った。", "「残る。」", "彼女は言った。"],
}


@pytest.mark.parametrize("case", SENTENCES)
def test_sentences(case: str) -> None:
    text = " ".join(SENTENCES[case])
    assert [text[start:end] for start, end in sentences(text)] == SENTENCES[case]


@pytest.mark.parametrize("case", CJK_SENTENCES)
def test_sentences_without_blanks(case: str) -> None:
    text = "".join(CJK_SENTENCES[case])
    assert [text[start:end] for start, end in sentences(text)] == CJK_SENTENCES[case]


@pytest.mark.parametrize(
    "text",
    ["End.", "End!", "End?", "End…", "End.”", "End.)", 'End."', "End.»", "End。", "End」。", "End。」", "نهاية؟", "अंत।", "End.’”"],
)  # fmt: skip
def test_ends_of_sentences(text: str) -> None:
    assert ends_sentence(text)


@pytest.mark.parametrize("text", ["", "End", "End:", "End,", "End;", "3.5", "a.b", "“End”", "Trade – talks"])
def test_no_ends_of_sentences(text: str) -> None:
    assert not ends_sentence(text)


# --- prose and words -------------------------------------------------------------------------------------

PROSE = [
    PARAGRAPHS[0],
    "Der Rat der Stadt hat am Montag getagt und, wie schon in der Woche davor, nichts beschlossen.",
    "Совет собрался в понедельник и, как и неделей раньше, не смог ничего решить до самого вечера.",
    "市议会周一开会，与上周一样，什么也没有决定，直到深夜才散会。",
    "市議会は月曜日に開かれたが、先週と同じく何も決まらないまま夜遅くに終わった。",
    "परिषद की बैठक सोमवार को हुई और पिछले सप्ताह की तरह इस बार भी कुछ तय नहीं हो सका।",
    "اجتمع المجلس يوم الاثنين ولم يتفق على شيء على الإطلاق كما حدث في الأسبوع الذي سبقه.",
]
NO_PROSE = [
    "Sign up for our newsletter",
    "Home | News | Sport | Business | Culture | Travel | Weather | Contact | About us",
    "Council votes to close the old pier until the spring storms are over, fishermen protest",
    "He left.",
    "登录",
    "他走了。",
    "Location: Belgium, Brussels-Capital, Brussels, Rue de la Loi 16, first floor, 1000",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose(text: str) -> None:
    assert is_prose(text)


@pytest.mark.parametrize("text", NO_PROSE)
def test_no_prose(text: str) -> None:
    assert not is_prose(text)


def test_words_of_scripts_without_blanks_count() -> None:
    assert words("大桥昨天重新开放") == 4
    assert words("Die Brücke öffnet") == 3
    assert words("iPhone 在中国") == 1 + 1.5


def test_folded_words_of_scripts_without_blanks_are_runs_of_characters() -> None:
    assert fold_words("大桥昨天") == ["大桥昨", "桥昨天", "昨天", "天"]
    assert fold_words("สะพานเปิด")[0] == "สะพ"
    assert len(fold_words("橋が開いた")) == 5
    assert fold_words("Größe, STRASSE!") == ["grösse", "strasse"]


# --- laws ------------------------------------------------------------------------------------------------

pieces = st.sampled_from(
    [*PARAGRAPHS, WRAPPED, " ".join(PARAGRAPHS * 3), "A title", "- item", "> quoted", "", " ", "\t", "。", "他走了。"]
)  # fmt: skip
anything = st.one_of(
    st.text(st.characters(exclude_categories=())), st.lists(pieces, max_size=12).map("\n".join)
)


@given(anything)
@settings(max_examples=300)
def test_a_line_is_a_span_of_the_text(text: str) -> None:
    end = 0
    for line in split_lines(text):
        assert text[line.start : line.end] == line.text
        assert line.text == line.text.strip()
        assert line.text
        assert line.number == text.count("\n", 0, line.start) + 1
        assert line.is_prose == is_prose(line.text)
        assert line.start >= end
        end = line.end


@given(anything)
@settings(max_examples=300)
def test_lines_hold_all_that_can_be_seen(text: str) -> None:
    assert "".join("".join(line.text.split()) for line in split_lines(text)) == "".join(text.split())


@pytest.mark.parametrize("mark", [".", "!?", "…", "。", ". ", ".»"])
def test_any_number_of_stops_is_read_in_time(mark: str) -> None:
    text = f"Vitamin A{mark * 200_000} Then it ends."
    assert text[slice(*list(sentences(text))[-1])].endswith("it ends.")


@given(anything)
def test_sentences_are_spans_in_order_that_hold_all(text: str) -> None:
    spans = list(sentences(text))
    assert all(start < end for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())


@given(anything)
def test_words_are_counted_for_any_text(text: str) -> None:
    assert words(text) >= 0
