"""Matches words of time: 지난달, 작년 3분기까지, 9월 1일부터 15일까지, 2026-09, 최근 7일, 이번 달 들어."""

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.chat.semantic import Grain
from services.chat.understanding.numbers import COUNT, count
from services.chat.understanding.periods import Period, period_of, periods_before, recent, year_before
from services.chat.understanding.time_parts import (
    AMOUNTS,
    NOW,
    UNIT,
    UNITS,
    Part,
    Parts,
    compiled,
    skip,
    squeeze,
)
from services.chat.understanding.words import alternatives, load

_WORDS: Final = load("time")


@dataclass(frozen=True, slots=True)
class TimeMatch:
    """A period between two places of the text; None where the words leave it open ("최근")."""

    start: int
    end: int
    period: Period | None
    ambiguous: bool = False
    """The word is also a plausible name ("전주")."""
    note: str = ""
    """An assumption to be said."""
    until: bool = False
    """Only its end was said ("9월까지")."""
    since: bool = False
    """Only its beginning was said ("9월 이후")."""


_LIMIT: Final = r"(?!\s*(?:이상|이하|초과|미만|넘|경과))"
_AMOUNT: Final = rf"(?:({COUNT})\s*({UNIT})|({alternatives(_WORDS['amounts'])})){_LIMIT}"
_RECENT: Final = compiled(rf"(?:{alternatives(_WORDS['recent'])})\s*{_AMOUNT}")
_PAST: Final = compiled(rf"(?:{alternatives(_WORDS['past'])})\s*{_AMOUNT}")
_LATELY: Final = compiled(rf"(?<![\d.,]){_AMOUNT}\s*(?:동안|간(?![가-힣])|치(?![가-힣])|이내|내(?![가-힣]))")
_LAST_ENGLISH: Final = compiled(
    r"(?<![a-z])(?:last|past)\s+(\d{1,3})\s+(day|week|month|quarter|year)s?(?![a-z])"
)
_BARE_RANGE: Final = compiled(r"(?<![\d,.\-/])(\d{1,2})\s*[~-]\s*(\d{1,2})\s*(월|분기|일)")

_JOIN: Final = compiled(rf"\s*(~|-|{alternatives(j for j in _WORDS['joins'] if len(j) > 1)})\s*")
_FROM: Final = compiled(rf"\s*(?:{alternatives(_WORDS['from'])})")
_SINCE: Final = compiled(rf"\s*(?:{alternatives(_WORDS['since'])})")
_INTO: Final = compiled(rf"\s*(?:{alternatives(_WORDS['into'])})(?![가-힣])")
_BEFORE: Final = compiled(rf"\s*(?:{alternatives(_WORDS['before'])})(?!\s*(?:{COUNT})\s*(?:{UNIT}))")
_UNTIL: Final = compiled(rf"\s*(?:{alternatives(_WORDS['until'])})(?:의)?(?:\s*사이)?")
_BEHIND: Final = r"(?=\s|$|[에의은는이을를까부~,과와보대하랑]|현재|기준|재고|미수|미지급|잔|매출|수주|발주)"
_END_OF: Final = compiled(rf"\s*(?:{alternatives(_WORDS['end_of'])})(?![가-힣]*씀){_BEHIND}")
_START_OF: Final = compiled(rf"\s*(?:{alternatives(_WORDS['start_of'])})(?=\s|$|[에의은는])")
_LAST_DAY: Final = compiled(rf"(?:{alternatives(_WORDS['last_day'])})\s*$")
_FIRST_DAY: Final = compiled(rf"\s*(?:{alternatives(_WORDS['first_day'])})(?=\s|$|[의에은는])")
_AS_OF: Final = compiled(rf"\s*(?:{alternatives(_WORDS['as_of'])})(?:일)?(?!으로\s*나)(?:(?=으로)|{_BEHIND})")
_DURING: Final = compiled(
    rf"\s*(?:{alternatives(_WORDS['during'])})(?!\s*(?:평균|마다|별))(?=\s|$|[의에은는]|매출|수주|발주|재고)"
)
_ALL_DAY: Final = compiled(rf"\s*하루(?:\s*동안)?(?!\s*평균)(?=\s|$|[의에은는])|{_DURING.pattern}")
_PART_OF: Final = compiled(
    r"\s*(?:의\s*)?(?:맨\s*)?(마지막|첫)(?:\s*번째)?\s*(달|분기|주)(?=\s|$|[의에은는만])"
)
_VAGUE: Final = compiled(alternatives(_WORDS["vague"]))


class TimeMatcher:
    """Finds every expression of time in a text, for one day and one calendar."""

    def __init__(self, today: date, fiscal_start: int = 1, data_start: date | None = None) -> None:
        self._today = today
        self._parts = Parts(today, fiscal_start)
        self._data_start = data_start

    def matches(self, text: str, edges: Container[int]) -> Iterator[TimeMatch]:
        """The expressions, left to right, the longest at each place, none inside another.

        They begin at an edge of a word, and end at one unless they are long enough to be no chance.
        """
        position = 0
        while position < len(text):
            found = self._at(text, position) if position in edges and text[position] != " " else None
            if found and (found.end in edges or found.end - found.start > 2):
                yield found
                position = found.end
            else:
                position += 1

    def _at(self, text: str, start: int) -> TimeMatch | None:
        if found := self._counted(text, start):
            return found
        if (match := _BARE_RANGE.match(text, start)) and (ranged := self._bare_range(match)):
            return replace(ranged, end=_end(_UNTIL, text, ranged.end))
        if first := self._parts.part(text, start):
            return self._range(text, start, *first)
        if match := _VAGUE.match(text, start):
            return TimeMatch(start, match.end(), None)
        return None

    def _counted(self, text: str, start: int) -> TimeMatch | None:
        """최근 7일, 지난 3개월, 3개월간, last 7 days."""
        if match := _LAST_ENGLISH.match(text, start):
            return TimeMatch(start, match.end(), recent(Grain(match[2].lower()), int(match[1]), self._today))
        for pattern, make in ((_RECENT, recent), (_PAST, periods_before), (_LATELY, recent)):
            if match := pattern.match(text, start):
                number, unit = (
                    AMOUNTS[squeeze(match[3])] if match[3] else (count(match[1]), UNITS[squeeze(match[2])])
                )
                if number == 0:
                    return None
                period = make(unit, number, self._today)
                note = "오늘까지의 기간으로 보았습니다." if pattern is _LATELY else ""
                if pattern is _PAST and unit is Grain.QUARTER and number > 1:
                    note = f"끝난 {number}개 분기로 보았습니다."
                end = _end(_DURING, text, match.end())
                return TimeMatch(start, end, period, note=note)
        return None

    def _bare_range(self, match: re.Match[str]) -> TimeMatch | None:
        """1~3월, 1-3분기, 1~15일."""
        unit = {"월": Grain.MONTH, "분기": Grain.QUARTER, "일": Grain.DAY}[match[3]]
        low, high = int(match[1]), int(match[2])
        if not 1 <= low < high <= {"월": 12, "분기": 4, "일": 31}[match[3]]:
            return None
        first = self._parts.place(Part(unit, number=low, day=low if unit is Grain.DAY else None))
        last = self._parts.place(
            Part(unit, number=high, day=high if unit is Grain.DAY else None), after=first
        )
        if not first or not last:
            return None
        return TimeMatch(match.start(), match.end(), Period(first.start, last.end))

    def _range(self, text: str, start: int, part: Part, end: int) -> TimeMatch | None:
        """A part with what stands behind it: 부터 … 까지, 이후, 말, 기준, 동안."""
        first = self._parts.place(part)
        if not first:
            return None
        if match := _PART_OF.match(text, end):
            unit = UNITS[squeeze(match[2])]
            last = match[1].startswith("마")
            part_of = period_of(unit, first.end if last else first.start)
            if first.unit is not None and first.unit is not unit and part_of.start >= first.start:
                return self._range(text, start, Part(unit, placed=part_of), match.end())
        if spanned := self._joined(text, start, part, first, end) or self._inside(text, start, first, end):
            return spanned
        if match := _INTO.match(text, end):
            return TimeMatch(start, match.end(), Period(first.start, max(self._today, first.start)))
        if match := _FROM.match(text, end) or _SINCE.match(text, end):
            # "9월 이후" alone: up to today. The end may follow with other words between ("9월부터 … 까지").
            period = Period(first.start, max(self._today, first.start))
            return TimeMatch(start, match.end(), period, since=True)
        if part.edge:
            return None
        if NOW.fullmatch(text, start, end):
            if until := _UNTIL.match(text, end):
                return self._until(start, until.end(), first)
            return TimeMatch(start, end, replace(first, as_of=True))
        ended = _END_OF.match(text, end)
        if match := _UNTIL.match(text, ended.end() if ended else end):
            return self._until(start, match.end(), first)
        if match := _BEFORE.match(text, end):
            begin = self._data_start or date(first.end.year - 10, 1, 1)
            return TimeMatch(start, match.end(), Period(min(begin, first.end), first.end), until=True)
        if ended and first.unit is not Grain.DAY:
            stop = _end(_AS_OF, text, ended.end())
            state = stop > ended.end() or not _LAST_DAY.search(text, ended.start(), ended.end())
            day = Period(first.end, first.end, Grain.DAY, as_of=state, year_said=first.year_said)
            day = replace(day, step=first.step, of_that=first.of_that)
            return TimeMatch(start, stop, day)
        if first.unit is not Grain.DAY and (match := _FIRST_DAY.match(text, end)):
            day = Period(first.start, first.start, Grain.DAY, year_said=first.year_said)
            return TimeMatch(start, match.end(), day)
        if match := _AS_OF.match(text, end):
            return TimeMatch(start, match.end(), replace(first, as_of=first.unit is Grain.DAY))
        if first.unit is Grain.MONTH and (match := _START_OF.match(text, end)):
            period = Period(first.start, first.start.replace(day=10))
            return TimeMatch(start, match.end(), period, note="초는 1일부터 10일까지로 보았습니다.")
        during = _ALL_DAY if first.unit is Grain.DAY else _DURING
        return TimeMatch(start, _end(during, text, end), first, part.ambiguous, note=part.note)

    def _until(self, start: int, end: int, first: Period) -> TimeMatch:
        begin = date(first.end.year, 1, 1)
        note = f"{begin.year}년 1월 1일부터로 보았습니다."
        return TimeMatch(start, end, Period(begin, first.end), note=note, until=True)

    def _inside(self, text: str, start: int, first: Period, end: int) -> TimeMatch | None:
        """이번 달 오늘까지: the end of a part of the period before it."""
        second = self._parts.part(text, skip(text, end))
        if not second or first.unit in (None, Grain.DAY):
            return None
        last = self._parts.place(second[0], after=first)
        until = _UNTIL.match(text, second[1])
        if not last or not until or not first.start <= last.end <= first.end:
            return None
        return TimeMatch(start, until.end(), Period(first.start, last.end, year_said=first.year_said))

    def _joined(self, text: str, start: int, part: Part, first: Period, end: int) -> TimeMatch | None:
        """A span to a second part: 9월 1일부터 15일까지, 9/1~9/15."""
        join = _JOIN.match(text, end)
        second = self._parts.part(text, join.end(), behind=True) if join else None
        if not join or not second or (join[1] == "-" and not text[end - 1].isdigit()):
            return None
        last = self._parts.place(second[0], after=first, like=part)
        if not last:
            return None
        stop = _end(_END_OF, text, _end(_UNTIL, text, second[1]))
        if last.start > self._today and part.year is None and not part.placed:
            first, last = year_before(first), year_before(last)
        if last.end < first.start:
            first, last = last, first
        return TimeMatch(start, stop, Period(first.start, last.end, year_said=part.year is not None))


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where an optional word behind a period ends."""
    match = pattern.match(text, position)
    return match.end() if match else position
