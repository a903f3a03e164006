"""What the service does: describe the catalog, run a query, resolve names, fetch a record. All under a
policy.
"""

import asyncio
import gc
import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from typing import Final

from services.erp.core import document_numbers
from services.erp.core import reference as references
from services.erp.core.absent import tabulate_absent
from services.erp.core.catalog import Catalog, Dimension, Metric, RecordKind
from services.erp.core.compiling import Statement, compile_plan
from services.erp.core.connected import check_connected
from services.erp.core.entity_index import Candidate, Resolution
from services.erp.core.figures import put_together
from services.erp.core.plan import Plan, make_plan
from services.erp.core.policy import Grant, Policy
from services.erp.core.query import Filter, Query, members_of
from services.erp.core.records import RecordReading
from services.erp.core.reference import CHANGES, WATERMARKS, Company, Reference, data_as_of
from services.erp.core.result import EntityKind, EntityReference, QueryResult, Record, ResultContext, Table
from services.erp.core.selecting import selected, selecting_query
from services.erp.core.tabulating import tabulate
from services.erp.core.words import applied_filters, definitions, is_partial
from services.erp.errors import (
    CostLimitExceeded,
    DataTooStale,
    LocalModelEmpty,
    RecordNotFound,
    RowLimitExceeded,
)
from services.erp.ports import Fetched, LocalModel
from services.kit.clock import Clock
from services.kit.identity import Identity

_ASKERS: Final = 1024
"""Whose grants are remembered."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Rows that a table may have, groups that a statement may return before they are cut to it, rows that it may read,
    and how old the data may be.
    """

    rows: int = 10_000
    groups: int = 200_000
    cost: int = 50_000_000
    age: timedelta = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class DescribedMetric:
    """A metric as one asker sees it."""

    metric: Metric
    dimensions: tuple[str, ...]
    permitted: bool
    unconnected: tuple[str, ...] = ()
    """What it lacks in this ERP, or for this asker's part of it."""
    unconnected_dimensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """The catalog as one asker sees it. `companies`: those that the asker may see, the default first."""

    metrics: tuple[DescribedMetric, ...]
    dimensions: tuple[Dimension, ...]
    companies: tuple[Company, ...]
    today: date
    fiscal_start_month: int
    data_start: date | None
    etag: str


@dataclass(frozen=True, slots=True)
class _Read:
    """A query's plan, its statement and what that found. `reference`: with the documents that its filter names."""

    plan: Plan
    statement: Statement
    found: Fetched
    watermarks: Fetched
    reference: Reference


class Erp:
    """The use cases, over one local model."""

    def __init__(
        self, catalog: Catalog, policy: Policy, local_model: LocalModel, clock: Clock, limits: Limits
    ) -> None:
        self._catalog = catalog
        self._grant = lru_cache(maxsize=_ASKERS)(partial(policy.grant, catalog))
        self._local_model = local_model
        self._clock = clock
        self._limits = limits
        self._reference: Reference | None = None
        self._loading = asyncio.Lock()

    async def ping(self) -> None:
        """The local model answers and has been loaded.

        Raises:
            LocalModelEmpty, LocalModelUnavailable: it hasn't, or doesn't.
        """
        (changes,) = await self._local_model.read(CHANGES)
        _check_loaded(changes)

    async def describe(self, asker: Identity) -> Description:
        """The catalog, and which of it the asker may ask for."""
        grant = self._grant(asker)
        reference = await self._fresh_reference()
        order = grant.companies or tuple(reference.companies)
        visible = tuple(reference.companies[key] for key in order if key in reference.companies)
        dimensions = {
            key: dimension for key, dimension in self._catalog.dimensions.items() if grant.knows(dimension)
        }
        metrics = tuple(
            DescribedMetric(
                metric,
                tuple(sorted(self._catalog.dimensions_of(metric) & dimensions.keys())),
                metric.key in grant.metrics,
                self._unconnected(metric, grant, reference),
                tuple(key for key in reference.gaps[metric.key].dimensions if key in dimensions),
            )
            for metric in self._catalog.metrics.values()
        )
        told = [(m.permitted, m.dimensions, m.unconnected, m.unconnected_dimensions) for m in metrics]
        versions = (self._catalog.digest, repr(told), repr(visible))
        return Description(
            metrics,
            tuple(dimensions.values()),
            visible,
            self._clock.today(),
            reference.fiscal_start_month,
            reference.data_start,
            hashlib.sha256("\n".join(versions).encode()).hexdigest()[:32],
        )

    def _unconnected(self, metric: Metric, grant: Grant, reference: Reference) -> tuple[str, ...]:
        gaps = reference.gaps[metric.key]
        if gaps.needs:
            return tuple(map(str, gaps.needs))
        measures = (one for leaf in self._catalog.leaves(metric) for one in (*leaf.now, *leaf.measures))
        restricted = {member.dimension for one in measures for member in grant.on(one.fact)}
        return tuple(key for key in gaps.dimensions if key in restricted)

    async def run_query(
        self, asker: Identity, query: Query, *, validate_only: bool = False, limits: Limits | None = None
    ) -> QueryResult:
        """The query's exact table; without it when only to be validated. `limits`: other than the service's own.

        Raises:
            UnknownMetric, UnknownDimension, MetricForbidden, MemberNotFound, QueryRefused: see `make_plan`.
            RowLimitExceeded: there are more groups than can be handled. CostLimitExceeded: it would read too much.
            DataTooStale: the data is older than answers may be.
            LocalModelEmpty, LocalModelUnavailable, StatementTimeout: see `LocalModel.read`.
        """
        grant = self._grant(asker)
        reference = await self._fresh_reference()
        bounds = limits or self._limits
        reads, conditions = [], []
        for one in query.selections:
            asked = selecting_query(one, query, self._catalog)
            reads.append(chosen := await self._read(asked, grant, reference, bounds, validate_only))
            shown = await self._table(chosen, grant, bounds.groups, bounds.groups)
            conditions.append(selected(one, chosen.plan, shown, self._catalog, grant, chosen.reference))
        filters = tuple(one.filter for one in conditions)
        reads.append(read := await self._read(query, grant, reference, bounds, validate_only, filters))
        as_of = self._fresh(
            data_as_of(read.watermarks, frozenset[str]().union(*(one.statement.tables for one in reads)))
        )
        context = ResultContext(
            applied_filters(
                read.plan, self._catalog, grant, read.reference, [one.words for one in conditions]
            ),
            definitions(read.plan),
            as_of,
            any(is_partial(one.plan) for one in reads),
            digest(*(one.found for one in reads)),
        )
        if validate_only:
            return QueryResult(None, context)
        return QueryResult(await self._table(read, grant, bounds.groups, bounds.rows), context)

    async def _read(
        self,
        query: Query,
        grant: Grant,
        reference: Reference,
        bounds: Limits,
        validate_only: bool,
        conditions: tuple[Filter, ...] = (),
    ) -> _Read:
        """The query planned, compiled and read, without its rows when it is only to be validated."""
        reference = replace(reference, documents=await self._named_documents(query, grant))
        plan = make_plan(query, self._catalog, grant, reference, self._clock.today(), conditions)
        check_connected(plan, self._catalog, reference.filled)
        statement = compile_plan(plan, self._catalog.dimensions, bounds.groups)
        cost = statement.cost(reference.table_rows)
        if cost > bounds.cost:
            raise CostLimitExceeded(cost=str(cost), maximum=str(bounds.cost))
        wanted = statement.select.limit(0) if validate_only else statement.select
        found, watermarks = await self._local_model.read(wanted, WATERMARKS)
        if len(found.rows) > bounds.groups:
            raise RowLimitExceeded.of(bounds.groups)
        return _Read(plan, statement, found, watermarks, reference)

    async def _table(self, read: _Read, grant: Grant, groups: int, rows: int) -> Table:
        """The table of what was read: off the event loop, as many groups take seconds before they are cut."""

        def table() -> Table:
            found = put_together(read.plan, read.statement, read.found.rows, groups)
            if read.plan.query.without_rows:
                return tabulate_absent(read.plan, self._catalog, grant, read.reference, found, rows)
            return tabulate(read.plan, self._catalog, found, rows)

        return await asyncio.to_thread(table)

    def _fresh(self, as_of: datetime | None) -> datetime | None:
        """The data's time, which isn't too long ago."""
        if as_of is not None:
            required = self._clock.now() - self._limits.age
            if as_of < required:
                when = as_of.astimezone(required.tzinfo).strftime("%Y-%m-%d %H:%M")
                raise DataTooStale(
                    as_of=as_of.isoformat(), required_as_of=required.isoformat(), words={"when": when}
                )
        return as_of

    async def _named_documents(
        self, query: Query, grant: Grant
    ) -> Mapping[tuple[EntityKind, str], EntityReference]:
        """The documents that the question's filter names and the asker may see."""
        wanted: dict[EntityKind, set[str]] = defaultdict(set)
        for member in members_of(query.filter):
            dimension = self._catalog.dimensions.get(member.dimension)
            if dimension and dimension.is_document and dimension.kind in grant.records:
                wanted[dimension.kind] |= set(member.members)
        if not wanted:
            return {}
        fetched = await self._local_model.read(
            *(
                document_numbers.by_key(
                    self._catalog.records[kind], sorted(keys), grant, self._catalog.dimensions
                )
                for kind, keys in wanted.items()
            )
        )
        return {
            (kind, row.id): document_numbers.reference(kind, row)
            for kind, found in zip(wanted, fetched, strict=True)
            for row in found.rows
        }

    async def resolve(
        self, asker: Identity, mentions: Sequence[str], kinds: Collection[EntityKind], max_candidates: int
    ) -> list[Resolution]:
        """What each mention may name, among what the asker may see: names, and documents by number or its
        end.
        """
        grant = self._grant(asker)
        reference = await self._fresh_reference()
        records = [
            record
            for kind, record in self._catalog.records.items()
            if kind in grant.records and (not kinds or kind in kinds)
        ]
        documents = await self._documents(mentions, records, reference, grant)
        return [
            merged(reference.index.resolve(mention, kinds, grant, max_candidates), found, max_candidates)
            for mention, found in zip(mentions, documents, strict=True)
        ]

    async def _documents(
        self, mentions: Sequence[str], records: Sequence[RecordKind], reference: Reference, grant: Grant
    ) -> list[list[Candidate]]:
        """The documents that each mention may name by number, in one read."""
        wanted = [
            [document_numbers.numbers(mention, record, reference.prefixes[record.kind]) for record in records]
            for mention in mentions
        ]
        asked = [
            (at, sorted({number for numbers in wanted for number in numbers[at]}))
            for at in range(len(records))
        ]
        asked = [(at, numbers) for at, numbers in asked if numbers]
        if not asked:
            return [[] for _ in mentions]
        fetched = await self._local_model.read(
            *(
                document_numbers.lookup(records[at], numbers, grant, self._catalog.dimensions)
                for at, numbers in asked
            )
        )
        rows = {at: found.rows for (at, _), found in zip(asked, fetched, strict=True)}
        return [
            [
                document_numbers.candidate(mention, records[at].kind, row)
                for at, candidates in enumerate(numbers)
                for row in rows.get(at, ())
                if row.number in candidates
            ]
            for mention, numbers in zip(mentions, wanted, strict=True)
        ]

    async def record(self, asker: Identity, kind: EntityKind, number: str) -> Record:
        """The document with the key or number.

        Raises:
            RecordNotFound: there is none, or the asker may not see it.
        """
        grant = self._grant(asker)
        if kind not in grant.records:
            raise RecordNotFound
        reference = await self._fresh_reference()
        record = self._catalog.records[kind]
        reading = RecordReading(record, self._catalog, grant)
        found, watermarks = await self._local_model.read(reading.head(number), WATERMARKS)
        if not found.rows:
            raise RecordNotFound
        head = found.rows[0]
        around = await self._local_model.read(*reading.around(head.id))
        replaced, lines, balances, *linked = (one.rows for one in around)
        balance = balances[0][0] if balances else None
        company = reference.companies.get(head.company_id)
        currency = company.currency if company else ""
        tables = {record.table.name} | ({record.lines.name} if record.lines is not None else set())
        return Record(
            reading.reference(head),
            reading.status(head, balance, self._clock.today()),
            reading.head_table(head, currency, balance),
            reading.line_table(head, lines, currency),
            reading.linked(linked),
            reading.reference(replaced[0]) if replaced else None,
            ResultContext(
                data_as_of=self._fresh(data_as_of(watermarks, frozenset(tables))),
                statement_digest=digest(found),
            ),
        )

    async def _fresh_reference(self) -> Reference:
        """Names and companies as the data has them now; read again when anything was loaded."""
        (changes,) = await self._local_model.read(CHANGES)
        _check_loaded(changes)
        if self._reference is None or self._reference.state != changes.rows[0]:
            async with self._loading:
                if self._reference is None or self._reference.state != changes.rows[0]:
                    fetched = await self._local_model.read(*references.statements(self._catalog))
                    self._reference = await asyncio.to_thread(references.build, self._catalog, fetched)
                    gc.freeze()  # the names stay: no need to walk them all in the middle of a question
        return self._reference


def _check_loaded(changes: Fetched) -> None:
    if not changes.rows[0].tables:
        raise LocalModelEmpty


def digest(*found: Fetched) -> str:
    """What was run, for the audit."""
    run = "\n".join(f"{one.statement}\n{one.parameters}" for one in found)
    return hashlib.sha256(run.encode()).hexdigest()


def merged(names: Resolution, documents: Sequence[Candidate], max_candidates: int) -> Resolution:
    """Names and documents together, closest first."""
    candidates = sorted([*names.candidates, *documents], key=lambda candidate: candidate.match)
    return Resolution(names.mention, tuple(candidates[:max_candidates]), names.total + len(documents))
