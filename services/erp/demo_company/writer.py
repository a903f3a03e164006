"""Writes rows of the demo company to SQLite, many at a time."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import Any, Final

from services.erp.demo_company.schema import CHILDREN, tables

_BATCH_ROWS: Final = 2000
_HASH_BITS: Final = 40


class Writer:
    """Rows by table and column name; what a row leaves out is 0 for numbers, else NULL, as in ERPNext."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("BEGIN")
        self._blank: dict[str, dict[str, Any]] = {}
        self._insert: dict[str, str] = {}
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._numbers: dict[str, int] = {}
        self._hash = 0
        self.rows = 0
        for table, columns in tables().items():
            definition = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            self._database.execute(f'CREATE TABLE "{table}" ({definition}, PRIMARY KEY (name))')
            numeric = {"decimal(21,9)", "int(1)"}
            self._blank[table] = {name: 0 if kind in numeric else None for name, kind in columns.items()}
            names = ", ".join(f":{name}" for name in columns)
            self._insert[table] = f'INSERT INTO "{table}" VALUES ({names})'  # noqa: S608 - our own names
            self._waiting[table] = []

    def add(self, table: str, values: dict[str, Any]) -> None:
        """Raises KeyError for a column that the table lacks."""
        row = {**self._blank[table], **values}
        if len(row) != len(self._blank[table]):
            raise KeyError(f"{table}: {sorted(row.keys() - self._blank[table].keys())}")
        waiting = self._waiting[table]
        waiting.append(row)
        self.rows += 1
        if len(waiting) >= _BATCH_ROWS:
            self._flush(table)

    def number(self, series: str, digits: int = 5) -> str:
        """The next name of a series: number("SAL-ORD-2026-") -> SAL-ORD-2026-00001."""
        self._numbers[series] = following = self._numbers.get(series, 0) + 1
        return f"{series}{following:0{digits}d}"

    def hash(self) -> str:
        """A new ten-digit name, as children and ledger rows have."""
        self._hash += 1
        # Multiplying by an odd number permutes the numbers below 2**40: no name comes twice.
        return f"{self._hash * 0x9E3779B97F4A7C15 % 2**_HASH_BITS:010x}"

    def close(self) -> None:
        for table in self._waiting:
            self._flush(table)
        for table in CHILDREN:
            self._database.execute(f'CREATE INDEX "{table[3:]}_parent" ON "{table}" (parent)')
        self._database.execute("COMMIT")
        self._database.close()

    def _flush(self, table: str) -> None:
        self._database.executemany(self._insert[table], self._waiting[table])
        self._waiting[table].clear()


def stamp(day: date, owner: str, second: int = 0) -> dict[str, Any]:
    """The standard columns of a row made on a day, `second` seconds after nine."""
    hours, rest = divmod(second % 32400, 3600)
    moment = f"{day} {9 + hours:02d}:{rest // 60:02d}:{rest % 60:02d}.000000"
    return {"creation": moment, "modified": moment, "owner": owner, "modified_by": owner}
