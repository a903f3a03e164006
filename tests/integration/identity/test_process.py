"""The issuer as its own process: how it starts, what it writes, how it stops."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher

from services.identity.settings import Settings
from services.kit.metrics import Metrics
from tests.integration.identity.running import ISSUER, PUBLIC, USERS, Browser, Clock, Running, code_of, redeem

MODULE = [sys.executable, "-W", "error", "-m", "services.identity"]


def environment(home: Path, **more: str) -> dict[str, str]:
    (home / "users.yaml").write_text(USERS)
    return {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "MARU_HOME": str(home),
        "MARU_USERS_FILE": str(home / "users.yaml"),
        "MARU_HTTP_ADDRESS": "127.0.0.1:0",
        "MARU_METRICS_ADDRESS": "127.0.0.1:0",
        "MARU_OIDC_ISSUER": ISSUER,
    } | {f"MARU_{name}": value for name, value in more.items()}


class Process:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        assert process.stdout is not None
        for line in process.stdout:
            self.lines.append(line)
            event = json.loads(line)
            if event["event"] == "listening":
                self.address = f"http://127.0.0.1:{event['http_port']}"
                self.metrics = f"http://127.0.0.1:{event['metrics_port']}/metrics"
                return
        raise AssertionError("".join(self.lines))

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> float:
        """Seconds until it was gone, all that it wrote read."""
        started = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(10)
        took = time.monotonic() - started
        assert self.process.stdout is not None
        self.lines += self.process.stdout.readlines()
        return took


@contextmanager
def started(home: Path, **more: str) -> Iterator[Process]:
    with subprocess.Popen(
        MODULE, env=environment(home, **more), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield Process(process)
        finally:
            process.kill()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_within_two_seconds(tmp_path: Path, sign: signal.Signals) -> None:
    with started(tmp_path) as issuer, httpx.Client(trust_env=False) as idle:
        assert idle.get(f"{issuer.address}/health").json() == {"status": "SERVING"}
        assert issuer.stop(sign) < 2
        assert issuer.process.returncode == 0
        assert json.loads(issuer.lines[-1])["event"] == "stopped"


def test_nothing_secret_is_ever_written(tmp_path: Path) -> None:
    with started(tmp_path, LOG_LEVEL="DEBUG") as issuer, httpx.Client(trust_env=False) as http:
        settings = Settings(home=tmp_path, users_file=tmp_path / "users.yaml", oidc_issuer=ISSUER)
        running = Running(issuer.address, settings, Clock(), Metrics(), http)
        browser = Browser(running)
        browser.open(f"{PUBLIC}/realms/maru/login?continue=/realms/maru/device")
        browser.send({"username": "my-password-typed-here", "password": "wrong-password"})
        code = code_of(browser)
        tokens = redeem(running, code).json()
        for _ in range(2):
            running.token(
                grant_type="refresh_token", client_id="maru-web", refresh_token=tokens["refresh_token"]
            )
        redeem(running, code)
        cookies = [cookie.value for cookie in browser.http.cookies.jar]
        browser.close()
        metrics = http.get(issuer.metrics).text
        issuer.stop()
    written = "".join(issuer.lines) + metrics
    secrets = [
        "my-password-typed-here",
        "wrong-password",
        "kim-password",
        "argon2id",
        "PRIVATE",
        code,
        *cookies,
    ]
    secrets += [tokens[name] for name in ("access_token", "id_token", "refresh_token")]
    for secret in secrets:
        assert str(secret) not in written
    assert '"refresh_token_reused"' in written  # the incidents themselves are
    assert 'maru_identity_sign_ins_total{outcome="accepted"} 1.0' in metrics
    assert 'http_route="/realms/maru/login"' in metrics
    assert "db_client_operation_duration_seconds" in metrics


def test_tokens_go_on_after_a_restart(tmp_path: Path) -> None:
    tokens = {}
    for round_ in range(2):
        with started(tmp_path) as issuer, httpx.Client(trust_env=False) as http:
            settings = Settings(home=tmp_path, users_file=tmp_path / "users.yaml", oidc_issuer=ISSUER)
            running = Running(issuer.address, settings, Clock(), Metrics(), http)
            if round_ == 0:
                browser = Browser(running)
                tokens = redeem(running, code_of(browser)).json()
                browser.close()
                issuer.process.kill()  # no orderly stop
            else:
                running.claims(tokens["access_token"], "maru")
                again = running.token(
                    grant_type="refresh_token", client_id="maru-web", refresh_token=tokens["refresh_token"]
                )
                assert again.status_code == 200


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PROFILE", "production", ["MARU_PROFILE", "Keycloak"]),
        ("USERS_FILE", "/nonexistent/users.yaml", ["/nonexistent/users.yaml", "MARU_USERS_FILE"]),
        ("METRICS_ADDRESS", "127.0.0.1:TAKEN", ["MARU_METRICS_ADDRESS", "Address already in use"]),
        ("HTTP_ADDRESS", "127.0.0.1:TAKEN", ["MARU_HTTP_ADDRESS", "Address already in use"]),
    ],
)
def test_it_does_not_start(tmp_path: Path, variable: str, value: str, says: list[str]) -> None:
    (tmp_path / "other").mkdir()
    with started(tmp_path / "other") as other:
        more = {variable: value.replace("TAKEN", other.address.rpartition(":")[2])}
        done = subprocess.run(
            MODULE, env=environment(tmp_path, **more), capture_output=True, text=True, timeout=20, check=False
        )
    assert done.returncode == 1
    for words in says:
        assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with started(home):
        for path in (*home.rglob("*.sqlite*"), *home.rglob("keys/*")):
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_password_is_hashed_from_a_pipe(tmp_path: Path) -> None:
    done = hash_password(tmp_path, "비밀번호 1234\n")
    assert PasswordHasher().verify(done.stdout.strip(), "비밀번호 1234")
    short = hash_password(tmp_path, "short\n")
    assert short.returncode == 1
    assert "8" in short.stderr


def test_a_password_is_asked_for_without_echo(tmp_path: Path) -> None:
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [*MODULE, "hash-password"], env=environment(tmp_path), stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    for prompt in (b"Password: ", b"Once more: "):
        while not shown.endswith(prompt):
            shown += os.read(terminal, 1024)
        os.write(terminal, b"typed-password\n")
    while b"$argon2id$" not in shown or not shown.endswith(b"\n"):
        shown += os.read(terminal, 1024)
    assert process.wait(10) == 0
    os.close(terminal)
    assert b"typed-password" not in shown
    assert PasswordHasher().verify(shown.decode().split()[-1], "typed-password")


def hash_password(home: Path, typed: str) -> subprocess.CompletedProcess[str]:
    command = [*MODULE, "hash-password"]
    return subprocess.run(
        command, env=environment(home), input=typed, capture_output=True, text=True, check=False
    )
