"""Who is in the users file of the embedded issuer, as far as the command line needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from services.launcher.errors import LauncherError

SALES_ROLES = ("sales", "executive")


@dataclass(frozen=True)
class ListedUser:
    """A user by name, with their roles and what their claims name."""

    username: str
    roles: tuple[str, ...]
    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_users(file: Path) -> Sequence[ListedUser]:
    """The users in the file's order. The issuer checks the file thoroughly; this only reads names and roles.

    Raises:
        LauncherError: it can't be read as a list of users.
    """
    try:
        users = [
            ListedUser(
                str(entry["username"]),
                _as_list(entry["role"]),
                {claim: _as_list(value) for claim, value in entry.get("claims", {}).items()},
            )
            for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
        ]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError) as error:
        raise LauncherError(
            f"사용자 파일 {file}을(를) 읽을 수 없습니다. "
            "username, password_hash, name, role이 있는 YAML 목록인지 확인하세요.",
            f"The users file {file} can't be read. "
            "It must be a YAML list with username, password_hash, name and role.",
        ) from error
    if not users:
        raise LauncherError(f"사용자 파일 {file}이(가) 비어 있습니다.", f"The users file {file} is empty.")
    return users


def _as_list(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def first_asker(users: Sequence[ListedUser]) -> str:
    """Who asks the first question: the first who may see sales, else the first."""
    return next((user.username for user in users if set(user.roles) & set(SALES_ROLES)), users[0].username)


def first_with(role: str, users: Sequence[ListedUser]) -> str:
    """The first who has the role.

    Raises:
        LauncherError: there is none.
    """
    for user in users:
        if role in user.roles:
            return user.username
    raise LauncherError(
        f"사용자 파일에 {role} 역할의 사용자가 없습니다. --as 사용자로 지정하세요.",
        f"No user of the users file has the role {role}. Name one with --as USER.",
    )
