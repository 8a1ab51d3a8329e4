"""Lost updates are refused: a reader gets an ETag, a writer sends it back as If-Match."""

import re
from typing import Annotated, Final

from fastapi import Depends, Header

from chassis.api.errors import PRECONDITION_FAILED, PRECONDITION_REQUIRED, Problem

VERSION_PATTERN: Final = r'"(\d{1,18})"'
_ETAG = re.compile(VERSION_PATTERN)


def etag(version: int) -> str:
    """Give the strong ETag of a version."""
    return f'"{version}"'


async def _expected_version(if_match: Annotated[str | None, Header()] = None) -> int:
    if if_match is None:
        raise Problem(PRECONDITION_REQUIRED)
    match = _ETAG.fullmatch(if_match.strip())
    if match is None:
        raise Problem(PRECONDITION_FAILED)
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_expected_version)]
"""The version that the client read, from If-Match; 428 when it is missing, 412 when it can't be any version of ours."""


def require_version(expected: int, current: int) -> None:
    """Refuse a change that was decided on another version.

    Raises:
        Problem: 412, with the current ETag in the header.
    """
    if expected != current:
        raise Problem(PRECONDITION_FAILED, headers={"ETag": etag(current)})
