"""Logs as JSON lines on stdout, tied to the trace.

An error's text stays out, because it may quote personal data; and whatever a library says is masked.
"""

import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from kafka.errors import KafkaError
from masking.text import mask
from opentelemetry import trace
from opentelemetry._logs import Logger, LoggerProvider, SeverityNumber

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request that is being handled, if any."""

_FRAMES = 20
_OF_THE_INFRASTRUCTURE = (OSError, psycopg.OperationalError, psycopg.InterfaceError, KafkaError)
"""Errors whose text names servers, not data."""
_QUIET = {
    "kafka": logging.CRITICAL,
    "aiokafka": logging.CRITICAL,
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "httpx": logging.WARNING,
}
"""The clients tell of each attempt to reach a broker that is away; the parts that use them say it once. And what httpx
tells of each request is an address, which may hold a key."""
_OF_PYTHON = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"})
_SEVERITIES = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}


def message_of(record: logging.LogRecord) -> str:
    """Give the record's message, masked: libraries may quote what they were given."""
    return mask(record.getMessage())


def attributes_of(record: logging.LogRecord) -> dict[str, Any]:
    """Give what the record says beside its message: what was passed as ``extra``, and the error without its text."""
    found = {
        name: mask(value) if isinstance(value, str) else value
        for name, value in vars(record).items()
        if name not in _OF_PYTHON
    }
    if identifier := request_id.get():
        found["yiwangban.request.id"] = identifier
    if record.exc_info and record.exc_info[1] is not None:
        error = record.exc_info[1]
        found["error.type"] = type(error).__qualname__
        cause = getattr(error, "orig", None) or error
        if isinstance(cause, _OF_THE_INFRASTRUCTURE):
            found["exception.message"] = mask(str(cause))
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        found["exception.stacktrace"] = "\n".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames)
    return found


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, service: str) -> None:
        """Format for a service.

        Args:
            service: Its name.
        """
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "severity": record.levelname,
            "service.name": self._service,
            "logger": record.name,
            "message": message_of(record),
        }
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            line["trace_id"] = f"{context.trace_id:032x}"
            line["span_id"] = f"{context.span_id:016x}"
        line.update(attributes_of(record))
        return orjson.dumps(line, default=str).decode()


class OpenTelemetryHandler(logging.Handler):
    """Hands records, already without errors' texts, to the OpenTelemetry SDK."""

    def __init__(self, provider: LoggerProvider) -> None:
        """Export through this provider."""
        super().__init__()
        self._provider = provider
        self._loggers: dict[str, Logger] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Export the record."""
        if record.name.startswith("opentelemetry"):
            return  # the exporter's own complaints would be exported again
        logger = self._loggers.get(record.name)
        if logger is None:
            logger = self._loggers[record.name] = self._provider.get_logger(record.name)
        logger.emit(
            timestamp=int(record.created * 1e9),
            severity_text=record.levelname,
            severity_number=_SEVERITIES.get(record.levelno, SeverityNumber.UNSPECIFIED),
            body=message_of(record),
            attributes=attributes_of(record),
        )


def configure_logs(service: str, level: str, provider: LoggerProvider | None) -> None:
    """Send every logger of the process to stdout as JSON, and to OpenTelemetry if a provider is given."""
    stdout = logging.StreamHandler(sys.stdout)
    stdout.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers = [stdout] if provider is None else [stdout, OpenTelemetryHandler(provider)]
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(least)
    logging.getLogger("uvicorn.access").disabled = True  # it would log query strings
