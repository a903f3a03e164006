"""Clauses that only say why or how somebody asks: "내일 보고해야 해서 그런데", "미안하지만", "사장님이 찾으시는데"."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.chat.understanding.meanings import (
    AbsentWord,
    OwnWord,
    Sign,
    SmallTalkWord,
    Span,
    TimeWord,
)
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.plausible import is_ignorable
from services.chat.understanding.words import load

_WORDS: Final = load("background")
_TURNING: Final = frozenset(_WORDS["turning"])
_REASONS: Final = frozenset(_WORDS["reasons"])
_OCCASIONS: Final = frozenset((*_WORDS["occasions"], *load("ignorable")["titles"]))
_BEHIND_ENDINGS: Final = frozenset({"요", "그런데", "근데"})
_EXCLAIMING: Final = frozenset({"네", "네요", "군", "군요", "구나", "는군", "는군요", "는구나"})
_IDLE_SIGNS: Final = frozenset(
    {
        Sign.IGNORED,
        Sign.CONTINUES,
        Sign.BESIDES,
        Sign.ARISEN,
        Sign.AT_ALL,
        Sign.AGAIN,
        Sign.THAT,
        Sign.IT,
        Sign.LIST,
    }
)
_IDLE: Final = (SmallTalkWord, OwnWord, TimeWord, AbsentWord)


def background(morphemes: Sequence[Morpheme], spans: Sequence[Span]) -> tuple[tuple[int, int], ...]:
    """Where such clauses stand, beside others that ask for something. `spans`: the chosen claims on the text."""
    clauses = [(begin, end) for begin, end in _clauses(morphemes) if end > begin]
    places = [(morphemes[begin].start, morphemes[end - 1].end) for begin, end in clauses]
    idle = [
        _asks_nothing(morphemes[begin:end], [s for s in spans if place[0] <= s.start < place[1]])
        for (begin, end), place in zip(clauses, places, strict=True)
    ]
    said = [
        s for place, is_idle in zip(places, idle, strict=True) if not is_idle for s in _inside(spans, place)
    ]
    if not any(_is_data(s) for s in said):
        return ()
    return tuple(place for place, is_idle in zip(places, idle, strict=True) if is_idle)


def is_preface(sentence: Sequence[Morpheme]) -> bool:
    """Whether a sentence before a question is nothing but its preface: "질문 있습니다.", "확인차 여쭙니다."."""
    ends = [m for m in sentence if not m.tag.startswith(("SF", "SP"))]
    is_stated = bool(ends) and ends[-1].tag in ("EF", "JX") and all(m.form != "?" for m in sentence)
    return is_stated and _asks_nothing(sentence, ())


def _inside(spans: Sequence[Span], place: tuple[int, int]) -> list[Span]:
    return [s for s in spans if place[0] <= s.start < place[1]]


def _is_data(claim: Span) -> bool:
    return claim.meaning not in _IDLE_SIGNS and not isinstance(claim.meaning, _IDLE)


def _clauses(morphemes: Sequence[Morpheme]) -> Iterator[tuple[int, int]]:
    """The clauses, from and up to which morpheme, each with the particle and the signs behind its ending."""
    begin = 0
    for index in range(len(morphemes)):
        if index < begin or not _ends_clause(morphemes, index):
            continue
        end = index + 1
        while end < len(morphemes) and (
            morphemes[end].tag.startswith(("SF", "SP")) or morphemes[end].form in _BEHIND_ENDINGS
        ):
            end += 1
        yield begin, end
        begin = end
    yield begin, len(morphemes)


def _ends_clause(morphemes: Sequence[Morpheme], index: int) -> bool:
    morpheme = morphemes[index]
    after = morphemes[index + 1] if index + 1 < len(morphemes) else None
    match morpheme.tag:
        case "EF":
            return True
        case "EC" if morpheme.form in _TURNING:
            return True
        case "EC" if morpheme.form in _REASONS:
            return after is None or after.form in _BEHIND_ENDINGS or after.tag in ("SP", "SF")
        case "NNB" if morpheme.form == "데":  # 나서 그런데, read as "what is so"
            return index > 0 and morphemes[index - 1].tag == "ETM" and not (after and after.tag[0] == "J")
    return False


def _is_of_an_occasion(clause: Sequence[Morpheme], span: Span) -> bool:
    """ "회의 자료를 만들어야", "전화가 왔는데": what is made or came is no document of business."""
    begin = next((i for i, m in enumerate(clause) if m.start >= span.start), 0)
    before = [m for m in clause[:begin] if m.tag[0] == "N" or m.tag in ("SL", "SN", "XR")]
    is_said_by_verb = begin < len(clause) and clause[begin].tag in ("VV", "MAG", "XSV")
    return is_said_by_verb and bool(before) and before[-1].form in _OCCASIONS


def _asks_nothing(clause: Sequence[Morpheme], spans: Sequence[Span]) -> bool:
    """Whether no claim of data stands in it, and no noun but those of occasions."""
    exclaims = clause[-1].form in _EXCLAIMING or any(
        m.form in _EXCLAIMING and m.tag == "EF" for m in clause[-3:]
    )
    if exclaims and all(s.meaning is Sign.UNSUPPORTED or not _is_data(s) for s in spans):
        return True  # 날씨 춥네요
    if any(_is_data(s) and not _is_of_an_occasion(clause, s) for s in spans) or not any(
        m.tag[:2] in ("VV", "VA", "VX", "XS", "VC") for m in clause
    ):
        return False
    times = [(s.start, s.end) for s in spans if isinstance(s.meaning, TimeWord)]
    for index, morpheme in enumerate(clause):
        timed = any(start <= morpheme.start < end for start, end in times)
        if timed and any(m.form in ("는", "은", "ᆫ") and m.tag == "JX" for m in clause[index + 1 : index + 3]):
            return False  # "10월에는 바빴는데": that is the time to be spoken of
        is_word = morpheme.tag.startswith(("N", "SL", "SN", "XR", "SW", "MM"))
        is_harmless = (
            timed
            or morpheme.form in _OCCASIONS
            or morpheme.tag == "NP"
            or morpheme.form == "그런"
            or is_ignorable(morpheme)
            or any(s.start <= morpheme.start < s.end for s in spans)
        )
        if is_word and not is_harmless:
            return False
    return True
