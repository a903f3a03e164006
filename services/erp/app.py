"""Composition root of the erp service."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from maru.erp.v1.erp_service_pb2_grpc import add_ErpServiceServicer_to_server
from sqlalchemy.engine import make_url

from services.erp.adapters.read_log_grpc import GrpcReadLog
from services.erp.core.catalog_loader import load_catalog
from services.erp.core.policy_loader import load_policy
from services.erp.core.use_cases import Erp, Limits
from services.erp.core.yaml_section import CatalogError
from services.erp.exporting.exporter import Exporter
from services.erp.ports import LocalModel
from services.erp.servicer import ErpServicer
from services.erp.settings import Settings
from services.kit.audit import AuditChain
from services.kit.clients import service_channel
from services.kit.health import Dependency
from services.kit.metrics import Metrics
from services.kit.server import App, Chassis, Mounted


@asynccontextmanager
async def app(settings: Settings, chassis: Chassis) -> AsyncIterator[App]:
    """The erp service over its local model.

    Raises:
        SystemExit: the catalog or the policy has a mistake, or there is no adapter for the database; the
        message says where.
    """
    try:
        catalog = load_catalog(settings.catalog_dir)
        policy = load_policy(settings.policy_file, catalog)
    except CatalogError as error:
        raise SystemExit(str(error)) from None
    async with (
        local_model(settings, chassis.metrics) as model,
        service_channel(settings.chat_url, "chat", chassis.signer) as chat,
    ):
        limits = Limits(
            settings.max_result_rows, settings.max_groups, settings.max_rows_read, settings.refuse_stale_after
        )
        erp = Erp(catalog, policy, model, chassis.clock, limits)
        read_log = GrpcReadLog(AuditChain(chat))
        exporter = Exporter(
            erp,
            read_log,
            settings.timezone,
            replace(
                limits,
                rows=settings.max_export_rows,
                groups=max(settings.max_export_rows, settings.max_groups),
            ),
            settings.max_exports,
        )
        servicer = ErpServicer(erp, exporter, read_log, str(settings.timezone))
        yield App(
            servicers=[Mounted(add_ErpServiceServicer_to_server, servicer)],
            dependencies=[Dependency("local-model", erp.ping)],
        )


def _sqlite(settings: Settings, metrics: Metrics) -> AbstractAsyncContextManager[LocalModel]:
    from services.erp.adapters.local_model_sqlite import open_local_model

    path = Path(make_url(settings.database_url).database or "")
    return open_local_model(path, metrics, settings.statement_timeout_seconds)


def _mariadb(settings: Settings, metrics: Metrics) -> AbstractAsyncContextManager[LocalModel]:
    from services.erp.adapters.local_model_mariadb import open_local_model

    return open_local_model(settings.database_url, metrics, settings.statement_timeout_seconds)


_ADAPTERS: Final[Mapping[str, Callable[[Settings, Metrics], AbstractAsyncContextManager[LocalModel]]]] = {
    "sqlite": _sqlite,
    "sqlite+aiosqlite": _sqlite,
    "mysql+aiomysql": _mariadb,
}


def local_model(settings: Settings, metrics: Metrics) -> AbstractAsyncContextManager[LocalModel]:
    """The one at the database's URL.

    Raises:
        SystemExit: there is no adapter for its scheme.
    """
    scheme = settings.database_url.partition(":")[0]
    if scheme not in _ADAPTERS:
        raise SystemExit(
            f"MARU_DATABASE_URL: {scheme}은(는) 로컬 모델에 쓸 수 없습니다. "
            "sqlite:///파일 이나 mysql+aiomysql://… 로 적어 주세요. / "
            f"{scheme} can't hold the local model. Write sqlite:///FILE or mysql+aiomysql://…."
        )
    return _ADAPTERS[scheme](settings, metrics)
