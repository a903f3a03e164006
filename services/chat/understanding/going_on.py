"""Words that say something only of the question before: 금액으로, 건수는, 30일 넘은 것만, 어떤 것들이야."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.chat.semantic import DUE_DATE_DIMENSION, Catalog, EntityKind, Grouping, UnitKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.document_slots import FIGURES, OPEN, kind_of
from services.chat.understanding.frame import Bound, Frame, Memory
from services.chat.understanding.meanings import (
    AgeWord,
    AmountWord,
    CountWord,
    DocumentWord,
    MetricWord,
    Sign,
    UnitWord,
)
from services.chat.understanding.measure_slots import OVERDUE
from services.chat.understanding.measures import known
from services.chat.understanding.ranking_slots import MAN
from services.chat.understanding.slots import Slots
from services.chat.understanding.time_slots import aged

_SUM: Final = Decimal(1000)
"""From here on an amount without its unit is one of money."""
_PLACES: Final = {UnitKind.CURRENCY: 0, UnitKind.COUNT: 1, UnitKind.QUANTITY: 2}


def going_on(slots: Slots, claims: Claims, memory: Memory, catalog: Catalog, today: date) -> Slots:
    """The slots with what these words mean after the question before."""
    said = slots.frame
    if memory.frame.record:
        return slots
    if other := _of_other_documents(said, claims, memory.frame, catalog):
        return replace(slots, frame=replace(said, metrics=(other,), documents=None))
    if said.metrics or said.metric_options:
        return slots
    if said.names or said.groupings or (said.party and not said.party.asks):
        return replace(slots, frame=_aged(said, claims, memory.frame, catalog, today))
    said = _by_unit(said, claims, memory, catalog)
    return replace(slots, frame=_aged(said, claims, memory.frame, catalog, today))


def _of_other_documents(said: Frame, claims: Claims, before: Frame, catalog: Catalog) -> str | None:
    """발주 쪽은?, after 수주잔량: the same of other documents, where they are all that is said."""
    meanings = [span.meaning for span in claims.spans if not isinstance(span.meaning, Sign)]
    if len(meanings) != 1 or len(said.metrics) != 1 or len(before.metrics) != 1:
        return None
    if not isinstance(meanings[0], DocumentWord | MetricWord):
        return None
    asked = catalog.metrics[said.metrics[0]].display_name
    kind = kind_of(asked)
    name = catalog.metrics[before.metrics[0]].display_name
    for column in ("measure", "count"):
        for state in OPEN:
            if state.get(column) != name or state["kind"] == kind:
                continue
            place = [s for s in OPEN if s["kind"] == state["kind"]].index(state)
            others = [s for s in OPEN if s["kind"] == kind][place : place + 1]
            found = known(catalog, [other[column] for other in others if column in other])
            return found[0] if found else None
    return None


def _by_unit(said: Frame, claims: Claims, memory: Memory, catalog: Catalog) -> Frame:
    """금액으로: of the measures that were offered, or of the same documents, the one that is counted so."""
    words = [(index, word) for index, word in claims.of(UnitWord) if word.kind]
    kinds = {word.kind for _, word in words}
    if len(kinds) != 1:
        return said
    kind = kinds.pop()
    offered = [
        key for option in memory.options if len(option.frame.metrics) == 1 for key in option.frame.metrics
    ]
    fitting = [key for key in offered if key in catalog.metrics and catalog.metrics[key].unit.kind is kind]
    if not offered:
        names = {catalog.metrics[key].display_name for key in memory.frame.metrics if key in catalog.metrics}
        figures = next((f for f in FIGURES.values() if names & set(f)), [])
        place = _PLACES.get(kind or UnitKind.NONE, len(figures))
        own = [key for key in memory.frame.metrics if catalog.metrics[key].unit.kind is kind]
        fitting = [] if own else [*known(catalog, figures[place : place + 1])]
    if len(fitting) != 1:
        return said
    claims.use(*(index for index, _ in words))
    return replace(said, metrics=(fitting[0],))


def _aged(said: Frame, claims: Claims, before: Frame, catalog: Catalog, today: date) -> Frame:
    """30일 넘은 것만, of a measure that falls due; 미수금 whose due dates are over is 연체 미수금."""
    metrics = [catalog.metrics[key] for key in before.metrics if key in catalog.metrics]
    if not metrics or not all(DUE_DATE_DIMENSION in metric.dimensions for metric in metrics):
        return said
    late = known(catalog, [OVERDUE["late"]])
    for index, word in claims.of(AgeWord):
        claims.use(index)
        due = aged(word, today, overdue=bool(set(late) & set(before.metrics)))
        said = replace(said, due=due, bounds=())
        wide = known(catalog, [OVERDUE["all"]])
        if late and before.metrics == wide[:1] and due.end < today:
            said = replace(said, metrics=late[:1])
    return said


def new_limit(before: Frame, claims: Claims) -> tuple[Bound, ...]:
    """3천만원으로 낮추면, 그럼 1억은: the one limit of before with another amount, where nothing else is said."""
    said = [(i, s.meaning) for i, s in enumerate(claims.spans) if not isinstance(s.meaning, Sign)]
    if len(said) != 1 or len(before.bounds) != 1:
        return ()
    (index, word), (old,) = said[0], before.bounds
    match word:
        case AmountWord(value, None, short=True) if old.value >= MAN * _SUM:
            value *= MAN  # 5천으로, of a limit in 만원
        case AmountWord(value, unit) if unit in (None, old.unit) or (old.unit is None and value >= _SUM):
            pass
        case CountWord(count) if not before.top and old.unit in (UnitKind.QUANTITY, UnitKind.COUNT):
            value = Decimal(count)
        case _:
            return ()
    claims.use(index, *claims.signs(Sign.BY))
    return (replace(old, value=value),)


def how_many(before: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """몇 건이야, 총 몇 개야: the number of the things that were listed; as before where nothing was."""
    words = claims.of(UnitWord)
    asked = len(words) == 1 and all(isinstance(s.meaning, Sign | UnitWord) for s in claims.spans)
    metrics = [catalog.metrics[key] for key in before.metrics if key in catalog.metrics]
    if not asked or not before.grouped or not metrics or not claims.text(words[0][0]).startswith("몇"):
        return before
    kind = words[0][1].kind
    counted: Frame | None = None
    if before.documents:
        counts = known(catalog, [_count_of(str(before.documents), metrics[0].display_name)])
        counted = replace(before, metrics=counts[:1], documents=None) if counts else None
    elif metrics[0].unit.kind is UnitKind.COUNT and len(before.groupings) == 1:
        counted = replace(before, groupings=())
    elif kind is UnitKind.QUANTITY and metrics[0].unit.kind is not kind:
        counted = replace(before, counted=True)
    if counted is None:
        return before
    claims.use(words[0][0])
    own = () if counted.metrics != before.metrics or not counted.counted else counted.groupings
    return replace(counted, groupings=own, top=0, descending=None, rank=False)


def listed(before: Frame, catalog: Catalog) -> Frame:
    """The things themselves, where it was asked how many they are; as before where it was not."""
    if before.counted:
        return replace(before, counted=False)
    metrics = [catalog.metrics[key] for key in before.metrics if key in catalog.metrics]
    if before.grouped or len(metrics) != 1 or metrics[0].unit.kind is not UnitKind.COUNT:
        return before
    for kind, measure in _counted_documents(metrics[0].display_name):
        if (keys := known(catalog, [measure])) and kind in catalog.metrics[keys[0]].dimensions:
            return replace(before, metrics=keys[:1], documents=EntityKind(kind))
    return replace(before, groupings=(Grouping("item"),)) if "item" in metrics[0].dimensions else before


def _count_of(kind: str, measure: str) -> str:
    """The name of the measure that counts such documents."""
    for each in OPEN:
        if each["kind"] == kind and each["measure"] == measure:
            return str(each["count"])
    return next(iter(FIGURES.get(kind, ())[1:2]), "")


def _counted_documents(name: str) -> list[tuple[str, str]]:
    """The kind of documents that a measure counts, with the figure of each."""
    found = [(kind, figures[0]) for kind, figures in FIGURES.items() if name in figures[1:2]]
    return found + [(each["kind"], each["measure"]) for each in OPEN if each.get("count") == name]
