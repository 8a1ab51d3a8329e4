"""Rows of tables of cases: what each has, and how lists go through them page by page."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select
from sqlmodel import Field, SQLModel

S = TypeVar("S", bound=Select[Any])


class Row(SQLModel):
    """What the rows of every table of cases have; a service's own row inherits it."""

    id: UUID = Field(primary_key=True)
    tenant: str
    sequence: int


def newest(statement: S, column: Any, *, after: UUID | None, limit: int) -> S:
    """Cut a query to a page, newest first, following one id; the keyset keeps deep pages as cheap as the first.

    Args:
        statement: The query.
        column: The column with the id, a UUIDv7, so in the order of time.
        after: Last id of the page before; None for the first page.
        limit: Most rows.
    """
    if after is not None:
        statement = statement.where(column < after)
    return statement.order_by(column.desc()).limit(limit)
