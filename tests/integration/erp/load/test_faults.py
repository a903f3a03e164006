"""Whatever happens while a load runs, readers keep the old model until the whole new one is there."""

import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from services.erp.loading.errors import LoadError
from services.erp.loading.model_file import ModelFile
from tests.integration.erp.load.trial import MAPPING, change, content, left_over, many_rows, run


def test_loading_again_gives_the_same_rows_and_the_next_epoch(source: Path, model: ModelFile) -> None:
    before = content(model)
    assert run(source, model)["epoch"] == 2
    assert content(model) == before
    assert model.epoch() == 2
    assert left_over(model) == set()


def test_a_reader_keeps_its_rows_until_it_asks_again(source: Path, model: ModelFile) -> None:
    with closing(sqlite3.connect(f"file:{model.path}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM territory").fetchone() == (20,)
        change(source, "DELETE FROM region WHERE id > 'r2'")
        run(source, model)
        assert reader.execute("SELECT count(*) FROM territory").fetchone() == (20,)
        reader.execute("COMMIT")
        assert reader.execute("SELECT count(*) FROM territory").fetchone() == (13,)


@pytest.mark.parametrize("moment", ["started", "territory", "index", "publish"])
def test_kill_9_leaves_the_old_model(source: Path, model: ModelFile, moment: str) -> None:
    """The process kills itself at the moment; a later load clears up after it."""
    before = content(model)
    change(source, "UPDATE region SET name = 'new'")
    script = f"""
import os, signal, sys
from pathlib import Path
from services.erp.load import load
from services.erp.loading.model_file import ModelFile
from services.erp.loading.progress import Progress
from services.erp.mapping.language import parse_mapping

class Killing(Progress):
    def rows(self, table, count):
        if {moment!r} == table:
            os.kill(os.getpid(), signal.SIGKILL)

def report(event):
    if event["event"] == {moment!r}:
        os.kill(os.getpid(), signal.SIGKILL)

load("sqlite:///{source}", ModelFile(Path("{model.path}")), parse_mapping({MAPPING!r}, "m"), Killing(report))
"""
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert content(model) == before
    run(source, model)
    assert {name for _, name in content(model)} == {"new"}
    assert left_over(model) == set()


def test_kill_9_while_the_pages_are_copied(source: Path, model: ModelFile) -> None:
    """Killed at many points of publishing, the model is always the old one or the new one, and whole."""
    many_rows(source, 8000)
    script = f"""
import os, signal, sqlite3, sys
from pathlib import Path
from services.erp.load import load
from services.erp.loading import model_file
from services.erp.loading.progress import Progress
from services.erp.mapping.language import parse_mapping

model_file._PAGES_A_STEP = 16
steps = int(sys.argv[1])

class Connection(sqlite3.Connection):
    def backup(self, target, *, pages, progress, sleep):
        count = 0
        def watch(*state):
            nonlocal count
            count += 1
            if count == steps:
                os.kill(os.getpid(), signal.SIGKILL)
        super().backup(target, pages=pages, progress=watch, sleep=sleep)

connect = sqlite3.connect
sqlite3.connect = lambda *a, **k: connect(*a, **{{"factory": Connection, **k}})
model = model_file.ModelFile(Path("{model.path}"))
load("sqlite:///{source}", model, parse_mapping({MAPPING!r}, "m"), Progress(lambda _: None))
"""
    epoch = 1
    for steps in (1, 5, 20, 35, 100_000):
        command = [sys.executable, "-c", script, str(steps)]
        killed = subprocess.run(command, capture_output=True, check=False)
        assert killed.returncode in (-signal.SIGKILL, 0), killed.stderr
        epoch += killed.returncode == 0
        with closing(sqlite3.connect(f"file:{model.path}?mode=ro", uri=True)) as reader:
            assert reader.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert reader.execute("SELECT DISTINCT epoch FROM load_watermark").fetchall() == [(epoch,)]
            rows = reader.execute("SELECT count(*) FROM territory").fetchone()
            assert rows == (20 if epoch == 1 else 8020,)
    assert epoch == 2


def test_a_full_disk_leaves_the_old_model(source: Path, model: ModelFile) -> None:
    """No file of the process may grow beyond what the old model needs: SQLite cannot write the new one."""
    before = content(model)
    many_rows(source, 8000)
    mapping = model.path.with_name("trial.yaml")
    mapping.write_text(MAPPING)

    def small_disk() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    command = [sys.executable, "-m", "services.erp.load", "--mapping", str(mapping)]
    command += ["--from", f"sqlite:///{source}", "--to", f"sqlite:///{model.path}"]
    failed = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=small_disk)
    assert failed.returncode == 1
    assert "디스크에 쓰지 못했습니다" in failed.stdout
    assert "Free some disk space" in failed.stdout
    assert content(model) == before
    assert left_over(model) == set()


def test_two_loads_at_once(source: Path, model: ModelFile) -> None:
    with model.replacement(lambda _: None), pytest.raises(LoadError) as caught:
        run(source, ModelFile(model.path))
    assert "다른 적재" in caught.value.ko
    assert "has finished" in caught.value.en


def test_a_writer_in_the_model_is_waited_for(source: Path, model: ModelFile) -> None:
    change(source, "UPDATE region SET name = 'new'")
    writer = sqlite3.connect(model.path, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    done = threading.Timer(1.0, lambda: writer.execute("COMMIT"))
    done.start()
    run(source, model)
    done.join()
    writer.close()
    assert {name for _, name in content(model)} == {"new"}


def test_a_writer_that_never_ends(source: Path, model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.erp.loading.model_file._LOCK_SECONDS", 0.3)
    before = content(model)
    change(source, "UPDATE region SET name = 'new'")
    with closing(sqlite3.connect(model.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(LoadError, match="Another program is writing"):
            run(source, model)
    assert content(model) == before
