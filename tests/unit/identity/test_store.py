import sqlite3
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from services.identity.errors import ConfigurationError
from services.identity.store import RefreshToken, SignIn, Store, UsedAssertion


def sign_in(sid: str, expires_at: int) -> SignIn:
    return SignIn(sid=sid, username="a", fingerprint="f", auth_time=0, expires_at=expires_at)


def test_what_is_over_is_forgotten_with_all_that_hangs_on_it(tmp_path: Path) -> None:
    now = 1000.0
    store = Store(tmp_path / "identity.sqlite", lambda: now)
    with store.transaction() as db:
        db.add_all([sign_in("over", 1000), sign_in("goes on", 1001)])
        db.flush()
        for sid in ("over", "goes on"):
            db.add(RefreshToken(token_hash=sid, sid=sid, family=sid, client_id="c", scope="openid"))
        db.add(UsedAssertion(jti_hash="j", expires_at=1000))
        store.forget_expired(db)
    with store.transaction() as db:
        assert db.scalars(select(SignIn.sid)).all() == ["goes on"]
        assert db.scalars(select(RefreshToken.sid)).all() == ["goes on"]
        assert db.scalar(select(func.count()).select_from(UsedAssertion)) == 0
    store.close()


def test_a_failed_transaction_leaves_no_trace(tmp_path: Path) -> None:
    store = Store(tmp_path / "identity.sqlite", time.time)
    with pytest.raises(IntegrityError), store.transaction() as db:
        db.add_all(
            [sign_in("s", 1), RefreshToken(token_hash="t", sid="nobody", family="f", client_id="c", scope="")]
        )
    with store.transaction() as db:
        assert db.get(SignIn, "s") is None
    store.close()


def test_it_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "identity.sqlite"
    store = Store(path, time.time)
    with store.transaction() as db:
        db.add(sign_in("s", 1))
    store.close()
    again = Store(path, time.time)
    with again.transaction() as db:
        assert db.get(SignIn, "s")
    again.close()


def test_another_versions_tables_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "identity.sqlite"
    with sqlite3.connect(path) as old:
        old.execute("CREATE TABLE sign_in (something TEXT)")
        old.execute("PRAGMA user_version = 999")
    old.close()
    store = Store(path, time.time)
    with store.transaction() as db:
        db.add(sign_in("s", 1))
    store.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_a_damaged_file_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "identity.sqlite"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="Delete it and restart"):
        Store(path, time.time)


def test_a_folder_in_the_files_place_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="can't be opened"):
        Store(tmp_path, time.time)
