"""What a value looks like: an amount of money, a number, an address, a year, a list of names.

Labels can be anything, and most values of a data sheet give themselves away by their form alone; so do most
lines that are none, `Anna: I think so`. A form proves nothing by itself: every score is a range of numbers.
"""

from __future__ import annotations

import re

from dedupe.lines import ends_sentence

_NUMBER = r"\d[\d.,\s]*"
_SCALE = (
    r"(?:(?:[kmb]n?|mio|mrd|mld|mln|mn|tn|mil|thousand|[mb]ill?i?on\w*|miljo\w+|milioane|milijun\w*|milh\w+"
    r"|mill?iard\w*|miljard\w*|lakh|crore|juta|miliar|milyon|milyar|triệu|tỷ|тыс|млн|млрд|万|億|亿)\b\.?)"
)
_SIGN = r"(?:(?:US|A|C|HK|R)?[$€£¥₹₩₽₺₴₫₪฿]|(?:USD|EUR|GBP)\b)"
_CODE = (
    r"(?:[$€£¥₹₩₽₺₴₫₪฿]|(?:[KM]?(?:USD|EUR|GBP|CHF|JPY|INR|CNY|SEK|NOK|DKK|PLN|BRL|CAD|AUD)"
    r"|CZK|HUF|RON|RUB|UAH|TRY|KRW|ZAR|MXN|SGD|HKD|IDR|VND|THB|zł|Kč|lei|kr|руб|грн|đồng|元|円|원)\b)"
)
_TO = r"(?:[-–—]|to|bis|à|a|до)"
_ENDINGS = "com|org|net|io|co|de|fr|es|it|nl|eu|uk|ru|cn|jp|in|br|pl|ch|at|be|se|no|dk|fi|ie|ca|au"
_VALUE = re.compile(
    rf"""
    (?P<money> {_SIGN}\s?{_NUMBER}{_SCALE}?\b\.?(?:\s?{_TO}\s?{_SIGN}?\s?{_NUMBER}{_SCALE}?\b\.?)?
             | {_NUMBER}{_SCALE}?\s?{_CODE} )
  | (?P<range> [<>~+]?\s?{_NUMBER}(?:\s?{_TO}\s?{_NUMBER}|\s?\+)? )
  | (?P<url> (?:https?://|www\.)\S+ | [\w-]+(?:\.[\w-]+)*\.(?:{_ENDINGS})(?:/\S*)? )
  | (?P<email> [\w.+-]+@[\w-]+(?:\.[\w-]+)+ )
  | (?P<phone> \+?[\d(][\d\s()./-]{{6,}}\d )
  | (?P<ticker> [A-Z]{{2,8}}\s?:\s?[A-Z0-9.]{{1,6}} | [A-Z]{{2,5}} )
  | (?P<year> (?:[^\W\d]{{3,10}}\.?\s)?(?:\d{{1,2}},?\s)?(?:1[5-9]|20)\d\d )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_UNIT = re.compile(r"\s*(?:%|\(.{0,30}\)|[^\W\d_]+(?:\s[^\W\d_]+)?)?\.?$")
_LIST = re.compile(r"^[^\W\d_][^,.!?]{1,30}(?:, [^\W_][^,.!?]{1,30}){1,5}$")

# The kind of value that a lone line with one of these labels must have to be believed.
_TYPES = {
    "employees": "range",
    "founded": "range year",
    "total_raised": "money range",
    "last_funding_amount": "money range",
    "website": "url",
    "ticker": "ticker",
    "funding_rounds": "range",
    "linkedin": "url",
    "twitter": "url",
    "facebook": "url",
    "registration_number": "range phone",
    "vat_number": "range ticker",
}


def value_kinds(value: str) -> frozenset[str]:
    """Tell what a value looks like: money, range (any number), url, email, phone, ticker, year, list.

    >>> sorted(value_kinds("$310.85K")), sorted(value_kinds("1001-5000 people")), sorted(value_kinds("1958"))
    (['money'], ['range'], ['range', 'year'])
    >>> value_kinds("I think so.")
    frozenset()
    """
    value = value.strip()
    kinds = set()
    found = _VALUE.match(value)
    if found and _UNIT.match(value, found.end()):
        kinds.add(str(found.lastgroup))
        if re.fullmatch(r"(?:[^\W\d]{3,10}\.?\s)?(?:\d{1,2},?\s)?(?:1[5-9]|20)\d\d", value):
            kinds.add("year")
    if _LIST.match(value) and not ends_sentence(value):
        kinds.add("list")
    return frozenset(kinds)


def is_believable(key: str, value: str) -> bool:
    """Tell whether a value is of a kind that the fact of that name has; of other facts nothing is known.

    >>> [is_believable("founded", value) for value in ("1994", "in a garage")], is_believable("motto", "1994")
    ([True, False], False)
    """
    return not value_kinds(value).isdisjoint(_TYPES.get(key, "").split())


def is_fact(value: str) -> bool:
    """Tell whether a value is a number, an amount, a year or an address, as facts mostly are."""
    letters = [word for word in value.split() if word.isalpha()]
    return len(letters) <= 1 and bool(value_kinds(value) - {"list", "ticker"})
