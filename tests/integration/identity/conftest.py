import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.identity.app import signing_keys
from services.identity.settings import Settings
from tests.integration.identity.running import ISSUER, USERS, Browser, Clock, Running, serving


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a signing key: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("keys")
    signing_keys(Settings(keys_dir=folder), lambda: time.time() - 3600)
    return folder


@pytest.fixture
def settings(tmp_path: Path, made_keys: Path) -> Settings:
    shutil.copytree(made_keys, tmp_path / "keys")
    (tmp_path / "users.yaml").write_text(USERS)
    return Settings(
        home=tmp_path,
        users_file=tmp_path / "users.yaml",
        http_address="127.0.0.1:0",
        oidc_issuer=ISSUER,
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def running(settings: Settings, clock: Clock) -> Iterator[Running]:
    with serving(settings, clock) as running:
        yield running


@pytest.fixture
def browser(running: Running) -> Iterator[Browser]:
    browser = Browser(running)
    yield browser
    browser.close()


@pytest.fixture
def other_browser(running: Running) -> Iterator[Browser]:
    browser = Browser(running)
    yield browser
    browser.close()
