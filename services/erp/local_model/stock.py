"""Stock and production. A stock row's company is its warehouse's."""

from typing import Final

from sqlalchemy import Index, Table

from services.erp.local_model.columns import (
    amount,
    any_ref,
    code,
    date,
    flag,
    key,
    metadata,
    moment,
    price,
    quantity,
    ref,
    text,
)
from services.erp.local_model.documents import header

VOUCHER_TYPES: Final = (
    *("sales_order", "delivery", "sales_invoice"),
    *("purchase_order", "purchase_receipt", "purchase_invoice"),
    *("payment", "journal", "period_closing", "stock_entry", "stock_reconciliation", "work_order", "other"),
)

stock_balance: Final = Table(
    "stock_balance",
    metadata,
    key(),
    ref("item_id", "item", required=True),
    ref("warehouse_id", "warehouse", required=True),
    quantity("actual_quantity", required=True),
    quantity("reserved_quantity"),
    quantity("ordered_quantity"),
    quantity("planned_quantity"),
    quantity("projected_quantity"),
    amount("stock_value"),
    price("valuation_rate"),
    Index(None, "item_id", "warehouse_id"),
    Index(None, "warehouse_id"),
    comment="Stock now, one row per item and warehouse, in the item's stock unit. No row = 0.",
)

stock_move: Final = Table(
    "stock_move",
    metadata,
    key(),
    ref("item_id", "item", required=True),
    ref("warehouse_id", "warehouse", required=True),
    date("posting_date", required=True),
    moment("posted_at"),
    quantity("quantity", required=True),
    quantity("balance_quantity"),
    amount("value_change", required=True),
    price("valuation_rate"),
    code("voucher_type", *VOUCHER_TYPES, required=True),
    any_ref("voucher_id"),
    ref("delivery_id", "delivery"),
    ref("sales_invoice_id", "sales_invoice"),
    flag("is_cancelled"),
    Index(
        "ix_stock_move_by_type",
        *("voucher_type", "posting_date", "is_cancelled", "warehouse_id", "item_id"),
        *("value_change", "quantity", "delivery_id", "sales_invoice_id"),
        mysql_length={"delivery_id": 64, "sales_invoice_id": 64},
    ),
    Index(
        "ix_stock_move_by_item",
        *("item_id", "warehouse_id", "posting_date", "is_cancelled", "quantity", "value_change"),
    ),
    Index(None, "voucher_id"),
    comment="Stock ledger. The stock on a past day = the sum of its moves up to it, without cancelled ones. "
    "delivery_id / sales_invoice_id: voucher_id again where it is one, to join by.",
)

reorder_level: Final = Table(
    "reorder_level",
    metadata,
    key(),
    ref("item_id", "item", required=True),
    ref("warehouse_id", "warehouse", required=True),
    quantity("reorder_level"),
    quantity("reorder_quantity"),
    Index(None, "item_id", "warehouse_id"),
    comment="Reorder points per item and warehouse.",
)

bom: Final = Table(
    "bom",
    metadata,
    *header("bom"),
    ref("item_id", "item", required=True),
    quantity("quantity"),
    text("unit", 40),
    text("currency", 8),
    amount("total_cost"),
    amount("base_total_cost"),
    flag("is_default"),
    flag("is_active"),
    Index(None, "item_id"),
    Index(None, "number"),
    comment="Bills of material: what `quantity` of item_id is made of.",
)

bom_line: Final = Table(
    "bom_line",
    metadata,
    key(),
    ref("bom_id", "bom", required=True),
    quantity("position"),
    ref("item_id", "item"),
    text("item_name"),
    quantity("quantity"),
    text("unit", 40),
    quantity("stock_quantity"),
    text("stock_unit", 40),
    price("rate"),
    amount("amount"),
    Index(None, "bom_id"),
    Index(None, "item_id"),
    comment="Materials of a bill of material.",
)

work_order: Final = Table(
    "work_order",
    metadata,
    *header("work_order"),
    ref("item_id", "item", required=True),
    text("item_name"),
    ref("bom_id", "bom"),
    quantity("quantity", required=True),
    quantity("produced_quantity"),
    quantity("open_quantity"),
    text("stock_unit", 40),
    code(
        "status",
        *("draft", "submitted", "not_started", "in_process", "completed", "stopped", "closed", "cancelled"),
    ),
    date("planned_start_date"),
    date("planned_end_date"),
    date("actual_start_date"),
    date("actual_end_date"),
    ref("warehouse_id", "warehouse"),
    ref("sales_order_id", "sales_order"),
    ref("project_id", "project"),
    Index(None, "company_id", "planned_start_date", "state", "status"),
    Index(None, "item_id"),
    Index(None, "number"),
    comment="Work orders (작업지시). open_quantity = what is left to produce, never below 0.",
)

work_order_line: Final = Table(
    "work_order_line",
    metadata,
    key(),
    ref("work_order_id", "work_order", required=True),
    quantity("position"),
    ref("item_id", "item"),
    text("item_name"),
    ref("warehouse_id", "warehouse"),
    quantity("required_quantity"),
    quantity("transferred_quantity"),
    quantity("consumed_quantity"),
    Index(None, "work_order_id"),
    Index(None, "item_id"),
    comment="Materials that a work order needs.",
)
