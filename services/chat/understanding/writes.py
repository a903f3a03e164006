"""Recognises requests to change something: Maru only reads."""

import re
from collections.abc import Sequence
from typing import Final

from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_WORDS: Final = load("writes")
_NOUNS: Final = frozenset(_WORDS["nouns"])
_VERBS: Final = frozenset(_WORDS["verbs"])
_COMMANDS: Final = frozenset(_WORDS["commands"])
_RESHAPING: Final = frozenset(_WORDS["reshaping"])
_SHOWING: Final = tuple(compact(words) for words in _WORDS["showing"])

_READING: Final = frozenset(_WORDS["reading"])
_ENGLISH: Final = re.compile(_WORDS["english"], re.IGNORECASE)

_NOUN_TAGS: Final = ("NNG", "NNP", "XR")
_GIVING: Final = frozenset({"주", "달", "드리", "놓", "두", "버리"})
_WANTING: Final = frozenset({"싶", "바라", "원하", "부탁", "부탁드리", "요청", "필요"})
_ORDERING: Final = frozenset(
    {
        "라",
        "어라",
        "아라",
        "자",
        "세요",
        "으세요",
        "시오",
        "으시오",
        "십시오",
        "으십시오",
        "ᆯ래",
        "ᆯ까",
        "ᆯ게",
        "ᆯ게요",
        "ᆯ래요",
        "ᆯ까요",
        "어야지",
        "도록",
    }
)
_WONDERING: Final = frozenset({"누구", "언제", "어디", "왜", "어떻게"})
_STATING: Final = frozenset({"어", "아", "어요", "아요", "ᆸ시다", "시어요", "셔요", "죠", "지"})


def change_word(morphemes: Sequence[Morpheme]) -> Morpheme | None:
    """The first word that could ask for a change, whether it does or not: 발주, 바꾸."""
    for morpheme in morphemes:
        noun = morpheme.form in _NOUNS and morpheme.tag in _NOUN_TAGS
        if noun or (morpheme.form in _VERBS and morpheme.tag.startswith("VV")):
            return morpheme
    return None


def write_request(
    morphemes: Sequence[Morpheme], text: str, names_thing: bool
) -> tuple[Morpheme, bool] | None:
    """The morpheme that asks for a change, and whether it may be meant for the question itself ("9월로 바꿔줘").

    `names_thing`: the question is about a thing, which makes a bare "취소" at its end a request.
    """
    for index, morpheme in enumerate(morphemes):
        noun = morpheme.form in _NOUNS and morpheme.tag in _NOUN_TAGS
        verb = morpheme.form in _VERBS and morpheme.tag.startswith("VV")
        other = morpheme.form not in _READING and morpheme.tag in ("NNG", "XR", "XSN")
        if morpheme.describes or ((noun or verb) and _describes(morphemes, index)):
            continue  # "보내준 물량": what was done says which things are meant
        if noun:
            after = _behind_noun(morphemes, index)
            asked = after is not None and (
                morphemes[after].form == "부탁드리"
                or _asks(morphemes[after + 1 :], wondering=wonders(morphemes[:index]))
            )
            behind = [m.form for m in morphemes[index + 1 : index + 2]]
            commanded = _last(morphemes, index) and (names_thing or behind == ["좀"])
            commanded = commanded or behind == [":"] or (names_thing and _is_possible(morphemes[index + 1 :]))
            asked = asked or (morpheme.form in _COMMANDS and commanded and not wonders(morphemes[:index]))
            asked = asked or _wanted_noun(morphemes, index)
        elif verb:
            wondering = wonders(morphemes[:index])
            asked = _asks(morphemes[index + 1 :], wondering=wondering) and not _how_much(morphemes, index)
        elif other:
            makes = morphemes[index + 1 : index + 2]
            asked = bool(makes) and makes[0].form in ("하", "시키") and makes[0].tag == "XSV"
            asked = asked and not _lists(morphemes, index)
            asked = asked and _gives(morphemes[index + 2 :])
        else:
            continue
        if asked and not is_showing(morpheme, text):
            return morpheme, morpheme.form in _RESHAPING
    return None


def reshaping(morphemes: Sequence[Morpheme]) -> Morpheme | None:
    """The verb of "9월로 바꾸면", "서울로 좁혀서": no request, but the question before is to be changed so."""
    for index, morpheme in enumerate(morphemes[:-1]):
        ending = morphemes[index + (2 if morphemes[index + 1].tag.startswith("XS") else 1) :][:1]
        if morpheme.form in _RESHAPING and ending and ending[0].tag in ("EC", "EF"):
            return morpheme
    return None


def asks_in_english(text: str) -> str:
    """The English verb that asks for a change at the beginning of the text; "" where there is none."""
    match = _ENGLISH.match(text)
    return match[0] if match else ""


def is_showing(morpheme: Morpheme, text: str) -> bool:
    """Whether a verb only says how to show something ("표로 만들어 줘")."""
    shows = morpheme.tag[:1] in "VN" and not morpheme.describes
    return shows and compact(text[: morpheme.start]).endswith(_SHOWING)


def _lists(morphemes: Sequence[Morpheme], index: int) -> bool:
    """리스트업, 목록화: making a list is no change."""
    before = morphemes[index - 1] if index else None
    return before is not None and before.form in ("리스트", "목록") and morphemes[index].form in ("업", "화")


def _how_much(morphemes: Sequence[Morpheme], index: int) -> bool:
    """며칠 쓸 수 있나요, 얼마나 더 쓸 수 있어: how much can be, not that it shall be."""
    asks = any(m.form in ("몇", "며칠", "얼마", "얼마나") for m in morphemes[:index])
    forms = [m.form for m in morphemes[index + 1 : index + 4]]
    gives = any(m.tag in ("VX", "VV") and m.form in _GIVING for m in morphemes[index + 1 :])
    return asks and forms == ["ᆯ", "수", "있"] and not gives


def _describes(morphemes: Sequence[Morpheme], index: int) -> bool:
    """주문 넣어야 되는 품목, 쓸 수 있는 재고: what has to or can be done says which things are meant; nothing behind is
    asked for.
    """
    if [m.form for m in morphemes[index + 1 : index + 5]] == ["ᆯ", "수", "있", "는"]:
        return True
    must = next(
        (n for n in range(index + 1, index + 4) if [m.form for m in morphemes[n : n + 1]] == ["어야"]), 0
    )
    if not must or [m.form for m in morphemes[must + 1 : must + 2]] not in (["되"], ["하"]):
        return False
    rest = morphemes[must + 2 :]
    means_things = bool(rest) and rest[0].tag == "ETM"
    return means_things and not any(m.form in _VERBS or m.form in _NOUNS for m in rest)


def _behind_noun(morphemes: Sequence[Morpheme], index: int) -> int | None:
    """The place of 하 or 시키 that makes a verb of the noun; 되 doesn't ask for anything."""
    for place in range(index + 1, min(index + 4, len(morphemes))):
        following = morphemes[place]
        if following.form in ("하", "시키", "내", "넣", "치", "부탁드리") and following.tag[:2] in (
            "XS",
            "VV",
            "VX",
        ):
            return place
        if not (
            following.tag.startswith("JK")
            or following.tag == "JX"
            or following.form in ("처리", "좀", "바로", "요청", "신청")
        ):
            return None
    return None


def _gives(rest: Sequence[Morpheme]) -> bool:
    """해 줘, 해 주세요, 해 주시겠어요: a favour, whatever the noun."""
    return any(m.tag in ("VX", "VV") and m.form in ("주", "드리") for m in rest[:3])


def wonders(before: Sequence[Morpheme]) -> bool:
    """누가 승인해, 언제 지급해: it is asked about, whatever the ending."""
    return any(m.form in _WONDERING and m.tag in ("NP", "MAG") for m in before)


def _asks(rest: Sequence[Morpheme], *, wondering: bool) -> bool:
    """Whether an ending asks or orders: 해 줘, 해라, 하세요, 하고 싶어, 할 수 있어, 해도 돼."""
    head = rest[:7]
    if not head:
        return False
    forms = [m.form for m in head]
    if any(m.tag == "EP" and m.form in ("었", "았", "겠") for m in head[:2]):
        return False
    first = head[0]
    if first.tag == "ETM":
        return (first.form == "ᆯ" and forms[1:2] in (["수"], ["게"])) or (
            forms[1:2] == ["것"] and "바라" in forms
        )
    if any(m.tag in ("VX", "VV") and m.form in _GIVING for m in head[1:3]):
        return True
    if any(form in _WANTING for form in forms[1:5]):
        return True
    if forms[1:2] == ["되"] or ("하" in forms[1:3] and "어야" in forms[:1]):
        return True
    endings = [m.form for m in head[:2] if m.tag in ("EF", "EC")]
    if any(form in _ORDERING or form.endswith(("세요", "십시오")) for form in endings):
        return True
    last = len(rest) == 1 or all(m.is_function for m in rest[1:])
    return last and not wondering and first.form in _STATING and rest[-1].form != "?"


def _wanted_noun(morphemes: Sequence[Morpheme], index: int) -> bool:
    """취소 부탁드립니다, 등록 요청, 삭제 바람."""
    rest = [m for m in morphemes[index + 1 : index + 4] if not m.tag.startswith("J")]
    return (bool(rest) and rest[0].form in ("부탁", "부탁드리", "바라", "바람", "요망", "요청")) or (
        len(rest) > 1 and rest[0].form in ("처리", "요청") and rest[1].form in ("부탁", "부탁드리", "바라")
    )


def _is_possible(rest: Sequence[Morpheme]) -> bool:
    """취소 가능할까요, 발행 가능해? of one thing; not 취소 가능한 수주."""
    return [m.form for m in rest[:2]] == ["가능", "하"] and rest[2:3] != [] and rest[2].tag != "ETM"


def _last(morphemes: Sequence[Morpheme], index: int) -> bool:
    return all(m.is_function or m.tag in ("MAG", "IC") for m in morphemes[index + 1 :])
