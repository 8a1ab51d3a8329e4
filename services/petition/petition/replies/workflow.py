"""What may happen to an answer of the library, who may do it, and where it leads. The only place that knows.

That whoever checks is never one of those who made it is the policy's to say, which knows the people.
"""

from enum import StrEnum

from casework.roles import Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where the newest version of an answer stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    PUBLISHED = "published"
    RETIRING = "retiring"
    RETIRED = "retired"


class Action(StrEnum):
    """What may be done."""

    DRAFT = "draft"
    REVISE = "revise"
    ABANDON = "abandon"
    SUBMIT = "submit"
    REJECT = "reject"
    PUBLISH = "publish"
    PROPOSE_RETIREMENT = "propose-retirement"
    KEEP = "keep"
    RETIRE = "retire"


TABLE = Workflow(
    # from             action                     by                    to               note
    (None,             Action.DRAFT,              (Role.HANDLER,),      State.DRAFT,     None),
    (State.DRAFT,      Action.REVISE,             (Role.HANDLER,),      State.DRAFT,     "the same version"),
    (State.DRAFT,      Action.ABANDON,            (Role.HANDLER,),      State.PUBLISHED, "only where one is published"),
    (State.DRAFT,      Action.SUBMIT,             (Role.HANDLER,),      State.IN_REVIEW, None),
    (State.IN_REVIEW,  Action.REJECT,             (Role.SPOKESPERSON,), State.DRAFT,     "with a reason"),
    (State.IN_REVIEW,  Action.PUBLISH,            (Role.SPOKESPERSON,), State.PUBLISHED, "never who wrote it"),
    (State.PUBLISHED,  Action.REVISE,             (Role.HANDLER,),      State.DRAFT,     "the next version"),
    (State.PUBLISHED,  Action.PROPOSE_RETIREMENT, (Role.HANDLER,),      State.RETIRING,  "out of use at once"),
    (State.RETIRING,   Action.KEEP,               (Role.SPOKESPERSON,), State.PUBLISHED, "never who proposed it"),
    (State.RETIRING,   Action.RETIRE,             (Role.SPOKESPERSON,), State.RETIRED,   "never who proposed it"),
)  # fmt: skip
