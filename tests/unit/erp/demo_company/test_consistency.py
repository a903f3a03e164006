"""The demo company's books agree: each query below finds what contradicts itself, and finds nothing."""

import sqlite3

import pytest

CONTRADICTIONS = {
    "a voucher's debit differs from its credit": """
        SELECT voucher_type, voucher_no FROM `tabGL Entry` GROUP BY company, voucher_type, voucher_no
        HAVING abs(sum(debit) - sum(credit)) > 0""",
    "a company's debit differs from its credit": """
        SELECT company FROM `tabGL Entry` WHERE is_cancelled = 0 GROUP BY company
        HAVING abs(sum(debit) - sum(credit)) > 0""",
    "an entry is both debit and credit, or negative": """
        SELECT name FROM `tabGL Entry` WHERE (debit <> 0 AND credit <> 0) OR debit < 0 OR credit < 0""",
    "a cancelled voucher is not reversed": """
        SELECT voucher_no FROM `tabGL Entry` WHERE is_cancelled = 1 GROUP BY voucher_no, account
        HAVING sum(debit - credit) <> 0""",
    "a balance differs from its moves": """
        SELECT b.name FROM tabBin b LEFT JOIN `tabStock Ledger Entry` m
          ON m.item_code = b.item_code AND m.warehouse = b.warehouse AND m.is_cancelled = 0
        GROUP BY b.name, b.actual_qty, b.stock_value
        HAVING abs(coalesce(sum(m.actual_qty), 0) - b.actual_qty) > 0.000001
            OR coalesce(sum(m.stock_value_difference), 0) <> b.stock_value""",
    "moves without a balance row": """
        SELECT DISTINCT item_code, warehouse FROM `tabStock Ledger Entry`
        EXCEPT SELECT item_code, warehouse FROM tabBin""",
    "stock below nothing": "SELECT name FROM tabBin WHERE actual_qty < 0 OR stock_value < 0",
    "stock on accounts differs from stock in warehouses": """
        SELECT s.company FROM (SELECT company, sum(stock_value_difference) AS won FROM `tabStock Ledger Entry`
            WHERE is_cancelled = 0 GROUP BY company) s
        JOIN (SELECT g.company, sum(g.debit - g.credit) AS won FROM `tabGL Entry` g
            JOIN tabAccount a ON a.name = g.account AND a.account_type = 'Stock'
            WHERE g.is_cancelled = 0 GROUP BY g.company) l ON l.company = s.company
        WHERE s.won <> l.won""",
    "projected differs from its parts": """
        SELECT name FROM tabBin WHERE abs(projected_qty - (actual_qty + ordered_qty + planned_qty
            - reserved_qty - reserved_qty_for_production)) > 0.000001""",
    "reserved differs from open orders": """
        SELECT b.name FROM tabBin b LEFT JOIN (
            SELECT l.item_code, l.warehouse, sum((l.qty - l.delivered_qty) * l.conversion_factor) AS open
            FROM `tabSales Order Item` l JOIN `tabSales Order` o ON o.name = l.parent
            WHERE o.docstatus = 1 AND o.status NOT IN ('Closed', 'On Hold') AND l.qty > l.delivered_qty
            GROUP BY 1, 2) x ON x.item_code = b.item_code AND x.warehouse = b.warehouse
        WHERE abs(coalesce(x.open, 0) - b.reserved_qty) > 0.000001""",
    "ordered differs from open purchase orders": """
        SELECT b.name FROM tabBin b LEFT JOIN (
            SELECT l.item_code, l.warehouse, sum((l.qty - l.received_qty) * l.conversion_factor) AS open
            FROM `tabPurchase Order Item` l JOIN `tabPurchase Order` o ON o.name = l.parent
            WHERE o.docstatus = 1 AND o.status NOT IN ('Closed', 'Delivered') AND l.qty > l.received_qty
              AND l.delivered_by_supplier = 0
            GROUP BY 1, 2) x ON x.item_code = b.item_code AND x.warehouse = b.warehouse
        WHERE abs(coalesce(x.open, 0) - b.ordered_qty) > 0.000001""",
    "a delivered quantity differs from its deliveries": """
        SELECT l.name FROM `tabSales Order Item` l JOIN `tabSales Order` o ON o.name = l.parent AND
        o.docstatus = 1 LEFT JOIN (SELECT d.so_detail, sum(d.qty) AS qty FROM `tabDelivery Note Item` d
            JOIN `tabDelivery Note` n ON n.name = d.parent AND n.docstatus = 1 AND n.is_return = 0
            GROUP BY 1) x ON x.so_detail = l.name
        WHERE abs(coalesce(x.qty, 0) - l.delivered_qty) > 0.000001""",
    "a ledger's balance differs from its invoice's": """
        SELECT i.name FROM `tabSales Invoice` i LEFT JOIN `tabPayment Ledger Entry` p
          ON p.against_voucher_no = i.name AND p.delinked = 0
        WHERE i.docstatus = 1 GROUP BY i.name, i.outstanding_amount
        HAVING abs(coalesce(sum(p.amount_in_account_currency), 0) - i.outstanding_amount) > 0.005""",
    "a ledger's balance differs from its purchase invoice's": """
        SELECT i.name FROM `tabPurchase Invoice` i LEFT JOIN `tabPayment Ledger Entry` p
          ON p.against_voucher_no = i.name AND p.delinked = 0
        WHERE i.docstatus = 1 GROUP BY i.name, i.outstanding_amount
        HAVING abs(coalesce(sum(p.amount_in_account_currency), 0) - i.outstanding_amount) > 0.005""",
    "a settled dollar invoice leaves won behind": """
        SELECT against_voucher_no FROM `tabPayment Ledger Entry` WHERE delinked = 0
        GROUP BY against_voucher_no
        HAVING abs(sum(amount_in_account_currency)) < 0.005 AND sum(amount) <> 0""",
    "party ledger and general ledger differ": """
        SELECT p.account FROM (SELECT account, sum(amount) AS won FROM `tabPayment Ledger Entry`
            WHERE delinked = 0 GROUP BY account) p
        JOIN (SELECT account, sum(debit - credit) AS won FROM `tabGL Entry` WHERE is_cancelled = 0
            GROUP BY account) g ON g.account = p.account
        WHERE abs(p.won) <> abs(g.won)""",
    "a finished year keeps income or expense": """
        SELECT g.company, fiscal_year FROM `tabGL Entry` g JOIN tabAccount a ON a.name = g.account
        WHERE a.report_type = 'Profit and Loss' AND g.is_cancelled = 0 AND fiscal_year < '2026'
        GROUP BY g.company, fiscal_year HAVING sum(g.debit - g.credit) <> 0""",
    "an amended document whose first version stands": """
        SELECT n.name FROM `tabSales Order` n JOIN `tabSales Order` o ON o.name = n.amended_from
        WHERE o.docstatus <> 2""",
    "a posting of a day to come": "SELECT name FROM `tabGL Entry` WHERE posting_date > '2026-11-23'",
} | {
    f"{header}: lines add up to something else": (
        f"SELECT h.name FROM `{header}` h JOIN `{header} Item` l ON l.parent = h.name "  # noqa: S608
        "GROUP BY h.name, h.base_net_total HAVING abs(sum(l.base_net_amount) - h.base_net_total) > 0"
    )
    for header in (
        *("tabSales Order", "tabDelivery Note", "tabSales Invoice"),
        *("tabPurchase Order", "tabPurchase Receipt", "tabPurchase Invoice"),
    )
}

# What questions can go wrong on must occur, or the demo proves nothing.
PRESENT = {
    "drafts": "SELECT 1 FROM `tabSales Order` WHERE docstatus = 0",
    "cancelled": "SELECT 1 FROM `tabSales Invoice` WHERE docstatus = 2",
    "amended": "SELECT 1 FROM `tabSales Order` WHERE amended_from IS NOT NULL",
    "returns": "SELECT 1 FROM `tabSales Invoice` WHERE is_return = 1 AND base_net_total < 0",
    "purchase returns": "SELECT 1 FROM `tabPurchase Invoice` WHERE is_return = 1 AND base_net_total < 0",
    "opening invoices": "SELECT 1 FROM `tabSales Invoice` WHERE is_opening = 'Yes'",
    "opening payables": "SELECT 1 FROM `tabPurchase Invoice` WHERE is_opening = 'Yes'",
    "dollars": "SELECT 1 FROM `tabSales Invoice` WHERE currency = 'USD' AND base_net_total > net_total",
    "the other company": "SELECT 1 FROM `tabSales Invoice` WHERE company = '마루유통'",
    "internal sales": "SELECT 1 FROM `tabSales Invoice` WHERE is_internal_customer = 1",
    "invoices that move stock": "SELECT 1 FROM `tabSales Invoice` WHERE update_stock = 1",
    "discounts": "SELECT 1 FROM `tabSales Invoice` WHERE base_discount_amount > 0",
    "services": "SELECT 1 FROM `tabSales Invoice Item` WHERE item_code LIKE 'SVC-%'",
    "other units": "SELECT 1 FROM `tabSales Invoice Item` WHERE conversion_factor > 1",
    "half kilograms": "SELECT 1 FROM `tabSales Invoice Item` WHERE qty <> round(qty)",
    "orders on hold": "SELECT 1 FROM `tabSales Order` WHERE status = 'On Hold'",
    "orders closed with a rest": """SELECT 1 FROM `tabSales Order` o JOIN `tabSales Order Item` l
        ON l.parent = o.name WHERE o.status = 'Closed' AND l.qty > l.delivered_qty""",
    "part deliveries": "SELECT 1 FROM `tabSales Order Item` WHERE delivered_qty > 0 AND delivered_qty < qty",
    "over-deliveries": "SELECT 1 FROM `tabSales Order Item` WHERE delivered_qty > qty",
    "late deliveries": """SELECT 1 FROM `tabSales Order` o JOIN `tabSales Order Item` l ON l.parent = o.name
        WHERE o.docstatus = 1 AND o.status NOT IN ('Closed', 'On Hold') AND l.qty > l.delivered_qty
          AND l.delivery_date < '2026-11-23'""",
    "deliveries to come": """SELECT 1 FROM `tabSales Order Item` WHERE qty > delivered_qty
        AND delivery_date > '2026-11-23'""",
    "late receipts": """SELECT 1 FROM `tabPurchase Order` o
        JOIN `tabPurchase Order Item` l ON l.parent = o.name
        WHERE o.docstatus = 1 AND o.status NOT IN ('Closed', 'Delivered') AND l.qty > l.received_qty
          AND l.schedule_date < '2026-11-23' AND delivered_by_supplier = 0""",
    "drop shipments": "SELECT 1 FROM `tabPurchase Order Item` WHERE delivered_by_supplier = 1",
    "overdue": "SELECT 1 FROM `tabSales Invoice` WHERE status = 'Overdue' AND outstanding_amount > 0",
    "advances": """SELECT 1 FROM `tabPayment Ledger Entry` WHERE voucher_no = against_voucher_no
        AND voucher_type = 'Payment Entry' AND amount < 0""",
    "refused payments": "SELECT 1 FROM `tabPayment Entry` WHERE docstatus = 2",
    "payments to employees": "SELECT 1 FROM `tabPayment Entry` WHERE party_type = 'Employee'",
    "internal transfers": "SELECT 1 FROM `tabPayment Entry` WHERE payment_type = 'Internal Transfer'",
    "exchange differences": """SELECT 1 FROM `tabPayment Ledger Entry` WHERE voucher_type = 'Journal Entry'
        AND amount_in_account_currency = 0 AND amount <> 0""",
    "closings": "SELECT 1 FROM `tabGL Entry` WHERE voucher_type = 'Period Closing Voucher'",
    "open work orders": "SELECT 1 FROM `tabWork Order` WHERE docstatus = 1 AND produced_qty < qty",
    "leave booked ahead": "SELECT 1 FROM `tabLeave Ledger Entry` WHERE from_date > '2026-11-23'",
    "expired leave": "SELECT 1 FROM `tabLeave Ledger Entry` WHERE is_expired = 1",
    "namesakes": "SELECT employee_name FROM tabEmployee GROUP BY 1 HAVING count(DISTINCT department) > 1",
    "one name, two items": "SELECT item_name FROM tabItem GROUP BY 1 HAVING count(*) > 1",
    "a group's name": "SELECT 1 FROM tabItem WHERE item_name IN (SELECT name FROM `tabItem Group`)",
    "a supplier called as a customer": """SELECT 1 FROM tabSupplier WHERE supplier_name IN
        (SELECT customer_name FROM tabCustomer)""",
    "names alike": "SELECT 1 FROM tabCustomer WHERE customer_name LIKE '%대한상사%' LIMIT 1 OFFSET 2",
    "disabled items": "SELECT 1 FROM tabItem WHERE disabled = 1",
    "below safety stock": """SELECT 1 FROM tabItem i WHERE safety_stock > 0 AND safety_stock >
        (SELECT coalesce(sum(actual_qty), 0) FROM tabBin b WHERE b.item_code = i.name)""",
    "safety stock without balance": """SELECT 1 FROM tabItem WHERE safety_stock > 0
        AND name NOT IN (SELECT item_code FROM tabBin)""",
    "to reorder": """SELECT 1 FROM `tabItem Reorder` r JOIN tabBin b ON b.item_code = r.parent
        AND b.warehouse = r.warehouse WHERE b.projected_qty <= r.warehouse_reorder_level""",
}


@pytest.mark.parametrize("contradiction", CONTRADICTIONS)
def test_no_contradiction(demo: sqlite3.Connection, contradiction: str) -> None:
    assert demo.execute(CONTRADICTIONS[contradiction]).fetchall() == []


@pytest.mark.parametrize("case", PRESENT)
def test_what_questions_stumble_over_is_there(demo: sqlite3.Connection, case: str) -> None:
    assert demo.execute(PRESENT[case]).fetchone() is not None


def test_trees_are_nested(demo: sqlite3.Connection) -> None:
    for table in ("Territory", "Item Group", "Customer Group", "Supplier Group", "Warehouse", "Account"):
        parent = f"parent_{table.lower().replace(' ', '_')}"
        same = "AND c.company = p.company" if table in ("Warehouse", "Account") else ""
        outside = demo.execute(
            f"SELECT c.name FROM `tab{table}` c JOIN `tab{table}` p ON p.name = c.{parent} {same} "  # noqa: S608
            "WHERE NOT (p.lft < c.lft AND c.rgt < p.rgt)"
        )
        assert outside.fetchall() == [], table
        orphans = demo.execute(
            f"SELECT name FROM `tab{table}` WHERE {parent} NOT IN (SELECT name FROM `tab{table}`)"  # noqa: S608
        )
        assert orphans.fetchall() == [], table
