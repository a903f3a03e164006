"""The questions of one message, where it holds several."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from services.chat.understanding.background import is_preface
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import Text
from services.chat.understanding.words import load

MAX_QUESTIONS: Final = 6

_ALSO: Final = tuple(sorted(load("followup")["also"], key=len, reverse=True))
_AND: Final = frozenset({"고", "며", "으며", "구", "는데", "ᆫ데"})
"""Endings behind which another question may follow ("얼마고 …", "알려 주고 …")."""

_OPEN: Final = ("얼마", "몇", "어디", "누구", "무엇", "뭐")
_NOUN_TAGS: Final = ("NN", "SL", "SN", "XS", "XP", "W_", "JC")
_BUSINESS: Final = frozenset(load("nouns")["nouns"])
_GIVING: Final = frozenset({"주", "드리", "달"})
_EMPTY_TAGS: Final = (
    "J",
    "E",
    "IC",
    "MAJ",
    "MAG",
    "SF",
    "SP",
    "SE",
    "SS",
    "SO",
    "SW",
    "Z",
    "VCP",
    "VCN",
    "XS",
    "VX",
)


def split(text: Text, morphemes: Sequence[Morpheme]) -> tuple[str, ...]:
    """The message as its questions, as typed; words that ask nothing by themselves stay with what follows."""
    edges = [0, *_edges(text.normal, morphemes), len(text.normal)]
    parts: list[tuple[int, int]] = []
    begin = 0
    for start, end in pairwise(edges):
        inside = [m for m in morphemes if start <= m.start < end]
        asked = [m for m in morphemes if parts and parts[-1][0] <= m.start < start]
        adds = _is_addition(inside) or _is_fragment(inside) or _says_of_what(inside, asked)
        if parts and begin == parts[-1][1] and adds:
            parts[-1] = (parts[-1][0], end)  # "얼마 팔았어? 매출로", "재고 확인 부탁드립니다. 볼트요"
            begin = end
            continue
        if not parts and begin == 0 and _is_fragment(inside) and end < len(text.normal):
            continue  # "대한상사요. 연체된 거 있나요?"
        is_idle = all(m.tag.startswith(_EMPTY_TAGS) for m in inside) or is_preface(inside)
        if is_idle and end < len(text.normal):
            continue  # "아니." belongs to what comes after it
        parts.append((begin, end))
        begin = end
    if begin < len(text.normal):
        parts[-1:] = [(parts[-1][0] if parts else 0, len(text.normal))]
    questions = [
        _without_also(text.as_typed(*part)) if n else text.as_typed(*part) for n, part in enumerate(parts)
    ]
    kept = [question for question in questions if any(map(str.isalnum, question))]
    return tuple(kept[:MAX_QUESTIONS]) or (text.typed,)


def _is_addition(inside: Sequence[Morpheme]) -> bool:
    """Whether it only says how something is meant: it ends in 로 or 기준, and asks nothing."""
    said = [m for m in inside if not m.tag.startswith("S") or m.tag in ("SL", "SN")]
    if said and all(m.tag in ("SL", "SN", "W_SERIAL") for m in said):
        return True  # 이 발주 입고됐어? PUR-ORD-2026-00241
    last = f"{said[-1].form}/{said[-1].tag}" if said else ""
    return last in ("로/JKB", "으로/JKB", "기준/NNG")


def _says_of_what(inside: Sequence[Morpheme], before: Sequence[Morpheme]) -> bool:
    """몇 개 나갔어? 판매수량: nouns alone behind a question that names nothing of business."""
    tags = [m.tag for m in inside if m.tag not in ("SF", "SP")]
    nouns = bool(tags) and all(tag.startswith(_NOUN_TAGS) for tag in tags)
    open_ = any(m.form in _OPEN for m in before) and not any(m.form in _BUSINESS for m in before)
    return nouns and open_


def _is_fragment(inside: Sequence[Morpheme]) -> bool:
    """Whether it only names what is meant: nouns with 요 or 입니다 behind ("대한상사요.", "볼트 M6입니다.")."""
    said = [m for m in inside if not m.is_function or m.tag.startswith(("J", "E", "VCP"))]
    tags = [m.tag for m in said]
    closed = said[-1:] and (
        (tags[-1] == "JX" and said[-1].form in ("요", "이요")) or tags[-2:] == ["VCP", "EF"]
    )
    names = all(
        tag.startswith(("N", "SL", "SN", "SH", "W_", "XS", "XP", "MM", "VCP", "E", "J")) for tag in tags
    )
    asks = any(tag == "NP" for tag in tags) or any(m.tag == "MM" and m.form == "몇" for m in said)
    also = any(m.tag == "JX" and m.form in ("도", "은", "는") for m in said)
    return bool(closed) and names and not asks and not also


def _edges(normal: str, morphemes: Sequence[Morpheme]) -> Iterator[int]:
    """Where a further question may begin."""
    for index, morpheme in enumerate(morphemes[:-1]):
        before, after = morphemes[index - 1] if index else None, morphemes[index + 1]
        if before is None or after.start <= morpheme.start:
            continue
        spaced = normal[morpheme.end : after.start].startswith(" ")
        stop = morpheme.tag == "SF" and (spaced or morpheme.form != ".") and not before.tag.startswith("SL")
        if stop and after.tag != "SF":
            yield after.start
        elif morpheme.tag in ("EC", "EF") and morpheme.form in _AND and _asks(morphemes[:index]):
            comma = after.tag == "SP" and index + 2 < len(morphemes)
            yield morphemes[index + 2].start if comma else after.start


def _asks(before: Sequence[Morpheme]) -> bool:
    """Whether an ending follows "얼마이-" or "알려 주-"."""
    last = before[-1]
    if last.tag == "VCP":
        return len(before) > 1 and before[-2].form in _OPEN
    return last.tag == "VX" and last.form in _GIVING


def _without_also(question: str) -> str:
    """Without the words by which one question follows another ("그리고")."""
    for word in _ALSO:
        if question.startswith(word) and question[len(word) :][:1] in (" ", ","):
            return question[len(word) :].lstrip(" ,")
    return question
