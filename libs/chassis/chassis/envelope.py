"""The envelope around each event: CloudEvents 1.0, structured JSON, with this suite's extensions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from opentelemetry import trace
from uuid_utils import uuid7

SPECVERSION = "1.0"
DATACONTENTTYPE = "application/json"
CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
SEQUENCE_DIGITS = 20
"""A sequence is a zero-padded string, so that it sorts as text and no JSON reader rounds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One event: who wrote it, about what, as which step of its subject's life, and the data itself.

    Attributes:
        id: UUIDv7, unique across the suite.
        source: The writing service, for example ``/billing``.
        type: ``yiwangban.<context>.<aggregate>.<event>.v<N>``.
        subject: The aggregate's id; also the Kafka key, so one subject stays in one partition.
        time: When it happened, UTC.
        dataschema: URN of the schema of ``data``.
        tenant: GB/T 2260 code of the city or the province.
        sequence: 1, 2, 3 … within the subject, without gaps.
        actor: Pseudonym of whoever caused it.
        correlationid: Id shared by everything that one request set off.
        causationid: Id of the event that caused this one, if one did.
        traceparent: W3C trace context in which the event was made.
        keyid: Key under which the personal fields are sealed; absent when nothing is.
        data: The payload, personal fields already sealed.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    dataschema: str
    tenant: str
    sequence: int
    actor: str
    correlationid: str
    causationid: str | None = None
    traceparent: str | None = None
    keyid: str | None = None
    data: dict[str, Any]

    def to_cloudevent(self) -> dict[str, Any]:
        """Give the event as the JSON object that goes on the wire; absent attributes are left out."""
        event: dict[str, Any] = {
            "specversion": SPECVERSION,
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": format_time(self.time),
            "datacontenttype": DATACONTENTTYPE,
            "dataschema": self.dataschema,
            "tenant": self.tenant,
            "sequence": format_sequence(self.sequence),
            "actor": self.actor,
            "correlationid": self.correlationid,
        }
        for name in ("causationid", "traceparent", "keyid"):
            value = getattr(self, name)
            if value is not None:
                event[name] = value
        event["data"] = self.data
        return event

    @classmethod
    def from_cloudevent(cls, event: Mapping[str, Any]) -> Self:
        """Read a CloudEvent that the codec has already checked.

        Raises:
            KeyError: A required attribute is missing (the codec would have refused it).
            ValueError: ``time`` or ``sequence`` isn't in this suite's form.
        """
        return cls(
            id=event["id"],
            source=event["source"],
            type=event["type"],
            subject=event["subject"],
            time=datetime.fromisoformat(event["time"]).astimezone(UTC),
            dataschema=event["dataschema"],
            tenant=event["tenant"],
            sequence=int(event["sequence"]),
            actor=event["actor"],
            correlationid=event["correlationid"],
            causationid=event.get("causationid"),
            traceparent=event.get("traceparent"),
            keyid=event.get("keyid"),
            data=event["data"],
        )


def new_id() -> str:
    """Make a UUIDv7: unique, and in the order of time, so that index pages stay warm."""
    return str(uuid7())


def format_time(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC with microseconds and ``Z``.

    Raises:
        ValueError: The moment has no time zone; guessing one would move deadlines.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone can't be put into an event")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def format_sequence(sequence: int) -> str:
    """Write a sequence as 20 digits.

    Raises:
        ValueError: The sequence is smaller than 1.
    """
    if sequence < 1:
        raise ValueError("a sequence starts at 1")
    return str(sequence).zfill(SEQUENCE_DIGITS)


def current_traceparent() -> str | None:
    """Give the current span's context in W3C form, or None outside any span."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
