"""Text as patterns read it. Each character stands for exactly one, so that places in it are places in the text."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Final

_FORMS: Final = (
    range(0x00B2, 0x00BA),  # ²
    range(0x0660, 0x06FA),  # ٣
    range(0x2070, 0x208A),  # ₂
    range(0x2460, 0x2500),  # ② ⓶
    range(0x2776, 0x2794),  # ❷
    range(0xFE50, 0xFE70),  # ﹫
    range(0xFF01, 0xFF5F),  # ２ Ａ ＠
    range(0x1D7CE, 0x1D800),  # 𝟐
    range(0x1F100, 0x1F10B),  # 🄁
)
"""Blocks with other forms of digits and letters."""
_SPACES: Final = (
    (0x09, 0xA0, 0xAD, 0x20E3, 0x202F, 0x3000, 0xFE0F, 0xFEFF),
    range(0x2000, 0x2010),
    range(0x205F, 0x2065),
)
"""Blanks, seen or not, and what makes an emoji of a digit."""
_DASHES: Final = (range(0x2010, 0x2016), (0x2043, 0x2212, 0x2E3A, 0x30FC, 0xFE58, 0xFE63, 0xFF0D))
_DOTS: Final = ((0xB7, 0x2022, 0x2024, 0x2027, 0x2219, 0x22C5, 0x30FB, 0xFF65),)
_NUMERALS: Final = ("〇零○", "一壹幺", "二贰貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_OCTET: Final = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]{1,2})"
_IDENTIFIERS: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"  # a UUID
    r"|[0-9a-f]{32}"  # a trace
    r"|44[0-9]{4}-20[0-9]{6}-[0-9]{12}-[0-9]"  # 办件编号
    rf"|{_OCTET}(?:\.{_OCTET}){{3}}"  # an address of a server
    r")(?![0-9A-Za-z])"
)
"""Numbers that name matters and machines, and not people."""
_NOTHING: Final = "\ufffc"


def plain(text: str) -> str:
    """Give digits, letters, blanks and dashes in their usual forms."""
    return text.translate(_PLAIN)


def spoken(text: str) -> str:
    """Give Chinese numerals as digits, too: 一三八… is a telephone number."""
    return text.translate(_SPOKEN)


def spoken_in(text: str) -> bool:
    """Tell whether it holds numerals in a row, with each other or with digits."""
    return _ROW.search(text) is not None


def without_identifiers(text: str) -> str:
    """Blank out numbers that only look like a person's."""
    return _IDENTIFIERS.sub(lambda match: _NOTHING * len(match[0]), text)


def _usual(code: int) -> str | None:
    character = chr(code)
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 and folded.isascii() else None


def _each(blocks: Iterable[Iterable[int]], usual: str) -> dict[int, str]:
    return dict.fromkeys(chain.from_iterable(blocks), usual)


_PLAIN: Final[Mapping[int, str]] = (
    {code: usual for code in chain.from_iterable(_FORMS) if (usual := _usual(code)) is not None}
    | _each(_SPACES, " ")
    | _each(_DASHES, "-")
    | _each(_DOTS, "·")
)
_SPOKEN: Final[Mapping[int, str]] = {
    ord(numeral): str(digit) for digit, numerals in enumerate(_NUMERALS) for numeral in numerals
}
_ANY: Final = "".join(_NUMERALS)
_ROW: Final = re.compile(f"[{_ANY}][ .·_-]?[{_ANY}0-9]|[0-9][ .·_-]?[{_ANY}]")
