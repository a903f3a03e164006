"""Logs: one JSON object a line on standard output, with the request's ids and without anyone's secrets."""

import json
import logging
import re
import sys
from typing import Any, Final, TextIO

import structlog
from opentelemetry import trace
from structlog.typing import EventDict, WrappedLogger

SECRET_KEYS: Final = re.compile(
    r"token|password|secret|authorization|cookie|assertion|credential", re.IGNORECASE
)
"""A key that contains one of these never shows its value."""

CONTENT_KEYS: Final = frozenset(
    {"answer", "question", "text", "prompt", "content", "delta", "message_text", "title", "parameters"}
)
"""What people ask and are told stays out of the logs."""

_SECRET_TEXT: Final = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*"  # a JWT
    r"|(?<=://)[^\s/@\"]+(?=@)"  # user and password in a URL
    r"|(?<=[Bb]earer )[\w.~+/=-]+"
)
_REMOVED: Final = "[removed]"


def configure(service: str, level: str, stream: TextIO | None = None) -> None:
    """Send structlog and the standard library's logging through one chain to `stream` (standard output)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
    ]
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                lambda logger, method, event: {"service": service, **event},
                redact,
                structlog.processors.JSONRenderer(_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redact(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Remove values by their keys, and secrets by their looks wherever they stand."""
    return {key: _redacted(key, value) for key, value in event.items()}


def _redacted(key: str, value: Any) -> Any:
    if key in CONTENT_KEYS or (SECRET_KEYS.search(key) and not isinstance(value, int)):
        return _REMOVED
    if isinstance(value, dict):
        return {k: _redacted(str(k), v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", v) for v in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return _SECRET_TEXT.sub(_REMOVED, str(value))


def _add_trace(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = trace.format_trace_id(context.trace_id)
        event["span_id"] = trace.format_span_id(context.span_id)
    return event


def _dumps(event: Any, **kwargs: Any) -> str:
    return json.dumps(event, ensure_ascii=False, default=str)
