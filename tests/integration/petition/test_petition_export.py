"""Whoever supervises takes a table along: whole, part by part, without content, and without what is hidden."""

import csv
import io

from .conftest import Petitions


async def test_a_table_comes_whole_in_parts_the_newest_first(petitions: Petitions) -> None:
    sent = [(await petitions.submitted(title=f"请问护照怎么办{place}", text="急用"))["number"] for place in range(5)]
    found: list[str] = []
    path: str | None = "export?limit=2"
    parts = 0
    while path is not None:
        answer = await petitions.get(f"/v1/petitions/{path}", "supervisor")
        assert answer.status_code == 200, answer.text
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        found += [row["编号 number"] for row in rows]
        parts += 1
        path = answer.links["next"]["url"] + "&limit=2" if "next" in answer.links else None
    assert found == sent[::-1]
    assert parts == 3


async def test_neither_content_nor_names_nor_reports_leave_with_it(petitions: Petitions) -> None:
    await petitions.submitted(title="请问护照怎么办", text="急用的东风路")
    hidden = await petitions.submitted(title="举报诈骗", text="有人刷单骗钱")
    answer = await petitions.get("/v1/petitions/export", "auditor")
    assert "exit-entry/passport" in answer.text
    for kept in ("护照怎么办", "东风路", "p_", hidden["number"], hidden["id"]):
        assert kept not in answer.text


async def test_only_who_supervises_gets_it(petitions: Petitions) -> None:
    for role in ("citizen", "handler", "triage", "analyst", "connector"):
        assert (await petitions.get("/v1/petitions/export", role)).status_code == 403
    assert (await petitions.get("/v1/petitions/export?limit=1001", "auditor")).status_code == 422
