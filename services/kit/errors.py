"""Errors that people and programs can act on. A service subclasses `MaruError` in its own `errors.py`.

    class UnknownMeasure(MaruError):
        code = Code.INVALID_ARGUMENT
        reason = "UNKNOWN_MEASURE"
        ko = "'{measure}'라는 지표는 없습니다."
        en = 'There is no measure "{measure}".'

    raise UnknownMeasure(measure=name)

No grpc here: `status` turns an error into a wire status, and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar


class Code(StrEnum):
    """The canonical status codes an error may carry. (UNKNOWN is a bug, OK is none.)"""

    CANCELLED = "CANCELLED"
    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    UNIMPLEMENTED = "UNIMPLEMENTED"
    INTERNAL = "INTERNAL"
    UNAVAILABLE = "UNAVAILABLE"
    DATA_LOSS = "DATA_LOSS"
    UNAUTHENTICATED = "UNAUTHENTICATED"


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One field of the request that is wrong, by its path in the message: `query.measures[0]`."""

    field: str
    description: str


@dataclass(frozen=True, slots=True)
class QuotaViolation:
    """One limit that was reached: whose (`subject`) and which, in words."""

    subject: str
    description: str


class MaruError(Exception):
    """A failure with a code, a reason (a name in maru.errors.v1.ErrorReason) and words for the asker.

    `ko` and `en` say what happened and what to do; `{key}` in them is filled from the metadata and `words`.
    Metadata goes to the client, with the keys that the reason documents; `words` only into the sentences (a
    Korean label, a formatted number). Neither ever holds a secret, a token or what the asker may not see.
    """

    code: ClassVar[Code]
    reason: ClassVar[str]
    ko: ClassVar[str]
    en: ClassVar[str]

    def __init__(
        self,
        *,
        words: Mapping[str, str] | None = None,
        violations: Sequence[FieldViolation] = (),
        quota: Sequence[QuotaViolation] = (),
        retry_after: timedelta | None = None,
        **metadata: str,
    ) -> None:
        self.metadata = metadata
        self.violations = tuple(violations)
        self.quota = tuple(quota)
        self.retry_after = retry_after
        filled = {**metadata, **(words or {})}
        self.message_ko = self.ko.format_map(filled)
        self.message_en = self.en.format_map(filled)
        super().__init__(f"{self.reason}: {self.message_en}")


class TokenMissing(MaruError):
    code = Code.UNAUTHENTICATED
    reason = "TOKEN_MISSING"
    ko = "로그인이 필요합니다. 로그인한 뒤 다시 시도해 주세요."
    en = "You are not signed in. Sign in and try again."


class TokenInvalid(MaruError):
    """`cause` says what was wrong with it, for the log alone."""

    code = Code.UNAUTHENTICATED
    reason = "TOKEN_INVALID"
    ko = "로그인 정보를 확인할 수 없습니다. 다시 로그인해 주세요."
    en = "Your sign-in could not be verified. Sign in again."

    def __init__(self, cause: str) -> None:
        super().__init__()
        self.cause = cause


class TokenExpired(MaruError):
    code = Code.UNAUTHENTICATED
    reason = "TOKEN_EXPIRED"
    ko = "로그인이 만료되었습니다. 다시 로그인해 주세요."
    en = "Your sign-in has expired. Sign in again."


class WorkloadInvalid(MaruError):
    """`cause` says what was wrong with the caller's assertion, for the log alone."""

    code = Code.UNAUTHENTICATED
    reason = "WORKLOAD_INVALID"
    ko = "호출한 서비스를 확인할 수 없습니다. 서비스의 키 설정을 확인해 주세요."
    en = "The calling service could not be verified. Check its workload key."

    def __init__(self, cause: str) -> None:
        super().__init__()
        self.cause = cause


class IssuerUnavailable(MaruError):
    """No key of the issuer is known yet, and it can't be reached."""

    code = Code.UNAVAILABLE
    reason = "ISSUER_UNAVAILABLE"
    ko = "로그인 서버가 응답하지 않습니다. 잠시 뒤에 다시 시도해 주세요."
    en = "The sign-in server does not answer. Try again in a moment."


class RoleMissing(MaruError):
    code = Code.PERMISSION_DENIED
    reason = "ROLE_MISSING"
    ko = "이 기능을 쓸 권한이 없습니다. 관리자에게 역할({roles})을 요청해 주세요."
    en = "You may not use this. Ask an administrator for one of these roles: {roles}."


class CallerNotAllowed(MaruError):
    code = Code.PERMISSION_DENIED
    reason = "CALLER_NOT_ALLOWED"
    ko = "이 서비스에서는 호출할 수 없는 기능입니다."
    en = "This service may not call this method."


class FieldInvalid(MaruError):
    """The request breaks a rule of the contract; `violations` name the fields."""

    code = Code.INVALID_ARGUMENT
    reason = "FIELD_INVALID"
    ko = "요청에 잘못된 값이 있습니다: {fields}."
    en = "The request has an invalid value: {fields}."

    def __init__(self, violations: Sequence[FieldViolation]) -> None:
        fields = ", ".join(dict.fromkeys(v.field for v in violations))
        super().__init__(violations=violations, words={"fields": fields})


class PageTokenInvalid(MaruError):
    """The token was given by another list, or by nobody."""

    code = Code.INVALID_ARGUMENT
    reason = "PAGE_TOKEN_INVALID"
    ko = "목록을 이어서 볼 수 없습니다. 처음부터 다시 불러와 주세요."
    en = "The list can't be continued. Load it again from the start."


class Overloaded(MaruError):
    code = Code.RESOURCE_EXHAUSTED
    reason = "OVERLOADED"
    ko = "지금은 이용자가 많습니다. 잠시 뒤에 다시 시도해 주세요."
    en = "Maru is busy right now. Try again in a moment."


class DeadlineExceeded(MaruError):
    code = Code.DEADLINE_EXCEEDED
    reason = "DEADLINE_EXCEEDED"
    ko = "정해진 시간 안에 끝내지 못했습니다. 범위를 좁혀 다시 시도해 주세요."
    en = "It was not finished in time. Narrow the request and try again."


class NotAvailableYet(MaruError):
    """`method` (full name) is part of the contract and not built in this version."""

    code = Code.UNIMPLEMENTED
    reason = "NOT_AVAILABLE_YET"
    ko = "아직 제공되지 않는 기능입니다."
    en = "This is not available yet."


class DependencyUnavailable(MaruError):
    """Another part (`dependency`) that this call needs does not answer."""

    code = Code.UNAVAILABLE
    reason = "DEPENDENCY_UNAVAILABLE"
    ko = "{dependency} 서비스가 응답하지 않습니다. 잠시 뒤에 다시 시도해 주세요."
    en = "The service {dependency} does not answer. Try again in a moment."


class StorageFull(MaruError):
    """A service's disk or database takes no more."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "STORAGE_FULL"
    ko = "저장 공간이 가득 찼습니다. 관리자에게 알려 주세요."
    en = "The storage is full. Tell an administrator."


class InternalFailure(MaruError):
    """All a client sees of an unforeseen exception; `log_id` finds the rest in the log."""

    code = Code.INTERNAL
    reason = "INTERNAL"
    ko = "내부 오류가 발생했습니다. 관리자에게 번호 {log_id}을(를) 알려 주세요."
    en = "An internal error occurred. Give an administrator the number {log_id}."


class RemoteError(MaruError):
    """An error that another service answered, read back from its status; it is passed on as it was."""

    ko = "{ko}"
    en = "{en}"

    def __init__(
        self,
        code: Code,
        reason: str,
        *,
        words: Mapping[str, str],
        metadata: Mapping[str, str],
        violations: Sequence[FieldViolation] = (),
        quota: Sequence[QuotaViolation] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        self.code = code  # type: ignore[misc]  # its own, from the wire, where a subclass has its class's
        self.reason = reason  # type: ignore[misc]
        super().__init__(words=words, violations=violations, quota=quota, retry_after=retry_after, **metadata)
