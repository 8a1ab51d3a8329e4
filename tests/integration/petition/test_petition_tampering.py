"""What is sealed in this service's rows and events opens in its own place, unchanged, or not at all."""

import base64
from dataclasses import replace

import pytest
from chassis.sealing import PREFIX, UnsealableError, open_fields

from contracts.events import PetitionReceived

from .conftest import Petitions

SECRET = "我家在东风路三号"


def with_a_bit_turned(sealed: str, byte: int) -> str:
    raw = bytearray(base64.urlsafe_b64decode(sealed.removeprefix(PREFIX) + "=="))
    raw[byte] ^= 1
    return PREFIX + base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("byte", [0, 11, 12, 20, -17, -16, -1], ids=lambda byte: f"byte {byte}")
async def test_a_row_with_a_bit_turned_does_not_open(petitions: Petitions, byte: int) -> None:
    id_ = (await petitions.submitted(text=SECRET))["id"]
    (row,) = petitions.rows("SELECT text FROM petitions")
    petitions.rows(f"UPDATE petitions SET text = '{with_a_bit_turned(row['text'], byte)}' RETURNING id")
    answer = await petitions.get(f"/v1/petitions/{id_}", "triage")
    assert answer.status_code == 500
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "moving",
    [
        "title = petitions.text",
        "text = other.text",
        "text = other.text, keyid = other.keyid, title = NULL",
        "keyid = other.keyid",
    ],
    ids=["to another field", "to another person", "with its key to another person", "under another person's key"],
)
async def test_a_ciphertext_that_was_moved_does_not_open(petitions: Petitions, moving: str) -> None:
    one = (await petitions.submitted(text=SECRET, sub="one"))["id"]
    two = (await petitions.submitted(text=SECRET, sub="two"))["id"]
    petitions.rows(
        f"UPDATE petitions SET {moving} FROM petitions AS other"
        f" WHERE other.id = '{one}' AND petitions.id = '{two}' RETURNING petitions.id"
    )
    answer = await petitions.get(f"/v1/petitions/{two}", "triage")
    assert answer.status_code == 500
    assert SECRET not in answer.text


async def test_an_event_that_was_changed_or_moved_does_not_open(petitions: Petitions) -> None:
    for sub in ("one", "two"):
        await petitions.submitted(title="请问护照怎么办", text=SECRET, sub=sub)
    mine, others = (event for event in petitions.events() if event.type == PetitionReceived.TYPE)
    text = mine.data["text"]
    assert await open_fields(petitions.keyring, mine, {"text": text}) == {"text": SECRET}
    moved = {
        "a bit turned": (mine, {"text": with_a_bit_turned(text, 12)}),
        "another field": (mine, {"title": text}),
        "another person": (others, {"text": text}),
        "another person's key": (replace(mine, keyid=others.keyid), {"text": text}),
        "another step": (replace(mine, sequence=2), {"text": text}),
        "another type": (replace(mine, type="yiwangban.petition.petition.replied.v1"), {"text": text}),
        "no key": (replace(mine, keyid=None), {"text": text}),
    }
    for how, (event, fields) in moved.items():
        with pytest.raises(UnsealableError) as refused:
            await open_fields(petitions.keyring, event, fields)
        assert SECRET not in str(refused.value), how
