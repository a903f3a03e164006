"""The slots of measures: metrics, words that fit several, kinds of documents, their counts, and 없는."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from services.chat.semantic import (
    COMPANY_DIMENSION,
    DUE_DATE_DIMENSION,
    Catalog,
    EntityKind,
    TimeBehavior,
    UnitKind,
)
from services.chat.understanding.claims import PARTICLES, Claims
from services.chat.understanding.document_slots import (
    FIGURES,
    OPEN,
    documents,
    either_state,
    falls_due,
    listed_state,
    states,
)
from services.chat.understanding.frame import Frame
from services.chat.understanding.meanings import (
    AbsentWord,
    AgeWord,
    BoundWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    DueWord,
    MetricWord,
    NameWord,
    Sign,
    SizeWord,
    StateWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.measures import known
from services.chat.understanding.periods import recent
from services.chat.understanding.text import compact
from services.chat.understanding.time_slots import LONG_AGO, aged
from services.chat.understanding.vague_measures import side_of, vague_slots
from services.chat.understanding.words import load

OVERDUE: Final[dict[str, str]] = load("documents")["overdue"]
"""The measure of what is owed, and of what of it is late."""

_LEFT: Final[dict[str, list[str]]] = load("ranking")["left"]
_SIDES: Final = {name: [compact(w) for w in words] for name, words in load("ranking")["sides"].items()}
_INSTEAD: Final = ("말고", "아니", "대신")
_OF_DIMENSIONS: Final = load("ranking")["measures_of_dimensions"]


def measure_slots(frame: Frame, claims: Claims, catalog: Catalog, today: date) -> tuple[Frame, bool]:
    """The second: whether a measure was said in words that fit several ("실적")."""
    frame = _ages(frame, claims, catalog, today)
    _without_negated(claims)
    metrics: list[str] = []
    options: tuple[str, ...] = ()
    for index, word in claims.of(MetricWord):
        claims.use(index)
        fitting = word.keys if len(word.keys) == 1 else _taking(word.keys, claims, catalog)
        if len(fitting) == 1:
            metrics.append(_counted(claims, index, word, catalog) or fitting[0])
        else:
            options = word.keys
    frame, documented = documents(frame, claims, catalog, metrics)
    frame, metrics = states(frame, [*metrics, *documented], claims, catalog)
    frame = listed_state(frame, metrics, claims, catalog)
    metrics += _further(metrics, claims, catalog)
    metrics = _to_settle(metrics, claims, catalog)
    frame, absent = _absent(frame, claims)
    frame, metrics, vague = vague_slots(
        frame, claims, catalog, metrics, documented=bool(documented), absent=absent
    )
    metrics = _by_count(_of_other_side(metrics, claims, catalog), claims, catalog)
    options = options or vague
    options = options or (() if metrics else either_state(claims, catalog) or _left(claims, catalog))
    if not metrics and not options:
        frame, metrics, options = falls_due(frame, claims, catalog)
    if frame.due:
        claims.use(*(index for index, _ in claims.of(DueWord)))
    if (
        not metrics
        and not options
        and any(isinstance(span.meaning, CutWord | SizeWord) for span in claims.spans)
    ):
        said = [_OF_DIMENSIONS.get(claims.text(index), "") for index, _ in claims.of(DimensionWord)]
        metrics = list(known(catalog, [name for name in said if name])[:1])
    frame = replace(frame, metrics=tuple(dict.fromkeys(metrics)), metric_options=options)
    frame = _due_later(frame, catalog, today)
    return _overdue(frame, catalog, today), bool(vague)


def _taking(keys: Sequence[str], claims: Claims, catalog: Catalog) -> list[str]:
    """품목별 이익: of the measures that a word names, those that know the things that are said beside it."""
    said = [set(word.keys) for _, word in claims.of(DimensionWord)]
    for _, name in claims.of(NameWord):
        own = [catalog.dimension_of(c.entity.kind) for c in name.candidates]
        said.append({dimension.key for dimension in own if dimension})
    known_by = {key: catalog.metrics[key].dimensions | {COMPANY_DIMENSION} for key in keys}
    return [key for key in keys if all(dimensions & known_by[key] for dimensions in said)]


def _to_settle(metrics: list[str], claims: Claims, catalog: Catalog) -> list[str]:
    """이번 달에 결제해야 할 매입: what is still owed of it, not what was bought."""
    owed = [key for _, word in claims.of(DueWord) for key in known(catalog, word.measures)]
    owed = [key for key in owed if catalog.metrics[key].unit.kind is UnitKind.CURRENCY]
    billed = known(catalog, [FIGURES[kind][0] for kind in ("sales_invoice", "purchase_invoice")])
    return [
        next((o for o in owed if catalog.metrics[o].party is catalog.metrics[key].party), key)
        if key in billed
        else key
        for key in metrics
    ]


def _of_other_side(metrics: list[str], claims: Claims, catalog: Catalog) -> list[str]:
    """A고객이 우리한테 줄 돈, B공급업체에 깔린 외상: who is named says who owes it."""
    owed = known(catalog, _SIDES["owed"])
    if len(owed) != 2 or not set(metrics) & set(owed):
        return metrics
    side = side_of(claims, catalog)
    said = [
        (index, compact(claims.text(index)))
        for index, span in enumerate(claims.spans)
        if isinstance(span.meaning, MetricWord | VagueMeasure)
    ]
    for index, text in said:
        gives = any(word in text for word in _SIDES["giving"])
        either = any(text.startswith(word) for word in _SIDES["either"])
        to_us = claims.has(*_SIDES["to_us"]) or (
            index > 0 and claims.gap(index - 1, index).startswith(("이", "가", "은", "는", "께서"))
        )
        if (gives and to_us and side is EntityKind.CUSTOMER) or (either and side is EntityKind.SUPPLIER):
            return [
                next(o for o in owed if catalog.metrics[o].party is side) if key in owed else key
                for key in metrics
            ]
    return metrics


def _by_count(metrics: list[str], claims: Claims, catalog: Catalog) -> list[str]:
    """출하지연 심한 거래처 건수로: the number of the documents in place of what is measured of them."""
    words = [
        index
        for index, word in claims.of(UnitWord)
        if word.kind is UnitKind.COUNT and claims.followed_by(index, "로", "기준", " 기준")
    ]
    if len(words) != 1 or len(metrics) != 1:
        return metrics
    name = catalog.metrics[metrics[0]].display_name
    counts = [state["count"] for state in OPEN if state["measure"] == name and "count" in state]
    counts += [figures[1] for figures in FIGURES.values() if figures[0] == name]
    found = known(catalog, counts[:1])
    claims.use(*(words if found else ()))
    return list(found[:1]) or metrics


def _left(claims: Claims, catalog: Catalog) -> tuple[str, ...]:
    """잔량 얼마나 남았어: of what isn't said."""
    names = [name for index, _ in claims.of(UnitWord) for name in _LEFT.get(claims.text(index), ())]
    return known(catalog, names)


def _without_negated(claims: Claims) -> None:
    """매출 말고 수주액, 수량이 아니라 금액: what is said instead counts alone."""
    kinds = (MetricWord, UnitWord)
    for index, claim in enumerate(claims.spans):
        sign = index + 1
        if not isinstance(claim.meaning, kinds) or sign >= len(claims.spans):
            continue
        behind = claims.spans[sign].meaning in (Sign.EXCLUDE, Sign.CORRECTS)
        near = not (gap := claims.gap(index, sign)) or gap in PARTICLES
        if not (behind and near and compact(claims.text(sign)).startswith(_INSTEAD)):
            continue
        kind = MetricWord if isinstance(claim.meaning, MetricWord) else UnitWord
        if any(isinstance(other.meaning, kind) for other in claims.spans[sign + 1 :]):
            claims.use(index, sign)


def _further(metrics: Sequence[str], claims: Claims, catalog: Catalog) -> list[str]:
    """수주 금액이랑 건수: the count of the same documents, and the quantity."""
    found: list[str] = []
    names = {catalog.metrics[key].display_name for key in metrics}
    figures = next((f for f in FIGURES.values() if f[0] in names), None)
    for index, word in claims.of(UnitWord):
        joined = index > 0 and claims.joined(index - 1, index)
        if figures is None or not joined:
            continue
        place = {UnitKind.COUNT: 1, UnitKind.QUANTITY: 2}.get(word.kind or UnitKind.NONE, 0)
        if 0 < place < len(figures) and (key := known(catalog, [figures[place]])):
            found.append(key[0])
            claims.use(index)
    return found


def count_of(catalog: Catalog, name: str) -> str | None:
    """The metric that counts what a word names: 수주 -> 수주 건수."""
    found = known(catalog, [f"{name}건수"])
    return found[0] if found else None


def _counted(claims: Claims, index: int, word: MetricWord, catalog: Catalog) -> str | None:
    """수주 몇 건, 수주 5건 이상: the count, where the word names documents; 마진 몇 프로: the rate."""
    after = claims.next_is(index, UnitWord)
    bound = claims.next_is(index, BoundWord)
    if after and after[1].kind is UnitKind.CURRENCY:  # 재고 총 금액
        valued = known(catalog, [f"{claims.text(index)}금액"])
        if valued:
            claims.use(after[0])
        return valued[0] if valued else None
    share = claims.following(index, Sign.SHARE)
    if share is not None and claims.text(share).startswith("몇"):  # 마진 몇 프로
        rate = known(catalog, [f"{catalog.metrics[key].display_name}률" for key in word.keys])
        claims.use(*([share] if rate else ()))
        return rate[0] if rate else None
    wanted = after is not None and after[1].kind is UnitKind.COUNT
    if not wanted and not (bound and bound[1].unit is UnitKind.COUNT):
        return None
    key = count_of(catalog, claims.text(index))
    if key and after and wanted:
        claims.use(after[0])
    return key


def _absent(frame: Frame, claims: Claims) -> tuple[Frame, bool]:
    """안 팔린 품목, 거래 없는 거래처; a bare "없어?" asks for the figure as it is."""
    absent = [(i, word) for i, word in claims.of(AbsentWord) if not claims.text(i).endswith("면")]  # 없었으면
    if not absent:
        return frame, False
    has_rows = bool(claims.of(DimensionWord)) or any(word.restricting for _, word in absent)
    measured = bool(claims.of(VagueMeasure)) or any(
        isinstance(span.meaning, MetricWord | DocumentWord) for span in claims.spans
    )
    if not measured:
        return frame, False  # without what?
    claims.use(*(index for index, _ in absent))
    claims.take(Sign.AT_ALL)
    return (replace(frame, without=True, documents=None), True) if has_rows else (frame, False)


def _ages(frame: Frame, claims: Claims, catalog: Catalog, today: date) -> Frame:
    """30일 넘은 미수금 by due dates; 90일 넘게 안 팔린 by the last 90 days."""
    late = known(catalog, [OVERDUE["late"]])
    meanings = [span.meaning for span in claims.spans]
    overdue = any(
        (isinstance(m, MetricWord) and set(m.keys) & set(late))
        or (isinstance(m, VagueMeasure) and m.words == (OVERDUE["late"],))
        or (isinstance(m, StateWord) and m.measures == (OVERDUE["late"],))
        for m in meanings
    )
    measured = any(
        isinstance(m, MetricWord | VagueMeasure | DocumentWord | DueWord | StateWord) for m in meanings
    )
    if any(isinstance(m, MetricWord) and _counts_days(m.keys, catalog) for m in meanings):
        return frame  # 연차 10일 이상: a limit
    for index, word in claims.of(AgeWord):
        if claims.of(AbsentWord):
            claims.use(index)
            if not frame.period:
                frame = replace(frame, period=recent(word.unit, word.count, today))
        elif measured:
            claims.use(index)
            frame = replace(frame, due=aged(word, today, overdue=overdue))
    return frame


def _counts_days(keys: Sequence[str], catalog: Catalog) -> bool:
    return all(catalog.metrics[key].unit.kind is UnitKind.DAYS for key in keys)


def _due_later(frame: Frame, catalog: Catalog, today: date) -> Frame:
    """내일 미입고 발주: what is left has no later state, but a later due date."""
    later = frame.period is not None and frame.period.start > today
    known_due = bool(frame.metrics) and all(
        catalog.metrics[key].time_behavior is TimeBehavior.BALANCE
        and DUE_DATE_DIMENSION in catalog.metrics[key].dimensions
        for key in frame.metrics
    )
    return replace(frame, due=frame.period, period=None) if later and known_due and not frame.due else frame


def _overdue(frame: Frame, catalog: Catalog, today: date) -> Frame:
    """미수금 whose due dates are all over is 연체 미수금."""
    wide, narrow = known(catalog, [OVERDUE["all"]]), known(catalog, [OVERDUE["late"]])
    past = frame.due is not None and frame.due.start == LONG_AGO and frame.due.end < today
    if not past or not wide or not narrow or wide[0] not in frame.metrics:
        return frame
    metrics = tuple(narrow[0] if key == wide[0] else key for key in frame.metrics)
    return replace(frame, metrics=tuple(dict.fromkeys(metrics)))
