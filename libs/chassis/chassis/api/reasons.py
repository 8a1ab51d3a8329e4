"""What is wrong with a field, in words: one row for each kind of error that Pydantic reports."""

from collections.abc import Mapping
from typing import Any

_GENERIC = ("不符合要求", "is not acceptable")

# kind of error: (Chinese, English); braces name limits of the field, never what was sent
_REASONS: dict[str, tuple[str, str]] = {
    "missing": ("必填", "is required"),
    "extra_forbidden": ("未知字段", "is not a known field"),
    "string_type": ("须为文本", "must be text"),
    "string_too_short": ("至少 {min_length} 个字符", "must have at least {min_length} characters"),
    "string_too_long": ("最多 {max_length} 个字符", "must have at most {max_length} characters"),
    "string_pattern_mismatch": ("格式不正确", "has the wrong form"),
    "literal_error": ("只能为 {expected}", "must be {expected}"),
    "enum": ("只能为 {expected}", "must be {expected}"),
    "int_type": ("须为整数", "must be a whole number"),
    "int_parsing": ("须为整数", "must be a whole number"),
    "int_from_float": ("须为整数", "must be a whole number"),
    "float_type": ("须为数字", "must be a number"),
    "float_parsing": ("须为数字", "must be a number"),
    "bool_type": ("须为 true 或 false", "must be true or false"),
    "bool_parsing": ("须为 true 或 false", "must be true or false"),
    "greater_than": ("须大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("不得小于 {ge}", "must be at least {ge}"),
    "less_than": ("须小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("不得大于 {le}", "must be at most {le}"),
    "uuid_parsing": ("须为 UUID", "must be a UUID"),
    "uuid_type": ("须为 UUID", "must be a UUID"),
    "date_from_datetime_parsing": ("须为日期（年-月-日）", "must be a date (year-month-day)"),
    "date_parsing": ("须为日期（年-月-日）", "must be a date (year-month-day)"),
    "datetime_parsing": ("须为带时区的时间（RFC 3339）", "must be a time with zone (RFC 3339)"),
    "datetime_from_date_parsing": ("须为带时区的时间（RFC 3339）", "must be a time with zone (RFC 3339)"),
    "datetime_type": ("须为带时区的时间（RFC 3339）", "must be a time with zone (RFC 3339)"),
    "timezone_aware": ("须带时区", "must name a time zone"),
    "too_short": ("至少 {min_length} 项", "must have at least {min_length} items"),
    "too_long": ("最多 {max_length} 项", "must have at most {max_length} items"),
    "list_type": ("须为列表", "must be a list"),
    "dict_type": ("须为对象", "must be an object"),
    "model_type": ("须为对象", "must be an object"),
    "model_attributes_type": ("须为对象", "must be an object"),
}


def reason_for(kind: str, limits: Mapping[str, Any]) -> tuple[str, str]:
    """Give the reason in Chinese and English.

    Args:
        kind: Pydantic's name of the error.
        limits: Pydantic's context of it: the field's own limits.
    """
    chinese, english = _REASONS.get(kind, _GENERIC)
    try:
        return chinese.format_map(limits), english.format_map(limits)
    except KeyError:
        return _GENERIC
