"""The house's rules on imports: those import-linter holds, and those it can't say."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SHIPPED = sorted(Path("services").glob("*/**/*.py"))
MODELS = sorted(Path("triton_models").rglob("*.py"))

# Where a service may know the wire and drivers; everything else in a room with a servicer is its core.
OUTER = {"__main__", "app", "servicer", "convert", "settings", "adapters"}
WIRE_AND_DRIVERS = {"grpc", "maru", "tritonclient", "httpx", "aiosqlite", "aiomysql", "redis", "google"}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def attributes(path: Path) -> Iterator[str]:
    """Dotted names as they are written: `os.environ`, `grpc.aio.server`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def core(path: Path) -> bool:
    room = path.parts[1]
    inner = path.relative_to(Path("services", room)).parts[0].removesuffix(".py")
    return Path("services", room, "servicer.py").exists() and inner not in OUTER


def test_import_linter_keeps_its_contracts() -> None:
    # A process of its own: it sets up logging, and disables every logger there is.
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_core_knows_neither_the_wire_nor_a_driver() -> None:
    for path in filter(core, SHIPPED):
        assert not {name.split(".")[0] for name in imports(path)} & WIRE_AND_DRIVERS, path


def test_only_settings_read_the_environment() -> None:
    readers = {
        str(path)
        for path in SHIPPED
        if {"os.environ", "os.getenv", "os.environb"} & {*attributes(path), *imports(path)}
    }
    # The launcher builds the environments of the parts that it starts.
    assert {path for path in readers if not path.endswith("/settings.py")} <= {
        str(path) for path in SHIPPED if path.parts[1] == "launcher"
    }


def test_only_the_kit_builds_a_server() -> None:
    builders = {str(p) for p in SHIPPED if {"grpc.aio.server", "grpc.server"} & {*attributes(p), *imports(p)}}
    assert builders == {"services/kit/server.py"}


def test_shipped_code_never_imports_tests_or_test_helpers() -> None:
    for path in SHIPPED:
        names = set(imports(path))
        assert not {name for name in names if name.split(".")[0] in ("tests", "pytest", "hypothesis")}, path
        assert "services.kit.testing" not in names, path


def test_models_on_triton_stand_alone() -> None:
    for path in MODELS:
        assert not {name.split(".")[0] for name in imports(path)} & {"services", "maru", "grpc"}, path
