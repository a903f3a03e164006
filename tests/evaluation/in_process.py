"""Chat and erp in one process, without gRPC, tokens or a model: the servicers are called as the wire would call them."""

import tempfile
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import protovalidate
from maru.chat.v1 import chat_service_pb2 as chat_pb
from maru.chat.v1 import turn_pb2

from services.chat.adapters.conversations_sql import sql_conversations
from services.chat.adapters.erp_data_grpc import GrpcErpData
from services.chat.app import chat
from services.chat.errors import LanguageModelUnavailable
from services.chat.ports import GenerationChunk, GenerationRequest
from services.chat.servicer import ChatServicer
from services.chat.settings import Settings as ChatSettings
from services.chat.understanding.morphemes import Analyser
from services.erp.app import app as erp_app
from services.erp.settings import Settings as ErpSettings
from services.identity.users import User
from services.kit.errors import Code, MaruError, RemoteError
from services.kit.identity import Identity, bind_identity
from services.kit.metrics import Metrics
from services.kit.server import Chassis
from services.launcher.errors import LauncherError
from services.launcher.evaluation.asking import Say
from services.launcher.evaluation.question_set import QuestionSet
from tests.evaluation.company import CompanyFiles
from tests.evaluation.intents import InProcessIntents
from tests.fakes.documents import FakeDocuments

_CHECKED = ("RunQuery", "ResolveEntities")


class NoModel:
    """A language model that is away: the narrator words every answer."""

    async def generate(self, request: GenerationRequest) -> AsyncIterator[GenerationChunk]:
        raise LanguageModelUnavailable
        yield


class DirectErpData(GrpcErpData):
    """`ErpData` on the erp servicer itself: the messages of the wire, the errors as they would come from it."""

    def __init__(self, servicer: Any) -> None:
        super().__init__(_Channel(servicer))  # type: ignore[arg-type]


class _Channel:
    """What a generated stub needs of a channel."""

    def __init__(self, servicer: Any) -> None:
        self._servicer = servicer

    def unary_unary(self, method: str, *_: Any, **__: Any) -> Any:
        name = method.rpartition("/")[2]

        async def call(request: Any) -> Any:
            if name in _CHECKED:
                protovalidate.validate(request)
            try:
                return await getattr(self._servicer, name)(request, None)
            except MaruError as error:
                raise _remote(error) from error

        return call

    def unary_stream(self, *_: Any, **__: Any) -> Any:
        return None


def _remote(error: MaruError) -> RemoteError:
    words = {"ko": error.message_ko, "en": error.message_en}
    return RemoteError(Code(error.code), error.reason, words=words, metadata=error.metadata)


@asynccontextmanager
async def answering(
    files: CompanyFiles, questions: QuestionSet, users: Mapping[str, User]
) -> AsyncIterator["InProcessCompany"]:
    """The company of these files on the set's day, asked by these users."""
    metrics: Any = Metrics()
    erp_settings = ErpSettings(
        grpc_address="127.0.0.1:0", metrics_address="127.0.0.1:0", today=questions.today, database_url=f"sqlite:///{files.model}"
    )  # fmt: skip
    chat_settings = ChatSettings(
        grpc_address="127.0.0.1:0",
        metrics_address="127.0.0.1:0",
        today=questions.today,
        stale_after_hours=1e6,
    )
    nobody: Any = SimpleNamespace()
    with tempfile.TemporaryDirectory() as folder:
        async with (
            erp_app(erp_settings, Chassis(erp_settings.clock, metrics, nobody)) as erp,
            sql_conversations(f"sqlite+aiosqlite:///{folder}/chat.sqlite", Metrics()) as store,
            chat(
                chat_settings,
                Chassis(chat_settings.clock, Metrics(), nobody),
                store,
                DirectErpData(erp.servicers[0].servicer),
                FakeDocuments(),
                NoModel(),
                InProcessIntents(),
                Analyser(),
            ) as servicer,
        ):
            yield InProcessCompany(servicer, users)


class InProcessCompany:
    """See `services.launcher.evaluation.asking.Company`."""

    def __init__(self, servicer: ChatServicer, users: Mapping[str, User]) -> None:
        self._servicer = servicer
        self._users = users

    async def converse(self, user: str) -> Say:
        identity = _identity(self._users[user])
        bind_identity(identity)
        made = await self._servicer.CreateConversation(
            chat_pb.CreateConversationRequest(request_id=uuid.uuid4().hex),
            None,  # type: ignore[arg-type]
        )

        async def say(text: str) -> turn_pb2.Answer:
            bind_identity(identity)
            request = chat_pb.AskRequest(
                parent=made.conversation.name, question=text, request_id=uuid.uuid4().hex
            )
            try:
                async for response in self._servicer.Ask(request, None):  # type: ignore[arg-type]
                    if response.event.HasField("completed"):
                        return response.event.completed.turn.answer
            except MaruError as error:
                raise LauncherError(error.message_ko, f"{error.reason}: {error.message_en}") from error
            raise LauncherError("끝나지 않은 답", "the stream ended without an answer")

        return say


def _identity(user: User) -> Identity:
    claims = user.claims
    return Identity(
        subject=user.subject,
        username=user.username,
        name=user.name,
        roles=frozenset(user.roles),
        company=claims.company or (),
        territory=claims.territory or (),
        warehouse=claims.warehouse or (),
        department=claims.department or (),
        employee=claims.employee,
        caller="chat",
    )
