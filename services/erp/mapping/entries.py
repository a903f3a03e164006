"""The entries of a mapping file: one source table that fills a local one, or that is looked up."""

import difflib
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, DateTime, Table

from services.erp.exact_decimal import ExactDecimal, InexactValueError
from services.erp.local_model import BUSINESS_TABLES
from services.erp.mapping.cel import ExpressionError, compile_expression
from services.erp.mapping.kinds import Kind
from services.erp.mapping.lookups import Gather, Join, Lookup, LookupColumn
from services.erp.mapping.mapper import TableMapping, converter
from services.erp.mapping.nodes import MappingError, Node
from services.erp.mapping.sources import (
    Constant,
    Enumeration,
    FirstOf,
    Formula,
    JoinedKey,
    SourceColumn,
    Value,
)
from services.erp.mapping.values import RefusedValueError

Kinds = Mapping[str, tuple[Kind, bool]]
"""Column -> what it holds, and whether the source may lack it."""

_TABLES: Final[Mapping[str, Table]] = {table.name: table for table in BUSINESS_TABLES}


class _Entry:
    """What tables and lookups have in common; all problems are collected before any is raised."""

    def __init__(
        self, node: Node, fields: Mapping[str, Node], kinds: Kinds, lookups: Mapping[str, Lookup]
    ) -> None:
        self.node = node
        self.fields = fields
        self.problems: list[str] = []
        self._lookups = lookups
        self._kinds = dict(read_kinds(fields.get("types"), kinds))
        self._aliases: set[str] = set()
        self.joins = tuple(self._joins())

    def raise_problems(self) -> None:
        if self.problems:
            raise MappingError("\n".join(self.problems))

    def _joins(self) -> Any:
        """The lookups under `with`; a later one may be found by a column of an earlier one."""
        if "with" not in self.fields:
            return
        for alias, node in self.fields["with"].fields.items():
            try:
                described = isinstance(node.value, Mapping) and "lookup" in node.value
                fields = node.only("lookup", "by") if described else {}
                name = fields["lookup"].text if described else alias
                if described and "by" not in fields:
                    node.fail("the entry 'by' is missing")
                if name not in self._lookups:
                    node.fail(f"there is no lookup {name!r}{similar(name, self._lookups)}")
                join = Join(alias, self._lookups[name], self.key(fields["by"] if described else node))
            except MappingError as error:
                self.problems.append(str(error))
                continue
            self._aliases.add(alias)
            for column, known in join.lookup.columns.items():
                self._kinds[f"{alias}.{column}"] = (known.kind, False)
            yield join

    def conditions(self) -> tuple[Formula, ...]:
        """`when`: one expression or several, which must all hold."""
        found = []
        for node in self.fields["when"].items if "when" in self.fields else ():
            try:
                formula = self.formula(node, node.text)
                if formula.expression.kind is not Kind.FLAG:
                    node.fail(f"when must be true or false, not {formula.expression.kind}")
                found.append(formula)
            except MappingError as error:
                self.problems.append(str(error))
        return tuple(found)

    def key(self, node: Node) -> JoinedKey:
        parts = [node] if isinstance(node.value, Mapping) else node.items
        return JoinedKey(tuple(self._key_part(item) for item in parts))

    def _key_part(self, node: Node) -> FirstOf | Formula | Constant:
        if isinstance(node.value, Mapping):
            return Constant(node.only("const")["const"].text)
        return self.plain(node)

    def plain(self, node: Node) -> FirstOf | Formula:
        """A column, a list of columns, or an expression."""
        if isinstance(node.value, str) and node.value.startswith("="):
            return self.formula(node, node.value.removeprefix("="))
        return FirstOf(tuple(self.column(item) for item in node.items))

    def column(self, node: Node) -> SourceColumn:
        name = node.text
        alias, dot, _ = name.partition(".")
        if dot and alias in self._aliases and name not in self._kinds:
            node.fail(f"the lookup {alias!r} has no column {name!r}{similar(name, self._kinds)}")
        return SourceColumn(name.removesuffix("?"), name.endswith("?"), node.line)

    def formula(self, node: Node, source: str) -> Formula:
        try:
            expression = compile_expression(source, {name: kind for name, (kind, _) in self._kinds.items()})
        except ExpressionError as error:
            node.fail(str(error))
        optional = {name for name, (_, may_miss) in self._kinds.items() if may_miss}
        columns = (SourceColumn(name, name in optional, node.line) for name in sorted(expression.columns))
        return Formula(expression, tuple(columns), source.strip(), node.line)

    def kind_of(self, value: FirstOf | Formula) -> Kind:
        if isinstance(value, Formula):
            return value.expression.kind
        return self._kinds.get(value.columns[0].name, (Kind.TEXT, False))[0]


class TableEntry(_Entry):
    """An entry of `tables`."""

    def __init__(self, node: Node, kinds: Kinds, lookups: Mapping[str, Lookup], rounds: bool) -> None:
        names = ("to", "from", "optional", "distinct", "sum", "key", "with", "when", "types", "inexact")
        super().__init__(node, node.only(*names, "columns"), kinds, lookups)
        self._rounds = reads_rounds(self.fields, default=rounds)

    def read(self) -> TableMapping:
        for name in ("to", "from", "key", "columns"):
            if name not in self.fields:
                self.node.fail(f"the entry {name!r} is missing")
        target = target_of(self.fields["to"])
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
        when = self.conditions()
        sums = self._sums(target)
        self.raise_problems()
        return TableMapping(
            target,
            self.fields["from"].text,
            optional=is_true(self.fields, "optional"),
            distinct=is_true(self.fields, "distinct"),
            sums=sums,
            line=self.node.line,
            joins=self.joins,
            when=when,
            values=values,
            rounds=self._rounds,
        )

    def _sums(self, target: Table) -> frozenset[str]:
        names = self.fields["sum"].items if "sum" in self.fields else ()
        for node in names:
            column = target.c.get(node.text)
            if column is None or not isinstance(column.type, ExactDecimal):
                self.problems.append(
                    f"{node.file}:{node.line}: {target.name} has no column of numbers {node.text!r}"
                )
        return frozenset(node.text for node in names)

    def _collect(self, values: dict[str, Value], target: Table, name: str, node: Node) -> None:
        try:
            if name not in target.c:
                node.fail(f"{target.name} has no column {name!r}{similar(name, target.c.keys())}")
            if name in values:
                node.fail("the id is given by `key`, not under columns")
            values[name] = self.key(node) if name == "id" else self._value(node, target.c[name])
        except MappingError as error:
            self.problems.append(str(error))

    def _value(self, node: Node, column: Column[Any]) -> Value:
        if not isinstance(node.value, Mapping):
            value = self.plain(node)
            if isinstance(value, Formula):
                _check_kind(value, node, column)
            return value
        if "key" in node.value:
            return self.key(node.only("key")["key"])
        if "const" in node.value:
            constant = node.only("const")["const"]
            converted(constant, column)
            return Constant(constant.text)
        fields = node.only("from", "values", "else")
        if "from" not in fields or "values" not in fields:
            node.fail("write a column, [columns], = expression, {key:}, {const:} or {from:, values:}")
        for ours in [*fields["values"].fields.values(), *([fields["else"]] if "else" in fields else [])]:
            converted(ours, column)
        words = {theirs: ours.text for theirs, ours in fields["values"].fields.items()}
        otherwise = fields["else"].text if "else" in fields else None
        return Enumeration(self.plain(fields["from"]), words, otherwise)


class LookupEntry(_Entry):
    """An entry of `lookups`."""

    def __init__(self, name: str, node: Node, kinds: Kinds, lookups: Mapping[str, Lookup]) -> None:
        names = ("from", "key", "with", "when", "types", "optional", "columns", "sum", "count", "min", "max")
        super().__init__(node, node.only(*names), kinds, lookups)
        self._name = name

    def read(self) -> Lookup:
        for name in ("from", "key"):
            if name not in self.fields:
                self.node.fail(f"the entry {name!r} is missing")
        columns: dict[str, LookupColumn] = {}
        for gather in Gather:
            name = "columns" if gather is Gather.FIRST else gather.value
            if name in self.fields:
                self._collect(columns, gather, self.fields[name])
        if not columns and not self.problems:
            self.node.fail("name the columns to be looked up: columns, sum, count, min or max")
        key, when = self.key(self.fields["key"]), self.conditions()
        self.raise_problems()
        return Lookup(
            self._name,
            self.fields["from"].text,
            is_true(self.fields, "optional"),
            self.node.line,
            key,
            self.joins,
            when,
            columns,
        )

    def _collect(self, columns: dict[str, LookupColumn], gather: Gather, node: Node) -> None:
        """`[A, B]` under their own names, or `{name: A, other: "= expression"}`."""
        named = node.value if isinstance(node.value, Mapping) else {item.text: item for item in node.items}
        for written, item in named.items():
            name = written.removesuffix("?")
            try:
                if name in columns:
                    item.fail(f"{name!r} stands here twice")
                if not name.isidentifier():
                    item.fail(f"{name!r} is no name: write {{name: column}}, the name in plain letters")
                if gather is Gather.COUNT:
                    columns[name] = LookupColumn(FirstOf(()), Kind.DECIMAL, gather)
                    continue
                value = self.plain(item)
                kind = self.kind_of(value)
                if gather is Gather.SUM and kind is not Kind.DECIMAL:
                    item.fail(f"only numbers add up, not {kind}; declare it under types: decimal")
                if gather in (Gather.MIN, Gather.MAX) and kind not in (Kind.DECIMAL, Kind.DATE):
                    item.fail(f"{kind} has no order; declare numbers and dates under types")
                columns[name] = LookupColumn(value, Kind.TEXT if kind is Kind.NULL else kind, gather)
            except MappingError as error:
                self.problems.append(str(error))


def _check_kind(formula: Formula, node: Node, column: Column[Any]) -> None:
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


def read_kinds(node: Node | None, inherited: Kinds) -> Kinds:
    """From a `types` block."""
    kinds = dict(inherited)
    if node is not None:
        for kind, names in node.only("text", "decimal", "flag", "date").items():
            for name in names.items:
                kinds[name.text.removesuffix("?")] = (Kind(kind), name.text.endswith("?"))
    return kinds


def target_of(node: Node) -> Table:
    """The local table that the node names."""
    if node.text not in _TABLES:
        node.fail(f"the local model has no table {node.text!r}{similar(node.text, _TABLES)}")
    return _TABLES[node.text]


def converted(node: Node, column: Column[Any]) -> Any:
    """The node's text as the column holds it."""
    try:
        return converter(column)(node.text)
    except (RefusedValueError, InexactValueError) as error:
        node.fail(f"{column.name}: {error}")


def reads_rounds(fields: Mapping[str, Node], *, default: bool) -> bool:
    """The entry `inexact`."""
    return _choice(fields["inexact"], "reject", "round") == "round" if "inexact" in fields else default


def is_true(fields: Mapping[str, Node], name: str) -> bool:
    return name in fields and _choice(fields[name], "true", "false") == "true"


def _choice(node: Node, *words: str) -> str:
    if node.text not in words:
        node.fail(f"write {' or '.join(words)}, not {node.text!r}")
    return node.text


def similar(name: str, known: Collection[str]) -> str:
    """A question after a message: what may have been meant."""
    close = difflib.get_close_matches(name, list(known), n=3)
    return f"; did you mean {', '.join(close)}?" if close else ""
