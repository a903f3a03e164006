"""A desk for each test."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.answer_composer import AnswerComposer
from services.chat.answering import Answering
from services.chat.data_answers import DataAnswers
from services.chat.disclosing import Disclosure
from services.chat.document_answers import DocumentAnswers
from services.chat.model_gate import ModelGate
from services.chat.routing import Router
from services.chat.telling import Teller
from services.chat.turns import Turns
from services.chat.understanding.reader import Reader
from services.kit.metrics import Metrics
from services.kit.testing import FakeClock
from tests.fakes.company import FakeErpData
from tests.fakes.documents import FakeDocuments
from tests.fakes.intent_model import ScriptedIntents
from tests.fakes.language_model import ScriptedModel
from tests.unit.chat.turns.desk import (
    OTHER_WAY,
    OWNER,
    Counted,
    Desk,
)


@pytest.fixture
def patience() -> float:
    """How long the model is waited for, in seconds: longer than any machine takes, where it isn't the test's matter."""
    return 30.0


@pytest.fixture
async def desk(tmp_path: Path, reader: Reader, patience: float) -> AsyncIterator[Desk]:
    model, erp, counted, clock = ScriptedModel(OTHER_WAY), FakeErpData(), Counted(), FakeClock()
    intents, documents = ScriptedIntents(), FakeDocuments()
    with ThreadPoolExecutor(max_workers=1) as executor:
        async with sql_conversations(f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite", Metrics()) as store:
            teller = Teller(model, ModelGate(2, 2, 0.2), counted, patience, patience)
            composer = AnswerComposer(teller, "llm")
            data = DataAnswers(erp, composer, clock, stale_after=timedelta(hours=24))
            quoting = DocumentAnswers(documents, composer, clock)
            answering = Answering(reader, executor, erp, data, quoting, Router(intents, counted), clock)
            turns = Turns(
                store,
                answering,
                Disclosure(documents),
                clock,
                counted,
                max_running=8,
                heartbeat_seconds=0.05,
                retry_seconds=0.01,
            )
            made = await store.create(OWNER, "", "c1", "d", clock.now())
            yield Desk(turns, store, model, intents, erp, documents, counted, clock, made.id)
            await turns.close(1)
    assert model.active == 0
    assert turns.running == 0
    left = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
    assert not [task for task in left if "turns" in repr(task.get_coro())]
