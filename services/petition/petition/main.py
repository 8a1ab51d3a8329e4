"""The process: ``uvicorn petition.main:app``, or the ``petition`` command."""

from chassis.app import service_defaults
from chassis.cli import service_cli

from petition.bootstrap import bootstrap

app = service_defaults(bootstrap)  # roles, health, telemetry, graceful stop
cli = service_cli(bootstrap)
