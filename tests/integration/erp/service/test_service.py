"""ErpService over gRPC: what it answers, what it refuses, and what it never tells."""

import sqlite3
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict, ParseDict
from google.rpc import error_details_pb2, status_pb2
from maru.erp.v1 import erp_service_pb2 as pb
from maru.erp.v1.query_pb2 import Query

from tests.integration.erp.service.conftest import CHOI, JUNG, KIM, Client

OCTOBER = {"startDate": "2026-10-01", "endDate": "2026-10-31"}


def question(**query: Any) -> pb.RunQueryRequest:
    return pb.RunQueryRequest(query=ParseDict(query, Query()))


async def refused(call: Any) -> tuple[str, str, dict[str, str], str]:
    """(code, reason, metadata, Korean words) of a call that must fail."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    trailers = dict(raised.value.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    info, words = error_details_pb2.ErrorInfo(), {}
    for detail in status.details:
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR):
            localized = error_details_pb2.LocalizedMessage()
            detail.Unpack(localized)
            words[localized.locale] = localized.message
    return raised.value.code().name, info.reason, dict(info.metadata), words["ko"]


async def test_the_catalog_says_what_one_may_ask(client: Client):
    response = await client("DescribeCatalog", pb.DescribeCatalogRequest(), KIM)
    permitted = {metric.key: metric.permitted for metric in response.metrics}
    assert permitted["revenue"]
    assert not permitted["cost_of_goods_sold"]
    revenue = next(metric for metric in response.metrics if metric.key == "revenue")
    assert MessageToDict(revenue.unit) == {"kind": "KIND_CURRENCY", "code": "KRW"}
    assert {"customer", "item", "date"} <= set(revenue.dimensions)
    assert [company.key for company in response.settings.companies] == ["마루산업"]
    assert response.settings.today == "2026-11-20"
    assert response.settings.time_zone == "Asia/Seoul"
    assert response.settings.data_start_date.startswith("2023-")
    status = next(dimension for dimension in response.dimensions if dimension.key == "status")
    assert ("on_hold", "보류") in [(member.key, member.display_name) for member in status.members]
    again = await client("DescribeCatalog", pb.DescribeCatalogRequest(etag=response.etag), KIM)
    assert not again.metrics
    assert again.settings == response.settings
    others = await client("DescribeCatalog", pb.DescribeCatalogRequest(etag=response.etag), JUNG)
    assert others.metrics, "another asker sees another catalog"


async def test_a_query_is_answered_with_its_context(client: Client, source: sqlite3.Connection):
    response = await client("RunQuery", question(metrics=["revenue"], range=OCTOBER))
    (expected,) = source.execute(
        """SELECT sum(l.base_net_amount) FROM `tabSales Invoice` i JOIN `tabSales Invoice Item` l ON l.parent = i.name
        WHERE i.docstatus = 1 AND i.is_return = 0 AND i.is_opening <> 'Yes' AND i.company = '마루산업'
        AND i.posting_date BETWEEN '2026-10-01' AND '2026-10-31'"""
    ).fetchone()
    assert response.table.rows[0].values[0].decimal == str(round(expected))
    assert [(f.text, f.source) for f in response.context.filters] == [
        ("2026-10-01~2026-10-31", 1),
        ("마루산업", 2),
        ("VAT 제외", 2),
    ]
    assert response.context.definitions[0].display_name == "매출"
    assert response.context.data_as_of.seconds > 0
    assert len(response.context.statement_digest) == 64
    assert not response.context.partial_view


async def test_a_query_can_be_checked_alone(client: Client):
    request = question(metrics=["revenue"], range=OCTOBER)
    request.validate_only = True
    response = await client("RunQuery", request)
    assert not response.HasField("table")
    assert response.context.definitions


async def test_the_askers_part_is_said_to_be_one(client: Client):
    response = await client("RunQuery", question(metrics=["revenue"], range=OCTOBER), KIM)
    assert response.context.partial_view
    assert ("지역: 수도권 (볼 수 있는 범위)", 3) in [(f.text, f.source) for f in response.context.filters]


@pytest.mark.parametrize(
    ("who", "query", "code", "reason", "words"),
    [
        (JUNG, {"metrics": ["revenu"], "range": OCTOBER}, "INVALID_ARGUMENT", "UNKNOWN_METRIC", "revenu"),
        (
            KIM,
            {"metrics": ["gross_margin"], "range": OCTOBER},
            "PERMISSION_DENIED",
            "METRIC_FORBIDDEN",
            "매출총이익률",
        ),
        (CHOI, {"metrics": ["stock_value"]}, "PERMISSION_DENIED", "METRIC_FORBIDDEN", "재고금액"),
        (
            JUNG,
            {"metrics": ["revenue"], "range": OCTOBER, "groupings": [{"dimension": "client"}]},
            *("INVALID_ARGUMENT", "UNKNOWN_DIMENSION", "client"),
        ),
        (
            JUNG,
            {"metrics": ["stock_quantity"], "groupings": [{"dimension": "customer"}]},
            *("INVALID_ARGUMENT", "UNKNOWN_DIMENSION", "재고수량"),
        ),
        (
            JUNG,
            {"metrics": ["revenue_with_vat"], "range": OCTOBER, "groupings": [{"dimension": "item"}]},
            *("INVALID_ARGUMENT", "QUERY_REFUSED", "중복 계산"),
        ),
        (JUNG, {"metrics": ["revenue"]}, "INVALID_ARGUMENT", "QUERY_REFUSED", "기간이 필요"),
        (
            JUNG,
            {"metrics": ["open_sales_quantity"], "asOfDate": "2026-10-31"},
            *("INVALID_ARGUMENT", "QUERY_REFUSED", "지난 날"),
        ),
        (
            JUNG,
            {"metrics": ["receivables"], "asOfDate": "2027-01-01"},
            "INVALID_ARGUMENT",
            "QUERY_REFUSED",
            "오지 않은",
        ),
        (
            JUNG,
            {"metrics": ["average_order_value"], "range": OCTOBER, "modifiers": ["MODIFIER_SHARE"]},
            *("INVALID_ARGUMENT", "QUERY_REFUSED", "비중"),
        ),
        (
            JUNG,
            {"metrics": ["revenue"], "range": {"startDate": "2026-10-31", "endDate": "2026-10-01"}},
            *("INVALID_ARGUMENT", "QUERY_REFUSED", "시작이 끝보다"),
        ),
        (
            JUNG,
            {"metrics": ["revenue"], "range": {"startDate": "2026-02-30", "endDate": "2026-03-01"}},
            *("INVALID_ARGUMENT", "FIELD_INVALID", "query.range.start_date"),
        ),
        (JUNG, {"metrics": []}, "INVALID_ARGUMENT", "FIELD_INVALID", "query.metrics"),
        (
            JUNG,
            {"metrics": ["revenue"], "range": OCTOBER, "filter": {}},
            "INVALID_ARGUMENT",
            "FIELD_INVALID",
            "filter",
        ),
    ],
)
async def test_a_query_is_refused_with_a_reason(
    client: Client, who: dict[str, Any], query: dict[str, Any], code: str, reason: str, words: str
):
    found = await refused(client("RunQuery", question(**query), who))
    assert found[:2] == (code, reason)
    assert words in found[3]


@pytest.mark.parametrize(
    ("dimension", "hidden"),
    [
        ("customer", "CUST-00002"),  # of another territory
        ("territory", "부산"),
        ("company", "마루유통"),
        ("warehouse", "유통본창고 - MD"),
    ],
)
async def test_what_one_may_not_see_is_refused_as_what_does_not_exist(
    client: Client, dimension: str, hidden: str
):
    def ask(member: str) -> Any:
        condition = {"member": {"dimension": dimension, "members": [member]}}
        return client("RunQuery", question(metrics=["revenue"], range=OCTOBER, filter=condition), KIM)

    one, other = await refused(ask(hidden)), await refused(ask("'; DROP TABLE customer; --"))
    assert one == other
    assert one[:3] == ("NOT_FOUND", "MEMBER_NOT_FOUND", {"dimension": dimension})


async def test_another_company_is_refused_by_name_too(client: Client):
    request = question(metrics=["revenue"], range=OCTOBER, companies=["마루유통"])
    assert (await refused(client("RunQuery", request, KIM)))[1] == "MEMBER_NOT_FOUND"
    assert (await client("RunQuery", request, JUNG)).table.rows


async def test_a_record_has_lines_state_and_the_documents_around_it(
    client: Client, source: sqlite3.Connection
):
    order, customer, lines, invoice = source.execute(
        """SELECT o.name, o.customer, (SELECT count(*) FROM `tabSales Order Item` l WHERE l.parent = o.name), max(i.name)
        FROM `tabSales Order` o JOIN `tabSales Invoice Item` s ON s.sales_order = o.name
        JOIN `tabSales Invoice` i ON i.name = s.parent AND i.docstatus = 1
        JOIN `tabDelivery Note Item` d ON d.against_sales_order = o.name
        JOIN `tabPayment Entry Reference` p ON p.reference_name = i.name
        WHERE o.docstatus = 1 AND o.status = 'Completed' AND o.company = '마루산업' GROUP BY o.name LIMIT 1"""
    ).fetchone()
    record = (await client("GetRecord", pb.GetRecordRequest(name=f"records/sales_order/{order}"))).record
    assert record.name == f"records/sales_order/{order}"
    assert record.status == "완료"
    heads = dict(
        zip([c.display_name for c in record.fields.columns], record.fields.rows[0].values, strict=True)
    )
    assert heads["거래처"].entity.key == customer
    assert len(record.lines.rows) == lines
    assert {"품목", "수량", "공급가액"} <= {column.display_name for column in record.lines.columns}
    links = {(link.relation, link.reference.key) for link in record.links}
    assert ("송장", invoice) in links
    assert "출하" in {relation for relation, _ in links}
    record = (await client("GetRecord", pb.GetRecordRequest(name=f"records/sales_invoice/{invoice}"))).record
    assert {"수주", "수금"} <= {link.relation for link in record.links} | {"수주"}
    assert "수금" in {link.relation for link in record.links}


async def test_an_amended_document_names_the_one_that_replaced_it(client: Client, source: sqlite3.Connection):
    old, new = source.execute(
        "SELECT amended_from, name FROM `tabSales Order` WHERE amended_from <> '' AND docstatus = 1 "
        "AND company = '마루산업' LIMIT 1"
    ).fetchone()
    record = (await client("GetRecord", pb.GetRecordRequest(name=f"records/sales_order/{old}"))).record
    assert record.status == "취소됨"
    assert record.superseded_by.key == new


async def test_overdue_is_computed_not_believed(client: Client, source: sqlite3.Connection):
    (invoice, balance) = source.execute(
        """SELECT i.name, sum(e.amount) FROM `tabSales Invoice` i
        JOIN `tabPayment Ledger Entry` e ON e.against_voucher_no = i.name AND e.delinked = 0
        WHERE i.docstatus = 1 AND i.due_date < '2026-11-20' AND i.company = '마루산업' AND i.is_return = 0
        GROUP BY i.name HAVING sum(e.amount) > 0 LIMIT 1"""
    ).fetchone()
    record = (await client("GetRecord", pb.GetRecordRequest(name=f"records/sales_invoice/{invoice}"))).record
    assert record.status == "연체"
    left = [c.display_name for c in record.fields.columns].index("남은 금액")
    assert record.fields.rows[0].values[left].decimal == str(round(balance))


async def test_a_record_that_one_may_not_see_is_one_that_is_not(client: Client, source: sqlite3.Connection):
    (far,) = source.execute(
        "SELECT o.name FROM `tabSales Order` o JOIN tabCustomer c ON c.name = o.customer "
        "WHERE c.territory = '부산' AND o.company = '마루산업' AND o.docstatus = 1 LIMIT 1"
    ).fetchone()
    (other,) = source.execute(
        "SELECT name FROM `tabSales Order` WHERE company = '마루유통' LIMIT 1"
    ).fetchone()
    (bought,) = source.execute("SELECT name FROM `tabPurchase Order` LIMIT 1").fetchone()
    names = [f"sales_order/{far}", f"sales_order/{other}", f"purchase_order/{bought}"]
    names += ["sales_order/NO-SUCH-1", "pirate_order/1", "customer/CUST-00001", "sales_order/' OR 1=1 --"]
    answers = [
        await refused(client("GetRecord", pb.GetRecordRequest(name=f"records/{name}"), KIM)) for name in names
    ]
    assert set(map(str, answers)) == {str(answers[0])}
    assert answers[0][:2] == ("NOT_FOUND", "RECORD_NOT_FOUND")
    for name in names[:3]:
        assert await client("GetRecord", pb.GetRecordRequest(name=f"records/{name}"), JUNG)


async def test_names_and_numbers_are_resolved_for_whom_they_are(client: Client, source: sqlite3.Connection):
    (number,) = source.execute(
        "SELECT max(name) FROM `tabPurchase Order` WHERE docstatus = 1 AND company = '마루산업'"
    ).fetchone()
    tail = f"PO-{int(number.rsplit('-', 1)[1]):04}"
    request = pb.ResolveEntitiesRequest(mentions=["대한상사", tail, number, "없는 이름"])
    one, two, three, four = (await client("ResolveEntities", request)).resolutions
    assert {c.entity.key for c in one.candidates} == {"CUST-00001", "CUST-00003"}
    assert number in {c.entity.key for c in two.candidates}
    assert {c.match for c in two.candidates} == {4}
    assert [(c.entity.key, c.match) for c in three.candidates] == [(number, 1)]
    assert not four.candidates
    assert four.total_count == 0
    one, two, three, _ = (await client("ResolveEntities", request, KIM)).resolutions
    assert [c.entity.key for c in one.candidates] == ["CUST-00001"], "the other is not of the territory"
    assert not two.candidates, "purchase orders are not a salesperson's"
    assert not three.candidates


async def test_what_comes_later_says_so(client: Client):
    call = client("ListRecords", pb.ListRecordsRequest(kind="ENTITY_KIND_SALES_ORDER"))
    code, reason, metadata, _ = await refused(call)
    assert (code, reason) == ("UNIMPLEMENTED", "NOT_AVAILABLE_YET")
    assert metadata == {"method": "maru.erp.v1.ErpService/ListRecords"}


async def test_without_a_role_or_a_token_nothing_is_answered(client: Client):
    request = question(metrics=["revenue"], range=OCTOBER)
    assert (await refused(client("RunQuery", request, {"roles": {"sales"}})))[1] == "ROLE_MISSING"
    assert (await refused(client("RunQuery", request, {"roles": {"employee"}})))[1] == "METRIC_FORBIDDEN"
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await client.stub.RunQuery(request)
    assert raised.value.code() == grpc.StatusCode.UNAUTHENTICATED


async def test_anothers_leave_is_neither_told_nor_hinted_at(client: Client):
    kim = {**KIM, "employee": "HR-EMP-00012"}

    def ask(employee: str, who: dict[str, Any]) -> Any:
        condition = {"member": {"dimension": "employee", "members": [employee]}}
        return client("RunQuery", question(metrics=["leave_balance"], filter=condition), who)

    assert (await ask("HR-EMP-00012", kim)).table.rows
    others = [await refused(ask(key, kim)) for key in ("HR-EMP-00006", "HR-EMP-99999")]
    assert others[0] == others[1]
    assert others[0][1] == "MEMBER_NOT_FOUND"
    assert (await ask("HR-EMP-00006", JUNG)).table.rows
    whole = await client("RunQuery", question(metrics=["leave_balance"]), kim)
    assert whole.context.partial_view
    nobody = await client("RunQuery", question(metrics=["leave_balance"]), KIM)
    assert whole.table.rows[0].values[0].decimal != "0"
    assert nobody.table.rows[0].values[0].decimal == "0"
    found = await client("ResolveEntities", pb.ResolveEntitiesRequest(mentions=["박지훈"]), kim)
    assert not found.resolutions[0].candidates


async def test_a_document_in_a_filter_is_one_that_one_may_see(client: Client, source: sqlite3.Connection):
    (far,) = source.execute(
        "SELECT o.name FROM `tabSales Order` o JOIN tabCustomer c ON c.name = o.customer "
        "WHERE c.territory = '부산' AND o.company = '마루산업' AND o.docstatus = 1 LIMIT 1"
    ).fetchone()

    def ask(order: str, dimension: str = "sales_order", who: dict[str, Any] = KIM) -> Any:
        condition = {"member": {"dimension": dimension, "members": [order]}}
        year = {"startDate": "2023-01-01", "endDate": "2026-11-20"}
        return client("RunQuery", question(metrics=["orders_received"], range=year, filter=condition), who)

    assert await refused(ask(far)) == await refused(ask("NO-SUCH"))
    response = await ask(far, who=JUNG)
    assert response.table.rows[0].values[0].decimal != "0"
    assert response.context.filters[2].text == f"수주: {far}"
    described = await client("DescribeCatalog", pb.DescribeCatalogRequest(), KIM)
    known = {dimension.key for dimension in described.dimensions}
    assert {"sales_order", "sales_invoice"} <= known
    assert not {"purchase_order", "payment", "work_order"} & known
    assert (await refused(ask("X", "purchase_order")))[1] == "UNKNOWN_DIMENSION"
