"""The edge of the process: gives each request an id and a span, measures it, and lets no error out unrendered."""

import logging
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import telemetry
from chassis.api.errors import INTERNAL, Problem, problem_response
from chassis.envelope import new_id
from chassis.process import structured_logs

log = logging.getLogger(__name__)

UNOBSERVED = frozenset({"/livez", "/readyz", "/metrics"})
CLIENT_CLOSED = 499
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PROPAGATOR = TraceContextTextMapPropagator()


@dataclass(slots=True)
class _Seen:
    """What became of a request.

    Attributes:
        status: Of the answer; 0 while there is none.
        error: Class of the error that nobody handled.
    """

    status: int = 0
    error: str = ""


class EdgeMiddleware:
    """Wraps the application.

    The span is named ``{method} {route}``: no path and no query string, because people put names into both, and the
    ready-made instrumentations of FastAPI and ASGI record them.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the application."""
        self._app = app
        self._tracer = telemetry.tracer()
        meter = telemetry.meter()
        self._duration = meter.create_histogram(
            "http.server.request.duration", unit="s", description="Duration of HTTP server requests."
        )
        self._in_hand: Counter[str] = Counter()  # counted here and read when asked
        # What is observed is kept for as long as the process lives: it must not hold the application.
        meter.create_observable_up_down_counter(
            "http.server.active_requests",
            [partial(_active, self._in_hand)],
            unit="{request}",
            description="Requests in hand.",
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or scope["path"] in UNOBSERVED:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        with self._observing(scope, _PROPAGATOR.extract(headers), request_id) as seen:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    seen.status = message["status"]
                    answered = MutableHeaders(scope=message)
                    answered["x-request-id"] = request_id
                    answered["x-content-type-options"] = "nosniff"
                await send(message)

            try:
                await self._app(scope, receive, answer)
            except ClientDisconnect:
                seen.status = seen.status or CLIENT_CLOSED
            except Exception as error:
                log.exception("unhandled error")
                seen.error = type(error).__qualname__
                if seen.status:
                    raise  # half an answer is out; closing the connection is all that is left
                await problem_response(Problem(INTERNAL), Request(scope))(scope, receive, answer)

    @contextmanager
    def _observing(self, scope: Scope, parent: otel_context.Context, request_id: str) -> Iterator[_Seen]:
        """Measure what happens in the block, in a span and under a request id."""
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        seen = _Seen()
        span = self._tracer.start_span(method, context=parent, kind=SpanKind.SERVER)
        span_token = otel_context.attach(trace.set_span_in_context(span, parent))
        id_token = structured_logs.request_id.set(request_id)
        self._in_hand[method] += 1
        started = time.perf_counter()
        try:
            yield seen
        finally:
            route = getattr(scope.get("route"), "path_format", None)
            attributes: dict[str, str | int] = {"http.request.method": method, "http.response.status_code": seen.status}
            if route is not None:
                attributes["http.route"] = route
                span.update_name(f"{method} {route}")
            if seen.error:
                attributes["error.type"] = seen.error
            self._duration.record(time.perf_counter() - started, attributes)
            self._in_hand[method] -= 1
            span.set_attributes(attributes | {"yiwangban.request.id": request_id})
            if (principal := scope["state"].get("principal")) is not None:
                span.set_attribute("yiwangban.tenant", principal.tenant)
            if seen.status >= 500:  # noqa: PLR2004  server errors
                span.set_status(StatusCode.ERROR)
            span.end()
            structured_logs.request_id.reset(id_token)
            otel_context.detach(span_token)


def _active(in_hand: Mapping[str, int], _: CallbackOptions) -> Iterable[Observation]:
    return [Observation(count, {"http.request.method": method}) for method, count in in_hand.items()]
