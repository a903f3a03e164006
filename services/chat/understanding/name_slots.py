"""The slots of names: which were said, listed, left out, or taken as one sum."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from services.chat.semantic import EntityKind
from services.chat.understanding.claims import Claims
from services.chat.understanding.frame import Frame, Name
from services.chat.understanding.meanings import CountWord, DimensionWord, NameWord, Sign, Span
from services.chat.understanding.relative import AMONG

_OR: Final = frozenset({"또는", "혹은", "이나", "나", "이거나", "거나", "이든", "든", "or"})


def name_slots(frame: Frame, claims: Claims) -> Frame:
    names: list[Name] = []
    places = [index for index, _ in claims.of(NameWord)]
    for index, word in claims.of(NameWord):
        excluding = _exclusion(claims, index, places)
        names.append(
            Name(
                word.mention,
                word.candidates,
                word.total_count,
                excluded=excluding,
                others=word.others,
                among=index > 0 and claims.gap(index - 1, index) in AMONG,
            )
        )
        claims.use(index)
    names = _alike(names, [claims.joined(first, second) for first, second in pairwise(places)])
    frame = _merged(frame, claims, places)
    claims_of_exclusion = claims.signs(Sign.EXCLUDE)
    if names and any(name.excluded for name in names):
        claims.use(*claims_of_exclusion)
    # A와 B: each on its own row, never summed.
    listed = not frame.merged and any(
        claims.joined(first, second)
        for first, second in pairwise(places)
        if second == first + 1 and not names[places.index(first)].excluded
    )
    return replace(frame, names=tuple(names), listed=listed)


def _alike(names: Sequence[Name], joined: Sequence[bool]) -> list[Name]:
    """마루산업과 마루유통: what is listed together is of one kind, where it can be."""
    alike = list(names)
    for place, (first, second) in enumerate(pairwise(names)):
        kinds = {c.entity.kind for c in first.candidates} & {c.entity.kind for c in second.candidates}
        if joined[place] and kinds:
            alike[place : place + 2] = [_of_kinds(name, kinds) for name in alike[place : place + 2]]
    return alike


def _of_kinds(name: Name, kinds: Collection[EntityKind]) -> Name:
    """Only the candidates of these kinds, where there are any."""
    kept = tuple(c for c in name.candidates if c.entity.kind in kinds)
    dropped = len(name.candidates) - len(kept)
    return (
        replace(name, candidates=kept, total_count=max(len(kept), name.total_count - dropped))
        if kept
        else name
    )


def _merged(frame: Frame, claims: Claims, places: Sequence[int]) -> Frame:
    """A또는 B, A랑 B 합쳐서: one figure of them all."""
    several = len(places) > 1
    either = several and any(
        claims.gap(first, second) in _OR for first, second in pairwise(places) if second == first + 1
    )
    signs = claims.signs(Sign.MERGED)
    if several and (either or signs):
        claims.use(*signs)
        return replace(frame, merged=True)
    claims.use(*(i for i in signs if claims.text(i) not in _OR))  # a sum is what is shown anyway
    return frame


def merge_parts(claims: Claims) -> None:
    """Parts of one name that stand side by side ("M8 볼트") name what fits them all."""
    index = 0
    while index + 1 < len(claims.spans):
        first, second = claims.spans[index], claims.spans[index + 1]
        if (
            isinstance(first.meaning, NameWord)
            and isinstance(second.meaning, NameWord)
            and not claims.gap(index, index + 1)
        ):
            other = {candidate.entity for candidate in second.meaning.candidates}
            both = tuple(c for c in first.meaning.candidates if c.entity in other)
            if both:
                mention = f"{first.meaning.mention} {second.meaning.mention}"
                claims.spans[index : index + 2] = [
                    Span(first.start, second.end, NameWord(mention, both, len(both)), first.weight)
                ]
                continue
        index += 1


def part_said(claims: Claims) -> bool:
    """Whether it is said what the part of a whole is: Toner 비중, … 차지하는 비중."""
    return any(
        claims.text(index).startswith("차지") or isinstance(claims.spans[index - 1].meaning, NameWord)
        for index, span in enumerate(claims.spans)
        if index and span.meaning is Sign.SHARE
    )


def _exclusion(claims: Claims, index: int, places: Sequence[int]) -> bool:
    """Whether 제외, 빼고 … belongs to this name, or to the list that it is in."""
    while True:
        if claims.following(index, Sign.EXCLUDE) is not None:
            return True
        if claims.next_is(index, DimensionWord) and not claims.gap(index, index + 1):
            return claims.following(index + 1, Sign.EXCLUDE) is not None  # 서울 거래처 빼고
        counted = claims.next_is(index, CountWord)
        if counted and counted[1].count == len(places) > 1:
            return claims.following(index + 1, Sign.EXCLUDE) is not None  # A와 B 두 곳은 빼고
        if index + 1 in places and (claims.joined(index, index + 1) or _both_left_out(claims, index)):
            index += 1
            continue
        return False


def _both_left_out(claims: Claims, index: int) -> bool:
    """A도 B도 아닌, A도 B도 빼고."""
    behind = claims.following(index + 1, Sign.EXCLUDE)
    return behind is not None and claims.gap(index, index + 1) == claims.gap(index + 1, behind) == "도"


def narrow(frame: Frame, word: NameWord, kinds: set[EntityKind | None], party: bool) -> Frame:
    """Keep those candidates of a name that are what the word beside it says."""
    wanted = {kind for kind in kinds if kind} | (
        {EntityKind.CUSTOMER, EntityKind.SUPPLIER} if party else set()
    )
    names = [_of_kinds(name, wanted) if name.mention == word.mention else name for name in frame.names]
    return replace(frame, names=tuple(names))
