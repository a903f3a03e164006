"""What goes into a file, whatever its format: headings, texts of cells, the notes beside the table, its name."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeGuard

from services.erp.core.query import Grain
from services.erp.core.result import (
    Column,
    EntityReference,
    ResultContext,
    Role,
    Source,
    Table,
    Unit,
    UnitKind,
    Value,
)

MISSING: Final = "미지정"
"""A member that is missing in the data; a missing figure is an empty cell."""

_UNITS: Final = {
    UnitKind.PERCENT: "%",
    UnitKind.PERCENTAGE_POINTS: "%p",
    UnitKind.COUNT: "건",
    UnitKind.DAYS: "일",
    UnitKind.RATIO: "회",
}
_SOURCES: Final = {Source.QUESTION: "질문", Source.DEFAULT: "정의·기본값", Source.POLICY: "볼 수 있는 범위"}
_NOT_IN_NAMES: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]+')
_NAME_BYTES: Final = 180
"""Of a file name without its ending; file systems take 255."""


class Stopped(Exception):
    """Nobody waits for the file any more."""


@dataclass(frozen=True, slots=True)
class Export:
    """A result to be written. `time` is in the company's time zone; `grains`: steps of the date columns, by key."""

    table: Table
    context: ResultContext
    grains: Mapping[str, Grain]
    asker: str
    time: datetime

    def file_name(self, ending: str) -> str:
        """A name that says what it holds: 매출_2026-10-01~2026-10-31_20261120-0900.xlsx."""
        metrics = "·".join(one.name for one in self.context.definitions) or "결과"
        days = next((one.text for one in self.context.filters if one.dimension == "date"), "")
        stem = "_".join(filter(None, (metrics, days)))
        stem = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", stem)).strip(" .")
        stem = stem.encode()[:_NAME_BYTES].decode(errors="ignore").strip(" .")
        return f"{stem}_{self.time:%Y%m%d-%H%M}.{ending}"

    def notes(self) -> Iterator[tuple[str, str]]:
        """What the figures stand on, as pairs of a heading and a text."""
        for definition in self.context.definitions:
            yield "정의", f"{definition.name}: {definition.definition}"
        for one in self.context.filters:
            yield f"조건 ({_SOURCES[one.source]})", one.text
        if self.context.partial_view:
            yield "범위", "볼 수 있는 범위의 데이터만 담겨 있습니다. 합계도 그 범위의 합계입니다."
        if as_of := self.context.data_as_of:
            yield "데이터 기준", f"{as_of.astimezone(self.time.tzinfo):%Y-%m-%d %H:%M:%S %Z}"
        yield "내보낸 사람", self.asker
        yield "내보낸 시각", f"{self.time:%Y-%m-%d %H:%M:%S %Z}"
        yield "행 수", f"{self.table.total_rows:,}"


def heading(column: Column) -> str:
    """A column's name with its unit: 매출 (원)."""
    unit = _unit_text(column.unit)
    return f"{column.name} ({unit})" if unit else column.name


def _unit_text(unit: Unit | None) -> str:
    if unit is None:
        return ""
    if unit.kind is UnitKind.CURRENCY:
        return "원" if unit.code == "KRW" else unit.code
    return _UNITS.get(unit.kind, unit.code)


def text_of(value: Value, column: Column) -> str:
    """The text of a cell that holds no number and no date."""
    match value:
        case None:
            return MISSING if column.role is Role.DIMENSION else ""
        case bool():
            return "예" if value else "아니요"
        case EntityReference():
            return value.name or value.key
        case str():
            return value
    raise TypeError("numbers and dates are no texts")


def plain(value: Decimal | int) -> str:
    """An exact number in plain notation, without zeros at the end."""
    if isinstance(value, int):
        return str(value)
    return format(value.normalize(), "f") if value else "0"


def period(day: date, grain: Grain | None) -> str:
    """A step of a date column by its first day: 2026-10, 2026-Q3, 2026-H2, 2026; a day or week as its first day."""
    match grain:
        case Grain.MONTH:
            return f"{day:%Y-%m}"
        case Grain.QUARTER:
            return f"{day.year}-Q{(day.month + 2) // 3}"
        case Grain.HALF:
            return f"{day.year}-H{1 if day.month <= 6 else 2}"
        case Grain.YEAR:
            return str(day.year)
        case Grain.FISCAL_YEAR if (day.month, day.day) == (1, 1):
            return str(day.year)
    return day.isoformat()


def is_number(value: Value) -> TypeGuard[Decimal | int]:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)
