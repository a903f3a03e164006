"""Whose data is in the local model: a company's own must never be taken for the demo's, and made anew."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from services.launcher import preparation
from services.launcher.errors import LauncherError
from services.launcher.preparation import DemoData
from services.launcher.settings import LauncherSettings
from services.launcher.state_folder import StateFolder


@pytest.fixture
def folder(tmp_path: Path) -> StateFolder:
    folder = StateFolder(tmp_path / "home")
    folder.create()
    return folder


@pytest.fixture
def demo(folder: StateFolder, monkeypatch: pytest.MonkeyPatch) -> DemoData:
    """Demo data whose steps fill the model at once, or end as `steps` says."""

    async def run_step(title: str, argv: list[str], say: object) -> None:
        if title == "maru load":
            fill(folder.local_model)

    monkeypatch.setattr(preparation, "run_step", run_step)
    return DemoData(folder, LauncherSettings(home=folder.root))


def fill(model: Path) -> None:
    with closing(sqlite3.connect(model)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS load_watermark (epoch)")
        connection.execute("INSERT INTO load_watermark VALUES (1)")
        connection.commit()


async def test_a_new_folder_gets_the_demo_company_once(demo: DemoData) -> None:
    assert not demo.is_current()
    await demo.create(print)
    assert demo.is_current()


async def test_a_company_loaded_by_hand_stays(demo: DemoData) -> None:
    await demo.create(print)
    await demo.load("erpnext", "sqlite:///own.sqlite", None, print)
    assert demo.is_current()


async def test_a_load_that_is_killed_at_its_very_end_leaves_no_demo(
    demo: DemoData, folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await demo.create(print)

    async def killed(title: str, argv: list[str], say: object) -> None:
        raise SystemExit

    monkeypatch.setattr(preparation, "run_step", killed)
    with pytest.raises(SystemExit):
        await demo.load("erpnext", "sqlite:///own.sqlite", None, print)
    assert json.loads((folder.data / "source.json").read_text()) == {"source": "erpnext"}


async def test_a_load_that_is_refused_leaves_the_demo_the_demo(
    demo: DemoData, folder: StateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    await demo.create(print)
    before = (folder.data / "source.json").read_text()

    async def refused(title: str, argv: list[str], say: object) -> None:
        raise LauncherError("", "")

    monkeypatch.setattr(preparation, "run_step", refused)
    with pytest.raises(LauncherError):
        await demo.load("erpnext", "sqlite:///own.sqlite", None, print)
    assert (folder.data / "source.json").read_text() == before


@pytest.mark.parametrize("record", ["", "{", "[]", '"demo"'])
async def test_a_model_of_unknown_source_is_left_alone(
    demo: DemoData, folder: StateFolder, record: str
) -> None:
    fill(folder.local_model)
    (folder.data / "source.json").write_text(record)
    assert demo.is_current()


async def test_a_damaged_demo_is_made_again(demo: DemoData, folder: StateFolder) -> None:
    await demo.create(print)
    folder.local_model.write_bytes(b"garbage" * 1000)
    assert not demo.is_current()
    await demo.create(print)
    assert demo.is_current()


async def test_a_damaged_model_of_a_company_is_said(demo: DemoData, folder: StateFolder) -> None:
    await demo.load("erpnext", "sqlite:///own.sqlite", None, print)
    with folder.local_model.open("r+b") as file:
        file.truncate(4096)
    with pytest.raises(LauncherError, match="maru load"):
        demo.is_current()
