"""The local model in an SQLite file: read-only, on a few threads, each statement bounded in time.

A load replaces the file's rows in one transaction, which open connections see by themselves; a file that is
deleted and made anew is noticed before the next read.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from services.erp.adapters.fetching import fetch
from services.erp.errors import LocalModelEmpty, LocalModelUnavailable, StatementTimeout, sum_too_large
from services.erp.exact_decimal import InexactValueError
from services.erp.ports import AnySelect, Fetched
from services.kit.metrics import Metrics

_THREADS: Final = 4
_STEPS_BETWEEN_CHECKS: Final = 20_000
"""Instructions of SQLite's machine: some tenths of a millisecond."""
_CACHE_KIB: Final = 32 * 1024
_MMAP_BYTES: Final = 1 << 30


@dataclass(slots=True)
class _Bound:
    """When a read must be over; the asker may end it earlier."""

    deadline: float
    stopped: threading.Event = field(default_factory=threading.Event)

    def over(self) -> bool:
        return self.stopped.is_set() or time.monotonic() > self.deadline


class SqliteLocalModel:
    """`ports.LocalModel` over the file at `path`."""

    def __init__(self, path: Path, metrics: Metrics, timeout_seconds: float) -> None:
        self._path = path
        self._metrics = metrics
        self._timeout_seconds = timeout_seconds
        self._threads = ThreadPoolExecutor(_THREADS, "local-model")
        self._lock = threading.Lock()
        self._file: tuple[int, int] | None = None
        self._engine: Engine | None = None

    async def read(self, *statements: AnySelect) -> Sequence[Fetched]:
        bound = _Bound(time.monotonic() + self._timeout_seconds)
        reading = asyncio.get_running_loop().run_in_executor(self._threads, self._read, statements, bound)
        try:
            return await reading
        except asyncio.CancelledError:
            bound.stopped.set()
            raise

    def _read(self, statements: Sequence[AnySelect], bound: _Bound) -> Sequence[Fetched]:
        try:
            with self._opened().connect() as connection:
                driver = connection.connection.driver_connection
                driver.set_progress_handler(bound.over, _STEPS_BETWEEN_CHECKS)  # type: ignore[union-attr]
                connection.exec_driver_sql("BEGIN")  # one state of the data for all statements
                return [fetch(connection, statement) for statement in statements]
        except DBAPIError as error:
            raise self._failure(error, bound) from error
        except InexactValueError as error:
            raise sum_too_large() from error

    def _failure(self, error: DBAPIError, bound: _Bound) -> Exception:
        message = str(error.orig)
        if "interrupted" in message and bound.over():
            return StatementTimeout(limit_ms=str(round(self._timeout_seconds * 1000)))
        if "integer overflow" in message:
            return sum_too_large()
        if "no such table: load_watermark" in message:
            return LocalModelEmpty()
        return LocalModelUnavailable(message)

    def _opened(self) -> Engine:
        """The engine of the file that is there now."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            raise LocalModelEmpty from None
        except OSError as error:
            raise LocalModelUnavailable(str(error)) from error
        file = status.st_dev, status.st_ino
        with self._lock:
            if self._engine is None or self._file != file:
                if self._engine is not None:
                    self._engine.dispose()  # those in use are closed when they come back
                self._engine, self._file = self._new_engine(), file
            return self._engine

    def _new_engine(self) -> Engine:
        engine = create_engine(
            "sqlite://",
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=_THREADS,
            max_overflow=0,
            pool_use_lifo=True,  # the connection whose cache is warm
        )
        self._metrics.instrument_engine(engine)
        return engine

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.resolve().as_uri()}?mode=ro",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=1.0,
        )
        for pragma in (
            "query_only = 1",
            f"cache_size = -{_CACHE_KIB}",
            f"mmap_size = {_MMAP_BYTES}",
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def close(self) -> None:
        self._threads.shutdown()
        if self._engine is not None:
            self._engine.dispose()


@asynccontextmanager
async def open_local_model(
    path: Path, metrics: Metrics, timeout_seconds: float
) -> AsyncIterator[SqliteLocalModel]:
    """The local model at the path, which need not be there yet."""
    with closing(SqliteLocalModel(path, metrics, timeout_seconds)) as local_model:
        yield local_model
