"""The migrations end at the tables that the code knows, on every engine."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import create_async_engine

from services.retrieval.adapters.document_tables import metadata
from services.retrieval.migrations import downgrade, upgrade


@pytest.fixture
async def connection(url: str) -> Any:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


def _differences(connection: Connection) -> Any:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)


def _tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_migrations_and_tables_agree(connection: Any) -> None:
    await connection.run_sync(upgrade)
    assert await connection.run_sync(_tables) == {*metadata.tables, "alembic_version"}
    assert await connection.run_sync(_differences) == []


async def test_migrating_again_changes_nothing_and_back_leaves_nothing(connection: Any) -> None:
    await connection.run_sync(upgrade)
    await connection.run_sync(upgrade)
    await connection.run_sync(lambda c: downgrade(c, "base"))
    assert await connection.run_sync(_tables) == {"alembic_version"}
