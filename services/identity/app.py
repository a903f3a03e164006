"""Composition root: opens what the issuer stands on, and serves it until SIGTERM or Ctrl-C."""

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import structlog
from flask import Flask
from prometheus_client import start_http_server
from waitress.server import create_server

from services.identity import grants
from services.identity.clients import clients_of
from services.identity.errors import ConfigurationError
from services.identity.issuer import Issuer
from services.identity.keys import SigningKeys, ensure_operator_key
from services.identity.measures import Measures
from services.identity.passwords import is_standard
from services.identity.settings import Settings
from services.identity.store import Store
from services.identity.tokens import TokenSigner
from services.identity.users import UserDirectory
from services.identity.web import create_app
from services.kit import logs
from services.kit.metrics import Metrics
from services.kit.settings import split_address

OPERATOR_KEY: Final = "operator.pem"
_DAY: Final = 86400
_THREADS: Final = 8  # two of them at most check a password; the rest go on answering

log = structlog.get_logger(__name__)


def signing_keys(settings: Settings, clock: Callable[[], float] = time.time) -> SigningKeys:
    """The signing keys as the settings want them.

    Raises:
        ConfigurationError: the key file is damaged or readable by others.
    """
    return SigningKeys(
        settings.keys_path,
        clock,
        lifetime=settings.signing_key_days * _DAY,
        lead=settings.signing_key_lead_seconds,
        longest_token=settings.access_token_seconds,
    )


@contextmanager
def open_app(settings: Settings, metrics: Metrics, clock: Callable[[], float] = time.time) -> Iterator[Flask]:
    """The application with everything behind it, closed at the end.

    Raises:
        ConfigurationError: the users file, a key file or the database can't be used.
    """
    users = UserDirectory(settings.users_file)
    keys = signing_keys(settings, clock)
    operator_key = settings.keys_path / OPERATOR_KEY
    ensure_operator_key(operator_key)
    costly = [user.username for user in users.everybody() if not is_standard(user)]
    if costly:
        remedy = "python -m services.identity hash-password"
        why = "the time that their sign-in takes tells that they exist"
        log.warning("hashes_of_another_cost", usernames=costly, why=why, remedy=remedy)
    store = Store(settings.database_path, clock)
    try:
        metrics.instrument_engine(store.engine)
        issuer = Issuer(
            settings,
            clock,
            clients=clients_of(settings.oidc_issuer),
            users=users,
            store=store,
            signer=TokenSigner(
                keys,
                clock,
                issuer=settings.oidc_issuer,
                audience=settings.oidc_audience,
                access_token_seconds=settings.access_token_seconds,
            ),
            operator_key=operator_key,
        )
        grants.register(issuer)
        yield create_app(issuer, keys, Measures(metrics.registry))
    finally:
        store.close()


def listen(app: Flask, settings: Settings) -> Any:
    """The HTTP server, bound and not yet serving.

    Raises:
        OSError: the port is taken.
    """
    host, port = split_address(settings.http_address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return create_server(
        app,
        sockets=[socket.create_server((host, port), family=family)],
        threads=_THREADS,
        ident="",
        max_request_header_size=32 * 1024,
        max_request_body_size=64 * 1024,
        channel_timeout=30,
    )


def close(server: Any) -> None:
    """Let go of the port and of connections that idle; requests are done by then."""
    for connection in list(server.active_channels.values()):
        connection.close()
    server.close()


@contextmanager
def _metrics_served(metrics: Metrics, settings: Settings) -> Iterator[int]:
    """GET /metrics for Prometheus; yields the bound port. (kit serves it on an event loop; here is none.)"""
    host, port = split_address(settings.metrics_address)
    server, thread = start_http_server(port, host, metrics.registry)
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        SystemExit: something it needs is wrong or taken; the message says what and how to put it right.
    """
    os.umask(0o077)
    logs.configure(settings.name, settings.log_level)
    # Authlib's debug lines hold whole tokens; waitress would write about clients that hang up.
    for library in ("authlib", "waitress"):
        logging.getLogger(library).setLevel(logging.ERROR)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    metrics = Metrics()
    try:
        with (
            _metrics_served(metrics, settings) as metrics_port,
            open_app(settings, metrics) as app,
        ):
            server = listen(app, settings)
            log.info("listening", http_port=int(server.effective_port), metrics_port=metrics_port)
            server.run()  # returns when a signal raises SystemExit in it
            close(server)
            log.info("stopped")
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None
    except OSError as error:
        raise SystemExit(
            f"{settings.http_address}, {settings.metrics_address} 을(를) 열 수 없습니다 ({error.strerror})."
            " MARU_HTTP_ADDRESS, MARU_METRICS_ADDRESS 를 확인하세요.\n"
            f"{settings.http_address} or {settings.metrics_address} can't be opened ({error.strerror})."
            " Check MARU_HTTP_ADDRESS and MARU_METRICS_ADDRESS."
        ) from None


def _stop(*_: object) -> NoReturn:
    sys.exit(0)
