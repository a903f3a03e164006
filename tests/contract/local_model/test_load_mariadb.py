"""A load into MariaDB: the same rows as in SQLite, whole or not at all, and into nobody else's database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, make_url, select

from services.erp.demo_company.simulation import generate
from services.erp.load import main as load
from services.erp.local_model import BUSINESS_TABLES, load_watermark
from tests.contract.local_model.server import emptied, server_url
from tests.integration.erp.conftest import TODAY


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("erp") / "erp.sqlite"
    generate(path, seed=7, lines=300, today=TODAY, say=lambda _: None)
    return f"sqlite:///{path}"


@pytest.fixture
def server() -> Iterator[Engine]:
    engine = emptied(server_url())
    yield engine
    engine.dispose()


def to(server: Engine) -> str:
    return make_url(server.url).set(drivername="mysql+aiomysql").render_as_string(hide_password=False)


def rows(engine: Engine) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(str(tuple(row)) for row in connection.execute(select(table)))
            for table in BUSINESS_TABLES
        }


@pytest.mark.timeout(180)
def test_the_rows_are_those_of_a_file(server: Engine, source: str, tmp_path: Path) -> None:
    assert load(["--from", source, "--to", f"sqlite:///{tmp_path}/m.sqlite"]) == 0
    file = create_engine(f"sqlite:///{tmp_path}/m.sqlite")
    assert load(["--from", source, "--to", to(server)]) == 0
    found = rows(server)
    assert found == rows(file), "amounts to the last digit"
    assert sum(map(len, found.values())) > 3000
    assert load(["--from", source, "--to", to(server)]) == 0
    with server.connect() as connection:
        assert set(connection.execute(select(load_watermark.c.epoch)).scalars()) == {2}
    assert rows(server) == found
    file.dispose()


def test_a_load_that_fails_leaves_the_old_rows(
    server: Engine, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(["--from", source, "--to", to(server)]) == 0
    before = rows(server)
    with server.begin() as connection:  # somebody's mistake: a table that can't take the rows any more
        connection.exec_driver_sql("ALTER TABLE work_order ADD COLUMN needed INT NOT NULL")
    assert load(["--from", source, "--to", to(server)]) == 1
    assert "이전 모델은 그대로입니다" in "".join(capsys.readouterr())
    assert rows(server) == before


def test_another_database_is_not_written_to(
    server: Engine, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with server.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE `tabCustomer` (name VARCHAR(10))")
    assert load(["--from", source, "--to", to(server)]) == 1
    said = "".join(capsys.readouterr())
    assert "tabCustomer" in said
    assert make_url(server.url).password not in said.replace("tabCustomer", "").split()
    with server.connect() as connection:
        assert connection.exec_driver_sql("SHOW TABLES").scalars().all() == ["tabCustomer"]


def test_two_loads_at_once(server: Engine, source: str, capsys: pytest.CaptureFixture[str]) -> None:
    with server.connect() as connection:
        assert connection.exec_driver_sql("SELECT get_lock('maru-load', 0)").scalar_one() == 1
        assert load(["--from", source, "--to", to(server)]) == 1
    assert "다른 적재" in "".join(capsys.readouterr())
