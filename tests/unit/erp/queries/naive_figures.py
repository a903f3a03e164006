"""What the naive evaluator needs of a question: who may see a row, which rows a filter keeps, steps of time, and the
figures of a group.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from services.erp.core.query import (
    AllOf,
    AnyOf,
    Filter,
    Grain,
    Member,
    Not,
)
from tests.unit.erp.queries.naive_facts import (
    BESIDE,
    COUNTS,
    OPEN_COUNTS,
    QUANTITIES,
    STOCK_COUNTS,
    Thing,
    by_id,
)
from tests.unit.erp.queries.naive_policy import below
from tests.unit.erp.queries.small_company import TREES, WAREHOUSE_COMPANY, Data

EXACT = Context(prec=80)
FORMULAS: dict[str, tuple[tuple[str, ...], Callable[..., Decimal | None]]] = {
    "net_revenue": (("revenue", "sales_returns"), lambda a, b: a - b),
    "gross_profit": (("revenue", "sales_returns", "cost_of_goods_sold"), lambda a, b, c: a - b - c),
    "gross_margin": (
        ("revenue", "sales_returns", "cost_of_goods_sold"),
        lambda a, b, c: EXACT.divide((a - b - c) * 100, a - b) if a != b else None,
    ),
    "average_order_value": (
        ("revenue", "sales_returns", "invoice_count"),
        lambda a, b, n: EXACT.divide(a - b, n) if n else None,
    ),
    "inventory_turnover": (
        ("turnover.cost", "turnover.open", "turnover.close"),
        lambda cost, start, end: EXACT.divide(cost * 2, start + end) if start + end else None,
    ),
}
BALANCES = {
    "open_sales_quantity",
    "open_sales_order_count",
    "late_sales_quantity",
    "late_sales_order_count",
    "open_purchase_quantity",
    "open_purchase_order_count",
    "late_purchase_quantity",
    "stock_quantity",
    "stock_value",
    "projected_quantity",
    "receivables",
    "overdue_receivables",
    "payables",
    "leave_balance",
    "inventory_turnover",
    *("turnover.cost", "turnover.open", "turnover.close"),
    *STOCK_COUNTS,
    *(f"{metric}.{name}" for metric, names in BESIDE.items() for name in names),
}
HAS_PAST = {
    *("stock_quantity", "stock_value", "receivables", "overdue_receivables", "payables"),
    "inventory_turnover",
}
RATES = {"gross_margin": 1, "average_order_value": 0, "inventory_turnover": 2}


def passes(thing: Thing, node: Filter | None) -> bool:
    match node:
        case None:
            return True
        case AllOf(filters):
            return all(passes(thing, one) for one in filters)
        case AnyOf(filters):
            return any(passes(thing, one) for one in filters)
        case Not(inner):
            return not passes(thing, inner)
        case Member(dimension, members, missing):
            key = thing.members.get(dimension)
            return missing if key is None else below(dimension, key, members)


PROPERTIES = {
    "customer": ("customer_group", "territory", "currency"),
    "supplier": ("supplier_group", "currency"),
    "item": ("item_group", "brand"),
    "warehouse": ("company",),
    "account": ("company", "currency"),
    "employee": ("department", "company"),
    "department": ("company",),
}


def possible(data: Data, dimension: str, key: str, node: Filter | None) -> bool | None:
    """The member itself can have a row under the filter: yes, no, or None = the filter is about something else."""
    match node:
        case None:
            return True
        case AllOf(filters):
            parts = [possible(data, dimension, key, one) for one in filters]
            return False if False in parts else None if None in parts else True
        case AnyOf(filters):
            parts = [possible(data, dimension, key, one) for one in filters]
            return True if True in parts else None if None in parts else False
        case Not(inner):
            part = possible(data, dimension, key, inner)
            return None if part is None else not part
        case Member(other, members, missing):
            row = by_id(data, dimension)[key]
            if other == dimension:
                place = key
            elif other in PROPERTIES.get(dimension, ()):
                place = row.get(other if other in ("brand", "currency") else f"{other}_id")
            else:
                return None
            return missing if place is None else below(other, place, members)


def named(node: Filter | None) -> Iterator[tuple[str, str]]:
    """(dimension, member) of everything that a filter names; (dimension, "") for the dimension alone."""
    match node:
        case AllOf(filters) | AnyOf(filters):
            for one in filters:
                yield from named(one)
        case Not(inner):
            yield from named(inner)
        case Member(dimension, members):
            yield dimension, ""
            yield from ((dimension, member) for member in members)


def step_of(day: date, grain: Grain) -> date:
    match grain:
        case Grain.DAY:
            return day
        case Grain.WEEK:
            return day - timedelta(days=day.weekday())
        case Grain.MONTH:
            return day.replace(day=1)
        case Grain.QUARTER:
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case Grain.HALF:
            return date(day.year, 1 if day.month < 7 else 7, 1)
        case _:
            return date(day.year, 1, 1)


def at_level(dimension: str, key: str | None, level: int) -> str | None:
    """The ancestor at the level (1 = top, below a lone root), or the node itself where it stands higher."""
    path = []
    node = key
    while node is not None:
        path.insert(0, node)
        node = TREES[dimension].get(node)
    roots = [root for root, above in TREES[dimension].items() if above is None]
    company = WAREHOUSE_COMPANY if dimension == "warehouse" else {}
    lone = bool(path) and [company.get(root) for root in roots].count(company.get(path[0])) == 1
    return path[min(level + lone, len(path)) - 1] if path else key


@dataclass
class Cell:
    """The things of one group in one slot, by leaf metric."""

    leaves: dict[str, list[Thing]] = field(default_factory=dict)

    def value(self, metric: str, unit: str | None) -> Decimal | None:
        if metric in FORMULAS:
            leaves, formula = FORMULAS[metric]
            return formula(*(self.value(leaf, unit) for leaf in leaves))
        found = self.leaves.get(metric, [])
        if metric in QUANTITIES:
            found = [thing for thing in found if thing.unit == unit]
        if metric in COUNTS or metric in OPEN_COUNTS or metric in STOCK_COUNTS:
            return Decimal(len({thing.document for thing in found}))
        return sum((thing.value for thing in found), Decimal(0))

    def present(self, metric: str, unit: str | None) -> bool:
        return any(
            metric not in QUANTITIES or thing.unit == unit
            for leaf in FORMULAS.get(metric, ((metric,),))[0]
            for thing in self.leaves.get(leaf, [])
        )


Key = tuple[Any, ...]


def unit_order(unit: str | None) -> tuple[bool, str]:
    return unit == "", unit or ""


def final(metric: str, value: Decimal | None) -> Decimal | None:
    """Rates are rounded half up, sums are left alone."""
    if value is None or metric not in RATES:
        return value
    return value.quantize(Decimal(1).scaleb(-RATES[metric]), ROUND_HALF_UP)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    return EXACT.divide(part * 100, whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
