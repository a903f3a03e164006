"""The users file: what is read from it, and how a mistake in it is said."""

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from argon2 import PasswordHasher

from services.identity.errors import ConfigurationError
from services.identity.users import User, UserDirectory, read_users

HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("a password")
REFUSED = yaml.safe_load(Path("tests/cases/identity/users_files.yaml").read_text())


def entry(**keys: object) -> str:
    return yaml.safe_dump(
        [{"username": "a", "name": "가나다", "password_hash": HASH} | keys], allow_unicode=True
    )


def read(tmp_path: Path, text: str) -> dict[str, User]:
    path = tmp_path / "users.yaml"
    path.write_text(text)
    return read_users(path)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_refused(tmp_path: Path, case: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(tmp_path, case["text"].replace("HASH", HASH))
    ko, en = case["says"]
    place = f"{tmp_path / 'users.yaml'}:{case['line']}: "
    assert refused.value.ko.startswith(place)
    assert refused.value.en.startswith(place)
    assert ko in refused.value.ko
    assert en in refused.value.en
    assert case.get("never", HASH) not in str(refused.value)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="MARU_USERS_FILE"):
        read_users(tmp_path / "missing.yaml")


def test_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_bytes("- username: a\n  name: 가나다\n".encode("cp949"))
    with pytest.raises(ConfigurationError, match=r"users\.yaml:2: .*UTF-8"):
        read_users(path)


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_bytes(entry().encode("utf-8-sig"))
    assert "a" in read_users(path)


def test_nested_without_end(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="not YAML"):
        read(tmp_path, "[" * 100_000)


def test_too_large(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="4 MiB"):
        read(tmp_path, "#" * (4 * 1024 * 1024 + 1))


def test_an_entry_with_everything(tmp_path: Path) -> None:
    claims = {"company": ["한빛(주)", "두리(주)"], "territory": "서울", "employee": "HR-EMP-00001"}
    user = read(tmp_path, entry(role=["stock", "sales", "employee"], claims=claims))["a"]
    assert user.roles == ("employee", "sales", "stock")
    assert user.claims.company == ("한빛(주)", "두리(주)")
    assert user.claims.territory == ("서울",)
    assert user.claims.warehouse is None
    assert user.claims.employee == "HR-EMP-00001"


@pytest.mark.parametrize("role", [[], "employee", ["employee"]])
def test_everybody_is_an_employee(tmp_path: Path, role: object) -> None:
    assert read(tmp_path, entry(role=role))["a"].roles == ("employee",)


def test_one_role_needs_no_list(tmp_path: Path) -> None:
    assert read(tmp_path, entry(role="finance"))["a"].roles == ("employee", "finance")


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("김민준", "김", "민준"),
        ("남궁민수", "남궁", "민수"),
        ("황보", "황", "보"),
        ("이산", "이", "산"),
        ("Smith Anna", "Smith", "Anna"),
        ("관리자1", "", "관리자1"),
        ("김", "", "김"),
    ],
)
def test_family_and_given_name(tmp_path: Path, name: str, family: str, given: str) -> None:
    assert read(tmp_path, entry(name=name))["a"].family_and_given_name == (family, given)


def test_a_subject_stays_with_its_username(tmp_path: Path) -> None:
    first = read(tmp_path, entry())["a"]
    changed = read(tmp_path, entry(name="다른 이름", role="sales"))["a"]
    other = read(tmp_path, entry(username="b"))["b"]
    assert first.subject == changed.subject == "40bcb9a4-6889-5f61-82bb-8f3291480a3c"
    assert first.subject != other.subject
    assert first.fingerprint != changed.fingerprint


def test_usernames_match_in_any_letter_case_and_composition(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_text(entry(username="Kim.가"))
    users = UserDirectory(path)
    decomposed = "kim.가"
    assert users.find(decomposed) is users.find("KIM.가") is not None
    assert users.find("kim") is None


def test_a_hash_never_shows(tmp_path: Path) -> None:
    assert "argon2" not in repr(read(tmp_path, entry())["a"])


def test_changes_are_noticed(tmp_path: Path) -> None:
    path = tmp_path / "users.yaml"
    path.write_text(entry())
    users = UserDirectory(path)
    replace(path, entry(username="b"))
    assert users.find("a") is None
    assert users.find("b")


@pytest.mark.parametrize("broken", ["- username: {", "", None])
def test_a_broken_change_leaves_the_last_good_state(tmp_path: Path, broken: str | None) -> None:
    path = tmp_path / "users.yaml"
    path.write_text(entry())
    users = UserDirectory(path)
    if broken is None:
        path.unlink()
    else:
        replace(path, broken)
    assert users.find("a")
    assert users.error
    replace(path, entry(username="b"))
    assert users.find("b")
    assert users.error is None


def replace(path: Path, text: str) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(text)
    os.replace(draft, path)
