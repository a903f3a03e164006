"""Composition root of the chat service: picks the adapters, closes them in reverse."""

import asyncio
import socket
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog
from maru.admin.v1.audit_log_service_pb2_grpc import add_AuditLogServiceServicer_to_server
from maru.chat.v1.chat_service_pb2_grpc import add_ChatServiceServicer_to_server
from sqlalchemy.engine import make_url

from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversations_sql import Lease, sql_conversations
from services.chat.adapters.documents_grpc import GrpcDocuments
from services.chat.adapters.erp_data_grpc import GrpcErpData
from services.chat.adapters.intent_triton import TritonIntentModel
from services.chat.adapters.llm_triton import TritonLanguageModel
from services.chat.answer_composer import AnswerComposer
from services.chat.answering import Answering
from services.chat.data_answers import DataAnswers
from services.chat.disclosing import Disclosure
from services.chat.document_answers import DocumentAnswers
from services.chat.library import Library
from services.chat.meter import Meter
from services.chat.model_gate import ModelGate
from services.chat.ports import Conversations, Documents, ErpData, IntentModel, LanguageModel
from services.chat.routing import Router
from services.chat.servicer import AuditLogServicer, ChatServicer
from services.chat.settings import Settings
from services.chat.telling import Teller
from services.chat.turns import Turns
from services.chat.understanding.morphemes import Analyser
from services.chat.understanding.reader import Reader
from services.kit.clients import service_channel, triton_channel
from services.kit.clock import Clock
from services.kit.errors import MaruError
from services.kit.health import Dependency
from services.kit.server import App, Chassis, Mounted

_DAY_SECONDS: Final = 86_400
_MINUTE_SECONDS: Final = 60
_INTERRUPTED: Final = "TURN_INTERRUPTED"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
    """The chat service on the ERP service and Triton behind the mesh listener."""
    async with AsyncExitStack() as stack:
        erp_channel = service_channel(settings.erp_url, "erp", chassis.signer)
        stack.push_async_callback(erp_channel.close)
        retrieval_channel = service_channel(settings.retrieval_url, "retrieval", chassis.signer)
        stack.push_async_callback(retrieval_channel.close)
        model_channel = triton_channel(settings.triton_url, chassis.signer)
        stack.push_async_callback(model_channel.close)
        url = settings.conversations_url
        _make_folder(url)
        anchor = AnchorFile(settings.home / "audit" / "head.jws", chassis.signer)
        # Host and port: one process at a time, and the same after it is started again.
        holder = f"{socket.gethostname()[:120]}/{settings.grpc_address}"
        lease = Lease(holder, timedelta(seconds=settings.turn_seconds + _MINUTE_SECONDS))
        store = await stack.enter_async_context(sql_conversations(url, chassis.metrics, anchor, lease))
        model = TritonLanguageModel(model_channel, settings.llm_model, chassis.metrics)
        stack.push_async_callback(model.close)  # stops in band what still runs, before its channel goes
        intents = TritonIntentModel(
            model_channel, settings.intent_model, settings.intent_seconds, chassis.metrics
        )
        stack.push_async_callback(intents.close)
        analyser = await asyncio.to_thread(Analyser)
        servicer = await stack.enter_async_context(
            chat(
                settings,
                chassis,
                store,
                GrpcErpData(erp_channel),
                GrpcDocuments(retrieval_channel),
                model,
                intents,
                analyser,
            )
        )
        yield App(
            servicers=[
                Mounted(add_ChatServiceServicer_to_server, servicer),
                Mounted(add_AuditLogServiceServicer_to_server, AuditLogServicer(store.audit, chassis.clock)),
            ],
            dependencies=[Dependency("conversations", store.probe)],
        )


@asynccontextmanager
async def chat(
    settings: Settings,
    chassis: Chassis,
    store: Conversations,
    erp: ErpData,
    documents: Documents,
    model: LanguageModel,
    intents: IntentModel,
    analyser: Analyser,
) -> AsyncIterator[ChatServicer]:
    """The core between its ports. Turns that an earlier process left running are failed before the first call."""
    await store.fail_left(_INTERRUPTED, chassis.clock.now())
    meter = Meter(chassis.metrics.registry)
    gate = ModelGate(settings.model_slots, settings.model_queue, settings.model_wait_seconds)
    teller = Teller(model, gate, meter, settings.model_first_text_seconds, settings.model_text_seconds)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="understanding") as executor:
        composer = AnswerComposer(teller, settings.llm_model)
        data = DataAnswers(
            erp, composer, chassis.clock, stale_after=timedelta(hours=settings.stale_after_hours)
        )
        quoting = DocumentAnswers(documents, composer, chassis.clock)
        router = Router(intents, meter)
        answering = Answering(Reader(analyser), executor, erp, data, quoting, router, chassis.clock)
        disclosure = Disclosure(documents)
        turns = Turns(
            store, answering, disclosure, chassis.clock, meter, max_running=settings.max_running_turns
        )
        chores = [
            asyncio.create_task(
                _forget_requests(store, chassis.clock, timedelta(days=settings.requests_kept_days))
            ),
            asyncio.create_task(_fail_lost(store, chassis.clock)),
        ]
        try:
            yield ChatServicer(
                Library(store, disclosure, chassis.clock), turns, answering, settings.turn_seconds
            )
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await turns.close(settings.shutdown_grace_seconds)


async def _fail_lost(store: Conversations, clock: Clock) -> None:
    """What other processes left running when they went for good fails here, at the latest a minute after its lease."""
    while True:
        await asyncio.sleep(_MINUTE_SECONDS)
        try:
            if count := await store.fail_lost(_INTERRUPTED, clock.now()):
                log.warning("lost_turns_failed", count=count)
        except MaruError as error:
            log.warning("lost_turns_not_failed", reason=error.reason)  # in a minute, then


async def _forget_requests(store: Conversations, clock: Clock, kept: timedelta) -> None:
    """Forget old requests now and once a day."""
    while True:
        try:
            count = await store.forget_requests(clock.now() - kept)
            log.info("requests_forgotten", count=count)
        except MaruError as error:
            log.warning("requests_not_forgotten", reason=error.reason)  # tomorrow, then
        await asyncio.sleep(_DAY_SECONDS)


def _make_folder(url: str) -> None:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
