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
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.plausible import is_ignorable
from services.chat.understanding.weights import span
from services.chat.understanding.words import load

_WORDS: Final = load("inflected")


def _meanings() -> Iterator[tuple[str, Callable[[bool], Meaning]]]:
    for theme, direction in (("up", 1), ("down", -1)):
        yield from ((stem, _change(direction)) for stem in _WORDS[theme])
    for theme, descending in (("large", True), ("small", False)):
        yield from ((stem, _always(SizeWord(descending))) for stem in _WORDS[theme])
    yield from ((stem, AbsentWord) for stem in _WORDS["absent"])
    yield from ((stem, _always(Sign.EXCLUDE)) for stem in _WORDS["exclude"])
    yield from ((stem, _always(Sign.MERGED)) for stem in _WORDS["merged"])
    yield from ((stem, _always(Sign.TREND)) for stem in _WORDS["trend"])
    yield from ((stem, _always(Sign.ARISEN)) for stem in _WORDS["arisen"])
    yield from ((stem, _always(UnitWord(None, balance=True))) for stem in _WORDS["balance"])
    yield from ((stem, _always(VagueMeasure(tuple(names)))) for stem, names in _WORDS["measures"].items())


def _change(direction: int) -> Callable[[bool], Meaning]:
    return lambda restricting: ChangeWord(direction, restricting=restricting)


def _always(meaning: Meaning) -> Callable[[bool], Meaning]:
    return lambda _: meaning


_MEANINGS: Final[Mapping[str, Callable[[bool], Meaning]]] = dict(_meanings())
_PRESENT: Final = frozenset(_WORDS["present"])
_ALONE: Final = frozenset((*_WORDS["up"], *_WORDS["down"]))
"""Nouns that mean a change without 하다 as well ("매출 감소")."""

_SUPERLATIVE: Final = tuple(load("ranking")["superlative"])
_BECOMING: Final = {**dict.fromkeys(_WORDS["large"], 1), **dict.fromkeys(_WORDS["small"], -1)}
"""Adjectives that mean a change with 어지다 behind them ("나빠졌지")."""

_MAKES_VERBS: Final = ("하", "되", "시키", "받")

_BUT: Final = frozenset({"는데", "ᆫ데", "은데", "지만", "고", "으면서", "면서", "으나"})

_TOO_LITTLE: Final = _WORDS["too_little"]


def inflected(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """Their claims, each from the stem to the last ending of the same typed word."""
    for index, morpheme in enumerate(morphemes):
        stem = morpheme.stem
        end, restricting, verb = _ending(morphemes, index)
        if end - morpheme.start == 1 and index and morphemes[index - 1].end == morpheme.start:
            continue  # "정공는": a particle that doesn't fit its noun
        if stem in _BECOMING and _becomes(morphemes, index):
            yield span(
                morpheme.start,
                end,
                end - morpheme.start,
                ChangeWord(_BECOMING[stem], restricting=restricting),
            )
        elif stem in _PRESENT and (restricting or _but_missing(morphemes, index)):
            yield span(morpheme.start, end, end - morpheme.start, Sign.PRESENT)
        elif morpheme.form == "덜" and morpheme.modifies:
            yield span(morpheme.start, morpheme.end, 1, SizeWord(False), 1.1)
        elif morpheme.form == "안" and morpheme.tag == "MAG" and (degree := _degree(morphemes, index)):
            yield span(degree[0], morpheme.end, degree[1], SizeWord(False), 1.1)
        elif morpheme.form == "안" and morpheme.tag == "MAG" and _negates(morphemes, index):
            yield span(morpheme.start, morpheme.end, 1, AbsentWord(restricting=True))
        elif morpheme.form == "않" and morpheme.tag == "VX":
            yield span(morpheme.start, end, end - morpheme.start, AbsentWord(restricting))
        elif stem in _WORDS["lookalikes"] and _alone(morphemes, index):
            yield span(morpheme.start, end, 1, VagueMeasure(tuple(_WORDS["lookalikes"][stem])))
        elif stem == "쓰/VV" and [m.form for m in morphemes[index + 1 : index + 4]] == ["ᆯ", "수", "있"]:
            more = index > 0 and morphemes[index - 1].form == "더"
            begin, stop = morphemes[index - more].start, _ending(morphemes, index + 3)[0]
            yield span(begin, stop, stop - begin, UnitWord(None, balance=True))
        elif stem == "들/VV" and morphemes[index + 1 : index + 2] and morphemes[index + 1].tag == "EP":
            yield span(morpheme.start, end, end - morpheme.start, VagueMeasure(tuple(_WORDS["costs"])))
        elif stem == "내리/VV" and _issued(morphemes, index):
            yield span(morpheme.start, end, end - morpheme.start, Sign.ARISEN)
        elif stem in _WORDS["arisen"] and not restricting and is_ignorable(morpheme):
            continue  # 예상재고 얼마 나와
        elif (make := _MEANINGS.get(stem)) and (verb or stem in _ALONE or not morpheme.tag.startswith("N")):
            yield span(morpheme.start, end, end - morpheme.start, make(restricting))
    yield from _too_little(morphemes)


def _too_little(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """안전재고보다 모자란, 재고 떨어진: what is short of its safety stock, unless stock is compared with another time's."""
    stems = [m.stem for m in morphemes]
    compared = any(stem in _TOO_LITTLE["compared"] for stem in stems)
    for index, morpheme in enumerate(morphemes):
        safety = morpheme.form == "재고" and index > 0 and morphemes[index - 1].form == "안전"
        begin = morphemes[index - 1].start if safety else morpheme.start
        short = _TOO_LITTLE["of"].get("안전재고" if safety else morpheme.form, ())
        if compared and not safety and morpheme.form != "안전재고":
            continue
        for place in range(index + 1, min(index + 7, len(morphemes))) if short else ():
            if stems[place] in short and stems[place] not in _TOO_LITTLE["between"]:
                end, *_ = _ending(morphemes, place)
                meaning = VagueMeasure((_TOO_LITTLE["measure"],))
                yield span(begin, end, end - begin, meaning)
            if not (morphemes[place].is_function or stems[place] in _TOO_LITTLE["between"]):
                break


def _ending(morphemes: Sequence[Morpheme], index: int) -> tuple[int, bool, bool]:
    """Where the word ends, whether it restricts a noun behind it (늘어난), and whether a verb was made of a noun."""
    end = morphemes[index].end
    restricting = verb = False
    for place in range(index + 1, len(morphemes)):
        following = morphemes[place]
        if following.start > end + (following.form == "있") or not following.tag.startswith(
            ("E", "XS", "VX", "VV")
        ):
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


def _issued(morphemes: Sequence[Morpheme], index: int) -> bool:
    """작업지시 몇 건 내렸어: they were issued, nothing fell."""
    said = [m for m in morphemes[:index] if not m.is_function and m.stem not in ("몇/MM", "건/NNB", "번/NNB")]
    return bool(said) and said[-1].form in _WORDS["issued"]


def _but_missing(morphemes: Sequence[Morpheme], index: int) -> bool:
    """매출은 있는데 수금이 없는 거래처: there, and something else is not."""
    rest = morphemes[index + 1 :]
    ends = next((n for n, m in enumerate(rest) if m.tag == "EC" and m.form in _BUT), None)
    if ends is None or any(m.tag != "EP" for m in rest[:ends]):
        return False
    behind = enumerate(rest[ends + 1 :], ends + 1)
    return any(m.stem in _WORDS["absent"] and _ending(rest, place)[1] for place, m in behind)


def _becomes(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether 어지다 stands behind, with 하 of a noun between at most (좋아지다, 저조해지다)."""
    behind = [f"{m.form}/{m.tag}" for m in morphemes[index + 1 : index + 4]]
    return ["어/EC", "지/VX"] in (behind[:2], behind[1:])


def _alone(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether a morpheme is a typed word by itself, with another behind it."""
    before = morphemes[index - 1].end < morphemes[index].start if index else False
    return before and index + 1 < len(morphemes) and morphemes[index + 1].start > morphemes[index].end


def _degree(morphemes: Sequence[Morpheme], index: int) -> tuple[int, int] | None:
    """제일 안 팔린, 잘 안 나가는: the least of them. Where that begins, and how long it is."""
    before = morphemes[index - 1] if index else None
    if before is None or index + 1 >= len(morphemes) or not morphemes[index + 1].tag.startswith("V"):
        return None
    if before.form == "잘":
        return before.start, 2
    typed = "".join(m.form for m in morphemes[max(0, index - 2) : index])  # 제일 may be read as 제 + 일
    return (morphemes[index].start, 1) if typed.endswith(_SUPERLATIVE) else None


def _negates(morphemes: Sequence[Morpheme], index: int) -> bool:
    """Whether 안 stands before a verb that means a measure (안 팔린), or before 하다, 되다 behind a noun (주문 안 한)."""
    if index + 1 >= len(morphemes):
        return False
    following = morphemes[index + 1]
    if following.stem in _WORDS["measures"]:
        return True
    before = next((m for m in reversed(morphemes[:index]) if not m.is_particle), None)
    behind_noun = before is not None and before.tag.startswith("N")
    return behind_noun and following.tag in ("VV", "VX", "XSV") and following.form in ("하", "되", "넣")
