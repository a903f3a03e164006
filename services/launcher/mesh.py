"""The parts of the embedded mesh: what each is started with, when it is ready, in which order all stop."""

import os
import sys
from collections.abc import Awaitable, Callable, Mapping

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.launcher import envoy, triton
from services.launcher.ports import Ports
from services.launcher.preparation import SERVICES, WebPage
from services.launcher.settings import LauncherSettings
from services.launcher.state_folder import StateFolder
from services.launcher.supervisor import Part

PROBE_TIMEOUT_S = 1.0
PASSED_ON = (
    "MARU_STATEMENT_TIMEOUT_SECONDS",
    "MARU_MAX_ROWS_READ",
    "MARU_MAX_GROUPS",
    "MARU_MAX_RESULT_ROWS",
    "MARU_MAX_EXPORT_ROWS",
    "MARU_REFUSE_STALE_AFTER",
    "MARU_REQUESTS_KEPT_DAYS",
    "MARU_MAX_DOCUMENT_BYTES",
    "MARU_FILES_AT_ONCE",
)
"""Settings of the services that may be set for `maru up` as well: docs/operating.md."""


def mesh_parts(settings: LauncherSettings, folder: StateFolder) -> list[Part]:
    """Every part of the mesh. Chat stops first, so that running turns are finished while the rest is up."""
    ports = Ports(settings.port, settings.port_base)
    common = _common_environment(settings, folder, ports)
    databases = {
        "erp": f"sqlite+aiosqlite:///{folder.local_model}",
        "chat": f"sqlite+aiosqlite:///{folder.data / 'chat.sqlite'}",
    }
    parts = [
        _identity(settings, folder, ports, common),
        _triton(folder, ports, common),
        _envoy(settings, folder, ports, common),
    ]
    for name in SERVICES:
        grpc_port, metrics_port = ports.service(name)
        own = {
            "MARU_GRPC_ADDRESS": f"127.0.0.1:{grpc_port}",
            "MARU_METRICS_ADDRESS": f"127.0.0.1:{metrics_port}",
            "MARU_WORKLOAD_KEY_FILE": str(folder.workload_keys / f"{name}.pem"),
        }
        if name in databases:
            own["MARU_DATABASE_URL"] = databases[name]
        if name == "admin":
            own["MARU_PARTS"] = _part_addresses(ports)
        parts.append(
            Part(
                name=name,
                argv=(sys.executable, "-m", f"services.{name}"),
                env=common | own,
                ready=_grpc_serving(grpc_port),
                log=folder.logs / f"{name}.log",
                stop_stage=1 if name == "chat" else 3,
                stop_timeout_s=5.0 if name == "chat" else 3.0,  # running turns are finished and stored
            )
        )
    return parts


def _common_environment(settings: LauncherSettings, folder: StateFolder, ports: Ports) -> dict[str, str]:
    inherited = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    common = inherited | {
        "PYTHONUNBUFFERED": "1",
        **{key: os.environ[key] for key in PASSED_ON if key in os.environ},
        "MARU_PROFILE": "embedded",
        "MARU_HOME": str(folder.root),
        "MARU_TIMEZONE": settings.timezone,
        "MARU_LOG_LEVEL": settings.log_level,
        "MARU_OIDC_ISSUER": settings.issuer,
        "MARU_OIDC_AUDIENCE": "maru",
        "MARU_OIDC_JWKS_URL": f"http://127.0.0.1:{ports.identity}/realms/maru/protocol/openid-connect/certs",
        "MARU_WORKLOAD_JWKS_FILE": str(folder.workload_jwks),
        "MARU_CHAT_URL": f"grpc://127.0.0.1:{ports.mesh}",
        "MARU_ERP_URL": f"grpc://127.0.0.1:{ports.mesh}",
        "MARU_RETRIEVAL_URL": f"grpc://127.0.0.1:{ports.mesh}",
        "MARU_TRITON_URL": f"grpc://127.0.0.1:{ports.mesh}",
    }
    if settings.today is not None:
        common["MARU_TODAY"] = settings.today.isoformat()
    return common


def _identity(
    settings: LauncherSettings, folder: StateFolder, ports: Ports, common: Mapping[str, str]
) -> Part:
    return Part(
        name="identity",
        argv=(sys.executable, "-m", "services.identity"),
        env={
            **common,
            "MARU_HTTP_ADDRESS": f"127.0.0.1:{ports.identity}",
            "MARU_METRICS_ADDRESS": f"127.0.0.1:{ports.identity_metrics}",
            "MARU_KEYS_DIR": str(folder.keys),
            "MARU_USERS_FILE": str(settings.users_file.absolute()),
            "MARU_DATABASE_URL": f"sqlite:///{folder.data / 'identity.sqlite'}",
        },
        ready=_http_ok(f"http://127.0.0.1:{ports.identity}/health"),
        log=folder.logs / "identity.log",
        stop_stage=3,
    )


def _grpc_serving(port: int) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            response = await health_pb2_grpc.HealthStub(channel).Check(
                health_pb2.HealthCheckRequest(), timeout=PROBE_TIMEOUT_S
            )
            return bool(response.status == health_pb2.HealthCheckResponse.SERVING)

    return ready


def _http_ok(url: str) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        async with httpx.AsyncClient(timeout=PROBE_TIMEOUT_S, trust_env=False) as client:
            return (await client.get(url)).is_success

    return ready


def _envoy(settings: LauncherSettings, folder: StateFolder, ports: Ports, common: Mapping[str, str]) -> Part:
    config = folder.envoy / "envoy.json"
    values = envoy.embedded_values(ports, settings.issuer, folder.workload_jwks)
    config.write_text(
        envoy.render(
            envoy.TEMPLATE.read_text(encoding="utf-8"), values, envoy.read_web_files(WebPage().dist)
        ),
        encoding="utf-8",
    )
    return Part(
        name="envoy",
        argv=envoy.argv(config),
        env=common,
        ready=_http_ok(f"http://127.0.0.1:{ports.edge}/readyz"),
        log=folder.logs / "envoy.log",
        needs=frozenset({"identity"}),  # it takes the issuer's keys when it starts
        stop_stage=2,
    )


def _part_addresses(ports: Ports) -> str:
    """MARU_PARTS of the admin service: every part at its own port, in the order in which they start."""
    addresses = {
        "identity": f"http://127.0.0.1:{ports.identity}/health",
        "triton": f"http://127.0.0.1:{ports.triton_http}/v2/health/ready",
        "envoy": f"http://127.0.0.1:{ports.envoy_admin}/ready",
    } | {name: f"grpc://127.0.0.1:{ports.service(name)[0]}" for name in SERVICES}
    return ",".join(f"{name}={address}" for name, address in addresses.items())


def _triton(folder: StateFolder, ports: Ports, common: Mapping[str, str]) -> Part:
    command = triton.prepare(folder.triton, folder.models, ports)
    return Part(
        name="triton",
        argv=command.argv,
        env={**common, **command.env},
        ready=_http_ok(f"http://127.0.0.1:{ports.triton_http}/v2/health/ready"),
        log=folder.logs / "triton.log",
        fault=triton.lost_child,
        stop_stage=3,
        stop_timeout_s=4.0,
    )
