"""The same seed, size and day give the same company; other ones another; the size is what was asked."""

import hashlib
import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from services.erp.demo_company.schema import tables
from services.erp.demo_company.simulation import generate
from services.erp.demo_company.writer import Writer


def content(path: Path) -> str:
    """A digest of all rows, whatever the file's pages look like."""
    digest = hashlib.sha256()
    connection = sqlite3.connect(path)
    for line in connection.iterdump():
        digest.update(line.encode())
    connection.close()
    return digest.hexdigest()


def make(path: Path, *, seed: int = 1, lines: int = 150, today: date = date(2026, 11, 23)) -> tuple[int, int]:
    return generate(path, seed=seed, lines=lines, today=today, say=lambda _: None)


def test_deterministic(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a", "b", "c", "d")]
    assert make(files[0]) == make(files[1])
    make(files[2], seed=2)
    make(files[3], today=date(2026, 11, 24))
    digests = [content(path) for path in files]
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_the_hash_seed_of_the_process_does_not_matter(tmp_path: Path) -> None:
    digests = set()
    for number in ("0", "4242"):
        path = tmp_path / number
        command = [sys.executable, "-m", "services.erp.demo_company", "--out", str(path), "--lines", "60"]
        environment = {"PYTHONHASHSEED": number, "PATH": ""}
        subprocess.run([*command, "--today", "2026-11-23"], check=True, env=environment, capture_output=True)
        digests.add(content(path))
    assert len(digests) == 1


@pytest.mark.parametrize("lines", [400, 3000])
def test_size(tmp_path: Path, lines: int) -> None:
    rows, written = make(tmp_path / "erp", lines=lines)
    connection = sqlite3.connect(tmp_path / "erp")
    counted = connection.execute("SELECT count(*) FROM `tabSales Invoice Item`").fetchone()[0]
    total = sum(connection.execute(f"SELECT count(*) FROM `{table}`").fetchone()[0] for table in tables())  # noqa: S608
    connection.close()
    assert rows == total
    assert abs(counted - written) <= 12  # the opening invoices
    assert 0.7 * lines < counted < 1.4 * lines


def test_leap_day(tmp_path: Path) -> None:
    make(tmp_path / "erp", lines=30, today=date(2028, 2, 29))


def test_an_existing_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "erp"
    path.write_text("mine")
    command = [sys.executable, "-m", "services.erp.demo_company", "--out", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "이미 있는 파일" in run.stderr
    assert path.read_text() == "mine"


def test_names_of_children_are_unique(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "erp")
    names = [writer.hash() for _ in range(200_000)]
    writer.close()
    assert len(set(names)) == len(names)
    assert all(len(name) == 10 for name in names)


def test_a_column_that_erpnext_lacks_is_refused(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "erp")
    with pytest.raises(KeyError, match="colour"):
        writer.add("tabItem", {"name": "x", "colour": "red"})
    writer.close()
