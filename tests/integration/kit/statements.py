"""Notes what a database is asked, through SQLAlchemy or past it."""

from typing import Any

import psycopg
import pytest


def note_statements(patch: pytest.MonkeyPatch, noted: list[str]) -> None:
    """Put each statement that psycopg executes into a list, in order."""
    execute = psycopg.AsyncCursor.execute

    async def noting(cursor: Any, query: Any, *arguments: Any, **options: Any) -> Any:
        noted.append(str(query))
        return await execute(cursor, query, *arguments, **options)

    patch.setattr(psycopg.AsyncCursor, "execute", noting)
