"""Which loopback port each part listens on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Ports:
    """Ports of the embedded mesh: the edge's own, then consecutive ones from a base."""

    edge: int
    base: int

    @property
    def mesh(self) -> int:
        return self.base

    @property
    def envoy_admin(self) -> int:
        return self.base + 1

    @property
    def identity(self) -> int:
        return self.base + 2

    @property
    def identity_metrics(self) -> int:
        return self.base + 3

    @property
    def triton_grpc(self) -> int:
        return self.base + 4

    @property
    def triton_http(self) -> int:
        return self.base + 5

    @property
    def triton_metrics(self) -> int:
        return self.base + 6

    def service(self, name: str) -> tuple[int, int]:
        """gRPC and metrics port of a service."""
        first = self.base + 7 + 2 * ("erp", "chat", "retrieval", "admin").index(name)
        return first, first + 1

    def all(self) -> tuple[int, ...]:
        """Every port of the mesh."""
        return (self.edge, *range(self.base, self.base + 15))
