"""The slots of order: cuts, limits on figures, and both of them on changes and shares."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.chat.semantic import (
    Catalog,
    EntityKind,
    Grain,
    Grouping,
    Operator,
    Role,
    TimeBehavior,
    UnitKind,
)
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Bound, Frame, PartyGrouping
from services.chat.understanding.meanings import (
    AgeWord,
    BoundWord,
    ChangeWord,
    ComparisonWord,
    CountWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    GrainNoun,
    MetricWord,
    NameWord,
    OrderWord,
    Sign,
    SizeWord,
    StateWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.measures import known
from services.chat.understanding.placeholders import WHERE, asked
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

DEFAULT_TOP: Final[int] = load("ranking")["default_count"]

_BALANCES: Final = frozenset(load("ignorable")["balance_words"])

MAN: Final = 10_000

_OF_ITEMS: Final = frozenset({EntityKind.ITEM_GROUP, EntityKind.BRAND})

_FLIPPED: Final = {
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
    Operator.GREATER: Operator.LESS,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
    Operator.LESS: Operator.GREATER,
}


def ranking_slots(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """상위 5개, 가장 많은, 순위, 많은 순으로, 가장 많이 늘어난."""
    cuts = claims.of(CutWord)
    both_ends = _has_both_ends(cuts, claims)
    cuts = cuts if both_ends else _one_end(cuts)
    sizes = claims.of(SizeWord)
    orders = claims.of(OrderWord)
    counts = claims.of(CountWord)
    ranks = claims.signs(Sign.RANK)
    change = _ranked_change(claims)
    directions = (
        [c.descending for _, c in cuts] + [o.descending for _, o in orders] + [s.descending for _, s in sizes]
    )
    said = [d for d in directions if d is not None]
    grouped = frame.grouped
    if not (cuts or orders or ranks or (sizes and (grouped or counts))):
        claims.use(*(i for i, _ in sizes))  # "얼마나 많이 팔렸어"
        if counts and grouped and (counts[0][1].only or counts[0][1].party):
            claims.use(counts[0][0])  # "거래처 5곳만"
            return replace(frame, descending=True, top=counts[0][1].count)
        if counts and not grouped and counts[0][1].only and counts[0][1].count == 1 and frame.metrics:
            claims.use(counts[0][0])  # "매출 하나만 봐줄래"
        return frame
    numbers = [c.count for _, c in cuts if c.count is not None]
    cuts = [cut for cut in cuts if cut[1].count in (None, *numbers[:1])]  # 1위와 3위: no top says that
    claims.use(*(i for i, _ in [*cuts, *sizes, *orders]), *ranks)
    # The word that names an end wins over the size word beside it ("하위 … 많은").
    descending = said[0] if said else True
    if both_ends:
        frame = replace(frame, both_ends=True)
        descending = _end(*cuts[0], claims) is True
    elif any(size.descending is False for _, size in sizes) and not any(c.descending for _, c in cuts):
        descending = False
    top = numbers[0] if numbers else 0
    counted: CountWord | None = None
    if not top and counts:
        counted = counts[0][1]
        claims.use(counts[0][0])
        top = counted.count
    if not top:
        if any(c.single for _, c in cuts):
            top = 1
        elif not orders:
            top = DEFAULT_TOP
    notes = frame.notes
    first = next((c.first for _, c in cuts if c.first), 0)
    if first:
        notes = (*notes, f"{top}위입니다." if first == top else f"{first}위부터 {top}위까지입니다.")
    frame = replace(frame, descending=descending, top=top, rank_from=first, rank=bool(ranks), notes=notes)
    frame = replace(frame, by_time=frame.by_time or any(order.by_date for _, order in orders))
    ends = [index for index, _ in [*cuts, *sizes, *orders]]
    frame = replace(frame, metrics=_ranked_first(frame.metrics, claims, min(ends, default=0), catalog))
    if change:
        down = change.direction < 0
        frame = replace(
            frame,
            descending=descending is not down,
            ordered_by=Role.CHANGE_RATE if change.rate else Role.CHANGE,
        )
    place = (counted and counted.party) or any(c.party for _, c in cuts)
    asks = WHERE if place else next(asked(claims), "")
    if asks and not grouped:
        return replace(frame, party=PartyGrouping(asks=asks))
    kinds = {c.entity.kind for n in frame.names for c in n.candidates}
    if not grouped and kinds and kinds <= _OF_ITEMS and not claims.of(GrainNoun):
        return replace(frame, groupings=(Grouping(EntityKind.ITEM),))  # 볼베어링 중에 재고 젤 많은 거 3개
    if not grouped and counted and counted.counted:
        return replace(frame, groupings=(Grouping(counted.counted),))
    return frame


def _end(index: int, cut: CutWord, claims: Claims) -> bool | None:
    """Which end a cut is of, as it says or the word behind it."""
    beside = claims.spans[index + 1].meaning if index + 1 < len(claims.spans) else None
    if cut.descending is None and isinstance(beside, SizeWord):
        return beside.descending
    return True if cut.descending is None and cut.count else cut.descending


def _has_both_ends(cuts: list[tuple[int, CutWord]], claims: Claims) -> bool:
    """가장 많은 곳과 가장 적은 곳, 상위 3개와 하위 3개: alike but for the end."""
    ends = [_end(index, cut, claims) for index, cut in cuts]
    return sorted(ends, key=str) == [False, True] and len({cut.count or 1 for _, cut in cuts}) == 1


def _one_end(cuts: list[tuple[int, CutWord]]) -> list[tuple[int, CutWord]]:
    """최대 … 최소: only the first end has a place in one table."""
    ends = [cut.descending for _, cut in cuts if cut.descending is not None]
    return [c for c in cuts if c[1].descending in (None, ends[0])] if ends else cuts


def _ranked_first(metrics: tuple[str, ...], claims: Claims, end: int, catalog: Catalog) -> tuple[str, ...]:
    """매출과 이익을 이익이 큰 순으로: the measure right before the word of order, unless it is one of a list."""
    unit = claims.neighbour(end, UnitWord)
    if unit and unit[0] == end - 1 and unit[1].kind:  # 발주잔량이 남은 발주 건수가 많은
        fitting = [key for key in metrics if catalog.metrics[key].unit.kind is unit[1].kind]
        return tuple(dict.fromkeys((*fitting[:1], *metrics)))
    said = [(index, word) for index, word in claims.said(MetricWord) if index < end]
    beside = claims.neighbour(end, MetricWord)
    if beside is None or beside[0] != end - 1:
        return metrics
    again = any(word == beside[1] for _, word in said[:-1])  # 매출과 수금액, 수금액이 큰 순
    if not again and any(claims.joined(one, end - 1) for one, _ in said[-2:-1]):
        return metrics
    keys = list(dict.fromkeys(word for _, word in said))
    place = keys.index(beside[1])
    if len(beside[1].keys) == 1 and beside[1].keys[0] in metrics:
        place = metrics.index(beside[1].keys[0])
    elif len(keys) != len(metrics):
        return metrics
    return tuple(dict.fromkeys((metrics[place], *metrics)))


def _ranked_change(claims: Claims) -> ChangeWord | None:
    """The change that the order is of: beside a cut, a size or an order."""
    for index, word in claims.of(ChangeWord):
        others = [i for i, s in enumerate(claims.spans) if not isinstance(s.meaning, ComparisonWord)]
        place = others.index(index)  # 성장률이 전년 동기 대비 가장 높은
        beside = [claims.spans[i].meaning for i in others[max(place - 1, 0) : place + 2]]
        if any(isinstance(meaning, CutWord | SizeWord | OrderWord) for meaning in beside):
            return word
    return None


def bound_slots(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """100만원 이상, 10% 이상 줄어든, 비중 5% 이상, 미수금 있는, 늘어난 거래처."""
    bounds: list[Bound] = []
    metrics = claims.said(MetricWord)

    def metric_before(index: int) -> str:
        before = [
            m.keys[0] for i, m in metrics if i < index and len(m.keys) == 1 and m.keys[0] in frame.metrics
        ]
        return before[-1] if before else ""

    for index, word in claims.of(BoundWord):
        claims.use(index)
        if word.is_premise and not frame.grouped:
            continue  # the figure itself tells whether it is so
        change = _change_of(claims, index)
        amount = word
        if word.short and change is None and _is_money(frame, catalog):
            note = f"{claims.text(index)}: {word.value:,f}만원으로 보았습니다."
            frame = replace(frame, notes=(*frame.notes, note))
            amount = replace(word, value=word.value * MAN)
        bounds += _limits(amount, metric_before(index), _role(word, change, frame, claims, catalog), change)
    for index, age in claims.of(AgeWord):
        if age.unit is Grain.DAY and frame.metrics:
            bounds.append(Bound(age.operator, Decimal(age.count), UnitKind.DAYS, metric_before(index)))
            claims.use(index)
    for index in claims.signs(Sign.PRESENT):
        behind = claims.spans[index + 1 : index + 2]
        ahead = any(isinstance(s.meaning, MetricWord) for s in behind) and not frame.grouped
        if _is_where(claims, index) or ahead:  # 지금 있는 재고금액
            claims.use(index)
        elif any(claims.neighbour(index, kind) for kind in (MetricWord, VagueMeasure)):
            bounds.append(Bound(Operator.GREATER, Decimal(0), None, metric_before(index)))
            claims.use(index)
        elif claims.neighbour(index, DocumentWord):
            claims.use(index)
    owed = [index for index in range(len(claims.spans)) if _is_owed_by(claims, index, frame, catalog)]
    if owed and not bounds:
        bounds.append(Bound(Operator.GREATER, Decimal(0), None))  # 안 갚은 거래처: nothing settled
    left = [index for index in range(len(claims.spans)) if _is_left_of(claims, index)]
    claims.use(*left)
    if left and not bounds:
        bounds.append(Bound(Operator.GREATER, Decimal(0), None))
    if frame.comparison:
        bounds += _directions(frame, claims, bounds)
        claims.use(*(index for index, _ in claims.of(ChangeWord)))
    return replace(frame, bounds=tuple(bounds))


def _is_money(frame: Frame, catalog: Catalog) -> bool:
    kinds = {catalog.metrics[key].unit.kind for key in frame.metrics}
    return kinds == {UnitKind.CURRENCY}


def _is_owed_by(claims: Claims, index: int, frame: Frame, catalog: Catalog) -> bool:
    """안 갚은 거래처, 돈 안 준 업체: what is owed describes who owes it."""
    word = claims.spans[index].meaning
    names = (
        word.words if isinstance(word, VagueMeasure) else word.measures if isinstance(word, StateWord) else ()
    )
    if not names or not set(known(catalog, names)) & set(frame.metrics):
        return False
    owed = all(catalog.metrics[key].time_behavior is TimeBehavior.BALANCE for key in frame.metrics)
    return owed and _is_money(frame, catalog) and isinstance(claims.described(index), DimensionWord)


def _is_left_of(claims: Claims, index: int) -> bool:
    """미수금이 남은 거래처: something is left there, and nothing paid in advance."""
    word = claims.spans[index].meaning
    verb = isinstance(word, UnitWord) and word.balance and compact(claims.text(index)) not in _BALANCES
    of = claims.spans[index - 1].meaning if index else None
    return verb and isinstance(of, MetricWord) and isinstance(claims.described(index), DimensionWord)


def _is_where(claims: Claims, index: int) -> bool:
    """부산창고에 있는: where things are, and no condition."""
    before = index - 1
    is_name = before >= 0 and isinstance(claims.spans[before].meaning, NameWord)
    return is_name and claims.gap(before, index) in ("에", "에서", "안에", "내에")


def _change_of(claims: Claims, index: int) -> ChangeWord | None:
    """The change that an amount is of: 10% 이상 줄어든, 증가율이 10% 이상."""
    for place in (index + 1, index - 1):
        if 0 <= place < len(claims.spans):
            meaning = claims.spans[place].meaning
            if isinstance(meaning, ChangeWord) and (place > index or meaning.rate or meaning.direction == 0):
                return meaning
    return None


def _role(word: BoundWord, change: ChangeWord | None, frame: Frame, claims: Claims, catalog: Catalog) -> Role:
    percent = word.unit is UnitKind.PERCENT
    if change and frame.comparison:
        return Role.CHANGE_RATE if percent else Role.CHANGE
    own = any(catalog.metrics[key].unit.kind is UnitKind.PERCENT for key in frame.metrics)
    if percent and not own and (frame.share or claims.signs(Sign.SHARE)):
        return Role.SHARE
    return Role.NONE


def _limits(word: BoundWord, metric: str, role: Role, change: ChangeWord | None) -> Sequence[Bound]:
    down = role in (Role.CHANGE, Role.CHANGE_RATE) and change is not None and change.direction < 0
    limits = [(word.operator, word.value)]
    if word.upper is not None:
        limits.append((Operator.LESS_OR_EQUAL, word.upper))
    return [
        Bound(_FLIPPED[operator] if down else operator, -value if down else value, word.unit, metric, role)
        for operator, value in limits
    ]


def _directions(frame: Frame, claims: Claims, bounds: Sequence[Bound]) -> list[Bound]:
    """늘어난 거래처, 가장 많이 늘어난: only those that rose, where no amount says so already."""
    found = []
    if len({word.direction for _, word in claims.of(ChangeWord) if word.direction}) > 1:
        return []  # "오른 지역과 내린 지역": all of them
    for index, word in claims.of(ChangeWord):
        followed = isinstance(claims.described(index), DimensionWord | GrainNoun)
        restricts = word.restricting and frame.grouped and (followed or frame.ranked)
        if not restricts or word.direction == 0 or any(b.role is not Role.NONE for b in bounds):
            continue
        operator = Operator.GREATER if word.direction > 0 else Operator.LESS
        found.append(Bound(operator, Decimal(0), None, "", Role.CHANGE))
    return found
