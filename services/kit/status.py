"""A `MaruError` as a rich gRPC status, and back: the one place where both sides of the wire agree."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Never

import grpc
from google.protobuf import duration_pb2, message
from google.rpc import code_pb2, error_details_pb2, status_pb2

from services.kit.errors import (
    Code,
    DeadlineExceeded,
    DependencyUnavailable,
    FieldViolation,
    MaruError,
    Overloaded,
    QuotaViolation,
    RemoteError,
)

DOMAIN = "maru"
DETAILS_KEY = "grpc-status-details-bin"


def to_status(error: MaruError, request_id: str = "") -> status_pb2.Status:
    """The status with its details: ErrorInfo and LocalizedMessage (ko, en) always, others as they apply."""
    status = status_pb2.Status(code=code_pb2.Code.Value(error.code), message=error.message_en)
    details: list[message.Message] = [
        error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    ]
    if error.violations:
        details.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
                    for v in error.violations
                ]
            )
        )
    if error.retry_after is not None:
        delay = duration_pb2.Duration()
        delay.FromTimedelta(error.retry_after)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    if error.quota:
        details.append(
            error_details_pb2.QuotaFailure(
                violations=[
                    error_details_pb2.QuotaFailure.Violation(subject=q.subject, description=q.description)
                    for q in error.quota
                ]
            )
        )
    if request_id:
        details.append(error_details_pb2.RequestInfo(request_id=request_id))
    details.append(error_details_pb2.LocalizedMessage(locale="ko", message=error.message_ko))
    details.append(error_details_pb2.LocalizedMessage(locale="en", message=error.message_en))
    for detail in details:
        status.details.add().Pack(detail)
    return status


async def abort(context: grpc.aio.ServicerContext, error: MaruError, request_id: str = "") -> Never:  # type: ignore[type-arg]
    """End the call with the error. Servicers don't call it: they raise the error."""
    status = to_status(error, request_id)
    await context.abort(
        grpc.StatusCode[error.code], status.message, ((DETAILS_KEY, status.SerializeToString()),)
    )


@contextmanager
def remote(dependency: str) -> Iterator[None]:
    """Around a call to another part: its gRPC failure is raised as a `MaruError`, an unknown one as it is."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        known = from_rpc_error(error, dependency)
        if known is None:
            raise
        raise known from error


def from_rpc_error(error: grpc.aio.AioRpcError, dependency: str) -> MaruError | None:
    """What another part answered: its own error when it sent one, else ours for away, slow or busy."""
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            parsed = _parse(status_pb2.Status.FromString(value))
            if parsed is not None:
                return parsed
    match error.code():
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return DeadlineExceeded()
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return Overloaded(retry_after=timedelta(seconds=1))
        case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.CANCELLED:
            return DependencyUnavailable(dependency=dependency, retry_after=timedelta(seconds=1))
        case _:
            return None


def _parse(status: status_pb2.Status) -> RemoteError | None:
    """The error in a status of ours; None when it has no ErrorInfo of domain `maru`."""
    info: error_details_pb2.ErrorInfo | None = None
    words: dict[str, str] = {"ko": status.message, "en": status.message}
    violations: list[FieldViolation] = []
    quota: list[QuotaViolation] = []
    retry_after: timedelta | None = None
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
        elif detail.Is(error_details_pb2.LocalizedMessage.DESCRIPTOR):
            localized = error_details_pb2.LocalizedMessage.FromString(detail.value)
            words[localized.locale] = localized.message
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            bad = error_details_pb2.BadRequest.FromString(detail.value)
            violations += [FieldViolation(v.field, v.description) for v in bad.field_violations]
        elif detail.Is(error_details_pb2.QuotaFailure.DESCRIPTOR):
            failure = error_details_pb2.QuotaFailure.FromString(detail.value)
            quota += [QuotaViolation(v.subject, v.description) for v in failure.violations]
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            retry_after = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay.ToTimedelta()
    name = code_pb2.Code.Name(status.code)
    if info is None or info.domain != DOMAIN or name not in Code.__members__:
        return None
    return RemoteError(
        Code[name],
        info.reason,
        words=words,
        metadata=dict(info.metadata),
        violations=violations,
        quota=quota,
        retry_after=retry_after,
    )
