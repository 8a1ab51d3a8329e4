"""The process: ``uvicorn accept.main:app``."""

from chassis.app import service_defaults

from accept.bootstrap import bootstrap

app = service_defaults(bootstrap)  # roles, health, telemetry, graceful stop
