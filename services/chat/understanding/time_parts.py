"""Single named periods: 지난달, 작년 3분기, 9월 둘째 주, 2026-09, Q3, last month, FY26."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from services.chat.semantic import Grain
from services.chat.understanding.numbers import COUNT, count
from services.chat.understanding.periods import Period, add_months, period_of, week_of_month
from services.chat.understanding.words import alternatives, load

_WORDS: Final = load("time")
_RELATIVE_TABLES: Final = {
    "days": Grain.DAY, "weeks": Grain.WEEK, "months": Grain.MONTH, "quarters": Grain.QUARTER,
    "halves": Grain.HALF, "years": Grain.YEAR, "fiscal_years": Grain.FISCAL_YEAR,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """One named period before it is placed in time; a month, quarter, half or day may lack its year or month."""

    unit: Grain
    year: int | None = None
    number: int | None = None
    month: int | None = None
    day: int | None = None
    placed: Period | None = None
    ambiguous: bool = False
    """The word is also a plausible name ("전주")."""
    edge: bool = False
    """연초, 월초: only with 부터."""
    week: int = 0
    """Which week of the month, -1 for the last."""
    weekday: int | None = None
    third: int = 0
    """Which ten days of the month (상순, 중순, 하순)."""
    relative: bool = False
    note: str = ""


def _relative() -> dict[str, tuple[Grain, int]]:
    return {
        squeeze(phrase): (unit, offset)
        for table, unit in _RELATIVE_TABLES.items()
        for offset, phrases in _WORDS[table].items()
        for phrase in phrases
    }


def squeeze(text: str) -> str:
    return "".join(text.split()).lower()


def skip(text: str, position: int) -> int:
    while position < len(text) and text[position] == " ":
        position += 1
    return position


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_RELATIVE: Final[Mapping[str, tuple[Grain, int]]] = _relative()
_FROM_BEFORE: Final = frozenset(squeeze(phrase) for phrase in _WORDS["from_before"])
_ONLY_OF_THAT: Final = {word: (Grain(unit), n) for word, (unit, n) in _WORDS["only_of_that"].items()}
_AMBIGUOUS: Final = frozenset(_WORDS["ambiguous"])
_HALVES: Final = {name: number for number, names in _WORDS["half_names"].items() for name in names}
_MONTH_WORDS: Final[Mapping[str, int]] = _WORDS["month_words"]
_THIRDS: Final = {name: number for number, names in _WORDS["thirds"].items() for name in names}
_WEEK_NUMBERS: Final[Mapping[str, int]] = _WORDS["week_numbers"]
_MONTH_NAMES: Final = {name[:3]: number for number, name in enumerate(_WORDS["month_names"], start=1)}
_TO_DATE: Final = {word: Grain(unit) for word, unit in _WORDS["to_date"].items()}

_LONE: Final = r"(?<![0-9A-Za-z,.\-/])"
_END: Final = r"(?![0-9A-Za-z])"
_ISO_DAY: Final = compiled(_LONE + r"((?:19|20)\d{2})\s?[-./]\s?(\d{1,2})\s?[-./]\s?(\d{1,2})(?![\d\-/])\.?")
_SHORT_DAY: Final = compiled(_LONE + r"'?(\d{2})[-./](\d{1,2})[-./](\d{1,2})(?![\d\-/.])")
_ISO_MONTH: Final = compiled(_LONE + r"((?:19|20)\d{2})\s?[-./]\s?(1[0-2]|0?[1-9])(?![\d\-/])(?!\s*분기)")
_SHORT_MONTH: Final = compiled(
    _LONE + r"(?:'(\d{2})\s?[-./]\s?(1[0-2]|0?[1-9])(?![\d\-/.])월?|(\d{2})[-./](1[0-2]|0?[1-9])월)"
)
_EIGHT: Final = compiled(_LONE + r"((?:19|20)\d{2})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_SIX: Final = compiled(_LONE + r"(20\d{2})(0[1-9]|1[0-2])(?![\d\-])(?!\s*(?:개|원|건|번))")
_SLASH_DAY: Final = compiled(
    _LONE + r"(1[0-2]|0?[1-9])/(3[01]|[12]\d|0?[1-9])(?![\d/])(?!-\d+(?![\d/.]))(?!\s*분기)"
)
_DOT_DAY: Final = compiled(
    r"(?<![\d.,A-Za-z])(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0?[1-9])(?![\d.])(?=\s*(?:~|-|부터|까지))"
)
_DAY_BEHIND: Final = compiled(r"(?<!\d)(1[0-2]|0?[1-9])[./](3[01]|[12]\d|0?[1-9])(?![\d./])")
_YEAR: Final = compiled(
    r"(?<!\d)(?:((?:19|20)\d{2})\s*(?:년도|년|연도)|'?(\d{2})\s*(?:년도|년))"
    r"(?!\s*(?:간(?![단략추])|치|동안|전(?!체)|연속|이상|이하|이내|넘|지난|째|만에|뒤|후))"
)
_FISCAL: Final = compiled(
    r"(?<![A-Za-z0-9])(?:fy\s*'?((?:20)?\d{2})(?!\d)|((?:20)?\d{2})\s*년?\s*(?:회계\s*연도|회계\s*년도|회기))"
)
_BARE_YEAR: Final = compiled(
    r"(?<![\w,.\-/])((?:19|20)\d{2})(?![\w,.\-/%])(?=\s|$)|(?<![\w,.\-/])((?:20)?\d{2})(?=\s?(?:q[1-4]|[1-4]q|h[12]|[12]h)(?![a-z0-9]))"
)
_MONTH: Final = compiled(
    rf"(?<!\d)(1[0-2]|0?[1-9])\s*월(?:달)?(?!\s*간(?!단|략))(?!요일)|(?<![가-힣])({'|'.join(_MONTH_WORDS)})(?:달)?(?![가-힣]*요일)"
)
_MONTH_NAME: Final = compiled(
    rf"(?<![A-Za-z])({'|'.join(f'{n[:3]}(?:{n[3:]})?' if n[3:] else n for n in _WORDS['month_names'])})\.?(?![a-z])"
    r"(?:\s*,?\s*((?:19|20)\d{2}))?"
)
_DAY: Final = compiled(
    r"(?<!\d)(3[01]|[12]\d|0?[1-9])\s*일"
    r"(?!\s*(?:간(?![단략추])|동안|전(?!체)|이상|이하|초과|미만|넘|지난|이내|경과|안에|연속|째|요일|일|치|뒤|후|내(?![가-힣])))"
)
_QUARTER: Final = compiled(
    r"(?<![\d./])(?:제\s*)?([1-4]|(?<![가-힣])[일삼사](?=분기))\s*(?:/\s*4|사)?\s*분기(?!\s*(?:동안|간(?![단략추])|전(?!체)))|(?:(?<![A-Za-z])q([1-4])|(?<![A-Za-z0-9])([1-4])q)"
    + _END
)
_HALF: Final = compiled(rf"{alternatives(_HALVES)}|(?:(?<![A-Za-z])h([12])|(?<![A-Za-z0-9])([12])h){_END}")
_YEAR_BEHIND: Final = compiled(r"\s*[,']?\s*((?:19|20)\d{2})(?!\d)")
_WEEKDAY: Final = compiled("|".join(_WORDS["weekdays"]))
_WEEK_OF_MONTH: Final = compiled(
    rf"({alternatives(_WEEK_NUMBERS)})\s*주(?!\s*간)|([1-5])\s*(?:주\s*차|번째\s*주|째\s*주)"
)
_THIRD: Final = compiled(alternatives(_THIRDS))
_WEEKEND: Final = compiled(r"(지난|이번|저번|지지난)\s*주말")
_REL: Final = compiled(
    alternatives(
        phrase for table in _RELATIVE_TABLES for phrases in _WORDS[table].values() for phrase in phrases
    )
)
_OF_THAT: Final = compiled(rf"(?:{alternatives(_WORDS['of_that'])})\s*")
_BEFORE_THAT: Final = compiled(rf"(?:{alternatives(_ONLY_OF_THAT)})(?=\s|$|[은는의에도과와보을를이가~?.,])")
_UP_TO: Final = re.compile(r"\s?(?:까지|누적|누계)")
_THAT_TIME: Final = compiled(alternatives(_WORDS["that_time"]))
_LAST: Final = compiled(r"지난\s*")
_THIS: Final = compiled(r"(?:이번|금번)\s*(?=\d|상반기|하반기|[월화수목금토일]요일)")
_AGO: Final = compiled(
    rf"({COUNT})\s*(일|주일|주|개월|달|개\s*분기|분기|년|해)\s*전(?!\s*(?:체|부(?!터)|월|년|주|분|표))"
)
_AGO_WHOLE: Final = compiled(
    rf"({alternatives(_WORDS['amounts'])})\s*전(?!\s*(?:체|부(?!터)|월|년|주|분|표))"
)
_YEAR_START: Final = compiled(alternatives(_WORDS["year_start"]))
_MONTH_START: Final = compiled(alternatives(_WORDS["month_start"]))
_TO_DATE_WORD: Final = compiled(rf"(?<![A-Za-z])(?:{alternatives(_TO_DATE)})(?![A-Za-z])")
NOW: Final = compiled(rf"(?:{alternatives(_WORDS['now'])})(?:\s*(?:{alternatives(_WORDS['as_of'])}))?")

UNITS: Final = {squeeze(word): Grain(unit) for unit, words in _WORDS["units"].items() for word in words}
UNIT: Final = alternatives(word for words in _WORDS["units"].values() for word in words)
AMOUNTS: Final = {squeeze(phrase): (n, Grain(unit)) for phrase, (n, unit) in _WORDS["amounts"].items()}


class Parts:
    """Reads single periods for one day and one calendar."""

    def __init__(self, today: date, fiscal_start: int = 1) -> None:
        self._today = today
        self._fiscal_start = fiscal_start

    def part(self, text: str, start: int, *, behind: bool = False) -> tuple[Part, int] | None:
        """One named period at this place, and where it ends. `behind` another one's 부터, 9.15 is a day as well."""
        if behind and (match := _DAY_BEHIND.match(text, start)):
            return Part(Grain.DAY, month=int(match[1]), day=int(match[2])), match.end()
        return self._written(text, start) or self._named(text, start) or self._without_year(text, start)

    def _written(self, text: str, start: int) -> tuple[Part, int] | None:
        """Dates in figures."""
        for pattern in (_ISO_DAY, _EIGHT, _SHORT_DAY):
            if match := pattern.match(text, start):
                return Part(Grain.DAY, _year(match[1]), None, int(match[2]), int(match[3])), match.end()
        for pattern in (_ISO_MONTH, _SIX):
            if match := pattern.match(text, start):
                return Part(Grain.MONTH, int(match[1]), int(match[2])), match.end()
        if match := _SHORT_MONTH.match(text, start):  # '25.10, 25.10월
            return Part(Grain.MONTH, _year(match[1] or match[3]), int(match[2] or match[4])), match.end()
        for pattern in (_SLASH_DAY, _DOT_DAY):
            if match := pattern.match(text, start):
                return Part(Grain.DAY, month=int(match[1]), day=int(match[2])), match.end()
        return None

    def _named(self, text: str, start: int) -> tuple[Part, int] | None:
        if (match := _OF_THAT.match(text, start)) and (found := self._of_that(text, match.end())):
            return found
        if match := _YEAR_START.match(text, start):
            return Part(Grain.YEAR, placed=period_of(Grain.YEAR, self._today), edge=True), match.end()
        if match := _MONTH_START.match(text, start):
            return Part(Grain.MONTH, placed=period_of(Grain.MONTH, self._today), edge=True), match.end()
        if match := _TO_DATE_WORD.match(text, start):
            begun = period_of(_TO_DATE[squeeze(match[0])], self._today, 0, self._fiscal_start)
            return Part(Grain.DAY, placed=Period(begun.start, self._today)), match.end()
        if match := _FISCAL.match(text, start):
            return self._fiscal(_year(match[1] or match[2]), match.end(), text)
        if match := _YEAR.match(text, start):
            return self._inside_year(text, _year(match[1] or match[2]), match.end())
        if match := _BARE_YEAR.match(text, start):
            part, end = self._inside_year(text, _year(match[1] or match[2]), match.end())
            return replace(part, ambiguous=end == match.end()), end
        if match := _THAT_TIME.match(text, start):
            day = add_months(self._today, -12)
            if _UP_TO.match(text, match.end()):  # up to the same day
                return Part(Grain.DAY, placed=period_of(Grain.DAY, day)), match.end()
            month = period_of(Grain.MONTH, day)
            return Part(
                Grain.MONTH, placed=month, note=f"{month.start.year}년 {month.start.month}월로 보았습니다."
            ), match.end()
        if match := _WEEKEND.match(text, start):
            return self._weekend(match)
        if match := _AGO.match(text, start):
            unit = UNITS[squeeze(match[2])]
            return self._stepped(unit, -count(match[1])), match.end()
        if match := _AGO_WHOLE.match(text, start):
            number, unit = AMOUNTS[squeeze(match[1])]
            return self._stepped(unit, -number), match.end()
        if match := _REL.match(text, start):
            return self._relative(text, match)
        if match := NOW.match(text, start):
            return Part(Grain.DAY, placed=period_of(Grain.DAY, self._today)), match.end()
        if match := _LAST.match(text, start):
            return self._latest_past(text, match.end())
        if match := _THIS.match(text, start):
            return self._without_year(text, match.end())
        return None

    def _fiscal(self, year: int, end: int, text: str) -> tuple[Part, int]:
        """A fiscal year is called by the calendar year in which it begins."""
        if self._fiscal_start == 1:
            return self._inside_year(text, year, end)
        return Part(Grain.FISCAL_YEAR, placed=period_of(
            Grain.FISCAL_YEAR, date(year, self._fiscal_start, 1), 0, self._fiscal_start
        )), end  # fmt: skip

    def _weekend(self, match: re.Match[str]) -> tuple[Part, int]:
        offset = {"이번": 0, "지난": -1, "저번": -1, "지지난": -2}[match[1]]
        week = period_of(Grain.WEEK, self._today, offset)
        return Part(Grain.DAY, placed=Period(week.start + timedelta(days=5), week.end)), match.end()

    def _of_that(self, text: str, start: int) -> tuple[Part, int] | None:
        """그 전달, 그보다 한 달 전, 그 전해."""
        if match := _BEFORE_THAT.match(text, start):
            found: tuple[Part, int] | None = (
                self._stepped(*_ONLY_OF_THAT[squeeze(match[0])]),
                match.end(),
            )
        else:
            found = self._named(text, start)
        if not found or not found[0].placed or not found[0].placed.step:
            return None
        return replace(found[0], placed=replace(found[0].placed, of_that=True), ambiguous=False), found[1]

    def _stepped(self, unit: Grain, offset: int) -> Part:
        """So many units from today, or from the period spoken of."""
        placed = period_of(unit, self._today, offset, self._fiscal_start)
        return Part(unit, placed=replace(placed, step=(unit, offset)))

    def _relative(self, text: str, match: re.Match[str]) -> tuple[Part, int]:
        word = squeeze(match[0])
        unit, offset = _RELATIVE[word]
        placed = period_of(unit, self._today, offset, self._fiscal_start)
        if word in _FROM_BEFORE:
            placed = replace(placed, step=(unit, offset))
        end = match.end()
        inside = skip(text, end)
        if unit is Grain.YEAR:
            part, stop = self._inside_year(text, placed.start.year, end)
            if stop == end:
                part = replace(part, placed=placed)
            return replace(part, relative=True, ambiguous=stop == end and word in _AMBIGUOUS), stop
        if unit is Grain.MONTH:
            if day := _DAY.match(text, inside):
                return Part(Grain.DAY, placed.start.year, None, placed.start.month, int(day[1])), day.end()
            month = Part(Grain.MONTH, placed.start.year, placed.start.month)
            if found := _inside_month(month, text, inside):
                return found
        if unit is Grain.WEEK and (weekday := _WEEKDAY.match(text, inside)):
            index = _WORDS["weekdays"].index(weekday[0])
            return Part(Grain.DAY, placed=period_of(Grain.DAY, placed.start, index)), weekday.end()
        return Part(unit, placed=placed, ambiguous=word in _AMBIGUOUS, relative=True), end

    def _inside_year(self, text: str, year: int, end: int) -> tuple[Part, int]:
        inner = self._without_year(text, skip(text, end))
        if inner and (inner[0].unit is not Grain.DAY or inner[0].month):
            return replace(inner[0], year=year), inner[1]
        return Part(Grain.YEAR, year), end

    def _latest_past(self, text: str, start: int) -> tuple[Part, int] | None:
        """지난 9월, 지난 하반기, 지난 금요일: the latest that is over."""
        found = self._without_year(text, start)
        if not found or (found[0].unit is Grain.DAY and not found[0].month and found[0].weekday is None):
            return None
        part, end = found
        placed = self.place(part)
        if not placed:
            return None
        if placed.end >= self._today:
            if part.weekday is not None:
                placed = period_of(Grain.DAY, placed.start, -7)
            else:
                part = replace(part, year=placed.start.year - 1)
                placed = self.place(part)
        return (Part(part.unit, placed=placed), end) if placed else None

    def _without_year(self, text: str, start: int) -> tuple[Part, int] | None:
        if match := _MONTH.match(text, start):
            month = int(match[1]) if match[1] else _MONTH_WORDS[match[2]]
            inside = skip(text, match.end())
            if day := _DAY.match(text, inside):
                return Part(Grain.DAY, month=month, day=int(day[1])), day.end()
            part = Part(Grain.MONTH, number=month)
            return _inside_month(part, text, inside) or (part, match.end())
        if match := _MONTH_NAME.match(text, start):
            part = Part(Grain.MONTH, int(match[2]) if match[2] else None, _MONTH_NAMES[match[1][:3].lower()])
            return part, match.end()
        if match := _QUARTER.match(text, start):
            said = match[1] or match[2] or match[3]
            number = int(said) if said.isdigit() else {"일": 1, "삼": 3, "사": 4}[said]
            return _year_behind(Part(Grain.QUARTER, number=number), text, match)
        if match := _HALF.match(text, start):
            digits = match[1] or match[2]
            number = int(digits) if digits else _HALVES[squeeze(match[0])]
            return _year_behind(Part(Grain.HALF, number=number), text, match)
        if match := _DAY.match(text, start):
            return Part(Grain.DAY, day=int(match[1])), match.end()
        if match := _WEEKDAY.match(text, start):
            index = _WORDS["weekdays"].index(match[0])
            return Part(Grain.DAY, weekday=index), match.end()
        return None

    def place(self, part: Part, after: Period | None = None, like: Part | None = None) -> Period | None:
        """The period in time: the latest that has begun, or after `after` the next one, where no year is said."""
        if part.placed:
            return replace(part.placed, relative=True)
        if part.weekday is not None:
            return self._weekday(part.weekday, after)
        if part.unit is Grain.YEAR:
            year = period_of(Grain.YEAR, date(part.year or self._today.year, 1, 1))
            return replace(year, relative=part.relative)
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

    def _weekday(self, index: int, after: Period | None) -> Period:
        """The latest such day, or the first from `after`."""
        if after:
            return period_of(Grain.DAY, after.start, (index - after.start.weekday()) % 7)
        return period_of(Grain.DAY, self._today, -((self._today.weekday() - index) % 7))

    def _in_year(self, part: Part, year: int, after: Period | None) -> Period | None:
        try:
            if part.unit is Grain.DAY:
                if part.month or not part.day:
                    return period_of(Grain.DAY, date(year, part.month or 0, part.day or 0))
                anchor = after.start if after else self._today  # a day without its month
                day = anchor.replace(day=part.day)
                return period_of(Grain.DAY, day if after or day <= self._today else add_months(day, -1))
            size = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.HALF: 6}[part.unit]
            whole = period_of(part.unit, date(year, ((part.number or 1) - 1) * size + 1, 1))
        except ValueError:  # no such day
            return None
        if part.week:
            return week_of_month(whole.start, part.week)
        if part.third:
            first, last = {1: (1, 10), 2: (11, 20), 3: (21, whole.end.day)}[part.third]
            return Period(whole.start.replace(day=first), whole.start.replace(day=last))
        return whole


def _inside_month(part: Part, text: str, inside: int) -> tuple[Part, int] | None:
    """9월 둘째 주, 지난달 중순."""
    if week := _WEEK_OF_MONTH.match(text, inside):
        number = int(week[2]) if week[2] else _WEEK_NUMBERS[squeeze(week[1])]
        note = "주는 월요일부터 일요일까지로, 목요일이 든 달의 주로 세었습니다."
        return replace(part, week=number, note=note), week.end()
    if third := _THIRD.match(text, inside):
        return replace(part, third=_THIRDS[squeeze(third[0])]), third.end()
    return None


def _year_behind(part: Part, text: str, match: re.Match[str]) -> tuple[Part, int]:
    """Q3 2026."""
    if match[0][-1].isascii() and (year := _YEAR_BEHIND.match(text, match.end())):
        return replace(part, year=int(year[1])), year.end()
    return part, match.end()


def _year(digits: str) -> int:
    return int(digits) if len(digits) == 4 else 2000 + int(digits)
