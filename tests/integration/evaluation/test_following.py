"""A question after another one means what it means alone, or what a whole question with the same slots means."""

import pytest

from services.launcher.evaluation.question_set import read_set
from tests.evaluation.__main__ import QUESTIONS
from tests.evaluation.company import company
from tests.evaluation.following import compare, followings

_COUNT = 50


@pytest.mark.timeout(300)  # makes and loads the demo company, if nobody has
@pytest.mark.parametrize("kind", ["anew", "period", "name", "restrict"])
async def test_nothing_is_kept_or_lost_silently(kind: str):
    questions = read_set(QUESTIONS)
    compared = await compare(followings(questions, kind, _COUNT, seed=1), questions, company(questions.today))
    assert len(compared) > _COUNT / 3
    assert not [each.following for each in compared if each.verdict == "other figures"]
