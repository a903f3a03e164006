from collections.abc import AsyncIterator, Iterator

import grpc
import pytest

from services.chat.adapters.llm_triton import TritonLanguageModel
from services.kit.metrics import Metrics
from tests.integration.llm.running_triton import RunningTriton, become, running_triton


@pytest.fixture(scope="session")
def triton() -> Iterator[RunningTriton]:
    with running_triton() as running:
        yield running


@pytest.fixture
async def channel(triton: RunningTriton) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(triton.address) as channel:
        yield channel


@pytest.fixture
async def llm(triton: RunningTriton, channel: grpc.aio.Channel) -> AsyncIterator[TritonLanguageModel]:
    language_model = TritonLanguageModel(channel, "llm", Metrics())
    yield language_model
    await language_model.close()
    await become(triton.sequences, (0, 0), seconds=20)
