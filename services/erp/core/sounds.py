"""Names by how they sound, whichever script they are written in: 퍼시픽 베어링 is Pacific Bearing, Daehan Sangsa 대한상사.

English spelling doesn't tell how a word is read, so that nothing is transliterated: both sides are taken apart into
consonants and vowels, and what each Latin letter may sound like is compared with what stands there in Korean.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

from services.erp.core import names

_ONSETS: Final = "K K N T T L M P P S S - J J J K T P H".replace("-", "").split(" ")
_VOWELS: Final = (
    *("a", "ae", "ya", "yae", "eoau", "eai", "yeo", "ye", "ou", "wao", "wae"),
    *("oei", "yo", "uo", "wuo", "we", "wi", "yu", "eu", "eui", "iey"),
)
"""What each Korean vowel is written with in Latin letters; ㅡ mostly only carries consonants."""
_CODAS: Final = "- K K KS N N N T L L L L L L L L M P P TS TS N TJS TJS K T P H".replace("-", "").split(" ")
_LATIN: Final = {
    **dict.fromkeys(("b", "p", "f", "v", "ph"), "P"),
    **dict.fromkeys(("k", "ck", "q"), "K"),
    "l": "LL",
    "r": "LR",
    **dict.fromkeys(("n", "ng"), "N"),
    "s": "Sj",
    "z": "SJ",
    "c": "KS",
    "g": "Kj",
    "gh": "HG",
    "ch": "Jks",
    "sh": "S",
    "sch": "S",
    "th": "ST",
    "j": "J",
    "m": "M",
    "h": "HG",
    "t": "T",
    "d": "T",
    "ti": "S",
    "tu": "J",
}
"""The families of each; in small letters those that it seldom sounds like."""
_TOKEN: Final = re.compile(
    r"[가-힣]|ph|ck|sch|ch|sh|th|gh|ti(?=on)|tu(?=r)|ng(?![aeiou])|[aeiouyw]+|[a-z]|\d"
)
_WORD: Final = re.compile(r"[가-힣]+|[a-z]+|\d+")
_SCRIPTS: Final = (re.compile("[가-힣]"), re.compile("[a-z]"))
_TOLERANCE: Final = 0.09
"""How much two names may differ for each sound of them."""
_MOST: Final = 1.3
"""Less than a syllable too many, however long the name."""
_SELDOM: Final = 0.3
_LONG: Final = 6
_SHORT_TOLERANCE: Final = 0.2
_SURE: Final = 9
_LEAST: Final = 2
_SAME: Final = 0.3
"""Names that differ by no more than this from the closest are as close."""
_MAX_WORDS: Final = 5


Words = tuple[str, ...]


class Sound(NamedTuple):
    """A consonant by the families it may belong to, the letters of a vowel, or a digit."""

    kind: str
    of: str


class Alike(NamedTuple):
    """Number `at` of the names, all of it or how it begins. `sure`: too long to sound so by chance."""

    at: int
    whole: bool
    sure: bool


def words(name: str) -> Words:
    """The words of a name without those for "corporation"; a letter that stands alone by its Korean name."""
    text = names.without_corporate(name).casefold().replace("&", "앤")
    return tuple(names.spelled(word) if len(word) == 1 else word for word in _WORD.findall(text))


@lru_cache(maxsize=65536)
def sounds(text: str) -> tuple[Sound, ...]:
    """The sounds of a text in either script; doubled consonants are one, vowels beside each other too."""
    found: list[Sound] = []
    for token in _TOKEN.findall(text):
        for sound in _of(token):
            if found and found[-1].kind == sound.kind == "V":
                found[-1] = Sound("V", found[-1].of + sound.of)
            elif not (found and sound.kind == "C" and found[-1] == sound):
                found.append(sound)
    return tuple(found)


def _of(letters: str) -> Iterator[Sound]:
    if "가" <= letters <= "힣":
        onset, rest = divmod(ord(letters) - ord("가"), 588)
        parts = (("C", _ONSETS[onset]), ("V", _VOWELS[rest // 28]), ("C", _CODAS[rest % 28]))
        yield from (Sound(kind, of) for kind, of in parts if of)
    elif letters.isdigit():
        yield Sound("D", letters)
    elif letters == "x":
        yield from (Sound("C", "K"), Sound("C", "S"))
    elif letters in _LATIN:
        yield Sound("C", _LATIN[letters])
    else:
        yield Sound("V", letters)


def difference(a: Sequence[Sound], b: Sequence[Sound], limit: float) -> float:
    """How far apart two readings are, or infinity where it is more than the limit."""
    silent = [_left_out(other) for other in b]
    row = [0.0, *accumulate(silent)]
    for sound in a:
        unsaid = _left_out(sound)
        last = row[0] + unsaid
        following = [last]
        for at, other in enumerate(b):
            last = min(row[at] + _apart(sound, other), row[at + 1] + unsaid, last + silent[at])
            following.append(last)
        row = following
        if min(row) > limit:
            return float("inf")
    return row[-1] if row[-1] <= limit else float("inf")


@lru_cache(maxsize=65536)
def _apart(a: Sound, b: Sound) -> float:
    if a.kind != b.kind:
        return 2.0
    if a.kind == "D":
        return 0.0 if a.of == b.of else 9.0
    if set(a.of) & set(b.of):
        return 0.0
    if a.kind == "V":
        return 0.2 if "eu" in (a.of, b.of) else 0.5
    return _SELDOM if set(a.of.upper()) & set(b.of.upper()) else 1.0


def _left_out(sound: Sound) -> float:
    """Read without being written, or written without being read."""
    if sound.kind == "D":
        return 9.0
    if sound.kind == "V":
        return {"eu": 0.0, "e": 0.1, "iey": 0.25}.get(sound.of, 0.4)
    return {"LR": 0.2, "LL": 0.5, "HG": 0.3, "Sj": 0.5, "SJ": 0.5, "L": 0.7, "H": 0.7}.get(sound.of, 1.0)


def _key(parts: Iterable[str]) -> str:
    """What any two readings of a name have in common: lips, nose, the rest, digits."""
    return re.sub(r"(\D)\1+", r"\1", "".join(part if part.isdigit() else _key_of(part) for part in parts))


@lru_cache(maxsize=65536)
def _key_of(word: str) -> str:
    return "".join(
        {"P": "P", "M": "N", "N": "N", "L": "", "LR": "", "LL": "", "H": "", "HG": ""}.get(sound.of, "X")
        for sound in sounds(word)
        if sound.kind != "V"
    )


class SoundIndex:
    """Names by their sound: (name, number) each."""

    def __init__(self, named: Iterable[tuple[str, int]]) -> None:
        self._beginnings: dict[tuple[str, bool, bool], dict[Words, None]] = defaultdict(dict)
        self._named: dict[Words, list[tuple[int, bool]]] = defaultdict(list)
        for name, at in named:
            parts = words(name)
            for length in range(1, min(len(parts), _MAX_WORDS) + 1):
                self._add(parts[:length], at, len(parts) <= length)
            if len(parts) > _MAX_WORDS:
                self._add(parts, at, True)

    def _add(self, beginning: Words, at: int, whole: bool) -> None:
        self._named[beginning].append((at, whole))
        scripts = _scripts(beginning)
        self._beginnings[_key(beginning), *scripts][beginning] = None
        if beginning[-1].endswith("s"):  # a plural, mostly
            self._beginnings[_key((*beginning[:-1], beginning[-1][:-1])), *scripts][beginning] = None

    def like(self, mention: str) -> list[Alike]:
        """What sounds like the mention and is written otherwise, the closest alone."""
        said = words(mention)
        heard = sounds("".join(said))
        length = len(heard)
        if sum(sound.kind != "V" for sound in heard) < _LEAST:
            return []
        key, (korean, latin) = _key(said), _scripts(said)
        best = [
            (apart, beginning)
            for theirs in ((True, True), *[(True, False)] * latin, *[(False, True)] * korean)
            for beginning in self._beginnings.get((key, *theirs), ())
            if (apart := _how_far(said, beginning)) is not None
        ]
        closest = min(best)[0] if best else 0.0
        return [
            Alike(at, whole, length >= _SURE and (whole or len(beginning) > 1))
            for apart, beginning in best
            if apart <= closest + _SAME
            for at, whole in self._named[beginning]
        ]


def _scripts(words: Words) -> tuple[bool, bool]:
    """Whether there is Korean, and whether Latin."""
    text = "".join(words)
    korean, latin = (script.search(text) is not None for script in _SCRIPTS)
    return korean, latin


def _how_far(said: Words, name: Words) -> float | None:
    """How far apart what the two don't share is, if it is close, and written in the other script."""
    ours = "".join(word for word in said if word not in name)
    theirs = "".join(word for word in name if word not in said)
    if not all(_scripts((ours, theirs))) or not ours or not theirs:
        return None
    length = max(len(sounds(ours)), len(sounds(theirs)))
    limit = min(_TOLERANCE * length, _MOST) if length >= _LONG else _SHORT_TOLERANCE
    apart = difference(sounds(ours), sounds(theirs), limit)
    return apart if apart <= limit else None
