"""What intel-sink does by itself: sign checkpoints, raise alerts, take back what a topic remembers."""

import asyncio
import logging
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from chassis.envelope import Envelope
from chassis.testing.faults import fault_point
from chassis.unit import Unit
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events import AlertRaised, CheckpointTreeHeadSigned, ErasureOrdered, ReportClassified
from intel_sink import domain, erasure, merkle
from intel_sink import tables as t
from intel_sink.checkpoints import CheckpointError, OutsideFile, SignedCheckpoint, SigningKey
from intel_sink.domain import FIRST, PROVINCE, Burst, Head
from intel_sink.projections import Projector

log = logging.getLogger(__name__)

SIGNER_LOCK = 0x7369_676E  # "sign"
FOLLOWER_LOCK = 0x666F_6C6C  # "foll"
CHAIN = "mirror"
"""Subject of all checkpoints: one chain, one partition, one order."""


async def sign_checkpoint(unit: Unit, *, key: SigningKey, outside: OutsideFile) -> SignedCheckpoint | None:
    """Sign the heads of all logs, if something other than a checkpoint came since the last one.

    The checkpoint is a row and an event in the unit's transaction; the file gets it right after the commit, and what a
    crash kept from the file is written the next time.

    Args:
        unit: One transaction. One process at a time signs; the others find the lock taken and leave it.
        key: Signs.
        outside: The file outside the database.

    Raises:
        CheckpointError: the file and the database contradict each other; somebody has to look.
    """
    connection = await unit.session.connection()
    if not await connection.scalar(select(func.pg_try_advisory_xact_lock(SIGNER_LOCK))):
        return None
    last = await _catch_up(connection, outside, unit)
    heads = await _heads(connection)
    if not domain.worth_signing(heads, last.heads if last else (), CheckpointTreeHeadSigned.TOPIC):
        return None
    signed = key.sign(last.ordinal + 1 if last else 1, heads, last.digest if last else FIRST)
    await _store(connection, signed, unit)
    event = CheckpointTreeHeadSigned.from_data(signed.to_json())
    await unit.append(topic=event.TOPIC, subject=CHAIN, tenant=PROVINCE, first_sequence=signed.ordinal, events=[event])
    fault_point("checkpoint.before_commit")

    unit.after_commit(lambda: _write_soon(outside, signed, unit.now))
    return signed


def _write_soon(outside: OutsideFile, signed: SignedCheckpoint, at: datetime) -> None:
    """Append to the file off the event loop: a disk may take its time to sync."""

    def write() -> None:
        fault_point("checkpoint.before_file")
        try:
            outside.append([signed], at)
        except (OSError, CheckpointError):
            log.exception("the file of checkpoints couldn't be written; the next run tries again")

    asyncio.get_running_loop().run_in_executor(None, write)


async def _catch_up(connection: AsyncConnection, outside: OutsideFile, unit: Unit) -> SignedCheckpoint | None:
    """Write what the file doesn't have yet; give the newest checkpoint."""
    written = await asyncio.to_thread(outside.last)
    query = select(t.checkpoints).order_by(t.checkpoints.c.ordinal)
    rows = await connection.execute(query.where(t.checkpoints.c.ordinal >= (written.ordinal if written else 1)))
    known = [SignedCheckpoint.from_stored(row.ordinal, row.body, row.key_id, row.signature) for row in rows]
    if written is not None and not known:
        raise CheckpointError(f"checkpoint {written.ordinal} in {outside.path} is unknown to the database")
    await asyncio.to_thread(outside.append, known, unit.now)
    return known[-1] if known else None


async def _heads(connection: AsyncConnection) -> list[Head]:
    """The heads of all logs at one moment (one statement, one snapshot)."""
    logs = await connection.execute(
        select(
            t.mirror_logs.c.topic,
            t.mirror_logs.c.topic_uuid,
            t.mirror_logs.c.partition,
            t.mirror_logs.c.size,
            t.mirror_logs.c.frontier,
        )
    )
    return [
        Head.of(row.topic, row.topic_uuid, row.partition, merkle.Frontier(row.size, row.frontier))
        for row in logs
        if row.size
    ]


async def _store(connection: AsyncConnection, signed: SignedCheckpoint, unit: Unit) -> None:
    await connection.execute(
        insert(t.checkpoints).values(
            ordinal=signed.ordinal,
            body=signed.body,
            key_id=signed.key_id,
            signature=signed.signature,
            signed_at=unit.now,
        )
    )


async def follow_mirror(unit: Unit, projector: Projector) -> None:
    """Take the projections one step further, and raise an alert for each new burst; one process at a time."""
    connection = await unit.session.connection()
    if not await connection.scalar(select(func.pg_try_advisory_xact_lock(FOLLOWER_LOCK))):
        return

    async def on_burst(burst: Burst) -> None:
        await raise_alert(unit, burst)

    await projector.advance(connection, on_burst=on_burst)


async def raise_alert(unit: Unit, burst: Burst) -> None:
    """Raise an alert with its evidence, once for a window, through the outbox.

    A database that was restored meets the same burst again, perhaps with another first event: an alert that the topic
    remembers (see :func:`restore`) and whose window overlaps is this one.
    """
    connection = await unit.session.connection()
    same = select(t.alerts.c.id).where(
        t.alerts.c.rule == burst.rule.name,
        t.alerts.c.tenant == burst.tenant,
        t.alerts.c.kind == burst.kind,
        t.alerts.c.matter == burst.matter,
        t.alerts.c.window_start < burst.window_end,
        t.alerts.c.window_end > burst.window_start,
    )
    if await connection.scalar(same.limit(1)) is not None:
        return
    event = AlertRaised.from_data(
        {
            "rule": burst.rule.name,
            "kind": burst.kind,
            "matter": burst.matter,
            "window_start": burst.window_start.isoformat(),
            "window_end": burst.window_end.isoformat(),
            "count": burst.count,
            "threshold": burst.rule.threshold,
            "evidence": await _places(connection, burst),
        }
    )
    await _keep_alert(connection, burst.id, burst.tenant, event, unit)
    await unit.append(topic=event.TOPIC, subject=str(burst.id), tenant=burst.tenant, first_sequence=1, events=[event])


async def _places(connection: AsyncConnection, burst: Burst) -> list[dict[str, object]]:
    numbers = {number for number, _, _ in burst.evidence}
    found = await connection.execute(
        select(t.mirror_logs.c.log, t.mirror_logs.c.topic, t.mirror_logs.c.topic_uuid, t.mirror_logs.c.partition).where(
            t.mirror_logs.c.log.in_(numbers)
        )
    )
    logs = {row.log: row for row in found}
    return [
        {
            "topic": logs[number].topic,
            "topic_uuid": str(logs[number].topic_uuid),
            "partition": logs[number].partition,
            "offset": offset,
            "id": str(event_id),
        }
        for number, offset, event_id in burst.evidence
    ]


async def _keep_alert(connection: AsyncConnection, alert: UUID, tenant: str, event: AlertRaised, unit: Unit) -> None:
    row = {
        "id": alert,
        "rule": event.rule,
        "tenant": tenant,
        "kind": event.kind,
        "matter": event.matter,
        "window_start": event.window_start,
        "window_end": event.window_end,
        "count": event.count,
        "threshold": event.threshold,
        "evidence": [place for place in event.to_data()["evidence"] if place["topic"] != ReportClassified.TOPIC],
        "raised_at": unit.now,
    }
    await connection.execute(insert(t.alerts).values(row).on_conflict_do_nothing())


async def restore(unit: Unit, envelope: Envelope) -> None:
    """Take back an alert, a checkpoint or an erasure that the topic remembers and a restored database doesn't."""
    connection = await unit.session.connection()
    match envelope.type:
        case AlertRaised.TYPE:
            event = AlertRaised.from_data(envelope.data)
            await _keep_alert(connection, UUID(envelope.subject), envelope.tenant, event, unit)
        case CheckpointTreeHeadSigned.TYPE:
            signed = SignedCheckpoint.from_json(envelope.data)
            known = await connection.scalar(
                select(t.checkpoints.c.body).where(t.checkpoints.c.ordinal == signed.ordinal)
            )
            if known is None:
                await _store(connection, signed, unit)
            elif sha256(known).hexdigest() != signed.digest:
                raise CheckpointError(f"checkpoint {signed.ordinal} of the topic isn't the database's")
        case ErasureOrdered.TYPE:
            await erasure.keep(connection, envelope.subject, envelope.time)
        case _:
            pass  # a type that this version doesn't know: its row in the outbox keeps it
