"""Which site a document comes from: documents of one source are compared, and share a template."""

from __future__ import annotations

import re

from dedupe.address import host_of
from dedupe.formats import Entry
from dedupe.settings import Settings

_HOST = re.compile(r"[^\W_][\w-]*(?:\.[\w-]+)+")
_NUMBERS = re.compile(r"[\d.]+")
# What stands below a country's letters where names are given out one level further down.
_PUBLIC = frozenset((
    "ac", "asn", "co", "com", "ed", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "govt", "gv", "id",
    "ind", "info", "lg", "ltd", "me", "mil", "mod", "muni", "ne", "net", "nhs", "nic", "nom", "or", "org",
    "plc", "police", "res", "sch", "school", "web",
))  # fmt: skip


def source_of(entry: Entry, settings: Settings) -> str:
    """Name the source of a document.

    It is what the record says of itself (`--source-field`), else the host of its url, else, for a text
    file, the folder in which it lies, else nothing: all such documents are one source. What is written as
    an address or as a host is compared as a host: small letters, without `www.`. With
    `sources = "domain"` the hosts of one registered domain are one source.
    """
    document = entry.document
    name = document.source or host_of(document.url or "")
    if not name and entry.file is not None and entry.source.path is not None:
        name = entry.source.path.resolve().parent.name
    host = host_of(name) or name.casefold().removeprefix("www.")
    if not _HOST.fullmatch(host):
        return name
    return registered_domain(host) if settings.sources == "domain" else host


def registered_domain(host: str) -> str:
    """Give the domain under which a host was registered.

    These are its last two labels, or three where a country keeps a second level such as `co.uk` or
    `com.au`. Such levels are known by a short list of their usual names, not by the register of all.

    >>> registered_domain("news.harbor-times.co.uk"), registered_domain("shop.example.org")
    ('harbor-times.co.uk', 'example.org')
    >>> registered_domain("co.uk"), registered_domain("192.0.2.1")
    ('co.uk', '192.0.2.1')
    """
    labels = host.split(".")
    if _NUMBERS.fullmatch(host):
        return host
    is_second_level = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _PUBLIC
    return ".".join(labels[-3 if is_second_level else -2 :])
