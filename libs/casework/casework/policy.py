"""Who may do what, and to which rows. The only place that knows; what it doesn't allow is refused.

``read``, ``list``, ``search``, ``export`` and ``stream`` say which rows somebody sees, ``expand`` for which of them the
content opens, every other action which of them somebody may change that way. The page ``docs/authorisation.md`` shows
it.
"""

from chassis.policy import Condition, Policy, Relation, Scope
from contracts.tenants import PROVINCE

from casework.roles import APPLICANTS, TOKEN_ROLES, Role

OWN, DEPARTMENT, TENANT, BELOW, ALL = Scope

LOOK, FOLLOW = ("list", "read"), ("read", "stream")
REPLY_BY_LIBRARY = ("answer", "draft-reply")
MEANWHILE, EXTENSION = ("request-supplement", "request-extension"), ("extend", "refuse-extension")
INVITE, HELP = ("invite", "remind", "withdraw-invitation"), ("join", "decline", "contribute")
FIND, WRITE = (*LOOK, "search", "expand"), ("draft", "revise", "abandon", "submit", "propose-retirement")
LINK = ("link", "unlink")
SEE = (*LOOK, "expand")
BULLETIN = ("draft", "revise", "discard")
HANDLE = (*SEE, "sign-for", "return", "reply", "close", "correct")
END = ("close", "correct")
PUT_AWAY, AGREE = ("close", "propose-spam"), ("confirm-spam", "reject-spam")
CONSENT = ("consent", "withdraw-consent")
PUBLISH = (*SEE, "publish", "unpublish")
SEND_AGAIN = (*LOOK, "resend")
AFTER_A_RATING = ("call-back", "reopen")
ROSTER = (*SEE, "add", "end")
ASK_REVIEW, REVIEW = ("request-review", "request-final-review"), (*SEE, "uphold", "change", "send-back")
DESK = (*SEE, "transfer", "move")
ANYBODY = tuple(sorted(TOKEN_ROLES))
PEOPLE = tuple(role for role in ANYBODY if role is not Role.CONNECTOR)
"""Whoever signs in may have handed in something of their own, whatever they are at work."""
ANALYSIS = (Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR)
"""Who reads the intelligence store."""
STAFF = (Role.HANDLER, Role.SPOKESPERSON, Role.ANALYST, Role.ADMINISTRATOR)
LIBRARIANS = (Role.HANDLER, Role.TRIAGE, Role.SPOKESPERSON, Role.ADMINISTRATOR)
EDITORS = (Role.HANDLER, Role.TRIAGE, Role.SPOKESPERSON)
"""Who writes bulletins (通报)."""
SEARCHING = (Role.HANDLER, Role.TRIAGE, Role.SUPERVISOR)
"""Who looks for what is alike and for hot matters (热点): among petitions that they may read, see ``alike``."""
KEEPERS = (Role.ADMINISTRATOR, Role.SUPERVISOR)
"""Who keeps rosters (值班表) and what the register says of the spokesperson."""
OVERSIGHT = (Role.SUPERVISOR, Role.AUDITOR)
WATCHING = (Role.VOLUNTEER_SUPERVISOR, *OVERSIGHT)
"""Who reads samples (抽样监督): volunteers, and whoever wants to know what volunteers see."""
REVIEWING = (Role.EXAMINER, Role.APPROVER)

RECUSED = Condition("not-their-own", "owner", Relation.AVOIDS, "owners")
"""回避: nobody works on what they handed in themselves."""
SEPARATED = Condition("not-examined-by-them", "examiner", Relation.AVOIDS, "actor")
"""审查与审批分离: whoever examined doesn't decide."""
UNACCUSED = Condition("not-the-accused-unit", "accused", Relation.AVOIDS, "department")
"""The unit that is complained about sees nothing of it."""
UNNAMED = Condition("not-a-person-named", "named", Relation.AVOIDS, "actor")
"""Nor does an officer whom it names."""
UNINVOLVED = (UNACCUSED, UNNAMED)
IMPARTIAL = (RECUSED, *UNINVOLVED)
"""What work on a petition asks of everybody: neither to have written it, nor to be complained about."""
HANDLING = Condition("named-as-handler", "handlers", Relation.MEETS, "actor")
"""Once somebody is named as its handler, others of the department see nothing of it."""
ANY_HANDLER = Condition("no-handler-named", "handlers", Relation.IS_EMPTY)
ORDINARY = Condition("not-a-report", "kind", Relation.AVOIDS, values=("report",))
"""A report (举报) is for handlers who are named, and for nobody of the department until somebody is."""
OPEN = Condition("not-hidden", "hidden", Relation.IS_EMPTY)
"""What may report a crime or complain about police is for a small circle: see the rows that name its ground."""
OF_CRIME = Condition("may-report-a-crime", "hidden", Relation.MEETS, values=("crime",))
OF_POLICE = Condition("may-complain-about-police", "hidden", Relation.MEETS, values=("police",))
UNMOVED = Condition("not-moved-away", "hidden", Relation.AVOIDS, values=("moved",))
"""What went on in a small circle is nobody's any more but its sender's."""
UNASSIGNED = Condition("no-department-in-charge", "department", Relation.IS_EMPTY)
IN_HAND = (OPEN, ORDINARY, ANY_HANDLER, *IMPARTIAL)
NAMED = (HANDLING, UNMOVED, *IMPARTIAL)
"""The two ways in which a department's handler comes to a petition."""
UNTOUCHED = (UNASSIGNED, *IMPARTIAL)
"""What no department has to answer: whoever hands petitions out closes it."""
BY_ANY_HANDLER, BY_A_NAMED_ONE = IN_HAND, (OPEN, ORDINARY, HANDLING, *IMPARTIAL)
BEFORE_ANY_HANDLER = (OPEN, ORDINARY, *UNTOUCHED)
"""Three ways to answer from the reply library (答复口径库), which never answers a report."""
CONTENDING = Condition("the-other-side-of-a-dispute", "contender", Relation.MEETS, "department")
"""Which department it would be instead has its say, once (管辖争议)."""
IN_DISPUTE = Condition("in-dispute", "state", Relation.MEETS, values=("disputed",))
FROM_BELOW = Condition("of-a-tier-below", "tenant", Relation.AVOIDS, "tenant")
"""A city's own triage isn't the common superior of its departments; the province's is."""
INVITED = Condition("invited-to-help", "invited", Relation.MEETS, "seats")
"""协办: their department was asked for its opinion, or they were, and the petition is still worked on."""
EXTENSION_ASKED = Condition("extension-asked-for", "extension", Relation.MEETS, values=("asked",))
UNASKED = Condition("extension-not-asked-for-by-them", "extension_asked_by", Relation.AVOIDS, "actor")
"""Whoever asks for more time isn't the one who grants it."""
CARDED = Condition("has-a-card", "card", Relation.MEETS, values=("yellow", "red"))
"""What volunteer supervisors (义务监督员) look after, without its content."""
PAGED = Condition("paged", "alarm", Relation.MEETS, values=("life", "crime", "money"))
"""Something in it can't wait, and somebody was paged about it (传呼值班)."""
PAGED_TO = Condition("paged-to-their-desk", "alarm_to", Relation.MEETS, "tenant")
"""Their tenant's duty desk was: that of the petition first, then those of the tiers above."""
NOT_TAKEN = Condition("not-taken-yet", "taken_by", Relation.IS_EMPTY)
TAKEN = Condition("taken-by-them", "taken_by", Relation.MEETS, "actor")
"""Until somebody has taken it, every duty officer who was paged may read it; after that, who has it."""
ON_DUTY = (PAGED_TO, UNMOVED, *IMPARTIAL)
ON_CALL, ON_IT = (NOT_TAKEN, *ON_DUTY), (TAKEN, *ON_DUTY)
URGENT, URGENT_CRIME, URGENT_POLICE = ((PAGED, ground, *IMPARTIAL) for ground in (OPEN, OF_CRIME, OF_POLICE))
"""What the desk takes as well: in the open, and each in its circle."""
PUBLIC = (OPEN, ORDINARY, *IMPARTIAL)
AWAITING_TIME, EXTENDING = (EXTENSION_ASKED, *PUBLIC), (EXTENSION_ASKED, UNASKED, *PUBLIC)
PROVINCIAL = Condition("the-provinces", "tenant", Relation.MEETS, values=(PROVINCE,))
"""Answers of the province are everybody's (省级口径共享)."""
UNWRITTEN = Condition("not-written-by-them", "makers", Relation.AVOIDS, "actor")
UNPROPOSED = Condition("not-proposed-by-them", "proposed_by", Relation.AVOIDS, "actor")
SECOND = Condition("not-taken-for-spam-by-them", "spam_proposed_by", Relation.AVOIDS, "actor")
SECONDED = (SECOND, *UNTOUCHED)
UNDRAFTED = Condition("not-drafted-by-them", "drafted_by", Relation.AVOIDS, "actor")
"""双人复核: whoever made or proposed something isn't the one who checks it."""
RATED = Condition(
    "rated",
    "rating",
    Relation.MEETS,
    values=("very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied"),
)
UNANSWERED = Condition("not-answered-by-them", "repliers", Relation.AVOIDS, "actor")
"""Who had a hand in an answer never sees how it was rated, nor calls anybody back about it."""
THEIRS_TO_REVIEW = Condition("theirs-to-review", "review_authority", Relation.MEETS, "tenant")
"""The supervision desk that decides a review (复查、复核): of the tenant that answered, then of the tier above."""
TO_REVIEW = (THEIRS_TO_REVIEW, OPEN, ORDINARY, UNANSWERED, *IMPARTIAL)
CONSENTED = Condition("with-consent", "consent", Relation.MEETS, values=("given",))
"""Whoever wrote it agrees that it is published (同意公开)."""
FOR_EVERYBODY = (CONSENTED, OPEN, *IMPARTIAL)
SECOND_LOOK = (RATED, OPEN, UNANSWERED, *IMPARTIAL)
AWAITING = Condition("awaiting-a-signature", "state", Relation.MEETS, values=("drafted",))
SIGNING = (AWAITING, UNDRAFTED, *IMPARTIAL)
OF_CASES = Condition("a-case", "kind", Relation.MEETS, values=("case",))
OF_PETITIONS = Condition("a-petition", "kind", Relation.MEETS, values=("petition",))
FOLLOWED = (OF_PETITIONS, *UNINVOLVED)
"""What whoever hands petitions out follows of them."""
UNRESTRICTED = Condition("not-restricted", "audience", Relation.AVOIDS, values=("restricted",))
"""Of what travels on restricted topics the intelligence store shows counts, and these only to who supervises."""

POLICY = Policy(
    # resource         actions                roles                              scope       only if the row is
    ("service-item",   LOOK,                  ANYBODY,                           ALL,        ()),

    ("case",           ("submit",),           APPLICANTS,                        OWN,        ()),
    ("case",           ("submit",),           (Role.WINDOW,),                    TENANT,     ()),
    ("case",           LOOK,                  APPLICANTS,                        OWN,        ()),
    ("case",           LOOK,                  (Role.WINDOW, *OVERSIGHT),         BELOW,      ()),
    ("case",           ("export",),           OVERSIGHT,                         BELOW,      ()),
    ("case",           ("expand",),           APPLICANTS,                        OWN,        ()),
    ("case",           ("expand",),           (Role.WINDOW,),                    TENANT,     ()),
    ("case",           ("expand",),           (Role.AUDITOR,),                   BELOW,      ()),
    ("case",           ("accept", "refuse"),  (Role.WINDOW,),                    TENANT,     (RECUSED,)),
    ("case",           ("withdraw",),         APPLICANTS,                        OWN,        ()),

    ("review",         LOOK,                  (*REVIEWING, Role.ADMINISTRATOR),  TENANT,     ()),
    ("review",         LOOK,                  OVERSIGHT,                         BELOW,      ()),
    ("review",         ("export",),           OVERSIGHT,                         BELOW,      ()),
    ("review",         ("expand",),           REVIEWING,                         TENANT,     (RECUSED,)),
    ("review",         ("expand",),           (Role.AUDITOR,),                   BELOW,      (RECUSED,)),
    ("review",         ("claim",),            REVIEWING,                         TENANT,     (RECUSED, SEPARATED)),
    ("review",         ("release",),          (*REVIEWING, Role.ADMINISTRATOR),  TENANT,     (RECUSED,)),
    ("review",         ("complete",),         (Role.EXAMINER,),                  TENANT,     (RECUSED,)),
    ("review",         ("approve", "deny"),   (Role.APPROVER,),                  TENANT,     (RECUSED, SEPARATED)),

    ("petition",       ("receive",),          APPLICANTS,                        OWN,        ()),
    ("petition",       ("receive",),          (Role.CONNECTOR, Role.WINDOW),     TENANT,     ()),
    ("attachment",     ("upload",),           (*APPLICANTS, Role.WINDOW),        ALL,        ()),
    ("petition",       ("read", "expand"),    APPLICANTS,                        OWN,        ()),
    ("petition",       ("ask-a-person",),     APPLICANTS,                        OWN,        ()),
    ("petition",       ("rate", "reopen"),    APPLICANTS,                        OWN,        (OPEN, ORDINARY)),
    ("petition",       CONSENT,               APPLICANTS,                        OWN,        (OPEN, ORDINARY)),
    ("petition",       HANDLE,                (Role.HANDLER,),                   DEPARTMENT, IN_HAND),
    ("petition",       HANDLE,                (Role.HANDLER,),                   DEPARTMENT, NAMED),
    ("petition",       LOOK,                  (Role.TRIAGE, *OVERSIGHT),         BELOW,      (OPEN, *IMPARTIAL)),
    ("petition",       ("export",),           OVERSIGHT,                         BELOW,      (OPEN, *IMPARTIAL)),
    ("petition",       ("expand",),           (Role.TRIAGE, Role.AUDITOR),       BELOW,      (OPEN, *IMPARTIAL)),
    ("petition",       ("transfer", "move"),  (Role.TRIAGE,),                    BELOW,      (OPEN, *IMPARTIAL)),
    ("petition",       (*END, "propose-spam"), (Role.TRIAGE,),                    BELOW,      (OPEN, *UNTOUCHED)),
    ("petition",       AGREE,                 (Role.TRIAGE,),                    BELOW,      (OPEN, *SECONDED)),
    ("petition",       DESK,                  (Role.TRIAGE,),                    TENANT,     (OF_CRIME, *IMPARTIAL)),
    ("petition",       PUT_AWAY,              (Role.TRIAGE,),                    TENANT,     (OF_CRIME, *UNTOUCHED)),
    ("petition",       AGREE,                 (Role.TRIAGE,),                    TENANT,     (OF_CRIME, *SECONDED)),
    ("petition",       DESK,                  (Role.SUPERVISOR,),                TENANT,     (OF_POLICE, *IMPARTIAL)),
    ("petition",       PUT_AWAY,              (Role.SUPERVISOR,),                TENANT,     (OF_POLICE, *UNTOUCHED)),
    ("petition",       AGREE,                 (Role.SUPERVISOR,),                TENANT,     (OF_POLICE, *SECONDED)),
    ("petition",       REPLY_BY_LIBRARY,      (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("petition",       REPLY_BY_LIBRARY,      (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("petition",       ("answer",),           (Role.TRIAGE,),                    BELOW,      BEFORE_ANY_HANDLER),
    ("petition",       ("dispute",),          (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("petition",       ("dispute",),          (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("petition",       (*SEE, "dispute"),     (Role.HANDLER,),                   TENANT,     (CONTENDING, *PUBLIC)),
    ("petition",       ("decide",),           (Role.SUPERVISOR,),                BELOW,      PUBLIC),
    ("petition",       ("decide",),           (Role.TRIAGE,),                    BELOW,      (FROM_BELOW, *PUBLIC)),
    ("petition",       ("expand",),           (Role.SUPERVISOR,),                BELOW,      (IN_DISPUTE, *PUBLIC)),
    ("petition",       MEANWHILE,             (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("petition",       MEANWHILE,             (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("petition",       INVITE,                (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("petition",       INVITE,                (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("petition",       ("remind",),           (Role.SUPERVISOR,),                BELOW,      PUBLIC),
    ("petition",       ("supplement",),       APPLICANTS,                        OWN,        (OPEN, ORDINARY)),
    ("petition",       SEE,                   (Role.AGENCY_HEAD,),               TENANT,     AWAITING_TIME),
    ("petition",       EXTENSION,             (Role.AGENCY_HEAD,),               TENANT,     EXTENDING),
    ("petition",       ("urge",),             APPLICANTS,                        OWN,        (OPEN, ORDINARY)),
    ("petition",       ("urge",),             (Role.SUPERVISOR,),                BELOW,      PUBLIC),
    ("petition",       ("list", "urge"),      (Role.VOLUNTEER_SUPERVISOR,),      TENANT,     (CARDED, *PUBLIC)),
    ("petition",       SEE,                   (Role.DUTY_OFFICER,),              BELOW,      ON_CALL),
    ("petition",       SEE,                   (Role.DUTY_OFFICER,),              BELOW,      ON_IT),
    ("petition",       ("take",),             (Role.DUTY_OFFICER,),              BELOW,      ON_DUTY),
    ("petition",       ("take",),             (Role.TRIAGE, Role.SUPERVISOR),    BELOW,      URGENT),
    ("petition",       ("take",),             (Role.TRIAGE,),                    TENANT,     URGENT_CRIME),
    ("petition",       ("take",),             (Role.SUPERVISOR,),                TENANT,     URGENT_POLICE),
    ("petition",       LINK,                  (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("petition",       LINK,                  (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("petition",       LINK,                  (Role.TRIAGE,),                    BELOW,      PUBLIC),
    ("alike",          ("read",),             (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("alike",          ("read",),             (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("alike",          ("read",),             (Role.TRIAGE, Role.SUPERVISOR),    BELOW,      PUBLIC),
    ("hot-matter",     ("list",),             SEARCHING,                         ALL,        ()),
    ("page",           ("list",),             (Role.DUTY_OFFICER,),              BELOW,      ON_DUTY),
    ("page",           ("list",),             (Role.TRIAGE, Role.SUPERVISOR),    BELOW,      (OPEN, *IMPARTIAL)),
    ("page",           ("list",),             (Role.TRIAGE,),                    TENANT,     (OF_CRIME, *IMPARTIAL)),
    ("page",           ("list",),             (Role.SUPERVISOR,),                TENANT,     (OF_POLICE, *IMPARTIAL)),
    ("suggestion",     ("read",),             (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("suggestion",     ("read",),             (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("suggestion",     ("read",),             (Role.TRIAGE,),                    BELOW,      BEFORE_ANY_HANDLER),
    ("collaboration",  (*SEE, *HELP),         (Role.HANDLER,),                   ALL,        (INVITED, *PUBLIC)),
    ("opinion",        SEE,                   (Role.HANDLER,),                   DEPARTMENT, BY_ANY_HANDLER),
    ("opinion",        SEE,                   (Role.HANDLER,),                   DEPARTMENT, BY_A_NAMED_ONE),
    ("opinion",        LOOK,                  OVERSIGHT,                         BELOW,      PUBLIC),
    ("opinion",        ("expand",),           (Role.AUDITOR,),                   BELOW,      PUBLIC),
    ("draft",          (*LOOK, "expand"),     (Role.SPOKESPERSON,),              TENANT,     (AWAITING, *IMPARTIAL)),
    ("draft",          ("sign", "reject"),    (Role.SPOKESPERSON,),              TENANT,     SIGNING),
    ("rating",         ("read", "expand"),    APPLICANTS,                        OWN,        (RATED,)),
    ("rating",         (*LOOK, "expand"),     (Role.TRIAGE, *OVERSIGHT),         BELOW,      SECOND_LOOK),
    ("rating",         AFTER_A_RATING,        (Role.TRIAGE, Role.SUPERVISOR),    BELOW,      SECOND_LOOK),
    ("petition",       ASK_REVIEW,            APPLICANTS,                        OWN,        ()),
    ("petition-review", REVIEW,               (Role.SUPERVISOR,),                BELOW,      TO_REVIEW),
    ("sample",         ("list",),             WATCHING,                          TENANT,     ()),
    ("publication",    PUBLISH,               (Role.SPOKESPERSON,),              TENANT,     FOR_EVERYBODY),

    ("shift",          ROSTER,                KEEPERS,                           TENANT,     ()),
    ("shift",          SEE,                   (Role.DUTY_OFFICER,),              TENANT,     ()),
    ("shift",          SEE,                   (Role.SPOKESPERSON,),              TENANT,     ()),
    ("spokesperson",   ("register",),         KEEPERS,                           ALL,        ()),

    ("delivery",       SEND_AGAIN,            (Role.TRIAGE,),                    BELOW,      (OPEN, *IMPARTIAL)),
    ("delivery",       SEND_AGAIN,            (Role.TRIAGE,),                    TENANT,     (OF_CRIME, *IMPARTIAL)),
    ("delivery",       SEND_AGAIN,            (Role.SUPERVISOR,),                TENANT,     (OF_POLICE, *IMPARTIAL)),

    ("answer",         FIND,                  LIBRARIANS,                        TENANT,     ()),
    ("answer",         FIND,                  (*LIBRARIANS, *OVERSIGHT),         ALL,        (PROVINCIAL,)),
    ("answer",         FIND,                  OVERSIGHT,                         BELOW,      ()),
    ("answer",         WRITE,                 (Role.HANDLER,),                   TENANT,     ()),
    ("answer",         ("publish", "reject"), (Role.SPOKESPERSON,),              TENANT,     (UNWRITTEN,)),
    ("answer",         ("keep", "retire"),    (Role.SPOKESPERSON,),              TENANT,     (UNPROPOSED,)),

    ("bulletin",       (*LOOK, "expand"),     STAFF,                             TENANT,     ()),
    ("bulletin",       (*LOOK, "expand"),     (Role.TRIAGE, *OVERSIGHT),         BELOW,      ()),
    ("bulletin",       BULLETIN,              EDITORS,                           TENANT,     ()),
    ("bulletin",       ("publish",),          (Role.SPOKESPERSON,),              TENANT,     (UNWRITTEN,)),
    ("bulletin",       ("withdraw",),         (Role.SPOKESPERSON,),              TENANT,     ()),

    ("matter",         ("list",),             PEOPLE,                            OWN,        ()),
    ("matter",         FOLLOW,                PEOPLE,                            OWN,        ()),
    ("matter",         FOLLOW,                (Role.WINDOW, *REVIEWING),         TENANT,     (OF_CASES,)),
    ("matter",         FOLLOW,                (Role.TRIAGE,),                    BELOW,      FOLLOWED),
    ("matter",         FOLLOW,                OVERSIGHT,                         BELOW,      (ORDINARY, *UNINVOLVED)),

    ("mirror",         ("read",),             ANALYSIS,                          ALL,        ()),
    ("count",          ("list",),             ANALYSIS,                          BELOW,      (UNRESTRICTED,)),
    ("count",          ("list",),             OVERSIGHT,                         BELOW,      ()),
    ("count",          ("list",),             (Role.VOLUNTEER_SUPERVISOR,),      TENANT,     (UNRESTRICTED,)),
    ("record",         ("search",),           ANALYSIS,                          BELOW,      (UNRESTRICTED,)),
    ("record",         ("expand",),           (Role.AUDITOR,),                   BELOW,      (UNRESTRICTED,)),
    ("alert",          ("list",),             (*ANALYSIS, Role.SUPERVISOR),      BELOW,      ()),
    ("invalid-record", ("list",),             ANALYSIS,                          BELOW,      ()),
)  # fmt: skip
