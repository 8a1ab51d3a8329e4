"""What this service does when an applicant's key was destroyed."""

from tests.integration.kit.erasures import erased

from .conftest import Cases


async def test_form_and_notice_are_deleted_and_the_case_stays(cases: Cases) -> None:
    id_ = (await cases.submitted())["id"]
    await cases.refused(id_)
    (row,) = cases.rows("SELECT keyid FROM cases")
    events = cases.events()
    acknowledged = await erased(cases, row["keyid"])
    assert acknowledged.data == {"emptied": 2}
    (after,) = cases.rows("SELECT keyid, form, notice_keyid, notice, state FROM cases")
    assert after == dict.fromkeys(("keyid", "form", "notice_keyid", "notice")) | {"state": "not-accepted"}
    assert cases.events(id_) == events  # what travels isn't touched
    assert (await cases.get(f"/v1/cases/{id_}", "citizen")).json()["access"] == "erased"
