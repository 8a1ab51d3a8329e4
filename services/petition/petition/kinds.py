"""What a petition is said to be: its kind, what it is about, what can't wait (类别、主题、紧急). Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CALL_FIRST_ZH: Final = "遇危险或正在发生的犯罪请立即拨打110；遭遇诈骗、刚刚转账请立即拨打96110。留言不能代替报警。"
CALL_FIRST_EN: Final = (
    "In danger, or while a crime is going on, call 110 now; if you were defrauded or have just sent money, "
    "call 96110 now. Writing here doesn't replace an emergency call."
)
"""Danger first: what every receipt begins with (先拨 110、96110)."""


class Kind(StrEnum):
    """What the sender wants (咨询, 建议, 投诉, 举报, 求助)."""

    CONSULT = "consult"
    SUGGEST = "suggest"
    COMPLAIN = "complain"
    REPORT = "report"
    HELP = "help"


class Matter(StrEnum):
    """Which field of police work it is about: the broader word for its topic, by which events are counted."""

    FRAUD = "fraud"
    TRAFFIC = "traffic"
    EXIT_ENTRY = "exit-entry"
    HOUSEHOLD = "household"
    PUBLIC_ORDER = "public-order"
    FIRE = "fire"
    NETWORK = "network"
    OTHER = "other"


class Danger(StrEnum):
    """What can't wait (紧急): the duty officer is told at once."""

    NONE = "none"
    LIFE = "life"
    CRIME = "crime"
    MONEY = "money"


class Ground(StrEnum):
    """Why only a small circle may know of a petition, and which."""

    CRIME = "crime"
    """举报: may report a crime; for the desk of the city that has it, and the handlers who are named."""
    POLICE = "police"
    """涉警投诉: may complain about police; for the supervision desk one tier above, and the handlers who are named."""
    MOVED = "moved"
    """It was ordinary until somebody saw what it is; it goes on in a small circle, and here only its sender sees it."""


def in_confidence(kind: str | None, hidden: Ground | None) -> bool:
    """Tell whether a petition is a report (举报), or may report a crime or complain about police."""
    return hidden is not None or kind == Kind.REPORT


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What rules and model suggest.

    Attributes:
        topic: Both levels, see ``sorting/topics.csv``.
        confidence: Of kind or topic, whichever is the less sure; 0 to 1.
        reasons: Names of what spoke; they may travel in clear.
        suggestion: All of it as JSON, with the words that decided: content of the message.
        might_be: The circle that it begins in, because rules or model don't rule out that it belongs there.
    """

    kind: Kind
    topic: str
    matter: Matter
    danger: Danger
    confidence: float
    reasons: tuple[str, ...]
    suggestion: str
    might_be: Ground | None = None
