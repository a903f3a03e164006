"""Documents by number: the whole number, or its end as people say it ("PO-0012", "12번 발주").

Millions of numbers need not be in memory: numbers are a few prefixes (PUR-ORD-2026-) and digits, so an end in
digits becomes a short list of whole numbers, which the database looks up by its index.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, String, Table, func, literal, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from services.erp.core.catalog import Dimension, RecordKind
from services.erp.core.conditions import Trees, filtered
from services.erp.core.entity_index import Candidate, Match
from services.erp.core.joins import Joins
from services.erp.core.policy import Grant
from services.erp.core.result import EntityKind, EntityReference
from services.erp.ports import AnySelect

_TAIL: Final = re.compile(r"(?P<words>.*?)(?P<digits>\d+)(?P<amendment>-\d{1,2})?\s*(?:번|호)?\s*", re.DOTALL)
_WIDEST: Final = 8
"""Digits of a number's counting part."""
_DIGITS: Final = "0123456789"
_SEPARATORS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Tail:
    """The end of a number: what stands before the digits, the digits, and `-1` of an amended one."""

    words: str
    number: int
    amendment: str

    @classmethod
    def parse(cls, mention: str) -> "Tail | None":
        found = _TAIL.fullmatch(mention.strip())
        if found is None or len(found["digits"]) > _WIDEST + 4:
            return None
        return cls(_bare(found["words"]), int(found["digits"]), found["amendment"] or "")

    def numbers(self, prefixes: Iterable[str], abbreviations: Iterable[str]) -> list[str]:
        """The whole numbers with this end."""
        digits = str(self.number)
        shorts = {_bare(short) for short in abbreviations}
        return [
            f"{prefix}{digits.zfill(width)}{self.amendment}"
            for prefix in prefixes
            if self._fits(_bare(prefix), shorts)
            for width in range(len(digits), _WIDEST + 1)
        ]

    def _fits(self, prefix: str, shorts: Collection[str]) -> bool:
        """`words` end the prefix, or are a short word for the kind, alone or before the prefix's end."""
        if prefix.endswith(self.words):
            return True
        return any(
            self.words.startswith(short) and prefix.endswith(self.words.removeprefix(short))
            for short in shorts
        )


def _bare(text: str) -> str:
    return _SEPARATORS.sub("", text).casefold()


class _WithoutDigits(FunctionElement[str]):
    """A text without the digits at its end."""

    type = String()
    inherit_cache = True


@compiles(_WithoutDigits, "sqlite")
def _sqlite(element: _WithoutDigits, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"rtrim({compiler.process(element.clauses, **kwargs)}, '0123456789')"


@compiles(_WithoutDigits, "mysql", "mariadb")
def _mysql(element: _WithoutDigits, compiler: SQLCompiler, **kwargs: Any) -> str:
    return f"REGEXP_REPLACE({compiler.process(element.clauses, **kwargs)}, '[0-9]+$', '')"


def first_numbers(table: Table) -> AnySelect:
    """The first number of each prefix: one look into the index for each, however many documents there are."""
    numbers = select(func.min(table.c.number).label("number")).cte("first_numbers", recursive=True)
    after = _WithoutDigits(numbers.c.number) + literal(":")  # ':' is the sign after '9'
    following = select(func.min(table.c.number)).where(table.c.number > after).scalar_subquery()
    numbers = numbers.union_all(select(following).where(numbers.c.number.is_not(None)))
    return select(numbers.c.number).where(numbers.c.number.is_not(None))


def prefixes(numbers: Iterable[str]) -> tuple[str, ...]:
    """The prefixes of the numbers; `-00012-` of an amended document is none."""
    found = {number.rstrip(_DIGITS) for number in numbers}
    return tuple(
        sorted(prefix for prefix in found if prefix.rstrip("-").rstrip(_DIGITS) not in found - {prefix})
    )


def numbers(mention: str, record: RecordKind, known: Sequence[str]) -> list[str]:
    """The whole numbers of the kind that the mention may be, or be the end of; `known`: the kind's prefixes.

    Every number begins with one of the prefixes, and is one where it has no digits.
    """
    mention = mention.strip()
    numbered = any(map(str.isdigit, mention))
    whole = [
        text
        for text in (mention, mention.upper())
        if (text.startswith(tuple(known)) if numbered else text in known)
    ]
    tail = Tail.parse(mention) if numbered else None
    ends = tail.numbers(known, record.abbreviations) if tail else []
    return list(dict.fromkeys([*whole, *ends]))


def candidate(mention: str, kind: EntityKind, row: Any) -> Candidate:
    """A document found for the mention."""
    whole = _bare(mention) == _bare(row.number)
    return Candidate(reference(kind, row), Match.FULL if whole else Match.NUMBER_TAIL)


def lookup(
    record: RecordKind,
    numbers: Sequence[str],
    grant: Grant,
    dimensions: Mapping[str, Dimension],
) -> AnySelect:
    """The documents with one of the numbers that the asker may see: id, number, date, party."""
    joins = Joins(record.table)
    conditions = [record.table.c.number.in_(numbers), *visible(record, joins, grant, dimensions)]
    columns = described(record, joins)
    return select(*columns).select_from(joins.clause).where(*conditions).order_by(record.table.c.number)


def by_key(
    record: RecordKind, keys: Sequence[str], grant: Grant, dimensions: Mapping[str, Dimension]
) -> AnySelect:
    """The documents with one of the keys that the asker may see: id, number, date, party."""
    joins = Joins(record.table)
    conditions = [record.table.c.id.in_(keys), *visible(record, joins, grant, dimensions)]
    columns = described(record, joins)
    return select(*columns).select_from(joins.clause).where(*conditions)


def described(record: RecordKind, joins: Joins) -> list[ColumnElement[Any]]:
    """id, number, date and party of a document, for `reference`."""
    date = record.table.c[record.date] if record.date else null()
    party = joins.column(record.party) if record.party else null()
    return [record.table.c.id, record.table.c.number, date.label("date"), party.label("party")]


def visible(
    record: RecordKind, joins: Joins, grant: Grant, dimensions: Mapping[str, Dimension]
) -> list[ColumnElement[bool]]:
    """The asker's policy on documents of the kind."""
    trees = Trees()
    return [filtered(member, record.fact, joins, dimensions, trees) for member in grant.on(record.fact)]


def reference(kind: EntityKind, row: Any) -> EntityReference:
    """A document as people read it: its number; its party and date tell it from others."""
    detail = " · ".join(str(part) for part in (row.party, row.date) if part)
    return EntityReference(kind, row.id, row.number, detail)
