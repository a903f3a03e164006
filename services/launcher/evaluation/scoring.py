"""What became of each turn against its gold, and the figures over many."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from maru.chat.v1 import turn_pb2

from services.launcher.evaluation.comparing import difference, figures, member_difference
from services.launcher.evaluation.gold import Expected, SourceGold
from services.launcher.evaluation.question_set import Expectation, Gold, Turn

_ALL_OFFERED_UP_TO: Final = 5
"""When so few things can be meant, each of them must be among the choices."""


class Verdict(StrEnum):
    """What became of a turn. The first four are right."""

    EXACT = "exact"
    CLARIFIED = "clarified"
    REFUSED = "refused"
    NO_DATA = "no_data"
    CLARIFIED_NEEDLESSLY = "clarified needlessly"
    REFUSED_NEEDLESSLY = "refused needlessly"
    NOT_FOUND = "not found, though there is"
    OTHER_CHOICES = "other choices"
    SILENTLY_WRONG = "silently wrong"
    FAILED = "failed"


RIGHT: Final = frozenset({Verdict.EXACT, Verdict.CLARIFIED, Verdict.REFUSED, Verdict.NO_DATA})
NEEDLESS: Final = frozenset({Verdict.CLARIFIED_NEEDLESSLY, Verdict.REFUSED_NEEDLESSLY, Verdict.NOT_FOUND})

_OUTCOMES: Final = {
    turn_pb2.OUTCOME_ANSWERED: Expectation.ANSWERED,
    turn_pb2.OUTCOME_CLARIFIED: Expectation.CLARIFIED,
    turn_pb2.OUTCOME_REFUSED: Expectation.REFUSED,
    turn_pb2.OUTCOME_NO_DATA: Expectation.NO_DATA,
}


@dataclass(frozen=True)
class Judged:
    """A verdict and, where it is no right one, what differs."""

    verdict: Verdict
    why: str = ""


def judge(turn: Turn, answer: turn_pb2.Answer, gold: "GoldOfTurn") -> Judged:
    """What became of a turn that ended well."""
    outcome, answer = _whole(answer)
    for expectation in turn.expect:
        if judged := _as_expected(expectation, outcome, turn.gold, answer, gold):
            return judged
    first = turn.expect[0]
    match outcome:
        case Expectation.CLARIFIED:
            return Judged(Verdict.CLARIFIED_NEEDLESSLY, _choices(answer))
        case Expectation.REFUSED:
            return Judged(Verdict.REFUSED_NEEDLESSLY, answer.refusal_reason)
        case Expectation.NO_DATA if first is Expectation.ANSWERED and not figures(answer.table):
            return Judged(Verdict.NOT_FOUND, answer.text[:120])
        case Expectation.NO_DATA:
            return Judged(Verdict.SILENTLY_WRONG if first is Expectation.ANSWERED else Verdict.NOT_FOUND,
                          answer.text[:120])  # fmt: skip
        case _:
            return Judged(Verdict.SILENTLY_WRONG, f"answered, not {first}")


def _whole(answer: turn_pb2.Answer) -> tuple[Expectation, turn_pb2.Answer]:
    """The outcome of a message with all its questions, and the answer that has it: a question back before a refusal."""
    parts = {_OUTCOMES[part.outcome]: part for part in (*reversed(answer.further), answer)}
    for outcome in (Expectation.CLARIFIED, Expectation.REFUSED, Expectation.NO_DATA):
        if outcome in parts:
            return outcome, parts[outcome]
    return Expectation.ANSWERED, answer


def _as_expected(
    expectation: Expectation, outcome: Expectation, gold: Gold, answer: turn_pb2.Answer, of: "GoldOfTurn"
) -> Judged | None:
    """The verdict by one expectation; None when the outcome is another one."""
    if expectation is Expectation.ANSWERED:
        nothing = outcome is Expectation.NO_DATA and answer.HasField("table")
        if outcome is not Expectation.ANSWERED and not nothing:
            return None
        why = _answer_difference(gold, answer, of)
        return Judged(Verdict.SILENTLY_WRONG, why) if why else Judged(Verdict.EXACT)
    if outcome is not expectation:
        return None
    if expectation is Expectation.CLARIFIED:
        why = _choice_difference(gold, answer, of)
        return Judged(Verdict.OTHER_CHOICES, why) if why else Judged(Verdict.CLARIFIED)
    if expectation is Expectation.NO_DATA and figures(answer.table) - {Decimal(0)}:
        return Judged(Verdict.SILENTLY_WRONG, "figures where there is no data")
    return Judged(Verdict(expectation.value))


class GoldOfTurn:
    """Runs a turn's gold SQL as its asker; `offered` are the keys that the turn before offered."""

    def __init__(self, source: SourceGold, user: str, offered: Sequence[str], choice: int) -> None:
        self._source, self._user, self._offered, self._choice = source, user, offered, choice

    def rows(self, sql: str) -> Expected:
        return self._source.expected(self._user, sql, self._offered, self._choice)


def _answer_difference(gold: Gold, answer: turn_pb2.Answer, of: GoldOfTurn) -> str:
    parts = [part for part in (answer, *answer.further) if part.HasField("table")]
    if gold.talk:
        unsaid = _unsaid(answer, of.rows(gold.says)) if gold.says else ""
        return "a table where words do" if parts else unsaid
    if gold.parts:
        return _parts_difference(gold, parts, of)
    if len(parts) > 1:
        return "answers more than was asked"
    answer = parts[0] if parts else answer
    for sql in (gold.rows, gold.lines):
        if sql and (why := difference(answer.table, of.rows(sql))):
            return why
    if gold.members and (why := member_difference(answer.table, of.rows(gold.members))):
        return why
    for sql in (gold.record, gold.says):
        if sql and (why := _unsaid(answer, of.rows(sql))):
            return why
    return ""


def _parts_difference(gold: Gold, parts: Sequence[turn_pb2.Answer], of: GoldOfTurn) -> str:
    """Several questions: each has a table of its own, or one row of one table holds them all."""
    wanted = [of.rows(sql) for sql in gold.parts]
    if len(parts) == len(wanted):
        told = [difference(part.table, rows) for part, rows in zip(parts, wanted, strict=True)]
        return "; ".join(why for why in told if why)
    if len(parts) == 1 and all(len(rows.rows) == 1 for rows in wanted):
        columns = tuple(column for rows in wanted for column in rows.columns)
        cells = tuple(cell for rows in wanted for cell in rows.rows[0])
        return difference(parts[0].table, Expected(columns, (cells,), ordered=False))
    return f"{len(parts)} tables for {len(wanted)} questions"


def _unsaid(answer: turn_pb2.Answer, expected: Expected) -> str:
    """A gold value that neither the text nor the table holds."""
    words = " ".join([answer.text, *_texts(answer)])
    numbers = figures(answer.table) | {_plain(n) for n in re.findall(r"-?\d[\d,]*(?:\.\d+)?", words)}
    for cell in (cell for row in expected.rows for cell in row):
        if isinstance(cell, int | float):
            if Decimal(str(cell)) not in numbers:
                return f"{cell} is not said"
        elif cell is not None and str(cell) not in words:
            return f"{cell} is not said"
    return "" if expected.rows else "gold is empty"


def _texts(answer: turn_pb2.Answer) -> Iterable[str]:
    for row in answer.table.rows:
        for value in row.values:
            kind = value.WhichOneof("kind")
            if kind == "entity":
                yield from (value.entity.key, value.entity.display_name)
            elif kind:
                yield str(getattr(value, kind))
    for fact in answer.facts:
        yield from (fact.value, fact.rendered, fact.label, fact.entity.key, fact.entity.display_name)


def _plain(number: str) -> Decimal:
    try:
        return Decimal(number.replace(",", ""))
    except InvalidOperation:
        return Decimal("NaN")


def _choice_difference(gold: Gold, answer: turn_pb2.Answer, of: GoldOfTurn) -> str:
    choices = answer.clarification.choices
    if gold.choices:
        wanted = {str(cell) for row in of.rows(gold.choices).rows for cell in row if cell is not None}
        keys = len(of.rows(gold.choices).rows)
        offered = [{choice.entity.key, choice.entity.display_name, choice.label} for choice in choices]
        if len(choices) < 2 or not all(names & wanted for names in offered):
            return f"offered {_choices(answer)}"
        if keys <= _ALL_OFFERED_UP_TO and len(offered) < keys:
            return f"offered only {_choices(answer)}"
    labels = " ".join(choice.label for choice in choices)
    missing = [word for word in gold.words if not any(each in labels for each in word.split("|"))]
    return f"not offered: {missing}, but {_choices(answer)}" if missing else ""


def _choices(answer: turn_pb2.Answer) -> str:
    back = answer.clarification
    named = ", ".join(choice.label for choice in back.choices) or back.question
    return f"{named} (unused: {', '.join(back.unused_words)})" if back.unused_words else named


# --- over many ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scored:
    """One turn of a set with its verdict. Durations are in milliseconds."""

    id: str
    turn: int
    user: str
    category: str
    half: str
    ask: str
    expect: Expectation
    judged: Judged
    read: str = ""
    total_ms: float = 0.0
    understanding_ms: float = 0.0


@dataclass(frozen=True)
class Bar:
    """A bar of the evaluation: what was reached, and whether that is enough."""

    name: str
    reached: str
    held: bool


def counts(scored: Iterable[Scored]) -> Counter[Verdict]:
    return Counter(each.judged.verdict for each in scored)


def bars(scored: Sequence[Scored]) -> list[Bar]:
    """The bars over all turns given."""

    def part(
        expect: set[Expectation], verdicts: frozenset[Verdict], categories: tuple[str, ...] = ()
    ) -> tuple[int, int]:
        # What is as good as the expected doesn't count for or against it.
        asked = [
            e.judged.verdict
            for e in scored
            if e.expect in expect
            and (not categories or e.category in categories)
            and (e.judged.verdict in verdicts or e.judged.verdict not in RIGHT)
        ]
        return sum(verdict in verdicts for verdict in asked), len(asked)

    answered = {Expectation.ANSWERED}
    exact = part(answered, frozenset({Verdict.EXACT}))
    wrong = sum(each.judged.verdict is Verdict.SILENTLY_WRONG for each in scored)
    back = part({Expectation.CLARIFIED}, frozenset({Verdict.CLARIFIED}))
    refused = part({Expectation.REFUSED}, frozenset({Verdict.REFUSED}), ("write", "forbidden"))
    needless = (sum(e.judged.verdict in NEEDLESS for e in scored if e.expect in answered), exact[1])
    return [
        Bar("exact, of those to be answered (≥ 97 %)", _of(exact), _share(exact) >= Decimal("0.97")),
        Bar("silently wrong (0)", str(wrong), wrong == 0),
        Bar("ambiguous asked back (≥ 95 %)", _of(back), _share(back) >= Decimal("0.95")),
        Bar("writes and forbidden refused (100 %)", _of(refused), refused[0] == refused[1]),
        Bar(
            "needlessly asked back or refused (≤ 2 %)", _of(needless), _share(needless, 0) <= Decimal("0.02")
        ),
    ]


def _share(part: tuple[int, int], empty: int = 1) -> Decimal:
    return Decimal(part[0]) / part[1] if part[1] else Decimal(empty)


def _of(part: tuple[int, int]) -> str:
    return f"{part[0]}/{part[1]} = {100 * _share(part):.1f} %" if part[1] else "–"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which so many percent lie (nearest rank); 0 of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))] if ranked else 0.0
