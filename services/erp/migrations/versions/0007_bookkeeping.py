"""Watermarks and rejected rows."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "load_watermark",
        sa.Column("local_table", sa.String(length=64), nullable=False),
        sa.Column("source_table", sa.String(length=190), nullable=False),
        sa.Column("mapping", sa.String(length=190), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("rounded", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("local_table", "source_table", name="pk_load_watermark"),
    )
    op.create_table(
        "rejected_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("local_table", sa.String(length=64), nullable=False),
        sa.Column("source_table", sa.String(length=190), nullable=False),
        sa.Column("source_key", sa.String(length=500), nullable=True),
        sa.Column("column_name", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rejected_row"),
    )


def downgrade() -> None:
    op.drop_table("rejected_row")
    op.drop_table("load_watermark")
