"""What refusals of workflows read like over HTTP."""

from chassis.api.errors import FORBIDDEN, Problem, ProblemType
from chassis.api.refusals import Reading

from casework.workflow import UnknownTenant, WrongRole, WrongState

# fmt: off
UNKNOWN_TENANT = ProblemType("unknown-tenant", 403, "未知的地区", "Unknown city",
    "您所属的地区代码不在本平台范围内。", "The city code of your account is none of this platform's.")
WRONG_STATE = ProblemType("wrong-state", 409, "当前状态不能进行此操作", "Not possible in this state",
    "请按 possible 中列出的操作办理。", "See possible for what can be done now.")
# fmt: on


def _wrong_state(refused: WrongState) -> Problem:
    return Problem(WRONG_STATE, extensions={"state": refused.state, "possible": list(refused.possible)})


def _wrong_role(refused: WrongRole) -> Problem:
    return Problem(FORBIDDEN, extensions={"needed": sorted(refused.needed)})


REFUSALS: dict[type[Exception], Reading] = {
    WrongState: _wrong_state,
    WrongRole: _wrong_role,
    UnknownTenant: lambda _: Problem(UNKNOWN_TENANT),
}
"""Part of the list of each service that has a workflow."""
