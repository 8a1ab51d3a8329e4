"""What may happen to a petition, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import APPLICANTS, Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a petition stands."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    AUTO_ANSWERED = "auto-answered"
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
    AUTO_ANSWER = "auto-answer"
    ASK_A_PERSON = "ask-a-person"
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
    # from                action               by                             to                   note
    (None,                Action.RECEIVE,      (*APPLICANTS, *BRINGING),      State.RECEIVED,      "see SUBMITTERS"),
    (State.RECEIVED,      Action.CLASSIFY,     (Role.SYSTEM,),                State.CLASSIFIED,    "in one decision"),
    (State.CLASSIFIED,    Action.CLASSIFY,     (Role.SYSTEM,),                State.CLASSIFIED,    "its sender edited"),
    (State.CLASSIFIED,    Action.TRANSFER,     DESK,                          State.TRANSFERRED,   None),
    (State.CLASSIFIED,    Action.ANSWER,       (Role.TRIAGE,),                State.REPLIED,       "at once (即答)"),
    (State.CLASSIFIED,    Action.AUTO_ANSWER,  (Role.SYSTEM,),                State.AUTO_ANSWERED, "as it comes in"),
    (State.CLASSIFIED,    Action.CLOSE,        DESK,                          State.CLOSED,        "needs no answer"),
    (State.CLASSIFIED,    Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.AUTO_ANSWERED, Action.ASK_A_PERSON, APPLICANTS,                    State.CLASSIFIED,    "its clock runs on"),
    (State.AUTO_ANSWERED, Action.TRANSFER,     DESK,                          State.TRANSFERRED,   None),
    (State.AUTO_ANSWERED, Action.ANSWER,       (Role.TRIAGE,),                State.REPLIED,       "word for word"),
    (State.AUTO_ANSWERED, Action.CLOSE,        DESK,                          State.CLOSED,        "never as answered"),
    (State.AUTO_ANSWERED, Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.TRANSFERRED,   Action.TRANSFER,     DESK,                          State.TRANSFERRED,   "elsewhere"),
    (State.TRANSFERRED,   Action.REPLY,        (Role.HANDLER,),               State.REPLIED,       None),
    (State.TRANSFERRED,   Action.ANSWER,       (Role.HANDLER,),               State.REPLIED,       "word for word"),
    (State.TRANSFERRED,   Action.DRAFT_REPLY,  (Role.HANDLER,),               State.DRAFTED,       "in other words"),
    (State.TRANSFERRED,   Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.DRAFTED,       Action.SIGN,         (Role.SPOKESPERSON,),          State.REPLIED,       "never the drafter"),
    (State.DRAFTED,       Action.REJECT,       (Role.SPOKESPERSON,),          State.TRANSFERRED,   "with a reason"),
    (State.DRAFTED,       Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.REPLIED,       Action.CLOSE,        (Role.HANDLER, Role.TRIAGE),   State.CLOSED,        "whoever answered"),
)  # fmt: skip
"""The same for ordinary petitions and for those in a small circle; what is moved goes on in the other one, linked.
Whenever its sender edits a message where they posted it, the petition stays where it is: that is no row here."""
