"""Signing keys: their life from file to withdrawal."""

import json
import os
import stat
import threading
from pathlib import Path

import pytest

from services.identity import keys as module
from services.identity.errors import ConfigurationError
from services.identity.keys import SigningKeys, ensure_operator_key, read_operator_key

DAY = 86400
LEAD = 900
TOKEN = 300


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(folder: Path, clock: Clock) -> SigningKeys:
    return SigningKeys(folder, clock, lifetime=90 * DAY, lead=LEAD, longest_token=TOKEN)


def kids(keys: SigningKeys) -> list[str]:
    return [str(key.kid) for key in keys.published()]


def test_a_first_key_is_made_and_kept(tmp_path: Path, clock: Clock) -> None:
    first = opened(tmp_path / "keys", clock)
    again = opened(tmp_path / "keys", clock)
    assert first.current().kid == again.current().kid
    assert stat.S_IMODE((tmp_path / "keys" / "issuer.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    assert not [
        path for path in (tmp_path / "keys").iterdir() if path.name not in ("issuer.json", "issuer.lock")
    ]


def test_a_life_of_years(tmp_path: Path, clock: Clock) -> None:
    """Whoever fetched the keys up to LEAD seconds ago can verify a token just issued, at any moment."""
    keys = opened(tmp_path, clock)
    fetched = kids(keys)
    signed_with: list[str] = []
    for _ in range(3 * 365 * DAY // (5 * DAY)):
        clock.now += 5 * DAY - LEAD + 1
        fetched = kids(keys)
        clock.now += LEAD - 1
        signed_with.append(str(keys.current().kid))
        assert signed_with[-1] in fetched
    assert len(set(signed_with)) == 13  # 1095 days, a new key every 90
    assert len(kids(keys)) <= 2


def test_a_key_is_published_until_its_last_token_has_expired(tmp_path: Path, clock: Clock) -> None:
    keys = opened(tmp_path, clock)
    old = keys.current().kid
    assert keys.rotate() == clock.now + LEAD
    clock.now += LEAD - 1
    assert keys.current().kid == old
    clock.now += TOKEN  # TOKEN - 1 after the successor took over: a token of the last moment still lives
    assert keys.current().kid != old
    assert old in kids(keys)
    clock.now += 1
    assert old not in kids(keys)


def test_another_process_rotates(tmp_path: Path, clock: Clock) -> None:
    serving, rotating = opened(tmp_path, clock), opened(tmp_path, clock)
    rotating.rotate()
    assert len(kids(serving)) == 2
    assert kids(serving) == kids(rotating)


def test_two_that_start_together_agree(tmp_path: Path, clock: Clock) -> None:
    together = threading.Barrier(4)
    found: list[str] = []

    def start() -> None:
        together.wait()
        found.append(str(opened(tmp_path, clock).current().kid))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_withdrawn_key_is_gone_at_once(tmp_path: Path, clock: Clock) -> None:
    keys = opened(tmp_path, clock)
    keys.rotate()
    before = set(kids(keys))
    keys.replace()
    assert len(kids(keys)) == 1
    assert not before & set(kids(keys))
    assert keys.current().kid in kids(keys)


def test_a_clock_set_back_still_signs(tmp_path: Path, clock: Clock) -> None:
    keys = opened(tmp_path, clock)
    clock.now -= DAY
    assert keys.current().kid in kids(keys)


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", "{}", '{"keys": 1}', '{"keys": [{"jwk": {"kty": "RSA"}}]}']
)
def test_a_damaged_file_stops_the_start(tmp_path: Path, clock: Clock, damage: str) -> None:
    path = tmp_path / "issuer.json"
    path.touch(0o600)
    path.write_text(damage)
    with pytest.raises(ConfigurationError, match=r"issuer\.json is damaged\. Delete it"):
        opened(tmp_path, clock)


def test_a_file_that_others_can_read_stops_the_start(tmp_path: Path, clock: Clock) -> None:
    opened(tmp_path, clock)
    (tmp_path / "issuer.json").chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        opened(tmp_path, clock)


def test_a_full_disk_leaves_the_old_keys_signing(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> Path:
        raise OSError(28, "No space left on device")

    keys = opened(tmp_path, clock)
    old = keys.current().kid
    clock.now += 100 * DAY
    monkeypatch.setattr(module, "_private_file", full)
    assert keys.current().kid == old
    monkeypatch.undo()
    assert len(kids(keys)) == 2


def test_an_interrupted_write_leaves_the_file_whole(tmp_path: Path, clock: Clock) -> None:
    keys = opened(tmp_path, clock)
    before = (tmp_path / "issuer.json").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("power")))
        with pytest.raises(OSError, match="power"):
            keys.rotate()
    assert (tmp_path / "issuer.json").read_bytes() == before
    assert len(json.loads(before)["keys"]) == 1
    keys.rotate()


def test_the_operators_key(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "operator.pem"
    ensure_operator_key(path)
    content = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    ensure_operator_key(path)
    assert path.read_bytes() == content
    assert read_operator_key(path).curve_name == "Ed25519"


@pytest.mark.parametrize(
    "content", [b"", b"-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----", b"\xff\xfe"]
)
def test_a_damaged_operators_key_stops_the_start(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "operator.pem"
    path.touch(0o600)
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"operator\.pem can't be read"):
        ensure_operator_key(path)
