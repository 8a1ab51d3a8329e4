"""Generated from the schemas by ``contracts generate``. Don't edit: the next run overwrites it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar, Literal

from contracts.event import ContractEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One record in a log."""

    topic_uuid: str | None = None
    """The broker's id of the topic: a topic made again is another log."""
    topic: str
    """Topic as the broker knows it."""
    partition: int
    """Partition."""
    offset: int
    """Offset."""
    id: str
    """Event id of the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeHead:
    """One tree's head."""

    topic: str
    """Topic as the broker knows it."""
    topic_uuid: str
    """The broker's id of the topic."""
    partition: int
    """Partition."""
    size: int
    """Leaves in the tree: that many records, from the first one that the log still had, without a gap."""
    root: str
    """Root hash, SHA-256 in hex."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalBasis:
    """A provision, and where it was read."""

    provision: str
    """Law and article."""
    source: str
    """Where its text was read, e.g. an address or a gazette."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseErasureAcknowledged(ContractEvent):
    """Everything that was sealed under a destroyed key is deleted from this service's tables (抹除确认)."""

    TYPE: ClassVar[str] = "yiwangban.accept.case-erasure.acknowledged.v1"
    TOPIC: ClassVar[str] = "accept.case-erasures.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:case-erasure-acknowledged:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    emptied: int
    """How many sealed texts were deleted; 0 if the person had none here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSubmitted(ContractEvent):
    """An application came in and got its number (申请)."""

    TYPE: ClassVar[str] = "yiwangban.accept.case.submitted.v1"
    TOPIC: ClassVar[str] = "accept.cases.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:case-submitted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("form",)

    number: str
    """The number for people (办件编号); says nothing about the applicant and can't be guessed."""
    item: str
    """The service item (事项), by its slug in the catalogue."""
    channel: str
    """Where it came in. An open list; readers have to bear new ones."""
    submitted_at: datetime
    """First receipt, UTC."""
    applicant: str
    """Pseudonym of the applicant in this context; not linkable to other contexts."""
    form: str
    """The form as filled in: a JSON object, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAccepted(ContractEvent):
    """The application was accepted (受理); the clock of the decision starts here."""

    TYPE: ClassVar[str] = "yiwangban.accept.case.accepted.v1"
    TOPIC: ClassVar[str] = "accept.cases.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:case-accepted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("form",)

    number: str
    """The number for people (办件编号); says nothing about the applicant and can't be guessed."""
    item: str
    """The service item (事项), by its slug in the catalogue."""
    applicant: str
    """Pseudonym of the applicant in this context; not linkable to other contexts."""
    accepted_at: datetime
    """When, UTC."""
    workdays: int
    """The promised time limit of the decision (承诺时限), in working days."""
    by: str
    """Pseudonym of whoever acted."""
    form: str
    """The form as filled in: a JSON object, as text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNotAccepted(ContractEvent):
    """The application was refused at the door, in writing and with reasons (不予受理)."""

    TYPE: ClassVar[str] = "yiwangban.accept.case.not-accepted.v1"
    TOPIC: ClassVar[str] = "accept.cases.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:case-not-accepted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("notice",)

    by: str
    """Pseudonym of whoever acted."""
    reasons: tuple[str, ...]
    """Why, as codes that the catalogue explains. An open list."""
    notice: str
    """What the applicant is told, 1 to 2,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseWithdrawn(ContractEvent):
    """The applicant took the application back (撤回)."""

    TYPE: ClassVar[str] = "yiwangban.accept.case.withdrawn.v1"
    TOPIC: ClassVar[str] = "accept.cases.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:case-withdrawn:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of whoever acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseConcluded(ContractEvent):
    """The decision has reached the case; nothing more will be decided (办结)."""

    TYPE: ClassVar[str] = "yiwangban.accept.case.concluded.v1"
    TOPIC: ClassVar[str] = "accept.cases.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:case-concluded:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    outcome: str
    """What was decided."""
    review: str
    """The review that decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptReadRecorded(ContractEvent):
    """Somebody read data of other people (查阅留痕); committed before the data left. Each is a subject of its own, of one event."""

    TYPE: ClassVar[str] = "yiwangban.accept.read.recorded.v1"
    TOPIC: ClassVar[str] = "accept.reads.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:read-recorded:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    reader: str
    """Pseudonym of whoever read."""
    roles: tuple[str, ...]
    """Their roles."""
    tenant: str
    """Where they belong, a GB/T 2260 code."""
    resource: str
    """What kind of thing was read."""
    subjects: tuple[str, ...]
    """Which ones: the subjects of their events."""
    fields: tuple[str, ...]
    """What of them was open."""
    purpose: str
    """For what: a code of reference/purposes.csv."""
    request: str
    """Id of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveReadRecorded(ContractEvent):
    """Somebody read data of other people (查阅留痕); committed before the data left. Each is a subject of its own, of one event."""

    TYPE: ClassVar[str] = "yiwangban.approve.read.recorded.v1"
    TOPIC: ClassVar[str] = "approve.reads.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:read-recorded:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    reader: str
    """Pseudonym of whoever read."""
    roles: tuple[str, ...]
    """Their roles."""
    tenant: str
    """Where they belong, a GB/T 2260 code."""
    resource: str
    """What kind of thing was read."""
    subjects: tuple[str, ...]
    """Which ones: the subjects of their events."""
    fields: tuple[str, ...]
    """What of them was open."""
    purpose: str
    """For what: a code of reference/purposes.csv."""
    request: str
    """Id of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewErasureAcknowledged(ContractEvent):
    """Everything that was sealed under a destroyed key is deleted from this service's tables (抹除确认)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review-erasure.acknowledged.v1"
    TOPIC: ClassVar[str] = "approve.review-erasures.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-erasure-acknowledged:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    emptied: int
    """How many sealed texts were deleted; 0 if the person had none here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStarted(ContractEvent):
    """An accepted case is examined (审查); its clock runs from the acceptance."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.started.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-started:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("form",)

    case: str
    """The case (办件) under review."""
    number: str
    """The number for people (办件编号); says nothing about the applicant and can't be guessed."""
    item: str
    """The service item (事项), by its slug in the catalogue."""
    step: str
    """A step of the item's workflow."""
    accepted_at: datetime
    """When the clock began, UTC."""
    warn_at: datetime
    """When a yellow card is due, UTC."""
    due_at: datetime
    """End of the time limit that binds, UTC."""
    applicant: str | None = None
    """Pseudonym of the applicant, as the case names them; they never decide about it themselves (回避)."""
    form: str | None = None
    """The form as filled in: a JSON object, as text. Absent if it couldn't be opened any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTaskAssigned(ContractEvent):
    """An officer took a step's task on (领办)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.task-assigned.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-task-assigned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    case: str
    """The case (办件) under review."""
    step: str
    """A step of the item's workflow."""
    by: str
    """Pseudonym of whoever acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTaskReleased(ContractEvent):
    """A step's task was given back (退回), for somebody else to take on."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.task-released.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-task-released:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    case: str
    """The case (办件) under review."""
    step: str
    """A step of the item's workflow."""
    by: str
    """Pseudonym of whoever acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTaskCompleted(ContractEvent):
    """A step was completed with a recommendation (审查意见); the next one is open."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.task-completed.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-task-completed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("opinion",)

    case: str
    """The case (办件) under review."""
    step: str
    """A step of the item's workflow."""
    by: str
    """Pseudonym of whoever acted."""
    recommendation: str
    """What the officer recommends."""
    next_step: str
    """The step that is open now."""
    opinion: str
    """The officer's opinion, 1 to 2,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewWarned(ContractEvent):
    """Little of the time limit is left (黄牌)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.warned.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-warned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    case: str
    """The case (办件) under review."""
    step: str
    """A step of the item's workflow."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""
    due_at: datetime
    """End of the time limit that binds, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewBreached(ContractEvent):
    """The time limit has passed without a decision (红牌)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.breached.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-breached:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    case: str
    """The case (办件) under review."""
    step: str
    """A step of the item's workflow."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewApproved(ContractEvent):
    """The application was granted (准予)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.approved.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-approved:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    case: str
    """The case (办件) under review."""
    by: str
    """Pseudonym of whoever acted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDenied(ContractEvent):
    """The application was denied, in writing and with reasons (不予许可)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.denied.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-denied:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("notice",)

    case: str
    """The case (办件) under review."""
    by: str
    """Pseudonym of whoever acted."""
    reasons: tuple[str, ...]
    """Why, as codes that the catalogue explains. An open list."""
    notice: str
    """What the applicant is told, 1 to 2,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDiscontinued(ContractEvent):
    """The review ended without a decision (终止)."""

    TYPE: ClassVar[str] = "yiwangban.approve.review.discontinued.v1"
    TOPIC: ClassVar[str] = "approve.reviews.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:review-discontinued:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    case: str
    """The case (办件) under review."""
    reason: str
    """Why. An open list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRaised(ContractEvent):
    """Matters came in bursts (预警), in the tenant in the envelope; the evidence says where to look."""

    TYPE: ClassVar[str] = "yiwangban.intel.alert.raised.v1"
    TOPIC: ClassVar[str] = "intel.alerts.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:alert-raised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    rule: str
    """The rule that spoke."""
    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    window_start: datetime
    """Start of the window, included."""
    window_end: datetime
    """End of the window, excluded."""
    count: int
    """How many in the window."""
    threshold: int
    """How many it takes."""
    evidence: tuple[Evidence, ...]
    """Records behind it; if there are more than 100, the first 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointTreeHeadSigned(ContractEvent):
    """The mirror signed the heads of its Merkle trees, one tree (RFC 6962) a log partition."""

    TYPE: ClassVar[str] = "yiwangban.intel.checkpoint.tree-head-signed.v1"
    TOPIC: ClassVar[str] = "intel.checkpoints.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:checkpoint-tree-head-signed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    ordinal: int
    """1, 2, 3 … without gaps."""
    heads: tuple[TreeHead, ...]
    """Heads, ordered by topic, topic_uuid, partition."""
    previous: str
    """SHA-256 in hex of the previous checkpoint's signed body; 64 zeros in the first."""
    key_id: str
    """Id of the signing key."""
    signature: str
    """Signature in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureOrdered(ContractEvent):
    """A person's key was destroyed, and with it all that is sealed under it (抹除). Says nothing of the person."""

    TYPE: ClassVar[str] = "yiwangban.intel.erasure.ordered.v1"
    TOPIC: ClassVar[str] = "intel.erasures.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:erasure-ordered:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    key: str
    """Id of the destroyed key; also the subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDrafted(ContractEvent):
    """A new answer for the reply library was drafted (起草口径), for the province or the city in the envelope."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.drafted.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-drafted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    version: int
    """Of the answer: 1, 2, 3 … A published version never changes."""
    variants: tuple[str, ...]
    """Questions that it answers, as people ask them (问法). Plain text without personal data."""
    text: str
    """What is answered. Plain text without personal data."""
    basis: tuple[LegalBasis, ...]
    """What it rests on (法律依据)."""
    effective_from: str
    """First day on which it may be given, in China."""
    effective_until: str | None = None
    """Last day; absent: until it is revised or retired."""
    overrides: str | None = None
    """Id of the province's answer that this city answers differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRevised(ContractEvent):
    """A draft was changed, or the next version of a published answer begun (修订); what is published stays in force."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.revised.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-revised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    version: int
    """Of the answer: 1, 2, 3 … A published version never changes."""
    variants: tuple[str, ...]
    """Questions that it answers, as people ask them (问法). Plain text without personal data."""
    text: str
    """What is answered. Plain text without personal data."""
    basis: tuple[LegalBasis, ...]
    """What it rests on (法律依据)."""
    effective_from: str
    """First day on which it may be given, in China."""
    effective_until: str | None = None
    """Last day; absent: until it is revised or retired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAbandoned(ContractEvent):
    """The next version isn't wanted any more; the published one stays in force (放弃修订)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.abandoned.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-abandoned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    version: int
    """Of the answer: 1, 2, 3 … A published version never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSubmitted(ContractEvent):
    """A draft waits for somebody else's review (送审)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.submitted.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-submitted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    version: int
    """Of the answer: 1, 2, 3 … A published version never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRejected(ContractEvent):
    """The review gave it back (退回修改)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.rejected.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-rejected:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    version: int
    """Of the answer: 1, 2, 3 … A published version never changes."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPublished(ContractEvent):
    """The version is in force from its first day on, in the place of the one before (发布)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.published.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-published:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    version: int
    """Of the answer: 1, 2, 3 … A published version never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRetirementProposed(ContractEvent):
    """It was taken out of use at once, until somebody else decides (停用待核)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.retirement-proposed.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-retirement-proposed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerKept(ContractEvent):
    """It stays in use after all (恢复使用)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.kept.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-kept:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRetired(ContractEvent):
    """It is out of use for good (停用)."""

    TYPE: ClassVar[str] = "yiwangban.petition.answer.retired.v1"
    TOPIC: ClassVar[str] = "petition.answers.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:answer-retired:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinDrafted(ContractEvent):
    """A public warning or notice was drafted (通报草稿), for the tenant in the envelope."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.drafted.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-drafted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    alert: str
    """Id of the alert that asked for it: the event id of alert-raised."""
    title: str
    """Plain text without personal data."""
    text: str
    """Plain text without personal data."""
    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinWritten(ContractEvent):
    """An officer drafted a public warning or notice (起草通报), for the tenant in the envelope. It isn't public."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.written.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-written:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    category: Literal["warning", "notice"]
    """What it is to those who read it: warning 预警, notice 通告."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    title: str
    """Plain text without personal data."""
    text: str
    """Plain text without personal data."""
    effective_until: str | None = None
    """Last day, in China; absent: until it is withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinRevised(ContractEvent):
    """The draft was put into these words (修改草稿). It isn't public."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.revised.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-revised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    category: Literal["warning", "notice"]
    """What it is to those who read it: warning 预警, notice 通告."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    title: str
    """Plain text without personal data."""
    text: str
    """Plain text without personal data."""
    effective_until: str | None = None
    """Last day, in China; absent: until it is withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinDiscarded(ContractEvent):
    """The draft was given up (弃用草稿)."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.discarded.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-discarded:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    reason: str
    """Why; for officers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinPublished(ContractEvent):
    """A second person signed it, and it is public from now on (发布通报): everything that portals, microblogs and groups have to show."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.published.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-published:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the spokesperson who signed."""
    category: Literal["warning", "notice"]
    """What it is to those who read it: warning 预警, notice 通告."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    title: str
    """Plain text without personal data."""
    text: str
    """Plain text without personal data."""
    effective_until: str | None = None
    """Last day, in China; absent: until it is withdrawn."""
    publication: str
    """Id of this publication, a UUIDv7: published ones are in its order."""
    published_at: datetime
    """When it was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinWithdrawn(ContractEvent):
    """It was taken back (撤回通报): whoever shows it says so, with the reason."""

    TYPE: ClassVar[str] = "yiwangban.petition.bulletin.withdrawn.v1"
    TOPIC: ClassVar[str] = "petition.bulletins.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:bulletin-withdrawn:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the spokesperson who withdrew it."""
    category: Literal["warning", "notice"]
    """What it is to those who read it: warning 预警, notice 通告."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    title: str
    """Plain text without personal data."""
    text: str
    """Plain text without personal data."""
    effective_until: str | None = None
    """Last day, in China; absent: until it is withdrawn."""
    reason: str
    """Why; for everybody."""
    withdrawn_at: datetime
    """When it was withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverySent(ContractEvent):
    """The counterpart has taken what is told to whoever wrote (已送达渠道); whether they read it, nobody knows."""

    TYPE: ClassVar[str] = "yiwangban.petition.delivery.sent.v1"
    TOPIC: ClassVar[str] = "petition.deliveries.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:delivery-sent:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    petition: str
    """Id of the petition whose sender is told."""
    told: int
    """Sequence of the petition's event that they are told of."""
    what: str
    """What they are told. An open list; readers have to bear new ones."""
    channel: str
    """The channel by which it goes out: the one by which the petition came."""
    source: str
    """Which one of them: a forum's zone, a microblog's account, a group, a mailbox."""
    way: Literal["public", "private"]
    """Where everybody reads it, or to its sender alone."""
    code_until: datetime | None = None
    """Until when the one-time link in it gives the query code, UTC; absent: there is none in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryParked(ContractEvent):
    """It can't be sent, and waits for somebody of the desk to look (发送失败，待处理)."""

    TYPE: ClassVar[str] = "yiwangban.petition.delivery.parked.v1"
    TOPIC: ClassVar[str] = "petition.deliveries.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:delivery-parked:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    petition: str
    """Id of the petition whose sender is told."""
    told: int
    """Sequence of the petition's event that they are told of."""
    what: str
    """What they are told. An open list; readers have to bear new ones."""
    channel: str
    """The channel by which it goes out: the one by which the petition came."""
    source: str
    """Which one of them: a forum's zone, a microblog's account, a group, a mailbox."""
    reason: str
    """Why, without content. An open list; readers have to bear new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryResumed(ContractEvent):
    """The desk has it sent after all (重新发送)."""

    TYPE: ClassVar[str] = "yiwangban.petition.delivery.resumed.v1"
    TOPIC: ClassVar[str] = "petition.deliveries.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:delivery-resumed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCodeTaken(ContractEvent):
    """Somebody has opened the one-time link and was shown the query code (查询码已领取); the link is used up."""

    TYPE: ClassVar[str] = "yiwangban.petition.delivery.code-taken.v1"
    TOPIC: ClassVar[str] = "petition.deliveries.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:delivery-code-taken:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()



@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBulletinSent(ContractEvent):
    """A microblog, a forum or a group has taken a bulletin, or that it was withdrawn (通报已播发)."""

    TYPE: ClassVar[str] = "yiwangban.petition.delivery.bulletin-sent.v1"
    TOPIC: ClassVar[str] = "petition.deliveries.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:delivery-bulletin-sent:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    bulletin: str
    """Id of the bulletin that is told."""
    told: int
    """Sequence of the bulletin's event that is told."""
    what: str
    """What is told. An open list; readers have to bear new ones."""
    channel: str
    """The channel that carries it."""
    source: str
    """Which one of them: a forum's zone, a microblog's account, a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryBulletinParked(ContractEvent):
    """It can't be sent there, and waits for somebody of the desk to look (通报播发失败，待处理)."""

    TYPE: ClassVar[str] = "yiwangban.petition.delivery.bulletin-parked.v1"
    TOPIC: ClassVar[str] = "petition.deliveries.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:delivery-bulletin-parked:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    bulletin: str
    """Id of the bulletin that is told."""
    told: int
    """Sequence of the bulletin's event that is told."""
    what: str
    """What is told. An open list; readers have to bear new ones."""
    channel: str
    """The channel that carries it."""
    source: str
    """Which one of them: a forum's zone, a microblog's account, a group."""
    reason: str
    """Why, without content. An open list; readers have to bear new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionErasureAcknowledged(ContractEvent):
    """Everything that was sealed under a destroyed key is deleted from this service's tables (抹除确认)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition-erasure.acknowledged.v1"
    TOPIC: ClassVar[str] = "petition.petition-erasures.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-erasure-acknowledged:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    emptied: int
    """How many sealed texts were deleted; 0 if the person had none here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReceived(ContractEvent):
    """A message to the police came in and got its number (受理)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.received.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-received:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("title", "text", "reply_to", "attachments")

    number: str
    """The number for people (办件编号); says nothing about the sender and can't be guessed."""
    channel: str
    """Where it came in. An open list; readers have to bear new ones."""
    received_at: datetime
    """First receipt, UTC: the citizen's clock starts here."""
    author: str
    """Pseudonym of the sender in this context; not linkable to other contexts."""
    title: str
    """The title as sent, 1 to 200 characters."""
    text: str
    """The text as sent, 1 to 20,000 characters."""
    accused: tuple[str, ...] | None = None
    """Departments complained about so far: they see nothing of it."""
    named: tuple[str, ...] | None = None
    """Pseudonyms of officers complained about so far: they see nothing of it."""
    origin: str | None = None
    """Keyed name by which the message is known when its channel brings it again; it tells nothing of the message, and is another one in each circle."""
    reply_to: str | None = None
    """Where the message lies in its channel, and where to answer: source, message and address; JSON."""
    revision: int | None = None
    """How often it had been edited when it came in, as its channel counts; none: never."""
    attachments: str | None = None
    """What is kept of the files that came with it: name, type, size, SHA-256, and what opens each in the store; JSON."""
    files: tuple[str, ...] | None = None
    """Keyed names by which it needs these files of the store; they tell nothing of them, and are other ones in each circle."""
    due_at: datetime | None = None
    """End of the time limit for the citizen's answer, UTC."""
    warn_at: datetime | None = None
    """When two thirds of it have passed, UTC."""
    provisional: bool | None = None
    """A year in it isn't announced yet; it will be computed again (暂定)."""
    triage_by: datetime | None = None
    """End of the office's own time limit for handing it out, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionRevised(ContractEvent):
    """The sender edited the message where they posted it; the original is kept (原帖已修改)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.revised.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-revised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("revised_title", "revised_text", "revised_suggestion")

    revision: int
    """How often it has been edited, as its channel counts; larger than that of every version before."""
    revised_title: str
    """The title as it reads now, 1 to 200 characters."""
    revised_text: str
    """The text as it reads now, 1 to 20,000 characters."""
    revised_suggestion: str
    """What rules and model make of it now, with the words that decided; JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionClassified(ContractEvent):
    """Rules and model, or staff, said what the message is and what it is about (分类)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.classified.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-classified:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("suggestion",)

    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    topic: str | None = None
    """What it is about, on two levels: the broader, a slash, the narrower (e.g. 举报线索/诈骗). An open list; readers have to bear new ones."""
    danger: str | None = None
    """What can't wait (紧急): danger to life, a crime going on, money just sent; none. An open list; readers have to bear new ones."""
    confidence: float
    """How sure, 0 to 1; staff are 1."""
    reasons: tuple[str, ...]
    """Names of the rules that spoke, and of the questions that the model answered; never words of the message."""
    suggestion: str | None = None
    """What rules and model made of it: each answer with its confidence, what else it might be, and the words of the message that decided; JSON."""
    by: Literal["rules", "staff"]
    """Who said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionTransferred(ContractEvent):
    """The message was handed to the department that has to answer it (转办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.transferred.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-transferred:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department that has to answer."""
    by: str
    """Pseudonym of the officer."""
    accused: tuple[str, ...] | None = None
    """Departments complained about so far: they see nothing of it."""
    named: tuple[str, ...] | None = None
    """Pseudonyms of officers complained about so far: they see nothing of it."""
    handlers: tuple[str, ...] | None = None
    """Pseudonyms of the handlers to whom alone it is entrusted; absent if any handler of the department may answer."""
    sign_by: datetime | None = None
    """End of the office's own time limit for signing for it, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReplied(ContractEvent):
    """The department answered (答复)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.replied.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-replied:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("reply",)

    by: str
    """Pseudonym of the officer."""
    reply: str
    """The answer, 1 to 20,000 characters."""
    answer: str | None = None
    """Id of the answer of the reply library that it was answered with, if there was one."""
    answer_version: int | None = None
    """Its published version. With a signature it was sent in other words, else word for word."""
    signed_by: str | None = None
    """Pseudonym of the spokesperson who signed it, if it needed a signature."""
    reopenable_until: datetime | None = None
    """Until when whoever wrote it may have it taken up again (重新办理); absent: not at all."""
    contributed: tuple[int, ...] | None = None
    """Numbers of the invitations whose opinions it rests on (采纳的协办意见), if any."""
    without: tuple[int, ...] | None = None
    """Numbers of the invitations whose opinions are late, and which it goes out without, if any."""
    reviewable_until: datetime | None = None
    """Until when whoever wrote it may ask for a review (复查、复核); absent: not at all."""
    done_on: str | None = None
    """The day, Shanghai's, on which it was answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReplyDrafted(ContractEvent):
    """An answer of the reply library was edited for this petition; it waits for the spokesperson's signature (拟稿送签)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.reply-drafted.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-reply-drafted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("draft",)

    by: str
    """Pseudonym of the officer."""
    draft: str
    """What is to be answered, 1 to 20,000 characters."""
    answer: str
    """Id of the answer of the reply library."""
    answer_version: int
    """The published version that was edited."""
    contributed: tuple[int, ...] | None = None
    """Numbers of the invitations whose opinions it rests on (采纳的协办意见), if any."""
    without: tuple[int, ...] | None = None
    """Numbers of the invitations whose opinions are late, and which it goes out without, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReplyRejected(ContractEvent):
    """The spokesperson didn't sign the draft (退回拟稿); the department goes on."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.reply-rejected.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-reply-rejected:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the spokesperson."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionAutoAnswered(ContractEvent):
    """The service itself answered a consultation with a published answer of the reply library (自动答复), and said so; it stays open until somebody has looked at it."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.auto-answered.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-auto-answered:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("reply",)

    reply: str
    """What the version says, 1 to 20,000 characters."""
    answer: str
    """Id of the answer of the reply library."""
    answer_version: int
    """The published version, word for word."""
    likeness: float
    """How alike question and answer are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionPersonAsked(ContractEvent):
    """The citizen wants a person's answer in the place of the automatic one (转人工)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.person-asked.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-person-asked:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of whoever asked."""
    triage_by: datetime | None = None
    """End of the office's own time limit for handing it out, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionRated(ContractEvent):
    """Whoever wrote it said how good the answer is (评价). That it was answered, and that it is solved, are two things."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.rated.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-rated:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("comment",)

    level: Literal["very-satisfied", "satisfied", "basically-satisfied", "dissatisfied", "very-dissatisfied"]
    """One of five; none is chosen for anybody."""
    solved: bool | None = None
    """Whether the answer solved the matter, if they said so."""
    comment: str | None = None
    """Their words, 1 to 2,000 characters, if there are any."""
    call_back_due: datetime | None = None
    """By when they are to be called back (回访); absent if nobody has to be."""
    since: datetime | None = None
    """When the call-back's time limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCalledBack(ContractEvent):
    """An officer who had no hand in the answer called back whoever had rated it badly (回访)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.called-back.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-called-back:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("note",)

    by: str
    """Pseudonym of the officer."""
    result: str
    """What it came to. An open list; readers have to bear new ones."""
    note: str | None = None
    """What was said, 1 to 2,000 characters, if it matters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReopened(ContractEvent):
    """It is taken up again (重新办理) and lies with the desk: by whoever wrote it, in time, or because a call-back found it unsolved."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.reopened.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-reopened:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("objection",)

    by: str
    """Pseudonym of whoever had it taken up again."""
    objection: str
    """What is still open, 1 to 2,000 characters."""
    times: int
    """How often it was, with this one."""
    reopened_at: datetime
    """When, UTC."""
    due_at: datetime | None = None
    """End of the time limit for the next answer, UTC."""
    warn_at: datetime | None = None
    """When two thirds of it have passed, UTC."""
    provisional: bool | None = None
    """A year in it isn't announced yet; it will be computed again (暂定)."""
    triage_by: datetime | None = None
    """End of the office's own time limit for handing it out, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReviewRequested(ContractEvent):
    """Whoever wrote it isn't satisfied with the answer and asks the tier above to look at it: a review (复查), or the final one (复核)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.review-requested.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-review-requested:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("review_objection",)

    by: str
    """Pseudonym of whoever asked."""
    rung: str
    """Which rung of the ladder: 复查, then 复核. An open list; readers have to bear new ones."""
    authority: str
    """GB/T 2260 code of the tenant whose supervision desk decides."""
    review_objection: str
    """What they find wrong with the answer, 1 to 5,000 characters."""
    requested_at: datetime
    """When, UTC; its clock starts here."""
    due_at: datetime
    """End of the time limit for the decision, UTC."""
    warn_at: datetime
    """When two thirds of it have passed, UTC."""
    provisional: bool
    """A year in it isn't announced yet; it will be computed again (暂定)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReviewDecided(ContractEvent):
    """The reviewing authority has decided (复查、复核意见): the answer stands, is changed, or the department answers anew."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.review-decided.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-review-decided:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("review_reasons", "review_reply")

    by: str
    """Pseudonym of the officer; none who had a hand in the answer."""
    rung: str
    """Which rung of the ladder: 复查, then 复核. An open list; readers have to bear new ones."""
    authority: str
    """GB/T 2260 code of the tenant whose supervision desk decides."""
    result: str
    """What was decided: 维持, 变更, 责令重新答复. An open list; readers have to bear new ones."""
    review_reasons: str
    """Why, 1 to 5,000 characters; told to whoever asked."""
    review_reply: str | None = None
    """The answer that stands instead, 1 to 20,000 characters; only with changed."""
    decided_at: datetime
    """When, UTC."""
    final: bool
    """Nothing more can be asked for (终局)."""
    reviewable_until: datetime | None = None
    """Until when the next review may be asked for; absent: it may not, or only of the new answer."""
    due_at: datetime | None = None
    """End of the time limit for the new answer, UTC; only with sent-back."""
    warn_at: datetime | None = None
    """When two thirds of it have passed, UTC."""
    provisional: bool | None = None
    """A year in it isn't announced yet; it will be computed again (暂定)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReplyCorrected(ContractEvent):
    """The office corrected its answer (更正); the first one stays beside it."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.reply-corrected.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-reply-corrected:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("correction",)

    by: str
    """Pseudonym of the officer."""
    correction: str
    """What is right, 1 to 20,000 characters."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionConsentGiven(ContractEvent):
    """Whoever wrote it agrees that question and answer are published, without what is personal (同意公开)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.consent-given.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-consent-given:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of whoever wrote the petition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionConsentWithdrawn(ContractEvent):
    """Whoever wrote it agrees no longer that it is published (撤回同意)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.consent-withdrawn.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-consent-withdrawn:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of whoever wrote the petition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionPublished(ContractEvent):
    """Question and answer are for everybody to read, signed by a spokesperson (公开). The texts are redacted, and sealed all the same: they go when their author is erased."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.published.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-published:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("publication",)

    by: str
    """Pseudonym of the spokesperson."""
    publication: str
    """Title, question, answer and, if there was one, its correction, redacted, as JSON."""
    published_at: datetime
    """Since when, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionUnpublished(ContractEvent):
    """It is no longer for everybody to read (撤下)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.unpublished.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-unpublished:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of whoever took it back."""
    reason: str
    """Why. An open list; readers have to bear new ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSpamProposed(ContractEvent):
    """An officer of the desk takes it for spam (垃圾信息); somebody else has to agree, and until then it stays in the queue."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.spam-proposed.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-spam-proposed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("spam_reason",)

    by: str
    """Pseudonym of the officer."""
    spam_reason: str
    """Why it is taken for spam, 1 to 500 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSpamRejected(ContractEvent):
    """Another officer of the desk doesn't take it for spam; it goes on."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.spam-rejected.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-spam-rejected:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionClosed(ContractEvent):
    """Nothing more will happen to it (办结)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.closed.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-closed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    outcome: str
    """How it ended. An open list; readers have to bear new ones."""
    reopenable_until: datetime | None = None
    """Until when whoever wrote it may have it taken up again (重新办理); absent: not at all."""
    proposed_by: str | None = None
    """Pseudonym of the officer who proposed it, where it takes two: spam."""
    done_on: str | None = None
    """The day, Shanghai's, on which it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionWarned(ContractEvent):
    """Two thirds of a time limit have passed (黄牌)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.warned.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-warned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    clock: str
    """Which of its clocks: the one that binds, or an office's own. An open list; readers have to bear new ones."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""
    due_at: datetime
    """End of the time limit, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionOverdue(ContractEvent):
    """A time limit has passed (红牌)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.overdue.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-overdue:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    clock: str
    """Which of its clocks: the one that binds, or an office's own. An open list; readers have to bear new ones."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionEscalated(ContractEvent):
    """The tier above was told that it is overdue (升级督办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.escalated.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-escalated:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    to: str
    """GB/T 2260 code of the tier above."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionDeadlineRecalculated(ContractEvent):
    """A new calendar of holidays has moved a time limit, or made it certain (重新计算)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.deadline-recalculated.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-deadline-recalculated:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    clock: str
    """Which of its clocks: the one that binds, or an office's own. An open list; readers have to bear new ones."""
    reason: str
    """Why: the holidays of a year in it were announced, or those that had been announced have changed. An open list."""
    old_due_at: datetime
    """Its end as it was told before, UTC."""
    due_at: datetime
    """Its end by now, UTC; the same if only that is new that it is certain."""
    warn_at: datetime | None = None
    """When two thirds of it have passed, UTC; absent for an office's own."""
    provisional: bool
    """A year in it isn't announced yet; it will be computed again (暂定)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSignedFor(ContractEvent):
    """The department took it on (签收); it answers."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.signed-for.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-signed-for:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department."""
    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReturned(ContractEvent):
    """The department gave it back to whoever hands petitions out (退回); the citizen's clock runs on."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.returned.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-returned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department that gave it back."""
    by: str
    """Pseudonym of the officer."""
    basis: str
    """On what basis of the list. An open list; readers have to bear new ones."""
    reason: str
    """Why."""
    triage_by: datetime | None = None
    """End of the office's own time limit for handing it out, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionJurisdictionDisputed(ContractEvent):
    """A department says that it is another one's (管辖争议); their common superior decides."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.jurisdiction-disputed.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-jurisdiction-disputed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department that says so."""
    to: str
    """Whose it is, as it sees it."""
    by: str
    """Pseudonym of the officer."""
    basis: str
    """On what basis of the list. An open list; readers have to bear new ones."""
    reason: str
    """Why."""
    decide_by: datetime | None = None
    """End of the office's own time limit for the decision, UTC; absent when the other side has its say."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionJurisdictionDecided(ContractEvent):
    """The common superior decided whose it is (指定管辖); that binds."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.jurisdiction-decided.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-jurisdiction-decided:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department that has to answer."""
    by: str
    """Pseudonym of the officer."""
    reason: str
    """Why."""
    sign_by: datetime
    """End of the office's own time limit for signing for it, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSupplementRequested(ContractEvent):
    """Whoever wrote in was asked for more (要求补充材料); the clock stands still."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.supplement-requested.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-supplement-requested:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("supplement_request",)

    by: str
    """Pseudonym of the officer."""
    supplement_request: str
    """What is asked for, 1 to 2,000 characters."""
    stopped_at: datetime
    """Since when the clock stands still, UTC."""
    answer_by: datetime
    """Until when it waits, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSupplemented(ContractEvent):
    """Whoever wrote in sent more (补充材料); the clock runs on."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.supplemented.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-supplemented:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("supplement", "supplement_attachments")

    supplement: str
    """What was sent, 1 to 20,000 characters."""
    resumed_at: datetime
    """Since when the clock runs on, UTC."""
    due_at: datetime
    """End of the time limit for the citizen's answer by now, UTC."""
    warn_at: datetime
    """When two thirds of it have passed, UTC."""
    provisional: bool
    """A year in it isn't announced yet; it will be computed again (暂定)."""
    origin: str | None = None
    """Keyed name by which the message that it came as is known when its channel brings it again; none: it came by no message."""
    revision: int | None = None
    """How often that message had been edited when it came in, as its channel counts; none: never."""
    supplement_attachments: str | None = None
    """What is kept of the files that came with it: name, type, size, SHA-256, and what opens each in the store; JSON."""
    files: tuple[str, ...] | None = None
    """Keyed names by which the petition needs these files of the store, beside those that it needs already; they tell nothing of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSupplementRevised(ContractEvent):
    """The sender edited, where they posted it, the message that they had sent more by; what they sent first is kept (补充材料已修改)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.supplement-revised.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-supplement-revised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("revised_supplement",)

    revision: int
    """How often it has been edited, as its channel counts; larger than that of every version before."""
    revised_supplement: str
    """What they send now, 1 to 20,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionSupplementLapsed(ContractEvent):
    """Nothing came in time; the clock runs on, and the department with what it has."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.supplement-lapsed.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-supplement-lapsed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""
    due_at: datetime
    """End of the time limit for the citizen's answer by now, UTC."""
    warn_at: datetime
    """When two thirds of it have passed, UTC."""
    provisional: bool
    """A year in it isn't announced yet; it will be computed again (暂定)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionExtensionRequested(ContractEvent):
    """The department asked for more time (申请延期)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.extension-requested.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-extension-requested:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    days: int
    """How much more, in working days."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionExtended(ContractEvent):
    """More time was granted, once (延期)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.extended.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-extended:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    authority: str
    """By virtue of what."""
    days: int
    """How much more, in working days."""
    reason: str
    """Why."""
    extended_at: datetime
    """Since when, UTC."""
    due_at: datetime
    """End of the time limit for the citizen's answer by now, UTC."""
    warn_at: datetime
    """When two thirds of it have passed, UTC."""
    provisional: bool
    """A year in it isn't announced yet; it will be computed again (暂定)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionExtensionRefused(ContractEvent):
    """More time was refused (不予延期)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.extension-refused.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-extension-refused:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionUrged(ContractEvent):
    """Somebody asked when the answer will come (催办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.urged.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-urged:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Who: whoever wrote in, or what watches over the offices. An open list; readers have to bear new ones."""
    times: int | None = None
    """How often the sender has by now; absent if it was somebody else."""
    day: str
    """The day, Shanghai's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionPaged(ContractEvent):
    """The duty officer was paged (传呼值班): something in it can't wait."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.paged.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-paged:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    danger: str
    """What can't wait. An open list; readers have to bear new ones."""
    rung: str
    """Who is paged: first whoever has the shift, then their deputy, then the tiers above. An open list."""
    to: str
    """Whose duty desk is paged, a GB/T 2260 code."""
    paged_at: datetime
    """When they were, UTC; of whoever comes next, the moment that was due."""
    answer_by: datetime | None = None
    """When whoever comes next is paged unless somebody has taken it, UTC; missing if nobody comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionTaken(ContractEvent):
    """Somebody looks after what can't wait (接警): nobody else is paged."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.taken.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-taken:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    taken_at: datetime
    """When they took it, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionLinked(ContractEvent):
    """Staff linked it to another petition about the same matter, or of the same person (关联): each stays one of its own."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.linked.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-linked:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("links",)

    by: str
    """Pseudonym of the officer."""
    to: str
    """Id of the other petition, of the same tenant; its own life tells of it, too."""
    links: str | None = None
    """All links that it has from now on: JSON, a list of objects with to, basis, suggested_by, likeness and by. Why two petitions belong together may say something of who wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionUnlinked(ContractEvent):
    """Staff took a link back (取消关联)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.unlinked.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-unlinked:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("links",)

    by: str
    """Pseudonym of the officer."""
    to: str
    """Id of the other petition, of the same tenant; its own life tells of it, too."""
    links: str | None = None
    """All links that it has from now on: JSON, a list of objects with to, basis, suggested_by, likeness and by. Why two petitions belong together may say something of who wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCollaborationRequested(ContractEvent):
    """The department in charge asked another one for its opinion (邀请协办); the citizen's clock runs on."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.collaboration-requested.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-collaboration-requested:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("question",)

    by: str
    """Pseudonym of the officer."""
    tenant: str
    """Of the invited department, a GB/T 2260 code."""
    department: str
    """The invited department."""
    handlers: tuple[str, ...] | None = None
    """Pseudonyms of the only handlers who are invited; absent: whichever handler of the department."""
    question: str
    """What is asked, 1 to 2,000 characters."""
    contribute_by: datetime
    """End of the internal limit, UTC; never later than the citizen's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCollaborationAccepted(ContractEvent):
    """The invited department signed for the invitation (签收协办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.collaboration-accepted.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-collaboration-accepted:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    invitation: int
    """Number of the invitation: the sequence of the event that requested the collaboration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCollaborationDeclined(ContractEvent):
    """The invited department declined (谢绝协办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.collaboration-declined.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-collaboration-declined:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    invitation: int
    """Number of the invitation: the sequence of the event that requested the collaboration."""
    basis: str
    """On what basis of the list. An open list; readers have to bear new ones."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionContributed(ContractEvent):
    """The invited department said its opinion (协办意见), or amended it."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.contributed.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-contributed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("opinion",)

    by: str
    """Pseudonym of the officer."""
    invitation: int
    """Number of the invitation: the sequence of the event that requested the collaboration."""
    opinion: str
    """What they think of it, 1 to 10,000 characters; in the place of what they said before."""
    times: int
    """How often they have said it by now."""
    late: bool | None = None
    """It came for the first time, after the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCollaborationReminded(ContractEvent):
    """Whoever hasn't contributed yet was reminded (催协办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.collaboration-reminded.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-collaboration-reminded:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    invitation: int
    """Number of the invitation: the sequence of the event that requested the collaboration."""
    day: str
    """The day, Shanghai's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCollaborationWithdrawn(ContractEvent):
    """The department in charge withdrew an invitation (撤回邀请)."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.collaboration-withdrawn.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-collaboration-withdrawn:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    invitation: int
    """Number of the invitation: the sequence of the event that requested the collaboration."""
    reason: str
    """Why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionCollaborationOverdue(ContractEvent):
    """Nobody contributed within the internal limit (协办逾期); the common superior of both departments is told."""

    TYPE: ClassVar[str] = "yiwangban.petition.petition.collaboration-overdue.v1"
    TOPIC: ClassVar[str] = "petition.petitions.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:petition-collaboration-overdue:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    invitation: int
    """Number of the invitation: the sequence of the event that requested the collaboration."""
    effective_at: datetime
    """The moment that was due, UTC."""
    to: str
    """Who is told, a GB/T 2260 code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PetitionReadRecorded(ContractEvent):
    """Somebody read data of other people (查阅留痕); committed before the data left. Each is a subject of its own, of one event."""

    TYPE: ClassVar[str] = "yiwangban.petition.read.recorded.v1"
    TOPIC: ClassVar[str] = "petition.reads.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:read-recorded:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    reader: str
    """Pseudonym of whoever read."""
    roles: tuple[str, ...]
    """Their roles."""
    tenant: str
    """Where they belong, a GB/T 2260 code."""
    resource: str
    """What kind of thing was read."""
    subjects: tuple[str, ...]
    """Which ones: the subjects of their events."""
    fields: tuple[str, ...]
    """What of them was open."""
    purpose: str
    """For what: a code of reference/purposes.csv."""
    request: str
    """Id of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceived(ContractEvent):
    """A message that may report a crime or complain about police came in, or was found to be one (受理)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.received.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-received:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("sender", "title", "text", "linked", "reply_to", "attachments")

    number: str
    """The number for people (办件编号); says nothing about the sender and can't be guessed."""
    channel: str
    """Where it came in. An open list; readers have to bear new ones."""
    received_at: datetime
    """First receipt, UTC: the citizen's clock starts here."""
    ground: str
    """Why it is kept in a small circle: it may report a crime (举报), or complain about police (投诉民警). An open list; readers have to bear new ones."""
    informant: str
    """Pseudonym of the sender in this context, which no other topic uses."""
    sender: str
    """Pseudonym of the sender as other petitions name them; sealed."""
    title: str
    """The title as sent, 1 to 200 characters."""
    text: str
    """The text as sent, 1 to 20,000 characters."""
    linked: str | None = None
    """Id of the petition that it goes on with, if that was ordinary at first; sealed."""
    accused: tuple[str, ...] | None = None
    """Departments complained about so far: they see nothing of it."""
    named: tuple[str, ...] | None = None
    """Pseudonyms of officers complained about so far: they see nothing of it."""
    origin: str | None = None
    """Keyed name by which the message is known when its channel brings it again; it tells nothing of the message, and is another one in each circle."""
    reply_to: str | None = None
    """Where the message lies in its channel, and where to answer: source, message and address; JSON."""
    revision: int | None = None
    """How often it had been edited when it came in, as its channel counts; none: never."""
    attachments: str | None = None
    """What is kept of the files that came with it: name, type, size, SHA-256, and what opens each in the store; JSON."""
    files: tuple[str, ...] | None = None
    """Keyed names by which it needs these files of the store; they tell nothing of them, and are other ones in each circle."""
    due_at: datetime | None = None
    """End of the time limit for what follows from it; its sender isn't told, UTC."""
    warn_at: datetime | None = None
    """When two thirds of it have passed, UTC."""
    provisional: bool | None = None
    """A year in it isn't announced yet; it will be computed again (暂定)."""
    triage_by: datetime | None = None
    """End of the office's own time limit for handing it out, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRevised(ContractEvent):
    """The sender of a report edited the message where they posted it; the original is kept (原帖已修改)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.revised.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-revised:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("revised_title", "revised_text", "revised_suggestion")

    revision: int
    """How often it has been edited, as its channel counts; larger than that of every version before."""
    revised_title: str
    """The title as it reads now, 1 to 200 characters."""
    revised_text: str
    """The text as it reads now, 1 to 20,000 characters."""
    revised_suggestion: str
    """What rules and model make of it now, with the words that decided; JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClassified(ContractEvent):
    """Rules and model, or staff, said what the message is; what it is about in the narrower sense is sealed (分类)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.classified.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-classified:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("suggestion",)

    kind: Literal["consult", "suggest", "complain", "report", "help"]
    """What the message is, of five: consult 咨询, suggest 建议, complain 投诉, report 举报, help 求助."""
    matter: str
    """What it is about. An open list; readers have to bear new ones."""
    danger: str | None = None
    """What can't wait (紧急): danger to life, a crime going on, money just sent; none. An open list; readers have to bear new ones."""
    confidence: float
    """How sure, 0 to 1; staff are 1."""
    suggestion: str | None = None
    """What rules and model made of it: each answer with its confidence, what else it might be, and the words of the message that decided; JSON."""
    by: Literal["rules", "staff"]
    """Who said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTransferred(ContractEvent):
    """The message was handed to named handlers of a department (移交)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.transferred.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-transferred:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department that has to answer."""
    by: str
    """Pseudonym of the officer."""
    accused: tuple[str, ...] | None = None
    """Departments complained about so far: they see nothing of it."""
    named: tuple[str, ...] | None = None
    """Pseudonyms of officers complained about so far: they see nothing of it."""
    handlers: tuple[str, ...] | None = None
    """Pseudonyms of the handlers to whom alone it is entrusted."""
    sign_by: datetime | None = None
    """End of the office's own time limit for signing for it, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReplied(ContractEvent):
    """The sender was answered, by private message only (答复)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.replied.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-replied:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("reply",)

    by: str
    """Pseudonym of the officer."""
    reply: str
    """The answer, 1 to 20,000 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpamProposed(ContractEvent):
    """An officer of its circle takes it for spam (垃圾信息); somebody else of the circle has to agree, and until then it stays in the queue."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.spam-proposed.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-spam-proposed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("spam_reason",)

    by: str
    """Pseudonym of the officer."""
    spam_reason: str
    """Why it is taken for spam, 1 to 500 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpamRejected(ContractEvent):
    """Another officer of its circle doesn't take it for spam; it goes on."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.spam-rejected.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-spam-rejected:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportClosed(ContractEvent):
    """Nothing more will happen to it here (办结): a case was filed or not (立案, 不予立案), or it was moved out."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.closed.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-closed:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("linked",)

    by: str
    """Pseudonym of the officer."""
    outcome: str
    """How it ended. An open list; readers have to bear new ones."""
    linked: str | None = None
    """Id of the petition that goes on with it, if it was moved; sealed, for its sender."""
    proposed_by: str | None = None
    """Pseudonym of the officer who proposed it, where it takes two: spam."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWarned(ContractEvent):
    """Two thirds of a time limit have passed (黄牌)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.warned.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-warned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    clock: str
    """Which of its clocks: the one that binds, or an office's own. An open list; readers have to bear new ones."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""
    due_at: datetime
    """End of the time limit, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOverdue(ContractEvent):
    """A time limit has passed (红牌)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.overdue.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-overdue:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    clock: str
    """Which of its clocks: the one that binds, or an office's own. An open list; readers have to bear new ones."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEscalated(ContractEvent):
    """The tier above was told that it is overdue (升级督办)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.escalated.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-escalated:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    to: str
    """GB/T 2260 code of the tier above."""
    effective_at: datetime
    """When it took effect: the moment that was due, not the moment of noticing. UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDeadlineRecalculated(ContractEvent):
    """A new calendar of holidays has moved a time limit, or made it certain (重新计算)."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.deadline-recalculated.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-deadline-recalculated:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    clock: str
    """Which of its clocks: the one that binds, or an office's own. An open list; readers have to bear new ones."""
    reason: str
    """Why: the holidays of a year in it were announced, or those that had been announced have changed. An open list."""
    old_due_at: datetime
    """Its end as it was told before, UTC."""
    due_at: datetime
    """Its end by now, UTC; the same if only that is new that it is certain."""
    warn_at: datetime | None = None
    """When two thirds of it have passed, UTC; absent for an office's own."""
    provisional: bool
    """A year in it isn't announced yet; it will be computed again (暂定)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSignedFor(ContractEvent):
    """The department took it on (签收); it answers."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.signed-for.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-signed-for:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    department: str
    """The department."""
    by: str
    """Pseudonym of the officer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReturned(ContractEvent):
    """The department gave it back to whoever hands petitions out (退回); the citizen's clock runs on."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.returned.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-returned:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("reason",)

    department: str
    """The department that gave it back."""
    by: str
    """Pseudonym of the officer."""
    basis: str
    """On what basis of the list. An open list; readers have to bear new ones."""
    reason: str
    """Why; sealed, like all that is written about it."""
    triage_by: datetime | None = None
    """End of the office's own time limit for handing it out, UTC."""
    since: datetime | None = None
    """When that limit began, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPaged(ContractEvent):
    """The duty officer was paged (传呼值班): something in it can't wait."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.paged.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-paged:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    danger: str
    """What can't wait. An open list; readers have to bear new ones."""
    rung: str
    """Who is paged: first whoever has the shift, then their deputy, then the tiers above. An open list."""
    to: str
    """Whose duty desk is paged, a GB/T 2260 code."""
    paged_at: datetime
    """When they were, UTC; of whoever comes next, the moment that was due."""
    answer_by: datetime | None = None
    """When whoever comes next is paged unless somebody has taken it, UTC; missing if nobody comes next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTaken(ContractEvent):
    """Somebody looks after what can't wait (接警): nobody else is paged."""

    TYPE: ClassVar[str] = "yiwangban.petition.report.taken.v1"
    TOPIC: ClassVar[str] = "petition.reports.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:report-taken:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    taken_at: datetime
    """When they took it, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterShiftAdded(ContractEvent):
    """A shift was put on the roster (排班) of the tenant in the envelope."""

    TYPE: ClassVar[str] = "yiwangban.petition.roster.shift-added.v1"
    TOPIC: ClassVar[str] = "petition.rosters.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:roster-shift-added:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("officer_account", "deputy_account")

    post: str
    """What for. An open list; readers have to bear new ones."""
    starts_at: datetime
    """From when on, UTC."""
    ends_at: datetime
    """Until when, UTC; then it is the next one's."""
    officer: str
    """Pseudonym of who has it."""
    deputy: str
    """Pseudonym of who stands in."""
    officer_account: str
    """Account of who has it, by which a pager reaches them."""
    deputy_account: str
    """Account of who stands in."""
    by: str
    """Pseudonym of whoever keeps the roster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterShiftEnded(ContractEvent):
    """A shift was ended early (提前结束); one that hadn't begun never was."""

    TYPE: ClassVar[str] = "yiwangban.petition.roster.shift-ended.v1"
    TOPIC: ClassVar[str] = "petition.rosters.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:roster-shift-ended:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    ended_at: datetime
    """When, UTC."""
    by: str
    """Pseudonym of whoever keeps the roster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSpokespersonRegistered(ContractEvent):
    """What the public register says of the spokesperson (网络发言人) of the tenant in the envelope, all of it anew. It names an office, never a person."""

    TYPE: ClassVar[str] = "yiwangban.petition.roster.spokesperson-registered.v1"
    TOPIC: ClassVar[str] = "petition.rosters.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:roster-spokesperson-registered:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ()

    by: str
    """Pseudonym of the officer."""
    office: str
    """Name of the office."""
    title: str
    """Title under which it speaks."""
    channels: tuple[str, ...]
    """Where it answers. An open list; readers have to bear new ones."""
    hours: str | None = None
    """When it answers, in words."""
    registered_at: datetime
    """Since when it reads like this, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleDrawn(ContractEvent):
    """A day's samples for volunteer supervisors (义务监督员) of the tenant in the envelope were drawn at random, once for all who look."""

    TYPE: ClassVar[str] = "yiwangban.petition.sample.drawn.v1"
    TOPIC: ClassVar[str] = "petition.samples.v1"
    DATASCHEMA: ClassVar[str] = "urn:yiwangban:schema:sample-drawn:v1"
    PERSONAL: ClassVar[tuple[str, ...]] = ("samples",)

    day: str
    """The working day, Shanghai's."""
    pool: int
    """From among so many petitions."""
    drawn: int
    """So many were drawn."""
    samples: str
    """The id of each sample, which petition it is of, and what is told of it; JSON. Under a key of the draw's own, which only the service that drew opens."""


EVENTS: Mapping[str, type[ContractEvent]] = MappingProxyType(
    {
        "yiwangban.accept.case-erasure.acknowledged.v1": CaseErasureAcknowledged,
        "yiwangban.accept.case.submitted.v1": CaseSubmitted,
        "yiwangban.accept.case.accepted.v1": CaseAccepted,
        "yiwangban.accept.case.not-accepted.v1": CaseNotAccepted,
        "yiwangban.accept.case.withdrawn.v1": CaseWithdrawn,
        "yiwangban.accept.case.concluded.v1": CaseConcluded,
        "yiwangban.accept.read.recorded.v1": AcceptReadRecorded,
        "yiwangban.approve.read.recorded.v1": ApproveReadRecorded,
        "yiwangban.approve.review-erasure.acknowledged.v1": ReviewErasureAcknowledged,
        "yiwangban.approve.review.started.v1": ReviewStarted,
        "yiwangban.approve.review.task-assigned.v1": ReviewTaskAssigned,
        "yiwangban.approve.review.task-released.v1": ReviewTaskReleased,
        "yiwangban.approve.review.task-completed.v1": ReviewTaskCompleted,
        "yiwangban.approve.review.warned.v1": ReviewWarned,
        "yiwangban.approve.review.breached.v1": ReviewBreached,
        "yiwangban.approve.review.approved.v1": ReviewApproved,
        "yiwangban.approve.review.denied.v1": ReviewDenied,
        "yiwangban.approve.review.discontinued.v1": ReviewDiscontinued,
        "yiwangban.intel.alert.raised.v1": AlertRaised,
        "yiwangban.intel.checkpoint.tree-head-signed.v1": CheckpointTreeHeadSigned,
        "yiwangban.intel.erasure.ordered.v1": ErasureOrdered,
        "yiwangban.petition.answer.drafted.v1": AnswerDrafted,
        "yiwangban.petition.answer.revised.v1": AnswerRevised,
        "yiwangban.petition.answer.abandoned.v1": AnswerAbandoned,
        "yiwangban.petition.answer.submitted.v1": AnswerSubmitted,
        "yiwangban.petition.answer.rejected.v1": AnswerRejected,
        "yiwangban.petition.answer.published.v1": AnswerPublished,
        "yiwangban.petition.answer.retirement-proposed.v1": AnswerRetirementProposed,
        "yiwangban.petition.answer.kept.v1": AnswerKept,
        "yiwangban.petition.answer.retired.v1": AnswerRetired,
        "yiwangban.petition.bulletin.drafted.v1": BulletinDrafted,
        "yiwangban.petition.bulletin.written.v1": BulletinWritten,
        "yiwangban.petition.bulletin.revised.v1": BulletinRevised,
        "yiwangban.petition.bulletin.discarded.v1": BulletinDiscarded,
        "yiwangban.petition.bulletin.published.v1": BulletinPublished,
        "yiwangban.petition.bulletin.withdrawn.v1": BulletinWithdrawn,
        "yiwangban.petition.delivery.sent.v1": DeliverySent,
        "yiwangban.petition.delivery.parked.v1": DeliveryParked,
        "yiwangban.petition.delivery.resumed.v1": DeliveryResumed,
        "yiwangban.petition.delivery.code-taken.v1": DeliveryCodeTaken,
        "yiwangban.petition.delivery.bulletin-sent.v1": DeliveryBulletinSent,
        "yiwangban.petition.delivery.bulletin-parked.v1": DeliveryBulletinParked,
        "yiwangban.petition.petition-erasure.acknowledged.v1": PetitionErasureAcknowledged,
        "yiwangban.petition.petition.received.v1": PetitionReceived,
        "yiwangban.petition.petition.revised.v1": PetitionRevised,
        "yiwangban.petition.petition.classified.v1": PetitionClassified,
        "yiwangban.petition.petition.transferred.v1": PetitionTransferred,
        "yiwangban.petition.petition.replied.v1": PetitionReplied,
        "yiwangban.petition.petition.reply-drafted.v1": PetitionReplyDrafted,
        "yiwangban.petition.petition.reply-rejected.v1": PetitionReplyRejected,
        "yiwangban.petition.petition.auto-answered.v1": PetitionAutoAnswered,
        "yiwangban.petition.petition.person-asked.v1": PetitionPersonAsked,
        "yiwangban.petition.petition.rated.v1": PetitionRated,
        "yiwangban.petition.petition.called-back.v1": PetitionCalledBack,
        "yiwangban.petition.petition.reopened.v1": PetitionReopened,
        "yiwangban.petition.petition.review-requested.v1": PetitionReviewRequested,
        "yiwangban.petition.petition.review-decided.v1": PetitionReviewDecided,
        "yiwangban.petition.petition.reply-corrected.v1": PetitionReplyCorrected,
        "yiwangban.petition.petition.consent-given.v1": PetitionConsentGiven,
        "yiwangban.petition.petition.consent-withdrawn.v1": PetitionConsentWithdrawn,
        "yiwangban.petition.petition.published.v1": PetitionPublished,
        "yiwangban.petition.petition.unpublished.v1": PetitionUnpublished,
        "yiwangban.petition.petition.spam-proposed.v1": PetitionSpamProposed,
        "yiwangban.petition.petition.spam-rejected.v1": PetitionSpamRejected,
        "yiwangban.petition.petition.closed.v1": PetitionClosed,
        "yiwangban.petition.petition.warned.v1": PetitionWarned,
        "yiwangban.petition.petition.overdue.v1": PetitionOverdue,
        "yiwangban.petition.petition.escalated.v1": PetitionEscalated,
        "yiwangban.petition.petition.deadline-recalculated.v1": PetitionDeadlineRecalculated,
        "yiwangban.petition.petition.signed-for.v1": PetitionSignedFor,
        "yiwangban.petition.petition.returned.v1": PetitionReturned,
        "yiwangban.petition.petition.jurisdiction-disputed.v1": PetitionJurisdictionDisputed,
        "yiwangban.petition.petition.jurisdiction-decided.v1": PetitionJurisdictionDecided,
        "yiwangban.petition.petition.supplement-requested.v1": PetitionSupplementRequested,
        "yiwangban.petition.petition.supplemented.v1": PetitionSupplemented,
        "yiwangban.petition.petition.supplement-revised.v1": PetitionSupplementRevised,
        "yiwangban.petition.petition.supplement-lapsed.v1": PetitionSupplementLapsed,
        "yiwangban.petition.petition.extension-requested.v1": PetitionExtensionRequested,
        "yiwangban.petition.petition.extended.v1": PetitionExtended,
        "yiwangban.petition.petition.extension-refused.v1": PetitionExtensionRefused,
        "yiwangban.petition.petition.urged.v1": PetitionUrged,
        "yiwangban.petition.petition.paged.v1": PetitionPaged,
        "yiwangban.petition.petition.taken.v1": PetitionTaken,
        "yiwangban.petition.petition.linked.v1": PetitionLinked,
        "yiwangban.petition.petition.unlinked.v1": PetitionUnlinked,
        "yiwangban.petition.petition.collaboration-requested.v1": PetitionCollaborationRequested,
        "yiwangban.petition.petition.collaboration-accepted.v1": PetitionCollaborationAccepted,
        "yiwangban.petition.petition.collaboration-declined.v1": PetitionCollaborationDeclined,
        "yiwangban.petition.petition.contributed.v1": PetitionContributed,
        "yiwangban.petition.petition.collaboration-reminded.v1": PetitionCollaborationReminded,
        "yiwangban.petition.petition.collaboration-withdrawn.v1": PetitionCollaborationWithdrawn,
        "yiwangban.petition.petition.collaboration-overdue.v1": PetitionCollaborationOverdue,
        "yiwangban.petition.read.recorded.v1": PetitionReadRecorded,
        "yiwangban.petition.report.received.v1": ReportReceived,
        "yiwangban.petition.report.revised.v1": ReportRevised,
        "yiwangban.petition.report.classified.v1": ReportClassified,
        "yiwangban.petition.report.transferred.v1": ReportTransferred,
        "yiwangban.petition.report.replied.v1": ReportReplied,
        "yiwangban.petition.report.spam-proposed.v1": ReportSpamProposed,
        "yiwangban.petition.report.spam-rejected.v1": ReportSpamRejected,
        "yiwangban.petition.report.closed.v1": ReportClosed,
        "yiwangban.petition.report.warned.v1": ReportWarned,
        "yiwangban.petition.report.overdue.v1": ReportOverdue,
        "yiwangban.petition.report.escalated.v1": ReportEscalated,
        "yiwangban.petition.report.deadline-recalculated.v1": ReportDeadlineRecalculated,
        "yiwangban.petition.report.signed-for.v1": ReportSignedFor,
        "yiwangban.petition.report.returned.v1": ReportReturned,
        "yiwangban.petition.report.paged.v1": ReportPaged,
        "yiwangban.petition.report.taken.v1": ReportTaken,
        "yiwangban.petition.roster.shift-added.v1": RosterShiftAdded,
        "yiwangban.petition.roster.shift-ended.v1": RosterShiftEnded,
        "yiwangban.petition.roster.spokesperson-registered.v1": RosterSpokespersonRegistered,
        "yiwangban.petition.sample.drawn.v1": SampleDrawn,
    }
)
"""Event classes by CloudEvents ``type``."""
