"""No word of a question is taken without effect: left out, it changes the query, or it is known to say nothing more."""

import pytest

from services.launcher.evaluation.question_set import read_set
from tests.evaluation.__main__ import QUESTIONS
from tests.evaluation.company import company
from tests.evaluation.leaving_out import spoken, swallowed

_EVERY = 24


@pytest.mark.timeout(300)  # makes and loads the demo company, if nobody has
async def test_no_word_is_swallowed():
    questions = read_set(QUESTIONS).only("tune")
    files = company(questions.today)
    asked = spoken(questions, files)[::_EVERY]
    assert len(asked) > 25
    found = [each async for each in swallowed(asked, questions, files)]
    assert not [(each.word, each.ask, each.claims) for each in found]


async def test_a_swallowed_word_is_found():
    questions = read_set(QUESTIONS).only("tune")
    asked = [("jung.exec", "10월 매출 제일 큰 거래처")]
    found = [each async for each in swallowed(asked, questions, company(questions.today), frozenset())]
    assert ("큰", ("SizeWord",)) in [(each.word, each.claims) for each in found]
