"""What happens to the rows of each entry while a mapping is tried."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.erp.loading.filling import TableResult
from services.erp.mapping.lookups import Lookup, LookupReader
from services.erp.mapping.mapper import RejectedRowError, RowMapper, TableMapping
from services.erp.mapping.sources import Enumeration
from services.erp.mapping.values import RefusedValueError, read_text

SAMPLES: Final = 3
_MOST_WORDS: Final = 200


@dataclass
class Refusal:
    """Rows that were rejected for one column and reason."""

    column: str
    reason: str
    count: int = 0
    samples: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class EntryReport:
    """One entry of the mapping, and what came of its rows."""

    table: TableMapping
    result: TableResult
    left_out: Counter[int] = field(default_factory=Counter)
    """Which condition (by its place in `when`) was the first that did not hold."""
    filled: Counter[str] = field(default_factory=Counter)
    """Local column -> kept rows in which it is not empty."""
    words: dict[str, Counter[str]] = field(default_factory=dict)
    """Local column of an enumeration -> the words met."""
    missed: Counter[str] = field(default_factory=Counter)
    """Lookup's alias -> rows whose key it does not have."""
    refusals: dict[tuple[str, str], Refusal] = field(default_factory=dict)
    samples: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = field(default_factory=list)
    """(source row with what was looked up, local row) of the first kept rows."""
    lossy: Mapping[str, int] = field(default_factory=dict)


class Survey:
    """Watches a filling (loading.filling.Watcher)."""

    def __init__(self) -> None:
        self.lookups: list[tuple[Lookup, LookupReader]] = []
        self.entries: list[EntryReport] = []
        self._mapper: RowMapper
        self._plain: RowMapper
        self._words: dict[str, Callable[[Mapping[str, Any]], Any]] = {}
        self._keys: list[tuple[str, Callable[[Mapping[str, Any]], Any], Mapping[str, Any]]] = []

    def looked_up(self, lookup: Lookup, reader: LookupReader) -> None:
        self.lookups.append((lookup, reader))

    def began(self, table: TableMapping, mapper: RowMapper) -> None:
        report = EntryReport(table, TableResult(table.target.name, table.source, table.values))
        self.entries.append(report)
        self._mapper = mapper
        self._plain = RowMapper(table, None, mapper.lookups)
        enumerations = {name: value for name, value in table.values.items() if isinstance(value, Enumeration)}
        self._words = {name: value.word.evaluator(read_text) for name, value in enumerations.items()}
        report.words = {name: Counter() for name in enumerations}
        self._keys = [
            (join.alias, join.key.evaluator(read_text), mapper.lookups[join.lookup.name])
            for join in table.joins
        ]

    def mapped(self, row: Mapping[str, Any], local: Mapping[str, Any] | None) -> None:
        report = self.entries[-1]
        wide = self._mapper.enriched(row)
        if local is None:
            report.left_out[self._first_false(wide)] += 1
            return
        report.filled.update(name for name, value in local.items() if value is not None)
        self._count(report, wide)
        if len(report.samples) < SAMPLES:
            plain = self._plain.map(row)
            if plain is not None:
                report.samples.append((wide, plain))

    def rejected(self, row: Mapping[str, Any], column: str, reason: str) -> None:
        report = self.entries[-1]
        kind, _, value = reason.partition(": ")
        refusal = report.refusals.setdefault((column, kind), Refusal(column, kind))
        refusal.count += 1
        if len(refusal.samples) < SAMPLES:
            refusal.samples.append({"key": self._key(row), "value": value})
        try:
            self._count(report, self._mapper.enriched(row))
        except RefusedValueError:
            return

    def ended(self, result: TableResult) -> None:
        self.entries[-1].result = result
        self.entries[-1].lossy = dict(self._mapper.lossy)

    def _count(self, report: EntryReport, wide: Mapping[str, Any]) -> None:
        for alias, key_of, rows in self._keys:
            key = key_of(wide)
            if key is not None and key not in rows:
                report.missed[alias] += 1
        for name, word_of in self._words.items():
            word = word_of(wide) or ""
            if word in report.words[name] or len(report.words[name]) < _MOST_WORDS:
                report.words[name][word] += 1

    def _first_false(self, wide: Mapping[str, Any]) -> int:
        for at, condition in enumerate(self._mapper.table.when):
            if not condition.expression.evaluate(wide):
                return at
        return -1

    def _key(self, row: Mapping[str, Any]) -> str:
        try:
            return self._mapper.key(row)
        except RejectedRowError:
            return ""
