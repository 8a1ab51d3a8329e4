"""What may happen to a delivery, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    SENT = "sent"
    PARKED = "parked"


class Action(StrEnum):
    """What may be done."""

    SEND = "send"
    PARK = "park"
    RESEND = "resend"
    TAKE_CODE = "take-code"


TABLE = Workflow(
    # from           action            by                               to             note
    (State.WAITING,  Action.SEND,      (Role.SYSTEM,),                  State.SENT,    "the counterpart has taken it"),
    (State.WAITING,  Action.PARK,      (Role.SYSTEM,),                  State.PARKED,  "with a reason"),
    (State.PARKED,   Action.RESEND,    (Role.TRIAGE, Role.SUPERVISOR),  State.WAITING, "with all behind it"),
    (State.SENT,     Action.TAKE_CODE, (Role.SYSTEM,),                  State.SENT,    "once, in time"),
)  # fmt: skip
"""A delivery begins as a row that waits, written with what it tells; events say what became of it."""
