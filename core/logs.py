"""Logs: structured, one line an event, never with a full phone number or a story."""

from __future__ import annotations

import logging
import sys

import structlog
import structlog.tracebacks


def configure_logs(*, as_json: bool) -> None:
    """Write logs to standard error: JSON for machines, or plain lines for people."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *_renderers(as_json=as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_to_standard_error,
    )


def _renderers(*, as_json: bool) -> list[structlog.typing.Processor]:
    # Tracebacks go without the values of variables, which may be personal.
    if as_json:
        without_values = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        plain = structlog.processors.ExceptionRenderer(without_values)
        return [plain, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]


def _to_standard_error(*_names: object) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
