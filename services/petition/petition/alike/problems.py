"""What refusals about petitions that are alike read like over HTTP."""

from typing import Final

from chassis.api.errors import Problem, ProblemType
from chassis.api.refusals import Refusals

from petition.alike import domain
from petition.alike.domain import MOST_LINKS

# fmt: off
ANSWERED_ALONE = ProblemType("answered-alone", 409, "须单独答复", "Answered by itself",
    "紧急的件、举报和涉警投诉须逐件阅读、单独答复。",
    "What can't wait, may report a crime or complains about police is read and answered by itself.")
OTHER_DRAFT = ProblemType("other-draft", 409, "拟稿不同", "Another draft",
    "只有与所阅拟稿完全相同的才能一并签发，请单独签发。", "Only the words that you have read are signed with them.")
STAYS_APART = ProblemType("stays-apart", 409, "该件不关联", "It is linked to nothing",
    "举报、涉警投诉保密办理，不与其他件关联。",
    "What may report a crime or complain about police is linked to nothing by staff.")
LINKED_TO_ITSELF = ProblemType("linked-to-itself", 422, "不能与自身关联", "It is one and the same",
    "请选择另一件。", "Choose another petition.")
OTHER_TENANTS = ProblemType("other-tenants", 409, "不属于同一地区", "Of another tenant",
    "只能关联同一地区的件。", "Only petitions of one tenant are linked.")
LINKED_BEFORE = ProblemType("linked-before", 409, "已关联", "Linked already",
    "两件已关联。", "The two are linked.")
NOT_LINKED = ProblemType("not-linked", 409, "未关联", "Not linked",
    "两件没有关联，无须取消。", "There is no link to take back.")
LINKED_ENOUGH = ProblemType("linked-enough", 409, "关联过多", "Linked to too many",
    f"一件至多关联 {MOST_LINKS} 件；更多的请看热点。", f"At most {MOST_LINKS}; see the hot matters for more.")
# fmt: on

REFUSALS: Final[Refusals] = {
    domain.AnsweredAlone: lambda _: Problem(ANSWERED_ALONE),
    domain.OtherDraft: lambda _: Problem(OTHER_DRAFT),
    domain.StaysApart: lambda _: Problem(STAYS_APART),
    domain.LinkedToItself: lambda _: Problem(LINKED_TO_ITSELF, pointer="/body/other"),
    domain.OtherTenants: lambda _: Problem(OTHER_TENANTS, pointer="/body/other"),
    domain.LinkedBefore: lambda _: Problem(LINKED_BEFORE, pointer="/body/other"),
    domain.NotLinked: lambda _: Problem(NOT_LINKED, pointer="/body/other"),
    domain.LinkedEnough: lambda _: Problem(LINKED_ENOUGH),
}
