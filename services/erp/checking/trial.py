"""A mapping tried on a source, into a model that is thrown away."""

import sqlite3
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine

from services.erp.checking.survey import EntryReport, Survey
from services.erp.loading.filling import Filling, TableResult
from services.erp.loading.model_file import ModelFile
from services.erp.loading.source import Source, open_source
from services.erp.mapping.language import ErpMapping
from services.erp.mapping.lookups import Lookup, LookupReader

_LOOKED_AT_ROWS = 1000
"""Of a table, to see what its unused columns hold."""
_MOST_SAMPLES = 3


@dataclass(frozen=True)
class UnusedColumn:
    """A column of a source table in use that the mapping does not read, though rows differ in it."""

    table: str
    column: str
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Trial:
    """What came of it. `model`: the filled local model."""

    mapping: ErpMapping
    entries: list[EntryReport]
    results: list[TableResult]
    """Constant rows among them."""
    lookups: list[tuple[Lookup, LookupReader]]
    absent: list[str]
    """Local tables whose optional source table is not there."""
    unused_tables: Mapping[str, int]
    """Source table that the mapping does not name -> its rows, where it has any; the largest first."""
    unused_columns: list[UnusedColumn]
    model: Connection

    @property
    def filled(self) -> Mapping[str, frozenset[str]]:
        """Local table -> the columns that the mapping fills."""
        found: dict[str, frozenset[str]] = {}
        for result in self.results:
            found[result.table] = found.get(result.table, frozenset()) | frozenset(result.columns)
        return found


@contextmanager
def tried(mapping: ErpMapping, url: str) -> Iterator[Trial]:
    """Runs the mapping over the whole source.

    Raises:
        LoadError: the source cannot be read, or a lookup is too large.
        MappingError: the mapping names tables or columns that the source lacks.
    """
    with tempfile.TemporaryDirectory() as folder, open_source(url) as source:
        columns = source.columns(mapping.sources)
        mapping.check_source(columns, source.tables)
        survey, scratch = Survey(), ModelFile(Path(folder) / "model.sqlite")
        with scratch.replacement(lambda _: None) as connection:
            filling = Filling(mapping, source, columns, connection, survey)
            filling.read_lookups()
            results = list(filling.tables(lambda _table, _rows: None))
        engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(scratch.path))
        try:
            with closing(engine.connect()) as model:
                yield Trial(
                    mapping,
                    survey.entries,
                    results,
                    survey.lookups,
                    [f"{table.target.name} <- {table.source}" for table in mapping.absent(columns)],
                    _unused_tables(mapping, source),
                    list(_unused_columns(mapping, source, columns)),
                    model,
                )
        finally:
            engine.dispose()


def _unused_tables(mapping: ErpMapping, source: Source) -> Mapping[str, int]:
    counts = {name: source.count(name) for name in sorted(source.tables - mapping.sources)}
    return {name: rows for name, rows in sorted(counts.items(), key=lambda each: -each[1]) if rows}


def _unused_columns(
    mapping: ErpMapping, source: Source, columns: Mapping[str, Collection[str]]
) -> Iterator[UnusedColumn]:
    used: dict[str, set[str]] = {}
    for table in mapping.tables:
        used.setdefault(table.source, set()).update(column.name for column in table.columns)
    for lookup in mapping.lookups:
        used.setdefault(lookup.source, set()).update(column.name for column in lookup.needed)
    for name, there in columns.items():
        rest = [column for column in there if column not in used[name]]
        if not rest:
            continue
        held: list[dict[str, None]] = [{} for _ in rest]
        for row in _first_rows(source, name, rest):
            for values, value in zip(held, row, strict=True):
                if value is not None and str(value).strip():
                    values.setdefault(str(value)[:40])
        for column, values in zip(rest, held, strict=True):
            if len(values) > 1:
                yield UnusedColumn(name, column, tuple(values)[:_MOST_SAMPLES])


def _first_rows(source: Source, name: str, columns: Collection[str]) -> Iterator[Any]:
    left = _LOOKED_AT_ROWS
    for chunk in source.rows(name, list(columns)):
        yield from chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return
