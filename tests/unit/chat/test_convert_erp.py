"""What is asked of the ERP service and read from its answers, in its wire forms."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import protovalidate
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from hypothesis import given, settings
from maru.erp.v1 import erp_service_pb2, record_pb2

from services.chat.convert import erp as convert_erp
from services.chat.result import AppliedFilter, Column, FilterSource, Record, RecordLink, ResultContext, Table
from services.chat.semantic import (
    Candidate,
    Catalog,
    Comparison,
    ComparisonKind,
    DateRange,
    Dimension,
    DimensionMember,
    EntityKind,
    EntityReference,
    Grain,
    Grouping,
    Match,
    MemberCondition,
    Metric,
    MetricCondition,
    Operator,
    Ordering,
    Query,
    Resolution,
    Role,
    TimeBehavior,
    Unit,
    UnitKind,
)
from tests.contract.conversations.samples import CONTEXT
from tests.unit.chat.wire_values import tables

CASES = Path(__file__).parents[2] / "cases" / "conversations"
# --- tables ---------------------------------------------------------------------------------------


@settings(deadline=None)
@given(table=tables())
def test_tables_both_ways(table: Table) -> None:
    back = convert_erp.table(convert_erp.table_to_proto(table))
    assert back == table
    for row, there in zip(table.rows, back.rows, strict=True):
        assert [type(cell) for cell in row] == [type(cell) for cell in there]


def test_a_result_context_both_ways() -> None:
    for context in (
        CONTEXT,
        ResultContext(),
        replace(CONTEXT, filters=(AppliedFilter("x", "", FilterSource.POLICY),)),
    ):
        assert convert_erp.context(convert_erp.context_to_proto(context)) == context


@pytest.mark.parametrize(
    ("figure", "written"),
    [("1E+3", "1000"), ("1E-9", "0.000000001"), ("-0.10", "-0.10"), ("1" * 28, "1" * 28), ("0E+2", "0")],
)
def test_figures_are_written_plainly(figure: str, written: str) -> None:
    table = Table((Column("a", "가", Role.METRIC),), ((Decimal(figure),),))
    (row,) = convert_erp.table_to_proto(table).rows
    assert row.values[0].decimal == written
    protovalidate.validate(row)


# --- queries ----------------------------------------------------------------------------------------

_KIM = EntityReference(EntityKind.CUSTOMER, "C-1", "김상회")
_LEE = EntityReference(EntityKind.CUSTOMER, "C-2", "이상회")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(("stock",), as_of=date(2026, 11, 20)), {"metrics": ["stock"], "asOfDate": "2026-11-20"}),
        (
            Query(("revenue",), (Grouping("date", Grain.FISCAL_YEAR),), all_companies=True),
            {
                "metrics": ["revenue"],
                "groupings": [{"dimension": "date", "grain": "GRAIN_FISCAL_YEAR"}],
                "allCompanies": True,
            },
        ),
        (
            Query(("revenue",), members=(MemberCondition("customer", (_KIM, _LEE)),)),
            {
                "metrics": ["revenue"],
                "filter": {"member": {"dimension": "customer", "members": ["C-1", "C-2"]}},
            },
        ),
        (
            Query(
                ("revenue",),
                members=(
                    MemberCondition("customer", (_KIM,)),
                    MemberCondition("item", (replace(_LEE, kind=EntityKind.ITEM),), excluded=True),
                ),
            ),
            {
                "metrics": ["revenue"],
                "filter": {
                    "allOf": {
                        "filters": [
                            {"member": {"dimension": "customer", "members": ["C-1"]}},
                            {"not": {"member": {"dimension": "item", "members": ["C-2"]}}},
                        ]
                    }
                },
            },
        ),
        (
            Query(
                ("receivable",),
                comparison=Comparison(ComparisonKind.SAME_PERIOD_LAST_YEAR, as_of=date(2025, 11, 20)),
                conditions=(MetricCondition("receivable", Operator.LESS, Decimal("1E+6")),),
            ),
            {
                "metrics": ["receivable"],
                "comparison": {"kind": "KIND_SAME_PERIOD_LAST_YEAR", "asOfDate": "2025-11-20"},
                "metricConditions": [
                    {"metric": "receivable", "operator": "OPERATOR_LESS", "value": "1000000"}
                ],
            },
        ),
        (
            Query(
                ("revenue",),
                (Grouping("item_group", level=2), Grouping("item")),
                range=DateRange(date(2026, 10, 1), date(2026, 10, 31)),
                conditions=(
                    MetricCondition("revenue", Operator.NOT_EQUAL, Decimal("-10.5"), Role.CHANGE_RATE),
                ),
                orderings=(Ordering("revenue", False, Role.CHANGE),),
                top=3,
                top_within=1,
            ),
            {
                "metrics": ["revenue"],
                "groupings": [{"dimension": "item_group", "level": 2}, {"dimension": "item"}],
                "range": {"startDate": "2026-10-01", "endDate": "2026-10-31"},
                "metricConditions": [
                    {
                        "metric": "revenue",
                        "operator": "OPERATOR_NOT_EQUAL",
                        "value": "-10.5",
                        "role": "ROLE_CHANGE_RATE",
                    }
                ],
                "orderings": [{"key": "revenue", "role": "ROLE_CHANGE"}],
                "top": 3,
                "topWithin": 1,
            },
        ),
        (
            Query(
                ("open_sales_quantity",),
                (Grouping("sales_order"),),
                due_range=DateRange(date(2026, 11, 16), date(2026, 11, 22)),
                average_over=Grain.MONTH,
                without_rows=True,
                count_rows=True,
                members=(
                    MemberCondition("department", own=True),
                    MemberCondition("status", values=(DimensionMember("on_hold", "보류"),)),
                ),
                alternatives=(
                    (
                        MemberCondition("customer", (_KIM,), include_missing=True),
                        MemberCondition("item", (replace(_LEE, kind=EntityKind.ITEM),), excluded=True),
                    ),
                ),
            ),
            {
                "metrics": ["open_sales_quantity"],
                "groupings": [{"dimension": "sales_order"}],
                "dueRange": {"startDate": "2026-11-16", "endDate": "2026-11-22"},
                "averageOver": "GRAIN_MONTH",
                "withoutRows": True,
                "countRows": True,
                "filter": {
                    "allOf": {
                        "filters": [
                            {"member": {"dimension": "department", "own": True}},
                            {"member": {"dimension": "status", "members": ["on_hold"]}},
                            {
                                "anyOf": {
                                    "filters": [
                                        {
                                            "member": {
                                                "dimension": "customer",
                                                "members": ["C-1"],
                                                "includeMissing": True,
                                            }
                                        },
                                        {"not": {"member": {"dimension": "item", "members": ["C-2"]}}},
                                    ]
                                }
                            },
                        ]
                    }
                },
            },
        ),
    ],
)
def test_queries(query: Query, expected: dict[str, Any]) -> None:
    message = convert_erp.query_to_proto(query)
    assert MessageToDict(message) == expected
    protovalidate.validate(message)


# --- what the ERP service answers -----------------------------------------------------------------------


def _read(message: Any, data: dict[str, Any]) -> Any:
    return ParseDict(data, message)


def test_a_catalog() -> None:
    response = _read(
        erp_service_pb2.DescribeCatalogResponse(),
        {
            "metrics": [
                {
                    "key": "revenue",
                    "displayName": "매출",
                    "synonyms": ["판매액"],
                    "timeBehavior": "TIME_BEHAVIOR_FLOW",
                    "unit": {"kind": "KIND_CURRENCY"},
                    "dimensions": ["customer", "date"],
                    "permitted": True,
                    "party": "ENTITY_KIND_CUSTOMER",
                },
                {"key": "stock", "displayName": "재고", "timeBehavior": "TIME_BEHAVIOR_BALANCE"},
            ],
            "dimensions": [
                {"key": "customer", "displayName": "거래처", "entityKind": "ENTITY_KIND_CUSTOMER"},
                {"key": "date", "displayName": "날짜", "synonyms": ["일자"]},
                {
                    "key": "item_group",
                    "displayName": "품목군",
                    "entityKind": "ENTITY_KIND_ITEM_GROUP",
                    "hierarchical": True,
                },
                {
                    "key": "status",
                    "displayName": "상태",
                    "members": [{"key": "on_hold", "displayName": "보류"}],
                },
            ],
            "settings": {
                "fiscalYearStartMonth": 4,
                "dataStartDate": "2023-11-01",
                "companies": [{"kind": "ENTITY_KIND_COMPANY", "key": "본사", "displayName": "본사법인"}],
            },
            "etag": "e1",
        },
    )
    assert convert_erp.catalog(response) == Catalog(
        metrics={
            "revenue": Metric(
                "revenue",
                "매출",
                ("판매액",),
                TimeBehavior.FLOW,
                Unit(UnitKind.CURRENCY),
                frozenset({"customer", "date"}),
                permitted=True,
                party=EntityKind.CUSTOMER,
            ),
            "stock": Metric("stock", "재고", (), TimeBehavior.BALANCE, permitted=False),
        },
        dimensions={
            "customer": Dimension("customer", "거래처", (), EntityKind.CUSTOMER),
            "date": Dimension("date", "날짜", ("일자",), None),
            "item_group": Dimension("item_group", "품목군", (), EntityKind.ITEM_GROUP, hierarchical=True),
            "status": Dimension("status", "상태", members=(DimensionMember("on_hold", "보류"),)),
        },
        fiscal_year_start_month=4,
        data_start=date(2023, 11, 1),
        companies=(EntityReference(EntityKind.COMPANY, "본사", "본사법인"),),
        etag="e1",
    )


def test_resolutions() -> None:
    response = _read(
        erp_service_pb2.ResolveEntitiesResponse(),
        {
            "resolutions": [
                {
                    "mention": "김",
                    "totalCount": 12,
                    "candidates": [
                        {
                            "entity": {"kind": "ENTITY_KIND_CUSTOMER", "key": "C-1", "displayName": "김상회"},
                            "match": "MATCH_PREFIX",
                        },
                        {
                            "entity": {
                                "kind": "ENTITY_KIND_EMPLOYEE",
                                "key": "E-1",
                                "displayName": "김",
                                "detail": "영업",
                            },
                            "match": "MATCH_FULL",
                        },
                    ],
                },
                {"mention": "없음"},
            ]
        },
    )
    assert convert_erp.resolutions(response.resolutions) == [
        Resolution(
            "김",
            (
                Candidate(_KIM, Match.PREFIX),
                Candidate(EntityReference(EntityKind.EMPLOYEE, "E-1", "김", "영업"), Match.FULL),
            ),
            12,
        ),
        Resolution("없음"),
    ]


def test_a_record() -> None:
    head = {
        "columns": [{"key": "a", "displayName": "가", "role": "ROLE_FIELD"}],
        "rows": [{"values": [{"text": "x"}]}],
    }
    order = {"kind": "ENTITY_KIND_SALES_ORDER", "key": "SO-1", "displayName": "SO-1"}
    data = {"name": "records/sales_order/SO-1", "reference": order, "status": "취소됨", "fields": head}
    fields = Table((Column("a", "가", Role.FIELD),), (("x",),))
    reference = EntityReference(EntityKind.SALES_ORDER, "SO-1", "SO-1")
    bare = Record("records/sales_order/SO-1", reference, "취소됨", fields)
    assert convert_erp.record(_read(record_pb2.Record(), data)) == bare
    data |= {
        "lines": head,
        "links": [{"relation": "출하", "reference": {**order, "kind": "ENTITY_KIND_DELIVERY"}}],
        "supersededBy": order,
        "context": {"partialView": True},
    }
    assert convert_erp.record(_read(record_pb2.Record(), data)) == replace(
        bare,
        lines=fields,
        links=(RecordLink("출하", replace(reference, kind=EntityKind.DELIVERY)),),
        superseded_by=reference,
        context=ResultContext(partial_view=True),
    )
