"""What `scripts/bench` times: tools that take the near-duplicates out of a dump, each from file to file.

`dedupe` decides on the texts, and `full clean` cleans them before. The others propose by MinHash of
word-5-grams (128 permutations, similarity .8) and drop what an earlier document is estimated to be similar
to; text-dedup checks the similarity of what it proposes. Where a tool takes sets of shingles, it gets them
from the shingler here, as its users would write it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
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


def dedupe(corpus: Path, out: Path, *stages: str, workers: int = 1) -> int:
    from dedupe.cli import main

    if main(["clean", str(corpus), "-o", str(out), "--workers", f"{workers}", "--yes", "--quiet", *stages]):
        sys.exit("dedupe failed")
    counts = json.loads((out / "summary.json").read_text(encoding="utf-8"))["documents"]
    return int(counts["read"]) - int(counts["written"])


def near_duplicates(corpus: Path, out: Path) -> int:
    return dedupe(corpus, out, "--stages", "duplicates")


def on_all_cores(corpus: Path, out: Path) -> int:
    return dedupe(corpus, out, "--stages", "duplicates", workers=0)


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
    signatures: list[RMinHash] = []
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
    # The number of its line, whatever its id is.
    frame = frame.select(f.monotonically_increasing_id().alias("line"), signed.alias("signature")).collect()
    numbers = f.to_list(*[engine.lit(k) for k in range(bands)]).alias("number")
    frame = frame.select(col("line"), f.chunk(col("signature"), rows).alias("band"), numbers)
    frame = frame.explode(col("band"), col("number"))
    buckets = frame.groupby(col("number"), col("band")).agg(col("line").list_agg().alias("lines"))
    shared = buckets.where(f.length(col("lines")) > 1).select(col("lines")).to_pydict()["lines"]
    return {later for lines in shared for later in sorted(lines)[1:]}


def text_dedup(corpus: Path, out: Path) -> int:
    """Run its command, which is told all in a file and writes a folder of Arrow files."""
    out.mkdir()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    (out / "config.toml").write_text(
        f"""\
[input]
input_type = "local_files"
file_type = "json"
[input.read_arguments]
path = "json"
data_files = {json.dumps(str(corpus))}
split = "train"
[algorithm]
algorithm_name = "minhash"
text_column = "text"
seed = 42
batch_size = 10000
num_proc = {cores}
num_perm = {PERMUTATIONS}
threshold = {THRESHOLD}
hash_bits = 64
ngram_size = {SHINGLE}
check_false_positive = true
[output]
output_dir = {json.dumps(str(out / "kept"))}
clean_cache = false
save_clusters = false
[debug]
enable_profiling = false
""",
        encoding="utf-8",
    )
    offline = {"HF_HOME": str(out), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    said = subprocess.run(
        [sys.executable, "-m", "text_dedup.minhash"], cwd=out, env=os.environ | offline, check=True,
        capture_output=True, text=True,
    ).stdout  # fmt: skip
    before, after = (int(re.search(rf"{word}\s*: (\d+)", said)[1]) for word in ("Before", "After"))  # type: ignore[index]
    return before - after


def lines_kept(find: Callable[[Path], set[int]]) -> Callable[[Path, Path], int]:
    """Make of a function that finds the lines to drop one that writes the others, as they stand."""

    def tool(corpus: Path, out: Path) -> int:
        dropped = find(corpus)
        with corpus.open("rb") as lines, out.open("wb") as kept:
            kept.writelines(line for number, line in enumerate(lines) if number not in dropped)
        return len(dropped)

    return tool


TOOLS: dict[str, Callable[[Path, Path], int]] = {
    "dedupe": near_duplicates,
    "dedupe on all cores": on_all_cores,
    "full clean": dedupe,
    "daft": lines_kept(daft),
    "gaoya": lines_kept(gaoya),
    "rensa": lines_kept(rensa),
    "datasketch": lines_kept(datasketch),
    "text-dedup": text_dedup,
}
"""Each takes a dump and a place to write to, and gives the number of documents that it drops."""

OURS = ("dedupe", "dedupe on all cores", "full clean")
