"""Several documents become one: what is alike is shared, what only shares its name is told apart."""

import copy
from typing import Any

import pytest

from contracts.openapi import PROBLEMS, Unmergeable, merged

NOT_FOUND = {"type": "urn:x:not-found", "status": 404, "title": "未找到", "title_en": "Not found"}
TIMEOUT = {"type": "urn:x:timeout", "status": 504, "title": "超时", "title_en": "Too slow"}
OTHER = {"type": "urn:x:gateway", "title": "网关", "title_en": "Gateway"}


def reference(kind: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{kind}/{name}"}


def document(path: str, state: str, **more: Any) -> dict[str, Any]:
    """A document of one operation, whose answer is a page of things in a state."""
    schemas = {
        "State": {"enum": [state]},
        "Thing": {"properties": {"state": reference("schemas", "State")}},
        "Page": {"properties": {"items": {"items": reference("schemas", "Thing")}}},
        "Access": {"enum": ["open"]},
        "Kind": {"discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/State"}}},
    }
    operation = {
        "responses": {
            "200": {"content": {"application/json": {"schema": reference("schemas", "Page")}}},
            "404": reference("responses", "Problem404"),
        }
    }
    return {
        "tags": [{"name": path}],
        "paths": {path: {"get": operation}},
        "components": {
            "schemas": schemas,
            "responses": {"Problem404": {"description": "未找到 · Not found", "content": {}}},
            "securitySchemes": {"token": {"type": "http"}},
        },
        PROBLEMS: [NOT_FOUND],
    } | more


def test_what_reads_the_same_everywhere_is_there_once() -> None:
    whole = merged({"left": document("/a", "new"), "right-hand": document("/b", "new")}, [])
    assert list(whole["components"]["schemas"]) == ["Access", "Kind", "Page", "State", "Thing"]
    assert list(whole["paths"]) == ["/a", "/b"]
    assert [tag["name"] for tag in whole["tags"]] == ["/a", "/b"]


def test_what_shares_only_its_name_and_all_that_refers_to_it_is_told_apart() -> None:
    whole = merged({"left": document("/a", "new"), "right-hand": document("/b", "old")}, [])
    schemas = whole["components"]["schemas"]
    clashing = ["Kind", "Page", "State", "Thing"]
    assert sorted(schemas) == sorted(
        ["Access", *(f"Left{name}" for name in clashing), *(f"RightHand{name}" for name in clashing)]
    )
    assert schemas["RightHandState"] == {"enum": ["old"]}
    assert schemas["RightHandThing"] == {"properties": {"state": reference("schemas", "RightHandState")}}
    assert schemas["RightHandKind"]["discriminator"]["mapping"] == {"a": "#/components/schemas/RightHandState"}
    answer = whole["paths"]["/b"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"] == reference("schemas", "RightHandPage")


def test_what_the_gateway_answers_is_added_to_every_operation() -> None:
    whole = merged({"left": document("/a", "new")}, [NOT_FOUND, TIMEOUT, OTHER])
    assert list(whole["paths"]["/a"]["get"]["responses"]) == ["200", "404", "504"]
    assert whole["components"]["responses"]["Problem504"]["description"] == "超时 · Too slow"
    assert whole["components"]["responses"]["Problem404"]["description"] == "未找到 · Not found"
    assert {row["type"]: row["answered_by"] for row in whole[PROBLEMS]} == {
        "urn:x:not-found": ["left", "gateway"],
        "urn:x:timeout": ["gateway"],
        "urn:x:gateway": ["gateway"],
    }


def test_the_documents_stay_as_they_were() -> None:
    given = {"left": document("/a", "new"), "right-hand": document("/b", "old")}
    before = copy.deepcopy(given)
    merged(given, [TIMEOUT])
    assert given == before


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (document("/a", "new"), "/a is another service's"),
        (document("/b", "new", **{PROBLEMS: [NOT_FOUND | {"title": "别的"}]}), "means something else"),
        (
            document("/b", "new") | {"components": {"securitySchemes": {"token": {"type": "apiKey"}}, "responses": {}}},
            "sign in differently",
        ),
    ],
    ids=["one path twice", "one problem type with two meanings", "one scheme of two kinds"],
)
def test_documents_that_contradict_each_other_are_refused(other: dict[str, Any], why: str) -> None:
    with pytest.raises(Unmergeable, match=why):
        merged({"left": document("/a", "new"), "right": other}, [])


def test_the_gateway_can_not_answer_a_services_type_with_another_status() -> None:
    with pytest.raises(Unmergeable, match="another status"):
        merged({"left": document("/a", "new")}, [NOT_FOUND | {"status": 410}])
