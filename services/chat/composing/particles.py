"""Korean particles by the sound that a word ends with, digits and Latin letters included."""

import re
from typing import Final

_RIEUL: Final = 8
_DIGITS: Final = {"0": 21, "1": 8, "2": 0, "3": 16, "4": 0, "5": 0, "6": 1, "7": 8, "8": 8, "9": 0}
"""Final consonants of 영 일 이 삼 사 오 육 칠 팔 구, as numbered in Hangul syllables."""

_LETTERS: Final = {"l": 8, "m": 16, "n": 4, "r": 8}
"""엘, 엠, 엔, 알; every other letter's name ends in a vowel."""

_SIGNS: Final = {
    "%": 0,
    "%p": 0,
    "kg": 16,
    "g": 16,
    "mg": 16,
    "km": 0,
    "m": 0,
    "cm": 0,
    "mm": 0,
    "㎏": 16,
    "℃": 0,
    "㎡": 0,
    "t": 4,
}
_TAIL: Final = re.compile(r"[\s)\]}>\"'’”.,·…!?-]+$")
_LATIN: Final = re.compile(r"[A-Za-z]+$")


def final_consonant(word: str) -> int:
    """Number of the final consonant of how the word is read (0 = a vowel), as in Hangul syllables."""
    text = _TAIL.sub("", word)
    if not text:
        return 0
    last = text[-1]
    if "가" <= last <= "힣":
        return (ord(last) - 0xAC00) % 28
    if last in _DIGITS:
        return _DIGITS[last]
    if text.endswith("%p") or last == "%":
        return 0
    if latin := _LATIN.search(text):
        letters = latin[0]
        unit = _SIGNS.get(letters.lower())
        if unit is not None and re.search(r"\d\s*$", text[: latin.start()]):
            return unit
        if letters.isupper() or len(letters) == 1:
            return _LETTERS.get(letters[-1].lower(), 0)
        if letters.lower().endswith("ng"):
            return 21
        return {"m": 16, "n": 4, "l": 8}.get(letters[-1].lower(), 0)
    return 0


def particle(word: str, forms: str) -> str:
    """The form that fits behind the word; `forms` as in "은/는", "으로/로", "이에요/예요": consonant, then vowel."""
    after_consonant, after_vowel = forms.split("/")
    final = final_consonant(word)
    if final == 0 or (final == _RIEUL and after_consonant.startswith("으로")):
        return after_vowel
    return after_consonant
