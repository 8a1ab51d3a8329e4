"""Plates of vehicles (车牌)."""

import re
from typing import Final

from masking.kinds import Kind
from masking.patterns import after, pattern

_PLACES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_NAMED: Final = after("车牌|車牌|车号|號牌|号牌|车辆|plate")
_MOST_LETTERS: Final = 2
"""GA 36: of what follows the office's letter."""


def _ordinary(match: re.Match[str]) -> int | None:
    letters = sum(character.isascii() and character.isalpha() for character in match["serial"])
    return match.end("it") if letters <= _MOST_LETTERS else None


def _named(match: re.Match[str]) -> int | None:
    return match.end("it") if _NAMED(match) else None


PATTERNS: Final = (
    pattern(  # new energy: 粤A·D12345, 粤A·12345D
        Kind.PLATE,
        rf"(?P<it>[{_PLACES}] ?[A-HJ-Z][ ·.-]{{0,2}}(?:[A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK]))"
        r"(?![0-9A-Za-z])",
    ),
    pattern(  # 粤A·12345, 粤A·1234学, 粤Z·1234港, 粤A·1234领, 粤O·A1234
        Kind.PLATE,
        rf"(?P<it>[{_PLACES}] ?[A-HJ-Z][ ·.-]{{0,2}}"
        r"(?P<serial>[A-HJ-NP-Z0-9]{4}(?:[A-HJ-NP-Z0-9]|[挂学警港澳领使])))(?![0-9A-Za-z])",
        _ordinary,
    ),
    pattern(Kind.PLATE, rf"(?P<it>[{_PLACES}][ ·.-]{{0,2}}[A-HJ-Z][0-9]{{4}}应急)"),  # 粤·X1234应急
    pattern(Kind.PLATE, rf"(?<![0-9A-Za-z])(?P<it>WJ[ ·]?[{_PLACES}]?[ ·]?[0-9]{{4,5}}[A-Z0-9]?)(?![0-9A-Za-z])"),
    pattern(  # Hong Kong's and Macao's own
        Kind.PLATE, r"(?<![0-9A-Za-z])(?P<it>[A-Z]{2}[ -]?[0-9]{2}[ -]?[0-9]{1,2})(?![0-9A-Za-z])", _named
    ),
)
