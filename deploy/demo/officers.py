"""Simulated officers: triage transfers, a handler of that department signs for it, replies, closes; through the API."""

from collections.abc import Mapping
from typing import Any

from contracts.event import ContractEvent

from contracts.events import (
    PetitionClosed,
    PetitionReplied,
    PetitionSignedFor,
    PetitionTransferred,
    ReportClosed,
    ReportReplied,
    ReportSignedFor,
    ReportTransferred,
)
from demo.gateway import Gateway, Reply
from demo.promises import changed
from demo.target import TokenFor

DEPARTMENTS = {
    "fraud": "anti-fraud",
    "traffic": "traffic-police",
    "exit-entry": "exit-entry",
    "household": "household",
    "public-order": "public-order",
    "fire": "fire",
    "network": "network-police",
}
OTHERWISE = "liaison-12345"

REPLIES = {
    "anti-fraud": "您好，您反映的情况已由反诈骗中心登记。如资金刚刚转出，请立即拨打110或96110，并保留聊天和转账记录。",
    "traffic-police": "您好，您反映的路段已列入本周勤务安排，民警将现场核实交通组织情况，感谢您的建议。",
    "exit-entry": "您好，请先在网上办事大厅预约，携带有效身份证件原件到任一出入境窗口办理，七个工作日内可以领取。",
    "household": "您好，请携带身份证、户口簿和相关证明材料到居住地派出所户政窗口办理，材料齐全的当场受理。",
    "public-order": "您好，辖区派出所已上门核实，将加强该时段巡逻；如再次发生请及时拨打110。",
    "fire": "您好，消防监督人员将在三个工作日内到现场检查，发现隐患依法督促整改，请注意用火用电安全。",
    "network-police": "您好，请保留网页截图、链接和往来记录，网警部门已记录线索并将与您联系核实。",
    OTHERWISE: "您好，您反映的事项已转有关单位办理，我们会跟进办理结果并及时告知您。",
}


PROVINCE = "440000"
ORDINARY = (PetitionTransferred, PetitionSignedFor, PetitionReplied, PetitionClosed)
IN_CONFIDENCE = (ReportTransferred, ReportSignedFor, ReportReplied, ReportClosed)
ENDS = {"crime": "filed"}
"""How a petition ends that only a small circle may know of, if not as answered."""


class Officers:
    """The officers of all tenants.

    Args:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
    """

    def __init__(self, gateway: Gateway, token_for: TokenFor) -> None:
        self._gateway = gateway
        self._token_for = token_for
        self.closed = 0

    async def handle(self, petition: str, tenant: str) -> None:
        """Bring a petition from the queue to its end; a refusal is tallied and ends the work on it."""
        desk, path = self._token_for(f"triage-{tenant}", tenant, "triage", None), f"/v1/petitions/{petition}"
        seen = await self._gateway.read(path, desk)
        if not seen.accepted:  # what complains about police is for the supervision desk above, and no queue here
            tenant = PROVINCE
            desk = self._token_for(f"supervisor-{tenant}", tenant, "supervisor", None)
            seen = await self._gateway.read(path, desk)
        if not seen.accepted:
            self._gateway.tally.refuse(f"read {seen.reason}", petition)
            return
        department = DEPARTMENTS.get(str(seen.body.get("matter")), OTHERWISE)
        account = f"handler-{department}-{tenant}"
        handler = self._token_for(account, tenant, "handler", department)
        version, hidden = seen.etag, seen.body.get("hidden")
        transferred, signed_for, replied, closed = IN_CONFIDENCE if hidden else ORDINARY
        accused = next(each for each in REPLIES if each != department) if hidden == "police" else None
        where = {"department": department, "handlers": [account]} | ({"accused": [accused]} if accused else {})
        for action, event, token, body in (
            ("transfer", transferred, desk, where),
            ("sign-for", signed_for, handler, {}),
            ("reply", replied, handler, {"text": REPLIES[department]}),
            ("close", closed, handler, {"outcome": ENDS.get(str(hidden), "answered")}),
        ):
            reply = await self._move(petition, tenant, version, action, event, token, body)
            if not reply.accepted:
                self._gateway.tally.refuse(f"{action} {reply.reason}", petition)
                return
            version = reply.etag
        self.closed += 1

    async def _move(
        self,
        petition: str,
        tenant: str,
        version: str | None,
        action: str,
        event: type[ContractEvent],
        token: str,
        body: Mapping[str, Any],
    ) -> Reply:
        return await self._gateway.write(
            f"/v1/petitions/{petition}/{action}",
            token,
            body,
            action=action,
            tenant=tenant,
            subject=petition,
            if_match=version,
            promise=changed(event),
        )
