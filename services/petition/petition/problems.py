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
NOBODY_ACCUSED = ProblemType("nobody-accused", 422, "涉警投诉须写明被投诉单位", "Who is complained about",
    "请在 accused 中写明被投诉的部门，由其以外的人员办理。",
    "Name the departments complained about in accused: they stay away.")
WRONG_OUTCOME = ProblemType("wrong-outcome", 409, "该件不能这样办结", "It can't end like that",
    "只有举报可以“立案”或“不予立案”；转出请用 move。",
    "Only a report of crime is filed or not filed; use move to move it.")
SAME_CIRCLE = ProblemType("same-circle", 409, "无须转入该范围", "Nothing would move",
    "该件已在此范围内，或举报不能转为普通留言。", "It is there already, or a report can't become an ordinary petition.")
CONTENT_ERASED = ProblemType("content-erased", 409, "内容已删除", "Its content was erased",
    "来信人的数据已删除，该件无法另立。", "Its sender was erased; nothing is left that could begin anew.")
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
    domain.NobodyAccused: lambda _: Problem(NOBODY_ACCUSED, pointer="/body/accused"),
    domain.WrongOutcome: lambda _: Problem(WRONG_OUTCOME, pointer="/body/outcome"),
    domain.SameCircle: lambda _: Problem(SAME_CIRCLE, pointer="/body/to"),
    domain.ContentErased: lambda _: Problem(CONTENT_ERASED),
    domain.SameDepartment: lambda _: Problem(SAME_DEPARTMENT, pointer="/body/department"),
    Beyond: beyond({RECUSED.name: OWN_PETITION, Scope.DEPARTMENT: WRONG_DEPARTMENT}),
    domain.NothingAnswered: lambda _: Problem(NOTHING_ANSWERED, pointer="/body/outcome"),
    domain.PostedLater: lambda _: Problem(POSTED_LATER, pointer="/body/posted_at"),
}
