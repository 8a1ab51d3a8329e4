"""What a record takes in the database is what capacity is computed with."""

import json

import orjson
import pytest
from chassis.envelope import new_id
from chassis.worker.batch_store import Record
from contracts.registry import Registry

from benchmarks.capacity import LIFE, MIRROR_ROW, OUTBOX_ROW, SEARCH_ROW

from .conftest import MirrorKit

LIVES = 500


def records() -> list[Record]:
    """Make the records of as many applications that were granted, an id of its own for each."""
    registry = Registry.load()
    examples = [json.loads(registry.example(f"{name}.json")) for name in LIFE]
    made: list[Record] = []
    for _ in range(LIVES):
        subject = new_id()
        for sequence, example in enumerate(examples, 1):
            event = example | {"id": new_id(), "subject": subject, "sequence": f"{sequence:020d}"}
            header = ("content-type", b"application/cloudevents+json")
            made.append(Record(len(made), 1_795_700_000_000, subject.encode(), orjson.dumps(event), (header,)))
    return made


async def test_a_row_beside_its_event_is_as_large_as_capacity_says(kit: MirrorKit) -> None:
    stored = records()
    await kit.store(stored)
    await kit.follow()
    events = [(json.loads(record.value or b""), record) for record in stored]
    kit.tamper(
        *(
            "INSERT INTO outbox (event_id, topic, subject, sequence, type, body, traceparent, status, topic_uuid,"
            ' partition, "offset", sent_at) VALUES '
            f"('{event['id']}', 'accept.cases.v1', '{event['subject']}', {int(event['sequence'])}, '{event['type']}',"
            f" '\\x{(record.value or b'').hex()}', '00-{'a' * 32}-{'b' * 16}-01', 'sent', '{new_id()}', 3,"
            f" {record.offset}, now())"
            for event, record in events
        )
    )

    async def each(table: str) -> float:
        query = f"""
            SELECT sum(pg_total_relation_size(part))::bigint FROM (
                SELECT '{table}'::regclass AS part
                UNION SELECT inhrelid FROM pg_inherits WHERE inhparent = '{table}'::regclass) AS whole
        """
        return int(await kit.scalar(query)) / len(stored)

    content = sum(len(record.value or b"") for record in stored) / len(stored)
    assert await each("mirror_records") - content == pytest.approx(MIRROR_ROW, rel=0.15)
    assert await each("projections.entries") == pytest.approx(SEARCH_ROW, rel=0.15)
    assert await each("outbox") - content == pytest.approx(OUTBOX_ROW, rel=0.15)
