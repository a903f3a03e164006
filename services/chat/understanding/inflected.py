"""Verbs and adjectives in all their forms, by the stem that Kiwi finds: 늘어난, 늘었어?, 안 팔린, 없던."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from services.chat.understanding.meanings import (
    AbsentWord,
    ChangeWord,
    DueWord,
    Meaning,
    Sign,
    SizeWord,
    Span,
    StateWord,
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

_STILL_TO_DO: Final = {stem: each for each in _WORDS["still_to_do"] for stem in each["stems"]}
_TOO_LITTLE: Final = _WORDS["too_little"]
_COMPARING: Final = frozenset({"대비/NNG", "비교/NNG", "전월/NNG", "전년/NNG", "작년/NNG", "어제/NNG"})


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
        elif stem in _PRESENT and restricting:
            yield span(morpheme.start, end, end - morpheme.start, Sign.PRESENT)
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
        elif stem in _WORDS["arisen"] and not restricting and is_ignorable(morpheme):
            continue  # 예상재고 얼마 나와
        elif (make := _MEANINGS.get(stem)) and (verb or stem in _ALONE or not morpheme.tag.startswith("N")):
            yield span(morpheme.start, end, end - morpheme.start, make(restricting))
    yield from _to_do(morphemes)
    yield from _too_little(morphemes)


def _to_do(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """나가야 되는, 들어올, 지급하기로 한; 아직 안 나간, 입고가 안 된, 출고되지 않은."""
    for index, morpheme in enumerate(morphemes):
        goes = _STILL_TO_DO.get(morpheme.stem)
        if goes is None:
            continue
        measure = goes["measure"]
        made = morphemes[index + 1 : index + 2]
        is_noun = morpheme.tag.startswith("N")
        after = index + 1 + (is_noun and bool(made) and made[0].tag == "XSV")
        if end := _due_until(morphemes, after):
            stop = morphemes[end - 1].end
            yield span(morpheme.start, stop, stop - morpheme.start, DueWord((measure,)), 1.01)
            if "late" in goes and (stop := _over_until(morphemes, end)):
                yield span(morpheme.start, stop, stop - morpheme.start, StateWord((goes["late"],)), 1.02)
        elif _when(morphemes, index, after):
            stop = _ending(morphemes, index)[0]
            yield span(morpheme.start, stop, stop - morpheme.start, DueWord((measure,)), 1.01)
        if place := _undone(morphemes, index, after, is_noun=is_noun):
            yield span(*place, place[1] - place[0], StateWord((measure,)))


def _due_until(morphemes: Sequence[Morpheme], after: int) -> int:
    """Where 어야 하는, 어야 될, ᆯ (예정), 기로 한 behind a stem ends; 0 where nothing of it stands there."""
    said = [m.stem for m in morphemes[after : after + 4]]
    if said[:1] == ["어야/EC"] and said[1:2] and said[1].split("/")[0] in ("하", "되"):
        return after + 2 + (said[2:3] in (["ᆯ/ETM"], ["는/ETM"]))
    if said[:1] == ["ᆯ/ETM"] and said[1:2] not in (["수/NNB"], ["때/NNG"], ["것/NNB"], ["거/NNB"]):
        return after + 1 + (said[1:2] == ["예정/NNG"])
    if [each.split("/")[0] for each in said[:3]] == ["기", "로", "하"]:
        return after + 3 + (said[3:4] == ["ᆫ/ETM"])
    return 0


def _when(morphemes: Sequence[Morpheme], index: int, after: int) -> bool:
    """언제 들어와, of goods and not of money: when it is to be."""
    asked = any(m.form == "언제" for m in morphemes[:index])
    past = morphemes[after : after + 1] and morphemes[after].tag == "EP"
    return asked and not past and not any(m.form in _WORDS["money"] for m in morphemes)


def _over_until(morphemes: Sequence[Morpheme], after: int) -> int:
    """Where 날짜가 지난 behind 들어올 ends; 0 where it doesn't stand there."""
    place = after
    while place < len(morphemes) and (
        morphemes[place].form in _WORDS["days"] or morphemes[place].is_particle
    ):
        place += 1
    if place == after or place >= len(morphemes) or morphemes[place].stem not in _WORDS["over"]:
        return 0
    return _ending(morphemes, place)[0]


def _undone(
    morphemes: Sequence[Morpheme], index: int, after: int, *, is_noun: bool
) -> tuple[int, int] | None:
    """The place of a stem with 안 or 못 before it, or behind it as a noun, or with 지 않은 behind; not of a habit."""
    begin, last = index, after
    if not is_noun and index and morphemes[index - 1].form in ("안", "못"):
        begin = index - 1
    elif not is_noun or morphemes[after - 1].tag == "XSV":
        said = [m for m in morphemes[after : after + 3] if not m.is_particle]
        if [m.form for m in said[:2]] not in (["지", "않"], ["지", "못하"]):
            return None
        last = morphemes.index(said[1]) + 1
    else:
        said = [m for m in morphemes[after : after + 3] if not m.is_particle]
        if len(said) < 2 or said[0].form not in ("안", "못") or said[1].form not in ("하", "되"):
            return None
        last = morphemes.index(said[1]) + 1
    endings = morphemes[last : last + 1]
    if endings and endings[0].form == "는":
        return None
    if begin and morphemes[begin - 1].form == "아직":
        begin -= 1
    past = endings and endings[0].tag in ("ETM", "EP")
    return morphemes[begin].start, max(morphemes[last - 1].end, endings[0].end if past else 0)


def _too_little(morphemes: Sequence[Morpheme]) -> Iterator[Span]:
    """안전재고보다 모자란, 재고 떨어진: what is short of its safety stock, unless stock is compared with another time's."""
    stems = [m.stem for m in morphemes]
    compared = any(stem in _COMPARING for stem in stems)
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
    return behind_noun and following.tag in ("VV", "VX", "XSV") and following.form in ("하", "되")
