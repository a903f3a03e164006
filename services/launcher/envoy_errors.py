"""What Envoy answers when it refuses a call or can't reach a part: the services' own statuses and words.

Each answer is a mapper of Envoy's `local_reply_config`: a call over gRPC or gRPC-Web gets the sentence as
grpc-message and the details in grpc-status-details-bin; anything else gets both sentences as text.
"""

import base64
import string
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from services.kit.errors import (
    Code,
    DeadlineExceeded,
    DependencyUnavailable,
    MaruError,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    WorkloadInvalid,
)
from services.kit.status import DETAILS_KEY, to_status

RETRY_AFTER = timedelta(seconds=1)
"""Every bucket of `envoy.yaml` is filled once a second, and a restarted part is back in about that time."""

_PRINTABLE = string.punctuation.replace("%", "") + " "
_DEPENDENCIES = {  # path prefix of a service -> the part behind it
    "/maru.chat.": "chat",
    "/maru.erp.": "erp",
    "/maru.retrieval.": "retrieval",
    "/maru.admin.": "admin",
    "/inference.": "triton",
    "/realms/": "identity",
}


class RateLimited(MaruError):
    code = Code.RESOURCE_EXHAUSTED
    reason = "RATE_LIMITED"
    ko = "요청이 너무 잦습니다. 1초 뒤에 다시 시도해 주세요."
    en = "Too many requests. Try again in a second."


class NotFound(MaruError):
    """A path that nothing stands behind."""

    code = Code.UNIMPLEMENTED
    reason = "NOT_AVAILABLE_YET"
    ko = "없는 주소입니다."
    en = "There is nothing at this address."


def edge_errors() -> dict[str, Any]:
    """`local_reply_config` of the edge."""
    return {"mappers": [*_user_errors(), *_common_errors()]}


def mesh_errors() -> dict[str, Any]:
    """`local_reply_config` of the mesh listener, which looks at the caller before the asker."""
    caller = WorkloadInvalid("edge")
    return {
        "mappers": [
            *_mappers([*_UNAUTHENTICATED, _absent("maru-workload")], caller, 401),
            *_mappers([*_UNAUTHENTICATED, _failed("workload_failed", {"present_match": True})], caller, 401),
            *_user_errors(),
            *_common_errors(),
        ]
    }


def _user_errors() -> list[dict[str, Any]]:
    expired = _failed("user_failed", {"string_match": {"exact": "Jwt is expired"}})
    return [
        *_mappers([*_UNAUTHENTICATED, _absent("authorization")], TokenMissing(), 401),
        *_mappers([*_UNAUTHENTICATED, expired], TokenExpired(), 401),
        *_mappers(_UNAUTHENTICATED, TokenInvalid("edge"), 401),
    ]


def _common_errors() -> list[dict[str, Any]]:
    return [
        *_mappers([_status("EQ", 404)], NotFound(), 404),
        *_mappers([_status("EQ", 408)], DeadlineExceeded(), 408),  # the request did not arrive in time
        *_mappers([_status("EQ", 504)], DeadlineExceeded(), 504),  # the answer did not
        *_mappers([_status("EQ", 429)], RateLimited(retry_after=RETRY_AFTER), 429),
        *(
            mapper
            for prefix, dependency in _DEPENDENCIES.items()
            for mapper in _mappers(
                [_status("EQ", 503), _header(":path", {"string_match": {"prefix": prefix}})],
                DependencyUnavailable(dependency=dependency, retry_after=RETRY_AFTER),
                503,
            )
        ),
    ]


def _mappers(conditions: list[dict[str, Any]], error: MaruError, http_status: int) -> list[dict[str, Any]]:
    """The answer to a call over gRPC or gRPC-Web, then the one to anything else. The first fit is taken."""
    status = to_status(error)
    grpc_headers = {
        # Whole here, HTTP status included: to a gRPC-Web call Envoy would answer with 401 or 503, at which
        # clients read neither the gRPC status nor its details.
        "content-type": "application/grpc",
        "grpc-status": str(status.code),
        "grpc-message": quote(status.message, safe=_PRINTABLE).replace(
            "%", "%%"
        ),  # a format string of Envoy's
        DETAILS_KEY: base64.b64encode(status.SerializeToString()).decode().rstrip("="),
    }
    grpc = _header("content-type", {"string_match": {"prefix": "application/grpc"}})
    return [
        {
            "filter": {"and_filter": {"filters": [*conditions, grpc]}},
            "status_code": 200,
            "body": {"inline_string": ""},
            "headers_to_add": [
                {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
                for key, value in grpc_headers.items()
            ],
        },
        {
            # `and_filter` wants two conditions; every request has a path.
            "filter": {"and_filter": {"filters": [*conditions, _header(":path", {"present_match": True})]}},
            "status_code": http_status,
            "body": {"inline_string": f"{error.message_ko}\n{error.message_en}\n"},
            "body_format_override": {
                "text_format_source": {"inline_string": "%LOCAL_REPLY_BODY%"},
                "content_type": "text/plain; charset=utf-8",
            },
        },
    ]


def _status(comparison: str, code: int) -> dict[str, Any]:
    value = {"default_value": code, "runtime_key": f"maru.local_reply.{code}"}
    return {"status_code_filter": {"comparison": {"op": comparison, "value": value}}}


def _header(name: str, match: dict[str, Any]) -> dict[str, Any]:
    return {"header_filter": {"header": {"name": name, **match}}}


def _absent(name: str) -> dict[str, Any]:
    return _header(name, {"present_match": True, "invert_match": True})


def _failed(key: str, value: dict[str, Any]) -> dict[str, Any]:
    """jwt_authn noted a failure under `key`, with such a message."""
    matcher = {
        "filter": "envoy.filters.http.jwt_authn",
        "path": [{"key": key}, {"key": "message"}],
        "value": value,
    }
    return {"metadata_filter": {"matcher": matcher, "match_if_key_not_found": False}}


# 401, and 403 for a wrong audience: nothing else here refuses with either.
_UNAUTHENTICATED = [_status("GE", 401), _status("LE", 403)]
