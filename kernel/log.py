"""Logs: one JSON object a line on standard error, in English, naming ids and never contents.

The request id begins at the web door and travels in task headers, so that one search shows a
document's whole way.
"""

import logging
import sys
from uuid import uuid4

import structlog


def configure(level: str = "INFO") -> None:
    """Set up structured logging for this process; the standard library's loggers join in."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False),
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """Give the logger of a module."""
    return structlog.stdlib.get_logger(name)


def begin_request(request_id: str | None = None) -> str:
    """Bind a request id to everything logged from here on, and give it."""
    chosen = request_id or uuid4().hex
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=chosen)
    return chosen


def current_request() -> str:
    """Give the bound request id, or a new one."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    return str(bound) if bound else begin_request()
