"""protovalidate reads the rules in proto/buf/validate as its own, on generated messages."""

import protovalidate
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from maru.admin.v1.limits_service_pb2 import UpdateUserLimitsRequest, UserLimits
from maru.chat.v1.chat_service_pb2 import AskRequest, CreateConversationRequest
from maru.erp.v1.erp_service_pb2 import ResolveEntitiesRequest, RunQueryRequest
from maru.erp.v1.query_pb2 import Query
from maru.erp.v1.value_pb2 import EntityKind
from maru.retrieval.v1.access_pb2 import AccessList, Principals
from maru.retrieval.v1.retrieval_service_pb2 import ImportDocumentRequest, UpdateDocumentAccessRequest

CONVERSATION = "conversations/c1"


def broken(message) -> list[tuple[str, str]]:
    """Field path and rule of each violation, as they go into google.rpc.BadRequest."""
    found = []
    for violation in protovalidate.collect_violations(message):
        path = ".".join(element.field_name for element in violation.proto.field.elements)
        assert violation.proto.message
        found.append((path, violation.proto.rule_id))
    return found


@pytest.mark.parametrize(
    ("message", "violations"),
    [
        (AskRequest(parent=CONVERSATION, question="지난달 매출은?", request_id="r"), []),
        (AskRequest(parent=CONVERSATION, question="가" * 100_000, request_id="r"), []),
        (
            AskRequest(parent=CONVERSATION, question="가" * 100_001, request_id="r"),
            [("question", "string.max_len")],
        ),
        (AskRequest(parent="c1", question="?", request_id="r"), [("parent", "string.pattern")]),
        (
            AskRequest(parent=CONVERSATION, question="?", request_id="r", choice_number=51),
            [("choice_number", "int32.gte_lte")],
        ),
        (CreateConversationRequest(), [("request_id", "string.min_len")]),
        (RunQueryRequest(), [("query", "required")]),
        (RunQueryRequest(query=Query()), [("query.metrics", "repeated.min_items")]),
        (
            RunQueryRequest(query=Query(metrics=["revenue", "revenue"])),
            [("query.metrics", "repeated.unique")],
        ),
        (
            RunQueryRequest(query=Query(metrics=["revenue"], as_of_date="어제")),
            [("query.as_of_date", "string.pattern")],
        ),
        (
            ResolveEntitiesRequest(mentions=["한빛"], kinds=[EntityKind.ENTITY_KIND_UNSPECIFIED]),
            [("kinds", "enum.not_in")],
        ),
        (
            ImportDocumentRequest(path="a.pdf", content=b"", request_id="r"),
            [("content", "bytes.min_len")],
        ),
        (
            UpdateDocumentAccessRequest(
                name="documents/d1",
                access=AccessList(allow=Principals(roles=["sales", ""])),
                etag="e",
                request_id="r",
            ),
            [("access.allow.roles", "string.min_len")],
        ),
        (
            UpdateUserLimitsRequest(
                user_limits=UserLimits(name="users/hana/limits"),
                update_mask=FieldMask(paths=["turns_used_today"]),
                request_id="r",
            ),
            [("update_mask", "field_mask.in")],
        ),
    ],
)
def test_what_a_message_breaks(message, violations):
    assert broken(message) == violations
