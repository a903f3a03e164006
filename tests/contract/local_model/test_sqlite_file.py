"""The SQLite adapter and its file: missing, empty, damaged, replaced, loaded anew."""

import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine, func, select, text

from services.erp.adapters.local_model_sqlite import open_local_model
from services.erp.core.reference import CHANGES
from services.erp.errors import LocalModelEmpty, LocalModelUnavailable
from services.erp.local_model import metadata, sales
from services.kit.metrics import Metrics
from tests.unit.erp.queries.small_company import random_company, write

COUNT = select(func.count().label("n")).select_from(sales.sales_invoice)


async def test_a_missing_file_is_a_model_not_loaded_yet(tmp_path: Path):
    async with open_local_model(tmp_path / "none.sqlite", Metrics(), 5) as local_model:
        with pytest.raises(LocalModelEmpty, match="maru load"):
            await local_model.read(CHANGES)
        write(random_company(1), tmp_path / "none.sqlite")
        (found,) = await local_model.read(COUNT)
        assert found.rows[0].n == 20


async def test_a_file_without_tables_is_a_model_not_loaded_yet(tmp_path: Path):
    (tmp_path / "empty.sqlite").touch()
    async with open_local_model(tmp_path / "empty.sqlite", Metrics(), 5) as local_model:
        with pytest.raises(LocalModelEmpty):
            await local_model.read(CHANGES)


async def test_a_damaged_file_is_unavailable_until_it_is_loaded_again(tmp_path: Path):
    path = tmp_path / "model.sqlite"
    path.write_bytes(os.urandom(100_000))
    async with open_local_model(path, Metrics(), 5) as local_model:
        with pytest.raises(LocalModelUnavailable) as raised:
            await local_model.read(CHANGES)
        assert "maru load" in raised.value.message_ko
        assert str(path) not in raised.value.message_en
        path.unlink()
        write(random_company(1), path)
        assert (await local_model.read(COUNT))[0].rows[0].n == 20


async def test_a_file_damaged_in_the_middle_is_unavailable(tmp_path: Path):
    path = write(random_company(1, size=300), tmp_path / "model.sqlite")
    content = bytearray(path.read_bytes())
    for page in range(8192, len(content), 4096):
        content[page : page + 2048] = b"\xff" * 2048
    path.write_bytes(content)
    async with open_local_model(path, Metrics(), 5) as local_model:
        with pytest.raises(LocalModelUnavailable):
            await local_model.read(select(sales.sales_invoice_line), select(sales.sales_invoice))


async def test_a_replaced_file_is_read_from_the_next_read_on(tmp_path: Path):
    path = write(random_company(1), tmp_path / "model.sqlite")
    async with open_local_model(path, Metrics(), 5) as local_model:
        assert (await local_model.read(COUNT))[0].rows[0].n == 20
        os.replace(write(random_company(1, size=90), tmp_path / "new.sqlite"), path)
        assert (await local_model.read(COUNT))[0].rows[0].n == 30


async def test_rows_loaded_into_the_same_file_are_seen_at_once(tmp_path: Path):
    path = write(random_company(1), tmp_path / "model.sqlite")
    engine = create_engine(f"sqlite:///{path}")
    async with open_local_model(path, Metrics(), 5) as local_model:
        assert (await local_model.read(COUNT))[0].rows[0].n == 20
        with engine.begin() as connection:
            connection.execute(text("DELETE FROM sales_invoice"))
        assert (await local_model.read(COUNT))[0].rows[0].n == 0
    engine.dispose()


async def test_a_model_of_another_version_is_unavailable(tmp_path: Path):
    path = tmp_path / "model.sqlite"
    engine = create_engine(f"sqlite:///{path}")
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE sales_invoice"))
    engine.dispose()
    async with open_local_model(path, Metrics(), 5) as local_model:
        with pytest.raises(LocalModelUnavailable):
            await local_model.read(COUNT)
