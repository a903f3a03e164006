"""The words by which a question hangs on the one before."""

from typing import Final

from services.chat.understanding.claims import Claims
from services.chat.understanding.followup import Ties
from services.chat.understanding.frame import Memory
from services.chat.understanding.meanings import (
    CountWord,
    CutWord,
    DimensionWord,
    MetricWord,
    NameWord,
    PlaceWord,
    Sign,
    TimeWord,
)
from services.chat.understanding.morphemes import Morpheme

_REMOVING: Final = frozenset({"빼", "제거", "없애", "지우", "삭제", "제외", "풀", "해제"})


def ties(claims: Claims, memory: Memory, verb: Morpheme | None, *, adding: bool, plural: bool) -> Ties:
    """Take these words from the claims. `verb`: 바꿔 줘, 추가해 줘, 빼 줘."""
    removing = verb is not None and verb.form in _REMOVING
    dropped = _dropped(claims, removing)
    place = _place(claims, memory)
    return Ties(
        tied=claims.take(Sign.CONTINUES, Sign.CORRECTS),
        within=claims.take(Sign.WITHIN),
        adding=adding,
        removing=removing and not dropped,
        dropped=dropped,
        unfiltered=claims.take(Sign.UNFILTERED),
        total=claims.take(Sign.TOTAL) or _is_total(claims),
        reversed=claims.take(Sign.REVERSED) if memory.frame.ranked else False,
        again=claims.take(Sign.AGAIN),
        place=place,
        plural=plural,
        count=_count(claims, memory, verb),
    )


def _count(claims: Claims, memory: Memory, verb: Morpheme | None) -> int:
    """How many rows of before are wanted: "5개만", "10개로 늘려줘"."""
    counts = claims.of(CountWord)
    if len(counts) != 1 or not memory.frame.grouped or not (verb is not None or counts[0][1].only):
        return 0
    if any(isinstance(s.meaning, MetricWord | DimensionWord | CutWord) for s in claims.spans):
        return 0
    claims.use(counts[0][0])
    return counts[0][1].count


def _is_total(claims: Claims) -> bool:
    """Whether "합계" asks for the sum of the rows, and not for several names as one."""
    others = [s for s in claims.spans if not isinstance(s.meaning, Sign)]
    return not others and claims.take(Sign.MERGED)


def _dropped(claims: Claims, removing: bool) -> tuple[str, ...]:
    """Dimensions whose condition is to go: "지역 조건 빼줘", "거래처별은 빼고", "서울 조건 없이"."""
    found: list[str] = []
    for index, claim in enumerate(claims.spans):
        after = index + 1
        chain = [index]
        while after < len(claims.spans) and claims.spans[after].meaning in (Sign.CONDITION, Sign.BY):
            chain.append(after)
            after += 1
        excluding = after < len(claims.spans) and claims.spans[after].meaning is Sign.EXCLUDE
        if not (excluding or removing) or (len(chain) == 1 and not isinstance(claim.meaning, DimensionWord)):
            continue
        if isinstance(claim.meaning, DimensionWord):
            found += claim.meaning.keys or ("customer", "supplier")
        elif isinstance(claim.meaning, NameWord):
            found += {c.entity.kind.value for c in claim.meaning.candidates}
        elif isinstance(claim.meaning, TimeWord):
            found.append("date")
        else:
            continue
        claims.use(*chain, *([after] if excluding else []))
    return tuple(found)


def _place(claims: Claims, memory: Memory) -> int:
    """ "두 번째", or "2위" beside nothing but the kind of thing, where the answer before had so many rows."""
    for index, word in claims.of(PlaceWord):
        if word.place <= len(memory.shown):
            claims.use(index, *_kind_behind(claims, index))
            return word.place
    cuts = claims.of(CutWord)
    others = [s for s in claims.spans if not isinstance(s.meaning, CutWord | DimensionWord | Sign)]
    if len(cuts) == 1 and not others:
        index, cut = cuts[0]
        text = claims.text(index)
        exact = cut.count is not None and cut.descending is None and ("위" in text or "등" in text)
        if exact and cut.count is not None and 1 < len(memory.shown) >= cut.count and "까지" not in text:
            claims.use(index, *_kind_behind(claims, index))
            return cut.count
    return 0


def _kind_behind(claims: Claims, index: int) -> list[int]:
    """The kind of thing that is counted ("두 번째 거래처")."""
    behind = index + 1
    is_kind = behind < len(claims.spans) and isinstance(claims.spans[behind].meaning, DimensionWord)
    by = is_kind and behind + 1 < len(claims.spans) and claims.spans[behind + 1].meaning is Sign.BY
    return [behind] if is_kind and not by and not claims.gap(index, behind) else []
