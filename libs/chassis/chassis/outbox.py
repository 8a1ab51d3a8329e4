"""The writing end of the outbox: a decision's events become rows of the transaction that made the decision.

Everything that could keep an event from being published is checked here (topic, schema, size), so that nothing
unpublishable is ever committed.
"""

import dataclasses
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.codec import Codec
from contracts.event import ContractEvent
from contracts.registry import EventType, Registry
from opentelemetry.trace import Span, SpanKind
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import sealing
from chassis.envelope import Envelope, current_traceparent, new_id
from chassis.sealing import Keyring
from chassis.signing import Signer
from chassis.telemetry import tracer

_INSERT: Final = """
INSERT INTO outbox (event_id, topic, subject, sequence, type, body, traceparent)
SELECT event_id, %(topic)s, %(subject)s, sequence, type, body, traceparent
FROM unnest(%(event_id)s::uuid[], %(sequence)s::bigint[], %(type)s::text[], %(body)s::bytea[], %(traceparent)s::text[])
     WITH ORDINALITY AS event (event_id, sequence, type, body, traceparent, place)
ORDER BY place
"""


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

    def pseudonym(self, subject: str, *, context: str = "actor") -> str:
        """Give the name under which a context mentions a person; by default the context of those who act."""
        return sealing.pseudonym(self._secret, context, subject)

    def signer(self, context: str) -> Signer:
        """Give what signs texts for a purpose, and reads them back in any service of the suite."""
        return Signer(self._secret, context)

    async def append(
        self,
        session: AsyncSession,
        origin: Origin,
        *,
        topic: str,
        subject: str,
        tenant: str,
        first_sequence: int,
        events: Sequence[ContractEvent],
        person: str | None,
    ) -> None:
        """Seal, wrap, check and insert the events: one statement for all of them. See ``Unit.append``."""
        envelopes = []
        for sequence, event in enumerate(events, first_sequence):
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
            envelopes.append(await self._seal(envelope, type_, person))
        if not envelopes:
            return
        connection = await session.connection()
        await connection.exec_driver_sql(
            _INSERT,
            {
                "topic": topic,
                "subject": subject,
                "event_id": [envelope.id for envelope in envelopes],
                "sequence": [envelope.sequence for envelope in envelopes],
                "type": [envelope.type for envelope in envelopes],
                "body": [self._codec.encode(envelope.to_cloudevent()) for envelope in envelopes],
                "traceparent": [envelope.traceparent for envelope in envelopes],
            },
        )

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
