"""What is said of one document: what was asked for first."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.chat.composing import rendering
from services.chat.composing.grammar import Content
from services.chat.composing.shapes import Shaped
from services.chat.result import Column, Record, RecordLink, Value
from services.chat.semantic import EntityKind, EntityReference, UnitKind
from services.chat.understanding.text import compact
from services.chat.understanding.words import load

SAID_FIELDS: Final = 4
_SAID_LINKS: Final = 3
_PARTIES: Final = frozenset({EntityKind.CUSTOMER, EntityKind.SUPPLIER, EntityKind.EMPLOYEE, EntityKind.ITEM})

Field = tuple[Column, Value]


class Aspect(StrEnum):
    """What of a document can be asked for."""

    DATES = "dates"
    AMOUNT = "amount"
    PAID = "paid"
    PARTY = "party"
    LINKS = "links"


_ASPECTS: Final = {
    Aspect(aspect): tuple(compact(word) for word in words)
    for aspect, words in load("documents")["aspects"].items()
}


def aspects_of(question: str) -> tuple[Aspect, ...]:
    """What a question about a document asks for; empty for all of it."""
    text = compact(question)
    return tuple(aspect for aspect, words in _ASPECTS.items() if any(word in text for word in words))


def shape_record(record: Record, asked: tuple[Aspect, ...] = ()) -> Shaped:
    """The shape of a document's answer."""
    atoms = {
        "number": rendering.name(record.reference.display_name),
        "status": rendering.name(record.status) or "-",
    }
    flags: set[str] = set()
    rows = [
        {
            "name": rendering.name(column.display_name),
            "value": rendering.cell(value, column.unit, column.decimal_places),
        }
        for column, value in _told(record, asked)
    ]
    if rows:
        flags.add("fields")
    if asked and rows:
        flags.add("asked")
    if record.links and (not asked or Aspect.LINKS in asked or Aspect.DATES in asked or Aspect.PAID in asked):
        flags.add("linked")
        dated = Aspect.DATES in asked
        atoms["links"] = ", ".join(_linked(link, dated=dated) for link in record.links[:_SAID_LINKS])
    if (record.lines and record.lines.rows) or len(record.links) > _SAID_LINKS:
        flags.add("more")
    if record.superseded_by:
        flags.add("superseded")
        atoms["replacement"] = rendering.name(record.superseded_by.display_name)
    return Shaped("record", Content(atoms, frozenset(flags), tuple(rows)))


def _linked(link: RecordLink, *, dated: bool) -> str:
    """A linked document, with its date where dates are asked for: it ends what tells it from others."""
    name = f"{rendering.name(link.relation)} {rendering.name(link.reference.display_name)}"
    day = link.reference.detail.rpartition(" · ")[2]
    return f"{name}({rendering.name(day)})" if dated and day else name


def _told(record: Record, asked: tuple[Aspect, ...]) -> list[Field]:
    """The fields to say: those asked for, or else those that a person asks for first."""
    if not record.fields.rows:
        return []
    fields = [
        field
        for field in zip(record.fields.columns, record.fields.rows[0], strict=True)
        if field[1] is not None and field[0].key != "status"
    ]
    amounts = [f for f in fields if isinstance(f[1], Decimal) and f[0].unit.kind is UnitKind.CURRENCY]
    total = sorted((f for f in amounts if f[0].key != "balance"), key=_size, reverse=True)[:1]
    left = [f for f in amounts if f[0].key == "balance"]
    parties = [f for f in fields if isinstance(f[1], EntityReference) and f[1].kind in _PARTIES][:1]
    dates = [f for f in fields if isinstance(f[1], date)]
    of_aspect = {
        Aspect.DATES: dates,
        Aspect.AMOUNT: [*total, *left],
        Aspect.PAID: left or dates[-1:],
        Aspect.PARTY: parties,
        Aspect.LINKS: [],
    }
    told = [field for aspect in asked for field in of_aspect[aspect]]
    told = told or ([] if asked == (Aspect.LINKS,) else [*parties, *dates[:2], *total, *left])
    return list(dict.fromkeys(told))[: SAID_FIELDS + 1] or ([] if asked else fields[:SAID_FIELDS])


def _size(field: Field) -> Decimal:
    return abs(field[1]) if isinstance(field[1], Decimal) else Decimal(0)
