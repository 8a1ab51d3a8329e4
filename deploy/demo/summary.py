"""The tables of what became of a run's petitions."""

from collections.abc import Callable, Mapping
from typing import Final

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from demo.figures import SATISFIED, Figures, Life, Row

HEADINGS: Final = (
    "收到\nreceived", "自动答复\nautomatic", "口径即答\ninstant", "已答复\nanswered", "按期\nin time", "办结\nclosed",
)  # fmt: skip
KINDS: Final = {"consult": "咨询", "suggest": "建议", "complain": "投诉", "report": "举报", "help": "求助"}
GROUPS: Final[Mapping[str, Callable[[Life], str]]] = {
    "类别 · kind": lambda life: f"{KINDS.get(life.kind, '')} {life.kind}",
    "主题 · topic": lambda life: life.topic.partition("/")[0],
    "渠道 · channel": lambda life: life.channel,
    "地区 · tenant": lambda life: life.tenant,
}
STEPS: Final = {
    "taken": "接警", "transferred": "转办", "signed-for": "签收", "returned": "退回", "jurisdiction-disputed": "争议",
    "jurisdiction-decided": "指定管辖", "supplement-requested": "要求补充", "supplemented": "补充",
    "collaboration-requested": "邀请协办", "contributed": "协办意见", "collaboration-declined": "谢绝协办",
    "extended": "延期", "urged": "催办", "reply-drafted": "送签", "replied": "答复", "person-asked": "转人工",
    "spam-proposed": "提议垃圾", "spam-rejected": "否决垃圾",
    "rated": "评价", "called-back": "回访", "reopened": "重新办理",
    "review-requested": "请求复查复核", "review-decided": "复查复核", "reply-corrected": "更正",
    "consent-given": "同意公开", "linked": "关联", "published": "公开", "closed": "办结",
    "deadline-recalculated": "重新计算",
    "overdue-triage": "分拣逾期", "overdue-sign-for": "签收逾期", "overdue-call-back": "回访逾期",
}  # fmt: skip


def show(figures: Figures, console: Console) -> None:
    """Print them, or nothing if there were no petitions."""
    if not figures.lives:
        return
    for heading, name in GROUPS.items():
        console.print(_table(heading, figures.by(name)))
    done = "，".join(f"{zh} {name} {figures.steps[name]:,}" for name, zh in STEPS.items() if figures.steps[name])
    console.print(f"办理 · done: {done}", highlight=False)
    console.print(_shares(figures))


def _shares(figures: Figures) -> Table:
    total, lives = figures.total, figures.lives
    rated = [life.level in SATISFIED for life in lives if life.level is not None]
    reviewed = [life for life in lives if life.review is not None]
    judged = [life.solved for life in lives if life.solved is not None]
    received = "收到 received"
    table = Table(
        title="占比（收到的不含转出）· Shares; those moved are counted where they went",
        title_justify="left",
        show_header=False,
    )
    for name, part, whole, of in (
        ("非公安职责 · out of remit", sum(life.out_of_remit for life in lives), total.received, received),
        ("人工即答 · at once, by staff", total.instant, total.answered, "已答复 answered"),
        ("自动答复 · automatically", total.automatic, total.received, received),
        ("按期 · in time", total.in_time, total.in_time + total.late, "有期限的 with a limit"),
        ("办结 · closed", total.closed, total.received, received),
        (
            "复查改变 · changed on review",
            sum(life.review != "upheld" for life in reviewed),
            len(reviewed),
            "已复查 reviewed",
        ),
        ("满意 · satisfied", sum(rated), len(rated), "有评价的 rated"),
        ("解决 · solved", sum(judged), len(judged), "表示过的 of whom we know"),
    ):
        table.add_row(name, _share(part, whole), of)
    return table


def _share(part: int, whole: int) -> str:
    return f"{part:,}/{whole:,} = {part / whole:.1%}" if whole else "–"


def _table(heading: str, rows: Mapping[str, Row]) -> Table:
    table = Table(box=SIMPLE, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column(heading, no_wrap=True)
    for each in HEADINGS:
        table.add_column(each, justify="right", no_wrap=True)
    for name, row in rows.items():
        counts = (row.received, row.automatic, row.instant, row.answered, row.in_time, row.closed)
        table.add_row(name, *(f"{count:,}" for count in counts))
    return table
