"""The adapters of `ports.LocalModel`: each passes every test of this folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeAlias

import pytest

from services.erp.adapters import local_model_mariadb, local_model_sqlite
from services.erp.ports import LocalModel
from services.kit.metrics import Metrics
from tests.contract.local_model.server import emptied, server_url
from tests.unit.erp.queries.small_company import Data, fill, random_company, write

Opening: TypeAlias = Callable[..., AbstractAsyncContextManager[LocalModel]]
"""Opens the model that `data` was written to, with a limit in seconds for a read."""


@pytest.fixture
def data() -> Data:
    return random_company(7)


@pytest.fixture(params=["sqlite", "mariadb"])
def opening(request: pytest.FixtureRequest, tmp_path: Path, data: Data) -> Opening:
    if request.param == "sqlite":
        path = write(data, tmp_path / "model.sqlite")
        return lambda timeout_seconds=10.0: local_model_sqlite.open_local_model(
            path, Metrics(), timeout_seconds
        )
    url = server_url()
    engine = emptied(url)
    fill(engine, data)
    engine.dispose()
    return lambda timeout_seconds=10.0: local_model_mariadb.open_local_model(url, Metrics(), timeout_seconds)


@pytest.fixture
async def local_model(opening: Opening) -> AsyncIterator[LocalModel]:
    async with opening() as opened:
        yield opened
