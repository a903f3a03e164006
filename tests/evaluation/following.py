"""python -m tests.evaluation.following [anew|period|name|measure|split|restrict]… [--count N] [--seed S]

A question as the second one of a conversation, and alone: the two answers must hold the same. Needs no gold.

`anew`: a whole question after one of something else takes nothing over. The others say a part of a question alone, after a
question that has another such part: "그럼 8월은?" after "10월 매출" is "8월 매출".
"""

import argparse
import asyncio
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from maru.chat.v1 import turn_pb2
from rich.console import Console

from services.identity.users import read_users
from services.kit import logs
from services.launcher.evaluation.gold import MissingNameError, SourceGold
from services.launcher.evaluation.over_mesh import claims_of
from services.launcher.evaluation.question_set import Expectation, Question, QuestionSet, read_set
from services.launcher.turn_record import table_record
from tests.evaluation.__main__ import QUESTIONS
from tests.evaluation.company import CompanyFiles, company
from tests.evaluation.in_process import InProcessCompany, answering
from tests.evaluation.known import known

_ENDS_OPEN: Final = re.compile(r"(?:[은는도]|[은는]요|고)[?!.~ ]*$")
"""매출은?, 얼마고?: what may go on with the question before."""
_LEFT_OUT: Final = re.compile(r"빼|제외|말고|아닌|외")
_POINTS: Final = re.compile(r"그럼|그러면|그 |다시|아까")
_TIMES: Final = (
    ("10월", "8월"), ("9월", "7월"), ("지난달", "8월"), ("3분기", "1분기"), ("2분기", "1분기"), ("올해", "작년"),
    ("지난주", "이번 주"), ("상반기", "작년 하반기"), ("이번 달", "9월"),
)  # fmt: skip
_OTHER_TIMES: Final = re.compile(
    r"지난|전월|전달|전년|작년|올해|금년|분기|반기|이번|오늘|어제|최근|년|월|주|일|까지|부터|~|누계|누적|대비|말|초|순|월별"
)
_NAMES: Final = (("cust", "cust_b"), ("item", "item_b"), ("supp", "supp_b"), ("worker", "worker_b"))
_MEASURES: Final = (
    ("매출", "수주액"),
    ("수주액", "순매출"),
    ("발주액", "매입액"),
    ("재고금액", "재고수량"),
    ("미수금", "연체 미수금"),
)
_SPLITS: Final = ("거래처별로", "품목군별로", "지역별로", "월별로", "공급업체별로")
_RESTRICTIONS: Final = ("{area}", "{group}", "{brand}", "{cgroup}")


@dataclass(frozen=True)
class Following:
    """What is said `then`, after `first`, means what `alone` does."""

    user: str
    first: str
    then: str
    alone: str


def anew(questions: Sequence[Question], choose: random.Random) -> Iterator[Following]:
    """A question of a subject of its own after any other of the same asker."""
    while True:
        one, other = choose.choice(questions), choose.choice(questions)
        ask = other.turns[0].ask
        whole = len(ask.split()) > 1 and not _ENDS_OPEN.search(ask) and not _POINTS.search(ask)
        if one.user == other.user and whole:
            yield Following(one.user, one.turns[0].ask, ask, ask)


def _part(
    change: Callable[[str, random.Random], tuple[str, str] | None],
) -> Callable[[Sequence[Question], random.Random], Iterator[Following]]:
    def found(questions: Sequence[Question], choose: random.Random) -> Iterator[Following]:
        while True:
            question = choose.choice(questions)
            ask = question.turns[0].ask
            if said := change(ask, choose):
                yield Following(question.user, ask, *said)

    return found


def _other_period(ask: str, choose: random.Random) -> tuple[str, str] | None:
    for old, new in _TIMES:
        if len(re.findall(rf"(?<!\d){old}", ask)) == 1 and not _OTHER_TIMES.search(ask.replace(old, "")):
            return f"그럼 {new}은?" if new[-1] in "월달" else f"그럼 {new}는?", ask.replace(old, new)
    return None


def _other_name(ask: str, choose: random.Random) -> tuple[str, str] | None:
    for old, new in _NAMES:
        if not _LEFT_OUT.search(ask) and len(re.findall(rf"{{{old}[}}|:]", ask)) == 1 and ask.count("{") == 1:
            return f"{{{new}|은/는}}?", re.sub(rf"{{{old}(?=[}}|:])", f"{{{new}", ask)
    return None


def _other_measure(ask: str, choose: random.Random) -> tuple[str, str] | None:
    for old, new in _MEASURES:
        said = re.findall(rf"(?:^|(?<=\s)){old}(?=\s|$|[은는이가을를?])", ask)
        if len(said) == 1:
            return f"{new}은?", re.sub(rf"(?:^|(?<=\s)){old}(?=\s|$|[은는이가을를?])", new, ask)
    return None


def _split(ask: str, choose: random.Random) -> tuple[str, str] | None:
    split = choose.choice(_SPLITS)
    return None if "별" in ask else (split, f"{split} {ask}")


def _restricted(ask: str, choose: random.Random) -> tuple[str, str] | None:
    """Before a ranking, the name would be of what is ranked; afterwards it is of what was shown."""
    name = choose.choice(_RESTRICTIONS)
    return (
        None
        if "{" in ask or any(word in ask for word in ("상위", "하위", "순위"))
        else (f"{name}만", f"{name} {ask}")
    )


KINDS: Final[dict[str, Callable[[Sequence[Question], random.Random], Iterator[Following]]]] = {
    "anew": anew,
    "period": _part(_other_period),
    "name": _part(_other_name),
    "measure": _part(_other_measure),
    "split": _part(_split),
    "restrict": _part(_restricted),
}


def followings(questions: QuestionSet, kind: str, count: int, seed: int) -> list[Following]:
    """`count` of them, made of the questions of the half `tune` that are answered rightly."""
    whole = [q for q in questions.only("tune").questions if _is_answered(q)]
    found: dict[Following, None] = {}
    for tries, each in enumerate(KINDS[kind](whole, random.Random(f"{kind} {seed}"))):
        found.setdefault(each)
        if len(found) == count or tries > 20 * count:
            break
    return list(found)


def _is_answered(question: Question) -> bool:
    turn = question.turns[0]
    answered = turn.expect == (Expectation.ANSWERED,) and not turn.gold.talk and not turn.gold.parts
    is_record = turn.gold.record or turn.gold.says
    return len(question.turns) == 1 and answered and not is_record and f"{question.id}/1" not in known()


@dataclass(frozen=True)
class Compared:
    following: Following
    verdict: str
    """same, asked back, or other figures."""
    why: str = ""


async def compare(
    followings: Sequence[Following], questions: QuestionSet, files: CompanyFiles
) -> list[Compared]:
    """Those that have an answer alone, as they compare."""
    gold = SourceGold(f"sqlite:///{files.source}", questions, claims_of(files.users))
    found = []
    try:
        async with answering(files, questions, read_users(files.users)) as asked:
            for each in followings:
                try:
                    said = Following(
                        each.user, *(gold.spoken(t) for t in (each.first, each.then, each.alone))
                    )
                except MissingNameError:
                    continue
                if compared := await _compared(asked, said):
                    found.append(compared)
    finally:
        gold.close()
    return found


async def _compared(asked: InProcessCompany, said: Following) -> Compared | None:
    alone = await (await asked.converse(said.user))(said.alone)
    if alone.outcome != turn_pb2.OUTCOME_ANSWERED or alone.further:
        return None
    say = await asked.converse(said.user)
    first = await say(said.first)
    then = await say(said.then)
    if first.outcome != turn_pb2.OUTCOME_ANSWERED or first.further:
        return None
    if then.outcome != turn_pb2.OUTCOME_ANSWERED:
        return Compared(said, "asked back", then.text[:100])
    same = _held(then) == _held(alone) and not then.further
    return Compared(said, "same") if same else Compared(said, "other figures", f"{then.query}")


def _held(answer: turn_pb2.Answer) -> list[Any]:
    """The rows of an answer, in whatever order."""
    table = table_record(answer.table)
    return sorted(
        str(sorted(map(str, row.values() if isinstance(row, dict) else row))) for row in table["rows"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation.following", description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*KINDS, []], default=list(KINDS))
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logs.configure("evaluation", "ERROR")
    questions = read_set(QUESTIONS)
    files = company(questions.today)
    out = Console(width=200 if not sys.stdout.isatty() else None, highlight=False, markup=False)
    for kind in options.kinds or list(KINDS):
        made = followings(questions, kind, options.count, options.seed)
        compared = asyncio.run(compare(made, questions, files))
        for each in compared:
            if each.verdict != "same":
                said = each.following
                out.print(
                    f"{each.verdict}: {said.user}: {said.first} | {said.then}  ≠  {said.alone}\n    {each.why}"
                )
        out.print(kind, dict(Counter(each.verdict for each in compared)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
