"""Compares what a suite exported with what ``contracts/telemetry.yaml`` declares; gives what isn't declared."""

import re
from collections.abc import Iterator
from typing import Any

from chassis.testing.otlp import Capture, CapturedSpan

from tests.observability.names import PAGE

KINDS = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
METRICS = {metric["name"]: metric for metric in PAGE["metrics"]}
LOGS = {log["name"] for log in PAGE["logs"]}
OF_THE_SDK = {"telemetry.sdk.language", "telemetry.sdk.name", "telemetry.sdk.version"}


def spans(capture: Capture) -> set[str]:
    """Give the spans whose name and kind aren't declared, and the attributes that aren't."""
    return {wrong for span in capture.spans() for wrong in _span(span)}


def _span(span: CapturedSpan) -> Iterator[str]:
    if span.service == "gateway":
        allowed = set(PAGE["gateway"]["attributes"])
    else:
        entries = [entry for entry in PAGE["spans"] if _fits(entry, span)]
        if not entries:
            yield f"{KINDS[span.kind]} {span.name}"
        allowed = {name for entry in entries for name in entry["attributes"]}
    yield from (f"{span.name}: {name}" for name in span.attributes.keys() - allowed)


def _fits(entry: dict[str, Any], span: CapturedSpan) -> bool:
    pattern = re.sub(r"\\{.*?\\}", r"[^ ]+", re.escape(entry["name"]))
    return KINDS[span.kind] == entry["kind"] and re.fullmatch(pattern, span.name) is not None


def metrics(capture: Capture) -> set[str]:
    """Give the metrics whose name, kind or unit isn't declared, and the attributes that aren't."""
    found = set()
    for metric in capture.metrics():
        declared = METRICS.get(metric.name)
        if declared is None or (declared["kind"], declared["unit"]) != (metric.kind, metric.unit):
            found.add(f"{metric.name} ({metric.kind}, {metric.unit})")
        else:
            found |= {f"{metric.name}: {name}" for name in metric.attributes - set(declared["attributes"])}
    return found


def logs(capture: Capture) -> set[str]:
    """Give the attributes of log records that aren't declared."""
    return {f"{record.body}: {name}" for record in capture.logs() for name in record.attributes.keys() - LOGS}


def resource(capture: Capture) -> set[str]:
    """Give the names that a process has for itself and that aren't declared."""
    return capture.resource() - set(PAGE["resource"]) - OF_THE_SDK
