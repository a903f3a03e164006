from pathlib import Path

import pytest

from services.identity.settings import load


def test_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load()
    assert settings.oidc_issuer == "http://127.0.0.1:8080/realms/maru"
    assert (settings.access_token_seconds, settings.refresh_token_seconds) == (300, 8 * 3600)
    assert settings.database_path == Path(".maru/data/identity.sqlite")
    assert settings.keys_path == Path(".maru/keys")
    assert settings.users_file.name == "demo_users.yaml"


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
def test_the_database_by_its_address(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("MARU_DATABASE_URL", f"{scheme}:////var/x.sqlite")
    assert load().database_path == Path("/var/x.sqlite")


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PROFILE", "production", "run Keycloak"),
        ("PROFILE", "test", "MARU_PROFILE"),
        ("HTTP_ADDRESS", "0.0.0.0:18082", "MARU_HTTP_ADDRESS"),
        ("HTTP_ADDRESS", "localhost", "MARU_HTTP_ADDRESS"),
        ("METRICS_ADDRESS", "10.0.0.1:1", "MARU_METRICS_ADDRESS"),
        ("OIDC_ISSUER", "http://maru.example/realms/maru", "https"),
        ("OIDC_ISSUER", "https://maru.example/realms/maru/", "without a slash"),
        ("OIDC_ISSUER", "https://maru.example", "MARU_OIDC_ISSUER"),
        ("OIDC_ISSUER", "https://maru.example/realms/maru?x=1", "MARU_OIDC_ISSUER"),
        ("OIDC_ISSUER", "https://user:pw@maru.example/realms/maru", "MARU_OIDC_ISSUER"),
        ("OIDC_ISSUER", "ftp://127.0.0.1/realms/maru", "MARU_OIDC_ISSUER"),
        ("DATABASE_URL", "mysql+aiomysql://u:hidden@h/d", "MARU_DATABASE_URL"),
        ("DATABASE_URL", "sqlite://", "MARU_DATABASE_URL"),
        ("DATABASE_URL", "nonsense", "MARU_DATABASE_URL"),
        ("ACCESS_TOKEN_SECONDS", "86400", "MARU_ACCESS_TOKEN_SECONDS"),
        ("ACCESS_TOKEN_SECONDS", "soon", "MARU_ACCESS_TOKEN_SECONDS"),
    ],
)
def test_refused(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, says: str) -> None:
    monkeypatch.setenv(f"MARU_{variable}", value)
    with pytest.raises(SystemExit, match=says) as refused:
        load()
    assert "hidden" not in str(refused.value)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load().oidc_audience = "other"
