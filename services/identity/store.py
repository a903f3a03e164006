"""What the issuer remembers: sign-ins and what was issued under them. All of it is over within a working day.

Codes and tokens are kept as SHA-256 of their 256 random bits, so the file gives nobody a way in. Every
transaction takes SQLite's write lock at its start: what one request reads can't change before it writes, so a
code or a refresh token is used once even when it is presented twice at the same moment.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, create_engine, delete, event, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from services.identity.errors import ConfigurationError

SCHEMA_VERSION = 1
"""Raise it with any change below: the tables are then made anew, and people sign in again."""

_DEVICE_CODE_REMEMBERED_SECONDS = 600
"""An expired device code is remembered a while so that its client hears `expired_token`."""


class Base(DeclarativeBase):
    pass


class SignIn(Base):
    """One sign-in of one person (`sid`): in a browser, of a device, or an operator's in their name."""

    __tablename__ = "sign_in"

    sid: Mapped[str] = mapped_column(primary_key=True)
    cookie_hash: Mapped[str | None] = mapped_column(unique=True)
    """None unless it belongs to a browser."""
    username: Mapped[str]
    fingerprint: Mapped[str]
    """Of the person's entry in the users file at the time."""
    auth_time: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)


class AuthorizationCode(Base):
    """A code on its way through the browser. Kept after its use, to notice a second one."""

    __tablename__ = "authorization_code"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(ForeignKey("sign_in.sid", ondelete="CASCADE"), index=True)
    family: Mapped[str]
    """Of the refresh tokens that come of it."""
    client_id: Mapped[str]
    redirect_uri: Mapped[str]
    scope: Mapped[str]
    nonce: Mapped[str | None]
    code_challenge: Mapped[str]
    code_challenge_method: Mapped[str]
    expires_at: Mapped[int]
    used: Mapped[bool] = mapped_column(default=False)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class RefreshToken(Base):
    """One link of a family of refresh tokens. Kept after its use, to notice a second one."""

    __tablename__ = "refresh_token"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(ForeignKey("sign_in.sid", ondelete="CASCADE"), index=True)
    family: Mapped[str] = mapped_column(index=True)
    client_id: Mapped[str]
    scope: Mapped[str]
    used: Mapped[bool] = mapped_column(default=False)

    def check_client(self, client: Any) -> bool:
        return bool(self.client_id == client.client_id)

    def get_scope(self) -> str:
        return self.scope


class DeviceCode(Base):
    """A device that waits for a person to approve it."""

    __tablename__ = "device_code"

    code_hash: Mapped[str] = mapped_column(primary_key=True)
    user_code: Mapped[str] = mapped_column(unique=True)
    client_id: Mapped[str]
    scope: Mapped[str]
    expires_at: Mapped[int] = mapped_column(index=True)
    interval: Mapped[int]
    polled_at: Mapped[float | None]
    approved: Mapped[bool | None]
    sid: Mapped[str | None] = mapped_column(ForeignKey("sign_in.sid", ondelete="CASCADE"), index=True)
    """The sign-in made by the approval."""

    def get_client_id(self) -> str:
        return self.client_id

    def get_scope(self) -> str:
        return self.scope


class UsedAssertion(Base):
    """An operator's assertion that was used; forgotten once it has expired anyway."""

    __tablename__ = "used_assertion"

    jti_hash: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[int] = mapped_column(index=True)


def digest(secret: str) -> str:
    """How a code or a token is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Store:
    """The issuer's SQLite file."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        """Raises ConfigurationError when the file isn't a usable database."""
        self._clock = clock
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.engine = create_engine(URL.create("sqlite", database=str(path)), hide_parameters=True)
        event.listen(self.engine, "connect", _configure)
        event.listen(self.engine, "begin", _take_write_lock)
        try:
            self._create_tables()
        except DatabaseError as error:
            self.engine.dispose()
            raise ConfigurationError(
                f"데이터베이스 {path} 을(를) 열 수 없습니다. 지우고 다시 시작하세요. 모두 다시 로그인합니다.",
                f"The database {path} can't be opened ({error.orig}). Delete it and restart.",
            ) from None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits at the end, or leaves no trace if the body raises."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def forget_expired(self, session: Session) -> None:
        """Delete what is over. Called whenever something new is remembered, so the file stays small."""
        now = int(self._clock())
        session.execute(delete(SignIn).where(SignIn.expires_at <= now))
        session.execute(
            delete(DeviceCode).where(DeviceCode.expires_at <= now - _DEVICE_CODE_REMEMBERED_SECONDS)
        )
        session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at <= now))

    def close(self) -> None:
        self.engine.dispose()

    def _create_tables(self) -> None:
        with self.engine.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version not in (0, SCHEMA_VERSION):
                Base.metadata.drop_all(connection)
            Base.metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")


def revoke_family(session: Session, family: str) -> None:
    """No refresh token of this family works any more. The used ones go too: they are unknown from now on."""
    session.execute(delete(RefreshToken).where(RefreshToken.family == family))


def sign_in_of_cookie(session: Session, cookie: str) -> SignIn | None:
    """The sign-in that a browser's cookie stands for."""
    return session.scalar(select(SignIn).where(SignIn.cookie_hash == digest(cookie)))


def _configure(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # sqlite3 must not begin transactions by itself: _take_write_lock does
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "busy_timeout = 1500"):
        connection.execute(f"PRAGMA {pragma}")


def _take_write_lock(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
