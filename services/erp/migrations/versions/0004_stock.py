"""Stock and production."""

import sqlalchemy as sa
from alembic import op

from services.erp.exact_decimal import ExactDecimal

revision = "0004"
down_revision = "0003"

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "bom",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("quantity", ExactDecimal(6), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("total_cost", ExactDecimal(4), nullable=True),
        sa.Column("base_total_cost", ExactDecimal(4), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bom"),
    )
    op.create_index("ix_bom_item_id", "bom", ["item_id"], unique=False)
    op.create_index("ix_bom_number", "bom", ["number"], unique=False)
    op.create_table(
        "bom_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("bom_id", KEY, nullable=False),
        sa.Column("position", ExactDecimal(6), nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("item_name", sa.String(length=190), nullable=True),
        sa.Column("quantity", ExactDecimal(6), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("stock_quantity", ExactDecimal(6), nullable=True),
        sa.Column("stock_unit", sa.String(length=40), nullable=True),
        sa.Column("rate", ExactDecimal(6), nullable=True),
        sa.Column("amount", ExactDecimal(4), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bom_line"),
    )
    op.create_index("ix_bom_line_bom_id", "bom_line", ["bom_id"], unique=False)
    op.create_index("ix_bom_line_item_id", "bom_line", ["item_id"], unique=False)
    op.create_table(
        "reorder_level",
        sa.Column("id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("warehouse_id", KEY, nullable=False),
        sa.Column("reorder_level", ExactDecimal(6), nullable=True),
        sa.Column("reorder_quantity", ExactDecimal(6), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_reorder_level"),
    )
    op.create_index("ix_reorder_level_item_id", "reorder_level", ["item_id", "warehouse_id"], unique=False)
    op.create_table(
        "stock_balance",
        sa.Column("id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("warehouse_id", KEY, nullable=False),
        sa.Column("actual_quantity", ExactDecimal(6), nullable=False),
        sa.Column("reserved_quantity", ExactDecimal(6), nullable=True),
        sa.Column("ordered_quantity", ExactDecimal(6), nullable=True),
        sa.Column("planned_quantity", ExactDecimal(6), nullable=True),
        sa.Column("projected_quantity", ExactDecimal(6), nullable=True),
        sa.Column("stock_value", ExactDecimal(4), nullable=True),
        sa.Column("valuation_rate", ExactDecimal(6), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_stock_balance"),
    )
    op.create_index("ix_stock_balance_item_id", "stock_balance", ["item_id", "warehouse_id"], unique=False)
    op.create_index("ix_stock_balance_warehouse_id", "stock_balance", ["warehouse_id"], unique=False)
    op.create_table(
        "stock_move",
        sa.Column("id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("warehouse_id", KEY, nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(), nullable=True),
        sa.Column("quantity", ExactDecimal(6), nullable=False),
        sa.Column("balance_quantity", ExactDecimal(6), nullable=True),
        sa.Column("value_change", ExactDecimal(4), nullable=False),
        sa.Column("valuation_rate", ExactDecimal(6), nullable=True),
        sa.Column("voucher_type", sa.String(length=40), nullable=False),
        sa.Column("voucher_id", KEY, nullable=True),
        sa.Column("delivery_id", KEY, nullable=True),
        sa.Column("sales_invoice_id", KEY, nullable=True),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_stock_move"),
    )
    op.create_index(
        "ix_stock_move_by_item",
        "stock_move",
        ["item_id", "warehouse_id", "posting_date", "is_cancelled", "quantity", "value_change"],
        unique=False,
    )
    op.create_index(
        "ix_stock_move_by_type",
        "stock_move",
        [
            "voucher_type",
            "posting_date",
            "is_cancelled",
            "warehouse_id",
            "item_id",
            "value_change",
            "quantity",
            "delivery_id",
            "sales_invoice_id",
        ],
        unique=False,
        mysql_length={"delivery_id": 64, "sales_invoice_id": 64},
    )
    op.create_index("ix_stock_move_voucher_id", "stock_move", ["voucher_id"], unique=False)
    op.create_table(
        "work_order",
        sa.Column("id", KEY, nullable=False),
        sa.Column("number", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("amended_from_id", KEY, nullable=True),
        sa.Column("created_by", sa.String(length=190), nullable=True),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("item_name", sa.String(length=190), nullable=True),
        sa.Column("bom_id", KEY, nullable=True),
        sa.Column("quantity", ExactDecimal(6), nullable=False),
        sa.Column("produced_quantity", ExactDecimal(6), nullable=True),
        sa.Column("open_quantity", ExactDecimal(6), nullable=True),
        sa.Column("stock_unit", sa.String(length=40), nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("planned_start_date", sa.Date(), nullable=True),
        sa.Column("planned_end_date", sa.Date(), nullable=True),
        sa.Column("actual_start_date", sa.Date(), nullable=True),
        sa.Column("actual_end_date", sa.Date(), nullable=True),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.Column("sales_order_id", KEY, nullable=True),
        sa.Column("project_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_work_order"),
    )
    op.create_index(
        "ix_work_order_company_id",
        "work_order",
        ["company_id", "planned_start_date", "state", "status"],
        unique=False,
    )
    op.create_index("ix_work_order_item_id", "work_order", ["item_id"], unique=False)
    op.create_index("ix_work_order_number", "work_order", ["number"], unique=False)
    op.create_table(
        "work_order_line",
        sa.Column("id", KEY, nullable=False),
        sa.Column("work_order_id", KEY, nullable=False),
        sa.Column("position", ExactDecimal(6), nullable=True),
        sa.Column("item_id", KEY, nullable=True),
        sa.Column("item_name", sa.String(length=190), nullable=True),
        sa.Column("warehouse_id", KEY, nullable=True),
        sa.Column("required_quantity", ExactDecimal(6), nullable=True),
        sa.Column("transferred_quantity", ExactDecimal(6), nullable=True),
        sa.Column("consumed_quantity", ExactDecimal(6), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_work_order_line"),
    )
    op.create_index("ix_work_order_line_item_id", "work_order_line", ["item_id"], unique=False)
    op.create_index("ix_work_order_line_work_order_id", "work_order_line", ["work_order_id"], unique=False)


def downgrade() -> None:
    op.drop_table("work_order_line")
    op.drop_table("work_order")
    op.drop_table("stock_move")
    op.drop_table("stock_balance")
    op.drop_table("reorder_level")
    op.drop_table("bom_line")
    op.drop_table("bom")
