"""Writes a model: a few statements for a whole batch.

Batches of one model take turns (an advisory lock, held to the commit), so the numbers of the changes are in the order
of commits and nobody who follows them overlooks one; and a matter can be read, put together in Python and written
back without losing what another batch knew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from query import domain
from query.domain import Matter, Step
from query.rows import columns_of, matter_of
from query.tables import Colour, matters

CHANNEL: Final = "query_changes"
"""Who listens hears of each batch once it is committed."""

TURN: Final = "SELECT pg_advisory_xact_lock(hashtext('query ' || %(colour)s))"
_WANTED: Final = "SELECT %(colour)s IN (active, building) FROM model"
_NOTIFY: Final = "SELECT pg_notify(%(channel)s, '')"

_STEP_TYPES: Final = {
    "subject": "uuid",
    "sequence": "bigint",
    "matter": "uuid",
    "topic": "text",
    "type": "text",
    "time": "timestamptz",
    "wording": "text",
    "unit": "text",
}
_MATTER_TYPES: Final = {
    column.name: "uuid" if column.name == "id" else "timestamptz" if column.name.endswith("_at") else
    "bigint" if column.name.endswith("_sequence") else "text"
    for column in matters.columns
}  # fmt: skip
_LISTS: Final = frozenset(column.name for column in matters.columns if isinstance(column.type, ARRAY))
"""Travel as text, one name after the other: ``unnest`` takes an array of arrays apart down to the last name."""


def _arrays(types: Mapping[str, str]) -> str:
    return ", ".join(f"%({name})s::{type_}[]" for name, type_ in types.items())


def _by_colour(statement: str) -> dict[Colour, str]:
    return {colour: statement.replace("COLOUR", colour.value) for colour in Colour}


_ADD_STEPS: Final = _by_colour(f"""
INSERT INTO COLOUR.timeline ({", ".join(_STEP_TYPES)})
SELECT {", ".join(_STEP_TYPES)}
FROM unnest({_arrays(_STEP_TYPES)}) WITH ORDINALITY AS step ({", ".join(_STEP_TYPES)}, place)
ORDER BY place
ON CONFLICT (subject, sequence) DO NOTHING
RETURNING matter
""")  # noqa: S608  names from this file
_READ_MATTERS: Final = _by_colour("SELECT * FROM COLOUR.matters WHERE id = ANY(%(ids)s::uuid[])")
_PUT_MATTERS: Final = _by_colour(f"""
INSERT INTO COLOUR.matters ({", ".join(_MATTER_TYPES)})
SELECT {", ".join(f"string_to_array({name}, ' ')" if name in _LISTS else name for name in _MATTER_TYPES)}
FROM unnest({_arrays(_MATTER_TYPES)}) AS matter ({", ".join(_MATTER_TYPES)})
ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _MATTER_TYPES if name != "id")}
""")  # noqa: S608  names from this file


async def write(session: AsyncSession, colour: Colour, found: Mapping[str, Matter], steps: Sequence[Step]) -> None:
    """Add the steps that are new, and put what is found together with what is known about their matters."""
    connection = await session.connection()
    await connection.exec_driver_sql(TURN, {"colour": colour.value})
    added = await connection.exec_driver_sql(_ADD_STEPS[colour], _transposed(_STEP_TYPES, map(_step_columns, steps)))
    touched = {str(matter) for (matter,) in added}
    if not touched:
        return  # all of it was here before
    known = await connection.exec_driver_sql(_READ_MATTERS[colour], {"ids": list(touched)})
    put = {matter: found[matter] for matter in touched}
    for row in known:
        before = matter_of(row)
        put[before.id] = domain.merge(before, put[before.id])
    await connection.exec_driver_sql(
        _PUT_MATTERS[colour], _transposed(_MATTER_TYPES, map(_matter_columns, put.values()))
    )
    await connection.exec_driver_sql(_NOTIFY, {"channel": CHANNEL})


async def is_wanted(session: AsyncSession, colour: Colour) -> bool:
    """Tell whether the model is read, or being built."""
    found = await (await session.connection()).exec_driver_sql(_WANTED, {"colour": colour.value})
    return bool(found.scalar_one())


def _matter_columns(matter: Matter) -> dict[str, Any]:
    return {name: " ".join(value) if name in _LISTS else value for name, value in columns_of(matter).items()}


def _step_columns(step: Step) -> dict[str, Any]:
    return {each.name: getattr(step, each.name) for each in fields(step)}


def _transposed(names: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Give one list for each column."""
    listed = list(rows)
    return {name: [row[name] for row in listed] for name in names}
