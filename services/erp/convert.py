"""maru.erp.v1 messages <-> the core's dataclasses. Pure."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from maru.erp.v1 import catalog_pb2, erp_service_pb2, query_pb2, record_pb2, value_pb2

from services.erp.core import query as q
from services.erp.core import result as r
from services.erp.core.entity_index import Resolution
from services.erp.core.shown import currency_decimals
from services.erp.core.use_cases import DescribedMetric, Description
from services.kit.errors import FieldInvalid, FieldViolation

_MAX_TEXT: Final = 4000
_MAX_NAME: Final = 300


# --- requests -----------------------------------------------------------------------------------------------


def to_query(message: query_pb2.Query) -> q.Query:
    """The question of a request.

    Raises:
        FieldInvalid: a date is none of the calendar, or a condition is empty.
    """
    return q.Query(
        metrics=tuple(message.metrics),
        groupings=tuple(_to_grouping(one) for one in message.groupings),
        range=_to_range(message.range, "query.range") if message.HasField("range") else None,
        as_of=_to_date(message.as_of_date, "query.as_of_date"),
        due_range=_to_range(message.due_range, "query.due_range") if message.HasField("due_range") else None,
        filter=_to_filter(message.filter, "query.filter") if message.HasField("filter") else None,
        metric_conditions=tuple(
            q.MetricCondition(
                one.metric,
                q.Operator[query_pb2.MetricCondition.Operator.Name(one.operator).removeprefix("OPERATOR_")],
                Decimal(one.value),
                _to_role(one.role),
            )
            for one in message.metric_conditions
        ),
        orderings=tuple(q.Ordering(one.key, one.descending, _to_role(one.role)) for one in message.orderings),
        top=message.top,
        comparison=_to_comparison(message.comparison) if message.HasField("comparison") else None,
        modifiers=frozenset(
            q.Modifier[query_pb2.Modifier.Name(one).removeprefix("MODIFIER_")] for one in message.modifiers
        ),
        companies=tuple(message.companies),
        all_companies=message.all_companies,
        currency=message.currency,
        average_over=_to_grain(message.average_over),
        top_within=message.top_within,
        without_rows=message.without_rows,
        count_rows=message.count_rows,
        rank_from=message.rank_from,
        selections=tuple(q.Selection(to_query(one.query), one.excluded) for one in message.selections),
        show_named=message.show_named,
    )


def _to_grain(value: "query_pb2.Grouping.Grain.ValueType") -> q.Grain | None:
    return q.Grain[query_pb2.Grouping.Grain.Name(value).removeprefix("GRAIN_")] if value else None


def _to_role(value: "value_pb2.Column.Role.ValueType") -> r.Role:
    """Which of a metric's columns; not said = the metric itself."""
    return r.Role[value_pb2.Column.Role.Name(value).removeprefix("ROLE_")] if value else r.Role.METRIC


def _to_grouping(message: query_pb2.Grouping) -> q.Grouping:
    return q.Grouping(message.dimension, _to_grain(message.grain), message.level, tuple(message.nodes))


def _to_comparison(message: query_pb2.Comparison) -> q.Comparison:
    return q.Comparison(
        q.ComparisonKind[query_pb2.Comparison.Kind.Name(message.kind).removeprefix("KIND_")],
        _to_range(message.range, "query.comparison.range") if message.HasField("range") else None,
        _to_date(message.as_of_date, "query.comparison.as_of_date"),
    )


def _to_range(message: query_pb2.DateRange, field: str) -> q.DateRange:
    start, end = (
        _to_date(message.start_date, f"{field}.start_date"),
        _to_date(message.end_date, f"{field}.end_date"),
    )
    if start is None or end is None:
        raise FieldInvalid([FieldViolation(field, "both dates are needed")])
    return q.DateRange(start, end)


def _to_date(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FieldInvalid([FieldViolation(field, "no day of the calendar")]) from None


def _to_filter(message: query_pb2.Filter, field: str) -> q.Filter:
    match message.WhichOneof("node"):
        case "all_of":
            return q.AllOf(tuple(_to_filter(one, field) for one in message.all_of.filters))
        case "any_of":
            return q.AnyOf(tuple(_to_filter(one, field) for one in message.any_of.filters))
        case "not":
            return q.Not(_to_filter(getattr(message, "not"), field))
        case "member":
            one = message.member
            return q.Member(one.dimension, tuple(one.members), one.include_missing, one.own)
        case _:
            raise FieldInvalid([FieldViolation(field, "an empty condition")])


def to_kinds(values: Iterable[value_pb2.EntityKind.ValueType]) -> frozenset[r.EntityKind]:
    return frozenset(
        r.EntityKind[value_pb2.EntityKind.Name(value).removeprefix("ENTITY_KIND_")] for value in values
    )


def to_record_name(name: str) -> tuple[r.EntityKind | None, str]:
    """`records/{kind}/{number}`: the kind, None where there is no such kind, and the number."""
    _, kind, number = name.split("/", 2)
    return r.EntityKind(kind) if kind in set(r.EntityKind) else None, number


# --- responses ----------------------------------------------------------------------------------------------


def from_description(
    description: Description, time_zone: str, etag: str
) -> erp_service_pb2.DescribeCatalogResponse:
    """The catalog; only its settings when the client has this version (`etag`) already."""
    currency = description.companies[0].currency if description.companies else ""
    response = erp_service_pb2.DescribeCatalogResponse(
        settings=catalog_pb2.CompanySettings(
            time_zone=time_zone,
            today=description.today.isoformat(),
            fiscal_year_start_month=description.fiscal_start_month,
            data_start_date=description.data_start.isoformat() if description.data_start else "",
            companies=[
                from_entity(r.EntityReference(r.EntityKind.COMPANY, company.key, company.name))
                for company in description.companies
            ],
        ),
        etag=description.etag,
    )
    if etag != description.etag:
        response.metrics.extend(_from_metric(one, currency) for one in description.metrics)
        response.dimensions.extend(
            catalog_pb2.Dimension(
                key=one.key,
                display_name=one.name,
                synonyms=one.synonyms,
                entity_kind=_kind(one.kind),
                hierarchical=one.is_tree,
                members=[
                    catalog_pb2.DimensionMember(key=key, display_name=name)
                    for key, name in one.members.items()
                ],
            )
            for one in description.dimensions
        )
    return response


def _from_metric(described: DescribedMetric, currency: str) -> catalog_pb2.Metric:
    metric = described.metric
    money = metric.unit is r.UnitKind.CURRENCY
    return catalog_pb2.Metric(
        key=metric.key,
        display_name=metric.name,
        synonyms=metric.synonyms,
        definition=metric.definition,
        time_behavior=catalog_pb2.Metric.TimeBehavior.Value(f"TIME_BEHAVIOR_{metric.time.name}"),
        unit=_unit(r.Unit(metric.unit, currency if money else "")),
        decimal_places=currency_decimals(currency) if money else metric.decimals,
        dimensions=described.dimensions,
        domains=metric.domains,
        permitted=described.permitted,
        party=_kind(metric.party),
        unconnected=described.unconnected,
        unconnected_dimensions=described.unconnected_dimensions,
    )


def from_result(result: r.QueryResult) -> erp_service_pb2.RunQueryResponse:
    return erp_service_pb2.RunQueryResponse(
        table=from_table(result.table) if result.table else None, context=from_context(result.context)
    )


def from_context(context: r.ResultContext) -> query_pb2.ResultContext:
    return query_pb2.ResultContext(
        filters=[
            query_pb2.AppliedFilter(
                text=one.text[:1000],
                dimension=one.dimension,
                source=query_pb2.AppliedFilter.Source.Value(f"SOURCE_{one.source.name}"),
            )
            for one in context.filters
        ],
        definitions=[
            query_pb2.MetricDefinition(metric=one.metric, display_name=one.name, definition=one.definition)
            for one in context.definitions
        ],
        data_as_of=_timestamp(context.data_as_of),
        partial_view=context.partial_view,
        statement_digest=context.statement_digest,
    )


def _timestamp(moment: datetime | None) -> Timestamp | None:
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def from_table(table: r.Table) -> value_pb2.Table:
    return value_pb2.Table(
        columns=[
            value_pb2.Column(
                key=column.key,
                display_name=column.name,
                role=value_pb2.Column.Role.Value(f"ROLE_{column.role.name}"),
                metric=column.metric,
                unit=_unit(column.unit) if column.unit else None,
                decimal_places=column.decimals,
                additive=column.additive,
            )
            for column in table.columns
        ],
        rows=[value_pb2.Row(values=[from_value(value) for value in row]) for row in table.rows],
        total_row_count=table.total_rows,
        truncated=table.truncated,
    )


def from_value(value: r.Value) -> value_pb2.Value:
    match value:
        case None:
            return value_pb2.Value()
        case bool():
            return value_pb2.Value(boolean=value)
        case int():
            return value_pb2.Value(integer=value)
        case Decimal():
            return value_pb2.Value(decimal=plain(value))
        case date():
            return value_pb2.Value(date=value.isoformat())
        case r.EntityReference():
            return value_pb2.Value(entity=from_entity(value))
        case str():
            return value_pb2.Value(text=value[:_MAX_TEXT])


def plain(value: Decimal) -> str:
    """In plain notation, without zeros at the end: -1234567.8."""
    return format(value.normalize(), "f") if value else "0"


def from_entity(entity: r.EntityReference) -> value_pb2.EntityReference:
    return value_pb2.EntityReference(
        kind=_kind(entity.kind),
        key=entity.key,
        display_name=entity.name[:_MAX_NAME],
        detail=entity.detail[:_MAX_NAME],
    )


def _kind(kind: r.EntityKind | None) -> Any:
    return value_pb2.EntityKind.Value(f"ENTITY_KIND_{kind.name}") if kind else 0


def _unit(unit: r.Unit) -> value_pb2.Unit:
    return value_pb2.Unit(kind=value_pb2.Unit.Kind.Value(f"KIND_{unit.kind.name}"), code=unit.code[:20])


def from_resolutions(resolutions: Iterable[Resolution]) -> erp_service_pb2.ResolveEntitiesResponse:
    candidate = erp_service_pb2.EntityCandidate
    return erp_service_pb2.ResolveEntitiesResponse(
        resolutions=[
            erp_service_pb2.EntityResolution(
                mention=one.mention,
                candidates=[
                    candidate(
                        entity=from_entity(found.entity),
                        match=candidate.Match.Value(f"MATCH_{found.match.name}"),
                    )
                    for found in one.candidates
                ],
                total_count=one.total,
            )
            for one in resolutions
        ]
    )


def from_record(record: r.Record) -> record_pb2.Record:
    return record_pb2.Record(
        name=f"records/{record.reference.kind.value}/{record.reference.key}",
        reference=from_entity(record.reference),
        status=record.status,
        fields=from_table(record.fields),
        lines=from_table(record.lines) if record.lines else None,
        links=[
            record_pb2.RecordLink(relation=link.relation, reference=from_entity(link.reference))
            for link in record.links
        ],
        superseded_by=from_entity(record.superseded_by) if record.superseded_by else None,
        context=from_context(record.context),
    )
