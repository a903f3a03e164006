"""The local model as an SQLite file that is replaced whole.

A load builds a fresh file beside the model (no journal, indexes last) and then copies its pages into the
model in one write transaction (SQLite's backup). Readers go on with the old rows until that commits, then
see all the new ones; a kill -9 at any moment leaves the old model and, at worst, a scratch file that the
next load removes. Renaming the file instead would strand open readers on the old one and let its
write-ahead log meet the new one.
"""

import fcntl
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError

from services.erp.loading.errors import LoadError, writing_failed
from services.erp.migrations import upgrade

_LOCK_SECONDS: Final = 30
_PAGES_A_STEP: Final = 4096


class ModelFile:
    """The local model at `path`, which need not exist yet."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._scratch = path.with_name(f".{path.name}.loading")
        self._lock = path.with_name(f".{path.name}.lock")

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.path.stat().st_size

    def epoch(self) -> int:
        """How many full loads the model has seen.

        Raises:
            LoadError: the file is there but is no local model; it is not going to be overwritten.
        """
        if not self.path.exists() or self.path.stat().st_size == 0:
            return 0
        try:
            with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as model:
                row = model.execute("SELECT max(epoch) FROM load_watermark").fetchone()
                return int(row[0] or 0)
        except sqlite3.Error:
            raise LoadError(
                f"로컬 모델이 아니거나 손상된 파일입니다: {self.path}. 다른 경로를 쓰거나 지우세요.",
                f"{self.path} is not a local model, or is damaged. Use another path, or remove that file.",
            ) from None

    @contextmanager
    def replacement(self, step: Callable[[str], None]) -> Iterator[Connection]:
        """A fresh model without rows; when the block ends without an error it takes the model's place.

        `step` is told "index" and "publish" as they begin.

        Raises:
            LoadError: another load is at work, or the disk is full. The old model is as it was.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._alone():
                with self._scratch_engine() as engine, engine.begin() as connection:
                    connection.exec_driver_sql("BEGIN")
                    upgrade(connection)
                    indexes = _take_indexes(connection)
                    yield connection
                    step("index")
                    for statement in indexes:
                        connection.exec_driver_sql(statement)
                    connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
                    connection.exec_driver_sql("ANALYZE")
                step("publish")
                self._publish()
        except (DBAPIError, sqlite3.Error, OSError) as error:
            raise writing_failed(error) from None
        finally:
            self._scratch.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Holds the load's lock, which the kernel frees when the process dies."""
        with self._lock.open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise LoadError(
                    f"다른 적재가 {self.path} 에 쓰고 있습니다. 끝난 뒤 다시 실행하세요.",
                    f"Another load is writing to {self.path}. Run this again when it has finished.",
                ) from None
            yield

    @contextmanager
    def _scratch_engine(self) -> Iterator[Engine]:
        self._scratch.unlink(missing_ok=True)

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(self._scratch, isolation_level=None)
            # Nobody reads this file and a crash discards it: no fsync, no journal on disk.
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA cache_size = -200000")
            return connection

        engine = create_engine("sqlite://", creator=connect)
        try:
            yield engine
        finally:
            engine.dispose()

    def _publish(self) -> None:
        """Copies the scratch file's pages into the model, in one transaction of the model's."""
        deadline = time.monotonic() + _LOCK_SECONDS

        def watch(_status: int, _remaining: int, _total: int) -> None:
            # Blocked by another writer, sqlite3 would go on trying for ever.
            if _remaining == _total and time.monotonic() > deadline:
                raise sqlite3.OperationalError("database is locked")

        with (
            closing(sqlite3.connect(self._scratch)) as scratch,
            closing(sqlite3.connect(self.path, timeout=1)) as model,
        ):
            model.execute("PRAGMA journal_mode = WAL")
            scratch.backup(model, pages=_PAGES_A_STEP, progress=watch, sleep=0.1)
            model.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _take_indexes(connection: Connection) -> list[str]:
    """Drops the indexes; returns the statements that make them again at the end, which is faster."""
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).all()
    for name, _ in found:
        connection.exec_driver_sql(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]
