"""The end of a process waits for a collector, but not for one that hangs."""

import os
import socket
import subprocess
import sys
import time

PROGRAM = """
import logging, sys, time
from chassis import telemetry
from chassis.settings import Settings

told = telemetry.configure(Settings(service="s", database_url="postgresql://", http_port=1))
for _ in range(2000):
    telemetry.tracer().start_span("span").end()
logging.getLogger("s").warning("a line")
began = time.monotonic()
told.flush()
print(time.monotonic() - began, file=sys.stderr)
"""


def test_a_collector_that_never_answers_delays_the_end_by_three_seconds_at_most() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as deaf:
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        environment = os.environ | {
            "OTEL_TRACES_EXPORTER": "otlp,zipkin_json",
            "OTEL_LOGS_EXPORTER": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": address,
            "OTEL_EXPORTER_ZIPKIN_ENDPOINT": address,
        }
        began = time.monotonic()
        ended = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, check=True, capture_output=True)
        flushed = float(ended.stderr.split()[-1])
    assert 2.5 < flushed < 4
    assert time.monotonic() - began < flushed + 10, "and nothing else waits for it"
