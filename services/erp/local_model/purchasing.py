"""Purchasing: orders, receipts, invoices."""

from typing import Final

from sqlalchemy import Index, Table

from services.erp.local_model.columns import code, date, flag, metadata, quantity, ref, text
from services.erp.local_model.documents import (
    header,
    line,
    line_indexes,
    line_money,
    money,
    open_lines,
    returns,
)

purchase_order: Final = Table(
    "purchase_order",
    metadata,
    *header("purchase_order"),
    ref("supplier_id", "supplier"),
    text("supplier_name"),
    date("order_date", required=True),
    date("schedule_date"),
    code(
        "status",
        *("draft", "on_hold", "to_pay", "to_receive_and_bill", "to_bill", "to_receive"),
        *("completed", "cancelled", "closed", "delivered"),
    ),
    ref("project_id", "project"),
    *money(),
    Index(None, "company_id", "order_date", "state", "supplier_id", "status", "id"),
    Index(None, "supplier_id", "order_date"),
    Index(None, "number"),
    comment="Purchase orders (발주). One row a document.",
)

purchase_order_line: Final = Table(
    "purchase_order_line",
    metadata,
    *line("purchase_order"),
    *line_money(),
    date("schedule_date"),
    quantity("received_quantity"),
    quantity("open_quantity"),
    flag("is_drop_shipped"),
    *line_indexes("purchase_order", "open_quantity", "schedule_date", "is_drop_shipped"),
    open_lines("purchase_order", "schedule_date", "is_drop_shipped"),
    comment="Purchase order lines. open_quantity = what is left to receive, in the stock unit, never below "
    "0; schedule_date empty = the header's.",
)

purchase_receipt: Final = Table(
    "purchase_receipt",
    metadata,
    *header("purchase_receipt"),
    ref("supplier_id", "supplier"),
    text("supplier_name"),
    date("posting_date", required=True),
    code(
        "status",
        *("draft", "partly_billed", "to_bill", "completed", "return", "return_issued", "cancelled", "closed"),
    ),
    *returns("purchase_receipt"),
    text("supplier_delivery_number"),
    ref("project_id", "project"),
    *money(),
    Index(None, "company_id", "posting_date", "state", "is_return", "supplier_id", "id"),
    Index(None, "supplier_id", "posting_date"),
    Index(None, "number"),
    comment="Purchase receipts (입고). One row a document.",
)

purchase_receipt_line: Final = Table(
    "purchase_receipt_line",
    metadata,
    *line("purchase_receipt"),
    *line_money(),
    quantity("rejected_quantity"),
    ref("purchase_order_id", "purchase_order"),
    ref("purchase_order_line_id", "purchase_order_line"),
    *line_indexes("purchase_receipt"),
    Index(None, "purchase_order_id"),
    comment="Purchase receipt lines, each with the order line that it fulfils.",
)

purchase_invoice: Final = Table(
    "purchase_invoice",
    metadata,
    *header("purchase_invoice"),
    ref("supplier_id", "supplier"),
    text("supplier_name"),
    date("posting_date", required=True),
    date("due_date"),
    code(
        "status",
        *("draft", "return", "debit_note_issued", "submitted", "paid", "partly_paid", "unpaid"),
        *("overdue", "cancelled", "internal_transfer"),
    ),
    *returns("purchase_invoice"),
    flag("is_opening"),
    flag("is_internal"),
    flag("updates_stock"),
    text("bill_number"),
    date("bill_date"),
    ref("project_id", "project"),
    ref("cost_center_id", "cost_center"),
    *money(),
    Index(None, "company_id", "posting_date", "state", "is_return", "is_opening", "supplier_id", "id"),
    Index(None, "supplier_id", "posting_date"),
    Index(None, "number"),
    Index(None, "return_against_id"),
    comment="Purchase invoices (매입). One row a document.",
)

purchase_invoice_line: Final = Table(
    "purchase_invoice_line",
    metadata,
    *line("purchase_invoice"),
    *line_money(),
    ref("purchase_order_id", "purchase_order"),
    ref("purchase_order_line_id", "purchase_order_line"),
    ref("purchase_receipt_id", "purchase_receipt"),
    ref("purchase_receipt_line_id", "purchase_receipt_line"),
    *line_indexes("purchase_invoice"),
    Index(None, "purchase_order_id"),
    Index(None, "purchase_receipt_id"),
    comment="Purchase invoice lines, each with the order and receipt line that it bills.",
)
