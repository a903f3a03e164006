"""The full result of an answer as a file: CSV or XLSX by the file's ending."""

import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
from maru.chat.v1 import chat_service_pb2, turn_pb2
from maru.chat.v1.chat_service_pb2_grpc import ChatServiceStub
from maru.erp.v1 import erp_service_pb2, query_pb2
from maru.erp.v1.erp_service_pb2_grpc import ErpServiceStub

from services.launcher.chat_client import UNARY_DEADLINE_S, failure
from services.launcher.errors import LauncherError

EXPORT_DEADLINE_S = 110.0
_FORMATS = {
    ".csv": erp_service_pb2.ExportResultRequest.FORMAT_CSV,
    ".xlsx": erp_service_pb2.ExportResultRequest.FORMAT_XLSX,
}


def check_ending(file: Path) -> None:
    """Look at the file's name before anything is asked.

    Raises:
        LauncherError: it ends otherwise than .csv or .xlsx.
    """
    if file.suffix.lower() not in _FORMATS:
        raise LauncherError(
            f"{file}: 파일 이름은 .csv나 .xlsx로 끝나야 합니다.",
            f"{file}: the file's name must end in .csv or .xlsx.",
        )


async def export_query(edge_url: str, token: str, query: query_pb2.Query, file: Path) -> int:
    """Writes the file, whole or not at all; the number of its rows.

    Raises:
        LauncherError: the service refused, or the file can't be written.
    """
    request = erp_service_pb2.ExportResultRequest(
        query=query, format=_FORMATS[file.suffix.lower()], request_id=uuid.uuid4().hex
    )
    rows = 0
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        async with grpc.aio.insecure_channel(edge_url.removeprefix("http://")) as channel:
            with draft.open("wb") as content:
                call = ErpServiceStub(channel).ExportResult(
                    request, timeout=EXPORT_DEADLINE_S, metadata=_metadata(token)
                )
                async for part in call:
                    rows = part.total_row_count or rows
                    content.write(part.data)
        os.replace(draft, file)
    except grpc.aio.AioRpcError as error:
        raise failure(error) from error
    except OSError as error:
        raise LauncherError(
            f"{file}에 쓸 수 없습니다 ({error.strerror}). 폴더와 권한을 확인하세요.",
            f"{file} can't be written ({error.strerror}). Check the folder and its rights.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return rows


async def last_query(edge_url: str, token: Callable[[], str], name: str) -> query_pb2.Query:
    """The query of a turn, or the last one of a conversation.

    Raises:
        LauncherError: there is none, or the service refused.
    """
    conversation, _, turn = name.partition("/turns/")
    async with grpc.aio.insecure_channel(edge_url.removeprefix("http://")) as channel:
        stub = ChatServiceStub(channel)
        call: dict[str, Any] = {"timeout": UNARY_DEADLINE_S, "metadata": _metadata(token())}
        try:
            if turn:
                found = (await stub.GetTurn(chat_service_pb2.GetTurnRequest(name=name), **call)).turn
                return query_of(found)
            queries = []
            request = chat_service_pb2.ListTurnsRequest(parent=conversation, page_size=100)
            while True:
                page = await stub.ListTurns(request, **call)
                queries += [one.answer.query for one in page.turns if one.answer.HasField("query")]
                request.page_token = page.next_page_token
                if not page.next_page_token:
                    break
        except grpc.aio.AioRpcError as error:
            raise failure(error) from error
    if not queries:
        raise _nothing()
    return queries[-1]


def query_of(turn: turn_pb2.Turn) -> query_pb2.Query:
    """The query that answered the turn.

    Raises:
        LauncherError: it was answered without one.
    """
    if not turn.answer.HasField("query") or not turn.answer.HasField("table"):
        raise _nothing()
    return turn.answer.query


def _nothing() -> LauncherError:
    return LauncherError(
        "내보낼 표가 없습니다. 매출이나 재고처럼 수치를 묻는 질문의 결과만 내보낼 수 있습니다.",
        "There is no table to export. Only answers with figures, such as sales or stock, can be exported.",
    )


def _metadata(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"), ("accept-language", "ko"))
