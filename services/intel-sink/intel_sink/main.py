"""The process: ``uvicorn intel_sink.main:app``."""

from chassis.app import service_defaults

from intel_sink.bootstrap import bootstrap

app = service_defaults(bootstrap)
