"""What refusals from inside read like over HTTP."""

from typing import Final

import casework.problems
from casework.access import Beyond
from casework.policy import RECUSED, SECOND, UNASKED, UNDRAFTED, UNPROPOSED, UNWRITTEN
from casework.problems import beyond
from chassis.api.errors import Problem, ProblemType
from chassis.api.refusals import Refusals
from chassis.policy import Scope

from petition import domain
from petition.alike import problems as alike
from petition.attachments import keeping, uploads
from petition.attachments.attachment import MOST, TAKEN
from petition.bulletins.domain import Unverified
from petition.collaboration.problems import REFUSALS as OF_COLLABORATION
from petition.departments import DEPARTMENTS
from petition.feedback import domain as feedback
from petition.handling import extension, jurisdiction, supplement, urging
from petition.holding.domain import SignInInstead
from petition.outbound.domain import CodeGone
from petition.paging import domain as paging
from petition.publishing import domain as publishing
from petition.replies import answering
from petition.replies import domain as replies
from petition.review import domain as review
from petition.rosters import domain as rosters
from petition.spam import domain as spam

# fmt: off
UNKNOWN_DEPARTMENT = ProblemType("unknown-department", 422, "未知的部门", "Unknown department",
    "请从 known 中选择部门。", "Choose a department listed in known.")
SIGN_IN_INSTEAD = ProblemType("sign-in-instead", 409, "请登录后办理", "Sign in to do it",
    "该件由账户提交，请登录后评价、补充或提出。", "It came from an account here: sign in, and do it there.")
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
    "只有举报可以“立案”或“不予立案”，只有普通件可以“已终局”；转出请用 move。",
    "Only a report is filed or not, only what is ordinary was finally decided; use move to move it.")
TAKES_TWO = ProblemType("spam-takes-two", 409, "垃圾信息须两人办结", "Spam takes two people",
    "请用 propose-spam 提议，由另一人确认。", "Propose it with propose-spam; another officer of the desk agrees.")
PROPOSED_ALREADY = ProblemType("spam-proposed-already", 409, "已有人提议", "Somebody has proposed it",
    "请由提议人以外的分办人员确认或否决。", "Another officer of the desk agrees, or doesn't.")
NOT_PROPOSED = ProblemType("spam-not-proposed", 409, "没有待确认的提议", "Nobody has proposed it",
    "无人提议，或提议后该件已有变化。", "Nobody takes it for spam, or something has happened to it since.")
DANGER_NOT_TAKEN = ProblemType("danger-not-taken", 409, "紧急情形尚未接警", "Nobody has taken what can't wait",
    "请先接警核实，或照常分办。", "Take it first and look, or hand it out.")
SAME_CIRCLE = ProblemType("same-circle", 409, "无须转入该范围", "Nothing would move",
    "该件已在此范围内，或举报不能转为普通留言。", "It is there already, or a report can't become an ordinary petition.")
CONTENT_ERASED = ProblemType("content-erased", 409, "内容已删除", "Its content was erased",
    "来信人的数据已删除，该件无法另立。", "Its sender was erased; nothing is left that could begin anew.")
NOTHING_ANSWERED = ProblemType("nothing-answered", 409, "尚未答复", "Nothing was answered",
    "未答复的件不能以“已答复”办结。", "Without a reply it can't be closed as answered.")
POSTED_LATER = ProblemType("posted-later", 422, "发布时间晚于现在", "Posted in the future",
    "posted_at 不能晚于现在。", "posted_at can't lie in the future.")
TRANSFER_RING = ProblemType("transfer-ring", 409, "循环转办", "It would go round",
    "path 中的部门退回过该件，请由督办或上级指定。", "It was given back along path; the superior decides.")
DECIDED = ProblemType("jurisdiction-decided", 409, "已指定管辖", "Its jurisdiction was decided",
    "上级的决定须执行，不能退回、争议或改转。", "The common superior's decision binds.")
RETURNED_TOO_OFTEN = ProblemType("returned-too-often", 409, "退回次数已满", "Given back too often",
    "可以签收，或提出管辖争议。", "Sign for it, or dispute it.")
DISPUTED_BEFORE = ProblemType("disputed-before", 409, "已提出过争议", "Disputed before",
    "各方只能提出一次。", "Each side may do so once.")
NOT_DISPUTABLE = ProblemType("not-disputable", 409, "不适用管辖争议", "Not to be disputed",
    "保密办理的件、举报可以退回，不提争议。", "What only named handlers may know of is given back instead.")
NOTHING_TO_DECIDE = ProblemType("nothing-to-decide", 409, "没有需要指定的管辖", "Nothing to decide",
    "没有部门退回过该件，请分办。", "No department has given it back; transfer it.")
ASKED_BEFORE = ProblemType("asked-before", 409, "已要求过补充材料", "Asked before",
    "只能要求一次，请以现有材料办理。", "That is possible once; go on with what there is.")
NOBODY_TO_ASK = ProblemType("nobody-to-ask", 409, "无法要求补充材料", "Nobody to ask",
    "保密办理的件不能要求补充，请以现有材料办理。", "It is in confidence: go on with what there is.")
TOO_LATE = ProblemType("time-limit-passed", 409, "期限已过", "The time limit has passed",
    "期限届满后不能中止或延长。", "Nothing can stop or extend it any more.")
ASKED_FOR_EXTENSION = ProblemType("extension-asked-for", 409, "已申请过延期", "Asked for already",
    "只能申请一次。", "That is possible once.")
NO_EXTENSION_ASKED = ProblemType("no-extension-asked", 409, "没有待批的延期", "No extension to decide",
    "承办部门未申请，或已作决定。", "The department hasn't asked, or it was decided.")
NO_EXTENSION = ProblemType("not-extendable", 409, "不能延期", "Not extendable",
    "时限规则不允许延长，或不允许这么久。", "The rule allows no extension, or none so long.")
NOT_URGEABLE = ProblemType("not-urgeable", 409, "不适用催办", "Not to be urged",
    "保密办理的件不催办。", "It is handled in confidence.")
URGED_TOO_OFTEN = ProblemType("urged-too-often", 409, "催办次数已满", "Urged too often",
    "来信人每日一次，至多三次；义务监督员每日一次。", "Its sender once a day and three times; a volunteer once a day.")
WRONG_PERIOD = ProblemType("wrong-period", 422, "有效期有误", "Wrong period",
    "有效期的最后一天不能早于第一天，也不能早于发布日。", "It can't end before it begins, nor before it is published.")
NO_BASIS = ProblemType("no-legal-basis", 422, "缺少法律依据", "No legal basis",
    "请写明法律依据及其来源。", "Name a provision, and where its text was read.")
SAME_PERSON = ProblemType("same-person", 403, "须由他人复核", "Somebody else has to check it",
    "起草人、提议人不能复核自己的内容。", "Whoever wrote or proposed it can't be the one who checks it.")
HOLDS_PERSONAL = ProblemType("holds-personal-data", 422, "含有个人信息", "Holds personal data",
    "内容面向公众，请删去 kinds 所列的信息。", "It is for everybody; take out what kinds lists.")
DRAFT_ERASED = ProblemType("draft-erased", 409, "拟稿已删除", "The draft was erased",
    "提交人的信息已依法删除，不能再答复。", "Its author's data was erased; nobody can be answered any more.")
NOT_FROM_LIBRARY = ProblemType("not-from-library", 409, "举报不用口径答复", "Never answered from the library",
    "举报、涉警投诉须由指定承办人答复。", "The handlers to whom it is entrusted answer it themselves.")
NOTHING_PUBLISHED = ProblemType("nothing-published", 409, "尚无已发布的版本", "Nothing is published",
    "没有可以恢复的版本。", "There is no version to go back to.")
NOT_IN_FORCE = ProblemType("not-in-force", 409, "口径不在有效期内", "Not in force",
    "今天不能用这条口径答复。", "It can't be answered with today.")
NOT_OVERRIDABLE = ProblemType("not-overridable", 422, "不能覆盖该口径", "Can't be overridden",
    "只有地市可以覆盖省级口径。", "Only a city overrides, and only what the province answers.")
IN_CONFIDENCE = ProblemType("in-confidence", 409, "该件保密办理", "Handled in confidence",
    "举报、涉警投诉不评价、不回访，也不在此重新办理。",
    "What may report a crime or complain about police is neither rated, nor followed by a call, nor reopened here.")
RATED_ALREADY = ProblemType("rated-already", 409, "已评价过", "Rated already",
    "同一答复只能评价一次。", "One answer is rated once.")
NO_CALL_BACK = ProblemType("no-call-back", 409, "无须回访", "No call-back is due",
    "该件没有待办的回访，或已回访。", "Nobody has to be called back, or somebody was.")
WINDOW_CLOSED = ProblemType("window-closed", 409, "已过重新办理的期限", "Too late to reopen it",
    "请另行提交，或申请复查。", "Write in anew, or ask for a review.")
REOPENED_ENOUGH = ProblemType("reopened-enough", 409, "不再重新办理", "Not reopened any more",
    "已重新办理两次，或已复查；请申请复查、复核。", "It was reopened twice, or reviewed: what remains is a review.")
NOT_UNSOLVED = ProblemType("not-unsolved", 409, "回访未记为未解决", "Not found unsolved",
    "只有回访得知未解决的件才由分办人员重新办理。", "The desk reopens only what a call-back found unsolved.")
NO_REVIEW_OF_CRIME = ProblemType("no-review-of-a-report", 409, "举报不在此复查", "A report isn't reviewed here",
    "对不予立案决定不服的，可以依法向作出决定的公安机关申请复议，或者请人民检察院监督。",
    "If no case is filed: ask the authority that decided to reconsider, or turn to the procuratorate.")
NO_REVIEW_OF_POLICE = ProblemType("no-review-of-a-complaint", 409, "涉警投诉不在此复查", "Not reviewed here",
    "该件已由上一级督察部门办理。仍不服的，可以向公安部督察部门或者纪检监察机关反映。",
    "The tier above has dealt with it: turn to the ministry's supervision, or to the discipline authorities.")
REVIEW_WINDOW_CLOSED = ProblemType("review-window-closed", 409, "已过请求复查、复核的期限", "Too late for a review",
    "须在收到答复或复查意见之日起三十日内提出。", "It has to be asked for within thirty days of the decision.")
REVIEWED_BEFORE = ProblemType("reviewed-before", 409, "已复查过", "Reviewed before",
    "每一级只能请求一次；对复查意见不服的，请求复核。", "Each rung is climbed once: ask for the final review.")
NOT_REVIEWED_YET = ProblemType("not-reviewed-yet", 409, "尚未复查", "Not reviewed yet",
    "请先请求复查。", "Ask for a review first.")
NO_TIER_ABOVE = ProblemType("no-tier-above", 409, "上一级不在本平台", "No tier above it here",
    "省级机关的复查意见，向其上一级机关书面请求复核。", "Ask the province's superior in writing.")
NOBODY_TO_SEND_BACK_TO = ProblemType("nobody-to-send-back-to", 409, "没有承办部门", "No department answered",
    "该件由分办直接答复，请直接变更答复。", "The desk answered at once: change the answer instead.")
STAYS_HIDDEN = ProblemType("stays-hidden", 409, "该件不公开", "It is never published",
    "举报、涉警投诉保密办理，不公开，也不公开更正。",
    "What may report a crime or complain about police is never published, nor corrected in the open.")
NO_CONSENT = ProblemType("no-consent", 409, "本人未同意公开", "No consent",
    "须经提交人同意方可公开。", "Whoever wrote it has to agree first.")
NOT_PUBLISHED = ProblemType("not-published", 409, "尚未公开", "Not published",
    "没有可以撤下的内容。", "There is nothing to take back.")
CORRECTION_MISSING = ProblemType("correction-missing", 422, "须一并公开更正", "The correction is missing",
    "该答复已更正，请填写 correction。", "It was corrected; say how in correction.")
UNVERIFIED = ProblemType("not-verified", 409, "尚未核实", "Nobody has verified it",
    "预警生成的草稿须先由人核实修改，再由他人签发。",
    "What an alert drafted has to be verified and put into words by somebody, then signed by somebody else.")
UNKNOWN_CONTENT = ProblemType("unknown-file-content", 415, "不接收此类文件", "Not a file that is taken",
    "按内容识别，请从 known 所列的类型中选择。", "Told by its content, not by its name; known lists what is taken.")
TOO_MANY_FILES = ProblemType("too-many-files", 409, "待提交的附件过多", "Too many files are waiting",
    f"一件诉求最多 {MOST} 个附件；请先提交，或等待一天。",
    f"A petition has at most {MOST} files: submit it first, or wait a day.")
UNKNOWN_UPLOAD = ProblemType("unknown-upload", 422, "附件不存在或已过期", "No such upload",
    "请重新上传附件：每个附件只用于一件诉求，上传后一天内有效。",
    "Upload the file again: each is for one petition, and for one day.")
NOBODY_PAGED = ProblemType("nobody-paged", 409, "无须接警", "There is nothing to take",
    "该件未传呼值班，或已办结。", "Nobody was paged about it, or it was closed.")
TAKEN_ALREADY = ProblemType("taken-already", 409, "已有人接警", "Somebody has taken it",
    "该件已由他人接警，时间见 taken_at。", "Somebody else looks after it, since taken_at.")
BACKWARDS_SHIFT = ProblemType("backwards-shift", 422, "班次起止颠倒", "It ends before it begins",
    "ends_at 须晚于 starts_at。", "ends_at has to come after starts_at.")
LONG_SHIFT = ProblemType("long-shift", 422, "班次过长", "Too long a shift",
    "不得超过 most_hours 小时，请分为几班。", "At most most_hours; make several shifts of it.")
PAST_SHIFT = ProblemType("past-shift", 422, "班次已过", "It is past",
    "ends_at 须晚于现在。", "ends_at has to lie in the future.")
SHIFT_OVER = ProblemType("shift-over", 409, "班次已结束", "It is over",
    "该班次已结束或已取消。", "It has ended, or was ended before.")
SHIFT_FAR_AHEAD = ProblemType("shift-far-ahead", 422, "排班过早", "Too far ahead",
    "只能排一年以内的班次。", "It has to begin within a year.")
OVERLAPPING_SHIFT = ProblemType("overlapping-shift", 409, "与已有班次重叠", "Somebody has the post then",
    "该岗位 starts_at 至 ends_at 已有班次，请先结束它，或错开时间。",
    "From starts_at to ends_at somebody has it: end that shift first, or choose another time.")
OWN_DEPUTY = ProblemType("own-deputy", 422, "副班不能是本人", "Nobody is their own deputy",
    "请为 deputy 另选一人。", "Choose somebody else as deputy.")
NOT_ON_SHIFT = ProblemType("not-on-shift", 403, "不在班", "It is somebody else's turn",
    "本地排有发言人班次，须由当班人员或其副班签发。",
    "The tenant keeps a roster of spokespersons: whoever has the shift signs, or their deputy.")
CODE_GONE = ProblemType("code-link-gone", 404, "链接已失效", "The link gives nothing",
    "链接只能使用一次，且 30 天内有效。请凭原帖再次联系。",
    "It is good once, for 30 days. Write again where you wrote before.")
# fmt: on


REFUSALS: Final[Refusals] = {
    **casework.problems.REFUSALS,
    **alike.REFUSALS,
    **OF_COLLABORATION,
    jurisdiction.UnknownDepartment: lambda _: Problem(
        UNKNOWN_DEPARTMENT, pointer="/body/department", extensions={"known": list(DEPARTMENTS)}
    ),
    jurisdiction.InvolvedHandles: lambda _: Problem(INVOLVED),
    jurisdiction.NobodyEntrusted: lambda _: Problem(NOBODY_ENTRUSTED, pointer="/body/handlers"),
    jurisdiction.NobodyAccused: lambda _: Problem(NOBODY_ACCUSED, pointer="/body/accused"),
    domain.WrongOutcome: lambda _: Problem(WRONG_OUTCOME, pointer="/body/outcome"),
    domain.TakesTwo: lambda _: Problem(TAKES_TWO, pointer="/body/outcome"),
    spam.ProposedAlready: lambda _: Problem(PROPOSED_ALREADY),
    spam.NotProposed: lambda _: Problem(NOT_PROPOSED),
    spam.DangerNotTaken: lambda _: Problem(DANGER_NOT_TAKEN),
    domain.SameCircle: lambda _: Problem(SAME_CIRCLE, pointer="/body/to"),
    domain.ContentErased: lambda _: Problem(CONTENT_ERASED),
    jurisdiction.SameDepartment: lambda _: Problem(SAME_DEPARTMENT, pointer="/body/department"),
    Beyond: beyond(
        {RECUSED.name: OWN_PETITION, Scope.DEPARTMENT: WRONG_DEPARTMENT}
        | {checked.name: SAME_PERSON for checked in (UNWRITTEN, UNPROPOSED, UNDRAFTED, UNASKED, SECOND)}
    ),
    jurisdiction.TransferRing: lambda ring: Problem(TRANSFER_RING, extensions={"path": list(ring.path)}),
    jurisdiction.Decided: lambda _: Problem(DECIDED),
    jurisdiction.ReturnedTooOften: lambda _: Problem(RETURNED_TOO_OFTEN),
    jurisdiction.DisputedBefore: lambda _: Problem(DISPUTED_BEFORE),
    jurisdiction.NotDisputable: lambda _: Problem(NOT_DISPUTABLE),
    jurisdiction.NothingToDecide: lambda _: Problem(NOTHING_TO_DECIDE),
    supplement.AskedBefore: lambda _: Problem(ASKED_BEFORE),
    supplement.NobodyToAsk: lambda _: Problem(NOBODY_TO_ASK),
    supplement.TooLate: lambda _: Problem(TOO_LATE),
    extension.AskedForExtension: lambda _: Problem(ASKED_FOR_EXTENSION),
    extension.NoExtensionAsked: lambda _: Problem(NO_EXTENSION_ASKED),
    extension.NoExtension: lambda _: Problem(NO_EXTENSION),
    urging.NotUrgeable: lambda _: Problem(NOT_URGEABLE),
    urging.UrgedTooOften: lambda _: Problem(URGED_TOO_OFTEN),
    domain.NothingAnswered: lambda _: Problem(NOTHING_ANSWERED, pointer="/body/outcome"),
    replies.WrongPeriod: lambda _: Problem(WRONG_PERIOD, pointer="/body/effective_until"),
    replies.NoBasis: lambda _: Problem(NO_BASIS, pointer="/body/basis"),
    replies.HoldsPersonal: lambda refused: Problem(HOLDS_PERSONAL, extensions={"kinds": list(refused.kinds)}),
    answering.DraftErased: lambda _: Problem(DRAFT_ERASED),
    answering.NotFromLibrary: lambda _: Problem(NOT_FROM_LIBRARY),
    Unverified: lambda _: Problem(UNVERIFIED),
    replies.NothingPublished: lambda _: Problem(NOTHING_PUBLISHED),
    replies.NotInForce: lambda _: Problem(NOT_IN_FORCE),
    replies.NotOverridable: lambda _: Problem(NOT_OVERRIDABLE, pointer="/body/overrides"),
    feedback.InConfidence: lambda _: Problem(IN_CONFIDENCE),
    feedback.RatedAlready: lambda _: Problem(RATED_ALREADY),
    SignInInstead: lambda _: Problem(SIGN_IN_INSTEAD),
    feedback.NoCallBack: lambda _: Problem(NO_CALL_BACK),
    feedback.WindowClosed: lambda _: Problem(WINDOW_CLOSED),
    feedback.ReopenedEnough: lambda _: Problem(REOPENED_ENOUGH),
    feedback.NotUnsolved: lambda _: Problem(NOT_UNSOLVED),
    review.NoReviewHere: lambda refused: Problem(NO_REVIEW_OF_CRIME if refused.crime else NO_REVIEW_OF_POLICE),
    review.ReviewWindowClosed: lambda _: Problem(REVIEW_WINDOW_CLOSED),
    review.ReviewedBefore: lambda _: Problem(REVIEWED_BEFORE),
    review.NotReviewedYet: lambda _: Problem(NOT_REVIEWED_YET),
    review.NoTierAbove: lambda _: Problem(NO_TIER_ABOVE),
    review.NobodyToSendBackTo: lambda _: Problem(NOBODY_TO_SEND_BACK_TO),
    publishing.StaysHidden: lambda _: Problem(STAYS_HIDDEN),
    publishing.NoConsent: lambda _: Problem(NO_CONSENT),
    publishing.NotPublished: lambda _: Problem(NOT_PUBLISHED),
    publishing.CorrectionMissing: lambda _: Problem(CORRECTION_MISSING, pointer="/body/correction"),
    keeping.UnknownContent: lambda _: Problem(UNKNOWN_CONTENT, extensions={"known": list(TAKEN)}),
    uploads.TooManyUploads: lambda _: Problem(TOO_MANY_FILES),
    CodeGone: lambda _: Problem(CODE_GONE),
    uploads.UnknownUpload: lambda _: Problem(UNKNOWN_UPLOAD, pointer="/body/attachments"),
    paging.NobodyPaged: lambda _: Problem(NOBODY_PAGED),
    paging.TakenAlready: lambda refused: Problem(TAKEN_ALREADY, extensions={"taken_at": refused.at.isoformat()}),
    rosters.Backwards: lambda _: Problem(BACKWARDS_SHIFT, pointer="/body/ends_at"),
    rosters.TooLong: lambda refused: Problem(
        LONG_SHIFT, pointer="/body/ends_at", extensions={"most_hours": int(refused.most.total_seconds() // 3600)}
    ),
    rosters.Past: lambda _: Problem(PAST_SHIFT, pointer="/body/ends_at"),
    rosters.Over: lambda _: Problem(SHIFT_OVER),
    rosters.TooFarAhead: lambda _: Problem(SHIFT_FAR_AHEAD, pointer="/body/starts_at"),
    rosters.Overlapping: lambda refused: Problem(
        OVERLAPPING_SHIFT,
        extensions={"starts_at": refused.other.starts_at.isoformat(), "ends_at": refused.other.over_at.isoformat()},
    ),
    rosters.OwnDeputy: lambda _: Problem(OWN_DEPUTY, pointer="/body/deputy"),
    rosters.NotOnShift: lambda _: Problem(NOT_ON_SHIFT),
    domain.PostedLater: lambda _: Problem(POSTED_LATER, pointer="/body/posted_at"),
}
