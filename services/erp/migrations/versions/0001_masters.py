"""Companies, parties, items, places."""

import sqlalchemy as sa
from alembic import op

from services.erp.exact_decimal import ExactDecimal

revision = "0001"
down_revision = None

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "alias",
        sa.Column("id", KEY, nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("entity_id", KEY, nullable=False),
        sa.Column("alias", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_alias"),
    )
    op.create_index("ix_alias_entity", "alias", ["entity", "entity_id"], unique=False)
    op.create_table(
        "company",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("abbreviation", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("country", sa.String(length=80), nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_company"),
    )
    op.create_table(
        "cost_center",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cost_center"),
    )
    op.create_index("ix_cost_center_parent_id", "cost_center", ["parent_id"], unique=False)
    op.create_table(
        "customer",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=190), nullable=True),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("customer_group_id", KEY, nullable=True),
        sa.Column("territory_id", KEY, nullable=True),
        sa.Column("tax_number", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
    )
    op.create_index("ix_customer_customer_group_id", "customer", ["customer_group_id"], unique=False)
    op.create_index("ix_customer_territory_id", "customer", ["territory_id"], unique=False)
    op.create_table(
        "customer_group",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer_group"),
    )
    op.create_index("ix_customer_group_parent_id", "customer_group", ["parent_id"], unique=False)
    op.create_table(
        "fiscal_year",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("start_date", sa.Date(), nullable=False),
        sa.Column("end_date", sa.Date(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fiscal_year"),
    )
    op.create_table(
        "item",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=190), nullable=True),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("item_group_id", KEY, nullable=True),
        sa.Column("brand", sa.String(length=190), nullable=True),
        sa.Column("stock_unit", sa.String(length=40), nullable=True),
        sa.Column("specification", sa.Text(), nullable=True),
        sa.Column("variant_of_id", KEY, nullable=True),
        sa.Column("safety_stock", ExactDecimal(6), nullable=True),
        sa.Column("lead_time_days", ExactDecimal(6), nullable=True),
        sa.Column("valuation_rate", ExactDecimal(6), nullable=True),
        sa.Column("is_stock_item", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item"),
    )
    op.create_index("ix_item_brand", "item", ["brand"], unique=False)
    op.create_index("ix_item_item_group_id", "item", ["item_group_id"], unique=False)
    op.create_table(
        "item_group",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_item_group"),
    )
    op.create_index("ix_item_group_parent_id", "item_group", ["parent_id"], unique=False)
    op.create_table(
        "price",
        sa.Column("id", KEY, nullable=False),
        sa.Column("item_id", KEY, nullable=False),
        sa.Column("price_list", sa.String(length=190), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=True),
        sa.Column("rate", ExactDecimal(6), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("is_selling", sa.Boolean(), nullable=False),
        sa.Column("is_buying", sa.Boolean(), nullable=False),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("supplier_id", KEY, nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_price"),
    )
    op.create_index("ix_price_item_id", "price", ["item_id"], unique=False)
    op.create_table(
        "project",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("customer_id", KEY, nullable=True),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("start_date", sa.Date(), nullable=True),
        sa.Column("end_date", sa.Date(), nullable=True),
        sa.Column("estimated_cost", ExactDecimal(4), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_project"),
    )
    op.create_table(
        "supplier",
        sa.Column("id", KEY, nullable=False),
        sa.Column("code", sa.String(length=190), nullable=True),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("supplier_group_id", KEY, nullable=True),
        sa.Column("country", sa.String(length=80), nullable=True),
        sa.Column("tax_number", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=8), nullable=True),
        sa.Column("is_internal", sa.Boolean(), nullable=False),
        sa.Column("is_on_hold", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supplier"),
    )
    op.create_index("ix_supplier_supplier_group_id", "supplier", ["supplier_group_id"], unique=False)
    op.create_table(
        "supplier_group",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_supplier_group"),
    )
    op.create_index("ix_supplier_group_parent_id", "supplier_group", ["parent_id"], unique=False)
    op.create_table(
        "territory",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_territory"),
    )
    op.create_index("ix_territory_parent_id", "territory", ["parent_id"], unique=False)
    op.create_table(
        "warehouse",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.String(length=190), nullable=False),
        sa.Column("company_id", KEY, nullable=True),
        sa.Column("parent_id", KEY, nullable=True),
        sa.Column("is_group", sa.Boolean(), nullable=False),
        sa.Column("is_disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_warehouse"),
    )
    op.create_index("ix_warehouse_parent_id", "warehouse", ["parent_id"], unique=False)


def downgrade() -> None:
    op.drop_table("warehouse")
    op.drop_table("territory")
    op.drop_table("supplier_group")
    op.drop_table("supplier")
    op.drop_table("project")
    op.drop_table("price")
    op.drop_table("item_group")
    op.drop_table("item")
    op.drop_table("fiscal_year")
    op.drop_table("customer_group")
    op.drop_table("customer")
    op.drop_table("cost_center")
    op.drop_table("company")
    op.drop_table("alias")
