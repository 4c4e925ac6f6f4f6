"""The language of a page: what it says of itself, checked against its most frequent words."""

from __future__ import annotations

import re

from dedupe.page.words import words

_CODE = re.compile(r"^([a-z]{2,3})(?:[-_][a-zA-Z]{2,4})*$")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")), ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")), ("ka", re.compile("[\u10a0-\u10ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("ta", re.compile("[\u0b80-\u0bff]")), ("bn", re.compile("[\u0980-\u09ff]")),
)  # fmt: skip
SURE = 0.25  # of a text's words are function words of the language it is in; of another, few
_OTHER_SCRIPTS = re.compile(
    "[\u0530-\u058f\u0980-\u0bff\u0e00-\u0e7f\u10a0-\u10ff\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]"
)
ENOUGH = 20  # words of a text below which its words say nothing


def page_language(stated: str, text: str) -> str | None:
    """Give the code of the language a text is in: by script, by function words, or as the page states it.

    >>> page_language("en-US", "Der Rat der Stadt hat am Montag die Brücke für den Verkehr gesperrt, weil "
    ...     "sie nicht mehr sicher ist und die Kosten für eine neue noch nicht bekannt sind.")
    'de'
    >>> page_language("pt-BR", "")
    'pt'
    """
    found = _CODE.match(stated.strip().lower())
    code: str | None = found[1] if found else None
    sample = text[:1500]
    if _OTHER_SCRIPTS.search(sample):
        for name, script in _SCRIPTS:
            if len(script.findall(sample)) > 0.2 * len(sample):
                return name
    tokens = [token.strip(".,:;!?()\"'“”„«»") for token in sample.lower().split()]
    if len(tokens) < ENOUGH:
        return code
    common = words().common
    # Close kin (Norwegian and Danish) are told apart by the page's own statement.
    if code and code in common and _share(tokens, common[code]) > SURE:
        return code
    shares = {name: _share(tokens, known) for name, known in common.items()}
    best = max(shares, key=lambda name: (shares[name], name))
    if code and shares.get(code, 0.0) > 0.7 * shares[best]:
        return code
    return best if shares[best] > 0.15 else code


def _share(tokens: list[str], common: frozenset[str]) -> float:
    return sum(map(common.__contains__, tokens)) / len(tokens)
