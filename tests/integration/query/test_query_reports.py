"""Of a report the read model knows little, and tells it to its sender alone."""

from casework.informants import informant_of

from .conftest import Matters
from .lives import report_life

NUMBER = "440100-20261104-483920175562-3"


async def test_its_sender_is_told_received_handed_over_filed_and_no_more(matters: Matters) -> None:
    mine = informant_of(matters.owner(context="author"), matters.units.outbox)
    life = report_life(NUMBER, mine)
    await matters.told(*life)
    found = (await matters.look_up(NUMBER, matters.code(NUMBER))).json()
    assert [step["zh"] for step in found["timeline"]] == ["您的留言已收到，保密办理", "已移交办理", "已立案"]
    assert {str(step["unit"]) for step in found["timeline"]} == {"None"}
    assert (found["kind"], found["stage"]["code"]) == ("report", "closed")
    for role, status in (
        ("citizen", 200), ("triage", 404), ("supervisor", 404), ("auditor", 404), ("window", 404), ("handler", 404)
    ):  # fmt: skip
        assert (await matters.get(f"/v1/matters/{life[0]['subject']}", role)).status_code == status, role
    (listed,) = (await matters.get("/v1/matters", "citizen")).json()["items"]
    assert listed["number"] == NUMBER
    assert (await matters.get("/v1/matters", "citizen", sub="another")).json()["items"] == []


async def test_neither_whom_it_is_about_nor_who_has_it_is_kept(matters: Matters) -> None:
    await matters.told(*report_life(NUMBER, outcome="not-filed"))
    rows = matters.rows("SELECT matters.*, timeline.* FROM matters JOIN timeline ON matter = matters.id")
    assert len(rows) == 5
    assert not [word for word in ("fire", "criminal", "sealed:", "p_8HY") if word in str(rows)]
    assert [row["wording"].rpartition("/")[2] for row in rows if "/" in row["wording"]] == ["not-filed"]
