"""Who reads an applicant's form is on record, also the officer whose work it is."""

from .conftest import FORM, Reviews


async def test_an_examiners_look_at_a_form_is_on_record(reviews: Reviews) -> None:
    review = await reviews.started()
    assert (await reviews.get(f"/v1/reviews/{review}", "examiner", purpose=None)).status_code == 400
    assert (await reviews.get(f"/v1/reviews/{review}", "examiner")).json()["form"] == FORM
    (record,) = reviews.reads()
    assert record.type == "yiwangban.approve.read.recorded.v1"
    assert (record.data["resource"], record.data["subjects"], record.data["fields"]) == ("review", [review], ["form"])


async def test_the_queue_opens_nothing_so_it_is_no_read(reviews: Reviews) -> None:
    await reviews.started()
    assert len((await reviews.get("/v1/reviews", "examiner", purpose=None)).json()["items"]) == 1
    assert reviews.reads() == []


async def test_whoever_may_not_read_it_leaves_no_record(reviews: Reviews) -> None:
    review = await reviews.started(applicant="officer-who-applied")
    shown = await reviews.get(f"/v1/reviews/{review}", "examiner", sub="officer-who-applied", purpose=None)
    assert (shown.json()["access"], reviews.reads()) == ("withheld", [])
