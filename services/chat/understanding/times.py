"""Matches words of time: 지난달, 작년 3분기, 9월 1일부터 15일까지, 2026-09, 최근 7일."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from services.chat.semantic import Grain
from services.chat.understanding.numbers import COUNT, count
from services.chat.understanding.periods import (
    Period,
    add_months,
    period_of,
    periods_before,
    recent,
    year_before,
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


@dataclass(frozen=True, slots=True)
class _Part:
    """One named period before it is placed in time; a month, quarter, half or day may lack its year or month."""

    unit: Grain
    year: int | None = None
    number: int | None = None
    month: int | None = None
    day: int | None = None
    placed: Period | None = None
    ambiguous: bool = False
    edge: bool = False  # year_start: only with 부터


def _relative() -> dict[str, tuple[Grain, int]]:
    tables = {
        "days": Grain.DAY, "weeks": Grain.WEEK, "months": Grain.MONTH, "quarters": Grain.QUARTER,
        "halves": Grain.HALF, "years": Grain.YEAR, "fiscal_years": Grain.FISCAL_YEAR,
    }  # fmt: skip
    return {
        "".join(phrase.split()): (unit, offset)
        for table, unit in tables.items()
        for offset, phrases in _WORDS[table].items()
        for phrase in phrases
    }


_RELATIVE: Final[Mapping[str, tuple[Grain, int]]] = _relative()
_AMBIGUOUS: Final = frozenset(_WORDS["ambiguous"])
_UNITS: Final = {
    word.replace(" ", ""): Grain(unit) for unit, words in _WORDS["units"].items() for word in words
}
_HALVES: Final = {name: number for number, names in _WORDS["half_names"].items() for name in names}
_AMOUNTS: Final = {
    "".join(phrase.split()): (n, Grain(unit)) for phrase, (n, unit) in _WORDS["amounts"].items()
}


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_NOT_INSIDE: Final = r"(?<![0-9A-Za-z,.\-/])"
_ISO_DAY: Final = _compile(
    _NOT_INSIDE + r"((?:19|20)\d{2})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})(?![\d\-/])\.?"
)
_ISO_MONTH: Final = _compile(_NOT_INSIDE + r"((?:19|20)\d{2})[-./](\d{1,2})(?![\d\-/])")
_EIGHT: Final = _compile(_NOT_INSIDE + r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?!\d)")
_SLASH_DAY: Final = _compile(_NOT_INSIDE + r"(\d{1,2})/(\d{1,2})(?![\d\-/])(?!\s*분기)")
_YEAR: Final = _compile(
    r"(?<!\d)(?:((?:19|20)\d{2})\s*(?:년도|년|연도)|'?(\d{2})\s*(?:년도|년))(?!\s*(?:간|치|동안|전|연속))"
)
_BARE_YEAR: Final = _compile(
    r"(?<![\w,.\-/])((?:19|20)\d{2})(?![\w,.\-/])(?=\s*(?:[상하]반기|\d\s*분기|\d{1,2}\s*월|매출|$))"
)
_MONTH: Final = _compile(r"(?<!\d)(1[0-2]|0?[1-9])\s*월(?!\s*간)(?!요일)")
_DAY: Final = _compile(
    r"(?<!\d)(3[01]|[12]\d|0?[1-9])\s*일(?!\s*(?:간|동안|전|이상|이하|초과|미만|넘|지난|연속|째|요일|일))"
)
_QUARTER: Final = _compile(
    r"(?<![\d./])([1-4])\s*(?:/\s*4)?\s*분기(?!\s*(?:동안|간|전))|(?<!\w)(?:q([1-4])|([1-4])q)(?!\w)"
)
_HALF: Final = _compile(alternatives(_HALVES))
_WEEKDAY: Final = _compile("|".join(_WORDS["weekdays"]))
_REL: Final = _compile(alternatives(
    phrase for table in ("days", "weeks", "months", "quarters", "halves", "years", "fiscal_years")
    for phrases in _WORDS[table].values() for phrase in phrases
))  # fmt: skip
_UNIT: Final = alternatives(word for words in _WORDS["units"].values() for word in words)
_RECENT: Final = _compile(
    rf"(?:{alternatives(_WORDS['recent'])})\s*(?:({COUNT})\s*({_UNIT})|({alternatives(_WORDS['amounts'])}))"
)
_PAST: Final = _compile(
    rf"(?:{alternatives(_WORDS['past'])})\s*(?:({COUNT})\s*({_UNIT})|({alternatives(_WORDS['amounts'])}))"
)
_AGO: Final = _compile(rf"({COUNT})\s*(일|주일|주|개월|달|년)\s*전(?!\s*(?:체|부|월|년|주|분))")
_YEAR_START: Final = _compile(alternatives(_WORDS["year_start"]))
_MONTH_START: Final = _compile(alternatives(_WORDS["month_start"]))
_VAGUE: Final = _compile(alternatives(_WORDS["vague"]))
_NOW: Final = _compile(rf"(?:{alternatives(_WORDS['now'])})(?:\s*(?:{alternatives(_WORDS['as_of'])}))?")
_BARE_RANGE: Final = _compile(r"(?<![\d,.\-/])(\d{1,2})\s*[~-]\s*(\d{1,2})\s*(월|분기|일)")

_JOIN: Final = _compile(rf"\s*(~|-|{alternatives(j for j in _WORDS['joins'] if len(j) > 1)})\s*")
_FROM: Final = _compile(rf"\s*(?:{alternatives(_WORDS['from'])})")
_SINCE: Final = _compile(rf"\s*(?:{alternatives(_WORDS['since'])})")
_BEFORE: Final = _compile(rf"\s*(?:{alternatives(_WORDS['before'])})(?!\s*(?:{COUNT})\s*(?:{_UNIT}))")
_UNTIL: Final = _compile(rf"\s*(?:{alternatives(_WORDS['until'])})(?:의)?(?:\s*사이)?")
_END_OF: Final = _compile(
    rf"\s*(?:{alternatives(_WORDS['end_of'])})(?![가-힣]*씀)(?=\s|$|[에의은는이을를까부~현재,])"
)
_AS_OF: Final = _compile(rf"\s*(?:{alternatives(_WORDS['as_of'])})(?:일)?(?!으로\s*나)")
_DURING: Final = _compile(rf"\s*(?:{alternatives(_WORDS['during'])})(?=\s|$|[의에은는]|매출|수주|발주|재고)")


class TimeMatcher:
    """Finds every expression of time in a text, for one day and one calendar."""

    def __init__(self, today: date, fiscal_start: int = 1, data_start: date | None = None) -> None:
        self._today = today
        self._fiscal_start = fiscal_start
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
        for pattern, make in ((_RECENT, recent), (_PAST, _past)):
            if match := pattern.match(text, start):
                number, unit = (
                    _AMOUNTS[_squeeze(match[3])] if match[3] else (count(match[1]), _unit(match[2]))
                )
                period = make(unit, number, self._today)
                return TimeMatch(start, _end(_DURING, text, match.end()), period)
        if match := _AGO.match(text, start):
            period = period_of(_unit(match[2]), self._today, -count(match[1]))
            return TimeMatch(start, match.end(), period)
        if (match := _BARE_RANGE.match(text, start)) and (found := self._bare_range(match)):
            return replace(found, end=_end(_UNTIL, text, found.end))
        if first := self._part(text, start):
            return self._range(text, start, *first)
        if match := _VAGUE.match(text, start):
            return TimeMatch(start, match.end(), None)
        return None

    def _bare_range(self, match: re.Match[str]) -> TimeMatch | None:
        """1~3월, 1-3분기, 1~15일."""
        unit = {"월": Grain.MONTH, "분기": Grain.QUARTER, "일": Grain.DAY}[match[3]]
        low, high = int(match[1]), int(match[2])
        if not 1 <= low < high <= {"월": 12, "분기": 4, "일": 31}[match[3]]:
            return None
        first = self._place(_Part(unit, number=low, day=low if unit is Grain.DAY else None))
        last = self._place(_Part(unit, number=high, day=high if unit is Grain.DAY else None), after=first)
        if not first or not last:
            return None
        return TimeMatch(match.start(), match.end(), Period(first.start, last.end))

    def _range(self, text: str, start: int, part: _Part, end: int) -> TimeMatch | None:
        """A part with what stands behind it: 부터 … 까지, 이후, 말, 기준, 동안."""
        first = self._place(part)
        if not first:
            return None
        if spanned := self._joined(text, start, part, first, end):
            return spanned
        if match := _FROM.match(text, end) or _SINCE.match(text, end):
            # "9월 이후" alone: up to today. The end may follow with other words between ("9월부터 … 까지").
            return TimeMatch(start, match.end(), Period(first.start, max(self._today, first.start)))
        if part.edge:
            return None
        if _NOW.fullmatch(text, start, end):
            return TimeMatch(start, end, replace(first, as_of=True))
        ended = _END_OF.match(text, end)
        if match := _UNTIL.match(text, ended.end() if ended else end):
            begin = date(first.end.year, 1, 1)
            note = f"{begin.year}년 1월 1일부터로 보았습니다."
            return TimeMatch(start, match.end(), Period(begin, first.end), note=note)
        if match := _BEFORE.match(text, end):
            begin = self._data_start or date(first.end.year - 10, 1, 1)
            return TimeMatch(start, match.end(), Period(min(begin, first.end), first.end))
        if ended and first.unit is not Grain.DAY:
            day = Period(first.end, first.end, Grain.DAY, as_of=True, year_said=first.year_said)
            return TimeMatch(start, _end(_AS_OF, text, ended.end()), day)
        if match := _AS_OF.match(text, end):
            return TimeMatch(start, match.end(), replace(first, as_of=first.unit is Grain.DAY))
        return TimeMatch(start, _end(_DURING, text, end), first, part.ambiguous)

    def _joined(self, text: str, start: int, part: _Part, first: Period, end: int) -> TimeMatch | None:
        """A span to a second part: 9월 1일부터 15일까지, 9/1~9/15."""
        join = _JOIN.match(text, end)
        second = self._part(text, join.end()) if join else None
        if not join or not second or (join[1] == "-" and not text[end - 1].isdigit()):
            return None
        last = self._place(second[0], after=first, like=part)
        if not last:
            return None
        stop = _end(_END_OF, text, _end(_UNTIL, text, second[1]))
        if last.start > self._today and part.year is None and not part.placed:
            first, last = year_before(first), year_before(last)
        if last.end < first.start:
            first, last = last, first
        return TimeMatch(start, stop, Period(first.start, last.end, year_said=part.year is not None))

    def _part(self, text: str, start: int) -> tuple[_Part, int] | None:
        """One named period at this place."""
        for pattern in (_ISO_DAY, _EIGHT):
            if match := pattern.match(text, start):
                return _Part(Grain.DAY, int(match[1]), None, int(match[2]), int(match[3])), match.end()
        if match := _ISO_MONTH.match(text, start):
            return _Part(Grain.MONTH, int(match[1]), int(match[2])), match.end()
        if match := _SLASH_DAY.match(text, start):
            return _Part(Grain.DAY, month=int(match[1]), day=int(match[2])), match.end()
        if match := _YEAR_START.match(text, start):
            return _Part(Grain.YEAR, placed=period_of(Grain.YEAR, self._today), edge=True), match.end()
        if match := _MONTH_START.match(text, start):
            return _Part(Grain.MONTH, placed=period_of(Grain.MONTH, self._today), edge=True), match.end()
        if match := _YEAR.match(text, start):
            year = int(match[1] or 2000 + int(match[2]))
            return self._inside_year(text, year, match.end())
        if match := _BARE_YEAR.match(text, start):
            return self._inside_year(text, int(match[1]), match.end())
        if match := _REL.match(text, start):
            return self._relative(text, match)
        if match := _NOW.match(text, start):
            return _Part(Grain.DAY, placed=period_of(Grain.DAY, self._today)), match.end()
        return self._without_year(text, start)

    def _relative(self, text: str, match: re.Match[str]) -> tuple[_Part, int] | None:
        word = _squeeze(match[0])
        unit, offset = _RELATIVE[word]
        placed = period_of(unit, self._today, offset, self._fiscal_start)
        end = match.end()
        if unit is Grain.YEAR:
            part, stop = self._inside_year(text, placed.start.year, end)
            if stop == end:
                part = replace(part, ambiguous=word in _AMBIGUOUS)
            return part, stop
        if unit is Grain.MONTH and (day := _DAY.match(text, _skip(text, end))):
            return _Part(Grain.DAY, placed.start.year, None, placed.start.month, int(day[1])), day.end()
        if unit is Grain.WEEK and (weekday := _WEEKDAY.match(text, _skip(text, end))):
            index = _WORDS["weekdays"].index(weekday[0])
            return _Part(Grain.DAY, placed=period_of(Grain.DAY, placed.start, index)), weekday.end()
        return _Part(unit, placed=placed, ambiguous=word in _AMBIGUOUS), end

    def _inside_year(self, text: str, year: int, end: int) -> tuple[_Part, int]:
        inner = self._without_year(text, _skip(text, end))
        if inner and (inner[0].unit is not Grain.DAY or inner[0].month):
            return replace(inner[0], year=year), inner[1]
        return _Part(Grain.YEAR, year), end

    def _without_year(self, text: str, start: int) -> tuple[_Part, int] | None:
        if match := _MONTH.match(text, start):
            month = int(match[1])
            if day := _DAY.match(text, _skip(text, match.end())):
                return _Part(Grain.DAY, month=month, day=int(day[1])), day.end()
            return _Part(Grain.MONTH, number=month), match.end()
        if match := _QUARTER.match(text, start):
            return _Part(Grain.QUARTER, number=int(match[1] or match[2] or match[3])), match.end()
        if match := _HALF.match(text, start):
            return _Part(Grain.HALF, number=_HALVES[_squeeze(match[0])]), match.end()
        if match := _DAY.match(text, start):
            return _Part(Grain.DAY, day=int(match[1])), match.end()
        return None

    def _place(self, part: _Part, after: Period | None = None, like: _Part | None = None) -> Period | None:
        """The period in time: the latest that has begun, or after `after` the next one, where no year is said."""
        if part.placed:
            return replace(part.placed, relative=True)
        if part.unit is Grain.YEAR:
            return period_of(Grain.YEAR, date(part.year or self._today.year, 1, 1))
        said = part.year is not None
        if said or not after:
            found = self._in_year(part, part.year or self._today.year, after)
            if found and not said and found.start > self._today:
                found = self._in_year(part, self._today.year - 1, after)
        else:
            found = self._in_year(part, after.start.year, after)
            if found and found.end < after.start:
                found = self._in_year(part, after.start.year + 1, after)
            said = bool(like and like.year is not None)
        return replace(found, year_said=said) if found else None

    def _in_year(self, part: _Part, year: int, after: Period | None) -> Period | None:
        try:
            if part.unit is Grain.DAY:
                if part.month or not part.day:
                    return period_of(Grain.DAY, date(year, part.month or 0, part.day or 0))
                anchor = after.start if after else self._today  # a day without its month
                day = anchor.replace(day=part.day)
                return period_of(Grain.DAY, day if after or day <= self._today else add_months(day, -1))
            size = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6}[part.unit]
            return period_of(part.unit, date(year, ((part.number or 1) - 1) * size + 1, 1))
        except ValueError:  # no such day
            return None


def _past(unit: Grain, number: int, today: date) -> Period:
    return periods_before(unit, number, today)


def _unit(word: str) -> Grain:
    return _UNITS[_squeeze(word)]


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] == " ":
        position += 1
    return position


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    """Where an optional word behind a period ends."""
    match = pattern.match(text, position)
    return match.end() if match else position
