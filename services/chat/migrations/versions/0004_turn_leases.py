"""Which process runs a turn, and until when at most. Turns that run without either have lost theirs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0004"
down_revision = "0003"

_holder = sa.String(190).with_variant(mysql.VARCHAR(190, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("turn", sa.Column("holder", _holder, nullable=True))
    op.add_column("turn", sa.Column("lease_until", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("turn") as turn:
        turn.drop_column("lease_until")
        turn.drop_column("holder")
