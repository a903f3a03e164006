"""The OAuth server: who is signed in, which clients there are, and what a token response holds."""

import secrets
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import structlog
from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidScopeError, OAuth2Error, UnauthorizedClientError
from authlib.oauth2.rfc8628.endpoint import create_string_user_code
from sqlalchemy.orm import Session

from services.identity.clients import DEVICE_CODE, Client
from services.identity.parameters import OAuthRequest
from services.identity.settings import Settings
from services.identity.store import DeviceCode, RefreshToken, SignIn, Store, digest, sign_in_of_cookie
from services.identity.tokens import Grantee, TokenSigner
from services.identity.users import User, UserDirectory

log = structlog.get_logger(__name__)

Answer = tuple[int, Any, list[tuple[str, str]]]
"""Status, body (a dict becomes JSON) and headers."""

PUBLIC_CLIENTS: Final = ["none"]
"""How clients authenticate: not at all, as none has a secret."""


class Issuer(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Authlib's server on our store, users and tokens. Its grants are registered by `grants.register`."""

    def __init__(
        self,
        settings: Settings,
        clock: Callable[[], float],
        *,
        clients: Mapping[str, Client],
        users: UserDirectory,
        store: Store,
        signer: TokenSigner,
        operator_key: Path,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.clock = clock
        self.clients = clients
        self.users = users
        self.store = store
        self.signer = signer
        self.operator_key = operator_key

    def sign_in(self, db: Session, user: User, *, seconds: int, cookie: str | None = None) -> SignIn:
        """Remember that this person is signed in from now on."""
        self.store.forget_expired(db)
        now = int(self.clock())
        sign_in = SignIn(
            sid=str(uuid.uuid4()),
            cookie_hash=digest(cookie) if cookie else None,
            username=user.username,
            fingerprint=user.fingerprint,
            auth_time=now,
            expires_at=now + seconds,
        )
        db.add(sign_in)
        db.flush()
        return sign_in

    def sign_in_browser(self, db: Session, user: User, *, cookie: str, replaces: str | None) -> SignIn:
        """Sign in with a browser's new cookie. The same person's sign-in goes on; another person's ends."""
        seconds = self.settings.refresh_token_seconds
        old = sign_in_of_cookie(db, replaces) if replaces else None
        if old is not None and old.username == user.username and self.user_of(db, old):
            old.cookie_hash = digest(cookie)
            old.auth_time = int(self.clock())
            old.expires_at = old.auth_time + seconds
            return old
        if old is not None:
            db.delete(old)
        return self.sign_in(db, user, seconds=seconds, cookie=cookie)

    def browsers_sign_in(self, db: Session, cookie: str | None) -> Grantee | None:
        """Who is signed in with this browser's cookie."""
        sign_in = sign_in_of_cookie(db, cookie) if cookie else None
        user = self.user_of(db, sign_in)
        return Grantee(user, sign_in) if user and sign_in else None

    def user_of(self, db: Session, sign_in: SignIn | None) -> User | None:
        """The person of a sign-in that still counts. One whose entry was changed or removed is ended here."""
        if sign_in is None or sign_in.expires_at <= self.clock():
            return None
        user = self.users.find(sign_in.username)
        if user is None or user.fingerprint != sign_in.fingerprint:
            log.info(
                "sign_in_ended", reason="the users file changed", username=sign_in.username, sid=sign_in.sid
            )
            db.delete(sign_in)
            return None
        return user

    def authorize_device(self, request: OAuthRequest) -> Answer:
        """RFC 8628, 3.2: a device gets a code to poll with, and one that its person types elsewhere."""
        try:
            client: Client = self.authenticate_client(request, PUBLIC_CLIENTS, "device_authorization")
            scope = client.get_allowed_scope(request.parameters.get("scope"))
            if scope is None:
                raise InvalidScopeError()
            if not client.check_grant_type(DEVICE_CODE):
                raise UnauthorizedClientError()
        except OAuth2Error as error:
            refused: Answer = self.handle_error_response(request, error)
            return refused
        device_code, user_code = secrets.token_urlsafe(32), create_string_user_code()
        self.store.forget_expired(request.db)
        request.db.add(
            DeviceCode(
                code_hash=digest(device_code),
                user_code=user_code,
                client_id=client.client_id,
                scope=scope,
                expires_at=int(self.clock()) + self.settings.device_code_seconds,
                interval=self.settings.device_poll_seconds,
            )
        )
        page = f"{self.settings.oidc_issuer}/device"
        answer = {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={user_code}",
            "expires_in": self.settings.device_code_seconds,
            "interval": self.settings.device_poll_seconds,
        }
        return 200, answer, []

    # What Authlib asks of a server.

    def query_client(self, client_id: str) -> Client | None:
        return self.clients.get(client_id)

    def create_oauth2_request(self, request: OAuthRequest) -> OAuthRequest:
        return request

    def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Answer:
        return status, body, headers

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass

    def generate_token(
        self,
        grant_type: str,
        client: Client,
        user: Grantee,
        scope: str | None = None,
        expires_in: int | None = None,
        include_refresh_token: bool = True,
    ) -> dict[str, Any]:
        """The token response (RFC 6749, 5.1), as Keycloak fills it."""
        allowed = client.get_allowed_scope(scope)
        if allowed is None:
            raise InvalidScopeError()
        access_token = self.signer.access_token(user, client.client_id, allowed)
        token: dict[str, Any] = {
            "token_type": "Bearer",
            "access_token": access_token,
            "expires_in": self.signer.expires_in(user),
            "scope": allowed,
            "session_state": user.sign_in.sid,
        }
        if "openid" in allowed.split():
            token["id_token"] = self.signer.id_token(user, client.client_id, access_token)
        if user.family is not None:
            token["refresh_token"] = secrets.token_urlsafe(32)
            token["refresh_expires_in"] = user.sign_in.expires_at - int(self.clock())
        return token

    def save_token(self, token: dict[str, Any], request: OAuthRequest) -> None:
        grantee: Grantee = request.user
        if grantee.family is not None:
            request.db.add(
                RefreshToken(
                    token_hash=digest(token["refresh_token"]),
                    sid=grantee.sign_in.sid,
                    family=grantee.family,
                    client_id=request.client.client_id,
                    scope=grantee.refresh_scope or token["scope"],
                )
            )
