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
_CORPORATE_WORD: Final = re.compile("|".join(map(re.escape, (*_CORPORATE_SIGNS, *_CORPORATE_SIGNS.values()))))
_CORPORATE: Final = re.compile(r"\((?:주|유|재|사|합)\)")
_LATIN_CORPORATE: Final = re.compile(
    r"(?<=\S)(?:[\s,.]+(?:co|corp|corporation|company|inc|incorporated|ltd|limited|llc|gmbh|plc)\b\.?)+",
    re.IGNORECASE,
)
_MIN_TYPO, _MIN_SWAP, _MIN_SYLLABLE_TYPO = 3, 4, 5
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

_OTHER_SPELLINGS: Final = {
    "쥐": "지",
    "에쓰": "에스",
    "에치": "에이치",
    "더블류": "더블유",
    "아르": "알",
    "젯": "제트",
    "시": "씨",
    "캐이": "케이",
}
_OTHER_SPELLING: Final = re.compile("|".join(sorted(_OTHER_SPELLINGS, key=len, reverse=True)))


def full(name: str) -> str:
    """The registered name: 주식회사 as (주), compatibility forms resolved, case and spacing dropped."""
    text = unicodedata.normalize("NFC", name)
    for word, sign in _CORPORATE_SIGNS.items():
        text = text.replace(word, sign)
    text = _plain(text).casefold()
    return _PUNCTUATION.sub("", text)


def core(name: str) -> str:
    """The name without the words for "corporation" and all brackets; the full name when nothing is left."""
    bare = _CORPORATE.sub("", full(_LATIN_CORPORATE.sub(" ", _plain(name))))
    return re.sub(r"[()]", "", bare) or full(name)


def without_corporate(name: str) -> str:
    """The name as it is written, without the words for "corporation"."""
    return _CORPORATE_WORD.sub(" ", _LATIN_CORPORATE.sub(" ", _plain(name)))


def is_corporate(name: str) -> bool:
    """The name is written with its word for "corporation"."""
    return bool(corporate_form(name))


def corporate_form(name: str) -> frozenset[str]:
    """Which words for "corporation" the name is written with, wherever they stand; Latin ones are all one."""
    latin = {"co"} if _LATIN_CORPORATE.search(_plain(name)) else set()
    return frozenset(_CORPORATE.findall(full(name))) | latin


def _plain(text: str) -> str:
    """Compatibility forms resolved; a consonant that stands alone stays one (NFKC: half a syllable)."""
    return unicodedata.normalize("NFKC", text).translate(_LONE_INITIALS)


def spelled(text: str) -> str:
    """Latin letters by their Korean names, as companies' acronyms are read: lg전자 -> 엘지전자. Names of letters that
    are written in several ways come out as one: 엘쥐 -> 엘지.
    """
    letters = "".join(_LETTER_NAMES.get(letter, letter) for letter in text)
    return _OTHER_SPELLING.sub(lambda found: _OTHER_SPELLINGS[found[0]], letters)


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


def is_typo(typed: str, name: str) -> bool:
    """One or two letters (jamo) apart, two neighbouring syllables swapped, or one syllable too many or too few.

    Digits are never typos: 6204 is another thing than 6205. A name of three syllables allows one letter, and only one
    of five or more a whole syllable.
    """
    if len(typed) > len(name):
        typed, name = name, typed
    if len(name) < _MIN_TYPO or re.sub(r"\D", "", typed) != re.sub(r"\D", "", name):
        return False
    differing = [at for at, (a, b) in enumerate(zip(typed, name, strict=False)) if a != b]
    if len(typed) < len(name):
        at = differing[0] if differing else len(typed)
        return len(typed) + 1 == len(name) >= _MIN_SYLLABLE_TYPO and typed[at:] == name[at + 1 :]
    if not differing or len(differing) > 2:
        return not differing
    first, last = differing[0], differing[-1]
    if (
        len(name) >= _MIN_SWAP
        and last == first + 1
        and typed[first : last + 1] == name[first : last + 1][::-1]
    ):
        return True
    letters = sum(_letters_apart(typed[at], name[at]) for at in differing)
    return letters <= (1 if len(name) < _MIN_SWAP else 2)


def _letters_apart(a: str, b: str) -> int:
    """How many of the letters of two syllables differ; a Latin letter is one."""
    if not (_is_syllable(a) and _is_syllable(b)):
        return 9 if _is_syllable(a) or _is_syllable(b) else 1
    (a_first, a_rest), (b_first, b_rest) = (divmod(ord(c) - _SYLLABLE_FIRST, 588) for c in (a, b))
    return (a_first != b_first) + (a_rest // 28 != b_rest // 28) + (a_rest % 28 != b_rest % 28)


def _is_syllable(letter: str) -> bool:
    return _SYLLABLE_FIRST <= ord(letter) <= _SYLLABLE_LAST
