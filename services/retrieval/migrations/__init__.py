"""Alembic migrations of the documents, run from code: a new database and an old one end alike.

A change of adapters/document_tables needs a new file in versions/ (a test compares the two); SQLite
alters tables by copying them, so revisions use `with op.batch_alter_table(...)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Brings the tables to `revision`; repeatable. On SQLite within the connection's transaction."""
    with _alone(connection):
        command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Takes the tables back to `revision` ("base": none)."""
    command.downgrade(_config(connection), revision)


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """MariaDB commits each change of a table by itself: there, processes that start at once take turns."""
    if connection.dialect.name == "sqlite":
        yield
        return
    connection.execute(text("SELECT get_lock('maru-documents-migrations', 60)"))
    try:
        yield
        connection.exec_driver_sql("COMMIT")
    finally:
        connection.execute(text("SELECT release_lock('maru-documents-migrations')"))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
