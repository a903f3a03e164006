"""The tables of the conversations, on SQLite and MariaDB. A change needs a file in migrations/."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LONG_TEXT: Final = Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb")
_BYTES: Final = LargeBinary().with_variant(mysql.LONGBLOB(), "mysql", "mariadb")


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept as microseconds since 1970 and given back in UTC: exact and in order."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


def _key(length: int = 190) -> Any:
    """Compared byte by byte on every engine, trailing spaces included: two owners are never taken for one."""
    return String(length).with_variant(String(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

conversation: Final = Table(
    "conversation",
    metadata,
    Column("id", _key(64), primary_key=True),
    Column("owner", _key(), nullable=False),
    Column("title", String(200), nullable=False),
    Column("create_time", Moment, nullable=False),
    Column("update_time", Moment, nullable=False),
    Column("turn_count", Integer, nullable=False),
    Column("revision", Integer, nullable=False),  # one more with every change: the etag
    Index("ix_conversation_owner", "owner", "update_time", "id"),
    mysql_charset="utf8mb4",
)

turn: Final = Table(
    "turn",
    metadata,
    Column("id", _key(64), primary_key=True),
    Column("conversation_id", _key(64), ForeignKey("conversation.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # in its conversation, from 1
    Column("question", _LONG_TEXT, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("create_time", Moment, nullable=False),
    Column("complete_time", Moment),
    Column("failure_reason", String(64), nullable=False),
    Column("thumb", String(32)),  # NULL: not rated
    Column("rating_reason", String(32)),
    Column("rating_comment", _LONG_TEXT),
    Column("memory", _LONG_TEXT, nullable=False),
    Column("answer", _BYTES),  # by conversation_json
    Column("events", _BYTES),  # by conversation_json
    Column("asker", _LONG_TEXT),  # JSON: who asked, for the audit
    Column("holder", _key()),  # the process that runs it
    Column("lease_until", Moment),  # a turn that still runs then has lost its process
    UniqueConstraint("conversation_id", "number"),
    mysql_charset="utf8mb4",
)

request: Final = Table(
    "request",
    metadata,
    Column("owner", _key(), primary_key=True),
    Column("request_id", _key(), primary_key=True),
    Column("digest", String(190), nullable=False),
    Column("conversation_id", _key(64), nullable=False),
    Column("turn_id", _key(64)),  # that it began
    Column("create_time", Moment),
    Column("update_time", Moment),
    Column("turn_count", Integer),
    Column("revision", Integer),
    Column("made_time", Moment, index=True),  # when the request came: it is forgotten after a while
    mysql_charset="utf8mb4",
)

audit_entry: Final = Table(
    "audit_entry",  # a row is never changed or removed; on SQLite triggers see to it
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # of the encoding that is hashed
    Column("previous_hash", String(64), nullable=False),
    Column("event_id", _key(), nullable=False, unique=True),
    Column("event_time", BigInteger, nullable=False, index=True),  # microseconds since 1970
    Column("action", String(16), nullable=False),
    Column("username", _key(), nullable=False),
    Column("content", _LONG_TEXT, nullable=False),  # JSON of maru.admin.v1.AuditEntry
    Column("hash", String(64), nullable=False),
    Index("ix_audit_entry_username", "username", "sequence"),
    mysql_charset="utf8mb4",
)

audit_lock: Final = Table(
    "audit_lock",  # one row, locked by whoever appends
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    mysql_charset="utf8mb4",
)
