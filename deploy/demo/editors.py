"""Simulated editors of bulletins (通报): one department writes, the spokesperson signs, everybody reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.event import ContractEvent

from contracts.events import BulletinPublished, BulletinWithdrawn, BulletinWritten
from demo.gateway import Gateway, Reply
from demo.promises import begun, changed
from demo.target import TokenFor

DEPARTMENT: Final = "anti-fraud"
WARNING: Final = {
    "category": "warning",
    "matter": "fraud",
    "title": "警惕冒充客服退款诈骗",
    "text": "近期多地出现冒充客服办理退款的诈骗。公安机关没有“安全账户”；如已转账，请立即拨打110或96110。",
}
OVER: Final = "此类案件已平息，预警撤回。"


@dataclass(frozen=True, slots=True)
class Published:
    """What became of their bulletins.

    Attributes:
        published: So many were signed.
        withdrawn: Of them, those that were taken back.
        seen: So many of them everybody can read where they should.
    """

    published: int = 0
    withdrawn: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Editors:
    """Those of each place.

    Attributes:
        gateway: Their way to the API.
        token_for: Gives each of them a token.
    """

    gateway: Gateway
    token_for: TokenFor

    async def warn(self, tenants: Iterable[str]) -> Published:
        """Warn each place, take the last warning back, and look for all of them as a citizen. Refusals are tallied."""
        published: dict[str, Reply] = {}
        for tenant in tenants:
            signed = await self._signed(tenant)
            if signed is not None:
                published[tenant] = signed
        withdrawn = 0
        if published:
            tenant, signed = [*published.items()][-1]
            back = await self._write(tenant, signed, "withdraw", {"reason": OVER}, BulletinWithdrawn)
            withdrawn = int(back.accepted)
        seen = sum([await self._seen(tenant, str(signed.body["id"])) for tenant, signed in published.items()])
        return Published(len(published), withdrawn, seen)

    async def _signed(self, tenant: str) -> Reply | None:
        writer = self.token_for(f"handler-{DEPARTMENT}-{tenant}", tenant, "handler", DEPARTMENT)
        drafted = await self.gateway.write(
            "/v1/bulletins", writer, WARNING, action="draft", tenant=tenant, promise=begun(BulletinWritten)
        )
        if not drafted.accepted:
            self.gateway.tally.refuse(f"draft {drafted.reason}", tenant)
            return None
        signed = await self._write(tenant, drafted, "publish", {}, BulletinPublished)
        return signed if signed.accepted else None

    async def _write(
        self, tenant: str, seen: Reply, action: str, body: Mapping[str, Any], event: type[ContractEvent]
    ) -> Reply:
        id_ = str(seen.body["id"])
        signer = self.token_for(f"spokesperson-{tenant}", tenant, "spokesperson", None)
        reply = await self.gateway.write(
            f"/v1/bulletins/{id_}/{action}", signer, body, action=action, tenant=tenant, subject=id_,
            if_match=seen.etag, promise=changed(event),
        )  # fmt: skip
        if not reply.accepted:
            self.gateway.tally.refuse(f"{action} {reply.reason}", tenant)
        return reply

    async def _seen(self, tenant: str, id_: str) -> bool:
        reader = self.token_for("reader", tenant, "citizen", None)
        shown = await self.gateway.read(f"/v1/published-bulletins?tenant={tenant}&limit=100", reader)
        return any(each["id"] == id_ for each in shown.body.get("items", ()))
