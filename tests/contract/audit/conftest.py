"""The audit's chain on each engine: the same databases as the conversations'."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chat.adapters.audit_anchor import AnchorFile
from services.chat.adapters.conversations_sql import SqlConversations, sql_conversations
from services.kit.metrics import Metrics
from services.kit.workload import WorkloadSigner
from tests.contract.conversations.conftest import url

__all__ = ["url"]


@pytest.fixture(scope="session")
def signer() -> WorkloadSigner:
    return WorkloadSigner("chat", Ed25519PrivateKey.generate())


@pytest.fixture
def anchor(tmp_path: Path, signer: WorkloadSigner) -> AnchorFile:
    return AnchorFile(tmp_path / "audit" / "head.jws", signer)


@pytest.fixture
async def store(url: str, anchor: AnchorFile) -> AsyncIterator[SqlConversations]:
    async with sql_conversations(url, Metrics(), anchor) as store:
        yield store
