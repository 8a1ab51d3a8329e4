"""What refusals from inside read like over HTTP."""

import casework.problems
from casework.access import Beyond
from casework.policy import RECUSED, SEPARATED
from casework.problems import beyond
from chassis.api.errors import Problem, ProblemType

from approve import domain

# fmt: off
OWN_APPLICATION = ProblemType("own-application", 403, "本人申请的件须回避", "Your own application",
    "您是申请人，请由其他工作人员办理。", "You are the applicant; another officer has to handle it.")
OWN_EXAMINATION = ProblemType("own-examination", 403, "审查与审批须分离", "Examined by yourself",
    "审查由您完成，请由其他人员审批。", "You examined it; somebody else has to decide.")
NOT_HOLDER = ProblemType("not-holder", 403, "不是您领办的任务", "Not your task",
    "请由领办人办理，或待其退回后领办。", "Whoever took it on has to act, or to give it back first.")
# fmt: on


REFUSALS = casework.problems.REFUSALS | {
    Beyond: beyond({RECUSED.name: OWN_APPLICATION, SEPARATED.name: OWN_EXAMINATION}),
    domain.NotHolder: lambda _: Problem(NOT_HOLDER),
}
