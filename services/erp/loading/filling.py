"""Fills the tables of a local model from a source, entry by entry of the mapping."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from typing import Any, Final, Protocol

from sqlalchemy import Connection, Table, insert
from sqlalchemy.exc import IntegrityError

from services.erp.loading.errors import LoadError
from services.erp.loading.source import Source
from services.erp.local_model import rejected_row
from services.erp.mapping.language import ErpMapping
from services.erp.mapping.lookups import MAX_ROWS, Lookup, LookupReader, LookupRows
from services.erp.mapping.mapper import RejectedRowError, RowMapper, TableMapping
from services.erp.mapping.sources import SourceColumn

_Rejected = tuple[str | None, str, str]
_BATCH_ROWS: Final = 5000


@dataclass
class TableResult:
    """What became of one entry's source rows. `left_out`: by `when`, or the same as one before (distinct)."""

    table: str
    source: str
    columns: Collection[str]
    read: int = 0
    rows: int = 0
    left_out: int = 0
    rejected: int = 0
    rounded: int = 0

    def told(self) -> Mapping[str, Any]:
        """As an event tells it."""
        return {name: value for name, value in asdict(self).items() if name not in ("columns", "left_out")}


class Watcher(Protocol):
    """Is told of the rows as they pass."""

    def looked_up(self, lookup: Lookup, reader: LookupReader) -> None:
        """A lookup was read whole."""

    def began(self, table: TableMapping, mapper: RowMapper) -> None:
        """The rows of an entry are to come."""

    def mapped(self, row: Mapping[str, Any], local: Mapping[str, Any] | None) -> None:
        """A row of that entry became a local row, or was left out."""

    def rejected(self, row: Mapping[str, Any], column: str, reason: str) -> None:
        """A row of that entry could not be taken."""

    def ended(self, result: TableResult) -> None:
        """That entry's rows are through."""


class Unwatched:
    """Nobody looks."""

    def looked_up(self, lookup: Lookup, reader: LookupReader) -> None:
        pass

    def began(self, table: TableMapping, mapper: RowMapper) -> None:
        pass

    def mapped(self, row: Mapping[str, Any], local: Mapping[str, Any] | None) -> None:
        pass

    def rejected(self, row: Mapping[str, Any], column: str, reason: str) -> None:
        pass

    def ended(self, result: TableResult) -> None:
        pass


class Filling:
    """Reads the lookups, then fills the local tables."""

    def __init__(
        self,
        mapping: ErpMapping,
        source: Source,
        columns: Mapping[str, Collection[str]],
        connection: Connection,
        watcher: Watcher,
    ) -> None:
        self._mapping = mapping
        self._source = source
        self._columns = columns
        self._connection = connection
        self._watcher = watcher
        self._seen: dict[str, set[str]] = {}
        """Local table -> ids that distinct entries have made."""
        self._summed: dict[str, dict[str, dict[str, Any]]] = {}
        """Local table -> id -> row of the entries that add up."""
        self._lookups: dict[str, LookupRows] = {}

    def read_lookups(self) -> None:
        """Raises LoadError for one that is too large."""
        for lookup in self._mapping.lookups:
            reader = LookupReader(lookup, self._lookups)
            if lookup.source in self._columns:
                wanted = self._wanted(lookup.source, lookup.needed)
                for chunk in self._source.rows(lookup.source, wanted):
                    reader.add(dict(zip(wanted, values, strict=True)) for values in chunk)
                    if len(reader.rows) > MAX_ROWS:
                        raise _too_large(lookup)
            self._lookups[lookup.name] = reader.rows
            self._watcher.looked_up(lookup, reader)

    def tables(self, tell: Callable[[str, int], object]) -> Iterator[TableResult]:
        """Fills one entry after another; `tell` hears of the source rows of a local table as they pass."""
        for constant in self._mapping.constants:
            self._connection.execute(insert(constant.target), list(constant.rows))
            yield TableResult(
                constant.target.name, self._mapping.file, constant.columns, rows=len(constant.rows)
            )
        for table in self._mapping.tables:
            if table.source in self._columns:
                yield self._fill(table, tell)
        for name, rows in self._summed.items():
            target = next(table.target for table in self._mapping.tables if table.target.name == name)
            every = list(rows.values())
            for start in range(0, len(every), _BATCH_ROWS):
                _insert(self._connection, target, every[start : start + _BATCH_ROWS])

    def _fill(self, table: TableMapping, tell: Callable[[str, int], object]) -> TableResult:
        mapper = RowMapper(table, self._connection.dialect, self._lookups)
        result = TableResult(table.target.name, table.source, table.values)
        columns = self._wanted(table.source, table.columns)
        watcher = self._watcher
        watcher.began(table, mapper)
        for chunk in self._source.rows(table.source, columns):
            mapped: list[dict[str, Any]] = []
            rejected: list[_Rejected] = []
            kept = 0
            for values in chunk:
                row = dict(zip(columns, values, strict=True))
                try:
                    local = mapper.map(row)
                except RejectedRowError as error:
                    rejected.append((_key(mapper, row), error.column, error.reason))
                    watcher.rejected(row, error.column, error.reason)
                    continue
                watcher.mapped(row, local)
                if local is None:
                    continue
                if table.sums:
                    kept += self._add_up(table, local)
                elif not table.distinct or self._is_new(table, local):
                    mapped.append(local)
            repeated = _insert(self._connection, table.target, mapped)
            rejected += [
                (key, "id", "같은 키가 이미 있습니다 / this key was already loaded") for key in repeated
            ]
            _set_aside(self._connection, result, rejected)
            result.read += len(chunk)
            result.rows += kept + len(mapped) - len(repeated)
            result.rejected += len(rejected)
            result.left_out = result.read - result.rows - result.rejected
            tell(result.table, len(chunk))
        result.rounded = mapper.rounded
        watcher.ended(result)
        return result

    def _wanted(self, source: str, columns: Iterable[SourceColumn]) -> Sequence[str]:
        """Those of the columns that the source has; some column where none is wanted."""
        there = self._columns[source]
        return [each.name for each in columns if each.name in there] or list(there)[:1]

    def _is_new(self, table: TableMapping, local: Mapping[str, Any]) -> bool:
        seen = self._seen.setdefault(table.target.name, set())
        if local["id"] in seen:
            return False
        seen.add(local["id"])
        return True

    def _add_up(self, table: TableMapping, local: dict[str, Any]) -> bool:
        """Adds a row to the one with its id; whether it is the first."""
        rows = self._summed.setdefault(table.target.name, {})
        before = rows.get(local["id"])
        if before is None:
            # Entries that fill other columns meet in one row, which then has all of them.
            rows[local["id"]] = {**dict.fromkeys(self._columns_of(table.target)), **local}
            return True
        for name, value in local.items():
            if before[name] is None:
                before[name] = value
            elif name in table.sums and value is not None:
                before[name] += value
        return False

    def _columns_of(self, target: Table) -> Sequence[str]:
        entries = [table for table in self._mapping.tables if table.target is target]
        return sorted({name for table in entries for name in RowMapper(table, None, self._lookups).names})


def _too_large(lookup: Lookup) -> LoadError:
    return LoadError(
        f"찾아보기 표 {lookup.name}({lookup.source})이(가) {MAX_ROWS:,}행을 넘습니다. 매핑의 when으로 줄이거나, "
        "원본에 두 표를 이은 뷰를 만들어 쓰세요.",
        f"The lookup {lookup.name} ({lookup.source}) has more than {MAX_ROWS:,} rows. Narrow it with `when`, or "
        "make a view in the source that joins the two tables.",
    )


def _key(mapper: RowMapper, row: Mapping[str, Any]) -> str | None:
    try:
        return mapper.key(row)
    except RejectedRowError:
        return None


def _insert(connection: Connection, target: Table, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Writes rows in the driver's own form; returns the ids of those whose id is taken already."""
    if not rows:
        return []
    statement = str(insert(target).values(dict.fromkeys(rows[0])).compile(dialect=connection.dialect))
    in_order = itemgetter(*(column.name for column in target.c if column.name in rows[0]))
    values = [in_order(row) for row in rows]
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(statement, values)
    except IntegrityError:  # find which, one by one
        repeated = []
        for row, each in zip(rows, values, strict=True):
            try:
                connection.exec_driver_sql(statement, each)
            except IntegrityError:
                repeated.append(str(row["id"]))
        return repeated
    return []


def _set_aside(connection: Connection, result: TableResult, rejected: Sequence[_Rejected]) -> None:
    if rejected:
        about = {"local_table": result.table, "source_table": result.source}
        rows = [
            {**about, "source_key": key, "column_name": column, "reason": reason[:1000]}
            for key, column, reason in rejected
        ]
        connection.execute(insert(rejected_row), rows)
