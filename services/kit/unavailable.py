"""A service of the contracts that this version doesn't do: every method of it says so, in the same words."""

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Never

from google.protobuf.descriptor import ServiceDescriptor

from services.kit.errors import NotAvailableYet


def unavailable(service: ServiceDescriptor, error: type[NotAvailableYet]) -> object:
    """A servicer whose every method, streamed or not, raises `error`, which says what will come."""
    return SimpleNamespace(
        **{method.name: _refusal(f"{service.full_name}/{method.name}", error) for method in service.methods}
    )


def _refusal(method: str, error: type[NotAvailableYet]) -> Callable[[object, object], Awaitable[Never]]:
    async def refuse(request: object, context: object) -> Never:
        raise error(method=method)

    return refuse
