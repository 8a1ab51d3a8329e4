"""On what a petition may be given back, or disputed (退回、争议依据). Pure.

Each basis says what lays it down, and whether that was read; what wasn't is configuration.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Basis(StrEnum):
    """Why a department isn't the one that has to answer."""

    ANOTHER_UNITS_DUTY = "another-units-duty"
    ANOTHER_PLACES = "another-places"
    ANOTHER_TIERS = "another-tiers"
    RECUSAL = "recusal"
    HANDLED_ELSEWHERE = "handled-elsewhere"


@dataclass(frozen=True, slots=True)
class Laid:
    """What lays a basis down.

    Attributes:
        zh: In Chinese.
        en: In English.
        source: Where it stands.
        verified: Whether that text was read.
    """

    zh: str
    en: str
    source: str
    verified: bool


BASES: Final = MappingProxyType(
    {
        Basis.ANOTHER_UNITS_DUTY: Laid(
            "职责属于其他部门", "It is another department's duty", "机构编制（三定）规定，未读原文", verified=False
        ),
        Basis.ANOTHER_PLACES: Laid(
            "属于其他地区管辖",
            "It is another place's jurisdiction",
            "信访条例（2005）第二十一条，未核对条文",
            verified=False,
        ),
        Basis.ANOTHER_TIERS: Laid(
            "属于上级或下级机关职责", "It is for another tier", "信访条例（2005）第二十一条，未核对条文", verified=False
        ),
        Basis.RECUSAL: Laid("应当回避", "It has to recuse itself", "信访条例（2005）第三十条", verified=True),
        Basis.HANDLED_ELSEWHERE: Laid(
            "同一事项已由其他部门办理", "The same matter is in another department's hands", "本系统设置", verified=True
        ),
    }
)
