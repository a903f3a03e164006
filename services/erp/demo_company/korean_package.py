"""The same company as a Korean packaged ERP keeps it: korean_package.sql over its ERPNext-shaped database."""

import sqlite3
from contextlib import closing
from pathlib import Path


def translate(erpnext: Path, target: Path) -> int:
    """Writes the company to a new file; the same database gives the same file.

    Returns:
        Rows written.
    """
    script = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(target, isolation_level=None)) as database:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("ATTACH ? AS erp", [f"{erpnext}"])
        database.executescript(f"BEGIN; {script} COMMIT;")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return sum(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in tables)  # noqa: S608
