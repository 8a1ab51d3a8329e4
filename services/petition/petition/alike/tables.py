"""The columns of a petition's row in which its links lie, and the rows by which petitions are found to be alike."""

from typing import Any, Final

from sqlalchemy import ARRAY, BigInteger, Column, Integer, LargeBinary, MetaData, String, Table, Uuid
from sqlmodel import Field, SQLModel

from petition.petition import Petition


class LinkColumns(SQLModel):
    """What a petition's row has beside the rest.

    Attributes:
        linked_to: Ids of the petitions that it is linked to.
        links: Why, and whose idea it was; sealed.
    """

    linked_to: list[str] = Field(sa_type=ARRAY(String))
    links_keyid: str | None
    links: str | None


sketches: Final = Table(
    "sketches",
    MetaData(),
    Column("petition", Uuid, primary_key=True),
    Column("tenant", String(6), nullable=False),
    Column("keyid", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("bands", ARRAY(Integer), nullable=False),
)
"""What is kept of a petition's words: keyed numbers, see ``sketch``. Made of petitions, and made anew at any time."""


def columns_of(petition: Petition) -> dict[str, Any]:
    """Give the values of the columns that no event seals."""
    return {"linked_to": list(petition.linked_to)}
