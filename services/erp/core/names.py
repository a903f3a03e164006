"""How names are compared: spacing, case, punctuation, words for "corporation" don't tell them apart."""

import re
import unicodedata
from typing import Final

_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_SYLLABLE_FIRST, _SYLLABLE_LAST = 0xAC00, 0xD7A3
_LONE_INITIALS: Final = {0x1100 + at: letter for at, letter in enumerate(_INITIALS)}

_CORPORATE_SIGNS: Final = {
    "㈜": "(주)",
    "주식회사": "(주)",
    "㈲": "(유)",
    "유한책임회사": "(유)",
    "유한회사": "(유)",
    "재단법인": "(재)",
    "사단법인": "(사)",
    "합자회사": "(합)",
    "합명회사": "(합)",
}
_CORPORATE: Final = re.compile(r"\((?:주|유|재|사|합)\)")
_LATIN_CORPORATE: Final = re.compile(
    r"(?<=\S)(?:[\s,.]+(?:co|corp|corporation|company|inc|incorporated|ltd|limited|llc|gmbh|plc)\b\.?)+",
    re.IGNORECASE,
)
_PUNCTUATION: Final = re.compile(r"[^\w()]|_")
_LETTER_NAMES: Final = {
    "a": "에이",
    "b": "비",
    "c": "씨",
    "d": "디",
    "e": "이",
    "f": "에프",
    "g": "지",
    "h": "에이치",
    "i": "아이",
    "j": "제이",
    "k": "케이",
    "l": "엘",
    "m": "엠",
    "n": "엔",
    "o": "오",
    "p": "피",
    "q": "큐",
    "r": "알",
    "s": "에스",
    "t": "티",
    "u": "유",
    "v": "브이",
    "w": "더블유",
    "x": "엑스",
    "y": "와이",
    "z": "제트",
}


def full(name: str) -> str:
    """The registered name: 주식회사 as (주), compatibility forms resolved, case and spacing dropped."""
    text = unicodedata.normalize("NFC", name)
    for word, sign in _CORPORATE_SIGNS.items():
        text = text.replace(word, sign)
    text = _plain(text).casefold()
    return _PUNCTUATION.sub("", text)


def core(name: str) -> str:
    """The name without the words for "corporation" and all brackets; the full name when nothing is left."""
    text = _LATIN_CORPORATE.sub(" ", _plain(name))
    bare = _CORPORATE.sub("", full(text))
    return re.sub(r"[()]", "", bare) or full(name)


def is_corporate(name: str) -> bool:
    """The name is written with its word for "corporation"."""
    return bool(_CORPORATE.search(full(name)) or _LATIN_CORPORATE.search(_plain(name)))


def _plain(text: str) -> str:
    """Compatibility forms resolved; a consonant that stands alone stays one (NFKC: half a syllable)."""
    return unicodedata.normalize("NFKC", text).translate(_LONE_INITIALS)


def spelled(text: str) -> str:
    """Latin letters by their Korean names, as companies' acronyms are read: lg전자 -> 엘지전자."""
    return "".join(_LETTER_NAMES.get(letter, letter) for letter in text)


def initials(text: str) -> str:
    """The initial consonants (초성) of Korean syllables, everything else as it is: 대한상사 -> ㄷㅎㅅㅅ."""
    return "".join(
        _INITIALS[(ord(letter) - _SYLLABLE_FIRST) // 588]
        if _SYLLABLE_FIRST <= ord(letter) <= _SYLLABLE_LAST
        else letter
        for letter in text
    )


def is_initials(text: str) -> bool:
    """At least two initial consonants, and no syllables."""
    return sum(letter in _INITIALS for letter in text) >= 2 and not any(
        _SYLLABLE_FIRST <= ord(letter) <= _SYLLABLE_LAST for letter in text
    )


def within_one_edit(a: str, b: str) -> bool:
    """At most one letter is replaced, added or left out, or two neighbours are swapped."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[at:] == b[at + 1 :]
    return a[at + 1 :] == b[at + 1 :] or (
        a[at + 2 :] == b[at + 2 :] and a[at : at + 2] == b[at : at + 2][::-1]
    )
