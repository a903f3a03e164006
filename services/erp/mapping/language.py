"""Reads and checks a mapping file (docs/mapping.md) against the local model. Knows no database."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Table

from services.erp.mapping.entries import (
    LookupEntry,
    TableEntry,
    converted,
    read_kinds,
    reads_rounds,
    similar,
    target_of,
)
from services.erp.mapping.lookups import Lookup
from services.erp.mapping.mapper import TableMapping
from services.erp.mapping.nodes import MappingError, Node, read_nodes
from services.erp.mapping.sources import SourceColumn


@dataclass(frozen=True, slots=True)
class ConstantRows:
    """Rows that no source table holds, written in the mapping file: the only company, say."""

    target: Table
    rows: tuple[Mapping[str, Any], ...]
    columns: frozenset[str]
    """Those that some row says."""


@dataclass(frozen=True, slots=True)
class ErpMapping:
    """A checked mapping file. A lookup may use those before it."""

    name: str
    file: str
    lookups: tuple[Lookup, ...]
    tables: tuple[TableMapping, ...]
    constants: tuple[ConstantRows, ...]

    @property
    def sources(self) -> frozenset[str]:
        """Every source table that is read."""
        return frozenset(source for source, *_ in self._needs())

    def absent(self, source: Mapping[str, Collection[str]]) -> list[TableMapping]:
        """The optional tables that this source (table -> its columns) does not have."""
        return [table for table in self.tables if table.optional and table.source not in source]

    def check_source(self, source: Mapping[str, Collection[str]], tables: Collection[str] = ()) -> None:
        """Raises MappingError with every table and column that the mapping needs and the source lacks. `tables`:
        all that there are, to say which may be meant.
        """
        problems = []
        for name, columns, optional, line in self._needs():
            if name in source:
                have = source[name]
                for column in columns:
                    if not column.optional and column.name not in have:
                        lack = f"{name!r} has no column {column.name!r}{similar(column.name, have)}"
                        problems.append(f"{self.file}:{column.line}: {lack}")
            elif not optional:
                lack = f"the source has no table {name!r}{similar(name, tables or source)}"
                problems.append(f"{self.file}:{line}: {lack}")
        if problems:
            raise MappingError("\n".join(problems))

    def _needs(self) -> Iterator[tuple[str, Collection[SourceColumn], bool, int]]:
        for lookup in self.lookups:
            yield lookup.source, lookup.needed, lookup.optional, lookup.line
        for table in self.tables:
            yield table.source, table.columns, table.optional, table.line


def read_mapping(path: Path) -> ErpMapping:
    """Raises MappingError: every problem of the file, one `file:line: problem` a line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name}:1: cannot be read: {error}") from None
    return parse_mapping(text, path.name)


def parse_mapping(text: str, file: str) -> ErpMapping:
    """As read_mapping, from the file's text."""
    root = read_nodes(text, file).only("mapping", "about", "inexact", "types", "lookups", "tables")
    for name in ("mapping", "tables"):
        if name not in root:
            raise MappingError(f"{file}:1: the entry {name!r} is missing")
    rounds = reads_rounds(root, default=False)
    kinds = read_kinds(root.get("types"), {})
    problems: list[str] = []
    lookups: dict[str, Lookup] = {}
    for name, node in root["lookups"].fields.items() if "lookups" in root else ():
        try:
            if not name.isidentifier() or name == "row":
                node.fail(f"{name!r} is no name for a lookup: plain letters, and not `row`")
            lookups[name] = LookupEntry(name, node, kinds, lookups).read()
        except MappingError as error:
            problems.append(str(error))
    tables: list[TableMapping] = []
    constants: list[ConstantRows] = []
    for node in root["tables"].items:
        try:
            if "rows" in node.fields:
                constants.append(_constant_rows(node))
            else:
                tables.append(TableEntry(node, kinds, lookups, rounds).read())
        except MappingError as error:
            problems.append(str(error))
    if problems:
        raise MappingError("\n".join(problems))
    return ErpMapping(root["mapping"].text, file, tuple(lookups.values()), tuple(tables), tuple(constants))


def _constant_rows(node: Node) -> ConstantRows:
    fields = node.only("to", "rows")
    if "to" not in fields:
        node.fail("the entry 'to' is missing")
    target = target_of(fields["to"])
    rows = []
    said: set[str] = set()
    for row in fields["rows"].items:
        said |= row.fields.keys()
        values: dict[str, Any] = {c.name: False for c in target.c if isinstance(c.type, Boolean)}
        for name, value in row.fields.items():
            if name not in target.c:
                value.fail(f"{target.name} has no column {name!r}{similar(name, target.c.keys())}")
            values[name] = converted(value, target.c[name])
        for column in target.c:
            if not column.nullable and values.get(column.name) is None:
                row.fail(f"{target.name}.{column.name} is required")
        rows.append({column.name: values.get(column.name) for column in target.c})
    return ConstantRows(target, tuple(rows), frozenset(said))
