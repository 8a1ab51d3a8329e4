"""What the table lets somebody do is what some rule says, for all of its conditions, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest
from chassis.policy import EVERYTHING, NOTHING, Condition, Policy, Reach, Relation, Scope
from contracts.tenants import load_tenants, span

APART = Condition("apart", "seen_by", Relation.AVOIDS, "actor")
LOOSE = Condition("loose", "holders", Relation.IS_EMPTY)
NOTES = Policy(
    ("note", ("read", "write"), ("writer",), Scope.OWN, ()),
    ("note", ("read",), ("chief",), Scope.TENANTS_BELOW, (APART,)),
    ("note", ("read",), ("clerk",), Scope.DEPARTMENT, ()),
    ("note", ("file",), ("clerk",), Scope.TENANT, (LOOSE,)),
    ("shelf", ("read",), ("clerk",), Scope.ALL, ()),
)
ME = {"owners": ("o_1", "o_2"), "actor": ("p_1",), "tenant": ("440100",), "department": ("archive",)}


def reach(action: str, *roles: str, **facts: tuple[str, ...]) -> Reach:
    return NOTES.reach("note", action, roles, {**ME, **facts})


def row(**attributes: Any) -> Any:
    there: Mapping[str, Any] = {
        "owner": "o_9", "tenant": "440100", "department": "archive", "seen_by": None, "holders": [],
    } | attributes  # fmt: skip
    return there.__getitem__


def test_what_no_rule_allows_is_refused() -> None:
    assert reach("read", "stranger") == reach("write", "chief", "clerk") == NOTHING
    assert not NOTHING.admits(row())
    assert NOTHING.refusal(row()) is None
    assert EVERYTHING.admits(row())


def test_a_name_that_the_table_does_not_know_is_an_error_and_not_a_refusal() -> None:
    for resource, action in (("note", "raed"), ("nota", "read"), ("shelf", "write")):
        with pytest.raises(LookupError):
            NOTES.reach(resource, action, ["writer"], ME)
        with pytest.raises(LookupError):
            NOTES.roles(resource, action)
    assert NOTES.roles("note", "read") == {"writer", "chief", "clerk"}


@pytest.mark.parametrize(
    ("role", "attributes", "admitted"),
    [
        ("writer", {"owner": "o_2", "tenant": "440300"}, True),
        ("writer", {"owner": "o_9"}, False),
        ("writer", {"owner": None}, False),
        ("chief", {"tenant": "440106"}, True),
        ("chief", {"tenant": "440300"}, False),
        ("chief", {"tenant": "440000"}, False),
        ("chief", {"seen_by": "p_1"}, False),
        ("chief", {"seen_by": "p_2"}, True),
        ("clerk", {}, True),
        ("clerk", {"department": "cellar"}, False),
        ("clerk", {"department": None}, False),
        ("clerk", {"tenant": "440106"}, False),
    ],
)
def test_a_scope_and_conditions_hold_together(role: str, *, attributes: dict[str, Any], admitted: bool) -> None:
    assert reach("read", role).admits(row(**attributes)) is admitted


def test_several_roles_add_up() -> None:
    both = reach("read", "writer", "clerk")
    assert both.admits(row(owner="o_1", department="cellar"))
    assert both.admits(row())
    assert not both.admits(row(department="cellar"))
    assert (reach("read", "writer") | reach("read", "clerk")).ways == both.ways


def test_whoever_has_no_department_has_nobodys() -> None:
    assert not reach("read", "clerk", department=()).admits(row(department=None))


def test_a_refusal_names_a_condition_of_the_way_that_comes_nearest() -> None:
    refused = reach("file", "clerk").refusal(row(holders=["p_2"]))
    assert refused == LOOSE
    elsewhere = reach("file", "clerk").refusal(row(tenant="440300"))
    assert elsewhere is not None
    assert elsewhere.name == Scope.TENANT
    assert reach("file", "clerk").refusal(row()) is None


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("440000", "440000", "449999"), ("440100", "440100", "440199"), ("440106", "440106", "440106"),
     ("441000", "441000", "441099")],
)  # fmt: skip
def test_the_tenants_below_follow_from_the_code(code: str, first: str, last: str) -> None:
    assert span(code) == (first, last)


def test_every_city_lies_below_the_province_and_no_city_below_another() -> None:
    cities = load_tenants().keys() - {"440000"}
    first, last = span("440000")
    assert all(first <= city <= last for city in cities)
    for city in cities:
        assert [other for other in cities if span(city)[0] <= other <= span(city)[1]] == [city]
