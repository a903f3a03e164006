"""What the admin service reads from the environment."""

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field
from pydantic_settings import NoDecode

from services.kit.settings import Address, ServiceSettings

SCHEMES = ("grpc", "grpcs", "http", "https")


def _parse_parts(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts: dict[str, str] = {}
    for entry in filter(None, (entry.strip() for entry in value.split(","))):
        name, equals, url = entry.partition("=")
        address = urlsplit(url)
        if not name or not equals or address.scheme not in SCHEMES or not address.hostname:
            raise ValueError("write NAME=URL,NAME=URL, each URL as grpc://HOST:PORT or http://HOST:PORT/PATH")
        if name in parts:
            raise ValueError(f"{name} is named twice")
        parts[name] = url
    return parts


class Settings(ServiceSettings):
    name: ClassVar[str] = "admin"

    grpc_address: Address = "127.0.0.1:18093"
    metrics_address: Address = "127.0.0.1:18094"

    chat_url: str = "grpc://127.0.0.1:18080"
    """Where the audit is kept: the mesh listener, as grpc://HOST:PORT."""

    parts: Annotated[dict[str, str], NoDecode, BeforeValidator(_parse_parts)] = Field(default_factory=dict)
    """MARU_PARTS: the parts whose status is told, in the order in which they start, as
    `envoy=http://127.0.0.1:18081/ready,triton=http://127.0.0.1:18085/v2/health/ready,erp=grpc://127.0.0.1:18087`.
    grpc:// and grpcs:// are asked by grpc.health.v1, with what they depend on; http:// and https:// by GET,
    where any 2xx is well. Each is asked at its own port, not through the mesh, so that a part is told apart
    from the way to it.
    """
