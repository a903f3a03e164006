"""Somebody who asks over gRPC at the edge of a mesh under test, and what they heard until it ended."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc
import httpx
from google.rpc import error_details_pb2, status_pb2
from maru.chat.v1 import chat_service_pb2 as pb
from maru.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from maru.chat.v1.turn_event_pb2 import TurnEvent
from maru.chat.v1.turn_pb2 import Answer, Turn

from services.kit.status import DETAILS_KEY
from services.launcher.credentials import Credentials, Issuer
from services.launcher.verification import unproven_figures
from tests.e2e.mesh import Mesh

ASK_PATH = "/maru.chat.v1.ChatService/Ask"
LONG = "올해 월별 매출 추이"
"""A question whose text takes the model seconds."""
SHORT = "지난달 매출은?"
RANKING = "지난달 매출 상위 10개 거래처는?"

Rows = list[tuple[str, ...]]
T = TypeVar("T")


@dataclass(frozen=True)
class Failure:
    """The status that ended a call. `reason` and `words` (by language) are "" and empty where nobody gave any."""

    code: grpc.StatusCode
    reason: str
    words: dict[str, str]
    retry_after_s: float


@dataclass
class Heard:
    """A stream as its client had it."""

    events: list[TurnEvent] = field(default_factory=list)
    failure: Failure | None = None

    @property
    def turn(self) -> str:
        return self.events[0].started.turn

    @property
    def text(self) -> str:
        return "".join(event.text_delta.text for event in self.events)

    @property
    def rows(self) -> Rows:
        """The table that was heard, empty before it came."""
        return next((rows_of(event.result.table) for event in self.events if event.HasField("result")), [])

    @property
    def answer(self) -> Answer:
        assert self.failure is None, self.failure
        assert self.events[-1].HasField("completed")
        return self.events[-1].completed.turn.answer


class Asker:
    """One person on one connection."""

    def __init__(self, mesh: Mesh, user: str) -> None:
        self._channel = grpc.insecure_channel(
            mesh.edge_address,
            [
                ("grpc.max_receive_message_length", 16 * 1024**2),
                ("grpc.use_local_subchannel_pool", 1),  # its own connection
                ("grpc.max_reconnect_backoff_ms", 500),
            ],
        )
        self._issuer = Issuer(f"{mesh.edge_url}/realms/maru")
        self._credentials = Credentials(self._issuer, mesh.home / "keys" / "operator.pem", mesh.home / "run")
        self._user = user
        self.stub = ChatServiceStub(self._channel)

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._credentials.of_user(self._user)}"),)

    def conversation(self) -> str:
        request = pb.CreateConversationRequest(request_id=uuid.uuid4().hex)
        return str(self.unary(self.stub.CreateConversation, request).conversation.name)

    def unary(self, method: Any, request: Any) -> Any:
        return method(request, metadata=self.metadata, timeout=30, wait_for_ready=True)

    def stream(
        self, question: str, parent: str = "", request_id: str = "", timeout_s: float = 100
    ) -> grpc.Call:
        request = pb.AskRequest(
            parent=parent or self.conversation(),
            question=question,
            request_id=request_id or uuid.uuid4().hex,
        )
        return self.stub.Ask(request, metadata=self.metadata, timeout=timeout_s)  # type: ignore[no-any-return]

    def ask(
        self,
        question: str,
        parent: str = "",
        *,
        at: str = "",
        then: Callable[[], object] = lambda: None,
        **more: Any,
    ) -> Heard:
        """Asks, and does `then` when the first event of the kind `at` has come."""
        return hear(self.stream(question, parent, **more), at, then)

    def send(self, body: bytes, compression: grpc.Compression | None = None) -> Heard:
        """Sends what needs not be an AskRequest."""
        method = self._channel.unary_stream(ASK_PATH, None, pb.AskResponse.FromString)
        return hear(method(body, metadata=self.metadata, timeout=60, compression=compression))

    def watch(self, turn: str, after: int = 0) -> Heard:
        request = pb.WatchTurnRequest(name=turn, after_sequence=after)
        return hear(self.stub.WatchTurn(request, metadata=self.metadata, timeout=100, wait_for_ready=True))

    def turn(self, name: str) -> Turn:
        return self.unary(self.stub.GetTurn, pb.GetTurnRequest(name=name)).turn  # type: ignore[no-any-return]

    def turns(self, parent: str) -> list[Turn]:
        return list(self.unary(self.stub.ListTurns, pb.ListTurnsRequest(parent=parent)).turns)

    def cancel(self, turn: str) -> Turn:
        return self.unary(self.stub.CancelTurn, pb.CancelTurnRequest(name=turn)).turn  # type: ignore[no-any-return]

    def ended_turn(self, name: str, limit_s: float = 90) -> Turn:
        """The turn once it is no running one, however long its service is away."""

        def ended() -> Turn | None:
            try:
                turn = self.turn(name)
            except grpc.RpcError as error:
                if error.code() is grpc.StatusCode.UNAVAILABLE:  # type: ignore[attr-defined]
                    return None
                raise
            return turn if turn.state != Turn.STATE_RUNNING else None

        return until(ended, limit_s)

    def until_answered(self, question: str, parent: str, accepted: Callable[[Heard], bool]) -> Heard:
        """Asks again until an answer is as wanted: a part that was restarted takes its time."""

        def answered() -> Heard | None:
            heard = self.ask(question, parent)
            return heard if heard.failure is None and accepted(heard) else None

        return until(answered, 120, pause_s=1)

    def close(self) -> None:
        self._channel.close()
        self._issuer._http.close()


@contextmanager
def asking(mesh: Mesh, user: str) -> Iterator[Asker]:
    """Somebody at the edge of the mesh, for as long as the block lasts."""
    asker = Asker(mesh, user)
    try:
        yield asker
    finally:
        asker.close()


def hear(stream: Iterable[Any], at: str = "", then: Callable[[], object] = lambda: None) -> Heard:
    """Listens to the end, whichever; does `then` when the first event of the kind `at` has come."""
    heard = Heard()
    try:
        for response in stream:
            heard.events.append(response.event)
            if at and response.event.WhichOneof("event") == at:
                at = ""
                then()
    except grpc.RpcError as error:
        heard.failure = failure_of(error)
    assert not at, f"no {at} came before the end: {heard.failure}"
    return heard


def failure_of(error: Any) -> Failure:
    """What a failed call was told."""
    reason, words, retry_after_s = "", {}, 0.0
    for key, value in error.trailing_metadata() or ():
        if key != DETAILS_KEY:
            continue
        for detail in status_pb2.Status.FromString(value).details:
            info, sentence, retry = (
                error_details_pb2.ErrorInfo(),
                error_details_pb2.LocalizedMessage(),
                error_details_pb2.RetryInfo(),
            )
            if detail.Unpack(info):
                reason = info.reason
            elif detail.Unpack(sentence):
                words[sentence.locale] = sentence.message
            elif detail.Unpack(retry):
                retry_after_s = retry.retry_delay.ToTimedelta().total_seconds()
    return Failure(error.code(), reason, words, retry_after_s)


def rows_of(table: Any) -> Rows:
    """The cells of a table: names of things, figures as their exact decimal strings, "" for nothing."""
    return [tuple(_cell(value) for value in row.values) for row in table.rows]


def _cell(value: Any) -> str:
    kind = value.WhichOneof("kind")
    if kind == "entity":
        return str(value.entity.display_name)
    return str(getattr(value, kind)) if kind else ""


def assert_true(heard: Heard, truth: Rows) -> None:
    """Whatever went wrong: no event is missing between those that came, no figure is another than it is.

    `truth` is empty for what is answered in words only: their examples name figures that are none of the answer's.
    """
    numbered = [event for event in heard.events if not event.HasField("heartbeat")]
    assert [event.sequence for event in numbered] == list(range(1, len(numbered) + 1))
    if heard.text:
        assert heard.rows == truth
    if heard.failure is None:
        assert heard.answer.text == heard.text
        if truth:
            assert_answer_true(heard.answer, truth)


def assert_answer_true(answer: Answer, truth: Rows) -> None:
    assert rows_of(answer.table) == truth
    assert unproven_figures(answer) == []
    assert answer.text.endswith(("다.", "요."))


def until(found: Callable[[], T | None], limit_s: float, pause_s: float = 0.1) -> T:
    """What is found in the end."""
    deadline = time.monotonic() + limit_s
    while (result := found()) is None:
        assert time.monotonic() < deadline, f"not within {limit_s} s"
        time.sleep(pause_s)
    return result


def llm_sequences(mesh: Mesh) -> dict[str, float]:
    """Sequences of the language model by state: decoding, waiting."""
    port = int(mesh.environment["MARU_PORT_BASE"]) + 6
    metrics = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False, timeout=10).text
    lines = [line for line in metrics.splitlines() if line.startswith("maru_llm_sequences{")]
    return {line.split('state="')[1].split('"')[0]: float(line.split()[-1]) for line in lines}


def until_model_free(mesh: Mesh, limit_s: float = 30) -> None:
    """Waits until no sequence is decoded and none waits."""
    until(lambda: True if set(llm_sequences(mesh).values()) == {0.0} else None, limit_s, pause_s=0.02)
