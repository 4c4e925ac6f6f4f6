"""What charset bytes are in that are no UTF-8: as somebody states it, or by the letters that they spell."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache
from math import log

_STATED = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)|<\?xml[^>]{0,100}?encoding=["']([\w.:-]+)""", re.I
)
_WIDER = {
    **dict.fromkeys(("iso-8859-1", "iso8859-1", "latin-1", "latin1", "ascii", "us-ascii"), "cp1252"),
    **dict.fromkeys(("iso-8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("gb2312", "gbk", "x-gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "windows-949"), "cp949"),
    **dict.fromkeys(("big5", "x-x-big5"), "big5hkscs"),
    **dict.fromkeys(("tis-620", "iso-8859-11", "windows-874"), "cp874"),
}  # fmt: skip
"""What browsers take these names for (https://encoding.spec.whatwg.org): a charset that holds all of it."""

BROKEN = 0.02  # of the foreign characters may be broken where the charset was stated; more, and it is another
MOSTLY = 0.1  # may be broken in what still passes for UTF-8
FRONT = 1_000_000  # bytes of a page, and
SAMPLE = 20_000  # of the words in them that are looked at
LATIN_FIRST = 8.0  # natural logarithm of the odds for Western Europe before anything is read
_UNREAD = re.compile(rb"<(script|style)\b.*?(?:</\1\s*>|\Z)|<[^<>]{0,5000}>", re.S | re.I)
_FOREIGN_WORD = re.compile(rb"[^\s<>\x80-\xff]{0,40}[\x80-\xff][^\s<>]{0,200}")
_PAIR = re.compile(r"(?:(?![\x00-\x7f])[^\W\d_]){2,}")  # letters beyond ASCII in a row
_MIXED = re.compile(r"[a-zA-Z](?![\x00-\x7f])[^\W\d_]|(?![\x00-\x7f])[^\W\d_][a-zA-Z]")
_MARKS = "’“”–‘„—…«»‹›‚•\xa0·°§€£©®™½¼¾²³×±´"
_WIDE_MARKS = "、。，「」・：（）《》“”ー！？；『』…　"
WRONG = log(1e-6)  # of a character that the script does not have
ODD = -3.0  # for each place where letters meet that the script keeps apart
CAPITAL = log(0.1)


@dataclass(frozen=True, slots=True)
class Script:
    """How a way of writing looks: its foreign letters from the most frequent to the rarest.

    `latin` says that they stand alone among those of ASCII, and not in rows. `others` gives the range of
    characters beyond those listed, for scripts of thousands, and `share` is how much of a text the listed
    ones make.
    """

    charsets: tuple[str, ...]
    letters: str
    latin: bool = False
    others: tuple[str, str] | None = None
    share: float = 0.97


_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіёїєъґў"
_WESTERN = (
    "üäöß",
    "éèàêçôûùîâœïë",
    "óéíáñúü¿¡ºª",
    "ãçáéíóêõâúàô",
    "èàéìòù",
    "åäöéøæ",
    "íáðéóþúæöý",
    "éëïüèö",
)
_CENTRAL = ("łęążśóćńź", "íáéěřčžšýůúťďňó", "áéöóőíűüú", "ăîâşţ", "čšžćđ", "áíéčšžýľťúňôďäĺ")
SCRIPTS = (
    *(Script(("cp1252",), letters, latin=True) for letters in _WESTERN),
    *(Script(("cp1250", "iso-8859-2"), letters, latin=True) for letters in _CENTRAL),
    Script(("cp1254",), "ıüşçğöİâîû", latin=True),
    Script(("cp1257",), "ėšžųįūąčęāīēļņķģ", latin=True),
    Script(("cp1257",), "āīēšūņļžķčģ", latin=True),
    Script(("cp1251",), _CYRILLIC),
    Script(("koi8-u",), _CYRILLIC),
    Script(("cp1253", "iso-8859-7"), "ατοιενσρκπυςλμίόάηέγδήθύφχωβώξζψϊΐ"),
    Script(("cp1255",), "יוהלאמרתבשנםדקעחכפגטסזןצךץף"),
    Script(("cp1256",), "اليمونرتبدةسفعهكأقحجشىصخطضإذغزءئثآظؤپچگژ،؟"),
    Script(("cp874",), "านรกอเงมยลวด่ทสต้ัีปิบะหคแจพชขไใูโุผณ็ซ์ึธศืำถฟฉภญ"),
    Script(
        ("cp932", "euc-jp"),
        "のいるしにたてをはとがなんでかっりすられさこもあどくまうきつだおけよせそめえみやわれンースルトイ"
        "ラリアクドシジテッフレロタマカサコ日年人月大本一会中国出者町市",
        others=("\u3041", "\u9fff"),
        share=0.7,
    ),
    Script(
        ("gb18030",),
        "的一是在不了有人年中大国上个为这和到以我会来时说地们要学出生就他多家日对市可用成下发后作工行"
        "里方分新也能前经过于被从本开里长民两部公月与将还",
        others=("\u4e00", "\u9fff"),
        share=0.45,
    ),
    Script(
        ("big5hkscs",),
        "的一是在不了有人年中大國上個為這和到以我會來時說地們要學出生就他多家日對市可用成下發後作工行"
        "裡方分新也能前經過於被從本開長民兩部公月與將還",
        others=("\u4e00", "\u9fff"),
        share=0.45,
    ),
    Script(
        ("cp949",),
        "이다는에의을가고하지은한로기서도를사인시자대들리나어해일전그있수정스과부보아제으적상만원라장",
        others=("\uac00", "\ud7a3"),
        share=0.6,
    ),
)  # fmt: skip


def decode_legacy(data: bytes, charset: str) -> str:
    """Decode a page that is not in UTF-8: as the server or the page says, if that fits, else by its letters.

    A charset is taken for the wider one that browsers take it for. A stated one that leaves broken
    characters is another's mistake, and so is a page that is UTF-8 but for a broken byte here and there.
    """
    found = _STATED.search(data[:8192])
    stated = (found[1] or found[2]).decode("ascii", "replace") if found else ""
    for name in (charset.lower(), stated.lower()):
        if name in ("", "utf-8", "utf8"):
            continue
        try:
            text = data.decode(_WIDER.get(name, name), "replace")
        except LookupError:
            continue
        if broken(text) <= BROKEN:
            return text
    text = data.decode("utf-8", "replace")
    return text if broken(text) <= MOSTLY else data.decode(guess(data), "replace")


def broken(text: str) -> float:
    """Give the share of broken characters among the foreign ones."""
    bad = text.count("\ufffd")
    return bad / sum(c > "\x7f" for c in text) if bad else 0.0


def guess(data: bytes) -> str:
    """Name the charset in which the foreign bytes of a page spell the likeliest letters.

    Each charset is asked how likely its readers would find the letters, one by one (a unigram model in the
    way of Cavnar and Trenkle, "N-gram-based text categorization", 1994, of letters beyond ASCII).

    >>> guess("<p>Первым по мосту проехал не мэр, а водитель автобуса.".encode("koi8-r"))
    'koi8-u'
    >>> guess("<p>Die Brücke ist für Lastwagen gesperrt.".encode("iso-8859-1"))
    'cp1252'
    """
    sample = b" ".join(_FOREIGN_WORD.findall(_UNREAD.sub(b" ", data[:FRONT])))[:SAMPLE]
    names = [(name, script) for script in SCRIPTS for name in script.charsets]
    return max(names, key=lambda each: _likelihood(sample.decode(each[0], "replace"), each[1]))[0]


def _likelihood(text: str, script: Script) -> float:
    chances = _chances(script)
    total = LATIN_FIRST if script.charsets == ("cp1252",) else 0.0
    rest = log((1.0 - script.share) / 4000)
    for letter, count in Counter(text).items():
        if letter <= "\x7f":
            continue
        chance = chances.get(letter)
        if chance is None and letter.lower() in chances:
            chance = chances[letter.lower()] + CAPITAL
        if chance is None:
            inside = script.others is not None and script.others[0] <= letter <= script.others[1]
            chance = rest if inside else WRONG
        total += count * chance
    if script.latin:
        return total + ODD * sum(len(row) - 1 for row in _PAIR.findall(text))
    return total + ODD * len(_MIXED.findall(text))


@cache
def _chances(script: Script) -> dict[str, float]:
    """Give the logarithms of the chances of the listed letters: Zipf's law, a little flattened."""
    weights = {letter: 1.0 / (rank + 5) for rank, letter in enumerate(dict.fromkeys(script.letters))}
    whole = sum(weights.values())
    chances = {letter: log(script.share * weight / whole) for letter, weight in weights.items()}
    marks = _WIDE_MARKS if script.others else _MARKS
    return {mark: log(0.01) for mark in marks} | chances
