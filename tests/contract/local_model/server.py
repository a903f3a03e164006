"""A MariaDB for tests: the database that MARU_TEST_MYSQL_URL names is emptied and filled."""

import os

import pytest
from sqlalchemy import Engine, MetaData, create_engine, make_url, select

from services.erp.local_model import metadata


def server_url() -> str:
    """Its URL for the service; the test is skipped where there is none."""
    if url := os.environ.get("MARU_TEST_MYSQL_URL"):
        return url
    pytest.skip("needs a MariaDB: MARU_TEST_MYSQL_URL=mysql+aiomysql://… names a database to be emptied")


def emptied(url: str) -> Engine:
    """An engine over the database, all of whose tables are gone."""
    engine = create_engine(make_url(url).set(drivername="mysql+pymysql"))
    with engine.begin() as connection:
        tables = MetaData()
        tables.reflect(connection)
        tables.drop_all(connection)
    return engine


def copy(source: Engine, target: Engine) -> None:
    """All rows of a local model into another, empty one."""
    metadata.create_all(target)
    with source.connect() as reading, target.begin() as writing:
        for table in metadata.sorted_tables:
            rows = [dict(row._mapping) for row in reading.execute(select(table))]
            for at in range(0, len(rows), 2000):
                writing.execute(table.insert(), rows[at : at + 2000])
