"""Conversations, turns, requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
ID = sa.String(64).with_variant(sa.String(64, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
BYTES = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", ID, nullable=False),
        sa.Column("owner", KEY, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.Column("turn_count", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_conversation_owner", "conversation", ["owner", "update_time", "id"], unique=False)
    op.create_table(
        "turn",
        sa.Column("id", ID, nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("complete_time", sa.BigInteger(), nullable=True),
        sa.Column("failure_reason", sa.String(length=64), nullable=False),
        sa.Column("thumb", sa.String(length=32), nullable=True),
        sa.Column("rating_reason", sa.String(length=32), nullable=True),
        sa.Column("rating_comment", TEXT, nullable=True),
        sa.Column("memory", TEXT, nullable=False),
        sa.Column("answer", BYTES, nullable=True),
        sa.Column("events", BYTES, nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name="fk_turn_conversation_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_turn"),
        sa.UniqueConstraint("conversation_id", "number", name="uq_turn_conversation_id"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_turn_state", "turn", ["state"], unique=False)
    op.create_table(
        "request",
        sa.Column("owner", KEY, nullable=False),
        sa.Column("request_id", KEY, nullable=False),
        sa.Column("digest", sa.String(length=190), nullable=False),
        sa.Column("conversation_id", ID, nullable=False),
        sa.Column("turn_id", ID, nullable=True),
        sa.Column("create_time", sa.BigInteger(), nullable=True),
        sa.Column("update_time", sa.BigInteger(), nullable=True),
        sa.Column("turn_count", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "request_id", name="pk_request"),
        mysql_charset="utf8mb4",
    )


def downgrade() -> None:
    op.drop_table("request")
    op.drop_table("turn")
    op.drop_table("conversation")
