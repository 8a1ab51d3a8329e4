"""Who reads another's application is on record; who reads their own isn't."""

import pytest

from .conftest import FORM, Cases


async def test_the_windows_look_at_a_form_is_on_record(cases: Cases) -> None:
    case = (await cases.submitted())["id"]
    assert (await cases.get(f"/v1/cases/{case}", "window", purpose=None)).status_code == 400
    assert (await cases.get(f"/v1/cases/{case}", "window", purpose="handling")).json()["form"] == FORM
    (record,) = cases.reads()
    assert record.type == "yiwangban.accept.read.recorded.v1"
    assert (record.data["resource"], record.data["subjects"], record.data["fields"]) == ("case", [case], ["form"])
    assert record.data["roles"] == ["window"]


async def test_the_notice_counts_among_what_was_read(cases: Cases) -> None:
    case = (await cases.submitted())["id"]
    await cases.refused(case)
    await cases.get(f"/v1/cases/{case}", "auditor", purpose="audit")
    (record,) = cases.reads()
    assert record.data["fields"] == ["form", "notice"]


@pytest.mark.parametrize("path", ["/v1/cases/{}", "/v1/cases"])
async def test_an_applicant_reads_without_a_purpose_and_without_a_record(cases: Cases, path: str) -> None:
    case = (await cases.submitted())["id"]
    assert (await cases.get(path.format(case), "citizen", purpose=None)).status_code == 200
    assert cases.reads() == []


async def test_accepting_opens_the_form_to_nobody(cases: Cases) -> None:
    case = (await cases.submitted())["id"]
    await cases.accepted(case)
    assert cases.reads() == []
