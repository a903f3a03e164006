"""The `maru` command."""

import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict

from services.launcher import audit_commands, batch, mapping_commands, search_commands
from services.launcher.catalog import catalog, policy
from services.launcher.chat_client import ChatClient
from services.launcher.credentials import Issuer
from services.launcher.documents.commands import app as docs
from services.launcher.errors import LauncherError
from services.launcher.evaluation import over_mesh, retrieval
from services.launcher.evaluation.question_set import read_set
from services.launcher.export import check_ending, export_query, last_query, query_of
from services.launcher.mesh_status import show_status
from services.launcher.ports import Ports
from services.launcher.preflight import check_machine
from services.launcher.preparation import DemoData
from services.launcher.presenter import TurnPresenter
from services.launcher.session import AsUser, credentials_for, err, out, read_settings, running_mesh
from services.launcher.state_folder import StateFolder
from services.launcher.up import run_mesh
from services.launcher.users_file import first_with, read_users

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="마루: 회사 ERP에 관한 질문에 한국어로 답합니다. / "
    "Maru answers questions about your company's ERP, in Korean.",
)
evaluate = typer.Typer(no_args_is_help=True, help="답을 평가합니다. / Evaluates the answers.")
app.add_typer(evaluate, name="evaluate")
app.add_typer(catalog, name="catalog")
app.add_typer(policy, name="policy")
app.add_typer(mapping_commands.app, name="mapping")
app.add_typer(audit_commands.app, name="audit")
app.add_typer(docs, name="docs")
app.command()(search_commands.search)


def main() -> None:
    """Runs the command; a failure is said in both languages and ends with exit code 1."""
    try:
        app()
    except LauncherError as error:
        err.print(f"✗ {error.korean}", style="red", markup=False, highlight=False, soft_wrap=True)
        err.print(f"  {error.english}", markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


@app.command()
def up(
    check: Annotated[
        bool, typer.Option("--check", help="시작, 질문, 확인 후 종료 / start, ask, verify, stop")
    ] = False,
    users: Annotated[
        Path | None, typer.Option(help="사용자 YAML 파일 / users file of the embedded issuer")
    ] = None,
) -> None:
    """전체를 시작하고 Ctrl-C까지 유지합니다. / Starts everything and stays until Ctrl-C."""
    settings = read_settings()
    if users is not None:
        settings = settings.model_copy(update={"users_file": users})
    asyncio.run(run_mesh(settings, out, check))


@app.command()
def down() -> None:
    """실행 중인 Maru를 멈춥니다. / Stops the running Maru."""
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    os.kill(mesh.pid, signal.SIGTERM)
    deadline = time.monotonic() + 20
    while folder.is_locked() and time.monotonic() < deadline:
        time.sleep(0.1)
    if folder.is_locked():
        raise LauncherError(
            f"20초 안에 멈추지 않았습니다 (pid {mesh.pid}).", f"It did not stop within 20 s (pid {mesh.pid})."
        )
    out.print("멈췄습니다. / Stopped.")


@app.command()
def status(
    user: AsUser = None,
    json_output: Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")] = False,
) -> None:
    """각 부분의 상태를 보여 줍니다. / Shows the state of every part."""
    settings = read_settings()
    folder = StateFolder(settings.home)
    mesh = running_mesh(folder)
    token = credentials_for(folder, mesh).of_user(
        user or first_with("admin", read_users(Path(mesh.users_file)))
    )
    sys.exit(asyncio.run(show_status(mesh, token, out, json_output)))


@app.command()
def doctor() -> None:
    """이 컴퓨터에서 실행할 수 있는지 점검합니다. / Looks whether this machine can run Maru."""
    settings = read_settings()
    running = StateFolder(settings.home).is_locked()
    failed = False
    for finding in check_machine(settings.home, Ports(settings.port, settings.port_base)):
        if finding.name == "ports" and running:
            out.print("[green]✓[/green] ports       Maru가 쓰는 중 / in use by Maru")
            continue
        mark = "[green]✓[/green]" if finding.passed else "[red]✗[/red]"
        out.print(f"{mark} {finding.name:<11} {finding.korean}", highlight=False, soft_wrap=True)
        if not finding.passed:
            out.print(f"  {'':<11} {finding.english}", highlight=False, soft_wrap=True)
        failed |= not finding.passed
    sys.exit(1 if failed else 0)


@app.command()
def login() -> None:
    """브라우저로 로그인합니다. / Signs in with a browser."""
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)

    def show(address: str, code: str) -> None:
        out.print("브라우저에서 열고 코드를 확인하세요 / open in a browser and confirm the code:\n")
        out.print(f"  {address}\n  {code}\n", highlight=False, soft_wrap=True)

    tokens = Issuer(mesh.issuer).sign_in(show)
    credentials_for(folder, mesh).keep(tokens)
    out.print("로그인했습니다. / Signed in.")


@app.command()
def token(user: AsUser = None) -> None:
    """grpcurl 등에 쓸 액세스 토큰을 출력합니다. / Prints a short-lived access token, for grpcurl."""
    folder = StateFolder(read_settings().home)
    credentials = credentials_for(folder, running_mesh(folder))
    print(credentials.of_user(user) if user else credentials.of_session())


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="질문 / the question")] = None,
    user: AsUser = None,
    conversation: Annotated[
        str | None, typer.Option("--conversation", "-c", help="이어서 물을 대화 / conversation to go on with")
    ] = None,
    json_output: Annotated[
        bool, typer.Option("--json", help="사건을 JSON 한 줄씩 / the stream's events, a JSON object a line")
    ] = False,
    batch_file: Annotated[
        Path | None,
        typer.Option("--batch", help="{id, user, turns} 줄의 파일 / a file of {id, user, turns} lines"),
    ] = None,
    export_file: Annotated[
        Path | None,
        typer.Option("--export", help="결과 전체를 .csv나 .xlsx로 / the full result as .csv or .xlsx"),
    ] = None,
) -> None:
    """질문하고 답을 보여 줍니다. / Asks a question and shows the answer."""
    settings = read_settings()
    folder = StateFolder(settings.home)
    mesh = running_mesh(folder)
    credentials = credentials_for(folder, mesh)
    if batch_file is not None:
        asyncio.run(batch.run(batch_file, mesh.edge_url, credentials))
        return
    if not question:
        raise typer.BadParameter("질문을 적으세요. / Give a question.")
    if export_file is not None:
        check_ending(export_file)

    def token() -> str:
        return credentials.of_user(user) if user else credentials.of_session()

    async def converse(text: str) -> int:
        async with ChatClient(mesh.edge_url, token) as client:
            name = conversation or await client.create_conversation()
            if json_output:
                completed = None
                async for event in client.ask(name, text):
                    print(json.dumps(_event_record(event), ensure_ascii=False), flush=True)
                    completed = event.completed.turn if event.HasField("completed") else None
            else:
                completed = await TurnPresenter(out, settings.timezone).show(client.ask(name, text))
                out.print(f"[dim]{name}[/dim]", highlight=False)
            if completed is not None and export_file is not None:
                rows = await export_query(mesh.edge_url, token(), query_of(completed), export_file)
                _exported(export_file, rows)
            return 0 if completed is not None else 1

    sys.exit(asyncio.run(converse(question)))


@evaluate.command("questions")
def evaluate_questions(
    file: Annotated[
        Path, typer.Argument(help="질문 모음의 폴더나 파일 / folder or file of a set of questions")
    ],
    source: Annotated[
        str, typer.Option(help="정답을 계산할 원본 DB / the ERP's database that gold comes from, sqlite:///…")
    ] = "",
    half: Annotated[str, typer.Option(help="tune 또는 report / one half: tune or report")] = "",
    category: Annotated[list[str] | None, typer.Option(help="이 범주만 / only this category")] = None,
    report: Annotated[Path | None, typer.Option("--out", help="JSON 보고서 / report as JSON")] = None,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="맞힌 질문을 바꾸어 묻기 / mutations of what is answered rightly")
    ] = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="기준에 못 미치면 실패 / exit 1 when a bar isn't held")
    ] = False,
) -> None:
    """질문 모음으로 답의 정확도를 잽니다. / Scores the answers to a set of questions with gold figures."""
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    questions = read_set(file)
    if read_settings().today != questions.today:
        raise LauncherError(
            f"이 질문들의 오늘은 {questions.today}입니다. maru up과 이 명령을 MARU_TODAY={questions.today}로 실행하세요.",
            f"These questions are of {questions.today}: run maru up and this with MARU_TODAY={questions.today}.",
        )
    held = asyncio.run(
        over_mesh.run(
            questions.only(half, category or ()),
            source or f"sqlite:///{folder.demo_erp}",
            Path(mesh.users_file),
            mesh.edge_url,
            credentials_for(folder, mesh),
            out,
            report,
            mutate=mutate,
        )
    )
    sys.exit(1 if gate and not held else 0)


@evaluate.command("retrieval")
def evaluate_retrieval(
    file: Annotated[
        Path,
        typer.Argument(
            help="{id, user, query, relevant: [경로]} 줄의 파일 / lines of {id, user, query, relevant}"
        ),
    ],
    report: Annotated[Path | None, typer.Option("--out", help="JSON 보고서 / report as JSON")] = None,
) -> None:
    """맞는 문서를 찾는지, 없으면 없다고 하는지 잽니다. / Scores what is found in documents."""
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    questions = retrieval.read_questions(file)
    judged = asyncio.run(retrieval.run(questions, mesh.edge_url, credentials_for(folder, mesh), out))
    if report is not None:
        report.write_text(
            json.dumps(retrieval.record(judged), ensure_ascii=False, indent=1), encoding="utf-8"
        )


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="만들 파일, .csv나 .xlsx / file to write, .csv or .xlsx")],
    conversation: Annotated[
        str,
        typer.Option(
            "--conversation", "-c", help="대화나 질문의 이름 / name of a conversation or of one of its turns"
        ),
    ],
    user: AsUser = None,
) -> None:
    """앞서 물은 것의 결과 전체를 파일로 내보냅니다. / Exports the full result of an earlier question."""
    check_ending(file)
    folder = StateFolder(read_settings().home)
    mesh = running_mesh(folder)
    credentials = credentials_for(folder, mesh)

    def token() -> str:
        return credentials.of_user(user) if user else credentials.of_session()

    async def write() -> int:
        query = await last_query(mesh.edge_url, token, conversation)
        return await export_query(mesh.edge_url, token(), query, file)

    _exported(file, asyncio.run(write()))


@app.command()
def load(
    source: Annotated[
        str, typer.Option("--from", help="원본 데이터베이스 URL / URL of the ERP's database, sqlite:///…")
    ],
    erp: Annotated[str, typer.Option(help="매핑 이름 / name of a shipped mapping")] = "erpnext",
    mapping: Annotated[Path | None, typer.Option(help="매핑 파일 / a mapping file")] = None,
) -> None:
    """ERP 데이터를 로컬 모델로 적재합니다. / Loads an ERP's data into the local model."""
    settings = read_settings()
    folder = StateFolder(settings.home)
    folder.create()
    asyncio.run(DemoData(folder, settings).load(erp, source, mapping, lambda line: print(line, flush=True)))


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="묻지 않고 / without asking")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="지울 것만 보여 주기 / only show what would go")
    ] = False,
) -> None:
    """상태 폴더(대화, 데이터, 키, 모델)를 지웁니다. / Removes the state folder: all data and keys."""
    folder = StateFolder(read_settings().home)
    if not folder.root.exists():
        out.print("지울 것이 없습니다. / Nothing to remove.")
        return
    size = sum(
        path.stat().st_size for path in folder.root.rglob("*") if path.is_file() and not path.is_symlink()
    )
    changed = datetime.fromtimestamp(folder.root.stat().st_mtime).astimezone()
    out.print(
        f"{folder.root}  {size / 1e6:,.0f} MB  {changed:%Y-%m-%d %H:%M}", highlight=False, soft_wrap=True
    )
    if dry_run:
        return
    if not yes:
        typer.confirm("모두 지울까요? / Remove all of it?", abort=True)
    folder.remove()
    out.print("지웠습니다. / Removed.")


def _exported(file: Path, rows: int) -> None:
    """On standard error, so that --json stays JSON."""
    text = f"{rows:,}행을 {file}에 저장했습니다. / {rows:,} rows were written to {file}."
    err.print(text, markup=False, highlight=False, soft_wrap=True)


def _event_record(event: Any) -> dict[str, Any]:
    return MessageToDict(event, preserving_proto_field_name=True)


if __name__ == "__main__":
    main()
