"""Purchase documents."""

import sqlalchemy as sa
from alembic import op

from services.erp.exact_decimal import ExactDecimal

revision = "0003"
down_revision = "0002"

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "purchase_invoice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("supplier_name", sa.String(length=190), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("return_against_id", KEY, nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("updates_stock", sa.Boolean(), nullable=False),
        sa.Column("bill_number", sa.String(length=190), nullable=True),
        sa.Column("bill_date", sa.Date(), nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("cost_center_id", KEY, nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("conversion_rate", ExactDecimal(9), nullable=True),
        sa.Column("base_net_total", ExactDecimal(4), nullable=True),
        sa.Column("base_tax_total", ExactDecimal(4), nullable=True),
        sa.Column("base_grand_total", ExactDecimal(4), nullable=True),
        sa.Column("net_total", ExactDecimal(4), nullable=True),
        sa.Column("grand_total", ExactDecimal(4), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_invoice"),
    )
    op.create_index(
        "ix_purchase_invoice_company_id",
        "purchase_invoice",
        ["company_id", "posting_date", "state", "is_return", "is_opening", "supplier_id", "id"],
        unique=False,
    )
    op.create_index("ix_purchase_invoice_number", "purchase_invoice", ["number"], unique=False)
    op.create_index(
        "ix_purchase_invoice_return_against_id", "purchase_invoice", ["return_against_id"], unique=False
    )
    op.create_index(
        "ix_purchase_invoice_supplier_id", "purchase_invoice", ["supplier_id", "posting_date"], unique=False
    )
    op.create_table(
        "purchase_invoice_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purchase_invoice_id", KEY, nullable=False),
        sa.Column("position", ExactDecimal(6), nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("item_name", sa.String(length=190), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(6), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("conversion_factor", ExactDecimal(9), nullable=True),
        sa.Column("stock_quantity", ExactDecimal(6), nullable=True),
        sa.Column("stock_unit", sa.String(length=40), nullable=True),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("cost_center_id", KEY, nullable=True),
        sa.Column("rate", ExactDecimal(6), nullable=True),
        sa.Column("base_rate", ExactDecimal(6), nullable=True),
        sa.Column("base_net_amount", ExactDecimal(4), nullable=True),
        sa.Column("net_amount", ExactDecimal(4), nullable=True),
        sa.Column("purchase_order_id", KEY, nullable=True),
        sa.Column("purchase_order_line_id", KEY, nullable=True),
        sa.Column("purchase_receipt_id", KEY, nullable=True),
        sa.Column("purchase_receipt_line_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_invoice_line"),
    )
    op.create_index("ix_purchase_invoice_line_item_id", "purchase_invoice_line", ["item_id"], unique=False)
    op.create_index(
        "ix_purchase_invoice_line_purchase_invoice_id",
        "purchase_invoice_line",
        ["purchase_invoice_id", "item_id", "base_net_amount", "stock_quantity", "stock_unit", "warehouse_id"],
        unique=False,
    )
    op.create_index(
        "ix_purchase_invoice_line_purchase_order_id",
        "purchase_invoice_line",
        ["purchase_order_id"],
        unique=False,
    )
    op.create_index(
        "ix_purchase_invoice_line_purchase_receipt_id",
        "purchase_invoice_line",
        ["purchase_receipt_id"],
        unique=False,
    )
    op.create_table(
        "purchase_order",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("supplier_name", sa.String(length=190), nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("schedule_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("conversion_rate", ExactDecimal(9), nullable=True),
        sa.Column("base_net_total", ExactDecimal(4), nullable=True),
        sa.Column("base_tax_total", ExactDecimal(4), nullable=True),
        sa.Column("base_grand_total", ExactDecimal(4), nullable=True),
        sa.Column("net_total", ExactDecimal(4), nullable=True),
        sa.Column("grand_total", ExactDecimal(4), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_order"),
    )
    op.create_index(
        "ix_purchase_order_company_id",
        "purchase_order",
        ["company_id", "order_date", "state", "supplier_id", "status", "id"],
        unique=False,
    )
    op.create_index("ix_purchase_order_number", "purchase_order", ["number"], unique=False)
    op.create_index(
        "ix_purchase_order_supplier_id", "purchase_order", ["supplier_id", "order_date"], unique=False
    )
    op.create_table(
        "purchase_order_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purchase_order_id", KEY, nullable=False),
        sa.Column("position", ExactDecimal(6), nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("item_name", sa.String(length=190), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(6), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("conversion_factor", ExactDecimal(9), nullable=True),
        sa.Column("stock_quantity", ExactDecimal(6), nullable=True),
        sa.Column("stock_unit", sa.String(length=40), nullable=True),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("cost_center_id", KEY, nullable=True),
        sa.Column("rate", ExactDecimal(6), nullable=True),
        sa.Column("base_rate", ExactDecimal(6), nullable=True),
        sa.Column("base_net_amount", ExactDecimal(4), nullable=True),
        sa.Column("net_amount", ExactDecimal(4), nullable=True),
        sa.Column("schedule_date", sa.Date(), nullable=True),
        sa.Column("received_quantity", ExactDecimal(6), nullable=True),
        sa.Column("open_quantity", ExactDecimal(6), nullable=True),
        sa.Column("is_drop_shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_order_line"),
    )
    op.create_index("ix_purchase_order_line_item_id", "purchase_order_line", ["item_id"], unique=False)
    op.create_index(
        "ix_purchase_order_line_purchase_order_id",
        "purchase_order_line",
        [
            "purchase_order_id",
            "item_id",
            "base_net_amount",
            "stock_quantity",
            "stock_unit",
            "warehouse_id",
            "open_quantity",
            "schedule_date",
            "is_drop_shipped",
        ],
        unique=False,
    )
    op.create_table(
        "purchase_receipt",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("supplier_name", sa.String(length=190), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("return_against_id", KEY, nullable=True),
        sa.Column("supplier_delivery_number", sa.String(length=190), nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("conversion_rate", ExactDecimal(9), nullable=True),
        sa.Column("base_net_total", ExactDecimal(4), nullable=True),
        sa.Column("base_tax_total", ExactDecimal(4), nullable=True),
        sa.Column("base_grand_total", ExactDecimal(4), nullable=True),
        sa.Column("net_total", ExactDecimal(4), nullable=True),
        sa.Column("grand_total", ExactDecimal(4), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_receipt"),
    )
    op.create_index(
        "ix_purchase_receipt_company_id",
        "purchase_receipt",
        ["company_id", "posting_date", "state", "is_return", "supplier_id", "id"],
        unique=False,
    )
    op.create_index("ix_purchase_receipt_number", "purchase_receipt", ["number"], unique=False)
    op.create_index(
        "ix_purchase_receipt_supplier_id", "purchase_receipt", ["supplier_id", "posting_date"], unique=False
    )
    op.create_table(
        "purchase_receipt_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("purchase_receipt_id", KEY, nullable=False),
        sa.Column("position", ExactDecimal(6), nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("item_name", sa.String(length=190), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("quantity", ExactDecimal(6), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("conversion_factor", ExactDecimal(9), nullable=True),
        sa.Column("stock_quantity", ExactDecimal(6), nullable=True),
        sa.Column("stock_unit", sa.String(length=40), nullable=True),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("cost_center_id", KEY, nullable=True),
        sa.Column("rate", ExactDecimal(6), nullable=True),
        sa.Column("base_rate", ExactDecimal(6), nullable=True),
        sa.Column("base_net_amount", ExactDecimal(4), nullable=True),
        sa.Column("net_amount", ExactDecimal(4), nullable=True),
        sa.Column("rejected_quantity", ExactDecimal(6), nullable=True),
        sa.Column("purchase_order_id", KEY, nullable=True),
        sa.Column("purchase_order_line_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_purchase_receipt_line"),
    )
    op.create_index("ix_purchase_receipt_line_item_id", "purchase_receipt_line", ["item_id"], unique=False)
    op.create_index(
        "ix_purchase_receipt_line_purchase_order_id",
        "purchase_receipt_line",
        ["purchase_order_id"],
        unique=False,
    )
    op.create_index(
        "ix_purchase_receipt_line_purchase_receipt_id",
        "purchase_receipt_line",
        ["purchase_receipt_id", "item_id", "base_net_amount", "stock_quantity", "stock_unit", "warehouse_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("purchase_receipt_line")
    op.drop_table("purchase_receipt")
    op.drop_table("purchase_order_line")
    op.drop_table("purchase_order")
    op.drop_table("purchase_invoice_line")
    op.drop_table("purchase_invoice")
