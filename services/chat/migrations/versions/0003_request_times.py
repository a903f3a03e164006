"""When a request came, so that it can be forgotten after a while. Those there are count as come now."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("request", sa.Column("made_time", sa.BigInteger(), nullable=True))
    op.create_index("ix_request_made_time", "request", ["made_time"], unique=False)
    now = int(datetime.now(UTC).timestamp() * 1_000_000)
    op.execute(sa.text("UPDATE request SET made_time = :now").bindparams(now=now))


def downgrade() -> None:
    with op.batch_alter_table("request") as request:
        request.drop_index("ix_request_made_time")
        request.drop_column("made_time")
