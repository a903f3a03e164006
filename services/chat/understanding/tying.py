"""The words by which a question hangs on the one before."""

from collections.abc import Sequence
from typing import Final

from services.chat.understanding.claims import Claims
from services.chat.understanding.edits import Edits
from services.chat.understanding.frame import Frame, Memory
from services.chat.understanding.linking import ATTRIBUTES
from services.chat.understanding.meanings import (
    AverageWord,
    BoundWord,
    ChangeWord,
    ComparisonWord,
    CountWord,
    CutWord,
    DimensionWord,
    DocumentWord,
    MetricWord,
    NameWord,
    OrderWord,
    PlaceWord,
    Sign,
    SizeWord,
    Span,
    TimeWord,
    UnitWord,
)
from services.chat.understanding.morphemes import Morpheme

_REMOVING: Final = frozenset({"빼", "제거", "없애", "지우", "삭제", "제외", "풀", "해제"})
_LEAVING_OUT: Final = frozenset({"고", "면", "ᆫ", "은", "고요", "면요"})
_WHOLE: Final = ("전체", "모든")
_TOTALS: Final = ("총액", "총계", "총합", "전체")
_WHOLE_OF: Final = (DimensionWord, MetricWord)
_TOPIC: Final = ("은", "는", "ᆫ", "도")
_ALL: Final = ("전부", "모두", "전체", "다 보", "싹 다", "다 알려")
_SUM: Final = (" 합", "총합", "총액")
_SLOTS: Final = {
    Sign.COMPARE: "comparison",
    Sign.VERSUS: "comparison",
    ComparisonWord: "comparison",
    ChangeWord: "comparison",
    Sign.SHARE: "share",
    Sign.CUMULATIVE: "cumulative",
    Sign.TREND: "trend",
    Sign.RANK: "rank",
    AverageWord: "average",
    BoundWord: "bounds",
}
"""Which slot of before such a word means where it is told to go: "비교는 됐고", "비중 빼고"."""


def edits(
    claims: Claims, memory: Memory, said: Sequence[Morpheme], verb: Morpheme | None, *, adding: bool
) -> Edits:
    """Take these words from the claims. `said`: the whole question; `verb`: 바꿔 줘, 추가해 줘, 빼 줘."""
    removing = verb is not None and verb.form in _REMOVING and not _leaves_out(verb, said)
    other_than = _other_than(claims)
    dropped = (*_dropped(claims, memory.frame, removing=removing), *_of_all(claims))
    place = _place(claims, memory)
    merged = _with_names(claims, memory.frame, Sign.TOTAL, Sign.MERGED)
    count = _count(claims, memory, verb)
    claims.take(Sign.BESIDES)
    back = memory.frame != Frame() and _back(claims)
    return Edits(
        back=back,
        tied=claims.take(Sign.CONTINUES, Sign.CORRECTS) or back,
        within=claims.take(Sign.WITHIN),
        adding=adding or merged or _beside(claims) or _with_names(claims, memory.frame, Sign.INCLUDE),
        merged=merged,
        removing=removing and not dropped,
        other_than=other_than,
        dropped=dropped,
        unfiltered=claims.take(Sign.UNFILTERED),
        uncut=not any(not isinstance(s.meaning, Sign) for s in claims.spans) and claims.has(*_ALL),
        next=_next(claims, memory),
        rest=_rest(claims, memory),
        total=claims.take(Sign.TOTAL) or _is_total(claims) or _is_total_amount(claims, memory.frame),
        reversed=claims.take(Sign.REVERSED) if memory.frame.ranked else False,
        again=_again(claims),
        place=place,
        plural=claims.has("들"),
        together=2 if claims.has("둘 다", "둘다") else 3 if claims.has("셋 다", "셋다") else 0,
        count=count,
        uncounted=not any(cut.count for _, cut in claims.said(CutWord)) and not claims.said(CountWord),
        open=_is_open(claims, said),
        figure=claims.has("얼마", "얼만") and not claims.has("각각", "씩"),
        whole=any(_is_whole(claims, index) for index, _ in claims.said(*_WHOLE_OF)),
    )


def _leaves_out(verb: Morpheme, said: Sequence[Morpheme]) -> bool:
    """서울 빼고는, 빼면: what is left is asked for; 서울 빼줘 takes it back."""
    behind = [m for m in said if m.start > verb.start and not m.tag.startswith("XS")]
    return bool(behind) and behind[0].tag in ("EC", "ETM", "EF") and behind[0].form in _LEAVING_OUT


def _is_open(claims: Claims, said: Sequence[Morpheme]) -> bool:
    """Whether the predicate is that of the question before: 9월 매출은?, 매입은 얼마고?, 매출도 보여줘."""
    words = [m for m in said if not m.tag.startswith("S") and m.form != "요"]
    last = words[-1] if words else None
    topic = last is not None and last.tag == "JX" and last.form in _TOPIC
    goes_on = last is not None and last.tag in ("EC", "EF") and last.form == "고"
    measures = claims.said(MetricWord, DocumentWord)
    return topic or goes_on or any(claims.followed_by(index, "도") for index, _ in measures)


def _count(claims: Claims, memory: Memory, verb: Morpheme | None) -> int:
    """How many rows of before are wanted: "5개만", "10개로 늘려줘"."""
    counts = claims.of(CountWord)
    alone = len(claims.spans) == 1 and claims.followed_by(0, "로", "으로", "까지", "정도")  # 다섯 곳으로
    asked = verb is not None or alone or (counts and counts[0][1].only) or claims.signs(Sign.NEXT)
    if len(counts) != 1 or not memory.frame.grouped or not asked:
        return 0
    others = MetricWord | DimensionWord | CutWord | OrderWord | SizeWord
    if any(isinstance(s.meaning, others) for s in claims.spans):
        return 0
    claims.use(counts[0][0])
    return counts[0][1].count


def _with_names(claims: Claims, before: Frame, *signs: Sign) -> bool:
    """서울도 포함해서, 부산까지 합치면: beside names alone, where only one of them is said."""
    names = [s for s in claims.spans if isinstance(s.meaning, NameWord)]
    alone = all(isinstance(s.meaning, Sign | NameWord) for s in claims.spans)
    goes_on = alone and len(names) == 1 and before != Frame() and not before.record
    return goes_on and claims.take(*signs)


def _again(claims: Claims) -> bool:
    """표로, 엑셀로 받을 수 있어: whoever gets it that way."""
    again = claims.take(Sign.AGAIN)
    return again and (claims.take(Sign.ARISEN) or again)


def _next(claims: Claims, memory: Memory) -> bool:
    """더 보여줘, 그 다음 3개는: only of rows that were cut."""
    alone = all(isinstance(s.meaning, Sign | CountWord) for s in claims.spans)
    return alone and bool(memory.frame.top and memory.shown) and claims.take(Sign.NEXT)


def _rest(claims: Claims, memory: Memory) -> bool:
    """나머지는, 다른 거래처는: of rows that were chosen from, or beside the things that were asked for."""
    signs = claims.signs(Sign.REST)
    if claims.signs(Sign.EXCLUDE) and any(isinstance(s.meaning, NameWord) for s in claims.spans):
        claims.use(*signs)  # "서울 말고 다른 데": said already
        if claims.has(*_SUM):  # 부산 빼고 나머지 지역 매출 합
            signs += [i for i in claims.signs(Sign.EXCLUDE) if claims.text(i).endswith("나머지")]
        if any(claims.text(index) == "각각" for index in claims.signs(Sign.BY)):
            return False  # 베어링 말고 다른 품목군 각각
        claims.use(*(found[0] for sign in signs if (found := _unsplit(claims, sign))))
        return False
    alone = all(isinstance(s.meaning, Sign | DimensionWord) for s in claims.spans)
    frame = memory.frame
    chosen = frame.top or frame.bounds or any(not m.excluded for m in frame.members)
    return alone and bool(chosen) and claims.take(Sign.REST)


def _unsplit(claims: Claims, index: int) -> tuple[int, DimensionWord] | None:
    """The kind of thing behind a sign, where it is not to split by."""
    found = claims.next_is(index, DimensionWord)
    return found if found and claims.following(found[0], Sign.BY) is None else None


def _is_total(claims: Claims) -> bool:
    """Whether "합계" asks for the sum of the rows, and not for several names as one."""
    others = [s for s in claims.spans if not isinstance(s.meaning, Sign)]
    return not others and claims.take(Sign.MERGED)


def _is_total_amount(claims: Claims, before: Frame) -> bool:
    """총액만: of rows that were shown, where no measure is said."""
    sums = [index for index, _ in claims.of(UnitWord) if claims.text(index).startswith("총")]
    if not sums or not before.grouped or any(isinstance(s.meaning, MetricWord) for s in claims.spans):
        return False
    claims.use(*sums)
    return True


def _other_than(claims: Claims) -> bool:
    """거기 빼고, 그 거래처 말고: all but what is pointed at."""
    for index in claims.signs(Sign.EXCLUDE, Sign.CORRECTS):
        meanings = [s.meaning for s in claims.spans[:index]]
        points = meanings[-1:] == [Sign.IT]
        if points or (meanings[-2:-1] == [Sign.THAT] and isinstance(meanings[-1], DimensionWord)):
            claims.use(index)
            return True
    return False


def _of_all(claims: Claims) -> tuple[str, ...]:
    """다른 거래처까지, 전체 거래처로: the dimensions that are restricted no more."""
    if any(isinstance(s.meaning, MetricWord) for s in claims.spans):
        return ()
    for index, kind in claims.of(DimensionWord):
        others = index - 1 if index and claims.spans[index - 1].meaning is Sign.REST else None
        by = claims.following(index, Sign.BY)
        if by is not None and "별" in claims.text(by):
            continue
        if others is not None and claims.followed_by(index, "까지", "들까지"):
            claims.use(others)
        elif not _is_whole(claims, index):
            continue
        claims.use(index, *([by] if by is not None else []))
        keys = kind.keys if kind.keys and not kind.party else ("customer", "supplier")
        return (*keys, *(one for key in keys for one in ATTRIBUTES.get(key, ())))
    return ()


def _is_whole(claims: Claims, index: int) -> bool:
    """전체 매출, 모든 지역, 매출 총액."""
    behind = claims.behind(claims.spans[index].end).strip()
    totals = claims.text(index).endswith(_TOTALS) or behind.startswith(_TOTALS)
    return totals or claims.before(index).endswith(_WHOLE)


def _back(claims: Claims) -> bool:
    """아까 매출로, 그 수주액: a measure that was asked for before."""
    signs = [index for index in claims.signs(Sign.THAT) if claims.next_is(index, MetricWord)]
    claims.use(*signs)
    return bool(signs)


def _beside(claims: Claims) -> bool:
    """수주액도 같이: one measure beside the other."""
    return any(claims.followed_by(index, "도") for index, _ in claims.said(MetricWord)) and claims.has(
        " 같이", "함께", "나란히"
    )


def _dropped(claims: Claims, before: Frame, *, removing: bool) -> tuple[str, ...]:
    """Dimensions whose condition is to go: "지역 조건 빼줘", "거래처별은 빼고", "서울 조건 없이"."""
    found: list[str] = []
    for index, claim in enumerate(claims.spans):
        after = index + 1
        chain = [index]
        while after < len(claims.spans) and claims.spans[after].meaning in (Sign.CONDITION, Sign.BY):
            chain.append(after)
            after += 1
        sign = (
            claims.spans[after].meaning if after < len(claims.spans) and not claims.is_used(after) else None
        )
        regardless = sign is Sign.REGARDLESS
        excluding = sign is Sign.EXCLUDE or regardless
        slot = _slot(claim, before)
        if (
            index
            and isinstance(claims.spans[index - 1].meaning, NameWord)
            and not claims.gap(index - 1, index)
        ):
            continue  # 서울 거래처 빼고: of what is named
        if not (excluding or removing) or (
            len(chain) == 1 and not slot and not isinstance(claim.meaning, DimensionWord)
        ):
            continue
        if slot:
            found.append(slot)
        elif isinstance(claim.meaning, DimensionWord):
            found += claim.meaning.keys or ("customer", "supplier")
        elif isinstance(claim.meaning, NameWord):
            found += {c.entity.kind.value for c in claim.meaning.candidates}
        elif isinstance(claim.meaning, TimeWord):
            found.append("date")
        else:
            continue
        claims.use(*chain, *([after] if excluding else []))
    return tuple(found)


def _slot(claim: Span, before: Frame) -> str:
    """The slot that a word means, where it was filled before."""
    meaning = claim.meaning
    slot = _SLOTS.get(meaning if isinstance(meaning, Sign) else type(meaning), "")
    return slot if slot and getattr(before, slot) else ""


def _place(claims: Claims, memory: Memory) -> int:
    """ "두 번째", or "2위" beside nothing but the kind of thing, where the answer before had so many rows."""
    for index, word in claims.of(PlaceWord):
        if word.place <= len(memory.shown):
            claims.use(index, *_kind_behind(claims, index))
            return word.place
    cuts = claims.of(CutWord)
    others = [s for s in claims.spans if not isinstance(s.meaning, CutWord | DimensionWord | Sign)]
    if cuts and (_is_topic(claims, cuts[0][0]) or (len(cuts) == 1 and not others)):
        index, cut = cuts[0]
        text = claims.text(index)
        exact = cut.count is not None and cut.descending is None and ("위" in text or "등" in text)
        exact = exact and cut.first in (0, cut.count)
        if exact and cut.count is not None and 1 < len(memory.shown) >= cut.count and "까지" not in text:
            claims.use(index, *_kind_behind(claims, index))
            return cut.count
    return 0


def _is_topic(claims: Claims, index: int) -> bool:
    """3위 업체는 10월에 얼마 했어, 2위는 누가 제일 많이 샀어: the row, before anything else is said."""
    before = all(isinstance(span.meaning, Sign) for span in claims.spans[:index])
    return before and claims.followed_by([index, *_kind_behind(claims, index)][-1], "은", "는")


def _kind_behind(claims: Claims, index: int) -> list[int]:
    """The kind of thing that is counted ("두 번째 거래처")."""
    behind = index + 1
    is_kind = behind < len(claims.spans) and isinstance(claims.spans[behind].meaning, DimensionWord)
    by = is_kind and behind + 1 < len(claims.spans) and claims.spans[behind + 1].meaning is Sign.BY
    return [behind] if is_kind and not by and not claims.gap(index, behind) else []
