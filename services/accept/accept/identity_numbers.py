"""Numbers with a check digit that people and firms write into forms. Pure."""

import re
from datetime import date

_RESIDENT = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECKS = "10X98765432"
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_LENGTH = 18


def is_resident_id(number: str) -> bool:
    """Tell whether this is a resident identity number (公民身份号码, GB 11643): a day of birth, a check digit."""
    if not _RESIDENT.fullmatch(number):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, number, strict=False))
    return number[-1] == _RESIDENT_CHECKS[total % len(_RESIDENT_CHECKS)]


def is_credit_code(code: str) -> bool:
    """Tell whether this is a unified social credit code (统一社会信用代码, GB 32100): its letters, its check digit."""
    if len(code) != _CREDIT_LENGTH or not set(code) <= set(_CREDIT_LETTERS):
        return False
    base = len(_CREDIT_LETTERS)
    total = sum(pow(3, place, base) * _CREDIT_LETTERS.index(letter) for place, letter in enumerate(code[:-1]))
    return code[-1] == _CREDIT_LETTERS[-total % base]
