"""What may happen to a review, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import Role
from casework.workflow import Workflow


class Step(StrEnum):
    """What has to be done (审查, 审批)."""

    EXAMINATION = "examination"
    APPROVAL = "approval"


class State(StrEnum):
    """Where a review stands (待审查, 审查中, 待审批, 审批中, 准予, 不予, 终止)."""

    TO_EXAMINE = "to-examine"
    EXAMINING = "examining"
    TO_DECIDE = "to-decide"
    DECIDING = "deciding"
    APPROVED = "approved"
    DENIED = "denied"
    DISCONTINUED = "discontinued"


class Action(StrEnum):
    """What may be done."""

    START = "start"
    CLAIM = "claim"
    RELEASE = "release"
    COMPLETE = "complete"
    APPROVE = "approve"
    DENY = "deny"
    WARN = "warn"
    BREACH = "breach"
    DISCONTINUE = "discontinue"


STEPS = {
    State.TO_EXAMINE: Step.EXAMINATION,
    State.EXAMINING: Step.EXAMINATION,
    State.TO_DECIDE: Step.APPROVAL,
    State.DECIDING: Step.APPROVAL,
}
"""The step that is open in each state that isn't the end."""

TABLE = Workflow(
    # from             action           by                                   to                note
    (None,             Action.START,    (Role.SYSTEM,),                      State.TO_EXAMINE, "a case was accepted"),
    (State.TO_EXAMINE, Action.CLAIM,    (Role.EXAMINER,),                    State.EXAMINING,  None),
    (State.EXAMINING,  Action.RELEASE,  (Role.EXAMINER, Role.ADMINISTRATOR), State.TO_EXAMINE, "the holder; for them"),
    (State.EXAMINING,  Action.COMPLETE, (Role.EXAMINER,),                    State.TO_DECIDE,  "the holder"),
    (State.TO_DECIDE,  Action.CLAIM,    (Role.APPROVER,),                    State.DECIDING,   None),
    (State.DECIDING,   Action.RELEASE,  (Role.APPROVER, Role.ADMINISTRATOR), State.TO_DECIDE,  "the holder; for them"),
    (State.DECIDING,   Action.APPROVE,  (Role.APPROVER,),                    State.APPROVED,   "the holder"),
    (State.DECIDING,   Action.DENY,     (Role.APPROVER,),                    State.DENIED,     "with reasons, notice"),
    # Wherever it stands: its clocks run on, and the applicant may take the application back.
    *((state, Action.WARN,        (Role.SYSTEM,), state,              "yellow card") for state in STEPS),
    *((state, Action.BREACH,      (Role.SYSTEM,), state,              "red card") for state in STEPS),
    *((state, Action.DISCONTINUE, (Role.SYSTEM,), State.DISCONTINUED, "the case was withdrawn") for state in STEPS),
)  # fmt: skip
