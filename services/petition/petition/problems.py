"""What refusals from inside read like over HTTP."""

import casework.problems
from casework.access import Beyond
from casework.policy import RECUSED
from casework.problems import beyond
from chassis.api.errors import Problem, ProblemType
from chassis.policy import Scope

from petition import domain
from petition.departments import DEPARTMENTS

# fmt: off
UNKNOWN_DEPARTMENT = ProblemType("unknown-department", 422, "未知的部门", "Unknown department",
    "请从 known 中选择部门。", "Choose a department listed in known.")
SAME_DEPARTMENT = ProblemType("same-department", 409, "已在该部门", "Already with this department",
    "该件已转交此部门，请选择其他部门。", "It was transferred to this department; choose another one.")
WRONG_DEPARTMENT = ProblemType("wrong-department", 403, "不属于您的部门", "Another department's",
    "只有承办部门可以答复和办结。", "Only the department in charge may reply and close.")
OWN_PETITION = ProblemType("own-petition", 403, "本人的件须回避", "Your own petition",
    "您是提交人，请由其他工作人员办理。", "You wrote it; another officer has to handle it.")
INVOLVED = ProblemType("involved-handles", 422, "被投诉的单位或人员须回避", "Complained about",
    "请转交其他部门、其他承办人。", "Choose another department, and other handlers.")
NOBODY_ENTRUSTED = ProblemType("nobody-entrusted", 422, "举报须指定承办人", "A report needs named handlers",
    "请在 handlers 中指定承办人。", "Name the handlers to whom it is entrusted in handlers.")
NOTHING_ANSWERED = ProblemType("nothing-answered", 409, "尚未答复", "Nothing was answered",
    "未答复的件不能以“已答复”办结。", "Without a reply it can't be closed as answered.")
POSTED_LATER = ProblemType("posted-later", 422, "发布时间晚于现在", "Posted in the future",
    "posted_at 不能晚于现在。", "posted_at can't lie in the future.")
# fmt: on


REFUSALS = casework.problems.REFUSALS | {
    domain.UnknownDepartment: lambda _: Problem(
        UNKNOWN_DEPARTMENT, pointer="/body/department", extensions={"known": list(DEPARTMENTS)}
    ),
    domain.InvolvedHandles: lambda _: Problem(INVOLVED),
    domain.NobodyEntrusted: lambda _: Problem(NOBODY_ENTRUSTED, pointer="/body/handlers"),
    domain.SameDepartment: lambda _: Problem(SAME_DEPARTMENT, pointer="/body/department"),
    Beyond: beyond({RECUSED.name: OWN_PETITION, Scope.DEPARTMENT: WRONG_DEPARTMENT}),
    domain.NothingAnswered: lambda _: Problem(NOTHING_ANSWERED, pointer="/body/outcome"),
    domain.PostedLater: lambda _: Problem(POSTED_LATER, pointer="/body/posted_at"),
}
