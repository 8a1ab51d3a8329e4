"""Simulated examiners and approvers: they look into their city's queue and bring what lies there to a decision."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from typing import Any

from contracts.event import ContractEvent

from contracts.events import ReviewApproved, ReviewDenied, ReviewTaskAssigned, ReviewTaskCompleted
from demo.applications import Fate
from demo.counters import NOTICE, Filed
from demo.gateway import Gateway, Reply
from demo.promises import changed
from demo.target import TokenFor

PAGE = 100
LOOK_S = 0.2
WORKERS = 4
"""So many reviews are in somebody's hands at once."""

OPINION = "经审查，申请材料齐全，符合法定形式；建议见下。"


class Reviewers:
    """The examiners and approvers of all tenants.

    Args:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
    """

    def __init__(self, gateway: Gateway, token_for: TokenFor) -> None:
        self._gateway = gateway
        self._token_for = token_for
        self._waiting: dict[str, dict[str, Filed]] = defaultdict(dict)
        self._hands = asyncio.Semaphore(WORKERS)
        self.decided = 0

    def expect(self, filed: Filed) -> None:
        """Take up an accepted application as soon as it lies in the queue."""
        self._waiting[filed.application.tenant][filed.case] = filed

    @property
    def waiting(self) -> int:
        """How many are expected and not yet decided."""
        return sum(map(len, self._waiting.values()))

    async def work(self) -> None:
        """Look into the queues again and again, until cancelled."""
        while True:
            async with asyncio.TaskGroup() as group:
                for tenant, expected in list(self._waiting.items()):
                    if expected:
                        group.create_task(self._look(tenant, expected))
            await asyncio.sleep(LOOK_S)

    async def _look(self, tenant: str, expected: dict[str, Filed]) -> None:
        known = dict(expected)
        async for review in self.queue(tenant):
            if filed := known.pop(str(review["case"]), None):
                async with self._hands:
                    await self._review(review, filed)
        for filed in known.values():
            if filed.ends is Fate.WITHDRAWN:  # it may never lie in the queue
                expected.pop(filed.case, None)

    def queue(self, tenant: str) -> AsyncIterator[Mapping[str, Any]]:
        """Yield everything that is open in a city, the earliest deadline first."""
        token = self._token_for(f"examiner-{tenant}", tenant, "examiner", None)
        return self._gateway.items(f"/v1/reviews?limit={PAGE}", token)

    async def _review(self, review: Mapping[str, Any], filed: Filed) -> None:
        """Bring a review on, step by step, from wherever it was left."""
        state, version = str(review["state"]), f'"{review["version"]}"'
        while step := self._step(state, filed):
            action, role, event, body = step
            reply = await self.act(str(review["id"]), filed.application.tenant, role, action, event, body, version)
            if not reply.accepted or reply.etag is None:
                if not reply.refused:
                    return  # nobody knows what became of it: the queue will tell
                self._gateway.tally.refuse(f"{action} {reply.reason}", f"application {filed.application.number}")
                break
            state, version = str(reply.body["state"]), reply.etag
        else:
            self.decided += 1
        self._waiting[filed.application.tenant].pop(filed.case, None)

    async def act(
        self,
        review: str,
        tenant: str,
        role: str,
        action: str,
        event: type[ContractEvent],
        body: dict[str, Any],
        version: str | None,
        *,
        who: str = "",
    ) -> Reply:
        """Do one thing to a review, as its city's officer of a role or as somebody else."""
        token = self._token_for(who or f"{role}-{tenant}", tenant, role, None)
        path = f"/v1/reviews/{review}/{action}"
        return await self._gateway.write(
            path, token, body, action=action, tenant=tenant, subject=review, if_match=version, promise=changed(event)
        )

    def _step(self, state: str, filed: Filed) -> tuple[str, str, type[ContractEvent], dict[str, Any]] | None:
        denied = filed.ends is Fate.DENIED
        match state:
            case "to-examine":
                return "claim", "examiner", ReviewTaskAssigned, {}
            case "examining":
                body = {"recommendation": "deny" if denied else "approve", "opinion": OPINION}
                return "complete", "examiner", ReviewTaskCompleted, body
            case "to-decide":
                return "claim", "approver", ReviewTaskAssigned, {}
            case "deciding" if denied:
                return "deny", "approver", ReviewDenied, {"reasons": [filed.application.reason], "notice": NOTICE}
            case "deciding":
                return "approve", "approver", ReviewApproved, {}
        return None
