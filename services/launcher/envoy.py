"""Envoy's configuration for the embedded mesh, from `envoy/envoy.yaml`, and its command line.

    values = embedded_values(ports, issuer=..., workload_jwks=...)
    config = render(TEMPLATE.read_text(), values, read_web_files(REPOSITORY / "web" / "dist"))
    (folder.envoy / "envoy.json").write_text(config)
    argv(folder.envoy / "envoy.json")

The result holds the web files themselves: Envoy can be started again from it whatever happened to `web/dist`.
"""

import base64
import gzip
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

import yaml
from google.protobuf.descriptor import FileDescriptor
from maru.admin.v1 import (
    audit_service_pb2,
    limits_service_pb2,
    model_service_pb2,
    status_service_pb2,
    sync_service_pb2,
)
from maru.chat.v1 import chat_service_pb2
from maru.erp.v1 import erp_service_pb2
from maru.retrieval.v1 import retrieval_service_pb2

from services.launcher.envoy_errors import edge_errors, mesh_errors
from services.launcher.ports import Ports

FOLDER = Path(__file__).resolve().parents[2] / "envoy"
TEMPLATE = FOLDER / "envoy.yaml"
UNBUILT_PAGE = FOLDER / "unbuilt.html"
"""What the page says where the web client was not built."""

CONCURRENCY = 1
"""Worker threads. On two cores a second one won nothing (benchmarks/hop.py); the model has use for them."""

_SERVICE_FILES: tuple[FileDescriptor, ...] = tuple(
    module.DESCRIPTOR
    for module in (
        audit_service_pb2,
        chat_service_pb2,
        erp_service_pb2,
        limits_service_pb2,
        model_service_pb2,
        retrieval_service_pb2,
        status_service_pb2,
        sync_service_pb2,
    )
)
_TRITON = {"name": "inference.GRPCInferenceService", "method_names": ["ModelInfer", "ModelStreamInfer"]}

_CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_COMPRESSED = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"})


def argv(config: Path, concurrency: int = CONCURRENCY) -> tuple[str, ...]:
    """Runs Envoy in the foreground: access log on stdout, its own log on stderr, SIGTERM ends it at once."""
    return (
        str(Path(sys.executable).with_name("envoy")),
        *("--config-path", str(config)),
        *("--concurrency", str(concurrency)),
        *("--log-level", "warning"),
        *("--file-flush-interval-msec", "1000"),  # access log lines appear within a second instead of ten
        "--disable-hot-restart",  # two meshes on one machine must not meet in shared memory
    )


def embedded_values(ports: Ports, issuer: str, workload_jwks: Path) -> dict[str, object]:
    """What the template needs on one machine, every part on 127.0.0.1.

    Args:
        issuer: of the access tokens, as in their `iss`.
        workload_jwks: public keys of the services; Envoy reads it once, at its start.
    """
    return {
        "EDGE": _address(ports.edge),
        "EDGE_DOMAINS": ["127.0.0.1:*", "localhost:*"],
        "MESH": _address(ports.mesh),
        "ADMIN": _address(ports.envoy_admin),
        "DISCOVERY": "STATIC",
        "IDENTITY": [_endpoint(ports.identity)],
        "CHAT": [_endpoint(ports.service("chat")[0])],
        "ERP": [_endpoint(ports.service("erp")[0])],
        "RETRIEVAL": [_endpoint(ports.service("retrieval")[0])],
        "ADMIN_SERVICE": [_endpoint(ports.service("admin")[0])],
        "TRITON": [_endpoint(ports.triton_grpc, health_port=ports.triton_http)],
        "OTLP": [],
        "TRACE_PERCENT": 0,
        "ISSUER": issuer,
        "AUDIENCE": "maru",
        "JWKS_URL": f"http://127.0.0.1:{ports.identity}/realms/maru/protocol/openid-connect/certs",
        "WORKLOAD_JWKS_FILE": str(workload_jwks),
    }


def read_web_files(dist: Path) -> dict[str, bytes]:
    """The built web client: path in the folder -> content. Without a build, a page that says how to build."""
    if not (dist / "index.html").is_file():
        return {"index.html": UNBUILT_PAGE.read_bytes()}
    return {
        file.relative_to(dist).as_posix(): file.read_bytes()
        for file in sorted(dist.rglob("*"))
        if file.is_file()
    }


def render(template: str, values: Mapping[str, object], web_files: Mapping[str, bytes]) -> str:
    """The configuration as JSON, ready for `envoy --config-path`.

    Args:
        template: text of `envoy/envoy.yaml`.
        values: one for each `${NAME}` in it; put in as JSON.
        web_files: path -> content, with an `index.html`.

    Raises:
        KeyError: the template names a value that isn't given.
        ValueError: a value is given that the template doesn't name, or a `$` stands alone.
        yaml.YAMLError: what results is not YAML.
    """
    derived = {
        "GRPC_SERVICES": _grpc_services(),
        "EDGE_ERRORS": edge_errors(),
        "MESH_ERRORS": mesh_errors(),
    }
    given = {**values, **derived, "WEB_ROUTES": "WEB_ROUTES"}
    parsed = Template(template)
    if unknown := given.keys() - set(parsed.get_identifiers()):
        raise ValueError(f"no such value in the template: {', '.join(sorted(unknown))}")
    config = yaml.safe_load(
        parsed.substitute({name: json.dumps(value, ensure_ascii=False) for name, value in given.items()})
    )
    result = {key: value for key, value in config.items() if not key.startswith("x-")}
    web_routes = _web_routes(web_files, config["x-web"], config["x-open"])
    for listener in result["static_resources"]["listeners"]:
        manager = listener["filter_chains"][0]["filters"][0]["typed_config"]
        (virtual_host,) = manager["route_config"]["virtual_hosts"]
        virtual_host["routes"] = _flat(virtual_host["routes"], web_routes)
    return json.dumps(result, ensure_ascii=False)


def _flat(routes: Sequence[Any], web_routes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The routes with shared lists laid open and the web files in their place."""
    flat: list[dict[str, Any]] = []
    for route in routes:
        if route == "WEB_ROUTES":
            flat += web_routes
        elif isinstance(route, list):
            flat += route
        else:
            flat.append(route)
    return flat


def _web_routes(
    files: Mapping[str, bytes], web: Mapping[str, Any], open_to_all: object
) -> list[dict[str, Any]]:
    """One route a file, two where compressing pays, index.html at the pages; then 404 below /assets/."""
    routes = []
    for path, content in files.items():
        suffix = PurePosixPath(path).suffix
        match = (
            {"safe_regex": {"regex": web["page_routes"]}} if path == "index.html" else {"path": f"/{path}"}
        )
        headers = {
            **web["headers"],
            "content-type": _CONTENT_TYPES.get(suffix, "application/octet-stream"),
            "cache-control": web["cache_control_hashed" if path.startswith("assets/") else "cache_control"],
        }
        packed = gzip.compress(content, mtime=0) if suffix in _COMPRESSED else content
        if len(packed) < len(content):
            headers["vary"] = "accept-encoding"
            accepts = {"name": "accept-encoding", "string_match": {"contains": "gzip"}}
            routes.append(
                _web_route(match, [accepts], packed, headers | {"content-encoding": "gzip"}, open_to_all)
            )
        routes.append(_web_route(match, [], content, headers, open_to_all))
    missing = {"direct_response": {"status": 404}, "typed_per_filter_config": open_to_all}
    return [*routes, {"name": "web", "match": {"prefix": "/assets/"}, **missing}]


def _web_route(
    match: Mapping[str, Any], only: list[Any], content: bytes, headers: Mapping[str, str], open_to_all: object
) -> dict[str, Any]:
    reading = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}
    return {
        "name": "web",
        "match": {**match, "headers": [reading, *only]},
        "direct_response": {"status": 200, "body": {"inline_bytes": base64.b64encode(content).decode()}},
        "response_headers_to_add": [
            {"header": {"key": key, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
            for key, value in headers.items()
        ],
        "typed_per_filter_config": open_to_all,
    }


def _grpc_services() -> list[dict[str, Any]]:
    """Every service of the mesh with its methods, for the statistics."""
    return [
        {"name": service.full_name, "method_names": [method.name for method in service.methods]}
        for file in _SERVICE_FILES
        for service in file.services_by_name.values()
    ] + [_TRITON]


def _address(port: int) -> dict[str, object]:
    return {"address": "127.0.0.1", "port_value": port}


def _endpoint(port: int, health_port: int | None = None) -> dict[str, object]:
    """One instance of a part; `health_port` where it is asked for its health on another port."""
    checked = {"health_check_config": {"port_value": health_port}} if health_port else {}
    return {"endpoint": {"address": {"socket_address": _address(port)}, **checked}}
