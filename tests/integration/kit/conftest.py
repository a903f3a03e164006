from collections.abc import AsyncIterator

import pytest

from services.kit.testing import LOOPBACK, Served, served
from tests.integration.kit.catalog_service import Catalog, Settings


@pytest.fixture
def catalog() -> Catalog:
    return Catalog()


@pytest.fixture
async def server(catalog: Catalog) -> AsyncIterator[Served]:
    async with served(Settings(**LOOPBACK, health_interval_seconds=0.05), catalog.app) as server:
        yield server
