"""Two local models compared as far as meaning goes: rows without their own keys, references by what they name.

Stated rule for keys: each ERP has its own. A master row is the same by its name (item: code; account: number;
employee: user; within its company where it belongs to one), a document by its number, a line by its document
and position; ledger rows by all they say. A partner's short code is its key, so it is left out.
"""

import sqlite3
from collections import Counter
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

from services.erp.local_model import BUSINESS_TABLES

TABLES = {table.name: table for table in BUSINESS_TABLES}
NAMED_BY = {"item": "code", "account": "number", "employee": "user_name"}
OWN = {("customer", "code"), ("supplier", "code")}
POLYMORPHIC = {
    "party_id": "party_type",
    "entity_id": "entity",
    "voucher_id": "voucher_type",
    "against_voucher_id": "against_voucher_type",
}
Row = dict[str, Any]


class Model:
    """A local model's rows, read whole."""

    def __init__(self, path: Path) -> None:
        self.rows: dict[str, list[Row]] = {}
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            for name in TABLES:
                self.rows[name] = [dict(row) for row in connection.execute(f'SELECT * FROM "{name}"')]  # noqa: S608
            rejected = connection.execute("SELECT * FROM rejected_row LIMIT 5").fetchall()
            self.rejected = [dict(row) for row in rejected]

    @cached_property
    def by_id(self) -> dict[str, dict[str, Row]]:
        return {name: {row["id"]: row for row in rows} for name, rows in self.rows.items()}

    def meaning_of(self, table: str, key: str | None) -> Any:
        """What a key names; a key that leads nowhere is told as such."""
        if key is None:
            return None
        row = self.by_id[table].get(key)
        if row is None:
            return ("nowhere", table)
        if "number" in row and "state" in row:
            return row["number"]
        header = next((name for name in row if name == f"{table.removesuffix('_line')}_id"), None)
        if table.endswith("_line") and header:
            return self.meaning_of(header.removesuffix("_id"), row[header]), row["position"]
        company = self.meaning_of("company", row["company_id"]) if row.get("company_id") else None
        return company, row[NAMED_BY.get(table, "name")]

    def meanings(self, table: str) -> "Counter[tuple[tuple[str, Any], ...]]":
        return Counter(
            tuple(
                (name, self._meaning(table, row, name))
                for name in row
                if name != "id" and (table, name) not in OWN
            )
            for row in self.rows[table]
        )

    def _meaning(self, table: str, row: Row, name: str) -> Any:
        value = row[name]
        target = TABLES[table].c[name].info.get("references")
        if name in POLYMORPHIC and value is not None:
            kind = row[POLYMORPHIC[name]]
            target = kind if kind in TABLES else None
            if target is None or value not in self.by_id[target]:
                return value.rpartition("|")[2]
        return self.meaning_of(target, value) if target else value


class Translation:
    """Keys of one model as those of another."""

    def __init__(self, source: Model, target: Model) -> None:
        self._source = source
        self._target = {
            table: {target.meaning_of(table, key): key for key in rows}
            for table, rows in target.by_id.items()
            if "name" in TABLES[table].c
        }

    def key(self, table: str, key: str) -> str:
        """Raises KeyError where the other model has nothing of that meaning."""
        return self._target[table][self._source.meaning_of(table, key)]
