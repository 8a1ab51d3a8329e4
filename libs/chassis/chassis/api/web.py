"""The HTTP side of a service: its routers, behind one edge that authenticates, measures and renders every error."""

from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import BaseRoute

from chassis import telemetry
from chassis.api.auth import Verifier
from chassis.api.errors import register_handlers
from chassis.api.middleware import EdgeMiddleware
from chassis.api.openapi import describe
from chassis.api.permission import needs
from chassis.api.refusals import register_refusals
from chassis.api.route import CommandRoute, PublicRoute, QueryRoute
from chassis.api.streams import PublicStreamRoute, StreamRoute
from chassis.api.webhooks import WebhookRoute
from chassis.process.health import health_router
from chassis.service import Service
from chassis.settings import Role

PUBLIC = PublicRoute | PublicStreamRoute | WebhookRoute
GUARDED = CommandRoute | QueryRoute | StreamRoute


class UnguardedRouteError(TypeError):
    """A router has a route that doesn't say who may ask, or says it twice."""


def http_application(service: Service) -> FastAPI:
    """Make the HTTP side; whoever runs it sets ``app.state.edge`` and ``app.state.checks``.

    Raises:
        UnguardedRouteError: A route is none of the edge's own kinds, or doesn't name one permission; one that is for
            anybody is a public route, and names none.
    """
    app = FastAPI(
        title=service.title,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # EdgeMiddleware does it, without query strings
        redirect_slashes=False,
    )
    app.state.verifier = Verifier(service.settings)
    app.state.checks = ()
    register_handlers(app)
    register_refusals(app, service.problems)
    app.include_router(health_router())
    app.add_api_route("/metrics", _metrics, include_in_schema=False)
    if service.settings.has(Role.API):
        for router in service.routers:
            for route in router.routes:
                _require_guarded(route)
            # As they are: to include a router means to work out each of its routes once more.
            app.router.routes.extend(router.routes)
    app.add_middleware(EdgeMiddleware)
    describe(app, service)
    return app


def _require_guarded(route: BaseRoute) -> None:
    if not isinstance(route, PUBLIC | GUARDED):
        raise UnguardedRouteError(f"{route} must be one of {PUBLIC | GUARDED}")
    asked = len(list(needs(route.dependant)))
    if asked != (not isinstance(route, PUBLIC)):
        raise UnguardedRouteError(f"{route.path} names {asked} permissions")


async def _metrics() -> Response:
    return Response(telemetry.prometheus_page(), media_type=telemetry.PROMETHEUS)
