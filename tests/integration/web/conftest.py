"""The built web page in a real browser, against a scripted edge."""

import asyncio
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from services.launcher.preparation import WebPage
from tests.chromium import headless_chromium
from tests.integration.web.fake_edge import FakeEdge, running_edge


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with headless_chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def built_page() -> None:
    """The page in web/dist is made from the present sources."""
    page = WebPage()
    if not page.is_current():
        asyncio.run(page.build(print))


@pytest.fixture
def edge(built_page: None) -> Iterator[FakeEdge]:
    with running_edge() as running:
        yield running
