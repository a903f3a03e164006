"""What the issuer reads from the environment."""

from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from services.kit.settings import Address, ServiceSettings, split_address


class Settings(BaseSettings):
    """The issuer's settings. Durations carry their unit."""

    model_config = ServiceSettings.model_config

    name: ClassVar[str] = "identity"

    profile: Literal["embedded", "production"] = "embedded"
    home: Path = Path(".maru")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    http_address: Address = "127.0.0.1:18082"
    metrics_address: Address = "127.0.0.1:18083"

    oidc_issuer: str = "http://127.0.0.1:8080/realms/maru"
    """How browsers and clients reach the issuer (through Envoy). What it gives out is under it."""
    oidc_audience: str = "maru"

    database_url: str = ""
    keys_dir: Path | None = None
    users_file: Path = Path(__file__).with_name("demo_users.yaml")

    access_token_seconds: int = Field(default=300, ge=10, le=3600)
    refresh_token_seconds: int = Field(default=8 * 3600, ge=60, le=30 * 86400)
    """How long a sign-in lasts, from the password on: no refresh goes past it."""
    authorization_code_seconds: int = Field(default=60, ge=5, le=600)
    device_code_seconds: int = Field(default=600, ge=30, le=3600)
    device_poll_seconds: int = Field(default=5, ge=1, le=60)
    signing_key_days: int = Field(default=90, ge=1, le=3650)
    signing_key_lead_seconds: int = Field(default=900, ge=0, le=86400)
    """How long a key is published before it signs: longer than a verifier keeps the keys that it fetched."""

    sign_in_burst: int = Field(default=5, ge=1, le=100)
    """Wrong passwords in a row for one username before it has to wait."""
    sign_in_refill_seconds: int = Field(default=30, ge=1, le=3600)
    """After the burst, one more try every so often."""
    sign_ins_per_minute: int = Field(default=120, ge=1, le=10_000)
    """Wrong passwords a minute for all usernames together."""

    @property
    def database_path(self) -> Path:
        """The SQLite file of sign-ins."""
        path = make_url(self.database_url).database if self.database_url else None
        return Path(path) if path else self.home / "data" / "identity.sqlite"

    @property
    def keys_path(self) -> Path:
        """The folder of the signing keys and the operator's key."""
        return self.keys_dir or self.home / "keys"

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.profile == "production":
            raise ValueError(
                "MARU_PROFILE: 내장 발급 서버는 운영 환경에서 시작하지 않습니다. Keycloak을 쓰고"
                " MARU_OIDC_ISSUER 에 그 realm 주소를 넣으세요. / the embedded issuer does not start in"
                " production: run Keycloak and give its realm's address in MARU_OIDC_ISSUER"
            )
        if not all(_is_loopback(split_address(at)[0]) for at in (self.http_address, self.metrics_address)):
            raise ValueError(
                "MARU_HTTP_ADDRESS, MARU_METRICS_ADDRESS: 127.0.0.1 에서만 엽니다. 밖에서는 Envoy를 거칩니다."
                " / listen on 127.0.0.1 only; the outside comes through Envoy"
            )
        _check_issuer(self.oidc_issuer)
        _check_database(self.database_url)
        return self


def load() -> Settings:
    """Read the settings from the environment.

    Raises:
        SystemExit: one is wrong; the message names it, with the remedy, and never shows its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for wrong in error.errors(include_input=False, include_url=False):
            variable = f"MARU_{wrong['loc'][0]}: ".upper() if wrong["loc"] else ""
            lines.append(f"  {variable}{wrong['msg'].removeprefix('Value error, ')}")
        raise SystemExit(
            "\n".join(["설정을 고쳐 주세요. / Correct the settings of identity:", *lines])
        ) from None


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    if parts.query or parts.fragment or parts.username or not parts.path.strip("/") or issuer.endswith("/"):
        raise ValueError(
            "MARU_OIDC_ISSUER: http(s)://HOST[:PORT]/realms/maru 처럼, 끝에 / 없이 쓰세요."
            " / write it like that, without a slash at the end"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise ValueError(
            "MARU_OIDC_ISSUER: 127.0.0.1 이 아니면 https 여야 합니다."
            " / must be https unless it is on 127.0.0.1"
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check_database(url: str) -> None:
    try:
        usable = not url or (make_url(url).get_backend_name() == "sqlite" and bool(make_url(url).database))
    except ArgumentError:
        usable = False
    if not usable:
        raise ValueError("MARU_DATABASE_URL: sqlite:///경로 여야 합니다. / must be sqlite:///PATH")
