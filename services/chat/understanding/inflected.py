"""Verbs and adjectives in all their forms, by the stem that Kiwi finds: 늘어난, 늘었어?, 안 팔린, 없던."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from services.chat.understanding.meanings import (
    AbsentWord,
    ChangeWord,
    Meaning,
    Sign,
    SizeWord,
    Span,
    VagueMeasure,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_WORDS: Final = load("inflected")


def _meanings() -> Iterator[tuple[str, Callable[[bool], Meaning]]]:
    for theme, direction in (("up", 1), ("down", -1)):
        yield from ((stem, _change(direction)) for stem in _WORDS[theme])
    for theme, descending in (("large", True), ("small", False)):
        yield from ((stem, _always(SizeWord(descending))) for stem in _WORDS[theme])
    yield from ((stem, AbsentWord) for stem in _WORDS["absent"])
    yield from ((stem, _always(Sign.MERGED)) for stem in _WORDS["merged"])
    yield from ((stem, _always(Sign.TREND)) for stem in _WORDS["trend"])
    yield from ((stem, _always(Sign.ARISEN)) for stem in _WORDS["arisen"])
    yield from ((stem, _always(VagueMeasure(tuple(names)))) for stem, names in _WORDS["measures"].items())


def _change(direction: int) -> Callable[[bool], Meaning]:
    return lambda restricting: ChangeWord(direction, restricting=restricting)


def _always(meaning: Meaning) -> Callable[[bool], Meaning]:
    return lambda _: meaning


_MEANINGS: Final[Mapping[str, Callable[[bool], Meaning]]] = dict(_meanings())
_PRESENT: Final = frozenset(_WORDS["present"])
_ALONE: Final = frozenset((*_WORDS["up"], *_WORDS["down"]))
"""Nouns that mean a change without 하다 as well ("매출 감소")."""

_MAKES_VERBS: Final = ("하", "되", "시키", "받")


def inflected(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """Their claims, each from the stem to the last ending of the same typed word."""
    for index, morpheme in enumerate(morphemes):
        stem = _stem(morpheme)
        end, restricting, verb = _ending(morphemes, index)
        if stem in _PRESENT and restricting:
            yield span(morpheme.start, end, end - morpheme.start, Sign.PRESENT)
        elif morpheme.form == "안" and morpheme.tag == "MAG" and _negates(morphemes, index):
            yield span(morpheme.start, morpheme.end, 1, AbsentWord(restricting=True))
        elif morpheme.form == "않" and morpheme.tag == "VX":
            yield span(morpheme.start, end, end - morpheme.start, AbsentWord(restricting))
        elif stem in _WORDS["lookalikes"] and _alone(morphemes, index):
            yield span(morpheme.start, end, 1, VagueMeasure(tuple(_WORDS["lookalikes"][stem])))
        elif (make := _MEANINGS.get(stem)) and (verb or stem in _ALONE or not morpheme.tag.startswith("N")):
            yield span(morpheme.start, end, end - morpheme.start, make(restricting))


def _stem(morpheme: Morpheme) -> str:
    return f"{morpheme.form}/{morpheme.tag.split('-')[0]}"


def _ending(morphemes: Sequence[Morpheme], index: int) -> tuple[int, bool, bool]:
    """Where the word ends, whether it restricts a noun behind it (늘어난), and whether a verb was made of a noun."""
    end = morphemes[index].end
    restricting = verb = False
    for place in range(index + 1, len(morphemes)):
        following = morphemes[place]
        if following.start > end or not following.tag.startswith(("E", "XS", "VX", "VV")):
            break
        makes = following.tag.startswith(("XS", "VV", "VX"))
        if makes and following.form not in _MAKES_VERBS and not restricting and place == index + 1:
            break
        if following.tag == "VV" and place > index + 1:
            break
        verb = verb or (makes and following.form in _MAKES_VERBS)
        restricting = following.tag == "ETM"
        end = max(end, following.end)
    return end, restricting, verb


def _alone(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether a morpheme is a typed word by itself, with another behind it."""
    before = morphemes[index - 1].end < morphemes[index].start if index else False
    return before and index + 1 < len(morphemes) and morphemes[index + 1].start > morphemes[index].end


def _negates(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether 안 stands before a verb that means a measure (안 팔린), or before 하다, 되다 behind a noun (주문 안 한)."""
    if index + 1 >= len(morphemes):
        return False
    following = morphemes[index + 1]
    if _stem(following) in _WORDS["measures"]:
        return True
    before = next((m for m in reversed(morphemes[:index]) if not m.is_particle), None)
    behind_noun = before is not None and before.tag.startswith("N")
    return behind_noun and following.tag in ("VV", "VX", "XSV") and following.form in ("하", "되")
