"""Where one message holds several questions, and what replies to a question back pick."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.chat.semantic import Catalog
from services.chat.understanding.analysis import Context
from services.chat.understanding.reader import Reader
from tests.fakes.company import catalog as company_catalog
from tests.unit.chat.readings import TODAY

CASES = yaml.safe_load((Path(__file__).parents[2] / "cases/conversations/messages.yaml").read_text("utf-8"))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return company_catalog()


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["message"]))
def test_a_message_holds_these_questions(reader: Reader, catalog: Catalog, case: dict[str, Any]) -> None:
    questions = reader.questions(case["message"], Context(catalog, TODAY))
    assert list(questions) == case["questions"]
