"""What an answer of the library is, and what each event makes of it. Pure.

An answer has versions. The newest one is worked on; the published one is what petitions are answered with, and stays in
force while the next is written and reviewed.
"""

from dataclasses import dataclass, replace
from datetime import date

from contracts.events import (
    AnswerAbandoned,
    AnswerDrafted,
    AnswerKept,
    AnswerPublished,
    AnswerRejected,
    AnswerRetired,
    AnswerRetirementProposed,
    AnswerRevised,
    AnswerSubmitted,
    LegalBasis,
)
from petition.replies.workflow import State

AnswerEvent = (
    AnswerDrafted
    | AnswerRevised
    | AnswerAbandoned
    | AnswerSubmitted
    | AnswerRejected
    | AnswerPublished
    | AnswerRetirementProposed
    | AnswerKept
    | AnswerRetired
)


LEADS_TO: dict[type[AnswerEvent], State] = {
    AnswerDrafted: State.DRAFT,
    AnswerRevised: State.DRAFT,
    AnswerAbandoned: State.PUBLISHED,
    AnswerSubmitted: State.IN_REVIEW,
    AnswerRejected: State.DRAFT,
    AnswerPublished: State.PUBLISHED,
    AnswerRetirementProposed: State.RETIRING,
    AnswerKept: State.PUBLISHED,
    AnswerRetired: State.RETIRED,
}
"""Where an answer stands once this has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a version says. It holds no personal data.

    Attributes:
        variants: Questions that it answers, as people ask them (问法).
        text: The answer.
        basis: Provisions, each with the place where its text was read.
        effective_from: First day, Asia/Shanghai.
        effective_until: Last day; None: until it is revised or retired.
    """

    variants: tuple[str, ...]
    text: str
    basis: tuple[LegalBasis, ...]
    effective_from: date
    effective_until: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether it is meant for this day."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One wording.

    Attributes:
        number: 1, 2, 3 …
        makers: Pseudonyms of all who wrote on it.
    """

    number: int
    content: Content
    makers: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of the library.

    Attributes:
        id: UUIDv7; the subject of its events.
        tenant: GB/T 2260 code of whose answer it is.
        sequence: Of its last event.
        state: Where the newest version stands.
        newest: The version that is worked on, or was last.
        published: The version that petitions are answered with; None before the first.
        overrides: Id of the province's answer that this city answers differently.
        proposed_by: Who wants it retired.
    """

    id: str
    tenant: str
    sequence: int
    state: State
    newest: Version
    published: Version | None = None
    overrides: str | None = None
    proposed_by: str | None = None

    def in_force(self, day: date) -> Version | None:
        """Give the version that a petition may be answered with on this day."""
        usable = self.state not in {State.RETIRING, State.RETIRED}
        return self.published if usable and self.published and self.published.content.covers(day) else None


def begin(event: AnswerDrafted, *, id: str, tenant: str) -> Answer:  # noqa: A002
    """Give the answer that its first event makes."""
    newest = Version(number=event.version, content=_content(event), makers=frozenset({event.by}))
    return Answer(id=id, tenant=tenant, sequence=1, state=State.DRAFT, newest=newest, overrides=event.overrides)


def replay(answer: Answer, event: AnswerEvent) -> Answer:
    """Give the answer after its next event. Whether it was allowed was asked when it was decided.

    Raises:
        ValueError: An answer is drafted only once, and abandoned only for a published version.
    """
    if isinstance(event, AnswerDrafted):
        raise ValueError("an answer is drafted only once")  # noqa: TRY004 - the type is right, the moment isn't
    after = replace(answer, sequence=answer.sequence + 1, state=LEADS_TO[type(event)])
    match event:
        case AnswerRevised():
            before = answer.newest.makers if event.version == answer.newest.number else frozenset()
            newest = Version(number=event.version, content=_content(event), makers=before | {event.by})
            after = replace(after, newest=newest)
        case AnswerAbandoned():
            if answer.published is None:
                raise ValueError("there is no version to go back to")
            after = replace(after, newest=answer.published)
        case AnswerPublished():
            after = replace(after, published=answer.newest)
        case AnswerRetirementProposed():
            after = replace(after, proposed_by=event.by)
        case AnswerKept():
            after = replace(after, proposed_by=None)
        case _:
            pass
    return after


def _content(event: AnswerDrafted | AnswerRevised) -> Content:
    return Content(
        variants=event.variants,
        text=event.text,
        basis=event.basis,
        effective_from=date.fromisoformat(event.effective_from),
        effective_until=date.fromisoformat(event.effective_until) if event.effective_until else None,
    )
