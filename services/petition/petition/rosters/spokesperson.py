"""What the register says of a tenant's spokesperson (网络发言人), and what each event makes of it. Pure."""

from dataclasses import dataclass
from datetime import datetime

from contracts.events import RosterSpokespersonRegistered
from petition.petition import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What everybody may read. It names an office, never a person.

    Attributes:
        office: Name of the office.
        title: Under which it speaks, such as 深圳公安网络发言人.
        channels: Where it does.
        hours: When it answers, in words, if it says so.
    """

    office: str
    title: str
    channels: tuple[Channel, ...]
    hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spokesperson:
    """A tenant's place in the register.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code.
        sequence: Of its last event.
        entry: As it reads now.
        registered_by: Pseudonym of whoever said so.
        registered_at: Since when it does, UTC.
    """

    id: str
    tenant: str
    sequence: int
    entry: Entry
    registered_by: str
    registered_at: datetime


def begin(event: RosterSpokespersonRegistered, *, id: str, tenant: str) -> Spokesperson:  # noqa: A002
    """Give the place that its first event makes."""
    return _after(event, id, tenant, 1)


def replay(spokesperson: Spokesperson, event: RosterSpokespersonRegistered) -> Spokesperson:
    """Give it after its next event, which says all of it anew."""
    return _after(event, spokesperson.id, spokesperson.tenant, spokesperson.sequence + 1)


def _after(event: RosterSpokespersonRegistered, id_: str, tenant: str, sequence: int) -> Spokesperson:
    return Spokesperson(
        id=id_,
        tenant=tenant,
        sequence=sequence,
        entry=Entry(
            office=event.office, title=event.title, channels=tuple(map(Channel, event.channels)), hours=event.hours
        ),
        registered_by=event.by,
        registered_at=event.registered_at,
    )
