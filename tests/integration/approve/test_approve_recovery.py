"""A database that lost its reviews gets them back from the service's own events, and their timers with them."""

from typing import Any

from .conftest import Reviews, ago

SEALED = {"keyid", "form", "opinion", "opinion_keyid", "notice", "notice_keyid"}  # sealed anew, with another nonce
TIMERS = "SELECT subject, clock, version, due_at, correlationid FROM timers ORDER BY subject, clock"


async def lived(reviews: Reviews) -> list[str]:
    """Leave one review to be examined, one overdue, one approved, one denied."""
    ids = [await reviews.started() for _ in range(3)] + [await reviews.started(at=ago(days=60))]
    await reviews.timers_run()
    for id_, decision in zip(ids[1:3], ("approve", "deny"), strict=True):
        await reviews.examined(id_)
        await reviews.decided(id_, decision)
    return ids


def without_content(reviews: Reviews) -> list[dict[str, Any]]:
    rows = reviews.rows("SELECT * FROM reviews ORDER BY id")
    return [{name: value for name, value in row.items() if name not in SEALED} for row in rows]


async def test_rows_and_timers_rebuilt_from_events_are_those_that_were_decided(reviews: Reviews) -> None:
    ids = await lived(reviews)
    before, timers = without_content(reviews), reviews.rows(TIMERS)
    read = [(await reviews.get(f"/v1/reviews/{id_}", "examiner")).json() for id_ in ids]
    reviews.rows("DELETE FROM reviews RETURNING id")
    reviews.rows("DELETE FROM timers RETURNING id")
    await reviews.restored(reviews.events())
    assert without_content(reviews) == before
    assert reviews.rows(TIMERS) == timers
    assert [(await reviews.get(f"/v1/reviews/{id_}", "examiner")).json() for id_ in ids] == read


async def test_a_card_that_was_given_is_not_given_again_after_a_restore(reviews: Reviews) -> None:
    overdue = (await lived(reviews))[-1]
    told = reviews.types(overdue)
    for table in ("reviews", "timers"):
        reviews.rows(f"DELETE FROM {table} RETURNING id")
    await reviews.restored(reviews.events())
    assert await reviews.timers_run() > 0
    assert reviews.types(overdue) == told
    assert "breached" in told
