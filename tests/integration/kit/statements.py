"""Notes what a database is asked, through SQLAlchemy or past it."""

from typing import Any

import psycopg
import pytest


def note_statements(patch: pytest.MonkeyPatch, noted: list[str], *, about: str = "") -> None:
    """Put each statement that psycopg executes, and that holds a text, into a list, in order."""
    execute = psycopg.AsyncCursor.execute

    async def noting(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        if about in str(query):
            noted.append(str(query))
        return await execute(cursor, query, *arguments, **options)

    patch.setattr(psycopg.AsyncCursor, "execute", noting)
