"""maru.erp.v1 messages <-> plain data. Pure."""

from collections.abc import Sequence
from datetime import UTC, date
from decimal import Decimal

from maru.erp.v1 import catalog_pb2, erp_service_pb2, query_pb2, record_pb2, value_pb2

from services.chat.result import (
    AppliedFilter,
    Column,
    FilterSource,
    MetricDefinition,
    Record,
    RecordLink,
    ResultContext,
    Table,
    Value,
)
from services.chat.semantic import (
    Candidate,
    Catalog,
    DateRange,
    Dimension,
    DimensionMember,
    EntityKind,
    EntityReference,
    Grain,
    Match,
    MemberCondition,
    Metric,
    Query,
    Resolution,
    Role,
    TimeBehavior,
    Unit,
    UnitKind,
)

# --- small parts ---------------------------------------------------------------------------------


def kind_to_proto(kind: EntityKind) -> value_pb2.EntityKind.ValueType:
    return value_pb2.EntityKind.Value(f"ENTITY_KIND_{kind.name}")


def _kind(number: "value_pb2.EntityKind.ValueType") -> EntityKind | None:
    """None for "not said", and for kinds that this version doesn't know."""
    name = value_pb2.EntityKind.Name(number).removeprefix("ENTITY_KIND_").lower()
    return EntityKind(name) if name in EntityKind._value2member_map_ else None


def entity_to_proto(entity: EntityReference) -> value_pb2.EntityReference:
    return value_pb2.EntityReference(
        kind=kind_to_proto(entity.kind),
        key=entity.key,
        display_name=entity.display_name,
        detail=entity.detail,
    )


def entity(message: value_pb2.EntityReference) -> EntityReference:
    kind = _kind(message.kind)
    if kind is None:
        raise ValueError("an entity without a known kind")
    return EntityReference(kind, message.key, message.display_name, message.detail)


def unit_to_proto(unit: Unit) -> value_pb2.Unit:
    return value_pb2.Unit(kind=value_pb2.Unit.Kind.Value(f"KIND_{unit.kind.upper()}"), code=unit.code)


def unit(message: value_pb2.Unit) -> Unit:
    name = value_pb2.Unit.Kind.Name(message.kind).removeprefix("KIND_").lower()
    return Unit(UnitKind(name), message.code)


def range_to_proto(span: DateRange) -> query_pb2.DateRange:
    return query_pb2.DateRange(start_date=span.start.isoformat(), end_date=span.end.isoformat())


def _range(message: query_pb2.DateRange) -> DateRange:
    return DateRange(date.fromisoformat(message.start_date), date.fromisoformat(message.end_date))


# --- tables -------------------------------------------------------------------------------------


def table_to_proto(table: Table) -> value_pb2.Table:
    return value_pb2.Table(
        columns=[_column_to_proto(column) for column in table.columns],
        rows=[value_pb2.Row(values=[_value_to_proto(value) for value in row]) for row in table.rows],
        total_row_count=table.total_row_count,
        truncated=table.truncated,
    )


def table(message: value_pb2.Table) -> Table:
    return Table(
        columns=tuple(_column(column) for column in message.columns),
        rows=tuple(tuple(_value(value) for value in row.values) for row in message.rows),
        total_row_count=message.total_row_count,
        truncated=message.truncated,
    )


def _column_to_proto(column: Column) -> value_pb2.Column:
    message = value_pb2.Column(
        key=column.key,
        display_name=column.display_name,
        role=_role_to_proto(column.role),
        metric=column.metric,
        decimal_places=column.decimal_places,
        additive=column.additive,
    )
    if column.unit.kind is not UnitKind.NONE:
        message.unit.CopyFrom(unit_to_proto(column.unit))
    return message


def _column(message: value_pb2.Column) -> Column:
    return Column(
        key=message.key,
        display_name=message.display_name,
        role=Role(value_pb2.Column.Role.Name(message.role).removeprefix("ROLE_").lower()),
        metric=message.metric,
        unit=unit(message.unit),
        decimal_places=message.decimal_places,
        additive=message.additive,
    )


def _value_to_proto(value: Value) -> value_pb2.Value:
    match value:
        case None:
            return value_pb2.Value()
        case bool():
            return value_pb2.Value(boolean=value)
        case int():
            return value_pb2.Value(integer=value)
        case Decimal():
            return value_pb2.Value(decimal=f"{value:f}")
        case date():
            return value_pb2.Value(date=value.isoformat())
        case EntityReference():
            return value_pb2.Value(entity=entity_to_proto(value))
        case _:
            return value_pb2.Value(text=value)


def _value(message: value_pb2.Value) -> Value:
    match message.WhichOneof("kind"):
        case "text":
            return message.text
        case "decimal":
            return Decimal(message.decimal)
        case "integer":
            return message.integer
        case "date":
            return date.fromisoformat(message.date)
        case "entity":
            return entity(message.entity)
        case "boolean":
            return message.boolean
        case _:
            return None


def context_to_proto(context: ResultContext) -> query_pb2.ResultContext:
    message = query_pb2.ResultContext(
        filters=[
            query_pb2.AppliedFilter(
                text=applied.text,
                dimension=applied.dimension,
                source=query_pb2.AppliedFilter.Source.Value(f"SOURCE_{applied.source.upper()}"),
            )
            for applied in context.filters
        ],
        definitions=[
            query_pb2.MetricDefinition(metric=d.metric, display_name=d.display_name, definition=d.definition)
            for d in context.definitions
        ],
        partial_view=context.partial_view,
        statement_digest=context.statement_digest,
    )
    if context.data_as_of:
        message.data_as_of.FromDatetime(context.data_as_of)
    return message


def context(message: query_pb2.ResultContext) -> ResultContext:
    return ResultContext(
        filters=tuple(AppliedFilter(f.text, f.dimension, _source(f.source)) for f in message.filters),
        definitions=tuple(
            MetricDefinition(d.metric, d.display_name, d.definition) for d in message.definitions
        ),
        data_as_of=message.data_as_of.ToDatetime(UTC) if message.HasField("data_as_of") else None,
        partial_view=message.partial_view,
        statement_digest=message.statement_digest,
    )


def _source(number: "query_pb2.AppliedFilter.Source.ValueType") -> FilterSource:
    name = query_pb2.AppliedFilter.Source.Name(number).removeprefix("SOURCE_").lower()
    return FilterSource(name) if name in FilterSource._value2member_map_ else FilterSource.DEFAULT


# --- queries ------------------------------------------------------------------------------------


def query_to_proto(query: Query) -> query_pb2.Query:
    message = query_pb2.Query(
        metrics=query.metrics,
        groupings=[
            query_pb2.Grouping(
                dimension=g.dimension, grain=_grain_to_proto(g.grain), level=g.level, nodes=g.nodes
            )
            for g in query.groupings
        ],
        metric_conditions=[
            query_pb2.MetricCondition(
                metric=c.metric,
                operator=query_pb2.MetricCondition.Operator.Value(f"OPERATOR_{c.operator.upper()}"),
                value=f"{c.value:f}",
                role=_role_to_proto(c.role),
            )
            for c in query.conditions
        ],
        orderings=[
            query_pb2.Ordering(key=o.key, descending=o.descending, role=_role_to_proto(o.role))
            for o in query.orderings
        ],
        top=query.top,
        top_within=query.top_within,
        modifiers=[query_pb2.Modifier.Value(f"MODIFIER_{m.upper()}") for m in query.modifiers],
        average_over=_grain_to_proto(query.average_over),
        without_rows=query.without_rows,
        count_rows=query.count_rows,
        rank_from=query.rank_from,
        selections=[
            query_pb2.Selection(query=query_to_proto(one.query), excluded=one.excluded)
            for one in query.selections
        ],
        show_named=query.show_named,
        companies=query.companies,
        all_companies=query.all_companies,
        currency=query.currency,
    )
    if query.range:
        message.range.CopyFrom(range_to_proto(query.range))
    elif query.as_of:
        message.as_of_date = query.as_of.isoformat()
    if query.due_range:
        message.due_range.CopyFrom(range_to_proto(query.due_range))
    filters = [_member_to_proto(condition) for condition in query.members]
    for conditions in query.alternatives:
        one_of = query_pb2.FilterList(filters=[_member_to_proto(condition) for condition in conditions])
        filters.append(query_pb2.Filter(any_of=one_of))
    if len(filters) == 1:
        message.filter.CopyFrom(filters[0])
    elif filters:
        message.filter.all_of.filters.extend(filters)
    if query.comparison:
        message.comparison.kind = query_pb2.Comparison.Kind.Value(f"KIND_{query.comparison.kind.upper()}")
        if query.comparison.range:
            message.comparison.range.CopyFrom(range_to_proto(query.comparison.range))
        if query.comparison.as_of:
            message.comparison.as_of_date = query.comparison.as_of.isoformat()
    return message


def _grain_to_proto(grain: Grain | None) -> query_pb2.Grouping.Grain.ValueType:
    return query_pb2.Grouping.Grain.Value(f"GRAIN_{grain.upper()}" if grain else "GRAIN_UNSPECIFIED")


def _role_to_proto(role: Role) -> value_pb2.Column.Role.ValueType:
    return value_pb2.Column.Role.Value(f"ROLE_{role.upper()}")


def _member_to_proto(condition: MemberCondition) -> query_pb2.Filter:
    keys = [*(member.key for member in condition.members), *(value.key for value in condition.values)]
    member = query_pb2.Filter(
        member=query_pb2.MemberCondition(
            dimension=condition.dimension,
            members=keys,
            include_missing=condition.include_missing,
            own=condition.own,
        )
    )
    if not condition.excluded:
        return member
    negated = query_pb2.Filter()
    getattr(negated, "not").CopyFrom(member)
    return negated


# --- the catalog --------------------------------------------------------------------------------


def catalog(message: erp_service_pb2.DescribeCatalogResponse) -> Catalog:
    settings = message.settings
    return Catalog(
        metrics={metric.key: _metric(metric) for metric in message.metrics},
        dimensions={
            d.key: Dimension(
                d.key,
                d.display_name,
                tuple(d.synonyms),
                _kind(d.entity_kind),
                d.hierarchical,
                tuple(DimensionMember(member.key, member.display_name) for member in d.members),
            )
            for d in message.dimensions
        },
        fiscal_year_start_month=settings.fiscal_year_start_month or 1,
        data_start=date.fromisoformat(settings.data_start_date) if settings.data_start_date else None,
        companies=tuple(entity(company) for company in settings.companies),
        etag=message.etag,
    )


def _metric(message: catalog_pb2.Metric) -> Metric:
    behavior = catalog_pb2.Metric.TimeBehavior
    return Metric(
        key=message.key,
        display_name=message.display_name,
        synonyms=tuple(message.synonyms),
        time_behavior=TimeBehavior.BALANCE
        if message.time_behavior == behavior.TIME_BEHAVIOR_BALANCE
        else TimeBehavior.FLOW,
        unit=unit(message.unit),
        dimensions=frozenset(message.dimensions),
        permitted=message.permitted,
        party=_kind(message.party),
        connected=not message.unconnected,
        unconnected_dimensions=frozenset(message.unconnected_dimensions),
        definition=message.definition,
    )


# --- names and records --------------------------------------------------------------------------


def resolutions(messages: Sequence[erp_service_pb2.EntityResolution]) -> list[Resolution]:
    return [
        Resolution(message.mention, tuple(_candidates(message.candidates)), message.total_count)
        for message in messages
    ]


def _candidates(messages: Sequence[erp_service_pb2.EntityCandidate]) -> list[Candidate]:
    found = []
    for message in messages:
        name = erp_service_pb2.EntityCandidate.Match.Name(message.match).removeprefix("MATCH_").lower()
        if _kind(message.entity.kind) and name in Match._value2member_map_:
            found.append(Candidate(entity(message.entity), Match(name)))
    return found


def record(message: record_pb2.Record) -> Record:
    return Record(
        name=message.name,
        reference=entity(message.reference),
        status=message.status,
        fields=table(message.fields),
        lines=table(message.lines) if message.HasField("lines") else None,
        links=tuple(RecordLink(link.relation, entity(link.reference)) for link in message.links),
        superseded_by=entity(message.superseded_by) if message.HasField("superseded_by") else None,
        context=context(message.context),
    )
