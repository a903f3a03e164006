"""`maru audit`: who asked and did what, and whether the record of it is whole."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import grpc
import typer
from google.protobuf.json_format import MessageToDict
from maru.admin.v1 import audit_service_pb2 as pb
from maru.admin.v1.audit_service_pb2_grpc import AuditServiceStub
from rich.markup import escape
from rich.table import Table

from services.launcher.chat_client import MAX_MESSAGE_BYTES, UNARY_DEADLINE_S, failure
from services.launcher.documents.access_file import in_words
from services.launcher.session import AsUser, credentials_for, out, read_settings, running_mesh
from services.launcher.state_folder import StateFolder
from services.launcher.users_file import first_with, read_users

VERIFY_DEADLINE_S = 110.0
PAGE = 200

app = typer.Typer(no_args_is_help=True, help="감사 기록을 보고 검증합니다. / Reads and verifies the audit.")

_BREAKS = {
    pb.VerifyAuditEntriesResponse.BREAK_EDITED: ("고쳐졌습니다", "was edited"),
    pb.VerifyAuditEntriesResponse.BREAK_REMOVED: ("지워졌습니다", "was removed"),
    pb.VerifyAuditEntriesResponse.BREAK_INSERTED: ("끼워 넣어졌습니다", "was inserted"),
    pb.VerifyAuditEntriesResponse.BREAK_CUT_OFF: ("부터 끝이 잘렸습니다", "and all after it were cut off"),
    pb.VerifyAuditEntriesResponse.BREAK_ANCHOR_LOST: (
        "에서 끝을 지키는 서명 파일이 없거나 바뀌었습니다: 그 앞의 끝이 잘렸어도 알 수 없습니다",
        ": the signed anchor of the end was missing or changed, so entries cut off before it would not be seen",
    ),
}
_ACTIONS = {
    pb.AuditEntry.ACTION_TURN: "질문 turn",
    pb.AuditEntry.ACTION_EXPORT: "내보내기 export",
    pb.AuditEntry.ACTION_CHANGE: "변경 change",
    pb.AuditEntry.ACTION_AUDIT_READ: "열람 read",
    pb.AuditEntry.ACTION_DATA_READ: "조회 data",
}

T = TypeVar("T")
JsonOutput = Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")]


@app.command()
def verify(
    first: Annotated[int, typer.Option("--from", min=1, help="첫 번호 / first entry")] = 1,
    last: Annotated[
        int, typer.Option("--to", min=0, help="끝 번호, 0 = 마지막 / last entry, 0 = the last")
    ] = 0,
    user: AsUser = None,
    json_output: JsonOutput = False,
) -> None:
    """감사 기록이 온전한지 검증합니다. / Verifies that nothing was edited, removed, inserted or cut off."""
    request = pb.VerifyAuditEntriesRequest(start_sequence=first, end_sequence=last)
    found = _call(
        user, lambda stub, call: stub.VerifyAuditEntries(request, timeout=VERIFY_DEADLINE_S, **call)
    )
    kind = getattr(found, "break")
    if json_output:
        print(json.dumps(_record(found) | {"break": _name(kind)}, ensure_ascii=False))
    elif kind == pb.VerifyAuditEntriesResponse.BREAK_UNSPECIFIED:
        out.print(
            f"[green]✓[/green] 감사 기록 {found.verified_entry_count:,}건이 온전합니다. / "
            f"{found.verified_entry_count:,} entries are whole.",
            highlight=False, soft_wrap=True,
        )  # fmt: skip
        if found.last_sequence:
            out.print(
                f"  {found.last_sequence}번까지 / up to {found.last_sequence}: {found.last_hash}",
                highlight=False, soft_wrap=True,
            )  # fmt: skip
    else:
        korean, english = _BREAKS[kind]
        out.print("[red]✗[/red]", end=" ")
        out.print(
            f"{found.break_sequence}번 기록{_particle(kind)}{korean} [{_name(kind)}]\n"
            f"  Entry {found.break_sequence} {english} [{_name(kind)}]\n"
            f"  그 앞의 {found.verified_entry_count:,}건은 온전합니다. / "
            f"The {found.verified_entry_count:,} entries before it are whole.",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    sys.exit(0 if kind == pb.VerifyAuditEntriesResponse.BREAK_UNSPECIFIED else 1)


@app.command("list")
def list_entries(
    username: Annotated[str, typer.Option("--user", help="이 사용자의 것만 / only this user's")] = "",
    since: Annotated[
        datetime | None, typer.Option(help="이때부터 / from then on", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"])
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="건수 / entries")] = 50,
    user: AsUser = None,
    json_output: JsonOutput = False,
) -> None:
    """최근 기록부터 보여 줍니다. / Lists entries, the last first."""
    zone = ZoneInfo(read_settings().timezone)
    request = pb.ListAuditEntriesRequest(username=username, page_size=min(limit, PAGE))
    if since is not None:
        request.start_time.FromDatetime(since.replace(tzinfo=zone))

    async def pages(stub: Any, call: dict[str, Any]) -> list[pb.AuditEntry]:
        entries: list[pb.AuditEntry] = []
        while len(entries) < limit:
            page = await stub.ListAuditEntries(request, timeout=UNARY_DEADLINE_S, **call)
            entries += page.audit_entries
            request.page_token = page.next_page_token
            if not page.next_page_token:
                break
        return entries[:limit]

    entries = _call(user, pages)
    if json_output:
        for entry in entries:
            print(json.dumps(_record(entry), ensure_ascii=False))
        return
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("번호\nno.", "시각\ntime", "사용자\nuser", "일\naction"):
        grid.add_column(heading, no_wrap=True)
    for heading in ("질문·대상\nabout", "결과\noutcome"):
        grid.add_column(heading, overflow="fold")
    for entry in entries:
        grid.add_row(
            entry.name.removeprefix("auditEntries/"),
            f"{entry.event_time.ToDatetime(tzinfo=zone):%Y-%m-%d %H:%M:%S}",
            escape(entry.username),
            _ACTIONS.get(entry.action, "?"),
            escape(about(entry)),
            escape(entry.outcome.removeprefix("OUTCOME_").removeprefix("FINISH_REASON_")),
        )
    out.print(grid)


def about(entry: pb.AuditEntry) -> str:
    """What it was about, in a line: of a read of one's own the RPC and what it asked for, of a change of a document the
    RPC, the path and who could and can read it."""
    if entry.HasField("document_change"):
        change = entry.document_change
        about = f"{entry.method.rpartition('/')[2]} {change.path or entry.resource or '/'}"
        if not change.HasField("access_after"):
            return about
        return f"{about}: {in_words(change.access_before)} → {in_words(change.access_after)}"
    if entry.action != pb.AuditEntry.ACTION_DATA_READ:
        return entry.question or entry.resource
    asked = entry.resource or ", ".join(entry.query.metrics or [one.text for one in entry.context.filters])
    return f"{entry.method.rpartition('/')[2]} {asked}".strip()


@app.command()
def show(
    number: Annotated[int, typer.Argument(min=1, help="기록 번호 / number of the entry")], user: AsUser = None
) -> None:
    """기록 하나를 모두 보여 줍니다 (JSON). / Shows all of one entry, as JSON."""
    request = pb.GetAuditEntryRequest(name=f"auditEntries/{number}")
    found = _call(user, lambda stub, call: stub.GetAuditEntry(request, timeout=UNARY_DEADLINE_S, **call))
    print(json.dumps(_record(found.audit_entry), ensure_ascii=False, indent=2))


def _call(user: str | None, work: Callable[[Any, dict[str, Any]], Awaitable[T]]) -> T:
    """What the audit service answers an auditor: `user`, or the first auditor of the users file.

    Raises:
        LauncherError: it refuses or does not answer.
    """
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    token = credentials_for(folder, mesh).of_user(
        user or first_with("auditor", read_users(Path(mesh.users_file)))
    )
    call = {"metadata": (("authorization", f"Bearer {token}"), ("accept-language", "ko"))}

    async def run() -> T:
        options = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]
        async with grpc.aio.insecure_channel(
            mesh.edge_url.removeprefix("http://"), options=options
        ) as channel:
            try:
                return await work(AuditServiceStub(channel), call)
            except grpc.aio.AioRpcError as error:
                raise failure(error) from error

    return asyncio.run(run())


def _record(message: Any) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def _name(kind: Any) -> str:
    return pb.VerifyAuditEntriesResponse.Break.Name(kind).removeprefix("BREAK_").lower()


def _particle(kind: Any) -> str:
    follows = (
        pb.VerifyAuditEntriesResponse.BREAK_CUT_OFF,
        pb.VerifyAuditEntriesResponse.BREAK_ANCHOR_LOST,
    )
    return "" if kind in follows else "이 "
