"""Lists go page by page, by cursor: the id of the last item, so that deep pages cost no more than the first."""

import base64
from collections.abc import Callable, Sequence
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import Field

T = TypeVar("T")

MOST_ON_A_PAGE: Final = 100

Cursor = Annotated[str | None, Query(pattern="^[A-Za-z0-9_-]{22}$", description="上一页的 next · The last page's next")]
"""Of an endpoint: where the page begins; None for the first."""

Limit = Annotated[int, Query(ge=1, le=MOST_ON_A_PAGE, description="每页件数 · Items a page")]
"""Of an endpoint: how many items the page has at most."""

Next = Annotated[
    str | None, Field(description="下一页的 cursor，末页为空 · Cursor of the next page; null on the last one")
]
"""Of a page: where the next one begins."""


def to_cursor(last: UUID | str) -> str:
    """Write the place after which the next page starts. It grants nothing: each query has its own scope."""
    return base64.urlsafe_b64encode(UUID(str(last)).bytes).decode().rstrip("=")


def from_cursor(cursor: str | None) -> UUID | None:
    """Read a cursor of 22 base64url characters; the endpoint's ``Cursor`` has checked that it is one."""
    return None if cursor is None else UUID(bytes=base64.urlsafe_b64decode(cursor + "=="))


def cut(found: Sequence[T], limit: int, id_of: Callable[[T], UUID | str]) -> tuple[Sequence[T], str | None]:
    """Cut what was found to one page.

    Args:
        found: One item more than the page holds, if there is another page.
        limit: Items a page.
        id_of: Gives an item's id.

    Returns:
        The page's items, and the cursor of the next page; None on the last one.
    """
    shown = found[:limit]
    return shown, to_cursor(id_of(shown[-1])) if len(found) > limit else None
