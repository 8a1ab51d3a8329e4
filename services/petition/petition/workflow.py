"""What may happen to a petition, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import APPLICANTS, Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a petition stands."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    TRANSFERRED = "transferred"
    DRAFTED = "drafted"
    REPLIED = "replied"
    CLOSED = "closed"


class Action(StrEnum):
    """What may be done."""

    RECEIVE = "receive"
    CLASSIFY = "classify"
    TRANSFER = "transfer"
    REPLY = "reply"
    ANSWER = "answer"
    DRAFT_REPLY = "draft-reply"
    SIGN = "sign"
    REJECT = "reject"
    MOVE = "move"
    CLOSE = "close"


DESK = (Role.TRIAGE, Role.SUPERVISOR)
"""Who hands petitions out: triage (分办); for complaints about police the supervision desk (督察). See the policy."""

BRINGING = (Role.CONNECTOR, Role.WINDOW)
"""Who brings what others wrote or said elsewhere: programs, and officers who type it in."""

TABLE = Workflow(
    # from              action              by                             to                 note
    (None,              Action.RECEIVE,     (*APPLICANTS, *BRINGING),      State.RECEIVED,    "see SUBMITTERS"),
    (State.RECEIVED,    Action.CLASSIFY,    (Role.SYSTEM,),                State.CLASSIFIED,  "in the same decision"),
    (State.CLASSIFIED,  Action.CLASSIFY,    (Role.SYSTEM,),                State.CLASSIFIED,  "its sender edited it"),
    (State.CLASSIFIED,  Action.TRANSFER,    DESK,                          State.TRANSFERRED, None),
    (State.CLASSIFIED,  Action.ANSWER,      (Role.TRIAGE,),                State.REPLIED,     "at once (口径即答)"),
    (State.CLASSIFIED,  Action.CLOSE,       DESK,                          State.CLOSED,      "needs no answer"),
    (State.CLASSIFIED,  Action.MOVE,        DESK,                          State.CLOSED,      "begins anew elsewhere"),
    (State.TRANSFERRED, Action.TRANSFER,    DESK,                          State.TRANSFERRED, "to another department"),
    (State.TRANSFERRED, Action.REPLY,       (Role.HANDLER,),               State.REPLIED,     None),
    (State.TRANSFERRED, Action.ANSWER,      (Role.HANDLER,),               State.REPLIED,     "word for word"),
    (State.TRANSFERRED, Action.DRAFT_REPLY, (Role.HANDLER,),               State.DRAFTED,     "in other words"),
    (State.TRANSFERRED, Action.MOVE,        DESK,                          State.CLOSED,      "begins anew elsewhere"),
    (State.DRAFTED,     Action.SIGN,        (Role.SPOKESPERSON,),          State.REPLIED,     "never the drafter"),
    (State.DRAFTED,     Action.REJECT,      (Role.SPOKESPERSON,),          State.TRANSFERRED, "with a reason"),
    (State.DRAFTED,     Action.MOVE,        DESK,                          State.CLOSED,      "begins anew elsewhere"),
    (State.REPLIED,     Action.CLOSE,       (Role.HANDLER, Role.TRIAGE),   State.CLOSED,      "whoever answered"),
)  # fmt: skip
"""The same for ordinary petitions and for those in a small circle; what is moved goes on in the other one, linked.
Whenever its sender edits a message where they posted it, the petition stays where it is: that is no row here."""
