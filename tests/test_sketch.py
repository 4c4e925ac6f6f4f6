from __future__ import annotations

from pathlib import Path

import datasketch
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedupe.errors import InputError
from dedupe.sketch import (
    EMPTY,
    Rule,
    band_keys,
    empty,
    hash_shingle,
    load,
    sample,
    save,
    shingles,
    sign,
    signatures,
    similarity,
)
from dedupe.tokens import tokens, words

VOCABULARY = [
    *("river", "council", "night", "1,234", "Straße", "vote", "東京"),
    *("की", "budget", "mayor", "l'eau", "3.5", "сегодня"),
]
TEXT = st.lists(st.sampled_from(VOCABULARY), max_size=40).map(" ".join)


def datasketch_of(text: str, size: int = 5, permutations: int = 128, seed: int = 1) -> datasketch.MinHash:
    found = words(text)
    minhash = datasketch.MinHash(num_perm=permutations, seed=seed, hashfunc=hash_shingle)
    runs = [found[i : i + size] for i in range(max(1, len(found) - size + 1))] if found else []
    minhash.update_batch(" ".join(run).encode() for run in runs)
    return minhash


@given(st.lists(TEXT, max_size=4))
def test_signatures_are_those_of_datasketch(texts: list[str]) -> None:
    for text, row in zip(texts, signatures(texts), strict=True):
        assert datasketch_of(text).hashvalues.tolist() == row.tolist()


def test_other_rules_agree_with_datasketch_too() -> None:
    rule = Rule(permutations=64, seed=7, shingle=3)
    text = " ".join(VOCABULARY)
    assert signatures([text], rule)[0].tolist() == datasketch_of(text, 3, 64, 7).hashvalues.tolist()


def test_signatures_longer_than_a_block() -> None:
    text = " ".join(f"w{i}" for i in range(5000))
    both = signatures(["short text of six words only", text])
    assert both[1].tolist() == datasketch_of(text).hashvalues.tolist()


def test_datasketch_loads_our_signatures() -> None:
    text = " ".join(VOCABULARY)
    row = signatures([text])[0]
    lean = datasketch.LeanMinHash(seed=1, hashvalues=row, scheme="affine32")
    assert lean.jaccard(datasketch_of(text)) == 1.0
    index = datasketch.MinHashLSH(threshold=0.8, num_perm=128)
    index.insert("theirs", datasketch_of(text))
    assert index.query(lean) == ["theirs"]
    index.insert("ours", datasketch.MinHash(hashvalues=row, seed=1, scheme="affine32"))
    assert sorted(index.query(datasketch_of(text))) == ["ours", "theirs"]


def test_texts_without_words_are_like_nothing() -> None:
    signed = signatures(["", "...", "word"])
    assert (signed[:2] == EMPTY).all()
    assert empty(signed).tolist() == [True, True, False]
    assert similarity(signed[0], signed[1]) == 0


def test_texts_shorter_than_the_shingle_compare_by_all_their_words() -> None:
    signed = signatures(["No comment.", "no COMMENT", "No, comment here", "comment no"])
    assert similarity(signed[0], signed[1]) == 1
    assert similarity(signed[0], signed[2:]).max() < 0.1


def test_the_estimate_is_near_the_truth() -> None:
    rng = np.random.default_rng(3)
    one = [f"w{i}" for i in range(400)]
    other = [w if rng.random() > 0.04 else w + "x" for w in one]
    runs = [{tuple(w[i : i + 5]) for i in range(len(w) - 4)} for w in (one, other)]
    truth = len(runs[0] & runs[1]) / len(runs[0] | runs[1])
    signed = signatures([" ".join(one), " ".join(other)])
    assert abs(similarity(signed[0], signed[1]) - truth) < 0.13  # three standard errors


def test_bands_join_equal_texts_and_hardly_any_other() -> None:
    texts = [" ".join(f"w{i * 30 + k}" for k in range(30)) for i in range(300)]
    keys = list(band_keys(signatures([*texts, texts[5]]), 18, 7))
    assert len(keys) == 18
    assert all(key[-1] == key[5] for key in keys)
    assert sum(len(key) - len(np.unique(key)) for key in keys) == 18


def test_a_sample_holds_the_small_hashes_and_at_least_the_smallest() -> None:
    texts = [" ".join(f"w{i}" for i in range(n)) for n in (0, 2, 30, 2000)]
    found = shingles(tokens(texts), 3)
    kept = sample(found)
    for number, size in enumerate((0, 1, 24, None)):
        hashes = set(found.hashes[found.offsets[number] : found.offsets[number + 1]].tolist())
        mine = kept.hashes[kept.offsets[number] : kept.offsets[number + 1]].tolist()
        expected = sorted(hashes)[:24] if size is not None else sorted(h for h in hashes if h < 2**61)
        assert mine == expected


def test_a_cut_copy_shares_its_sample() -> None:
    text = " ".join(f"w{i}" for i in range(1000))
    kept = sample(shingles(tokens([text, text[: len(text) // 3]]), 3))
    whole, cut = (
        set(kept.hashes[a:b].tolist()) for a, b in zip(kept.offsets, kept.offsets[1:], strict=False)
    )
    assert len(whole & cut) >= len(cut) - 2


def test_the_order_of_signing_does_not_matter() -> None:
    texts = [" ".join(VOCABULARY[i:]) for i in range(5)]
    found = shingles(tokens(texts), 5)
    assert sign(found).tolist() == [signatures([text])[0].tolist() for text in texts]


def test_saved_signatures_come_back(tmp_path: Path) -> None:
    signed = signatures(["some text that is signed here"])
    save(tmp_path / "s.npz", signed)
    assert (load(tmp_path / "s.npz") == signed).all()
    assert [path.name for path in tmp_path.iterdir()] == ["s.npz"]


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        (Rule(seed=2), "seed = 2"),
        (Rule(shingle=3), "shingle = 3"),
        (Rule(normalizer=99), "normalizer = 99"),
        (Rule(scheme="legacy"), "scheme = legacy"),
        (Rule(hash="sha1"), "hash = sha1"),
        (Rule(permutations=64), "permutations = 64"),
    ],
)
def test_rules_do_not_mix(tmp_path: Path, rule: Rule, named: str) -> None:
    save(tmp_path / "s.npz", np.zeros((1, rule.permutations), np.uint32), rule)
    with pytest.raises(InputError, match=named):
        load(tmp_path / "s.npz")


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_a_broken_file_is_refused_by_name(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"s\.npz"):
        load(tmp_path / "s.npz")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        load(tmp_path / "s.npz")
