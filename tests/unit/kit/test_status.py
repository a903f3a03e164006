from datetime import timedelta

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from services.kit.errors import (
    Code,
    DependencyUnavailable,
    FieldInvalid,
    FieldViolation,
    MaruError,
    Overloaded,
    QuotaViolation,
    RemoteError,
    RoleMissing,
)
from services.kit.status import DETAILS_KEY, from_rpc_error, remote, to_status


class QuestionsUsedUp(MaruError):
    code = Code.RESOURCE_EXHAUSTED
    reason = "QUOTA_EXHAUSTED"
    ko = "오늘 쓸 수 있는 질문 {limit}건을 모두 썼습니다. {when}에 다시 열립니다."
    en = "Today's {limit} questions are used up. They renew at {when}."


USED_UP = QuestionsUsedUp(
    limit="500",
    words={"when": "0시"},
    quota=[QuotaViolation("user:kim", "500 a day")],
    retry_after=timedelta(seconds=90),
)


def answered(status: status_pb2.Status, code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    trailing = grpc.aio.Metadata((DETAILS_KEY, status.SerializeToString()))
    return grpc.aio.AioRpcError(code, trailing_metadata=trailing, details=status.message)


def bare(code: grpc.StatusCode) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, trailing_metadata=grpc.aio.Metadata())


def test_status_has_every_detail_a_client_acts_on() -> None:
    status = to_status(USED_UP, "r-1")
    kinds = {detail.TypeName(): detail for detail in status.details}
    info = error_details_pb2.ErrorInfo.FromString(kinds["google.rpc.ErrorInfo"].value)
    retry = error_details_pb2.RetryInfo.FromString(kinds["google.rpc.RetryInfo"].value)
    quota = error_details_pb2.QuotaFailure.FromString(kinds["google.rpc.QuotaFailure"].value)
    request = error_details_pb2.RequestInfo.FromString(kinds["google.rpc.RequestInfo"].value)
    words = {
        (m := error_details_pb2.LocalizedMessage.FromString(d.value)).locale: m.message
        for d in status.details
        if d.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR)
    }
    assert status.code == 8
    assert (info.reason, info.domain, dict(info.metadata)) == ("QUOTA_EXHAUSTED", "maru", {"limit": "500"})
    assert retry.retry_delay.ToTimedelta() == timedelta(seconds=90)
    assert [(v.subject, v.description) for v in quota.violations] == [("user:kim", "500 a day")]
    assert request.request_id == "r-1"
    assert words == {
        "ko": "오늘 쓸 수 있는 질문 500건을 모두 썼습니다. 0시에 다시 열립니다.",
        "en": "Today's 500 questions are used up. They renew at 0시.",
    }


def test_fields_at_fault_are_named_in_details_and_words() -> None:
    status = to_status(FieldInvalid([FieldViolation("page_size", "must be at least 0")]))
    bad = next(
        error_details_pb2.BadRequest.FromString(d.value)
        for d in status.details
        if d.Is(error_details_pb2.BadRequest.DESCRIPTOR)
    )
    assert [(v.field, v.description) for v in bad.field_violations] == [("page_size", "must be at least 0")]
    assert "page_size" in status.message


def test_an_error_comes_back_from_the_wire_as_it_was() -> None:
    error = from_rpc_error(answered(to_status(USED_UP), grpc.StatusCode.RESOURCE_EXHAUSTED), "chat")
    assert isinstance(error, RemoteError)
    assert (error.code, error.reason, error.metadata) == (USED_UP.code, USED_UP.reason, USED_UP.metadata)
    assert (error.quota, error.retry_after) == (USED_UP.quota, USED_UP.retry_after)
    assert (error.message_ko, error.message_en) == (USED_UP.message_ko, USED_UP.message_en)


def test_an_error_passed_on_twice_is_still_the_same() -> None:
    once = from_rpc_error(answered(to_status(USED_UP), grpc.StatusCode.RESOURCE_EXHAUSTED), "erp")
    assert once is not None
    assert to_status(once) == to_status(USED_UP)


def test_braces_in_another_parts_words_are_only_words() -> None:
    error = RoleMissing(method="x/{y}", roles="{admin}")
    back = from_rpc_error(answered(to_status(error), grpc.StatusCode.PERMISSION_DENIED), "erp")
    assert back is not None
    assert back.message_en == error.message_en


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, DependencyUnavailable),
        (grpc.StatusCode.CANCELLED, DependencyUnavailable),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Overloaded),
    ],
)
def test_a_bare_status_says_who_is_away(code: grpc.StatusCode, kind: type[MaruError]) -> None:
    with pytest.raises(kind), remote("erp"):
        raise bare(code)


def test_a_status_of_no_known_meaning_stays_what_it_was() -> None:
    with pytest.raises(grpc.aio.AioRpcError), remote("erp"):
        raise bare(grpc.StatusCode.UNKNOWN)


def test_details_of_another_domain_are_not_ours() -> None:
    status = to_status(USED_UP)
    info = error_details_pb2.ErrorInfo(reason="QUOTA_EXHAUSTED", domain="googleapis.com")
    status.details[0].Pack(info)
    error = from_rpc_error(answered(status, grpc.StatusCode.RESOURCE_EXHAUSTED), "erp")
    assert isinstance(error, Overloaded)
