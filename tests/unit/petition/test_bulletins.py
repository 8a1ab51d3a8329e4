"""A draft says what the alert says, in both languages, and nothing of any person."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from petition import bulletins
from petition.kinds import Kind, Matter

from contracts.events import AlertRaised, Evidence

ALERT = UUID("0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e14")
DRAFT = UUID("0198a1f2-6b1e-7c53-9a5e-3f0d2c7b8e15")
NOW = datetime(2026, 3, 2, 2, 5, tzinfo=UTC)


def alert(kind: Kind = Kind.REPORT, matter: str = "fraud") -> AlertRaised:
    return AlertRaised(
        rule="burst",
        kind=kind.value,
        matter=matter,
        window_start=datetime(2026, 3, 2, 1, 50, tzinfo=UTC),
        window_end=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        count=12,
        threshold=10,
        evidence=(Evidence(topic="petition.petitions.v1", partition=0, offset=1, id=str(ALERT)),),
    )


def test_a_draft_tells_what_came_how_often_and_when_in_china() -> None:
    bulletin, event = bulletins.draft(alert(), id=DRAFT, alert_id=ALERT, tenant="440100", now=NOW)
    assert bulletin.title == "诈骗类举报短时增多 · More reports about fraud"
    assert "2026-03-02 09:50 至 2026-03-02 10:00" in bulletin.text
    assert "12" in bulletin.text
    assert "10" in bulletin.text
    assert event.alert == str(ALERT)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("matter", [*Matter, "a-matter-of-next-year"])
def test_every_kind_has_words_and_so_has_a_matter_that_is_not_known_yet(kind: Kind, matter: str) -> None:
    bulletin, _ = bulletins.draft(alert(kind, matter), id=DRAFT, alert_id=ALERT, tenant="440100", now=NOW)
    assert 0 < len(bulletin.title) <= 200


def test_whatever_an_alert_is_about_a_draft_names_no_number_of_anybody() -> None:
    bulletin, event = bulletins.draft(
        alert(matter="tel-13800138000"), id=DRAFT, alert_id=ALERT, tenant="440100", now=NOW
    )
    for text in (bulletin.title, bulletin.text, event.title, event.text):
        assert "〔电话〕" in text
        assert "13800138000" not in text


def test_the_event_alone_rebuilds_the_bulletin() -> None:
    bulletin, event = bulletins.draft(alert(), id=DRAFT, alert_id=ALERT, tenant="440100", now=NOW)
    assert bulletins.begin(event, id=DRAFT, tenant="440100", at=NOW) == bulletin
