"""What events say about a matter (办件、诉求). Pure, and in whatever order they come.

A matter is what is known about it from all of its topics. Knowledge only grows: each event tells a little, and
``merge`` puts two pieces of knowledge together so that neither order, nor repeats, nor how the events were batched
makes a difference. Between topics nothing can be relied on: a review may be known before its case.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

T = TypeVar("T", str, datetime)

CASES: Final = "accept.cases.v1"
REVIEWS: Final = "approve.reviews.v1"
PETITIONS: Final = "petition.petitions.v1"
REPORTS: Final = "petition.reports.v1"
TOPICS: Final = (CASES, REVIEWS, PETITIONS, REPORTS)
"""All that is known comes from here."""


class Kind(StrEnum):
    """What a matter is."""

    CASE = "case"
    """An application (办件)."""
    PETITION = "petition"
    """A message to the police (网络问政留言)."""
    REPORT = "report"
    """One that may report a crime or complain about police (举报、涉警投诉): its sender alone is told of it."""


class Stage(StrEnum):
    """How far a matter has come, as a citizen would say it."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not-accepted"
    IN_REVIEW = "in-review"
    DECIDED = "decided"
    APPROVED = "approved"
    DENIED = "denied"
    CONCLUDED = "concluded"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"
    IN_HAND = "in-hand"
    REPLIED = "replied"
    UNDER_REVIEW = "under-review"
    REVIEWED = "reviewed"
    CLOSED = "closed"


FINAL = frozenset({Stage.NOT_ACCEPTED, Stage.APPROVED, Stage.DENIED, Stage.CONCLUDED, Stage.WITHDRAWN, Stage.CLOSED})
"""Nothing more will happen."""


@dataclass(frozen=True, slots=True, order=True)
class Reached:
    """Where one subject of a matter stands: the matter's own, or its review.

    Compared by subject first: ids are in the order of time, so of two reviews the later one counts.
    """

    subject: str = ""
    sequence: int = 0
    stage: Stage | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known about a matter.

    Attributes:
        id: The subject of its own events.
        tenant: GB/T 2260 code.
        number: 办件编号, for people.
        owner: Pseudonym of whoever it belongs to, in the context of the service that took it in.
        item: Slug of the service item (事项).
        opened_at: When it came in.
        due_at: End of the promised time limit.
        updated_at: When something happened last.
        own: Where it stands by its own events.
        review: Where its review stands.
        accused: Departments complained about.
        named: Pseudonyms of officers complained about.
    """

    id: str
    kind: Kind
    tenant: str
    number: str | None = None
    owner: str | None = None
    item: str | None = None
    opened_at: datetime | None = None
    due_at: datetime | None = None
    updated_at: datetime
    own: Reached = Reached()
    review: Reached = Reached()
    accused: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    @property
    def stage(self) -> Stage:
        """How far it has come; the review speaks while the matter's own events leave it open."""
        own = self.own.stage
        if own in FINAL or self.review.stage is None:
            return own or (Stage.SUBMITTED if self.kind is Kind.CASE else Stage.RECEIVED)
        return self.review.stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One event of a matter's life, without anything personal.

    Attributes:
        matter: Whose.
        topic: Where it came from.
        subject: Of the event.
        sequence: Of the event, within the subject.
        type: CloudEvents ``type``.
        time: When it happened.
        wording: Which words a citizen reads; the wording's page says so, or that it is hidden.
        unit: The department (单位) that the event names, if it names one.
    """

    matter: str
    topic: str
    subject: str
    sequence: int
    type: str
    time: datetime
    wording: str
    unit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The part of an event's envelope that counts here."""

    subject: str
    sequence: int
    tenant: str
    time: datetime


def merge(one: Matter, other: Matter) -> Matter:
    """Put two pieces of knowledge about the same matter together.

    Every field takes the larger of the two, or what either names, so this is commutative, associative and idempotent.
    """
    return Matter(
        id=one.id,
        kind=one.kind,
        tenant=max(one.tenant, other.tenant),
        number=_larger(one.number, other.number),
        owner=_larger(one.owner, other.owner),
        item=_larger(one.item, other.item),
        opened_at=_larger(one.opened_at, other.opened_at),
        due_at=_larger(one.due_at, other.due_at),
        updated_at=max(one.updated_at, other.updated_at),
        own=max(one.own, other.own),
        review=max(one.review, other.review),
        accused=one.accused | other.accused,
        named=one.named | other.named,
    )


def in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """Sort steps by time; those of one subject by sequence, whatever the clocks of its writers said."""
    latest: dict[str, datetime] = {}
    timed = []
    for step in sorted(steps, key=lambda step: (step.subject, step.sequence)):
        latest[step.subject] = max(step.time, latest.get(step.subject, step.time))
        timed.append((latest[step.subject], step.subject, step.sequence, step))
    return tuple(step for *_, step in sorted(timed, key=lambda each: each[:3]))


def _larger(one: T | None, other: T | None) -> T | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
