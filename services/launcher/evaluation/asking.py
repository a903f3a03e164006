"""Asks every question of a set, one conversation after the other, and judges each turn."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToJson
from maru.chat.v1 import turn_pb2

from services.launcher.errors import LauncherError
from services.launcher.evaluation.gold import MissingNameError, SourceGold
from services.launcher.evaluation.mutating import mutations
from services.launcher.evaluation.question_set import Question
from services.launcher.evaluation.scoring import RIGHT, GoldOfTurn, Judged, Scored, Verdict, judge

Say = Callable[[str], Awaitable[turn_pb2.Answer]]
"""Says something in a conversation; the answer.

Raises:
    LauncherError: the turn failed.
"""


Progress = Callable[[int, int], None]
"""Told how many questions are done, of how many."""


def _silent(done: int, of: int) -> None:
    """Tells nobody."""


class Company(Protocol):
    """Where questions are asked."""

    async def converse(self, user: str) -> Say:
        """Begins a conversation of a user."""
        ...


async def ask_all(
    company: Company,
    questions: Sequence[Question],
    gold: SourceGold,
    choice: int = 0,
    say: Progress = _silent,
) -> tuple[list[Scored], list[str]]:
    """All turns as judged, in the questions' order, and the ids of the questions whose names the data lacks."""
    scored: list[Scored] = []
    skipped: list[str] = []
    for number, question in enumerate(questions, 1):
        try:
            scored += await _ask(company, question, gold, choice)
        except MissingNameError:
            skipped.append(question.id)
        say(number, len(questions))
    return scored, skipped


async def ask_mutated(
    company: Company,
    questions: Sequence[Question],
    scored: Sequence[Scored],
    gold: SourceGold,
    say: Progress = _silent,
) -> tuple[list[Scored], list[str]]:
    """As `ask_all`, for the mutations of those questions whose turns were all right as scored."""
    wrong = {each.id for each in scored if each.judged.verdict not in RIGHT}
    found: list[Scored] = []
    skipped: list[str] = []
    for choice, mutated in mutations([each for each in questions if each.id not in wrong]):
        turns, missing = await ask_all(company, mutated, gold, choice, say)
        found += turns
        skipped += missing
    return found, skipped


async def _ask(company: Company, question: Question, gold: SourceGold, choice: int) -> list[Scored]:
    asks = [gold.spoken(turn.ask, choice) for turn in question.turns]
    say = await company.converse(question.user)
    scored: list[Scored] = []
    offered: list[str] = []
    for number, (turn, ask) in enumerate(zip(question.turns, asks, strict=True), 1):
        entry = Scored(
            question.id,
            number,
            question.user,
            question.category,
            question.half,
            ask,
            turn.expect[0],
            Judged(Verdict.FAILED),
        )
        try:
            answer = await say(ask)
        except LauncherError as error:
            scored.append(replace(entry, judged=Judged(Verdict.FAILED, error.english)))
            continue
        judged = judge(turn, answer, GoldOfTurn(gold, question.user, offered, choice))
        offered = [
            choice.entity.key or choice.label
            for part in (answer, *answer.further)
            for choice in part.clarification.choices
        ]
        scored.append(
            replace(
                entry,
                judged=judged,
                read=_read(answer),
                total_ms=_ms(answer.usage.total_duration),
                understanding_ms=_ms(answer.usage.understanding_duration),
            )
        )
    return scored


def _read(answer: turn_pb2.Answer) -> str:
    """How the question was understood: its query, else the text."""
    if answer.HasField("query"):
        return MessageToJson(answer.query, indent=None, preserving_proto_field_name=True, ensure_ascii=False)
    return answer.text[:300]


def _ms(duration: Duration) -> float:
    return float(duration.ToTimedelta().total_seconds() * 1000)
