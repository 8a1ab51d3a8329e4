"""Cases as a table for a spreadsheet (导出): CSV by RFC 4180, part by part, the newest first.

A part holds no content and names nobody, so it needs no purpose; the policy says who gets it (``export``) and which
rows come. The next part stands in the Link header (RFC 8288).
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Final

from fastapi import Query, Response

from casework.numbers import SHANGHAI

MOST: Final = 1_000
"""Rows of a part: what one answer may hold without keeping others waiting."""
BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What spreadsheets would calculate (CSV injection, OWASP)."""

PartLimit = Annotated[int, Query(ge=1, le=MOST, description="每份行数 · Rows a part")]
"""Of an endpoint: how many rows its answer has at most."""


class Part(Response):
    """One part of a table."""

    media_type = "text/csv"


def part(name: str, columns: Mapping[str, str], cases: Iterable[object], following: str | None) -> Part:
    """Write a part.

    Args:
        name: Of the file, without its ending; the last piece of the endpoint's path is ``export``.
        columns: Heads of the columns, by field.
        cases: With these fields; moments are shown in China's time.
        following: Cursor of the next part; None after the last one.
    """
    text = io.StringIO(BYTE_ORDER_MARK, newline="")
    text.seek(0, io.SEEK_END)
    writer = csv.writer(text)
    writer.writerow(columns.values())
    writer.writerows([_cell(getattr(case, field)) for field in columns] for case in cases)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    if following is not None:
        headers["Link"] = f'<export?cursor={following}>; rel="next"'
    return Part(text.getvalue(), headers=headers)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="seconds")
    if isinstance(value, bool):
        return str(value).lower()
    text = str(value)
    return f"'{text}" if text.startswith(BEGINS_FORMULA) else text
