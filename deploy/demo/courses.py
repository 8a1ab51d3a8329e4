"""What becomes of a petition in the hands of officers and of whoever wrote it: one table of courses. Pure."""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from contracts.event import ContractEvent
from contracts.tenants import PROVINCE

from contracts import events as e
from demo.matter import Matter
from demo.wording import ASKED_OTHERS, LIBRARY_LINE, OPINION, REPLIES, TOGETHER_LINE

ENDS: Final = {"crime": "filed"}
"""How a petition ends that only a small circle may know of, if not as answered."""


class Who(StrEnum):
    """Who takes a step."""

    DESK = "triage"
    DEPARTMENT = "handler"
    ASTRAY = "handler, elsewhere"
    """Of the department that it was sent to by mistake."""
    SUPERIOR = "supervisor"
    HEAD = "agency-head"
    NEIGHBOUR = "handler, of another city"
    ABOVE = "handler, of the province"
    SPOKESPERSON = "spokesperson"
    SECOND_LOOK = "triage, uninvolved"
    REVIEWER = "supervisor, of the province"
    SENDER = "citizen"
    HOLDER = "whoever has number and query code"


Body = Callable[[Matter, Mapping[str, Any]], Mapping[str, Any]]
"""From the matter, and from what was looked at, to what is sent."""


@dataclass(frozen=True, slots=True)
class Step:
    """One request.

    Attributes:
        action: Last part of its path.
        who: Who sends it.
        event: What it brings about.
        body: What is sent.
        of: First part of its path.
        look: Whoever sends it looks first at it there,
        at: or at it here.
    """

    action: str
    who: Who
    event: type[ContractEvent]
    body: Body = field(default=lambda _matter, _seen: {})
    of: str = "petitions"
    look: bool = False
    at: str = ""


def _says(**what: Any) -> Body:
    return lambda _matter, _seen: what


def _to(department: Callable[[Matter], str]) -> Body:
    def body(matter: Matter, _: Mapping[str, Any]) -> Mapping[str, Any]:
        chosen = department(matter)
        accused = {"accused": [matter.astray]} if matter.hidden == "police" else {}
        return {"department": chosen, "handlers": [matter.handler_of(chosen)], **accused}

    return body


def _reply(matter: Matter, _: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"text": REPLIES[matter.department]}


def _from_library(matter: Matter, _: Mapping[str, Any]) -> Mapping[str, Any]:
    answer, version = matter.answer or ("", 0)
    return {"answer": answer, "answer_version": version}


def _edited(matter: Matter, seen: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**_from_library(matter, seen), "text": LIBRARY_LINE + REPLIES[matter.department]}


def _asked(tenant: Callable[[Matter], str]) -> Body:
    def body(matter: Matter, _: Mapping[str, Any]) -> Mapping[str, Any]:
        asked = {"tenant": tenant(matter), "department": matter.helper, "question": ASKED_OTHERS}
        return {**asked, "handlers": [matter.handler_of(matter.helper, tenant(matter))]}

    return body


def _together(matter: Matter, seen: Mapping[str, Any]) -> Mapping[str, Any]:
    merged = [each["number"] for each in seen.get("invitations", ()) if each["standing"] == "contributed"]
    return {"text": TOGETHER_LINE + REPLIES[matter.department], "contributed": merged}


def _proposed(_: Matter, seen: Mapping[str, Any]) -> Mapping[str, Any]:
    proposal = seen.get("proposal") or {}
    return {name: proposal.get(name) for name in ("title", "question", "answer")}


WHY: Final = "按职责分工，应由对口部门办理。"
STILL_OPEN: Final = "问题依旧，请再核实一次。"

TAKE = Step("take", Who.DESK, e.PetitionTaken)
TRANSFER = Step("transfer", Who.DESK, e.PetitionTransferred, _to(lambda matter: matter.department))
MISDIRECT = Step("transfer", Who.DESK, e.PetitionTransferred, _to(lambda matter: matter.astray))
SIGN_FOR = Step("sign-for", Who.DEPARTMENT, e.PetitionSignedFor)
REPLY = Step("reply", Who.DEPARTMENT, e.PetitionReplied, _reply)
CLOSE = Step("close", Who.DEPARTMENT, e.PetitionClosed, _says(outcome="answered"))
RETURN = Step("return", Who.ASTRAY, e.PetitionReturned, _says(basis="another-units-duty", reason=WHY))
DISPUTE = Step(
    "dispute",
    Who.ASTRAY,
    e.PetitionJurisdictionDisputed,
    lambda matter, _: {"to": matter.department, "basis": "another-units-duty", "reason": WHY},
)
OBJECT = Step(
    "dispute",
    Who.DEPARTMENT,
    e.PetitionJurisdictionDisputed,
    lambda matter, _: {"to": matter.astray, "basis": "another-units-duty", "reason": WHY},
)
DECIDE = Step(
    "decide",
    Who.SUPERIOR,
    e.PetitionJurisdictionDecided,
    lambda matter, _: {"department": matter.department, "reason": WHY},
)
ASK_MORE = Step(
    "request-supplement",
    Who.DEPARTMENT,
    e.PetitionSupplementRequested,
    _says(text="请补充事情发生的时间和具体地点，便于核查。"),
)
SUPPLEMENT = Step("supplement", Who.SENDER, e.PetitionSupplemented, _says(text="时间是上周五傍晚，地点就在路口北侧。"))
ASK_TIME = Step(
    "request-extension",
    Who.DEPARTMENT,
    e.PetitionExtensionRequested,
    _says(days=3, reason="需会同有关单位现场核查。"),
)
EXTEND = Step("extend", Who.HEAD, e.PetitionExtended, _says(reason="情况属实，同意延期。"))
URGE = Step("urge", Who.SENDER, e.PetitionUrged)
INVITE = Step("invite", Who.DEPARTMENT, e.PetitionCollaborationRequested, _asked(lambda matter: matter.neighbour))
INVITE_ABOVE = Step("invite", Who.DEPARTMENT, e.PetitionCollaborationRequested, _asked(lambda _: PROVINCE))
JOIN = Step("join", Who.NEIGHBOUR, e.PetitionCollaborationAccepted, of="collaborations")
CONTRIBUTE = Step("contribute", Who.NEIGHBOUR, e.PetitionContributed, _says(opinion=OPINION), of="collaborations")
DECLINE = Step(
    "decline",
    Who.ABOVE,
    e.PetitionCollaborationDeclined,
    _says(basis="another-tiers", reason="按职责由地市办理。"),
    of="collaborations",
)
REPLY_TOGETHER = Step("reply", Who.DEPARTMENT, e.PetitionReplied, _together, look=True, at="opinions")
RATE_WELL = Step("rate", Who.SENDER, e.PetitionRated, _says(level="satisfied", solved=True))
RATE_BADLY = Step("rate", Who.SENDER, e.PetitionRated, _says(level="dissatisfied", solved=False))
CALL_BACK = Step("call-back", Who.SECOND_LOOK, e.PetitionCalledBack, _says(result="not-solved"), of="ratings")
VISIT = Step("call-back", Who.SECOND_LOOK, e.PetitionCalledBack, _says(result="declined"), of="ratings")
TAKE_UP = Step("reopen", Who.SECOND_LOOK, e.PetitionReopened, _says(objection=STILL_OPEN), of="ratings")
REOPEN = Step("reopen", Who.SENDER, e.PetitionReopened, _says(objection=STILL_OPEN))
ASK_REVIEW = Step("request-review", Who.SENDER, e.PetitionReviewRequested, _says(objection=STILL_OPEN))
ASK_FINAL = Step("request-final-review", Who.SENDER, e.PetitionReviewRequested, _says(objection=STILL_OPEN))
UPHOLD = Step(
    "uphold", Who.SUPERIOR, e.PetitionReviewDecided, _says(reasons="经核查，答复与事实相符。"), of="petition-reviews"
)
SEND_BACK = Step(
    "send-back", Who.SUPERIOR, e.PetitionReviewDecided, _says(reasons="未到现场核实。"), of="petition-reviews"
)
CHANGE = Step(
    "change",
    Who.REVIEWER,
    e.PetitionReviewDecided,
    _says(reasons="现场复核，情况属实。", text="请承办部门五日内整改到位，并向您说明情况。"),
    of="petition-reviews",
    look=True,
)
SUPPLY_BY_CODE = replace(SUPPLEMENT, who=Who.HOLDER, of="by-code")
ASK_BY_CODE, REOPEN_BY_CODE = (replace(step, who=Who.HOLDER, of="by-code") for step in (ASK_REVIEW, REOPEN))
RATE_BY_CODE = replace(RATE_WELL, who=Who.HOLDER, of="by-code", look=True, at="answer")
CONSENT = Step("consent", Who.SENDER, e.PetitionConsentGiven)
PUBLISH = Step("publish", Who.SPOKESPERSON, e.PetitionPublished, _proposed, of="publications", look=True)
CORRECT = Step(
    "correct",
    Who.DEPARTMENT,
    e.PetitionReplyCorrected,
    _says(text="更正：办理时间以窗口当日公告为准。", reason="原答复中的办理时间已调整。"),
)
ANSWER = Step("answer", Who.DESK, e.PetitionReplied, _from_library)
CLOSE_ANSWERED = Step("close", Who.DESK, e.PetitionClosed, _says(outcome="answered"))
DOUBT = Step("propose-spam", Who.DESK, e.PetitionSpamProposed, _says(reason="疑似群发广告。"))
AGREE = Step("confirm-spam", Who.SECOND_LOOK, e.PetitionClosed)
DISAGREE = Step("reject-spam", Who.SECOND_LOOK, e.PetitionSpamRejected, _says(reason="有具体事项，照常办理。"))
NOT_OURS = Step("close", Who.DESK, e.PetitionClosed, _says(outcome="not-police"))
DRAFT = Step("draft-reply", Who.DEPARTMENT, e.PetitionReplyDrafted, _edited)
SIGN = Step("sign", Who.SPOKESPERSON, e.PetitionReplied, of="drafts")
ASK_A_PERSON = Step("ask-a-person", Who.SENDER, e.PetitionPersonAsked)

HANDLED = (TRANSFER, SIGN_FOR, REPLY)
Course = tuple[Step, ...]

TAKE_REPORT = Step("take", Who.DESK, e.ReportTaken)

IN_CONFIDENCE: Final[Course] = (
    Step("transfer", Who.DESK, e.ReportTransferred, _to(lambda matter: matter.department)),
    Step("sign-for", Who.DEPARTMENT, e.ReportSignedFor),
    Step("reply", Who.DEPARTMENT, e.ReportReplied, _reply),
    Step(
        "close",
        Who.DEPARTMENT,
        e.ReportClosed,
        lambda matter, _: {"outcome": ENDS.get(str(matter.hidden), "answered")},
    ),
)
ORDINARY: Final[Course] = (*HANDLED, CLOSE)
AS_SPAM: Final[Course] = (DOUBT, AGREE)
"""Two people take it for that: once after so many rounds of what lies between offices."""
SELDOM: Final = 4
NOT_FOR_POLICE: Final[Course] = (NOT_OURS,)
AUTOMATIC: Final[tuple[Course, ...]] = (
    (ANSWER, RATE_WELL, CLOSE_ANSWERED),
    (ASK_A_PERSON, *HANDLED, RATE_WELL, CLOSE),
)
"""Of what was answered automatically: an officer stands by it, or its sender asks for a person."""
FROM_LIBRARY: Final[tuple[Course, ...]] = (
    (ANSWER, CLOSE_ANSWERED),
    (TRANSFER, SIGN_FOR, DRAFT, SIGN, CLOSE),
)
BETWEEN_OFFICES: Final[tuple[Course, ...]] = (
    ORDINARY,
    (MISDIRECT, RETURN, *HANDLED, CLOSE),
    (MISDIRECT, DISPUTE, OBJECT, DECIDE, SIGN_FOR, REPLY, CLOSE),
    (TRANSFER, SIGN_FOR, ASK_TIME, EXTEND, REPLY, CORRECT, CLOSE),
    (TRANSFER, SIGN_FOR, INVITE, INVITE_ABOVE, JOIN, CONTRIBUTE, DECLINE, REPLY_TOGETHER, CLOSE),
    (DOUBT, DISAGREE, *HANDLED, CLOSE),
)
"""What needs nothing of whoever wrote it."""
WITH_A_CODE: Final[tuple[Course, ...]] = (
    (*HANDLED, RATE_BY_CODE, CLOSE),
    (TRANSFER, SIGN_FOR, ASK_MORE, SUPPLY_BY_CODE, REPLY, RATE_BY_CODE, CLOSE),
    (*HANDLED, ASK_BY_CODE, SEND_BACK, REPLY, CLOSE),
    (*HANDLED, CLOSE, REOPEN_BY_CODE, *HANDLED, RATE_BY_CODE, CLOSE),
)
"""Of whoever has no account here, and asks with number and query code (编号、查询码)."""
TO_THE_END: Final[Course] = (*HANDLED, CLOSE, ASK_REVIEW, UPHOLD, ASK_FINAL, CHANGE)
"""What is reviewed up to the tier above; nothing of the province's is, here."""
WITH_THEIR_SENDER: Final[tuple[Course, ...]] = (
    (*HANDLED, RATE_WELL, CLOSE),
    (TRANSFER, SIGN_FOR, ASK_MORE, SUPPLEMENT, REPLY, RATE_WELL, CLOSE),
    (*HANDLED, RATE_BADLY, CALL_BACK, TAKE_UP, *HANDLED, RATE_WELL, CLOSE),
    (TRANSFER, URGE, SIGN_FOR, REPLY, CONSENT, PUBLISH, CLOSE),
    (*HANDLED, RATE_BADLY, VISIT, CLOSE),
    (*HANDLED, CLOSE, REOPEN, *HANDLED, RATE_WELL, CLOSE),
    (*HANDLED, ASK_REVIEW, SEND_BACK, REPLY, RATE_WELL, CLOSE),
    TO_THE_END,
)


class Turns:
    """Gives petitions that are alike the courses that there are for them in turn."""

    def __init__(self) -> None:
        ways = (AUTOMATIC, FROM_LIBRARY, WITH_THEIR_SENDER)
        self._turns = {courses: itertools.cycle(courses) for courses in ways}
        self._turns[BETWEEN_OFFICES] = itertools.cycle((*BETWEEN_OFFICES * SELDOM, AS_SPAM))
        with_a_code = (*BETWEEN_OFFICES, *WITH_A_CODE)
        self._turns[WITH_A_CODE] = itertools.cycle((*with_a_code * SELDOM, AS_SPAM))

    def course_of(self, matter: Matter) -> Course:
        """Say what is to become of a petition: what can't wait is taken (接警) before anything else."""
        taken = (TAKE_REPORT if matter.hidden else TAKE,) if matter.urgent else ()
        return (*taken, *self._course_of(matter))

    def _course_of(self, matter: Matter) -> Course:
        if matter.hidden:
            return IN_CONFIDENCE
        if matter.kind == "report":
            return ORDINARY
        if matter.state == "auto-answered":
            return next(self._turns[AUTOMATIC])
        if str(matter.topic).startswith("elsewhere/"):
            return NOT_FOR_POLICE
        if matter.answer is not None:
            return next(self._turns[FROM_LIBRARY])
        without = WITH_A_CODE if matter.held else BETWEEN_OFFICES
        turn = self._turns[WITH_THEIR_SENDER if matter.sender else without]
        course = next(turn)
        return next(turn) if course is TO_THE_END and matter.tenant == PROVINCE else course
