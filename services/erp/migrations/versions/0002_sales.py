"""Sales documents."""

import sqlalchemy as sa
from alembic import op

from services.erp.exact_decimal import ExactDecimal

revision = "0002"
down_revision = "0001"

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("customer_name", sa.String(length=190), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("return_against_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("conversion_rate", ExactDecimal(9), nullable=True),
        sa.Column("base_net_total", ExactDecimal(4), nullable=True),
        sa.Column("base_tax_total", ExactDecimal(4), nullable=True),
        sa.Column("base_grand_total", ExactDecimal(4), nullable=True),
        sa.Column("net_total", ExactDecimal(4), nullable=True),
        sa.Column("grand_total", ExactDecimal(4), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
    )
    op.create_index(
        "ix_delivery_company_id",
        "delivery",
        ["company_id", "posting_date", "state", "is_return", "customer_id", "id"],
        unique=False,
    )
    op.create_index("ix_delivery_customer_id", "delivery", ["customer_id", "posting_date"], unique=False)
    op.create_index("ix_delivery_number", "delivery", ["number"], unique=False)
    op.create_table(
        "delivery_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("delivery_id", KEY, nullable=False),
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
        sa.Column("sales_order_id", KEY, nullable=True),
        sa.Column("sales_order_line_id", KEY, nullable=True),
        sa.Column("sales_invoice_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_delivery_line"),
    )
    op.create_index(
        "ix_delivery_line_delivery_id",
        "delivery_line",
        ["delivery_id", "item_id", "base_net_amount", "stock_quantity", "stock_unit", "warehouse_id"],
        unique=False,
    )
    op.create_index("ix_delivery_line_item_id", "delivery_line", ["item_id"], unique=False)
    op.create_index("ix_delivery_line_sales_order_id", "delivery_line", ["sales_order_id"], unique=False)
    op.create_table(
        "sales_invoice",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("customer_name", sa.String(length=190), nullable=True),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("is_return", sa.Boolean(), nullable=False),
        sa.Column("return_against_id", KEY, nullable=True),
        sa.Column("is_opening", sa.Boolean(), nullable=False),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("updates_stock", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name="pk_sales_invoice"),
    )
    op.create_index(
        "ix_sales_invoice_company_id",
        "sales_invoice",
        ["company_id", "posting_date", "state", "is_return", "is_opening", "customer_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_sales_invoice_customer_id", "sales_invoice", ["customer_id", "posting_date"], unique=False
    )
    op.create_index("ix_sales_invoice_number", "sales_invoice", ["number"], unique=False)
    op.create_index(
        "ix_sales_invoice_return_against_id", "sales_invoice", ["return_against_id"], unique=False
    )
    op.create_table(
        "sales_invoice_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sales_invoice_id", KEY, nullable=False),
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
        sa.Column("sales_order_id", KEY, nullable=True),
        sa.Column("sales_order_line_id", KEY, nullable=True),
        sa.Column("delivery_id", KEY, nullable=True),
        sa.Column("delivery_line_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sales_invoice_line"),
    )
    op.create_index("ix_sales_invoice_line_delivery_id", "sales_invoice_line", ["delivery_id"], unique=False)
    op.create_index("ix_sales_invoice_line_item_id", "sales_invoice_line", ["item_id"], unique=False)
    op.create_index(
        "ix_sales_invoice_line_sales_invoice_id",
        "sales_invoice_line",
        ["sales_invoice_id", "item_id", "base_net_amount", "stock_quantity", "stock_unit", "warehouse_id"],
        unique=False,
    )
    op.create_index(
        "ix_sales_invoice_line_sales_order_id", "sales_invoice_line", ["sales_order_id"], unique=False
    )
    op.create_table(
        "sales_order",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("customer_name", sa.String(length=190), nullable=True),
        sa.Column("order_date", sa.Date(), nullable=False),
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("customer_order_number", sa.String(length=190), nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("conversion_rate", ExactDecimal(9), nullable=True),
        sa.Column("base_net_total", ExactDecimal(4), nullable=True),
        sa.Column("base_tax_total", ExactDecimal(4), nullable=True),
        sa.Column("base_grand_total", ExactDecimal(4), nullable=True),
        sa.Column("net_total", ExactDecimal(4), nullable=True),
        sa.Column("grand_total", ExactDecimal(4), nullable=True),
        sa.Column("remarks", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sales_order"),
    )
    op.create_index(
        "ix_sales_order_company_id",
        "sales_order",
        ["company_id", "order_date", "state", "customer_id", "status", "id"],
        unique=False,
    )
    op.create_index("ix_sales_order_customer_id", "sales_order", ["customer_id", "order_date"], unique=False)
    op.create_index("ix_sales_order_number", "sales_order", ["number"], unique=False)
    op.create_table(
        "sales_order_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("sales_order_id", KEY, nullable=False),
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
        sa.Column("delivery_date", sa.Date(), nullable=True),
        sa.Column("delivered_quantity", ExactDecimal(6), nullable=True),
        sa.Column("open_quantity", ExactDecimal(6), nullable=True),
        sa.Column("is_drop_shipped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sales_order_line"),
    )
    op.create_index("ix_sales_order_line_item_id", "sales_order_line", ["item_id"], unique=False)
    op.create_index(
        "ix_sales_order_line_sales_order_id",
        "sales_order_line",
        [
            "sales_order_id",
            "item_id",
            "base_net_amount",
            "stock_quantity",
            "stock_unit",
            "warehouse_id",
            "open_quantity",
            "delivery_date",
        ],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("sales_order_line")
    op.drop_table("sales_order")
    op.drop_table("sales_invoice_line")
    op.drop_table("sales_invoice")
    op.drop_table("delivery_line")
    op.drop_table("delivery")
