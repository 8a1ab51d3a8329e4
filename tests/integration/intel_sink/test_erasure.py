"""Erasing a person: the keys first, then every owner is told once, and waited for with a bound."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import accept.access
import approve.access
import petition.access
import pytest
import query.access
from casework.informants import informant_of
from chassis.api.auth import Principal
from chassis.envelope import Envelope, new_id
from chassis.sealing import pseudonym, seal
from chassis.worker.batch import Log
from contracts.registry import Registry
from intel_sink import handlers
from intel_sink.erasure import SIGNED_IN, Eraser, erased
from yiwangban_keyring.encryption import FileEncryption
from yiwangban_keyring.store import DatabaseKeyring

from .conftest import MirrorKit, records

SECRET = os.urandom(32)
OWNERS = {"accept": "case", "approve": "review", "petition": "petition"}


@pytest.fixture
async def eraser(kit: MirrorKit, keyring_url: str, tmp_path: Path) -> AsyncIterator[Eraser]:
    keyring = DatabaseKeyring(keyring_url, FileEncryption(tmp_path / "kek", create=True), secret=SECRET)
    yield Eraser(kit.units, keyring, Registry.load(), SECRET)
    await keyring.close()


async def keys(eraser: Eraser, person: str) -> list[str]:
    return [await eraser.keyring.create(pseudonym(SECRET, context, person)) for context in SIGNED_IN]


def acknowledgement(owner: str, keyid: str, emptied: int = 1) -> dict[str, Any]:
    example: dict[str, Any] = json.loads(Registry.load().example(f"{OWNERS[owner]}-erasure-acknowledged.json"))
    return example | {"id": new_id(), "subject": keyid, "data": {"emptied": emptied}}


async def mirrored(kit: MirrorKit, *events: dict[str, Any]) -> None:
    for event in events:
        await kit.store(records([event]), log=Log(Registry.load().types[event["type"]].topic, uuid4(), 0))
    await kit.follow()


async def test_whoever_wrote_as_an_informant_is_erased_as_that_too(eraser: Eraser) -> None:
    person = new_id()
    author = pseudonym(SECRET, "author", person)
    keyids = [await eraser.keyring.create(name) for name in (author, pseudonym(SECRET, "informant", author))]
    assert sorted(await eraser.keys_of(person, SIGNED_IN)) == sorted(keyids)


async def test_keys_of_every_context_are_destroyed_and_each_is_told_once(kit: MirrorKit, eraser: Eraser) -> None:
    person = new_id()
    mine, others = await keys(eraser, person), await keys(eraser, "somebody else")
    keyids = await eraser.keys_of(person, SIGNED_IN)
    assert sorted(keyids) == sorted(mine)
    done = await eraser.erase(keyids, within_s=0)
    again = await eraser.erase(await eraser.keys_of(person, SIGNED_IN), within_s=0)
    assert (done.destroyed, done.ordered) == (2, 2)
    assert (again.destroyed, again.ordered) == (0, 0)
    assert set((await eraser.keyring.get_many(mine)).values()) == {None}
    assert None not in (await eraser.keyring.get_many(others)).values()
    told = [(event["subject"], event["sequence"], event["data"]) for event in kit.outbox()]
    assert told == [(keyid, f"{1:020}", {"key": keyid}) for keyid in keyids]
    assert await erased(kit.database) == keyids
    assert person not in json.dumps(kit.outbox())
    assert len({event["correlationid"] for event in kit.outbox()}) == len(keyids)  # nothing says: the same person's


async def test_every_owner_is_waited_for_and_no_longer_than_said(kit: MirrorKit, eraser: Eraser) -> None:
    keyids = await keys(eraser, new_id())
    assert (await eraser.erase(keyids, within_s=0)).missing == ("accept", "approve", "petition")
    await mirrored(kit, *(acknowledgement(owner, keyid, 2) for owner in ("accept", "approve") for keyid in keyids))
    await mirrored(kit, acknowledgement("petition", keyids[0]))
    assert (await eraser.erase(keyids, within_s=0.3)).missing == ("petition",)
    await kit.store(records([acknowledgement("petition", keyids[1])]))  # not on its own topic
    await kit.follow()
    assert (await eraser.erase(keyids, within_s=0)).missing == ("petition",)
    waiting = asyncio.create_task(eraser.erase(keyids, within_s=20))
    await mirrored(kit, acknowledgement("petition", keyids[1], 0), acknowledgement("petition", keyids[1], 0))
    done = await waiting
    assert done.missing == ()
    assert done.emptied == {"accept": 4, "approve": 4, "petition": 1}


async def test_whoever_holds_something_sealed_is_told_and_acknowledges(eraser: Eraser) -> None:
    registry = eraser.registry
    holders = {topic.writer for topic in registry.topics.values() for event in topic.events if event.personal}
    assert set(eraser.owners().values()) == holders == OWNERS.keys()
    assert holders < set(registry.topics["intel.erasures.v1"].readers)


async def test_what_was_sealed_can_be_looked_for_as_long_as_its_key_is_there(kit: MirrorKit, eraser: Eraser) -> None:
    example: dict[str, Any] = json.loads(Registry.load().example("portal-question.json"))
    (keyid, other) = await keys(eraser, new_id())
    key = (await eraser.keyring.get_many([keyid]))[keyid]
    assert key is not None
    place = {"type": example["type"], "subject": example["subject"], "sequence": 1, "keyid": keyid}
    sealed = {name: seal(f"原文 {name}", key, field=name, **place) for name in ("title", "text")}
    derived: dict[str, Any] = json.loads(Registry.load().example("classified-as-consultation.json"))
    its_place = place | {"type": derived["type"], "subject": derived["subject"], "sequence": 2}
    derived["data"] |= {"suggestion": seal("因为原文", key, field="suggestion", **its_place)}
    await mirrored(
        kit,
        example | {"keyid": keyid, "data": example["data"] | sealed},
        example | {"id": new_id(), "keyid": keyid},  # sealed otherwise: it can't be opened, nor anything in it found
        acknowledgement("accept", keyid),  # names the key, and holds nothing
        derived | {"id": new_id(), "keyid": keyid},  # repeats words of the text among words of everybody's
    )
    assert sorted(await eraser.texts([keyid, other])) == ["原文 text", "原文 title"]
    await eraser.keyring.destroy(keyid)
    assert await eraser.texts([keyid, other]) == []


async def test_a_restored_database_takes_the_list_back_from_its_topic(kit: MirrorKit, eraser: Eraser) -> None:
    keyids = await keys(eraser, new_id())
    await eraser.erase(keyids, within_s=0)
    events = [Envelope.from_cloudevent(event) for event in kit.outbox()]
    kit.tamper("DELETE FROM erasures")
    for event in [*events, *events]:
        async with kit.units.begin() as unit:
            await handlers.restore(unit, event)
    assert await erased(kit.database) == keyids


async def test_whoever_signs_in_is_erased_in_every_context_in_which_they_own_something(kit: MirrorKit) -> None:
    principal = Principal(subject=new_id(), tenant="440100", roles=frozenset({"citizen"}))
    async with kit.units.begin(principal=principal) as unit:
        askers = [known(unit) for known in (accept.access.asker, approve.access.asker, petition.access.asker)]
        owners = {owner for asker in askers for owner in asker.owners}
        names = {unit.outbox.pseudonym(principal.subject, context=context) for context in SIGNED_IN}
        author = unit.outbox.pseudonym(principal.subject, context="author")
        assert owners == names | {informant_of(author, unit.outbox)}
    assert set(query.access.OWNERS) == set(SIGNED_IN)
