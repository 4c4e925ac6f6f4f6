"""Words to shingles, and two sketches of them: one that other tools read, one that proposes.

*Signatures* are MinHash as datasketch 2 computes it (scheme `affine32`), equal bit for bit to
`datasketch.MinHash(num_perm=128, seed=1, hashfunc=hash_shingle)` over the folded word-5-grams, so that
they load into its `MinHash`, `LeanMinHash` and `MinHashLSH`. They estimate the Jaccard similarity.
(Broder 1997, On the resemblance and containment of documents; the affine permutations are datasketch's.)

*Samples* keep the word-3-grams with small hashes: one in eight, and at least the 24 smallest. Since
every text samples by the same rule, two samples tell how much of the smaller text stands in the larger
one, so that a cut copy or one with furniture around it is found as well. (Scaled MinHash with a floor:
Broder 1997, mod-m sketches; Irber et al. 2022, sourmash.)

Short and empty texts never look equal by accident: a text of fewer words than a shingle has one shingle,
all its words, and a text without words has none, in no bucket.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dedupe import fold
from dedupe.errors import InputError
from dedupe.tokens import PRIME, Tokens, hash_word, mix, tokens

if TYPE_CHECKING:
    from datasketch import MinHash

EMPTY = np.uint32(0xFFFF_FFFF)
"""What a signature holds everywhere when there was nothing to sign; it is datasketch's value too."""


@dataclass(frozen=True, slots=True)
class Rule:
    """All that must agree before two signatures may be compared; it is saved with them.

    >>> Rule().check(Rule(shingle=3), "old.npz")
    Traceback (most recent call last):
    ...
    dedupe.errors.InputError: old.npz: signed with shingle = 3, but this run signs with shingle = 5; \
sign again with one of the two
    """

    scheme: str = "affine32"
    permutations: int = 128
    seed: int = 1
    hash: str = "words-64-to-32"
    shingle: int = 5
    normalizer: int = fold.VERSION

    def check(self, other: Rule, place: str) -> None:
        """Raise InputError, naming `place` and what differs, unless both rules are the same."""
        for field in fields(self):
            theirs, ours = getattr(other, field.name), getattr(self, field.name)
            if theirs != ours:
                name = field.name
                raise InputError(
                    place,
                    f"signed with {name} = {theirs}, but this run signs with {name} = {ours}; "
                    "sign again with one of the two",
                )


@dataclass(frozen=True, slots=True)
class Shingles:
    """Hashes of runs of words. hashes uint64[n]; offsets int64[texts + 1]: the first of each text."""

    hashes: NDArray[np.uint64]
    offsets: NDArray[np.int64]


def shingles(words: Tokens, size: int) -> Shingles:
    """Hash all runs of `size` words of each text; of a shorter text, the run of all its words."""
    counts = np.diff(words.offsets)
    runs = np.where(counts >= size, counts - size + 1, np.minimum(counts, 1))
    offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(runs)])
    starts = np.arange(offsets[-1]) + np.repeat(words.offsets[:-1] - offsets[:-1], runs)
    short = np.repeat(counts < size, runs)
    sums = np.zeros(len(starts), np.uint64)
    whole = starts[~short]
    for place in range(size):
        sums[~short] = sums[~short] * PRIME + words.hashes[whole + place] if short.any() else (
            sums * PRIME + words.hashes[starts + place]
        )  # fmt: skip
    if short.any():
        sums[short] = _short_sums(words, np.flatnonzero((counts < size) & (counts > 0)))
    return Shingles(mix(sums), offsets)


def _short_sums(words: Tokens, texts: NDArray[np.int64]) -> NDArray[np.uint64]:
    counts = np.diff(words.offsets)[texts]
    sums = np.zeros(len(texts), np.uint64)
    for place in range(int(counts.max())):
        more = counts > place
        sums[more] = sums[more] * PRIME + words.hashes[words.offsets[:-1][texts[more]] + place]
    return sums


def hash_shingle(shingle: bytes) -> int:
    """Hash a folded shingle, words parted by spaces, to 32 bits: the `hashfunc` for datasketch.

    >>> hash_shingle(b"two words") == int(shingles(tokens(["Two words!"]), 5).hashes[0]) >> 32
    True
    """
    value = 0
    for word in shingle.decode("utf-8").split(" "):
        value = (value * int(PRIME) + hash_word(word)) & 0xFFFF_FFFF_FFFF_FFFF
    return int(mix(np.array([value], np.uint64))[0]) >> 32


def permutations(rule: Rule) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Draw the permutations a h + b mod 2^32, a odd, as datasketch 2 draws them."""
    generator = np.random.RandomState(rule.seed)
    a = generator.randint(0, 1 << 31, rule.permutations, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = generator.randint(0, 1 << 32, rule.permutations, dtype=np.uint32)
    return a, b


def mix32(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Spread 32-bit values over their range, as datasketch does first (MurmurHash3's finalizer)."""
    values = (values ^ (values >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    values = (values ^ (values >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return values ^ (values >> np.uint32(16))


_BLOCK = 1 << 11
"""Shingles permuted at a time: 2,048 of them by 128 permutations are 1 MB."""


def sign(found: Shingles, rule: Rule | None = None, fast: bool = False) -> NDArray[np.uint32]:
    """Give the MinHash signatures, uint32[texts, permutations], of shingles made by `shingles`.

    `fast` chooses numba (the extra `fast`) for NumPy.
    """
    rule = rule or Rule()
    a, b = permutations(rule)
    signatures = np.full((len(found.offsets) - 1, rule.permutations), EMPTY, np.uint32)
    if fast:
        from dedupe.kernels import compiled

        compiled("sign_shingles")(found.hashes, found.offsets, a, b, signatures)
        return signatures
    hashes = mix32((found.hashes >> np.uint64(32)).astype(np.uint32))
    text = np.repeat(np.arange(len(signatures)), np.diff(found.offsets))
    for start in range(0, len(hashes), _BLOCK):
        block, owner = hashes[start : start + _BLOCK], text[start : start + _BLOCK]
        heads = np.flatnonzero(np.diff(owner, prepend=-1))
        permuted = block * a[:, None]
        permuted += b[:, None]
        smallest = np.minimum.reduceat(permuted, heads, axis=1).T
        rows = owner[heads]
        signatures[rows] = np.minimum(signatures[rows], smallest)
    return signatures


def signatures(texts: Sequence[str], rule: Rule | None = None) -> NDArray[np.uint32]:
    """Sign texts: one row of uint32 for each.

    >>> one, two = signatures(["The cat sat on the mat today.", "the CAT sat on the mat, today"])
    >>> bool((one == two).all())
    True
    """
    rule = rule or Rule()
    return sign(shingles(tokens(texts), rule.shingle), rule)


def to_minhash(row: NDArray[np.uint32], rule: Rule | None = None) -> MinHash:
    """Give a signature as a `datasketch.MinHash`, for its indexes (`MinHashLSH`) and for exchange.

    >>> from datasketch import MinHashLSH
    >>> index = MinHashLSH(threshold=0.8, num_perm=128)
    >>> row, copy = signatures(["The cat sat on the mat today.", "the CAT sat on the mat, today"])
    >>> index.insert("a", to_minhash(row))
    >>> index.query(to_minhash(copy))
    ['a']
    """
    from datasketch import MinHash

    rule = rule or Rule()
    return MinHash(seed=rule.seed, hashfunc=hash_shingle, hashvalues=row, scheme=rule.scheme)


def similarity(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> NDArray[np.float64]:
    """Estimate the Jaccard similarity of signatures, row by row; a text without words is like none."""
    same: NDArray[np.float64] = (one == other).mean(axis=-1)
    return np.where((one == EMPTY).all(axis=-1), 0.0, same)


def band_keys(signed: NDArray[np.uint32], bands: int, rows: int) -> Iterator[NDArray[np.uint64]]:
    """Yield, for each band of `rows` values, a 64-bit key for each text (uint64[texts]).

    Two texts of similarity J share a key with probability 1 - (1 - J^rows)^bands. Texts without words
    share none: leave them out by `empty`.
    """
    for band in range(bands):
        key = np.full(len(signed), np.uint64(band + 1))
        for row in range(band * rows, (band + 1) * rows):
            key = key * PRIME + signed[:, row].astype(np.uint64)
        yield mix(key)


def bucket_pairs(keys: Iterable[NDArray[np.uint64]], nearest: int, earliest: int) -> NDArray[np.int64]:
    """Pair the texts that share a key of some band: int64[pairs, 2], earlier text first, sorted, each once.

    `keys` has an array for each band, one key for each text. A text is paired with the `nearest` before it in
    its bucket and the `earliest` of all, so that a bucket of n texts costs n and not n squared.
    """
    found, count = [np.zeros(0, np.int64)], 1
    for band in keys:
        count = max(1, len(band))
        # One sort for both: the bits that are lost can only propose a pair too many.
        bits = np.uint64(count.bit_length())
        packed = np.sort(band >> bits << bits | np.arange(len(band), dtype=np.uint64))
        order = (packed & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
        start = np.flatnonzero(np.diff(packed >> bits, prepend=~np.uint64(0)))
        start = np.repeat(start, np.diff(np.append(start, len(band))))
        place = np.arange(len(band))
        for back in range(1, nearest + 1):
            at = place[place - start >= back]
            found.append(order[at - back] * count + order[at])
        for ahead in range(earliest):
            at = place[place - start > ahead]
            found.append(order[start[at] + ahead] * count + order[at])
    packed_pairs = np.sort(np.concatenate(found))  # np.unique hashes, and needs seconds for many equal values
    packed_pairs = packed_pairs[np.diff(packed_pairs, prepend=-1) != 0]
    return np.stack(np.divmod(packed_pairs, count), axis=1)


def empty(signed: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Say which texts had no words at all."""
    none: NDArray[np.bool_] = (signed == EMPTY).all(axis=1)
    return none


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which shingles a sample keeps: of runs of `shingle` words one in `one_in`, the `least` smallest always.

    Of word-3-grams one in eight and at least 24: on 4,909 planted pairs of all noises .9998 have enough in
    common (4-grams 1.0000, 2-grams .9993, one in sixteen .9993).
    """

    shingle: int = 3
    one_in: int = 8
    least: int = 24
    normalizer: int = fold.VERSION


def limit(one_in: int) -> np.uint64:
    """Give the value that one hash in `one_in` is below."""
    return np.uint64(min((1 << 64) // one_in, (1 << 64) - 1))


def sample(found: Shingles, one_in: int = 8, least: int = 24) -> Shingles:
    """Keep, of each text, the distinct shingles with hashes below 2^64 / one_in, and at least the smallest.

    The result is sorted within each text. Raises nothing; a text without words has no sample.
    """
    text = np.repeat(np.arange(len(found.offsets) - 1), np.diff(found.offsets))
    order = np.lexsort((found.hashes, text))
    hashes, text = found.hashes[order], text[order]
    if len(hashes):
        fresh = np.ones(len(hashes), np.bool_)
        fresh[1:] = (hashes[1:] != hashes[:-1]) | (text[1:] != text[:-1])
        hashes, text = hashes[fresh], text[fresh]
    heads = np.searchsorted(text, np.arange(len(found.offsets) - 1))
    rank = np.arange(len(hashes)) - heads[text]
    kept = (rank < least) | (hashes < limit(one_in))
    counts = np.bincount(text[kept], minlength=len(found.offsets) - 1)
    return Shingles(hashes[kept], np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]))


def save(path: Path, signed: NDArray[np.uint32], rule: Rule | None = None) -> None:
    """Write signatures with the rule that made them; what stood at `path` stays until all is written."""
    buffer = io.BytesIO()
    np.savez(buffer, rule=np.array(json.dumps(asdict(rule or Rule()))), signatures=signed)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(buffer.getvalue())
    unfinished.replace(path)


def load(path: Path, rule: Rule | None = None) -> NDArray[np.uint32]:
    """Read signatures; raise InputError if they are none, or were made by another rule than `rule`."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            made = Rule(**json.loads(str(stored["rule"])))
            signed: NDArray[np.uint32] = stored["signatures"]
    except FileNotFoundError:
        raise InputError(str(path), "there is no such file") from None
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(str(path), f"holds no signatures of ours ({error}); sign again") from None
    (rule or Rule()).check(made, str(path))
    return signed
