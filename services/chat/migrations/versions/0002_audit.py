"""The audit: entries that are only ever appended, and who asked each turn."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"

KEY = sa.String(190).with_variant(sa.String(190, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")


def upgrade() -> None:
    op.add_column("turn", sa.Column("asker", TEXT, nullable=True))
    op.create_table(
        "audit_entry",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("event_id", KEY, nullable=False),
        sa.Column("event_time", sa.BigInteger(), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("username", KEY, nullable=False),
        sa.Column("content", TEXT, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_entry"),
        sa.UniqueConstraint("event_id", name="uq_audit_entry_event_id"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_audit_entry_event_time", "audit_entry", ["event_time"], unique=False)
    op.create_index("ix_audit_entry_username", "audit_entry", ["username", "sequence"], unique=False)
    lock = op.create_table(
        "audit_lock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_lock"),
        mysql_charset="utf8mb4",
    )
    op.bulk_insert(lock, [{"id": 1}])
    if op.get_bind().dialect.name == "sqlite":  # on MariaDB the account's rights do it: INSERT and SELECT
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{change.lower()} BEFORE {change} ON audit_entry "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )


def downgrade() -> None:
    op.drop_table("audit_lock")
    op.drop_table("audit_entry")
    with op.batch_alter_table("turn") as turn:
        turn.drop_column("asker")
