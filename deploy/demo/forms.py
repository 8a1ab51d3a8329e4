"""Fills in forms for people and firms who don't exist, as each form's schema wants it; the same number, the same form.

An identity number begins with a city's code instead of a district's, as none that was ever given out does; whatever
else could be somebody's, a telephone number for one, stays as in the catalogue's own example.
"""

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

FAMILY_NAMES = "赵钱孙李周吴郑王冯陈褚卫"
GIVEN_NAMES = ("示例", "样本", "演示", "试验", "模拟")
PEOPLE = frozenset(
    {"name", "contact", "responsible", "legal_representative", "safety_officer", "security_officer"}
    | {"fire_safety_manager"}
)
"""Fields that hold somebody's name."""

CITY = "440100"
BORN_FIRST, BORN_DAYS = date(1960, 1, 1), 15_000
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID_CHECKS = "10X98765432"
CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def fill(form: Mapping[str, Any], example: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Fill a form in.

    Args:
        form: Its JSON Schema, an object without references.
        example: A form as filled in, from which everything comes that says nothing about who it is.
        number: Which of all fillings.
    """
    chance = random.Random(number)
    conditions = str(form.get("allOf", ""))
    return {
        name: value if repr(name) in conditions else _field(name, form["properties"][name], value, chance)
        for name, value in example.items()
    }


def resident_id(chance: random.Random) -> str:
    """Make an identity number (公民身份号码, GB 11643) with a right check digit that nobody has."""
    born = BORN_FIRST + timedelta(days=chance.randrange(BORN_DAYS))
    digits = f"{CITY}{born:%Y%m%d}{chance.randrange(1_000):03}"
    total = sum(weight * int(digit) for weight, digit in zip(ID_WEIGHTS, digits, strict=True))
    return digits + ID_CHECKS[total % len(ID_CHECKS)]


def credit_code(chance: random.Random) -> str:
    """Make a credit code (统一社会信用代码, GB 32100) with a right check digit."""
    code = f"91{CITY}MA{chance.randrange(10**4):07}"
    base = len(CREDIT_LETTERS)
    total = sum(pow(3, place, base) * CREDIT_LETTERS.index(letter) for place, letter in enumerate(code))
    return code + CREDIT_LETTERS[-total % base]


def _field(name: str, schema: Mapping[str, Any], value: Any, chance: random.Random) -> Any:
    match schema:
        case {"format": "resident-id"}:
            return resident_id(chance)
        case {"format": "credit-code"}:
            return credit_code(chance)
        case {"enum": list(choices)}:
            return chance.choice(choices)
        case {"type": "integer", "minimum": int(least), "maximum": int(most)}:
            return chance.randint(max(least, value // 2), min(most, value * 2))
    return chance.choice(FAMILY_NAMES) + chance.choice(GIVEN_NAMES) if name in PEOPLE else value
