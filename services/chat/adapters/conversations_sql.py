"""`ports.Conversations` in a database: SQLite when embedded, MariaDB in production."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.chat.ports import Conversations
from services.kit.metrics import Metrics


@asynccontextmanager
async def sql_conversations(url: str, metrics: Metrics) -> AsyncIterator[Conversations]:
    """The conversations in the database at `url`, brought to the newest schema."""
    raise NotImplementedError
    yield
