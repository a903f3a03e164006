"""The local model in a MariaDB database: read-only transactions, each statement bounded in time by the server."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from services.erp.adapters.fetching import fetch
from services.erp.errors import LocalModelEmpty, LocalModelUnavailable, StatementTimeout, sum_too_large
from services.erp.exact_decimal import InexactValueError
from services.erp.ports import AnySelect, Fetched
from services.kit.metrics import Metrics

_CONNECTIONS: Final = 4
_TIMED_OUT: Final = 1969
_NO_TABLE: Final = 1146
_OUT_OF_RANGE: Final = frozenset({1264, 1690})


class MariadbLocalModel:
    """`ports.LocalModel` over the database of the engine. Texts are compared byte by byte, as SQLite compares them:
    the database's collation is utf8mb4_bin.
    """

    def __init__(self, engine: AsyncEngine, stopping: AsyncEngine, timeout_seconds: float) -> None:
        self._engine = engine
        self._stopping = stopping
        self._timeout_seconds = timeout_seconds

    async def read(self, *statements: AnySelect) -> Sequence[Fetched]:
        try:
            async with asyncio.timeout(self._timeout_seconds), self._engine.connect() as connection:
                raw = await connection.get_raw_connection()
                thread: int = raw.driver_connection.thread_id()  # type: ignore[union-attr]
                try:
                    return await connection.run_sync(self.fetched, statements)
                except asyncio.CancelledError:
                    await connection.invalidate()
                    await asyncio.shield(self._stop(thread))
                    raise
        except TimeoutError:
            raise self._timeout() from None
        except DBAPIError as error:
            raise self._failure(error) from error
        except InexactValueError as error:
            raise sum_too_large() from error
        except SQLAlchemyError as error:
            raise LocalModelUnavailable(type(error).__name__) from error
        except OSError as error:
            raise LocalModelUnavailable(type(error).__name__) from error

    async def _stop(self, thread: int) -> None:
        """The server goes on with a statement whose client has gone, unless it is told."""
        with suppress(SQLAlchemyError, OSError):
            async with self._stopping.connect() as connection:
                await connection.exec_driver_sql(f"KILL {thread:d}")

    def fetched(self, connection: Connection, statements: Sequence[AnySelect]) -> Sequence[Fetched]:
        deadline = time.monotonic() + self._timeout_seconds
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        found = []
        for statement in statements:
            left = max(deadline - time.monotonic(), 0.001)
            connection.exec_driver_sql(f"SET max_statement_time = {math.ceil(left * 1000) / 1000}")
            found.append(fetch(connection, statement))
        return found

    def _timeout(self) -> StatementTimeout:
        return StatementTimeout(limit_ms=str(round(self._timeout_seconds * 1000)))

    def _failure(self, error: DBAPIError) -> Exception:
        number = error.orig.args[0] if error.orig is not None and error.orig.args else None
        if number == _TIMED_OUT:
            return self._timeout()
        if number == _NO_TABLE and "load_watermark" in str(error.orig):
            return LocalModelEmpty()
        if number in _OUT_OF_RANGE:
            return sum_too_large()
        return LocalModelUnavailable(f"{type(error.orig).__name__} {number}")


@asynccontextmanager
async def open_local_model(
    url: str, metrics: Metrics, timeout_seconds: float
) -> AsyncIterator[MariadbLocalModel]:
    """The local model in the database of the URL (mysql+aiomysql://…), which need not answer yet."""
    engine = create_async_engine(
        make_url(url), pool_size=_CONNECTIONS, max_overflow=0, pool_pre_ping=True, pool_recycle=3600
    )
    stopping = create_async_engine(make_url(url), poolclass=NullPool)
    metrics.instrument_engine(engine)

    def read_only(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("SET SESSION TRANSACTION READ ONLY")
        cursor.close()

    event.listen(engine.sync_engine, "connect", read_only)
    try:
        yield MariadbLocalModel(engine, stopping, timeout_seconds)
    finally:
        await engine.dispose()
