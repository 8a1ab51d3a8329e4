"""A service's process from its one description: ``app = service_defaults(bootstrap)``."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from chassis import telemetry
from chassis.api.web import http_application
from chassis.process.runtime import Runtime
from chassis.service import Bootstrap, Service
from chassis.worker.tasks import Task

__all__ = ["Bootstrap", "Service", "Task", "service_defaults"]


def service_defaults(bootstrap: Bootstrap) -> FastAPI:
    """Make the application: roles, health, telemetry, recovery and graceful stop come from the chassis."""
    service = bootstrap()
    telemetry.configure(service.settings)
    app = http_application(service)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with Runtime(service) as runtime:
            app.state.edge = runtime.edge
            app.state.checks = runtime.checks
            yield

    app.router.lifespan_context = lifespan
    return app
