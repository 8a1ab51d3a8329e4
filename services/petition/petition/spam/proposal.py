"""Who takes a petition for spam, and what its events make of that. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contracts.events import (
    PetitionSpamProposed,
    PetitionSpamRejected,
    PetitionTaken,
    PetitionUrged,
    ReportSpamProposed,
    ReportSpamRejected,
    ReportTaken,
)
from petition.handling.life import Carded, Recalculated

if TYPE_CHECKING:  # a petition is replayed by its own module, which hands over here
    from petition.petition import Petition

Proposing = PetitionSpamProposed | PetitionSpamRejected
ProposingReport = ReportSpamProposed | ReportSpamRejected
PROPOSING: Final[Mapping[type[Any], type[Any]]] = MappingProxyType(
    {PetitionSpamProposed: ReportSpamProposed, PetitionSpamRejected: ReportSpamRejected}
)
"""The same, told in the small circle; why it was rejected stays there."""
LEAVES_IT = Carded | Recalculated | PetitionUrged | PetitionTaken | ReportTaken
"""What happens to a petition that is proposed, and says nothing of whether it is spam."""


def proposed(petition: "Petition", event: Proposing | ProposingReport) -> "Petition":
    """Give the petition after it was proposed, or that was rejected: it stays where it is."""
    by = event.by if isinstance(event, PetitionSpamProposed | ReportSpamProposed) else None
    return replace(petition, spam_proposed_by=by)
