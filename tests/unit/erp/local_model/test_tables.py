"""The local model's own promises: references lead somewhere, every engine accepts the tables, trees close."""

import pytest
from sqlalchemy import Boolean, Table, create_engine, insert, select
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateIndex, CreateTable

from services.erp.local_model import BUSINESS_TABLES, closure, masters, metadata
from services.erp.local_model.columns import Key

_INNODB_KEY_BYTES = 3072
_IDENTIFIER = 64


@pytest.mark.parametrize("table", BUSINESS_TABLES, ids=lambda table: str(table.name))
def test_every_business_table(table: Table) -> None:
    assert table.comment
    assert [column.name for column in table.primary_key] == ["id"]
    assert table.c.id.type is Key
    for column in table.c:
        target = column.info.get("references")
        assert target is None or (target in metadata.tables and column.type is Key), column
        assert not isinstance(column.type, Boolean) or not column.nullable, column


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: str(table.name))
def test_mariadb_takes_table_and_indexes(table: Table) -> None:
    dialect = mysql.dialect()
    str(CreateTable(table).compile(dialect=dialect))
    for index in table.indexes:
        str(CreateIndex(index).compile(dialect=dialect))
        assert len(str(index.name)) <= _IDENTIFIER
        prefixes = index.dialect_options["mysql"]["length"] or {}
        width = sum(
            4 * (prefixes.get(column.name) or getattr(column.type, "length", None) or 4)
            for column in index.columns
        )
        assert width <= _INNODB_KEY_BYTES, index.name


def test_closure_of_a_tree_with_a_cycle_and_an_orphan() -> None:
    engine = create_engine("sqlite://")
    parents = {"root": None, "a": "root", "a1": "a", "b": "root", "x": "y", "y": "x", "lost": "nowhere"}
    rows = [{"id": id_, "name": id_, "parent_id": above, "is_group": False} for id_, above in parents.items()]
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(masters.item_group), rows)
        tree = closure(masters.item_group)

        def below(*nodes: str) -> set[str]:
            return set(connection.scalars(select(tree.c.id).where(tree.c.ancestor_id.in_(nodes))))

        assert below("root") == {"root", "a", "a1", "b"}
        assert below("a") == {"a", "a1"}
        assert below("x") == {"x", "y"}
        assert below("lost") == {"lost"}
        depths = connection.execute(
            select(tree.c.depth).where(tree.c.ancestor_id == "root", tree.c.id == "a1")
        )
        assert depths.scalars().all() == [2]
    engine.dispose()
