"""Which questions documents are looked into for, and how a question of figures and rules falls apart."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.chat.asking import cuts, may_stand_in_documents, wanted
from services.chat.routing import Router
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import AboutDocuments
from services.chat.understanding.reader import Reader
from tests.fakes.company import catalog, resolve
from tests.fakes.intent_model import ScriptedIntents
from tests.unit.chat.readings import TODAY
from tests.unit.chat.test_routing import Counted

CASES = Path(__file__).parents[2] / "cases" / "documents"
ASKING = yaml.safe_load((CASES / "asking.yaml").read_text(encoding="utf-8"))
CUTS = yaml.safe_load((CASES / "cuts.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", ASKING, ids=lambda case: f"{case['ask']} as {case['label'] or 'away'}")
async def test_documents_are_looked_into(reader: Reader, case: dict[str, Any]) -> None:
    context = Context(catalog(), TODAY)
    analysis = reader.analyse(case["ask"], context)
    found = {
        lookup: [resolve(mention, lookup.kinds) for mention in lookup.mentions] for lookup in analysis.lookups
    }
    before = reader.read(analysis, found, context)
    model = ScriptedIntents({case["ask"]: case["label"]} if case["label"] else {})
    routed, intent = await Router(model, Counted()).begin(case["ask"], analysis).end(before)
    looks = may_stand_in_documents(before, routed, intent, analysis)
    got = "documents" if isinstance(routed, AboutDocuments) else "look" if looks else "no"
    assert got == case["want"]


@pytest.mark.parametrize("case", CUTS, ids=lambda case: case["ask"])
def test_a_question_of_figures_and_a_rule_falls_apart(reader: Reader, case: dict[str, Any]) -> None:
    found = cuts(reader.analyse(case["ask"], Context(catalog(), TODAY)))
    assert [*((found[0].figures, found[0].rules) if found else ())] == case["want"]


def test_what_is_looked_for_is_what_the_words_name(reader: Reader) -> None:
    question = "국내 출장 숙박비는 얼마까지 되나요?"
    found = wanted(question, reader.analyse(question, Context(catalog(), TODAY)))
    assert found.figure
    assert not found.procedure
    assert {"국내", "출장", "숙박비"} <= set(found.stems)
    assert not {"얼마", "되"} & set(found.stems)
