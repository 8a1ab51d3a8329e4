"""A database that lost its rows gets them back from the service's own events, timers included, and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chassis.relay.importer import OutOfOrderError
from chassis.sealing import UnsealableError

from .conftest import FORM, SHENZHEN, Reviews, ago

SEALED = {"keyid", "form", "opinion", "opinion_keyid", "notice", "notice_keyid"}  # sealed anew, with another nonce
BY_CHANCE = {"id", "attempts", "fired_at", "next_at"}
TIMERS = "SELECT * FROM timers ORDER BY subject, clock"


def lost(reviews: Reviews) -> None:
    reviews.rows("DELETE FROM reviews RETURNING id")
    reviews.rows("DELETE FROM timers RETURNING id")


def without(rows: list[dict[str, Any]], columns: set[str]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in columns} for row in rows]


async def lived(reviews: Reviews) -> list[str]:
    """Leave a review in every state, one of them in another city, one with both cards."""
    overdue = await reviews.started(at=ago(days=60), workdays=3)
    await reviews.timers_run()
    await reviews.examined(overdue)
    ids = [await reviews.started() for _ in range(7)]
    await reviews.act(ids[1], "claim", "examiner")
    await reviews.act(ids[2], "claim", "examiner")
    await reviews.act(ids[2], "release", "administrator")
    for id_ in ids[3:]:
        await reviews.examined(id_)
    await reviews.act(ids[4], "claim", "approver")
    await reviews.decided(ids[5])
    await reviews.decided(ids[6], "deny")
    withdrawn = await reviews.accepted(tenant=SHENZHEN)
    await reviews.reacted(withdrawn)
    await reviews.withdrawn(withdrawn.subject)
    (row,) = reviews.rows(f"SELECT id FROM reviews WHERE \"case\" = '{withdrawn.subject}'")
    return [overdue, *ids, str(row["id"])]


async def test_rows_rebuilt_from_events_are_the_rows_that_were_decided(reviews: Reviews) -> None:
    ids = await lived(reviews)
    before, timers = reviews.rows("SELECT * FROM reviews ORDER BY id"), reviews.rows(TIMERS)
    read = [(await reviews.get(f"/v1/reviews/{id_}", "auditor", tenant="440000")).json() for id_ in ids]
    events = reviews.events()
    lost(reviews)

    await reviews.restored(events)

    assert len({row["state"] for row in before}) == 7
    assert without(reviews.rows("SELECT * FROM reviews ORDER BY id"), SEALED) == without(before, SEALED)
    assert without(reviews.rows(TIMERS), BY_CHANCE) == without(timers, BY_CHANCE)
    assert read == [(await reviews.get(f"/v1/reviews/{id_}", "auditor", tenant="440000")).json() for id_ in ids]
    assert {detail["form"]["name"] for detail in read} == {FORM["name"]}


async def test_an_event_that_the_tables_know_changes_nothing(reviews: Reviews) -> None:
    await lived(reviews)
    before, timers = reviews.rows("SELECT * FROM reviews ORDER BY id"), reviews.rows(TIMERS)
    await reviews.restored(reviews.events())
    assert reviews.rows("SELECT * FROM reviews ORDER BY id") == before
    assert reviews.rows(TIMERS) == timers


async def test_a_card_that_was_given_before_is_not_given_again_and_one_that_is_due_is(reviews: Reviews) -> None:
    started = datetime.now(UTC) - timedelta(days=60)
    warned, neither = [await reviews.started(at=started, workdays=3) for _ in range(2)]
    reviews.rows(f"UPDATE timers SET next_at = 'infinity' WHERE subject = '{neither}' OR clock = 'breach' RETURNING id")
    assert await reviews.timers_run() == 1
    events = reviews.events()
    lost(reviews)

    await reviews.restored(events)

    assert await reviews.timers_run() == 4
    assert reviews.types(warned) == ["started", "warned", "breached"]
    assert reviews.types(neither) == ["started", "warned", "breached"]


async def test_a_restored_review_goes_on_where_it_stood(reviews: Reviews) -> None:
    id_ = await reviews.started(applicant="officer-who-applied")
    await reviews.examined(id_)
    events = reviews.events()
    lost(reviews)
    await reviews.restored(events)
    for applied_or_examined in ("officer-who-applied", "examiner-1"):
        assert (await reviews.act(id_, "claim", "approver", sub=applied_or_examined)).status_code == 403
    await reviews.decided(id_)
    assert reviews.events(id_)[-1].sequence == 5


async def test_a_case_is_not_taken_up_again_after_its_review_was_restored(reviews: Reviews) -> None:
    accepted = await reviews.accepted()
    await reviews.reacted(accepted)
    events = reviews.events()
    lost(reviews)
    await reviews.restored(events)
    await reviews.reacted(accepted)
    assert len(reviews.rows("SELECT id FROM reviews")) == 1


async def test_an_event_whose_predecessor_is_missing_is_not_guessed_over(reviews: Reviews) -> None:
    await reviews.examined(await reviews.started())
    started, _, completed = reviews.events()
    lost(reviews)
    with pytest.raises(OutOfOrderError):
        await reviews.restored([started, completed])


async def test_an_erasure_stays_one(reviews: Reviews) -> None:
    id_ = await reviews.started()
    (row,) = reviews.rows("SELECT keyid FROM reviews")
    await reviews.keyring.destroy(row["keyid"])
    events = reviews.events()
    lost(reviews)
    await reviews.restored(events)
    detail = (await reviews.get(f"/v1/reviews/{id_}", "examiner")).json()
    assert (detail["access"], detail["form"], detail["state"]) == ("erased", None, "to-examine")


async def test_a_form_that_was_moved_in_from_another_review_is_refused(reviews: Reviews) -> None:
    for _ in range(2):
        await reviews.started()
    one, other = reviews.events()
    one.data["form"] = other.data["form"]
    lost(reviews)
    with pytest.raises(UnsealableError):
        await reviews.restored([one])
    assert reviews.rows("SELECT id FROM reviews") == []
