"""Asking the core directly: a shipped catalog and policy over a small company's file."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from services.erp.adapters import local_model_mariadb
from services.erp.adapters.local_model_sqlite import open_local_model
from services.erp.core.catalog import Catalog
from services.erp.core.catalog_loader import load_catalog
from services.erp.core.policy import Policy
from services.erp.core.policy_loader import load_policy
from services.erp.core.result import EntityReference, Table
from services.erp.core.use_cases import Erp, Limits
from services.kit.identity import Identity
from services.kit.metrics import Metrics
from services.kit.testing import FakeClock

ROOT = Path(__file__).parents[4]


@cache
def catalog() -> Catalog:
    """The shipped catalog."""
    return load_catalog(ROOT / "services/erp/catalog")


@cache
def policy() -> Policy:
    """The shipped policy."""
    return load_policy(ROOT / "services/erp/policies/demo.yaml", catalog())


shipped_policy = policy


@asynccontextmanager
async def opened(
    path: Path, limits: Limits | None = None, policy: Policy | None = None
) -> AsyncIterator[Erp]:
    """The use cases over the file, under the shipped policy unless another is given."""
    async with open_local_model(path, Metrics(), timeout_seconds=20) as local_model:
        yield Erp(catalog(), policy or shipped_policy(), local_model, FakeClock(), limits or Limits())


@asynccontextmanager
async def opened_on_server(url: str) -> AsyncIterator[Erp]:
    """The use cases over a local model in MariaDB."""
    async with local_model_mariadb.open_local_model(url, Metrics(), timeout_seconds=20) as local_model:
        yield Erp(catalog(), policy(), local_model, FakeClock(), Limits())


def asker(*roles: str, **claims: Any) -> Identity:
    """Somebody with the roles (executive unless said) and claims."""
    return Identity("sub", "kim", "김", frozenset(roles or ("executive",)), **claims)


def plain_rows(table: Table) -> list[dict[str, Any]]:
    """Rows as dicts by column; entities as their keys."""
    keys = [column.key for column in table.columns]
    return [
        {
            key: value.key if isinstance(value, EntityReference) else value
            for key, value in zip(keys, row, strict=True)
        }
        for row in table.rows
    ]
