"""Numbers of papers: identity cards, travel permits, passports."""

import re
from datetime import date
from typing import Final

from stdnum.cn import ric

from masking.kinds import Kind
from masking.patterns import GAP, after, digits, is_day, one_number, only_digits, pattern

_NAMED_CARD: Final = after("身份证|身份證|身分證|证件|證件|公民身份|居住证|回执|hkid|id card|id")
_NAMED_PERMIT: Final = after("通行证|通行證|回乡证|回鄉證|台胞证|台胞證|返乡证")
_NAMED_PASSPORT: Final = after("护照|護照|passport|passport no\\.?")
_PROVINCE: Final = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
"""GB/T 2260: a code begins with its province."""
_MEDICINE: Final = "准字"
"""国药准字H20050301 is a medicine."""
_OLD_LENGTH: Final = 15
_OLDEST: Final = 1890


def _card(match: re.Match[str]) -> int | None:
    number = re.sub("[^0-9X]", "", match["it"].upper())
    right = _was_born(number[6:14]) and _PROVINCE.match(number) and one_number(match["it"])
    checked = right and ric.calc_check_digit(number) == number[-1]
    return match.end("it") if checked or (right and _NAMED_CARD(match)) else None


def _old_card(match: re.Match[str]) -> int | None:
    number = only_digits(match["it"])
    right = _was_born(f"19{number[6:12]}") and _PROVINCE.match(number) and one_number(match["it"])
    return match.end("it") if right else None


def _was_born(eight: str) -> bool:
    try:
        born = date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return born.year > _OLDEST


def _hong_kong_card(match: re.Match[str]) -> int | None:
    letters, six, check = match["letters"].upper().rjust(2, " "), match["six"], match["check"].upper()
    values = [36 if letter == " " else ord(letter) - ord("A") + 10 for letter in letters]
    values += [int(digit) for digit in six] + [10 if check == "A" else int(check)]
    right = sum(weight * value for weight, value in zip(range(9, 0, -1), values, strict=True)) % 11 == 0
    return match.end("it") if (right and match["it"].endswith(")")) or _NAMED_CARD(match) else None


def _permit(match: re.Match[str]) -> int | None:
    if match.string.endswith(_MEDICINE, 0, match.start()):
        return None
    return match.end("it") if not is_day(only_digits(match["it"])[:8]) or _NAMED_PERMIT(match) else None


def _passport(match: re.Match[str]) -> int | None:
    return match.end("it") if not is_day(only_digits(match["it"])) or _NAMED_PASSPORT(match) else None


def _named_permit(match: re.Match[str]) -> int | None:
    return match.end("it") if _NAMED_PERMIT(match) else None


def _named_passport(match: re.Match[str]) -> int | None:
    return match.end("it") if _NAMED_PASSPORT(match) else None


_CARD: Final = pattern(Kind.IDENTITY_CARD, rf"(?<![0-9])(?P<it>(?=[1-8]){digits(17)}{GAP}[0-9X])(?![0-9])", _card)
_OLD_CARD: Final = pattern(
    Kind.IDENTITY_CARD, rf"(?<![0-9A-Za-z])(?P<it>(?=[1-8]){digits(_OLD_LENGTH)})(?![0-9A-Za-z])", _old_card
)
_HONG_KONG_CARD: Final = pattern(
    Kind.IDENTITY_CARD,
    r"(?<![0-9A-Za-z])(?P<it>(?P<letters>[A-Z]{1,2}) ?(?P<six>[0-9]{6}) ?\(?(?P<check>[0-9A])(?:\)|(?![0-9A-Za-z])))",
    _hong_kong_card,
)
_MACAO_CARD: Final = pattern(
    Kind.IDENTITY_CARD, r"(?<![0-9])(?P<it>[1578][0-9]{6}\([0-9]\)|[1578]/[0-9]{6}/[0-9])(?![0-9])"
)
_HOME_RETURN_PERMIT: Final = pattern(
    Kind.TRAVEL_PERMIT, rf"(?<![0-9A-Za-z])(?P<it>[HM] ?{digits(8)}(?:{GAP}[0-9]{{2}})?)(?![0-9A-Za-z])", _permit
)
_OTHER_PERMIT: Final = pattern(
    Kind.TRAVEL_PERMIT, r"(?<![0-9A-Za-z])(?P<it>(?:[A-Z]{1,2} ?)?[0-9]{7,11})(?![0-9A-Za-z])", _named_permit
)
_PASSPORT: Final = pattern(
    Kind.PASSPORT,
    r"(?<![0-9A-Za-z])(?P<it>(?:E[A-HJ-NP-Z] ?[0-9]|[EG] ?[0-9]{2})[0-9]{6})(?![0-9A-Za-z])",
    _passport,
)
_OTHER_PASSPORT: Final = pattern(
    Kind.PASSPORT, r"(?<![0-9A-Za-z])(?P<it>(?:[A-Z]{1,2} ?)?[0-9]{6,9})(?![0-9A-Za-z])", _named_passport
)

PATTERNS: Final = (
    _CARD, _OLD_CARD, _HONG_KONG_CARD, _MACAO_CARD, _HOME_RETURN_PERMIT, _OTHER_PERMIT, _PASSPORT, _OTHER_PASSPORT
)  # fmt: skip
SPOKEN: Final = (_CARD,)
"""Those whose digits may be written as Chinese numerals."""
