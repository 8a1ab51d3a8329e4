"""Content of cases as people get it: open for whom it concerns, withheld from others, gone when its owner is erased."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum

from chassis.sealed_columns import Sealed, SealedColumns
from chassis.sealing import Keyring
from chassis.unit import Unit

Content = tuple["Access", dict[str, str]]


class Access(StrEnum):
    """Why content is there or isn't."""

    OPEN = "open"
    WITHHELD = "withheld"
    ERASED = "erased"


async def open_content(
    columns: SealedColumns, keyring: Keyring, rows: Sequence[tuple[str, Sequence[Sealed] | None]]
) -> list[Content]:
    """Open what the asker may read, with one question to the keyring.

    Args:
        columns: Of the table in which the rows lie.
        keyring: Where keys live.
        rows: For each row its id, and what of it is to be opened; None when this asker may not read it.

    Returns:
        For each row, whether its content is there, and the content.
    """
    readable = [(row, sealed) for row, sealed in rows if sealed is not None]
    opened = dict(zip((row for row, _ in readable), await columns.open(keyring, readable), strict=True))
    return [_content(opened, row) for row, _ in rows]


def part_of(sealed: Sequence[Sealed] | None, only: Collection[str] | None) -> Sequence[Sealed] | None:
    """Give of what is sealed only some columns, or all of it; None stays what it is, withheld."""
    if sealed is None or only is None:
        return sealed
    parts = (Sealed(part.keyid, {name: part.columns[name] for name in part.columns if name in only}) for part in sealed)
    return [part for part in parts if part.columns]


def put_on_record(unit: Unit, resource: str, shown: Mapping[str, Content]) -> None:
    """Say what is open of other people's, so that it leaves with a record of it, or not at all.

    Args:
        unit: Of the request by which it would leave.
        resource: What kind of thing it is.
        shown: By the ids of their cases.

    Raises:
        Problem: 400: whoever asks has to say what for.
    """
    opened = {case: content for case, (access, content) in shown.items() if access is Access.OPEN}
    if opened:
        unit.opens(resource, list(opened), sorted(set().union(*opened.values())))


def _content(opened: dict[str, dict[str, str] | None], row: str) -> Content:
    if row not in opened:
        return Access.WITHHELD, {}
    columns = opened[row]
    return (Access.OPEN, columns) if columns else (Access.ERASED, {})
