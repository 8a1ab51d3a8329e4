"""What may be decided about spam (垃圾信息). Pure, like ``petition.domain``."""

from casework.roles import Actor
from casework.workflow import Refused

from contracts.events import PetitionClosed, PetitionSpamProposed, PetitionSpamRejected
from petition.domain import Decision, decided
from petition.kinds import Danger
from petition.petition import Outcome, Petition
from petition.workflow import TABLE, Action


class ProposedAlready(Refused):
    """Somebody has proposed it; another one decides."""


class NotProposed(Refused):
    """Nobody takes it for spam, or no longer: something has happened to it since."""


class DangerNotTaken(Refused):
    """Something in it can't wait, and nobody has taken it yet: until then it is nobody's to put away."""


def propose(petition: Petition, reason: str, *, by: Actor) -> Decision:
    """Say that it is spam: it stays in the queue, and its clock runs, until another one agrees.

    Args:
        petition: Waits for the desk.
        reason: Why.
        by: One of the desk.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        ProposedAlready: See there.
        DangerNotTaken: See there.
    """
    TABLE.follow(petition.state, Action.PROPOSE_SPAM, by.roles)
    if petition.spam_proposed_by is not None:
        raise ProposedAlready
    _taken(petition)
    return decided(petition, PetitionSpamProposed(by=by.pseudonym, spam_reason=reason))


def confirm(petition: Petition, *, by: Actor) -> Decision:
    """Agree: it is closed as spam.

    Args:
        petition: Proposed.
        by: Another one of the desk; that is the policy's to say.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotProposed: See there.
        DangerNotTaken: See there.
    """
    TABLE.follow(petition.state, Action.CONFIRM_SPAM, by.roles)
    if petition.spam_proposed_by is None:
        raise NotProposed
    _taken(petition)
    closed = PetitionClosed(by=by.pseudonym, outcome=Outcome.SPAM.value, proposed_by=petition.spam_proposed_by)
    return decided(petition, closed)


def reject(petition: Petition, reason: str, *, by: Actor) -> Decision:
    """Don't agree: it goes on as any other.

    Raises:
        WrongState: See the table.
        WrongRole: See the table.
        NotProposed: See there.
    """
    TABLE.follow(petition.state, Action.REJECT_SPAM, by.roles)
    if petition.spam_proposed_by is None:
        raise NotProposed
    return decided(petition, PetitionSpamRejected(by=by.pseudonym, reason=reason))


def _taken(petition: Petition) -> None:
    alarm = petition.alarm
    unheard = alarm is None and petition.danger not in {None, Danger.NONE}
    if unheard or (alarm is not None and alarm.waiting):
        raise DangerNotTaken
