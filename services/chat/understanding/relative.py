"""Things that a clause of its own chooses: 매출 상위 10개 거래처 중 부산, 매출 1위 거래처의 미수금, 상위 3개사를 뺀 매출."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.chat.semantic import Catalog, EntityKind, TimeBehavior
from services.chat.understanding.claims import PARTICLES, Claims
from services.chat.understanding.frame import Chosen, Frame, Name
from services.chat.understanding.meanings import (
    AbsentWord,
    BoundWord,
    ChangeWord,
    CountWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    GrainWord,
    MetricWord,
    NameWord,
    Sign,
    StatusWord,
    TimeWord,
    UnitWord,
    VagueMeasure,
)

_OF: Final = frozenset(
    {
        "의",
        "들의",
        "에",
        "에서",
        "에서의",
        "내",
        "에게",
        "한테",
        "들",
        "에대한",
        "인데",
        "이면서",
        "이고",
        "이지만",
    }
)
_OBJECT: Final = frozenset({"을", "를", "들을"})
_SUBJECT: Final = frozenset({"이", "가", "들이", "께서"})
AMONG: Final = frozenset(
    f"{plural}{word}"
    for plural in ("", "들")
    for word in ("중", "중에", "중에서", "중에는", "중에서는", "가운데", "가운데서")
)
_RESTRICTIONS: Final = (NameWord, BoundWord, StatusWord, ChangeWord, AbsentWord)


@dataclass(frozen=True, slots=True)
class Head:
    """The thing that is chosen: its clause ends before the claim `end`, the question goes on at `begin`."""

    end: int
    begin: int
    excluded: bool = False
    summed: bool = False
    """One figure of them all is asked for."""


def head(claims: Claims) -> Head | None:
    """Where the clause ends that chooses things for the rest of the question; None where there is no such clause."""
    for index in range(len(claims.spans)):
        end = _end(claims, index)
        if end and end < len(claims.spans) and (found := _head(claims, index, end)):
            return found
    return None


def present_and_absent(claims: Claims) -> tuple[list[int], list[int]] | None:
    """매출은 있는데 수금이 없는 거래처: what is missing, and what is there and
    asked for; both have the thing.
    """
    said = [
        (index, s.meaning)
        for index, s in enumerate(claims.spans)
        if (s.meaning is Sign.PRESENT or isinstance(s.meaning, AbsentWord))
        and index
        and isinstance(claims.spans[index - 1].meaning, MetricWord | VagueMeasure | DocumentWord)
    ]
    if len(said) != 2 or not claims.next_is(said[1][0], DimensionWord):
        return None
    (first, one), (second, other) = said
    between = [s.meaning for s in claims.spans[first + 1 : second]]
    if isinstance(one, AbsentWord) == isinstance(other, AbsentWord) or any(
        isinstance(m, DimensionWord) or m == claims.spans[first - 1].meaning for m in between
    ):
        return None  # 연체 없는 거래처 말고 연체 있는 데
    before, after = [*range(first + 1)], [*range(first + 1, second + 1)]
    rest = [*range(second + 1, len(claims.spans))]
    return (
        ([*before, second + 1], after + rest)
        if isinstance(one, AbsentWord)
        else ([*after, second + 1], before + rest)
    )


def _end(claims: Claims, index: int) -> int:
    """The claim behind the thing itself, a number of them included; 0 where it is none."""
    meanings = [span.meaning for span in claims.spans]
    if isinstance(meanings[index], CutWord) and not claims.next_is(index, DimensionWord):
        return index + 1  # 상위 10곳
    if not isinstance(meanings[index], DimensionWord) or claims.following(index, Sign.BY) is not None:
        return 0
    return index + 2 if claims.next_is(index, CountWord) else index + 1


def _head(claims: Claims, index: int, end: int) -> Head | None:
    before = [span.meaning for span in claims.spans[:end]]
    after = [span.meaning for span in claims.spans[end:]]
    gap = claims.gap(end - 1, end)
    ranked = [meaning for meaning in before[max(index - 2, 0) :] if isinstance(meaning, CutWord)]
    if ranked or any(isinstance(meaning, CountWord) for meaning in before[index + 1 :]):
        cut = before[index]
        summed = Sign.MERGED in after or Sign.TOTAL in after
        split = any(isinstance(m, GrainWord) or m in (Sign.BY, Sign.TREND) for m in after)
        if after[0] is Sign.EXCLUDE and (not gap or gap in PARTICLES):
            rest = [
                meaning
                for meaning in after[1:]
                if isinstance(meaning, MetricWord | GrainWord | DimensionWord)
            ]
            wanted = bool(rest) or _measured(before)
            return Head(end, end + 1, excluded=True, summed=summed and not split) if wanted else None
        if gap in AMONG:
            restricted = Sign.PRESENT in after or any(isinstance(m, _RESTRICTIONS) for m in after)
            restricted = restricted or (_measured(after) and any(isinstance(m, CutWord) for m in after))
            return Head(end, end) if restricted else None
        if isinstance(cut, CutWord) and not cut.party:
            return None  # of what?
        acts = gap in _SUBJECT and isinstance(after[0], VagueMeasure)  # 1위 거래처가 산 품목별
        whole = summed and gap in _OBJECT  # 상위 5개 거래처를 합치면
        if (not gap or gap in _OF or acts or whole) and (split or (summed and not _is_one(ranked))):
            return Head(end, end, summed=summed and not split)
        return Head(end, end) if _goes_on(gap, before, after) and _of_others(before, after) else None
    beside = before[max(index - 2, 0) : index]
    left = beside and isinstance(beside[-1], UnitWord) and beside[-1].balance  # 미수금이 남은 거래처
    clause = (
        left
        or any(isinstance(m, BoundWord) or m is Sign.PRESENT for m in beside[-1:])
        or (
            len(beside) > 1 and isinstance(beside[0], BoundWord) and isinstance(beside[1], VagueMeasure)
        )  # 1억 넘게 산
        or any(isinstance(m, ChangeWord | AbsentWord) and m.restricting for m in beside)
    )
    if not clause:
        return None
    if _is_sum_alone(after) and (not gap or gap in _OF) and any(isinstance(m, BoundWord) for m in beside):
        return Head(end, end, summed=True)
    split = any(isinstance(m, GrainWord) or m is Sign.BY for m in after)
    others = (split and gap in _OF and _measured(before)) or (
        _goes_on(gap, before, after) and _of_others(before, after)
    )
    return Head(end, end) if others else None


def _goes_on(gap: str, before: Sequence[object], after: Sequence[object]) -> bool:
    """Whether what stands behind is asked of the thing: 거래처의 매출, 거래처 3분기 매출; not 거래처 9월과 비교."""
    if any(m in (Sign.COMPARE, Sign.VERSUS) for m in after):
        return gap in _OF
    if gap == "," and any(isinstance(m, DimensionWord | CutWord | CountWord | BoundWord) for m in after):
        return False
    told = any(isinstance(m, MetricWord) for m in before)  # 제일 안 팔린 품목 3개 매출로: of which measure
    told = told or (
        _measured(before) and any(isinstance(m, AbsentWord) for m in before[-3:])
    )  # 안 팔린 품목 재고
    return gap in _OF or (told and gap in ("", ",") and isinstance(after[0], TimeWord | MetricWord))


def _is_sum_alone(after: Sequence[object]) -> bool:
    """매출 5천만원 미만 거래처 매출 합계: the measure and that it is summed, and no more."""
    summed = any(m in (Sign.MERGED, Sign.TOTAL) for m in after)
    return summed and all(isinstance(m, MetricWord) or m in (Sign.MERGED, Sign.TOTAL) for m in after)


def _is_one(cuts: Iterable[CutWord]) -> bool:
    return any(cut.single for cut in cuts)


def _measured(meanings: Iterable[object]) -> bool:
    return any(isinstance(meaning, MetricWord | VagueMeasure) for meaning in meanings)


def _of_others(before: Iterable[object], after: Iterable[object]) -> bool:
    """Another measure, or the same of other days, is asked of what was chosen by a measure."""
    before, after = list(before), list(after)
    measured = {key for meaning in before if isinstance(meaning, MetricWord) for key in meaning.keys}
    others = any(isinstance(meaning, MetricWord) and not set(meaning.keys) <= measured for meaning in after)
    times = all(any(isinstance(m, TimeWord) for m in part) for part in (before, after))
    return _measured(after) and (times or (others and _measured(before)))


def joined(clause: Frame, question: Frame, where: Head, catalog: Catalog) -> Frame:
    """The question about what the clause chooses; each takes from the other what it leaves unsaid."""
    if where.excluded and where.summed:  # … 빼고 나머지 거래처 합계
        question = replace(question, groupings=(), party=None)
    if not clause.metrics and not clause.metric_options:
        clause = replace(clause, metrics=question.metrics, metric_options=question.metric_options)
    elif not question.metrics and not question.metric_options:
        question = replace(question, metrics=clause.metrics, metric_options=clause.metric_options)
    if not clause.grouped:
        clause = replace(clause, groupings=question.groupings, party=question.party)
    if clause.period is None and _flows(clause, catalog):
        clause = replace(clause, period=question.period)
    elif question.period is None and _flows(question, catalog):
        question = replace(question, period=clause.period)
    shared: tuple[Name, ...] = tuple(name for name in clause.names if _names_company(name))
    if clause.metrics == question.metrics:  # 볼베어링 매출 상위 3개 거래처의 월별 매출
        shared = clause.names
        question = replace(question, members=(*clause.members, *question.members))
    return replace(
        question,
        names=(*shared, *question.names),
        all_companies=question.all_companies or clause.all_companies,
        merged=False,
        notes=tuple(dict.fromkeys((*clause.notes, *question.notes))),
        chosen=Chosen(
            replace(clause, notes=(), all_companies=False),
            where.excluded,
            shown=not (where.excluded or where.summed),
        ),
    )


def _flows(frame: Frame, catalog: Catalog) -> bool:
    keys = frame.metrics or frame.metric_options
    return any(
        catalog.metrics[key].time_behavior is TimeBehavior.FLOW for key in keys if key in catalog.metrics
    )


def _names_company(name: Name) -> bool:
    return all(candidate.entity.kind is EntityKind.COMPANY for candidate in name.candidates)
