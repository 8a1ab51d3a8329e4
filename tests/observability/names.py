"""Which names and labels Prometheus can see: what ``contracts/telemetry.yaml`` declares, as Prometheus spells it."""

from pathlib import Path
from typing import Any

import promql_parser
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "observability"
PAGE: dict[str, Any] = yaml.safe_load((ROOT / "contracts" / "telemetry.yaml").read_text("utf-8"))
RECORDED: dict[str, str] = {
    rule["record"]: rule["expr"]
    for group in yaml.safe_load((FOLDER / "rules" / "recording.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
}
ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "rules" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
SCRAPED = {"job", "instance", "service", "role"}
"""Labels that scraping adds."""

ITS_OWN = {
    "up": SCRAPED,
    "ALERTS": {"alertname", "alertstate", "severity"},
    "process_start_time_seconds": SCRAPED,
    "process_resident_memory_bytes": SCRAPED,
    "process_cpu_seconds_total": SCRAPED,
}
"""What Prometheus and its client library make by themselves."""


def spelled(name: str) -> str:
    """Write a name as Prometheus does."""
    return name.replace(".", "_")


def series(metric: dict[str, Any]) -> set[str]:
    """Give the names of the series of a declared metric."""
    base = spelled(metric["name"]) + ("_seconds" if metric["unit"] == "s" else "")
    match metric["kind"]:
        case "histogram":
            return {f"{base}_{part}" for part in ("bucket", "sum", "count")}
        case "counter":
            return {f"{base}_total"}
        case _:
            return {base}


def exported() -> dict[str, set[str]]:
    """Give every series' name with the labels that it may have."""
    known = dict(ITS_OWN)
    for metric in PAGE["metrics"]:
        labels = {spelled(name) for name in metric["attributes"]} | SCRAPED
        for name in series(metric):
            known[name] = labels | ({"le"} if name.endswith("_bucket") else set())
    return known


def selectors(expression: str) -> list[promql_parser.VectorSelector]:
    """Find every series that an expression asks for.

    Raises:
        ValueError: It isn't PromQL.
    """
    found: list[promql_parser.VectorSelector] = []

    def visit(part: promql_parser.Expr) -> None:
        if isinstance(part, promql_parser.VectorSelector):
            found.append(part)
        if isinstance(part, promql_parser.MatrixSelector):
            found.append(part.vector_selector)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def grouped(expression: str) -> set[str]:
    """Find every label by which an expression groups or matches."""
    found: set[str] = set()

    def visit(part: promql_parser.Expr) -> None:
        modifier = part.modifier if isinstance(part, promql_parser.AggregateExpr) else None
        if modifier is not None:
            found.update(modifier.labels)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def unknown(expression: str) -> set[str]:
    """Name what an expression asks for and nobody exports: series, and labels of series."""
    known = exported() | {name: grouped(recorded) for name, recorded in RECORDED.items()}
    missing: set[str] = set()
    labels: set[str] = set()
    for selector in selectors(expression):
        name = str(selector.name)
        if name not in known:
            missing.add(name)
            continue
        labels |= known[name]
        missing |= {f"{name}{{{each.name}}}" for each in selector.matchers.matchers if each.name not in known[name]}
    return missing | {f"by ({label})" for label in grouped(expression) - labels}
