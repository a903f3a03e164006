"""Access tokens for the command line: of who signed in, or of any user of this machine's embedded issuer."""

import json
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt

from services.launcher.errors import LauncherError

CLIENT_ID = "maru-cli"
OPERATOR_CLIENT_ID = "maru-operator"
ASSERTION_LIFETIME_S = 60
RENEW_BEFORE_S = 30
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_JWT_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True)
class Tokens:
    """Tokens of one user; `expires_at` in seconds since the epoch."""

    access_token: str
    expires_at: float
    refresh_token: str | None = None


class Issuer:
    """The token endpoint of an OpenID issuer (RFC 6749, 7523, 8628)."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._endpoint = f"{issuer}/protocol/openid-connect"
        self._http = httpx.Client(timeout=10.0, trust_env=False)

    def operator_token(self, username: str, key_file: Path) -> Tokens:
        """A short-lived token of `username`, asked for with the operator's key of this machine.

        Raises:
            LauncherError: the key can't be read, or the issuer knows no such user.
        """
        now = int(time.time())
        claims = {
            "iss": OPERATOR_CLIENT_ID,
            "sub": username,
            "aud": self._issuer,
            "iat": now,
            "exp": now + ASSERTION_LIFETIME_S,
            "jti": uuid.uuid4().hex,
        }
        try:
            assertion = jwt.encode(claims, key_file.read_text(encoding="ascii"), algorithm="EdDSA")
        except (OSError, ValueError, jwt.PyJWTError) as error:
            raise LauncherError(
                f"운영자 키 {key_file}를 읽을 수 없습니다. maru up을 실행한 사용자로 실행하거나 maru "
                "login으로 로그인하세요. 파일이 없거나 손상되었으면 지우고 maru up을 다시 시작하세요.",
                f"The operator's key {key_file} can't be read. Run this as the user who ran maru up, or "
                "sign in with maru login. If it is missing or damaged, remove it and start maru up again.",
            ) from error
        answer = self._post("token", grant_type=_JWT_BEARER_GRANT, assertion=assertion)
        if "access_token" not in answer:
            raise LauncherError(
                f"'{username}' 사용자의 토큰을 받을 수 없습니다 ({answer.get('error', '?')}). 사용자 파일에 "
                "있는 이름인지 확인하세요.",
                f"No token for the user '{username}' ({answer.get('error', '?')}). Check that the users "
                "file has this name.",
            )
        return _tokens(answer)

    def refresh(self, refresh_token: str) -> Tokens | None:
        """New tokens, or None when the session has ended."""
        answer = self._post(
            "token", grant_type="refresh_token", client_id=CLIENT_ID, refresh_token=refresh_token
        )
        return _tokens(answer) if "access_token" in answer else None

    def sign_in(self, show: Callable[[str, str], None]) -> Tokens:
        """Signs a person in by the device flow: `show(address, code)` says where to go, then this waits.

        Raises:
            LauncherError: refused or run out of time.
        """
        start = self._post("auth/device", client_id=CLIENT_ID, scope="openid profile")
        if "device_code" not in start:
            raise LauncherError("로그인을 시작할 수 없습니다.", "The sign-in can't be started.")
        show(start.get("verification_uri_complete") or start["verification_uri"], start["user_code"])
        interval, ends = float(start.get("interval", 5)), time.time() + float(start["expires_in"])
        while time.time() < ends:
            time.sleep(interval)
            answer = self._post(
                "token", grant_type=_DEVICE_GRANT, client_id=CLIENT_ID, device_code=start["device_code"]
            )
            match answer.get("error"):
                case None:
                    return _tokens(answer)
                case "authorization_pending":
                    continue
                case "slow_down":
                    interval += 5
                case _:
                    break
        raise LauncherError(
            "로그인이 거절되었거나 시간이 지났습니다. maru login을 다시 실행하세요.",
            "The sign-in was refused or took too long. Run maru login again.",
        )

    def _post(self, path: str, **form: str) -> dict[str, Any]:
        try:
            response = self._http.post(f"{self._endpoint}/{path}", data=form)
            answer: dict[str, Any] = response.json()
        except (httpx.HTTPError, ValueError) as error:
            raise LauncherError(
                f"로그인 서버({self._issuer})가 응답하지 않습니다. maru status로 상태를 확인하세요.",
                f"The sign-in server ({self._issuer}) does not answer. Look at maru status.",
            ) from error
        return answer


class Credentials:
    """Valid access tokens, renewed before they expire."""

    def __init__(self, issuer: Issuer, operator_key: Path, folder: Path) -> None:
        self._issuer = issuer
        self._operator_key = operator_key
        self._folder = folder
        self._operator_tokens: dict[str, Tokens] = {}

    def of_user(self, username: str) -> str:
        """An access token of a user of the embedded issuer.

        Raises:
            LauncherError: see `Issuer.operator_token`.
        """
        tokens = self._operator_tokens.get(username)
        if tokens is None or tokens.expires_at - RENEW_BEFORE_S < time.time():
            tokens = self._operator_tokens[username] = self._issuer.operator_token(
                username, self._operator_key
            )
        return tokens.access_token

    def of_session(self) -> str:
        """An access token of who signed in with `maru login`.

        Raises:
            LauncherError: nobody did, or the session has ended.
        """
        try:
            tokens = Tokens(**json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise LauncherError(
                "로그인되어 있지 않습니다. maru login으로 로그인하거나 --as 사용자로 실행하세요.",
                "You are not signed in. Sign in with maru login, or use --as USER.",
            ) from error
        if tokens.expires_at - RENEW_BEFORE_S > time.time():
            return tokens.access_token
        renewed = self._issuer.refresh(tokens.refresh_token) if tokens.refresh_token else None
        if renewed is None:
            self._file.unlink(missing_ok=True)
            raise LauncherError(
                "로그인이 만료되었습니다. maru login으로 다시 로그인하세요.",
                "Your sign-in has expired. Sign in again with maru login.",
            )
        self.keep(renewed)
        return renewed.access_token

    def keep(self, tokens: Tokens) -> None:
        """Keeps a session for later commands, readable by its owner only."""
        fresh = self._file.with_suffix(".tmp")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(tokens), file)
        os.replace(fresh, self._file)

    @property
    def _file(self) -> Path:
        return self._folder / "session.json"


def _tokens(answer: dict[str, Any]) -> Tokens:
    return Tokens(
        answer["access_token"], time.time() + float(answer["expires_in"]), answer.get("refresh_token")
    )
