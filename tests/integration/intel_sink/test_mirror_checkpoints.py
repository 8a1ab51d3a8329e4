"""Heads are signed, chained, and kept in three places: table, topic and file."""

import json

import pytest
from chassis.envelope import Envelope
from chassis.testing.faults import FaultInjectedError, armed
from chassis.worker.batch import Log
from intel_sink import handlers, merkle
from intel_sink.checkpoints import CheckpointError, SignedCheckpoint, is_authentic
from intel_sink.prove import Unprovable, prove

from .conftest import MirrorKit, life, records

CHECKPOINTS = "intel.checkpoints.v1"


async def test_a_checkpoint_is_a_row_an_event_and_a_line_outside(kit: MirrorKit, other_log: Log) -> None:
    await kit.store(records(life("p", 3)))
    await kit.store(records(life("q", 2)), log=other_log)
    signed = await kit.sign()
    assert signed is not None
    leaves = [
        bytes(row["leaf_hash"])
        for row in kit.rows('SELECT leaf_hash FROM mirror_records WHERE log = 1 ORDER BY "offset"')
    ]
    assert [(head.partition, head.size) for head in signed.heads] == [(0, 3), (1, 2)]
    assert signed.heads[0].root == merkle.root_of(leaves).hex()
    assert is_authentic(signed, kit.key.public)
    (emitted,) = kit.outbox()
    assert (emitted["subject"], emitted["sequence"]) == ("mirror", "0" * 19 + "1")
    assert SignedCheckpoint.from_json(emitted["data"]) == signed
    (line,) = kit.outside.path.read_text().splitlines()
    assert SignedCheckpoint.from_json(json.loads(line)) == signed
    assert bytes(await kit.scalar("SELECT body FROM checkpoints")) == signed.body


async def test_nothing_new_but_checkpoints_is_not_signed(kit: MirrorKit) -> None:
    assert await kit.sign() is None
    await kit.store(records(life("p", 1)))
    assert await kit.sign()
    assert await kit.sign() is None
    await kit.store(records(life("own", 1)), log=Log(CHECKPOINTS, kit.log.topic_uuid, 5))
    assert await kit.sign() is None
    await kit.store(records(life("q", 1), start=1))
    second = await kit.sign()
    assert second is not None
    assert (second.ordinal, [head.topic for head in second.heads]) == (2, [CHECKPOINTS, kit.log.topic])
    assert kit.verify().passed


async def test_one_process_signs_at_a_time(kit: MirrorKit) -> None:
    await kit.store(records(life("p", 1)))
    with kit.locked(f"SELECT pg_advisory_lock({handlers.SIGNER_LOCK})"):
        assert await kit.sign() is None
    assert await kit.sign()


async def test_a_signer_that_dies_before_its_commit_leaves_nothing(kit: MirrorKit) -> None:
    await kit.store(records(life("p", 1)))
    with armed("checkpoint.before_commit"), pytest.raises(FaultInjectedError):
        await kit.sign()
    assert kit.outbox() == []
    assert not kit.outside.path.exists() or kit.outside.last() is None
    signed = await kit.sign()
    assert signed is not None
    assert signed.ordinal == 1


async def test_what_a_crash_kept_from_the_file_is_written_the_next_time(kit: MirrorKit) -> None:
    for at, item in enumerate(life("p", 2)):
        await kit.store(records([item], start=at))
        await kit.sign()
    lines = kit.outside.path.read_bytes().splitlines(keepends=True)
    kit.outside.path.write_bytes(lines[0] + lines[1][:20])  # the power went while it was written
    assert not kit.verify().passed
    assert await kit.sign() is None
    assert kit.verify().passed


async def test_a_database_that_forgot_a_checkpoint_signs_no_other_one(kit: MirrorKit) -> None:
    for at, item in enumerate(life("p", 2)):
        await kit.store(records([item], start=at))
        await kit.sign()
    (_, remembered) = kit.outbox()
    kit.tamper("DELETE FROM checkpoints WHERE ordinal = 2")
    await kit.store(records(life("q", 1), start=2))
    with pytest.raises(CheckpointError, match="unknown to the database"):
        await kit.sign()
    async with kit.units.begin() as unit:  # what recovery does with what the topic remembers
        await handlers.restore(unit, Envelope.from_cloudevent(remembered))
        await handlers.restore(unit, Envelope.from_cloudevent(remembered))
    third = await kit.sign()
    assert third is not None
    assert third.ordinal == 3
    assert kit.verify().passed


async def test_another_checkpoint_of_the_same_number_in_the_topic_is_refused(kit: MirrorKit) -> None:
    await kit.store(records(life("p", 1)))
    await kit.sign()
    (remembered,) = kit.outbox()
    remembered["data"]["heads"][0]["size"] = 7
    with pytest.raises(CheckpointError, match="isn't the database's"):
        async with kit.units.begin() as unit:
            await handlers.restore(unit, Envelope.from_cloudevent(remembered))


async def test_a_single_record_is_proved_to_somebody_without_the_mirror(kit: MirrorKit) -> None:
    await kit.store(records(life("p", 7)))
    await kit.sign()
    for offset in range(7):
        proof = prove(kit.url, kit.log.topic_uuid, 0, offset)
        (head,) = proof["checkpoint"]["heads"]
        path = [bytes.fromhex(step) for step in proof["path"]]
        leaf = bytes.fromhex(proof["leaf_hash"])
        assert merkle.includes(leaf, offset, head["size"], path, bytes.fromhex(head["root"]))


async def test_what_no_checkpoint_covers_or_what_was_changed_has_no_proof(kit: MirrorKit) -> None:
    await kit.store(records(life("p", 3)))
    with pytest.raises(Unprovable, match="no checkpoint"):
        prove(kit.url, kit.log.topic_uuid, 0, 0)
    await kit.sign()
    with pytest.raises(Unprovable, match="covers 3"):
        prove(kit.url, kit.log.topic_uuid, 0, 3)
    with pytest.raises(Unprovable, match="no log"):
        prove(kit.url, kit.log.topic_uuid, 9, 0)
    kit.tamper("UPDATE mirror_records SET leaf_hash = sha256('x') WHERE \"offset\" = 1")
    with pytest.raises(Unprovable, match="run verify"):
        prove(kit.url, kit.log.topic_uuid, 0, 0)
