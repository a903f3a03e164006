"""Which columns the mapping fills."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    with op.batch_alter_table("load_watermark") as batch_op:
        batch_op.add_column(sa.Column("columns", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("load_watermark") as batch_op:
        batch_op.drop_column("columns")
