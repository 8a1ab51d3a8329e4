"""What this service does when an applicant's key was destroyed."""

from tests.integration.kit.erasures import erased

from .conftest import Reviews


async def test_form_opinion_and_notice_are_deleted_and_the_review_goes_on(reviews: Reviews) -> None:
    event = await reviews.accepted()
    assert event.keyid is not None
    await reviews.reacted(event)
    (row,) = reviews.rows("SELECT id FROM reviews")
    await reviews.examined(str(row["id"]))
    acknowledged = await erased(reviews, event.keyid)
    assert acknowledged.data == {"emptied": 2}
    (after,) = reviews.rows("SELECT keyid, form, opinion_keyid, opinion FROM reviews")
    assert set(after.values()) == {None}
    assert (await reviews.get(f"/v1/reviews/{row['id']}", "examiner")).json()["access"] == "erased"
    await reviews.decided(str(row["id"]))
    assert reviews.types(str(row["id"]))[-1] == "approved"
