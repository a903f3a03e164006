"""Documents with their versions, what was read of them, folders, requests."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None

TEXT = sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
BYTES = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


def _key(length: int) -> Any:
    return sa.String(length).with_variant(
        sa.String(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb"
    )


def upgrade() -> None:
    counter = op.create_table(
        "change_counter",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change_counter"),
        mysql_charset="utf8mb4",
    )
    op.bulk_insert(counter, [{"id": 1, "last_number": 0}])
    op.create_table(
        "content",
        sa.Column("id", _key(64), nullable=False),
        sa.Column("digest", _key(64), nullable=False),
        sa.Column("extension", _key(20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("has_own_title", sa.Boolean(), nullable=False),
        sa.Column("effective_date", sa.Date(), nullable=True),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("plain", BYTES, nullable=False),
        sa.Column("read_time", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(length=190), nullable=False),
        sa.Column("is_embedded", sa.Boolean(), nullable=False),
        sa.Column("holder", _key(190), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_content"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_content_digest", "content", ["digest"], unique=False)
    op.create_index("ix_content_is_embedded", "content", ["is_embedded"], unique=False)
    op.create_table(
        "deletion",
        sa.Column("document_id", _key(64), nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_deletion"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_deletion_change_number", "deletion", ["change_number"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", _key(64), nullable=False),
        sa.Column("path", _key(1000), nullable=False),
        sa.Column("path_digest", _key(64), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("access", TEXT, nullable=False),
        sa.Column("create_time", sa.BigInteger(), nullable=False),
        sa.Column("update_time", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("change_number", sa.BigInteger(), nullable=False),
        sa.Column("current_id", _key(64), nullable=True),
        sa.Column("latest_id", _key(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
        sa.UniqueConstraint("path_digest", name="uq_document_path_digest"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_document_change_number", "document", ["change_number"], unique=False)
    op.create_index(
        "ix_document_path",
        "document",
        ["path"],
        unique=False,
        mysql_length={"path": 190},
        mariadb_length={"path": 190},
    )
    op.create_table(
        "folder",
        sa.Column("path_digest", _key(64), nullable=False),
        sa.Column("path", _key(1000), nullable=False),
        sa.Column("access", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("is_set", sa.Boolean(), nullable=False),
        sa.Column("document_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("path_digest", name="pk_folder"),
        mysql_charset="utf8mb4",
    )
    op.create_table(
        "request",
        sa.Column("owner", _key(190), nullable=False),
        sa.Column("request_id", _key(64), nullable=False),
        sa.Column("digest", _key(64), nullable=False),
        sa.Column("answer", TEXT, nullable=True),
        sa.Column("made_time", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("owner", "request_id", name="pk_request"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_request_made_time", "request", ["made_time"], unique=False)
    op.create_table(
        "passage",
        sa.Column("content_id", _key(64), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("heading_path", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("start_offset", sa.Integer(), nullable=False),
        sa.Column("end_offset", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("end_page", sa.Integer(), nullable=False),
        sa.Column("terms", TEXT, nullable=False),
        sa.Column("vector", BYTES, nullable=True),
        sa.ForeignKeyConstraint(
            ["content_id"], ["content.id"], name="fk_passage_content_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("content_id", "place", name="pk_passage"),
        mysql_charset="utf8mb4",
    )
    op.create_table(
        "version",
        sa.Column("id", _key(64), nullable=False),
        sa.Column("document_id", _key(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("digest", _key(64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("import_time", sa.BigInteger(), nullable=False),
        sa.Column("stated_date", sa.Date(), nullable=True),
        sa.Column("content_id", _key(64), nullable=True),
        sa.Column("passage_count", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("holder", _key(190), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["content_id"], ["content.id"], name="fk_version_content_id"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name="fk_version_document_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_version"),
        sa.UniqueConstraint("document_id", "number", name="uq_version_document_id"),
        mysql_charset="utf8mb4",
    )
    op.create_index("ix_version_content_id", "version", ["content_id"], unique=False)
    op.create_index("ix_version_digest", "version", ["digest"], unique=False)
    op.create_index("ix_version_state", "version", ["state", "import_time"], unique=False)


def downgrade() -> None:
    op.drop_table("version")
    op.drop_table("passage")
    op.drop_table("request")
    op.drop_table("folder")
    op.drop_table("document")
    op.drop_table("deletion")
    op.drop_table("content")
    op.drop_table("change_counter")
