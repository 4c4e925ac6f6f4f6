"""WARC files in whatever state: what is whole is read, what is not is told, and reading goes on."""

from __future__ import annotations

import gzip
import io
import random
import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedupe.warc import Record, is_crawl, read_warc


def block_of(number: int, chosen: random.Random) -> bytes:
    """Give a block that does not pack well, so that damage and cuts fall anywhere."""
    return (
        b"HTTP/1.1 200 OK\r\n\r\n<p>"
        + chosen.randbytes(chosen.randint(0, 900)).hex().encode()
        + b"</p>\r\n\r\n"
    )


def written(
    block: bytes, kind: str = "response", length: int | None = None, url: str = "https://a.example/"
) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-03T00:00:00Z\r\n"
        f"Content-Length: {len(block) if length is None else length}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def crawl(count: int = 12, *, packed: bool = False) -> bytes:
    chosen = random.Random(count)
    records = [written(block_of(n, chosen), url=f"https://a.example/{n}") for n in range(count)]
    return b"".join(gzip.compress(record, mtime=0) if packed else record for record in records)


def read(data: bytes, **options: int) -> list[Record]:
    return list(read_warc(io.BytesIO(data), **options))


PLAIN, PACKED = crawl(), crawl(packed=True)
STATES = {"plain": PLAIN, "packed": PACKED, "packed as a whole": gzip.compress(PLAIN, mtime=0)}


def test_a_record_has_its_kind_its_header_its_block_and_its_place():
    data = written(b"a: 1\r\n", "warcinfo") + written(b"<p>A")
    info, response = read(data)
    assert (info.kind, info.block, info.offset, info.damage) == ("warcinfo", b"a: 1\r\n", 0, "")
    assert (response.kind, response.block, response.offset) == ("response", b"<p>A", data.rindex(b"WARC/1.0"))
    assert response.field("warc-target-uri") == "https://a.example/"
    assert response.fields["WARC-Date"] == "2024-05-03T00:00:00Z"
    assert response.field("WARC-Block-Digest") == ""


def test_in_a_packed_file_a_place_is_that_of_the_member():
    for record in read(PACKED):
        assert PACKED[record.offset :].startswith(b"\x1f\x8b")
        assert gzip.decompress(PACKED[record.offset :]).startswith(b"WARC/1.0")
    assert [r.block for r in read(PACKED)] == [r.block for r in read(PLAIN)]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(PLAIN), id="packed as a whole"),
        pytest.param(PLAIN.replace(b"\r\n\r\nWARC", b"\r\n\r\n\r\n\n\nWARC"), id="more blank lines"),
        pytest.param(b"\r\n\r\n" + PLAIN, id="blank lines above"),
        pytest.param(PLAIN.replace(b"WARC/1.0\r", b"WARC/1.1\r"), id="version 1.1"),
        pytest.param(PACKED + bytes(5000), id="filled up with NULs"),
        pytest.param(gzip.compress(PLAIN[:9000]) + gzip.compress(PLAIN[9000:]), id="packed in two"),
        pytest.param(PLAIN.replace(b"Content-L", b"X: " + b"x" * 1900 + b"\r\ncontent-l"), id="a long field"),
        pytest.param(PLAIN.replace(b"WARC-Date: ", b"WARC-Date:\r\n  "), id="folded header"),
    ],
)  # fmt: skip
def test_what_is_odd_is_read_all_the_same(data):
    assert [(r.block, r.damage) for r in read(data)] == [(r.block, "") for r in read(PLAIN)]


@pytest.mark.parametrize("wrong", [-400, -30, 1, 3, 5, 400, 10**9])
@pytest.mark.parametrize("number", [0, 5, 11])
def test_a_wrong_length_costs_nothing_where_the_next_record_can_be_seen(wrong, number):
    blocks = [block_of(n, random.Random(n)) for n in range(12)]
    lengths = [max(len(block) + wrong * (n == number), 0) for n, block in enumerate(blocks)]
    records = read(b"".join(written(b, length=n) for b, n in zip(blocks, lengths, strict=True)))
    assert len(records) == 12
    assert [r.block for n, r in enumerate(records) if n != number] == blocks[:number] + blocks[number + 1 :]
    if number == 11 and wrong > 4:
        assert records[11].damage == "truncated record"  # nobody can know
    else:
        assert records[number].block.rstrip() == blocks[number].rstrip()
        assert records[number].damage == ""


@pytest.mark.parametrize("length", [b"", b"many", b"-5"])
def test_a_length_that_is_none_is_found_out(length):
    first, second = written(b"<p>A"), written(b"<p>B")
    data = first.replace(b"Content-Length: 4", b"Content-Length: " + length) + second
    assert [r.block for r in read(data)] == [b"<p>A", b"<p>B"]


@pytest.mark.parametrize("state", STATES)
@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_file_that_is_cut_off_gives_all_before_and_says_so(state, data):
    whole = STATES[state]
    end = data.draw(st.integers(0, len(whole) - 1))
    records = read(whole[:end])
    good = [r for r in records if not r.damage]
    same = good == read(whole)[: len(good)]  # compared here, because a report of the difference is long
    assert same
    assert [r.damage for r in records[len(good) :]] in (
        [],
        ["truncated record"],
        ["damaged gzip"],
        ["damaged record"],
    )
    if len(good) < 12 and end > 30 and records == good:  # it was cut off between two records
        assert not whole[end - 4 : end].strip() or whole is PACKED


@pytest.mark.parametrize("state", ["plain", "packed"])
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_damage_costs_two_records_at_most_and_is_told(state, data):
    whole = STATES[state]
    start = data.draw(st.integers(0, len(whole) - 1))
    noise = random.Random(start).randbytes(data.draw(st.integers(1, 60)))
    damaged = whole[:start] + noise + whole[start + len(noise) :]
    records, expected = read(damaged), read(whole)
    assert sum(r in records for r in expected) >= 10
    if whole is PACKED and records != expected:
        assert any(r.damage for r in records)


@pytest.mark.parametrize("state", ["plain", "packed"])
@given(st.data())
@settings(max_examples=150, deadline=None)
def test_stretches_of_a_file_give_what_the_file_gives(state, data):
    whole = STATES[state]
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, len(whole) - 1), max_size=6))), len(whole)]
    read_again = [r for start, end in pairwise(cuts) for r in read(whole, start=start, end=end)]
    same = read_again == read(whole)
    assert same


@pytest.mark.parametrize("packed", [False, True])
def test_lengths_that_lead_beyond_the_end_are_passed_in_time(packed):
    data = b"".join(written(b"<p>%d" % number, length=10**9) for number in range(20_000))
    records = read(gzip.compress(data) if packed else data)
    assert [record.block for record in records] == [b"<p>%d" % number for number in range(20_000)]
    assert {record.damage for record in records[:-1]} == {""}


def test_a_file_packed_as_a_whole_is_its_first_stretch():
    whole = gzip.compress(PLAIN)
    assert len(read(whole, start=0, end=100)) == 12
    assert read(whole, start=100, end=len(whole)) == []


def test_a_page_about_warc_is_not_taken_for_records():
    inner = b"<pre>" + written(b"inner") + b"</pre>"
    assert [r.block for r in read(written(inner) + written(b"<p>B"))] == [inner, b"<p>B"]


def test_a_block_over_the_limit_is_not_held():
    data = written(b"x" * 5_000_000) + written(b"<p>B")
    large, small = read(data, limit=1000)
    assert (len(large.block), large.damage) == (1000, "too large")
    assert (small.block, small.damage) == (b"<p>B", "")


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n\r\n", b"no WARC at all", b"WARC/1.0", b"WARC/1.0\r\n\r\n", b"\x1f\x8b", gzip.compress(b""),
     bytes(9000), gzip.compress(b"no WARC"), gzip.compress(PLAIN)[:40], b"WARC/1.0\r\n" + b"x" * 200_000],
    ids=range(11),
)  # fmt: skip
def test_what_is_no_crawl_gives_damage_or_nothing(data):
    assert {bool(r.damage) for r in read(data)} <= {True} or data == b"WARC/1.0\r\n\r\n"


@given(st.binary(max_size=300), st.sampled_from([b"", PLAIN[:3000], PACKED[:3000]]), st.binary(max_size=50))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_to_the_end(before, between, after):
    for each in read(before + between + after):
        assert each.damage or each.block is not None


def test_memory_does_not_grow_with_the_file():
    class Endless(io.RawIOBase):
        """Three hundred copies of a crawl, one after the other."""

        def __init__(self):
            self.left, self.rest = 300, b""

        def read(self, size: int = -1) -> bytes:
            while len(self.rest) < size and self.left:
                self.rest += PACKED
                self.left -= 1
            data, self.rest = self.rest[:size], self.rest[size:]
            return data

    tracemalloc.start()
    assert sum(1 for _ in read_warc(Endless())) == 3600
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_what_warcio_writes_is_read():
    warcwriter = pytest.importorskip("warcio.warcwriter")
    headers = pytest.importorskip("warcio.statusandheaders").StatusAndHeaders
    for packed in (False, True):
        out = io.BytesIO()
        writer = warcwriter.WARCWriter(out, gzip=packed)
        writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "a test"}))
        for number in range(20):
            http = headers("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
            payload = io.BytesIO(f"<p>{number}</p>".encode() * number)
            writer.write_record(
                writer.create_warc_record(
                    f"http://a.example/{number}", "response", payload, http_headers=http
                )
            )
        info, *pages = read(out.getvalue())
        assert (info.kind, info.damage) == ("warcinfo", "")
        assert [page.block.partition(b"\r\n\r\n")[2] for page in pages] == [
            f"<p>{n}</p>".encode() * n for n in range(20)
        ]


def test_a_crawl_is_told_by_its_first_bytes():
    assert is_crawl(PLAIN[:100])
    assert is_crawl(PACKED[:100])
    assert not is_crawl(gzip.compress(b'{"text": "a"}'))
    assert not is_crawl(b"A text about WARC/1.0")
