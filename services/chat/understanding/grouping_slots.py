"""The slots of groupings: 거래처별, 월별, 대분류별, the dimensions of a ranking, and whose own rows."""

from dataclasses import replace
from operator import itemgetter
from typing import Final

from services.chat.semantic import (
    DATE_DIMENSION,
    DUE_DATE_DIMENSION,
    Catalog,
    EntityKind,
    Grain,
    Grouping,
    UnitKind,
)
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame, Members, PartyGrouping
from services.chat.understanding.meanings import (
    AbsentWord,
    BoundWord,
    ChangeWord,
    CutWord,
    DimensionWord,
    DueWord,
    GrainNoun,
    GrainWord,
    HowManyWord,
    LevelWord,
    MetricWord,
    NameWord,
    OrderWord,
    OwnWord,
    Sign,
    SizeWord,
    StateWord,
    StatusWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.measures import counted_things
from services.chat.understanding.name_slots import narrow, part_said
from services.chat.understanding.placeholders import WHERE

_GROUPS: Final = {"item": "item_group", "customer": "customer_group", "supplier": "supplier_group"}
"""The tree that a level speaks of beside the things in it: 품목 대분류."""

_IN_ALL: Final = ("총 얼마", "다 해서 얼마", "모두 얼마", "전부 얼마", "모두 합", "다 합")
_TOWARDS: Final = tuple(
    f"{many}{to}" for many in ("", "들") for to in ("에게", "한테", "로부터", "에 ", "에서 ")
)
"""Whom it goes to, or comes from: said of all of them, it splits nothing."""
_WHICH: Final = ("어느", "무슨", "어떤", "각")
_INSIDE: Final = ("안에 드", "안에 들", "이내에 드", "이내에 들")
"""상위 10위 안에 드는: of all, not of those that are named behind it."""
_EACH: Final = ("각각", "마다")
_STATUS: Final = "status"
_CLOSED_STATUSES: Final = frozenset({"draft", "cancelled"})
"""No figure counts these: what is asked of them can't be answered with one."""


def grouping_slots(
    frame: Frame, claims: Claims, catalog: Catalog
) -> tuple[Frame, tuple[tuple[str, ...], ...]]:
    """The second: dimensions of the thing spoken of before ("그 거래처")."""
    groupings = list(frame.groupings)
    party = frame.party
    that: list[tuple[str, ...]] = []
    bare: list[tuple[int, DimensionWord]] = []
    split: set[str] = set()
    split_party = False
    trend = claims.take(Sign.TREND)
    summed = any(span.meaning in (Sign.TOTAL, Sign.MERGED) for span in claims.spans)
    cut = bool(claims.of(CutWord) or claims.of(SizeWord))
    ranked = cut or bool(claims.of(OrderWord) or claims.signs(Sign.RANK))
    restricted = bool(
        claims.of(BoundWord)
        or claims.signs(Sign.PRESENT)
        or claims.of(AbsentWord)
        or frame.without
        or frame.due
        or any(word.restricting for _, word in claims.of(ChangeWord))
    )
    frame = _levels(frame, claims, catalog, groupings)
    split |= {g.dimension for g in groupings if g.level}
    said: list[tuple[int, DimensionWord | GrainWord]] = [*claims.of(DimensionWord), *claims.of(GrainWord)]
    for index, dimension in sorted(said, key=itemgetter(0)):
        if isinstance(dimension, GrainWord):
            groupings.append(Grouping(DATE_DIMENSION, dimension.grain))
            split.add(DATE_DIMENSION)
            claims.use(index)
            continue
        by = claims.following(index, Sign.BY)
        before = index - 1 if index and claims.spans[index - 1].meaning is Sign.THAT else None
        how_many = claims.next_is(index, HowManyWord)
        if by is not None:
            claims.use(index, by)
            groupings, party = _add(groupings, party, dimension)
            split |= set(dimension.keys)
            split_party = split_party or dimension.party
        elif before is not None and before in claims.signs(Sign.THAT):
            claims.use(index, before)
            that.append(dimension.keys)
        elif _of_what_is_left_out(claims, index, summed=summed):
            claims.use(index)
        elif how_many and dimension.keys and dimension.keys[:1] == tuple(counted_things(frame, catalog)):
            claims.use(index, how_many[0])  # 안전재고 미달 품목 몇 개: the figure itself
        elif how_many:
            claims.use(index, how_many[0])
            groupings, party = _add(groupings, party, dimension)
            frame = replace(frame, counted=True)
        elif neighbour := claims.neighbour(index, NameWord):
            kinds = {candidate.entity.kind for candidate in neighbour[1].candidates}
            own = {catalog.dimensions[key].entity_kind for key in dimension.keys if key in catalog.dimensions}
            groups = {_GROUPS.get(key) for key in dimension.keys if key != "item"}
            grouped_so = groups & {str(kind) for kind in kinds}
            each = frame.listed and claims.has("각각")  # "서울이랑 부산 고객 각각"
            of_part = part_said(claims)  # "수도권 고객이 차지하는 비중"
            whose = neighbour[0] < index and (each or of_part)
            says = kinds & own or (dimension.party and kinds & {EntityKind.CUSTOMER, EntityKind.SUPPLIER})
            describing = ranked or any(
                isinstance(s.meaning, VagueMeasure | StateWord | UnitWord)
                and claims.described(i) is dimension
                for i, s in enumerate(claims.spans[:index])
            )
            chooses = (restricted or describing) and not claims.has(*_INSIDE)
            if chooses and not says:  # 매출이 늘어난 부산 거래처
                bare.append((index, dimension))
            elif (grouped_so or whose) and not claims.of(CutWord) and not claims.of(SizeWord):
                claims.use(index)  # "제조업체 고객"
            elif dimension.party or kinds & own:  # "거래처 대한상사": the word says what the name is
                claims.use(index)
                frame = narrow(frame, neighbour[1], own, dimension.party)
            else:
                bare.append((index, dimension))
        else:
            bare.append((index, dimension))
    if frame.listed or len(frame.metrics) > 1:
        claims.take(Sign.BY)  # "A와 B 각각"
    for index in claims.signs(Sign.BY):
        behind = claims.spans[index - 1].meaning if index else None
        if behind is Sign.BY or (
            isinstance(behind, MetricWord | VagueMeasure | UnitWord) and claims.text(index) not in _EACH
        ):
            claims.use(index)  # "매출 기준으로"
    notes = list(frame.notes)
    bare += _inside_metrics(frame, claims, catalog)
    inner: set[str] = set()
    inner_party = False
    if not ranked and not restricted:
        whole = [  # "부산 빼고 나머지 지역 매출 합", "업체들한테 나간 돈"
            index
            for index, _ in bare
            if any(s.meaning in (Sign.MERGED, Sign.TOTAL) for s in claims.spans)
            or claims.has(*_IN_ALL)
            or _is_recipient(claims, index)
        ]
        claims.use(*whole)
        bare = [(index, word) for index, word in bare if index not in whole]
    for index, dimension in bare:
        # Without 별: what is ranked ("상위 거래처"), or else all of them, which is then said.
        groupings, party = _add(groupings, party, dimension)
        claims.use(index)
        inner |= set(dimension.keys) - split
        inner_party = inner_party or (dimension.party and not split_party)
        if not ranked and not restricted and not frame.counted and not claims.signs(Sign.LIST):
            notes.append(f"{claims.text(index)}별로 나누어 보았습니다.")
    if groupings or party:
        claims.use(*(index for index in claims.signs(Sign.BY) if claims.text(index) in _EACH))
    for index, noun in claims.of(GrainNoun):
        by = claims.following(index, Sign.BY)
        if by is not None:  # "월 단위로"
            groupings.append(Grouping(DATE_DIMENSION, noun.grain))
            claims.use(index, by)
        elif (
            ranked or restricted or _each(claims, index)
        ):  # "매출이 가장 많은 달", "2억을 넘긴 달", "월 매출"
            groupings.append(Grouping(DATE_DIMENSION, noun.grain))
            inner.add(DATE_DIMENSION)
            claims.use(index)
    for index, counted in claims.of(HowManyWord):  # "1억 넘는 곳은 몇 곳"
        if index and isinstance(claims.spans[index - 1].meaning, MetricWord) and _is_count(frame, catalog):
            claims.use(index)  # 안전재고 미달 품목 수: the figure itself
            continue
        if counted.party:
            party = party or PartyGrouping(asks=WHERE)
        elif counted.counted:
            groupings.append(Grouping(counted.counted))
        else:
            continue
        claims.use(index)
        frame = replace(frame, counted=True)
    listed = _is_list(claims) or claims.has("게 뭐", "거 뭐", "건 뭐", "것이 뭐", "뭐 있", "뭐가 있")
    if not groupings and not party and not frame.counted and listed:
        groupings += map(Grouping, counted_things(frame, catalog))  # 재주문 대상 리스트
    if groupings or party or len(frame.names) > 1 or len(frame.metrics) > 1:
        claims.take(Sign.COMPARE)
    groupings = list(dict.fromkeys(groupings))
    frame = replace(frame, groupings=tuple(groupings), party=party, trend=trend, notes=tuple(notes))
    if cut and (asks := _inside_each(frame, claims, split, inner)):
        frame = asks
    elif cut:
        frame = _within(frame, split, inner, split_party=split_party, inner_party=inner_party)
    return _own(_statuses(frame, claims, catalog), claims, catalog), tuple(that)


def _is_recipient(claims: Claims, index: int) -> bool:
    """업체들한테 나간 돈, of them all; not 어느 창고에, 거래처에 얼마씩, nor a part of a name (원자재창고에)."""
    each = claims.has("씩", *_EACH) or claims.before(index).endswith(_WHICH)
    return claims.followed_by(index, *_TOWARDS) and not each and claims.neighbour(index, NameWord) is None


def _of_what_is_left_out(claims: Claims, index: int, *, summed: bool) -> bool:
    """서울 거래처 빼고; 서울 빼고 나머지 지역 합계."""
    before = claims.spans[index - 1].meaning if index else None
    behind = claims.spans[index + 1].meaning if index + 1 < len(claims.spans) else None
    left_out = isinstance(before, NameWord) and behind is Sign.EXCLUDE
    others = any(place > index for place, _ in claims.of(DimensionWord))
    return left_out or ((summed or others) and before is Sign.EXCLUDE)


def _each(claims: Claims, index: int) -> bool:
    """월 매출, 분기 수주액: a step of time right before a measure."""
    measure = index + 1 < len(claims.spans) and isinstance(claims.spans[index + 1].meaning, MetricWord)
    return measure and not claims.gap(index, index + 1)


def _is_list(claims: Claims) -> bool:
    lists = ((i, s.meaning) for i, s in enumerate(claims.spans))
    return any(m is Sign.WHICH_ONES or (m is Sign.LIST and claims.text(i) != "건") for i, m in lists)


def _is_count(frame: Frame, catalog: Catalog) -> bool:
    return bool(frame.metrics) and catalog.metrics[frame.metrics[0]].unit.kind is UnitKind.COUNT


def _inside_metrics(frame: Frame, claims: Claims, catalog: Catalog) -> list[tuple[int, DimensionWord]]:
    """안전재고 미달 품목: the things themselves, where their number isn't asked for."""
    found = []
    for index, claim in enumerate(claims.spans):
        if not isinstance(claim.meaning, MetricWord | VagueMeasure) or claims.next_is(index, HowManyWord):
            continue
        counts = [key for key in frame.metrics if catalog.metrics[key].unit.kind is UnitKind.COUNT]
        for key in counts[:1]:
            for dimension in catalog.dimensions.values():
                names = (dimension.display_name, *dimension.synonyms)
                known = dimension.key in catalog.metrics[key].dimensions
                if known and claims.text(index).endswith(names):
                    found.append((index, DimensionWord((dimension.key,))))
    return found


def _within(frame: Frame, split: set[str], inner: set[str], *, split_party: bool, inner_party: bool) -> Frame:
    """지역별 상위 3개 품목: what was said with 별 stands outside, the one ranked thing inside."""
    groupings, party = frame.groupings, frame.party
    outer = [g for g in groupings if g.dimension in split and g.dimension not in inner]
    inside = [g for g in groupings if g not in outer]
    if party is not None:
        others = party.keys[:1] and set(party.keys) & split
        party_outside = split_party or bool(others)
        if party_outside and not inner_party and len(inside) == 1:
            return replace(
                frame,
                groupings=(*outer, *inside),
                party=replace(party, position=0),
                top_within=len(outer) + 1,
            )
        if inner_party and not inside and outer:
            return replace(
                frame,
                groupings=tuple(outer),
                party=replace(party, position=len(outer)),
                top_within=len(outer),
            )
        both_split = party_outside and not inner_party and not inside and len(outer) == 1
        if both_split and (party.position == 1 or outer[0].dimension != DATE_DIMENSION):
            return replace(frame, top_within=1)  # 지역별 거래처별 상위 3곳
        return frame
    if outer and len(inside) == 1:
        return replace(frame, groupings=(*outer, *inside), top_within=len(outer))
    last = groupings[-1] if groupings else None
    if len(groupings) == len(outer) == 2 and last and last.dimension != DATE_DIMENSION:
        return replace(frame, top_within=1)  # 지역별 품목별 상위 3개
    return frame


def _inside_each(frame: Frame, claims: Claims, split: set[str], inner: set[str]) -> Frame | None:
    """거래처 그룹마다 상위 2곳씩: what isn't named is what the groups are of, or else whose the measure is."""
    outer = [grouping.dimension for grouping in frame.groupings]
    by = [claims.text(i) for i, span in enumerate(claims.spans) if span.meaning is Sign.BY]
    each = any(
        cut.count and ("마다" in by or claims.has(f"{claims.text(i).strip()}씩"))
        for i, cut in claims.of(CutWord)
    )
    if not each or inner or frame.party or len(outer) != 1 or outer[0] not in split:
        return None
    things = [thing for thing, group in _GROUPS.items() if group == outer[0]]
    if things:
        return replace(frame, groupings=(*frame.groupings, Grouping(things[0])), top_within=1)
    return replace(frame, party=PartyGrouping(asks=WHERE, position=1), top_within=1)


def _levels(frame: Frame, claims: Claims, catalog: Catalog, groupings: list[Grouping]) -> Frame:
    """대분류별, 최상위 창고별, 품목 대분류."""
    for index, word in claims.of(LevelWord):
        beside = claims.next_is(index, DimensionWord)
        before = index - 1 if index else -1
        if beside is None and before >= 0 and not claims.gap(before, index):
            meaning = claims.spans[before].meaning
            beside = (before, meaning) if isinstance(meaning, DimensionWord) else None
        named = beside is None and before >= 0 and isinstance(claims.spans[before].meaning, NameWord)
        if named and claims.following(index, Sign.BY) is None and not claims.gap(before, index):
            continue  # "스마트공장 프로젝트 1단계"
        key = "item_group"
        if beside and len(beside[1].keys) == 1:
            key = _GROUPS.get(beside[1].keys[0], beside[1].keys[0])
        elif beside and beside[1].party:
            key = _GROUPS["customer"]
        dimension = catalog.dimensions.get(key)
        if dimension is None or not dimension.hierarchical:
            continue
        claims.use(index)
        last = index
        if beside:
            claims.use(beside[0])
            last = max(index, beside[0])
        by = claims.following(last, Sign.BY)
        if by is not None:
            claims.use(by)
        groupings.append(Grouping(key, level=word.level))
    return frame


def unset(frame: Frame, claims: Claims) -> Frame:
    """브랜드 없는, 지역 미지정: rows without a member of it, where another word says what of them is asked."""
    members = list(frame.members)
    for index, word in claims.of(DimensionWord):
        behind = claims.next_is(index, AbsentWord)
        place = behind[0] if behind and behind[1].restricting else claims.following(index, Sign.UNSET)
        if place is not None and len(word.keys) == 1 and word.keys[0] != DATE_DIMENSION:
            claims.use(index, place)
            members.append(Members(word.keys[0], missing=True, fresh=True))
            whose = claims.next_is(place, DimensionWord)
            if whose and claims.following(whose[0], Sign.BY) is None and not claims.of(CutWord):
                claims.use(whose[0])  # 브랜드 없는 품목 매출: of them all
    return replace(frame, members=tuple(members))


def _own(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """우리 팀, 내: the asker's own member, for the dimensions that the catalog has."""
    members = list(frame.members)
    for index, word in claims.of(OwnWord):
        if word.dimension in catalog.dimensions:
            members.append(Members(word.dimension, own=True, fresh=True))
            claims.use(index)
    return replace(frame, members=tuple(members))


def _statuses(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    dimension = catalog.dimensions.get(_STATUS)
    members = list(frame.members)
    for index, word in claims.of(StatusWord):
        if dimension is None or _CLOSED_STATUSES & set(word.keys):
            continue
        values = tuple(member for member in dimension.members if member.key in word.keys)
        if values:
            members.append(Members(_STATUS, values=values, fresh=True))
            claims.use(index)
    return replace(frame, members=tuple(members))


def due_grouping(frame: Frame, claims: Claims, catalog: Catalog) -> Frame:
    """납기 beside documents or a measure without days: it is shown, not asked for."""
    words = claims.of(DueWord)
    dimension = catalog.dimensions.get(DUE_DATE_DIMENSION)
    knows = dimension is not None and all(
        DUE_DATE_DIMENSION in catalog.metrics[key].dimensions for key in frame.metrics
    )
    if not words or not knows or not frame.metrics:
        return frame
    claims.use(*(index for index, _ in words))
    steps = [g for g in frame.groupings if g.dimension == DATE_DIMENSION]
    if steps and not any(DATE_DIMENSION in catalog.metrics[key].dimensions for key in frame.metrics):
        moved = tuple(  # "월별 납기"
            Grouping(DUE_DATE_DIMENSION, g.grain) if g in steps else g for g in frame.groupings
        )
        return replace(frame, groupings=moved)
    grouping = Grouping(DUE_DATE_DIMENSION, Grain.DAY)
    by = claims.signs(Sign.BY)
    claims.use(*by)
    if grouping in frame.groupings or not (by or frame.documents or frame.groupings):
        return frame
    return replace(frame, groupings=(*frame.groupings, grouping))


def _add(
    groupings: list[Grouping], party: PartyGrouping | None, word: DimensionWord
) -> tuple[list[Grouping], PartyGrouping | None]:
    if word.party or len(word.keys) != 1:
        return groupings, PartyGrouping(word.keys, word.asks, len(groupings))
    if word.keys[0] == DATE_DIMENSION:
        return [*groupings, Grouping(DATE_DIMENSION, Grain.DAY)], party
    if word.keys[0] == DUE_DATE_DIMENSION:
        return [*groupings, Grouping(DUE_DATE_DIMENSION, Grain.DAY)], party
    return [*groupings, Grouping(word.keys[0])], party
