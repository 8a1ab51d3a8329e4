"""How a refusal reads to whoever was refused: one row a reason, Chinese first, English second."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from chassis.api.errors import FORBIDDEN, Problem, ProblemType

from petition import domain
from petition.departments import DEPARTMENTS
from petition.workflow import Refused, WrongRole, WrongState

# fmt: off
UNKNOWN_TENANT = ProblemType("unknown-tenant", 403, "未知的地区", "Unknown city",
    "您所属的地区代码不在本平台范围内。", "The city code of your account is none of this platform's.")
UNKNOWN_DEPARTMENT = ProblemType("unknown-department", 422, "未知的部门", "Unknown department",
    "请从 known 中选择部门。", "Choose a department listed in known.")
SAME_DEPARTMENT = ProblemType("same-department", 409, "已在该部门", "Already with this department",
    "该件已转交此部门，请选择其他部门。", "It was transferred to this department; choose another one.")
WRONG_STATE = ProblemType("wrong-state", 409, "当前状态不能进行此操作", "Not possible in this state",
    "请按 possible 中列出的操作办理。", "See possible for what can be done now.")
WRONG_DEPARTMENT = ProblemType("wrong-department", 403, "不属于您的部门", "Another department's",
    "只有承办部门可以答复和办结。", "Only the department in charge may reply and close.")
NOTHING_ANSWERED = ProblemType("nothing-answered", 409, "尚未答复", "Nothing was answered",
    "未答复的件不能以“已答复”办结。", "Without a reply it can't be closed as answered.")
POSTED_LATER = ProblemType("posted-later", 422, "发布时间晚于现在", "Posted in the future",
    "posted_at 不能晚于现在。", "posted_at can't lie in the future.")
# fmt: on


def _wrong_state(refused: Refused) -> Problem:
    assert isinstance(refused, WrongState)  # noqa: S101  registered for this class
    return Problem(WRONG_STATE, extensions={"state": refused.state, "possible": list(refused.possible)})


def _wrong_role(refused: Refused) -> Problem:
    assert isinstance(refused, WrongRole)  # noqa: S101  registered for this class
    return Problem(FORBIDDEN, extensions={"needed": sorted(refused.needed)})


READINGS: dict[type[Refused], Callable[[Refused], Problem]] = {
    WrongState: _wrong_state,
    WrongRole: _wrong_role,
    domain.UnknownTenant: lambda _: Problem(UNKNOWN_TENANT),
    domain.UnknownDepartment: lambda _: Problem(
        UNKNOWN_DEPARTMENT, pointer="/body/department", extensions={"known": list(DEPARTMENTS)}
    ),
    domain.SameDepartment: lambda _: Problem(SAME_DEPARTMENT, pointer="/body/department"),
    domain.WrongDepartment: lambda _: Problem(WRONG_DEPARTMENT),
    domain.NothingAnswered: lambda _: Problem(NOTHING_ANSWERED, pointer="/body/outcome"),
    domain.PostedLater: lambda _: Problem(POSTED_LATER, pointer="/body/posted_at"),
}


@contextmanager
def readable() -> Iterator[None]:
    """Turn a refusal from inside into its problem document.

    Raises:
        Problem: See ``READINGS``.
    """
    try:
        yield
    except Refused as refused:
        raise READINGS[type(refused)](refused) from refused
