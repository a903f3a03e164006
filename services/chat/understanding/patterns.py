"""Words with numbers in them: 100만원 이상, 상위 5개, 1위, 3곳, 30일 넘은, 백만원 단위로."""

import re
from collections.abc import Container, Iterator
from decimal import Decimal
from typing import Final

from services.chat.semantic import EntityKind, Grain, Operator, UnitKind
from services.chat.understanding.meanings import (
    AbsentWord,
    AgeWord,
    AmountWord,
    BoundWord,
    CountWord,
    CutWord,
    OrderWord,
    PlaceWord,
    ScaleWord,
    Span,
)
from services.chat.understanding.numbers import AMOUNT, COUNT, amount, count
from services.chat.understanding.text import compact
from services.chat.understanding.weights import span
from services.chat.understanding.words import alternatives, load

_NUMBERS: Final = load("numbers")
_RANKING: Final = load("ranking")

_OPERATORS: Final = {
    word.replace(" ", ""): Operator(op) for op, words in _NUMBERS["operators"].items() for word in words
}
_OPERATOR: Final = alternatives(word for words in _NUMBERS["operators"].values() for word in words)
_UNITS: Final = {word: UnitKind(kind) for word, kind in _NUMBERS["units"].items()}
_COUNTERS: Final = alternatives(_NUMBERS["counters"])
_PARTY_COUNTERS: Final = frozenset(compact(word) for word in _NUMBERS["party_counters"])
_DOCUMENT_COUNTERS: Final = frozenset(_NUMBERS["document_counters"])
_EMPLOYEE_COUNTERS: Final = frozenset(_NUMBERS["employee_counters"])

_BOUND: Final = re.compile(
    rf"(?<![\d,.])({AMOUNT})\s*({alternatives(_UNITS)})?\s*(?:을|를|이|에|도|가|은|는|보다|조차)?\s*({_OPERATOR})",
    re.IGNORECASE,
)
_AMOUNT: Final = re.compile(
    rf"(?<![\d,.])({AMOUNT})\s*(원|%|퍼센트|프로)?(?=으로|로|은|는|이면|면|이라면|라면|이|\s|[?.!~]|$)"
)
_CUT: Final = re.compile(
    rf"({alternatives(_RANKING['top'])})\s*({COUNT})\s*(?:위(?![가-힣])|({_COUNTERS})(?![가-힣]*별))?(?!\s*(?:%|퍼센트|프로))|({alternatives(_RANKING['bottom'])})\s*({COUNT})\s*(?:위(?![가-힣])|({_COUNTERS})(?![가-힣]*별))?(?!\s*(?:%|퍼센트|프로))",
    re.IGNORECASE,
)
_PLACE: Final = re.compile(
    rf"(?<![\d,.])(?:({COUNT})\s*(?:위|등)?\s*(?:부터|에서|~|-|,|·|와|과|하고|랑|및)\s*)?({COUNT})\s*(?:위|등)(?![가-힣]*부터)\s*((?:까지|안에|이내|안)(?:에?\s*(?:드는|든|들어가는|들어간|속하는|속한))?)?"
)
"""2위, 5위까지, 3위부터 5위."""
_BETWEEN: Final = re.compile(
    rf"(?<![\d,.])({AMOUNT})\s*({alternatives(_UNITS)})?\s*(?:~|-|에서|부터)\s*({AMOUNT})"
    rf"\s*(?:({alternatives(_UNITS)})(?=\s|사이|까지|인|의|$))?"
    r"\s*(사이|까지)?(?:의|인)?(?!\s*(?:월|일|분기|년|/|\.\d))",
    re.IGNORECASE,
)
_NOT_EVEN: Final = re.compile(
    rf"(?<![\d,.])({AMOUNT})\s*({alternatives(_UNITS)})?\s*(?:어치)?도\s*(?:안|못)(?=\s*[가-힣])(?!\s*[되돼됐된])",
    re.IGNORECASE,
)
"""100개도 안 남은, 10억도 못 판."""
_NEGATIVE: Final = re.compile(
    r"(?:마이너스|음수|0\s*보다\s*작은)(?:\s*(?:[가이]?\s*(?:나는|난|뜨는|찍힌|찍은)|인|[로가이]\s*된))?(?=\s)"
)
"""예상재고 마이너스 나는 품목."""
_PREMISE: Final = re.compile(
    rf"(?<![\d,.])({AMOUNT})\s*({alternatives(_UNITS)})?\s*(?:을|를|이|에|도|은|는)?\s*"
    r"(넘는데(?=\s*[맞아않,])|넘던데|넘었던(?=\s(?:것|거)\s?같)|넘었|넘어(?![간가선서])|넘나|넘지|넘겼|안\s*됐|안\s*돼|안\s*되|못\s*넘|밑돌았|웃돌았)[가-힣]*(?=[\s?!.,]|$)",
    re.IGNORECASE,
)
_TIMES: Final = re.compile(rf"(?<![\d,.])(\d+(?:\.\d+)?|{COUNT})\s*배\s*(?:도|를|을)?\s*({_OPERATOR})")
_AMOUNTS: Final = {compact(word): (n, Grain(unit)) for word, (n, unit) in load("time")["amounts"].items()}
_AGE: Final = re.compile(
    rf"(?<![\d,.])(?:(?:앞으로|향후)\s*)?(?!이\s*(?:달|주|해|년))(?:({COUNT})\s*(일|주일|주|개월|달|년)|({alternatives(_AMOUNTS)}))\s*({alternatives(_NUMBERS['ages'])}|(?:넘|초과|경과|지나|지났|지난(?![달주해번분]))[가-힣]*)"
    r"(?:\s*(?:지난(?![달주해번분])|지나버린|지났는데|지났고|지났지만|지나도록|지나서|지나고|경과한|경과된))?"
)
_AGES: Final = {compact(word): Operator(op) for word, op in _NUMBERS["ages"].items()}
_AGE_UNITS: Final = {
    "일": Grain.DAY, "주일": Grain.WEEK, "주": Grain.WEEK, "개월": Grain.MONTH, "달": Grain.MONTH, "년": Grain.YEAR
}  # fmt: skip
_MAN: Final = 10_000
_SCALE: Final = re.compile(rf"({alternatives(_NUMBERS['scales'])})\s*원?\s*단위(?:로)?")
_SCALES: Final = {compact(word): factor for word, factor in _NUMBERS["scales"].items()}
_ZERO: Final = re.compile(r"(?<![\d.,])(?:0|영)\s*(?:원|개|건|ea)?\s*인(?![가-힣])", re.IGNORECASE)
_COUNTED: Final = re.compile(rf"(?<![\d,.])({COUNT})\s*({_COUNTERS})\s*(만)?")


_ALONE: Final = alternatives(set(_NUMBERS["native"]) - set(_NUMBERS["before_nouns"]))
_NUMERAL: Final = re.compile(rf"(?:(?<=[가-힣] )({_ALONE})(?:씩)?(?![가-힣\d])|({_ALONE})\s*만(?![가-힣]))")
"""품목군 셋, 하나만."""

_DAYS: Final = alternatives(_RANKING["days"])
_BY_DATE: Final = re.compile(
    rf"(?:(?:{_DAYS})[이가]?\s*)?(?:({alternatives(_RANKING['earliest'])})|({alternatives(_RANKING['latest'])}))"
    rf"(?:\s*[가-힣]{{0,2}}[가-힣](?=\s*것))?\s*(?:것|거|건|날짜|일자)?\s*(?:{alternatives(_RANKING['from_one_end'])})(?![가-힣])"
    rf"|(?:{_DAYS})\s*(?:순으로|순서대로|순서로|순)(?![가-힣])"
    rf"|(?<=가장\s|제일\s)오래(?:\s*된)?(?=\s)"
)

_ORDINALS: Final = load("followup")["ordinals"]
_ORDINAL: Final = re.compile(rf"(?:(\d{{1,2}})|({alternatives(_ORDINALS)}))\s*번\s*째")


def patterns(text: str, edges: Container[int]) -> Iterator[Span]:
    """Every claim of a number with its words on the text."""
    for match in _ORDINAL.finditer(text):
        if match.start() in edges:
            place = int(match[1]) if match[1] else _ORDINALS[compact(match[2])]
            yield span(*match.span(), len(compact(match[0])), PlaceWord(place))
            if text[match.end() :].startswith("로 "):  # 두 번째로 많은
                cut = CutWord(place, None, single=place == 1, first=place if place > 1 else 0)
                yield span(match.start(), match.end() + 1, len(compact(match[0])) + 1, cut)
    yield from _limits(text, edges)
    yield from _cuts(text, edges)


def _limits(text: str, edges: Container[int]) -> Iterator[Span]:
    for match in _BETWEEN.finditer(text):
        numbered = re.fullmatch(r"0\d{2,}", match[3].strip()) is not None  # 2026-00484
        if match.start() in edges and not numbered and (match[5] or match[4] or not match[3].isdigit()):
            low, high = amount(match[1]), amount(match[3])
            if not match[2] and match[1].replace(",", "").isdigit() and not match[3].isdigit():
                low *= amount("1" + re.sub(r"[\d.,\s]", "", match[3]))  # 1~5억
            unit = _UNITS.get((match[4] or match[2] or "").lower())
            word = BoundWord(Operator.GREATER_OR_EQUAL, low, unit, high)
            yield span(*match.span(), len(compact(match[0])), word)
    for match in _NOT_EVEN.finditer(text):
        if match.start() in edges and (value := amount(match[1])) > 1:
            word = BoundWord(
                Operator.LESS, value, _UNITS.get((match[2] or "").lower()), short=_is_short(match)
            )
            yield span(*match.span(), len(compact(match[0])), word, 1.05)
    for match in _NEGATIVE.finditer(text):
        if match.start() in edges:
            yield span(*match.span(), len(compact(match[0])), BoundWord(Operator.LESS, Decimal(0), None))
    for match in _PREMISE.finditer(text):
        if match.start() in edges and match[2] != "일":
            below = match[3][0] in "안못밑"
            operator = Operator.LESS if below else Operator.GREATER
            unit = _UNITS.get((match[2] or "").lower())
            word = BoundWord(operator, amount(match[1]), unit, is_premise=True)
            yield span(*match.span(), len(compact(match[0])), word, 1.05 if match[3] == "넘었던" else 0.99)
    for match in _TIMES.finditer(text):
        if match.start() in edges:
            factor = Decimal(match[1]) if match[1][0].isdigit() else Decimal(count(match[1]))
            times = BoundWord(_OPERATORS[compact(match[2])], (factor - 1) * 100, UnitKind.PERCENT)
            yield span(*match.span(), len(compact(match[0])), times, 1.05)
    for match in _AGE.finditer(text):
        if match.start() in edges:
            operator = _AGES.get(compact(match[4]), Operator.GREATER)
            if match[3]:
                number, step = _AMOUNTS[compact(match[3])]
            else:
                number, step = count(match[1]), _AGE_UNITS[match[2]]
            age = AgeWord(number, step, operator)
            yield span(*match.span(), len(compact(match[0])), age, 1.05)
    for match in _SCALE.finditer(text):
        if match.start() in edges:
            yield span(*match.span(), len(compact(match[0])), ScaleWord(_SCALES[compact(match[1])]), 1.05)
    for match in _ZERO.finditer(text):
        if match.start() in edges:
            yield span(*match.span(), len(compact(match[0])), AbsentWord(restricting=True))
    for match in _AMOUNT.finditer(text):
        unit = _UNITS.get((match[2] or "").lower())
        if match.start() in edges and (unit or not match[1].replace(",", "").isdigit()):
            yield span(
                *match.span(),
                len(compact(match[0])),
                AmountWord(amount(match[1]), unit, _is_short(match)),
                0.8,
            )
    for match in _BOUND.finditer(text):
        if match.start() in edges:
            unit = _UNITS.get((match[2] or ("원" if "억" in match[1] else "")).lower())
            word = BoundWord(_OPERATORS[compact(match[3])], amount(match[1]), unit, short=_is_short(match))
            yield span(*match.span(), len(compact(match[0])), word)


def _is_short(match: re.Match[str]) -> bool:
    """5천, 3백, without a unit behind."""
    return not match[2] and match[1].strip().endswith(("천", "백")) and amount(match[1]) < _MAN


def _cuts(text: str, edges: Container[int]) -> Iterator[Span]:
    for match in _BY_DATE.finditer(text):
        if match.start() in edges:
            yield span(*match.span(), len(compact(match[0])), OrderWord(bool(match[2]), by_date=True), 1.05)
    for match in _CUT.finditer(text):
        if match.start() in edges:
            number = count(match[2] or match[5])
            counter = compact(match[3] or match[6] or "")
            cut = CutWord(
                number,
                match[1] is not None,
                party=counter in _PARTY_COUNTERS,
                documents=counter in _DOCUMENT_COUNTERS,
            )
            yield span(*match.span(), len(compact(match[0])), cut)
    for match in _PLACE.finditer(text):
        if match.start() in edges:
            number = count(match[2])
            first = count(match[1]) if match[1] else 0 if match[3] else number
            listed = match[1] and re.search(r"[,·와과하랑및]", text[match.end(1) : match.start(2)])
            if listed and first + 1 != number:
                continue  # 1, 3위: no top says that
            cut = CutWord(number, None, single=number == 1, first=first if first > 1 else 0)
            yield span(*match.span(), len(compact(match[0])), cut)
    for match in _NUMERAL.finditer(text):
        if match.start() in edges:
            counted = CountWord(count(match[1] or match[2]), only=match[2] is not None)
            yield span(*match.span(), len(compact(match[0])), counted)
    for match in _COUNTED.finditer(text):
        if match.start() in edges and match.end() in edges:
            counter = compact(match[2])
            kind = EntityKind.EMPLOYEE if counter in _EMPLOYEE_COUNTERS else None
            counted = CountWord(
                count(match[1]),
                kind,
                counter in _PARTY_COUNTERS,
                bool(match[3]),
                counter in _DOCUMENT_COUNTERS,
            )
            yield span(*match.span(), len(compact(match[0])), counted)
