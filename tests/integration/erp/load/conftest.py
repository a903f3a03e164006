"""A small demo ERP and its local model, made once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from services.erp.demo_company.simulation import generate
from services.erp.load import main
from services.erp.loading.model_file import ModelFile
from tests.integration.erp.load.trial import run

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def erp_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("erp") / "erp.sqlite"
    generate(path, seed=2026, lines=2500, today=TODAY, say=lambda _: None)
    return path


@pytest.fixture(scope="session")
def model_file(erp_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.sqlite"
    assert main(["--from", f"sqlite:///{erp_file}", "--to", f"sqlite:///{path}"]) == 0
    return path


@pytest.fixture
def on_erp(erp_file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{erp_file}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.fixture
def on_model(model_file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{model_file}?mode=ro", uri=True)
    yield connection
    connection.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "erp.db"
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE region (id TEXT, name TEXT, above TEXT)")
        database.executemany("INSERT INTO region VALUES (?, ?, NULL)", [(f"r{n}", f"{n}") for n in range(20)])
    return path


@pytest.fixture
def model(tmp_path: Path, source: Path) -> ModelFile:
    """A model with the first load in it."""
    model = ModelFile(tmp_path / "model.sqlite")
    run(source, model)
    return model
