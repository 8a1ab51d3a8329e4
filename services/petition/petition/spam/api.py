"""Translates HTTP into commands about spam. Nothing else."""

from typing import Final

from casework.access import permit
from chassis.api.route import CommandRoute, Work
from chassis.api.versions import ExpectedVersion
from fastapi import APIRouter, Response

from petition.handling.bodies import ReasonBody
from petition.handling.handlers import Looked
from petition.replies.bodies import PetitionId
from petition.spam import handlers
from petition.views import PetitionChanged, changed
from petition.workflow import Action

commands = APIRouter(prefix="/v1", route_class=CommandRoute)
ROUTERS: Final = (commands,)


@commands.post(
    "/petitions/{petition_id}/propose-spam",
    summary="提议按垃圾信息办结 · Propose it as spam",
    dependencies=[permit("petition", Action.PROPOSE_SPAM)],
)
async def propose_spam(
    petition_id: PetitionId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """由分办人员提议，另一人确认前仍在队列中，期限照算。It stays in the queue until somebody agrees."""
    return changed(await handlers.propose(Looked(petition_id, version), body.reason, work), response)


@commands.post(
    "/petitions/{petition_id}/confirm-spam",
    summary="确认为垃圾信息并办结 · Agree that it is spam",
    dependencies=[permit("petition", Action.CONFIRM_SPAM)],
)
async def confirm_spam(
    petition_id: PetitionId, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """由提议人以外的分办人员确认。By another officer of the desk than the one who proposed it."""
    return changed(await handlers.confirm(Looked(petition_id, version), work), response)


@commands.post(
    "/petitions/{petition_id}/reject-spam",
    summary="不按垃圾信息办结 · Don't take it for spam",
    dependencies=[permit("petition", Action.REJECT_SPAM)],
)
async def reject_spam(
    petition_id: PetitionId, body: ReasonBody, version: ExpectedVersion, response: Response, work: Work
) -> PetitionChanged:
    """由提议人以外的分办人员否决，照常办理。By another officer of the desk; it goes on as any other."""
    return changed(await handlers.reject(Looked(petition_id, version), body.reason, work), response)
