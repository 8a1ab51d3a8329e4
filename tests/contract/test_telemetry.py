"""The page of telemetry names and the code that uses them agree, both ways."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE: dict[str, Any] = yaml.safe_load((ROOT / "contracts" / "telemetry.yaml").read_text("utf-8"))
METRICS = {metric["name"]: metric for metric in PAGE["metrics"]}
ATTRIBUTES = (
    {name for entry in (*PAGE["spans"], *PAGE["metrics"]) for name in entry["attributes"]}
    | {log["name"] for log in PAGE["logs"]}
    | set(PAGE["resource"])
)
SOURCES = sorted(
    path
    for folder in ("libs/*/*", "services/*/*")
    for path in ROOT.glob(f"{folder}/**/*.py")
    if "versions" not in path.parts
)
NAME = re.compile(r"(yiwangban|messaging|http|db|service|deployment|event|exception|error)(\.[a-z_]+)+")
ASGI = {"http.request", "http.disconnect", "http.response.start", "http.response.body", "lifespan.startup"}
FACTORIES = {
    "create_counter": "counter",
    "create_up_down_counter": "updowncounter",
    "create_observable_up_down_counter": "updowncounter",
    "create_histogram": "histogram",
    "create_gauge": "gauge",
    "create_observable_gauge": "gauge",
}
PERSONAL = re.compile(r"subject|person|author|actor|title|text|token|user|client\.address", re.IGNORECASE)


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    return [
        (f"{source.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}", node)
        for source in SOURCES
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
    ]


@cache
def texts() -> list[tuple[str, str]]:
    return [
        (place, node.value) for place, node in nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def instruments() -> Iterator[tuple[str, str, list[Any], str]]:
    """Yield the place, the kind, the constant arguments and the name of each instrument that the code makes."""
    for place, node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in FACTORIES:
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            constants = [argument.value for argument in arguments if isinstance(argument, ast.Constant)]
            yield place, FACTORIES[node.func.attr], constants, str(constants[0])


def test_every_name_in_the_code_is_declared() -> None:
    declared = METRICS.keys() | ATTRIBUTES | ASGI
    unknown = {f"{place} {text}" for place, text in texts() if NAME.fullmatch(text) and text not in declared}
    assert not unknown


@pytest.mark.parametrize("name", sorted(METRICS))
def test_every_declared_metric_is_made_somewhere(name: str) -> None:
    assert name in {made for _, _, _, made in instruments()}


@pytest.mark.parametrize("name", sorted(name for name in ATTRIBUTES if name.startswith("yiwangban.")))
def test_every_attribute_of_our_own_is_set_somewhere(name: str) -> None:
    assert name in {text for _, text in texts()}


def test_instruments_are_of_the_declared_kind_and_unit() -> None:
    made = list(instruments())
    assert made
    wrong = [
        f"{place}: {name}"
        for place, kind, constants, name in made
        if name not in METRICS or METRICS[name]["kind"] != kind or METRICS[name]["unit"] not in constants
    ]
    assert not wrong


@pytest.mark.parametrize("pattern", [span["name"] for span in PAGE["spans"] if not span["name"].startswith("{")])
def test_every_declared_span_of_our_own_is_started_somewhere(pattern: str) -> None:
    first = pattern.split("{", 1)[0]
    assert first in {text for _, text in texts()}


def test_the_page_is_well_formed() -> None:
    assert len(METRICS) == len(PAGE["metrics"]), "a metric is declared once"
    for metric in PAGE["metrics"]:
        assert set(metric) == {"name", "kind", "unit", "attributes", "about"}
        assert metric["kind"] in {"counter", "updowncounter", "histogram", "gauge"}
        assert metric["about"].endswith(".")
    for span in PAGE["spans"]:
        assert set(span) == {"name", "kind", "about", "attributes"}
        assert span["kind"] in {"server", "client", "producer", "consumer", "internal"}


@pytest.mark.parametrize("metric", PAGE["metrics"], ids=lambda metric: metric["name"])
def test_no_metric_is_counted_by_person_or_subject(metric: dict[str, Any]) -> None:
    assert not [name for name in metric["attributes"] if PERSONAL.search(name)]
