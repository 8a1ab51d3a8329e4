"""How far an answer is public, and whether it was corrected; and what events make of it. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Self

from contracts.events import (
    PetitionConsentGiven,
    PetitionConsentWithdrawn,
    PetitionPublished,
    PetitionReplyCorrected,
    PetitionUnpublished,
)

PublicationEvent = (
    PetitionReplyCorrected | PetitionConsentGiven | PetitionConsentWithdrawn | PetitionPublished | PetitionUnpublished
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Where an answer stands after it was given.

    Attributes:
        consent: Whoever wrote the petition agrees that it is published, without what is personal.
        published_at: Since when everybody may read it, UTC; None: nobody else may.
        corrected: The answer was corrected; both are kept.
        outdated: It was corrected after it was published, and what everybody reads doesn't say how yet.
    """

    consent: bool = False
    published_at: datetime | None = None
    corrected: bool = False
    outdated: bool = False

    def after(self, event: PublicationEvent) -> Self:
        """Give it after the next event."""
        match event:
            case PetitionReplyCorrected():
                return replace(self, corrected=True, outdated=self.published_at is not None)
            case PetitionConsentGiven() | PetitionConsentWithdrawn():
                return replace(self, consent=isinstance(event, PetitionConsentGiven))
            case PetitionPublished(published_at=at):
                return replace(self, published_at=at, outdated=False)
            case PetitionUnpublished():
                return replace(self, published_at=None, outdated=False)


GIVEN: Final = "given"
"""Of a consent, as the policy reads it."""
PRIVATE: Final = Publication()
"""As every answer begins."""
