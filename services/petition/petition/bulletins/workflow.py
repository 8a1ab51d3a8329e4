"""What may happen to a bulletin, who may do it, and where it leads. The only place that knows.

That whoever signs is never one of those who wrote it is the policy's to say, which knows the people.
"""

from enum import StrEnum

from casework.roles import Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a bulletin stands."""

    DRAFTED = "drafted"
    DISCARDED = "discarded"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Action(StrEnum):
    """What may be done."""

    ANSWER_ALERT = "answer-alert"
    DRAFT = "draft"
    REVISE = "revise"
    DISCARD = "discard"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


WRITERS = (Role.HANDLER, Role.TRIAGE, Role.SPOKESPERSON)

TABLE = Workflow(
    # from            action               by                    to               note
    (None,            Action.ANSWER_ALERT, (Role.SYSTEM,),       State.DRAFTED,   "one an alert"),
    (None,            Action.DRAFT,        WRITERS,              State.DRAFTED,   None),
    (State.DRAFTED,   Action.REVISE,       WRITERS,              State.DRAFTED,   "whoever does has written it, too"),
    (State.DRAFTED,   Action.DISCARD,      WRITERS,              State.DISCARDED, "with a reason"),
    (State.DRAFTED,   Action.PUBLISH,      (Role.SPOKESPERSON,), State.PUBLISHED, "never who wrote it"),
    (State.PUBLISHED, Action.WITHDRAW,     (Role.SPOKESPERSON,), State.WITHDRAWN, "with a reason, for all to see"),
)  # fmt: skip
