"""gen/ is what `make gen` writes from proto/."""

import filecmp
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BUF = Path(sys.executable).with_name("buf")
TYPESCRIPT_GENERATOR = ROOT / "proto/plugins/node_modules/@bufbuild/protoc-gen-es/bin/protoc-gen-es"


def generated(template: str, folder: Path) -> None:
    command = [BUF, "generate", "--template", template, "--output", folder]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def files(folder: Path) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in found}


def assert_same(committed: Path, fresh: Path) -> None:
    assert files(committed) == files(fresh), "run `make gen`"
    _, different, unreadable = filecmp.cmpfiles(committed, fresh, files(fresh), shallow=False)
    assert not different, "run `make gen`"
    assert not unreadable


def test_python(tmp_path):
    generated("buf.gen.yaml", tmp_path)
    assert_same(ROOT / "gen/python", tmp_path / "gen/python")


@pytest.mark.skipif(
    not TYPESCRIPT_GENERATOR.exists(), reason="protoc-gen-es is not installed; `make gen` does it"
)
def test_typescript(tmp_path):
    generated("buf.gen.ts.yaml", tmp_path)
    assert_same(ROOT / "gen/ts", tmp_path / "gen/ts")


def test_typescript_has_no_validation_rules():
    assert not (ROOT / "gen/ts/buf").exists()
    assert not [path for path in (ROOT / "gen/ts").rglob("*.ts") if "buf/validate" in path.read_text()]
