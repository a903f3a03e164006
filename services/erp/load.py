"""Loads an ERP into the local model: `python -m services.erp.load --erp erpnext --from URL --to sqlite:///FILE`."""

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, insert, make_url, select
from sqlalchemy.exc import ArgumentError

from services.erp.loading.errors import LoadError
from services.erp.loading.filling import Filling, TableResult, Unwatched
from services.erp.loading.model_database import ModelDatabase
from services.erp.loading.model_file import ModelFile
from services.erp.loading.progress import Progress, json_lines, sentences
from services.erp.loading.source import open_source, source_url
from services.erp.local_model import load_watermark, rejected_row
from services.erp.mapping.language import ErpMapping, read_mapping
from services.erp.mapping.nodes import MappingError

MAPPINGS: Final = Path(__file__).with_name("mappings")
_REASONS: Final = 20
_HOPELESS: Final = 0.5
"""A table that loses more than this part of its rows was mapped wrongly: the load is given up."""


def load(source: str, model: ModelFile | ModelDatabase, mapping: ErpMapping, progress: Progress) -> None:
    """Fills the model from the source database, whole or not at all; the same source gives the same rows.

    Raises:
        LoadError: with reason and remedy; the old model is as it was.
        MappingError: the mapping does not fit the source.
    """
    began = time.monotonic()
    epoch = model.epoch() + 1
    with open_source(source) as opened:
        # Taken before the first row is read: what was written later may be missing.
        as_of = datetime.now(UTC).replace(tzinfo=None)
        columns = opened.columns(mapping.sources)
        mapping.check_source(columns, opened.tables)
        present = [table for table in mapping.tables if table.source in columns]
        progress.started(mapping.name, len(present), sum(opened.count(table.source) for table in present))
        with model.replacement(progress.step) as connection:
            filling = Filling(mapping, opened, columns, connection, Unwatched())
            filling.read_lookups()
            results = []
            for result in filling.tables(progress.rows):
                if result.rejected > _HOPELESS * result.read:
                    raise _does_not_fit(connection, result)
                results.append(result)
            watermarks = _watermarks(results, mapping.name, as_of, epoch)
            connection.execute(insert(load_watermark), watermarks)
            reasons = _reasons(connection)
    seconds = time.monotonic() - began
    rows = sum(result.rows for result in results)
    progress.completed(
        {
            "epoch": epoch,
            "rows": rows,
            "rejected": sum(result.rejected for result in results),
            "seconds": round(seconds, 3),
            "rows_per_second": round(rows / seconds),
            "size": model.size,
            "tables": [result.told() for result in results],
            "reasons": reasons,
            "absent": [f"{table.target.name} <- {table.source}" for table in mapping.absent(columns)],
        }
    )


def _reasons(connection: Connection) -> list[dict[str, Any]]:
    """Why rows were rejected, most frequent first, the rejected values left out."""
    kind = func.substr(rejected_row.c.reason, 1, func.instr(rejected_row.c.reason + ": ", ": ") - 1)
    columns = (rejected_row.c.local_table, rejected_row.c.column_name, kind.label("reason"))
    rows = connection.execute(
        select(*columns, func.count().label("rows"))
        .group_by(*columns)
        .order_by(func.count().desc())
        .limit(_REASONS)
    )
    return [dict(row._mapping) for row in rows]  # noqa: SLF001 - public, for all its name


def _does_not_fit(connection: Connection, result: TableResult) -> LoadError:
    column, reason = connection.execute(
        select(rejected_row.c.column_name, rejected_row.c.reason)
        .where(rejected_row.c.local_table == result.table, rejected_row.c.source_table == result.source)
        .limit(1)
    ).one()
    counts, first = f"{result.rejected:,}/{result.read:,}", f"{result.table}.{column}: {reason}"
    return LoadError(
        f"{result.source} 의 행 {counts}개를 읽을 수 없어 적재를 멈췄습니다. "
        f"매핑을 고치세요. 첫 이유: {first}",
        f"{counts} rows of {result.source} cannot be read, so the load stopped. Correct the mapping. "
        f"First reason: {first}",
    )


def _watermarks(
    results: Sequence[TableResult], mapping: str, as_of: datetime, epoch: int
) -> list[dict[str, Any]]:
    """One row per local table and source table, which several entries of the mapping may share."""
    loaded_at = datetime.now(UTC).replace(tzinfo=None)
    marks: dict[tuple[str, str], dict[str, Any]] = {}
    for result in results:
        mark = marks.setdefault(
            (result.table, result.source),
            {
                "local_table": result.table,
                "source_table": result.source,
                "mapping": mapping,
                **dict.fromkeys(("rows", "rejected", "rounded"), 0),
                "as_of": as_of,
                "loaded_at": loaded_at,
                "epoch": epoch,
                "columns": "",
            },
        )
        for count in ("rows", "rejected", "rounded"):
            mark[count] += getattr(result, count)
        mark["columns"] = " ".join(sorted({*mark["columns"].split(), *result.columns}))
    return list(marks.values())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.erp.load", description=__doc__)
    parser.add_argument("--erp", default="erpnext", help="a mapping that ships with Maru (mappings/*.yaml)")
    parser.add_argument("--mapping", type=Path, help="a mapping file of your own, instead of --erp")
    parser.add_argument(
        "--from", dest="source", required=True, help="sqlite:///FILE, mysql://… or postgresql://…"
    )
    parser.add_argument(
        "--to", dest="target", required=True, help="sqlite:///FILE or mysql://…, the local model"
    )
    parser.add_argument("--json-progress", action="store_true", help="one JSON object a line")
    options = parser.parse_args(arguments)
    progress = Progress(json_lines if options.json_progress else sentences)
    try:
        model = _model(options.target)
        mapping = read_mapping(options.mapping or shipped(options.erp))
        _refuse_itself(options.source, options.target)
        load(options.source, model, mapping, progress)
    except MappingError as error:
        progress.failed(LoadError(f"매핑이 맞지 않습니다.\n{error}", f"The mapping does not fit.\n{error}"))
        return 1
    except LoadError as error:
        progress.failed(error)
        return 1
    return 0


def shipped(name: str) -> Path:
    """The mapping file that ships under the name. Raises LoadError where there is none."""
    path = MAPPINGS / f"{name}.yaml"
    if not name.isidentifier() or not path.is_file():
        known = ", ".join(sorted(each.stem for each in MAPPINGS.glob("*.yaml")))
        raise LoadError(
            f"'{name}' 매핑이 없습니다. 있는 것: {known}. 직접 쓴 파일은 --mapping 으로 주세요.",
            f'There is no mapping "{name}"; there are {known}. Give a file of your own with --mapping.',
        )
    return path


def _model(target: str) -> ModelFile | ModelDatabase:
    """The local model at the URL, whatever the driver in it.

    Raises:
        LoadError: it is no URL of SQLite or MariaDB.
    """
    with suppress(ArgumentError, ValueError):
        url = make_url(target)
        if url.database and url.get_backend_name() == "sqlite":
            return ModelFile(Path(url.database))
        if url.database and url.get_backend_name() in ("mysql", "mariadb"):
            return ModelDatabase(url)
    raise LoadError(
        "로컬 모델의 주소는 sqlite:///파일 이나 mysql://사용자:암호@호스트/이름 으로 쓰세요.",
        "Write the local model's URL as sqlite:///FILE or mysql://USER:PASSWORD@HOST/NAME.",
    )


def _refuse_itself(source: str, target: str) -> None:
    one, other = source_url(source), make_url(target)
    files = (
        one.drivername == "sqlite"
        and Path(one.database or "").resolve() == Path(other.database or "").resolve()
    )
    servers = other.host is not None and (one.host, one.port, one.database) == (
        other.host,
        other.port,
        other.database,
    )
    if files or servers:
        raise LoadError(
            "원본과 로컬 모델이 같은 파일이거나 같은 데이터베이스입니다. --to 를 바꾸세요.",
            "Source and local model are the same file or database. Change --to.",
        )


if __name__ == "__main__":
    sys.exit(main())
