from datetime import date, timedelta
from zoneinfo import ZoneInfo

from services.kit.clock import SystemClock


def test_a_fixed_today_fixes_the_date_and_not_the_time() -> None:
    clock = SystemClock(ZoneInfo("Asia/Seoul"), date(2020, 1, 1))
    assert clock.today() == date(2020, 1, 1)
    assert clock.now().year > 2020


def test_now_knows_its_time_zone() -> None:
    assert SystemClock(ZoneInfo("Asia/Seoul")).now().utcoffset() == timedelta(hours=9)
