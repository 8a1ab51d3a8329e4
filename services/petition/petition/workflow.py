"""What may happen to a petition, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import APPLICANTS, Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a petition stands."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    TRANSFERRED = "transferred"
    REPLIED = "replied"
    CLOSED = "closed"


class Action(StrEnum):
    """What may be done."""

    RECEIVE = "receive"
    CLASSIFY = "classify"
    TRANSFER = "transfer"
    REPLY = "reply"
    CLOSE = "close"


TABLE = Workflow(
    # from              action           by                             to                 note
    (None,              Action.RECEIVE,  (*APPLICANTS, Role.CONNECTOR), State.RECEIVED,    "portal; forum"),
    (State.RECEIVED,    Action.CLASSIFY, (Role.SYSTEM,),                State.CLASSIFIED,  "in the same decision"),
    (State.CLASSIFIED,  Action.TRANSFER, (Role.TRIAGE,),                State.TRANSFERRED, None),
    (State.CLASSIFIED,  Action.CLOSE,    (Role.TRIAGE,),                State.CLOSED,      "nobody has to answer it"),
    (State.TRANSFERRED, Action.TRANSFER, (Role.TRIAGE,),                State.TRANSFERRED, "to another department"),
    (State.TRANSFERRED, Action.REPLY,    (Role.HANDLER,),               State.REPLIED,     None),
    (State.REPLIED,     Action.CLOSE,    (Role.HANDLER,),               State.CLOSED,      None),
)  # fmt: skip
