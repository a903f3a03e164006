"""What every command needs: the settings, the running mesh, tokens, somewhere to print."""

import sys
from typing import Annotated

import psutil
import typer
from pydantic import ValidationError
from rich.console import Console

from services.launcher.credentials import Credentials, Issuer
from services.launcher.errors import LauncherError
from services.launcher.settings import LauncherSettings
from services.launcher.state_folder import RunningMesh, StateFolder

EXIT_NOT_RUNNING = 3

out = Console(soft_wrap=False)
err = Console(stderr=True)

AsUser = Annotated[
    str | None,
    typer.Option("--as", help="이 사용자로 (내장 로그인 서버) / as this user of the embedded issuer"),
]


def read_settings() -> LauncherSettings:
    """The settings.

    Raises:
        LauncherError: one is wrong.
    """
    try:
        return LauncherSettings()
    except ValidationError as error:
        wrong = "; ".join(
            f"MARU_{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors(include_input=False)
        )
        raise LauncherError(f"설정이 잘못되었습니다: {wrong}", f"A setting is wrong: {wrong}") from None


def running_mesh(folder: StateFolder) -> RunningMesh:
    """The mesh that runs on the folder; without one the command ends.

    Raises:
        LauncherError: it is just starting.
    """
    locked = folder.is_locked()
    mesh = folder.running_mesh() if locked else None
    if locked and mesh is None:
        raise LauncherError(
            f"Maru가 시작하는 중이거나, 실행 기록 {folder.run}/up.json을 읽을 수 없습니다. maru up의 화면을 보고, "
            "이미 시작되어 있으면 Ctrl-C로 멈춘 뒤 다시 시작하세요.",
            f"Maru is starting, or its record {folder.run}/up.json can't be read. Look at the screen of maru up; if it "
            "has started already, stop it there with Ctrl-C and start it again.",
        )
    if mesh is None or not psutil.pid_exists(mesh.pid):
        err.print(
            "Maru가 실행 중이 아닙니다. 시작하려면: make up (또는 maru up)", style="red", highlight=False
        )
        err.print("  Maru is not running. To start it: make up (or maru up)", highlight=False)
        sys.exit(EXIT_NOT_RUNNING)
    return mesh


def credentials_for(folder: StateFolder, mesh: RunningMesh) -> Credentials:
    """The tokens of who signed in, and of any user of this machine's issuer."""
    return Credentials(Issuer(mesh.issuer), folder.operator_key, folder.tokens)
