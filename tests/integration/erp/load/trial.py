"""A source of one small table, its mapping, and a model that was loaded from it once."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from services.erp.load import load
from services.erp.loading.model_file import ModelFile
from services.erp.loading.progress import Progress
from services.erp.mapping.language import parse_mapping

MAPPING = """\
mapping: trial
tables:
- to: territory
  from: region
  key: id
  columns: {name: name, parent_id: above}
"""


def run(source: Path, model: ModelFile, mapping: str = MAPPING) -> Mapping[str, Any]:
    """Loads; returns the last event."""
    events: list[Mapping[str, Any]] = []
    load(f"sqlite:///{source}", model, parse_mapping(mapping, "trial.yaml"), Progress(events.append))
    return events[-1]


def change(source: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(source)) as database, database:
        database.execute(statement, values)


def content(model: ModelFile) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{model.path}?mode=ro", uri=True)) as reader:
        return reader.execute("SELECT id, name FROM territory ORDER BY id").fetchall()


def left_over(model: ModelFile) -> set[str]:
    return {path.name for path in model.path.parent.iterdir() if "loading" in path.name}


def many_rows(source: Path, count: int) -> None:
    """Rows enough to make a file of several hundred pages."""
    with closing(sqlite3.connect(source)) as database, database:
        rows = [(f"m{number:05d}", f"{number:0180d}") for number in range(count)]
        database.executemany("INSERT INTO region VALUES (?, ?, NULL)", rows)
