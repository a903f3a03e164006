"""The demo users: everybody can sign in, and their claims name what the demo company has."""

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
