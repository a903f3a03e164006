"""Queries answered the slow and obvious way, over Python rows. Knows neither catalog nor compiler nor SQL.

Each metric is a list of `Thing`s: what counts, with everything that it can be grouped and filtered by. A result is
a list of rows, each a dict: member keys by dimension, `unit`, and the columns' values.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cmp_to_key
from typing import Any

from services.erp.core.query import (
    AllOf,
    AnyOf,
    Filter,
    Grain,
    Member,
    Modifier,
    Not,
    Operator,
    Ordering,
    Query,
)
from tests.unit.erp.queries.small_company import TODAY, TREES, Data, Row

EXACT = Context(prec=80)
QUANTITIES = {
    "sales_quantity",
    "delivered_quantity",
    "received_quantity",
    "open_sales_quantity",
    "late_sales_quantity",
    "open_purchase_quantity",
    "late_purchase_quantity",
    "stock_quantity",
    "projected_quantity",
}
COUNTS = {
    "invoice_count": "sales_invoice",
    "sales_return_count": "sales_invoice",
    "sales_order_count": "sales_order",
    "delivery_count": "delivery",
    "purchase_order_count": "purchase_order",
    "receipt_count": "purchase_receipt",
    "purchase_invoice_count": "purchase_invoice",
}
OPEN_COUNTS = {"open_sales_order_count", "late_sales_order_count", "open_purchase_order_count"}
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
}
HAS_PAST = {"stock_quantity", "stock_value", "receivables", "overdue_receivables", "payables"}
RATES = {"gross_margin": 1, "average_order_value": 0}


@dataclass(frozen=True)
class Thing:
    """One row that counts towards a metric."""

    value: Decimal
    company: str | None
    members: Mapping[str, str | None]
    day: date | None = None
    due: date | None = None
    unit: str | None = None
    """Of a quantity; empty where it is missing."""
    document: str | None = None


def things(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    """What counts towards a metric that is no formula; balances as of the end of the day."""
    if metric in ("receivables", "payables", "overdue_receivables"):
        yield from _ledger(data, metric, as_of)
    elif metric in ("stock_quantity", "stock_value", "projected_quantity", "cost_of_goods_sold"):
        yield from _stock(data, metric, as_of)
    elif metric in ("payments_received", "payments_made"):
        yield from _payments(data, metric)
    elif metric in ("income", "expense", "profit"):
        yield from _gl(data, metric)
    else:
        yield from _documents(data, metric, as_of)


_SOURCES = {
    **dict.fromkeys(
        ["revenue", "sales_returns", "sales_quantity", "invoice_count", "sales_return_count"], "sales_invoice"
    ),
    **dict.fromkeys(["revenue_with_vat"], "sales_invoice"),
    **dict.fromkeys(["orders_received", "sales_order_count"], "sales_order"),
    **dict.fromkeys(["open_sales_quantity", "open_sales_order_count"], "sales_order"),
    **dict.fromkeys(["late_sales_quantity", "late_sales_order_count"], "sales_order"),
    **dict.fromkeys(["delivery_count", "delivered_quantity"], "delivery"),
    **dict.fromkeys(["purchase_orders", "purchase_order_count"], "purchase_order"),
    **dict.fromkeys(["open_purchase_quantity", "open_purchase_order_count"], "purchase_order"),
    **dict.fromkeys(["late_purchase_quantity"], "purchase_order"),
    **dict.fromkeys(["receipt_count", "received_quantity"], "purchase_receipt"),
    **dict.fromkeys(["purchases", "purchase_invoice_count"], "purchase_invoice"),
}


def _documents(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    table = _SOURCES[metric]
    customers, suppliers, items = (_by_id(data, name) for name in ("customer", "supplier", "item"))
    whole = metric in COUNTS or metric == "revenue_with_vat"
    for head in data[table]:
        if head["state"] != "submitted" or not _head_counts(head, metric):
            continue
        lines = [line for line in data[f"{table}_line"] if line[f"{table}_id"] == head["id"]]
        for line in [None, *lines] if whole else lines:
            party = customers.get(head.get("customer_id")) or {}
            supplier = suppliers.get(head.get("supplier_id")) or {}
            item = items.get(line["item_id"]) or {} if line else {}
            due = (line or {}).get("delivery_date") or (line or {}).get("schedule_date")
            due = due or head.get("delivery_date") or head.get("schedule_date") or head.get("due_date")
            value = _line_value(head, line, metric, due, as_of)
            if value is None:
                continue
            members = {
                "customer": head.get("customer_id"),
                "territory": party.get("territory_id"),
                "customer_group": party.get("customer_group_id"),
                "supplier": head.get("supplier_id"),
                "supplier_group": supplier.get("supplier_group_id"),
                "status": head["status"],
                "currency": head["currency"],
                "company": head["company_id"],
            }
            if line:
                members |= {
                    "item": line["item_id"],
                    "item_group": item.get("item_group_id"),
                    "brand": item.get("brand"),
                    "warehouse": line["warehouse_id"],
                }
            yield Thing(
                value,
                head["company_id"],
                members,
                head.get("posting_date") or head.get("order_date"),
                due,
                (line["stock_unit"] or "") if line and metric in QUANTITIES else None,
                head["id"] if metric in COUNTS or metric in OPEN_COUNTS else None,
            )


def _head_counts(head: Row, metric: str) -> bool:
    sale = not head.get("is_return") and not head.get("is_opening")
    match metric:
        case "sales_returns" | "sales_return_count":
            return bool(head["is_return"]) and not head["is_opening"]
        case "revenue" | "revenue_with_vat" | "sales_quantity" | "invoice_count" | "purchase_invoice_count":
            return sale
        case "purchases":
            return not head["is_opening"]
        case "delivery_count" | "delivered_quantity" | "receipt_count" | "received_quantity":
            return not head["is_return"]
        case _ if "sales" in metric and ("open" in metric or "late" in metric):
            return head["status"] not in ("on_hold", "closed")
        case _ if "purchase" in metric and ("open" in metric or "late" in metric):
            return head["status"] not in ("closed", "delivered")
        case _:
            return True


def _line_value(head: Row, line: Row | None, metric: str, due: date | None, as_of: date) -> Decimal | None:
    if metric == "revenue_with_vat":
        return head["base_grand_total"] if line is None else None
    if metric in COUNTS:
        return Decimal(1)
    assert line is not None
    if "open" in metric or "late" in metric:
        if line["open_quantity"] <= 0 or ("purchase" in metric and line["is_drop_shipped"]):
            return None
        if "late" in metric and not (due and due < as_of):
            return None
        return Decimal(1) if metric in OPEN_COUNTS else line["open_quantity"]
    if metric in QUANTITIES:
        return line["stock_quantity"]
    return -line["base_net_amount"] if metric == "sales_returns" else line["base_net_amount"]


def _stock(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    items, warehouses, customers = (_by_id(data, name) for name in ("item", "warehouse", "customer"))
    now = metric == "projected_quantity" or (metric != "cost_of_goods_sold" and as_of == TODAY)
    for row in data["stock_balance" if now else "stock_move"]:
        if not now and (
            row["is_cancelled"] or (metric != "cost_of_goods_sold" and row["posting_date"] > as_of)
        ):
            continue
        item, company = items[row["item_id"]], warehouses[row["warehouse_id"]]["company_id"]
        members = {
            "item": item["id"],
            "item_group": item["item_group_id"],
            "brand": item["brand"],
            "warehouse": row["warehouse_id"],
            "company": company,
        }
        column = {"stock_quantity": "actual_quantity", "stock_value": "stock_value"}.get(metric, metric)
        if not now:
            column = "quantity" if metric == "stock_quantity" else "value_change"
        value = row[column]
        if metric == "cost_of_goods_sold":
            if row["voucher_type"] not in ("delivery", "sales_invoice"):
                continue
            value = -value
            voucher = _by_id(data, row["voucher_type"])[row["voucher_id"]]
            party = customers.get(voucher["customer_id"]) or {}
            members |= {
                "customer": voucher["customer_id"],
                "territory": party.get("territory_id"),
                "customer_group": party.get("customer_group_id"),
            }
        yield Thing(
            value,
            company,
            members,
            row.get("posting_date"),
            unit=item["stock_unit"] if metric in QUANTITIES else None,
        )


def _ledger(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    party, table = ("supplier", "payable_entry") if metric == "payables" else ("customer", "receivable_entry")
    parties = _by_id(data, party)
    vouchers: dict[Any, list[Row]] = {}
    for row in data[table]:
        if not row["is_delinked"] and row["posting_date"] <= as_of:
            key = (
                row["company_id"],
                row[f"{party}_id"],
                row["against_voucher_type"],
                row["against_voucher_id"],
            )
            vouchers.setdefault(key, []).append(row)
    for (company, key, *_), rows in vouchers.items():
        balance = sum((row["amount"] for row in rows), Decimal(0))
        own = [row["due_date"] for row in rows if row["voucher_id"] == row["against_voucher_id"]]
        due = min((day for day in own if day), default=None)
        if metric == "overdue_receivables" and not (balance > 0 and due and due < as_of):
            continue
        found = parties.get(key) or {}
        yield Thing(
            balance,
            company,
            {
                "customer": key,
                "supplier": key,
                "territory": found.get("territory_id"),
                "customer_group": found.get("customer_group_id"),
                "supplier_group": found.get("supplier_group_id"),
                "company": company,
            },
            due=due,
        )


def _payments(data: Data, metric: str) -> Iterator[Thing]:
    received = metric == "payments_received"
    customers, suppliers = _by_id(data, "customer"), _by_id(data, "supplier")
    for row in data["payment"]:
        if row["state"] == "submitted" and row["direction"] == ("receive" if received else "pay"):
            customer = customers.get(row["customer_id"]) or {}
            supplier = suppliers.get(row["supplier_id"]) or {}
            yield Thing(
                row["base_received_amount" if received else "base_paid_amount"],
                row["company_id"],
                {
                    "customer": row["customer_id"],
                    "territory": customer.get("territory_id"),
                    "customer_group": customer.get("customer_group_id"),
                    "supplier": row["supplier_id"],
                    "supplier_group": supplier.get("supplier_group_id"),
                    "company": row["company_id"],
                },
                row["posting_date"],
            )


def _gl(data: Data, metric: str) -> Iterator[Thing]:
    accounts = _by_id(data, "account")
    for row in data["gl_entry"]:
        root = accounts[row["account_id"]]["root_type"]
        if row["is_cancelled"] or row["voucher_type"] == "period_closing":
            continue
        if root in ({"income": ["income"], "expense": ["expense"]}.get(metric) or ["income", "expense"]):
            value = row["credit"] - row["debit"]
            yield Thing(
                -value if metric == "expense" else value,
                row["company_id"],
                {"account": row["account_id"], "company": row["company_id"]},
                row["posting_date"],
            )


def _by_id(data: Data, table: str) -> Mapping[Any, Row]:
    return {row["id"]: row for row in data[table]}


# --- the query ------------------------------------------------------------------------------------------------


@dataclass
class Claims:
    """The asker's claims."""

    company: tuple[str, ...] = ()
    territory: tuple[str, ...] = ()
    warehouse: tuple[str, ...] = ()


WAREHOUSE_METRICS = {"stock_quantity", "stock_value", "projected_quantity", "cost_of_goods_sold"}
SUPPLY = {
    "purchase_orders",
    "purchase_order_count",
    "open_purchase_quantity",
    "open_purchase_order_count",
} | {
    "late_purchase_quantity",
    "receipt_count",
    "received_quantity",
    "purchases",
    "purchase_invoice_count",
    "payables",
    "payments_made",
    "stock_quantity",
    "stock_value",
    "projected_quantity",
    "income",
    "expense",
    "profit",
}


def below(dimension: str, key: str | None, members: Iterable[str]) -> bool:
    while key is not None:
        if key in members:
            return True
        key = TREES.get(dimension, {}).get(key)
    return False


def allowed(thing: Thing, metric: str, claims: Claims) -> bool:
    """The asker may see this row."""
    if claims.company and thing.company not in claims.company:
        return False
    territory = thing.members.get("territory")
    if claims.territory and metric not in SUPPLY and not below("territory", territory, claims.territory):
        return False
    if claims.warehouse and metric in WAREHOUSE_METRICS:
        return below("warehouse", thing.members.get("warehouse"), claims.warehouse)
    return True


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


def visible(data: Data, dimension: str, key: str, claims: Claims) -> bool:
    """The asker may know this member."""
    row = _by_id(data, dimension).get(key, {}) if dimension in data else {}
    territory = (
        key if dimension == "territory" else row.get("territory_id") if dimension == "customer" else "KR"
    )
    placed = dimension in ("territory", "customer")
    if claims.territory and placed and not below("territory", territory, claims.territory):
        return False
    if claims.warehouse and dimension == "warehouse" and not below("warehouse", key, claims.warehouse):
        return False
    company = row.get("company_id")
    return not claims.company or company is None or company in claims.company


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
    """The ancestor at the level (1 = top), or the node itself where it stands higher."""
    path = []
    node = key
    while node is not None:
        path.insert(0, node)
        node = TREES[dimension].get(node)
    return path[min(level, len(path)) - 1] if path else key


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
        if metric in COUNTS or metric in OPEN_COUNTS:
            return Decimal(len({thing.document for thing in found}))
        return sum((thing.value for thing in found), Decimal(0))

    def present(self, metric: str, unit: str | None) -> bool:
        return any(
            metric not in QUANTITIES or thing.unit == unit
            for leaf in FORMULAS.get(metric, ((metric,),))[0]
            for thing in self.leaves.get(leaf, [])
        )


Key = tuple[Any, ...]


def evaluate(
    data: Data, query: Query, claims: Claims, names: Mapping[str, Mapping[str, str]]
) -> list[dict[str, Any]]:
    """The rows of the result, in order."""
    return _Evaluation(data, query, claims, names).rows()


class _Evaluation:
    def __init__(
        self, data: Data, query: Query, claims: Claims, names: Mapping[str, Mapping[str, str]]
    ) -> None:
        self.data, self.query, self.claims, self.names = data, query, claims, names
        self.dated = next((g for g in query.groupings if g.dimension == "date"), None)
        visible = [c for c in ("A", "B") if not claims.company or c in claims.company]
        grouped = any(g.dimension == "company" for g in query.groupings)
        self.companies = set(
            query.companies or (visible if query.all_companies or grouped else (*claims.company, "A")[:1])
        )

    def rows(self) -> list[dict[str, Any]]:
        asked = self.slot(self.query.range, self.query.as_of)
        compared = None
        if self.query.comparison:
            compared = self.slot(self.query.comparison.range, self.query.comparison.as_of)
        rows = self.grid(asked, compared)
        self.shares(rows)
        self.cumulate(rows)
        kept = [row for row in rows if self.meets(row)]
        if self.query.top:
            kept = [
                row
                for row in kept
                if row["asked"].present(self.by.key, row["unit"]) and self.of(row, self.by.key) is not None
            ]
        kept.sort(key=cmp_to_key(self.compare))
        self.rank(kept)
        if self.query.top:
            kept = self.cut(kept)
            if Modifier.SHARE in self.query.modifiers:
                kept += self.others(rows, kept)
        return [self.shown(row) for row in kept]

    # groups of one slot: (members, due) -> step -> Cell
    def slot(self, span: Any, as_of: date | None) -> dict[Key, dict[date | None, Cell]]:
        day = as_of or (min(span.end, TODAY) if span else TODAY)
        found: dict[Key, dict[date | None, Cell]] = {}
        leaves = {leaf for metric in self.query.metrics for leaf in FORMULAS.get(metric, ((metric,),))[0]}
        for leaf in leaves:
            if leaf in BALANCES and self.dated:
                for step in self.steps(span):
                    if step <= day:
                        end = min(self.end_of(step, span), day)
                        self.collect(
                            found, leaf, self.things(leaf, end, past=True), lambda _, step=step: step
                        )
            elif leaf in BALANCES:
                self.collect(found, leaf, self.things(leaf, day), lambda _: None)
            else:
                dated = (t for t in self.things(leaf, day) if t.day and span.start <= t.day <= span.end)
                grain = self.dated.grain if self.dated else None
                self.collect(
                    found, leaf, dated, lambda t, grain=grain: step_of(t.day, grain) if grain else None
                )
        return found

    def things(self, leaf: str, day: date, *, past: bool = False) -> Iterator[Thing]:
        source: Iterable[Thing]
        if past and leaf in ("stock_quantity", "stock_value") and day == TODAY:
            # a trend is made of moves, to its last day as well
            source = [
                t for t in _stock(self.data, leaf, TODAY + timedelta(days=1)) if t.day and t.day <= TODAY
            ]
        else:
            source = things(self.data, leaf, day)
        due = self.query.due_range
        for thing in source:
            if (
                thing.company in self.companies
                and allowed(thing, leaf, self.claims)
                and passes(thing, self.query.filter)
                and (due is None or (thing.due is not None and due.start <= thing.due <= due.end))
                and self.in_grain(thing, leaf)
            ):
                yield thing

    def in_grain(self, thing: Thing, leaf: str) -> bool:
        """Whole documents are counted once, or by their lines where a question needs the lines' members."""
        if leaf not in COUNTS:
            return True
        by_line = any(d in ("item", "item_group", "brand", "warehouse") for d in self.dimensions())
        return ("item" in thing.members) == by_line

    def dimensions(self) -> set[str]:
        return {g.dimension for g in self.query.groupings} | {d for d, _ in named(self.query.filter)}

    def collect(
        self, found: Any, leaf: str, source: Iterable[Thing], step: Callable[[Thing], date | None]
    ) -> None:
        for thing in source:
            members = []
            for grouping in self.query.groupings:
                if grouping.dimension == "date":
                    continue
                if grouping.dimension == "due_date":
                    members.append(
                        step_of(thing.due, grouping.grain) if thing.due and grouping.grain else None
                    )
                    continue
                key = thing.members.get(grouping.dimension)
                members.append(at_level(grouping.dimension, key, grouping.level) if grouping.level else key)
            cell = found.setdefault(tuple(members), {}).setdefault(step(thing), Cell())
            cell.leaves.setdefault(leaf, []).append(thing)

    def steps(self, span: Any) -> list[date]:
        assert self.dated
        assert self.dated.grain
        days = (span.end - span.start).days + 1
        return sorted({step_of(span.start + timedelta(days=n), self.dated.grain) for n in range(days)})

    def end_of(self, step: date, span: Any) -> date:
        assert self.dated
        assert self.dated.grain
        day = max(step, span.start)
        while day < span.end and step_of(day + timedelta(days=1), self.dated.grain) == step:
            day += timedelta(days=1)
        return day

    def grid(self, asked: Any, compared: Any) -> list[dict[str, Any]]:
        keys = {**asked, **(compared or {})}
        members = [g for g in self.query.groupings if g.dimension != "date"]
        if not keys and not members:
            keys = {(): {}}
        steps: list[date | None] = self.steps(self.query.range) if self.dated else [None]
        others: list[date | None] = [None]
        if self.dated and self.query.comparison:
            others = self.steps(self.query.comparison.range)
        today = min(self.query.range.end, TODAY) if self.query.range else TODAY
        rows = []
        for key in keys:
            series, beside = asked.get(key, {}), (compared or {}).get(key, {})
            units = sorted(
                {
                    t.unit
                    for cells in (series, beside)
                    for cell in cells.values()
                    for leaf, found in cell.leaves.items()
                    if leaf in QUANTITIES
                    for t in found
                },
                key=unit_order,
            ) or [None]
            for at, step in enumerate(steps):
                begun = step is None or (step <= today and not self.query.top)
                if not begun and step not in series:
                    continue
                for number, unit in enumerate(units):
                    other = Cell() if at < len(others) and compared is not None else None
                    if other is not None:
                        other = beside.get(others[at], other)
                    rows.append(
                        {
                            "key": key,
                            "step": step,
                            "unit": unit,
                            "first": number == 0,
                            "asked": series.get(step, Cell()),
                            "compared": other,
                        }
                    )
        return rows

    # --- ordering, cutting, modifiers

    @property
    def orderings(self) -> tuple[Ordering, ...]:
        if self.query.orderings:
            return self.query.orderings
        dates = [g.dimension for g in self.query.groupings if g.dimension in ("date", "due_date")]
        dates.sort(key=["date", "due_date"].index)
        return (*map(Ordering, dates), Ordering(self.query.metrics[0], descending=True))

    @property
    def by(self) -> Ordering:
        metrics = [o for o in self.orderings if o.key in self.query.metrics]
        return metrics[0] if metrics else Ordering(self.query.metrics[0], descending=True)

    def adds_up(self, metric: str) -> bool:
        """No document is in two rows."""
        dimensions = {g.dimension for g in self.query.groupings}
        by_line = dimensions & {"item", "item_group", "brand", "warehouse"}
        lines = by_line or self.dimensions() & {"item", "item_group", "brand", "warehouse"}
        for leaf in FORMULAS.get(metric, ((metric,),))[0]:
            if leaf in OPEN_COUNTS and (by_line or "due_date" in dimensions):
                return False
            orders = leaf in ("sales_order_count", "purchase_order_count")
            if leaf in COUNTS and (by_line or (orders and lines and "due_date" in dimensions)):
                return False
        return True

    def of(self, row: Any, metric: str) -> Decimal | None:
        if row.get("others") and not (self.adds_up(metric) and not (self.dated and metric in BALANCES)):
            return None
        return row["asked"].value(metric, row["unit"])

    def member(self, row: Any, dimension: str) -> Any:
        if dimension == "date":
            return row["step"]
        plain = [g.dimension for g in self.query.groupings if g.dimension != "date"]
        return row["key"][plain.index(dimension)]

    def label(self, row: Any, dimension: str) -> Any:
        key = self.member(row, dimension)
        return self.names.get(dimension, {}).get(key, key) if isinstance(key, str) else key

    def meets(self, row: Any) -> bool:
        for condition in self.query.metric_conditions:
            value = self.of(row, condition.metric)
            if value is None:
                return False
            yes = {
                Operator.GREATER_OR_EQUAL: value >= condition.value,
                Operator.GREATER: value > condition.value,
                Operator.LESS_OR_EQUAL: value <= condition.value,
                Operator.LESS: value < condition.value,
                Operator.EQUAL: value == condition.value,
                Operator.NOT_EQUAL: value != condition.value,
            }[condition.operator]
            if not yes:
                return False
        return True

    def compare(self, a: Any, b: Any) -> int:
        names = [Ordering(g.dimension) for g in self.query.groupings]
        for ordering in [*self.orderings, *names]:
            figure = ordering.key in self.query.metrics
            x, y = (self.of(r, ordering.key) if figure else self.label(r, ordering.key) for r in (a, b))
            if x != y:
                if x is None or y is None:
                    return 1 if x is None else -1
                return (-1 if x > y else 1) if ordering.descending else (-1 if x < y else 1)
        x, y = (
            ([k or "" for k in r["key"] if not isinstance(k, date)], unit_order(r["unit"])) for r in (a, b)
        )
        return -1 if x < y else 1

    def identity(self, row: Any) -> Any:
        return row["key"], row["step"], row["unit"] if self.by.key in QUANTITIES else None

    def rank(self, rows: list[Any]) -> None:
        ranked = {
            self.identity(r): self.of(r, self.by.key)
            for r in rows
            if r["asked"].present(self.by.key, r["unit"]) and self.of(r, self.by.key) is not None
        }
        for row in rows:
            own = ranked.get(self.identity(row))
            if own is not None:
                better = [
                    v
                    for v in ranked.values()
                    if v is not None and (v > own if self.by.descending else v < own)
                ]
                row["rank"] = 1 + len(better)

    def cut(self, rows: list[Any]) -> list[Any]:
        identities = list(dict.fromkeys(self.identity(row) for row in rows))
        firsts = identities[: self.query.top]
        if not firsts:
            return []
        last = next(row for row in rows if self.identity(row) == firsts[-1])

        def values(row: Any) -> list[Any]:
            return [
                self.of(row, o.key) if o.key in self.query.metrics else self.label(row, o.key)
                for o in self.orderings
            ]

        return [row for row in rows if self.identity(row) in firsts or values(row) == values(last)]

    def has_share(self, metric: str) -> bool:
        only_dates = [g.dimension for g in self.query.groupings] == ["date"]
        return self.adds_up(metric) and metric not in RATES and not (only_dates and metric in BALANCES)

    def whole(self, rows: list[Any], row: Any, metric: str) -> Decimal:
        by_step = len(self.query.groupings) > 1
        total = Decimal(0)
        seen = set()
        for other in rows:
            if by_step and other["step"] != row["step"]:
                continue
            if metric in QUANTITIES and other["unit"] != row["unit"]:
                continue
            if metric not in QUANTITIES and (other["key"], other["step"]) in seen:
                continue
            seen.add((other["key"], other["step"]))
            total += self.of(other, metric) or Decimal(0)
        return total

    def shares(self, rows: list[Any]) -> None:
        if Modifier.SHARE in self.query.modifiers:
            for row in rows:
                for metric in filter(self.has_share, self.query.metrics):
                    total, part = self.whole(rows, row, metric), self.of(row, metric)
                    row[f"{metric}.share"] = percent(part, total) if total and part is not None else None

    def cumulate(self, rows: list[Any]) -> None:
        if Modifier.CUMULATIVE not in self.query.modifiers:
            return
        for row in rows:
            so_far = [
                r
                for r in rows
                if r["key"] == row["key"] and r["unit"] == row["unit"] and r["step"] <= row["step"]
            ]
            cell = Cell()
            for one in so_far:
                for leaf, found in one["asked"].leaves.items():
                    cell.leaves.setdefault(leaf, []).extend(found)
            for metric in self.query.metrics:
                if metric not in BALANCES:
                    row[f"{metric}.cumulative"] = final(metric, cell.value(metric, row["unit"]))

    def others(self, rows: list[Any], kept: list[Any]) -> list[Any]:
        left = [row for row in rows if not any(row is one for one in kept)]
        shown = {(row["key"], row["step"]) for row in kept}
        rest = []
        for number, unit in enumerate(sorted({row["unit"] for row in left}, key=unit_order)):
            row: dict[str, Any] = {
                "others": True,
                "unit": unit,
                "first": number == 0,
                "key": None,
                "step": None,
            }
            for slot in ("asked", "compared"):
                cell = Cell()
                seen = set()
                for one in left:
                    for leaf, found in (one[slot].leaves if one[slot] else {}).items():
                        if leaf in QUANTITIES:
                            if one["unit"] == unit:
                                cell.leaves.setdefault(leaf, []).extend(t for t in found if t.unit == unit)
                        elif (one["key"], one["step"]) not in shown and (
                            one["key"],
                            one["step"],
                            leaf,
                        ) not in seen:
                            seen.add((one["key"], one["step"], leaf))
                            cell.leaves.setdefault(leaf, []).extend(found)
                row[slot] = cell if self.query.comparison or slot == "asked" else None
            by_step = self.dated and len(self.query.groupings) > 1
            for metric in filter(self.has_share, self.query.metrics):
                total = Decimal(0) if by_step else self.whole(rows, row, metric)
                part = self.of(row, metric)
                row[f"{metric}.share"] = percent(part, total) if total and part is not None else None
            rest.append(row)
        return rest

    def shown(self, row: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for at, grouping in enumerate(self.query.groupings):
            if row.get("others"):
                found[grouping.dimension] = "기타" if at == 0 else None
            else:
                found[grouping.dimension] = self.member(row, grouping.dimension)
        if any(metric in QUANTITIES for metric in self.query.metrics):
            found["unit"] = row["unit"] or None
        if Modifier.RANK in self.query.modifiers:
            found["rank"] = row.get("rank")
        for metric in self.query.metrics:
            now = self.of(row, metric)
            found[metric] = final(metric, now)
            if self.query.comparison:
                before = (
                    self.of({**row, "asked": row["compared"]}, metric)
                    if row["compared"] is not None
                    else None
                )
                change = now - before if now is not None and before is not None else None
                found[f"{metric}.comparison"] = final(metric, before)
                found[f"{metric}.change"] = final(metric, change)
                if metric != "gross_margin":
                    found[f"{metric}.change_rate"] = (
                        percent(change, abs(before)) if change is not None and before else None
                    )
            if Modifier.SHARE in self.query.modifiers and self.has_share(metric):
                found[f"{metric}.share"] = row[f"{metric}.share"]
            if Modifier.CUMULATIVE in self.query.modifiers and metric not in BALANCES:
                found[f"{metric}.cumulative"] = row.get(f"{metric}.cumulative")  # the rest of a cut has none
        return found


def unit_order(unit: str | None) -> tuple[bool, str]:
    return unit == "", unit or ""


def final(metric: str, value: Decimal | None) -> Decimal | None:
    """Rates are rounded half up, sums are left alone."""
    if value is None or metric not in RATES:
        return value
    return value.quantize(Decimal(1).scaleb(-RATES[metric]), ROUND_HALF_UP)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    return EXACT.divide(part * 100, whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
