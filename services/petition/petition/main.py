"""The process: ``uvicorn petition.main:app``."""

from chassis.app import service_defaults

from petition.bootstrap import bootstrap

app = service_defaults(bootstrap)  # roles, health, telemetry, graceful stop
