"""What `scripts/bench` times: tools that say which documents of a dump to drop.

`dedupe` decides on the texts; the others propose by MinHash of word-5-grams (128 permutations, similarity
.8) and drop what an earlier document is estimated to be similar to. Where a tool takes sets of shingles, it
gets them from the shingler here, as its users would write it.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

THRESHOLD, PERMUTATIONS, SHINGLE = 0.8, 128, 5


def texts_of(corpus: Path) -> Iterator[str]:
    with corpus.open("rb") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def shingles(text: str) -> list[str]:
    words = re.findall(r"\w+", text.lower())
    return [" ".join(words[k : k + SHINGLE]) for k in range(max(1, len(words) - SHINGLE + 1))]


def dedupe(corpus: Path) -> set[int]:
    import numpy as np

    from dedupe.duplicates import compare_all
    from dedupe.texts import Texts, sample_texts

    with tempfile.TemporaryFile(dir=corpus.parent) as spool:
        sizes = [spool.write(text.encode("utf-8", "replace")) for text in texts_of(corpus)]
        spool.flush()
        ends = np.cumsum(sizes)
        texts = Texts(np.memmap(spool, np.uint8, "r"), ends - np.array(sizes), ends)
        samples = sample_texts(texts)
        order = np.lexsort((np.arange(len(texts)), -samples.words))
        _, joined = compare_all(texts, samples, order)
    return set(joined)


def datasketch(corpus: Path) -> set[int]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    dropped = set()
    for number, text in enumerate(texts_of(corpus)):
        signature = MinHash(num_perm=PERMUTATIONS)
        signature.update_batch([shingle.encode() for shingle in set(shingles(text))])
        if index.query(signature):
            dropped.add(number)
        else:
            index.insert(number, signature)
    return dropped


def rensa(corpus: Path) -> set[int]:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=16)
    signatures = []
    for text in texts_of(corpus):
        signature = RMinHash(num_perm=PERMUTATIONS, seed=42)
        signature.update(shingles(text))
        index.insert(len(signatures), signature)
        signatures.append(signature)
    dropped = set()
    for number, signature in enumerate(signatures):
        near = (other for other in index.query(signature) if other < number)
        if any(signature.jaccard(signatures[other]) >= THRESHOLD for other in near):
            dropped.add(number)
    return dropped


def gaoya(corpus: Path) -> set[int]:
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(
        hash_size=32, jaccard_threshold=THRESHOLD, num_bands=None, band_size=None, num_hashes=PERMUTATIONS,
        analyzer="word", lowercase=True, ngram_range=(SHINGLE, SHINGLE), id_container="vec",
    )  # fmt: skip
    dropped = set()
    for number, text in enumerate(texts_of(corpus)):
        if index.query(text):
            dropped.add(number)
        else:
            index.insert_document(number, text)
    return dropped


def daft(corpus: Path) -> set[int]:
    import daft as engine
    import daft.functions as f
    from daft import col

    bands, rows = 9, 13  # datasketch's best for .8
    frame = engine.read_json(str(corpus))
    text = f.strip(f.regexp_replace(f.lower(col("text")), r"[^\w]+", " "))
    signed = f.minhash(text, num_hashes=bands * rows, ngram_size=SHINGLE, seed=42, hash_function="xxhash")
    frame = frame.select(col("id"), signed.alias("signature")).collect()
    numbers = f.to_list(*[engine.lit(k) for k in range(bands)]).alias("number")
    frame = frame.select(col("id"), f.chunk(col("signature"), rows).alias("band"), numbers)
    frame = frame.explode(col("band"), col("number"))
    buckets = frame.groupby(col("number"), col("band")).agg(col("id").list_agg().alias("ids"))
    return {later for ids in buckets.to_pydict()["ids"] for later in sorted(ids)[1:]}


TOOLS: dict[str, Callable[[Path], set[int]]] = {
    "dedupe": dedupe, "daft": daft, "gaoya": gaoya, "rensa": rensa, "datasketch": datasketch,
}  # fmt: skip


def run(name: str, corpus: Path, out: Path) -> int:
    """Write the documents that a tool keeps, as their lines stand; give how many it drops."""
    dropped = TOOLS[name](corpus)
    with corpus.open("rb") as lines, out.open("wb") as kept:
        kept.writelines(line for number, line in enumerate(lines) if number not in dropped)
    return len(dropped)
