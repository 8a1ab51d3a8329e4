"""The ``approve`` command: ``serve``, ``migrate``, its outbox and its parked records."""

from chassis.cli import service_cli

from approve.bootstrap import bootstrap

cli = service_cli(bootstrap)
