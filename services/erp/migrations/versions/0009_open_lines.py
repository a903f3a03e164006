"""Indexes over the order lines of which something is left."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

LINES = {
    "sales_order": ["delivery_date", "stock_unit", "warehouse_id"],
    "purchase_order": ["schedule_date", "stock_unit", "warehouse_id", "is_drop_shipped"],
}


def upgrade() -> None:
    for order, covered in LINES.items():
        op.create_index(
            f"ix_{order}_line_open",
            f"{order}_line",
            [f"{order}_id", "item_id", "open_quantity", *covered],
            unique=False,
            sqlite_where=sa.text("open_quantity > 0"),
        )


def downgrade() -> None:
    for order in LINES:
        op.drop_index(f"ix_{order}_line_open", f"{order}_line")
