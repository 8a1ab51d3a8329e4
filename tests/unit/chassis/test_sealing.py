"""A sealed field opens in its own place with its own key, and nowhere else."""

import base64
import os
import re
from typing import Any

import pytest
from chassis import sealing
from chassis.sealing import UnsealableError
from hypothesis import given
from hypothesis import strategies as st

KEY = os.urandom(32)
PLACE: dict[str, Any] = {
    "type": "t.v1", "subject": "s-1", "sequence": 1, "field": "text", "keyid": "k-1"
}  # fmt: skip
WIRE = r"^sealed:v1:[A-Za-z0-9_-]+$"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_opens_to_the_same_text(text: str) -> None:
    assert sealing.open_(sealing.seal(text, KEY, **PLACE), KEY, **PLACE) == text


def test_the_wire_form_is_the_one_that_the_schemas_ask_for() -> None:
    assert re.match(WIRE, sealing.seal("我要举报", KEY, **PLACE))


@pytest.mark.parametrize(
    "elsewhere",
    [{"type": "u.v1"}, {"subject": "s-2"}, {"sequence": 2}, {"field": "title"}, {"keyid": "k-2"}],
    ids=lambda change: next(iter(change)),
)
def test_a_ciphertext_that_was_moved_does_not_open(elsewhere: dict[str, Any]) -> None:
    sealed = sealing.seal("我要举报", KEY, **PLACE)
    with pytest.raises(UnsealableError):
        sealing.open_(sealed, KEY, **(PLACE | elsewhere))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(UnsealableError):
        sealing.open_(sealing.seal("x", KEY, **PLACE), os.urandom(32), **PLACE)


def test_every_flipped_byte_is_noticed() -> None:
    sealed = sealing.seal("x", KEY, **PLACE)
    raw = bytearray(base64.urlsafe_b64decode(sealed.removeprefix(sealing.PREFIX) + "=="))
    for position in range(len(raw)):
        changed = raw.copy()
        changed[position] ^= 1
        text = sealing.PREFIX + base64.urlsafe_b64encode(changed).decode().rstrip("=")
        with pytest.raises(UnsealableError):
            sealing.open_(text, KEY, **PLACE)


@given(st.text())
def test_no_text_at_all_breaks_the_opener(text: str) -> None:
    for candidate in (text, sealing.PREFIX + text):
        with pytest.raises(UnsealableError):
            sealing.open_(candidate, KEY, **PLACE)


def test_a_pseudonym_is_stable_in_its_context_and_not_linkable_to_another() -> None:
    secret = os.urandom(32)
    assert sealing.pseudonym(secret, "actor", "alice") == sealing.pseudonym(secret, "actor", "alice")
    assert sealing.pseudonym(secret, "actor", "alice") != sealing.pseudonym(secret, "author", "alice")
    assert sealing.pseudonym(secret, "a", "b|c") != sealing.pseudonym(secret, "a|b", "c")
    assert sealing.pseudonym(os.urandom(32), "actor", "alice") != sealing.pseudonym(secret, "actor", "alice")
