"""A word more in questions answered rightly: none that restricts is left out, none of courtesy stands in the way."""

import pytest

from services.launcher.evaluation.question_set import read_set
from services.launcher.evaluation.scoring import RIGHT, Verdict
from tests.evaluation.__main__ import QUESTIONS, evaluate
from tests.evaluation.company import company
from tests.evaluation.inserting import inserted

_COUNT = 120


@pytest.mark.timeout(300)  # makes and loads the demo company, if nobody has
async def test_no_word_that_restricts_is_left_out():
    questions = read_set(QUESTIONS)
    files = company(questions.today)
    scored, _ = await evaluate(inserted(questions, files, "restricting", _COUNT, seed=1), files)
    assert not [each.ask for each in scored if each.judged.verdict not in RIGHT]


@pytest.mark.timeout(300)
async def test_courtesy_changes_nothing():
    questions = read_set(QUESTIONS)
    files = company(questions.today)
    scored, _ = await evaluate(inserted(questions, files, "harmless", _COUNT, seed=1), files)
    missed = [each for each in scored if each.judged.verdict not in RIGHT]
    assert not [each.ask for each in missed if each.judged.verdict is Verdict.SILENTLY_WRONG]
    assert len(missed) <= _COUNT * 0.04, [f"{each.ask}: {each.judged.why}" for each in missed]
