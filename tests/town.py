"""Small sites made up for tests: articles that share nothing, between lines that all pages share."""

from __future__ import annotations

import random
from collections.abc import Sequence


def words(text: str) -> list[str]:
    return text.split()


NOUNS = words(
    """
    lock barge meadow orchard ferry chapel quarry tram library kiln harbor bakery mill tunnel canal
    market school bridge clinic depot theater granary pier garden station kitchen forge archive viaduct
    cellar lighthouse laundry workshop council choir rowing-club beekeeper surveyor baker plumber
    glazier signalman gardener nurse teacher ranger printer weaver diver mason cooper fiddler juror
    curator ferryman miller postman welder
    """
)
VERBS = words(
    """
    repaired opened painted counted measured closed sold rented visited flooded heated copied mended
    moved stored cleaned lit drained fenced praised numbered filmed guarded leased
    """
)
KINDS = words(
    """
    old narrow quiet crowded wooden northern upper disused public empty steep muddy bright borrowed damp
    remote famous modest crooked restored temporary costly shallow windy yellow
    """
)
PLACES = words(
    """
    Ashwell Birkdale Cawdle Dunmere Ellery Fenwick Garmouth Hexley Inverleigh Jarrold Kelby Lowmoor
    Marden Northolt Oakham Penrose Quinton Redmire Stenmouth Tarrow Ulverby Verwood Wexcombe Yarrow
    """
)
PEOPLE = [
    "Ada Brill", "Tom Carrow", "Ines Dahl", "Otto Fenn", "Mara Gill", "Piet Hale", "Ruth Imber",
    "Noor Jansen", "Lena Korte", "Hugo Lund", "Vera Moss", "Emil Nash", "Olga Pryor", "Karl Quint",
]  # fmt: skip
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

HEAD = ["Home | World | Business | Culture | Weather", "Skip the menu and go to the story"]
TAIL = ["Share this with your friends and neighbors", "Ring the newsdesk: 555 0100", "© 2024 Lockside Mail"]


def sentence(chosen: random.Random) -> str:
    name = chosen.choice(PEOPLE)
    return (
        f"The {chosen.choice(KINDS)} {chosen.choice(NOUNS)} at {chosen.choice(PLACES)} was "
        f"{chosen.choice(VERBS)} by a {chosen.choice(KINDS)} {chosen.choice(NOUNS)} from "
        f"{chosen.choice(PLACES)} after the {chosen.choice(NOUNS)} {chosen.choice(VERBS)} "
        f"{chosen.randint(3, 900)} {chosen.choice(KINDS)} {chosen.choice(NOUNS)}s, {name} said on "
        f"{chosen.choice(DAYS)}."
    )


def body(seed: object, paragraphs: int = 5) -> list[str]:
    """Give the paragraphs of an article that is like no other."""
    chosen = random.Random(str(seed))
    return [f"{sentence(chosen)} {sentence(chosen)}" for _ in range(paragraphs)]


def title(seed: object) -> str:
    chosen = random.Random(f"title {seed}")
    place, noun, verb, other = (chosen.choice(part) for part in (PLACES, NOUNS, VERBS, NOUNS))
    return f"{place} {noun} {verb} near the {other}"


def page(
    seed: object,
    *,
    head: Sequence[str] = HEAD,
    text: Sequence[str] | None = None,
    tail: Sequence[str] = TAIL,
) -> str:
    """Give a page as a scraper saves it: lines of the site, title, date, body, lines of the site."""
    day = random.Random(f"date {seed}").randint(1, 28)
    lines = [*head, title(seed), f"{day} May 2024", *(body(seed) if text is None else text), *tail]
    return "\n".join(lines) + "\n"


def record(seed: object, text: str, host: str = "lockside-mail.example") -> dict[str, object]:
    return {"id": f"{host}/{seed}", "url": f"https://{host}/news/{seed}", "text": text}
