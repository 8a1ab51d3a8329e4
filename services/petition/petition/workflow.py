"""What may happen to a petition, who may do it, and where it leads. The only place that knows."""

from enum import StrEnum

from casework.roles import APPLICANTS, Role
from casework.workflow import Workflow


class State(StrEnum):
    """Where a petition stands."""

    RECEIVED = "received"
    CLASSIFIED = "classified"
    AUTO_ANSWERED = "auto-answered"
    TRANSFERRED = "transferred"
    DISPUTED = "disputed"
    IN_HAND = "in-hand"
    SUPPLEMENTING = "supplementing"
    DRAFTED = "drafted"
    REPLIED = "replied"
    CLOSED = "closed"
    IN_REVIEW = "in-review"
    REVIEWED = "reviewed"
    IN_FINAL = "in-final-review"
    FINAL = "final"


class Action(StrEnum):
    """What may be done."""

    RECEIVE = "receive"
    CLASSIFY = "classify"
    TRANSFER = "transfer"
    SIGN_FOR = "sign-for"
    RETURN = "return"
    DISPUTE = "dispute"
    DECIDE = "decide"
    REPLY = "reply"
    AUTO_ANSWER = "auto-answer"
    ASK_A_PERSON = "ask-a-person"
    ANSWER = "answer"
    DRAFT_REPLY = "draft-reply"
    SIGN = "sign"
    REJECT = "reject"
    MOVE = "move"
    CLOSE = "close"
    RATE = "rate"
    CALL_BACK = "call-back"
    REOPEN = "reopen"
    CORRECT = "correct"
    CONSENT = "consent"
    RETRACT = "withdraw-consent"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    ASK_MORE = "request-supplement"
    SUPPLEMENT = "supplement"
    LAPSE = "lapse"
    ASK_TIME = "request-extension"
    EXTEND = "extend"
    REFUSE_TIME = "refuse-extension"
    URGE = "urge"
    WARN = "warn"
    BREACH = "breach"
    ESCALATE = "escalate"
    INVITE = "invite"
    JOIN = "join"
    DECLINE = "decline"
    CONTRIBUTE = "contribute"
    REMIND = "remind"
    DISINVITE = "withdraw-invitation"
    FALL_BEHIND = "fall-behind"
    PAGE = "page"
    TAKE = "take"
    RECALCULATE = "recalculate"
    LINK = "link"
    UNLINK = "unlink"
    PROPOSE_SPAM = "propose-spam"
    CONFIRM_SPAM = "confirm-spam"
    REJECT_SPAM = "reject-spam"
    ASK_REVIEW = "request-review"
    ASK_FINAL = "request-final-review"
    UPHOLD = "uphold"
    CHANGE = "change"
    SEND_BACK = "send-back"


DESK = (Role.TRIAGE, Role.SUPERVISOR)
"""Who hands petitions out: triage (分办); for complaints about police the supervision desk (督察). See the policy."""

BRINGING = (Role.CONNECTOR, Role.WINDOW)
"""Who brings what others wrote or said elsewhere: programs, and officers who type it in."""
SECOND_LOOK = (Role.TRIAGE, Role.SUPERVISOR)
"""Who calls back whoever rated an answer badly (回访): never somebody who had a hand in it. See the policy."""
NOT_SETTLED = (*APPLICANTS, *SECOND_LOOK)
"""Who has it taken up again (重新办理): whoever wrote it, or whoever heard at a call-back that it isn't solved."""

OFFICE = (Role.HANDLER, Role.TRIAGE)
"""Whoever answered, or could have."""

SUPERIORS = (Role.SUPERVISOR, Role.TRIAGE)
"""Who decides between departments: the supervision desk, or the tier above (共同上级). See the policy."""

URGING = (*APPLICANTS, Role.SUPERVISOR, Role.VOLUNTEER_SUPERVISOR)
"""Who may ask when the answer will come (催办): whoever wrote in, and who watches over the offices."""

UNTAKEN = (State.CLASSIFIED, State.AUTO_ANSWERED, State.TRANSFERRED, State.DISPUTED)
"""Nobody has taken it on yet; an automatic answer is nobody's."""
WITH_THE_DESK = (State.CLASSIFIED, State.AUTO_ANSWERED)
"""The desk looks at it, or could."""
UNANSWERED = (*UNTAKEN, State.IN_HAND, State.DRAFTED)
"""Somebody has to answer it, and its clock says by when."""
WORKED_ON = (State.IN_HAND, State.SUPPLEMENTING, State.DRAFTED)
"""A department works on its answer, and others may help (协办)."""
REMINDING = (Role.HANDLER, Role.SUPERVISOR)
"""Who reminds those others: whoever asked them, or who watches over the offices."""
REVIEWING = (State.IN_REVIEW, State.IN_FINAL)
"""The tier above looks at the answer (复查、复核), and a clock says by when it has decided."""
UNSETTLED = (*UNANSWERED, *REVIEWING)
REVIEWERS = (Role.SUPERVISOR,)
"""Who decides a review: the supervision desk (督察) of whoever is asked, never somebody who had a hand in it."""
ON_DUTY = (Role.DUTY_OFFICER, *DESK)
"""Who takes what can't wait (接警): whoever is paged, or whoever would hand it out. See the policy."""
BEGUN = tuple(state for state in State if state is not State.RECEIVED)
"""Wherever it stands: the words that tell of a danger may come with an edit."""
ANSWERED = (State.REPLIED, State.CLOSED)
EXTENDABLE = (State.IN_HAND, State.DRAFTED)

TABLE = Workflow(
    # from                action               by                             to                   note
    (None,                Action.RECEIVE,      (*APPLICANTS, *BRINGING),      State.RECEIVED,      "see SUBMITTERS"),
    (State.RECEIVED,      Action.CLASSIFY,     (Role.SYSTEM,),                State.CLASSIFIED,    "in one decision"),
    (State.CLASSIFIED,    Action.CLASSIFY,     (Role.SYSTEM,),                State.CLASSIFIED,    "its sender edited"),
    (State.CLASSIFIED,    Action.TRANSFER,     DESK,                          State.TRANSFERRED,   None),
    (State.CLASSIFIED,    Action.DECIDE,       SUPERIORS,                     State.TRANSFERRED,   "given back; binds"),
    (State.CLASSIFIED,    Action.ANSWER,       (Role.TRIAGE,),                State.REPLIED,       "at once (即答)"),
    (State.CLASSIFIED,    Action.AUTO_ANSWER,  (Role.SYSTEM,),                State.AUTO_ANSWERED, "as it comes in"),
    (State.CLASSIFIED,    Action.CLOSE,        DESK,                          State.CLOSED,        "needs no answer"),
    (State.CLASSIFIED,    Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.AUTO_ANSWERED, Action.ASK_A_PERSON, APPLICANTS,                    State.CLASSIFIED,    "its clock runs on"),
    (State.AUTO_ANSWERED, Action.TRANSFER,     DESK,                          State.TRANSFERRED,   None),
    (State.AUTO_ANSWERED, Action.ANSWER,       (Role.TRIAGE,),                State.REPLIED,       "word for word"),
    (State.AUTO_ANSWERED, Action.CLOSE,        DESK,                          State.CLOSED,        "never as answered"),
    (State.AUTO_ANSWERED, Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.TRANSFERRED,   Action.TRANSFER,     DESK,                          State.TRANSFERRED,   "elsewhere"),
    (State.TRANSFERRED,   Action.SIGN_FOR,     (Role.HANDLER,),               State.IN_HAND,       "in 1 working day"),
    (State.TRANSFERRED,   Action.RETURN,       (Role.HANDLER,),               State.CLASSIFIED,    "on a basis, twice"),
    (State.TRANSFERRED,   Action.DISPUTE,      (Role.HANDLER,),               State.DISPUTED,      "once a side"),
    (State.TRANSFERRED,   Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.DISPUTED,      Action.DISPUTE,      (Role.HANDLER,),               State.DISPUTED,      "the other side"),
    (State.DISPUTED,      Action.DECIDE,       SUPERIORS,                     State.TRANSFERRED,   "binds"),
    (State.DISPUTED,      Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.IN_HAND,       Action.TRANSFER,     DESK,                          State.TRANSFERRED,   "elsewhere"),
    (State.IN_HAND,       Action.ASK_MORE,     (Role.HANDLER,),               State.SUPPLEMENTING, "once; clock stops"),
    (State.IN_HAND,       Action.ASK_TIME,     (Role.HANDLER,),               State.IN_HAND,       "once"),
    (State.IN_HAND,       Action.INVITE,       (Role.HANDLER,),               State.IN_HAND,       "others, in time"),
    (State.IN_HAND,       Action.REPLY,        (Role.HANDLER,),               State.REPLIED,       None),
    (State.IN_HAND,       Action.ANSWER,       (Role.HANDLER,),               State.REPLIED,       "word for word"),
    (State.IN_HAND,       Action.DRAFT_REPLY,  (Role.HANDLER,),               State.DRAFTED,       "in other words"),
    (State.IN_HAND,       Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.SUPPLEMENTING, Action.SUPPLEMENT,   APPLICANTS,                    State.IN_HAND,       "its clock runs on"),
    (State.SUPPLEMENTING, Action.LAPSE,        (Role.SYSTEM,),                State.IN_HAND,       "after 10 workdays"),
    (State.SUPPLEMENTING, Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.DRAFTED,       Action.SIGN,         (Role.SPOKESPERSON,),          State.REPLIED,       "never the drafter"),
    (State.DRAFTED,       Action.REJECT,       (Role.SPOKESPERSON,),          State.IN_HAND,       "with a reason"),
    (State.DRAFTED,       Action.MOVE,         DESK,                          State.CLOSED,        "begins anew"),
    (State.REPLIED,       Action.CLOSE,        OFFICE,                        State.CLOSED,        "whoever answered"),
    (State.REPLIED,       Action.RATE,         APPLICANTS,                    State.REPLIED,       "an answer once"),
    (State.REPLIED,       Action.CALL_BACK,    SECOND_LOOK,                   State.REPLIED,       "a bad rating's"),
    (State.REPLIED,       Action.REOPEN,       NOT_SETTLED,                   State.CLASSIFIED,    "in time; unsolved"),
    (State.REPLIED,       Action.CORRECT,      OFFICE,                        State.REPLIED,       "both stay"),
    (State.REPLIED,       Action.CONSENT,      APPLICANTS,                    State.REPLIED,       "to be published"),
    (State.REPLIED,       Action.RETRACT,      APPLICANTS,                    State.REPLIED,       "at any time"),
    (State.REPLIED,       Action.PUBLISH,      (Role.SPOKESPERSON,),          State.REPLIED,       "with consent"),
    (State.REPLIED,       Action.UNPUBLISH,    (Role.SPOKESPERSON,),          State.REPLIED,       "what is public"),
    (State.CLOSED,        Action.RATE,         APPLICANTS,                    State.CLOSED,        "only an answer"),
    (State.CLOSED,        Action.CALL_BACK,    SECOND_LOOK,                   State.CLOSED,        "a bad rating's"),
    (State.CLOSED,        Action.REOPEN,       NOT_SETTLED,                   State.CLASSIFIED,    "in time; unsolved"),
    (State.CLOSED,        Action.CORRECT,      OFFICE,                        State.CLOSED,        "both stay"),
    (State.CLOSED,        Action.CONSENT,      APPLICANTS,                    State.CLOSED,        "to be published"),
    (State.CLOSED,        Action.RETRACT,      APPLICANTS,                    State.CLOSED,        "at any time"),
    (State.CLOSED,        Action.PUBLISH,      (Role.SPOKESPERSON,),          State.CLOSED,        "with consent"),
    (State.CLOSED,        Action.UNPUBLISH,    (Role.SPOKESPERSON,),          State.CLOSED,        "what is public"),
    # Up the tiers: each rung once, and what the last one decides is final (终局): nothing leads on from there.
    (State.REPLIED,       Action.ASK_REVIEW,   APPLICANTS,                    State.IN_REVIEW,     "复查, in time"),
    (State.CLOSED,        Action.ASK_REVIEW,   APPLICANTS,                    State.IN_REVIEW,     "only an answer"),
    (State.IN_REVIEW,     Action.UPHOLD,       REVIEWERS,                     State.REVIEWED,      "with reasons"),
    (State.IN_REVIEW,     Action.CHANGE,       REVIEWERS,                     State.REVIEWED,      "another answer"),
    (State.IN_REVIEW,     Action.SEND_BACK,    REVIEWERS,                     State.IN_HAND,       "to answer anew"),
    (State.REVIEWED,      Action.ASK_FINAL,    APPLICANTS,                    State.IN_FINAL,      "复核, in time"),
    (State.REPLIED,       Action.ASK_FINAL,    APPLICANTS,                    State.IN_FINAL,      "answered anew"),
    (State.CLOSED,        Action.ASK_FINAL,    APPLICANTS,                    State.IN_FINAL,      "answered anew"),
    (State.IN_FINAL,      Action.UPHOLD,       REVIEWERS,                     State.FINAL,         "终局"),
    (State.IN_FINAL,      Action.CHANGE,       REVIEWERS,                     State.FINAL,         "终局"),
    # What was asked while it was in hand is decided also when a draft waits meanwhile.
    *((state, Action.EXTEND,      (Role.AGENCY_HEAD,), state, "with a reason") for state in EXTENDABLE),
    *((state, Action.REFUSE_TIME, (Role.AGENCY_HEAD,), state, "with a reason") for state in EXTENDABLE),
    # While it is worked on, whoever was invited helps; nothing of that moves it.
    *((state, Action.JOIN,        (Role.HANDLER,), state, "the invited department") for state in WORKED_ON),
    *((state, Action.DECLINE,     (Role.HANDLER,), state, "on a basis") for state in WORKED_ON),
    *((state, Action.CONTRIBUTE,  (Role.HANDLER,), state, "late, too; amended until merged") for state in WORKED_ON),
    *((state, Action.REMIND,      REMINDING,       state, "once a day") for state in WORKED_ON),
    *((state, Action.DISINVITE,   (Role.HANDLER,), state, "with a reason") for state in WORKED_ON),
    *((state, Action.FALL_BEHIND, (Role.SYSTEM,),  state, "late; the common superior is told") for state in WORKED_ON),
    # Spam (垃圾信息) takes two of the desk; until the second one agrees, it stays in the queue.
    *((state, Action.PROPOSE_SPAM, DESK, state,        "no danger waits") for state in WITH_THE_DESK),
    *((state, Action.CONFIRM_SPAM, DESK, State.CLOSED, "never the proposer") for state in WITH_THE_DESK),
    *((state, Action.REJECT_SPAM,  DESK, state,        "never the proposer") for state in WITH_THE_DESK),
    # Wherever it stands unanswered: its clock runs on.
    *((state, Action.URGE,     URGING,         state, "the sender three times") for state in UNANSWERED),
    *((state, Action.BREACH,   (Role.SYSTEM,), state, "a call-back is late") for state in ANSWERED),
    # A review's clock runs on, too.
    *((state, Action.WARN,     (Role.SYSTEM,), state, "yellow card") for state in UNSETTLED),
    *((state, Action.BREACH,   (Role.SYSTEM,), state, "red card") for state in UNSETTLED),
    *((state, Action.ESCALATE, (Role.SYSTEM,), state, "with the red card, one tier up") for state in UNSETTLED),
    *((state, Action.PAGE,     (Role.SYSTEM,), state, "danger: the duty officer, then up") for state in BEGUN),
    *((state, Action.RECALCULATE, (Role.SYSTEM,), state, "a new calendar") for state in BEGUN),
    *((state, Action.TAKE,     ON_DUTY,        state, "once; nobody else is paged") for state in BEGUN),
    # With another petition, which goes its own way all the same.
    *((state, Action.LINK,     OFFICE,         state, "the same matter; both stay") for state in BEGUN),
    *((state, Action.UNLINK,   OFFICE,         state, "it was none after all") for state in BEGUN),
)  # fmt: skip
"""The same for ordinary petitions and for those in a small circle; what is moved goes on in the other one, linked.
Whenever its sender edits a message where they posted it, the petition stays where it is: that is no row here."""
