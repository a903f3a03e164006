"""The adapters of `ports.Conversations`: each passes every test of this folder."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.ports import Conversations
from services.kit.metrics import Metrics

Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Conversations]]
"""Opens the store; again, it opens the same one, as the next or another process would."""


async def _empty(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        tables = MetaData()
        await connection.run_sync(tables.reflect)
        await connection.run_sync(tables.drop_all)
    await engine.dispose()


@pytest.fixture(params=["sqlite", "mariadb"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite"
    if server := os.environ.get("MARU_TEST_MYSQL_URL"):
        await _empty(server)
        return server
    pytest.skip("needs a MariaDB: MARU_TEST_MYSQL_URL=mysql+aiomysql://… names a database to be emptied")


@pytest.fixture
def opening(url: str) -> Opening:
    return lambda: sql_conversations(url, Metrics())


@pytest.fixture
async def store(opening: Opening) -> AsyncIterator[Any]:
    async with opening() as store:
        yield store
