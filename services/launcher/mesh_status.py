"""`maru status`: what the admin service says of every part, beside the processes of this machine."""

from typing import Any

import grpc
import psutil
from google.protobuf.json_format import MessageToDict
from maru.admin.v1 import status_service_pb2, status_service_pb2_grpc
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.launcher.chat_client import UNARY_DEADLINE_S, failure
from services.launcher.state_folder import RunningMesh

_WORDS = {
    status_service_pb2.HEALTH_STATE_SERVING: "[green]정상 / ok[/green]",
    status_service_pb2.HEALTH_STATE_DEGRADED: "[yellow]일부 문제 / degraded[/yellow]",
    status_service_pb2.HEALTH_STATE_NOT_SERVING: "[red]준비 안 됨 / not serving[/red]",
    status_service_pb2.HEALTH_STATE_UNREACHABLE: "[red]응답 없음 / unreachable[/red]",
}


async def show_status(mesh: RunningMesh, token: str, console: Console, json_output: bool) -> int:
    """Shows the state of every part; returns the exit code: 0 when all serve, else 1.

    Raises:
        LauncherError: the edge or the admin service doesn't answer; the processes were shown.
    """
    processes = {part.name: part.pid for part in mesh.parts}
    try:
        async with grpc.aio.insecure_channel(mesh.edge_url.removeprefix("http://")) as channel:
            response = await status_service_pb2_grpc.StatusServiceStub(channel).GetStatus(
                status_service_pb2.GetStatusRequest(),
                timeout=UNARY_DEADLINE_S,
                metadata=(("authorization", f"Bearer {token}"),),
            )
    except grpc.aio.AioRpcError as error:
        for name, pid in processes.items():
            alive = "실행 중 / running" if psutil.pid_exists(pid) else "없음 / gone"
            console.print(f"  {name:<10} pid {pid:<8} {alive}", highlight=False)
        raise failure(error) from error
    if json_output:
        console.print_json(data=_record(response))
    else:
        _print(response, processes, console)
    return 0 if response.state == status_service_pb2.HEALTH_STATE_SERVING else 1


def _record(response: status_service_pb2.GetStatusResponse) -> dict[str, Any]:
    return MessageToDict(response, preserving_proto_field_name=True)


def _print(
    response: status_service_pb2.GetStatusResponse, processes: dict[str, int], console: Console
) -> None:
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("부분 / part", "상태 / state", "응답 / latency", "pid", "메모리 / memory"):
        grid.add_column(heading)
    for part in response.parts:
        pid = processes.get(part.part)
        latency = (
            f"{part.latency.ToTimedelta().total_seconds() * 1000:.1f} ms" if part.HasField("latency") else ""
        )
        grid.add_row(part.part, _WORDS.get(part.state, "?"), latency, str(pid or ""), _memory(pid))
    console.print(grid)
    for part in response.parts:
        for text in (part.reason, part.remedy):
            if text.ko:
                console.print(
                    f"  {part.part}: {escape(text.ko)} / {escape(text.en)}", highlight=False, soft_wrap=True
                )


def _memory(pid: int | None) -> str:
    """Resident memory of a process and its children."""
    if pid is None:
        return ""
    try:
        process = psutil.Process(pid)
        resident = sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
    except psutil.Error:
        return ""
    return f"{resident / 1e6:,.0f} MB"
