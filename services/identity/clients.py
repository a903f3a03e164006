"""The programs that may ask for tokens. All are part of Maru, so nobody is asked for consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

AUTHORIZATION_CODE: Final = "authorization_code"
REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105  # the name of a grant
DEVICE_CODE: Final = "urn:ietf:params:oauth:grant-type:device_code"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"

SCOPES: Final = ("openid", "profile")


@dataclass(frozen=True, slots=True)
class Client:
    """One client, with the methods Authlib asks it by. Its redirect addresses match exactly or not at all."""

    client_id: str
    name_ko: str
    name_en: str
    grant_types: frozenset[str]
    redirect_uris: frozenset[str] = frozenset()
    post_logout_redirect_uris: frozenset[str] = frozenset()

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        return None  # a request has to name it

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """The scope asked for, all when none is named; None when it holds one that doesn't exist."""
        return (scope if set(scope.split()) <= set(SCOPES) else None) if scope else " ".join(SCOPES)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"  # public clients: none has a secret to keep

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and AUTHORIZATION_CODE in self.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grant_types


def clients_of(issuer: str) -> Mapping[str, Client]:
    """The clients by id. The web page is of the issuer's own origin, so its addresses follow from that."""
    parts = urlsplit(issuer)
    origin = f"{parts.scheme}://{parts.netloc}"
    return MappingProxyType(
        {
            client.client_id: client
            for client in (
                Client(
                    "maru-web",
                    "마루 웹",
                    "Maru on the web",
                    frozenset({AUTHORIZATION_CODE, REFRESH_TOKEN}),
                    redirect_uris=frozenset({f"{origin}/callback"}),
                    post_logout_redirect_uris=frozenset({f"{origin}/", f"{origin}/signed-out"}),
                ),
                Client(
                    "maru-cli",
                    "마루 명령줄",
                    "Maru on the command line",
                    frozenset({DEVICE_CODE, REFRESH_TOKEN}),
                ),
                Client("maru-operator", "마루 운영자", "Maru's operator", frozenset({JWT_BEARER})),
            )
        }
    )
