"""The mesh that the end-to-end tests share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.mesh import STOP_LIMIT_S, Mesh, descendants, mesh_environment, start_mesh

FOLDER = Path(__file__).parent
START_AND_TEST_LIMIT_S = 600


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test to need the mesh also waits for its start: longer than other tests may take."""
    for item in items:
        if item.path.is_relative_to(FOLDER) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(START_AND_TEST_LIMIT_S))


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """One mesh for all tests that don't end it."""
    running = start_mesh(mesh_environment(tmp_path_factory.mktemp("mesh") / "home"))
    below = descendants(running.process.pid)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            took = running.stop()
            assert took <= STOP_LIMIT_S, f"stopping took {took:.1f} s"
        left = [process for process in below if process.is_running()]
        for process in left:
            process.kill()
        assert not left, f"left behind: {left}"
