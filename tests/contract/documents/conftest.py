"""The adapters of the documents' database: each passes every test of this folder."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from services.kit.metrics import Metrics
from services.retrieval.adapters.documents_sql import open_documents
from tests.contract.documents.samples import Opened


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
        return f"sqlite+aiosqlite:///{tmp_path}/documents.sqlite"
    if server := os.environ.get("MARU_TEST_MYSQL_URL"):
        await _empty(server)
        return server
    pytest.skip("needs a MariaDB: MARU_TEST_MYSQL_URL=mysql+aiomysql://… names a database to be emptied")


@pytest.fixture
async def opened(url: str) -> AsyncIterator[Any]:
    async with open_documents(url, Metrics()) as engines:
        yield Opened(engines)


@pytest.fixture
async def other(url: str, opened: Opened) -> AsyncIterator[Any]:
    """The same database, as another process has it."""
    async with open_documents(url, Metrics()) as engines:
        yield Opened(engines, holder="other")
