"""What may be decided about a message that was edited where it was posted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce

from casework.decision import Decision
from casework.roles import Actor, Role
from casework.workflow import WrongRole

from contracts.events import PetitionRevised
from petition.channels.versions import REVISED
from petition.domain import sorted_as
from petition.events import Ordinary, PetitionEvent, told
from petition.kinds import Classification
from petition.petition import Petition, replay
from petition.workflow import TABLE, Action, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a message says now.

    Attributes:
        revision: Larger than that of every earlier version.
    """

    title: str
    text: str
    revision: int


def revise(
    petition: Petition, edit: Edit, classification: Classification, *, by: Actor
) -> Decision[Petition, PetitionEvent]:
    """Keep a new version beside the original; the petition stays where it is, and its clock runs on.

    What nobody has handed out yet is sorted anew: the new words may tell of a danger.

    Raises:
        WrongRole: Only a channel tells that something was edited there.
        ValueError: A later version is known.
    """
    if Role.CONNECTOR not in by.roles:
        raise WrongRole(Action.RECEIVE, frozenset({Role.CONNECTOR}))
    if edit.revision <= petition.revision:
        raise ValueError("a later version is known")
    revised = PetitionRevised(
        revision=edit.revision,
        revised_title=edit.title,
        revised_text=edit.text,
        revised_suggestion=classification.suggestion,
    )
    events: list[Ordinary] = [revised]
    if petition.state is State.CLASSIFIED:
        TABLE.follow(petition.state, Action.CLASSIFY, {Role.SYSTEM})
        events.append(replace(sorted_as(classification), suggestion=None))  # that of the first version stays what it is
    there = tuple(told(event, petition.hidden) for event in events)
    return Decision(reduce(replay, there, petition), there)


def carried_over(
    begun: Decision[Petition, PetitionEvent], revision: int, content: Mapping[str, str]
) -> Decision[Petition, PetitionEvent]:
    """Let what goes on in another circle go on in its last version, too; the original stays apart there as well.

    Args:
        begun: Its beginning, with the original.
        revision: Of the last version.
        content: As it was kept.
    """
    if "revised_text" not in content:
        return begun
    last = {name: content[name] for name in REVISED}
    event = told(PetitionRevised(revision=revision, **last), begun.after.hidden)
    return Decision(replay(begun.after, event), (*begun.events, event))
