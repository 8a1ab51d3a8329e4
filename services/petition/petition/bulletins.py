"""A bulletin (通报): what an alert of the intelligence store leads to. Pure, like ``domain``."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from casework.numbers import SHANGHAI
from masking.text import mask

from contracts.events import AlertRaised, BulletinDrafted
from petition.kinds import Kind, Matter

KINDS = {
    Kind.CONSULT: ("咨询", "questions"),
    Kind.SUGGEST: ("建议", "suggestions"),
    Kind.COMPLAIN: ("投诉", "complaints"),
    Kind.REPORT: ("举报", "reports"),
    Kind.HELP: ("求助", "requests for help"),
}
MATTERS = {
    Matter.FRAUD: ("诈骗", "fraud"),
    Matter.TRAFFIC: ("交通", "traffic"),
    Matter.EXIT_ENTRY: ("出入境", "exit and entry"),
    Matter.HOUSEHOLD: ("户籍", "household registration"),
    Matter.PUBLIC_ORDER: ("治安", "public order"),
    Matter.FIRE: ("消防", "fire safety"),
    Matter.NETWORK: ("网络", "the Internet"),
    Matter.OTHER: ("其他", "other matters"),
}


class BulletinState(StrEnum):
    """Where a bulletin stands; publishing comes with the spokespersons' desk."""

    DRAFTED = "drafted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A draft for the spokesperson of one tenant. It names matters, never a person: its words are masked."""

    id: UUID
    tenant: str
    alert: UUID
    state: BulletinState
    drafted_at: datetime
    sequence: int
    title: str
    text: str
    kind: str
    matter: str


def draft(
    alert: AlertRaised,
    *,
    id: UUID,  # noqa: A002
    alert_id: UUID,
    tenant: str,
    now: datetime,
) -> tuple[Bulletin, BulletinDrafted]:
    """Word a draft from an alert: what came how often, when, and what was usual."""
    kind_zh, kind_en = KINDS[Kind(alert.kind)]
    matter_zh, matter_en = MATTERS.get(alert.matter, (alert.matter, alert.matter))  # type: ignore[call-overload]
    start, end = (moment.astimezone(SHANGHAI) for moment in (alert.window_start, alert.window_end))
    drafted = BulletinDrafted(
        alert=str(alert_id),
        title=mask(f"{matter_zh}类{kind_zh}短时增多 · More {kind_en} about {matter_en}"),
        text=mask(
            f"{start:%Y-%m-%d %H:%M} 至 {end:%Y-%m-%d %H:%M}，本地共收到{matter_zh}类{kind_zh} {alert.count} 件，"
            f"达到预警线 {alert.threshold} 件。请核实后发布提示。\n"
            f"Between {start:%Y-%m-%d %H:%M} and {end:%Y-%m-%d %H:%M} (China time), {alert.count} {kind_en} about "
            f"{matter_en} came in; the alert line is {alert.threshold}. Verify before you publish."
        ),
        kind=alert.kind,
        matter=alert.matter,
    )
    return begin(drafted, id=id, tenant=tenant, at=now), drafted


def begin(event: BulletinDrafted, *, id: UUID, tenant: str, at: datetime) -> Bulletin:  # noqa: A002
    """Give the bulletin that its first event makes."""
    return Bulletin(
        id=id,
        tenant=tenant,
        alert=UUID(event.alert),
        state=BulletinState.DRAFTED,
        drafted_at=at,
        sequence=1,
        title=event.title,
        text=event.text,
        kind=event.kind,
        matter=event.matter,
    )
