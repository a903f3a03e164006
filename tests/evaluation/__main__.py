"""python -m tests.evaluation [--half tune|report] [--category C]… [--id ID]… [--out FILE] [--mutate] [--renamed]

Asks the questions of tests/cases/questions in this process, without a mesh: seconds instead of minutes.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from services.kit import logs
from services.launcher.evaluation import report
from services.launcher.evaluation.asking import ask_all
from services.launcher.evaluation.gold import SourceGold
from services.launcher.evaluation.mutating import mutations
from services.launcher.evaluation.question_set import HALVES, QuestionSet, read_set
from services.launcher.evaluation.scoring import RIGHT, Scored
from services.launcher.users_file import read_users
from tests.evaluation.company import REPOSITORY, CompanyFiles, company
from tests.evaluation.in_process import USERS, answering
from tests.evaluation.known import guarded, keep, known, misses
from tests.evaluation.renaming import rename

QUESTIONS = REPOSITORY / "tests" / "cases" / "questions"


def claims() -> dict[str, dict[str, Sequence[str]]]:
    """What the demo's users may see; their roles are one of the claims."""
    return {user.username: {**user.claims, "role": user.roles} for user in read_users(USERS)}


async def evaluate(
    questions: QuestionSet, files: CompanyFiles, choice: int = 0
) -> tuple[list[Scored], list[str]]:
    """All turns as judged, and the ids of the questions whose names the company lacks."""
    gold = SourceGold(f"sqlite:///{files.source}", questions, claims())
    scored: list[Scored] = []
    skipped: list[str] = []
    try:
        async with answering(files, questions) as asked:
            index = 0
            async for turns in ask_all(asked, questions.questions, gold, choice):
                scored += turns
                if not turns:
                    skipped.append(questions.questions[index].id)
                index += 1
                if sys.stderr.isatty() and index % 20 == 0:
                    sys.stderr.write(f"\r{index}/{len(questions.questions)} ")
    finally:
        gold.close()
    return scored, skipped


async def _evaluate_mutated(
    questions: QuestionSet, files: CompanyFiles, scored: list[Scored]
) -> tuple[list[Scored], list[str]]:
    """The mutations of the questions whose turns were all right."""
    wrong = {each.id for each in scored if each.judged.verdict not in RIGHT}
    right = [each for each in questions.questions if each.id not in wrong]
    found: list[Scored] = []
    skipped: list[str] = []
    for _, choice, mutated in mutations(right):
        turns, missing = await evaluate(replace(questions, questions=mutated), files, choice)
        found += turns
        skipped += missing
    return found, skipped


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.evaluation", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="")
    parser.add_argument("--category", action="append", default=[])
    parser.add_argument("--id", action="append", default=[])
    parser.add_argument("--out", type=Path)
    parser.add_argument(
        "--mutate", action="store_true", help="mutations of what is answered rightly, instead of it"
    )
    parser.add_argument(
        "--renamed", action="store_true", help="every customer, item and person called otherwise"
    )
    parser.add_argument("--shrink", action="store_true", help="take what is mended out of known_misses.txt")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    options = parser.parse_args()
    logs.configure("evaluation", "ERROR")
    questions = read_set(options.questions).only(options.half, options.category)
    if options.shrink:
        questions = guarded(questions)
    if options.id:
        wanted = tuple(options.id)
        kept = [each for each in questions.questions if each.id.startswith(wanted)]
        questions = QuestionSet(questions.today, questions.tables, questions.names, kept)
    began = time.monotonic()
    files = company(questions.today, rename, "renamed") if options.renamed else company(questions.today)
    scored, skipped = asyncio.run(evaluate(questions, files))
    if options.mutate:
        scored, skipped = asyncio.run(_evaluate_mutated(questions, files, scored))
    out = Console(width=200 if not sys.stdout.isatty() else None)
    report.show(scored, skipped, out)
    out.print(f"{len(scored)} turns, {time.monotonic() - began:.1f} s", highlight=False)
    if options.shrink:
        keep(known() & misses(scored))
    if options.out:
        report.write(scored, skipped, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
