"""What may happen to an application, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import APPLICANTS, Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a case stands (已申请, 已受理, 不予受理, 已撤回, 已办结)."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not-accepted"
    WITHDRAWN = "withdrawn"
    CONCLUDED = "concluded"


class Action(StrEnum):
    """What may be done."""

    SUBMIT = "submit"
    ACCEPT = "accept"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    CONCLUDE = "conclude"


TABLE = Workflow(
    # from            action           by                          to                  note
    (None,            Action.SUBMIT,   (*APPLICANTS, Role.WINDOW), State.SUBMITTED,    "portal; window (walk-in)"),
    (State.SUBMITTED, Action.ACCEPT,   (Role.WINDOW,),             State.ACCEPTED,     "the decision's clock starts"),
    (State.SUBMITTED, Action.REFUSE,   (Role.WINDOW,),             State.NOT_ACCEPTED, "with reasons and a notice"),
    (State.SUBMITTED, Action.WITHDRAW, APPLICANTS,                 State.WITHDRAWN,    None),
    (State.ACCEPTED,  Action.WITHDRAW, APPLICANTS,                 State.WITHDRAWN,    None),
    (State.ACCEPTED,  Action.CONCLUDE, (Role.SYSTEM,),             State.CONCLUDED,    "the review decided"),
)  # fmt: skip
