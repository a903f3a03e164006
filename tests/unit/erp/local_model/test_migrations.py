"""Migrations lead to exactly the tables of the local model, and back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect

from services.erp.local_model import metadata
from services.erp.migrations import downgrade, upgrade

VERSIONS = Path(upgrade.__code__.co_filename).with_name("versions")


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def columns(connection: Connection) -> dict[str, dict[str, tuple[str, bool]]]:
    inspector = inspect(connection)
    return {
        table: {each["name"]: (str(each["type"]), each["nullable"]) for each in inspector.get_columns(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_migrations_equal_the_metadata(connection: Connection) -> None:
    upgrade(connection)
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, metadata) == []
    migrated = columns(connection)
    # compare_metadata overlooks some types; a database made from the metadata does not.
    engine = create_engine("sqlite://")
    with engine.begin() as fresh:
        metadata.create_all(fresh)
        assert columns(fresh) == migrated
    engine.dispose()


def test_upgrade_is_repeatable_and_reversible(connection: Connection) -> None:
    upgrade(connection)
    upgrade(connection)
    downgrade(connection, "base")
    assert columns(connection) == {}
    upgrade(connection)
    assert columns(connection).keys() == metadata.tables.keys()


def test_revisions_form_one_line(connection: Connection) -> None:
    names: list[Any] = sorted(path.name[:4] for path in VERSIONS.glob("*.py"))
    assert names == [f"{number:04d}" for number in range(1, len(names) + 1)]
