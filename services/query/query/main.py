"""The process: ``uvicorn query.main:app``."""

from chassis.app import service_defaults

from query.bootstrap import bootstrap

app = service_defaults(bootstrap)  # roles, health, telemetry, graceful stop
