"""Checking a password so that the time it takes and the answer tell nothing about who exists."""

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.users import User

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 1024

# RFC 9106's second recommended set: 3 rounds over 64 MiB in 4 lanes.
_hasher = PasswordHasher()
_NOBODYS_HASH = _hasher.hash("there is no such person")

# A check takes 64 MiB and a core: more at once would let a flood of sign-ins starve the rest of the machine.
_checks = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """The argon2id hash to put into the users file."""
    return _hasher.hash(_normal(password))


def password_matches(user: User | None, password: str) -> bool:
    """Whether this is the user's password. An unknown user costs the same check and is always wrong."""
    stored = user.password_hash if user else _NOBODYS_HASH
    with _checks:
        try:
            _hasher.verify(stored, _normal(password)[:MAX_PASSWORD_LENGTH])
        except (VerificationError, InvalidHashError):
            return False
    return user is not None and len(password) <= MAX_PASSWORD_LENGTH


def is_standard(user: User) -> bool:
    """Whether checking this user's password costs what an unknown user's does."""
    return not _hasher.check_needs_rehash(user.password_hash)


def _normal(password: str) -> str:
    """The same password typed on machines that compose Hangul differently is the same text."""
    return unicodedata.normalize("NFC", password)
