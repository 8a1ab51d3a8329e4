"""What leaves the service about deliveries over HTTP."""

from datetime import datetime
from typing import Self

from chassis.api.models import View
from chassis.api.pages import Next
from pydantic import Field

from petition.outbound.codes import Code
from petition.outbound.delivery import OF_BULLETINS, Delivery
from petition.outbound.store import StoredDelivery
from petition.views import EmergencyView


class DeliveryView(View):
    """Something that is told to whoever wrote a petition, or of a bulletin to everybody; not what it says."""

    id: str
    petition: str | None = Field(description="诉求的 id · The petition's id")
    number: str | None = Field(description="办件编号 · The petition's number")
    bulletin: str | None = Field(description="通报的 id · The bulletin's id")
    tenant: str
    channel: str
    source: str = Field(description="来源 · A forum's zone, an account, a group, a mailbox")
    what: str = Field(
        description="回执、要求补充、答复、更正、复查、已移交、已立案、不予立案；通报、撤回通报 · What is told"
    )
    state: str
    version: int = Field(description="版本号，与 ETag 相同 · Version, the same as the ETag")
    way: str | None = Field(description="公开或私信 · In the open, or by private message")
    reason: str | None = Field(description="未能送出的原因 · Why it is parked")
    waiting_since: datetime | None

    @classmethod
    def of(cls, stored: StoredDelivery, number: str | None) -> Self:
        """Show it, of a petition with its number."""
        delivery = stored.case
        return cls(**_shown(delivery), number=number, waiting_since=stored.row.since)


class DeliveryPage(View):
    """One page of deliveries."""

    items: tuple[DeliveryView, ...]
    next: Next


class Resent(View):
    """What is sent after all: the delivery, and what was parked behind it."""

    id: str
    state: str
    version: int
    resumed: int = Field(description="一并恢复的条数 · How many go out again, in their order")


class CodeView(View):
    """What a one-time link gives."""

    emergency: EmergencyView = Field(default_factory=EmergencyView, description="紧急情况先拨打 · Call first")
    number: str = Field(description="办件编号 · Number for people")
    query_code: str = Field(description="查询码，仅此一次显示 · Query code, shown only here")

    @classmethod
    def of(cls, code: Code) -> Self:
        """Show it."""
        return cls(number=code.number, query_code=code.query_code)


def _shown(delivery: Delivery) -> dict[str, object]:
    of_a_bulletin = delivery.what in OF_BULLETINS
    return {
        "id": delivery.id,
        "petition": None if of_a_bulletin else delivery.petition,
        "bulletin": delivery.petition if of_a_bulletin else None,
        "tenant": delivery.tenant,
        "channel": delivery.channel,
        "source": delivery.source,
        "what": delivery.what,
        "state": delivery.state,
        "version": delivery.sequence,
        "way": delivery.way,
        "reason": delivery.reason,
    }
