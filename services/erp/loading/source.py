"""The ERP's database, read as one snapshot, in chunks, with SQLAlchemy Core. Read-only."""

import sqlite3
import ssl
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import (
    Connection,
    Engine,
    Select,
    TableClause,
    column,
    create_engine,
    event,
    func,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from services.erp.loading.errors import LoadError, driver_message

CHUNK_ROWS: Final = 5000
_LOCK_SECONDS: Final = 5.0
_DRIVERS: Final = {
    "sqlite": "sqlite",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "postgresql": "postgresql+pg8000",
}
_BEGIN: Final = {"sqlite": "BEGIN", "mysql": "START TRANSACTION", "mariadb": "START TRANSACTION"}
"""PostgreSQL's driver begins by itself."""
_SYSTEM_SCHEMAS: Final = frozenset({"information_schema", "pg_catalog"})
_POSTGRESQL_JSON: Final = (114, 3802)
"""Types json and jsonb, by their numbers: kept as text, so that their numbers stay as they are written."""


class Source:
    """Tables and rows of one source, all as of one moment."""

    def __init__(self, connection: Connection, url: URL) -> None:
        self._connection = connection
        self._url = url
        self._places = _places(connection)
        self.tables = frozenset(self._places)
        """Names of all tables and views; those of PostgreSQL's other schemas as `schema.table`."""

    def columns(self, tables: Collection[str]) -> Mapping[str, Collection[str]]:
        """The columns of those of `tables` (or views) that exist."""
        found = {}
        for name in sorted(self.tables.intersection(tables)):
            empty: Select[Any] = select(literal_column("*")).select_from(self._places[name]).limit(0)
            found[name] = list(self._connection.execute(empty).keys())
        return found

    def count(self, name: str) -> int:
        return self._connection.execute(select(func.count()).select_from(self._places[name])).scalar_one()

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[Sequence[Sequence[Any]]]:
        """Chunks of rows, each row the values of `columns` as the driver gives them.

        Raises:
            LoadError: the database failed while it was read.
        """
        # No column types: values stay what the database holds, the mapping reads them.
        wanted: Select[*tuple[Any, ...]] = select(*[column(each) for each in columns]).select_from(
            self._places[name]
        )
        try:
            chunks = self._connection.execution_options(yield_per=CHUNK_ROWS).execute(wanted).partitions()
            while chunk := next(chunks, None):
                yield chunk
        except DBAPIError as error:
            raise _reading_failed(self._url, error) from None


@contextmanager
def open_source(url: str) -> Iterator[Source]:
    """Opens the database for reading and holds one snapshot of it.

    Raises:
        LoadError: the URL is wrong, the database is missing, locked, unreadable, or fails while it is read.
    """
    parsed = source_url(url)
    engine = _ENGINES[parsed.get_backend_name()](parsed)
    try:
        with engine.connect() as connection:
            if begin := _BEGIN.get(connection.dialect.name):
                connection.exec_driver_sql(begin)
            yield Source(connection, parsed)
    except DBAPIError as error:
        raise _reading_failed(parsed, error) from None
    finally:
        engine.dispose()


def source_url(url: str) -> URL:
    """Raises LoadError, without the URL's text, where it is not one of a kind that can be read."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise LoadError(
            "원본 주소를 읽을 수 없습니다. sqlite:///파일 또는 mysql://사용자:암호@호스트/이름, postgresql://… 처럼 쓰세요.",
            "The source URL cannot be read. Write sqlite:///FILE, mysql://USER:PASSWORD@HOST/NAME or postgresql://….",
        ) from None
    if "@" in (parsed.host or ""):
        raise LoadError(
            "원본 주소의 암호에 있는 @ 는 %40 으로 쓰세요.",
            "Write %40 for an @ in the source URL's password.",
        )
    kind = parsed.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise LoadError(
            f"{kind} 원본은 아직 읽을 수 없습니다. sqlite, mysql, mariadb, postgresql 을 쓸 수 있습니다.",
            f"A {kind} source cannot be read yet; sqlite, mysql, mariadb and postgresql can.",
        )
    return parsed.set(drivername=_DRIVERS[kind])


def _sqlite_engine(url: URL) -> Engine:
    path = Path(url.database or "")
    if not path.is_file():
        raise LoadError(
            f"원본 파일이 없습니다: {path}. 경로를 확인하세요.",
            f"The source file does not exist: {path}. Check the path.",
        )

    def connect() -> sqlite3.Connection:
        uri = f"file:{quote(str(path.resolve()))}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_LOCK_SECONDS)
        # A damaged text must cost its row, not the load: the mapping refuses what this lets through.
        connection.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        return connection

    return create_engine("sqlite://", creator=connect)


def _mysql_engine(url: URL) -> Engine:
    return create_engine(
        url.update_query_dict({"charset": "utf8mb4"}),
        isolation_level="REPEATABLE READ",
        connect_args={"connect_timeout": 10},
    )


def _postgresql_engine(url: URL) -> Engine:
    """A session that can only read, in UTC. `sslmode` other than `disable`: the server's certificate is verified."""
    mode = url.query.get("sslmode") or url.query.get("ssl") or "disable"
    engine = create_engine(
        url.set(query={}),
        isolation_level="REPEATABLE READ",
        connect_args={
            "timeout": 10,
            "ssl_context": None if mode == "disable" else ssl.create_default_context(),
            "startup_params": {"timezone": "UTC"},
        },
    )

    @event.listens_for(engine, "connect")
    def keep_json(connection: Any, _record: object) -> None:
        for number in _POSTGRESQL_JSON:
            connection.register_in_adapter(number, str)

    return engine.execution_options(postgresql_readonly=True)


_ENGINES: Final[Mapping[str, Callable[[URL], Engine]]] = {
    "sqlite": _sqlite_engine,
    "mysql": _mysql_engine,
    "mariadb": _mysql_engine,
    "postgresql": _postgresql_engine,
}


def _places(connection: Connection) -> Mapping[str, TableClause]:
    """Where each table or view is, by the name that a mapping says."""
    names = inspect(connection)
    found = {name: table(name) for name in (*names.get_table_names(), *names.get_view_names())}
    if connection.dialect.name == "postgresql":
        rest = set(names.get_schema_names()) - _SYSTEM_SCHEMAS
        for schema in sorted(rest):
            for name in (
                *names.get_table_names(schema),
                *names.get_view_names(schema),
                *names.get_materialized_view_names(schema),
            ):
                found[f"{schema}.{name}"] = table(name, schema=schema)
        default = names.default_schema_name
        for name in names.get_materialized_view_names():
            found.setdefault(name, table(name, schema=default))
    return found


def _reading_failed(url: URL, error: DBAPIError) -> LoadError:
    where, message = url.render_as_string(hide_password=True), driver_message(error)
    if "locked" in message:
        return LoadError(
            f"원본이 다른 프로그램에 의해 잠겨 있습니다: {where}. 그 작업이 끝난 뒤 다시 적재하세요.",
            f"Another program has locked the source: {where}. Load again when it has finished.",
        )
    if "not a database" in message or "malformed" in message:
        return LoadError(
            f"원본이 SQLite 데이터베이스가 아니거나 손상되었습니다: {where}. 올바른 파일인지 확인하세요.",
            f"The source is not an SQLite database, or is damaged: {where}. Check that it is the right file.",
        )
    return LoadError(
        f"원본을 읽지 못했습니다: {where} ({message}). 주소, 계정, 네트워크를 확인하세요.",
        f"The source could not be read: {where} ({message}). Check address, account and network.",
    )
