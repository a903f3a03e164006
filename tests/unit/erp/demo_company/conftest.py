"""One small demo company for all tests of this folder."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from services.erp.demo_company.simulation import generate

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "erp.sqlite"
    # As `make up` makes it.
    generate(path, seed=2026, lines=5000, today=TODAY, say=lambda _: None)
    return path


@pytest.fixture(scope="session")
def demo(demo_file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(f"file:{demo_file}?mode=ro", uri=True)
    yield connection
    connection.close()
