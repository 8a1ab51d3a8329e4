"""Where cases lie."""

from typing import Any
from uuid import UUID

from casework.erasure import Erasures
from casework.repository import Repository

from accept.domain import Case, Channel, Outcome, begin, replay
from accept.tables import CaseRow
from accept.workflow import State
from contracts.events import CaseErasureAcknowledged


def _write(case: Case) -> dict[str, Any]:
    return {
        "id": UUID(case.id),
        "tenant": case.tenant,
        "number": case.number,
        "item": case.item,
        "channel": case.channel.value,
        "applicant": case.applicant,
        "submitted_at": case.submitted_at,
        "sequence": case.sequence,
        "state": case.state.value,
        "accepted_at": case.accepted_at,
        "workdays": case.workdays,
        "reasons": list(case.reasons),
        "outcome": case.outcome.value if case.outcome else None,
        "review": UUID(case.review) if case.review else None,
    }


def _read(row: CaseRow) -> Case:
    return Case(
        id=str(row.id),
        tenant=row.tenant,
        number=row.number,
        item=row.item,
        channel=Channel(row.channel),
        applicant=row.applicant,
        submitted_at=row.submitted_at,
        sequence=row.sequence,
        state=State(row.state),
        accepted_at=row.accepted_at,
        workdays=row.workdays,
        reasons=tuple(row.reasons),
        outcome=Outcome(row.outcome) if row.outcome else None,
        review=str(row.review) if row.review else None,
    )


CASES = Repository(
    CaseRow,
    resource="case",
    owner="applicant",
    sealed={"keyid": ("form",), "notice_keyid": ("notice",)},
    read=_read,
    write=_write,
    begin=begin,
    replay=replay,
)
ERASURES = Erasures(CASES, CaseErasureAcknowledged)
"""What is deleted here when a person's key was destroyed."""
