"""The suite's OpenAPI document: what the services say, valid, and the same manners in every operation."""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from casework.policy import POLICY
from casework.roles import APPLICANTS, TOKEN_ROLES
from chassis.api.errors import ProblemType
from deploy.config import Configuration
from deploy.openapi import suite_document
from deploy.services import SERVICES, Route
from openapi_spec_validator import OpenAPIV31SpecValidator

from contracts.openapi import FILE, PROBLEMS, text
from deploy import gateway

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "contracts" / FILE).read_text("utf-8"))
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
WRITES = [name for name, operation in OPERATIONS.items() if not name.startswith("GET ") and operation.get("security")]
OTHERS = "/open311/"
"""Where answers look as another's protocol has it."""
OWN = {*APPLICANTS, "connector"}
"""Roles that act on what is their own; all others are officers."""
PACKAGES = [path.parent.name for path in (*ROOT.glob("libs/*/*/__init__.py"), *ROOT.glob("services/*/*/__init__.py"))]


def resolved(value: Any) -> Any:
    while isinstance(value, Mapping) and "$ref" in value:
        found: Any = DOCUMENT
        for part in value["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        value = found
    return value


def parameters(name: str) -> dict[str, dict[str, Any]]:
    found = [resolved(parameter) for parameter in OPERATIONS[name].get("parameters", [])]
    return {parameter["name"].lower(): parameter for parameter in found}


def roles(name: str) -> set[str]:
    return {role for way in OPERATIONS[name]["security"] for role in way["token"]}


def answer(name: str) -> Any:
    """Give the schema of what comes back when all is well."""
    (done,) = (response for status, response in OPERATIONS[name]["responses"].items() if status.startswith("2"))
    content = resolved(done).get("content", {})
    return resolved(content["application/json"]["schema"]) if "application/json" in content else {}


def modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    for found in pkgutil.walk_packages(root.__path__, f"{package}."):
        if found.name != f"{package}.main":  # it would start
            yield importlib.import_module(found.name)


def test_the_committed_document_is_what_the_services_say(tmp_path: Path) -> None:
    assert (ROOT / "contracts" / FILE).read_text("utf-8") == text(suite_document(Configuration(state=tmp_path)))


def test_it_is_valid_openapi() -> None:
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_operations_have_names_of_their_own_and_are_told_in_two_languages() -> None:
    assert len({operation["operationId"] for operation in OPERATIONS.values()}) == len(OPERATIONS)
    for operation in OPERATIONS.values():
        assert re.search(r"[\u4e00-\u9fff].* · [A-Z]", operation["summary"])
        assert re.search(r"[\u4e00-\u9fff].*[A-Za-z]", operation["description"])


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation_is_behind_the_gateway_and_open_exactly_if_the_gateway_lets_everybody_in(name: str) -> None:
    path = name.split(" ")[1]

    def fits(route: Route) -> bool:
        return path == route.path or path.startswith(f"{route.path}/")

    (service,) = (service for service in SERVICES if any(fits(route) for route in service.routes))
    route = next(route for route in service.routes if fits(route))
    assert OPERATIONS[name]["operationId"].startswith(f"{service.database}_")
    assert route.public == (OPERATIONS[name].get("security") == [])


@pytest.mark.parametrize("name", [name for name, operation in OPERATIONS.items() if operation.get("security") != []])
def test_who_may_do_it_is_said(name: str) -> None:
    assert roles(name)
    assert roles(name) <= set(TOKEN_ROLES)


@pytest.mark.parametrize("name", OPERATIONS)
def test_what_is_done_to_what_is_said_as_the_policy_says_it_or_it_is_for_anybody(name: str) -> None:
    operation = OPERATIONS[name]
    if operation.get("security") == []:
        assert "x-resource" not in operation
    else:
        assert roles(name) == POLICY.roles(operation["x-resource"], operation["x-action"])


def test_the_policy_speaks_of_nothing_that_nobody_can_ask_for() -> None:
    asked = {(operation.get("x-resource"), operation.get("x-action")) for operation in OPERATIONS.values()}
    shown = {(resource, "expand") for resource, action in asked if action in {"read", "search"}}
    spoken = {(rule.resource, action) for rule in POLICY.rules for action in rule.actions}
    assert spoken <= asked | shown


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_write_takes_a_key_and_nothing_else_does(name: str) -> None:
    assert parameters(name).get("idempotency-key", {}).get("required", False) == (name in WRITES)


@pytest.mark.parametrize("name", [name for name in WRITES if "{" in name and not roles(name) <= OWN])
def test_every_change_by_an_officer_names_the_version_that_was_read(name: str) -> None:
    assert parameters(name)["if-match"]["required"]
    assert {"412", "428"} <= OPERATIONS[name]["responses"].keys()
    shown = OPERATIONS[f"GET {name.split(' ')[1].rpartition('/')[0]}"]
    for answered in (shown, OPERATIONS[name]):
        assert answered["responses"]["200"]["headers"]["ETag"]["required"]


def test_there_are_changes_by_officers_in_every_service_that_handles_cases() -> None:
    changing = {OPERATIONS[name]["tags"][0] for name in WRITES if "if-match" in parameters(name)}
    assert {tag.split(" · ")[1] for tag in changing} >= {"Petitions", "Applications", "Reviews"}


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("GET ") and OTHERS not in name])
def test_every_list_goes_by_cursor_and_is_bounded(name: str) -> None:
    schema, taken = answer(name), parameters(name)
    assert schema.get("type") != "array", "a bare list can't say where it goes on"
    path = name.split(" ")[1]
    of_things = any(other.startswith(f"GET {path}/{{") for other in OPERATIONS)
    assert ("items" in schema.get("properties", {})) >= of_things
    if "items" in schema.get("properties", {}):
        assert "next" in schema["required"]
        assert taken["cursor"]["schema"]
        assert taken["limit"]["schema"]["maximum"] <= 200


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_error_is_a_problem_document(name: str) -> None:
    refusals = {status: resolved(each) for status, each in OPERATIONS[name]["responses"].items() if status >= "400"}
    assert {"400", "404", "422", "429", "500", "503", "504"} <= refusals.keys()
    for refusal in refusals.values():
        assert refusal["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert re.search(r"[\u4e00-\u9fff].* · [A-Z]", refusal["description"])


def test_every_problem_type_in_the_code_is_in_the_document_and_no_other() -> None:
    coded = {
        value.uri: value.status
        for package in PACKAGES
        for module in modules(package)
        for value in vars(module).values()
        if isinstance(value, ProblemType)
    }
    said = {row["type"]: row.get("status") for row in DOCUMENT[PROBLEMS]}
    of_the_gateway = {row["type"] for row in DOCUMENT[PROBLEMS] if row["answered_by"] == ["gateway"]}
    assert coded == {type_: status for type_, status in said.items() if type_ not in of_the_gateway}
    for row in DOCUMENT[PROBLEMS]:
        assert all(row[name] for name in ("title", "title_en", "detail", "detail_en"))


def test_pages_of_named_origins_may_send_and_read_every_header_of_the_document() -> None:
    configured = yaml.safe_load(re.sub(r"\$\{\w+\}", "1", gateway.TEMPLATE.read_text("utf-8")))
    connections = configured["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    (host,) = connections["route_config"]["virtual_hosts"]
    policy = host["typed_per_filter_config"]["envoy.filters.http.cors"]
    sent = {
        parameter["name"].lower()
        for name in OPERATIONS
        for parameter in parameters(name).values()
        if parameter["in"] == "header"
    }
    answered = {
        header.lower()
        for operation in OPERATIONS.values()
        for response in operation["responses"].values()
        for header in resolved(response).get("headers", {})
    }
    assert sent <= set(policy["allow_headers"].split(", "))
    assert answered | {"etag", "location", "retry-after", "x-request-id"} <= set(policy["expose_headers"].split(", "))
