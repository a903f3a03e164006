"""What the issuer counts, on kit's registry. No label ever holds a username."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.identity.clients import AUTHORIZATION_CODE, DEVICE_CODE, JWT_BEARER, REFRESH_TOKEN
from services.identity.issuer import Answer

_GRANTS: Final = {
    AUTHORIZATION_CODE: AUTHORIZATION_CODE,
    REFRESH_TOKEN: REFRESH_TOKEN,
    DEVICE_CODE: "device_code",
    JWT_BEARER: "jwt_bearer",
}


class Measures:
    """The issuer's own metrics."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Histogram(
            "http_server_request_duration_seconds",
            "Time from a request's arrival to its answer.",
            ["http_request_method", "http_route", "http_response_status_code"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=registry,
        )
        self._tokens = Counter(
            "maru_identity_token_responses_total",
            "Answers of the token endpoint, by grant; `error` is empty for a token.",
            ["grant", "error"],
            registry=registry,
        )
        self._sign_ins = Counter(
            "maru_identity_sign_ins_total",
            "Passwords given on the sign-in page: accepted, refused or slowed_down.",
            ["outcome"],
            registry=registry,
        )
        self._users_file = Gauge(
            "maru_identity_users_file_valid",
            "1 while the users file as it stands is the one in force.",
            registry=registry,
        )
        self._users_file.set(1)

    def request_answered(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, status).observe(seconds)

    def token_answered(self, grant_type: str, answer: Answer) -> None:
        _, body, _ = answer
        self._tokens.labels(_GRANTS.get(grant_type, "other"), body.get("error", "")).inc()

    def sign_in(self, outcome: str) -> None:
        self._sign_ins.labels(outcome).inc()

    def users_file(self, valid: bool) -> None:
        self._users_file.set(valid)
