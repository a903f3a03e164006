"""The tables of the documents, on SQLite and MariaDB. A change needs a file in migrations/."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
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


def _key(length: int = 64) -> Any:
    """Compared and ordered by code points on every engine, trailing spaces included."""
    return String(length).with_variant(String(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")


metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

change_counter: Final = Table(
    "change_counter",  # one row, locked by whoever changes something: changes are seen in the order of their numbers
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last_number", BigInteger, nullable=False),
    mysql_charset="utf8mb4",
)

document: Final = Table(
    "document",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("path", _key(1000), nullable=False),
    Column(
        "path_digest", _key(), nullable=False, unique=True
    ),  # a path is too long for a unique key of MariaDB
    Column("title", String(300), nullable=False),
    Column("access", _LONG_TEXT, nullable=False),  # JSON
    Column("create_time", Moment, nullable=False),
    Column("update_time", Moment, nullable=False),
    Column("revision", Integer, nullable=False),  # one more with every import and change of access: the etag
    Column("change_number", BigInteger, nullable=False, index=True),  # of its last change, of any kind
    Column("current_id", _key()),  # the version that is searched
    Column("latest_id", _key(), nullable=False),  # the version last imported
    Index("ix_document_path", "path", mysql_length={"path": 190}, mariadb_length={"path": 190}),
    mysql_charset="utf8mb4",
)

deletion: Final = Table(
    "deletion",  # of a document: what indexes still have to hear of
    metadata,
    Column("document_id", _key(), primary_key=True),
    Column("change_number", BigInteger, nullable=False, index=True),
    mysql_charset="utf8mb4",
)

folder: Final = Table(
    "folder",
    metadata,
    Column("path_digest", _key(), primary_key=True),
    Column("path", _key(1000), nullable=False),
    Column("access", _LONG_TEXT, nullable=False),  # JSON
    Column("revision", Integer, nullable=False),  # 0: nothing was ever set
    Column("is_set", Boolean, nullable=False),  # it has an access list
    Column("document_count", Integer, nullable=False),  # anywhere below
    mysql_charset="utf8mb4",
)

content: Final = Table(
    "content",  # a file as read, under one title: shared by all versions with the same
    metadata,
    Column("id", _key(), primary_key=True),
    Column("digest", _key(), nullable=False, index=True),  # hex SHA-256 of the file
    Column("extension", _key(20), nullable=False),  # the same bytes may be something else under another one
    Column("title", String(300), nullable=False),
    Column("has_own_title", Boolean, nullable=False),  # else it is the file's name
    Column("effective_date", Date),  # as the text says
    Column("media_type", String(100), nullable=False),
    Column("page_count", Integer, nullable=False),
    Column("scanned_pages", Text),  # those that are pictures, parted by commas
    Column("plain", _BYTES, nullable=False),  # the plain text, UTF-8, deflated
    Column("read_time", Moment, nullable=False),  # or when embedding it last failed: the order of embedding
    Column("model", String(190), nullable=False),  # that makes or made the vectors
    Column("is_embedded", Boolean, nullable=False, index=True),  # all passages have their vectors
    Column("holder", _key(190)),  # the process that embeds it
    Column("lease_until", Moment),
    mysql_charset="utf8mb4",
)

passage: Final = Table(
    "passage",
    metadata,
    Column("content_id", _key(), ForeignKey("content.id", ondelete="CASCADE"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("heading_path", _LONG_TEXT, nullable=False),  # JSON
    Column("body", _LONG_TEXT, nullable=False),
    Column("start_offset", Integer, nullable=False),
    Column("end_offset", Integer, nullable=False),
    Column("page", Integer, nullable=False),
    Column("end_page", Integer, nullable=False),
    Column("terms", _LONG_TEXT, nullable=False),  # morphemes, parted by line feeds
    Column("vector", _BYTES),  # float32, little endian
    mysql_charset="utf8mb4",
)

version: Final = Table(
    "version",
    metadata,
    Column("id", _key(), primary_key=True),
    Column("document_id", _key(), ForeignKey("document.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),  # in its document, from 1
    Column("state", String(16), nullable=False),
    Column("digest", _key(), nullable=False, index=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("import_time", Moment, nullable=False),
    Column("stated_date", Date),  # given at import; it comes before the text's own
    Column("content_id", _key(), ForeignKey("content.id"), index=True),  # once read
    Column("passage_count", Integer, nullable=False),
    Column("cause", String(32)),
    Column("detail", String(300), nullable=False),
    Column("holder", _key(190)),  # the process that reads it
    Column("lease_until", Moment),  # who still has it then has lost it
    Column("attempts", Integer, nullable=False),
    UniqueConstraint("document_id", "number"),
    Index("ix_version_state", "state", "import_time"),
    mysql_charset="utf8mb4",
)

request: Final = Table(
    "request",
    metadata,
    Column("owner", _key(190), primary_key=True),
    Column("request_id", _key(), primary_key=True),
    Column("digest", _key(), nullable=False),  # of what was asked
    Column("answer", _LONG_TEXT),  # JSON
    Column("made_time", Moment, nullable=False, index=True),  # it is forgotten after a while
    mysql_charset="utf8mb4",
)
