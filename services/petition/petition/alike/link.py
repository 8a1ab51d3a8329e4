"""A link between two petitions (关联), each of which stays one of its own. Pure."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from contracts.events import PetitionLinked, PetitionUnlinked

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

Linking = PetitionLinked | PetitionUnlinked


class Basis(StrEnum):
    """Why two petitions belong together (关联理由)."""

    SAME_SENDER = "same-sender"
    """同一来信人: the same person wrote both, wherever."""
    SAME_MATTER = "same-matter"
    """同一事项: it is the same matter, whoever wrote."""
    COPY = "copy"
    """重复来信: the same words once more."""


class SuggestedBy(StrEnum):
    """Whose idea it was (提出者)."""

    OFFICER = "officer"
    SERVICE = "service"
    """The two had been shown as alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a petition knows of another one that it belongs with; sealed, because it may tell of who wrote them.

    Attributes:
        to: Id of the other one.
        basis: Why.
        suggested_by: Whose idea it was.
        likeness: How alike the two were then, 0 to 1; None: that wasn't known.
        by: Pseudonym of the officer who linked them.
    """

    to: str
    basis: Basis
    suggested_by: SuggestedBy
    likeness: float | None
    by: str


def links_in(text: str | None) -> tuple[Link, ...]:
    """Read what is kept; nothing if there is nothing, or its author was erased."""
    return tuple(
        Link(
            to=each["to"],
            basis=Basis(each["basis"]),
            suggested_by=SuggestedBy(each["suggested_by"]),
            likeness=each["likeness"],
            by=each["by"],
        )
        for each in json.loads(text or "[]")
    )


def text_of(links: Sequence[Link]) -> str:
    """Give what is kept, in the order of the petitions' ids."""
    return json.dumps([asdict(link) for link in sorted(links, key=lambda link: link.to)])


def linked(petition: "Petition", event: Linking) -> "Petition":
    """Give the petition after it was linked, or a link was taken back."""
    others = set(petition.linked_to)
    others = others | {event.to} if isinstance(event, PetitionLinked) else others - {event.to}
    return replace(petition, linked_to=tuple(sorted(others)))
