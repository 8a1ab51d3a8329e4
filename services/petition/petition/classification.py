"""What a petition is about, suggested by rules that anybody can read.

Two tables, tried from top to bottom: the first rule whose words are found decides. A word in the title weighs more than
one in the text. The reasons name rules, never words of the message, so they may travel in clear.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What the sender wants (咨询, 建议, 投诉, 举报, 求助)."""

    CONSULT = "consult"
    SUGGEST = "suggest"
    COMPLAIN = "complain"
    REPORT = "report"
    HELP = "help"


class Matter(StrEnum):
    """Which field of police work it is about."""

    FRAUD = "fraud"
    TRAFFIC = "traffic"
    EXIT_ENTRY = "exit-entry"
    HOUSEHOLD = "household"
    PUBLIC_ORDER = "public-order"
    FIRE = "fire"
    NETWORK = "network"
    OTHER = "other"


IN_TITLE = 0.9
IN_TEXT = 0.6
BY_DEFAULT = 0.3
"""How sure a rule is, by where its words were found: settings by judgement, not measured."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: these words mean this, because."""

    name: str
    gives: Kind | Matter
    because: str
    words: re.Pattern[str]


def rule(gives: Kind | Matter, name: str, because: str, words: str) -> Rule:
    """Write one row; ``words`` is a list parted by spaces, each a regular expression, case ignored."""
    prefix = "kind" if isinstance(gives, Kind) else "matter"
    return Rule(f"{prefix}.{name}", gives, because, re.compile("|".join(words.split()), re.IGNORECASE))


# fmt: off
KINDS = (
    rule(Kind.REPORT, "report", "says of itself that it is a report",
         r"举报 检举 揭发 涉黑 涉嫌 report(ing)?\s(a\s)?crime"),
    rule(Kind.REPORT, "crime", "names an offence",
         "诈骗 被骗 骗局 骗子 传销 赌博 吸毒 贩毒 卖淫 嫖娼 盗窃 被盗 scam fraud"),
    rule(Kind.COMPLAIN, "complaint", "says of itself that it is a complaint",
         "投诉 控告 不作为 乱作为 态度恶劣 complain"),
    rule(Kind.SUGGEST, "suggestion", "says of itself that it is a suggestion",
         "建议 提议 倡议 suggest"),
    rule(Kind.HELP, "help", "asks for help",
         "求助 求救 紧急 救命 帮帮 请求帮助 help"),
    rule(Kind.CONSULT, "question", "asks a question",
         r"咨询 请问 想问 问问 如何 怎么 怎样 能否 是否 何时 什么时候 吗[?？]? how\sto"),
    rule(Kind.COMPLAIN, "nuisance", "describes a nuisance",
         "扰民 噪音 违法 违规 违章 违建 强制 霸占 拖欠 不合理 乱收费 太吵"),
    rule(Kind.HELP, "wish", "asks that something be done",
         "希望 请求 恳请 盼 帮忙"),
)
"""Reports first: taking a report for a question would hide a crime in a queue, the reverse costs a glance."""

MATTERS = (
    rule(Matter.FRAUD, "fraud", "money taken by deceit (诈骗)",
         "诈骗 被骗 骗局 骗子 骗钱 骗取 传销 杀猪盘 刷单 scam fraud"),
    rule(Matter.EXIT_ENTRY, "exit-entry", "travel documents (出入境)",
         "出入境 护照 签注 通行证 港澳 签证 出境 入境 passport visa"),
    rule(Matter.HOUSEHOLD, "household", "registration of residents (户政)",
         "户口 户籍 落户 身份证 居住证 迁户 household"),
    rule(Matter.TRAFFIC, "traffic", "roads and vehicles (交管)",
         "交警 交通 车管 驾驶证 驾照 违停 乱停 占道 闯红灯 红绿灯 信号灯 车牌 上牌 电动车 摩托车 酒驾 拥堵 traffic"),
    rule(Matter.FIRE, "fire", "fire safety (消防)",
         r"消防 火灾 火警 起火 灭火 疏散通道 安全出口 fire\s"),
    rule(Matter.NETWORK, "network", "the Internet (网监)",
         "网络 网站 网上 网警 黑客 木马 钓鱼 个人信息 网吧 hacker"),
    rule(Matter.PUBLIC_ORDER, "public-order", "order in public places (治安)",
         "治安 派出所 打架 斗殴 盗窃 被盗 小偷 赌博 吸毒 贩毒 卖淫 嫖娼 涉黑 噪音 扰民 养狗 犬只 威胁 theft noise"),
)
"""The narrow fields first; public order is what remains of police work."""
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What the rules suggest, how sure they are (0 to 1), and which of them said so."""

    kind: Kind
    matter: Matter
    confidence: float
    reasons: tuple[str, ...]


def classify(title: str, text: str) -> Classification:
    """Suggest kind and matter; what no rule recognises is a consultation about something else."""
    kind, kind_reason, kind_confidence = _first(KINDS, title, text, default=Kind.CONSULT)
    matter, matter_reason, matter_confidence = _first(MATTERS, title, text, default=Matter.OTHER)
    return Classification(
        kind=Kind(kind),
        matter=Matter(matter),
        confidence=min(kind_confidence, matter_confidence),
        reasons=(kind_reason, matter_reason),
    )


def _first(rules: tuple[Rule, ...], title: str, text: str, *, default: Kind | Matter) -> tuple[str, str, float]:
    for confidence, words in ((IN_TITLE, title), (IN_TEXT, text)):
        for candidate in rules:
            if candidate.words.search(words):
                return candidate.gives, candidate.name, confidence
    prefix = "kind" if isinstance(default, Kind) else "matter"
    return default, f"{prefix}.default", BY_DEFAULT
