from datetime import UTC, datetime, timedelta

import pytest
from chassis.signing import ExpiredError, ForgedError, Signer
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 1, 5, tzinfo=UTC)
SIGNER = Signer(b"s" * 32, "one")


@given(st.text(max_size=200))
def test_what_was_signed_comes_back(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    assert SIGNER.read(SIGNER.sign(text), now=NOW) == text


@given(st.text(max_size=80))
def test_what_was_not_signed_does_not(text: str) -> None:
    with pytest.raises((ForgedError, UnicodeEncodeError)):
        SIGNER.read(text, now=NOW)


def test_every_changed_character_shows() -> None:
    signed = SIGNER.sign("a|b", until=NOW + timedelta(hours=1))
    for place in range(len(signed)):
        changed = signed[:place] + ("A" if signed[place] != "A" else "B") + signed[place + 1 :]
        with pytest.raises(ForgedError):
            SIGNER.read(changed, now=NOW)


@pytest.mark.parametrize("other", [Signer(b"s" * 32, "two"), Signer(b"t" * 32, "one")])
def test_it_means_nothing_for_another_purpose_or_in_another_suite(other: Signer) -> None:
    with pytest.raises(ForgedError):
        other.read(SIGNER.sign("text"), now=NOW)


def test_its_time_ends() -> None:
    signed = SIGNER.sign("text", until=NOW + timedelta(seconds=10))
    assert SIGNER.read(signed, now=NOW + timedelta(seconds=9)) == "text"
    with pytest.raises(ExpiredError):
        SIGNER.read(signed, now=NOW + timedelta(seconds=10))
