"""The state folder: one place for everything the embedded mesh writes."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from services.launcher.errors import LauncherError

MARKER = "maru-state-folder"


@dataclass(frozen=True)
class RunningPart:
    """A process of the running mesh; `create_time` tells it from a later process with the same pid."""

    name: str
    pid: int
    create_time: float


@dataclass(frozen=True)
class RunningMesh:
    """What `maru up` leaves for the other commands while it runs."""

    pid: int
    create_time: float
    edge_url: str
    issuer: str
    port_base: int
    users_file: str
    parts: tuple[RunningPart, ...] = ()


class StateFolder:
    """Paths of the state folder, its lock and the record of the running mesh."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.run = self.root / "run"
        self.logs = self.root / "logs"
        self.data = self.root / "data"
        self.keys = self.root / "keys"
        self.workload_keys = self.keys / "workload"
        self.models = self.root / "models"
        self.triton = self.root / "triton"
        self.envoy = self.root / "envoy"
        self.tokens = self.run / "tokens"
        self.local_model = self.data / "model.sqlite"
        self.demo_erp = self.data / "demo-erp.sqlite"
        self.operator_key = self.keys / "operator.pem"
        self.workload_jwks = self.keys / "workload.jwks.json"
        self._record = self.run / "up.json"
        self._lock = self.run / "lock"

    def create(self) -> None:
        """Makes the folders, readable by their owner only.

        Raises:
            LauncherError: the folder can't be made, or holds files that aren't Maru's.
        """
        try:
            if self.root.exists() and not (self.root / MARKER).exists() and any(self.root.iterdir()):
                raise LauncherError(
                    f"{self.root} 폴더에 Maru가 만들지 않은 파일이 있습니다. 비우거나 MARU_HOME으로 다른 "
                    "폴더를 지정하세요.",
                    f"{self.root} holds files that are not Maru's. Empty it or name another folder with "
                    "MARU_HOME.",
                )
            for folder in (self.root, self.run, self.logs, self.data, self.keys, self.workload_keys,
                           self.models, self.triton, self.envoy, self.tokens):  # fmt: skip
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.root / MARKER).touch()
        except OSError as error:
            raise LauncherError(
                f"상태 폴더 {self.root}를 만들 수 없습니다 ({error.strerror}). 권한과 디스크 공간을 "
                "확인하거나 MARU_HOME을 바꾸세요.",
                f"The state folder {self.root} can't be made ({error.strerror}). Check rights and disk "
                "space, or change MARU_HOME.",
            ) from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Holds the folder for one `maru up`; the kernel lets go of it however that process ends.

        Raises:
            LauncherError: another `maru up` holds it.
        """
        with self._lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                mesh = self.running_mesh()
                where = f"pid {mesh.pid}, {mesh.edge_url}" if mesh else "starting"
                raise LauncherError(
                    f"Maru가 이미 실행 중입니다 ({where}). 멈추려면: maru down",
                    f"Maru is already running ({where}). To stop it: maru down",
                ) from error
            yield

    def is_locked(self) -> bool:
        """Whether a `maru up` holds the folder now."""
        if not self._lock.exists():
            return False
        with self._lock.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False

    def write_running_mesh(self, mesh: RunningMesh) -> None:
        """Records the running mesh, whole or not at all."""
        fresh = self._record.with_suffix(".tmp")
        fresh.write_text(json.dumps(asdict(mesh)), encoding="utf-8")
        os.replace(fresh, self._record)

    def running_mesh(self) -> RunningMesh | None:
        """The recorded mesh, or None where none is recorded or the record is damaged."""
        try:
            fields = json.loads(self._record.read_text(encoding="utf-8"))
            parts = tuple(RunningPart(**part) for part in fields.pop("parts"))
            return RunningMesh(**fields, parts=parts)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def clear_running_mesh(self) -> None:
        """Takes the record away."""
        self._record.unlink(missing_ok=True)

    def remove(self) -> None:
        """Removes the folder with all it holds.

        Raises:
            LauncherError: a mesh is running on it, or it isn't a state folder of Maru's.
        """
        if not self.root.exists():
            return
        if not (self.root / MARKER).exists():
            raise LauncherError(
                f"{self.root}는 Maru의 상태 폴더가 아니므로 지우지 않습니다. MARU_HOME을 확인하세요.",
                f"{self.root} is no state folder of Maru's and is left alone. Check MARU_HOME.",
            )
        if self.is_locked():
            raise LauncherError(
                "Maru가 실행 중입니다. 먼저 maru down으로 멈추세요.",
                "Maru is running. Stop it first with maru down.",
            )
        shutil.rmtree(self.root)
