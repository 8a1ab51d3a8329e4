"""The columns of a petition's row in which it lies who was invited, and what they said."""

from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy import ARRAY, String
from sqlmodel import Field, SQLModel

from petition.collaboration.invitation import Invitation, Invitations
from petition.petition import Petition

_WRITTEN: Final = TypeAdapter(tuple[Invitation, ...])
NOBODY: Final = "[]"


class CollaborationColumns(SQLModel):
    """What a petition's row has beside the rest.

    Attributes:
        invitations: All of them, as JSON, without a word of what was asked and said.
        invited: How those are named who see the petition meanwhile; the policy looks here.
        contribution_late: One of them is late, and still to come.
        collaboration: What was asked and said, as JSON by the number of the invitation; sealed.
    """

    invitations: str
    invited: list[str] = Field(sa_type=ARRAY(String))
    contribution_late: bool
    collaboration_keyid: str | None
    collaboration: str | None


def columns_of(petition: Petition) -> dict[str, Any]:
    """Give the values of these columns."""
    invitations = petition.invitations
    return {
        "invitations": _WRITTEN.dump_json(invitations).decode() if invitations else NOBODY,
        "invited": [seat for each in invitations if each.is_open for seat in each.seats],
        "contribution_late": any(each.awaited and each.late for each in invitations),
    }


def invitations_in(row: CollaborationColumns) -> Invitations:
    """Give the invitations that lie in a row."""
    return _WRITTEN.validate_json(row.invitations) if row.invitations != NOBODY else ()
