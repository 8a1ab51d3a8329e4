"""Answers questions about working together. The policy is part of each."""

from uuid import UUID

from casework.rows import newest
from chassis.api.errors import NOT_FOUND, Problem
from chassis.api.pages import cut
from chassis.unit import Unit
from sqlmodel import col

from petition.access import asker
from petition.channels.versions import REVISED
from petition.collaboration.invitation import invitation_for
from petition.collaboration.store import COLUMN
from petition.collaboration.views import (
    CollaborationDetail,
    CollaborationPage,
    CollaborationSummary,
    OpinionsDetail,
    OpinionsPage,
    OpinionsView,
)
from petition.store import COLLABORATIONS, OPINIONS
from petition.tables import PetitionRow

NEEDED = REVISED | {"title", "text", COLUMN}
"""What whoever is invited gets to read: neither who wrote it, nor what others were asked."""


async def list_collaborations(after: UUID | None, limit: int, unit: Unit) -> CollaborationPage:
    """Show a page of what somebody is invited to help with, newest petition first."""
    who = asker(unit)
    shown, following = await COLLABORATIONS.page(unit, who, after=after, limit=limit)
    return CollaborationPage(
        items=tuple(
            CollaborationSummary.of(stored.case, invitation)
            for stored in shown
            if (invitation := invitation_for(stored.case.invitations, who.seats))
        ),
        next=following,
    )


async def get_collaboration(petition: UUID, unit: Unit) -> CollaborationDetail:
    """Show a petition to somebody who is invited to help with it.

    Raises:
        Problem: 404, also for whoever isn't invited any more; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await COLLABORATIONS.get(unit, petition, who)
    invitation = invitation_for(stored.case.invitations, who.seats)
    if invitation is None:
        raise Problem(NOT_FOUND)
    ((access, content),) = await COLLABORATIONS.contents(unit, [stored], reader=who, only=NEEDED)
    return CollaborationDetail.of(stored.case, invitation, access, content)


async def list_opinions(after: UUID | None, limit: int, late: bool | None, unit: Unit) -> OpinionsPage:  # noqa: FBT001
    """Show a page of petitions on which others were asked, newest first."""
    asked = OPINIONS.visible(asker(unit), "list").where(col(PetitionRow.invitations) != "[]")
    if late is not None:
        asked = asked.where(col(PetitionRow.contribution_late) == late)
    page = newest(asked, col(PetitionRow.id), after=after, limit=limit + 1)
    shown, following = cut(await OPINIONS.fetch(unit.session, page), limit, lambda stored: stored.case.id)
    return OpinionsPage(items=tuple(OpinionsView.of(stored.case) for stored in shown), next=following)


async def get_opinions(petition: UUID, unit: Unit) -> OpinionsDetail:
    """Show who was asked about a petition, and what they said.

    Raises:
        Problem: 404; 400: they have to say what for.
    """
    who = asker(unit)
    stored = await OPINIONS.get(unit, petition, who)
    ((access, content),) = await OPINIONS.contents(unit, [stored], reader=who, only={COLUMN})
    return OpinionsDetail.of(stored.case, access, content.get(COLUMN))
