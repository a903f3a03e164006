"""One document: its fields and lines under Korean names, its state, and the documents around it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, Table, func, or_, select

from services.erp.core.catalog import Catalog, Path, RecordField, RecordKind, RecordLinkRule
from services.erp.core.document_numbers import described, reference, visible
from services.erp.core.joins import Joins
from services.erp.core.policy import Grant
from services.erp.core.result import (
    Column,
    EntityReference,
    RecordLink,
    Role,
    Unit,
    UnitKind,
    Value,
)
from services.erp.core.result import Table as ResultTable
from services.erp.core.shown import currency_decimals, digits
from services.erp.local_model import metadata
from services.erp.ports import AnySelect

MAX_LINES: Final = 1000
_MAX_LINKS: Final = 200
_STATES: Final = {"draft": "작성 중", "submitted": "확정", "cancelled": "취소됨"}


@dataclass(frozen=True, slots=True)
class RecordReading:
    """The statements for a document of one kind as one asker may see it, and what their rows mean."""

    kind: RecordKind
    catalog: Catalog
    grant: Grant

    # --- statements -----------------------------------------------------------------------------------------

    def head(self, number: str) -> AnySelect:
        """The document with the key, or else the number; no row when the asker may not see it."""
        table, joins = self.kind.table.c, Joins(self.kind.table)
        return (
            select(
                *described(self.kind, joins),
                table.company_id,
                table.state,
                *(table[name] for name in ("status", "currency", "due_date") if name in table),
                *_columns(self.fields, joins),
            )
            .select_from(joins.clause)
            .where(or_(table.id == number, table.number == number), *self._visible(self.kind, joins))
            .order_by(table.id != number)
            .limit(1)
        )

    def around(self, key: str) -> list[AnySelect]:
        """What replaced it, its lines, its balance, and one statement for each of `links`."""
        table = self.kind.table
        joins = Joins(table)
        replaced = select(*described(self.kind, joins)).select_from(joins.clause)
        return [
            replaced.where(table.c.amended_from_id == key, *self._visible(self.kind, joins)),
            self._lines(key),
            self._balance(key),
            *(self._linked(rule, key) for rule in self.links),
        ]

    def _lines(self, key: str) -> AnySelect:
        lines = self.kind.lines
        if lines is None:
            return select(self.kind.table.c.id).limit(0)
        joins = Joins(lines)
        return (
            select(lines.c.id, *_columns(self.line_fields, joins))
            .select_from(joins.clause)
            .where(lines.c[f"{self.kind.table.name}_id"] == key)
            .order_by(lines.c.position, lines.c.id)
            .limit(MAX_LINES)
        )

    def _balance(self, key: str) -> AnySelect:
        """What is left to be paid of an invoice; NULL where its ledger says nothing."""
        ledger = self.kind.ledger
        if ledger is None:
            return select(self.kind.table.c.id).limit(0)
        return select(func.sum(ledger.c.amount)).where(
            ledger.c.against_voucher_id == key,
            ledger.c.against_voucher_type == self.kind.kind.value,
            ledger.c.is_delinked.is_(False),
        )

    @property
    def links(self) -> list[RecordLinkRule]:
        return [rule for rule in self.kind.links if rule.kind in self.grant.records]

    def _linked(self, rule: RecordLinkRule, key: str) -> AnySelect:
        record = self.catalog.records[rule.kind]
        joins = Joins(record.table)
        others = select(rule.table.c[rule.other]).where(
            rule.table.c[rule.own] == key,
            *(rule.table.c[name] == value for name, value in rule.where.items()),
        )
        return (
            select(*described(record, joins))
            .select_from(joins.clause)
            .where(
                record.table.c.id.in_(others),
                record.table.c.state != "cancelled",
                *self._visible(record, joins),
            )
            .order_by(record.table.c.number)
            .limit(_MAX_LINKS)
        )

    def _visible(self, record: RecordKind, joins: Joins) -> list[ColumnElement[bool]]:
        return visible(record, joins, self.grant, self.catalog.dimensions)

    # --- what the rows mean ---------------------------------------------------------------------------------

    @property
    def fields(self) -> list[RecordField]:
        return self._shown(self.kind.fields, self.kind.table)

    @property
    def line_fields(self) -> list[RecordField]:
        return [] if self.kind.lines is None else self._shown(self.kind.line_fields, self.kind.lines)

    def _shown(self, fields: Sequence[RecordField], table: Table) -> list[RecordField]:
        hidden = self.grant.hidden_fields
        return [field for field in fields if f"{table.name}.{field.path.column}" not in hidden]

    def reference(self, row: Any) -> EntityReference:
        return reference(self.kind.kind, row)

    def status(self, head: Any, balance: Decimal | None, today: date) -> str:
        """The state in Korean. Overdue is computed: the ERP's own word is as old as the document's last
        change.
        """
        if head.state != "submitted":
            return _STATES[head.state]
        stored = getattr(head, "status", None) or head.state
        if balance is not None and balance > 0 and head.due_date is not None and head.due_date < today:
            stored = "overdue"
        elif balance is not None and stored == "overdue":
            stored = "unpaid" if balance > 0 else "paid"
        return self.kind.status.get(stored, _STATES["submitted"])

    def head_table(self, head: Any, company_currency: str, balance: Decimal | None) -> ResultTable:
        """One row: the fields in reading order, and what is left to be paid."""
        table = self._table(self.fields, [head], company_currency, getattr(head, "currency", None))
        if balance is None:
            return table
        unit = Unit(UnitKind.CURRENCY, company_currency)
        left = Column("balance", "남은 금액", Role.FIELD, "", unit, currency_decimals(company_currency))
        return ResultTable((*table.columns, left), ((*table.rows[0], balance),), 1)

    def line_table(self, head: Any, lines: Sequence[Any], company_currency: str) -> ResultTable | None:
        if self.kind.lines is None:
            return None
        return self._table(self.line_fields, lines, company_currency, getattr(head, "currency", None))

    def linked(self, rows: Sequence[Sequence[Any]]) -> tuple[RecordLink, ...]:
        """The documents of `links`' statements, each once."""
        found = dict.fromkeys(
            RecordLink(rule.relation, reference(rule.kind, row))
            for rule, linked in zip(self.links, rows, strict=True)
            for row in linked
        )
        return tuple(found)[:_MAX_LINKS]

    def _table(
        self, fields: Sequence[RecordField], rows: Sequence[Any], company_currency: str, currency: str | None
    ) -> ResultTable:
        values = [
            [self._value(field, getattr(row, f"value_{at}"), getattr(row, f"name_{at}")) for row in rows]
            for at, field in enumerate(fields)
        ]
        columns = tuple(
            _column(field, column, company_currency, currency)
            for field, column in zip(fields, values, strict=True)
        )
        return ResultTable(columns, tuple(zip(*values, strict=True)), len(rows))

    def _value(self, field: RecordField, value: Any, name: str | None) -> Value:
        if value is None:
            return None
        if field.kind is not None:
            return EntityReference(field.kind, value, name or value)
        found: Value = self.kind.status.get(value, value) if field.is_code else value
        return found


def _columns(fields: Sequence[RecordField], joins: Joins) -> Iterator[ColumnElement[Any]]:
    """`value_n` of each field, and `name_n` of what it refers to."""
    for at, field in enumerate(fields):
        yield joins.column(field.path).label(f"value_{at}")
        name = field.path
        if field.kind is not None and field.path.references is not None:
            target = metadata.tables[field.path.references]
            named = "name" if "name" in target.c else "number"
            name = Path((*field.path.steps, (field.path.column, target)), named, None)
        yield joins.column(name).label(f"name_{at}")


def _column(
    field: RecordField, values: Sequence[Value], company_currency: str, currency: str | None
) -> Column:
    unit, decimals = None, 0
    if field.unit is UnitKind.CURRENCY:
        code = company_currency if field.path.column.startswith("base_") else currency or company_currency
        unit, decimals = Unit(UnitKind.CURRENCY, code), currency_decimals(code)
    elif field.unit is UnitKind.QUANTITY:
        unit = Unit(UnitKind.QUANTITY)
        decimals = max((digits(value) for value in values if isinstance(value, Decimal)), default=0)
    return Column(field.path.column, field.name, Role.FIELD, "", unit, decimals)
