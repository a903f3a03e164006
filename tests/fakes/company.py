"""A made-up company behind chat's `ErpData` port: a catalog, names, and tables with figures made from the query."""

import asyncio
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.chat.errors import RecordNotFound
from services.chat.result import (
    AppliedFilter,
    Column,
    FilterSource,
    MetricDefinition,
    Record,
    RecordLink,
    Result,
    ResultContext,
    Table,
    Value,
)
from services.chat.semantic import (
    Candidate,
    Catalog,
    Dimension,
    DimensionMember,
    EntityKind,
    EntityReference,
    Grain,
    Match,
    Metric,
    Query,
    Resolution,
    Role,
    TimeBehavior,
    Unit,
    UnitKind,
)

WORLD = Path(__file__).with_name("company.yaml")


@cache
def world() -> Any:
    return yaml.safe_load(WORLD.read_text("utf-8"))


def catalog() -> Catalog:
    """The catalog as one asker sees it."""
    data = world()
    units = {
        "currency": Unit(UnitKind.CURRENCY, "KRW"),
        "quantity": Unit(UnitKind.QUANTITY),
        "count": Unit(UnitKind.COUNT),
        "days": Unit(UnitKind.DAYS),
        "percent": Unit(UnitKind.PERCENT),
    }
    metrics = {
        key: Metric(
            key,
            m["name"],
            tuple(m.get("synonyms", ())),
            TimeBehavior(m["time"]),
            units[m["unit"]],
            frozenset(m["dims"]),
            m.get("permitted", True),
            EntityKind(m["party"]) if "party" in m else None,
        )
        for key, m in data["metrics"].items()
    }
    dimensions = {
        key: Dimension(
            key,
            d["name"],
            tuple(d.get("synonyms", ())),
            EntityKind(d["kind"]) if "kind" in d else None,
            d.get("tree", False),
            tuple(DimensionMember(*member) for member in d.get("members", {}).items()),
        )
        for key, d in data["dimensions"].items()
    }
    companies = tuple(EntityReference(EntityKind.COMPANY, c["key"], c["name"]) for c in data["companies"])
    return Catalog(metrics, dimensions, 1, date(2024, 1, 1), companies, "etag-1")


@cache
def entities() -> tuple[EntityReference, ...]:
    data = world()
    found = [EntityReference(EntityKind.COMPANY, c["key"], c["name"]) for c in data["companies"]]
    for kind, names in data["names"].items():
        found += [
            EntityReference(EntityKind(kind), key, name, data["details"].get(key, ""))
            for key, name in names.items()
        ]
    return tuple(found)


def _plain(name: str) -> str:
    return re.sub(r"\(주\)|주식회사|\s", "", name).casefold()


_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


def _initials(name: str) -> str:
    return "".join(_INITIALS[(ord(c) - 0xAC00) // 588] if "가" <= c <= "힣" else c for c in name)


def resolve(mention: str, kinds: Sequence[EntityKind]) -> Resolution:
    """As the ERP does it, in small."""
    found: list[tuple[int, str, Candidate]] = []
    order = list(Match)
    plain = _plain(mention)
    for entity in entities():
        if kinds and entity.kind not in kinds:
            continue
        name, bare = entity.display_name.replace(" ", "").casefold(), _plain(entity.display_name)
        match: Match | None = None
        if mention.replace(" ", "").casefold() in (name, entity.key.casefold()):
            match = Match.FULL if name != bare or entity.key == mention else Match.EXACT
        elif plain and plain == bare:
            match = Match.EXACT
        elif entity.kind.is_document and mention.isdigit():
            match = Match.NUMBER_TAIL if int(entity.key.rsplit("-", 1)[1]) == int(mention) else None
        elif not plain:
            match = None
        elif bare.startswith(plain):
            match = Match.PREFIX
        elif plain in bare:
            match = Match.PARTIAL
        elif len(plain) > 2 and plain == _initials(bare):
            match = Match.INITIALS
        if match:
            found.append((order.index(match), entity.display_name, Candidate(entity, match)))
    found.sort(key=lambda f: f[:2])
    return Resolution(mention, tuple(f[2] for f in found[:10]), len(found))


class FakeErpData:
    """chat's `ErpData`. `failure` is raised by every call; `delay_seconds` is how long a query takes."""

    def __init__(self) -> None:
        self.catalog = catalog()
        self.queries: list[Query] = []
        self.failure: Exception | None = None
        self.delay_seconds = 0.0
        self.result: Result | None = None

    async def describe(self) -> Catalog:
        if self.failure:
            raise self.failure
        return self.catalog

    async def resolve(
        self, mentions: Sequence[str], kinds: Sequence[EntityKind] = ()
    ) -> Sequence[Resolution]:
        if self.failure:
            raise self.failure
        return [resolve(mention, kinds) for mention in mentions]

    async def run(self, query: Query) -> Result:
        if self.failure:
            raise self.failure
        if self.delay_seconds:
            await asyncio.sleep(self.delay_seconds)
        self.queries.append(query)
        return self.result or table_of(query, self.catalog)

    async def record(self, name: str) -> Record:
        if self.failure:
            raise self.failure
        number = name.rsplit("/", 1)[1]
        for entity in entities():
            if entity.key == number:
                return a_record(entity)
        raise RecordNotFound(name)


def a_record(entity: EntityReference) -> Record:
    """A document with two lines."""
    fields = Table(
        (
            Column("party", "거래처", Role.FIELD),
            Column("transaction_date", "일자", Role.FIELD),
            Column("amount", "금액", Role.FIELD, unit=Unit(UnitKind.CURRENCY, "KRW")),
        ),
        ((EntityReference(EntityKind.SUPPLIER, "S1", "동양철강(주)"), date(2026, 10, 5), Decimal(3300000)),),
        1,
    )
    lines = Table(
        (
            Column("item", "품목", Role.FIELD),
            Column("qty", "수량", Role.FIELD, unit=Unit(UnitKind.QUANTITY, "EA")),
        ),
        (
            (EntityReference(EntityKind.ITEM, "I1", "육각볼트 M8"), Decimal(1200)),
            (EntityReference(EntityKind.ITEM, "I3", "볼베어링 6204"), Decimal(300)),
        ),
        2,
    )
    links = (
        RecordLink(
            "입고", EntityReference(EntityKind.PURCHASE_RECEIPT, "MAT-PRE-2026-00003", "MAT-PRE-2026-00003")
        ),
    )
    return Record(
        f"records/{entity.kind}/{entity.key}", entity, "입고 대기", fields, lines, links, None, context_of(())
    )


def context_of(definitions: Sequence[MetricDefinition], *, partial: bool = False) -> ResultContext:
    return ResultContext(
        (AppliedFilter("마루본사(주)", "company", FilterSource.DEFAULT),),
        tuple(definitions),
        datetime(2026, 11, 20, 0, 0, tzinfo=UTC),
        partial,
        "00" * 32,
    )


def table_of(query: Query, catalog: Catalog) -> Result:
    """A table with the columns that the query asks for and figures that depend only on their place."""
    columns = [
        Column(grouping.dimension, catalog.dimensions[grouping.dimension].display_name, Role.DIMENSION)
        for grouping in query.groupings
    ]
    for key in query.metrics:
        metric = catalog.metrics[key]
        unit = metric.unit if metric.unit.kind is not UnitKind.QUANTITY else Unit(UnitKind.QUANTITY, "EA")
        name = metric.display_name
        columns.append(Column(key, name, Role.METRIC, key, unit, 0, True))
        if query.comparison:
            columns.append(Column(f"{key}.comparison", f"비교 {name}", Role.COMPARISON, key, unit))
            columns.append(Column(f"{key}.change", f"{name} 증감", Role.CHANGE, key, unit))
            columns.append(
                Column(
                    f"{key}.change_rate", f"{name} 증감률", Role.CHANGE_RATE, key, Unit(UnitKind.PERCENT), 1
                )
            )
        if "share" in query.modifiers:
            columns.append(Column(f"{key}.share", "비중", Role.SHARE, key, Unit(UnitKind.PERCENT), 1))
    count = (query.top or 7) if query.groupings else 1
    rows = tuple(tuple(_cell(column, query, row, catalog) for column in columns) for row in range(count))
    definitions = [MetricDefinition(k, catalog.metrics[k].display_name, "시험용 정의") for k in query.metrics]
    return Result(Table(tuple(columns), rows, count), context_of(definitions))


def _cell(column: Column, query: Query, row: int, catalog: Catalog) -> Value:
    now, then = Decimal(1_000_000 - row * 37_511), Decimal(800_000 - row * 9_000)
    match column.role:
        case Role.DIMENSION if column.key == "date":
            start = query.range.start if query.range else date(2026, 1, 1)
            grain = next(g.grain for g in query.groupings if g.dimension == "date")
            return start + timedelta(days=row * {Grain.DAY: 1, Grain.WEEK: 7}.get(grain or Grain.DAY, 31))
        case Role.DIMENSION:
            kind = catalog.dimensions[column.key].entity_kind
            members = [e for e in entities() if e.kind is kind] or [
                EntityReference(EntityKind.BRAND, "B", "무명")
            ]
            return members[row % len(members)]
        case Role.METRIC:
            return now
        case Role.COMPARISON:
            return then
        case Role.CHANGE:
            return now - then
        case Role.SHARE:
            return Decimal("12.5")
        case _:
            return ((now - then) / then * 100).quantize(Decimal("0.1"))
