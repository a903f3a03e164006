"""The local model in a MariaDB database, whose rows are replaced whole.

A load fills a scratch file first, as for SQLite: what is refused there never reaches the server. Then all rows are deleted
and written in one transaction, so that readers go on with the old ones until it commits, and an end at any moment leaves
them. Where a load of millions of rows takes the server too much undo log, load into a database of its own and switch
the service over.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, create_engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from services.erp.loading.errors import LoadError, driver_message
from services.erp.loading.model_file import ModelFile
from services.erp.local_model import load_watermark, metadata
from services.erp.migrations import upgrade

_BATCH_ROWS: Final = 2000
_LOCK: Final = "maru-load"
_OTHER_TABLES: Final = frozenset({"alembic_version"})


class ModelDatabase:
    """The local model in the database at `url`, which need not have any tables yet."""

    def __init__(self, url: URL) -> None:
        self._where = url.render_as_string(hide_password=True)
        self._engine = create_engine(
            url.set(drivername="mysql+pymysql", query={"charset": "utf8mb4"}),
            connect_args={"connect_timeout": 10},
            isolation_level="REPEATABLE READ",
            poolclass=NullPool,
        )

    @property
    def size(self) -> int:
        """Bytes that the server keeps for it."""
        statement = text(
            "SELECT coalesce(sum(data_length + index_length), 0) FROM information_schema.tables "
            "WHERE table_schema = database()"
        )
        with self._engine.connect() as connection:
            return int(connection.execute(statement).scalar_one())

    def epoch(self) -> int:
        """How many full loads the model has seen.

        Raises:
            LoadError: the database does not answer, or holds other tables: it is not going to be written to.
        """
        try:
            with self._engine.connect() as connection:
                tables = set(inspect(connection).get_table_names())
                if strange := tables - set(metadata.tables) - _OTHER_TABLES:
                    raise LoadError(
                        f"로컬 모델이 아닌 표({min(strange)})가 {self._where} 에 있습니다. 빈 데이터베이스를 쓰세요.",
                        f"{self._where} holds a table that is no local model's ({min(strange)}). Use an empty "
                        "database.",
                    )
                if load_watermark.name not in tables:
                    return 0
                return connection.execute(select(func.max(load_watermark.c.epoch))).scalar_one() or 0
        except DBAPIError as error:
            raise self._failed(error) from None

    @contextmanager
    def replacement(self, step: Callable[[str], None]) -> Iterator[Connection]:
        """See `ModelFile.replacement`."""
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder) / "model.sqlite"
            with ModelFile(scratch).replacement(step) as connection:
                yield connection
            try:
                self._publish(scratch)
            except DBAPIError as error:
                raise self._failed(error) from None

    def _publish(self, scratch: Path) -> None:
        filled = create_engine(f"sqlite:///{scratch}")
        with closing(filled.connect()) as reading, self._engine.connect() as writing, self._alone(writing):
            with writing.begin():
                upgrade(writing)  # before the transaction: MariaDB commits with every table made
            with writing.begin():
                for table in metadata.sorted_tables:
                    writing.execute(table.delete())
                    for rows in (
                        reading.execution_options(yield_per=_BATCH_ROWS).execute(select(table)).partitions()
                    ):
                        writing.execute(table.insert(), [dict(row._mapping) for row in rows])  # noqa: SLF001 - public
        filled.dispose()

    @contextmanager
    def _alone(self, connection: Connection) -> Iterator[None]:
        """Holds the load's lock, which the server frees when the connection ends."""
        taken = connection.execute(select(func.get_lock(_LOCK, 0))).scalar_one()
        connection.commit()
        if not taken:
            raise LoadError(
                f"다른 적재가 {self._where} 에 쓰고 있습니다. 끝난 뒤 다시 실행하세요.",
                f"Another load is writing to {self._where}. Run this again when it has finished.",
            )
        yield

    def _failed(self, error: DBAPIError) -> LoadError:
        message = driver_message(error)
        return LoadError(
            f"로컬 모델에 쓰지 못했습니다: {self._where} ({message}). 주소, 계정, 권한을 확인하세요. "
            "이전 모델은 그대로입니다.",
            f"The local model could not be written: {self._where} ({message}). Check address, account and "
            "rights. The old model is untouched.",
        )
