"""What the intent model may change, as cases, and what it may never."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from services.chat.routing import Router
from services.chat.understanding.analysis import Context
from services.chat.understanding.frame import QueryReading, RecordReading
from services.chat.understanding.reader import Reader
from tests.fakes.company import catalog, resolve
from tests.fakes.intent_model import ScriptedIntents
from tests.unit.chat.readings import TODAY, described

CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "intent" / "routing.yaml").read_text(encoding="utf-8")
)
LABELS = ("data", "documents", "smalltalk", "help", "write", "other", "unsure")


class Counted:
    def __init__(self) -> None:
        self.told: list[tuple[str, bool]] = []

    def intent_told(self, label: str, *, changed: bool) -> None:
        self.told.append((label, changed))


async def routed(reader: Reader, question: str, label: str) -> tuple[Any, Any, ScriptedIntents, Counted]:
    """The reading before and after, the model and what was counted."""
    context = Context(catalog(), TODAY)
    analysis = reader.analyse(question, context)
    found = {
        lookup: [resolve(mention, lookup.kinds) for mention in lookup.mentions] for lookup in analysis.lookups
    }
    reading = reader.read(analysis, found, context)
    model, counted = ScriptedIntents({question: label} if label else {}), Counted()
    after, intent = await Router(model, counted).begin(question, analysis).end(reading)
    assert (intent is None) == (not counted.told or not label)
    return reading, after, model, counted


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['ask']} as {case['label'] or 'away'}")
async def test_a_label_makes_of_a_reading(reader: Reader, case: dict[str, Any]) -> None:
    before, after, model, counted = await routed(reader, case["ask"], case["label"])
    if case["want"] == "stays":
        assert after is before
    else:
        assert described(after) == case["want"]
    if not case.get("asked", True):
        assert not model.asked
        assert not counted.told
    else:
        assert counted.told == [(case["label"] or "away", case["want"] != "stays")]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("question", sorted({case["ask"] for case in CASES}))
async def test_what_was_no_figure_never_becomes_one(reader: Reader, question: str, label: str) -> None:
    before, after, _, _ = await routed(reader, question, label)
    if isinstance(after, QueryReading | RecordReading):
        assert after is before
