"""A source in PostgreSQL: the same rows as from SQLite, read exactly, in one snapshot, never written."""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from services.erp.checking.__main__ import main as check
from services.erp.load import main as load
from services.erp.loading.errors import LoadError
from services.erp.loading.source import open_source
from services.erp.local_model import BUSINESS_TABLES
from tests.integration.erp.load.postgres_server import postgres_server

ODOO = Path(__file__).parents[3] / "cases/mapping/erps/odoo"
NATIVE = {
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d": "timestamp",
    r"\d{4}-\d\d-\d\d": "date",
    "[tf]": "boolean",
    r"\{.*\}": "jsonb",
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def database(url: str) -> Iterator[Connection]:
    """Writes into it, and leaves it empty."""
    engine = create_engine(make_url(url).set(drivername="postgresql+pg8000"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
        connection.exec_driver_sql("DROP SCHEMA IF EXISTS sales CASCADE")
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")
        connection.exec_driver_sql("CREATE SCHEMA public")
    engine.dispose()


def read(url: str, table: str, *columns: str) -> list[tuple[Any, ...]]:
    with open_source(url) as source:
        return [tuple(row) for chunk in source.rows(table, columns) for row in chunk]


def natively_typed(database: Connection) -> set[str]:
    """Texts of the story that are dates, moments, flags or JSON become PostgreSQL's own; which came about."""
    found = set()
    for table, column in database.exec_driver_sql(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND data_type = 'text'"
    ).all():
        values = database.exec_driver_sql(f'SELECT "{column}" FROM "{table}"').scalars().all()  # noqa: S608
        held = [value for value in values if value]
        for pattern, kind in NATIVE.items():
            if held and all(re.fullmatch(pattern, value) for value in held):
                database.exec_driver_sql(
                    f'ALTER TABLE "{table}" ALTER "{column}" TYPE {kind} USING "{column}"::{kind}'
                )
                found.add(kind)
    return found


def rows_of(model: Path) -> dict[str, list[Any]]:
    with closing(sqlite3.connect(model)) as connection:
        return {
            table.name: sorted(connection.execute(f"SELECT * FROM {table.name}").fetchall(), key=repr)  # noqa: S608
            for table in BUSINESS_TABLES
        }


def test_odoo_in_its_own_database_is_the_odoo_of_the_story(
    url: str, database: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = (ODOO / "source.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(tmp_path / "source.sqlite")) as plain:
        plain.executescript(script)
    for statement in re.sub(r"^--.*$", "", script, flags=re.MULTILINE).split(";\n"):
        if statement.strip():
            database.exec_driver_sql(statement)
    assert natively_typed(database) == set(NATIVE.values())
    mapping = str(ODOO / "mapping.yaml")
    models = {}
    for name, source in (("plain", f"sqlite:///{tmp_path}/source.sqlite"), ("native", url)):
        models[name] = tmp_path / f"{name}.sqlite"
        arguments = ["--mapping", mapping, "--from", source, "--to", f"sqlite:///{models[name]}"]
        assert load(arguments) == 0, capsys.readouterr()
    assert rows_of(models["native"]) == rows_of(models["plain"])
    assert check([mapping, "--from", url]) == 0


def test_values_come_exactly(url: str, database: Connection) -> None:
    database.exec_driver_sql(
        "CREATE TABLE kinds AS SELECT 12345678901234567890.123456789::numeric n, true b, '2026-10-31'::date d, "
        "'2026-10-31 23:59:59'::timestamp t, '2026-11-01 08:59:59+09'::timestamptz z, "
        "'{\"a\": 0.10}'::json j, '{\"a\": 12345678901234567890.10}'::jsonb k"
    )
    ((number, flag, day, moment, zoned, plain, binary),) = read(url, "kinds", *"nbdtzjk")
    assert number == Decimal("12345678901234567890.123456789")
    assert flag is True
    assert (day, moment) == (date(2026, 10, 31), datetime(2026, 10, 31, 23, 59, 59))  # noqa: DTZ001
    assert zoned.isoformat() == "2026-10-31T23:59:59+00:00"
    assert (plain, binary) == ('{"a": 0.10}', '{"a": 12345678901234567890.10}')


def test_other_schemas_and_views_are_read_by_their_names(url: str, database: Connection) -> None:
    database.exec_driver_sql("CREATE SCHEMA sales")
    database.exec_driver_sql('CREATE TABLE sales."Orders" AS SELECT 1 id')
    database.exec_driver_sql('CREATE VIEW opened AS SELECT id + 1 id FROM sales."Orders"')
    database.exec_driver_sql('CREATE MATERIALIZED VIEW sales.kept AS SELECT id + 2 id FROM sales."Orders"')
    with open_source(url) as source:
        assert {"sales.Orders", "opened", "sales.kept"} <= source.tables
        assert source.columns(["sales.Orders"]) == {"sales.Orders": ["id"]}
        assert source.count("sales.Orders") == 1
    assert [read(url, name, "id") for name in ("sales.Orders", "opened", "sales.kept")] == [
        [(1,)],
        [(2,)],
        [(3,)],
    ]


def test_an_array_is_refused_with_what_to_do(
    url: str, database: Connection, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.exec_driver_sql("CREATE TABLE firms AS SELECT 'a' id, ARRAY['x', 'y'] names")
    mapping = tmp_path / "m.yaml"
    mapping.write_text(
        "mapping: m\ntables:\n- {to: company, from: firms, key: id, columns: {name: names}}\n", "utf-8"
    )
    assert load(["--mapping", str(mapping), "--from", url, "--to", f"sqlite:///{tmp_path}/m.sqlite"]) == 1
    said = "".join(capsys.readouterr())
    assert "배열" in said
    assert "unnest" in said


def test_it_is_one_snapshot_and_is_never_written(url: str, database: Connection) -> None:
    database.exec_driver_sql("CREATE TABLE many AS SELECT generate_series(1, 12000) id")
    with open_source(url) as source:
        assert source.count("many") == 12_000
        database.exec_driver_sql("INSERT INTO many VALUES (0)")
        chunks = [len(chunk) for chunk in source.rows("many", ["id"])]
        assert chunks == [5000, 5000, 2000], "in parts, as of the beginning"
    with open_source(url) as source, pytest.raises(DBAPIError, match="read-only"):
        source._connection.exec_driver_sql("DELETE FROM many")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"database": "nowhere"}, "does not exist"),
        ({"username": "stranger", "password": "s3cret"}, "stranger"),
    ],
)
def test_what_cant_be_opened_is_said_without_a_password(url: str, change: dict[str, str], said: str) -> None:
    if "MARU_TEST_POSTGRES_URL" in os.environ:
        pytest.skip("a server of somebody else's may say it in other words")
    with (
        pytest.raises(LoadError) as refused,
        open_source(make_url(url).set(**change).render_as_string(False)),
    ):
        pass
    assert said in refused.value.ko
    assert "s3cret" not in refused.value.ko
