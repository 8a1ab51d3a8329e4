"""What is told in which words, and where (告知内容): the whole of what goes out is decided here. Pure.

In the open stands only what holds nothing personal, in answer to what was posted in the open. What may report a crime
or complain about police is told by private message alone, and only that it was received, handed over, filed or not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from masking.text import find

from petition.kinds import CALL_FIRST_EN, CALL_FIRST_ZH, Ground, in_confidence
from petition.outbound.delivery import Way, What
from petition.petition import Petition
from petition.review.wording import asked, decided
from petition.workflow import State

RECEIPT: Final = (
    "您的来信已收到，编号 {number}，查询码 {code}，凭此查询进度，请勿告诉他人。\n"
    "Received. Its number is {number}, its query code {code}: with both you see how far it is. Keep them to yourself."
)
LINK: Final = (
    "已收到。请发帖人打开此链接领取编号和查询码，只能领取一次：\n"
    "Received. Whoever wrote this gets number and query code here, once:\n{link}"
)
QUESTION: Final = (
    "【请补充材料 · More is asked for】\n{question}\n\n"
    "请直接回复，或凭编号和查询码补充；公开处请勿写个人信息。等待期间不计入答复期限。\n"
    "Please answer this, or send it with number and query code; nothing personal where others read it. "
    "The time until you do isn't counted."
)
ASKED: Final = (
    "承办部门请您补充材料，请凭编号和查询码查看并补充。\n"
    "The department asks you for more: see what, and send it, with number and query code."
)
REPLY: Final = "【公安机关答复 · Answer】\n{reply}"
CORRECTION: Final = "【公安机关更正 · Correction】\n{correction}"
ANSWERED: Final = (
    "已答复。答复含个人信息，不在此公开，请凭编号和查询码查询。\n"
    "Answered. The answer holds something personal and isn't shown here: ask for it with number and query code."
)
REPORTED: Final[Mapping[What, str]] = MappingProxyType(
    {
        What.HANDED_OVER: "编号 {number}：已移交承办单位。\n{number}: handed over to the unit in charge.",
        What.FILED: "编号 {number}：已立案。\n{number}: a case was filed.",
        What.NOT_FILED: "编号 {number}：不予立案。\n{number}: no case was filed.",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What there is to tell.

    Attributes:
        code: The query code.
        link: Gives it once, to whoever comes first; None: there is none.
        question, reply, correction: As they are now.
        reasons, changed: Of a review: why it was decided so, and the answer that stands instead.
    """

    code: str
    link: str | None = None
    question: str | None = None
    reply: str | None = None
    correction: str | None = None
    reasons: str | None = None
    changed: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What goes out, and how.

    Attributes:
        links: The one-time link is in it.
    """

    way: Way
    text: str
    links: bool = False


def told(what: What, petition: Petition, facts: Facts, ways: Collection[Way]) -> Told | None:
    """Say what of something goes out, and how; None: nothing does, it is read where somebody asks for it.

    Args:
        what: Is told.
        petition: As it is now.
        facts: See there.
        ways: How its sender can be reached where they wrote.
    """
    if in_confidence(petition.kind, petition.hidden):
        text = _of_a_report(what, petition, facts)
        return Told(Way.PRIVATE, text) if text is not None and Way.PRIVATE in ways else None
    if what is What.RECEIPT:
        return _receipt(petition, facts, ways)
    text = _said(what, petition, facts)
    return None if text is None else _answer(text, ways, instead=ASKED if what is What.QUESTION else ANSWERED)


def said_before(petition: Petition, code: str, question: str | None) -> tuple[str, ...]:
    """Give what whoever answers in the thread may quote of ours: it says nothing of what they write."""
    receipt = RECEIPT.format(number=petition.number, code=code)
    return (CALL_FIRST_ZH, CALL_FIRST_EN, receipt, QUESTION.format(question=question or ""), ASKED)


def _said(what: What, petition: Petition, facts: Facts) -> str | None:
    """Say it to its sender; None: there is nothing to say any more."""
    match what:
        case What.QUESTION if facts.question is not None and petition.state is State.SUPPLEMENTING:
            return QUESTION.format(question=facts.question)
        case What.REPLY if facts.reply is not None:
            return REPLY.format(reply=facts.reply)
        case What.CORRECTION if facts.correction is not None:
            return CORRECTION.format(correction=facts.correction)
        case What.REVIEW_REQUESTED if petition.review is not None:
            return asked(petition.review)
        case What.REVIEW_DECIDED if facts.reasons is not None:
            return decided(petition, facts.reasons, facts.changed)
    return None


def _of_a_report(what: What, petition: Petition, facts: Facts) -> str | None:
    if petition.hidden is Ground.MOVED:
        return None  # it goes on elsewhere, and only there is anything told
    if what is What.RECEIPT:
        return _with_numbers_first(RECEIPT.format(number=petition.number, code=facts.code))
    return REPORTED[what].format(number=petition.number) if what in REPORTED else None


def _receipt(petition: Petition, facts: Facts, ways: Collection[Way]) -> Told | None:
    if Way.PRIVATE in ways:
        text = RECEIPT.format(number=petition.number, code=facts.code)
        return Told(Way.PRIVATE, _with_numbers_first(text))
    if Way.PUBLIC in ways and facts.link is not None:
        return Told(Way.PUBLIC, _with_numbers_first(LINK.format(link=facts.link)), links=True)
    return None


def _answer(text: str, ways: Collection[Way], instead: str = ANSWERED) -> Told | None:
    if Way.PUBLIC in ways and not find(text):
        return Told(Way.PUBLIC, text)
    if Way.PRIVATE in ways:
        return Told(Way.PRIVATE, text)
    return Told(Way.PUBLIC, instead) if Way.PUBLIC in ways else None


def _with_numbers_first(text: str) -> str:
    """Put whom to call in an emergency before everything else."""
    return f"{CALL_FIRST_ZH}\n{CALL_FIRST_EN}\n\n{text}"
