"""What refusals from inside read like over HTTP."""

import casework.problems
from casework.access import Beyond
from casework.policy import RECUSED
from casework.problems import beyond
from chassis.api.errors import Problem, ProblemType
from chassis.policy import Scope

from accept import domain

# fmt: off
UNKNOWN_ITEM = ProblemType("unknown-service-item", 422, "未知的事项", "Unknown service item",
    "请从事项目录中选择。", "Choose one of the catalogue, /v1/service-items.")
RETIRED_ITEM = ProblemType("retired-service-item", 409, "事项已取消", "The service item was retired",
    "该事项已不在目录中，请联系管理员。", "It isn't in the catalogue any more; ask an administrator.")
NOT_OFFERED = ProblemType("not-offered", 422, "本地不办理此事项", "Not offered here",
    "请到 offered_in 中列出的地区办理。", "See offered_in for where it is offered.")
UNKNOWN_REASON = ProblemType("unknown-reason", 422, "未知的理由", "Unknown reason",
    "请从 known 中选择理由。", "Choose reasons listed in known.")
OWN_CASE = ProblemType("own-case", 403, "本人的件须回避", "Your own case",
    "您是申请人，请由其他工作人员办理。", "You are the applicant; another officer has to decide.")
NOT_APPLICANT = ProblemType("not-applicant", 403, "您不是申请人", "Not yours",
    "只有申请人本人可以撤回。", "Only the applicant takes an application back.")
ERASED = ProblemType("erased", 409, "申请人信息已删除", "The applicant's data was erased",
    "申请表已无法读取，不能受理。", "The form can't be read any more, so it can't be accepted.")
# fmt: on


REFUSALS = casework.problems.REFUSALS | {
    domain.UnknownItem: lambda _: Problem(UNKNOWN_ITEM, pointer="/body/item"),
    domain.RetiredItem: lambda _: Problem(RETIRED_ITEM),
    domain.NotOffered: lambda refused: Problem(
        NOT_OFFERED, pointer="/body/item", extensions={"offered_in": list(refused.offered_in)}
    ),
    domain.UnknownReason: lambda refused: Problem(
        UNKNOWN_REASON, pointer="/body/reasons", extensions={"known": list(refused.known)}
    ),
    Beyond: beyond({RECUSED.name: OWN_CASE, Scope.OWN: NOT_APPLICANT}),
    domain.Erased: lambda _: Problem(ERASED),
}
