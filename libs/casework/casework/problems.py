"""What refusals of workflows read like over HTTP."""

from collections.abc import Mapping

from chassis.api.errors import FORBIDDEN, Problem, ProblemType
from chassis.api.refusals import Reading
from chassis.policy import Scope

from casework.access import Beyond
from casework.workflow import UnknownTenant, WrongRole, WrongState

# fmt: off
UNKNOWN_TENANT = ProblemType("unknown-tenant", 403, "未知的地区", "Unknown city",
    "您所属的地区代码不在本平台范围内。", "The city code of your account is none of this platform's.")
OTHER_CITY = ProblemType("other-city", 403, "属于其他地区", "Another city's",
    "只有受理地的工作人员可以办理。", "Only officers of its own city may act on it.")
WRONG_STATE = ProblemType("wrong-state", 409, "当前状态不能进行此操作", "Not possible in this state",
    "请按 possible 中列出的操作办理。", "See possible for what can be done now.")
# fmt: on


def _wrong_state(refused: WrongState) -> Problem:
    return Problem(WRONG_STATE, extensions={"state": refused.state, "possible": list(refused.possible)})


def _wrong_role(refused: WrongRole) -> Problem:
    return Problem(FORBIDDEN, extensions={"needed": sorted(refused.needed)})


def beyond(words: Mapping[str, ProblemType]) -> Reading:
    """Say in a service's words which condition of the policy keeps somebody from a change.

    Args:
        words: By the condition's name.
    """
    known = {Scope.TENANT: OTHER_CITY, Scope.TENANTS_BELOW: OTHER_CITY, **words}

    def reading(refused: Beyond) -> Problem:
        return Problem(known.get(refused.lacking.name if refused.lacking else "", FORBIDDEN))

    return reading


REFUSALS: dict[type[Exception], Reading] = {
    WrongState: _wrong_state,
    WrongRole: _wrong_role,
    UnknownTenant: lambda _: Problem(UNKNOWN_TENANT),
    Beyond: beyond({}),
}
"""Part of the list of each service that has a workflow."""
