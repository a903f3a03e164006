# ruff: noqa: S608 - our own queries
"""Figures from the local model equal those from the ERP's own tables; SQL by hand on both sides."""

import sqlite3
from decimal import Decimal
from typing import Any

import pytest

from services.erp.load import MAPPINGS
from services.erp.local_model import BUSINESS_TABLES
from services.erp.mapping.language import read_mapping

_SOLD = "i.docstatus = 1 AND i.is_return = 0 AND i.is_opening = 'No'"

# figure: (on the ERP's tables, on the local model, digits that the local number is scaled by)
FIGURES = {
    "매출 by company and month": (
        f"""SELECT i.company, substr(i.posting_date, 1, 7), sum(l.base_net_amount)
        FROM `tabSales Invoice` i JOIN `tabSales Invoice Item` l ON l.parent = i.name WHERE {_SOLD}
        GROUP BY 1, 2""",
        """SELECT i.company_id, substr(i.posting_date, 1, 7), sum(l.base_net_amount)
        FROM sales_invoice i JOIN sales_invoice_line l ON l.sales_invoice_id = i.id
        WHERE i.state = 'submitted' AND NOT i.is_return AND NOT i.is_opening GROUP BY 1, 2""",
        4,
    ),
    "매출 by customer's territory": (
        f"""SELECT c.territory, sum(l.base_net_amount) FROM `tabSales Invoice` i
        JOIN `tabSales Invoice Item` l ON l.parent = i.name JOIN tabCustomer c ON c.name = i.customer
        WHERE {_SOLD} GROUP BY 1""",
        """SELECT c.territory_id, sum(l.base_net_amount) FROM sales_invoice i
        JOIN sales_invoice_line l ON l.sales_invoice_id = i.id JOIN customer c ON c.id = i.customer_id
        WHERE i.state = 'submitted' AND NOT i.is_return AND NOT i.is_opening GROUP BY 1""",
        4,
    ),
    "판매수량 by item": (
        f"""SELECT l.item_code, sum(l.stock_qty) FROM `tabSales Invoice` i
        JOIN `tabSales Invoice Item` l ON l.parent = i.name WHERE {_SOLD} GROUP BY 1""",
        """SELECT l.item_id, sum(l.stock_quantity) FROM sales_invoice i
        JOIN sales_invoice_line l ON l.sales_invoice_id = i.id
        WHERE i.state = 'submitted' AND NOT i.is_return AND NOT i.is_opening GROUP BY 1""",
        6,
    ),
    "달러 매출": (
        f"""SELECT sum(l.net_amount) FROM `tabSales Invoice` i
        JOIN `tabSales Invoice Item` l ON l.parent = i.name WHERE {_SOLD} AND i.currency = 'USD'""",
        """SELECT sum(l.net_amount) FROM sales_invoice i
        JOIN sales_invoice_line l ON l.sales_invoice_id = i.id
        WHERE i.state = 'submitted' AND NOT i.is_return AND NOT i.is_opening AND i.currency = 'USD'""",
        4,
    ),
    "반품액": (
        """SELECT -sum(l.base_net_amount) FROM `tabSales Invoice` i
        JOIN `tabSales Invoice Item` l ON l.parent = i.name WHERE i.docstatus = 1 AND i.is_return = 1""",
        """SELECT -sum(l.base_net_amount) FROM sales_invoice i
        JOIN sales_invoice_line l ON l.sales_invoice_id = i.id WHERE i.state = 'submitted' AND i.is_return""",
        4,
    ),
    "VAT 포함 매출": (
        f"SELECT sum(i.base_grand_total) FROM `tabSales Invoice` i WHERE {_SOLD}",
        "SELECT sum(base_grand_total) FROM sales_invoice "
        "WHERE state = 'submitted' AND NOT is_return AND NOT is_opening",
        4,
    ),
    "매출원가 by month": (
        """SELECT substr(posting_date, 1, 7), -sum(stock_value_difference) FROM `tabStock Ledger Entry`
        WHERE is_cancelled = 0 AND voucher_type IN ('Delivery Note', 'Sales Invoice') GROUP BY 1""",
        """SELECT substr(posting_date, 1, 7), -sum(value_change) FROM stock_move
        WHERE NOT is_cancelled AND voucher_type IN ('delivery', 'sales_invoice') GROUP BY 1""",
        4,
    ),
    "매출원가 by customer": (
        """SELECT h.customer, -sum(m.stock_value_difference) FROM `tabStock Ledger Entry` m
        JOIN (SELECT name, customer FROM `tabDelivery Note`
            UNION ALL SELECT name, customer FROM `tabSales Invoice`) h ON h.name = m.voucher_no
        WHERE m.is_cancelled = 0 GROUP BY 1""",
        """SELECT coalesce(d.customer_id, i.customer_id), -sum(m.value_change) FROM stock_move m
        LEFT JOIN delivery d ON d.id = m.delivery_id LEFT JOIN sales_invoice i ON i.id = m.sales_invoice_id
        WHERE NOT m.is_cancelled AND m.voucher_type IN ('delivery', 'sales_invoice') GROUP BY 1""",
        4,
    ),
    "수주액 by customer": (
        """SELECT o.customer, sum(l.base_net_amount) FROM `tabSales Order` o
        JOIN `tabSales Order Item` l ON l.parent = o.name WHERE o.docstatus = 1 GROUP BY 1""",
        """SELECT o.customer_id, sum(l.base_net_amount) FROM sales_order o
        JOIN sales_order_line l ON l.sales_order_id = o.id WHERE o.state = 'submitted' GROUP BY 1""",
        4,
    ),
    "수주잔량 by item": (
        """SELECT l.item_code, sum((l.qty - l.delivered_qty) * l.conversion_factor) FROM `tabSales Order` o
        JOIN `tabSales Order Item` l ON l.parent = o.name
        WHERE o.docstatus = 1 AND o.status NOT IN ('On Hold', 'Closed') AND l.qty > l.delivered_qty
        GROUP BY 1""",
        """SELECT l.item_id, sum(l.open_quantity) FROM sales_order o
        JOIN sales_order_line l ON l.sales_order_id = o.id
        WHERE o.state = 'submitted' AND o.status NOT IN ('on_hold', 'closed') AND l.open_quantity > 0
        GROUP BY 1""",
        6,
    ),
    "출하지연": (
        """SELECT count(DISTINCT o.name) FROM `tabSales Order` o
        JOIN `tabSales Order Item` l ON l.parent = o.name
        WHERE o.docstatus = 1 AND o.status NOT IN ('On Hold', 'Closed') AND l.qty > l.delivered_qty
          AND coalesce(l.delivery_date, o.delivery_date) < '2026-11-23'""",
        """SELECT count(DISTINCT o.id) FROM sales_order o JOIN sales_order_line l ON l.sales_order_id = o.id
        WHERE o.state = 'submitted' AND o.status NOT IN ('on_hold', 'closed') AND l.open_quantity > 0
          AND coalesce(l.delivery_date, o.delivery_date) < '2026-11-23'""",
        0,
    ),
    "발주잔량 by supplier": (
        """SELECT o.supplier, sum((l.qty - l.received_qty) * l.conversion_factor) FROM `tabPurchase Order` o
        JOIN `tabPurchase Order Item` l ON l.parent = o.name
        WHERE o.docstatus = 1 AND o.status NOT IN ('Closed', 'Delivered') AND l.qty > l.received_qty
          AND l.delivered_by_supplier = 0 GROUP BY 1""",
        """SELECT o.supplier_id, sum(l.open_quantity) FROM purchase_order o
        JOIN purchase_order_line l ON l.purchase_order_id = o.id
        WHERE o.state = 'submitted' AND o.status NOT IN ('closed', 'delivered') AND l.open_quantity > 0
          AND NOT l.is_drop_shipped GROUP BY 1""",
        6,
    ),
    "매입액": (
        """SELECT sum(l.base_net_amount) FROM `tabPurchase Invoice` i
        JOIN `tabPurchase Invoice Item` l ON l.parent = i.name
        WHERE i.docstatus = 1 AND i.is_opening = 'No'""",
        """SELECT sum(l.base_net_amount) FROM purchase_invoice i
        JOIN purchase_invoice_line l ON l.purchase_invoice_id = i.id
        WHERE i.state = 'submitted' AND NOT i.is_opening""",
        4,
    ),
    "미수금 by customer": (
        """SELECT party, sum(amount) FROM `tabPayment Ledger Entry`
        WHERE account_type = 'Receivable' AND delinked = 0 GROUP BY 1""",
        "SELECT customer_id, sum(amount) FROM receivable_entry WHERE NOT is_delinked GROUP BY 1",
        4,
    ),
    "연체 미수금": (
        """SELECT sum(balance) FROM (
            SELECT sum(amount) AS balance, max(CASE WHEN voucher_no = against_voucher_no AND
                voucher_type = 'Sales Invoice' THEN due_date END) AS due
            FROM `tabPayment Ledger Entry` WHERE account_type = 'Receivable' AND delinked = 0
            GROUP BY against_voucher_no) WHERE balance > 0 AND due < '2026-11-23'""",
        """SELECT sum(balance) FROM (
            SELECT sum(e.amount) AS balance, (SELECT o.due_date FROM receivable_entry o
                WHERE o.voucher_id = e.against_voucher_id AND o.against_voucher_id = e.against_voucher_id
                  AND NOT o.is_delinked) AS due
            FROM receivable_entry e WHERE NOT e.is_delinked GROUP BY e.against_voucher_id)
        WHERE balance > 0 AND due < '2026-11-23'""",
        4,
    ),
    "미지급금 by party": (
        """SELECT party_type, party, sum(amount) FROM `tabPayment Ledger Entry`
        WHERE account_type = 'Payable' AND delinked = 0 GROUP BY 1, 2""",
        """SELECT CASE party_type WHEN 'supplier' THEN 'Supplier' ELSE 'Employee' END,
            coalesce(supplier_id, employee_id), sum(amount) FROM payable_entry WHERE NOT is_delinked
        GROUP BY 1, 2""",
        4,
    ),
    "수금액 and 지급액": (
        """SELECT payment_type, sum(base_received_amount), sum(base_paid_amount) FROM `tabPayment Entry`
        WHERE docstatus = 1 GROUP BY 1""",
        """SELECT CASE direction WHEN 'receive' THEN 'Receive' WHEN 'pay' THEN 'Pay'
            ELSE 'Internal Transfer' END, sum(base_received_amount), sum(base_paid_amount)
        FROM payment WHERE state = 'submitted' GROUP BY 1""",
        4,
    ),
    "재고수량, 예상재고 by warehouse": (
        "SELECT warehouse, sum(actual_qty), sum(projected_qty) FROM tabBin GROUP BY 1",
        "SELECT warehouse_id, sum(actual_quantity), sum(projected_quantity) FROM stock_balance GROUP BY 1",
        6,
    ),
    "재고금액 at the end of a month": (
        """SELECT warehouse, sum(stock_value_difference) FROM `tabStock Ledger Entry`
        WHERE is_cancelled = 0 AND posting_date <= '2026-06-30' GROUP BY 1""",
        """SELECT warehouse_id, sum(value_change) FROM stock_move
        WHERE NOT is_cancelled AND posting_date <= '2026-06-30' GROUP BY 1""",
        4,
    ),
    "안전재고 미달": (
        """SELECT i.name FROM tabItem i WHERE i.is_stock_item = 1 AND i.disabled = 0 AND i.safety_stock >
            (SELECT coalesce(sum(b.actual_qty), 0) FROM tabBin b WHERE b.item_code = i.name)""",
        """SELECT i.id FROM item i WHERE i.is_stock_item AND NOT i.is_disabled AND i.safety_stock >
            (SELECT coalesce(sum(b.actual_quantity), 0) FROM stock_balance b WHERE b.item_id = i.id)""",
        0,
    ),
    "재주문 대상": (
        """SELECT r.parent, r.warehouse FROM `tabItem Reorder` r
        JOIN tabBin b ON b.item_code = r.parent AND b.warehouse = r.warehouse
        WHERE b.projected_qty <= r.warehouse_reorder_level""",
        """SELECT r.item_id, r.warehouse_id FROM reorder_level r
        JOIN stock_balance b ON b.item_id = r.item_id AND b.warehouse_id = r.warehouse_id
        WHERE b.projected_quantity <= r.reorder_level""",
        0,
    ),
    "손익 by account of a year": (
        """SELECT g.account, sum(g.credit - g.debit) FROM `tabGL Entry` g
        JOIN tabAccount a ON a.name = g.account
        WHERE g.is_cancelled = 0 AND g.voucher_type <> 'Period Closing Voucher'
          AND a.root_type IN ('Income', 'Expense') AND g.posting_date BETWEEN '2025-01-01' AND '2025-12-31'
        GROUP BY 1""",
        """SELECT g.account_id, sum(g.credit - g.debit) FROM gl_entry g JOIN account a ON a.id = g.account_id
        WHERE NOT g.is_cancelled AND g.voucher_type <> 'period_closing'
          AND a.root_type IN ('income', 'expense') AND g.posting_date BETWEEN '2025-01-01' AND '2025-12-31'
        GROUP BY 1""",
        4,
    ),
    "생산잔량": (
        """SELECT production_item, sum(qty - produced_qty) FROM `tabWork Order` WHERE docstatus = 1
          AND status NOT IN ('Completed', 'Stopped', 'Closed') AND qty > produced_qty GROUP BY 1""",
        """SELECT item_id, sum(open_quantity) FROM work_order WHERE state = 'submitted'
          AND status NOT IN ('completed', 'stopped', 'closed') AND open_quantity > 0 GROUP BY 1""",
        6,
    ),
    "잔여 연차": (
        """SELECT employee, sum(leaves) FROM `tabLeave Ledger Entry` WHERE docstatus = 1
          AND leave_type = '연차휴가' AND from_date >= '2026-01-01' GROUP BY 1""",
        """SELECT employee_id, sum(days) FROM leave_entry WHERE state = 'submitted'
          AND leave_type = '연차휴가' AND from_date >= '2026-01-01' GROUP BY 1""",
        6,
    ),
    "건수 by kind": (
        """SELECT (SELECT count(*) FROM `tabSales Order` WHERE docstatus = 1),
            (SELECT count(*) FROM `tabSales Invoice` i WHERE i.docstatus = 1 AND i.is_return = 0
                AND i.is_opening = 'No'),
            (SELECT count(*) FROM `tabPurchase Order` WHERE docstatus = 1),
            (SELECT count(*) FROM `tabDelivery Note` WHERE docstatus = 1 AND is_return = 0)""",
        """SELECT (SELECT count(*) FROM sales_order WHERE state = 'submitted'),
            (SELECT count(*) FROM sales_invoice
                WHERE state = 'submitted' AND NOT is_return AND NOT is_opening),
            (SELECT count(*) FROM purchase_order WHERE state = 'submitted'),
            (SELECT count(*) FROM delivery WHERE state = 'submitted' AND NOT is_return)""",
        0,
    ),
}


def exact(value: Any, scale: int) -> Any:
    """The ERP's decimal(21,9), which SQLite may sum as a float; the local model's scaled integer."""
    if isinstance(value, float):
        return Decimal(repr(value)).quantize(Decimal(1).scaleb(-4))
    if isinstance(value, int):
        return Decimal(value).scaleb(-scale).quantize(Decimal(1).scaleb(-4))
    return value


@pytest.mark.parametrize("figure", FIGURES)
def test_figure(on_erp: sqlite3.Connection, on_model: sqlite3.Connection, figure: str) -> None:
    erp_sql, model_sql, scale = FIGURES[figure]
    expected = sorted(tuple(exact(value, 0) for value in row) for row in on_erp.execute(erp_sql))
    found = sorted(tuple(exact(value, scale) for value in row) for row in on_model.execute(model_sql))
    assert found == expected
    assert any(any(row) for row in expected), "the demo has nothing to compare"


def test_every_row_arrived(on_erp: sqlite3.Connection, on_model: sqlite3.Connection) -> None:
    assert on_model.execute("SELECT * FROM rejected_row").fetchall() == []
    sources: dict[str, set[str]] = {}
    for table in read_mapping(MAPPINGS / "erpnext.yaml").tables:
        if table.when is None:
            sources.setdefault(table.target.name, set()).add(table.source)
    for local, (source,) in sources.items():
        counts = [
            database.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            for database, name in ((on_erp, source), (on_model, local))
        ]
        assert counts[0] == counts[1], local
    empty = [t.name for t in BUSINESS_TABLES if not on_model.execute(f"SELECT 1 FROM {t.name}").fetchone()]
    assert empty == []


def test_no_amount_was_rounded_but_shown_rates(on_model: sqlite3.Connection) -> None:
    rounded = on_model.execute("SELECT local_table, rounded FROM load_watermark WHERE rounded > 0").fetchall()
    assert rounded == []


def test_references_lead_somewhere(on_model: sqlite3.Connection) -> None:
    for table in BUSINESS_TABLES:
        for column in table.c:
            target = column.info.get("references")
            if target:
                lost = on_model.execute(
                    f"SELECT count(*) FROM {table.name} WHERE {column.name} IS NOT NULL "
                    f"AND {column.name} NOT IN (SELECT id FROM {target})"
                ).fetchone()[0]
                assert lost == 0, f"{table.name}.{column.name}"
