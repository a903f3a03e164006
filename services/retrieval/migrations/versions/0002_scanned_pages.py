"""Which pages of a file are pictures. Of files read before, nothing is known."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("content", sa.Column("scanned_pages", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("content") as content:
        content.drop_column("scanned_pages")
