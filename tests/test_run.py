"""A run over a dump in chunks: the same result however it is cut, spread, interrupted and taken up again."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.formats import cut, find_inputs, read
from dedupe.settings import Settings

# --- how inputs are cut ----------------------------------------------------------------------------------

LINES = st.lists(
    st.sampled_from([b'{"text": "One."}\n', b'{"text": "A longer one."}\r\n', b"\n", b"broken\n"]),
    max_size=20,
)


@given(LINES, st.sampled_from([b"", b"\xef\xbb\xbf"]), st.sampled_from([b"", b"\n"]), st.integers(1, 60))
def test_the_parts_of_a_file_read_as_the_whole(tmp_path_factory, lines, mark, end, size):
    path = tmp_path_factory.mktemp("cut") / "in.jsonl"
    path.write_bytes(mark + b"".join(lines) + b'{"text": "The last."}' + end)
    [source] = find_inputs([str(path)]).sources
    parts = cut(source, size)
    assert sum(part.size for part in parts) == source.size
    whole = list(read(source, Settings(), io.BytesIO()))
    read_again = [
        replace(each, source=source) for part in parts for each in read(part, Settings(), io.BytesIO())
    ]
    assert read_again == whole


@pytest.mark.parametrize("name", ["in.txt", "in.jsonl.gz", "utf16.jsonl", "gone.jsonl"])
def test_what_cannot_be_cut_comes_whole(name, tmp_path):
    path: Path = tmp_path / name
    path.write_bytes("\n".join("abc").encode("utf-16" if name[0] == "u" else "utf-8"))
    [source] = find_inputs([str(path)]).sources
    if name[0] == "g":
        path.unlink()
    assert cut(source, 2) == [source]
