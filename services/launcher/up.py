"""`maru up`: prepares, starts the mesh, asks a first question, and stays until told to stop."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from maru.chat.v1 import turn_pb2
from rich.console import Console
from rich.markup import escape

from services.launcher import preparation, supervisor, triton
from services.launcher.chat_client import ChatClient
from services.launcher.credentials import Credentials, Issuer
from services.launcher.documents.demo import import_demo_documents
from services.launcher.errors import LauncherError
from services.launcher.mesh import mesh_parts
from services.launcher.ports import Ports
from services.launcher.preflight import check_machine
from services.launcher.presenter import TurnPresenter
from services.launcher.settings import DEMO_USERS, REPOSITORY, LauncherSettings
from services.launcher.state_folder import RunningMesh, StateFolder
from services.launcher.supervisor import End, Supervisor
from services.launcher.users_file import ListedUser, first_asker, first_with, read_users
from services.launcher.verification import unproven_figures

MAX_NAMED_USERS = 10
FIRST_QUESTION = "지난달 매출 상위 5개 거래처는?"


class StartReport:
    """Says on the console what happens to the parts."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def part_ready(self, name: str, seconds: float) -> None:
        self.say(f"  [green]✓[/green] {name:<10} {seconds:5.1f} s")

    def part_ended(self, name: str, end: End, retry_in_s: float, log: Path) -> None:
        how = escape(end.how)
        self.say(
            f"  [red]✗[/red] {name} 종료됨 ({how}). {retry_in_s:g}초 뒤 다시 시작합니다. 기록: {log}\n"
            f"    {name} ended ({how}). Starting it again in {retry_in_s:g} s. Log: {log}"
        )
        for line in end.words.splitlines():
            self.say(f"    {escape(line)}")

    def part_stopped(self, name: str, seconds: float, killed: bool) -> None:
        self.say(f"  · {name:<10} {seconds:5.1f} s" + (" (killed)" if killed else ""))

    def say(self, line: str) -> None:
        """Prints a line. A terminal that is gone or a full disk behind it doesn't keep the parts from being kept up."""
        with suppress(OSError):
            self._console.print(line, highlight=False, soft_wrap=True)


async def run_mesh(settings: LauncherSettings, console: Console, check: bool) -> None:
    """Brings the mesh up until SIGINT or SIGTERM; with `check` only until the first answer is verified.

    Raises:
        LauncherError: something stands in the way, a part doesn't start, or the first answer is wrong.
    """
    users = read_users(settings.users_file)
    folder = StateFolder(settings.home)
    folder.create()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with folder.locked():
        left = supervisor.end_leftovers(mesh.parts) if (mesh := folder.running_mesh()) else []
        if left:
            console.print(f"  · 이전 실행이 남긴 프로세스를 끝냈습니다 / ended leftovers: {', '.join(left)}")
        for finding in check_machine(settings.home, Ports(settings.port, settings.port_base)):
            if not finding.passed:
                raise LauncherError(finding.korean, finding.english)
        started = time.monotonic()
        if await _until(stop, _prepare(settings, folder, console)):
            return
        await _run_parts(settings, folder, users, console, check, stop, started)


async def _prepare(settings: LauncherSettings, folder: StateFolder, console: Console) -> None:
    def say(line: str) -> None:
        console.print(f"    [dim]{escape(line)}[/dim]", highlight=False, soft_wrap=True)

    preparation.write_keys(folder)
    if not triton.weights_path(folder.models).exists():
        console.print("· 언어 모델 가중치 / model weights")
    await asyncio.to_thread(triton.assemble_weights, folder.models)
    steps: list[tuple[bool, str, Callable[[], Awaitable[None]]]] = []
    page = preparation.WebPage()
    steps.append((page.is_current(), "웹 화면 빌드 / building the web page", lambda: page.build(say)))
    demo = preparation.DemoData(folder, settings)
    steps.append(
        (
            demo.is_current(),
            "데모 회사 생성과 적재 / creating and loading the demo company",
            lambda: demo.create(say),
        )
    )
    for done, title, work in steps:
        if not done:
            console.print(f"· {title}")
            began = time.monotonic()
            await work()
            console.print(f"  [green]✓[/green] {time.monotonic() - began:.1f} s", highlight=False)


async def _run_parts(
    settings: LauncherSettings,
    folder: StateFolder,
    users: Sequence[ListedUser],
    console: Console,
    check: bool,
    stop: asyncio.Event,
    began: float,
) -> None:
    create_time = psutil.Process(os.getpid()).create_time()

    def record() -> None:
        mesh = RunningMesh(
            os.getpid(),
            create_time,
            settings.edge_url,
            settings.issuer,
            settings.port_base,
            str(settings.users_file.absolute()),
            parts.processes(),
        )
        with suppress(OSError):  # on a full disk the record before stays; the parts are kept up all the same
            folder.write_running_mesh(mesh)

    report = StartReport(console)
    parts = Supervisor(mesh_parts(settings, folder), report, record)
    console.print("· 서비스 시작 / starting the parts")
    try:
        if await _until(stop, parts.start()):
            return
        console.print(f"  준비 완료 / ready: {time.monotonic() - began:.1f} s", highlight=False)
        asking = _ask_first_question(settings, folder, first_asker(users), console)
        if check:
            await _until(stop, _verify(asking, console))
        elif not await _until(stop, _tolerate(asking, console)):
            documents = _demo_documents(settings, folder, users, console)
            if not await _until(stop, _tolerate(documents, console)):
                _print_welcome(settings, users, console)
                await stop.wait()
    finally:
        report.say("· 종료 중 / stopping")
        await parts.stop()
        folder.clear_running_mesh()


async def _until(stop: asyncio.Event, work: Awaitable[None]) -> bool:
    """Does the work unless told to stop first; returns whether it was told."""
    doing, told = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({doing, told}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            await doing
        return stop.is_set()
    finally:
        for task in (doing, told):
            task.cancel()
        await asyncio.gather(doing, told, return_exceptions=True)


async def _ask_first_question(
    settings: LauncherSettings, folder: StateFolder, asker: str, console: Console
) -> turn_pb2.Turn | None:
    credentials = Credentials(Issuer(settings.issuer), folder.operator_key, folder.tokens)
    console.print(f"\n[bold]{escape(asker)}[/bold]  {FIRST_QUESTION}", highlight=False)
    began = time.monotonic()
    async with ChatClient(settings.edge_url, lambda: credentials.of_user(asker)) as client:
        conversation = await client.create_conversation()
        turn = await TurnPresenter(console, settings.timezone).show(client.ask(conversation, FIRST_QUESTION))
    console.print(f"[dim]{time.monotonic() - began:.1f} s[/dim]\n", highlight=False)
    return turn


async def _demo_documents(
    settings: LauncherSettings, folder: StateFolder, users: Sequence[ListedUser], console: Console
) -> None:
    if settings.demo_documents and preparation.DemoData(folder, settings).is_demo:
        admin = first_with("admin", users)
        credentials = Credentials(Issuer(settings.issuer), folder.operator_key, folder.tokens)
        done = folder.data / "demo-documents"
        await import_demo_documents(settings.edge_url, lambda: credentials.of_user(admin), done, console)


async def _tolerate(work: Awaitable[object], console: Console) -> None:
    """What fails is said; the mesh stays up, so that one can look."""
    try:
        await work
    except LauncherError as error:
        console.print(f"[red]✗[/red] {escape(error.korean)}\n  {escape(error.english)}", soft_wrap=True)


async def _verify(asking: Awaitable[turn_pb2.Turn | None], console: Console) -> None:
    turn = await asking
    problems = ["no completed turn"] if turn is None else _problems(turn)
    if problems:
        raise LauncherError(
            f"첫 답이 올바르지 않습니다: {'; '.join(problems)}",
            f"The first answer is not right: {'; '.join(problems)}",
        )
    console.print("[green]✓[/green] 첫 답을 확인했습니다 / the first answer is verified")


def _problems(turn: turn_pb2.Turn) -> list[str]:
    problems = []
    if turn.answer.outcome != turn_pb2.OUTCOME_ANSWERED or not turn.answer.table.rows:
        problems.append("no table")
    if not turn.answer.text:
        problems.append("no text")
    problems += [f"'{figure}' is no cell of the result" for figure in unproven_figures(turn.answer)]
    return problems


def _print_welcome(settings: LauncherSettings, users: Sequence[ListedUser], console: Console) -> None:
    asker = first_asker(users)
    maru = REPOSITORY / ".venv" / "bin" / "maru"
    grpcurl = REPOSITORY / ".venv" / "bin" / "grpcurl"
    console.print(f"웹 / web        [bold]{settings.edge_url}[/bold]", highlight=False)
    names = " · ".join(user.username for user in users[:MAX_NAMED_USERS]) + (
        " · …" if users[MAX_NAMED_USERS:] else ""
    )
    password = "   암호 / password: maru-demo" if settings.users_file == DEMO_USERS else ""
    console.print(f"사용자 / users   {names}{password}", markup=False, highlight=False, soft_wrap=True)
    for question in ("지난달 매출은?", "연차 규정 알려줘"):
        console.print(
            f'질문 / ask      {maru} ask "{question}" --as {asker}', highlight=False, soft_wrap=True
        )
    console.print(
        f'grpcurl         {grpcurl} -plaintext -H "authorization: Bearer $({maru} token --as {asker})" '
        f"127.0.0.1:{settings.port} maru.chat.v1.ChatService/ListConversations",
        highlight=False, soft_wrap=True, markup=False,
    )  # fmt: skip
    console.print("멈추기 / stop    Ctrl-C", highlight=False)
