"""What refusals about working together read like over HTTP."""

from chassis.api.errors import NOT_FOUND, Problem, ProblemType
from chassis.api.refusals import Reading

from petition.collaboration import domain, helping, merging

# fmt: off
NOT_SHARED = ProblemType("not-shared", 409, "该件不邀请协办", "Shared with nobody",
    "举报、涉警投诉由指定人员办理，不邀请其他部门。",
    "What may report a crime or complain about police stays with whoever it is entrusted to.")
UNKNOWN_OFFICE = ProblemType("unknown-tenant-invited", 422, "未知的地区", "Unknown city",
    "tenant 须为本平台的区划代码。", "tenant has to be the code of a city of this platform, or of the province.")
INVITED_BEFORE = ProblemType("invited-before", 409, "已邀请该部门", "Invited already",
    "可以催协办，或撤回后另行邀请。", "Remind them, or withdraw the invitation first.")
TOO_MANY_INVITED = ProblemType("too-many-invited", 409, "邀请过多", "Too many were invited",
    f"同时至多 {domain.MOST_AT_ONCE} 个部门，每件至多 {domain.MOST} 次；请先撤回。",
    f"At most {domain.MOST_AT_ONCE} at a time, and {domain.MOST} in all; withdraw one first.")
BEYOND_DEADLINE = ProblemType("beyond-deadline", 422, "超过答复期限", "Beyond the citizen's deadline",
    "协办时限不得晚于 due_at。", "Whoever is asked has to answer by due_at.")
NO_SUCH_INVITATION = ProblemType("no-such-invitation", 409, "没有该邀请", "No such invitation",
    "该编号没有待办的邀请：可能已提交、谢绝、撤回或结束。",
    "Nothing is expected of it: they have contributed or declined, or it was withdrawn or is over.")
REMINDED_TODAY = ProblemType("reminded-today", 409, "今日已催", "Reminded today",
    "每个部门每日一次。", "Each department once a day.")
NOT_JOINED = ProblemType("not-joined", 409, "尚未签收协办", "Not signed for yet",
    "请先签收，再提交意见。", "Sign for the invitation first.")
CONTRIBUTED_ALREADY = ProblemType("contributed-already", 409, "已提交意见", "Contributed already",
    "可以修改意见，不能再谢绝。", "The opinion can be amended, not declined any more.")
MERGED = ProblemType("opinion-merged", 409, "意见已被采纳", "It was merged",
    "待签发的答复已采纳该意见。", "A reply that waits for its signature rests on it.")
AMENDED_TOO_OFTEN = ProblemType("amended-too-often", 409, "修改次数已满", "Amended too often",
    f"至多提交 {helping.MOST_TIMES} 次。", f"It can be said {helping.MOST_TIMES} times.")
STILL_AWAITED = ProblemType("still-awaited", 409, "协办意见未到", "Opinions are still awaited",
    "invitations 所列的邀请尚在时限内：请等候，或撤回。",
    "Those in invitations have time left: wait for them, or withdraw the invitations.")
NOT_CONTRIBUTED = ProblemType("not-contributed", 422, "没有该意见", "Nobody contributed that",
    "contributed 只能引用已提交的意见。", "contributed names invitations whose opinions have come.")
# fmt: on


REFUSALS: dict[type[Exception], Reading] = {
    domain.NotShared: lambda _: Problem(NOT_SHARED),
    domain.UnknownOffice: lambda _: Problem(UNKNOWN_OFFICE, pointer="/body/tenant"),
    domain.InvitedBefore: lambda _: Problem(INVITED_BEFORE),
    domain.TooManyInvited: lambda _: Problem(TOO_MANY_INVITED),
    domain.BeyondDeadline: lambda refused: Problem(
        BEYOND_DEADLINE, pointer="/body/days", extensions={"due_at": refused.due_at.isoformat()}
    ),
    domain.NoSuchInvitation: lambda _: Problem(NO_SUCH_INVITATION, pointer="/body/invitation"),
    domain.RemindedToday: lambda _: Problem(REMINDED_TODAY),
    helping.NotInvited: lambda _: Problem(NOT_FOUND),
    helping.NotJoined: lambda _: Problem(NOT_JOINED),
    helping.ContributedAlready: lambda _: Problem(CONTRIBUTED_ALREADY),
    helping.AmendedTooOften: lambda _: Problem(AMENDED_TOO_OFTEN),
    merging.Merged: lambda _: Problem(MERGED),
    merging.StillAwaited: lambda refused: Problem(STILL_AWAITED, extensions={"invitations": list(refused.numbers)}),
    merging.NotContributed: lambda _: Problem(NOT_CONTRIBUTED, pointer="/body/contributed"),
}
