from typing import Any

import numpy as np
import pytest

QUESTION = "지난달 매출 얼마야?".encode()


def test_vectors_have_length_one_and_the_order_of_the_texts(embedder: Any) -> None:
    texts = [QUESTION, "출장비 규정".encode(), b"hello", "재고 현황".encode()]
    kinds = [b"query", b"passage", b"query", b"passage"]
    together = embedder.embed(texts, kinds)
    assert together.shape == (4, 384)
    assert together.dtype == np.float32
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    for row, text, kind in zip(together, texts, kinds, strict=True):
        assert row == pytest.approx(embedder.embed([text], [kind])[0], abs=1e-5)


def test_a_question_is_nearer_to_what_answers_it(embedder: Any) -> None:
    (question,) = embedder.embed(["휴가는 며칠 전에 내야 하나요?".encode()], [b"query"])
    rule, menu = embedder.embed(
        ["연차 휴가는 사용일 사흘 전까지 신청한다.".encode(), "오늘 점심은 김치찌개입니다.".encode()],
        [b"passage", b"passage"],
    )
    assert question @ rule > question @ menu


def test_the_kind_matters(embedder: Any) -> None:
    query, passage = embedder.embed([QUESTION, QUESTION], [b"query", b"passage"])
    assert query @ passage < 0.999


def test_a_ligature_of_eighteen_characters_is_bounded_before_the_engine_has_it(
    embedder: Any, embedding: Any
) -> None:
    (vector,) = embedder.embed(["ﷺ".encode() * 20], [b"query"])
    assert np.isfinite(vector).all()
    with pytest.raises(embedding.BadText, match="540 characters"):
        embedder.embed(["ﷺ".encode() * 30], [b"query"])


def test_a_nul_doesnt_end_a_text(embedder: Any) -> None:
    whole, cut = embedder.embed(["매출\0 재고 미수금".encode(), "매출".encode()], [b"query", b"query"])
    assert whole @ cut < 0.99


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (b"", b"query", "empty"),
        (b" \n\0", b"query", "empty"),
        (b"\xff\xfe", b"query", "UTF-8"),
        ("가".encode() * 501, b"query", "501 characters, at most 500"),
        (QUESTION, b"question", "query or passage"),
        (QUESTION, b"\xff", "query or passage"),
    ],
)
def test_what_cant_be_embedded(embedder: Any, embedding: Any, text: bytes, kind: bytes, message: str) -> None:
    with pytest.raises(embedding.BadText, match=message):
        embedder.embed([QUESTION, text], [b"query", kind])
