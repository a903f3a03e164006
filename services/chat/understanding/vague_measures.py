"""Words that fit several measures, and words that narrow one: 팔린, 실적, 연체된, 부가세 포함."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.semantic import Catalog, EntityKind, UnitKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.document_slots import is_left_of
from services.chat.understanding.frame import Frame
from services.chat.understanding.meanings import (
    CountWord,
    CutWord,
    DimensionWord,
    HowManyWord,
    NameWord,
    SizeWord,
    UnitWord,
    VagueMeasure,
)
from services.chat.understanding.measures import known
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

_TRADES: Final = load("ranking")["trades"]


def vague_slots(
    frame: Frame, claims: Claims, catalog: Catalog, metrics: Sequence[str], *, documented: bool, absent: bool
) -> tuple[Frame, list[str], tuple[str, ...]]:
    """Words that fit several measures, and words that narrow one ("연체된", "부가세 포함"); the third: to choose from."""
    found = list(metrics)
    options: list[str] = []
    of_account = any(
        all(c.entity.kind is EntityKind.ACCOUNT for c in word.candidates) for _, word in claims.of(NameWord)
    )
    vague = claims.of(VagueMeasure)
    for index, word in vague:
        meant = known(catalog, word.words)
        if of_account:  # "급여 얼마 나갔어"
            claims.use(index)
        elif len(word.words) > 1 and _can_be_of(meant, metrics, catalog):
            claims.use(index)
            options += meant
        elif documented and meant:
            claims.use(index)
            found = list(meant)  # 연체 송장
        elif meant and is_left_of(found, meant[0], catalog):
            claims.use(index)  # 발주했는데 안 들어온
        elif meant and found and claims.joined(index - 1, index):  # 미수랑 연체
            claims.use(index)
            found.append(meant[0])
        elif meant and (not found or _narrows(found, meant[0], catalog)):
            claims.use(index)
            found = [meant[0]] if not found else [_narrowed(key, meant, catalog) for key in found]
    if found or not options:
        return frame, found, ()
    if absent or claims.of(HowManyWord):  # whatever the figure, the rows are the same
        note = f"{catalog.metrics[options[0]].display_name} 기준으로 보았습니다."
        return replace(frame, notes=(*frame.notes, note)), options[:1], ()
    options = list(dict.fromkeys(options))
    if bought := _by_party(options, claims, catalog):
        return frame, list(bought), ()
    if any(word.due for _, word in vague) and len(options) == 2:
        return frame, options[1:], ()  # 갚을 돈: who speaks is to pay
    if _is_sum(options, claims, catalog):
        return frame, [key for key in options if catalog.metrics[key].unit.kind is UnitKind.CURRENCY], ()
    return frame, *_by_unit(tuple(options), claims, catalog)


def _can_be_of(meant: Sequence[str], metrics: Sequence[str], catalog: Catalog) -> bool:
    """Whether what is done with money or goods can be done with what was named: days off are not paid (연차 며칠 썼어)."""
    counted = {catalog.metrics[key].unit.kind for key in metrics}
    wanted = {catalog.metrics[key].unit.kind for key in meant}
    if not counted or not counted <= {UnitKind.DAYS, UnitKind.QUANTITY}:
        return True
    return bool(counted & wanted) or any(is_left_of(metrics, key, catalog) for key in meant)


def _is_sum(options: Sequence[str], claims: Claims, catalog: Catalog) -> bool:
    """어제 얼마 팔았어: of all things together there is an amount, but no quantity."""
    kinds = {catalog.metrics[key].unit.kind for key in options}
    of_things = (UnitWord, CutWord, SizeWord, CountWord, DimensionWord)
    named = {c.entity.kind for _, word in claims.of(NameWord) for c in word.candidates}
    return (
        len(options) == 2
        and kinds == {UnitKind.CURRENCY, UnitKind.QUANTITY}
        and claims.has("얼마")
        and not any(isinstance(claim.meaning, of_things) for claim in claims.spans)
        and named <= {EntityKind.CUSTOMER, EntityKind.SUPPLIER, EntityKind.COMPANY}
    )


def side_of(claims: Claims, catalog: Catalog) -> EntityKind | None:
    """Whether customers or suppliers are named: one of them and not both."""
    kinds = {
        c.entity.kind
        for span in claims.spans
        if isinstance(span.meaning, NameWord)
        for c in span.meaning.candidates
    }
    for _, said in claims.of(DimensionWord):
        if len(said.keys) == 1 and not said.party and (kind := catalog.dimensions[said.keys[0]].entity_kind):
            kinds.add(kind)
    sides = kinds & {EntityKind.CUSTOMER, EntityKind.SUPPLIER}
    return sides.pop() if len(sides) == 1 else None


def _by_party(options: Sequence[str], claims: Claims, catalog: Catalog) -> tuple[str, ...]:
    """동양철강에서 샀어, 서울유통이 안 준 돈: whoever can only be one side of a trade tells which trade it was."""
    side = side_of(claims, catalog)
    if side is None or any(word.kind is UnitKind.QUANTITY for _, word in claims.of(UnitWord)):
        return ()
    text = compact(" ".join(claims.text(index) for index, _ in claims.said(VagueMeasure)))
    trades = _TRADES.get(str(side), {})
    if bought := next((known(catalog, [name]) for stem, name in trades.items() if stem in text), ()):
        return bought
    fitting = tuple(key for key in options if catalog.metrics[key].party is side)
    return fitting if len(fitting) == 1 else ()


def _by_unit(options: tuple[str, ...], claims: Claims, catalog: Catalog) -> tuple[list[str], tuple[str, ...]]:
    """몇 개 팔렸어, 수량으로 많이 팔린: the measure that is counted so."""
    kinds = {word.kind for _, word in claims.of(UnitWord)}
    fitting = [key for key in options if catalog.metrics[key].unit.kind in kinds]
    return (fitting, ()) if len(fitting) == 1 else ([], options)


def _narrows(metrics: Sequence[str], narrow: str, catalog: Catalog) -> bool:
    name = catalog.metrics[narrow].display_name
    names = [catalog.metrics[key].display_name for key in metrics]
    return any(other in name or name in other for other in names)


def _narrowed(key: str, meant: Sequence[str], catalog: Catalog) -> str:
    """연체된 미수금: the narrower measure, where its name holds the wider one's."""
    name = catalog.metrics[key].display_name
    return next((m for m in meant if name in catalog.metrics[m].display_name), key)
