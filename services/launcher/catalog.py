"""`maru catalog` and `maru policy`: what the ERP room says of its files, without a running Maru."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from maru.chat.v1.turn_pb2 import Answer, Turn
from maru.erp.v1.query_pb2 import AppliedFilter
from rich.console import Console

from services.launcher.chat_client import ChatClient
from services.launcher.credentials import Credentials, Issuer
from services.launcher.errors import LauncherError
from services.launcher.presenter import TurnPresenter
from services.launcher.settings import LauncherSettings
from services.launcher.state_folder import StateFolder
from services.launcher.users_file import read_users

UNKNOWN_NAME = 2
"""Exit code of a name that no metric has."""

catalog = typer.Typer(no_args_is_help=True, help="의미 카탈로그를 봅니다. / Shows the semantic catalog.")
policy = typer.Typer(no_args_is_help=True, help="누가 무엇을 볼 수 있는지 봅니다. / Shows who may see what.")

_SOURCES = {
    AppliedFilter.SOURCE_QUESTION: "질문에서 question",
    AppliedFilter.SOURCE_DEFAULT: "정의·기본 default",
    AppliedFilter.SOURCE_POLICY: "정책에서 policy",
}

Catalog = Annotated[Path | None, typer.Option("--catalog", help="카탈로그 폴더 / folder of the catalog")]
Policy = Annotated[Path | None, typer.Option("--policy", help="정책 파일 / the policy file")]


@catalog.command("check")
def check(catalog_dir: Catalog = None, policy_file: Policy = None) -> None:
    """카탈로그와 정책의 실수를 파일과 줄로 알려 줍니다. / Tells mistakes with file and line."""
    _describe(["check"], catalog_dir, policy_file)


@catalog.command("list")
def list_metrics(catalog_dir: Catalog = None) -> None:
    """모든 지표와, 올린 데이터에 연결되지 않은 것을 보여 줍니다. / Lists all metrics, and what the data lacks for them."""
    _describe(["list", "--data"], catalog_dir)


@catalog.command("show")
def show(
    name: Annotated[str, typer.Argument(help="지표의 이름, 다른 말, 키 / a metric's name, synonym or key")],
    catalog_dir: Catalog = None,
) -> None:
    """지표의 정의와 계산을 보여 줍니다. / Shows a metric's definition and how it is computed."""
    _describe(["show", name], catalog_dir)


@policy.command("check")
def check_policy(catalog_dir: Catalog = None, policy_file: Policy = None) -> None:
    """정책 파일의 실수를 파일과 줄로 알려 줍니다. / Tells mistakes of the policy with file and line."""
    _describe(["check"], catalog_dir, policy_file)


@policy.command("explain")
def explain(
    user: Annotated[str, typer.Option("--as", help="이 사용자에게 / for this user of the users file")],
    metric: Annotated[
        str,
        typer.Argument(
            metavar="[METRIC|QUESTION]",
            help="지표나 질문; 없으면 전체 / a metric, or a question to be asked; all when absent",
        ),
    ] = "",
    users: Annotated[Path | None, typer.Option(help="사용자 YAML 파일 / users file")] = None,
    catalog_dir: Catalog = None,
    policy_file: Policy = None,
) -> None:
    """사용자에게 적용되는 영역, 행 조건, 감춘 것을 보여 줍니다. / Shows domains, row filters and what is hidden."""
    file = users or LauncherSettings().users_file
    listed = next((one for one in read_users(file) if one.username == user), None)
    if listed is None:
        raise LauncherError(
            f"사용자 파일 {file}에 {user}이(가) 없습니다.",
            f"There is no user {user} in the users file {file}.",
        )
    asker = {"username": user, "roles": listed.roles, "claims": dict(listed.claims)}
    arguments = ["explain", "--asker", json.dumps(asker, ensure_ascii=False)]
    if metric and _run(["show", metric], catalog_dir, policy_file, quiet=True) == UNKNOWN_NAME:
        out = Console(soft_wrap=True, highlight=False)
        turn = asyncio.run(_ask(user, metric, out))
        for answer in (turn.answer, *turn.answer.further) if turn else ():
            out.print()
            for line in why(answer):
                out.print(line, markup=False)
            for key in answer.query.metrics:
                _run([*arguments, "--metric", key], catalog_dir, policy_file)
        if turn and not turn.answer.query.metrics:
            _describe(arguments, catalog_dir, policy_file)
    else:
        _describe([*arguments, "--metric", metric] if metric else arguments, catalog_dir, policy_file)


def why(answer: Answer) -> Iterator[str]:
    """How it was read, and each condition in force with where it comes from."""
    if answer.question:
        yield f"— {answer.question}"
    if answer.refusal_reason:
        yield f"거절 refused        {answer.refusal_reason}"
    if answer.HasField("query"):
        names = {column.key: column.display_name for column in answer.table.columns}
        said = [names.get(key, key) for key in answer.query.metrics]
        by = [names.get(one.dimension, one.dimension) for one in answer.query.groupings]
        yield f"읽은 뜻 read as     {', '.join(said)}" + (f" · {', '.join(by)}별 by" if by else "")
    for source, words in _SOURCES.items():
        found = [one.text for one in answer.context.filters if one.source == source]
        if found:
            yield f"{words:<16}  {' · '.join(found)}"
    if answer.HasField("context"):
        part = answer.context.partial_view
        yield "전체 여부 whole      " + ("아니요: 볼 수 있는 부분만 / no: one's part" if part else "예 / yes")


async def _ask(user: str, question: str, out: Console) -> Turn | None:
    """Shows the question's answer as the user gets it; the turn as it ended."""
    settings = LauncherSettings()
    folder = StateFolder(settings.home)
    mesh = folder.running_mesh() if folder.is_locked() else None
    if mesh is None:
        raise LauncherError(
            f"'{question}'은(는) 지표가 아니라 질문으로 보입니다. 질문은 Maru가 실행 중일 때 설명할 수 있습니다 (make up).",
            f"'{question}' is no metric. As a question it can be explained while Maru is running (make up).",
        )
    credentials = Credentials(Issuer(mesh.issuer), folder.operator_key, folder.tokens)
    async with ChatClient(mesh.edge_url, lambda: credentials.of_user(user)) as client:
        name = await client.create_conversation()
        return await TurnPresenter(out, settings.timezone).show(client.ask(name, question))


def _describe(
    arguments: Sequence[str], catalog_dir: Path | None = None, policy_file: Path | None = None
) -> None:
    raise typer.Exit(_run(arguments, catalog_dir, policy_file))


def _run(
    arguments: Sequence[str], catalog_dir: Path | None, policy_file: Path | None, *, quiet: bool = False
) -> int:
    files = ["--catalog", str(catalog_dir)] if catalog_dir else []
    files += ["--policy", str(policy_file)] if policy_file else []
    command = [sys.executable, "-m", "services.erp.describe", *files, *arguments]
    environment = {
        "MARU_DATABASE_URL": f"sqlite:///{StateFolder(LauncherSettings().home).local_model}",
        **os.environ,
    }
    return subprocess.run(command, check=False, capture_output=quiet, env=environment).returncode
