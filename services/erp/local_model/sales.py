"""Sales: orders, deliveries, invoices."""

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

sales_order: Final = Table(
    "sales_order",
    metadata,
    *header("sales_order"),
    ref("customer_id", "customer"),
    text("customer_name"),
    date("order_date", required=True),
    date("delivery_date"),
    code(
        "status",
        *("draft", "on_hold", "to_pay", "to_deliver_and_bill", "to_bill", "to_deliver"),
        *("completed", "cancelled", "closed"),
    ),
    text("customer_order_number"),
    ref("project_id", "project"),
    *money(),
    Index(None, "company_id", "order_date", "state", "customer_id", "status", "id"),
    Index(None, "customer_id", "order_date"),
    Index(None, "number"),
    comment="Sales orders (수주). One row a document.",
)

sales_order_line: Final = Table(
    "sales_order_line",
    metadata,
    *line("sales_order"),
    *line_money(),
    date("delivery_date"),
    quantity("delivered_quantity"),
    quantity("open_quantity"),
    flag("is_drop_shipped"),
    *line_indexes("sales_order", "open_quantity", "delivery_date"),
    open_lines("sales_order", "delivery_date"),
    comment="Sales order lines. open_quantity = what is left to deliver, in the stock unit, never below 0; "
    "delivery_date empty = the header's.",
)

delivery: Final = Table(
    "delivery",
    metadata,
    *header("delivery"),
    ref("customer_id", "customer"),
    text("customer_name"),
    date("posting_date", required=True),
    code(
        "status",
        *("draft", "to_bill", "partly_billed", "completed", "return", "return_issued", "cancelled", "closed"),
    ),
    *returns("delivery"),
    ref("project_id", "project"),
    *money(),
    Index(None, "company_id", "posting_date", "state", "is_return", "customer_id", "id"),
    Index(None, "customer_id", "posting_date"),
    Index(None, "number"),
    comment="Deliveries (출하). One row a document.",
)

delivery_line: Final = Table(
    "delivery_line",
    metadata,
    *line("delivery"),
    *line_money(),
    ref("sales_order_id", "sales_order"),
    ref("sales_order_line_id", "sales_order_line"),
    ref("sales_invoice_id", "sales_invoice"),
    *line_indexes("delivery"),
    Index(None, "sales_order_id"),
    comment="Delivery lines, each with the order line that it fulfils.",
)

sales_invoice: Final = Table(
    "sales_invoice",
    metadata,
    *header("sales_invoice"),
    ref("customer_id", "customer"),
    text("customer_name"),
    date("posting_date", required=True),
    date("due_date"),
    code(
        "status",
        *("draft", "return", "credit_note_issued", "submitted", "paid", "partly_paid", "unpaid"),
        *("overdue", "cancelled", "internal_transfer"),
    ),
    *returns("sales_invoice"),
    flag("is_opening"),
    flag("is_internal"),
    flag("updates_stock"),
    ref("project_id", "project"),
    ref("cost_center_id", "cost_center"),
    *money(),
    Index(None, "company_id", "posting_date", "state", "is_return", "is_opening", "customer_id", "id"),
    Index(None, "customer_id", "posting_date"),
    Index(None, "number"),
    Index(None, "return_against_id"),
    comment="Sales invoices (매출). One row a document. status is the ERP's word of the last save: "
    "what is overdue is computed from receivable_entry.",
)

sales_invoice_line: Final = Table(
    "sales_invoice_line",
    metadata,
    *line("sales_invoice"),
    *line_money(),
    ref("sales_order_id", "sales_order"),
    ref("sales_order_line_id", "sales_order_line"),
    ref("delivery_id", "delivery"),
    ref("delivery_line_id", "delivery_line"),
    *line_indexes("sales_invoice"),
    Index(None, "sales_order_id"),
    Index(None, "delivery_id"),
    comment="Sales invoice lines, each with the order and delivery line that it bills.",
)
