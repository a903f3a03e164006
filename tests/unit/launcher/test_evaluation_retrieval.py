"""What is found in documents, judged by hand-made cases."""

from pathlib import Path

import pytest
from maru.retrieval.v1 import passage_pb2
from maru.retrieval.v1 import retrieval_service_pb2 as wire

from services.launcher.document_search import DocumentHit, DocumentHits, by_document
from services.launcher.errors import LauncherError
from services.launcher.evaluation.retrieval import RetrievalQuestion, judge, read_questions, summarise


def found(*documents: str, answerable: bool = True) -> DocumentHits:
    return DocumentHits(tuple(DocumentHit(one, "", 0, 0.9, "") for one in documents), answerable)


def asked(*relevant: str) -> RetrievalQuestion:
    return RetrievalQuestion("q", "kim.sales", "연차 이월", frozenset(relevant), "rule")


@pytest.mark.parametrize(
    ("relevant", "hits", "rank", "gain"),
    [
        (["a"], ["a", "b"], 1, 1.0),
        (["a"], ["b", "a"], 2, 0.6309),  # 1 / log2(3)
        (["a"], ["b", "c"], None, 0.0),
        (["a"], [*"bcdefghijk", "a"], None, 0.0),  # the eleventh
        (["a", "b"], ["a", "c", "b"], 1, 0.9197),  # (1 + 1/2) / (1 + 0.6309)
    ],
)
def test_a_question_is_judged_by_where_its_documents_are(
    relevant: list[str], hits: list[str], rank: int | None, gain: float
) -> None:
    one = judge(asked(*relevant), found(*hits))
    assert one.rank == rank
    assert one.gain == pytest.approx(gain, abs=1e-4)


def test_the_summary_tells_answers_from_refusals() -> None:
    summary = summarise(
        [
            judge(asked("a"), found("a")),
            judge(asked("a"), found("b", "a", answerable=False)),
            judge(asked(), found("b")),
            judge(asked(), found(answerable=False)),
        ]
    )
    assert (summary.count, summary.hit[1], summary.hit[5], summary.mrr) == (2, 0.5, 1.0, 0.75)
    assert (summary.unanswerable, summary.refused, summary.lost) == (2, 0.5, 0.5)


def test_of_a_document_its_first_passage_counts() -> None:
    def hit(document: str, page: int, score: float) -> wire.SearchHit:
        name = f"documents/{document}/versions/1/passages/{page}"
        return wire.SearchHit(
            passage=passage_pb2.Passage(name=name, path=f"{document}.md", page=page), score=score
        )

    hits = by_document(wire.SearchResponse(hits=[hit("a", 3, 0.9), hit("b", 1, 0.8), hit("a", 1, 0.7)]))
    assert [(one.document, one.page, one.score) for one in hits] == [("a.md", 3, 0.9), ("b.md", 1, 0.8)]


@pytest.mark.parametrize("line", ["[]", "{", '{"id": "1", "user": "kim", "query": "무엇"}'])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(
        f'{{"id": "0", "user": "kim", "query": "무엇", "relevant": []}}\n\n{line}\n', encoding="utf-8"
    )
    with pytest.raises(LauncherError, match=":3:"):
        read_questions(file)
