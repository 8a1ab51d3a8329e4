"""The ``approve`` command: ``serve``, ``migrate``, its outbox, its parked records and its timers."""

from chassis.cli import service_cli
from chassis.process.records_cli import timers_cli

from approve.bootstrap import bootstrap

cli = service_cli(bootstrap, timers_cli(bootstrap))
