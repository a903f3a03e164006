"""`maru evaluate retrieval`: are the right documents found, and is it said where there are none?"""

import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from services.launcher.batch import json_lines
from services.launcher.credentials import Credentials
from services.launcher.document_search import DocumentHits, SearchClient
from services.launcher.errors import LauncherError

DEPTH = 10
"""Of MRR and nDCG; a document found farther down counts as not found."""


@dataclass(frozen=True, slots=True)
class RetrievalQuestion:
    """`relevant`: paths of the documents that answer it; none = there is no answer that the user may read."""

    id: str
    user: str
    query: str
    relevant: frozenset[str]
    kind: str


@dataclass(frozen=True, slots=True)
class Judged:
    """`rank` of the first relevant document, from 1, None beyond DEPTH; `gain` is nDCG@10; `answerable`: as was said."""

    question: RetrievalQuestion
    rank: int | None
    gain: float
    answerable: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over questions; 0 to 1. `refused`: of those without an answer; `lost`: of those with one, taken for without."""

    count: int
    hit: dict[int, float]
    mrr: float
    ndcg: float
    unanswerable: int
    refused: float
    lost: float


def read_questions(file: Path) -> list[RetrievalQuestion]:
    """The questions of a file of JSON lines.

    Raises:
        LauncherError: it can't be read, or a line isn't `{id, user, query, relevant: […]}`; names the line.
    """
    return [
        _question(file, number, fields)
        for number, fields in json_lines(file, '{"id": …, "user": …, "query": …, "relevant": […]}')
    ]


def judge(question: RetrievalQuestion, found: DocumentHits) -> Judged:
    """What the hits are worth. Binary relevance; nDCG after Järvelin and Kekäläinen (2002)."""
    ranks = [
        place for place, hit in enumerate(found.hits[:DEPTH], start=1) if hit.document in question.relevant
    ]
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(len(question.relevant), DEPTH) + 1))
    gain = sum(1 / math.log2(place + 1) for place in ranks) / ideal if ideal else 0.0
    return Judged(question, ranks[0] if ranks else None, gain, found.answerable)


def summarise(judged: Sequence[Judged]) -> Summary:
    """One line of the report."""
    asked = [one for one in judged if one.question.relevant]
    without = [one for one in judged if not one.question.relevant]
    return Summary(
        len(asked),
        {depth: _mean(one.rank is not None and one.rank <= depth for one in asked) for depth in (1, 3, 5)},
        _mean(1 / one.rank if one.rank else 0 for one in asked),
        _mean(one.gain for one in asked),
        len(without),
        _mean(not one.answerable for one in without),
        _mean(not one.answerable for one in asked),
    )


async def run(
    questions: Sequence[RetrievalQuestion], edge_url: str, credentials: Credentials, out: Console
) -> list[Judged]:
    """Asks, judges and prints; progress goes to standard error.

    Raises:
        LauncherError: the service refused, or is away.
    """
    judged: list[Judged] = []
    async with SearchClient(edge_url) as client:
        for done, question in enumerate(questions, start=1):
            found = await client.search(question.query, credentials.of_user(question.user))
            judged.append(judge(question, found))
            if done % 50 == 0 or done == len(questions):
                print(f"{done}/{len(questions)}", file=sys.stderr, flush=True)
    show(judged, out)
    return judged


def show(judged: Sequence[Judged], out: Console) -> None:
    """A table: a line for each kind, and all of them."""
    table = Table("종류 kind", "질문", "hit@1", "hit@3", "hit@5", "MRR", "nDCG", "답 없음", "거절함", "놓침")
    kinds = sorted({one.question.kind for one in judged})
    for kind in (*kinds, ""):
        of_kind = summarise([one for one in judged if not kind or one.question.kind == kind])
        table.add_row(kind or "모두 all", *_cells(of_kind))
    out.print(table)


def record(judged: Sequence[Judged]) -> dict[str, Any]:
    """For a report as JSON."""
    return {
        "questions": [
            {"id": one.question.id, "kind": one.question.kind, "rank": one.rank, "answerable": one.answerable}
            for one in judged
        ]
    }


def _cells(summary: Summary) -> Iterator[str]:
    figures = (*summary.hit.values(), summary.mrr, summary.ndcg)
    yield str(summary.count)
    yield from (f"{figure:.3f}" if summary.count else "" for figure in figures)
    yield str(summary.unanswerable or "")
    yield f"{summary.refused:.1%}" if summary.unanswerable else ""
    yield f"{summary.lost:.1%}" if summary.count else ""


def _question(file: Path, number: int, fields: dict[str, Any]) -> RetrievalQuestion:
    try:
        relevant = frozenset(map(str, fields["relevant"]))
        return RetrievalQuestion(
            str(fields["id"]),
            str(fields["user"]),
            str(fields["query"]),
            relevant,
            str(fields.get("kind", "")),
        )
    except (KeyError, TypeError) as error:
        raise LauncherError(
            f"{file}:{number}: id, user, query, relevant가 있어야 합니다.",
            f"{file}:{number}: id, user, query and relevant are needed.",
        ) from error


def _mean(values: Iterable[float]) -> float:
    all_ = list(values)
    return sum(all_) / len(all_) if all_ else 0.0
