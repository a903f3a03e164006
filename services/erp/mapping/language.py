"""Reads and checks a mapping file (docs/mapping.md) against the local model. Knows no database."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, Table

from services.erp.exact_decimal import ExactDecimal, InexactValueError
from services.erp.local_model import BUSINESS_TABLES
from services.erp.mapping.cel import ExpressionError, compile_expression
from services.erp.mapping.kinds import Kind
from services.erp.mapping.mapper import (
    Constant,
    Enumeration,
    FirstOf,
    Formula,
    JoinedKey,
    SourceColumn,
    TableMapping,
    Value,
    converter,
)
from services.erp.mapping.nodes import MappingError, Node, read_nodes
from services.erp.mapping.values import RefusedValueError

_TABLES: Final[Mapping[str, Table]] = {table.name: table for table in BUSINESS_TABLES}


@dataclass(frozen=True, slots=True)
class ConstantRows:
    """Rows that no source table holds, written in the mapping file: the only company, say."""

    target: Table
    rows: tuple[Mapping[str, Any], ...]
    columns: frozenset[str]
    """Those that some row says."""


@dataclass(frozen=True, slots=True)
class ErpMapping:
    """A checked mapping file."""

    name: str
    file: str
    tables: tuple[TableMapping, ...]
    constants: tuple[ConstantRows, ...]

    def absent(self, source: Mapping[str, Collection[str]]) -> list[TableMapping]:
        """The optional tables that this source (table -> its columns) does not have."""
        return [table for table in self.tables if table.optional and table.source not in source]

    def check_source(self, source: Mapping[str, Collection[str]]) -> None:
        """Raises MappingError with every table and column that the mapping needs and the source lacks."""
        problems = []
        for table in self.tables:
            if table.source in source:
                have = source[table.source]
                for column in table.columns:
                    if not column.optional and column.name not in have:
                        lack = f"{table.source!r} has no column {column.name!r}{_similar(column.name, have)}"
                        problems.append(f"{self.file}:{column.line}: {lack}")
            elif not table.optional:
                lack = f"the source has no table {table.source!r}{_similar(table.source, source)}"
                problems.append(f"{self.file}:{table.line}: {lack}")
        if problems:
            raise MappingError("\n".join(problems))


def read_mapping(path: Path) -> ErpMapping:
    """Raises MappingError: every problem of the file, one `file:line: problem` a line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(f"{path.name}:1: cannot be read: {error}") from None
    return parse_mapping(text, path.name)


def parse_mapping(text: str, file: str) -> ErpMapping:
    """As read_mapping, from the file's text."""
    root = read_nodes(text, file).only("mapping", "about", "inexact", "types", "tables")
    for name in ("mapping", "tables"):
        if name not in root:
            raise MappingError(f"{file}:1: the entry {name!r} is missing")
    rounds = _rounds(root, default=False)
    kinds = _kinds(root.get("types"), {})
    problems: list[str] = []
    tables: list[TableMapping] = []
    constants: list[ConstantRows] = []
    for node in root["tables"].items:
        try:
            if "rows" in node.fields:
                constants.append(_constant_rows(node))
            else:
                tables.append(_TableReader(node, kinds, rounds).read())
        except MappingError as error:
            problems.append(str(error))
    if problems:
        raise MappingError("\n".join(problems))
    return ErpMapping(root["mapping"].text, file, tuple(tables), tuple(constants))


class _TableReader:
    """One entry of `tables`, all its problems collected before any is raised."""

    def __init__(self, node: Node, kinds: "Mapping[str, tuple[Kind, bool]]", rounds: bool) -> None:
        self.node = node
        self.fields = node.only(
            *("to", "from", "optional", "distinct", "key", "when", "types", "inexact", "columns")
        )
        self.kinds = _kinds(self.fields.get("types"), kinds)
        self.rounds = _rounds(self.fields, default=rounds)
        self.problems: list[str] = []

    def read(self) -> TableMapping:
        for name in ("to", "from", "key", "columns"):
            if name not in self.fields:
                self.node.fail(f"the entry {name!r} is missing")
        target = _target(self.fields["to"])
        values: dict[str, Value] = {}
        self._collect(values, target, "id", self.fields["key"])
        for name, node in self.fields["columns"].fields.items():
            self._collect(values, target, name, node)
        for column in target.c:
            needed = not column.nullable and not isinstance(column.type, Boolean) and column.name != "id"
            if needed and column.name not in self.fields["columns"].fields:
                self.problems.append(
                    f"{self.node.file}:{self.fields['columns'].line}: {target.name}.{column.name} is required"
                )
        when = None
        if "when" in self.fields:
            node = self.fields["when"]
            try:
                when = self._formula(node, node.text)
                if when.expression.kind is not Kind.FLAG:
                    node.fail(f"when must be true or false, not {when.expression.kind}")
            except MappingError as error:
                self.problems.append(str(error))
        if self.problems:
            raise MappingError("\n".join(self.problems))
        return TableMapping(
            target,
            self.fields["from"].text,
            optional=_is_true(self.fields, "optional"),
            distinct=_is_true(self.fields, "distinct"),
            line=self.node.line,
            when=when,
            values=values,
            rounds=self.rounds,
        )

    def _collect(self, values: dict[str, Value], target: Table, name: str, node: Node) -> None:
        try:
            if name not in target.c:
                node.fail(f"{target.name} has no column {name!r}{_similar(name, target.c.keys())}")
            if name in values:
                node.fail("the id is given by `key`, not under columns")
            if name == "id":
                values[name] = self._key(node)
            else:
                values[name] = self._value(node, target.c[name])
        except MappingError as error:
            self.problems.append(str(error))

    def _value(self, node: Node, column: Column[Any]) -> Value:
        if isinstance(node.value, str):
            if node.value.startswith("="):
                return self._checked_formula(node, column)
            return FirstOf((_source_column(node),))
        if not isinstance(node.value, Mapping):
            return FirstOf(tuple(_source_column(item) for item in node.items))
        if "key" in node.value:
            return self._key(node.only("key")["key"])
        if "const" in node.value:
            constant = node.only("const")["const"]
            _converted(constant, column)
            return Constant(constant.text)
        fields = node.only("from", "values", "else")
        if "from" not in fields or "values" not in fields:
            node.fail("write a column, [columns], = expression, {key:}, {const:} or {from:, values:}")
        for ours in [*fields["values"].fields.values(), *([fields["else"]] if "else" in fields else [])]:
            _converted(ours, column)
        words = {theirs: ours.text for theirs, ours in fields["values"].fields.items()}
        otherwise = fields["else"].text if "else" in fields else None
        return Enumeration(_source_column(fields["from"]), words, otherwise)

    def _key(self, node: Node) -> JoinedKey:
        parts: list[SourceColumn | str] = []
        for item in node.items:
            constant = isinstance(item.value, Mapping)
            parts.append(item.only("const")["const"].text if constant else _source_column(item))
        return JoinedKey(tuple(parts))

    def _formula(self, node: Node, source: str) -> Formula:
        try:
            expression = compile_expression(source, {name: kind for name, (kind, _) in self.kinds.items()})
        except ExpressionError as error:
            node.fail(str(error))
        optional = {name for name, (_, may_miss) in self.kinds.items() if may_miss}
        columns = (SourceColumn(name, name in optional, node.line) for name in sorted(expression.columns))
        return Formula(expression, tuple(columns))

    def _checked_formula(self, node: Node, column: Column[Any]) -> Formula:
        formula = self._formula(node, node.text.removeprefix("="))
        kind = formula.expression.kind
        fitting: set[Kind]
        if isinstance(column.type, ExactDecimal):
            fitting = {Kind.DECIMAL}
        elif isinstance(column.type, Boolean):
            fitting = {Kind.FLAG}
        elif isinstance(column.type, Date | DateTime):
            fitting = {Kind.DATE, Kind.TEXT}
        else:
            fitting = {Kind.TEXT, Kind.DECIMAL, Kind.DATE}
        if kind not in fitting | {Kind.NULL}:
            node.fail(f"{column.name} takes {'/'.join(sorted(fitting))}, the expression gives {kind}")
        return formula


def _source_column(node: Node) -> SourceColumn:
    name = node.text
    return SourceColumn(name.removesuffix("?"), name.endswith("?"), node.line)


def _kinds(node: Node | None, inherited: Mapping[str, tuple[Kind, bool]]) -> Mapping[str, tuple[Kind, bool]]:
    """Column -> (kind, may be absent), from a `types` block."""
    kinds = dict(inherited)
    if node is not None:
        for kind, names in node.only("text", "decimal", "flag", "date").items():
            for name in names.items:
                column = _source_column(name)
                kinds[column.name] = (Kind(kind), column.optional)
    return kinds


def _target(node: Node) -> Table:
    if node.text not in _TABLES:
        node.fail(f"the local model has no table {node.text!r}{_similar(node.text, _TABLES)}")
    return _TABLES[node.text]


def _constant_rows(node: Node) -> ConstantRows:
    fields = node.only("to", "rows")
    if "to" not in fields:
        node.fail("the entry 'to' is missing")
    target = _target(fields["to"])
    rows = []
    said: set[str] = set()
    for row in fields["rows"].items:
        said |= row.fields.keys()
        values: dict[str, Any] = {c.name: False for c in target.c if isinstance(c.type, Boolean)}
        for name, value in row.fields.items():
            if name not in target.c:
                value.fail(f"{target.name} has no column {name!r}{_similar(name, target.c.keys())}")
            values[name] = _converted(value, target.c[name])
        for column in target.c:
            if not column.nullable and values.get(column.name) is None:
                row.fail(f"{target.name}.{column.name} is required")
        rows.append({column.name: values.get(column.name) for column in target.c})
    return ConstantRows(target, tuple(rows), frozenset(said))


def _converted(node: Node, column: Column[Any]) -> Any:
    try:
        return converter(column)(node.text)
    except (RefusedValueError, InexactValueError) as error:
        node.fail(f"{column.name}: {error}")


def _rounds(fields: Mapping[str, Node], *, default: bool) -> bool:
    return _choice(fields["inexact"], "reject", "round") == "round" if "inexact" in fields else default


def _is_true(fields: Mapping[str, Node], name: str) -> bool:
    return name in fields and _choice(fields[name], "true", "false") == "true"


def _choice(node: Node, *words: str) -> str:
    if node.text not in words:
        node.fail(f"write {' or '.join(words)}, not {node.text!r}")
    return node.text


def _similar(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=3)
    return f"; did you mean {', '.join(close)}?" if close else ""
