import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from services.kit import logs
from services.kit.testing import Issuer


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure("erp", "INFO", stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_object_with_service_level_time_and_ids(stream: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("x").info("loaded", rows=3)
    (line,) = lines(stream)
    assert (line["event"], line["service"], line["level"], line["rows"], line["request_id"]) == (
        "loaded", "erp", "info", 3, "r-1",
    )  # fmt: skip
    assert line["timestamp"].endswith("Z")


def test_the_standard_library_goes_the_same_way(stream: io.StringIO) -> None:
    logging.getLogger("sqlalchemy").warning("pool of %s", "mysql+aiomysql://maru:hunter2@db/maru")
    (line,) = lines(stream)
    assert line["level"] == "warning"
    assert line["event"] == "pool of mysql+aiomysql://[removed]@db/maru"


@pytest.mark.parametrize(
    "key",
    [
        *("token", "access_token", "password", "Authorization", "client_secret", "cookie", "assertion"),
        *("answer", "question", "text", "prompt"),
    ],
)
def test_values_under_telling_keys_are_removed(stream: io.StringIO, key: str) -> None:
    structlog.get_logger().info("x", **{key: "precious", "nested": {key: ["precious"]}})
    assert "precious" not in stream.getvalue()


def test_counts_under_telling_keys_stay(stream: io.StringIO) -> None:
    structlog.get_logger().info("x", prompt_tokens=7)
    assert lines(stream)[0]["prompt_tokens"] == 7


def test_a_token_is_removed_wherever_it_stands(stream: io.StringIO) -> None:
    token = Issuer().token()
    log = structlog.get_logger()
    log.info(f"called with {token}", note=["Bearer abc.def", {"x": token}])
    try:
        raise ValueError(f"bad token {token}")
    except ValueError:
        log.exception("failed")
    written = stream.getvalue()
    assert token not in written
    assert "Bearer abc" not in written
    assert "ValueError: bad token [removed]" in lines(stream)[1]["exception"]
