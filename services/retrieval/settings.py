"""What the retrieval service reads from the environment."""

from typing import ClassVar

from services.kit.settings import Address, ServiceSettings


class Settings(ServiceSettings):
    name: ClassVar[str] = "retrieval"

    grpc_address: Address = "127.0.0.1:18091"
    metrics_address: Address = "127.0.0.1:18092"
