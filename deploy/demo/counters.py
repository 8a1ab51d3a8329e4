"""Simulated applicants and windows: applications are submitted, accepted, refused or withdrawn, all through the API."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.event import ContractEvent

from contracts.events import CaseAccepted, CaseNotAccepted, CaseWithdrawn
from demo.applications import Application, Fate
from demo.gateway import Gateway, Promise, Reply
from demo.promises import SUBMITTED, changed
from demo.target import TokenFor

FIRST = '"1"'
"""The version of an application that nobody has touched yet."""

LOOKING_UP = 8
"""So many are looked up at once."""

NOTICE = "所交材料与申请条件不符，请按告知事项补正后重新申请；不服可在六十日内申请行政复议。"


@dataclass(frozen=True, slots=True)
class Filed:
    """An application that was submitted.

    Attributes:
        case: Its id.
        number: 办件编号.
        code: 查询码.
        ends: The stage in which it has to be found in the end.
    """

    application: Application
    case: str
    number: str
    code: str
    ends: Fate


class Counters:
    """The applicants, and the windows of all tenants.

    Args:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
        reviewed: Told of each application that is accepted.
    """

    def __init__(self, gateway: Gateway, token_for: TokenFor, reviewed: Callable[[Filed], None]) -> None:
        self._gateway = gateway
        self._token_for = token_for
        self._reviewed = reviewed
        self.filed: list[Filed] = []
        self._refused: list[str] = []

    async def handle(self, application: Application, submitted: Callable[[Filed], None] = lambda _: None) -> str | None:
        """Bring an application to where reviewers or nobody will take it up; give its id if it was submitted.

        Args:
            application: What is applied for.
            submitted: Told as soon as it is.
        """
        filed = await self.submit(application)
        if filed is None:
            return None
        submitted(filed)
        match application.fate:
            case Fate.WITHDRAWN:
                done = (await self._withdraw(filed)).accepted
            case Fate.REFUSED:
                done = (await self._at_window(filed, "refuse", CaseNotAccepted, reasons=[application.reason])).accepted
            case _:
                done = (await self.accept(filed)).accepted
        if done and application.fate is Fate.TAKEN_BACK:
            reply = await self._withdraw(filed)
            done = reply.accepted or reply.refused
            filed = filed if reply.accepted else replace(filed, ends=Fate.APPROVED)  # the decision came first
        if done:
            self.filed.append(filed)
        return filed.case

    async def submit(self, application: Application) -> Filed | None:
        """Submit it: on the portal, or at the window, where somebody types it in."""
        by, channel = ("window", "window") if application.walk_in else ("citizen", "portal")
        body = {"channel": channel, "item": application.item.slug, "form": application.form}
        reply = await self._write(application, "", by, body, "submit", SUBMITTED)
        if not reply.accepted:
            return None
        ends = Fate.WITHDRAWN if application.fate is Fate.TAKEN_BACK else application.fate
        case, number, code = (str(reply.body[name]) for name in ("id", "number", "query_code"))
        return Filed(application, case, number, code, ends)

    async def accept(self, filed: Filed) -> Reply:
        """Accept it, and tell whoever reviews."""
        reply = await self._at_window(filed, "accept", CaseAccepted)
        if reply.accepted:
            self._reviewed(filed)
        return reply

    async def astray(self) -> list[str]:
        """Look everything that was filed up by number and code; name what isn't found in the stage where it ended."""
        places = iter(self.filed)
        found = list(self._refused)

        async def look(places: Iterable[Filed]) -> None:
            for filed in places:
                asked = {"number": filed.number, "query_code": filed.code}
                reply = await self._gateway.ask("/v1/progress", asked)
                stage = reply.body.get("stage", {}).get("code", reply.reason)
                if stage != filed.ends or reply.body.get("id") != filed.case:
                    found.append(f"{filed.case} ended as {filed.ends} and is found as {stage}")

        async with asyncio.TaskGroup() as group:
            for _ in range(LOOKING_UP):
                group.create_task(look(places))
        return found

    async def _withdraw(self, filed: Filed) -> Reply:
        return await self._write(
            filed.application, f"/{filed.case}/withdraw", "citizen", {}, "withdraw", changed(CaseWithdrawn), filed.case
        )

    async def _at_window(
        self, filed: Filed, action: str, event: type[ContractEvent], *, reasons: Sequence[str] = ()
    ) -> Reply:
        body = {"reasons": reasons, "notice": NOTICE} if reasons else {}
        return await self._write(
            filed.application, f"/{filed.case}/{action}", "window", body, action, changed(event), filed.case, FIRST
        )

    async def _write(
        self,
        application: Application,
        path: str,
        by: str,
        body: dict[str, Any],
        action: str,
        promise: Promise,
        case: str | None = None,
        version: str | None = None,
    ) -> Reply:
        tenant = application.tenant
        who = f"window-{tenant}" if by == "window" else application.applicant
        reply = await self._gateway.write(
            f"/v1/cases{path}",
            self._token_for(who, tenant, by, None),
            body,
            action=action,
            tenant=tenant,
            promise=promise,
            subject=case,
            if_match=version,
        )
        if not reply.accepted:
            name = f"application {application.number}"
            self._gateway.tally.refuse(f"{action} {reply.reason}", name)
            if reply.refused and application.fate is not Fate.TAKEN_BACK:
                self._refused.append(f"{name}: {action} {reply.reason}")
        return reply
