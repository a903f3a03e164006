"""A small demo company: the ERP's own tables, and the local model loaded from them."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.erp.demo_company.simulation import generate
from services.erp.load import main

TODAY = date(2026, 11, 20)


@pytest.fixture(scope="session")
def erp_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("erp") / "erp.sqlite"
    generate(path, seed=2026, lines=3000, today=TODAY, say=lambda _: None)
    return path


@pytest.fixture(scope="session")
def model_file(erp_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "model.sqlite"
    assert main(["--from", f"sqlite:///{erp_file}", "--to", f"sqlite:///{path}"]) == 0
    return path


@pytest.fixture(scope="session")
def source(erp_file: Path) -> Iterator[sqlite3.Connection]:
    """The ERP's own tables."""
    connection = sqlite3.connect(f"file:{erp_file}?mode=ro", uri=True)
    yield connection
    connection.close()
