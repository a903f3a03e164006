"""The demo users: everybody can sign in, and their claims name what the demo company has."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.identity.passwords import is_standard, password_matches
from services.identity.users import User, read_users

USERS = read_users(Path("services/identity/demo_users.yaml"))
ROLES = {
    "kim.sales": {"sales"},
    "lee.manager": {"sales", "purchasing", "stock"},
    "park.finance": {"finance", "sales"},
    "choi.stock": {"stock", "purchasing"},
    "jung.exec": {"executive"},
    "han.people": {"people"},
    "yoon.staff": set(),
    "admin": {"admin"},
    "auditor": {"auditor"},
}


def test_who_there_is() -> None:
    assert {name: set(user.roles) for name, user in USERS.items()} == {
        name: roles | {"employee"} for name, roles in ROLES.items()
    }


@pytest.mark.parametrize("user", USERS.values(), ids=lambda user: user.username)
def test_the_password_is_the_documented_one(user: User) -> None:
    assert is_standard(user)
    assert password_matches(user, "maru-demo")


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    file = tmp_path_factory.mktemp("demo") / "erp.sqlite"
    command = [sys.executable, "-m", "services.erp.demo_company", "--out", str(file), "--lines", "300"]
    subprocess.run(command, check=True, capture_output=True)
    with closing(sqlite3.connect(file)) as connection:
        yield connection


@pytest.mark.parametrize("user", USERS.values(), ids=lambda user: user.username)
def test_claims_name_what_the_demo_company_has(user: User, company: sqlite3.Connection) -> None:
    claims = user.claims
    named = {
        "tabCompany": claims.company,
        "tabTerritory": claims.territory,
        "tabWarehouse": claims.warehouse,
        "tabDepartment": claims.department,
        "tabEmployee": (claims.employee,) if claims.employee else None,
    }
    for table, names in named.items():
        there = {row[0] for row in company.execute(f'SELECT name FROM "{table}"')}  # noqa: S608
        assert set(names or ()) <= there, table
    if claims.employee:
        of = company.execute("SELECT company, department FROM tabEmployee WHERE name = ?", (claims.employee,))
        assert of.fetchone() == ((claims.company or ("",))[0], (claims.department or ("",))[0])
