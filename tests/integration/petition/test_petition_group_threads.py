"""A member of a group who answers what the relay told them has sent what was asked for; nobody else has."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from deploy.issuer import Issuer
from petition.bootstrap import bootstrap

from tests.integration.kit.sources import Source

from .asking import ASKED, MORE, QUESTION, asked, supplements
from .conftest import GUANGZHOU, Petitions
from .outbound import group_of, told
from .test_petition_relay import SECRET, delivered

FIRST = {"id": "g-1", "author": "群友乙", "text": QUESTION, "reply_to": "qq:private:10086"}


@pytest.fixture
async def relay(
    petition_environment: Issuer, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: Source
) -> AsyncIterator[Petitions]:
    """The service, with a group whose relay takes answers."""
    (tmp_path / "secret").write_bytes(SECRET)
    group = {"source": "gz-fans", "tenant": GUANGZHOU, "secret_path": str(tmp_path / "secret"), "answers": zone.url}
    monkeypatch.setenv("PETITION_RELAYS", orjson.dumps([group]).decode())
    async with Petitions.on(bootstrap, database_url, petition_environment) as service:
        yield service


async def test_a_member_answers_what_they_were_told_and_gets_the_same_number_again(
    relay: Petitions, zone: Source, tmp_path: Path
) -> None:
    first = (await delivered(relay, FIRST)).json()
    (row,) = relay.rows("SELECT id FROM petitions")
    await asked(relay, row)
    await told(relay, group_of(zone, secret_path=tmp_path / "secret"), 2)
    ours = next(key for key, sent in zone.taken.items() if ASKED["text"] in sent["text"])
    answer = FIRST | {"id": "g-2", "text": MORE, "in_reply_to": ours}
    stranger = (await delivered(relay, answer | {"id": "g-3", "author": "群友丙"})).json()
    assert stranger["outcome"] == "new"
    assert stranger["number"] != first["number"]
    assert (await delivered(relay, answer)).json() == first | {"outcome": "supplement"}
    assert (await delivered(relay, answer)).json() == first | {"outcome": "seen"}
    edit = answer | {"revision": 1, "text": f"{MORE}！"}
    assert (await delivered(relay, edit)).json() == first | {"outcome": "edited"}
    assert await supplements(relay) == [("in-hand", f"{MORE}！"), ("classified", None)]


async def test_a_reply_to_ones_own_first_message_is_in_its_thread(relay: Petitions) -> None:
    await delivered(relay, FIRST)
    (row,) = relay.rows("SELECT id FROM petitions")
    await asked(relay, row)
    answer = FIRST | {"id": "g-2", "text": MORE, "in_reply_to": "g-1"}
    assert (await delivered(relay, answer)).json()["outcome"] == "supplement"
