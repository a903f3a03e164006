"""A part that is well when a GET of its URL answers 2xx: Envoy's admin, Triton, the issuer."""

import httpx

from services.admin.errors import PartUnreachable
from services.admin.ports import Answer


class HttpPart:
    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def ask(self) -> Answer:
        try:
            async with self._http.stream("GET", self._url) as response:  # the body doesn't matter
                return Answer(serving=response.is_success)
        except httpx.HTTPError as error:
            raise PartUnreachable(type(error).__name__) from error
