import unicodedata

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from services.identity import passwords
from services.identity.users import Claims, User


def user(password_hash: str) -> User:
    return User("a", password_hash, "가", ("employee",), Claims(), "")


def test_the_right_password_matches_and_others_do_not() -> None:
    someone = user(passwords.hash_password("비밀번호 1234"))
    assert passwords.password_matches(someone, "비밀번호 1234")
    assert passwords.password_matches(someone, unicodedata.normalize("NFD", "비밀번호 1234"))
    for wrong in ("", "비밀번호", "비밀번호 1234 ", "x" * 100_000):
        assert not passwords.password_matches(someone, wrong)


def test_what_is_cut_off_does_not_match() -> None:
    someone = user(passwords.hash_password("x" * 1024))
    assert passwords.password_matches(someone, "x" * 1024)
    assert not passwords.password_matches(someone, "x" * 1025)


def test_nobody_has_no_password() -> None:
    for password in ("", "there is no such person", "maru-demo"):
        assert not passwords.password_matches(None, password)


def test_an_unknown_user_costs_what_a_known_one_does() -> None:
    known = extract_parameters(passwords.hash_password("a password"))
    nobody = extract_parameters(passwords._NOBODYS_HASH)
    assert (known.type, known.memory_cost, known.time_cost, known.parallelism) == (Type.ID, 65536, 3, 4)
    assert (nobody.type, nobody.memory_cost, nobody.time_cost) == (Type.ID, 65536, 3)


@pytest.mark.parametrize(
    ("hasher", "standard"), [(PasswordHasher(), True), (PasswordHasher(time_cost=1), False)]
)
def test_hashes_of_another_cost_are_noticed(hasher: PasswordHasher, standard: bool) -> None:
    assert passwords.is_standard(user(hasher.hash("a password"))) is standard
