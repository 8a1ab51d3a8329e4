"""Answers consultations out of the library as they come in (自动答复); the input and output around the decision."""

from dataclasses import dataclass
from uuid import UUID

from chassis.policy import EVERYTHING
from chassis.unit import Unit
from contracts.tenants import PROVINCE
from sqlmodel import col
from workdays.counting import day_of

from petition.domain import Decision
from petition.petition import Message
from petition.replies import answering, domain, store
from petition.replies.answering import Sure
from petition.replies.library import Library
from petition.replies.store import ANSWERS
from petition.replies.tables import AnswerRow


@dataclass(frozen=True, slots=True)
class Automatic:
    """What the service answers by itself with.

    Attributes:
        library: Finds answers.
        sure: From where on; None: never.
    """

    library: Library
    sure: Sure | None

    async def answered(self, received: Decision, message: Message, unit: Unit) -> tuple[Decision, str | None]:
        """Give what came in with its answer and what that says; as it came and None if it is for a person."""
        petition = received.after
        if self.sure is None or not answering.may_be_automatic(petition, self.sure):
            return received, None
        on, tenant = day_of(unit.now), petition.tenant
        hits = await self.library.find(
            f"{message.title}\n{message.text}",
            tenant=tenant, on=on, admits=lambda whose: whose in {PROVINCE, tenant}, limit=1,
        )  # fmt: skip
        if not hits:
            return received, None
        # As it stands by now; the row isn't locked, or all who ask the same at once would wait for each other.
        wanted = ANSWERS.within(EVERYTHING, EVERYTHING).where(col(AnswerRow.id) == UUID(hits[0].id))
        answer = (await ANSWERS.fetch(unit.session, wanted))[0].case
        version = answer.in_force(on)
        known = [answer, *await store.overriding(unit, answer)]
        if version is None or answer not in domain.offered(known, tenant=tenant, on=on):
            return received, None
        text = version.content.text
        decision = answering.auto_answer(
            received, text, answer.id, version.number, likeness=hits[0].likeness, sure=self.sure
        )
        return decision, text if decision is not received else None
