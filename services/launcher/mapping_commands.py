"""`maru mapping`: the erp service's own commands about mapping files, run as they are."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    no_args_is_help=True,
    help="매핑 파일: ERP의 표를 로컬 모델로. / Mapping files: an ERP's tables to the local model.",
)


@app.command()
def check(
    source: Annotated[
        str, typer.Option("--from", help="원본 데이터베이스 URL / URL of the ERP's database, sqlite:///…")
    ],
    file: Annotated[Path | None, typer.Argument(help="매핑 파일 / the mapping file")] = None,
    erp: Annotated[
        str, typer.Option(help="파일 대신, 들어 있는 매핑의 이름 / a shipped mapping instead of a file")
    ] = "erpnext",
    json_output: Annotated[bool, typer.Option("--json", help="JSON으로 / as JSON")] = False,
) -> None:
    """매핑을 원본에 대어 보고 빠진 것, 모호한 것, 잃는 것을 알려 줍니다. / Tries a mapping on a source and says what is
    unmapped, ambiguous or lossy. Exit code 0: no errors, 1: figures would be wrong, 2: it could not be tried."""
    chosen = [str(file)] if file else ["--erp", erp]
    sys.exit(_run("services.erp.checking", *chosen, "--from", source, *(["--json"] if json_output else [])))


@app.command()
def tables() -> None:
    """로컬 모델의 표와 열을 출력합니다. / Prints the tables and columns that a mapping may fill."""
    sys.exit(_run("services.erp.local_model"))


@app.command()
def needs() -> None:
    """지표마다 어떤 표와 열이 있어야 하는지 출력합니다. / Prints what each metric needs."""
    sys.exit(_run("services.erp.checking.needs"))


def _run(module: str, *arguments: str) -> int:
    """In the caller's own folder, so that file names mean what was typed."""
    return subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode
