"""What `maru policy explain` says of an answer: how it was read, and where each condition comes from."""

from google.protobuf.json_format import ParseDict
from maru.chat.v1.turn_pb2 import Answer

from services.launcher.catalog import why


def test_each_condition_is_told_with_its_source() -> None:
    answer = ParseDict(
        {
            "query": {"metrics": ["revenue"], "groupings": [{"dimension": "customer"}]},
            "table": {
                "columns": [
                    {"key": "customer", "displayName": "거래처"},
                    {"key": "revenue", "displayName": "매출"},
                ]
            },
            "context": {
                "filters": [
                    {"text": "10월", "source": "SOURCE_QUESTION"},
                    {"text": "VAT 제외", "source": "SOURCE_DEFAULT"},
                    {"text": "마루산업", "source": "SOURCE_DEFAULT"},
                    {"text": "지역: 수도권", "source": "SOURCE_POLICY"},
                ],
                "partialView": True,
            },
        },
        Answer(),
    )
    read, question, default, policy, whole = why(answer)
    assert read.endswith("매출 · 거래처별 by")
    assert question.startswith("질문에서")
    assert question.endswith("10월")
    assert default.endswith("VAT 제외 · 마루산업")
    assert policy.startswith("정책에서")
    assert policy.endswith("지역: 수도권")
    assert "아니요" in whole


def test_a_refusal_has_its_reason() -> None:
    assert list(why(Answer(refusal_reason="METRIC_FORBIDDEN"))) == ["거절 refused        METRIC_FORBIDDEN"]
