"""The writing end of the outbox: a decision's events become rows of the transaction that made the decision.

Everything that could keep an event from being published is checked here (topic, schema, size), so that nothing
unpublishable is ever committed.
"""

import dataclasses
import hashlib
import hmac
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any, Final

import orjson
from contracts.codec import Codec, ContractViolation
from contracts.event import ContractEvent
from contracts.registry import EventType, Registry
from masking.text import find
from opentelemetry.trace import Span, SpanKind

from chassis import sealing
from chassis.envelope import Envelope, current_traceparent, new_id
from chassis.sealing import Keyring
from chassis.signing import Signer
from chassis.telemetry import tracer

# One document and one text: psycopg writes arrays in Python, and seven of them cost more than all else here.
INSERT: Final = """
INSERT INTO outbox (event_id, topic, subject, sequence, type, traceparent, body)
SELECT event_id, topic, subject, sequence, type, traceparent, substr(%(bodies)b::bytea, start, length)
FROM ROWS FROM (
    json_to_recordset(%(events)s::json) AS (
        event_id uuid, topic text, subject text, sequence bigint, type text, traceparent text, start int, length int
    )
) WITH ORDINALITY AS event
    (event_id, topic, subject, sequence, type, traceparent, start, length, place)
ORDER BY place
"""
"""Writes events in their order; for its parameters see ``parameters_of``."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it lies in the outbox.

    Attributes:
        columns: All but the body, by name.
        body: The CloudEvent, in the bytes that will be on the topic.
    """

    columns: dict[str, str | int | None]
    body: bytes


def parameters_of(events: Sequence[Recorded]) -> dict[str, Any]:
    """Give the parameters of ``INSERT``: the bodies one behind the other, and where each begins."""
    starts = accumulate((len(event.body) for event in events), initial=1)
    rows = [
        event.columns | {"start": start, "length": len(event.body)}
        for event, start in zip(events, starts, strict=False)  # the last one is where a next event would begin
    ]
    return {"events": orjson.dumps(rows).decode(), "bodies": b"".join(event.body for event in events)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a decision came from; the same for all of its events.

    Attributes:
        actor: Pseudonym of whoever caused it.
        correlationid: Shared by everything that the first request set off.
        causationid: Id of the event that was reacted to.
        time: When, UTC.
    """

    actor: str
    correlationid: str
    causationid: str | None
    time: datetime


class Outbox:
    """The events of one service, on their way into its outbox table."""

    def __init__(
        self, *, service: str, registry: Registry, codec: Codec, keyring: Keyring | None, pseudonym_secret: bytes
    ) -> None:
        """Learn which topics the service writes.

        Args:
            service: Name of the service as in the contracts.
            registry: The contracts.
            codec: Checks and encodes.
            keyring: Keys of persons; None for a service whose events hold no personal field.
            pseudonym_secret: Behind every ``actor``.
        """
        self.service = service
        self._codec = codec
        self._keyring = keyring
        self._secret = pseudonym_secret
        self._types = {type_.type: type_ for topic in registry.written_by(service) for type_ in topic.events}

    @property
    def keyring(self) -> Keyring:
        """The keys of persons, for content that the service seals in its own tables as well.

        Raises:
            ValueError: The service was started without one.
        """
        if self._keyring is None:
            raise ValueError(f"{self.service} was started without a keyring")
        return self._keyring

    def pseudonym(self, subject: str, *, context: str = "") -> str:
        """Give the name under which a context mentions a person; by default the context of those who act here.

        Who acts in one service is known there by a name that no other service knows: otherwise the actor of two events
        would tell that somebody's case and somebody's message are the same person's.
        """
        return sealing.pseudonym(self._secret, context or f"actor.{self.service}", subject)

    def secret_for(self, purpose: str) -> bytes:
        """Derive a secret of 256 bits for one purpose; it tells nothing about any other's."""
        return hmac.digest(self._secret, f"purpose|{purpose}".encode(), hashlib.sha256)

    def signer(self, context: str) -> Signer:
        """Give what signs texts for a purpose, and reads them back in any service of the suite."""
        return Signer(self._secret, context)

    async def prepare(
        self,
        origin: Origin,
        *,
        topic: str,
        subject: str,
        tenant: str,
        first_sequence: int,
        events: Sequence[ContractEvent],
        person: str | None,
    ) -> list[Recorded]:
        """Seal, wrap and check events, so that nothing is wrong with them any more. See ``Unit.append``."""
        return [
            await self._prepare(origin, topic, subject, tenant, sequence, event, person)
            for sequence, event in enumerate(events, first_sequence)
        ]

    async def _prepare(
        self,
        origin: Origin,
        topic: str,
        subject: str,
        tenant: str,
        sequence: int,
        event: ContractEvent,
        person: str | None,
    ) -> Recorded:
        type_ = self._type(event.TYPE, topic)
        event_id = new_id()
        with _create_span(topic, event_id, event.TYPE, sequence):
            envelope = Envelope(
                id=event_id,
                source=f"/{self.service}",
                type=type_.type,
                subject=subject,
                time=origin.time,
                dataschema=type_.dataschema,
                tenant=tenant,
                sequence=sequence,
                actor=origin.actor,
                correlationid=origin.correlationid,
                causationid=origin.causationid,
                traceparent=current_traceparent(),
                data=event.to_data(),
            )
        sealed = await self._seal(envelope, type_, person)
        body = self._codec.encode(sealed.to_cloudevent())
        _require_masked(envelope, type_)
        columns: dict[str, str | int | None] = {
            "event_id": event_id,
            "topic": topic,
            "subject": subject,
            "sequence": sequence,
            "type": type_.type,
            "traceparent": envelope.traceparent,
        }
        return Recorded(columns, body)

    def _type(self, name: str, topic: str) -> EventType:
        type_ = self._types.get(name)
        if type_ is None or type_.topic != topic:
            raise ValueError(f"{self.service} doesn't write {name} to {topic}")
        return type_

    async def _seal(self, envelope: Envelope, type_: EventType, person: str | None) -> Envelope:
        fields = [name for name in type_.personal if envelope.data.get(name) is not None]
        if not fields:
            return envelope
        if person is None or self._keyring is None:
            raise ValueError(f"{type_.type} holds personal fields ({', '.join(fields)}): whose are they?")
        keyid = await self._keyring.create(person)
        key = (await self._keyring.get_many([keyid]))[keyid]
        if key is None:
            raise ValueError("the person's key was destroyed a moment ago")
        sealed = {
            name: sealing.seal(
                envelope.data[name],
                key,
                type=envelope.type,
                subject=envelope.subject,
                sequence=envelope.sequence,
                field=name,
                keyid=keyid,
            )
            for name in fields
        }
        return dataclasses.replace(envelope, keyid=keyid, data=envelope.data | sealed)


def _require_masked(envelope: Envelope, type_: EventType) -> None:
    for name in type_.masked:
        if found := find(envelope.data.get(name) or ""):
            raise ContractViolation(f"holds a {found[0].kind}; whoever writes it has to mask it", f"/data/{name}")


def _create_span(topic: str, event_id: str, type_: str, sequence: int) -> AbstractContextManager[Span]:
    """Open the span whose context the event carries as its creation context."""
    return tracer().start_as_current_span(
        f"create {topic}",
        kind=SpanKind.PRODUCER,
        attributes={
            "messaging.system": "kafka",
            "messaging.destination.name": topic,
            "messaging.operation.name": "create",
            "messaging.operation.type": "create",
            "messaging.message.id": event_id,
            "yiwangban.event.type": type_,
            "yiwangban.event.sequence": sequence,
        },
    )
