"""The state folder: one `maru up` at a time, and nothing removed that isn't Maru's."""

from pathlib import Path

import pytest

from services.launcher.errors import LauncherError
from services.launcher.state_folder import RunningMesh, RunningPart, StateFolder

MESH = RunningMesh(4711, 1.5, "http://127.0.0.1:8080", "http://127.0.0.1:8080/realms/maru", 18080,
                   "users.yaml", (RunningPart("erp", 4712, 2.5),))  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "state")
    folder.create()
    return folder


def test_a_second_up_is_refused_and_told_of_the_first(folder: StateFolder) -> None:
    folder.write_running_mesh(MESH)
    with (
        folder.locked(),
        pytest.raises(LauncherError, match=r"already running \(pid 4711"),
        StateFolder(folder.root).locked(),
    ):
        pass


def test_the_lock_is_let_go(folder: StateFolder) -> None:
    with folder.locked():
        assert folder.is_locked()
    assert not folder.is_locked()


def test_the_record_of_the_mesh_survives_a_round_trip(folder: StateFolder) -> None:
    folder.write_running_mesh(MESH)
    assert StateFolder(folder.root).running_mesh() == MESH


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"pid": 1}', '{"parts": [{"pid": 1}]}', "\x00\xff"])
def test_a_damaged_record_is_no_record(folder: StateFolder, damage: str) -> None:
    (folder.run / "up.json").write_text(damage, encoding="latin-1")
    assert folder.running_mesh() is None


def test_folders_are_their_owners_alone(folder: StateFolder) -> None:
    assert {
        path.stat().st_mode & 0o777 for path in (folder.root, folder.keys, folder.data, folder.tokens)
    } == {0o700}


def test_a_folder_with_other_files_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "thesis.hwp").touch()
    with pytest.raises(LauncherError, match="not Maru's"):
        StateFolder(tmp_path).create()


def test_only_a_state_folder_is_removed(tmp_path: Path, folder: StateFolder) -> None:
    (tmp_path / "thesis.hwp").touch()
    with pytest.raises(LauncherError, match="no state folder"):
        StateFolder(tmp_path).remove()
    assert (tmp_path / "thesis.hwp").exists()
    folder.remove()
    assert not folder.root.exists()


def test_a_running_mesh_keeps_its_folder(folder: StateFolder) -> None:
    with folder.locked(), pytest.raises(LauncherError, match="running"):
        StateFolder(folder.root).remove()
    assert folder.root.exists()
