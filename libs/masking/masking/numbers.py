"""Telephone numbers (+86, +852, +853) and bank cards."""

import re
from typing import Final

from phonenumbers import PhoneMetadata
from stdnum import luhn

from masking.kinds import Kind
from masking.patterns import GAP, after, digits, endings, is_day, one_number, only_digits, pattern

_NAMED_TELEPHONE: Final = after(
    "电话|電話|手机|手機|手提|座机|座機|固话|传真|致电|来电|拨打|打给|热线|联系方式|联系人|联系|联络|tel|phone|mobile|call|whatsapp",
    others="(?:[0-9][0-9-]{5,13} ?[,、/;和或] ?){0,2}",
)
_NAMED_CARD: Final = after("卡号|卡號|银行卡|储蓄卡|信用卡|账户|帐户|账号|帐号|收款")
_AMOUNT: Final = re.compile(
    r"(?:\.[0-9]{1,2})?[ ,]?[多余]?(?:元(?!旦|宵|朗)|圆|万|亿|块|港币|人民币|美元|吨|公里|平方|人次|rmb)", re.IGNORECASE
)
_EXTENSION: Final = re.compile(r" ?(?:转|轉|-|ext\.?) ?[0-9]{1,5}(?![0-9])", re.IGNORECASE)
_BRANDS: Final = re.compile(
    "(?:62|60|81|95)[0-9]{14,17}|4[0-9]{15}|(?:5[1-5]|2[2-7]|35)[0-9]{14}|3[47][0-9]{13}", re.ASCII
)
"""UnionPay and the older cards of Chinese banks, Visa, Mastercard, JCB, American Express."""
_ACCOUNT_LENGTHS: Final = range(12, 23)
"""Of whatever stands behind a word such as 账号; accounts of firms have no check digit of one kind."""


def _lines_of(region: str) -> re.Pattern[str]:
    """Give the numbers of a region's persons and offices, as its numbering plan has them.

    Raises:
        LookupError: The library doesn't know the region.
    """
    plan = PhoneMetadata.metadata_for_region(region)
    kinds = [] if plan is None else [plan.fixed_line, plan.mobile]
    forms = [kind.national_number_pattern for kind in kinds if kind is not None and kind.national_number_pattern]
    if not forms:
        raise LookupError(f"no numbering plan for {region}")
    return re.compile("|".join(f"(?:{form})" for form in forms), re.ASCII)


_MAINLAND: Final = _lines_of("CN")
_OUTSIDE: Final = {"852": _lines_of("HK"), "853": _lines_of("MO")}


def _is_amount(match: re.Match[str], end: int) -> bool:
    return _AMOUNT.match(match.string, end) is not None


def _mobile(match: re.Match[str]) -> int | None:
    end = match.end("it")
    return end if one_number(match["number"]) and not _is_amount(match, end) else None


def _landline(match: re.Match[str]) -> int | None:
    for number, end in endings(match, "number"):
        together = one_number(match.string[match.start("number") : end])
        if together and _MAINLAND.fullmatch(number) and not _is_amount(match, end):
            extension = _EXTENSION.match(match.string, end)
            return extension.end() if extension else end
    return None


def _outside(match: re.Match[str]) -> int | None:
    end = match.end("it")
    known = _OUTSIDE[match["code"]].fullmatch(only_digits(match["number"]))
    return end if known and not _is_amount(match, end) else None


def _local(match: re.Match[str]) -> int | None:
    end = match.end("it")
    plausible = one_number(match["it"]) and not is_day(only_digits(match["it"])) and not _is_amount(match, end)
    return end if plausible and _NAMED_TELEPHONE(match) else None


def _card(match: re.Match[str]) -> int | None:
    right = _is_account if _NAMED_CARD(match) else _is_card
    for number, end in endings(match, "it"):
        if right(number) and one_number(match.string[match.start("it") : end]) and not _is_amount(match, end):
            return end
    return None


def _is_account(number: str) -> bool:
    return len(number) in _ACCOUNT_LENGTHS


def _is_card(number: str) -> bool:
    return _BRANDS.fullmatch(number) is not None and bool(luhn.is_valid(number))


_MOBILE: Final = pattern(
    Kind.TELEPHONE,
    rf"(?<![0-9])(?P<it>(?:\(?(?:\+{GAP}|00)?8{GAP}6\)?{GAP})?0?(?P<number>1{GAP}[3-9](?:{GAP}[0-9]){{9}}))(?![0-9])",
    _mobile,
)
_LANDLINE: Final = pattern(
    Kind.TELEPHONE,
    r"(?<![0-9])(?P<it>(?:\(?(?:\+ ?|00)?86[ )·-]{0,3}\(?0?|\(?0)(?P<number>[1-9](?:[ )._·-]{0,3}[0-9]){9,10}))",
    _landline,
)
_HONG_KONG_MACAO: Final = pattern(
    Kind.TELEPHONE,
    rf"(?<![0-9])(?P<it>\(?(?:\+{GAP}|00)?(?P<code>85[23])\)?{GAP}(?P<number>[2-9](?:{GAP}[0-9]){{7}}))(?![0-9])",
    _outside,
)
_LOCAL: Final = pattern(Kind.TELEPHONE, rf"(?<![0-9+])(?P<it>[2-9](?:{GAP}[0-9]){{6,7}})(?![0-9])", _local)
_CARD: Final = pattern(Kind.BANK_CARD, rf"(?<![0-9A-Za-z])(?P<it>{digits(12, most=22)})(?![0-9])", _card)

PATTERNS: Final = (_CARD, _MOBILE, _LANDLINE, _HONG_KONG_MACAO, _LOCAL)
SPOKEN: Final = PATTERNS
"""Those whose digits may be written as Chinese numerals."""
