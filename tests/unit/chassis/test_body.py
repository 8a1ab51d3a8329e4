"""Bodies are read strictly: what PostgreSQL or a log couldn't hold never gets past the edge."""

import contextlib
import json
from typing import Any

import pytest
from chassis.api.body import MAX_DEPTH, parse_json
from chassis.api.errors import Problem
from hypothesis import given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=40,
)


def has_nul(document: Any) -> bool:
    return "\\u0000" in json.dumps(document).replace("\\\\", "")


def depth(document: Any) -> int:
    children = document.values() if isinstance(document, dict) else document if isinstance(document, list) else None
    return 0 if children is None else 1 + max(map(depth, children), default=0)


@given(JSON)
def test_well_formed_json_is_given_as_it_is_and_nul_and_surrogates_never_are(document: Any) -> None:
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    surrogates = any("\ud800" <= character <= "\udfff" for character in json.dumps(document, ensure_ascii=False))
    if has_nul(document) or surrogates or depth(document) > MAX_DEPTH:
        with pytest.raises(Problem):
            parse_json(content)
    else:
        assert parse_json(content) == document


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_json_or_a_clear_problem(content: bytes) -> None:
    with contextlib.suppress(Problem):
        parse_json(content)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"{}{}",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": "\xff"}',
        '{"a": "问"}'.encode("gb18030"),
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"\\u0000": 1}',
        b'["x\\u0000y"]',
        b'[{"a": ["\\u0000"]}]',
        b'{"a": "\x00"}',
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"[" * 250_000,
    ],
    ids=lambda content: repr(content[:20]),
)
def test_hostile_json_is_refused(content: bytes) -> None:
    with pytest.raises(Problem) as refused:
        parse_json(content)
    assert refused.value.type.slug == "malformed"


def test_a_backslash_before_u0000_is_ordinary_text() -> None:
    assert parse_json(b'{"a": "\\\\u0000"}') == {"a": "\\u0000"}


def test_json_may_be_as_deep_as_the_limit() -> None:
    assert depth(parse_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)) == MAX_DEPTH
