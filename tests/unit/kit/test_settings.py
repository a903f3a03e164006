from datetime import date
from typing import ClassVar

import pytest

from services.kit.settings import Address, ServiceSettings, load, split_address


class Settings(ServiceSettings):
    name = "erp"
    embedded_schemes: ClassVar = {"database_url": frozenset({"sqlite+aiosqlite"})}

    grpc_address: Address = "127.0.0.1:18087"
    metrics_address: Address = "127.0.0.1:18088"
    database_url: str = "sqlite+aiosqlite:///:memory:"


PRODUCTION = {
    "MARU_PROFILE": "production",
    "MARU_OIDC_ISSUER": "https://login.example/realms/maru",
    "MARU_OIDC_JWKS_URL": "https://login.example/certs",
    "MARU_DATABASE_URL": "mysql+aiomysql://maru:hunter2@db/maru",
}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PRODUCTION, "MARU_TODAY", "MARU_GRPC_ADDRESS", "MARU_METRICS_ADDRESS", "MARU_HOME"):
        monkeypatch.delenv(name, raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return load(Settings)


def test_fixed_today_is_today(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, MARU_TODAY="2026-11-20").clock.today() == date(2026, 11, 20)


def test_settings_cannot_change(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    with pytest.raises(ValueError, match="frozen"):
        settings.log_level = "DEBUG"


def test_keys_lie_below_home(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, MARU_HOME="/srv/maru")
    assert str(settings.workload_key_path) == "/srv/maru/keys/workload/erp.pem"
    assert str(settings.workload_jwks_path) == "/srv/maru/keys/workload.jwks.json"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"MARU_GRPC_ADDRESS": "0.0.0.0:18087"}, "MARU_GRPC_ADDRESS"),
        ({"MARU_METRICS_ADDRESS": "10.0.0.1:9000"}, "MARU_METRICS_ADDRESS"),
        ({"MARU_GRPC_ADDRESS": "127.0.0.1"}, "MARU_GRPC_ADDRESS"),
        ({"MARU_GRPC_ADDRESS": "127.0.0.1:99999"}, "MARU_GRPC_ADDRESS"),
        ({"MARU_TODAY": "20.11.2026"}, "MARU_TODAY"),
        ({**PRODUCTION, "MARU_DATABASE_URL": "sqlite+aiosqlite:///x"}, "MARU_DATABASE_URL"),
        ({**PRODUCTION, "MARU_OIDC_ISSUER": "http://login.example"}, "MARU_OIDC_ISSUER"),
    ],
)
def test_refusal_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], named: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        read(monkeypatch, **environment)
    assert named in str(refused.value)


def test_refusal_never_shows_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit) as refused:
        read(monkeypatch, **{**PRODUCTION, "MARU_OIDC_ISSUER": "http://user:hunter2@login.example"})
    assert "hunter2" not in str(refused.value)


def test_not_even_the_bare_error_shows_a_value() -> None:
    with pytest.raises(ValueError, match="MARU_DATABASE_URL") as refused:
        Settings(profile="production", database_url="sqlite+aiosqlite:///hunter2")
    assert "hunter2" not in str(refused.value)


def test_production_starts_on_production_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, **PRODUCTION).profile == "production"


def test_address_of_either_family() -> None:
    assert split_address("127.0.0.1:80") == ("127.0.0.1", 80)
    assert split_address("[::1]:80") == ("::1", 80)
