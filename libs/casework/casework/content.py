"""Content of cases as people get it: open for whom it concerns, withheld from others, gone when its owner is erased."""

from collections.abc import Sequence
from enum import StrEnum

from chassis.sealed_columns import Sealed, SealedColumns
from chassis.sealing import Keyring

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


def _content(opened: dict[str, dict[str, str] | None], row: str) -> Content:
    if row not in opened:
        return Access.WITHHELD, {}
    columns = opened[row]
    return (Access.OPEN, columns) if columns else (Access.ERASED, {})
