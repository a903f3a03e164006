"""몇 개 있어, 어디에 남았어: the stock, where something that is kept is named and no measure is said."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.chat.semantic import Catalog, EntityKind, Grouping, UnitKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame
from services.chat.understanding.meanings import Sign, UnitWord
from services.chat.understanding.measures import known
from services.chat.understanding.morphemes import Morpheme
from services.chat.understanding.words import load

_WORDS: Final = load("ranking")["in_stock"]
_KEPT: Final = frozenset(EntityKind(kind) for kind in _WORDS["kinds"])
_BEING: Final = frozenset(_WORDS["being"])


def in_stock(frame: Frame, claims: Claims, morphemes: Sequence[Morpheme], catalog: Catalog) -> Frame:
    """The slots with the stock as the measure; 어디 by warehouse, 뭐 in a warehouse by item."""
    kinds = [{c.entity.kind for c in name.candidates} & _KEPT for name in frame.names]
    is_there = any(m.stem in _BEING for m in morphemes)
    pieces = any(
        isinstance(s.meaning, UnitWord) and s.meaning.kind is UnitKind.QUANTITY for s in claims.spans
    )
    is_there = is_there or (pieces and frame.period is None)  # 창고별로 몇 개?
    found = known(catalog, [_WORDS["measure"]])
    if frame.metrics or frame.metric_options or not kinds or not all(kinds) or not is_there or not found:
        return frame
    claims.take(Sign.WHICH_ONES, Sign.PRESENT)
    places = [kind == {EntityKind.WAREHOUSE} for kind in kinds]
    forms = {m.form for m in morphemes if m.tag == "NP"}
    groupings = frame.groupings
    if "어디" in forms and not any(places):
        groupings = (*groupings, Grouping(EntityKind.WAREHOUSE))
    elif forms & {"뭐", "무엇", "뭣", "뭐뭐"} and all(places):
        groupings = (*groupings, Grouping(EntityKind.ITEM))
    return replace(frame, metrics=found[:1], groupings=tuple(dict.fromkeys(groupings)))
