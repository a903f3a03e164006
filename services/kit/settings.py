"""Base settings: frozen, read once from MARU_* variables, refused with the variable's name and a remedy."""

from collections.abc import Mapping
from datetime import date
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.clock import Clock, SystemClock

_PREFIX = "MARU_"


def split_address(address: str) -> tuple[str, int]:
    """Host and port of HOST:PORT.

    Raises:
        ValueError: it is written otherwise, or the host is a name instead of a number.
    """
    host, _, port = address.rpartition(":")
    if not port.isdecimal() or int(port) > 65535:
        raise ValueError("write HOST:PORT, as in 127.0.0.1:18087")
    return str(ip_address(host.strip("[]"))), int(port)


def _check_address(address: str) -> str:
    split_address(address)
    return address


Address = Annotated[str, AfterValidator(_check_address)]
"""HOST:PORT to listen on; port 0 takes a free one."""


class ServiceSettings(BaseSettings):
    """What every service reads from the environment. A service subclasses it in its own `settings.py`.

    A subclass gives `name`, defaults for the two addresses, its own fields, and `embedded_schemes`.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # a database URL may hold a password
    )

    name: ClassVar[str]
    """The service's name in logs, metrics, health and workload identity: "erp"."""

    embedded_schemes: ClassVar[Mapping[str, frozenset[str]]] = {}
    """URL schemes that production refuses, by field: {"database_url": frozenset({"sqlite+aiosqlite"})}."""

    profile: Literal["embedded", "production"] = "embedded"
    home: Path = Path(".maru")
    today: date | None = None
    timezone: ZoneInfo = ZoneInfo("Asia/Seoul")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    grpc_address: Address
    metrics_address: Address

    oidc_issuer: str = "http://127.0.0.1:8080/realms/maru"
    oidc_audience: str = "maru"
    oidc_jwks_url: str = "http://127.0.0.1:18082/realms/maru/protocol/openid-connect/certs"
    workload_key_file: Path | None = None
    workload_jwks_file: Path | None = None

    max_concurrent_rpcs: int = Field(default=200, ge=1)
    shutdown_grace_seconds: float = Field(default=5.0, ge=0, le=60)
    health_interval_seconds: float = Field(default=5.0, gt=0, le=60)

    @property
    def workload_key_path(self) -> Path:
        """This service's own private key, for the calls that it makes."""
        return self.workload_key_file or self.home / "keys" / "workload" / f"{self.name}.pem"

    @property
    def workload_jwks_path(self) -> Path:
        """The public keys of all services, for the calls that it receives."""
        return self.workload_jwks_file or self.home / "keys" / "workload.jwks.json"

    @property
    def clock(self) -> Clock:
        return SystemClock(self.timezone, self.today)

    @model_validator(mode="after")
    def _check_profile(self) -> Self:
        if self.profile == "embedded":
            for field in ("grpc_address", "metrics_address"):
                if not ip_address(split_address(getattr(self, field))[0]).is_loopback:
                    raise ValueError(f"{_env(field)}: the embedded profile listens on 127.0.0.1 only")
            return self
        for field, schemes in self.embedded_schemes.items():
            scheme = urlsplit(str(getattr(self, field))).scheme
            if scheme in schemes:
                raise ValueError(f"{_env(field)}: {scheme} is embedded only; name a production server")
        for field in ("oidc_issuer", "oidc_jwks_url"):
            if urlsplit(getattr(self, field)).scheme != "https":
                raise ValueError(f"{_env(field)}: production needs an https address")
        return self


S = TypeVar("S", bound=ServiceSettings)


def load(settings: type[S]) -> S:
    """Read the settings from the environment.

    Raises:
        SystemExit: a variable is missing or wrong; the message names each one and never shows its value.
    """
    try:
        return settings()
    except ValidationError as error:
        lines = [
            f"  {_env(str(e['loc'][0])) + ': ' if e['loc'] else ''}{e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False, include_url=False)
        ]
        raise SystemExit(
            "\n".join([f"설정을 고쳐 주세요. / Correct the settings of {settings.name}:", *lines])
        ) from None


def _env(field: str) -> str:
    return _PREFIX + field.upper()
