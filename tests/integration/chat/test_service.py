"""The chat service behind its real server: its wire, its owners, streams that are watched, left and stopped."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1 import turn_pb2
from maru.chat.v1.chat_service_pb2_grpc import ChatServiceStub, add_ChatServiceServicer_to_server
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.app import chat
from services.chat.settings import Settings
from services.chat.understanding.morphemes import Analyser
from services.kit.health import Dependency
from services.kit.server import App, Chassis, Mounted
from services.kit.testing import LOOPBACK, Served, served
from tests.fakes.company import FakeErpData
from tests.fakes.documents import FakeDocuments
from tests.fakes.intent_model import ScriptedIntents
from tests.fakes.language_model import ScriptedModel

TOLD = "2026년 10월 매출은 1,000,000원입니다."


@dataclass
class Service:
    """The service under test and what stands around it."""

    stub: Any
    server: Served
    erp: FakeErpData
    model: ScriptedModel
    url: str

    def as_user(self, name: str = "kim") -> dict[str, Any]:
        return {"metadata": self.server.issuer.metadata(name)}

    async def conversation(self, user: str = "kim", request_id: str = "c") -> str:
        made = await self.stub.CreateConversation(
            pb.CreateConversationRequest(request_id=request_id), **self.as_user(user)
        )
        return str(made.conversation.name)

    async def ask(self, parent: str, question: str, request_id: str = "q", user: str = "kim") -> list[Any]:
        call = self.stub.Ask(
            pb.AskRequest(parent=parent, question=question, request_id=request_id), **self.as_user(user)
        )
        return [response.event async for response in call]


@asynccontextmanager
async def running(
    url: str, erp: FakeErpData, model: ScriptedModel, analyser: Analyser
) -> AsyncIterator[Service]:
    @asynccontextmanager
    async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
        async with (
            sql_conversations(url, chassis.metrics) as store,
            chat(
                settings, chassis, store, erp, FakeDocuments(), model, ScriptedIntents(), analyser
            ) as servicer,
        ):
            yield App(
                [Mounted(add_ChatServiceServicer_to_server, servicer)],
                [Dependency("conversations", store.probe)],
            )

    settings = Settings(**LOOPBACK, today="2026-11-20", stale_after_hours=1e6, model_first_text_seconds=20)  # type: ignore[arg-type]
    async with served(settings, app) as server:
        yield Service(ChatServiceStub(server.channel), server, erp, model, url)


@pytest.fixture
async def service(tmp_path: Path, analyser: Analyser) -> AsyncIterator[Service]:
    async with running(
        f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite", FakeErpData(), ScriptedModel(TOLD), analyser
    ) as found:
        yield found


def reason_of(error: grpc.aio.AioRpcError) -> str:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:  # type: ignore[arg-type]
                info = error_details_pb2.ErrorInfo()
                if detail.Unpack(info):
                    return str(info.reason)
    return ""


async def refused(call: Any) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await (_drained(call) if hasattr(call, "__aiter__") else call)
    return failure.value.code(), reason_of(failure.value)


async def _drained(call: Any) -> None:
    async for _ in call:
        pass


async def test_a_question_is_answered_over_the_wire(service: Service) -> None:
    parent = await service.conversation()
    events = await service.ask(parent, "지난달 매출은?")
    kinds = [event.WhichOneof("event") for event in events if event.WhichOneof("event") != "heartbeat"]
    assert kinds[0] == "started"
    assert kinds[-1] == "completed"
    assert kinds.index("result") < kinds.index("text_delta")
    turn = events[-1].completed.turn
    assert turn.answer.text == TOLD
    assert turn.answer.composer == turn_pb2.COMPOSER_MODEL
    assert turn.answer.table.rows[0].values[0].decimal == "1000000"
    assert turn.answer.query.range.start_date == "2026-10-01"
    assert turn.answer.usage.HasField("time_to_table")
    got = await service.stub.GetTurn(pb.GetTurnRequest(name=turn.name), **service.as_user())
    assert got.turn == turn
    listed = await service.stub.ListTurns(pb.ListTurnsRequest(parent=parent), **service.as_user())
    assert list(listed.turns) == [turn]
    named = await service.stub.GetConversation(pb.GetConversationRequest(name=parent), **service.as_user())
    assert (named.conversation.title, named.conversation.turn_count) == ("지난달 매출은?", 1)


async def test_anothers_conversation_does_not_exist(service: Service) -> None:
    parent = await service.conversation()
    turn = (await service.ask(parent, "지난달 매출은?"))[-1].completed.turn
    lee = service.as_user("lee")
    stub = service.stub
    not_there = (grpc.StatusCode.NOT_FOUND, "CONVERSATION_NOT_FOUND")
    no_turn = (grpc.StatusCode.NOT_FOUND, "TURN_NOT_FOUND")
    assert await refused(stub.GetConversation(pb.GetConversationRequest(name=parent), **lee)) == not_there
    assert await refused(stub.ListTurns(pb.ListTurnsRequest(parent=parent), **lee)) == not_there
    assert (
        await refused(stub.Ask(pb.AskRequest(parent=parent, question="매출", request_id="x"), **lee))
        == not_there
    )
    assert (
        await refused(
            stub.DeleteConversation(pb.DeleteConversationRequest(name=parent, request_id="x"), **lee)
        )
        == not_there
    )
    rename = pb.UpdateConversationRequest(conversation={"name": parent, "title": "내 것"}, request_id="y")
    assert await refused(stub.UpdateConversation(rename, **lee)) == not_there
    assert await refused(stub.GetTurn(pb.GetTurnRequest(name=turn.name), **lee)) == no_turn
    assert await refused(stub.WatchTurn(pb.WatchTurnRequest(name=turn.name), **lee)) == no_turn
    assert await refused(stub.CancelTurn(pb.CancelTurnRequest(name=turn.name), **lee)) == no_turn
    rate = pb.RateTurnRequest(name=turn.name, rating={"thumb": "THUMB_UP"})
    assert await refused(stub.RateTurn(rate, **lee)) == no_turn
    listed = await stub.ListConversations(pb.ListConversationsRequest(), **lee)
    assert not listed.conversations


async def test_conversations_are_named_renamed_listed_and_deleted(service: Service) -> None:
    stub, kim = service.stub, service.as_user()
    first = await service.conversation(request_id="1")
    assert await service.conversation(request_id="1") == first
    for n in range(2, 5):
        await service.conversation(request_id=str(n))
    page = await stub.ListConversations(pb.ListConversationsRequest(page_size=3), **kim)
    rest = await stub.ListConversations(
        pb.ListConversationsRequest(page_size=3, page_token=page.next_page_token), **kim
    )
    assert len({c.name for c in [*page.conversations, *rest.conversations]}) == 4
    bad = pb.ListConversationsRequest(page_token="bm90IG91cnM")
    assert await refused(stub.ListConversations(bad, **kim)) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "PAGE_TOKEN_INVALID",
    )
    got = (await stub.GetConversation(pb.GetConversationRequest(name=first), **kim)).conversation
    rename = pb.UpdateConversationRequest(
        conversation={"name": first, "title": "시월 매출", "etag": got.etag},
        update_mask={"paths": ["title"]},
        request_id="r",
    )
    renamed = (await stub.UpdateConversation(rename, **kim)).conversation
    assert renamed.title == "시월 매출"
    assert renamed.etag != got.etag
    rename.request_id = "r2"
    assert await refused(stub.UpdateConversation(rename, **kim)) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    rename.update_mask.paths[:] = ["create_time"]
    assert (await refused(stub.UpdateConversation(rename, **kim)))[1] == "UPDATE_MASK_INVALID"
    for _ in range(2):
        await stub.DeleteConversation(pb.DeleteConversationRequest(name=first, request_id="d"), **kim)
    assert (await refused(stub.GetConversation(pb.GetConversationRequest(name=first), **kim)))[
        0
    ] == grpc.StatusCode.NOT_FOUND


async def test_an_answer_is_rated_and_the_rating_taken_back(service: Service) -> None:
    parent = await service.conversation()
    turn = (await service.ask(parent, "지난달 매출은?"))[-1].completed.turn
    rate = pb.RateTurnRequest(
        name=turn.name, rating={"thumb": "THUMB_DOWN", "reason": "REASON_WORDING", "comment": "길어요"}
    )
    rated = (await service.stub.RateTurn(rate, **service.as_user())).turn
    assert rated.rating.comment == "길어요"
    back = await service.stub.RateTurn(pb.RateTurnRequest(name=turn.name, rating={}), **service.as_user())
    assert not back.turn.HasField("rating")


async def test_a_client_that_leaves_frees_the_model_and_resumes_later(service: Service) -> None:
    service.model.hold = asyncio.Event()
    parent = await service.conversation()
    call = service.stub.Ask(
        pb.AskRequest(parent=parent, question="지난달 매출은?", request_id="q"), **service.as_user()
    )
    seen = []
    async for response in call:
        seen.append(response.event)
        if response.event.WhichOneof("event") == "text_delta":
            break
    left = time.perf_counter()
    call.cancel()
    await service.model.freed.wait()
    assert time.perf_counter() - left < 0.2
    watch = pb.WatchTurnRequest(name=seen[0].started.turn, after_sequence=seen[-1].sequence)
    rest = [r.event async for r in service.stub.WatchTurn(watch, **service.as_user())]
    assert rest[0].sequence == seen[-1].sequence + 1
    answer = rest[-1].completed.turn.answer
    assert answer.composer == turn_pb2.COMPOSER_MODEL_THEN_NARRATOR
    assert answer.text.endswith("니다.")
    said = "".join(e.text_delta.text for e in [*seen, *rest])
    assert said == answer.text


async def test_a_deadline_frees_the_model_too(service: Service) -> None:
    parent = await service.conversation()
    await service.ask(parent, "지난달 매출은?", "before")  # the first question takes longer
    service.model.hold = asyncio.Event()
    request = pb.AskRequest(parent=parent, question="지난달 매출은?", request_id="q")
    code, _ = await refused(service.stub.Ask(request, timeout=3, **service.as_user()))
    assert code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert service.model.wrote.is_set()
    await asyncio.wait_for(service.model.freed.wait(), 20)
    again = [r.event async for r in service.stub.Ask(request, **service.as_user())]
    assert again[-1].completed.turn.answer.text.endswith("니다.")


async def test_a_turn_is_stopped(service: Service) -> None:
    service.model.hold = asyncio.Event()
    parent = await service.conversation()
    call = service.stub.Ask(
        pb.AskRequest(parent=parent, question="지난달 매출은?", request_id="q"), **service.as_user()
    )
    events = []
    stopped = None
    async for response in call:
        events.append(response.event)
        if response.event.WhichOneof("event") == "text_delta" and stopped is None:
            name = pb.CancelTurnRequest(name=events[0].started.turn)
            stopped = (await service.stub.CancelTurn(name, **service.as_user())).turn
    assert stopped is not None
    assert stopped.answer.finish_reason == turn_pb2.FINISH_REASON_STOPPED
    assert events[-1].completed.turn == stopped


async def test_turns_of_a_killed_process_are_failed_at_the_next_start(
    tmp_path: Path, analyser: Analyser
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/chat.sqlite"
    async with running(url, FakeErpData(), ScriptedModel(TOLD), analyser) as first:
        parent = await first.conversation()
        await first.ask(parent, "지난달 매출은?", "q1")
        token = first.server.issuer
        engine = create_async_engine(url)  # as a killed process leaves it
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE turn SET state = 'running', answer = NULL, events = NULL"))
        await engine.dispose()
        turns = await first.stub.ListTurns(pb.ListTurnsRequest(parent=parent), metadata=token.metadata("kim"))
    async with running(url, FakeErpData(), ScriptedModel(TOLD), analyser) as second:
        watch = pb.WatchTurnRequest(name=turns.turns[0].name)
        code, reason = await refused(second.stub.WatchTurn(watch, **second.as_user()))
        assert (code, reason) == (grpc.StatusCode.ABORTED, "TURN_INTERRUPTED")
        got = await second.stub.GetTurn(pb.GetTurnRequest(name=turns.turns[0].name), **second.as_user())
        assert got.turn.failure_reason == "TURN_INTERRUPTED"
        assert (await second.ask(parent, "그럼 9월은?", "q2"))[
            -1
        ].completed.turn.state == turn_pb2.Turn.STATE_COMPLETED


@pytest.mark.parametrize(
    ("question", "reason"),
    [("매출\x07", "QUESTION_UNREADABLE"), ("", "FIELD_INVALID"), ("가" * 10_000, "QUESTION_TOO_LONG")],
)
async def test_questions_that_can_not_be_asked(service: Service, question: str, reason: str) -> None:
    parent = await service.conversation()
    request = pb.AskRequest(parent=parent, question=question, request_id="q")
    code, said = await refused(service.stub.Ask(request, **service.as_user()))
    assert code == grpc.StatusCode.INVALID_ARGUMENT
    assert said == reason


async def test_nobody_asks_without_a_token_or_role(service: Service) -> None:
    request = pb.ListConversationsRequest()
    assert (await refused(service.stub.ListConversations(request)))[0] == grpc.StatusCode.UNAUTHENTICATED
    metadata = service.server.issuer.metadata("kim", roles=("auditor",))
    assert (await refused(service.stub.ListConversations(request, metadata=metadata)))[
        0
    ] == grpc.StatusCode.PERMISSION_DENIED


async def test_questions_to_begin_with_are_those_that_the_asker_may_ask(service: Service) -> None:
    answer = await service.stub.SuggestQuestions(pb.SuggestQuestionsRequest(), **service.as_user())
    assert "지난달 매출은 얼마야?" in answer.questions
    assert not any("매출총이익" in question for question in answer.questions)
