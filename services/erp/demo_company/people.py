"""Departments, employees and their leave."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from services.erp.demo_company.accounts import MAKER, TRADER
from services.erp.demo_company.names import people
from services.erp.demo_company.writer import Writer, stamp

ANNUAL_LEAVE: Final = "연차휴가"

_DEPARTMENTS: Final = (
    *(("경영지원본부", None, MAKER, 0), ("인사팀", "경영지원본부", MAKER, 4)),
    ("재무팀", "경영지원본부", MAKER, 5),
    *(("영업본부", None, MAKER, 0), ("영업1팀", "영업본부", MAKER, 7), ("영업2팀", "영업본부", MAKER, 6)),
    *(("구매팀", None, MAKER, 5), ("생산본부", None, MAKER, 0), ("생산1팀", "생산본부", MAKER, 8)),
    *(("생산2팀", "생산본부", MAKER, 7), ("품질팀", "생산본부", MAKER, 4), ("물류팀", None, MAKER, 5)),
    *(("유통영업팀", None, TRADER, 5), ("유통관리팀", None, TRADER, 3)),
)  # fmt: skip
"""Name, the one above, company, people."""

# The demo's users are these employees; the 24th is called as the sixth is.
_NAMED: Final = {
    2: "한예린",
    6: "박지훈",
    10: "이서연",
    12: "김민준",
    24: "박지훈",
    36: "윤도현",
    48: "최수빈",
}

_RANKS: Final = ("팀장", "과장", "대리", "사원", "사원", "주임", "차장", "사원")


@dataclass(frozen=True, slots=True)
class Employee:
    number: str
    name: str
    company: str
    department: str
    user: str
    joined: date
    left: date | None


def hire(random: Random, today: date) -> list[Employee]:
    """All employees; two of them are called alike."""
    names = (name for name in people(random) if name not in _NAMED.values())
    found: list[Employee] = []
    for label, _, company, count in _DEPARTMENTS:
        for _ in range(count):
            number = len(found) + 1
            name = _NAMED.get(number) or next(names)
            joined = today - timedelta(random.randint(150, 5000))
            left = today - timedelta(random.randint(20, 130)) if number % 17 == 0 else None
            department = f"{label} - {company.abbr}"
            user = f"user{number:03d}@maru.example"
            found.append(Employee(f"HR-EMP-{number:05d}", name, company.name, department, user, joined, left))
    return found


def write_people(writer: Writer, random: Random, employees: list[Employee], start: date, today: date) -> None:
    """Departments, employees, and three years of leave."""
    for position, (label, above, company, count) in enumerate(_DEPARTMENTS):
        writer.add(
            "tabDepartment",
            {
                **stamp(start, "Administrator"),
                "name": f"{label} - {company.abbr}",
                "department_name": label,
                "company": company.name,
                "parent_department": f"{above} - {company.abbr}" if above else None,
                "is_group": int(count == 0),
                "lft": 2 * position + 1,
                "rgt": 2 * position + 2,
            },
        )
    heads: dict[str, str] = {}
    for index, employee in enumerate(employees):
        head = heads.setdefault(employee.department, employee.number)
        writer.add(
            "tabEmployee",
            {
                **stamp(start, "Administrator"),
                "name": employee.number,
                "employee": employee.number,
                "employee_name": employee.name,
                "company": employee.company,
                "department": employee.department,
                "user_id": employee.user,
                "designation": "팀장" if head == employee.number else _RANKS[index % len(_RANKS)],
                "status": "Left" if employee.left else "Active",
                "reports_to": None if head == employee.number else head,
                "date_of_joining": str(employee.joined),
                "relieving_date": str(employee.left) if employee.left else None,
            },
        )
        for year in range(start.year, today.year + 1):
            _write_leave(writer, random, employee, year, today)


def _write_leave(writer: Writer, random: Random, employee: Employee, year: int, today: date) -> None:
    """A year's allocation, what was taken or is booked, and what expired."""
    begin, end = max(date(year, 1, 1), employee.joined), date(year, 12, 31)
    if begin > min(end, today) or (employee.left and employee.left < begin):
        return
    given = float(15 + min(10, max(0, year - employee.joined.year - 1) // 2))
    allocation = writer.number(f"HR-LAL-{year}-")

    def enter(kind: str, name: str, leave: str, days: float, first: date, last: date, **more: int) -> None:
        row = {
            **stamp(min(first, today), employee.user),
            "name": writer.hash(),
            "docstatus": 1,
            "employee": employee.number,
            "employee_name": employee.name,
            "leave_type": leave,
            "transaction_type": kind,
            "transaction_name": name,
            "leaves": days,
            "from_date": str(first),
            "to_date": str(last),
            "company": employee.company,
            **more,
        }
        writer.add("tabLeave Ledger Entry", row)

    enter("Leave Allocation", allocation, ANNUAL_LEAVE, given, begin, end)
    if random.random() < 0.2:
        name = writer.number(f"HR-LAL-{year}-")
        enter("Leave Allocation", name, "경조휴가", 5.0, begin, end)
    last_day = min(end, employee.left or end, today + timedelta(40))  # some is booked ahead
    left = given
    day = begin + timedelta(random.randint(5, 40))
    while day <= last_day and left > 1:
        days = random.choice((0.5, 1.0, 1.0, 2.0, 3.0))
        last = day + timedelta(max(0, int(days) - 1))
        if days > left or last > end:
            break
        name = writer.number(f"HR-LAP-{year}-")
        enter("Leave Application", name, ANNUAL_LEAVE, -days, day, last)
        left -= days
        if random.random() < 0.03:
            name = writer.number(f"HR-LAP-{year}-")
            enter("Leave Application", name, "무급휴가", -1.0, last, last, is_lwp=1)
        day = last + timedelta(random.randint(12, 60))
    if end < today and left:
        enter("Leave Allocation", allocation, ANNUAL_LEAVE, -left, end, end, is_expired=1)
