"""Half of the half `tune` of tests/cases/questions, asked in this process: what was right once stays right.

Another company is asked fewer of them.
"""

import pytest

from services.launcher.evaluation.question_set import read_set
from services.launcher.evaluation.scoring import RIGHT, Scored
from tests.evaluation import other_company
from tests.evaluation.__main__ import QUESTIONS, evaluate
from tests.evaluation.company import company
from tests.evaluation.known import guarded, known, misses


@pytest.mark.timeout(300)  # makes and loads the demo company, if nobody has
async def test_what_was_answered_rightly_still_is():
    questions = guarded(read_set(QUESTIONS))
    scored, skipped = await evaluate(questions, company(questions.today))
    assert not skipped, "the demo company has every name"
    assert not _new_misses(scored)
    if mended := known() - misses(scored):
        print(f"mended, take them out with python -m tests.evaluation --shrink: {sorted(mended)}")  # noqa: T201


@pytest.mark.timeout(300)
async def test_another_company_is_answered_as_well():
    questions = guarded(other_company.questions(QUESTIONS), every=16)
    scored, _ = await evaluate(questions, company(questions.today, other_company.other, "other"))
    assert not _new_misses(scored)


def _new_misses(scored: list[Scored]) -> list[str]:
    return [
        f"{each.id}/{each.turn} {each.ask}: {each.judged.verdict} {each.judged.why}"
        for each in scored
        if each.judged.verdict not in RIGHT and f"{each.id}/{each.turn}" not in known()
    ]


@pytest.mark.timeout(300)  # loads the demo company twice, if nobody has
async def test_another_erps_tables_answer_alike():
    questions = read_set(QUESTIONS).only("tune", ["part"])
    other = company(questions.today, shape="korean_package")
    first, second = [
        {(each.id, each.turn): each.judged.verdict for each in scored}
        for scored, _ in (
            await evaluate(questions, company(questions.today)),
            await evaluate(questions, other, company(questions.today)),
        )
    ]
    assert len(first) > 20
    assert first == second
