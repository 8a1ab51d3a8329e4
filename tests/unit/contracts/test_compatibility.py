"""Which changes a version bears, and which need a new one."""

import copy
from collections.abc import Callable
from typing import Any

import jsonschema_rs
import pytest
from contracts.codec import tolerant
from contracts.compatibility import incompatibilities, transitive_incompatibilities
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

Schema = dict[str, Any]

BASE: Schema = {
    "$id": "urn:yiwangban:schema:thing-happened:v1",
    "title": "ThingHappened",
    "description": "Something.",
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "kind", "count", "secret", "list"],
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 10, "pattern": "^[a-z]*$"},
        "kind": {"enum": ["a", "b"]},
        "count": {"type": "integer", "minimum": 1, "maximum": 5},
        "secret": {"type": "string", "x-personal": "content"},
        "list": {
            "type": "array",
            "maxItems": 3,
            "items": {"type": "object", "additionalProperties": False, "properties": {"x": {"type": "number"}}},
        },
        "at": {"type": "string", "format": "date-time"},
    },
}


def changed(how: Callable[[Schema], object]) -> Schema:
    schema = copy.deepcopy(BASE)
    how(schema)
    return schema


def field(name: str, **keywords: Any) -> Callable[[Schema], object]:
    return lambda schema: schema["properties"][name].update(keywords)


@pytest.mark.parametrize(
    "how",
    [
        pytest.param(lambda _: None, id="nothing"),
        pytest.param(lambda s: s.update(description="Better said.", title="Other"), id="words"),
        pytest.param(field("kind", description="of two", examples=["a"]), id="words-of-a-field"),
        pytest.param(lambda s: s["properties"].update(mood={"type": "string"}), id="optional-field-added"),
        pytest.param(lambda s: s["properties"].pop("at"), id="optional-field-removed"),
        pytest.param(
            lambda s: s["properties"]["list"]["items"]["properties"].update(y={"type": "integer"}),
            id="optional-field-added-inside",
        ),
        pytest.param(lambda s: s["required"].reverse(), id="order-of-required"),
        pytest.param(lambda s: s["properties"]["kind"]["enum"].reverse(), id="order-of-values"),
    ],
)
def test_a_version_bears_this_change(how: Callable[[Schema], object]) -> None:
    assert incompatibilities(BASE, changed(how)) == []


BREAKS = [
    pytest.param(field("count", type="string"), "type", "may come", id="another-type"),
    pytest.param(field("count", type="number"), "type", "old readers", id="a-wider-type"),
    pytest.param(lambda s: s["properties"]["count"].pop("type"), "type", "anything may come", id="no-type-any-more"),
    pytest.param(field("kind", enum=["a", "b", "c"]), "enum", "old readers would refuse", id="a-value-more"),
    pytest.param(field("kind", enum=["a"]), "enum", "new readers would refuse", id="a-value-less"),
    pytest.param(lambda s: s["properties"]["kind"].pop("enum"), "enum", "any value", id="an-open-list"),
    pytest.param(field("kind", const="a"), "enum", "'b'", id="only-one-value"),
    pytest.param(field("name", minLength=0), "minLength", "less may come", id="shorter"),
    pytest.param(field("name", minLength=2), "minLength", "new readers", id="longer-at-least"),
    pytest.param(field("name", maxLength=11), "maxLength", "more may come", id="longer"),
    pytest.param(lambda s: s["properties"]["name"].pop("maxLength"), "maxLength", "more may come", id="endless"),
    pytest.param(field("name", pattern="^[a-z0-9]*$"), "pattern", "something else", id="another-pattern"),
    pytest.param(lambda s: s["properties"]["name"].pop("pattern"), "pattern", "old readers", id="no-pattern"),
    pytest.param(field("at", format="date"), "format", "something else", id="another-format"),
    pytest.param(field("count", minimum=0), "minimum", "less may come", id="smaller"),
    pytest.param(field("count", maximum=4), "maximum", "new readers", id="a-lower-limit"),
    pytest.param(field("count", multipleOf=2), "multipleOf", "new readers", id="only-even"),
    pytest.param(field("list", maxItems=4), "maxItems", "more may come", id="a-longer-list"),
    pytest.param(field("list", uniqueItems=True), "uniqueItems", "new readers", id="a-set"),
    pytest.param(lambda s: s["required"].remove("kind"), "required", "may be missing", id="no-longer-required"),
    pytest.param(lambda s: s["required"].append("at"), "required", "new readers", id="newly-required"),
    pytest.param(
        lambda s: (s["properties"].update(new={"type": "string"}), s["required"].append("new")),
        "required",
        "need new",
        id="a-required-field-more",
    ),
    pytest.param(
        lambda s: (s["properties"].pop("kind"), s["required"].remove("kind")),
        "required",
        "need kind",
        id="a-required-field-less",
    ),
    pytest.param(
        lambda s: (s.pop("additionalProperties"), s["properties"].pop("at")),
        "additionalProperties",
        "give at a meaning",
        id="a-field-less-and-an-open-writer",
    ),
    pytest.param(
        lambda s: s.update(additionalProperties={"type": "string"}), "additionalProperties", "judge", id="free-fields"
    ),
    pytest.param(
        lambda s: s["properties"]["secret"].pop("x-personal"), "x-personal", "sealed as content", id="unsealed"
    ),
    pytest.param(field("name", **{"x-personal": "identity"}), "x-personal", "plain", id="newly-sealed"),
    pytest.param(field("secret", **{"x-personal": "contact"}), "x-personal", "contact", id="sealed-as-else"),
    pytest.param(
        lambda s: s["properties"]["list"]["items"]["properties"]["x"].update(minimum=0), "items", "0", id="deep-inside"
    ),
    pytest.param(lambda s: s["properties"]["list"].pop("items"), "items", "anything", id="anything-inside"),
    pytest.param(lambda s: s.update({"$id": "urn:other"}), "$id", "can't judge", id="another-id"),
    pytest.param(field("name", anyOf=[{"const": "a"}]), "anyOf", "can't judge", id="a-keyword-beyond-this-check"),
    pytest.param(lambda s: s["properties"].update(kind=True), "kind", "changed", id="anything-goes"),
]


@pytest.mark.parametrize(("how", "pointer", "said"), BREAKS)
def test_a_change_that_breaks_a_reader_is_named_with_its_place_and_its_reason(
    how: Callable[[Schema], object], pointer: str, said: str
) -> None:
    found = incompatibilities(BASE, changed(how))
    assert any(pointer in violation.pointer and said in str(violation) for violation in found), found


@pytest.mark.parametrize(("how", "pointer", "said"), BREAKS)
def test_a_break_is_one_whichever_comes_first(how: Callable[[Schema], object], pointer: str, said: str) -> None:
    assert incompatibilities(changed(how), BASE)


def test_a_reader_of_any_number_understands_whole_ones() -> None:
    found = incompatibilities(BASE, changed(field("count", type="number")))
    assert [str(violation) for violation in found] == [
        "/properties/count/type: old readers would refuse new events: they know integer, and number may come"
    ]


def test_true_is_not_one() -> None:
    assert incompatibilities({"enum": [1]}, {"enum": [True]})


def test_a_field_may_not_go_and_come_back_as_something_else() -> None:
    first = changed(lambda s: s["properties"].update(mood={"type": "string"}))
    second = BASE
    third = changed(lambda s: s["properties"].update(mood={"type": "integer"}))
    assert incompatibilities(first, second) == []
    assert incompatibilities(second, third) == []
    found = transitive_incompatibilities({"r1": first, "r2": second, "now": third})
    assert found
    assert all(sentence.startswith("r1 → now/properties/mood/type: ") for sentence in found)


# Property: what the check lets pass, no reader ever refuses. Schemas, a changed schema and documents are all made up.

NAMES = ("a", "b", "c")
scalars = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("string")},
        optional={
            "minLength": st.integers(0, 3),
            "maxLength": st.integers(0, 5),
            "pattern": st.sampled_from(["^x*$", "^[xy]*$"]),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number"])},
        optional={"minimum": st.integers(-2, 2), "maximum": st.integers(0, 4)},
    ),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["x", "y", 1, True]), min_size=1, max_size=3)}),
    st.fixed_dictionaries({"const": st.sampled_from(["x", 1])}),
    st.just({"type": ["string", "null"]}),
)


def objects(fields: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.fixed_dictionaries(
        {
            "type": st.just("object"),
            "properties": st.dictionaries(st.sampled_from(NAMES), fields, max_size=3),
            "required": st.lists(st.sampled_from(NAMES), unique=True, max_size=1),
        },
        optional={"additionalProperties": st.just(value=False)},
    )


def lists(items: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.fixed_dictionaries(
        {"type": st.just("array"), "items": items},
        optional={"minItems": st.integers(0, 1), "maxItems": st.integers(1, 3)},
    )


schemas = objects(scalars | objects(scalars) | lists(scalars))
leaves = st.sampled_from(["", "x", "xx", "y", "xyxyxy", 0, 1, 2, -1, 1.5, True, None])
documents = st.dictionaries(
    st.sampled_from(NAMES),
    leaves | st.lists(leaves, max_size=3) | st.dictionaries(st.sampled_from(NAMES), leaves, max_size=2),
    max_size=3,
)


def mutated(schema: Schema, data: st.DataObject) -> Schema:
    """Change a few things at random, so that old and new are near each other."""
    schema = copy.deepcopy(schema)
    for _ in range(data.draw(st.integers(0, 2), label="changes")):
        name = data.draw(st.sampled_from(NAMES), label="field")
        match data.draw(st.sampled_from(["set", "drop", "require", "release", "open"]), label="change"):
            case "set":
                schema["properties"][name] = data.draw(scalars | objects(scalars), label="to")
            case "drop":
                schema["properties"].pop(name, None)
            case "require":
                schema["required"] = sorted({*schema["required"], name})
            case "release":
                schema["required"] = [other for other in schema["required"] if other != name]
            case _:
                schema.pop("additionalProperties", None)
    return schema


@settings(max_examples=300, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(old=schemas, data=st.data())
def test_what_the_check_lets_pass_no_reader_refuses(old: Schema, data: st.DataObject) -> None:
    new = mutated(old, data)
    assume(not incompatibilities(old, new))
    for writer, reader in ((old, new), (new, old)):
        for document in data.draw(st.lists(documents, max_size=8), label="documents"):
            if jsonschema_rs.is_valid(writer, document):
                assert jsonschema_rs.is_valid(tolerant(reader), document)


@given(schema=schemas)
def test_a_schema_is_compatible_with_itself_if_its_writer_is_strict(schema: Schema) -> None:
    strict = {**schema, "additionalProperties": False}
    strict["properties"] = {
        name: {**inner, "additionalProperties": False} if inner.get("type") == "object" else inner
        for name, inner in schema["properties"].items()
    }
    assert incompatibilities(strict, copy.deepcopy(strict)) == []
