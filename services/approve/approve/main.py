"""The process: ``uvicorn approve.main:app``."""

from chassis.app import service_defaults

from approve.bootstrap import bootstrap

app = service_defaults(bootstrap)  # roles, health, telemetry, graceful stop
