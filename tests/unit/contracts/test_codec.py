"""Strict outbound, tolerant inbound."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from contracts.codec import MAX_BYTES, Codec, ContractViolation, Undecodable, tolerant
from contracts.registry import Registry
from hypothesis import example, given
from hypothesis import strategies as st

SEALED = "sealed:v1:" + "A" * 38
SECRET = "张三的身份证号"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def put(event: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    *parents, last = pointer.strip("/").split("/")
    place = event
    for part in parents:
        place = place[part]
    place[last] = value
    return event


def test_what_leaves_comes_back_the_same(codec: Codec, event: dict[str, Any]) -> None:
    body = codec.encode(event)
    assert codec.decode(body) == event
    assert codec.envelope_of(body) == event
    assert b"\\u" not in body, "Chinese stays readable in the log"


@pytest.mark.parametrize(
    ("pointer", "value", "said"),
    [
        ("/specversion", "0.3", "/specversion"),
        ("/id", "not-a-uuid", "/id"),
        ("/id", "0193A0C1-7B7E-7B7E-8B7E-0193A0C17B7E", "/id"),
        ("/source", "petition", "/source"),
        ("/source", "/intel-sink", "only petition writes"),
        ("/type", "yiwangban.petition.petition.vanished.v1", "no topic declares"),
        ("/type", "com.example.other", "/type"),
        ("/subject", "", "/subject"),
        ("/subject", "a|b", "/subject"),
        ("/subject", "x" * 129, "/subject"),
        ("/time", "2026-11-24T09:00:00+08:00", "/time"),
        ("/time", "2026-02-30T09:00:00Z", "/time"),
        ("/time", "2026-11-24T09:00:00.1234567Z", "/time"),
        ("/time", "0000-01-01T00:00:00Z", "/time"),
        ("/dataschema", "urn:yiwangban:schema:petition-closed:v1", "petition-received"),
        ("/datacontenttype", "text/plain", "/datacontenttype"),
        ("/tenant", "44010", "/tenant"),
        ("/tenant", "４４０１００", "/tenant"),
        ("/sequence", 1, "/sequence"),
        ("/sequence", "1", "/sequence"),
        ("/sequence", "0" * 20, "/sequence"),
        ("/sequence", "09223372036854775808", "/sequence"),
        ("/actor", SECRET, "/actor"),
        ("/correlationid", "with\nnewline", "/correlationid"),
        ("/traceparent", "00-1-2-01", "/traceparent"),
        ("/surprise", "x", "surprise"),
        ("/data", None, "/data"),
        ("/data/surprise", "x", "surprise"),
        ("/data/title", SECRET, "/data/title"),
        ("/data/title", "sealed:v1:短", "/data/title"),
        ("/data/title", SEALED + "\n", "/data/title"),
        ("/data/channel", 7, "/data/channel"),
    ],
)
def test_an_event_that_breaks_its_contract_never_leaves(
    codec: Codec, event: dict[str, Any], pointer: str, value: Any, said: str
) -> None:
    with pytest.raises(ContractViolation) as refused:
        codec.encode(put(event, pointer, value))
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "attribute", ["id", "source", "type", "subject", "time", "tenant", "sequence", "actor", "data"]
)
def test_every_attribute_of_the_envelope_is_needed(codec: Codec, event: dict[str, Any], attribute: str) -> None:
    del event[attribute]
    with pytest.raises(ContractViolation, match=attribute):
        codec.encode(event)
    with pytest.raises(Undecodable, match=attribute):
        codec.decode(json.dumps(event).encode())


@pytest.mark.parametrize("attribute", ["causationid", "traceparent"])
def test_some_attributes_may_be_absent(codec: Codec, event: dict[str, Any], attribute: str) -> None:
    event.pop(attribute, None)
    assert attribute not in codec.decode(codec.encode(event))


@pytest.mark.parametrize("name", ["portal-question.json", "closed-as-answered.json"])
def test_the_key_id_is_there_exactly_if_something_is_sealed(codec: Codec, registry: Registry, name: str) -> None:
    event = json.loads(registry.example(name))
    if "keyid" in event:
        del event["keyid"]
    else:
        event["keyid"] = "somebody"
    with pytest.raises(ContractViolation) as refused:
        codec.encode(event)
    assert refused.value.pointer == "/keyid"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("a\0b", "holds a NUL"),
        ("a\ud800b", "holds a lone surrogate"),
        ("\udfff", "holds a lone surrogate"),
        ({"a\0": 1}, "name holds a NUL"),
        ({"\ud800": 1}, "name holds a lone surrogate"),
        ({1: 1}, "name isn't a text"),
        (float("nan"), "finite"),
        (float("-inf"), "finite"),
        (b"bytes", "bytes"),
        (datetime(2026, 1, 1, tzinfo=UTC), "datetime"),
        ({1, 2}, "set"),
        (2**64, "range"),
    ],
    ids=repr,
)
@pytest.mark.parametrize(
    "pointer", ["/data/number", "/subject", "/data/surprise/0/deep~1er"], ids=["data", "envelope", "deep"]
)
def test_what_json_or_a_text_column_would_not_keep_is_refused_by_its_place(
    codec: Codec, event: dict[str, Any], pointer: str, value: Any, reason: str
) -> None:
    if pointer.endswith("deep~1er"):
        event["data"]["surprise"] = [{"deep/er": value}]
    else:
        put(event, pointer, value)
    with pytest.raises(ContractViolation) as refused:
        codec.encode(event)
    assert reason in refused.value.reason
    assert refused.value.pointer in {pointer, ""}
    assert refused.value.pointer or "range" in reason


def test_a_uuid_or_an_enumeration_is_not_translated_behind_the_writers_back(
    codec: Codec, event: dict[str, Any]
) -> None:
    with pytest.raises(ContractViolation):
        codec.encode(put(event, "/subject", uuid.uuid4()))


def test_an_event_may_be_just_as_large_as_the_limit(codec: Codec, event: dict[str, Any]) -> None:
    def padded(extra: int) -> dict[str, Any]:
        size = len(json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode())
        return {**event, "padding": "x" * (MAX_BYTES - size - len(',"padding":""') + extra)}

    raw = json.dumps(padded(0), ensure_ascii=False, separators=(",", ":")).encode()
    assert len(raw) == MAX_BYTES
    assert codec.decode(raw)["id"] == event["id"]
    with pytest.raises(ContractViolation, match=str(MAX_BYTES + 1)):
        codec.encode(padded(1))
    with pytest.raises(Undecodable, match=str(MAX_BYTES + 1)):
        codec.decode(json.dumps(padded(1), ensure_ascii=False, separators=(",", ":")).encode())


def test_a_reader_lets_unknown_fields_through(codec: Codec, event: dict[str, Any]) -> None:
    event["newattribute"] = "x"
    event["data"]["mood"] = {"a": [1]}
    assert codec.decode(json.dumps(event).encode()) == event


def test_a_reader_lets_unknown_fields_of_nested_objects_through(codec: Codec, registry: Registry) -> None:
    alert = json.loads(registry.example("fraud-burst.json"))
    alert["data"]["evidence"][0]["weight"] = 0.5
    assert codec.decode(json.dumps(alert).encode()) == alert
    with pytest.raises(ContractViolation) as refused:
        codec.encode(alert)
    assert refused.value.pointer == "/data/evidence/0"


def test_a_reader_lets_unknown_types_through_with_any_data(codec: Codec, event: dict[str, Any]) -> None:
    event["type"] = "yiwangban.survey.answer.given.v1"
    event["data"] = {"whatever": None}
    assert codec.decode(json.dumps(event).encode()) == event


def test_a_known_type_with_wrong_data_is_undecodable_though_its_envelope_holds(
    codec: Codec, event: dict[str, Any]
) -> None:
    del event["data"]["number"]
    raw = json.dumps(event).encode()
    assert codec.envelope_of(raw) == event
    with pytest.raises(Undecodable, match=r"^/data: .*number"):
        codec.decode(raw)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "tombstone"),
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a": "\xed\xa0\x80"}', "not JSON"),
        (b'{"a": "\\ud800"}', "not JSON"),
        (b'{"a": NaN}', "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b'{"a": "\0"}', "not JSON"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"\\u0000": 1}', "NUL"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"{}", "required"),
        (b"x" * (MAX_BYTES + 1), "limit"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_a_record_that_is_no_event_is_refused_in_a_few_words(codec: Codec, raw: bytes | None, reason: str) -> None:
    for read in (codec.decode, codec.envelope_of):
        with pytest.raises(Undecodable) as refused:
            read(raw)
        assert reason in refused.value.reason
        assert refused.value.__suppress_context__ or refused.value.__context__ is None, "a traceback quotes the record"


def test_text_that_only_looks_like_an_escaped_nul_is_let_through(codec: Codec, event: dict[str, Any]) -> None:
    event["type"] = "yiwangban.survey.answer.given.v1"
    event["data"] = {"text": "a\\u0000b"}
    assert codec.decode(json.dumps(event).encode()) == event


@pytest.mark.parametrize("depth", [300, 1000, 5000])
def test_a_field_nested_too_deeply_is_refused_and_never_ends_the_reader(
    codec: Codec, event: dict[str, Any], depth: int
) -> None:
    raw = json.dumps(put(event, "/data/number", "HERE")).replace('"HERE"', "[" * depth + "]" * depth).encode()
    with pytest.raises(Undecodable, match=r"nested too deep|not JSON"):
        codec.decode(raw)


def test_a_refusal_stays_short() -> None:
    assert len(Undecodable("long" * 1000).reason) == len(str(Undecodable("long" * 1000))) == 240


@pytest.mark.parametrize(
    "pointer", ["/actor", "/subject", "/tenant", "/data/title", "/data/author", "/data/received_at"]
)
def test_a_refusal_never_repeats_what_it_refused(codec: Codec, event: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Undecodable) as refused:
        codec.decode(json.dumps(put(event, pointer, SECRET)).encode())
    assert SECRET not in str(refused.value)
    assert SECRET.encode("unicode_escape").decode() not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__
    assert pointer in refused.value.reason


@given(raw=st.binary(max_size=400) | json_values.map(lambda value: json.dumps(value).encode()))
@example(raw=b"")
def test_bytes_from_anywhere_are_refused_and_never_crash_the_reader(codec: Codec, raw: bytes) -> None:
    with pytest.raises(Undecodable) as refused:
        codec.decode(raw)
    assert 0 < len(refused.value.reason) <= 240


@given(pointer=st.sampled_from(["/id", "/time", "/sequence", "/data", "/data/number", "/data/x"]), value=json_values)
def test_a_record_with_anything_anywhere_is_read_or_refused(
    codec: Codec, registry: Registry, pointer: str, value: Any
) -> None:
    event = put(json.loads(registry.example("portal-question.json")), pointer, value)
    raw = json.dumps(event).encode()
    try:
        read = codec.decode(raw)
    except Undecodable:
        return
    assert datetime.fromisoformat(read["time"]).tzinfo is not None, "what is read can be turned into a moment"
    assert 0 < int(read["sequence"]) < 2**63, "and into a bigint"
    assert "\0" not in str(read)


@given(pointer=st.sampled_from(["/id", "/actor", "/data", "/data/number", "/data/x"]), value=json_values)
def test_what_is_written_is_always_readable(codec: Codec, registry: Registry, pointer: str, value: Any) -> None:
    event = put(json.loads(registry.example("portal-question.json")), pointer, value)
    try:
        body = codec.encode(event)
    except ContractViolation:
        return
    assert codec.decode(body) == event


def test_the_tolerant_form_leaves_data_that_looks_like_a_keyword_alone() -> None:
    schema = {
        "additionalProperties": False,
        "properties": {"additionalProperties": {"const": {"additionalProperties": False}}, "properties": {"enum": [1]}},
        "items": [{"additionalProperties": False}, {"additionalProperties": {"type": "string"}}],
    }
    assert tolerant(schema) == {
        "properties": {"additionalProperties": {"const": {"additionalProperties": False}}, "properties": {"enum": [1]}},
        "items": [{}, {"additionalProperties": {"type": "string"}}],
    }
