"""Alembic migrations of the local model, run from code: a new file and an old one end at the same tables.

A change of services/erp/local_model needs a new file in versions/ (a test compares the two); SQLite alters
tables by copying them, so revisions use `with op.batch_alter_table(...)`.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Brings the model's tables to `revision` within the connection's transaction; repeatable."""
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Takes the model's tables back to `revision` ("base": none)."""
    command.downgrade(_config(connection), revision)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
