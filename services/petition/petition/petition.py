"""What a petition is, and what its events make of it. Pure.

A decision is made of events, and the state it leads to is what replaying those events gives: a petition rebuilt from
its topic is the petition that was decided, by construction.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from contracts.events import (
    PetitionClassified,
    PetitionClosed,
    PetitionReceived,
    PetitionRevised,
    PetitionTransferred,
    ReportClassified,
    ReportClosed,
    ReportReceived,
    ReportRevised,
    ReportTransferred,
)
from petition.afterwards import AfterAnAnswer, followed
from petition.alike.link import Linking, linked
from petition.collaboration.invitation import Invitation
from petition.collaboration.life import Collaborating, still_invited, work_together
from petition.events import PetitionEvent
from petition.feedback.rating import Rating
from petition.handling import course, life
from petition.handling.course import Course
from petition.kinds import Ground
from petition.paging.alarm import Alarm, Alarming, AlarmingReport, alarmed, over
from petition.publishing.publication import PRIVATE, Publication
from petition.replies.life import Answering, answered
from petition.review.review import Review
from petition.spam.proposal import LEAVES_IT, Proposing, ProposingReport, proposed
from petition.workflow import State


class Channel(StrEnum):
    """Where a message comes in: 门户, 论坛, 微博, QQ 群, 邮件, 其他应用, 联络处, 电话, 来访."""

    PORTAL = "portal"
    FORUM = "forum"
    MICROBLOG = "microblog"
    QQ_GROUP = "qq-group"
    MAIL = "mail"
    OPEN311 = "open311"
    LIAISON_DESK = "liaison-desk"
    TELEPHONE = "telephone"
    WALK_IN = "walk-in"


class Outcome(StrEnum):
    """How a petition ends (已答复, 重复, 垃圾信息, 非公安职责, 同一事项已终局; 已立案, 不予立案; 已转出)."""

    ANSWERED = "answered"
    DUPLICATE = "duplicate"
    SPAM = "spam"
    NOT_POLICE = "not-police"
    FINALLY_DECIDED = "finally-decided"
    FILED = "filed"
    NOT_FILED = "not-filed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What somebody wrote in. The only personal data of a petition, with the reply.

    Attributes:
        posted_at: When it was written, as its channel says.
        origin: Keyed name by which it is known when it comes again; another one in each circle.
        reply_to: Where it lies in its channel, and where to answer; JSON.
        revision: How often it had been edited, as its channel counts.
        attachments: What is kept of the files that came with it; JSON.
        files: Keyed names of these files; other ones in each circle.
    """

    channel: Channel
    title: str
    text: str
    posted_at: datetime | None = None
    origin: str | None = None
    reply_to: str | None = None
    revision: int = 0
    attachments: str | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whoever wrote it.

    Attributes:
        author: Pseudonym by which ordinary petitions name them.
        informant: Pseudonym by which nothing but reports names them.
    """

    author: str
    informant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Involved:
    """Who is to be kept away from a petition, and to whom it is entrusted.

    Attributes:
        accused: Departments complained about.
        named: Pseudonyms of officers complained about.
        handlers: Pseudonyms of the only handlers who may know of it; none: any handler of its department may.
    """

    accused: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    handlers: frozenset[str] = frozenset()


NOBODY = Involved()


@dataclass(frozen=True, slots=True, kw_only=True)
class Petition:
    """A petition without its content, which no decision needs.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of the city that received it; of a complaint about police, of the tier above.
        number: 办件编号, for people.
        channel: Where it came in.
        author: Pseudonym of whoever wrote it: as author, or as informant if it is hidden.
        received_at: First receipt, UTC; every clock starts here.
        sequence: Of its last event; also the version that an officer's change must name.
        course: How far its handling (办理) has come, and by when it has to be answered.
        hidden: Why only a small circle may know of it; None: it is ordinary.
        accused, named, handlers: See ``Involved``; sorted.
        answer: Id of the answer of the reply library (答复口径库) that it is answered with, if there is one.
        answer_version: Its published version.
        automatic: Its reply is the service's own (自动答复): nobody has looked at it.
        drafted_by: Pseudonym of whoever edited that, once it needs a signature.
        origin, revision, files: See ``Message``; what went on elsewhere isn't known again here.
        repliers: Pseudonyms of all who had a hand in a reply to it; sorted.
        rating: What whoever wrote it says of the answer; silence says nothing.
        reopenable_until: Until when they may have it taken up again, UTC; None: not at all.
        reopened: How often it was.
        spam_proposed_by: Pseudonym of whoever takes it for spam, until another one agrees or doesn't.
        review: The last review of its answer (复查、复核); None: nobody has asked for one.
        reviewable_until: Until when they may ask for the next one, UTC; None: not at all.
        publication: Whether its answer was corrected, and is public.
        invitations: Other departments that were asked for their opinion (协办), in order.
        alarm: Who was paged because something in it can't wait, and who has taken it; None: nobody ever was.
        linked_to: Ids of petitions that it is linked to (关联); sorted.
    """

    id: str
    tenant: str
    number: str
    channel: Channel
    author: str
    received_at: datetime
    sequence: int
    state: State
    course: Course
    hidden: Ground | None = None
    kind: str | None = None
    matter: str | None = None
    topic: str | None = None
    danger: str | None = None
    confidence: float | None = None
    reasons: tuple[str, ...] = ()
    department: str | None = None
    accused: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    outcome: Outcome | None = None
    answer: str | None = None
    answer_version: int | None = None
    automatic: bool = False
    drafted_by: str | None = None
    origin: str | None = None
    revision: int = 0
    files: tuple[str, ...] = ()
    repliers: tuple[str, ...] = ()
    rating: Rating | None = None
    reopenable_until: datetime | None = None
    reopened: int = 0
    spam_proposed_by: str | None = None
    review: Review | None = None
    reviewable_until: datetime | None = None
    publication: Publication = PRIVATE
    invitations: tuple[Invitation, ...] = ()
    alarm: Alarm | None = None
    linked_to: tuple[str, ...] = ()


def begin(event: PetitionEvent, *, id: str, tenant: str) -> Petition:  # noqa: A002
    """Give the petition that its first event makes.

    Raises:
        ValueError: It isn't a first one.
    """
    hidden: Ground | None = None
    match event:
        case ReportReceived(informant=author, ground=ground):
            hidden = Ground(ground)
        case PetitionReceived(author=author):
            pass
        case _:
            raise ValueError("a petition begins with being received")
    return Petition(
        id=id,
        tenant=tenant,
        number=event.number,
        channel=Channel(event.channel),
        author=author,
        received_at=event.received_at,
        sequence=1,
        state=State.RECEIVED,
        course=course.begin(event, hidden),
        hidden=hidden,
        accused=event.accused or (),
        named=event.named or (),
        origin=event.origin,
        revision=event.revision or 0,
        files=event.files or (),
    )


def replay(petition: Petition, event: PetitionEvent) -> Petition:
    """Give the petition after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: A petition is received only once.
    """
    still = petition.spam_proposed_by if isinstance(event, LEAVES_IT) else None
    there = _after(replace(petition, sequence=petition.sequence + 1, spam_proposed_by=still), event)
    return replace(there, invitations=still_invited(there)) if there.invitations else there


def _after(petition: Petition, event: PetitionEvent) -> Petition:
    if isinstance(event, AfterAnAnswer):
        return followed(petition, event)
    if isinstance(event, Answering):
        return answered(petition, event)
    match event:
        case PetitionClassified() | ReportClassified():
            return replace(
                petition,
                state=State.CLASSIFIED,
                kind=event.kind,
                matter=event.matter,
                topic=getattr(event, "topic", None),
                danger=event.danger,
                confidence=event.confidence,
                reasons=tuple(getattr(event, "reasons", ())),
            )
        case PetitionTransferred() | ReportTransferred():
            return replace(
                petition,
                state=State.TRANSFERRED,
                course=course.assigned(petition.course, event, petition.sequence),
                department=event.department,
                accused=event.accused or (),
                named=event.named or (),
                handlers=event.handlers or (),
            )
        case PetitionClosed() | ReportClosed():
            outcome = Outcome(event.outcome)
            gone = outcome is Outcome.MOVED and petition.hidden is None
            hidden = Ground.MOVED if gone else petition.hidden
            origin = None if outcome is Outcome.MOVED else petition.origin
            return replace(
                petition,
                state=State.CLOSED,
                course=course.ended(petition.course, getattr(event, "done_on", None)),
                alarm=over(petition.alarm),
                outcome=outcome,
                hidden=hidden,
                origin=origin,
                reopenable_until=getattr(event, "reopenable_until", None),
            )
        case PetitionRevised() | ReportRevised():
            petition = replace(petition, revision=event.revision)
        case _ if isinstance(event, Alarming | AlarmingReport):
            petition = alarmed(petition, event)
        case _ if isinstance(event, Linking | Collaborating | Proposing | ProposingReport):
            petition = _with_others(petition, event)
        case PetitionReceived() | ReportReceived():
            raise ValueError("a petition is received only once")
        case _:
            petition = life.go_on(petition, event)
    return petition


def _with_others(petition: Petition, event: Linking | Collaborating | Proposing | ProposingReport) -> Petition:
    if isinstance(event, Proposing | ProposingReport):
        return proposed(petition, event)
    return linked(petition, event) if isinstance(event, Linking) else work_together(petition, event)
