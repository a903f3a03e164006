"""Metamorphic mutations: the same question with other names, another month, without particles or spaces, spoken otherwise.

What is meant stays, or changes together with the gold; so an answer that was right must stay right.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from services.launcher.evaluation.question_set import Expectation, Question, Turn

OTHER_NAMES: Final = 1
"""The choice of names (see `SourceGold`) that the mutation `names` asks with."""

_MONTHS: Final = {"10월": "07월", "9월": "06월"}
_LAST_DAYS: Final = {"10": "31", "09": "30"}
_OTHER_TIME: Final = re.compile(
    r"지난|전월|전달|전년|작년|올해|금년|분기|반기|이번|오늘|어제|최근|년|주|일|까지|부터|~|누계|누적"
)
_MEASURE: Final = (
    "매출액|순매출|총이익|원가|매출|미수금|미지급금|재고|수주액|발주액|매입액|수금액|지급액|"
    "반품액|손익|거래처|품목|금액|건수"
)
_PARTICLE: Final = re.compile(rf"((?:{_MEASURE}))(?:은|는|이|가|을|를|의)(?=\s|$)")
_SPOKEN_END: Final = re.compile(r"(?:[요까줘니냐야죠지다래라])[.?!~]*$|[.?!~]$")
_BETWEEN_WORDS: Final = re.compile(r"(?<=[가-힣}])\s+(?=[가-힣])")


def mutations(questions: Sequence[Question]) -> Iterator[tuple[int, list[Question]]]:
    """For each kind a choice of names and the questions to ask with it: the kind is their category and in their ids."""
    yield OTHER_NAMES, _changed(questions, "names", _as_it_is, some=True)
    for kind, change in _CHANGES.items():
        yield 0, _changed(questions, kind, change)


def _as_it_is(turn: Turn) -> Turn | None:
    """The same turn, where it has names to exchange."""
    return turn if "{" in turn.ask else None


def _changed(
    questions: Sequence[Question], kind: str, change: Callable[[Turn], Turn | None], *, some: bool = False
) -> list[Question]:
    """The questions of which every turn (with `some`: at least one) can be changed."""
    found = []
    for question in questions:
        turns = [change(turn) for turn in question.turns]
        if (any(turns) if some else all(turns)) and all(_has_meaning(turn) for turn in question.turns):
            kept = tuple(new or old for new, old in zip(turns, question.turns, strict=True))
            found.append(
                replace(question, id=f"{question.id}+{kind}", category=f"mutated: {kind}", turns=kept)
            )
    return found


def _has_meaning(turn: Turn) -> bool:
    return turn.expect[0] is not Expectation.REFUSED and not turn.gold.talk


def _another_month(turn: Turn) -> Turn | None:
    """Another month of the year in the question and in its gold, where nothing else says when."""
    for old, new in _MONTHS.items():
        said = re.findall(rf"(?<!\d){old}", turn.ask)
        if len(said) != 1 or _OTHER_TIME.search(turn.ask.replace(old, "")):
            continue
        month, other = old[:-1].zfill(2), new[:2]
        first, last = f"2026-{month}-01", f"2026-{month}-{_LAST_DAYS[month]}"
        dates = set(re.findall(r"'(\d{4}-\d\d-\d\d)'", turn.gold.rows + turn.gold.members))
        if dates != {first, last}:
            continue

        def moved(sql: str, first: str = first, last: str = last, other: str = other) -> str:
            days = "30" if other == "06" else "31"
            return sql.replace(first, f"2026-{other}-01").replace(last, f"2026-{other}-{days}")

        gold = replace(turn.gold, rows=moved(turn.gold.rows), members=moved(turn.gold.members))
        return replace(turn, ask=turn.ask.replace(old, new.lstrip("0")), gold=gold)
    return None


def _without_particles(turn: Turn) -> Turn | None:
    return _said(turn, _PARTICLE.sub(r"\1", turn.ask))


def _without_spaces(turn: Turn) -> Turn | None:
    """No spaces in a short question, one less in a long one; those around Latin letters stay."""
    words = len(turn.ask.split())
    return _said(turn, _BETWEEN_WORDS.sub("", turn.ask, count=0 if words <= 4 else 1))


def _with_opening(turn: Turn) -> Turn | None:
    return _said(turn, f"혹시 {turn.ask}")


def _spoken(ending: str) -> Callable[[Turn], Turn | None]:
    def spoken(turn: Turn) -> Turn | None:
        return None if _SPOKEN_END.search(turn.ask) else _said(turn, f"{turn.ask} {ending}")

    return spoken


def _said(turn: Turn, ask: str) -> Turn | None:
    return None if ask == turn.ask else replace(turn, ask=ask)


_CHANGES: Final[dict[str, Callable[[Turn], Turn | None]]] = {
    "month": _another_month,
    "particles": _without_particles,
    "spacing": _without_spaces,
    "opening": _with_opening,
    "polite": _spoken("알려주세요"),
    "formal": _spoken("알려주시기 바랍니다"),
    "casual": _spoken("좀 보여줘"),
}
