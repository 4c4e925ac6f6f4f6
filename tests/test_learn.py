"""What repeats over a site is learned and goes; what an author wrote stays, however often it is there."""

from __future__ import annotations

import json
import os
import random
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from command import ALONE, dedupe, jsonl, listing, records
from town import HEAD, TAIL, body, page, record, title

from dedupe.learn import derive, learn
from dedupe.model import Document
from dedupe.survey import Survey, survey

HOST = "lockside-mail.example"


def run(tmp_path: Path, items: list[dict], *options: str, code: int = 0) -> dict[object, dict]:
    """Clean records and give the articles by id."""
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", *options, cwd=tmp_path)
    assert outcome.code == code, outcome.err
    return {article["id"]: article for article in records(tmp_path / "out/articles.jsonl")}


def lines(article: dict) -> list[str]:
    return [line for line in article["text"].split("\n") if line]


def learned(tmp_path: Path, host: str = HOST) -> dict:
    return json.loads((tmp_path / "out/templates.json").read_text()).get("sources", {}).get(host, {})


# --- what goes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3, 4, 7, 14, 40])
def test_a_site_of_some_pages(size, tmp_path):
    articles = run(tmp_path, [record(n, page(n)) for n in range(size)])
    for n in range(size):
        article = articles[f"{HOST}/{n}"]
        assert lines(article) == body(n)
        assert article["title"] == title(n)
        assert article["date"].startswith("2024-05-")
    assert set(learned(tmp_path)["lines"]) >= {*HEAD, *TAIL}


def test_a_site_of_two_pages_teaches_nothing(tmp_path):
    articles = run(tmp_path, [record(n, page(n, head=[], tail=["Tarrow."])) for n in range(2)])
    assert all(lines(article)[-1] == "Tarrow." for article in articles.values())
    assert learned(tmp_path) == {}


def test_a_redesign_half_way(tmp_path):
    new = ["The Mail | Front | Towns | Sport | Letters", "Jump over the bar of links"]
    end = ["Tell others about this piece", "The Mail is printed in Ellery", "Imprint and house rules"]
    items = [record(n, page(n) if n < 20 else page(n, head=new, tail=end)) for n in range(40)]
    articles = run(tmp_path, items)
    assert [lines(articles[f"{HOST}/{n}"]) for n in range(40)] == [body(n) for n in range(40)]


def test_urls_without_words(tmp_path):
    items = [record(n, page(n)) | {"url": f"https://{HOST}/?p={n}"} for n in range(12)]
    articles = run(tmp_path, items)
    assert [articles[f"{HOST}/{n}"]["title"] for n in range(12)] == [title(n) for n in range(12)]
    assert [lines(articles[f"{HOST}/{n}"]) for n in range(12)] == [body(n) for n in range(12)]


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "not linked"])
def test_a_headline_that_other_pages_link_is_the_title_of_its_own(linked, tmp_path):
    """Neither an address nor a date below it says so: the line was learned from lists of links."""
    items = []
    for n in range(16):
        links = [title((n + step) % 16) for step in (1, 4, 9)] if linked else []
        text = "\n".join([*HEAD, title(n), *body(n), "More stories", *links, *TAIL])
        items.append(record(n, text) | {"url": f"https://{HOST}/{n}"})
    articles = run(tmp_path, items)
    for n in range(16):
        article = articles[f"{HOST}/{n}"]
        assert (article["title"], lines(article)) == (title(n), body(n))
    assert set(learned(tmp_path).get("headlines", {})) == ({title(n) for n in range(16)} if linked else set())


@pytest.mark.parametrize("word", ["Argitaratua:", "Cyhoeddwyd |", "Published:"])
def test_the_words_before_the_date_of_a_page(word, tmp_path):
    def text(n: int) -> str:
        return "\n".join([*HEAD, title(n), f"{word} {n + 9:02}.03.2025", *body(n), *TAIL])

    articles = run(tmp_path, [record(n, text(n)) for n in range(8)])
    for n in range(8):
        article = articles[f"{HOST}/{n}"]
        assert (article["date"], lines(article)) == (f"2025-03-{n + 9:02}", body(n))


def test_the_ledger_and_the_summary_name_furniture(tmp_path):
    run(tmp_path, [record(n, page(n)) for n in range(9)])
    rows = [r for r in records(tmp_path / "out/removed.jsonl") if r["reason"] == "furniture"]
    texts = {f"{HOST}/{n}": page(n) for n in range(9)}
    assert {row["text"] for row in rows} == {*HEAD, *TAIL}
    assert all(texts[row["id"]][row["start"] : row["end"]] == row["text"] for row in rows)
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["lines"]["removed"] == {"furniture": 9 * len([*HEAD, *TAIL])}
    removed, size = sum(len(row["text"]) for row in rows), sum(map(len, texts.values()))
    assert summary["sources"] == {
        HOST: {"documents": 9, "characters": size, "removed": removed, "share": round(removed / size, 4)}
    }


# --- what stays ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("others", [0, 12])
def test_the_same_article_fifty_times(others, tmp_path):
    items = [record(f"copy-{n}", page("copied")) for n in range(50)]
    items += [record(n, page(n)) for n in range(others)]
    articles = run(tmp_path, items, *ALONE)
    for n in range(50):
        article = articles[f"{HOST}/copy-{n}"]
        assert set(body("copied")) <= set(lines(article))
        assert others == 0 or lines(article) == body("copied")
    assert not {*learned(tmp_path).get("lines", {})} & {*body("copied")}


def test_an_update_of_a_story(tmp_path):
    """Ten states of one article, each with a paragraph more."""
    told = body("told", 14)
    items = [record(f"state-{n}", page("told", text=told[: 4 + n])) for n in range(10)]
    articles = run(tmp_path, items + [record(n, page(n)) for n in range(10)], *ALONE)
    for n in range(10):
        assert lines(articles[f"{HOST}/state-{n}"]) == told[: 4 + n]


FORM = [
    "The weather service expects {a} degrees in {place} on {day}, with wind from the {side} at {b} knots.",
    "Toward evening clouds will gather over {place} and up to {c} millimeters of rain may fall by morning.",
    "Pollen stays low. Walkers on the heights above {place} should take a coat, the service advised.",
    "The river stands at {d} centimeters at the gauge of {place}, {e} less than on the day before.",
]


def form(n: int) -> list[str]:
    """Give an article written from a form: the same words, other facts."""
    chosen = random.Random(n)
    facts = {name: chosen.randint(2, 90) for name in "abcde"}
    place, side = chosen.choice(["Ellery", "Cawdle", "Marden", "Tarrow"]), chosen.choice(["north", "west"])
    return [line.format(**facts, place=place, side=side, day=f"{1 + n % 28} May") for line in FORM]


@pytest.mark.parametrize("others", [0, 15])
def test_articles_written_from_a_form(others, tmp_path):
    items = [record(f"form-{n}", page(f"form {n}", text=form(n))) for n in range(30)]
    articles = run(tmp_path, items + [record(n, page(n)) for n in range(others)])
    for n in range(30):
        assert set(form(n)) <= set(lines(articles[f"{HOST}/form-{n}"]))
        assert others == 0 or lines(articles[f"{HOST}/form-{n}"]) == form(n)


STANDING = (
    "Every Saturday our gardener answers the letters of readers, and she keeps a drawer for those that she "
    "could not answer yet."
)
PLACES = {
    "above the body": lambda own: [STANDING, *own],
    "between paragraphs": lambda own: [*own[:2], STANDING, *own[2:]],
    "below the body, with the lines of the site below it": lambda own: [*own, STANDING],
}


STANDS = list(PLACES)


@pytest.mark.parametrize("where", STANDS)
def test_a_column_with_a_standing_paragraph(where, tmp_path):
    """Ten of the thirty articles of a site are of the column."""
    texts = {n: PLACES[where](body(n)) if n < 10 else body(n) for n in range(30)}
    articles = run(tmp_path, [record(n, page(n, text=texts[n])) for n in texts])
    assert STANDING in learned(tmp_path)["review"]
    for n, text in texts.items():
        assert lines(articles[f"{HOST}/{n}"]) == text


@pytest.mark.parametrize("where", STANDS)
def test_a_site_that_is_one_column(where, tmp_path):
    texts = {n: PLACES[where](body(n)) for n in range(20)}
    articles = run(tmp_path, [record(n, page(n, text=texts[n])) for n in texts])
    assert STANDING in learned(tmp_path)["review"]
    for n, text in texts.items():
        assert lines(articles[f"{HOST}/{n}"]) == text


def test_standing_sentences_are_counted_for_review(tmp_path):
    items = [record(n, page(n, text=PLACES["between paragraphs"](body(n)))) for n in range(12)]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert "1 standing sentence listed for review in the templates; not removed" in outcome.err


def test_a_subheading_on_three_pages_of_sixty_stays(tmp_path):
    own = {
        n: [*body(n)[:2], "What happens next?", *body(n)[2:]] if n % 10 == 0 else body(n) for n in range(60)
    }
    articles = run(tmp_path, [record(n, page(n, text=own[n])) for n in own])
    assert all(lines(articles[f"{HOST}/{n}"]) == own[n] for n in own)


# --- strange sources -------------------------------------------------------------------------------------


NOTICE = "Guests write here what they think. It need not be what the Mail thinks, which prints it anyway."


@pytest.mark.parametrize("above", ["links", "text"])
def test_a_notice_below_a_list_goes_and_one_below_the_text_is_left_for_review(above, tmp_path):
    def text(n: int) -> str:
        links = ["More stories", title((n + 1) % 12), title((n + 5) % 12)] if above == "links" else []
        return page(n, tail=[*links, NOTICE, *TAIL])

    articles = run(tmp_path, [record(n, text(n)) for n in range(12)])
    own = [] if above == "links" else [NOTICE]
    assert all(lines(articles[f"{HOST}/{n}"]) == body(n) + own for n in range(12))
    assert (NOTICE in learned(tmp_path).get("review", {})) == (above == "text")


SUBHEADS = {
    "two, over parts that differ": (["What is known", "Background"], lambda n: [1, 3 + n % 3]),
    "three, over a paragraph each": (["What is known", "What is not", "Background"], lambda n: [1, 2, 3]),
    "rows of a table": (["Ashwell Rovers 12 7 30", "Kelby Town 11 5 21"], lambda n: [2, 2]),
}


@pytest.mark.parametrize("case", SUBHEADS)
def test_what_a_house_writes_into_every_article_stays(case, tmp_path):
    heads, places = SUBHEADS[case]

    def parted(n: int) -> list[str]:
        told = body(n, 7)
        for head, place in sorted(zip(heads, places(n), strict=True), key=lambda each: -each[1]):
            told.insert(place, head)
        return told

    articles = run(tmp_path, [record(n, page(n, text=parted(n))) for n in range(12)])
    assert all(lines(articles[f"{HOST}/{n}"]) == parted(n) for n in range(12))


def test_lines_of_the_site_between_paragraphs_go(tmp_path):
    """They stand after the same paragraphs of each article, or now before and now behind each other."""
    ads = ["Read on in our app", "Ring us with your story"]
    told = [body(n, 7) for n in range(24)]
    for n, text in enumerate(told):
        text[2:2], text[6:6] = (ads[:1], ads[1:]) if n < 12 else (ads[1:], ads[:1])
    articles = run(tmp_path, [record(n, page(n, text=told[n])) for n in range(24)])
    assert all(lines(articles[f"{HOST}/{n}"]) == body(n, 7) for n in range(24))


def test_two_thousand_equal_pages(tmp_path):
    own = page("equal")
    start = time.monotonic()
    articles = run(tmp_path, [record(n, own) for n in range(2000)], *ALONE)
    assert time.monotonic() - start < 60
    assert len(articles) == 2000
    assert all(set(body("equal")) <= set(lines(article)) for article in articles.values())


def test_two_hundred_thousand_equal_pages():
    """What is kept of a source is bounded, and equal pages say nothing."""
    own = survey(Document(0, page("equal"), url=f"https://{HOST}/1"))
    with Survey() as seen:
        for n in range(200_000):
            seen.add(replace(own, order=n * 2654435761 % (1 << 64)))
        assert derive(seen).sources == {}
        assert seen.silent().alike == (HOST,)


def test_every_page_is_empty(tmp_path):
    articles = run(tmp_path, [record(n, "\n" * (n % 3)) for n in range(50)])
    assert all(not lines(article) for article in articles.values())
    assert learned(tmp_path) == {}


@pytest.mark.parametrize(
    "name",
    [17, None, "", "the desk", "http://[a", "https://", "//", ".", "a..b", "…"],
)
@pytest.mark.parametrize("sources", ["host", "domain"])
def test_a_field_that_names_no_host(name, sources, tmp_path):
    items = [record(n, page(n)) | {"url": name, "source": name} for n in range(6)]
    articles = run(tmp_path, items, "--sources", sources)
    assert all(lines(articles[f"{HOST}/{n}"]) == body(n) for n in range(6))


def test_a_learned_line_that_would_empty_a_document(tmp_path):
    items = [record(n, page(n)) for n in range(12)] + [record("bare", TAIL[0] + "\n")]
    (tmp_path / "in.jsonl").write_bytes(jsonl(*items))
    outcome = dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    assert outcome.code == 0
    said = "line of furniture kept: most of its document"
    assert f"kept: in.jsonl:13: {said}: {TAIL[0]}" in outcome.err
    assert f"1 {said}" in outcome.err
    *_, bare = records(tmp_path / "out/articles.jsonl")
    assert bare["text"] == TAIL[0] + "\n"
    assert json.loads((tmp_path / "out/summary.json").read_text())["warnings"] == {said: 1}


# --- the source of a document ----------------------------------------------------------------------------


def named(n: int, **fields: object) -> dict:
    return {"id": n, "text": page(n)} | fields


SOURCES = {
    "the field wins over the url": ({"source": "feed", "url": f"https://{HOST}/1"}, "host", "feed"),
    "another field": ({"site": "a.example", "url": f"https://{HOST}/1"}, "host", "a.example"),
    "a field that is an address": ({"source": "https://www.a.example/rss"}, "host", "a.example"),
    "a field that is a host": ({"source": "WWW.A.example"}, "host", "a.example"),
    "the host of the url": ({"url": f"https://www.{HOST}:8080/1"}, "host", HOST),
    "nothing": ({}, "host", ""),
    "a domain": ({"url": "https://news.west.a.example/1"}, "domain", "a.example"),
    "a domain below a second level": ({"url": "https://news.a.co.uk/1"}, "domain", "a.co.uk"),
    "a number is no domain": ({"url": "https://192.0.2.7/1"}, "domain", "192.0.2.7"),
    "no host, no domain": ({"source": "the desk"}, "domain", "the desk"),
}


@pytest.mark.parametrize("case", SOURCES)
def test_the_source_of_a_record(case, tmp_path):
    fields, sources, expected = SOURCES[case]
    options = ["--source-field", "site"] if "site" in fields else []
    run(tmp_path, [named(n, **fields) for n in range(3)], "--sources", sources, *options)
    assert list(json.loads((tmp_path / "out/templates.json").read_text())["sources"]) == [expected]


def test_the_source_of_a_text_is_its_folder(tmp_path):
    for folder in ("north", "south"):
        (tmp_path / "dump" / folder).mkdir(parents=True)
        for n in range(4):
            own = page(f"{folder} {n}", head=[f"All about the {folder}"], tail=[f"Back to the {folder}"])
            (tmp_path / "dump" / folder / f"{n}.txt").write_text(own)
    assert dedupe("clean", "dump", "-o", "out", cwd=tmp_path).code == 0
    table = json.loads((tmp_path / "out/templates.json").read_text())["sources"]
    assert set(table) == {"north", "south"}
    assert set(table["north"]["lines"]) == {"All about the north", "Back to the north"}
    files = sorted(str(path) for path in (tmp_path / "dump").rglob("*.txt"))
    assert dedupe("clean", *files, "-o", "again", cwd=tmp_path).code == 0
    assert (tmp_path / "again/templates.json").read_bytes() == (tmp_path / "out/templates.json").read_bytes()


def test_code_of_markdown_is_never_learned(tmp_path):
    (tmp_path / "dump").mkdir()
    code = "```\nmake install\n```"
    for n in range(8):
        own = "\n\n".join([title(n), *body(n), code, TAIL[0]])
        (tmp_path / f"dump/{n}.md").write_text(f"---\ntags: x\n---\n{own}\n")
    assert dedupe("clean", "dump", "-o", "out", cwd=tmp_path).code == 0
    for n in range(8):
        after = (tmp_path / f"out/articles/{n}.md").read_text()
        assert after.startswith("---\ntags: x\n---\n")
        assert code in after
        assert TAIL[0] not in after
    assert set(learned(tmp_path, "dump")["lines"]) == {TAIL[0]}


# --- views of the same learning --------------------------------------------------------------------------


def test_all_views_know_the_same(dump, tmp_path):
    dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path)
    gone = [r["text"] for r in records(tmp_path / "out/removed.jsonl") if r["reason"] == "furniture"]
    found = [r["text"] for r in dedupe("check", "in.jsonl", "--json", cwd=tmp_path).records]
    assert found == gone
    diff = dedupe("clean", "in.jsonl", "--diff", cwd=tmp_path).out.decode()
    assert all(f"-{line}\n" in diff for line in gone)
    assert f"{len(gone)} furniture" in dedupe("clean", "in.jsonl", "--dry-run", cwd=tmp_path).err
    assert dedupe("clean", "in.jsonl", "--in-place", cwd=tmp_path).code == 0
    assert [r["text"] for r in records(dump)] == [r["text"] for r in records(tmp_path / "out/articles.jsonl")]
    assert listing(tmp_path) == [
        "in.jsonl", "out/articles.jsonl", "out/removed.jsonl", "out/summary.json", "out/templates.json",
    ]  # fmt: skip


def test_a_pipe_is_read_twice(dump, tmp_path):
    dedupe("clean", "in.jsonl", "-o", "out.jsonl", cwd=tmp_path)
    outcome = dedupe("clean", "-", "-o", "-", "-v", cwd=tmp_path, stdin=dump.read_bytes())
    assert outcome.out == (tmp_path / "out.jsonl").read_bytes()
    assert "standard input is kept in a temporary file" in outcome.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("name", ["pipe.jsonl", "pipe"])  # without a suffix, its beginning tells what it is
def test_a_named_pipe_is_read_twice(name, dump, tmp_path):
    dedupe("clean", "in.jsonl", "-o", "out.jsonl", cwd=tmp_path)
    os.mkfifo(tmp_path / name)
    data = dump.read_bytes()
    writer = threading.Thread(target=lambda: (tmp_path / name).write_bytes(data))
    writer.start()
    outcome = dedupe("clean", name, "-o", "-", cwd=tmp_path)
    writer.join()
    assert outcome.out == (tmp_path / "out.jsonl").read_bytes()


def test_without_the_stage_nothing_is_learned(dump, tmp_path):
    articles = run(tmp_path, records(dump), "--stages", "header,repeats")
    assert HEAD[0] in articles[f"{HOST}/1"]["text"]
    assert "templates.json" not in listing(tmp_path / "out")


def test_one_text_is_not_compared_with_itself(tmp_path):
    (tmp_path / "a.txt").write_text(page(1))
    assert dedupe("clean", "a.txt", "-o", "out", cwd=tmp_path).code == 0
    assert "templates.json" not in listing(tmp_path / "out")
    outcome = dedupe("clean", "-", cwd=tmp_path, stdin=page(1).encode())
    assert outcome.out.decode().splitlines()[-1] in (TAIL[-1], body(1)[-1])


# --- brakes ----------------------------------------------------------------------------------------------

MENU = [f"{name} of the whole county and what is near to it" for name in ("News", "Sport", "Work", "Towns")]


def heavy(size: int) -> list[dict]:
    """Give the records of a site whose menus are longer than its articles."""
    return [record(n, page(n, head=MENU, text=body(n)[:1], tail=MENU[::-1])) for n in range(size)]


@pytest.mark.parametrize("out", [["-o", "out"], ["-o", "-"], ["--in-place"]])
def test_the_brake_stops_before_anything_is_written(out, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(jsonl(*heavy(6), *(record(n, page(n), "b.org") for n in range(6))))
    before = (tmp_path / "in.jsonl").read_bytes()
    outcome = dedupe("clean", "in.jsonl", *out, "--max-loss", "0.5", cwd=tmp_path)
    assert (outcome.code, outcome.out) == (3, b""), outcome.err
    assert "1 of 2 sources would lose more than 50 % to furniture:" in outcome.err
    assert f"{HOST}: " in outcome.err
    assert "b.org" not in outcome.err
    assert f"by the line: {MENU[3]}" in outcome.err
    assert listing(tmp_path) == ["in.jsonl"]
    assert (tmp_path / "in.jsonl").read_bytes() == before


@pytest.mark.parametrize("option", [["--yes"], ["--max-loss", "0.9"]])
def test_the_brake_can_be_passed(option, tmp_path):
    articles = run(tmp_path, heavy(6), *option)
    assert lines(articles[f"{HOST}/3"]) == body(3)[:1]


def test_small_sources_have_no_brake(tmp_path):
    articles = run(tmp_path, heavy(4))
    assert lines(articles[f"{HOST}/3"]) == body(3)[:1]


def test_what_sources_lose_is_told(dump, tmp_path):
    outcome = dedupe("clean", "in.jsonl", "-o", "out", "-v", cwd=tmp_path)
    assert f"furniture, by source:\n  {HOST}: " in outcome.err
    assert "furniture, by source:" not in dedupe("clean", "in.jsonl", "-o", "out", cwd=tmp_path).err


@pytest.mark.parametrize("share", ["1.5", "-1", "nan"])
def test_a_share_that_is_none(share, dump, tmp_path):
    outcome = dedupe("clean", "in.jsonl", "-o", "out", "--max-loss", share, cwd=tmp_path)
    assert outcome.code == 2
    assert "give a share from 0 to 1" in outcome.err


def test_learn_takes_documents_only():
    with pytest.raises(TypeError, match=r"not str: make a dedupe\.Document"):
        learn(["a text"])
