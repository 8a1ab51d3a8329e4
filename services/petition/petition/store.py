"""Where petitions lie."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.decision import Decision
from casework.repository import Repository, Stored
from chassis.envelope import Envelope
from chassis.policy import EVERYTHING
from chassis.unit import Unit
from contracts.event import ContractEvent
from sqlalchemy import or_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import PetitionErasureAcknowledged
from petition.alike.store import SketchErasures
from petition.alike.tables import columns_of as columns_of_links
from petition.channels.origin import Origin
from petition.collaboration.said import Saying
from petition.collaboration.store import COLUMN as SAID
from petition.collaboration.store import said_by
from petition.collaboration.tables import columns_of as columns_of_collaboration
from petition.collaboration.tables import invitations_in
from petition.feedback.rating import CallBack, Level, Rating
from petition.handling.tables import columns_of as columns_of_course
from petition.handling.tables import course_in
from petition.handling.timers import timers_of
from petition.kinds import Ground
from petition.outbound.delivery import CARRIES, told_by
from petition.outbound.reach import is_silent
from petition.outbound.store import queue
from petition.paging import store as pages
from petition.paging.tables import alarm_in
from petition.paging.tables import columns_of as columns_of_alarm
from petition.petition import Channel, Outcome, Petition, begin, replay
from petition.publishing.publication import GIVEN, Publication
from petition.review.tables import columns_of as columns_of_review
from petition.review.tables import review_in
from petition.tables import PetitionRow
from petition.workflow import State


async def of_origin(session: AsyncSession, names: Collection[str]) -> Sequence[Stored[PetitionRow, Petition]]:
    """Give the petitions that are known by these names, or got more by such a message; locked."""
    either = or_(col(PetitionRow.origin).in_(names), col(PetitionRow.supplement_origin).in_(names))
    statement = PETITIONS.within(EVERYTHING, EVERYTHING).where(either)
    return await PETITIONS.fetch(session, statement.with_for_update())


async def of_numbers(session: AsyncSession, numbers: Collection[str]) -> Sequence[Petition]:
    """Give the petitions with these numbers, without content, to the service itself."""
    statement = PETITIONS.within(EVERYTHING).where(col(PetitionRow.number).in_(numbers))
    return [stored.case for stored in await PETITIONS.fetch(session, statement)]


def _write(petition: Petition) -> dict[str, Any]:
    return {
        "id": UUID(petition.id),
        "tenant": petition.tenant,
        "number": petition.number,
        "channel": petition.channel.value,
        "author": petition.author,
        "received_at": petition.received_at,
        "sequence": petition.sequence,
        "state": petition.state.value,
        "hidden": petition.hidden.value if petition.hidden else None,
        "kind": petition.kind,
        "matter": petition.matter,
        "topic": petition.topic,
        "danger": petition.danger,
        "confidence": petition.confidence,
        "reasons": list(petition.reasons),
        "department": petition.department,
        "accused": list(petition.accused),
        "named": list(petition.named),
        "handlers": list(petition.handlers),
        "outcome": petition.outcome.value if petition.outcome else None,
        "answer": petition.answer,
        "answer_version": petition.answer_version,
        "automatic": petition.automatic,
        "drafted_by": petition.drafted_by,
        "origin": petition.origin,
        "revision": petition.revision,
        "files": list(petition.files),
        "repliers": list(petition.repliers),
        **_written(petition.rating),
        "reopenable_until": petition.reopenable_until,
        "reopened": petition.reopened,
        "consent": GIVEN if petition.publication.consent else None,
        "published_at": petition.publication.published_at,
        "corrected": petition.publication.corrected,
        "outdated": petition.publication.outdated,
        **columns_of_course(petition),
        **columns_of_collaboration(petition),
        **columns_of_alarm(petition),
        **columns_of_links(petition),
        **columns_of_review(petition),
        "spam_proposed_by": petition.spam_proposed_by,
    }


def _read(row: PetitionRow) -> Petition:
    return Petition(
        id=str(row.id),
        tenant=row.tenant,
        number=row.number,
        channel=Channel(row.channel),
        author=row.author,
        received_at=row.received_at,
        sequence=row.sequence,
        state=State(row.state),
        course=course_in(row),
        hidden=Ground(row.hidden) if row.hidden else None,
        kind=row.kind,
        matter=row.matter,
        topic=row.topic,
        danger=row.danger,
        confidence=row.confidence,
        reasons=tuple(row.reasons),
        department=row.department,
        accused=tuple(row.accused),
        named=tuple(row.named),
        handlers=tuple(row.handlers),
        outcome=Outcome(row.outcome) if row.outcome else None,
        answer=row.answer,
        answer_version=row.answer_version,
        automatic=row.automatic,
        drafted_by=row.drafted_by,
        origin=row.origin,
        revision=row.revision,
        files=tuple(row.files),
        repliers=tuple(row.repliers),
        rating=_rating(row),
        reopenable_until=row.reopenable_until,
        reopened=row.reopened,
        spam_proposed_by=row.spam_proposed_by,
        review=review_in(row),
        reviewable_until=row.reviewable_until,
        publication=Publication(
            consent=row.consent == GIVEN,
            published_at=row.published_at,
            corrected=row.corrected,
            outdated=row.outdated,
        ),
        invitations=invitations_in(row),
        alarm=alarm_in(row),
        linked_to=tuple(row.linked_to),
    )


def _written(rating: Rating | None) -> dict[str, Any]:
    return {
        "rating": rating.level.value if rating else None,
        "solved": rating.solved if rating else None,
        "call_back": rating.call_back.value if rating and rating.call_back else None,
        "call_back_due": rating.call_back_due if rating else None,
        "call_back_since": rating.call_back_since if rating else None,
        "call_back_version": rating.call_back_version if rating else 0,
        "call_back_late": rating is not None and rating.call_back_late,
    }


def _rating(row: PetitionRow) -> Rating | None:
    if row.rating is None:
        return None
    return Rating(
        level=Level(row.rating),
        solved=row.solved,
        call_back=CallBack(row.call_back) if row.call_back else None,
        call_back_due=row.call_back_due,
        call_back_since=row.call_back_since,
        call_back_version=row.call_back_version,
        call_back_late=row.call_back_late,
    )


class Petitions(Repository[PetitionRow, Petition]):
    """Keeps with a petition's events what follows from them: its timers, its pages, and what whoever wrote is told."""

    async def announce(self, unit: Unit, decision: Decision[Petition, Any]) -> None:
        """Put the events of a decision into the outbox, with what follows from them."""
        await super().announce(unit, decision)
        await pages.add(unit.session, decision)
        unit.set_timers(timers_of(decision, unit.correlationid))
        for sequence, event in enumerate(decision.events, decision.first_sequence):
            await self.tell(unit, decision.after, sequence, event, since=unit.now)

    async def tell(
        self, unit: Unit, petition: Petition, sequence: int, event: ContractEvent, *, since: datetime
    ) -> None:
        """Have an event told, if it is one of those and there is a way; what is told already isn't again.

        Where a source is set up and nothing to be sent there, nothing waits to be sent.

        Args:
            unit: Of the transaction.
            petition: Whose it is.
            sequence: Of the event.
            event: What happened.
            since: When.
        """
        what = told_by(event) if CARRIES[petition.channel] else None
        if what is None or (stored := await self.find(unit, UUID(petition.id))) is None:
            return
        ((_, content),) = await self.contents(unit, [stored], reader=None, only={"reply_to"})
        origin = Origin.read(petition.channel, content["reply_to"]) if "reply_to" in content else None
        if origin is not None and origin.source is not None and not is_silent(petition.channel, origin.source):
            await queue(unit, petition, sequence, what, origin.source, since)

    async def _take_over(self, unit: Unit, case: Petition, event: Envelope, happened: ContractEvent) -> dict[str, Any]:
        """Seal what an own event brings; of what departments say to each other, beside what they said before."""
        columns = await super()._take_over(unit, case, event, happened)
        if not isinstance(happened, Saying) or (stored := await self.find(unit, UUID(case.id))) is None:
            return columns
        ((_, content),) = await self.contents(unit, [stored], reader=None, only={SAID})
        said = await said_by(unit, event, happened, content.get(SAID))
        return columns | await self._seal(unit, case, {SAID: said})


def _petitions(resource: str) -> Petitions:
    return Petitions(
        PetitionRow,
        resource=resource,
        owner="author",
        sealed={
            "keyid": ("title", "text", "handle", "suggestion", "sender", "linked", "reply_to", "attachments"),
            "revision_keyid": ("revised_title", "revised_text", "revised_suggestion"),
            "reply_keyid": ("reply",),
            "draft_keyid": ("draft",),
            "comment_keyid": ("comment",),
            "note_keyid": ("note",),
            "objection_keyid": ("objection",),
            "correction_keyid": ("correction",),
            "publication_keyid": ("publication",),
            "supplement_request_keyid": ("supplement_request",),
            "supplement_keyid": ("supplement", "supplement_attachments"),
            "revised_supplement_keyid": ("revised_supplement",),
            "links_keyid": ("links",),
            "collaboration_keyid": (SAID,),
            "spam_reason_keyid": ("spam_reason",),
            "review_objection_keyid": ("review_objection",),
            "review_reasons_keyid": ("review_reasons",),
            "review_reply_keyid": ("review_reply",),
        },
        identifying=("posted_at",),
        read=_read,
        write=_write,
        begin=begin,
        replay=replay,
    )


PETITIONS = _petitions("petition")
DRAFTS = _petitions("draft")
"""The same petitions as whoever signs replies sees them: those that wait for a signature."""
RATINGS = _petitions("rating")
"""The same petitions as those see them who may know how an answer was rated: never who had a hand in it."""
REVIEWS = _petitions("petition-review")
"""The same petitions as whoever reviews their answer sees them: never somebody who had a hand in it."""
PUBLICATIONS = _petitions("publication")
"""The same petitions as whoever publishes sees them: those whose authors agree."""
COLLABORATIONS = _petitions("collaboration")
"""The same petitions as those see them who are invited to help: as long as they are, and only what they need."""
OPINIONS = _petitions("opinion")
"""The same petitions with what others think of them, as whoever is in charge sees it, and who watches over that."""
ERASURES = SketchErasures(PETITIONS, PetitionErasureAcknowledged)
"""What is deleted here when a person's key was destroyed."""
