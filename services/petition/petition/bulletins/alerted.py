"""Words a draft from an alert of the intelligence store: what came how often, when, and what was usual. Pure."""

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


def worded(alert: AlertRaised, alert_id: str) -> BulletinDrafted:
    """Give the draft. It is for officers: it names matters, never a person, and asks to be verified.

    Args:
        alert: What was raised.
        alert_id: Id of the event that says so.
    """
    kind_zh, kind_en = KINDS[Kind(alert.kind)]
    matter_zh, matter_en = MATTERS.get(alert.matter, (alert.matter, alert.matter))  # type: ignore[call-overload]
    start, end = (moment.astimezone(SHANGHAI) for moment in (alert.window_start, alert.window_end))
    return BulletinDrafted(
        alert=alert_id,
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
