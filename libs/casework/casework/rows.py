"""Queries on tables of cases: within a scope, and page by page."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select

from casework.access import Scope

S = TypeVar("S", bound=Select[Any])


def within(statement: S, scope: Scope, *, tenant: Any, owner: Any) -> S:
    """Limit a query to the rows of a scope.

    Args:
        statement: The query.
        scope: Of whoever asks.
        tenant: The column with the GB/T 2260 code.
        owner: The column with the owner's pseudonym.
    """
    if scope.tenant is not None:
        statement = statement.where(tenant == scope.tenant)
    if scope.owner is not None:
        statement = statement.where(owner == scope.owner)
    return statement


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
