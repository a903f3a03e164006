"""python -m tests.evaluation.leaving_out [FILE] [--half H] [--id ID]… [--every N] [--company other] [--all]

Leaves out each word of the questions that are answered, in turn. A word without which the same query is run was swallowed:
either it says nothing new (left_out.yaml, courtesy), or the answer leaves out what it means. No gold is needed.
FILE: questions instead of the set's, one a line, "user|question".
"""

import argparse
import asyncio
import re
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import yaml
from maru.chat.v1 import turn_pb2

from services.chat.understanding import reading
from services.chat.understanding.meanings import Sign, Span
from services.chat.understanding.morphemes import Analyser, Morpheme
from services.identity.users import read_users
from services.kit import logs
from services.launcher.errors import LauncherError
from services.launcher.evaluation.asking import Company
from services.launcher.evaluation.gold import MissingNameError, SourceGold
from services.launcher.evaluation.over_mesh import claims_of
from services.launcher.evaluation.question_set import HALVES, QuestionSet, read_set
from tests.evaluation import other_company
from tests.evaluation.__main__ import QUESTIONS
from tests.evaluation.company import CompanyFiles, company
from tests.evaluation.in_process import answering

IDLE: Final = frozenset(
    each
    for kind in yaml.safe_load(Path(__file__).with_name("left_out.yaml").read_text(encoding="utf-8")).values()
    for each in kind
)
"""What may say nothing more in a question: stems of words, and meanings that agree with what is said beside them."""

_WORD: Final = re.compile(r"\S+")
Asked = tuple[str, str]
"""User and question."""


@dataclass(frozen=True)
class Swallowed:
    """A word of a question that changes nothing in its query."""

    user: str
    ask: str
    word: str
    claims: tuple[str, ...]
    """What it was taken for: meanings, or the stems of what was ignored."""


async def swallowed(
    asked: Iterable[Asked], questions: QuestionSet, files: CompanyFiles, known: frozenset[str] = IDLE
) -> AsyncIterator[Swallowed]:
    """Every word without which a question is answered by the same query, but for those `known` to say nothing more."""
    analyser = Analyser()
    async with answering(files, questions, read_users(files.users)) as answers:
        with patch.object(reading, "best_covering", _Noting()) as noting:
            for user, ask in asked:
                said = await _queries(answers, user, ask)
                chosen: Sequence[Span] = noting.chosen
                morphemes = analyser.analyse(ask)
                for start, end in _parts(ask, morphemes) if said else ():
                    without = " ".join((ask[:start] + ask[end:]).split())
                    claims = _claims(start, end, ask, chosen, morphemes)
                    if claims and not set(claims) <= known and await _queries(answers, user, without) == said:
                        yield Swallowed(user, ask, ask[start:end], claims)


class _Noting:
    """`best_covering`, remembering what it chose last."""

    chosen: Sequence[Span] = ()
    _choose: Any = staticmethod(reading.best_covering)

    def __call__(self, spans: Iterable[Span]) -> Sequence[Span]:
        self.chosen = self._choose(spans)
        return self.chosen


async def _queries(company: Company, user: str, ask: str) -> str:
    """What was asked of the ERP, and what was assumed; empty if there was no answer."""
    try:
        answer = await (await company.converse(user))(ask)
    except LauncherError:
        return ""
    parts = [part for part in (answer, *answer.further) if part.outcome == turn_pb2.OUTCOME_ANSWERED]
    return "\n".join(f"{part.query}{[*part.assumptions]}" for part in parts if part.HasField("query"))


def _parts(ask: str, morphemes: Sequence[Morpheme]) -> Iterator[tuple[int, int]]:
    """Each word; two and three that end in what describes a noun ("재고 없는")."""
    words = [word.span() for word in _WORD.finditer(ask)]
    yield from words
    describing = {m.end for m in morphemes if m.tag == "ETM"}
    for last, (_, end) in enumerate(words):
        if end in describing:
            yield from ((words[first][0], end) for first in range(max(last - 2, 0), last))


def _claims(
    start: int, end: int, ask: str, chosen: Sequence[Span], morphemes: Sequence[Morpheme]
) -> tuple[str, ...] | None:
    """What is claimed by itself there; None for a part of a longer expression (연체 of 연체 미수금)."""
    claims = [s for s in chosen if s.start < end and start < s.end and s.meaning is not Sign.IGNORED]
    if any(s.start < start or end < s.end for s in claims):
        return None
    stems = {m.stem for m in morphemes if start <= m.start and m.end <= end and not m.is_function}
    if claims:
        stems = {s.meaning.name if isinstance(s.meaning, Sign) else type(s.meaning).__name__ for s in claims}
    return tuple(sorted(stems))


def spoken(questions: QuestionSet, files: CompanyFiles) -> list[Asked]:
    """User and first question of each conversation of the set, as they are typed."""
    gold = SourceGold(f"sqlite:///{files.source}", questions, claims_of(files.users))
    asked: dict[Asked, None] = {}
    for question in questions.questions:
        try:
            asked[question.user, gold.spoken(question.turns[0].ask)] = None
        except MissingNameError:
            continue
    gold.close()
    return list(asked)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation.leaving_out", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--half", choices=HALVES, default="tune")
    parser.add_argument("--id", action="append", default=[])
    parser.add_argument("--every", type=int, default=1, help="each Nth question only")
    parser.add_argument("--company", choices=("demo", "other"), default="demo")
    parser.add_argument("--all", action="store_true", help="those of left_out.yaml too")
    options = parser.parse_args(arguments)
    logs.configure("evaluation", "ERROR")
    elsewhere = options.company == "other"
    questions = (other_company.questions(QUESTIONS) if elsewhere else read_set(QUESTIONS)).only(options.half)
    files = company(questions.today, *((other_company.other, "other") if elsewhere else ()))
    if options.file:
        lines = options.file.read_text(encoding="utf-8").splitlines()
        asked = [(user, ask) for user, _, ask in (line.partition("|") for line in lines) if ask]
    else:
        asked = spoken(questions, files)
    known = frozenset() if options.all else IDLE
    asyncio.run(_show(swallowed(asked[:: options.every], questions, files, known)))
    return 0


async def _show(found: AsyncIterator[Swallowed]) -> None:
    async for each in found:
        sys.stdout.write(f"{each.word}\t{each.ask}\t{', '.join(each.claims)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
