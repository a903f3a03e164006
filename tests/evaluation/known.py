"""What Maru is known to miss, of the questions that every test run asks: a list that may only shrink."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from services.launcher.evaluation.question_set import QuestionSet
from services.launcher.evaluation.scoring import RIGHT, Scored

FILE = Path(__file__).with_name("known_misses.txt")
HEAD = "# Turns (question/turn) not answered rightly yet. Take out what is mended: python -m tests.evaluation --shrink\n"


def guarded(questions: QuestionSet, every: int = 2) -> QuestionSet:
    """What every test run asks: each `every`th question of the half to tune on, by its id, with all its phrasings.

    The other half stays unseen, so that it can tell.
    """
    kept = [
        each for each in questions.only("tune").questions if _number(each.id.partition("~")[0]) % every == 0
    ]
    return QuestionSet(questions.today, questions.tables, questions.names, kept)


def _number(identifier: str) -> int:
    return hashlib.sha256(identifier.encode()).digest()[1]


def misses(scored: Iterable[Scored]) -> set[str]:
    """The turns that were not right."""
    return {f"{each.id}/{each.turn}" for each in scored if each.judged.verdict not in RIGHT}


def known() -> set[str]:
    """The turns of the list."""
    return {
        line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    }


def keep(turns: Iterable[str]) -> None:
    """Writes the list."""
    FILE.write_text(HEAD + "".join(f"{turn}\n" for turn in sorted(turns)), encoding="utf-8")
