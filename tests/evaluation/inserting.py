"""python -m tests.evaluation.inserting [restricting|harmless] [--count N] [--seed S]

Puts one word more into questions that are answered rightly. A word that restricts (inserted.yaml) is used, asked about or
refused: an answer as if it weren't there is silently wrong. A word of courtesy changes nothing.
"""

import argparse
import asyncio
import random
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from rich.console import Console

from services.kit import logs
from services.launcher.evaluation import report
from services.launcher.evaluation.question_set import Expectation, Gold, Question, QuestionSet, read_set
from tests.evaluation.__main__ import QUESTIONS, evaluate
from tests.evaluation.company import REPOSITORY, CompanyFiles, company
from tests.evaluation.known import known

_WORDS: Final = yaml.safe_load(Path(__file__).with_name("inserted.yaml").read_text(encoding="utf-8"))
_CATALOG: Final = REPOSITORY / "services" / "erp" / "catalog"
_ENDED: Final = re.compile(r"(?:[?!.~]|줘|세요|니다|까요?|나요?|어요?|야|죠|지|요|봐|해|데)$")
_CLOSED: Final = re.compile(r"(?:\}|월|분기|년|올해|지난주|지난달|어제|오늘|에|별로|[이은/는가을를]+\}?)$")
"""How words end behind which a word can stand that belongs to the verb."""
_TIED: Final = re.compile(
    r"\d|말|기준|대비|상반기|하반기|동월|동기|같은|제일|가장|많이|돈|평균|제외|한(?:$| )"
)
KINDS: Final = ("restricting", "harmless")
_NOT_ANSWERED: Final = (Expectation.CLARIFIED, Expectation.REFUSED, Expectation.NO_DATA)


def inserted(questions: QuestionSet, files: CompanyFiles, kind: str, count: int, seed: int) -> QuestionSet:
    """`count` of the questions of the half `tune` that are answered rightly, each with a word more.

    Which of them hangs on their ids alone, so that the sample stays when one of them is changed.
    """
    named = _names(files)
    made: list[Question] = []
    whole = [each for each in questions.only("tune").questions if _is_whole(each)]
    for question in sorted(whole, key=lambda each: random.Random(f"{kind} {seed} {each.id}").random()):
        turn = question.turns[0]
        variants = list(_restricted(turn.ask, named) if kind == "restricting" else _padded(turn.ask))
        if not variants or (kind == "restricting" and (turn.gold.record or turn.gold.says)):
            continue  # a document is one, whatever is said of it
        ask = random.Random(f"{kind} {seed} {question.id} word").choice(variants)
        turn = (
            replace(turn, ask=ask, expect=_NOT_ANSWERED, gold=Gold())
            if kind == "restricting"
            else replace(turn, ask=ask)
        )
        made.append(replace(question, id=f"{question.id}+1", turns=(turn,), category=kind))
        if len(made) == count:
            break
    return replace(questions, questions=made)


def _is_whole(question: Question) -> bool:
    turn = question.turns[0]
    answered = turn.expect == (Expectation.ANSWERED,) and not turn.gold.talk and not turn.gold.parts
    return len(question.turns) == 1 and answered and f"{question.id}/1" not in known()


def _restricted(ask: str, named: str) -> Iterator[str]:
    """With a word that restricts, and is no part of a name here, right before a noun of business or a name."""
    words = ask.split()
    for place, word in enumerate(words):
        if word.startswith(("{", *_business())):
            for each in (w for kind in _WORDS["restricting"].values() for w in kind if w not in named):
                yield " ".join((*words[:place], each, *words[place:]))


def _padded(ask: str) -> Iterator[str]:
    """With a word of courtesy before it, in it, or behind it."""
    words = ask.split()
    yield from (f"{opening} {ask}" for opening in _WORDS["harmless"]["opening"])
    for place, word in enumerate(words):
        if _CLOSED.search(word) and place + 1 < len(words) and not _TIED.match(words[place + 1]):
            for each in _WORDS["harmless"]["middle"]:
                yield " ".join((*words[: place + 1], each, *words[place + 1 :]))
    if "?" not in ask and not _ENDED.search(ask):
        yield from (f"{ask} {closing}" for closing in _WORDS["harmless"]["closing"])


def _names(files: CompanyFiles) -> str:
    """Every name in the company's local model, one behind the other."""
    with closing(sqlite3.connect(files.model)) as model:
        tables = [row[0] for row in model.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        named = [
            f'SELECT "{column[1]}" FROM "{table}"'  # noqa: S608
            for table in tables
            for column in model.execute(f'PRAGMA table_info("{table}")')
            if column[1] in ("name", "code", "brand") or "alias" in column[1]
        ]
        return " ".join(str(row[0]) for query in named for row in model.execute(query))


@cache
def _business() -> tuple[str, ...]:
    """How the measures and dimensions of the catalog begin."""
    names: set[str] = set()
    for path in _CATALOG.glob("*.yaml"):
        described: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        for part in ("metrics", "dimensions"):
            for key, each in described.get(part, {}).items():
                if key not in ("date", "currency", "status"):
                    names.update((each["name"], *each.get("synonyms", ())))
    return tuple(sorted({name.split()[0] for name in names if len(name.split()[0]) > 1}))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation.inserting", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    logs.configure("evaluation", "ERROR")
    questions = read_set(QUESTIONS)
    files = company(questions.today)
    changed = inserted(questions, files, options.kind, options.count, options.seed)
    scored, skipped = asyncio.run(evaluate(changed, files))
    report.show(scored, skipped, Console(width=200 if not sys.stdout.isatty() else None))
    if options.out:
        report.write(scored, skipped, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
