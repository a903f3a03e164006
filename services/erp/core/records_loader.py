"""Reads the `records` of the catalog: which fields, words and links a document has."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Table

from services.erp.core.catalog import Fact, Path, RecordField, RecordKind, RecordLinkRule
from services.erp.core.catalog_paths import column_of, columns_of, path, table_named
from services.erp.core.result import EntityKind, UnitKind
from services.erp.core.yaml_section import Section
from services.erp.exact_decimal import ExactDecimal
from services.erp.local_model import metadata

_PRICES: Final = ("rate", "base_rate", "valuation_rate")


def record_kind(kind: EntityKind, section: Section, facts: Mapping[str, Fact]) -> RecordKind:
    """One kind of document; its fact stands at the document's own grain.

    Raises:
        CatalogError: a column, a table or the fact does not exist.
    """
    key = section.text("fact", kind.value)
    if key not in facts or facts[key].rollup is not None or "number" not in facts[key].table.c:
        raise section.error(f"전표의 사실이 아닙니다: {key} / no fact of such documents: {key}", "fact")
    fact = facts[key]
    lines = table_named(section.text("lines"), section, "lines") if "lines" in section else None
    status = section.section("status")
    date = section.text("date", "")
    if date and date not in fact.table.c:
        raise section.error(f"열 '{date}'이(가) 없습니다 / unknown column '{date}'", "date")
    found = RecordKind(
        kind,
        section.text("name"),
        section.texts("abbreviations"),
        fact,
        date,
        _party(section, fact.table) if "party" in section else None,
        {word: status.text(word) for word in status},
        _fields(section.section("fields"), fact.table),
        table_named(section.text("ledger"), section, "ledger") if "ledger" in section else None,
        lines,
        _fields(section.section("line_fields"), lines) if lines is not None else (),
        tuple(_link(one) for one in section.listed("links")),
    )
    section.done()
    return found


def _party(section: Section, table: Table) -> Path:
    """The name of the party that the column refers to."""
    found = path(section.text("party"), columns_of(table), section, "party")
    if found.references is None:
        raise section.error("party는 참조여야 합니다 / party must be a reference", "party")
    return Path((*found.steps, (found.column, metadata.tables[found.references])), "name", None)


def _fields(section: Section, table: Table) -> tuple[RecordField, ...]:
    return tuple(_field(section, key, table) for key in section)


def _field(section: Section, key: str, table: Table) -> RecordField:
    found = path(key, columns_of(table), section, key)
    column = column_of(found, columns_of(table))
    unit = None
    if isinstance(column.type, ExactDecimal):
        money = column.type.scale == 4 or found.column in _PRICES
        unit = UnitKind.CURRENCY if money else UnitKind.QUANTITY
    kind = EntityKind(found.references) if found.references in set(EntityKind) else None
    return RecordField(found, section.text(key), unit, kind, is_code="values" in column.info)


def _link(section: Section) -> RecordLinkRule:
    table = table_named(section.text("table"), section, "table")
    where = section.section("where")
    found = RecordLinkRule(
        section.text("relation"),
        EntityKind(section.text("kind")),
        table,
        section.text("own"),
        section.text("other"),
        {column: where.text(column) for column in where},
    )
    for column in (found.own, found.other, *found.where):
        if column not in table.c:
            raise section.error(f"열 '{column}'이(가) 없습니다 / unknown column '{column}'")
    section.done()
    return found
