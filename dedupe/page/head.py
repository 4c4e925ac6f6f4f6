"""What a page says of itself in its head: meta tags, title, JSON-LD."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

ARTICLE = re.compile(r"Article|Posting|Report|Review|Recipe|CreativeWork$|AnalysisNews")
_COMMENT = re.compile(r"<!--|(?://\s*)?<!\[CDATA\[|/\*.*?\*/")
_TAGS = re.compile(r"<[^<>]{0,2000}>")
_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
SOURCES = (
    "meta,title,html,link[rel=canonical],script[type='application/ld+json'],time,relative-time,time-ago,"
    "[itemprop=datePublished],[property='schema:datePublished'],[property='schema:dateCreated']"
)
TIMES = frozenset(("time", "relative-time", "time-ago"))  # the others are GitHub's and their like
DEPTH = 12  # levels of nested JSON-LD that are looked into
UPDATES = "liveBlogUpdate"  # where a live blog has its entries, each an article with a headline of its own


@dataclass(slots=True)
class Head:
    """What a page's head says.

    `meta` has the first value of each meta tag, by its name in lower case; `article` the JSON-LD object of
    this page's article, `headlines` what other objects of this address call it, `live`
    whether one of them is a live blog; `published` and `times` are the values of `itemprop=datePublished` and
    `<time>`; `timed` is what `<time>` elements show, with what they say to machines.
    """

    meta: dict[str, str] = field(default_factory=dict)
    title: str = ""
    language: str = ""
    address: str = ""
    article: dict[str, Any] = field(default_factory=dict)
    headlines: list[str] = field(default_factory=list)
    live: bool = False
    published: list[str] = field(default_factory=list)
    times: list[str] = field(default_factory=list)
    timed: dict[str, str] = field(default_factory=dict)

    def said(self, *names: str) -> str:
        """Give the first of these meta tags that has a value, as plain text."""
        for name in names:
            value = self.meta.get(name)
            if value:
                return plain(value)
        return ""

    def stated(self, name: str) -> str:
        """Give a text property of the article's JSON-LD object, as plain text."""
        value = self.article.get(name)
        while isinstance(value, list):
            value = value[0] if value else None
        return plain(value) if isinstance(value, str) else ""


def plain(text: str) -> str:
    """Take entities, tags and runs of white space out of a value.

    >>> plain("Rock &amp;amp; <b>roll</b>")
    'Rock & roll'
    """
    if "&" in text:
        text = html.unescape(html.unescape(text))
    if "<" in text:
        text = _TAGS.sub("", text)
    return " ".join(text.split())


def read_head(parser: LexborHTMLParser, url: str | None) -> Head:
    """Read the head of a parsed page, before its scripts are taken out."""
    head = Head()
    objects: list[dict[str, Any]] = []
    for node in parser.css(SOURCES):
        tag = node.tag
        if tag == "meta":
            attributes = node.attributes
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop")
            content = attributes.get("content") or attributes.get("value")
            if name is None and attributes.get("http-equiv"):
                name = attributes["http-equiv"]
            if name and content:
                head.meta.setdefault(name.lower(), content)
        elif tag == "script":
            script = node.text()
            found = objects_in(script)
            objects.extend(filter(is_article, found))
            if not objects:
                # The page described as something else than an article, or in broken JSON.
                head.published += _PUBLISHED.findall(script)[:1]
        elif tag == "title":
            if not head.title:
                head.title = plain(node.text())
        elif tag == "link":
            head.address = head.address or node.attributes.get("href") or ""
        elif tag == "html":
            head.language = node.attributes.get("lang") or node.attributes.get("xml:lang") or ""
        else:
            attributes = node.attributes
            values = (attributes.get("datetime"), attributes.get("content"), attributes.get("title"))
            value = next(filter(None, values), None) or node.text()
            if tag in TIMES and attributes.get("itemprop") != "datePublished" and "pubdate" not in attributes:
                head.times.append(value)
            else:
                head.published.append(value)
            if tag in TIMES and attributes.get("datetime"):
                head.timed[plain(node.text())] = value
    head.address = head.address or head.meta.get("og:url") or url or ""
    head.article = own_article(objects, head)
    head.headlines = other_headlines(objects, head)
    head.live = any(UPDATES in thing for thing in objects)
    return head


def objects_in(script: str) -> list[dict[str, Any]]:
    """Give every object in a JSON-LD script, outer ones first; a broken script has none.

    >>> [thing["@type"] for thing in objects_in('{"@type": "WebPage", "mainEntity": [{"@type": "Article"}]}')]
    ['WebPage', 'Article']
    """
    try:
        value = json.loads(uncommented(script), strict=False)
    except (ValueError, RecursionError):
        return []
    return list(_objects(value))


def uncommented(script: str) -> str:
    """Take off a script what was to hide it from old browsers and XML: a comment in front, marks around.

    >>> uncommented("//<![CDATA[ {} //]]>"), uncommented("<!-- {} -->"), uncommented("/* ours */ {}")
    (' {} ', ' {} ', ' {}')
    """
    script = script.strip()
    opened = _COMMENT.match(script)
    if opened:
        script = script[opened.end() :]
    if script.endswith("-->"):
        return script[:-3]
    return script[:-3].rstrip().removesuffix("//") if script.endswith("]]>") else script


def is_article(thing: dict[str, Any]) -> bool:
    """Tell whether a JSON-LD object describes an article, by its type."""
    kinds = thing.get("@type")
    return any(
        isinstance(k, str) and ARTICLE.search(k) for k in (kinds if isinstance(kinds, list) else [kinds])
    )


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Give every object of a JSON value but the entries of live blogs, outer ones first; no recursion."""
    level: list[object] = [value]
    for _ in range(DEPTH):
        below: list[object] = []
        for thing in level:
            if isinstance(thing, dict):
                yield thing
                below.extend(v for key, v in thing.items() if key != UPDATES and isinstance(v, dict | list))
            elif isinstance(thing, list):
                below.extend(v for v in thing if isinstance(v, dict | list))
        if not below:
            return
        level = below


def own_article(objects: list[dict[str, Any]], head: Head) -> dict[str, Any]:
    """Choose the object that describes this page and not a page that it links to.

    Pages list related articles in JSON-LD too. The own object names this page's address or repeats its
    title; among several that do, the fuller one wins, then the first.
    """
    if not objects:
        return {}
    wanted = _letters(head.said("og:title", "twitter:title") or head.title)

    def evidence(thing: dict[str, Any]) -> tuple[int, int]:
        score = 0
        if head.address and any(_same_address(a, head.address) for a in _addresses(thing)):
            score += 4
        headline = thing.get("headline") or thing.get("name")
        if isinstance(headline, str) and wanted:
            letters = _letters(plain(headline))
            if letters and (letters in wanted or wanted in letters):
                score += 3
        return score, sum(bool(thing.get(k)) for k in ("headline", "datePublished", "author", "articleBody"))

    return max(objects, key=evidence)


def other_headlines(objects: list[dict[str, Any]], head: Head) -> list[str]:
    """Give the headlines of the other objects that name this page's address: a live blog has two wordings."""
    return [
        plain(thing["headline"])
        for thing in objects
        if thing is not head.article
        and isinstance(thing.get("headline"), str)
        and head.address
        and any(_same_address(address, head.address) for address in _addresses(thing))
    ]


def _addresses(thing: dict[str, Any]) -> Iterator[str]:
    for key in ("mainEntityOfPage", "url", "@id"):
        value = thing.get(key)
        if isinstance(value, dict):
            value = value.get("@id") or value.get("url")
        if isinstance(value, str):
            yield value


def _same_address(one: str, other: str) -> bool:
    def bare(address: str) -> str:
        return re.sub(r"^https?://(?:www\.)?|[?#].*$|/+$", "", address)

    return bare(one) == bare(other)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
