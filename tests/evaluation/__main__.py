"""python -m tests.evaluation [--half tune|report] [--category C]… [--id ID]… [--out FILE] [--mutate] [--renamed] [--shape S]
    [--company other]

Asks the questions of tests/cases/questions in this process, without a mesh: seconds instead of minutes.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

from rich.console import Console

from services.identity.users import read_users
from services.kit import logs
from services.launcher.evaluation import report
from services.launcher.evaluation.asking import ask_all, ask_mutated
from services.launcher.evaluation.gold import SourceGold
from services.launcher.evaluation.over_mesh import claims_of
from services.launcher.evaluation.question_set import HALVES, QuestionSet, read_set
from services.launcher.evaluation.scoring import Scored
from tests.evaluation import other_company
from tests.evaluation.company import REPOSITORY, CompanyFiles, company
from tests.evaluation.in_process import answering
from tests.evaluation.known import guarded, keep, known, misses
from tests.evaluation.renaming import rename
from tests.evaluation.translating import TranslatedCompany, translated

QUESTIONS = REPOSITORY / "tests" / "cases" / "questions"


async def evaluate(
    questions: QuestionSet,
    files: CompanyFiles,
    first: CompanyFiles | None = None,
    *,
    mutate: bool = False,
) -> tuple[list[Scored], list[str]]:
    """All turns as judged (with `mutate`: mutations of what is right), and the ids of what the company lacks names for.

    `first`: the same company in the ERP whose keys users and questions hold, where `files` is another ERP's.
    """
    who = (first or files).users
    gold = SourceGold(f"sqlite:///{files.source}", questions, claims_of(who))
    try:
        users = read_users(who)
        known = translated(users, first.model, files.model) if first else users
        async with answering(files, questions, known) as answers:
            asked = TranslatedCompany(answers, files.model, first.model) if first else answers
            scored, skipped = await ask_all(asked, questions.questions, gold, say=_progress)
            if mutate:
                scored, skipped = await ask_mutated(asked, questions.questions, scored, gold, say=_progress)
    finally:
        gold.close()
    return scored, skipped


def _progress(done: int, of: int) -> None:
    if sys.stderr.isatty() and (done % 20 == 0 or done == of):
        sys.stderr.write(f"\r{done}/{of} ")


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
    parser.add_argument(
        "--shape", choices=("erpnext", "korean_package"), default="erpnext", help="the ERP it is loaded from"
    )
    parser.add_argument(
        "--company",
        choices=("demo", "other"),
        default="demo",
        help="other: names, trees and gaps unlike the demo's",
    )
    parser.add_argument("--shrink", action="store_true", help="take what is mended out of known_misses.txt")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    options = parser.parse_args()
    logs.configure("evaluation", "ERROR")
    elsewhere = options.company == "other"
    asked = other_company.questions(options.questions) if elsewhere else read_set(options.questions)
    questions = asked.only(options.half, options.category)
    if options.shrink:
        questions = guarded(questions)
    if options.id:
        wanted = tuple(options.id)
        kept = [each for each in questions.questions if each.id.startswith(wanted)]
        questions = QuestionSet(questions.today, questions.tables, questions.names, kept)
    began = time.monotonic()
    change = other_company.other if elsewhere else rename if options.renamed else None
    name = change.__name__ if change else "demo"
    files = company(questions.today, change, name, options.shape)
    first = company(questions.today, change, name) if options.shape != "erpnext" else None
    scored, skipped = asyncio.run(evaluate(questions, files, first, mutate=options.mutate))
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
