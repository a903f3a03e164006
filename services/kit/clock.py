"""What time it is, as something that can be handed in."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """The time now and the company's date today."""

    def now(self) -> datetime:
        """The present moment, with the company's time zone. Never fixed: it times things."""
        ...

    def today(self) -> date:
        """The date that "today", "this month" and "last year" are counted from."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock in one time zone; `fixed_today` (MARU_TODAY) stands in for the date when given."""

    timezone: ZoneInfo
    fixed_today: date | None = None

    def now(self) -> datetime:
        return datetime.now(self.timezone)

    def today(self) -> date:
        return self.fixed_today or self.now().date()
