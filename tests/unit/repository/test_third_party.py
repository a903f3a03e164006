"""Every direct dependency has its line in THIRD_PARTY.md; the lock files name no registry."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[3]


def direct_dependencies() -> Iterator[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    declared = project["project"]["dependencies"]
    for group in (
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
    ):
        declared = declared + group
    yield from (re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in declared)
    for folder in ("web", "proto/plugins"):
        package = json.loads((REPOSITORY / folder / "package.json").read_text(encoding="utf-8"))
        yield from package.get("dependencies", {})
        yield from package.get("devDependencies", {})


@pytest.mark.parametrize("name", sorted(set(direct_dependencies())))
def test_a_dependency_is_listed(name: str) -> None:
    listed = re.findall(r"[\w@/.-]+", (REPOSITORY / "THIRD_PARTY.md").read_text(encoding="utf-8"))
    assert name in listed, f"{name} has no line in THIRD_PARTY.md"


PYTHON_LOCKS = sorted(REPOSITORY.glob("requirements/*.txt"))
NPM_LOCKS = [REPOSITORY / folder / "package-lock.json" for folder in ("web", "proto/plugins")]
ADDRESS = re.compile(r'^--\w*index|"resolved"|find-links|https?://\S+\.(?:whl|tgz|tar\.gz)', re.MULTILINE)


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, *NPM_LOCKS], ids=lambda path: path.name)
def test_a_lock_file_names_no_registry(lock: Path) -> None:
    assert not ADDRESS.findall(lock.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_a_hash(lock: Path) -> None:
    requirements = re.split(r"\n(?=[a-z0-9])", lock.read_text())
    assert all("--hash=sha256:" in requirement for requirement in requirements if requirement.strip())
