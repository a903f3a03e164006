"""The slots of documents: kinds of documents and their states, one row each or how many, and what falls due."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.semantic import Catalog, EntityKind, UnitKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame
from services.chat.understanding.meanings import (
    BoundWord,
    CountWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    DueWord,
    GrainWord,
    HowManyWord,
    MetricWord,
    NameWord,
    OrderWord,
    Sign,
    SizeWord,
    StateWord,
    StatusWord,
    UnitWord,
)
from services.chat.understanding.measures import known
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

FIGURES: Final[dict[str, list[str]]] = load("documents")["figures"]
OPEN: Final[list[dict[str, str]]] = load("documents")["open"]


def kind_of(measure: str) -> EntityKind | None:
    """The documents whose figure a measure is."""
    return next((EntityKind(kind) for kind, figures in FIGURES.items() if figures[0] == measure), None)


def documents(
    frame: Frame, claims: Claims, catalog: Catalog, metrics: Sequence[str]
) -> tuple[Frame, list[str]]:
    """Kinds of documents: one row each, or how many there are."""
    found: list[str] = []
    listed = claims.signs(Sign.LIST, Sign.WHICH_ONES)
    each = claims.has("얼마씩")
    for index, word in claims.of(DocumentWord):
        claims.use(index)
        by = claims.following(index, Sign.BY)
        if by is not None and (key := catalog.dimension_of(EntityKind(word.kind))):
            figures = list(metrics) or known(catalog, [word.measure])[:1]
            if all(key.key in catalog.metrics[figure].dimensions for figure in figures):  # 송장별 매출
                claims.use(by)
                found += figures if not metrics else []
                frame = replace(frame, documents=word.kind)
                continue
        state = _state_beside(claims, index, word)
        if state is None and frame.due is not None and not word.open:
            state = next((s for s in OPEN if s["kind"] == word.kind), None)
        measure, count = (state["measure"], state.get("count", "")) if state else (word.measure, word.count)
        unit, how_many = (
            claims.next_is(index, UnitWord) or _counted(claims, index),
            claims.next_is(index, HowManyWord),
        )
        of_item = any(c.entity.kind is EntityKind.ITEM for _, n in claims.of(NameWord) for c in n.candidates)
        if how_many and of_item and word.open and not how_many[1].party:
            claims.use(how_many[0])  # 볼트 M6 발주 남은 거 몇 개
            found += known(catalog, [measure])[:1]
            continue
        if how_many or (unit and unit[1].kind is UnitKind.COUNT):
            claims.use(unit[0] if unit else index + 1)
            counted = known(catalog, [count])[:1]
            found += counted or known(catalog, [measure])[:1]
            if not counted:
                frame = replace(frame, documents=word.kind, counted=True)
            continue
        ranked = any(isinstance(span.meaning, CutWord | SizeWord | OrderWord) for span in claims.spans)
        numbers = known(catalog, [count])[:1] if (state or word.open) and not unit else ()
        if ranked and numbers and claims.of(DimensionWord) and not listed:  # 미출고 수주가 제일 많은 거래처
            found += numbers
            continue
        together = unit is not None and claims.joined(index, unit[0])  # 송장이랑 금액
        if together and unit:
            claims.use(unit[0])
        elif unit and (unit[1].kind is not None or unit[1].balance) and not ranked:  # 발주 물량: a sum
            found += known(catalog, [measure])[:1] if not metrics else []
            continue
        limit = claims.next_is(index, BoundWord)
        if limit and limit[1].unit is UnitKind.COUNT:  # 수주 5건 이상인 거래처
            found += known(catalog, [count])[:1]
            continue
        if not metrics:
            found += known(catalog, [measure])[:1]
        before = claims.spans[index - 1].meaning if index else None
        restricted = isinstance(before, BoundWord | StatusWord | StateWord | CutWord | SizeWord)
        if listed or restricted or each or together or (not metrics and not claims.has("얼마")):
            frame = replace(frame, documents=word.kind)
    listed = claims.signs(Sign.LIST)
    strong = any(compact(claims.text(index)) != "내역" for index in listed)
    strong = strong or any(
        isinstance(span.meaning, CutWord | CountWord) and span.meaning.documents for span in claims.spans
    )
    if strong and not frame.documents and len(metrics) == 1 and not claims.of(DimensionWord):
        name = catalog.metrics[metrics[0]].display_name
        kind = kind_of(name)
        if kind and catalog.dimension_of(kind):
            frame = replace(frame, documents=kind)
    claims.use(*listed)
    if not frame.period and not frame.due and not frame.open_period and claims.of(StatusWord):
        frame = replace(frame, all_time=True)
    return frame, found


def _counted(claims: Claims, index: int) -> tuple[int, UnitWord] | None:
    """수주가 거래처별로 몇 건씩: their number, said behind what it is split by."""
    counts = [(place, word) for place, word in claims.of(UnitWord) if word.kind is UnitKind.COUNT]
    others = MetricWord | DocumentWord | BoundWord
    if len(counts) != 1 or counts[0][0] < index:
        return None
    between = claims.spans[index + 1 : counts[0][0]]
    return None if any(isinstance(span.meaning, others) for span in between) else counts[0]


def _state_beside(claims: Claims, index: int, word: DocumentWord) -> dict[str, str] | None:
    """아직 출고 안 된 수주, 수주 중에 안 나간 것: what is left of such documents, or late."""
    beside = claims.neighbour(index, StateWord)
    if beside is None or word.open:
        return None
    for state in OPEN:
        if state["kind"] == word.kind and state["measure"] in beside[1].measures:
            claims.use(beside[0])
            return state
    return None


def states(frame: Frame, metrics: list[str], claims: Claims, catalog: Catalog) -> tuple[Frame, list[str]]:
    """납기 지난 미출하 수량: of what is left, what is late; 안 나간 수주 건수: of the documents, how many are left."""
    for index, word in claims.of(StateWord):
        if not metrics:
            split = {word.keys[0] for _, word in claims.of(DimensionWord) if len(word.keys) == 1}
            happened = known(catalog, [word.flow]) if _in_period(frame, claims) and split else ()
            found = [
                key
                for key in happened or known(catalog, _column(word, claims))
                if split <= catalog.metrics[key].dimensions
            ]
            if len(found) == 1:
                metrics = found
                claims.use(index)
                frame = replace(frame, without=frame.without or bool(happened))
            continue
        for kind in {state["kind"] for state in OPEN if state["measure"] in word.measures}:
            family = [{"count": FIGURES[kind][1]}, *(state for state in OPEN if state["kind"] == kind)]
            said = next(n for n, state in enumerate(family) if state.get("measure") in word.measures)
            for column in ("measure", "count"):
                keys = [(known(catalog, [state.get(column, "")]) or ("",))[0] for state in family]
                for place, key in enumerate(metrics):
                    if key in keys and (late := keys[max(said, keys.index(key))]):
                        metrics[place] = late
                        claims.use(index)
    return frame, metrics


def _in_period(frame: Frame, claims: Claims) -> bool:
    """올해 안 나간 품목, 한 번도 안 들어온 자재: what has not happened then, not what is left of what was ordered."""
    past = frame.period is not None and not frame.period.as_of and not frame.due
    never = [i for i in claims.signs(Sign.AT_ALL) if not claims.text(i).startswith("아직")]
    claims.use(*never)
    return bool(never) or past


def falls_due(frame: Frame, claims: Claims, catalog: Catalog) -> tuple[Frame, list[str], tuple[str, ...]]:
    """이번 주 입고 예정: what falls due, one row a document where nothing else is asked for; 나가야 할 수량."""
    words = claims.of(DueWord)
    others = DimensionWord | UnitWord | HowManyWord | GrainWord
    alone = not any(isinstance(span.meaning, others) for span in claims.spans)
    named = bool(claims.of(NameWord))  # 볼트 M6 입고 예정일
    named = named or any(word.left for _, word in words)
    if not words or (alone and not frame.due and not named):
        return frame, [], ()
    names = [name for _, word in words for name in word.measures]
    found = known(catalog, names)
    if len(found) != 1:
        return frame, [], found if frame.due else ()
    claims.use(*(index for index, _ in words))
    kind = next((state["kind"] for state in OPEN if state["measure"] in names), None)
    if kind and alone and catalog.dimension_of(EntityKind(kind)):
        frame = replace(frame, documents=EntityKind(kind))
    return frame, list(found), ()


def listed_state(frame: Frame, metrics: Sequence[str], claims: Claims, catalog: Catalog) -> Frame:
    """미출하 건 목록, 안 들어온 것들: one row each of the documents of which something is left."""
    lists = not claims.has("얼마") and any(
        isinstance(span.meaning, StateWord) and span.meaning.listed for span in claims.spans
    )
    lists = (
        lists
        or any(word.by_date for _, word in claims.of(OrderWord))
        or any(
            span.meaning is Sign.LIST and compact(claims.text(index)) != "내역"
            for index, span in enumerate(claims.spans)
        )
    )
    split = any(isinstance(span.meaning, DimensionWord | UnitWord) for span in claims.spans)
    if not lists or split or frame.documents or len(metrics) != 1:
        return frame
    name = catalog.metrics[metrics[0]].display_name
    kind = next((state["kind"] for state in OPEN if state["measure"] == name), None)
    known_kind = kind and catalog.dimension_of(EntityKind(kind))
    return replace(frame, documents=EntityKind(kind)) if kind and known_kind else frame


def _column(word: StateWord, claims: Claims) -> list[str]:
    """The measures of a state, or their counts where it is asked how many documents there are; none of what is ordered
    where money is spoken of (돈 많이 물려 있는 거래처).
    """
    if claims.has("돈 ") and set(word.measures) <= {s["measure"] for s in OPEN if "count" in s}:
        return []
    if not any(unit.kind is UnitKind.COUNT for _, unit in claims.of(UnitWord)):
        return list(word.measures)
    return [s["count"] for s in OPEN if s["measure"] in word.measures and "count" in s]


def either_state(claims: Claims, catalog: Catalog) -> tuple[str, ...]:
    """지연 몇 건이야: late orders or late purchases, or their numbers."""
    found: list[str] = []
    for index, word in claims.of(StateWord):
        if keys := known(catalog, _column(word, claims)):
            claims.use(index)
            found += keys
    return tuple(found)


def is_left_of(metrics: Sequence[str], figure: str, catalog: Catalog) -> bool:
    """Whether a measure is what is left of the documents whose figure was said as well."""
    kind = kind_of(catalog.metrics[figure].display_name)
    left = {state["measure"] for state in OPEN if state["kind"] == kind}
    return any(catalog.metrics[key].display_name in left for key in metrics)
