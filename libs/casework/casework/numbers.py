"""Numbers that people read out: the number of a case (办件编号) and its query code (查询码)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
RANDOM_DIGITS = 12
"""40 bits: nobody finds another's case by counting, and two of one city and day hardly ever meet."""

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without 0, O, 1, I, L and U, which are misread or misheard."""
CODE_LENGTH = 10


def human_number(tenant: str, received_at: datetime, below: Callable[[int], int]) -> str:
    """Make the number of a case: city, day, random part, check digit.

    Args:
        tenant: GB/T 2260 code of six digits.
        received_at: The day is Shanghai's.
        below: Draws an unpredictable integer from 0 up to, not including, its argument (``secrets.randbelow``).
    """
    day = received_at.astimezone(SHANGHAI).strftime("%Y%m%d")
    drawn = str(below(10**RANDOM_DIGITS)).zfill(RANDOM_DIGITS)
    return f"{tenant}-{day}-{drawn}-{check_digit(tenant + day + drawn)}"


def is_human_number(number: str) -> bool:
    """Tell whether the check digit holds: every single wrong digit shows."""
    digits = number.replace("-", "")
    return digits.isascii() and digits.isdigit() and len(digits) > 1 and check_digit(digits[:-1]) == int(digits[-1])


def check_digit(digits: str) -> int:
    """Compute the check digit by ISO/IEC 7064, MOD 11,10."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def query_code(keyed: str) -> str:
    """Give the code that goes with a case's number (49 bits); its owner is told it with the receipt.

    It is derived, not drawn, so that a database rebuilt from events still answers to codes already given out.

    Args:
        keyed: A keyed hash of the case's id, which nobody without the key can compute.
    """
    drawn = int.from_bytes(hashlib.sha256(keyed.encode()).digest())
    letters = []
    for _ in range(CODE_LENGTH):
        drawn, letter = divmod(drawn, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[letter])
    return "".join(letters)
