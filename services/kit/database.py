"""A service's own database, an SQLite file or MariaDB: its engines, and what to say when it can't be opened or used."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.kit.errors import DependencyUnavailable, Overloaded, StorageFull
from services.kit.metrics import Metrics

_READERS: Final = 4
_BUSY_TIMEOUT_MS: Final = 5000
"""For another program's lock; the service's own writes queue for the one connection that writes."""

_FULL: Final = frozenset({"SQLITE_FULL", 1021, 1114})
_COLLISION: Final = frozenset({"SQLITE_BUSY", 1205, 1213})
"""A lock not given in time, a deadlock."""

_TRIES: Final = 3

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a database of `service` is for. `name`: in logs; `ko`, `en`: the database in a
    sentence; `empty_*`: what starting again without it comes to; `upgrade` brings its tables up to date.
    """

    service: str
    name: str
    ko: str
    en: str
    empty_ko: str
    empty_en: str
    unavailable: type[DependencyUnavailable]
    upgrade: Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Engines:
    """One for reading, one for changing things; the same on a server."""

    kept: Kept
    reader: AsyncEngine
    writer: AsyncEngine

    @property
    def is_local(self) -> bool:
        """A file of this machine, which no other machine writes to."""
        return self.writer.dialect.name == "sqlite"

    async def read(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        try:
            async with self.reader.connect() as connection:
                return await work(connection)
        except SQLAlchemyError as error:
            raise self.failure(error) from None

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Does all of `work` or nothing, and again where another process was at the same rows."""
        for tries_left in reversed(range(_TRIES)):
            try:
                async with self.writer.begin() as connection:
                    return await work(connection)
            except SQLAlchemyError as error:
                if not (tries_left and collided(error)):
                    raise self.failure(error) from None
        raise AssertionError("the last try returns or raises")

    def failure(self, error: SQLAlchemyError) -> Exception:
        """What a failed statement means to the asker; the error itself where it is a bug of ours."""
        if isinstance(error, PoolTimeoutError):
            return Overloaded(retry_after=timedelta(seconds=1))
        if not isinstance(error, DBAPIError) or isinstance(
            error, ProgrammingError | IntegrityError | DataError
        ):
            return error
        code = _code(error)
        log.error("database_failed", database=self.kept.name, code=code)
        return StorageFull(service=self.kept.service) if code in _FULL else self.kept.unavailable()


@asynccontextmanager
async def opened(url: str, kept: Kept, metrics: Metrics) -> AsyncIterator[Engines]:
    """The engines of the database at `url`, its tables brought up to date.

    Raises:
        SystemExit: the URL is wrong, or the database damaged, full, locked, newer or away; with the remedy.
    """
    parsed = _parse(url)
    try:
        engines = _sqlite(parsed, kept) if parsed.get_backend_name() == "sqlite" else _mysql(parsed, kept)
    except OSError as error:
        raise _not_opened(parsed, kept, error) from None
    distinct = {engines.reader, engines.writer}
    for engine in distinct:
        metrics.instrument_engine(engine)
    try:
        try:
            async with engines.writer.begin() as connection:
                await connection.run_sync(kept.upgrade)
        except (SQLAlchemyError, CommandError, OSError) as error:
            raise _not_opened(parsed, kept, error) from None
        yield engines
    finally:
        for engine in distinct:
            await engine.dispose()


def collided(error: SQLAlchemyError) -> bool:
    """Another process wrote the same at the same moment: a second try sees what that one left."""
    return isinstance(error, IntegrityError) or (isinstance(error, DBAPIError) and _code(error) in _COLLISION)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        parsed = URL.create("unreadable")
    in_a_file = parsed.drivername == "sqlite+aiosqlite" and parsed.database not in (None, "", ":memory:")
    if not in_a_file and parsed.drivername != "mysql+aiomysql":
        raise SystemExit(
            "MARU_DATABASE_URL: sqlite+aiosqlite:///파일 또는 mysql+aiomysql://사용자:암호@주소/이름 으로 "
            "쓰세요. / Write sqlite+aiosqlite:///FILE or mysql+aiomysql://USER:PASSWORD@HOST/NAME."
        )
    return parsed


def _mysql(url: URL, kept: Kept) -> Engines:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        # After waiting for a lock, see what its holder has written.
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        connect_args={"charset": "utf8mb4", "connect_timeout": 5},
    )
    return Engines(kept, engine, engine)


def _sqlite(url: URL, kept: Kept) -> Engines:
    """Raises OSError when the file can't be made."""
    path = Path(url.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # what is in it is the company's
    return Engines(
        kept,
        reader=_sqlite_engine(url, "BEGIN", _READERS),
        writer=_sqlite_engine(url, "BEGIN IMMEDIATE", connections=1),
    )


def _sqlite_engine(url: URL, begin: str, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        connect_args={"isolation_level": None},  # the driver must not begin transactions by itself
    )

    def configure(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {_BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            # What was confirmed outlives a power cut, as on MariaDB; two writes a turn can afford it.
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine.sync_engine, "connect", configure)
    event.listen(engine.sync_engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _code(error: DBAPIError) -> str | int:
    """SQLITE_FULL, 1213: never the message, which may hold data."""
    name: str | None = getattr(error.orig, "sqlite_errorname", None)
    if name:
        return name
    first = error.orig.args[0] if error.orig and error.orig.args else ""
    return first if isinstance(first, int) else type(error.orig).__name__


def _not_opened(url: URL, kept: Kept, error: Exception) -> SystemExit:
    code = _code(error) if isinstance(error, DBAPIError) else type(error).__name__
    log.error("database_not_opened", database=kept.name, code=code)
    ko, en = _remedy(str(code), kept, error)
    where = url.database if url.get_backend_name() == "sqlite" else f"{url.host}/{url.database}"
    return SystemExit(f"{kept.ko} {where}: {ko} ({code}) / {kept.en} {where}: {en} ({code})")


def _remedy(code: str, kept: Kept, error: Exception) -> tuple[str, str]:
    if isinstance(error, CommandError):
        return (
            "이 버전의 것이 아닙니다. Maru를 새 버전으로 올리거나 다른 파일을 정해 주세요.",
            "it isn't one of this version. Upgrade Maru, or name another one.",
        )
    if code.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return (
            f"손상된 파일입니다. 백업으로 바꾸거나, 다른 곳으로 옮기고 {kept.empty_ko} 다시 시작하세요.",
            f"the file is damaged. Restore a backup, or move it away and start again {kept.empty_en}.",
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return (
            "다른 프로그램이 쓰고 있습니다. 그 프로그램을 끝낸 뒤 다시 시작하세요.",
            "another program is writing to it. End that program and start again.",
        )
    if code.startswith(("SQLITE_FULL", "SQLITE_IOERR")) or getattr(error, "errno", None) == 28:
        return (
            "디스크에 쓰지 못했습니다. 디스크 공간을 늘린 뒤 다시 시작하세요.",
            "the disk can't be written. Free some space and start again.",
        )
    if code.startswith("SQLITE_") or isinstance(error, OSError):
        return (
            "읽고 쓸 수 없습니다. 폴더와 파일의 권한을 확인한 뒤 다시 시작하세요.",
            "it can't be read and written. Check the permissions of folder and file, and start again.",
        )
    return (
        "연결하지 못했습니다. 서버가 켜져 있는지, MARU_DATABASE_URL과 계정의 권한이 맞는지 확인하세요.",
        "it can't be used. Check that the server runs, MARU_DATABASE_URL, and what the account may do.",
    )
