"""The adapters of `ports.LocalModel`: each passes every test of this folder."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TypeAlias

import pytest

from services.erp.adapters.local_model_sqlite import open_local_model
from services.erp.ports import LocalModel
from services.kit.metrics import Metrics
from tests.unit.erp.queries.small_company import Data, random_company, write

Opening: TypeAlias = Callable[..., AbstractAsyncContextManager[LocalModel]]
"""Opens the model that `data` was written to, with a limit in seconds for a read."""


@pytest.fixture
def data() -> Data:
    return random_company(7)


@pytest.fixture
def path(tmp_path: Path, data: Data) -> Path:
    return write(data, tmp_path / "model.sqlite")


@pytest.fixture
def opening(path: Path) -> Opening:
    return lambda timeout_seconds=10.0: open_local_model(path, Metrics(), timeout_seconds)


@pytest.fixture
async def local_model(opening: Opening) -> AsyncIterator[LocalModel]:
    async with opening() as opened:
        yield opened
