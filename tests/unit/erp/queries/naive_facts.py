"""What counts towards each metric, as Python rows: the definitions by hand, without catalog or SQL.

Each metric is a list of `Thing`s: what counts, with everything that it can be grouped and filtered by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tests.unit.erp.queries.small_company import TODAY, Data, Row

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
    *("below_safety_stock.actual", "below_safety_stock.safety", "below_safety_stock.shortage"),
    *("reorder_items.projected", "reorder_items.level", "reorder_items.quantity"),
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
STOCK_COUNTS = {"below_safety_stock", "reorder_items"}
BESIDE = {
    "below_safety_stock": ("actual", "safety", "shortage"),
    "reorder_items": ("projected", "level", "quantity"),
}


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
    if metric.startswith("turnover"):
        yield from _turnover(data, metric, as_of)
    elif metric == "leave_balance":
        yield from _leave(data, as_of)
    elif metric in ("receivables", "payables", "overdue_receivables"):
        yield from _ledger(data, metric, as_of)
    elif metric in ("stock_quantity", "stock_value", "projected_quantity", "cost_of_goods_sold"):
        yield from stock_things(data, metric, as_of)
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
    customers, suppliers, items = (by_id(data, name) for name in ("customer", "supplier", "item"))
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
                table: head["id"],
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
        case "revenue" | "revenue_with_vat" | "invoice_count" | "purchase_invoice_count":
            return sale
        case "purchases" | "sales_quantity":
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


def stock_things(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    items, warehouses, customers = (by_id(data, name) for name in ("item", "warehouse", "customer"))
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
            voucher = by_id(data, row["voucher_type"])[row["voucher_id"]]
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


def year_before(day: date) -> date:
    return day.replace(year=day.year - 1)


def _turnover(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    """What was sold in the twelve months, and the stock's value at both ends."""
    if metric == "turnover.close":
        yield from stock_things(data, "stock_value", as_of)
    elif metric == "turnover.open":
        yield from stock_things(data, "stock_value", year_before(as_of))
    else:
        for thing in stock_things(data, "cost_of_goods_sold", as_of):
            if thing.day and year_before(as_of) < thing.day <= as_of:
                yield thing


def _leave(data: Data, as_of: date) -> Iterator[Thing]:
    """Entries that begin in the span of the grants that are valid on the day."""
    rows = [
        row for row in data["leave_entry"] if row["state"] == "submitted" and row["leave_type"] == "연차휴가"
    ]
    for person in data["employee"]:
        own = [row for row in rows if row["employee_id"] == person["id"]]
        valid = [
            row
            for row in own
            if row["transaction_type"] == "allocation"
            and not row["is_expired"]
            and row["from_date"] <= as_of <= (row["to_date"] or date.max)
        ]
        if person["status"] != "active" or not valid:
            continue
        first, last = min(r["from_date"] for r in valid), max(r["to_date"] or date.max for r in valid)
        members = {
            "employee": person["id"],
            "department": person["department_id"],
            "company": person["company_id"],
        }
        for row in own:
            if first <= row["from_date"] <= last:
                yield Thing(row["days"], person["company_id"], members)


def stock_counts(
    data: Data, metric: str, balances: list[Thing], companies: set[str]
) -> Iterator[tuple[str, Thing]]:
    """(leaf, thing) of items below their safety stock or to be reordered, over the balances that one may see."""
    items, warehouses = by_id(data, "item"), by_id(data, "warehouse")

    def told(
        item: Row, company: str, members: dict[str, str | None], figures: list[Decimal]
    ) -> Iterator[tuple[str, Thing]]:
        members |= {
            "item": item["id"],
            "item_group": item["item_group_id"],
            "brand": item["brand"],
            "company": company,
        }
        yield metric, Thing(Decimal(1), company, members, document=item["id"])
        for name, figure in zip(BESIDE[metric], figures, strict=True):
            yield f"{metric}.{name}", Thing(figure, company, members, unit=item["stock_unit"])

    if metric == "below_safety_stock":
        for item in data["item"]:
            safety = item["safety_stock"]
            if not item["is_stock_item"] or item["is_disabled"] or not safety or safety <= 0:
                continue
            for company in companies:
                mine = [t.value for t in balances if t.members["item"] == item["id"] and t.company == company]
                actual = sum(mine, Decimal(0))
                if actual < safety:
                    yield from told(item, company, {}, [actual, safety, safety - actual])
        return
    for row in data["reorder_level"]:
        item, place, level = items[row["item_id"]], row["warehouse_id"], row["reorder_level"]
        mine = [
            t.value for t in balances if t.members["item"] == item["id"] and t.members["warehouse"] == place
        ]
        projected = sum(mine, Decimal(0))
        if item["is_disabled"] or projected > (level or 0):
            continue
        figures = [projected, level or Decimal(0), row["reorder_quantity"]]
        yield from told(item, warehouses[place]["company_id"], {"warehouse": place}, figures)


def _ledger(data: Data, metric: str, as_of: date) -> Iterator[Thing]:
    party, table = ("supplier", "payable_entry") if metric == "payables" else ("customer", "receivable_entry")
    parties = by_id(data, party)
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
                "sales_invoice" if party == "customer" else "purchase_invoice": rows[0]["against_voucher_id"],
            },
            due=due,
        )


def _payments(data: Data, metric: str) -> Iterator[Thing]:
    received = metric == "payments_received"
    customers, suppliers = by_id(data, "customer"), by_id(data, "supplier")
    for row in data["payment"]:
        if row["state"] == "submitted" and row["direction"] == ("receive" if received else "pay"):
            customer = customers.get(row["customer_id"]) or {}
            supplier = suppliers.get(row["supplier_id"]) or {}
            yield Thing(
                row["base_received_amount" if received else "base_paid_amount"],
                row["company_id"],
                {
                    "payment": row["id"],
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
    accounts = by_id(data, "account")
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


def by_id(data: Data, table: str) -> Mapping[Any, Row]:
    return {row["id"]: row for row in data[table]}
